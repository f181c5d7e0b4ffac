// Layer norm, softmax and bfloat16 over one row, in terms of `vf`.
#ifndef GM_VIBE_BERT_SIMD_ROWS_H
#define GM_VIBE_BERT_SIMD_ROWS_H

#include "vibe/bert/simd_math.h"

// x += y; gives the sum of x.
static float add_row(float *x, const float *y, int n)
{
    const int whole = n - n % VF_LANES;
    vf sum = vf_set(0.0F);
    for (int i = 0; i < whole; i += VF_LANES) {
        const vf element = vf_add(vf_load(x + i), vf_load(y + i));
        vf_store(x + i, element);
        sum = vf_add(sum, element);
    }
    if (whole < n) {
        const vf element =
            vf_add(vf_load_part(x + whole, n - whole), vf_load_part(y + whole, n - whole));
        vf_store_part(x + whole, element, n - whole);
        sum = vf_add(sum, element);
    }
    return vf_sum(sum);
}

// Σ (x − mean)²
static float squares(const float *x, float mean, int n)
{
    const int whole = n - n % VF_LANES;
    vf sum = vf_set(0.0F);
    for (int i = 0; i < whole; i += VF_LANES) {
        const vf distance = vf_sub(vf_load(x + i), vf_set(mean));
        sum = vf_fma(distance, distance, sum);
    }
    if (whole < n) {
        const vf distance =
            vf_keep(vf_sub(vf_load_part(x + whole, n - whole), vf_set(mean)), n - whole);
        sum = vf_fma(distance, distance, sum);
    }
    return vf_sum(sum);
}

static void add_norm(float *x, const float *y, const struct gm_norm *norm, int n)
{
    const int whole = n - n % VF_LANES;
    const float mean = add_row(x, y, n) / (float)n;
    const float scale = 1.0F / sqrtf(squares(x, mean, n) / (float)n + norm->epsilon);
    for (int i = 0; i < whole; i += VF_LANES) {
        const vf element = vf_mul(vf_sub(vf_load(x + i), vf_set(mean)), vf_set(scale));
        vf_store(x + i, vf_fma(element, vf_load(norm->gamma + i), vf_load(norm->beta + i)));
    }
    if (whole < n) {
        const int rest = n - whole;
        const vf element =
            vf_mul(vf_sub(vf_load_part(x + whole, rest), vf_set(mean)), vf_set(scale));
        vf_store_part(x + whole,
                      vf_fma(element, vf_load_part(norm->gamma + whole, rest),
                             vf_load_part(norm->beta + whole, rest)),
                      rest);
    }
}

static void widen(const uint16_t *x, int n, float *ret)
{
    const int whole = n - n % VF_LANES;
    for (int i = 0; i < whole; i += VF_LANES)
        vf_store(ret + i, vf_load_bf16(x + i));
    for (int i = whole; i < n; i++) {
        const uint32_t bits = (uint32_t)x[i] << 16;
        memcpy(ret + i, &bits, sizeof bits);
    }
}

// x = e^(x − largest), n a multiple of VF_LANES; gives the sum of what it wrote.
static float exponentials(float *x, int n)
{
    vf largest = vf_load(x);
    for (int i = VF_LANES; i < n; i += VF_LANES)
        largest = vf_max(largest, vf_load(x + i));
    const vf shift = vf_set(vf_largest(largest));
    vf sum = vf_set(0.0F);
    for (int i = 0; i < n; i += VF_LANES) {
        const vf element = vf_exp(vf_sub(vf_load(x + i), shift));
        vf_store(x + i, element);
        sum = vf_add(sum, element);
    }
    return vf_sum(sum);
}

#endif
