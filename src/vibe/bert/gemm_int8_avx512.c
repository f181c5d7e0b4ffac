// The kernels in AVX-512 with VNNI, whose vpdpbusd multiplies unsigned by signed bytes and adds
// four products in 32 bits, without saturating. A strip of 8 rows × 48 columns keeps 24 sums, 3
// vectors of weights and a four of values in the 32 registers: 24 multiplications for 11 loads.
#include "vibe/bert/gemm_int8.h"
#include "vibe/bert/simd_avx512.h"

#include <string.h>

enum { PANEL_VECTORS = 3, STRIP_ROWS = 8, BLOCK = 768, LEVELS = 255, WEIGHT_MAX = 127, MARKED = 0 };
#define STRIP_EACH(X) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8)

typedef __m512i vi;

static inline vf vf_from(vi x)
{
    return _mm512_cvtepi32_ps(x);
}

// 16 values: x · inverse + zero, rounded to even and clamped to 0 … LEVELS.
static inline void quantise_vector(const float *x, float inverse, int zero, uint8_t *ret)
{
    const vi rounded = _mm512_cvtps_epi32(vf_mul(vf_load(x), vf_set(inverse)));
    const vi moved = _mm512_add_epi32(rounded, _mm512_set1_epi32(zero));
    const vi clamped = _mm512_max_epi32(moved, _mm512_setzero_si512());
    _mm_storeu_si128((__m128i *)ret, _mm512_cvtusepi32_epi8(clamped));
}

static inline void quantise_step(const float *x, float inverse, int zero, uint8_t *ret)
{
    quantise_vector(x, inverse, zero, ret);
    quantise_vector(x + 16, inverse, zero, ret + 16);
}

#include "vibe/bert/simd_int8.h"

static inline __attribute__((always_inline)) void add_products(const int rows,
                                                               const struct block *block,
                                                               vi_sums sums)
{
    const uint8_t *values = block->values;
    const int8_t *weights = block->weights;
    vi kept[STRIP_ROWS][PANEL_VECTORS];
#pragma GCC unroll 8
    for (int r = 0; r < rows; r++) {
#pragma GCC unroll 4
        for (int v = 0; v < PANEL_VECTORS; v++)
            kept[r][v] = _mm512_setzero_si512();
    }
    for (int i = 0; i < block->count; i += 4) {
        vi w[PANEL_VECTORS];
#pragma GCC unroll 4
        for (int v = 0; v < PANEL_VECTORS; v++, weights += sizeof(vi))
            w[v] = _mm512_load_si512(weights);
#pragma GCC unroll 8
        for (int r = 0; r < rows; r++) {
            int32_t four;
            memcpy(&four, values + (size_t)r * block->stride + i, sizeof four);
            const vi fours = _mm512_set1_epi32(four);
#pragma GCC unroll 4
            for (int v = 0; v < PANEL_VECTORS; v++)
                kept[r][v] = _mm512_dpbusd_epi32(kept[r][v], fours, w[v]);
        }
    }
#pragma GCC unroll 8
    for (int r = 0; r < rows; r++) {
#pragma GCC unroll 4
        for (int v = 0; v < PANEL_VECTORS; v++)
            sums[r][v] = kept[r][v];
    }
}

const struct gm_int8_kernels gm_int8_kernels_avx512 = {
    .format = &format,
    .quantise = quantise,
    .multiply = multiply,
    .multiply_quantise = multiply_quantise,
};
