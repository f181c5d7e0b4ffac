// AVX-512 for processors that lack it: SIMDe, and what the kernels use of it that SIMDe 0.7.4 does
// not have. Only for tests: it is some hundred times slower.
#ifndef GM_TEST_VIBE_AVX512_IN_C_H
#define GM_TEST_VIBE_AVX512_IN_C_H

#define SIMDE_ENABLE_NATIVE_ALIASES
#include <simde/x86/avx512.h>
#include <simde/x86/fma.h>

#include <math.h>
#include <stdint.h>
#include <string.h>

#ifndef _MM_FROUND_NO_EXC
#define _MM_FROUND_NO_EXC SIMDE_MM_FROUND_NO_EXC
#endif

typedef uint16_t __mmask16;

static inline __m512 _mm512_maskz_loadu_ps(__mmask16 mask, const float *p)
{
    float lanes[16];
    for (int i = 0; i < 16; i++)
        lanes[i] = mask >> i & 1 ? p[i] : 0;
    return _mm512_loadu_ps(lanes);
}

static inline void _mm512_mask_storeu_ps(float *p, __mmask16 mask, __m512 x)
{
    float lanes[16];
    memcpy(lanes, &x, sizeof lanes);
    for (int i = 0; i < 16; i++) {
        if (mask >> i & 1)
            p[i] = lanes[i];
    }
}

static inline __m512i _mm512_cvtepu16_epi32(__m256i x)
{
    uint16_t halves[16];
    int32_t lanes[16];
    __m512i result;
    memcpy(halves, &x, sizeof halves);
    for (int i = 0; i < 16; i++)
        lanes[i] = halves[i];
    memcpy(&result, lanes, sizeof result);
    return result;
}

// SIMDe rounds the product, too. In double the product is exact; that the sum is rounded twice
// shows once in 2^29 times.
static inline __m512 fused_multiply_add(__m512 a, __m512 b, __m512 c)
{
    float x[16], y[16], z[16];
    memcpy(x, &a, sizeof x);
    memcpy(y, &b, sizeof y);
    memcpy(z, &c, sizeof z);
    for (int i = 0; i < 16; i++)
        z[i] = (float)((double)x[i] * (double)y[i] + (double)z[i]);
    return _mm512_loadu_ps(z);
}

#undef _mm512_fmadd_ps
#define _mm512_fmadd_ps(a, b, c) fused_multiply_add(a, b, c)

static inline __m512 _mm512_cvtepi32_ps(__m512i x)
{
    int32_t lanes[16];
    float floats[16];
    memcpy(lanes, &x, sizeof lanes);
    for (int i = 0; i < 16; i++)
        floats[i] = (float)lanes[i];
    return _mm512_loadu_ps(floats);
}

// Takes the lanes as unsigned and saturates them.
static inline __m128i _mm512_cvtusepi32_epi8(__m512i x)
{
    uint32_t lanes[16];
    uint8_t bytes[16];
    memcpy(lanes, &x, sizeof lanes);
    for (int i = 0; i < 16; i++)
        bytes[i] = (uint8_t)(lanes[i] > 255 ? 255 : lanes[i]);
    return _mm_loadu_si128((const __m128i *)bytes);
}

static inline __m512i _mm512_cvtps_epi32(__m512 x)
{
    float floats[16];
    int32_t lanes[16];
    __m512i result;
    memcpy(floats, &x, sizeof floats);
    for (int i = 0; i < 16; i++)
        lanes[i] = (int32_t)lrintf(floats[i]);
    memcpy(&result, lanes, sizeof result);
    return result;
}

#endif
