// Lines of plain and gzip files, whole and broken.
#include "feed/line_reader.h"

#include "files.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static struct gm_line_reader *open_reader(const char *path)
{
    struct gm_line_reader *reader;
    struct gm_error error;
    assert_int_equal(gm_line_reader_open(path, &reader, &error), GM_OK);
    return reader;
}

static struct gm_line next(struct gm_line_reader *reader)
{
    struct gm_line line;
    struct gm_error error;
    assert_int_equal(gm_line_reader_next(reader, &line, &error), GM_OK);
    return line;
}

static void expect(struct gm_line line, enum gm_line_kind kind, int64_t number, const char *text)
{
    assert_int_equal(line.kind, kind);
    assert_int_equal(line.number, number);
    assert_int_equal(line.text.len, strlen(text));
    assert_memory_equal(line.text.data ? line.text.data : "", text, strlen(text));
}

static void plain_lines_end_with_lf_or_crlf_or_nothing(void **state)
{
    (void)state;
    struct gm_line_reader *reader =
        open_reader(files_write_text("a.jsonl", "one\n\ntwo\r\n\rthree"));
    assert_string_equal(gm_line_reader_name(reader), "a.jsonl");
    expect(next(reader), GM_LINE_WHOLE, 1, "one");
    expect(next(reader), GM_LINE_WHOLE, 2, "");
    struct gm_line line = next(reader);
    expect(line, GM_LINE_WHOLE, 3, "two");
    assert_true(line.terminated);
    assert_int_equal(line.after.offset_bytes, 10);
    assert_int_equal(line.after.line, 3);
    line = next(reader);
    expect(line, GM_LINE_WHOLE, 4, "\rthree");
    assert_false(line.terminated);
    expect(next(reader), GM_LINE_END, 5, "");
    expect(next(reader), GM_LINE_END, 5, "");
    gm_line_reader_close(reader);
}

static void an_empty_file_has_no_lines(void **state)
{
    (void)state;
    struct gm_line_reader *reader = open_reader(files_write_text("empty", ""));
    expect(next(reader), GM_LINE_END, 1, "");
    gm_line_reader_close(reader);
    reader = open_reader(files_write_gzip("empty.gz", "", 3));
    expect(next(reader), GM_LINE_END, 1, "");
    gm_line_reader_close(reader);
}

static void a_byte_order_mark_is_passed_over_once(void **state)
{
    (void)state;
    struct gm_line_reader *reader =
        open_reader(files_write_text("bom", "\xef\xbb\xbf{}\n\xef\xbb\xbf{}\n"));
    expect(next(reader), GM_LINE_WHOLE, 1, "{}");
    expect(next(reader), GM_LINE_WHOLE, 2, "\xef\xbb\xbf{}");
    gm_line_reader_close(reader);
}

static void gzip_members_join_inside_a_line(void **state)
{
    (void)state;
    struct gm_line_reader *reader =
        open_reader(files_write_gzip("a.gz", "alpha\nbeta\ngamma\n", 4));
    expect(next(reader), GM_LINE_WHOLE, 1, "alpha");
    expect(next(reader), GM_LINE_WHOLE, 2, "beta");
    expect(next(reader), GM_LINE_WHOLE, 3, "gamma");
    expect(next(reader), GM_LINE_END, 4, "");
    int64_t read_bytes, total_bytes;
    gm_line_reader_progress(reader, &read_bytes, &total_bytes);
    assert_int_equal(read_bytes, total_bytes);
    assert_true(total_bytes > 60);
    gm_line_reader_close(reader);
}

// Writes `text` as gzip and then `tail` behind it.
static const char *gzip_and(const char *name, const char *text, const void *tail, size_t tail_len)
{
    size_t len;
    unsigned char *gzip = files_gzip(text, strlen(text), &len);
    gzip = realloc(gzip, len + tail_len);
    assert_non_null(gzip);
    memcpy(gzip + len, tail, tail_len);
    const char *path = files_write(name, gzip, len + tail_len);
    free(gzip);
    return path;
}

static void zero_bytes_behind_gzip_are_padding(void **state)
{
    (void)state;
    static const char zeros[512];
    struct gm_line_reader *reader = open_reader(gzip_and("z.gz", "one\n", zeros, sizeof zeros));
    expect(next(reader), GM_LINE_WHOLE, 1, "one");
    expect(next(reader), GM_LINE_END, 2, "");
    gm_line_reader_close(reader);
}

static void other_bytes_behind_gzip_are_a_fault(void **state)
{
    (void)state;
    struct gm_line_reader *reader = open_reader(gzip_and("g.gz", "one\n", "junk", 4));
    expect(next(reader), GM_LINE_WHOLE, 1, "one");
    expect(next(reader), GM_LINE_CUT, 2, "");
    assert_string_equal(gm_line_reader_fault(reader), "what follows is no gzip data");
    expect(next(reader), GM_LINE_CUT, 2, "");
    gm_line_reader_close(reader);
}

static void truncated_gzip_gives_what_could_be_read(void **state)
{
    (void)state;
    char text[6000];
    for (size_t i = 0; i < sizeof text; i++) // no repetition that deflate could put off
        text[i] = (char)('!' + (i * i * 7 + i / 3) % 90);
    for (size_t i = 99; i < sizeof text; i += 100)
        text[i] = '\n';
    size_t len;
    unsigned char *gzip = files_gzip(text, sizeof text, &len);
    for (size_t cut = 2; cut < len; cut += 61) {
        struct gm_line_reader *reader = open_reader(files_write("cut.gz", gzip, cut));
        struct gm_line line;
        int64_t offset = 0;
        for (line = next(reader); line.kind == GM_LINE_WHOLE; line = next(reader)) {
            assert_memory_equal(line.text.data, text + offset, line.text.len);
            offset = line.after.offset_bytes;
        }
        assert_int_equal(line.kind, GM_LINE_CUT);
        assert_memory_equal(line.text.data ? line.text.data : "", text + offset, line.text.len);
        assert_string_equal(gm_line_reader_fault(reader), "the gzip data ends before its end mark");
        if (line.text.len > 0)
            expect(next(reader), GM_LINE_CUT, line.number + 1, "");
        gm_line_reader_close(reader);
        if (cut > 1200)
            break; // files_path has room for so many
    }
    free(gzip);
}

// The length of what can be read of a cut file from `offset` on.
static size_t rest_of_cut(const char *path, size_t offset)
{
    struct gm_line_reader *reader = open_reader(path);
    struct gm_line_position position = {.offset_bytes = (int64_t)offset};
    struct gm_error error;
    assert_int_equal(gm_line_reader_seek(reader, &position, &error), GM_OK);
    struct gm_line line = next(reader);
    assert_int_equal(line.kind, GM_LINE_CUT);
    gm_line_reader_close(reader);
    return line.text.len;
}

// A repetition may fill what is left of the room, with more of it to come and no input left.
static void cut_gzip_gives_the_same_bytes_wherever_reading_stops(void **state)
{
    (void)state;
    char text[2000];
    memset(text, 'a', sizeof text);
    size_t len;
    unsigned char *gzip = files_gzip(text, sizeof text, &len);
    for (size_t missing = 8; missing < 12; missing++) { // the checksum, then the data's end
        const char *path = files_write("run.gz", gzip, len - missing);
        size_t whole = rest_of_cut(path, 0);
        assert_true(whole > 1000);
        for (size_t stop = 0; stop <= whole; stop++)
            assert_int_equal(rest_of_cut(path, stop), whole - stop);
    }
    free(gzip);
}

static void damaged_gzip_says_so(void **state)
{
    (void)state;
    const char *text = "one\ntwo\nthree\n";
    size_t len;
    unsigned char *gzip = files_gzip(text, strlen(text), &len);
    gzip[len - 6] ^= 1; // in the checksum
    struct gm_line_reader *reader = open_reader(files_write("sum.gz", gzip, len));
    expect(next(reader), GM_LINE_WHOLE, 1, "one");
    expect(next(reader), GM_LINE_WHOLE, 2, "two");
    expect(next(reader), GM_LINE_WHOLE, 3, "three");
    expect(next(reader), GM_LINE_CUT, 4, "");
    assert_string_equal(gm_line_reader_fault(reader),
                        "the gzip data is damaged (incorrect data check)");
    gm_line_reader_close(reader);
    gzip[2] = 99; // the header's method
    reader = open_reader(files_write("head.gz", gzip, len));
    expect(next(reader), GM_LINE_CUT, 1, "");
    gm_line_reader_close(reader);
    free(gzip);
}

// A line of `len` bytes between two short ones, with `end` behind it.
static const char *long_line(const char *name, size_t len, const char *end)
{
    char *text = malloc(len + 32);
    assert_non_null(text);
    memcpy(text, "first\n", 6);
    memset(text + 6, 'x', len);
    snprintf(text + 6 + len, 26, "%slast\n", end);
    const char *path = files_write_text(name, text);
    free(text);
    return path;
}

static void a_line_over_the_limit_keeps_its_beginning(void **state)
{
    (void)state;
    static const struct {
        size_t len;
        const char *end;
        enum gm_line_kind kind;
    } cases[] = {
        {GM_LINE_BYTES_MAX, "\n", GM_LINE_WHOLE},
        {GM_LINE_BYTES_MAX, "\r\n", GM_LINE_WHOLE},
        {GM_LINE_BYTES_MAX + 1, "\n", GM_LINE_TOO_LONG},
        {GM_LINE_BYTES_MAX + 1, "\r\n", GM_LINE_TOO_LONG},
        {GM_LINE_BYTES_MAX + 5, "\n", GM_LINE_TOO_LONG},
        {10 * 1024 * 1024, "\n", GM_LINE_TOO_LONG},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct gm_line_reader *reader = open_reader(long_line("long", cases[i].len, cases[i].end));
        expect(next(reader), GM_LINE_WHOLE, 1, "first");
        struct gm_line line = next(reader);
        assert_int_equal(line.kind, cases[i].kind);
        assert_int_equal(line.number, 2);
        assert_int_equal(line.bytes, cases[i].len);
        assert_int_equal(line.text.len, GM_LINE_BYTES_MAX);
        assert_int_equal(strspn(line.text.data, "x") >= GM_LINE_BYTES_MAX, 1);
        assert_int_equal(line.after.offset_bytes, 6 + cases[i].len + strlen(cases[i].end));
        expect(next(reader), GM_LINE_WHOLE, 3, "last");
        expect(next(reader), GM_LINE_END, 4, "");
        gm_line_reader_close(reader);
    }
}

static void seek_goes_on_behind_a_line(void **state)
{
    (void)state;
    const char *text = "one\ntwo\r\nthree\n";
    const char *files[] = {files_write_text("s", text), files_write_gzip("s.gz", text, 2)};
    for (size_t i = 0; i < 2; i++) {
        struct gm_line_reader *reader = open_reader(files[i]);
        next(reader);
        struct gm_line_position position = next(reader).after;
        gm_line_reader_close(reader);
        reader = open_reader(files[i]);
        struct gm_error error;
        assert_int_equal(gm_line_reader_seek(reader, &position, &error), GM_OK);
        expect(next(reader), GM_LINE_WHOLE, 3, "three");
        gm_line_reader_close(reader);
        reader = open_reader(files[i]);
        position.offset_bytes = 1000;
        assert_int_equal(gm_line_reader_seek(reader, &position, &error), GM_ERR_INVALID);
        assert_non_null(strstr(error.message, "ends before byte 1000"));
        gm_line_reader_close(reader);
    }
}

static void what_is_no_file_is_an_error(void **state)
{
    (void)state;
    struct gm_line_reader *reader;
    struct gm_error error;
    assert_int_equal(gm_line_reader_open(files_path("none"), &reader, &error), GM_ERR_NOT_FOUND);
    assert_non_null(strstr(error.message, "/none: cannot open"));
    assert_int_equal(gm_line_reader_open("/tmp", &reader, &error), GM_ERR_INVALID);
    assert_non_null(strstr(error.message, "/tmp: not a regular file"));
    const char *pipe = files_path("pipe");
    assert_int_equal(mkfifo(pipe, 0600), 0);
    assert_int_equal(gm_line_reader_open(pipe, &reader, &error), GM_ERR_INVALID);
    gm_line_reader_close(NULL);
}

#define CASE(name_) cmocka_unit_test_setup_teardown(name_, files_setup, files_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(plain_lines_end_with_lf_or_crlf_or_nothing),
        CASE(an_empty_file_has_no_lines),
        CASE(a_byte_order_mark_is_passed_over_once),
        CASE(gzip_members_join_inside_a_line),
        CASE(zero_bytes_behind_gzip_are_padding),
        CASE(other_bytes_behind_gzip_are_a_fault),
        CASE(truncated_gzip_gives_what_could_be_read),
        CASE(cut_gzip_gives_the_same_bytes_wherever_reading_stops),
        CASE(damaged_gzip_says_so),
        CASE(a_line_over_the_limit_keeps_its_beginning),
        CASE(seek_goes_on_behind_a_line),
        CASE(what_is_no_file_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
