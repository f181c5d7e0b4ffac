// UTF-8: every code point, every sequence of up to four bytes that differs in kind.
#include "../test.h"

#include "base/str.h"

#include <stdlib.h>

// Written from the definition: decode, then check the range and that no shorter form exists.
static size_t oracle_len(const unsigned char *p, size_t left, uint32_t *ret_code_point)
{
    size_t len = p[0] < 0x80             ? 1
                 : (p[0] & 0xe0) == 0xc0 ? 2
                 : (p[0] & 0xf0) == 0xe0 ? 3
                 : (p[0] & 0xf8) == 0xf0 ? 4
                                         : 0;
    if (len == 0 || len > left)
        return 0;
    uint32_t code_point = len == 1 ? p[0] : p[0] & (0x7fu >> len);
    for (size_t i = 1; i < len; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
        code_point = code_point << 6 | (p[i] & 0x3f);
    }
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (code_point < least[len] || code_point > 0x10ffff ||
        (code_point >= 0xd800 && code_point <= 0xdfff))
        return 0;
    *ret_code_point = code_point;
    return len;
}

static void check(const unsigned char *bytes, size_t len)
{
    struct gm_str text = {(const char *)bytes, len};
    size_t at = 0, bad = SIZE_MAX;
    bool good = true;
    while (good && at < len) {
        uint32_t code_point;
        size_t step = oracle_len(bytes + at, len - at, &code_point);
        good = step > 0;
        at += step;
    }
    assert_int_equal(gm_utf8_valid(text, &bad), good);
    assert_int_equal(gm_utf8_valid(text, NULL), good);
    if (!good) {
        assert_int_equal(bad, at);
        return;
    }
    assert_int_equal(bad, SIZE_MAX);
    for (size_t ours = 0; ours < len;) {
        uint32_t expected = 0;
        size_t next = ours + oracle_len(bytes + ours, len - ours, &expected);
        assert_int_equal(gm_utf8_next(text, &ours), expected);
        assert_int_equal(ours, next);
    }
}

static void all_pairs_and_edges_of_longer_ones(void **state)
{
    (void)state;
    static const unsigned char edges[] = {0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf,
                                          0xc0, 0xc2, 0xe0, 0xed, 0xf0, 0xf4, 0xf5, 0xff};
    for (int a = 0; a < 256; a++)
        for (int b = 0; b < 256; b++) {
            check((unsigned char[]){(unsigned char)a, (unsigned char)b}, 2);
            for (size_t c = 0; c < sizeof(edges); c++)
                for (size_t d = 0; d < sizeof(edges); d++)
                    check((unsigned char[]){(unsigned char)a, (unsigned char)b, edges[c], edges[d]},
                          4);
        }
}

static void random_texts_with_one_wrong_byte(void **state)
{
    (void)state;
    static const char *const characters[] = {"a", "é", "€", "🚀", "plain ascii words", "\n"};
    struct test_random random = {2};
    for (int round = 0; round < 20000; round++) {
        unsigned char bytes[256];
        size_t len = 0;
        while (len < 200) {
            const char *character = characters[test_random_below(&random, 6)];
            memcpy(bytes + len, character, strlen(character));
            len += strlen(character);
        }
        check(bytes, len);
        check(bytes, test_random_below(&random, len));
        bytes[test_random_below(&random, len)] = (unsigned char)test_random(&random);
        check(bytes, len);
    }
}

static void empty_text_is_valid(void **state)
{
    (void)state;
    assert_true(gm_utf8_valid((struct gm_str){NULL, 0}, NULL));
}

static void equality(void **state)
{
    (void)state;
    assert_true(gm_str_equal(gm_str("abc"), (struct gm_str){"abcd", 3}));
    assert_false(gm_str_equal(gm_str("abc"), gm_str("abd")));
    assert_false(gm_str_equal(gm_str("abc"), gm_str("ab")));
    assert_true(gm_str_equal(gm_str(NULL), gm_str("")));
}

static void hash_is_fnv_1a(void **state)
{
    (void)state;
    assert_true(gm_hash64("", 0) == UINT64_C(0xcbf29ce484222325));
    assert_true(gm_hash64("a", 1) == UINT64_C(0xaf63dc4c8601ec8c));
    assert_true(gm_hash64("foobar", 6) == UINT64_C(0x85944171f73967e8));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_pairs_and_edges_of_longer_ones),
        cmocka_unit_test(random_texts_with_one_wrong_byte),
        cmocka_unit_test(empty_text_is_valid),
        cmocka_unit_test(equality),
        cmocka_unit_test(hash_is_fnv_1a),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
