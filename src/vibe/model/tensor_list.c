// Tensors by name: a sorted array.
#include "vibe/model/tensor_list.h"

#include <stdio.h>
#include <stdlib.h>

enum { ARENA_BLOCK_BYTES = 64 * 1024, CAPACITY_FIRST = 256, UNREAD_BYTES = 96 };

void gm_tensor_list_init(struct gm_tensor_list *list, size_t copies_bytes_max)
{
    *list = (struct gm_tensor_list){0};
    gm_arena_init(&list->arena, ARENA_BLOCK_BYTES, GM_TENSOR_LIST_BYTES_MAX + copies_bytes_max);
}

void gm_tensor_list_finish(struct gm_tensor_list *list)
{
    free(list->entries);
    gm_arena_finish(&list->arena);
    *list = (struct gm_tensor_list){0};
}

enum gm_err gm_tensor_entry_unread_dtype(struct gm_tensor_list *list, struct gm_str dtype,
                                         struct gm_tensor_entry *entry, struct gm_error *error)
{
    char *text = gm_arena_alloc(&list->arena, UNREAD_BYTES);
    if (!text)
        return gm_error_set(error, GM_ERR_NOMEM, "no memory for %d bytes", UNREAD_BYTES);
    snprintf(text, UNREAD_BYTES, "has the dtype %.*s; f32, f16 and bf16 are read",
             dtype.len < 32 ? (int)dtype.len : 32, dtype.data);
    entry->unread = text;
    return GM_OK;
}

void gm_tensor_entry_shape(struct gm_tensor_entry *entry, const int64_t *shape, int rank)
{
    if (rank > GM_TENSOR_RANK_MAX) {
        entry->unread = "has more than 4 dimensions";
        return;
    }
    entry->tensor.rank = rank;
    for (int i = 0; i < rank; i++) {
        entry->tensor.shape[i] = shape[i];
        if (shape[i] == 0)
            entry->unread = "has no elements";
    }
}

static bool printable(struct gm_str name)
{
    for (size_t i = 0; i < name.len; i++)
        if ((unsigned char)name.data[i] < 0x20 || name.data[i] == 0x7f)
            return false;
    return gm_utf8_valid(name, NULL);
}

static enum gm_err grow(struct gm_tensor_list *list, struct gm_error *error)
{
    const size_t capacity = list->capacity > 0 ? 2 * list->capacity : CAPACITY_FIRST;
    void *entries = realloc(list->entries, capacity * sizeof(*list->entries));
    if (!entries)
        return gm_error_set(error, GM_ERR_NOMEM, "no memory for %zu tensors", capacity);
    list->entries = entries;
    list->capacity = capacity;
    return GM_OK;
}

enum gm_err gm_tensor_list_add(struct gm_tensor_list *list, const struct gm_tensor_entry *entry,
                               struct gm_error *error)
{
    const struct gm_str name = entry->tensor.name;
    if (name.len == 0 || name.len > GM_TENSOR_NAME_BYTES_MAX || !printable(name))
        return gm_error_set(error, GM_ERR_CORRUPT,
                            "tensor %zu: its name is empty, longer than %d bytes or not text",
                            list->count, GM_TENSOR_NAME_BYTES_MAX);
    if (list->count == GM_TENSORS_MAX)
        return gm_error_set(error, GM_ERR_LIMIT, "more than %d tensors", GM_TENSORS_MAX);
    if (list->count == list->capacity) {
        enum gm_err err = grow(list, error);
        if (err)
            return err;
    }
    list->entries[list->count++] = *entry;
    return GM_OK;
}

int gm_tensor_name_compare(struct gm_str a, struct gm_str b)
{
    const size_t shorter = a.len < b.len ? a.len : b.len;
    const int order = shorter > 0 ? memcmp(a.data, b.data, shorter) : 0;
    return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

static int compare_entries(const void *a, const void *b)
{
    const struct gm_tensor_entry *one = a, *other = b;
    return gm_tensor_name_compare(one->tensor.name, other->tensor.name);
}

enum gm_err gm_tensor_list_sort(struct gm_tensor_list *list, struct gm_error *error)
{
    if (list->count > 0)
        qsort(list->entries, list->count, sizeof(*list->entries), compare_entries);
    for (size_t i = 1; i < list->count; i++) {
        const struct gm_str name = list->entries[i].tensor.name;
        if (gm_str_equal(name, list->entries[i - 1].tensor.name))
            return gm_error_set(error, GM_ERR_CORRUPT, "tensor %.*s stands there twice",
                                GM_STR_ARG(name));
    }
    return GM_OK;
}

bool gm_tensor_list_find(const struct gm_tensor_list *list, struct gm_str name, size_t *ret_index)
{
    size_t low = 0, high = list->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = gm_tensor_name_compare(list->entries[middle].tensor.name, name);
        if (order == 0) {
            *ret_index = middle;
            return true;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}
