// The log: what a line looks like, and that text from outside cannot forge one.
#include "../test.h"

#include "base/log.h"
#include "base/str.h"

#include <fcntl.h>
#include <pthread.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// What was written to the log since the last call, NUL-terminated.
static const char *logged(int fd)
{
    static char text[4 * GM_LOG_LINE_BYTES];
    ssize_t len = read(fd, text, sizeof(text) - 1);
    text[len > 0 ? len : 0] = '\0';
    return text;
}

static int pipe_fds[2];

static int open_pipe(void **state)
{
    (void)state;
    return pipe2(pipe_fds, O_NONBLOCK);
}

static int close_pipe(void **state)
{
    (void)state;
    close(pipe_fds[0]);
    close(pipe_fds[1]);
    return 0;
}

static void assert_matches(const char *text, const char *pattern)
{
    regex_t regex;
    assert_int_equal(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB), 0);
    if (regexec(&regex, text, 0, NULL, 0) != 0)
        fail_msg("\"%s\" does not match \"%s\"", text, pattern);
    regfree(&regex);
}

#define TIME "20[0-9][0-9]-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9]\\.[0-9]{3}Z"

static void text_line(void **state)
{
    (void)state;
    gm_log_init(GM_LOG_INFO, GM_LOG_TEXT, pipe_fds[1], false);
    gm_log(GM_LOG_INFO, "process", "%d rows", 7);
    assert_matches(logged(pipe_fds[0]), "^" TIME " info  process  7 rows\n$");
    gm_log(GM_LOG_ERROR, "store", "gone");
    assert_matches(logged(pipe_fds[0]), "^" TIME " error store    gone\n$");
    gm_log_init(GM_LOG_INFO, GM_LOG_TEXT, pipe_fds[1], true);
    gm_log(GM_LOG_WARN, "store", "slow");
    assert_matches(logged(pipe_fds[0]), "^" TIME " \033\\[33mwarn \033\\[0m store    slow\n$");
}

static void json_line(void **state)
{
    (void)state;
    gm_log_init(GM_LOG_INFO, GM_LOG_JSON, pipe_fds[1], true);
    gm_log(GM_LOG_WARN, "store", "say \"%s\"\n", "a\\b");
    assert_matches(logged(pipe_fds[0]),
                   "^\\{\"time\":\"" TIME "\",\"level\":\"warn\",\"part\":\"store\","
                   "\"message\":\"say \\\\\"a\\\\\\\\b\\\\\"\\\\n\"\\}\n$");
}

static void level_filters(void **state)
{
    (void)state;
    for (int set = GM_LOG_ERROR; set <= GM_LOG_DEBUG; set++) {
        gm_log_init((enum gm_log_level)set, GM_LOG_TEXT, pipe_fds[1], false);
        for (int level = GM_LOG_ERROR; level <= GM_LOG_DEBUG; level++) {
            assert_int_equal(gm_log_enabled((enum gm_log_level)level), level <= set);
            gm_log((enum gm_log_level)level, "x", "y");
            assert_int_equal(strlen(logged(pipe_fds[0])) > 0, level <= set);
        }
    }
}

static void control_characters_are_escaped(void **state)
{
    (void)state;
    const char *hostile = "a\nINFO forged\r\t\x1b[2J\x7f\x01 \xc2\x9b"
                          "31m caf\u00e9 \U0001F680";
    gm_log_init(GM_LOG_INFO, GM_LOG_TEXT, pipe_fds[1], false);
    gm_log(GM_LOG_INFO, "x", "%s", hostile);
    const char *line = strstr(logged(pipe_fds[0]), "a\\n");
    assert_non_null(line);
    assert_string_equal(line,
                        "a\\nINFO forged\\r\\t\\x1b[2J\\x7f\\x01 \\x9b31m caf\u00e9 \U0001F680\n");
    gm_log_init(GM_LOG_INFO, GM_LOG_JSON, pipe_fds[1], false);
    gm_log(GM_LOG_INFO, "x", "%s", hostile);
    line = strstr(logged(pipe_fds[0]), "a\\n");
    assert_string_equal(line, "a\\nINFO forged\\r\\t\\u001b[2J\\u007f\\u0001 \\u009b31m caf\u00e9 "
                              "\U0001F680\"}\n");
}

static void broken_utf8_is_mended(void **state)
{
    (void)state;
    gm_log_init(GM_LOG_INFO, GM_LOG_TEXT, pipe_fds[1], false);
    gm_log(GM_LOG_INFO, "x", "<\xff\xc3\xa9\xe2\x82>");
    assert_non_null(strstr(logged(pipe_fds[0]), "<\\xff\u00e9\\xe2\\x82>\n"));
    gm_log_init(GM_LOG_INFO, GM_LOG_JSON, pipe_fds[1], false);
    gm_log(GM_LOG_INFO, "x", "<\xff\xc3\xa9\xe2\x82>");
    assert_non_null(strstr(logged(pipe_fds[0]), "<\uFFFD\u00e9\uFFFD\uFFFD>\"}\n"));
}

// Long messages, of one-byte, three-byte and escaped characters, at every alignment.
static void long_message_is_cut_and_says_so(void **state)
{
    (void)state;
    static const char *const units[] = {"x", "\u20ac", "\n", "\x01"};
    for (int format = GM_LOG_TEXT; format <= GM_LOG_JSON; format++)
        for (size_t unit = 0; unit < 4; unit++)
            for (size_t shift = 0; shift < 7; shift++) {
                char text[2 * GM_LOG_LINE_BYTES] = "";
                memset(text, 'a', shift);
                size_t step = strlen(units[unit]);
                for (size_t at = shift; at + step < sizeof(text); at += step)
                    memcpy(text + at, units[unit], step);
                gm_log_init(GM_LOG_INFO, (enum gm_log_format)format, pipe_fds[1], false);
                gm_log(GM_LOG_INFO, "x", "%s", text);
                const char *line = logged(pipe_fds[0]);
                const char *end = format == GM_LOG_JSON ? "… (cut)\"}\n" : "… (cut)\n";
                size_t len = strlen(line);
                assert_in_range(len, GM_LOG_LINE_BYTES - 16, GM_LOG_LINE_BYTES);
                assert_string_equal(line + len - strlen(end), end);
                assert_true(gm_utf8_valid(gm_str(line), NULL));
                assert_ptr_equal(strchr(line, '\n'), line + len - 1);
            }
}

static void line_that_just_fits_is_whole(void **state)
{
    (void)state;
    gm_log_init(GM_LOG_INFO, GM_LOG_TEXT, pipe_fds[1], false);
    gm_log(GM_LOG_INFO, "x", "%s", "");
    size_t head = strlen(logged(pipe_fds[0])) - 1;
    char text[GM_LOG_LINE_BYTES + 1];
    for (size_t len = GM_LOG_LINE_BYTES - head - 20; len < GM_LOG_LINE_BYTES - head + 3; len++) {
        memset(text, 'x', len);
        text[len] = '\0';
        gm_log(GM_LOG_INFO, "x", "%s", text);
        const char *line = logged(pipe_fds[0]);
        bool fits = head + len + 1 <= GM_LOG_LINE_BYTES;
        assert_int_equal(strstr(line, "(cut)") == NULL, fits);
        if (fits)
            assert_int_equal(strlen(line), head + len + 1);
    }
}

enum { THREADS = 4, LINES = 200 };

static void *log_many(void *arg)
{
    for (int i = 0; i < LINES; i++)
        gm_log(GM_LOG_INFO, "thread", "%s", (const char *)arg);
    return NULL;
}

static void lines_of_threads_do_not_mix(void **state)
{
    (void)state;
    char name[] = "/tmp/ghostmarket-log-XXXXXX";
    int fd = mkstemp(name);
    assert_true(fd >= 0);
    unlink(name);
    assert_int_equal(fcntl(fd, F_SETFL, O_APPEND), 0);
    gm_log_init(GM_LOG_INFO, GM_LOG_TEXT, fd, false);
    pthread_t threads[THREADS];
    char texts[THREADS][200];
    for (int i = 0; i < THREADS; i++) {
        memset(texts[i], 'a' + i, sizeof(texts[i]) - 1);
        texts[i][sizeof(texts[i]) - 1] = '\0';
        assert_int_equal(pthread_create(&threads[i], NULL, log_many, texts[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    lseek(fd, 0, SEEK_SET);
    FILE *file = fdopen(fd, "r");
    char line[GM_LOG_LINE_BYTES];
    int counts[THREADS] = {0}, lines = 0;
    while (fgets(line, sizeof(line), file)) {
        lines++;
        line[strlen(line) - 1] = '\0';
        for (int i = 0; i < THREADS; i++)
            counts[i] += strlen(line) > 199 && strcmp(line + strlen(line) - 199, texts[i]) == 0;
    }
    fclose(file);
    assert_int_equal(lines, THREADS * LINES);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(counts[i], LINES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_line),
        cmocka_unit_test(json_line),
        cmocka_unit_test(level_filters),
        cmocka_unit_test(control_characters_are_escaped),
        cmocka_unit_test(broken_utf8_is_mended),
        cmocka_unit_test(long_message_is_cut_and_says_so),
        cmocka_unit_test(line_that_just_fits_is_whole),
        cmocka_unit_test(lines_of_threads_do_not_mix),
    };
    return cmocka_run_group_tests(tests, open_pipe, close_pipe);
}
