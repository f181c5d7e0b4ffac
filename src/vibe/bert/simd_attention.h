// Attention of one head, in terms of `vf`: two products of matrices with a softmax between them.
//
// Keys and values are laid out as panels in the scratch memory (64 · n · 8 bytes for heads of 64:
// 16 KiB for 32 tokens), then ATTEND_QUERIES queries at a time pass over them.
#ifndef GM_VIBE_BERT_SIMD_ATTENTION_H
#define GM_VIBE_BERT_SIMD_ATTENTION_H

#include "vibe/bert/simd_gemm.h"
#include "vibe/bert/simd_rows.h"

enum { ATTEND_QUERIES = 4 * TILE_ROWS };

// What stands in a panel's bias for keys that there are not: their weight comes to nothing.
#define NO_KEY (-1e30F)

static size_t key_floats(int n, int d)
{
    return (size_t)(gm_round_up(n, TILE_COLUMNS) / TILE_COLUMNS) * gm_panel_floats(TILE_COLUMNS, d);
}

static size_t value_floats(int n, int d)
{
    return (size_t)(gm_round_up(d, TILE_COLUMNS) / TILE_COLUMNS) * gm_panel_floats(TILE_COLUMNS, n);
}

static size_t attend_scratch_floats(int n, int d)
{
    const size_t widths =
        (size_t)gm_round_up(n, TILE_COLUMNS) + (size_t)gm_round_up(d, TILE_COLUMNS);
    return key_floats(n, d) + value_floats(n, d) + ATTEND_QUERIES * widths;
}

// Keys become columns: panel (d, TILE_COLUMNS) of each TILE_COLUMNS keys.
static void lay_keys(const struct gm_attention *attention, float *panel)
{
    const int d = attention->d;
    for (int first = 0; first < attention->n; first += TILE_COLUMNS) {
        for (int j = 0; j < TILE_COLUMNS; j++) {
            const bool present = first + j < attention->n;
            const float *key = attention->k + (size_t)(first + j) * attention->kv_stride;
            panel[j] = present ? 0.0F : NO_KEY;
            for (int i = 0; i < d; i++)
                panel[(i + 1) * TILE_COLUMNS + j] = present ? key[i] : 0.0F;
        }
        panel += gm_panel_floats(TILE_COLUMNS, d);
    }
}

// Values stay rows: panel (n, TILE_COLUMNS) of each TILE_COLUMNS of their elements.
static void lay_values(const struct gm_attention *attention, float *panel)
{
    for (int first = 0; first < attention->d; first += TILE_COLUMNS) {
        const int columns =
            attention->d - first < TILE_COLUMNS ? attention->d - first : TILE_COLUMNS;
        memset(panel, 0, TILE_COLUMNS * sizeof *panel);
        panel += TILE_COLUMNS;
        for (int j = 0; j < attention->n; j++, panel += TILE_COLUMNS) {
            const float *value = attention->v + (size_t)j * attention->kv_stride + first;
            for (int v = 0; v < TILE_VECTORS; v++) {
                const int left = columns - v * VF_LANES;
                const vf part = left >= VF_LANES ? vf_load(value + v * VF_LANES)
                                : left > 0       ? vf_load_part(value + v * VF_LANES, left)
                                                 : vf_set(0.0F);
                vf_store(panel + v * VF_LANES, part);
            }
        }
    }
}

static void store_scaled(const float *x, float scale, int n, float *ret)
{
    const int whole = n - n % VF_LANES;
    for (int i = 0; i < whole; i += VF_LANES)
        vf_store(ret + i, vf_mul(vf_load(x + i), vf_set(scale)));
    if (whole < n)
        vf_store_part(ret + whole, vf_mul(vf_load(x + whole), vf_set(scale)), n - whole);
}

static void attend(const struct gm_attention *attention, float *scratch, float *ret_context,
                   size_t context_stride)
{
    const int n = attention->n;
    const int d = attention->d;
    const int n_width = gm_round_up(n, TILE_COLUMNS);
    const int d_width = gm_round_up(d, TILE_COLUMNS);
    float *keys = scratch;
    float *values = keys + key_floats(n, d);
    float *weights = values + value_floats(n, d);             // (ATTEND_QUERIES, n_width)
    float *sums = weights + ATTEND_QUERIES * (size_t)n_width; // (ATTEND_QUERIES, d_width)
    lay_keys(attention, keys);
    lay_values(attention, values);
    for (int first = 0; first < attention->queries; first += ATTEND_QUERIES) {
        const int left = attention->queries - first;
        const int queries = left < ATTEND_QUERIES ? left : ATTEND_QUERIES;
        float scales[ATTEND_QUERIES];
        multiply(attention->q + (size_t)first * attention->q_stride, attention->q_stride, queries,
                 d, keys, n_width / TILE_COLUMNS, GM_FUNCTION_NONE, weights, (size_t)n_width);
        for (int i = 0; i < queries; i++)
            scales[i] = 1.0F / exponentials(weights + (size_t)i * (size_t)n_width, n_width);
        multiply(weights, (size_t)n_width, queries, n, values, d_width / TILE_COLUMNS,
                 GM_FUNCTION_NONE, sums, (size_t)d_width);
        for (int i = 0; i < queries; i++)
            store_scaled(sums + (size_t)i * (size_t)d_width, scales[i], d,
                         ret_context + (size_t)(first + i) * context_stride);
    }
}

#endif
