// A tensor of a checkpoint: a name, a type, a shape, and bytes that somebody else owns.
#ifndef GM_VIBE_MODEL_TENSOR_H
#define GM_VIBE_MODEL_TENSOR_H

#include "base/str.h"

#include <stddef.h>
#include <stdint.h>

enum gm_dtype { GM_DTYPE_F32, GM_DTYPE_F16, GM_DTYPE_BF16 };

enum { GM_TENSOR_RANK_MAX = 4 };

struct gm_tensor {
    struct gm_str name; // as the checkpoint has it
    enum gm_dtype dtype;
    int rank;
    int64_t shape[GM_TENSOR_RANK_MAX]; // the last dimension is contiguous; each ≥ 1
    const void *data;                  // little-endian, contiguous; may be unaligned
};

// Bytes of one element: 4 or 2.
size_t gm_dtype_bytes(enum gm_dtype dtype);

// "f32", "f16", "bf16".
const char *gm_dtype_name(enum gm_dtype dtype);

// Elements of the whole tensor.
int64_t gm_tensor_elements(const struct gm_tensor *tensor);

// Converts elements [first, first + count) into floats. f16 and bf16 convert exactly; what is not
// finite stays what it is. The range must lie inside the tensor.
void gm_tensor_read(const struct gm_tensor *tensor, int64_t first, size_t count, float *ret);

#endif
