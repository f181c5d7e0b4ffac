// Linear layers in 8-bit integers: y = f(x · Wᵀ + b), with x (m, k), W (n, k), b (n), y (m, n).
//
// Quantisation. k is cut into blocks. A row of x gets a scale s and a zero point z for each block,
// from the block's own smallest and largest value and 0, so that x ≈ s · (q − z) with q and z in
// [0, levels]. An output channel gets a scale t, so that W ≈ t · p with p in [−weight_max,
// weight_max]. Then
//
//     y = f(b + t · Σ over blocks  s · (Σ q·p  −  z · Σ p))
//
// where the inner sums are exact integers, and the blocks are added in order, in f32. A row of y
// thus depends, to the last bit, on its row of x alone: not on m, on the other rows or on who
// computes which panels. Two kernels of the same format have the same integers; what they make of
// them in f32 differs by their rounding alone.
//
// A block of x with a value that is not finite makes its row of y NaN, or what f makes of NaN, and
// touches no other row; so do a channel's weights. A block whose range is below 1e-30 counts as 0.
//
// Nothing here allocates or starts threads. Buffers are the caller's, rows and panels aligned to
// GM_INT8_ALIGNMENT. Any m ≥ 0, n ≥ 1 and 1 ≤ k ≤ 16,384.
#ifndef GM_VIBE_BERT_GEMM_INT8_H
#define GM_VIBE_BERT_GEMM_INT8_H

#include "vibe/bert/bert.h"
#include "vibe/bert/function.h"

#include <stddef.h>
#include <stdint.h>

enum { GM_INT8_ALIGNMENT = 64 };

// How values are quantised and packed. Kernels that sum products in 16 bits have fewer levels.
struct gm_int8_format {
    int columns;    // output channels of a panel
    int block;      // values of a block, a multiple of `columns` and of 32; the last has the rest
    int levels;     // 127 or 255
    int weight_max; // 63 or 127
    bool marked;    // panels tell which of their sums may leave 16 bits
};

// Blocks of a row of k values.
int gm_int8_blocks(const struct gm_int8_format *format, int k);

// A row holds k quantised values, scales and zero points: gemm_int8_layout.h. Rows lie this many
// bytes apart, a multiple of GM_INT8_ALIGNMENT.
size_t gm_int8_row_bytes(const struct gm_int8_format *format, int k);

// A panel holds its channels' weights, scales, corrections and biases. A layer's panels lie this
// many bytes apart, a multiple of GM_INT8_ALIGNMENT.
size_t gm_int8_panel_bytes(const struct gm_int8_format *format, int k);

// Quantises and packs `count` ≤ columns channels: w (count, k), bias (count). The panel's other
// channels give 0. The same weights make the same bytes.
void gm_int8_pack(const struct gm_int8_format *format, const float *w, const float *bias, int count,
                  int k, void *ret_panel);

// One multiplication of all m rows.
struct gm_int8_product {
    const void *rows; // (m) quantised rows of k values
    size_t m;
    int k;
    const void *panels; // the layer's first panel
    int n;              // channels of the layer
    int first, count;   // panels to multiply with
    enum gm_bert_function function;
};

// Floats that multiply_quantise works in.
enum { GM_INT8_WORK_ROWS = 64, GM_INT8_WORK_FLOATS = GM_INT8_WORK_ROWS * 768 };

// The kernels for one set of instructions.
struct gm_int8_kernels {
    const struct gm_int8_format *format;

    // Quantises m rows of x, whose rows are `x_stride` floats apart.
    void (*quantise)(const float *x, size_t x_stride, size_t m, int k, void *ret_rows);

    // Writes the panels' columns of y (m, n), whose rows are `y_stride` floats apart. Columns from
    // n on are not touched.
    void (*multiply)(const struct gm_int8_product *product, float *y, size_t y_stride);

    // The same, and quantises y as rows of n values for the next multiplication, so that y itself
    // never leaves the cache. [first, first + count) are blocks of n instead of panels, and no
    // other block of ret_rows is touched. `work` is GM_INT8_WORK_FLOATS floats of this thread's
    // own.
    void (*multiply_quantise)(const struct gm_int8_product *product, float *work, void *ret_rows);
};

// The kernels for `isa`, which this processor must have to run them; NULL where this build has
// none.
const struct gm_int8_kernels *gm_int8_kernels(enum gm_bert_isa isa);

extern const struct gm_int8_kernels gm_int8_kernels_plain;
extern const struct gm_int8_kernels gm_int8_kernels_avx2;
extern const struct gm_int8_kernels gm_int8_kernels_avx512;

#endif
