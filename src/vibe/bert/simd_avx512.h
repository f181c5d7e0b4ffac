// A vector of floats, `vf`, in the words of AVX-512; see simd_avx2.h.
//
// Where the processor lacks AVX-512, the tests compile this with the same intrinsics in plain C
// (GM_BERT_SIMDE).
#ifndef GM_VIBE_BERT_SIMD_AVX512_H
#define GM_VIBE_BERT_SIMD_AVX512_H

#ifndef GM_BERT_SIMDE
#include <immintrin.h>
#endif
#include <stdint.h>

typedef __m512 vf;

enum {
    VF_LANES = 16,
    // 14 × 2 of 32 registers are sums, two hold a row of the panel.
    TILE_ROWS = 14,
    TILE_VECTORS = 2,
};
#define TILE_EACH(X) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14)

static inline vf vf_set(float x)
{
    return _mm512_set1_ps(x);
}

static inline vf vf_load(const float *p)
{
    return _mm512_loadu_ps(p);
}

static inline void vf_store(float *p, vf x)
{
    _mm512_storeu_ps(p, x);
}

static inline __mmask16 vf_lanes(int count)
{
    return (__mmask16)((1U << count) - 1);
}

// The first `count` lanes; the others are 0, and what lies behind them is not read.
static inline vf vf_load_part(const float *p, int count)
{
    return _mm512_maskz_loadu_ps(vf_lanes(count), p);
}

static inline void vf_store_part(float *p, vf x, int count)
{
    _mm512_mask_storeu_ps(p, vf_lanes(count), x);
}

// `x` in the first `count` lanes, 0 in the others.
static inline vf vf_keep(vf x, int count)
{
    return _mm512_maskz_mov_ps(vf_lanes(count), x);
}

// bfloat16 is the upper half of a float.
static inline vf vf_load_bf16(const uint16_t *p)
{
    const __m512i halves = _mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)p));
    return _mm512_castsi512_ps(_mm512_slli_epi32(halves, 16));
}

static inline vf vf_add(vf a, vf b)
{
    return _mm512_add_ps(a, b);
}

static inline vf vf_sub(vf a, vf b)
{
    return _mm512_sub_ps(a, b);
}

static inline vf vf_mul(vf a, vf b)
{
    return _mm512_mul_ps(a, b);
}

static inline vf vf_div(vf a, vf b)
{
    return _mm512_div_ps(a, b);
}

// a · b + c, rounded once.
static inline vf vf_fma(vf a, vf b, vf c)
{
    return _mm512_fmadd_ps(a, b, c);
}

// c − a · b
static inline vf vf_fnma(vf a, vf b, vf c)
{
    return _mm512_fnmadd_ps(a, b, c);
}

static inline vf vf_max(vf a, vf b)
{
    return _mm512_max_ps(a, b);
}

static inline vf vf_min(vf a, vf b)
{
    return _mm512_min_ps(a, b);
}

static inline vf vf_abs(vf x)
{
    return _mm512_abs_ps(x);
}

// To the nearest integer.
static inline vf vf_round(vf x)
{
    return _mm512_roundscale_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}

// x · 2ⁿ for integers −126 ≤ n ≤ 127 and a normal x near 1: n is added to the exponent.
static inline vf vf_scale(vf x, vf n)
{
    const __m512i shifted = _mm512_slli_epi32(_mm512_cvtps_epi32(n), 23);
    return _mm512_castsi512_ps(_mm512_add_epi32(_mm512_castps_si512(x), shifted));
}

static inline __m256 vf_upper(vf x)
{
    return _mm256_castpd_ps(_mm512_extractf64x4_pd(_mm512_castps_pd(x), 1));
}

static inline float vf_sum(vf x)
{
    const __m256 eight = _mm256_add_ps(_mm512_castps512_ps256(x), vf_upper(x));
    const __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_movehdup_ps(two)));
}

static inline float vf_largest(vf x)
{
    const __m256 eight = _mm256_max_ps(_mm512_castps512_ps256(x), vf_upper(x));
    const __m128 four = _mm_max_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    const __m128 two = _mm_max_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_max_ss(two, _mm_movehdup_ps(two)));
}

#endif
