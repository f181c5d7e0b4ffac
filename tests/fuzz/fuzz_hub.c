// Any bytes as what a model hub answers, and as the list of what is installed: refused with a
// reason, or read into what holds the promises of the headers. The first byte chooses the reader.
#include "base/http_fields.h"
#include "vibe/model/manifest.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

static bool is_hex(const char *text, size_t len)
{
    return strlen(text) == len && strspn(text, "0123456789abcdef") == len;
}

static void fuzz_model(struct gm_str text)
{
    struct gm_error error;
    struct gm_hub_model model;
    unsigned files = 0;
    enum gm_err err = gm_hub_model_read(text, &model, &error);
    if (err) {
        check(error.message[0] && err == error.code);
        return;
    }
    check(is_hex(model.commit, GM_HUB_COMMIT_BYTES));
    check(model.files < 1u << GM_HUB_FILE_COUNT);
    if (gm_hub_model_choose(&model, &files, &error))
        return;
    check(files != 0 && (files & ~model.files) == 0 && (files & 1u << GM_HUB_CONFIG) != 0);
    check(((files & 1u << GM_HUB_SAFETENSORS) != 0) != ((files & 1u << GM_HUB_PYTORCH) != 0));
    check(((files & 1u << GM_HUB_VOCAB) != 0) != ((files & 1u << GM_HUB_TOKENIZER) != 0));
}

static void fuzz_manifest(struct gm_str text)
{
    struct gm_error error;
    struct gm_manifest manifest;
    if (gm_manifest_parse(text, &manifest, &error)) {
        check(error.message[0]);
        return;
    }
    check(gm_model_name_valid(manifest.name) && manifest.files < 1u << GM_HUB_FILE_COUNT);
    for (int file = 0; file < GM_HUB_FILE_COUNT; file++)
        check(manifest.infos[file].size_bytes >= 0);
}

// Four fields, a line each, as of a HEAD's answer.
static void fuzz_file(struct gm_str text)
{
    struct gm_str fields[4] = {{NULL, 0}};
    struct gm_error error;
    struct gm_hub_file_info info;
    for (int i = 0; i < 4 && text.len > 0; i++) {
        const char *newline = memchr(text.data, '\n', text.len);
        size_t len = newline ? (size_t)(newline - text.data) : text.len;
        fields[i] = (struct gm_str){text.data, len};
        text = (struct gm_str){text.data + len + (newline != NULL),
                               text.len - len - (newline != NULL)};
    }
    if (gm_hub_file_info_read(fields[0], fields[1], fields[2], fields[3], &info, &error)) {
        check(error.message[0]);
        return;
    }
    check(info.size_bytes >= 0 && is_hex(info.hex, info.kind == GM_DIGEST_SHA256 ? 64 : 40));
}

static void fuzz_fields(struct gm_str text)
{
    const int64_t year_us = INT64_C(366) * 86400 * 1000000;
    int64_t first, last, total, wait_us, left, size, date_us;
    struct gm_str tag;
    if (gm_http_content_range_read(text, &first, &last, &total))
        check(first >= 0 && first <= last && (total == -1 || last < total));
    if (gm_http_retry_after_read(text, INT64_C(1700000000000000), &wait_us))
        check(wait_us >= 0 && wait_us <= year_us);
    if (gm_http_rate_limit_read(text, &left, &wait_us))
        check(left >= 0 && wait_us >= 0 && wait_us <= year_us);
    if (gm_http_etag_read(text, &tag))
        check(tag.data > text.data && tag.data + tag.len < text.data + text.len);
    if (gm_http_size_read(text, &size))
        check(size >= 0);
    if (gm_http_date_read(text, &date_us))
        check(date_us >= 0);
}

static void fuzz_name(struct gm_str text)
{
    char name[256];
    if (text.len >= sizeof name)
        return;
    memcpy(name, text.data, text.len);
    name[text.len] = '\0';
    if (!gm_model_name_valid(name))
        return;
    // It becomes a folder's name and a part of a URL.
    check(name[0] != '.' && name[0] != '/' && !strstr(name, "..") && !strstr(name, "--") &&
          !strpbrk(name, " \\:%?#@\n") && strlen(name) <= GM_MODEL_NAME_BYTES_MAX);
    const char *slash = strchr(name, '/');
    check(!slash || (slash[1] != '\0' && slash[1] != '.' && !strchr(slash + 1, '/')));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static void (*const readers[])(struct gm_str) = {fuzz_model, fuzz_manifest, fuzz_file,
                                                     fuzz_fields, fuzz_name};
    if (size == 0)
        return 0;
    size_t reader = (size_t)(data[0] - 'a');
    if (reader < sizeof readers / sizeof readers[0])
        readers[reader]((struct gm_str){(const char *)data + 1, size - 1});
    return 0;
}
