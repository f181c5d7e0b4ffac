// The notifiers' contract, and the one that runs a command: what the program gets, how its end is
// told, and that nothing it does holds up or harms who started it.
#include "../test.h"

#include "base/clock.h"
#include "notify/notifier.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LONG_US  (20 * (int64_t)GM_US_PER_S)
#define SHORT_US (50 * (int64_t)GM_US_PER_MS)

static char folder[] = "/tmp/gm-notify-XXXXXX";
static struct gm_stop stop;
static const struct gm_alert alert = {.ticker = {"gamestop", 8}};

static int set_up(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL || chdir(folder) != 0 || gm_stop_init(&stop, NULL) != GM_OK;
}

static int tear_down(void **state)
{
    (void)state;
    gm_stop_finish(&stop);
    return chdir("/") != 0 || rmdir(folder) != 0;
}

static enum gm_err open_words(const char *const *words, size_t count, int64_t timeout_us,
                              void **ret_notifier, struct gm_error *error)
{
    const struct gm_notifier_config config = {words, count, timeout_us};
    return gm_notifier_command.open(&config, ret_notifier, error);
}

// Runs a script of the shell for one alert.
static enum gm_err run_script(const char *script, int64_t timeout_us, struct gm_str json,
                              struct gm_stop *stopped, struct gm_error *error)
{
    const char *const words[] = {"sh", "-c", script};
    void *notifier;
    assert_int_equal(open_words(words, 3, timeout_us, &notifier, error), GM_OK);
    const enum gm_err err = gm_notifier_command.notify(notifier, &alert, json, stopped, error);
    gm_notifier_command.close(notifier);
    return err;
}

static enum gm_err run(const char *script, struct gm_error *error)
{
    return run_script(script, LONG_US, gm_str("{\"ticker\":\"gamestop\"}"), &stop, error);
}

static void assert_file(const char *path, const char *text)
{
    char read_back[256];
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    const size_t len = fread(read_back, 1, sizeof read_back - 1, file);
    read_back[len] = '\0';
    assert_string_equal(read_back, text);
    fclose(file);
    assert_int_equal(unlink(path), 0);
}

static void the_table_is_complete(void **state)
{
    (void)state;
    for (size_t i = 0; gm_notifiers[i] != NULL; i++) {
        const struct gm_notifier_config nothing = {NULL, 0, 0};
        struct gm_error error;
        void *notifier = &stop;
        assert_true(strlen(gm_notifiers[i]->name) > 0);
        assert_true(strlen(gm_notifiers[i]->description) > 0);
        assert_int_equal(gm_notifiers[i]->open(&nothing, &notifier, &error), GM_ERR_INVALID);
        assert_ptr_equal(notifier, &stop);
        assert_true(strlen(error.message) > 0);
        gm_notifiers[i]->close(NULL);
    }
}

static void the_program_gets_the_json(void **state)
{
    (void)state;
    assert_int_equal(run("cat > got", NULL), GM_OK);
    assert_file("got", "{\"ticker\":\"gamestop\"}");

    static char large[1 << 20]; // more than a pipe holds
    memset(large, 'x', sizeof large);
    const struct gm_str json = {large, sizeof large};
    assert_int_equal(run_script("wc -c | tr -d ' ' > got", LONG_US, json, &stop, NULL), GM_OK);
    assert_file("got", "1048576\n");
    // Not read at all, by a program that ends at once: no signal, no error.
    assert_int_equal(run_script("exit 0", LONG_US, json, &stop, NULL), GM_OK);
    assert_int_equal(run_script("cat > got", LONG_US, gm_str(""), &stop, NULL), GM_OK);
    assert_file("got", "");
}

static void words_are_arguments_as_they_stand(void **state)
{
    (void)state;
    const char *const words[] = {"sh",      "-c", "printf '%s|' \"$@\" > got", "-", "a b",
                                 "$HOME;*", ""};
    void *notifier;
    assert_int_equal(open_words(words, 7, LONG_US, &notifier, NULL), GM_OK);
    assert_int_equal(gm_notifier_command.notify(notifier, &alert, gm_str("{}"), &stop, NULL),
                     GM_OK);
    gm_notifier_command.close(notifier);
    assert_file("got", "a b|$HOME;*||");
}

static void a_failure_tells_status_and_output(void **state)
{
    (void)state;
    struct gm_error error;
    assert_int_equal(run("echo 'no such pager' >&2; echo more; exit 3", &error), GM_ERR_IO);
    assert_non_null(strstr(error.message, "/sh: exit status 3: no such pager"));
    assert_null(strstr(error.message, "more"));
    assert_int_equal(run("printf 'a\\033[31m\\377'; exit 1", &error), GM_ERR_IO);
    assert_non_null(strstr(error.message, "exit status 1: a?[31m?"));
    assert_int_equal(run("kill -9 $$", &error), GM_ERR_IO);
    assert_non_null(strstr(error.message, "ended by signal 9"));
    assert_int_equal(run("exit 1", &error), GM_ERR_IO);
    assert_string_equal(error.message + strlen(error.message) - 13, "exit status 1");
}

static void much_output_is_no_trouble(void **state)
{
    (void)state;
    struct gm_error error;
    assert_int_equal(run("yes | head -c 3000000; exit 4", &error), GM_ERR_IO);
    assert_non_null(strstr(error.message, "exit status 4: y"));
    assert_int_equal(run("yes | head -c 3000000", &error), GM_OK);
}

// True when everybody who had the fifo open for writing is gone, within a deadline.
static bool all_writers_gone(int fifo)
{
    char byte;
    struct pollfd polled = {fifo, POLLIN, 0};
    while (poll(&polled, 1, 10000) > 0)
        if (read(fifo, &byte, 1) == 0)
            return true;
    return false;
}

static int open_fifo(void)
{
    assert_int_equal(mkfifo("fifo", 0600), 0);
    const int fifo = open("fifo", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    assert_true(fifo >= 0);
    return fifo;
}

static void the_time_out_kills_the_whole_group(void **state)
{
    (void)state;
    struct gm_error error;
    const int fifo = open_fifo();
    assert_int_equal(run_script("exec 9> fifo; echo . >&9; sleep 1000 & sleep 1000", SHORT_US,
                                gm_str("{}"), &stop, &error),
                     GM_ERR_LIMIT);
    assert_non_null(strstr(error.message, "50 ms"));
    assert_true(all_writers_gone(fifo));
    assert_int_equal(run_script("yes", SHORT_US, gm_str("{}"), &stop, &error), GM_ERR_LIMIT);
    close(fifo);
    unlink("fifo");
}

struct stopper {
    struct gm_stop stop;
    int fifo;
};

// Raises the stop once the program has said that it runs.
static void *raise_when_started(void *argument)
{
    struct stopper *stopper = argument;
    struct pollfd polled = {stopper->fifo, POLLIN, 0};
    poll(&polled, 1, 10000);
    gm_stop_raise(&stopper->stop);
    return NULL;
}

static void a_stop_ends_the_wait(void **state)
{
    (void)state;
    struct stopper stopper = {.fifo = open_fifo()};
    struct gm_error error;
    pthread_t thread;
    const struct gm_str json = gm_str("{}");
    assert_int_equal(gm_stop_init(&stopper.stop, NULL), GM_OK);
    assert_int_equal(pthread_create(&thread, NULL, raise_when_started, &stopper), 0);
    assert_int_equal(
        run_script("exec 9> fifo; echo . >&9; sleep 1000", LONG_US, json, &stopper.stop, &error),
        GM_ERR_STOPPED);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_true(all_writers_gone(stopper.fifo));
    assert_int_equal(run_script("echo > got", LONG_US, json, &stopper.stop, &error),
                     GM_ERR_STOPPED);
    assert_int_not_equal(access("got", F_OK), 0);
    gm_stop_finish(&stopper.stop);
    close(stopper.fifo);
    unlink("fifo");
}

// What the program leaves behind keeps its output open: nobody waits for that.
static void a_background_process_is_not_waited_for(void **state)
{
    (void)state;
    assert_int_equal(mkfifo("fifo", 0600), 0);
    assert_int_equal(run("cat fifo & exit 0", NULL), GM_OK);
    const int fifo = open("fifo", O_WRONLY | O_CLOEXEC); // waits for cat, and closing ends it
    assert_true(fifo >= 0);
    close(fifo);
    unlink("fifo");
}

static void the_program_starts_clean(void **state)
{
    (void)state;
    const int leaked = open("/dev/null", O_RDONLY); // no O_CLOEXEC
    sigset_t blocked, before;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &blocked, &before);
    signal(SIGINT, SIG_IGN);
    assert_int_equal(
        run("for fd in /proc/self/fd/*; do echo ${fd##*/}; done | sort -n | tail -1 > got;"
            "grep -c '^SigBlk:.*[1-9a-f]' /proc/self/status > blocked;"
            "grep '^SigIgn' /proc/self/status | tail -c 8 > ignored",
            NULL),
        GM_OK);
    signal(SIGINT, SIG_DFL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    char path[32];
    snprintf(path, sizeof path, "/proc/self/fd/%d", leaked);
    assert_int_equal(access(path, F_OK), 0);
    close(leaked);
    assert_file("blocked", "0\n");
    assert_file("ignored", "0000000\n"); // signals 1 to 28; libc keeps 32 and 33 for itself
    char highest[16] = "";
    FILE *got = fopen("got", "r");
    assert_non_null(got);
    assert_non_null(fgets(highest, sizeof highest, got));
    fclose(got);
    unlink("got");
    assert_true(atoi(highest) <= 3); // the shell's own look at the folder
}

static void open_refuses_what_cannot_run(void **state)
{
    (void)state;
    static char long_word[GM_NOTIFIER_WORD_BYTES_MAX + 2];
    memset(long_word, 'x', sizeof long_word - 1);
    const char *const missing[] = {"gm-there-is-no-such-program"};
    const char *const missing_path[] = {"./missing"};
    const char *const denied[] = {"/etc/passwd"};
    const char *const empty[] = {""};
    const char *const too_long[] = {"sh", long_word};
    const char *many[GM_NOTIFIER_WORDS_MAX + 1];
    for (size_t i = 0; i < sizeof many / sizeof *many; i++)
        many[i] = "sh";
    void *notifier = &stop;
    struct gm_error error;
    assert_int_equal(open_words(missing, 1, LONG_US, &notifier, &error), GM_ERR_NOT_FOUND);
    assert_non_null(strstr(error.message, missing[0]));
    assert_int_equal(open_words(missing_path, 1, LONG_US, &notifier, &error), GM_ERR_NOT_FOUND);
    assert_int_equal(open_words(denied, 1, LONG_US, &notifier, &error), GM_ERR_DENIED);
    assert_int_equal(open_words(empty, 1, LONG_US, &notifier, &error), GM_ERR_INVALID);
    assert_int_equal(open_words(too_long, 2, LONG_US, &notifier, &error), GM_ERR_INVALID);
    assert_non_null(strstr(error.message, "word 2"));
    assert_int_equal(open_words(many, GM_NOTIFIER_WORDS_MAX + 1, LONG_US, &notifier, &error),
                     GM_ERR_INVALID);
    assert_int_equal(open_words(many, 1, 0, &notifier, &error), GM_ERR_INVALID);
    assert_non_null(strstr(error.message, "notify.timeout"));
    assert_ptr_equal(notifier, &stop);
}

// It was there when it was opened, and is gone or broken when it is needed.
static void a_program_that_cannot_start_is_an_error(void **state)
{
    (void)state;
    struct gm_error error;
    const char *const words[] = {"./script"};
    void *notifier;
    FILE *script = fopen("script", "w");
    assert_non_null(script);
    fputs("#!/nowhere/interpreter\n", script);
    fclose(script);
    assert_int_equal(chmod("script", 0700), 0);
    assert_int_equal(open_words(words, 1, LONG_US, &notifier, NULL), GM_OK);
    assert_int_equal(gm_notifier_command.notify(notifier, &alert, gm_str("{}"), &stop, &error),
                     GM_ERR_NOT_FOUND);
    assert_non_null(strstr(error.message, "./script"));
    unlink("script");
    assert_int_equal(gm_notifier_command.notify(notifier, &alert, gm_str("{}"), &stop, &error),
                     GM_ERR_NOT_FOUND);
    gm_notifier_command.close(notifier);
}

static size_t open_descriptors(void)
{
    size_t count = 0;
    for (int fd = 0; fd < 256; fd++)
        count += fcntl(fd, F_GETFD) >= 0;
    return count;
}

static void nothing_leaks(void **state)
{
    (void)state;
    const size_t before = open_descriptors();
    for (int i = 0; i < 10; i++) {
        run("exit 0", NULL);
        run("echo x; exit 1", NULL);
        run_script("sleep 1000", 1000, gm_str("{}"), &stop, NULL);
    }
    assert_int_equal(open_descriptors(), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_is_complete),
        cmocka_unit_test(the_program_gets_the_json),
        cmocka_unit_test(words_are_arguments_as_they_stand),
        cmocka_unit_test(a_failure_tells_status_and_output),
        cmocka_unit_test(much_output_is_no_trouble),
        cmocka_unit_test(the_time_out_kills_the_whole_group),
        cmocka_unit_test(a_stop_ends_the_wait),
        cmocka_unit_test(a_background_process_is_not_waited_for),
        cmocka_unit_test(the_program_starts_clean),
        cmocka_unit_test(open_refuses_what_cannot_run),
        cmocka_unit_test(a_program_that_cannot_start_is_an_error),
        cmocka_unit_test(nothing_leaks),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
