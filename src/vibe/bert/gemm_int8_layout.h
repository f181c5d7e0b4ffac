// Where things lie in quantised rows and packed panels. K is k rounded up to a multiple of
// GM_INT8_PADDING, and what lies between k and K counts as 0.
//
//     row     K values, a byte each
//             of each block: its scale, its zero point times −1, both floats
//     panel   bias of each column, floats
//             scale of each column, floats
//             of each block: the sum of each column's weights, as floats
//             of each group of GM_INT8_GROUP values: a byte that marks it (gm_int8_format.marked)
//             weights, aligned: four values of each column, a byte each; then the next four
#ifndef GM_VIBE_BERT_GEMM_INT8_LAYOUT_H
#define GM_VIBE_BERT_GEMM_INT8_LAYOUT_H

#include "vibe/bert/gemm_int8.h"

enum {
    GM_INT8_GROUP = 24,   // values whose products are added in 16 bits
    GM_INT8_STEP = 32,    // values that are quantised at a time
    GM_INT8_PADDING = 96, // a multiple of both
};

struct gm_int8_row_layout {
    size_t scales, bytes; // offset of the first block's scale; distance of two rows
    int blocks;
};

struct gm_int8_panel_layout {
    size_t scales, sums, marks, weights, bytes; // offsets, and the distance of two panels
    int blocks, groups;
};

static inline size_t gm_int8_aligned(size_t bytes)
{
    return (bytes + GM_INT8_ALIGNMENT - 1) / GM_INT8_ALIGNMENT * GM_INT8_ALIGNMENT;
}

static inline int gm_int8_padded(int k)
{
    return (k + GM_INT8_PADDING - 1) / GM_INT8_PADDING * GM_INT8_PADDING;
}

static inline struct gm_int8_row_layout gm_int8_row_layout(const struct gm_int8_format *format,
                                                           int k)
{
    const int blocks = (k + format->block - 1) / format->block;
    const size_t scales = (size_t)gm_int8_padded(k);
    return (struct gm_int8_row_layout){
        .scales = scales,
        .bytes = gm_int8_aligned(scales + (size_t)blocks * 2 * sizeof(float)),
        .blocks = blocks,
    };
}

static inline struct gm_int8_panel_layout gm_int8_panel_layout(const struct gm_int8_format *format,
                                                               int k)
{
    const int blocks = (k + format->block - 1) / format->block;
    const int padded = gm_int8_padded(k);
    const size_t floats = (size_t)format->columns * sizeof(float);
    const size_t marks = (size_t)(2 + blocks) * floats;
    const size_t weights = gm_int8_aligned(marks + (size_t)(padded / GM_INT8_GROUP));
    return (struct gm_int8_panel_layout){
        .scales = floats,
        .sums = 2 * floats,
        .marks = marks,
        .weights = weights,
        .bytes = gm_int8_aligned(weights + (size_t)padded * (size_t)format->columns),
        .blocks = blocks,
        .groups = padded / GM_INT8_GROUP,
    };
}

// Offset of value i of a column among the weights.
static inline size_t gm_int8_weight_at(const struct gm_int8_format *format, int column, int i)
{
    return ((size_t)(i / 4) * (size_t)format->columns + (size_t)column) * 4 + (size_t)(i % 4);
}

// Values of block number `block` of k.
static inline int gm_int8_block_values(const struct gm_int8_format *format, int k, int block)
{
    const int left = k - block * format->block;
    return left < format->block ? left : format->block;
}

#endif
