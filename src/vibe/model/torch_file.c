// A state dict's tensors: from a view of a storage to contiguous bytes.
#include "vibe/model/torch_file.h"

#include <inttypes.h>

enum { SCRATCH_BLOCK_BYTES = 256 * 1024 };

enum gm_err gm_torch_read(struct gm_str file, struct gm_tensor_list *list, struct gm_error *error)
{
    static const char zip[] = {'P', 'K', 3, 4}, pickle[] = {(char)0x80, 2}, tar[] = "ustar";
    enum { TAR_MAGIC_AT = 257 };
    struct gm_arena scratch;
    enum gm_err err;
    gm_arena_init(&scratch, SCRATCH_BLOCK_BYTES, GM_TORCH_SCRATCH_BYTES_MAX);
    if (file.len >= sizeof(zip) && memcmp(file.data, zip, sizeof(zip)) == 0)
        err = gm_torch_read_zip(file, &scratch, list, error);
    else if (file.len >= sizeof(pickle) && memcmp(file.data, pickle, sizeof(pickle)) == 0)
        err = gm_torch_read_legacy(file, &scratch, list, error);
    else if (file.len >= TAR_MAGIC_AT + 5 && memcmp(file.data + TAR_MAGIC_AT, tar, 5) == 0)
        err = gm_error_set(error, GM_ERR_UNSUPPORTED,
                           "a file of PyTorch before 0.1.10; save it anew as model.safetensors");
    else
        err = gm_error_set(error, GM_ERR_CORRUPT,
                           "byte 0: neither a zip nor a pickle of torch.save begins here");
    gm_arena_finish(&scratch);
    return err;
}

enum gm_err gm_torch_state(const struct gm_pickle_value *value, struct gm_arena *arena,
                           struct gm_torch_named **ret_named, size_t *ret_count,
                           struct gm_error *error)
{
    if (value->kind != GM_PICKLE_DICT)
        return gm_error_set(error, GM_ERR_UNSUPPORTED,
                            "what was saved is no state dict of names and tensors");
    const struct gm_pickle_value *pairs = value->items->values;
    const size_t count = value->items->count / 2;
    struct gm_torch_named *named = gm_arena_alloc(arena, count * sizeof(*named));
    if (!named)
        return gm_error_set(error, GM_ERR_NOMEM, "no memory for %zu tensors", count);
    for (size_t i = 0; i < count; i++) {
        if (pairs[2 * i].kind != GM_PICKLE_STRING)
            return gm_error_set(error, GM_ERR_UNSUPPORTED,
                                "entry %zu of the state dict has no name", i);
        named[i].name = pairs[2 * i].text;
        if (pairs[2 * i + 1].kind != GM_PICKLE_TENSOR)
            return gm_error_set(error, GM_ERR_UNSUPPORTED,
                                "%.*s is no tensor: a state dict of names and tensors is read",
                                GM_STR_ARG(named[i].name));
        named[i].tensor = pairs[2 * i + 1].tensor;
    }
    *ret_named = named;
    *ret_count = count;
    return GM_OK;
}

static enum gm_err damaged(const struct gm_torch_named *named, const char *what,
                           struct gm_error *error)
{
    return gm_error_set(error, GM_ERR_CORRUPT, "tensor %.*s: %s", GM_STR_ARG(named->name), what);
}

// The elements of the tensor, and one more than the place of its last one; false: there is no such
// number.
static bool measure(const struct gm_pickle_tensor *tensor, int64_t *ret_elements, int64_t *ret_end)
{
    int64_t elements = 1, end = tensor->offset;
    for (int i = 0; i < tensor->rank; i++) {
        int64_t step;
        if (tensor->shape[i] == 0) {
            *ret_elements = *ret_end = 0;
            return true;
        }
        if (__builtin_mul_overflow(elements, tensor->shape[i], &elements) ||
            __builtin_mul_overflow(tensor->shape[i] - 1, tensor->stride[i], &step) ||
            __builtin_add_overflow(end, step, &end))
            return false;
    }
    *ret_elements = elements;
    return !__builtin_add_overflow(end, 1, ret_end);
}

static bool contiguous(const struct gm_pickle_tensor *tensor)
{
    int64_t stride = 1;
    for (int i = tensor->rank - 1; i >= 0; i--) {
        if (tensor->shape[i] != 1 && tensor->stride[i] != stride)
            return false;
        stride *= tensor->shape[i]; // measured before: no more than all elements
    }
    return true;
}

// Copies elements of `size` bytes from where the strides say into a row. Rank is at most
// GM_TENSOR_RANK_MAX.
static void gather(const struct gm_pickle_tensor *tensor, const char *data, size_t size,
                   int64_t elements, char *ret_row)
{
    int64_t index[GM_TENSOR_RANK_MAX] = {0}, at = 0;
    for (int64_t i = 0; i < elements; i++) {
        memcpy(ret_row + (size_t)i * size, data + (size_t)at * size, size);
        for (int axis = tensor->rank - 1; axis >= 0; axis--) {
            at += tensor->stride[axis];
            if (++index[axis] < tensor->shape[axis])
                break;
            at -= tensor->stride[axis] * tensor->shape[axis];
            index[axis] = 0;
        }
    }
}

static enum gm_err copy_view(const struct gm_torch_named *named, int64_t elements,
                             struct gm_tensor_list *list, struct gm_tensor_entry *entry,
                             struct gm_error *error)
{
    if (elements > named->tensor->storage->elements)
        return gm_error_set(error, GM_ERR_UNSUPPORTED,
                            "tensor %.*s shows elements of its storage more than once",
                            GM_STR_ARG(named->name));
    char *row = gm_arena_alloc(&list->arena, entry->bytes);
    if (!row)
        return gm_error_set(error, GM_ERR_NOMEM,
                            "tensor %.*s: no memory for a copy of its %zu bytes",
                            GM_STR_ARG(named->name), entry->bytes);
    gather(named->tensor, entry->tensor.data, named->tensor->storage->dtype->bytes, elements, row);
    entry->tensor.data = row;
    return GM_OK;
}

enum gm_err gm_torch_add(const struct gm_torch_named *named, struct gm_str stored,
                         struct gm_tensor_list *list, struct gm_error *error)
{
    const struct gm_pickle_tensor *tensor = named->tensor;
    const struct gm_pickle_storage *storage = tensor->storage;
    const size_t size = storage->dtype->bytes;
    int64_t elements, end;
    if ((uint64_t)storage->stored > SIZE_MAX / size || (size_t)storage->stored * size != stored.len)
        return gm_error_set(
            error, GM_ERR_CORRUPT,
            "tensor %.*s: storage %.*s has %zu bytes instead of %" PRId64 " elements of %zu",
            GM_STR_ARG(named->name), GM_STR_ARG(storage->key), stored.len, storage->stored, size);
    if (!measure(tensor, &elements, &end) || end > storage->elements)
        return damaged(named, "it reaches beyond its storage", error);
    struct gm_tensor_entry entry = {.tensor = {.name = named->name, .data = stored.data},
                                    .bytes = (size_t)elements * size};
    if (elements > 0)
        entry.tensor.data = stored.data + (size_t)(storage->first + tensor->offset) * size;
    enum gm_err err = GM_OK;
    if (storage->dtype->readable) {
        entry.tensor.dtype = storage->dtype->dtype;
        gm_tensor_entry_shape(&entry, tensor->shape, tensor->rank);
    } else {
        err = gm_tensor_entry_unread_dtype(list, gm_str(storage->dtype->name), &entry, error);
    }
    if (!err && !entry.unread && !contiguous(tensor))
        err = copy_view(named, elements, list, &entry, error);
    return err ? err : gm_tensor_list_add(list, &entry, error);
}
