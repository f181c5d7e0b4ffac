// dead-letters: whatever could not be taken must be kept, whole or cut where it is said so.
#include "decoded.h"

#include "base/json.h"

#include <stdlib.h>

static struct gm_arena arena;
static struct gm_buffer out;

static struct gm_dead_letter letter_with(struct gm_str payload)
{
    return (struct gm_dead_letter){.stage = gm_str("process"),
                                   .reason = gm_str("price_usd: it is missing"),
                                   .origin = gm_str("live-prices/0/17"),
                                   .payload = payload,
                                   .payload_bytes = (int64_t)payload.len,
                                   .observed_at_us = INT64_C(1771668302000000)};
}

// Encodes, checks that the result is within its limit, and decodes it.
static struct gm_dead_letter there_and_back(const struct gm_dead_letter *letter)
{
    struct gm_dead_letter back;
    struct gm_error error = {0};
    gm_arena_reset(&arena);
    gm_buffer_reset(&out);
    gm_dead_letter_encode(letter, &out);
    assert_int_equal(gm_buffer_ok(&out, NULL), GM_OK);
    assert_true(out.len <= GM_DEAD_LETTER_BYTES_MAX);
    if (gm_dead_letter_decode(gm_buffer_str(&out), &arena, &back, &error))
        fail_msg("%s", error.message);
    return back;
}

static bool written_as_text(void)
{
    return memmem(out.data, out.len, "\"payload\":", 10) != NULL;
}

static void documented_form(void **state)
{
    (void)state;
    struct gm_dead_letter letter = letter_with(gm_str("{\"ticker\":7}"));
    letter.key = gm_str("gme");
    struct gm_dead_letter back = there_and_back(&letter);
    assert_text(gm_buffer_str(&out),
                "{\"observed_at\":\"2026-02-21T10:05:02Z\",\"stage\":\"process\","
                "\"reason\":\"price_usd: it is missing\",\"origin\":\"live-prices/0/17\","
                "\"key\":\"gme\",\"payload\":\"{\\\"ticker\\\":7}\",\"payload_bytes\":12}");
    assert_text(back.stage, "process");
    assert_text(back.reason, "price_usd: it is missing");
    assert_text(back.origin, "live-prices/0/17");
    assert_text(back.key, "gme");
    assert_text(back.payload, "{\"ticker\":7}");
    assert_int_equal(back.payload_bytes, 12);
    assert_true(back.observed_at_us == letter.observed_at_us);
}

static void any_bytes_come_back(void **state)
{
    (void)state;
    struct test_random random = {12};
    for (int round = 0; round < 3000; round++) {
        char bytes[300];
        size_t len = test_random_below(&random, sizeof(bytes) + 1);
        bool ascii = test_random_below(&random, 2);
        for (size_t i = 0; i < len; i++)
            bytes[i] = (char)(ascii ? 1 + test_random_below(&random, 127) : test_random(&random));
        struct gm_dead_letter letter = letter_with((struct gm_str){bytes, len});
        struct gm_dead_letter back = there_and_back(&letter);
        assert_true(gm_str_equal(back.payload, letter.payload));
        if (ascii)
            assert_true(written_as_text());
    }
    struct gm_dead_letter letter = letter_with((struct gm_str){"a\0b", 3});
    assert_int_equal(there_and_back(&letter).payload.len, 3);
    assert_false(written_as_text());
    letter = letter_with((struct gm_str){NULL, 0});
    assert_int_equal(there_and_back(&letter).payload.len, 0);
    assert_true(written_as_text());
}

static struct gm_str repeated(const char *unit, size_t len)
{
    char *bytes = malloc(len);
    assert_non_null(bytes);
    for (size_t i = 0; i < len; i++)
        bytes[i] = unit[i % strlen(unit)];
    return (struct gm_str){bytes, len};
}

static void the_largest_ones_fit(void **state)
{
    (void)state;
    // Plain, escaped twofold, escaped sixfold, no text at all; each text around it at its worst.
    static const char *const units[] = {"a", "\"", "\x01", "\xff"};
    struct gm_str worst = repeated("\x01", 5000);
    for (size_t i = 0; i < 4; i++) {
        struct gm_str payload = repeated(units[i], GM_MESSAGE_BYTES_MAX);
        struct gm_dead_letter letter = letter_with(payload);
        letter.stage = letter.reason = letter.origin = letter.key = worst;
        struct gm_dead_letter back = there_and_back(&letter);
        assert_true(gm_str_equal(back.payload, payload));
        assert_int_equal(back.reason.len, GM_DEAD_LETTER_TEXT_BYTES_MAX);
        assert_int_equal(written_as_text(), i == 0);
        free((char *)payload.data);
    }
    free((char *)worst.data);
}

static void what_is_over_the_limit_is_cut(void **state)
{
    (void)state;
    struct gm_str payload = repeated("a", 10 << 20);
    struct gm_dead_letter letter = letter_with(payload);
    struct gm_dead_letter back = there_and_back(&letter);
    assert_int_equal(back.payload.len, GM_MESSAGE_BYTES_MAX);
    assert_int_equal(back.payload_bytes, 10 << 20);
    letter.payload_bytes = 0; // not told: counted
    assert_int_equal(there_and_back(&letter).payload_bytes, 10 << 20);
    letter.payload_bytes = INT64_C(1) << 40; // cut before it came here
    assert_true(there_and_back(&letter).payload_bytes == INT64_C(1) << 40);
    free((char *)payload.data);
    // The cut falls into a character: the text ends before it and stays text.
    for (size_t shift = 0; shift < 3; shift++) {
        payload = repeated("\u20ac", GM_MESSAGE_BYTES_MAX + 4);
        memset((char *)payload.data, 'a', 3);
        struct gm_str shifted = {payload.data + shift, payload.len - shift};
        shifted.len -= (shifted.len + shift) % 3;
        assert_true(gm_utf8_valid(shifted, NULL));
        letter = letter_with(shifted);
        back = there_and_back(&letter);
        assert_true(written_as_text());
        assert_in_range(back.payload.len, GM_MESSAGE_BYTES_MAX - 2, GM_MESSAGE_BYTES_MAX);
        assert_memory_equal(back.payload.data, shifted.data, back.payload.len);
        free((char *)payload.data);
    }
}

static void broken_texts_are_mended(void **state)
{
    (void)state;
    static const struct {
        struct gm_str text;
        const char *mended;
    } cases[] = {
        {{"ok\xff\xff!", 5}, "ok\uFFFD\uFFFD!"}, {{"a\0b", 3}, "a\uFFFDb"},
        {{"caf\xc3", 4}, "caf\uFFFD"},           {{"\xe2\x82z", 3}, "\uFFFD\uFFFDz"},
        {{"caf\u00e9", 5}, "caf\u00e9"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct gm_dead_letter letter = letter_with(gm_str("x"));
        letter.key = letter.reason = cases[i].text;
        struct gm_dead_letter back = there_and_back(&letter);
        assert_text(back.key, cases[i].mended);
        assert_text(back.reason, cases[i].mended);
    }
}

static void long_texts_are_cut_at_a_character(void **state)
{
    (void)state;
    static const char *const units[] = {"a", "\u20ac", "a\u20ac\U0001F680", "\xff", "a\xff\u20ac"};
    for (size_t unit = 0; unit < 5; unit++)
        for (size_t len = GM_DEAD_LETTER_TEXT_BYTES_MAX - 5; len < 3000; len += 1 + len % 7) {
            struct gm_str text = repeated(units[unit], len);
            struct gm_dead_letter letter = letter_with(gm_str("x"));
            letter.origin = text;
            struct gm_str back = there_and_back(&letter).origin;
            assert_true(back.len <= GM_DEAD_LETTER_TEXT_BYTES_MAX);
            if (len >= GM_DEAD_LETTER_TEXT_BYTES_MAX)
                assert_true(back.len >= GM_DEAD_LETTER_TEXT_BYTES_MAX - 4);
            assert_true(gm_utf8_valid(back, NULL));
            if (unit < 3 && gm_utf8_valid(text, NULL))
                assert_memory_equal(back.data, text.data, back.len);
            free((char *)text.data);
        }
}

#define LETTER(payload_)                                                                           \
    "{\"observed_at\":\"2026-02-21T10:05:02Z\",\"stage\":\"a\",\"reason\":\"b\",\"origin\":"       \
    "\"c\"" payload_ "}"

static enum gm_err decode(struct gm_str json, struct gm_error *error)
{
    struct gm_dead_letter letter, before;
    memset(&letter, 0x5a, sizeof(letter));
    before = letter;
    enum gm_err err = gm_dead_letter_decode(json, &arena, &letter, error);
    if (err)
        assert_memory_equal(&letter, &before, sizeof(letter));
    return err;
}

static void letters_that_cannot_be(void **state)
{
    (void)state;
    static const struct refusal cases[] = {
        {LETTER(",\"payload_bytes\":1"), GM_ERR_INVALID,
         "payload: it or payload_base64 must be there, and not both"},
        {LETTER(",\"payload\":\"x\",\"payload_base64\":\"eA==\",\"payload_bytes\":1"),
         GM_ERR_INVALID, "payload: it or payload_base64 must be there, and not both"},
        {LETTER(",\"payload_base64\":\"eA=\",\"payload_bytes\":1"), GM_ERR_INVALID,
         "payload_base64: base64 of 3 digits"},
        {LETTER(",\"payload_base64\":\"e!==\",\"payload_bytes\":1"), GM_ERR_INVALID,
         "payload_base64: no base64 from digit 0 on"},
        {LETTER(",\"payload\":\"xyz\",\"payload_bytes\":2"), GM_ERR_INVALID,
         "payload_bytes: 2, and yet there are 3 bytes of payload"},
        {LETTER(",\"payload\":\"xyz\""), GM_ERR_INVALID, "payload_bytes: it is missing"},
        {LETTER(",\"payload\":\"xyz\",\"payload_bytes\":-1"), GM_ERR_INVALID, "payload_bytes: -1"},
    };
    assert_refused(decode, cases, sizeof(cases) / sizeof(cases[0]));
    assert_int_equal(decode(gm_str(LETTER(",\"payload\":null,\"payload_base64\":\"eA==\","
                                          "\"payload_bytes\":1")),
                            NULL),
                     GM_OK);
    struct gm_str large = repeated("a", GM_DEAD_LETTER_BYTES_MAX + 1);
    assert_int_equal(decode(large, NULL), GM_ERR_LIMIT);
    free((char *)large.data);
}

static int setup(void **state)
{
    (void)state;
    gm_arena_init(&arena, 1 << 16, 1 << 24);
    gm_buffer_init(&out, 1 << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    gm_arena_finish(&arena);
    gm_buffer_finish(&out);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(documented_form),
        cmocka_unit_test(any_bytes_come_back),
        cmocka_unit_test(the_largest_ones_fit),
        cmocka_unit_test(what_is_over_the_limit_is_cut),
        cmocka_unit_test(broken_texts_are_mended),
        cmocka_unit_test(long_texts_are_cut_at_a_character),
        cmocka_unit_test(letters_that_cannot_be),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
