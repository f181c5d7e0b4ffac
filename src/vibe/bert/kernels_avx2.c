// The kernels in AVX2 and FMA. Compiled with those instructions alone, so nothing here may run
// before gm_bert_isa_runs has said yes; hence static functions and no inline ones of other headers.
#include "vibe/bert/kernels.h"
#include "vibe/bert/simd_avx2.h"

#include <math.h>
#include <string.h>

#include "vibe/bert/simd_attention.h"

const struct gm_bert_kernels gm_bert_kernels_avx2 = {
    .panel_columns = TILE_COLUMNS,
    .multiply = multiply,
    .add_norm = add_norm,
    .widen = widen,
    .attend = attend,
    .attend_scratch_floats = attend_scratch_floats,
};
