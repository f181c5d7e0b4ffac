// Elements of a tensor as floats.
#include "vibe/model/tensor.h"

#include <assert.h>

size_t gm_dtype_bytes(enum gm_dtype dtype)
{
    return dtype == GM_DTYPE_F32 ? 4 : 2;
}

const char *gm_dtype_name(enum gm_dtype dtype)
{
    static const char *const names[] = {
        [GM_DTYPE_F32] = "f32", [GM_DTYPE_F16] = "f16", [GM_DTYPE_BF16] = "bf16"};
    return names[dtype];
}

int64_t gm_tensor_elements(const struct gm_tensor *tensor)
{
    int64_t elements = 1;
    for (int i = 0; i < tensor->rank; i++)
        elements *= tensor->shape[i];
    return elements;
}

static float float_of_bits(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof(value));
    return value;
}

// IEEE 754 binary16: a sign, 5 bits of exponent with bias 15, 10 of fraction.
static float float_of_half(uint16_t half)
{
    const uint32_t sign = (uint32_t)(half & 0x8000) << 16;
    const uint32_t exponent = half >> 10 & 0x1f;
    const uint32_t fraction = half & 0x3ff;
    if (exponent == 0x1f) // infinity, or not a number
        return float_of_bits(sign | 0x7f800000 | fraction << 13);
    if (exponent != 0)
        return float_of_bits(sign | (exponent + 127 - 15) << 23 | fraction << 13);
    const float magnitude = (float)fraction * 0x1p-24f; // zero or subnormal: exact
    return sign ? -magnitude : magnitude;
}

static uint16_t half_at(const unsigned char *data, size_t index)
{
    uint16_t bits;
    memcpy(&bits, data + index * sizeof(bits), sizeof(bits));
    return bits;
}

void gm_tensor_read(const struct gm_tensor *tensor, int64_t first, size_t count, float *ret)
{
    assert(first >= 0 && first <= gm_tensor_elements(tensor) &&
           count <= (uint64_t)(gm_tensor_elements(tensor) - first));
    if (count == 0)
        return;
    const unsigned char *data =
        (const unsigned char *)tensor->data + (size_t)first * gm_dtype_bytes(tensor->dtype);
    switch (tensor->dtype) {
    case GM_DTYPE_F32:
        memcpy(ret, data, count * sizeof(*ret));
        return;
    case GM_DTYPE_F16:
        for (size_t i = 0; i < count; i++)
            ret[i] = float_of_half(half_at(data, i));
        return;
    case GM_DTYPE_BF16: // the upper half of a float
        for (size_t i = 0; i < count; i++)
            ret[i] = float_of_bits((uint32_t)half_at(data, i) << 16);
        return;
    }
}
