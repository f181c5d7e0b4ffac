// A vector of floats, `vf`, in the words of AVX2 and FMA. simd_avx512.h says the same in AVX-512;
// the kernels (simd_*.h) are written once, in terms of either.
#ifndef GM_VIBE_BERT_SIMD_AVX2_H
#define GM_VIBE_BERT_SIMD_AVX2_H

#include <immintrin.h>
#include <stdint.h>

typedef __m256 vf;

enum {
    VF_LANES = 8,
    // The tile of a matrix product that lives in registers: 6 × 2 of 16 are sums, two hold a row of
    // the panel, one an element of the left matrix.
    TILE_ROWS = 6,
    TILE_VECTORS = 2,
};
#define TILE_EACH(X) X(1) X(2) X(3) X(4) X(5) X(6)

static inline vf vf_set(float x)
{
    return _mm256_set1_ps(x);
}

static inline vf vf_load(const float *p)
{
    return _mm256_loadu_ps(p);
}

static inline void vf_store(float *p, vf x)
{
    _mm256_storeu_ps(p, x);
}

// All bits of the first `count` lanes.
static inline __m256i vf_lanes(int count)
{
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

// The first `count` lanes; the others are 0, and what lies behind them is not read.
static inline vf vf_load_part(const float *p, int count)
{
    return _mm256_maskload_ps(p, vf_lanes(count));
}

static inline void vf_store_part(float *p, vf x, int count)
{
    _mm256_maskstore_ps(p, vf_lanes(count), x);
}

// `x` in the first `count` lanes, 0 in the others.
static inline vf vf_keep(vf x, int count)
{
    return _mm256_and_ps(x, _mm256_castsi256_ps(vf_lanes(count)));
}

// bfloat16 is the upper half of a float.
static inline vf vf_load_bf16(const uint16_t *p)
{
    const __m256i halves = _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)p));
    return _mm256_castsi256_ps(_mm256_slli_epi32(halves, 16));
}

static inline vf vf_add(vf a, vf b)
{
    return _mm256_add_ps(a, b);
}

static inline vf vf_sub(vf a, vf b)
{
    return _mm256_sub_ps(a, b);
}

static inline vf vf_mul(vf a, vf b)
{
    return _mm256_mul_ps(a, b);
}

static inline vf vf_div(vf a, vf b)
{
    return _mm256_div_ps(a, b);
}

// a · b + c, rounded once.
static inline vf vf_fma(vf a, vf b, vf c)
{
    return _mm256_fmadd_ps(a, b, c);
}

// c − a · b
static inline vf vf_fnma(vf a, vf b, vf c)
{
    return _mm256_fnmadd_ps(a, b, c);
}

static inline vf vf_max(vf a, vf b)
{
    return _mm256_max_ps(a, b);
}

static inline vf vf_min(vf a, vf b)
{
    return _mm256_min_ps(a, b);
}

static inline vf vf_abs(vf x)
{
    return _mm256_andnot_ps(_mm256_set1_ps(-0.0F), x);
}

// To the nearest integer.
static inline vf vf_round(vf x)
{
    return _mm256_round_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}

// x · 2ⁿ for integers −126 ≤ n ≤ 127 and a normal x near 1: n is added to the exponent.
static inline vf vf_scale(vf x, vf n)
{
    const __m256i shifted = _mm256_slli_epi32(_mm256_cvtps_epi32(n), 23);
    return _mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(x), shifted));
}

static inline float vf_sum(vf x)
{
    const __m128 four = _mm_add_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1));
    const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}

static inline float vf_largest(vf x)
{
    const __m128 four = _mm_max_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1));
    const __m128 two = _mm_max_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_max_ss(two, _mm_movehdup_ps(two)));
}

#endif
