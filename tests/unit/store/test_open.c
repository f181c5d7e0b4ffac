// Opening: what is made, what is found again, and every way in which it is refused.
//
// Run as `test_open hold PATH` it opens the database, writes a byte to stdout, and waits for stdin
// to end: the other process.
#include "fixture.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static enum gm_err try_open(const char *path, bool read_only, struct gm_error *error)
{
    struct gm_store_config config = {.path = path, .read_only = read_only};
    struct gm_store *store = NULL;
    enum gm_err err = gm_store_open(&config, &store, error);
    if (err)
        assert_null(store);
    gm_store_close(store);
    return err;
}

static void expect_refusal(const char *path, enum gm_err expected, const char *part)
{
    struct gm_error error = {0};
    assert_int_equal(try_open(path, false, &error), expected);
    assert_int_equal(error.code, expected);
    if (!strstr(error.message, part) || !strstr(error.message, path))
        fail_msg("'%s' names neither '%s' nor the path", error.message, part);
}

static void write_file(const char *path, const char *bytes, size_t len)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

static void makes_tables_and_finds_them_again(void **state)
{
    struct fixture *fixture = *state;
    struct gm_error error;
    struct gm_store *store = fixture_open(fixture->path);
    for (int table = 0; table < GM_STORE_TABLE_COUNT; table++)
        assert_int_equal(count_rows(store, (enum gm_store_table)table), 0);
    must(add_rows(store, 0, 3, &error), &error);
    gm_store_close(store);

    store = fixture_open(fixture->path);
    assert_int_equal(count_rows(store, GM_STORE_MARKET_SIGNALS), 3);
    assert_int_equal(get_offset(store), 3);
    gm_store_close(store);
    assert_int_not_equal(access(fixture_path(fixture, "gm.duckdb.wal"), F_OK), 0);
    assert_int_not_equal(access(fixture_path(fixture, "gm.duckdb.tmp"), F_OK), 0);
}

static void takes_odd_names(void **state)
{
    struct fixture *fixture = *state;
    char path[256];
    snprintf(path, sizeof(path), "%s/it's; \"odd\" \xc3\xa4.db", fixture->folder);
    struct gm_error error;
    must(try_open(path, false, &error), &error);
    assert_int_equal(access(path, F_OK), 0);
    assert_int_equal(chdir(fixture->folder), 0);
    must(try_open("md:cloud", false, &error), &error);
    assert_int_equal(access(fixture_path(fixture, "md:cloud"), F_OK), 0);
    assert_int_equal(chdir("/"), 0);
}

static void opens_to_read_only(void **state)
{
    struct fixture *fixture = *state;
    struct gm_error error;
    assert_int_equal(try_open(fixture->path, true, &error), GM_ERR_NOT_FOUND);
    struct gm_store *store = fixture_open(fixture->path);
    must(add_rows(store, 0, 3, &error), &error);
    gm_store_close(store);
    struct gm_store_config config = {.path = fixture->path, .read_only = true};
    must(gm_store_open(&config, &store, &error), &error);
    assert_int_equal(count_rows(store, GM_STORE_POSTS), 3);
    gm_store_close(store);
}

static void refuses_garbage(void **state)
{
    struct fixture *fixture = *state;
    char garbage[20000];
    for (size_t i = 0; i < sizeof(garbage); i++)
        garbage[i] = (char)(i * 7919 >> 3);
    write_file(fixture->path, garbage, sizeof(garbage));
    expect_refusal(fixture->path, GM_ERR_CORRUPT, "cannot be read");
    write_file(fixture->path, "SQLite format 3", 16);
    expect_refusal(fixture->path, GM_ERR_CORRUPT, "cannot be read");
    write_file(fixture->path, "x", 1);
    expect_refusal(fixture->path, GM_ERR_CORRUPT, "cannot be read");
}

static void refuses_a_file_cut_short(void **state)
{
    struct fixture *fixture = *state;
    struct gm_store *store = fixture_open(fixture->path);
    struct gm_error error;
    must(add_rows(store, 0, 20000, &error), &error);
    gm_store_close(store);
    struct stat status;
    assert_int_equal(stat(fixture->path, &status), 0);
    assert_int_equal(truncate(fixture->path, status.st_size / 2), 0);
    expect_refusal(fixture->path, GM_ERR_CORRUPT, "put a copy back");
    assert_int_equal(truncate(fixture->path, 4096), 0);
    expect_refusal(fixture->path, GM_ERR_CORRUPT, "put a copy back");
}

static void refuses_a_flipped_bit(void **state)
{
    struct fixture *fixture = *state;
    struct gm_store *store = fixture_open(fixture->path);
    gm_store_close(store);
    int fd = open(fixture->path, O_RDWR);
    char byte;
    assert_int_equal(pread(fd, &byte, 1, 4096 + 100), 1);
    byte ^= 1;
    assert_int_equal(pwrite(fd, &byte, 1, 4096 + 100), 1);
    assert_int_equal(pread(fd, &byte, 1, 8192 + 100), 1);
    byte ^= 1;
    assert_int_equal(pwrite(fd, &byte, 1, 8192 + 100), 1);
    close(fd);
    expect_refusal(fixture->path, GM_ERR_CORRUPT, "cannot be read");
}

static void refuses_other_versions(void **state)
{
    struct fixture *fixture = *state;
    struct gm_store *store = fixture_open(fixture->path);
    must(gm_db_run(store->db.connection, "UPDATE gm.schema_version SET version = 3", NULL), NULL);
    gm_store_close(store);
    expect_refusal(fixture->path, GM_ERR_CORRUPT, "newer");
}

static void refuses_a_stranger_s_database(void **state)
{
    struct fixture *fixture = *state;
    struct gm_store *store = fixture_open(fixture->path);
    must(gm_db_run(store->db.connection, "DROP TABLE gm.schema_version", NULL), NULL);
    gm_store_close(store);
    expect_refusal(fixture->path, GM_ERR_CORRUPT, "not GhostMarket's");
}

static void refuses_what_is_no_file(void **state)
{
    struct fixture *fixture = *state;
    expect_refusal(fixture->folder, GM_ERR_INVALID, "not a regular file");
    char path[256];
    snprintf(path, sizeof(path), "%s", fixture_path(fixture, "no/such/gm.duckdb"));
    expect_refusal(path, GM_ERR_NOT_FOUND, "folder");
}

// Root may write anywhere, but not to a disk that is mounted read-only.
static void refuses_a_read_only_folder(void **state)
{
    struct fixture *fixture = *state;
    char disk[256], path[300];
    snprintf(disk, sizeof(disk), "%s", fixture_path(fixture, "disk"));
    snprintf(path, sizeof(path), "%s/gm.duckdb", disk);
    if (!mount_small_disk(disk, 8 << 20))
        skip();
    gm_store_close(fixture_open(path));
    assert_int_equal(mount(NULL, disk, NULL, MS_REMOUNT | MS_RDONLY, NULL), 0);
    expect_refusal(path, GM_ERR_DENIED, "Read-only");
    assert_int_equal(unlink(path), -1);
    struct gm_error error;
    must(try_open(path, true, &error), &error);
    snprintf(path, sizeof(path), "%s/other.duckdb", disk);
    expect_refusal(path, GM_ERR_DENIED, "Read-only");
}

// ------------------------------------------------------------------------- two processes

struct holder {
    pid_t pid;
    int stdin_fd, stdout_fd;
};

static struct holder start_holder(const char *path)
{
    int to[2], from[2];
    assert_int_equal(pipe(to), 0);
    assert_int_equal(pipe(from), 0);
    struct holder holder = {fork(), to[1], from[0]};
    assert_true(holder.pid >= 0);
    if (holder.pid == 0) {
        dup2(to[0], 0);
        dup2(from[1], 1);
        close(to[1]);
        close(from[0]);
        execl("/proc/self/exe", "test_open", "hold", path, (char *)NULL);
        _exit(127);
    }
    close(to[0]);
    close(from[1]);
    char byte;
    assert_int_equal(read(holder.stdout_fd, &byte, 1), 1);
    return holder;
}

static void stop_holder(struct holder *holder)
{
    close(holder->stdin_fd);
    close(holder->stdout_fd);
    int status;
    assert_int_equal(waitpid(holder->pid, &status, 0), holder->pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static int hold(const char *path)
{
    struct gm_store_config config = {.path = path};
    struct gm_store *store;
    if (gm_store_open(&config, &store, NULL))
        return 1;
    char byte = '.';
    bool ok = write(1, &byte, 1) == 1 && read(0, &byte, 1) == 0;
    gm_store_close(store);
    return ok ? 0 : 1;
}

static void names_the_process_that_has_it(void **state)
{
    struct fixture *fixture = *state;
    struct holder holder = start_holder(fixture->path);
    char pid[32];
    snprintf(pid, sizeof(pid), "process %ld:", (long)holder.pid);
    expect_refusal(fixture->path, GM_ERR_BUSY, pid);
    struct gm_error error;
    assert_int_equal(try_open(fixture->path, true, &error), GM_ERR_BUSY);
    assert_true(error.retriable);
    stop_holder(&holder);
    must(try_open(fixture->path, false, &error), &error);
}

static void names_tables(void **state)
{
    (void)state;
    for (int table = 0; table < GM_STORE_TABLE_COUNT; table++)
        assert_int_equal(gm_store_table_of(gm_store_table_name((enum gm_store_table)table)), table);
    assert_int_equal(gm_store_table_of("bus_offsets"), GM_STORE_TABLE_COUNT);
    assert_string_equal(gm_store_library_version(), "v1.4.4");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "hold") == 0)
        return hold(argv[2]);
    const struct CMUnitTest tests[] = {
        TEST(makes_tables_and_finds_them_again),
        TEST(takes_odd_names),
        TEST(opens_to_read_only),
        TEST(refuses_garbage),
        TEST(refuses_a_file_cut_short),
        TEST(refuses_a_flipped_bit),
        TEST(refuses_other_versions),
        TEST(refuses_a_stranger_s_database),
        TEST(refuses_what_is_no_file),
        TEST(refuses_a_read_only_folder),
        TEST(names_the_process_that_has_it),
        cmocka_unit_test(names_tables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
