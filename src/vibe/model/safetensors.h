// Safetensors files. Internal to src/vibe/model.
#ifndef GM_VIBE_MODEL_SAFETENSORS_H
#define GM_VIBE_MODEL_SAFETENSORS_H

#include "vibe/model/tensor_list.h"

enum { GM_SAFETENSORS_HEADER_BYTES_MAX = 100000000 }; // as Hugging Face's own reader has it

// Adds the tensors of `file`, a whole file, to `list`; not sorted yet. Names and data point into
// `file`. Any bytes may be given. GM_ERR_CORRUPT: cut off, or breaks the format; the message names
// the byte or the tensor. GM_ERR_LIMIT, GM_ERR_NOMEM.
enum gm_err gm_safetensors_read(struct gm_str file, struct gm_tensor_list *list,
                                struct gm_error *error);

#endif
