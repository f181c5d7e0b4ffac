// .env: what its grammar takes and refuses, its limits, and that no message shows a value.
#include "app/config/env_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void gives(const char *text, const char *value)
{
    struct gm_env_file file;
    struct gm_error error = {0};
    if (gm_env_file_read(gm_str(text), ".env", &file, &error)) {
        fail_msg("%s\n%s", error.message, text);
    }
    const struct gm_env_variable *variable = gm_env_file_find(&file, "A");
    assert_non_null(variable);
    assert_string_equal(variable->value, value);
    assert_null(gm_env_file_find(&file, "B"));
    gm_env_file_finish(&file);
    gm_env_file_finish(&file); // twice is fine
}

static void expect_error(struct gm_str text, enum gm_err code, const char *message)
{
    struct gm_env_file file, before;
    struct gm_error error = {0};
    memset(&file, 0x5a, sizeof file);
    before = file;
    if (gm_env_file_read(text, ".env", &file, &error) != code ||
        strcmp(error.message, message) != 0) {
        fail_msg("%.*s\ngave %d, %s\nnot      %s", GM_STR_ARG(text), error.code, error.message,
                 message);
    }
    assert_memory_equal(&file, &before, sizeof file); // outputs untouched
}

static void expect_invalid(const char *text, const char *message)
{
    expect_error(gm_str(text), GM_ERR_INVALID, message);
}

static void takes_plain_values(void **state)
{
    (void)state;
    gives("A=b", "b");
    gives("A=b\n", "b");
    gives("A=b\r\n", "b");
    gives("  A= b c \t\n", "b c");
    gives("export A=b", "b");
    gives("export \t A=b", "b");
    gives("A=", "");
    gives("A=  # nothing", "");
    gives("A=b#c", "b#c");
    gives("A=b # c", "b");
    gives("A=b\t#c", "b");
    gives("A==b=", "=b=");
    gives("A=$HOME `id` \\n *", "$HOME `id` \\n *"); // nothing is expanded
    gives("A=it's \"so\"", "it's \"so\"");
    gives("A=\xc3\xa9\xf0\x9f\x9a\x80", "\xc3\xa9\xf0\x9f\x9a\x80");
    gives("# c\n\n \t\n#A=x\nA_1=2\n_a=3\nA=b\n  # A=c\n", "b");
    gives("export_=1\nA=b", "b");
}

static void takes_quoted_values(void **state)
{
    (void)state;
    gives("A='b'", "b");
    gives("A=''", "");
    gives("A=' b # \\n $x \" ' # c", " b # \\n $x \" ");
    gives("A=\"b\"\t# c", "b");
    gives("A=\" b # 'x' \"", " b # 'x' ");
    gives("A=\"\\\\ \\\" \\$ \\n\\r\\t\"\r\n", "\\ \" $ \n\r\t");
}

static void refuses_what_is_not_in_the_grammar(void **state)
{
    (void)state;
    expect_invalid("A=1\nhunter2\n",
                   ".env:2: NAME=value must stand here, without a blank before the =");
    expect_invalid("A =1", ".env:1: NAME=value must stand here, without a blank before the =");
    expect_invalid("=1", ".env:1: NAME=value must stand here, without a blank before the =");
    expect_invalid("1A=1", ".env:1: NAME=value must stand here, without a blank before the =");
    expect_invalid("A-B=1", ".env:1: NAME=value must stand here, without a blank before the =");
    expect_invalid("export", ".env:1: NAME=value must stand here, without a blank before the =");
    expect_invalid("export A", ".env:1: NAME=value must stand here, without a blank before the =");
    expect_invalid("\xef\xbb\xbf"
                   "A=1",
                   ".env:1: NAME=value must stand here, without a blank before the =");
    expect_invalid("\n\nA='hunter2", ".env:3: A: the quote (') is not closed in this line");
    expect_invalid("A=\"hunter2\nB=\"", ".env:1: A: the quote (\") is not closed in this line");
    expect_invalid("A=\"hunter2\\\"", ".env:1: A: the quote (\") is not closed in this line");
    expect_invalid("A=\"hunter2\\", ".env:1: A: after \\ only one of \\ \" $ n r t can stand; "
                                    "single quotes take all as written");
    expect_invalid("A=\"hunter2\\x41\"", ".env:1: A: after \\ only one of \\ \" $ n r t can stand; "
                                         "single quotes take all as written");
    expect_invalid("A='hunter'2", ".env:1: A: only a comment can stand behind the closing quote");
    expect_invalid("A='hunter'#2", ".env:1: A: only a comment can stand behind the closing quote");
    expect_invalid("A=#hunter2", ".env:1: A: a value that begins with # stands in quotes");
    expect_invalid("A=1\nB=2\nA=", ".env:3: A stands twice, first in line 1");
    expect_invalid("A=hunter\x01", ".env:1: a control character cannot stand here");
    expect_invalid("A=hunter\r", ".env:1: a control character cannot stand here");
    expect_invalid("A=hunter\rB=1\n", ".env:1: a control character cannot stand here");
    expect_invalid("# \x7f", ".env:1: a control character cannot stand here");
    expect_invalid("A=hunter\xff", ".env: not UTF-8 text, at byte 8");
    expect_error((struct gm_str){"A=1\0", 4}, GM_ERR_INVALID,
                 ".env:1: a control character cannot stand here");
}

static void keeps_its_limits(void **state)
{
    (void)state;
    size_t bytes = GM_ENV_FILE_BYTES_MAX + 1;
    char *text = malloc(bytes);
    struct gm_env_file file;
    assert_non_null(text);
    memset(text, '#', bytes);
    expect_error((struct gm_str){text, bytes}, GM_ERR_LIMIT, ".env: over the limit of 65536 bytes");
    memcpy(text, "A=", 2);
    assert_int_equal(gm_env_file_read((struct gm_str){text, 2}, ".env", &file, NULL), GM_OK);
    gm_env_file_finish(&file);
    memset(text + 2, 'b', bytes - 3);
    assert_int_equal(gm_env_file_read((struct gm_str){text, bytes - 1}, ".env", &file, NULL),
                     GM_OK);
    assert_int_equal(strlen(file.variables[0].value), bytes - 3);
    gm_env_file_finish(&file);

    size_t at = 0;
    for (int i = 0; i <= GM_ENV_FILE_VARIABLES_MAX; i++) {
        at += (size_t)snprintf(text + at, bytes - at, "A%d=b\n", i);
    }
    expect_error((struct gm_str){text, at}, GM_ERR_LIMIT, ".env:1025: more than 1024 variables");
    free(text);

    assert_int_equal(gm_env_file_read(gm_str(""), ".env", &file, NULL), GM_OK);
    assert_int_equal(file.count, 0);
    gm_env_file_finish(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_plain_values),
        cmocka_unit_test(takes_quoted_values),
        cmocka_unit_test(refuses_what_is_not_in_the_grammar),
        cmocka_unit_test(keeps_its_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
