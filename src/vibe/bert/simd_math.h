// exp, tanh and GELU of a vector, in terms of `vf`. Bounds are checked by a dense sweep in
// tests/unit/vibe/test_bert_kernels.c.
//
// The coefficients are minimax fits of our own (Lawson's iteration in double precision, then
// rounded): 2^r on [−½, ½] to a relative 2e-9, and −log2 Φ(−a) on [0, 6.2], weighted so that the
// error of a · Φ(−a) is equal everywhere, to 1.2e-8.
#ifndef GM_VIBE_BERT_SIMD_MATH_H
#define GM_VIBE_BERT_SIMD_MATH_H

#include "vibe/bert/function.h"

// 2^(n + r) for an integer n and |r| ≤ ½.
static inline vf vf_exp2_parts(vf n, vf r)
{
    vf p = vf_fma(vf_set(1.53458118e-4F), r, vf_set(1.33999312e-3F));
    p = vf_fma(p, r, vf_set(9.61848896e-3F));
    p = vf_fma(p, r, vf_set(5.55032877e-2F));
    p = vf_fma(p, r, vf_set(2.40226469e-1F));
    p = vf_fma(p, r, vf_set(6.93147206e-1F));
    return vf_scale(vf_fma(p, r, vf_set(1.0F)), n);
}

// e^x to 2 ulp for −87 ≤ x ≤ 88; beyond, the value at the nearer end. The product x · log2(e) is
// kept in two floats, so that its rounding does not grow with x.
static inline vf vf_exp(vf x)
{
    const vf log2e_high = vf_set(1.44269502F);
    const vf log2e_low = vf_set(1.92596300e-8F);
    x = vf_min(vf_max(x, vf_set(-87.0F)), vf_set(88.0F));
    const vf n = vf_round(vf_mul(x, log2e_high));
    const vf minus_n = vf_sub(vf_set(0.0F), n);
    return vf_exp2_parts(n, vf_fma(x, log2e_low, vf_fma(x, log2e_high, minus_n)));
}

// x · Φ(x) = max(x, 0) − |x| · Φ(−|x|), with Φ(−a) = 2^−p(a): no cancellation, no division, and 0
// and x are met exactly far from the origin.
static inline vf vf_gelu(vf x)
{
    const vf a = vf_abs(x);
    vf p = vf_fma(vf_set(2.09645077e-6F), a, vf_set(-3.06611291e-5F));
    p = vf_fma(p, a, vf_set(1.45487065e-4F));
    p = vf_fma(p, a, vf_set(2.33148486e-4F));
    p = vf_fma(p, a, vf_set(-7.18584424e-3F));
    p = vf_fma(p, a, vf_set(5.25782406e-2F));
    p = vf_fma(p, a, vf_set(4.59182024e-1F));
    p = vf_fma(p, a, vf_set(1.15110826F));
    p = vf_fma(p, a, vf_set(9.99999940e-1F));
    p = vf_sub(vf_set(0.0F), vf_min(p, vf_set(126.0F)));
    const vf n = vf_round(p);
    const vf tail = vf_exp2_parts(n, vf_sub(p, n));
    return vf_fnma(a, tail, vf_max(x, vf_set(0.0F)));
}

// x/2 · (1 + tanh(u)) = x / (1 + e^−2u) with u = √(2/π) · (x + 0.044715 x³)
static inline vf vf_gelu_tanh(vf x)
{
    const vf square = vf_mul(x, x);
    const vf factor = vf_fma(vf_set(-7.13548163e-2F), square, vf_set(-1.59576912F));
    return vf_div(x, vf_add(vf_set(1.0F), vf_exp(vf_mul(x, factor))));
}

// 1 − 2 / (1 + e^2x): to 2e-7, absolute.
static inline vf vf_tanh(vf x)
{
    const vf one = vf_set(1.0F);
    return vf_sub(one, vf_div(vf_set(2.0F), vf_add(one, vf_exp(vf_add(x, x)))));
}

static inline vf vf_function(enum gm_bert_function function, vf x)
{
    switch (function) {
    case GM_FUNCTION_GELU:
        return vf_gelu(x);
    case GM_FUNCTION_GELU_TANH:
        return vf_gelu_tanh(x);
    case GM_FUNCTION_RELU:
        return vf_max(x, vf_set(0.0F));
    case GM_FUNCTION_TANH:
        return vf_tanh(x);
    case GM_FUNCTION_NONE:
        break;
    }
    return x;
}

#endif
