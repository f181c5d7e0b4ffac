// What a killed process and a full disk leave behind: rows and offsets that agree.
//
// Run as `test_crash write PATH` it adds rows for ever, one byte to stdout for each transaction.
#include "fixture.h"

#include "store/rows.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

// ------------------------------------------------------------------------- kill -9

enum { KILLS = 20, TRANSACTIONS_MAX = 30 };

static int write_for_ever(const char *path)
{
    struct gm_store_config config = {.path = path};
    struct gm_store *store;
    struct gm_error error = {0};
    int64_t next;
    if (gm_store_open(&config, &store, &error) ||
        gm_store_get_offset(store, GM_TOPIC_LIVE_SOCIAL, 0, &next, &error))
        goto failed;
    for (unsigned size = 1;; size = size * 7 % 2003) {
        if (add_rows(store, next, size, &error) || write(1, ".", 1) != 1)
            goto failed;
        next += size;
    }

failed:
    fprintf(stderr, "the writer: %s\n", error.message);
    return 1;
}

// Waits for so many transactions, then so long, so that the kill hits any place of the next one.
static void let_run(int fd, unsigned transactions, useconds_t us)
{
    char byte;
    for (unsigned i = 0; i < transactions; i++)
        assert_int_equal(read(fd, &byte, 1), 1);
    struct timespec pause = {0, (long)us * 1000};
    nanosleep(&pause, NULL);
}

static void run_and_kill(const char *path, unsigned transactions, useconds_t us)
{
    int from[2];
    assert_int_equal(pipe(from), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        dup2(from[1], 1);
        close(from[0]);
        execl("/proc/self/exe", "test_crash", "write", path, (char *)NULL);
        _exit(127);
    }
    close(from[1]);
    let_run(from[0], transactions, us);
    close(from[0]);
    kill(pid, SIGKILL);
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
}

// Every offset below the committed one has exactly one row in each table, numbered without a gap.
static void expect_whole(struct gm_store *store)
{
    static const char *const CHECKS[] = {
        "SELECT count(*) FROM gm.market_signals",
        "SELECT count(DISTINCT input_offset) FROM gm.market_signals",
        "SELECT max(input_offset) + 1 FROM gm.market_signals",
        "SELECT max(seq) FROM gm.market_signals",
        "SELECT count(*) FROM gm.posts",
        "SELECT count(DISTINCT input_offset) FROM gm.posts",
        "SELECT count(*) FROM gm.posts WHERE seq = input_offset + 1",
    };
    int64_t offset = get_offset(store);
    for (size_t i = 0; i < sizeof(CHECKS) / sizeof(CHECKS[0]); i++) {
        int64_t number;
        struct gm_error error;
        must(gm_db_number(store->db.connection, CHECKS[i], &number, &error), &error);
        if (number != offset)
            fail_msg("%s: %lld, but the offset is %lld", CHECKS[i], (long long)number,
                     (long long)offset);
    }
}

static void a_kill_loses_and_doubles_nothing(void **state)
{
    struct fixture *fixture = *state;
    unsigned random = (unsigned)time(NULL);
    print_message("seed %u\n", random);
    int64_t before = 0;
    for (int i = 0; i < KILLS; i++) {
        unsigned transactions = 1 + (unsigned)rand_r(&random) % TRANSACTIONS_MAX;
        run_and_kill(fixture->path, transactions, (useconds_t)rand_r(&random) % 20000);
        struct gm_store *store = fixture_open(fixture->path);
        expect_whole(store);
        assert_true(get_offset(store) > before);
        before = get_offset(store);
        gm_store_close(store);
    }
}

// ------------------------------------------------------------------------- a full disk

enum { ROWS = 2000, BALLAST_BYTES = 200 << 20 };

// Rows as a lively afternoon has them: texts that do not compress away.
static enum gm_err add_noisy_rows(struct gm_store *store, int64_t first, struct gm_error *error)
{
    static char text[2048];
    static unsigned random = 1;
    enum gm_err err = gm_store_begin(store, error);
    if (err)
        return err;
    for (int64_t offset = first; !err && offset < first + ROWS; offset++) {
        for (size_t i = 0; i < sizeof(text); i++)
            text[i] = (char)(' ' + rand_r(&random) % 95);
        struct gm_signal signal = sample_signal(offset);
        struct gm_post post = sample_post(offset);
        post.text = (struct gm_str){text, sizeof(text)};
        err = gm_store_add_signal(store, &signal, error);
        if (!err)
            err = gm_store_add_post(store, &post, 0, offset, error);
    }
    if (!err)
        err = gm_store_set_offset(store, GM_TOPIC_LIVE_SOCIAL, 0, first + ROWS, error);
    if (!err)
        return gm_store_commit(store, error);
    gm_store_rollback(store);
    return err;
}

static void take_room(const char *path, off_t bytes)
{
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    assert_true(fd >= 0);
    assert_int_equal(posix_fallocate(fd, 0, bytes), 0);
    close(fd);
}

static struct gm_store *fill_disk(const char *path, int64_t *next)
{
    struct gm_store *store = fixture_open(path);
    struct gm_error error = {0};
    enum gm_err err;
    while (!(err = add_noisy_rows(store, *next, &error)))
        *next += ROWS;
    print_message("full after %lld rows: %s\n", (long long)*next, error.message);
    assert_int_equal(err, GM_ERR_FULL);
    assert_true(error.retriable);
    return store;
}

// Fills a disk with `bytes` for the database, then makes room, and goes on.
static void fill_and_free(struct fixture *fixture, size_t bytes)
{
    char disk[256], path[300], ballast[300];
    snprintf(disk, sizeof(disk), "%s", fixture_path(fixture, "disk"));
    if (!mount_small_disk(disk, bytes + BALLAST_BYTES))
        skip();
    snprintf(path, sizeof(path), "%s/gm.duckdb", disk);
    snprintf(ballast, sizeof(ballast), "%s/ballast", disk);
    take_room(ballast, BALLAST_BYTES);

    int64_t next = 0;
    struct gm_error error;
    struct gm_store *store = fill_disk(path, &next);
    assert_true(next > 0);
    assert_int_equal(get_offset(store), next);
    for (int i = 0; i < 3; i++)
        assert_int_equal(add_noisy_rows(store, next, &error), GM_ERR_FULL);
    assert_int_equal(count_rows(store, GM_STORE_POSTS), next);

    assert_int_equal(unlink(ballast), 0);
    for (int i = 0; i < 5; i++, next += ROWS)
        must(add_noisy_rows(store, next, &error), &error);
    expect_whole(store);
    gm_store_close(store);
    store = fixture_open(path);
    assert_int_equal(get_offset(store), next);
    expect_whole(store);
    gm_store_close(store);
}

// Under 16 MiB no checkpoint is due yet.
static void a_disk_full_for_the_log(void **state)
{
    fill_and_free(*state, 12 << 20);
}

static void a_disk_full_for_the_checkpoint(void **state)
{
    fill_and_free(*state, 48 << 20);
}

static void opens_again_on_a_full_disk(void **state)
{
    struct fixture *fixture = *state;
    char disk[256], path[300];
    snprintf(disk, sizeof(disk), "%s", fixture_path(fixture, "disk"));
    if (!mount_small_disk(disk, 48 << 20))
        skip();
    snprintf(path, sizeof(path), "%s/gm.duckdb", disk);
    int64_t next = 0;
    gm_store_close(fill_disk(path, &next)); // which cannot checkpoint either
    struct gm_store *store = fixture_open(path);
    assert_int_equal(get_offset(store), next);
    expect_whole(store);
    gm_store_close(store);
}

static void no_room_to_begin(void **state)
{
    struct fixture *fixture = *state;
    char disk[256], path[300];
    snprintf(disk, sizeof(disk), "%s", fixture_path(fixture, "disk"));
    if (!mount_small_disk(disk, 8192))
        skip();
    snprintf(path, sizeof(path), "%s/gm.duckdb", disk);
    struct gm_store_config config = {.path = path};
    struct gm_store *store;
    struct gm_error error = {0};
    assert_int_equal(gm_store_open(&config, &store, &error), GM_ERR_FULL);
    assert_non_null(strstr(error.message, path));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "write") == 0)
        return write_for_ever(argv[2]);
    const struct CMUnitTest tests[] = {
        TEST(a_kill_loses_and_doubles_nothing),
        TEST(a_disk_full_for_the_log),
        TEST(a_disk_full_for_the_checkpoint),
        TEST(opens_again_on_a_full_disk),
        TEST(no_room_to_begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
