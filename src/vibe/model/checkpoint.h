// The weights of a Hugging Face folder: tensors by name, in the file's own memory.
//
// Read are model.safetensors and, where there is none, pytorch_model.bin in both its forms. Files
// are taken for hostile: nothing in them is run, every length is checked, everything has a limit
// (docs/decisions/model-files.md).
#ifndef GM_VIBE_MODEL_CHECKPOINT_H
#define GM_VIBE_MODEL_CHECKPOINT_H

#include "base/error.h"
#include "vibe/model/tensor.h"

#include <stdbool.h>

enum { GM_MODEL_PATH_BYTES_MAX = 4096 }; // of any path here, its NUL included

struct gm_checkpoint; // an open one; immutable, so any number of threads may read it

// Maps the weights of `dir` and reads their table of contents; the data is read when it is used.
// GM_ERR_NOT_FOUND: the folder has no weights. GM_ERR_CORRUPT: cut off, or breaks its format; the
// message names the file and the tensor or the byte. GM_ERR_UNSUPPORTED: sharded weights, or
// pickles that hold more than tensors. GM_ERR_LIMIT, GM_ERR_NOMEM, GM_ERR_IO, GM_ERR_DENIED.
enum gm_err gm_checkpoint_open(const char *dir, struct gm_checkpoint **ret_checkpoint,
                               struct gm_error *error);
void gm_checkpoint_close(struct gm_checkpoint *checkpoint); // NULL is fine

// The file that was read. Lives as long as the checkpoint, as do names and data of its tensors.
const char *gm_checkpoint_path(const struct gm_checkpoint *checkpoint);

// The tensors in the order of their names' bytes, each name once.
size_t gm_checkpoint_count(const struct gm_checkpoint *checkpoint);
struct gm_str gm_checkpoint_name(const struct gm_checkpoint *checkpoint, size_t index);
bool gm_checkpoint_find(const struct gm_checkpoint *checkpoint, struct gm_str name,
                        size_t *ret_index);

// The tensor at that place. GM_ERR_UNSUPPORTED: its dtype or shape is not read; the message names
// file, tensor and dtype.
enum gm_err gm_checkpoint_tensor(const struct gm_checkpoint *checkpoint, size_t index,
                                 struct gm_tensor *ret_tensor, struct gm_error *error);

// Lets go of the memory that the file's data takes in this process; what is needed again is read
// again. Who goes through all tensors calls it on the way, so that a checkpoint of any size takes
// little. Tensors stay what they are.
void gm_checkpoint_drop(const struct gm_checkpoint *checkpoint);

// Writes the path of the file that gm_checkpoint_open would read; GM_ERR_NOT_FOUND, GM_ERR_DENIED
// and GM_ERR_UNSUPPORTED as there.
enum gm_err gm_checkpoint_file(const char *dir, char ret_path[GM_MODEL_PATH_BYTES_MAX],
                               struct gm_error *error);

#endif
