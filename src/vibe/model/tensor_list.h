// What readers of checkpoints fill: tensors by name. Internal to src/vibe/model.
#ifndef GM_VIBE_MODEL_TENSOR_LIST_H
#define GM_VIBE_MODEL_TENSOR_LIST_H

#include "base/arena.h"
#include "base/error.h"
#include "vibe/model/tensor.h"

#include <stdbool.h>

enum {
    GM_TENSORS_MAX = 65536,
    GM_TENSOR_NAME_BYTES_MAX = 256,
    GM_TENSOR_LIST_BYTES_MAX = 256 << 20, // names and what else a reader notes, without copies
};

struct gm_tensor_entry {
    struct gm_tensor tensor; // dtype and shape mean nothing when it is `unread`
    size_t bytes;            // at tensor.data
    const char *unread; // why it cannot be read, such as "has the dtype I64; …"; NULL: it can
};

struct gm_tensor_list {
    struct gm_tensor_entry *entries;
    size_t count, capacity;
    struct gm_arena arena;
};

// `copies_bytes_max` bounds the tensors that have to be copied to be contiguous; they live in the
// arena, too.
void gm_tensor_list_init(struct gm_tensor_list *list, size_t copies_bytes_max);
void gm_tensor_list_finish(struct gm_tensor_list *list);

// Says in `entry` that its dtype, by the checkpoint's word for it, is not read.
enum gm_err gm_tensor_entry_unread_dtype(struct gm_tensor_list *list, struct gm_str dtype,
                                         struct gm_tensor_entry *entry, struct gm_error *error);

// Sets the shape, or says that it is not read: no elements, or too many dimensions. None is below
// 0.
void gm_tensor_entry_shape(struct gm_tensor_entry *entry, const int64_t *shape, int rank);

// Copies the entry; its name, data and reason are lent for as long as the list lives. Names that
// are empty, too long, not UTF-8 or have control characters in them are GM_ERR_CORRUPT.
enum gm_err gm_tensor_list_add(struct gm_tensor_list *list, const struct gm_tensor_entry *entry,
                               struct gm_error *error);

// Puts the entries into the order of their names; after the last one was added and before the first
// is looked for. GM_ERR_CORRUPT: two have the same name.
enum gm_err gm_tensor_list_sort(struct gm_tensor_list *list, struct gm_error *error);

// The place of the entry of that name in a sorted list; false: there is none.
bool gm_tensor_list_find(const struct gm_tensor_list *list, struct gm_str name, size_t *ret_index);

// -1, 0, 1: how the bytes of two names compare.
int gm_tensor_name_compare(struct gm_str a, struct gm_str b);

#endif
