// Any bytes are a pickle: refused, or what it builds is whole, and ends inside them.
#include "fuzz.h"

#include "vibe/model/unpickle.h"

static void look_at_tensor(const struct gm_pickle_tensor *tensor)
{
    const struct gm_pickle_storage *storage = tensor->storage;
    FUZZ_MUST(tensor->offset >= 0 && tensor->rank >= 0 && tensor->rank <= GM_PICKLE_RANK_MAX);
    for (int i = 0; i < tensor->rank; i++)
        FUZZ_MUST(tensor->shape[i] >= 0 && tensor->stride[i] >= 0);
    FUZZ_MUST(storage->dtype->bytes > 0 && storage->stored >= 0);
    FUZZ_MUST(storage->first >= 0 && storage->elements >= 0);
    FUZZ_MUST(storage->first <= storage->stored - storage->elements);
}

// Counts the bytes of all texts down to a depth, and so reads them. A value may contain itself.
static size_t look_at(const struct gm_pickle_value *value, int depth)
{
    size_t sum = 0;
    switch (value->kind) {
    case GM_PICKLE_STRING:
    case GM_PICKLE_LONG:
        for (size_t i = 0; i < value->text.len; i++)
            sum += value->text.data[i] != 0;
        return sum;
    case GM_PICKLE_DICT:
    case GM_PICKLE_TUPLE:
    case GM_PICKLE_LIST:
        FUZZ_MUST(value->kind != GM_PICKLE_DICT || value->items->count % 2 == 0);
        for (size_t i = 0; depth > 0 && i < value->items->count && i < 100; i++)
            sum += look_at(&value->items->values[i], depth - 1);
        return sum;
    case GM_PICKLE_TENSOR:
        look_at_tensor(value->tensor);
        return 0;
    case GM_PICKLE_UNSET:
        FUZZ_MUST(false);
        return 0;
    default:
        return 0;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct gm_arena arena;
    struct gm_pickle_value value = {.kind = GM_PICKLE_UNSET};
    struct gm_error error = {0};
    size_t at = 0;
    gm_arena_init(&arena, 64 * 1024, 256 << 20);
    const enum gm_err err =
        gm_unpickle((struct gm_str){(const char *)data, len}, &at, &arena, &value, &error);
    FUZZ_MUST(err == error.code && err != GM_ERR_INTERNAL);
    FUZZ_MUST(err ? at == 0 && value.kind == GM_PICKLE_UNSET : at > 2 && at <= len);
    if (!err)
        (void)look_at(&value, 3);
    gm_arena_finish(&arena);
    return 0;
}
