// Elements as floats: every f16 and bf16 there is.
#include "support.h"

#include "vibe/model/tensor.h"

#include <math.h>

static struct gm_tensor vector_of(enum gm_dtype dtype, const void *data, int64_t count)
{
    return (struct gm_tensor){.dtype = dtype, .rank = 1, .shape = {count}, .data = data};
}

// IEEE 754's own words: (−1)^s · 2^(e − 15) · 1.f, or 2^−14 · 0.f where e is 0.
static double half_by_definition(unsigned bits)
{
    const double sign = bits & 0x8000 ? -1.0 : 1.0;
    const int exponent = (int)(bits >> 10 & 31);
    const double fraction = (bits & 0x3ff) / 1024.0;
    return exponent == 0 ? sign * ldexp(fraction, -14)
                         : sign * ldexp(1.0 + fraction, exponent - 15);
}

static void every_half_is_exact(void **state)
{
    (void)state;
    for (unsigned bits = 0; bits < 65536; bits++) {
        const uint16_t half = (uint16_t)bits;
        const struct gm_tensor tensor = vector_of(GM_DTYPE_F16, &half, 1);
        float value;
        gm_tensor_read(&tensor, 0, 1, &value);
        assert_int_equal(signbit(value) != 0, bits >> 15);
        if ((bits & 0x7c00) != 0x7c00)
            assert_true((double)value == half_by_definition(bits));
        else if (bits & 0x3ff)
            assert_true(isnan(value));
        else
            assert_true(isinf(value));
    }
}

static void every_bf16_is_the_upper_half_of_its_float(void **state)
{
    (void)state;
    for (unsigned bits = 0; bits < 65536; bits++) {
        const uint16_t brain = (uint16_t)bits;
        const struct gm_tensor tensor = vector_of(GM_DTYPE_BF16, &brain, 1);
        float value;
        uint32_t value_bits;
        gm_tensor_read(&tensor, 0, 1, &value);
        memcpy(&value_bits, &value, sizeof value_bits);
        assert_int_equal(value_bits, bits << 16);
    }
}

static void ranges_are_read_from_unaligned_data(void **state)
{
    (void)state;
    static const enum gm_dtype dtypes[] = {GM_DTYPE_F32, GM_DTYPE_F16, GM_DTYPE_BF16};
    for (size_t d = 0; d < 3; d++) {
        char data[1 + 6 * 4];
        for (size_t i = 0; i < 6; i++) {
            const float value = (float)i;
            uint32_t bits;
            memcpy(&bits, &value, 4);
            const uint16_t brain = (uint16_t)(bits >> 16);
            const uint16_t half =
                (uint16_t)(i == 0 ? 0 : (brain >> 7) - 112) << 10 | (uint16_t)((brain & 0x7f) << 3);
            const void *from = d == 0 ? (const void *)&value : d == 1 ? &half : &brain;
            memcpy(data + 1 + i * gm_dtype_bytes(dtypes[d]), from, gm_dtype_bytes(dtypes[d]));
        }
        const struct gm_tensor tensor = {
            .dtype = dtypes[d], .rank = 2, .shape = {2, 3}, .data = data + 1};
        float values[4] = {-1, -1, -1, -1};
        assert_int_equal(gm_tensor_elements(&tensor), 6);
        gm_tensor_read(&tensor, 2, 3, values);
        assert_true(values[0] == 2 && values[1] == 3 && values[2] == 4 && values[3] == -1);
        gm_tensor_read(&tensor, 6, 0, values);
        assert_true(values[0] == 2);
    }
}

static void dtypes_have_names(void **state)
{
    (void)state;
    assert_string_equal(gm_dtype_name(GM_DTYPE_F32), "f32");
    assert_string_equal(gm_dtype_name(GM_DTYPE_F16), "f16");
    assert_string_equal(gm_dtype_name(GM_DTYPE_BF16), "bf16");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_half_is_exact),
        cmocka_unit_test(every_bf16_is_the_upper_half_of_its_float),
        cmocka_unit_test(ranges_are_read_from_unaligned_data),
        cmocka_unit_test(dtypes_have_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
