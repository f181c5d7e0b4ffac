// What the hub answers: pure functions over its texts.
#include "vibe/model/hub.h"

#include "base/http_fields.h"
#include "base/json.h"

static const char *const file_names[GM_HUB_FILE_COUNT] = {
    [GM_HUB_CONFIG] = "config.json",
    [GM_HUB_VOCAB] = "vocab.txt",
    [GM_HUB_TOKENIZER] = "tokenizer.json",
    [GM_HUB_TOKENIZER_CONFIG] = "tokenizer_config.json",
    [GM_HUB_SPECIAL_TOKENS] = "special_tokens_map.json",
    [GM_HUB_SAFETENSORS] = "model.safetensors",
    [GM_HUB_PYTORCH] = "pytorch_model.bin",
};

const char *gm_hub_file_name(enum gm_hub_file file)
{
    return file_names[file];
}

static bool is_hex(struct gm_str text, size_t len)
{
    if (text.len != len)
        return false;
    for (size_t i = 0; i < len; i++) {
        char c = text.data[i];
        if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f'))
            return false;
    }
    return true;
}

// ------------------------------------------------------------------------- a model

static bool ends_with(struct gm_str text, const char *end)
{
    size_t len = strlen(end);
    return text.len >= len && memcmp(text.data + text.len - len, end, len) == 0;
}

static void note_file(struct gm_str name, struct gm_hub_model *model)
{
    for (int file = 0; file < GM_HUB_FILE_COUNT; file++)
        if (gm_str_equal(name, gm_str(file_names[file])))
            model->files |= 1u << file;
    if (gm_str_equal(name, gm_str("model.safetensors.index.json")) ||
        gm_str_equal(name, gm_str("pytorch_model.bin.index.json")))
        model->sharded = true;
    static const char *const foreign[] = {".h5", ".msgpack", ".onnx", ".gguf", ".ot", ".ckpt"};
    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++)
        if (ends_with(name, foreign[i]))
            model->foreign_weights = true;
}

static enum gm_err read_sibling(struct gm_json *json, struct gm_hub_model *model,
                                struct gm_error *error)
{
    struct gm_str member, name;
    bool more;
    enum gm_err err = gm_json_object_begin(json, error);
    while (!err && !(err = gm_json_object_next(json, &more, &member, error)) && more) {
        if (!gm_str_equal(member, gm_str("rfilename"))) {
            err = gm_json_skip(json, error);
        } else if (!(err = gm_json_string(json, &name, error))) {
            note_file(name, model);
        }
    }
    return err;
}

static enum gm_err read_siblings(struct gm_json *json, struct gm_hub_model *model,
                                 struct gm_error *error)
{
    bool more;
    enum gm_err err = gm_json_array_begin(json, error);
    while (!err && !(err = gm_json_array_next(json, &more, error)) && more)
        err = read_sibling(json, model, error);
    return err;
}

static enum gm_err read_commit(struct gm_json *json, struct gm_hub_model *model,
                               struct gm_error *error)
{
    struct gm_str commit;
    enum gm_err err = gm_json_string(json, &commit, error);
    if (err)
        return err;
    if (!is_hex(commit, GM_HUB_COMMIT_BYTES))
        return gm_error_set(error, GM_ERR_INVALID, "\"sha\" is not the name of a commit");
    memcpy(model->commit, commit.data, commit.len);
    return GM_OK;
}

enum gm_err gm_hub_model_read(struct gm_str text, struct gm_hub_model *ret_model,
                              struct gm_error *error)
{
    enum { ARENA_BLOCK_BYTES = 64 * 1024 };
    struct gm_hub_model model = {.commit = ""};
    struct gm_arena arena;
    struct gm_json json;
    struct gm_str member;
    bool more, siblings = false;
    gm_arena_init(&arena, ARENA_BLOCK_BYTES, GM_HUB_ANSWER_BYTES_MAX);
    gm_json_init(&json, text, &arena);
    enum gm_err err = gm_json_object_begin(&json, error);
    while (!err && !(err = gm_json_object_next(&json, &more, &member, error)) && more) {
        if (gm_str_equal(member, gm_str("sha"))) {
            err = read_commit(&json, &model, error);
        } else if (gm_str_equal(member, gm_str("siblings"))) {
            siblings = true;
            err = read_siblings(&json, &model, error);
        } else {
            err = gm_json_skip(&json, error);
        }
    }
    if (!err)
        err = gm_json_end(&json, error);
    gm_arena_finish(&arena);
    if (!err && (!model.commit[0] || !siblings))
        err = gm_error_set(error, GM_ERR_INVALID, "no \"%s\"", siblings ? "sha" : "siblings");
    if (err)
        return err;
    *ret_model = model;
    return GM_OK;
}

enum gm_err gm_hub_model_choose(const struct gm_hub_model *model, unsigned *ret_files,
                                struct gm_error *error)
{
    unsigned has = model->files;
    unsigned chosen =
        has & (1u << GM_HUB_CONFIG | 1u << GM_HUB_TOKENIZER_CONFIG | 1u << GM_HUB_SPECIAL_TOKENS);
    if (has & 1u << GM_HUB_SAFETENSORS)
        chosen |= 1u << GM_HUB_SAFETENSORS;
    else if (has & 1u << GM_HUB_PYTORCH)
        chosen |= 1u << GM_HUB_PYTORCH;
    else
        return gm_error_set(error, GM_ERR_UNSUPPORTED,
                            "no model.safetensors and no pytorch_model.bin%s",
                            model->sharded           ? ": its weights are in several files"
                            : model->foreign_weights ? ": its weights are in another format"
                                                     : "");
    if (has & 1u << GM_HUB_VOCAB)
        chosen |= 1u << GM_HUB_VOCAB;
    else if (has & 1u << GM_HUB_TOKENIZER)
        chosen |= 1u << GM_HUB_TOKENIZER;
    else
        return gm_error_set(error, GM_ERR_UNSUPPORTED,
                            "no vocab.txt and no tokenizer.json: not a BERT model?");
    if (!(has & 1u << GM_HUB_CONFIG))
        return gm_error_set(error, GM_ERR_UNSUPPORTED, "no config.json: not a model?");
    *ret_files = chosen;
    return GM_OK;
}

// ------------------------------------------------------------------------- a file

enum gm_err gm_hub_file_info_read(struct gm_str linked_etag, struct gm_str etag,
                                  struct gm_str linked_size, struct gm_str content_length,
                                  struct gm_hub_file_info *ret_info, struct gm_error *error)
{
    struct gm_hub_file_info info = {.kind = GM_DIGEST_SHA256};
    struct gm_str hex;
    if (!gm_http_etag_read(linked_etag.data ? linked_etag : etag, &hex) ||
        (!is_hex(hex, 64) && !is_hex(hex, 40)))
        return gm_error_set(error, GM_ERR_UNSUPPORTED,
                            "the server names no checksum that could be verified (ETag)");
    if (!gm_http_size_read(linked_size.data ? linked_size : content_length, &info.size_bytes))
        return gm_error_set(error, GM_ERR_UNSUPPORTED, "the server does not say how large it is");
    info.kind = hex.len == 64 ? GM_DIGEST_SHA256 : GM_DIGEST_GIT_BLOB;
    memcpy(info.hex, hex.data, hex.len);
    *ret_info = info;
    return GM_OK;
}
