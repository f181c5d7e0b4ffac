// The JSON scanner: whether skipped or walked, a text is taken or refused alike, and a string that
// is read can be written and read again.
#include "fuzz.h"

#include "base/json.h"

static void must_write_and_read_back(struct gm_str text, struct gm_arena *arena)
{
    struct gm_buffer out;
    struct gm_json json;
    struct gm_str back = {NULL, 0};
    FUZZ_MUST(gm_utf8_valid(text, NULL));
    gm_buffer_init(&out, 16 << 20);
    gm_json_write_string(&out, text);
    gm_json_init(&json, gm_buffer_str(&out), arena);
    FUZZ_MUST(!gm_json_string(&json, &back, NULL));
    FUZZ_MUST(!gm_json_end(&json, NULL));
    FUZZ_MUST(gm_str_equal(back, text));
    gm_buffer_finish(&out);
}

// Reads the next value by its type.
static enum gm_err walk(struct gm_json *json, struct gm_error *error)
{
    struct gm_str text = {NULL, 0};
    bool truth, more = false;
    enum gm_err err;
    switch (gm_json_peek(json)) {
    case GM_JSON_OBJECT:
        err = gm_json_object_begin(json, error);
        while (!err && !(err = gm_json_object_next(json, &more, &text, error)) && more) {
            must_write_and_read_back(text, json->arena);
            err = walk(json, error);
        }
        return err;
    case GM_JSON_ARRAY:
        err = gm_json_array_begin(json, error);
        while (!err && !(err = gm_json_array_next(json, &more, error)) && more)
            err = walk(json, error);
        return err;
    case GM_JSON_STRING:
        err = gm_json_string(json, &text, error);
        if (!err)
            must_write_and_read_back(text, json->arena);
        return err;
    case GM_JSON_TRUE:
    case GM_JSON_FALSE:
        return gm_json_bool(json, &truth, error);
    case GM_JSON_NULL:
        return gm_json_null(json, error);
    default:
        return gm_json_skip(json, error);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct gm_arena arena;
    struct gm_json skipped, walked;
    struct gm_str text = {(const char *)data, len};
    struct gm_error error_skipped = {0}, error_walked = {0};
    gm_arena_init(&arena, 4096, 64 << 20);
    gm_json_init(&skipped, text, &arena);
    gm_json_init(&walked, text, &arena);
    enum gm_err err_skipped = gm_json_skip(&skipped, &error_skipped);
    enum gm_err err_walked = walk(&walked, &error_walked);
    FUZZ_MUST(err_skipped == err_walked);
    FUZZ_MUST(gm_str_equal(gm_str(error_skipped.message), gm_str(error_walked.message)));
    if (!err_skipped)
        FUZZ_MUST(skipped.at == walked.at && skipped.at <= skipped.end && skipped.depth == 0);
    gm_arena_finish(&arena);
    return 0;
}
