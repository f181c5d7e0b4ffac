// The product of a matrix and panels, in terms of `vf`.
//
// The loops, from outside: panels; blocks of TILE_INPUTS inputs; strips of TILE_ROWS rows. The
// tile's sums live in registers. A block of a panel is read once a strip, from the second cache
// (docs/decisions/encoder.md tells why not from the first), and while its strips pass over it the
// next block is fetched there, a few lines a strip. Elements of `a` come by broadcast from wherever
// they are: 4 bytes a row for TILE_VECTORS multiplications.
#ifndef GM_VIBE_BERT_SIMD_GEMM_H
#define GM_VIBE_BERT_SIMD_GEMM_H

#include "vibe/bert/simd_math.h"

#include <stddef.h>

enum {
    TILE_COLUMNS = TILE_VECTORS * VF_LANES,
    TILE_INPUTS = 768, // of a block: 48 KiB of the panel with AVX2, 96 KiB with AVX-512
};

struct tile {
    const float *a; // (rows, k)
    size_t a_stride;
    int k;
    const float *panel; // (k, TILE_COLUMNS)
    const float *start; // (rows, TILE_COLUMNS): what the sums begin with
    size_t start_stride;
    float *c; // (rows, TILE_COLUMNS)
    size_t c_stride;
    const char *next; // what the strip fetches, `next_step` bytes an input
    size_t next_step;
};

// `rows` is a constant in every caller, so that the sums are registers.
static inline __attribute__((always_inline)) void tile_rows(const int rows, const struct tile *tile)
{
    vf sums[TILE_ROWS][TILE_VECTORS];
    const float *a = tile->a;
    const float *panel = tile->panel;
    const char *next = tile->next;
    const size_t a_stride = tile->a_stride;
    const size_t next_step = tile->next_step;
#pragma GCC unroll 16
    for (int r = 0; r < rows; r++) {
#pragma GCC unroll 4
        for (int v = 0; v < TILE_VECTORS; v++)
            sums[r][v] = vf_load(tile->start + (size_t)r * tile->start_stride + v * VF_LANES);
    }
    for (int i = 0; i < tile->k; i++, panel += TILE_COLUMNS, next += next_step) {
        vf b[TILE_VECTORS];
        __builtin_prefetch(next, 0, 2);
#pragma GCC unroll 4
        for (int v = 0; v < TILE_VECTORS; v++)
            b[v] = vf_load(panel + v * VF_LANES);
#pragma GCC unroll 16
        for (int r = 0; r < rows; r++) {
            const vf element = vf_set(a[(size_t)r * a_stride + (size_t)i]);
#pragma GCC unroll 4
            for (int v = 0; v < TILE_VECTORS; v++)
                sums[r][v] = vf_fma(element, b[v], sums[r][v]);
        }
    }
#pragma GCC unroll 16
    for (int r = 0; r < rows; r++) {
#pragma GCC unroll 4
        for (int v = 0; v < TILE_VECTORS; v++)
            vf_store(tile->c + (size_t)r * tile->c_stride + v * VF_LANES, sums[r][v]);
    }
}

#define TILE_FUNCTION(rows)                                                                        \
    static void tile_##rows(const struct tile *tile)                                               \
    {                                                                                              \
        tile_rows(rows, tile);                                                                     \
    }
TILE_EACH(TILE_FUNCTION)

#define TILE_ENTRY(rows) tile_##rows,
static void (*const tiles[])(const struct tile *) = {NULL, TILE_EACH(TILE_ENTRY)};

static void apply(enum gm_bert_function function, float *c, size_t c_stride, int rows)
{
    for (int r = 0; r < rows; r++) {
        for (int v = 0; v < TILE_VECTORS; v++) {
            float *at = c + (size_t)r * c_stride + v * VF_LANES;
            vf_store(at, vf_function(function, vf_load(at)));
        }
    }
}

static void multiply_panel(const float *a, size_t a_stride, int rows, int k, const float *panel,
                           enum gm_bert_function function, float *c, size_t c_stride)
{
    const int strips = (rows + TILE_ROWS - 1) / TILE_ROWS;
    for (int input = 0; input < k; input += TILE_INPUTS) {
        const bool last = k - input <= TILE_INPUTS;
        const int inputs = last ? k - input : TILE_INPUTS;
        const float *block = panel + ((size_t)input + 1) * TILE_COLUMNS;
        const size_t next_step = TILE_COLUMNS * sizeof *block / (size_t)strips + 1;
        int row = 0;
        for (int s = 0; s < strips; s++) {
            const int height = (rows - row + strips - s - 1) / (strips - s);
            float *at = c + (size_t)row * c_stride;
            const struct tile tile = {
                .a = a + (size_t)row * a_stride + input,
                .a_stride = a_stride,
                .k = inputs,
                .panel = block,
                .start = input == 0 ? panel : at,
                .start_stride = input == 0 ? 0 : c_stride,
                .c = at,
                .c_stride = c_stride,
                .next = (const char *)(block + (size_t)inputs * TILE_COLUMNS) +
                        (size_t)s * next_step * (size_t)inputs,
                .next_step = next_step,
            };
            tiles[height](&tile);
            if (last && function != GM_FUNCTION_NONE)
                apply(function, at, c_stride, height);
            row += height;
        }
    }
}

static void multiply(const float *a, size_t a_stride, int rows, int k, const float *panels,
                     int panel_count, enum gm_bert_function function, float *ret_c, size_t c_stride)
{
    const size_t panel_floats = gm_panel_floats(TILE_COLUMNS, k);
    for (int p = 0; p < panel_count; p++)
        multiply_panel(a, a_stride, rows, k, panels + (size_t)p * panel_floats, function,
                       ret_c + (size_t)p * TILE_COLUMNS, c_stride);
}

#endif
