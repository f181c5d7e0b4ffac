// Linear layers in 8-bit integers: y = f(x · Wᵀ + b), with x (m, k), W (n, k), b (n), y (m, n).
//
// Quantisation. k is cut into blocks of at most GM_INT8_BLOCK columns. A row of x gets a scale s
// and a zero point z for each block, from the block's own smallest and largest value, so that x ≈
// s · (q − z) with q in [−128, 127]. W gets a scale t for each output channel and block, so that
// W ≈ t · p with p in [−weight_max, weight_max]. Then
//
//     y = f(b + Σ over blocks  s · t · (Σ q·p  −  z · Σ p))
//
// where the sums in brackets are exact in 32 bits for k up to 16,384, and the blocks are added in
// order, in f32. A row of y thus depends, to the last bit, on its row of x alone: not on m, on the
// other rows or on who computes which panels. Kernels whose weight_max is the same have the same
// integers; what they make of them in f32 (activation, rounding) may differ in the last bits.
//
// A block with a value that is not finite, or whose range is not, makes its row of y NaN and no
// other. A block of zeros gives exactly zero.
//
// Nothing here allocates or starts threads. All buffers are GM_INT8_ALIGNMENT-aligned and the
// caller's. Any m, n, k ≥ 1.
#ifndef GM_VIBE_BERT_GEMM_INT8_H
#define GM_VIBE_BERT_GEMM_INT8_H

#include "vibe/bert/bert.h"

#include <stddef.h>
#include <stdint.h>

enum { GM_INT8_ALIGNMENT = 64, GM_INT8_BLOCK = 768 };

// What f is. The order is that of gm_bert_activation, after the first.
enum gm_int8_activation {
    GM_INT8_LINEAR,
    GM_INT8_GELU,
    GM_INT8_GELU_TANH,
    GM_INT8_RELU,
};

// One multiplication: all m rows with panels [first, first + count).
struct gm_int8_product {
    const void *rows; // (m) quantised rows of k values, row_bytes(k) apart
    size_t m;
    int k;
    const void *panels; // the layer's first panel; its n channels lie in panels of `columns`
    int n;
    int first, count;
    enum gm_int8_activation activation;
};

// The kernels for one set of instructions.
struct gm_int8_kernels {
    int weight_max; // 63 where sums of products have to fit in 16 bits, else 127
    int columns;    // output channels of a panel, a multiple of 8

    // A panel holds its channels' weights, scales, corrections and biases in an order that only
    // these kernels know, the same bytes on each run. A layer's panels lie panel_bytes(k) apart, a
    // multiple of GM_INT8_ALIGNMENT; the last one may have channels that are not used.
    size_t (*panel_bytes)(int k);

    // Quantises and packs `count` ≤ columns channels: w (count, k), bias (count). Weights that are
    // not finite make their channel's outputs NaN.
    void (*pack)(const float *w, const float *bias, int count, int k, void *ret_panel);

    // A row holds its values, scales and zero points, in an order of these kernels; `row_bytes` is
    // a multiple of GM_INT8_ALIGNMENT.
    size_t (*row_bytes)(int k);

    // Quantises m rows of x, whose rows are `x_stride` floats apart.
    void (*quantise)(const float *x, size_t x_stride, size_t m, int k, void *ret_rows);

    // y (m, n), of which the panels' columns are written; rows are `y_stride` floats apart. The
    // columns that n does not fill in the last panel are not touched.
    void (*multiply)(const struct gm_int8_product *product, float *y, size_t y_stride);

    // The same, and quantises y as rows of n values for the next multiplication. Covers whole
    // blocks of y: [first, first + count) are blocks instead of panels, and block b's part of
    // ret_rows is all that is written. `work` is gm_int8_work_floats(n) floats of this thread's
    // own.
    void (*multiply_quantise)(const struct gm_int8_product *product, float *work, void *ret_rows);
};

// The kernels for `isa`, which this processor must have to run them; NULL in a build for another
// architecture.
const struct gm_int8_kernels *gm_int8_kernels(enum gm_bert_isa isa);

// Blocks of a row of k values, and the values of each but the last, which has what remains: a
// multiple of every kernel's `columns` unless there is only one block.
int gm_int8_blocks(int k);
int gm_int8_block_values(int k);

size_t gm_int8_work_floats(int n);

#endif
