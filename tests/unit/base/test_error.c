// Errors: codes, what is retriable, and messages that stay printable and within their size.
#include "../test.h"

#include "base/error.h"
#include "base/str.h"

#include <errno.h>

static void set_fills_and_returns_the_code(void **state)
{
    (void)state;
    struct gm_error error;
    assert_int_equal(gm_error_set(&error, GM_ERR_INVALID, "%s: line %d", "a.yaml", 7),
                     GM_ERR_INVALID);
    assert_int_equal(error.code, GM_ERR_INVALID);
    assert_false(error.retriable);
    assert_string_equal(error.message, "a.yaml: line 7");
    assert_int_equal(gm_error_set(NULL, GM_ERR_BUSY, "nobody asks"), GM_ERR_BUSY);
}

static void retriable_follows_from_the_code(void **state)
{
    (void)state;
    struct gm_error error;
    for (int code = GM_ERR_NOMEM; code <= GM_ERR_INTERNAL; code++) {
        gm_error_set(&error, (enum gm_err)code, "x");
        assert_int_equal(error.retriable,
                         code == GM_ERR_BUSY || code == GM_ERR_FULL || code == GM_ERR_NETWORK);
    }
}

static void errno_becomes_a_code_and_a_text(void **state)
{
    (void)state;
    static const struct {
        int errno_value;
        enum gm_err code;
    } cases[] = {
        {ENOMEM, GM_ERR_NOMEM},     {ENOSPC, GM_ERR_FULL},  {EDQUOT, GM_ERR_FULL},
        {EACCES, GM_ERR_DENIED},    {EPERM, GM_ERR_DENIED}, {EROFS, GM_ERR_DENIED},
        {ENOENT, GM_ERR_NOT_FOUND}, {EIO, GM_ERR_IO},       {EBADF, GM_ERR_IO},
    };
    struct gm_error error;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(gm_error_errno(&error, cases[i].errno_value, "open %s", "f"),
                         cases[i].code);
        assert_int_equal(error.code, cases[i].code);
        assert_int_equal(error.retriable, cases[i].code == GM_ERR_FULL);
        assert_int_equal(gm_error_errno(NULL, cases[i].errno_value, "x"), cases[i].code);
    }
    gm_error_errno(&error, ENOENT, "open %s", "f");
    assert_string_equal(error.message, "open f: No such file or directory");
}

static void prefix_goes_before(void **state)
{
    (void)state;
    struct gm_error error;
    gm_error_set(&error, GM_ERR_BUSY, "locked");
    assert_int_equal(gm_error_prefix(&error, "line %d", 3), GM_ERR_BUSY);
    assert_string_equal(error.message, "line 3: locked");
    assert_true(error.retriable);
    assert_int_equal(gm_error_prefix(NULL, "x"), GM_ERR_INTERNAL);
}

static void message_may_quote_the_one_it_replaces(void **state)
{
    (void)state;
    struct gm_error error;
    gm_error_set(&error, GM_ERR_IO, "inner");
    gm_error_set(&error, GM_ERR_CORRUPT, "outer (%s)", error.message);
    assert_string_equal(error.message, "outer (inner)");
}

static void control_characters_and_broken_text_are_mended(void **state)
{
    (void)state;
    struct gm_error error;
    gm_error_set(&error, GM_ERR_INVALID, "a\nb\x1b[2Jc\x7f \xff\xc3");
    assert_string_equal(error.message, "a b [2Jc  ??");
    gm_error_set(&error, GM_ERR_INVALID, "caf\u00e9 \U0001F680");
    assert_string_equal(error.message, "caf\u00e9 \U0001F680");
}

static void long_message_is_cut_at_a_character(void **state)
{
    (void)state;
    // Whatever the alignment of the three-byte characters, none is torn.
    for (size_t shift = 0; shift < 6; shift++) {
        char text[3000];
        size_t len = shift;
        memset(text, 'a', shift);
        for (; len + 4 < sizeof(text); len += 3)
            memcpy(text + len, "\u20ac", 3);
        text[len] = '\0';
        struct gm_error error;
        gm_error_set(&error, GM_ERR_INVALID, "%s", text);
        struct gm_str message = gm_str(error.message);
        assert_true(message.len < GM_ERROR_MESSAGE_BYTES);
        assert_true(message.len >= GM_ERROR_MESSAGE_BYTES - 4);
        assert_true(gm_utf8_valid(message, NULL));
        assert_memory_equal(message.data + message.len - 3, "…", 3);
        assert_memory_equal(message.data, text, message.len - 3);
    }
}

static void length_at_the_edge(void **state)
{
    (void)state;
    char text[GM_ERROR_MESSAGE_BYTES + 1];
    struct gm_error error;
    memset(text, 'x', sizeof(text));
    text[GM_ERROR_MESSAGE_BYTES - 1] = '\0';
    gm_error_set(&error, GM_ERR_IO, "%s", text); // fills it exactly
    assert_string_equal(error.message, text);
    text[GM_ERROR_MESSAGE_BYTES - 1] = 'x';
    text[GM_ERROR_MESSAGE_BYTES] = '\0';
    gm_error_set(&error, GM_ERR_IO, "%s", text); // one too many
    assert_int_equal(strlen(error.message), GM_ERROR_MESSAGE_BYTES - 1);
    assert_string_equal(error.message + GM_ERROR_MESSAGE_BYTES - 4, "…");
    for (int i = 0; i < 5; i++)
        gm_error_prefix(&error, "%s", text);
    assert_int_equal(strlen(error.message), GM_ERROR_MESSAGE_BYTES - 1);
}

static void every_code_has_a_name_of_its_own(void **state)
{
    (void)state;
    for (int a = GM_OK; a <= GM_ERR_INTERNAL; a++) {
        assert_non_null(gm_err_name((enum gm_err)a));
        assert_string_not_equal(gm_err_name((enum gm_err)a), "unknown");
        for (int b = GM_OK; b < a; b++)
            assert_string_not_equal(gm_err_name((enum gm_err)a), gm_err_name((enum gm_err)b));
    }
    assert_string_equal(gm_err_name((enum gm_err)999), "unknown");
    assert_string_equal(gm_err_name((enum gm_err) - 1), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(set_fills_and_returns_the_code),
        cmocka_unit_test(retriable_follows_from_the_code),
        cmocka_unit_test(errno_becomes_a_code_and_a_text),
        cmocka_unit_test(prefix_goes_before),
        cmocka_unit_test(message_may_quote_the_one_it_replaces),
        cmocka_unit_test(control_characters_and_broken_text_are_mended),
        cmocka_unit_test(long_message_is_cut_at_a_character),
        cmocka_unit_test(length_at_the_edge),
        cmocka_unit_test(every_code_has_a_name_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
