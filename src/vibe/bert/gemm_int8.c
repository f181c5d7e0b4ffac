// The kernels by instruction set, and what they have in common.
#include "vibe/bert/gemm_int8.h"

const struct gm_int8_kernels *gm_int8_kernels(enum gm_bert_isa isa)
{
    (void)isa;
    return NULL;
}

int gm_int8_blocks(int k)
{
    return (k + GM_INT8_BLOCK - 1) / GM_INT8_BLOCK;
}

int gm_int8_block_values(int k)
{
    return k < GM_INT8_BLOCK ? k : GM_INT8_BLOCK;
}

size_t gm_int8_work_floats(int n)
{
    return (size_t)n;
}
