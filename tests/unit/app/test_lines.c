// Lines from a descriptor: however the bytes come, the same lines; what is there without waiting;
// the good ones before a bad one.
#include "../test.h"

#include "app/lines.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct rig {
    struct gm_lines lines;
    int fd; // where the test writes
};

static struct rig *rig_open(bool json)
{
    int fds[2];
    struct rig *rig = calloc(1, sizeof *rig);
    assert_non_null(rig);
    assert_int_equal(pipe(fds), 0);
    assert_int_equal(gm_lines_open(&rig->lines, fds[0], "stdin", json, NULL), GM_OK);
    rig->fd = fds[1];
    return rig;
}

static void put(struct rig *rig, const char *text)
{
    assert_int_equal(write(rig->fd, text, strlen(text)), (ssize_t)strlen(text));
}

static void end(struct rig *rig)
{
    close(rig->fd);
    rig->fd = -1;
}

static void rig_close(struct rig *rig)
{
    close(rig->lines.fd);
    if (rig->fd >= 0)
        close(rig->fd);
    gm_lines_close(&rig->lines);
    free(rig);
}

// One call gives these lines, joined by "|".
static void gives(struct rig *rig, const char *expected, size_t expected_count)
{
    const struct gm_str *texts;
    size_t count;
    struct gm_error error;
    char joined[256] = "";
    if (gm_lines_next(&rig->lines, &texts, &count, &error))
        fail_msg("%s", error.message);
    for (size_t i = 0; i < count; i++) {
        const size_t len = strlen(joined);
        snprintf(joined + len, sizeof joined - len, "%s%.*s", i > 0 ? "|" : "",
                 GM_STR_ARG(texts[i]));
    }
    assert_string_equal(joined, expected);
    assert_int_equal(count, expected_count);
}

static void fails(struct rig *rig, enum gm_err code, const char *message)
{
    const struct gm_str *texts;
    size_t count;
    for (int again = 0; again < 2; again++) {
        struct gm_error error = {0};
        assert_int_equal(gm_lines_next(&rig->lines, &texts, &count, &error), code);
        assert_non_null(strstr(error.message, message));
    }
}

static void gives_what_is_there(void **state)
{
    (void)state;
    struct rig *rig = rig_open(false);
    put(rig, "one\ntwo\r\n\nthr");
    gives(rig, "one|two|", 3);
    put(rig, "ee\nfour");
    gives(rig, "three", 1);
    end(rig);
    gives(rig, "four", 1);
    gives(rig, "", 0);
    gives(rig, "", 0);
    rig_close(rig);
}

static void nothing_is_no_line_and_a_newline_is_one(void **state)
{
    (void)state;
    struct rig *rig = rig_open(false);
    end(rig);
    gives(rig, "", 0);
    rig_close(rig);
    rig = rig_open(false);
    put(rig, "\n");
    end(rig);
    gives(rig, "", 1);
    gives(rig, "", 0);
    rig_close(rig);
}

static void takes_json_strings_out_of_their_escapes(void **state)
{
    (void)state;
    struct rig *rig = rig_open(true);
    put(rig, "\"a\\\"b\"\n \"\\u0063\" \r\n\"\"\n");
    gives(rig, "a\"b|c|", 3);
    rig_close(rig);
}

static void the_lines_before_a_bad_one_come_first(void **state)
{
    (void)state;
    struct rig *rig = rig_open(true);
    put(rig, "\"good\"\n\"fine\"\nbad\n\"not reached\"\n");
    gives(rig, "good|fine", 2);
    fails(rig, GM_ERR_INVALID, "stdin:3: ");
    rig_close(rig);
}

// `bytes` of "x" between two short lines.
static struct rig *long_line(size_t bytes, const char *ending)
{
    struct rig *rig = rig_open(false);
    const int fd = memfd_create("lines", 0);
    char *x = malloc(bytes);
    assert_true(fd >= 0 && x);
    memset(x, 'x', bytes);
    assert_int_equal(write(fd, "a\n", 2), 2);
    assert_int_equal(write(fd, x, bytes), (ssize_t)bytes);
    assert_int_equal(write(fd, ending, strlen(ending)), (ssize_t)strlen(ending));
    assert_int_equal(write(fd, "b\n", 2), 2);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    free(x);
    close(rig->lines.fd);
    rig->lines.fd = fd;
    return rig;
}

static void a_line_at_the_limit_is_taken_and_one_over_it_named(void **state)
{
    (void)state;
    static const char *const endings[] = {"\n", "\r\n"};
    for (size_t i = 0; i < 2; i++) {
        static const size_t lens[] = {1, GM_LINE_BYTES_MAX, 1};
        const struct gm_str *texts;
        size_t seen = 0, count;
        struct rig *rig = long_line(GM_LINE_BYTES_MAX, endings[i]);
        do {
            assert_int_equal(gm_lines_next(&rig->lines, &texts, &count, NULL), GM_OK);
            for (size_t k = 0; k < count; k++)
                assert_int_equal(texts[k].len, lens[seen++]);
        } while (count > 0);
        assert_int_equal(seen, 3);
        rig_close(rig);
        for (size_t over = 1; over < 400000; over += 130000) {
            rig = long_line(GM_LINE_BYTES_MAX + over, endings[i]);
            gives(rig, "a", 1);
            fails(rig, GM_ERR_LIMIT, "stdin:2: a line over 1048576 bytes");
            rig_close(rig);
        }
    }
}

static void many_lines_come_in_several_calls(void **state)
{
    (void)state;
    struct rig *rig = rig_open(false);
    size_t seen = 0, count;
    for (int i = 0; i < GM_LINES_MAX + 10; i++)
        put(rig, "line\n");
    end(rig);
    do {
        const struct gm_str *texts;
        assert_int_equal(gm_lines_next(&rig->lines, &texts, &count, NULL), GM_OK);
        assert_in_range(count, 0, GM_LINES_MAX);
        for (size_t i = 0; i < count; i++)
            assert_true(gm_str_equal(texts[i], gm_str("line")));
        seen += count;
    } while (count > 0);
    assert_int_equal(seen, GM_LINES_MAX + 10);
    rig_close(rig);
}

static void a_descriptor_that_cannot_be_read_is_an_error(void **state)
{
    (void)state;
    struct rig *rig = rig_open(false);
    close(rig->lines.fd);
    fails(rig, GM_ERR_IO, "stdin: ");
    rig_close(rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_what_is_there),
        cmocka_unit_test(nothing_is_no_line_and_a_newline_is_one),
        cmocka_unit_test(takes_json_strings_out_of_their_escapes),
        cmocka_unit_test(the_lines_before_a_bad_one_come_first),
        cmocka_unit_test(a_line_at_the_limit_is_taken_and_one_over_it_named),
        cmocka_unit_test(many_lines_come_in_several_calls),
        cmocka_unit_test(a_descriptor_that_cannot_be_read_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
