// The kernels of gemm_int8.h in terms of `vf` and of what the including file defines before:
//
//     PANEL_VECTORS             vectors of a panel's columns
//     STRIP_ROWS, STRIP_EACH    rows that are multiplied at a time, at most
//     vi                        a vector of int32_t
//     vf_from(vi)               the same as floats
//     quantise_step             see quantise_block
//     add_products              see multiply_strip
//     BLOCK, LEVELS, WEIGHT_MAX, MARKED    the format
//
// The loops, from outside: panels; strips of STRIP_ROWS rows; blocks of values. A panel is read
// from memory once, by its first strip, and while the strips pass over it the next panel is fetched
// into the second cache. Rows stay there: a micro-batch has some hundred of them.
#ifndef GM_VIBE_BERT_SIMD_INT8_H
#define GM_VIBE_BERT_SIMD_INT8_H

#include "vibe/bert/gemm_int8_layout.h"
#include "vibe/bert/simd_math.h"

#include <math.h>
#include <string.h>

enum { LINE_BYTES = 64 };

static const struct gm_int8_format format = {
    .columns = PANEL_VECTORS * VF_LANES,
    .block = BLOCK,
    .levels = LEVELS,
    .weight_max = WEIGHT_MAX,
    .marked = MARKED,
};

// ------------------------------------------------------------------------- rows

struct range {
    vf low, high; // of each lane, low ≤ 0 ≤ high
    vf poison;    // 0, or NaN where a value was not finite
};

static inline void widen_range(struct range *range, vf x)
{
    range->low = vf_min(range->low, x);
    range->high = vf_max(range->high, x);
    range->poison = vf_fma(x, vf_set(0.0F), range->poison);
}

static struct range range_of(const float *x, int count)
{
    const struct range none = {vf_set(0.0F), vf_set(0.0F), vf_set(0.0F)};
    struct range range = none;
    struct range other = none; // two, so that one need not wait for the other
    int i = 0;
    for (; i + 2 * VF_LANES <= count; i += 2 * VF_LANES) {
        widen_range(&range, vf_load(x + i));
        widen_range(&other, vf_load(x + i + VF_LANES));
    }
    for (; i < count; i += VF_LANES) {
        const int left = count - i;
        widen_range(&range, left < VF_LANES ? vf_load_part(x + i, left) : vf_load(x + i));
    }
    return (struct range){
        .low = vf_min(range.low, other.low),
        .high = vf_max(range.high, other.high),
        .poison = vf_add(range.poison, other.poison),
    };
}

// `values` are quantised up to the next multiple of GM_INT8_PADDING; scale: the block's scale and
// its zero point times −1.
static void quantise_block(const float *x, int count, uint8_t *values, float *scale)
{
    const struct range range = range_of(x, count);
    const float levels = (float)format.levels;
    const float low = -vf_largest(vf_sub(vf_set(0.0F), range.low));
    const float span = vf_largest(range.high) - low;
    const bool finite = isfinite(vf_sum(range.poison)) && isfinite(span);
    float inverse = 0;
    scale[0] = finite ? 0 : NAN;
    if (finite && span >= 1e-30F) {
        inverse = levels / span;
        scale[0] = span / levels;
    }
    const int zero = finite ? (int)lrintf(-low * inverse) : 0;
    scale[1] = (float)-zero;
    int i = 0;
    for (; i + GM_INT8_STEP <= count; i += GM_INT8_STEP)
        quantise_step(x + i, inverse, zero, values + i);
    for (; i < gm_int8_padded(count); i += GM_INT8_STEP) {
        float rest[GM_INT8_STEP] = {0};
        if (i < count)
            memcpy(rest, x + i, (size_t)(count - i) * sizeof *rest);
        quantise_step(rest, inverse, zero, values + i);
    }
}

static void quantise(const float *x, size_t x_stride, size_t m, int k, void *ret_rows)
{
    const struct gm_int8_row_layout layout = gm_int8_row_layout(&format, k);
    const int block = format.block;
    char *row = ret_rows;
    for (size_t i = 0; i < m; i++, row += layout.bytes, x += x_stride) {
        for (int b = 0; b < layout.blocks; b++)
            quantise_block(x + b * block, gm_int8_block_values(&format, k, b),
                           (uint8_t *)row + b * block,
                           (float *)(row + layout.scales) + (size_t)b * 2);
    }
}

// ------------------------------------------------------------------------- multiplication

// A panel, and where its products with some rows go.
struct panel {
    const char *panel;
    struct gm_int8_panel_layout layout;
    int k;
    enum gm_bert_function function;
    const char *rows; // quantised
    size_t row_bytes, row_scales;
    float *y;
    size_t y_stride;
    int columns;      // that y has
    const char *next; // what is fetched, `fetch` bytes for each block of each strip
    size_t fetch;
};

// What add_products reads: some rows' values of one block, and a panel's weights for them.
struct block {
    const uint8_t *values;
    size_t stride;
    const int8_t *weights;
    const char *marks;
    int count; // values, of which the last four may lie in the padding
};

typedef vi vi_sums[STRIP_ROWS][PANEL_VECTORS];
typedef vf vf_sums[STRIP_ROWS][PANEL_VECTORS];

// `rows` is a constant in every caller, so that sums are registers.
static inline __attribute__((always_inline)) void add_products(const int rows,
                                                               const struct block *block,
                                                               vi_sums sums);

static inline __attribute__((always_inline)) void finish_strip(const int rows,
                                                               const struct panel *panel,
                                                               vf_sums totals)
{
    const float *bias = (const float *)panel->panel;
    const float *scales = (const float *)(panel->panel + panel->layout.scales);
    for (int v = 0; v < PANEL_VECTORS; v++) {
        const vf b = vf_load(bias + v * VF_LANES);
        const vf s = vf_load(scales + v * VF_LANES);
        const int lanes = panel->columns - v * VF_LANES;
        for (int r = 0; r < rows; r++) {
            const vf y = vf_function(panel->function, vf_fma(totals[r][v], s, b));
            float *at = panel->y + (size_t)r * panel->y_stride + v * VF_LANES;
            if (lanes >= VF_LANES)
                vf_store(at, y);
            else if (lanes > 0)
                vf_store_part(at, y, lanes);
        }
    }
}

static inline __attribute__((always_inline)) void multiply_strip(const int rows,
                                                                 const struct panel *panel)
{
    const float *sums_of_weights = (const float *)(panel->panel + panel->layout.sums);
    const char *next = panel->next;
    struct block block = {
        .values = (const uint8_t *)panel->rows,
        .stride = panel->row_bytes,
        .weights = (const int8_t *)panel->panel + panel->layout.weights,
        .marks = panel->panel + panel->layout.marks,
    };
    vf_sums totals;
    for (int r = 0; r < rows; r++) {
        for (int v = 0; v < PANEL_VECTORS; v++)
            totals[r][v] = vf_set(0.0F);
    }
    for (int b = 0; b < panel->layout.blocks; b++) {
        vi_sums sums;
        block.count = gm_int8_block_values(&format, panel->k, b);
        for (size_t i = 0; i < panel->fetch; i += LINE_BYTES)
            __builtin_prefetch(next + i, 0, 2);
        next += panel->fetch;
        add_products(rows, &block, sums);
        for (int r = 0; r < rows; r++) {
            const float *scale =
                (const float *)(panel->rows + (size_t)r * panel->row_bytes + panel->row_scales) +
                (size_t)b * 2;
            for (int v = 0; v < PANEL_VECTORS; v++) {
                const vf centred = vf_fma(vf_set(scale[1]), vf_load(sums_of_weights + v * VF_LANES),
                                          vf_from(sums[r][v]));
                totals[r][v] = vf_fma(vf_set(scale[0]), centred, totals[r][v]);
            }
        }
        sums_of_weights += format.columns;
        block.values += format.block;
        block.weights += (size_t)format.block * (size_t)format.columns;
        block.marks += format.block / GM_INT8_GROUP;
    }
    finish_strip(rows, panel, totals);
}

#define STRIP_FUNCTION(rows)                                                                       \
    static void multiply_strip_##rows(const struct panel *panel)                                   \
    {                                                                                              \
        multiply_strip(rows, panel);                                                               \
    }
STRIP_EACH(STRIP_FUNCTION)

#define STRIP_ENTRY(rows) multiply_strip_##rows,
static void (*const strips[])(const struct panel *) = {NULL, STRIP_EACH(STRIP_ENTRY)};

// Panel number `p` with rows [first_row, first_row + rows); its columns begin at y.
static void multiply_panel(const struct gm_int8_product *product, int p, size_t first_row,
                           size_t rows, float *y, size_t y_stride)
{
    const struct gm_int8_row_layout row = gm_int8_row_layout(&format, product->k);
    struct panel panel = {
        .layout = gm_int8_panel_layout(&format, product->k),
        .k = product->k,
        .function = product->function,
        .rows = (const char *)product->rows + first_row * row.bytes,
        .row_bytes = row.bytes,
        .row_scales = row.scales,
        .y = y,
        .y_stride = y_stride,
        .columns = product->n - p * format.columns,
    };
    panel.panel = (const char *)product->panels + (size_t)p * panel.layout.bytes;
    panel.next = panel.panel + panel.layout.bytes;
    const size_t count = (rows + STRIP_ROWS - 1) / STRIP_ROWS;
    const size_t parts = count * (size_t)row.blocks;
    panel.fetch = parts > 0 ? gm_int8_aligned(panel.layout.bytes / parts) : 0;
    for (size_t i = 0, done = 0; i < count; i++) {
        const size_t height = (rows - done + count - i - 1) / (count - i);
        strips[height](&panel);
        panel.rows += height * row.bytes;
        panel.y += height * y_stride;
        panel.next += panel.fetch * (size_t)row.blocks;
        done += height;
    }
}

static void multiply(const struct gm_int8_product *product, float *y, size_t y_stride)
{
    for (int p = product->first; p < product->first + product->count; p++)
        multiply_panel(product, p, 0, product->m, y + p * format.columns, y_stride);
}

// Block number `b` of some rows. `work` (rows, block)
static void multiply_quantise_block(const struct gm_int8_product *product, int b, size_t first_row,
                                    size_t rows, float *work, char *ret_rows)
{
    const struct gm_int8_row_layout layout = gm_int8_row_layout(&format, product->n);
    const int values = gm_int8_block_values(&format, product->n, b);
    const int first = b * format.block / format.columns;
    const size_t stride = (size_t)format.block;
    for (int j = 0; j < values; j += format.columns)
        multiply_panel(product, first + j / format.columns, first_row, rows, work + j, stride);
    for (size_t r = 0; r < rows; r++) {
        char *row = ret_rows + (first_row + r) * layout.bytes;
        quantise_block(work + r * stride, values, (uint8_t *)row + b * format.block,
                       (float *)(row + layout.scales) + (size_t)b * 2);
    }
}

static void multiply_quantise(const struct gm_int8_product *product, float *work, void *ret_rows)
{
    for (size_t row = 0; row < product->m; row += GM_INT8_WORK_ROWS) {
        const size_t left = product->m - row;
        const size_t rows = left < GM_INT8_WORK_ROWS ? left : GM_INT8_WORK_ROWS;
        for (int b = product->first; b < product->first + product->count; b++)
            multiply_quantise_block(product, b, row, rows, work, ret_rows);
    }
}

#endif
