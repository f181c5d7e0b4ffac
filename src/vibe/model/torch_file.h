// Files that torch.save has written. Internal to src/vibe/model.
//
// Both forms hold a pickle of a state dict, names to tensors, and beside it the storages that the
// tensors are views of.
#ifndef GM_VIBE_MODEL_TORCH_FILE_H
#define GM_VIBE_MODEL_TORCH_FILE_H

#include "vibe/model/tensor_list.h"
#include "vibe/model/unpickle.h"

enum {
    GM_ZIP_ENTRIES_MAX = 2 * GM_TENSORS_MAX,
    GM_TORCH_SCRATCH_BYTES_MAX = 512 << 20, // what reading takes beside the file, for a while
};

// Adds the tensors of `file`, a whole pytorch_model.bin of either form, to `list`; not sorted yet.
// Names and data point into `file`, or into the list's arena where a view is not contiguous. Any
// bytes may be given. GM_ERR_CORRUPT, GM_ERR_UNSUPPORTED (docs/decisions/model-files.md says what
// is), GM_ERR_LIMIT, GM_ERR_NOMEM; the message names the byte, the entry or the tensor.
enum gm_err gm_torch_read(struct gm_str file, struct gm_tensor_list *list, struct gm_error *error);

// The two forms: a zip since PyTorch 1.6, a row of pickles and storages before.
enum gm_err gm_torch_read_zip(struct gm_str file, struct gm_arena *scratch,
                              struct gm_tensor_list *list, struct gm_error *error);
enum gm_err gm_torch_read_legacy(struct gm_str file, struct gm_arena *scratch,
                                 struct gm_tensor_list *list, struct gm_error *error);

// An entry of a zip: its name, and its bytes as they lie in the file.
struct gm_zip_entry {
    struct gm_str name, data;
    uint64_t begin; // of its local header
};

// Reads the central directory of a zip whose entries are all stored, not compressed. Each must lie
// inside the file, before the directory, and apart from all others. They come sorted by name, each
// name once, in `arena`.
enum gm_err gm_zip_read(struct gm_str file, struct gm_arena *arena,
                        struct gm_zip_entry **ret_entries, size_t *ret_count,
                        struct gm_error *error);

// A tensor of a state dict.
struct gm_torch_named {
    struct gm_str name;
    const struct gm_pickle_tensor *tensor;
};

// Reads what a pickle has built as a state dict, into `arena`. GM_ERR_UNSUPPORTED: it is something
// else.
enum gm_err gm_torch_state(const struct gm_pickle_value *value, struct gm_arena *arena,
                           struct gm_torch_named **ret_named, size_t *ret_count,
                           struct gm_error *error);

// Adds the tensor, whose storage's key stands for `stored`, to `list`. GM_ERR_CORRUPT: it lies
// outside its storage, or the storage has another size than the pickle says.
enum gm_err gm_torch_add(const struct gm_torch_named *named, struct gm_str stored,
                         struct gm_tensor_list *list, struct gm_error *error);

#endif
