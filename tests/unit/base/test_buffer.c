// The buffer: growth, the limit, sticky errors.
#include "../test.h"

#include "base/buffer.h"

static void assert_holds(const struct gm_buffer *buffer, const char *text)
{
    assert_int_equal(buffer->len, strlen(text));
    assert_memory_equal(buffer->data, text, buffer->len);
}

static void appends_of_all_kinds(void **state)
{
    (void)state;
    struct gm_buffer buffer;
    gm_buffer_init(&buffer, 1000);
    assert_int_equal(gm_buffer_str(&buffer).len, 0);
    gm_buffer_append(&buffer, "ab", 2);
    gm_buffer_append(&buffer, NULL, 0);
    gm_buffer_append_str(&buffer, (struct gm_str){"cde", 3});
    gm_buffer_append_str(&buffer, (struct gm_str){NULL, 0});
    gm_buffer_append_c(&buffer, "f");
    gm_buffer_append_byte(&buffer, '\0');
    gm_buffer_printf(&buffer, "%d%s", 42, "!");
    gm_buffer_printf(&buffer, "%s", "");
    assert_int_equal(buffer.len, 10);
    assert_memory_equal(buffer.data, "abcdef\00042!", 10);
    assert_int_equal(gm_buffer_ok(&buffer, NULL), GM_OK);
    gm_buffer_finish(&buffer);
    assert_null(buffer.data);
}

static void grows_to_its_limit_and_not_past_it(void **state)
{
    (void)state;
    struct gm_buffer buffer;
    struct gm_error error;
    gm_buffer_init(&buffer, 100000);
    for (int i = 0; i < 100000; i++)
        gm_buffer_append_byte(&buffer, (char)('a' + i % 26));
    assert_int_equal(buffer.len, 100000);
    assert_int_equal(buffer.capacity, 100000);
    for (int i = 0; i < 100000; i++)
        assert_int_equal(buffer.data[i], 'a' + i % 26);
    assert_int_equal(gm_buffer_ok(&buffer, &error), GM_OK);
    gm_buffer_append_byte(&buffer, 'x');
    assert_int_equal(buffer.len, 100000);
    assert_int_equal(gm_buffer_ok(&buffer, &error), GM_ERR_LIMIT);
    assert_int_equal(error.code, GM_ERR_LIMIT);
    assert_string_equal(error.message, "over the limit of 100000 bytes");
    gm_buffer_finish(&buffer);
}

static void errors_are_sticky_until_reset(void **state)
{
    (void)state;
    struct gm_buffer buffer;
    gm_buffer_init(&buffer, 8);
    gm_buffer_append_c(&buffer, "12345");
    gm_buffer_append_c(&buffer, "6789");
    assert_holds(&buffer, "12345");
    gm_buffer_append_c(&buffer, "6"); // would fit, but something is missing before it
    gm_buffer_append_byte(&buffer, '6');
    gm_buffer_printf(&buffer, "6");
    assert_null(gm_buffer_reserve(&buffer, 1));
    assert_holds(&buffer, "12345");
    assert_int_equal(gm_buffer_ok(&buffer, NULL), GM_ERR_LIMIT);
    gm_buffer_reset(&buffer);
    assert_int_equal(gm_buffer_ok(&buffer, NULL), GM_OK);
    gm_buffer_append_c(&buffer, "12345678");
    assert_holds(&buffer, "12345678");
    gm_buffer_finish(&buffer);
}

static void printf_fills_to_the_last_byte(void **state)
{
    (void)state;
    struct gm_buffer buffer;
    gm_buffer_init(&buffer, 8);
    gm_buffer_printf(&buffer, "%s", "12345678");
    assert_holds(&buffer, "12345678");
    gm_buffer_reset(&buffer);
    gm_buffer_printf(&buffer, "%s", "1234");
    gm_buffer_printf(&buffer, "%s", "56789");
    assert_holds(&buffer, "1234");
    assert_int_equal(gm_buffer_ok(&buffer, NULL), GM_ERR_LIMIT);
    gm_buffer_finish(&buffer);
}

static void reserve_is_room_to_fill(void **state)
{
    (void)state;
    struct gm_buffer buffer;
    gm_buffer_init(&buffer, 10000);
    assert_non_null(gm_buffer_reserve(&buffer, 0));
    char *room = gm_buffer_reserve(&buffer, 5000);
    assert_non_null(room);
    memset(room, 'r', 5000);
    buffer.len += 5000;
    room = gm_buffer_reserve(&buffer, 5000);
    assert_ptr_equal(room, buffer.data + 5000);
    assert_memory_equal(buffer.data + 4990, "rrrrrrrrrr", 10);
    assert_null(gm_buffer_reserve(&buffer, 5001));
    gm_buffer_reset(&buffer);
    assert_null(gm_buffer_reserve(&buffer, SIZE_MAX));
    gm_buffer_finish(&buffer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(appends_of_all_kinds),
        cmocka_unit_test(grows_to_its_limit_and_not_past_it),
        cmocka_unit_test(errors_are_sticky_until_reset),
        cmocka_unit_test(printf_fills_to_the_last_byte),
        cmocka_unit_test(reserve_is_room_to_fill),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
