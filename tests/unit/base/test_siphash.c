// SipHash: the authors' published vectors, and that every byte and the length count.
#include "../test.h"

#include "base/siphash.h"

#include <string.h>

// The key 00 01 … 0f.
static const struct gm_siphash_key counting = {{0x0706050403020100, 0x0f0e0d0c0b0a0908}};

static void gives_the_published_values(void **state)
{
    (void)state;
    // Of the inputs "", 00, 00 01, … (the authors' vectors for 128 bits).
    static const unsigned char vectors[][16] = {
        {0xa3, 0x81, 0x7f, 0x04, 0xba, 0x25, 0xa8, 0xe6, 0x6d, 0xf6, 0x72, 0x14, 0xc7, 0x55, 0x02,
         0x93},
        {0xda, 0x87, 0xc1, 0xd8, 0x6b, 0x99, 0xaf, 0x44, 0x34, 0x76, 0x59, 0x11, 0x9b, 0x22, 0xfc,
         0x45},
        {0x81, 0x77, 0x22, 0x8d, 0xa4, 0xa4, 0x5d, 0xc7, 0xfc, 0xa3, 0x8b, 0xde, 0xf6, 0x0a, 0xff,
         0xe4},
    };
    unsigned char input[64];
    for (size_t i = 0; i < sizeof input; i++)
        input[i] = (unsigned char)i;
    for (size_t len = 0; len < sizeof vectors / sizeof *vectors; len++) {
        const struct gm_hash128 hash = gm_siphash(&counting, input, len);
        unsigned char bytes[16];
        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = (unsigned char)(hash.words[i / 8] >> i % 8 * 8);
        assert_memory_equal(bytes, vectors[len], sizeof bytes);
    }
}

static bool same(struct gm_hash128 a, struct gm_hash128 b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

static void every_bit_counts(void **state)
{
    (void)state;
    unsigned char input[40] = {0};
    for (size_t len = 0; len <= sizeof input; len++) {
        const struct gm_hash128 before = gm_siphash(&counting, input, len);
        assert_true(same(before, gm_siphash(&counting, input, len)));
        if (len < sizeof input)
            assert_false(same(before, gm_siphash(&counting, input, len + 1)));
        for (size_t bit = 0; bit < len * 8; bit++) {
            input[bit / 8] ^= (unsigned char)(1 << bit % 8);
            const struct gm_hash128 after = gm_siphash(&counting, input, len);
            assert_true(before.words[0] != after.words[0] && before.words[1] != after.words[1]);
            input[bit / 8] ^= (unsigned char)(1 << bit % 8);
        }
    }
}

static void another_key_gives_another_hash(void **state)
{
    (void)state;
    struct gm_siphash_key a, b;
    assert_int_equal(gm_siphash_key_draw(&a, NULL), GM_OK);
    assert_int_equal(gm_siphash_key_draw(&b, NULL), GM_OK);
    assert_false(same(gm_siphash(&a, "moon", 4), gm_siphash(&b, "moon", 4)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_the_published_values),
        cmocka_unit_test(every_bit_counts),
        cmocka_unit_test(another_key_gives_another_hash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
