// The 256-bit sum: a double's mantissa is shifted to its place and added with carry.
#include "signal/exact_sum.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

typedef unsigned __int128 uint128;

enum {
    LIMBS = 4,
    LIMB_BITS = 64,
    FRACTION_BITS = 128, // of the sum, right of the binary point
    MANTISSA_BITS = 52,  // as stored in a double, without the implied leading one
    EXPONENT_BIAS = 1023,
    EXPONENT_MASK = 0x7ff,
    VALUE_BITS_MAX = 64, // |value| < 2^64
};

// mantissa / 2^shift, to nearest, ties to even. shift ≥ 1.
static uint64_t shift_right_rounded(uint64_t mantissa, int shift)
{
    if (shift > MANTISSA_BITS + 2) // below half a unit
        return 0;
    const uint64_t half = UINT64_C(1) << (shift - 1);
    const uint64_t rest = mantissa & (2 * half - 1);
    const uint64_t quotient = mantissa >> shift;
    const bool up = rest > half || (rest == half && (quotient & 1) != 0);
    return quotient + up;
}

static void accumulate(struct gm_exact_sum *sum, double value, bool negate)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);

    int exponent = (int)(bits >> MANTISSA_BITS) & EXPONENT_MASK;
    assert(exponent < EXPONENT_BIAS + VALUE_BITS_MAX); // rules out NaN and infinity, too
    uint64_t mantissa = bits & ((UINT64_C(1) << MANTISSA_BITS) - 1);
    if (exponent > 0)
        mantissa |= UINT64_C(1) << MANTISSA_BITS;
    else
        exponent = 1; // subnormal

    int shift = exponent - EXPONENT_BIAS - MANTISSA_BITS + FRACTION_BITS;
    if (shift < 0) {
        mantissa = shift_right_rounded(mantissa, -shift);
        shift = 0;
    }

    // |value| < 2^64 puts the low part into limb 0, 1 or 2. The high part is shifted in two steps,
    // because a shift by 64 is undefined.
    uint64_t addend[LIMBS] = {0};
    const int low = shift / LIMB_BITS, offset = shift % LIMB_BITS;
    addend[low] = mantissa << offset;
    addend[low + 1] = mantissa >> 1 >> (LIMB_BITS - 1 - offset);

    // −x = ~x + 1
    const bool negative = (bits >> 63 != 0) != negate;
    const uint64_t flip = negative ? UINT64_MAX : 0;
    uint128 carry = negative;
    for (int i = 0; i < LIMBS; i++) {
        carry += (uint128)sum->limb[i] + (addend[i] ^ flip);
        sum->limb[i] = (uint64_t)carry;
        carry >>= LIMB_BITS;
    }
}

void gm_exact_sum_add(struct gm_exact_sum *sum, double value)
{
    accumulate(sum, value, false);
}

void gm_exact_sum_subtract(struct gm_exact_sum *sum, double value)
{
    accumulate(sum, value, true);
}

// 2^exponent, for exponents whose power is a normal double.
static double power_of_two(int exponent)
{
    const uint64_t bits = (uint64_t)(exponent + EXPONENT_BIAS) << MANTISSA_BITS;
    double power;
    memcpy(&power, &bits, sizeof power);
    return power;
}

// A positive number as its leading 128 bits (the highest is set) × 2^exponent, in units of the sum.
struct leading {
    uint128 bits;
    int exponent;
    bool inexact; // something is left below the leading bits
};

// `limb` is not all zero.
static struct leading leading_bits(const uint64_t limb[LIMBS])
{
    int top = LIMBS - 1;
    while (limb[top] == 0)
        top--;
    uint64_t part[LIMBS] = {0}; // highest first
    for (int i = 0; i <= top; i++)
        part[i] = limb[top - i];

    const int zeros = __builtin_clzll(part[0]);
    const uint128 high = (uint128)part[0] << LIMB_BITS | part[1];
    const uint128 low = (uint128)part[2] << LIMB_BITS | part[3];
    struct leading leading = {
        .bits = high << zeros | low >> 1 >> (2 * LIMB_BITS - 1 - zeros),
        .exponent = (top - 1) * LIMB_BITS - zeros,
        .inexact = low << zeros != 0,
    };
    return leading;
}

double gm_exact_sum_average(const struct gm_exact_sum *sum, uint64_t count)
{
    assert(count > 0 && count < UINT64_C(1) << 62);
    const bool negative = sum->limb[LIMBS - 1] >> 63 != 0;
    const uint64_t flip = negative ? UINT64_MAX : 0;
    uint64_t magnitude[LIMBS], any = 0;
    uint128 carry = negative;
    for (int i = 0; i < LIMBS; i++) {
        carry += sum->limb[i] ^ flip;
        magnitude[i] = (uint64_t)carry;
        any |= magnitude[i];
        carry >>= LIMB_BITS;
    }
    if (any == 0)
        return 0.0;

    // The quotient has at least 66 bits, so its first 64 hold the 53 of the result, the bit that
    // rounds, and room for a sticky last bit that stands for all that is left below.
    const struct leading leading = leading_bits(magnitude);
    const uint128 quotient = leading.bits / count;
    const int zeros = __builtin_clzll((uint64_t)(quotient >> LIMB_BITS));
    const uint128 shifted = quotient << zeros;
    const bool sticky =
        leading.inexact || quotient * count != leading.bits || (uint64_t)shifted != 0;
    const double rounded = (double)((uint64_t)(shifted >> LIMB_BITS) | sticky);
    const int exponent = leading.exponent + LIMB_BITS - zeros - FRACTION_BITS;
    return (negative ? -rounded : rounded) * power_of_two(exponent);
}

double gm_exact_sum_value(const struct gm_exact_sum *sum)
{
    return gm_exact_sum_average(sum, 1);
}
