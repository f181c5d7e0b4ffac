// Written to be read: the oracle of the other kernels, and what runs on any processor.
#include "vibe/bert/gemm_int8_plain.h"
#include "vibe/bert/gemm_int8_layout.h"
#include "vibe/bert/plain_function.h"

#include <math.h>
#include <string.h>

// ------------------------------------------------------------------------- rows

struct range {
    float low, high; // low ≤ 0 ≤ high
    bool finite;
};

static struct range range_of(const float *x, int count)
{
    struct range range = {.finite = true};
    for (int i = 0; i < count; i++) {
        range.low = fminf(range.low, x[i]);
        range.high = fmaxf(range.high, x[i]);
        range.finite = range.finite && isfinite(x[i]);
    }
    range.finite = range.finite && isfinite(range.high - range.low);
    return range;
}

// `values` are quantised up to the next multiple of GM_INT8_PADDING; scale: the block's scale and
// its zero point times −1.
static void quantise_block(const struct gm_int8_format *format, const float *x, int count,
                           uint8_t *values, float *scale)
{
    const struct range range = range_of(x, count);
    const float span = range.high - range.low;
    float inverse = 0;
    scale[0] = range.finite ? 0 : NAN;
    if (range.finite && span >= 1e-30F) {
        inverse = (float)format->levels / span;
        scale[0] = span / (float)format->levels;
    }
    const int zero = range.finite ? (int)lrintf(-range.low * inverse) : 0;
    scale[1] = (float)-zero;
    for (int i = 0; i < gm_int8_padded(count); i++) {
        const bool known = range.finite && i < count;
        const int value = (known ? (int)lrintf(x[i] * inverse) : 0) + zero;
        values[i] = (uint8_t)(value < 0 ? 0 : value > format->levels ? format->levels : value);
    }
}

void gm_int8_plain_quantise(const struct gm_int8_format *format, const float *x, size_t x_stride,
                            size_t m, int k, void *ret_rows)
{
    const struct gm_int8_row_layout layout = gm_int8_row_layout(format, k);
    char *row = ret_rows;
    for (size_t i = 0; i < m; i++, row += layout.bytes, x += x_stride) {
        for (int b = 0; b < layout.blocks; b++)
            quantise_block(format, x + b * format->block, gm_int8_block_values(format, k, b),
                           (uint8_t *)row + b * format->block,
                           (float *)(row + layout.scales) + (size_t)b * 2);
    }
}

// ------------------------------------------------------------------------- multiplication

enum { COLUMNS_MAX = 64 };

// Adds a block's products to the sums of all columns. `weights` and `values` begin with the block.
static void add_products(const struct gm_int8_format *format, const uint8_t *values,
                         const int8_t *weights, int count, int32_t *sums)
{
    for (int i = 0; i < count; i += 4, weights += (size_t)format->columns * 4) {
        for (int j = 0; j < format->columns; j++)
            sums[j] += values[i] * weights[4 * j] + values[i + 1] * weights[4 * j + 1] +
                       values[i + 2] * weights[4 * j + 2] + values[i + 3] * weights[4 * j + 3];
    }
}

// A row's sums over all blocks, without the columns' scales.
static void multiply_row(const struct gm_int8_format *format, const char *row, const char *panel,
                         int k, float *ret_totals)
{
    const struct gm_int8_panel_layout layout = gm_int8_panel_layout(format, k);
    const float *scales = (const float *)(row + gm_int8_row_layout(format, k).scales);
    const float *corrections = (const float *)(panel + layout.sums);
    const int8_t *weights = (const int8_t *)panel + layout.weights;
    memset(ret_totals, 0, (size_t)format->columns * sizeof *ret_totals);
    for (int b = 0; b < layout.blocks; b++, scales += 2, corrections += format->columns) {
        const int first = b * format->block;
        int32_t sums[COLUMNS_MAX] = {0};
        add_products(format, (const uint8_t *)row + first,
                     weights + gm_int8_weight_at(format, 0, first),
                     gm_int8_block_values(format, k, b), sums);
        for (int j = 0; j < format->columns; j++)
            ret_totals[j] =
                fmaf(scales[0], fmaf(scales[1], corrections[j], (float)sums[j]), ret_totals[j]);
    }
}

// Panel number `p`, whose columns begin at y.
static void multiply_panel(const struct gm_int8_format *format,
                           const struct gm_int8_product *product, int p, size_t first_row,
                           size_t rows, float *y, size_t y_stride)
{
    const struct gm_int8_panel_layout layout = gm_int8_panel_layout(format, product->k);
    const size_t row_bytes = gm_int8_row_bytes(format, product->k);
    const char *panel = (const char *)product->panels + (size_t)p * layout.bytes;
    const float *bias = (const float *)panel;
    const float *scales = (const float *)(panel + layout.scales);
    for (size_t r = 0; r < rows; r++) {
        float totals[COLUMNS_MAX];
        multiply_row(format, (const char *)product->rows + (first_row + r) * row_bytes, panel,
                     product->k, totals);
        for (int j = 0; j < format->columns && p * format->columns + j < product->n; j++)
            y[r * y_stride + (size_t)j] =
                plain_function(product->function, fmaf(totals[j], scales[j], bias[j]));
    }
}

void gm_int8_plain_multiply(const struct gm_int8_format *format,
                            const struct gm_int8_product *product, float *y, size_t y_stride)
{
    for (int p = product->first; p < product->first + product->count; p++)
        multiply_panel(format, product, p, 0, product->m, y + p * format->columns, y_stride);
}

static void multiply_quantise_row(const struct gm_int8_format *format,
                                  const struct gm_int8_product *product, size_t row, float *work,
                                  char *ret_row)
{
    const size_t scales = gm_int8_row_layout(format, product->n).scales;
    for (int b = product->first; b < product->first + product->count; b++) {
        const int values = gm_int8_block_values(format, product->n, b);
        const int panel = b * format->block / format->columns;
        for (int j = 0; j < values; j += format->columns)
            multiply_panel(format, product, panel + j / format->columns, row, 1, work + j, 0);
        quantise_block(format, work, values, (uint8_t *)ret_row + b * format->block,
                       (float *)(ret_row + scales) + (size_t)b * 2);
    }
}

void gm_int8_plain_multiply_quantise(const struct gm_int8_format *format,
                                     const struct gm_int8_product *product, float *work,
                                     void *ret_rows)
{
    const size_t bytes = gm_int8_row_bytes(format, product->n);
    for (size_t r = 0; r < product->m; r++)
        multiply_quantise_row(format, product, r, work, (char *)ret_rows + r * bytes);
}

// ------------------------------------------------------------------------- as kernels

static const struct gm_int8_format plain = {
    .columns = 48, .block = 768, .levels = 255, .weight_max = 127};

static void quantise(const float *x, size_t x_stride, size_t m, int k, void *ret_rows)
{
    gm_int8_plain_quantise(&plain, x, x_stride, m, k, ret_rows);
}

static void multiply(const struct gm_int8_product *product, float *y, size_t y_stride)
{
    gm_int8_plain_multiply(&plain, product, y, y_stride);
}

static void multiply_quantise(const struct gm_int8_product *product, float *work, void *ret_rows)
{
    gm_int8_plain_multiply_quantise(&plain, product, work, ret_rows);
}

const struct gm_int8_kernels gm_int8_kernels_plain = {
    .format = &plain,
    .quantise = quantise,
    .multiply = multiply,
    .multiply_quantise = multiply_quantise,
};
