// Base64: the RFC's vectors, a round trip for every length, and every digit out of place.
#include "../test.h"

#include "event/base64.h"

#include <string.h>

static void vectors_of_rfc_4648(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"},
    };
    struct gm_arena arena;
    struct gm_buffer out;
    gm_arena_init(&arena, 256, 1 << 20);
    gm_buffer_init(&out, 100);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct gm_str bytes = {NULL, 0};
        gm_buffer_reset(&out);
        gm_base64_write(&out, gm_str(cases[i][0]));
        assert_true(gm_str_equal(gm_buffer_str(&out), gm_str(cases[i][1])));
        assert_int_equal(gm_base64_read(gm_str(cases[i][1]), &arena, &bytes, NULL), GM_OK);
        assert_true(gm_str_equal(bytes, gm_str(cases[i][0])));
    }
    gm_buffer_finish(&out);
    gm_arena_finish(&arena);
}

static void random_bytes_come_back(void **state)
{
    (void)state;
    struct gm_arena arena;
    struct gm_buffer out;
    struct test_random random = {9};
    gm_arena_init(&arena, 4096, 1 << 20);
    gm_buffer_init(&out, 4096);
    for (size_t len = 0; len < 1000; len++) {
        char data[1000];
        struct gm_str bytes = {data, len}, back = {NULL, 0};
        for (size_t i = 0; i < len; i++)
            data[i] = (char)test_random(&random);
        gm_buffer_reset(&out);
        gm_base64_write(&out, bytes);
        assert_int_equal(out.len, (len + 2) / 3 * 4);
        assert_int_equal(gm_base64_read(gm_buffer_str(&out), &arena, &back, NULL), GM_OK);
        assert_true(gm_str_equal(back, bytes));
        gm_arena_reset(&arena);
    }
    gm_buffer_finish(&out);
    gm_arena_finish(&arena);
}

static void what_is_not_canonical_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "Z",    "Zg",   "Zg=",  "Zh==",  "Zm9=", "====", "=AAA",     "Z===",     "Zg==Zg==",
        "Zm9 ", "Zm-v", "Zm_v", "Zm9\n", "A=AA", "AA=A", "Zm9vZg=a", "Zm9v====",
    };
    struct gm_arena arena;
    gm_arena_init(&arena, 256, 1 << 20);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct gm_str bytes = gm_str("kept");
        assert_int_equal(gm_base64_read(gm_str(bad[i]), &arena, &bytes, NULL), GM_ERR_INVALID);
        assert_string_equal(bytes.data, "kept");
    }
    gm_arena_finish(&arena);
}

static void no_memory_is_an_error(void **state)
{
    (void)state;
    struct gm_arena arena;
    struct gm_str bytes = {NULL, 0};
    gm_arena_init(&arena, 256, 0);
    assert_int_equal(gm_base64_read(gm_str("Zm9v"), &arena, &bytes, NULL), GM_ERR_NOMEM);
    gm_arena_finish(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vectors_of_rfc_4648),
        cmocka_unit_test(random_bytes_come_back),
        cmocka_unit_test(what_is_not_canonical_is_refused),
        cmocka_unit_test(no_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
