// The list of what is installed.
#include "vibe/model/manifest.h"

#include "base/buffer.h"
#include "base/json.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

// ------------------------------------------------------------------------- reading

static enum gm_err read_text(struct gm_json *json, const char *what, char *ret, size_t bytes,
                             struct gm_error *error)
{
    struct gm_str text;
    enum gm_err err = gm_json_string(json, &text, error);
    if (err)
        return err;
    if (text.len >= bytes)
        return gm_error_set(error, GM_ERR_INVALID, "%s is too long", what);
    snprintf(ret, bytes, "%.*s", GM_STR_ARG(text));
    return GM_OK;
}

static int file_of_name(struct gm_str name)
{
    for (int file = 0; file < GM_HUB_FILE_COUNT; file++)
        if (gm_str_equal(name, gm_str(gm_hub_file_name((enum gm_hub_file)file))))
            return file;
    return -1;
}

static enum gm_err read_file(struct gm_json *json, struct gm_manifest *manifest,
                             struct gm_error *error)
{
    struct gm_hub_file_info info = {.size_bytes = -1};
    struct gm_str member, name = {NULL, 0};
    bool more;
    enum gm_err err = gm_json_object_begin(json, error);
    while (!err && !(err = gm_json_object_next(json, &more, &member, error)) && more) {
        if (gm_str_equal(member, gm_str("name"))) {
            err = gm_json_string(json, &name, error);
        } else if (gm_str_equal(member, gm_str("bytes"))) {
            err = gm_json_integer(json, &info.size_bytes, error);
        } else if (gm_str_equal(member, gm_str("sha256"))) {
            info.kind = GM_DIGEST_SHA256;
            err = read_text(json, "sha256", info.hex, sizeof info.hex, error);
        } else if (gm_str_equal(member, gm_str("git-sha1"))) {
            info.kind = GM_DIGEST_GIT_BLOB;
            err = read_text(json, "git-sha1", info.hex, sizeof info.hex, error);
        } else {
            err = gm_json_skip(json, error);
        }
    }
    if (err)
        return err;
    int file = file_of_name(name);
    if (file < 0 || info.size_bytes < 0)
        return gm_error_set(error, GM_ERR_INVALID, "an entry of \"files\" is none");
    manifest->files |= 1u << file;
    manifest->infos[file] = info;
    return GM_OK;
}

static enum gm_err read_files(struct gm_json *json, struct gm_manifest *manifest,
                              struct gm_error *error)
{
    bool more;
    enum gm_err err = gm_json_array_begin(json, error);
    while (!err && !(err = gm_json_array_next(json, &more, error)) && more)
        err = read_file(json, manifest, error);
    return err;
}

static enum gm_err read_members(struct gm_json *json, struct gm_manifest *manifest,
                                struct gm_error *error)
{
    const struct {
        const char *member;
        char *text;
        size_t bytes;
    } texts[] = {{"model", manifest->name, sizeof manifest->name},
                 {"revision", manifest->commit, sizeof manifest->commit},
                 {"asked", manifest->asked, sizeof manifest->asked},
                 {"endpoint", manifest->endpoint, sizeof manifest->endpoint}};
    struct gm_str member;
    bool more;
    enum gm_err err = gm_json_object_begin(json, error);
    while (!err && !(err = gm_json_object_next(json, &more, &member, error)) && more) {
        size_t i = 0;
        while (i < 4 && !gm_str_equal(member, gm_str(texts[i].member)))
            i++;
        if (i < 4)
            err = read_text(json, texts[i].member, texts[i].text, texts[i].bytes, error);
        else if (gm_str_equal(member, gm_str("files")))
            err = read_files(json, manifest, error);
        else
            err = gm_json_skip(json, error);
    }
    return err ? err : gm_json_end(json, error);
}

enum gm_err gm_manifest_parse(struct gm_str text, struct gm_manifest *ret_manifest,
                              struct gm_error *error)
{
    struct gm_manifest manifest = {.name = ""};
    struct gm_arena arena;
    struct gm_json json;
    gm_arena_init(&arena, 4096, GM_MANIFEST_BYTES_MAX * 2);
    gm_json_init(&json, text, &arena);
    enum gm_err err = read_members(&json, &manifest, error);
    gm_arena_finish(&arena);
    if (!err && (!gm_model_name_valid(manifest.name) ||
                 strlen(manifest.commit) != GM_HUB_COMMIT_BYTES || !manifest.files))
        err = gm_error_set(error, GM_ERR_INVALID, "model, revision or files are missing");
    if (err && err != GM_ERR_NOMEM)
        return gm_error_set(error, GM_ERR_CORRUPT, "%s", error ? error->message : "");
    if (err)
        return err;
    *ret_manifest = manifest;
    return GM_OK;
}

enum gm_err gm_manifest_read(const char *folder, struct gm_manifest *ret_manifest,
                             struct gm_error *error)
{
    char text[GM_MANIFEST_BYTES_MAX];
    struct gm_buffer path;
    gm_buffer_init(&path, 8192);
    gm_buffer_printf(&path, "%s/%s", folder, GM_MANIFEST_FILE);
    gm_buffer_append_byte(&path, '\0');
    enum gm_err err = gm_buffer_ok(&path, error);
    if (!err) {
        FILE *file = fopen(path.data, "re");
        if (!file) {
            err = gm_error_errno(error, errno, "%s", path.data);
        } else {
            size_t len = fread(text, 1, sizeof text, file);
            fclose(file);
            err = gm_manifest_parse((struct gm_str){text, len}, ret_manifest, error);
            if (err && error)
                gm_error_prefix(error, "%s", path.data);
        }
    }
    gm_buffer_finish(&path);
    return err;
}

// ------------------------------------------------------------------------- writing

static void write_member(struct gm_buffer *out, const char *before, const char *name,
                         const char *text)
{
    gm_buffer_printf(out, "%s\"%s\":", before, name);
    gm_json_write_string(out, gm_str(text));
}

static void write_manifest(const struct gm_manifest *manifest, struct gm_buffer *out)
{
    write_member(out, "{", "model", manifest->name);
    write_member(out, ",", "revision", manifest->commit);
    write_member(out, ",", "asked", manifest->asked);
    write_member(out, ",", "endpoint", manifest->endpoint);
    gm_buffer_append_c(out, ",\"files\":[");
    const char *gap = "";
    for (int file = 0; file < GM_HUB_FILE_COUNT; file++) {
        const struct gm_hub_file_info *info = &manifest->infos[file];
        if (!(manifest->files & 1u << file))
            continue;
        gm_buffer_append_c(out, gap);
        write_member(out, "{", "name", gm_hub_file_name((enum gm_hub_file)file));
        gm_buffer_printf(out, ",\"bytes\":%lld", (long long)info->size_bytes);
        write_member(out, ",", gm_digest_kind_name(info->kind), info->hex);
        gm_buffer_append_byte(out, '}');
        gap = ",";
    }
    gm_buffer_append_c(out, "]}\n");
}

enum gm_err gm_manifest_write(int folder, const char *folder_path,
                              const struct gm_manifest *manifest, struct gm_error *error)
{
    struct gm_buffer text;
    gm_buffer_init(&text, GM_MANIFEST_BYTES_MAX);
    write_manifest(manifest, &text);
    enum gm_err err = gm_buffer_ok(&text, error);
    if (!err) {
        int fd = openat(folder, GM_MANIFEST_FILE,
                        O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
        ssize_t written = fd < 0 ? -1 : write(fd, text.data, text.len);
        if (written < 0 || fsync(fd) != 0)
            err = gm_error_errno(error, errno, "%s/%s", folder_path, GM_MANIFEST_FILE);
        else if ((size_t)written < text.len)
            err = gm_error_errno(error, ENOSPC, "%s/%s", folder_path, GM_MANIFEST_FILE);
        if (fd >= 0)
            close(fd);
    }
    gm_buffer_finish(&text);
    return err;
}

// ------------------------------------------------------------------------- looking

bool gm_manifest_holds(const struct gm_manifest *manifest, const char *folder)
{
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool holds = fd >= 0;
    for (int file = 0; holds && file < GM_HUB_FILE_COUNT; file++) {
        struct stat status;
        if (manifest->files & 1u << file)
            holds = fstatat(fd, gm_hub_file_name((enum gm_hub_file)file), &status, 0) == 0 &&
                    status.st_size == manifest->infos[file].size_bytes;
    }
    if (fd >= 0)
        close(fd);
    return holds;
}

int64_t gm_manifest_bytes(const struct gm_manifest *manifest)
{
    int64_t bytes = 0;
    for (int file = 0; file < GM_HUB_FILE_COUNT; file++)
        if (manifest->files & 1u << file)
            bytes += manifest->infos[file].size_bytes;
    return bytes;
}
