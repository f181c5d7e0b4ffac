// The kernels in AVX2, which has no instruction that multiplies bytes and adds them in 32 bits.
// vpmaddubsw adds two products in 16 bits, and saturates; what is usual is to widen its result at
// once, by vpmaddwd and vpaddd, which takes three instructions for 32 products. Here the values
// have 7 bits (0 … 127), and so have the weights (±63), so that the sums of a group of 24 values,
// 12 products in each 16 bits, nearly always fit: they are added there, one instruction each, and
// widened once. Packing marks the groups whose weights may break that rule; those are widened every
// 8 values, which always fit: 4 · 127 · 63 < 2^15. docs/decisions/int8.md has the figures.
#include "vibe/bert/gemm_int8.h"
#include "vibe/bert/simd_avx2.h"

#include <string.h>

enum { PANEL_VECTORS = 3, STRIP_ROWS = 4, BLOCK = 192, LEVELS = 127, WEIGHT_MAX = 63, MARKED = 1 };
#define STRIP_EACH(X) X(1) X(2) X(3) X(4)

typedef __m256i vi;

static inline vf vf_from(vi x)
{
    return _mm256_cvtepi32_ps(x);
}

static inline vi scaled(const float *x, vf inverse, vi zero)
{
    return _mm256_add_epi32(_mm256_cvtps_epi32(vf_mul(vf_load(x), inverse)), zero);
}

// GM_INT8_STEP values: x · inverse + zero, rounded to even and clamped to 0 … LEVELS.
static inline void quantise_step(const float *x, float inverse, int zero, uint8_t *ret)
{
    const vf factor = vf_set(inverse);
    const vi offset = _mm256_set1_epi32(zero);
    const vi low = _mm256_packs_epi32(scaled(x, factor, offset), scaled(x + 8, factor, offset));
    const vi high =
        _mm256_packs_epi32(scaled(x + 16, factor, offset), scaled(x + 24, factor, offset));
    const vi bytes = _mm256_min_epu8(_mm256_packus_epi16(low, high), _mm256_set1_epi8(LEVELS));
    // Packing works within halves, which leaves the fours in the order 0 2 4 6 1 3 5 7.
    const vi order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
    _mm256_storeu_si256((__m256i *)ret, _mm256_permutevar8x32_epi32(bytes, order));
}

#include "vibe/bert/simd_int8.h"

enum { FOURS = GM_INT8_GROUP / 4, SAFE_FOURS = 2 }; // of a group, and that always fit in 16 bits

// Four values of a row in every lane.
static inline vi four_of(const uint8_t *values)
{
    int32_t four;
    memcpy(&four, values, sizeof four);
    return _mm256_set1_epi32(four);
}

// Products of `fours` fours of values, added in 16 bits, then to the sums. gcc would gather the
// products first and add them at the end, for which there are not enough registers: the empty
// statement holds it to the order written here.
static inline __attribute__((always_inline)) void add_fours(const int rows, const int fours,
                                                            const uint8_t *values, size_t stride,
                                                            const int8_t *weights, vi_sums sums)
{
    vi halves[STRIP_ROWS][PANEL_VECTORS];
#pragma GCC unroll 8
    for (int i = 0; i < fours; i++) {
        vi w[PANEL_VECTORS];
#pragma GCC unroll 4
        for (int v = 0; v < PANEL_VECTORS; v++)
            w[v] = _mm256_load_si256((const __m256i *)weights + i * PANEL_VECTORS + v);
#pragma GCC unroll 4
        for (int r = 0; r < rows; r++) {
            const vi four = four_of(values + (size_t)r * stride + i * 4);
#pragma GCC unroll 4
            for (int v = 0; v < PANEL_VECTORS; v++) {
                const vi products = _mm256_maddubs_epi16(four, w[v]);
                halves[r][v] = i == 0 ? products : _mm256_add_epi16(halves[r][v], products);
                __asm__ volatile("" : "+x"(halves[r][v]));
            }
        }
    }
#pragma GCC unroll 4
    for (int r = 0; r < rows; r++) {
#pragma GCC unroll 4
        for (int v = 0; v < PANEL_VECTORS; v++) {
            const vi whole = _mm256_madd_epi16(halves[r][v], _mm256_set1_epi16(1));
            sums[r][v] = _mm256_add_epi32(sums[r][v], whole);
        }
    }
}

static inline __attribute__((always_inline)) void add_products(const int rows,
                                                               const struct block *block,
                                                               vi_sums sums)
{
    enum { FOUR_BYTES = 4 * PANEL_VECTORS * VF_LANES };
    const uint8_t *values = block->values;
    const int8_t *weights = block->weights;
    const char *marks = block->marks;
#pragma GCC unroll 4
    for (int r = 0; r < rows; r++) {
#pragma GCC unroll 4
        for (int v = 0; v < PANEL_VECTORS; v++)
            sums[r][v] = _mm256_setzero_si256();
    }
    for (int i = 0; i < block->count; i += GM_INT8_GROUP) {
        if (__builtin_expect(*marks++, 0)) {
            for (int j = 0; j < FOURS; j += SAFE_FOURS)
                add_fours(rows, SAFE_FOURS, values + (size_t)j * 4, block->stride,
                          weights + (size_t)j * FOUR_BYTES, sums);
        } else {
            add_fours(rows, FOURS, values, block->stride, weights, sums);
        }
        values += GM_INT8_GROUP;
        weights += FOURS * FOUR_BYTES;
    }
}

const struct gm_int8_kernels gm_int8_kernels_avx2 = {
    .format = &format,
    .quantise = quantise,
    .multiply = multiply,
    .multiply_quantise = multiply_quantise,
};
