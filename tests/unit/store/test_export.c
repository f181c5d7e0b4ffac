// Exports: every format, exactly; a file that is whole or not there.
#include "fixture.h"

#include "store/rows.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *read_file(const char *path, size_t *ret_len)
{
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    size_t len = (size_t)ftell(file);
    rewind(file);
    char *text = malloc(len + 1);
    assert_non_null(text);
    assert_int_equal(fread(text, 1, len, file), len);
    text[len] = '\0';
    fclose(file);
    if (ret_len)
        *ret_len = len;
    return text;
}

static void expect_file(const char *path, const char *expected)
{
    char *text = read_file(path, NULL);
    assert_string_equal(text, expected);
    free(text);
}

static int64_t export(struct gm_store *store, enum gm_store_table table,
                      enum gm_store_format format, const char *path)
{
    int64_t rows = -1;
    struct gm_error error;
    must(gm_store_export(store, table, format, path, &rows, &error), &error);
    return rows;
}

// Names in the folder that are not the database's.
static int count_others(const char *folder)
{
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    int count = 0;
    for (struct dirent *entry; (entry = readdir(dir));)
        count += entry->d_name[0] != '.' && strncmp(entry->d_name, "gm.duckdb", 9) != 0;
    closedir(dir);
    return count;
}

static void signals_as_json_lines(void **state)
{
    struct fixture *fixture = *state;
    struct gm_store *store = fixture_open(fixture->path);
    must(gm_store_begin(store, NULL), NULL);
    struct gm_signal signal = sample_price(5);
    signal.delta_vibe = GM_UNKNOWN;
    signal.value = 0.1 + 0.2;
    must(gm_store_add_signal(store, &signal, NULL), NULL);
    must(gm_store_commit(store, NULL), NULL);
    const char *path = fixture_path(fixture, "out.jsonl");
    assert_int_equal(export(store, GM_STORE_MARKET_SIGNALS, GM_STORE_JSONL, path), 1);
    expect_file(path, "{\"timestamp\":\"2026-02-21T10:05:00Z\",\"ticker\":\"bitcoin\","
                      "\"price_usd\":62450,\"vibe_score\":0.1,\"msg_velocity\":7,"
                      "\"delta_price\":-0.001,\"delta_vibe\":null,\"hype_momentum\":2.1,"
                      "\"alert_status\":null,\"kind\":\"price\",\"value\":0.30000000000000004,"
                      "\"late\":false,\"watermark\":\"2026-02-21T10:05:00Z\",\"label\":null,"
                      "\"scorer\":null,\"post_id\":null,\"input_topic\":\"live-prices\","
                      "\"input_partition\":0,\"input_offset\":5,\"seq\":1}\n");
    gm_store_close(store);
}

static void posts_as_csv(void **state)
{
    struct fixture *fixture = *state;
    struct gm_store *store = fixture_open(fixture->path);
    must(gm_store_begin(store, NULL), NULL);
    struct gm_post post = sample_post(5);
    post.text = gm_str("to the \"moon\",\nnow\r");
    post.author = gm_str("plain author");
    must(gm_store_add_post(store, &post, 3, 9, NULL), NULL);
    must(gm_store_commit(store, NULL), NULL);
    const char *path = fixture_path(fixture, "out.csv");
    assert_int_equal(export(store, GM_STORE_POSTS, GM_STORE_CSV, path), 1);
    expect_file(path, "timestamp,ticker,id,text,source,subreddit,author,url,observed_at,"
                      "input_partition,input_offset,seq\n"
                      "2026-02-21T10:05:00Z,bitcoin,t1_k2,\"to the \"\"moon\"\",\nnow\r\","
                      "reddit,wallstreetbets,plain author,,,3,9,1\n");
    gm_store_close(store);
}

static void letters_carry_any_bytes(void **state)
{
    struct fixture *fixture = *state;
    struct gm_store *store = fixture_open(fixture->path);
    struct gm_dead_letter letters[] = {sample_letter("{\"a\":1,", 7), sample_letter("\xff\0,", 3),
                                       sample_letter("", 0)};
    must(gm_store_begin(store, NULL), NULL);
    for (int i = 0; i < 3; i++)
        must(gm_store_add_dead_letter(store, &letters[i], NULL), NULL);
    must(gm_store_commit(store, NULL), NULL);
    const char *path = fixture_path(fixture, "out");
    assert_int_equal(export(store, GM_STORE_DEAD_LETTERS, GM_STORE_JSONL, path), 3);
#define HEAD                                                                                       \
    "{\"observed_at\":\"2026-02-21T10:00:00Z\",\"stage\":\"process\","                             \
    "\"reason\":\"price_usd: a number must stand here\",\"origin\":\"live-prices/0/17\","          \
    "\"key\":null,"
    expect_file(path, HEAD "\"payload\":\"{\\\"a\\\":1,\",\"payload_base64\":null,"
                           "\"payload_bytes\":7,\"seq\":1}\n" HEAD
                           "\"payload\":null,\"payload_base64\":\"/wAs\","
                           "\"payload_bytes\":3,\"seq\":2}\n" HEAD
                           "\"payload\":\"\",\"payload_base64\":null,"
                           "\"payload_bytes\":0,\"seq\":3}\n");
    assert_int_equal(export(store, GM_STORE_DEAD_LETTERS, GM_STORE_CSV, path), 3);
#define LINE "2026-02-21T10:00:00Z,process,price_usd: a number must stand here,live-prices/0/17,,"
    expect_file(
        path, "observed_at,stage,reason,origin,key,payload,payload_base64,payload_bytes,seq\n" LINE
              "\"{\"\"a\"\":1,\",,7,1\n" LINE ",/wAs,3,2\n" LINE "\"\",,0,3\n");
    gm_store_close(store);
}

static void empty_tables_export(void **state)
{
    struct fixture *fixture = *state;
    struct gm_store *store = fixture_open(fixture->path);
    const char *path = fixture_path(fixture, "out");
    assert_int_equal(export(store, GM_STORE_ALERTS, GM_STORE_JSONL, path), 0);
    expect_file(path, "");
    assert_int_equal(export(store, GM_STORE_ALERTS, GM_STORE_PARQUET, path), 0);
    gm_store_close(store);
}

enum { ROWS = 50000 };

static void many_rows_keep_their_order(void **state)
{
    struct fixture *fixture = *state;
    struct gm_store *store = fixture_open(fixture->path);
    for (int64_t i = 0; i < ROWS; i += 10000)
        must(add_rows(store, i, 10000, NULL), NULL);
    int64_t removed;
    must(gm_store_retain(store, sample_time(100), &removed, NULL), NULL);
    const char *path = fixture_path(fixture, "out");
    assert_int_equal(export(store, GM_STORE_MARKET_SIGNALS, GM_STORE_JSONL, path), ROWS - 100);
    char *text = read_file(path, NULL), *at = text;
    for (int64_t seq = 101; seq <= ROWS; seq++) {
        char expected[64];
        snprintf(expected, sizeof(expected), "\"seq\":%lld}\n", (long long)seq);
        char *end = strchr(at, '\n');
        assert_non_null(end);
        size_t len = strlen(expected);
        assert_memory_equal(end + 1 - len, expected, len);
        at = end + 1;
    }
    assert_int_equal(*at, '\0');
    free(text);
    gm_store_close(store);
}

// Read back by DuckDB itself, outside the store, whose own instance may read no file.
static void parquet_holds_the_same_rows(void **state)
{
    struct fixture *fixture = *state;
    struct gm_store *store = fixture_open(fixture->path);
    must(add_rows(store, 0, ROWS, NULL), NULL);
    const char *path = fixture_path(fixture, "it's.parquet");
    assert_int_equal(export(store, GM_STORE_MARKET_SIGNALS, GM_STORE_PARQUET, path), ROWS);
    char sql[512];
    duckdb_database database;
    duckdb_connection connection;
    assert_int_equal(duckdb_open(NULL, &database), DuckDBSuccess);
    assert_int_equal(duckdb_connect(database, &connection), DuckDBSuccess);
    snprintf(sql, sizeof(sql),
             "SELECT count(*) FROM '%s/it''s.parquet' WHERE seq = input_offset + 1 AND value = 0.1"
             " AND epoch_us(timestamp) = %lld + input_offset * 60000000 AND alert_status IS NULL"
             " AND typeof(timestamp) = 'TIMESTAMP WITH TIME ZONE'",
             fixture->folder, (long long)sample_time(0));
    int64_t rows;
    struct gm_error error;
    must(gm_db_number(connection, sql, &rows, &error), &error);
    assert_int_equal(rows, ROWS);
    duckdb_disconnect(&connection);
    duckdb_close(&database);
    gm_store_close(store);
}

static void the_database_opens_no_other_file(void **state)
{
    struct fixture *fixture = *state;
    struct gm_store *store = fixture_open(fixture->path);
    static const char *const SQL[] = {
        "SELECT * FROM read_text('/etc/hostname')",
        "COPY gm.posts TO '/tmp/ghostmarket-must-not-exist.csv'",
        "ATTACH '/tmp/ghostmarket-must-not-exist.db'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "SET autoload_known_extensions = true",
        "SELECT * FROM read_csv('http://127.0.0.1:9/x.csv')",
    };
    for (size_t i = 0; i < sizeof(SQL) / sizeof(SQL[0]); i++)
        if (gm_db_run(store->db.connection, SQL[i], NULL) == GM_OK)
            fail_msg("%s was allowed", SQL[i]);
    gm_store_close(store);
}

// ------------------------------------------------------------------------- whole or not there

static void replaces_a_file_in_one_step(void **state)
{
    struct fixture *fixture = *state;
    struct gm_store *store = fixture_open(fixture->path);
    must(add_rows(store, 0, 3, NULL), NULL);
    char path[256], link_path[256];
    snprintf(path, sizeof(path), "%s", fixture_path(fixture, "out.jsonl"));
    snprintf(link_path, sizeof(link_path), "%s", fixture_path(fixture, "link"));
    assert_int_equal(export(store, GM_STORE_POSTS, GM_STORE_JSONL, path), 3);
    assert_int_equal(symlink(path, link_path), 0);
    struct stat before, after, link_status;
    assert_int_equal(stat(path, &before), 0);
    int held = open(path, O_RDONLY); // so that its inode is not given to the new file
    assert_int_equal(export(store, GM_STORE_POSTS, GM_STORE_JSONL, link_path), 3);
    assert_int_equal(stat(path, &after), 0);
    assert_int_not_equal(before.st_ino, after.st_ino);
    assert_int_equal(before.st_size, after.st_size);
    assert_int_equal(lstat(link_path, &link_status), 0);
    assert_true(S_ISLNK(link_status.st_mode));
    assert_int_equal(count_others(fixture->folder), 2);
    close(held);
    gm_store_close(store);
}

static void refuses_targets(void **state)
{
    struct fixture *fixture = *state;
    struct gm_store *store = fixture_open(fixture->path);
    struct gm_error error;
    int64_t rows = -7;
    assert_int_equal(
        gm_store_export(store, GM_STORE_POSTS, GM_STORE_JSONL, "/dev/null", &rows, &error),
        GM_ERR_INVALID);
    assert_non_null(strstr(error.message, "/dev/null"));
    assert_int_equal(gm_store_export(store, GM_STORE_POSTS, GM_STORE_CSV,
                                     fixture_path(fixture, "no/out.csv"), &rows, &error),
                     GM_ERR_NOT_FOUND);
    assert_int_equal(gm_store_export_fd(store, GM_STORE_POSTS, GM_STORE_PARQUET, 1, &rows, &error),
                     GM_ERR_INVALID);
    assert_int_equal(rows, -7);
    gm_store_close(store);
}

static void a_full_disk_leaves_nothing_behind(void **state)
{
    struct fixture *fixture = *state;
    char disk[256], path[300];
    snprintf(disk, sizeof(disk), "%s", fixture_path(fixture, "disk"));
    if (!mount_small_disk(disk, 64 * 1024))
        skip();
    snprintf(path, sizeof(path), "%s/out", disk);
    struct gm_store *store = fixture_open(fixture->path);
    for (int64_t i = 0; i < ROWS; i += 10000)
        must(add_rows(store, i, 10000, NULL), NULL);
    static const enum gm_store_format FORMATS[] = {GM_STORE_JSONL, GM_STORE_CSV, GM_STORE_PARQUET};
    for (int i = 0; i < 3; i++) {
        struct gm_error error;
        int64_t rows;
        assert_int_equal(gm_store_export(store, GM_STORE_POSTS, FORMATS[i], path, &rows, &error),
                         GM_ERR_FULL);
        assert_int_equal(count_others(disk), 0);
    }
    must(add_rows(store, ROWS, 10, NULL), NULL);
    gm_store_close(store);
}

static void into_a_descriptor(void **state)
{
    struct fixture *fixture = *state;
    struct gm_store *store = fixture_open(fixture->path);
    must(add_rows(store, 0, 100, NULL), NULL);
    char path[256];
    snprintf(path, sizeof(path), "%s", fixture_path(fixture, "file"));
    int fd = open(path, O_CREAT | O_RDWR, 0600);
    assert_true(fd >= 0);
    int64_t rows;
    struct gm_error error;
    must(gm_store_export_fd(store, GM_STORE_POSTS, GM_STORE_CSV, fd, &rows, &error), &error);
    assert_int_equal(rows, 100);
    close(fd);
    size_t len, others_len;
    char *text = read_file(path, &len);
    const char *other = fixture_path(fixture, "other");
    assert_int_equal(export(store, GM_STORE_POSTS, GM_STORE_CSV, other), 100);
    char *others_text = read_file(other, &others_len);
    assert_int_equal(len, others_len);
    assert_memory_equal(text, others_text, len);
    free(text);
    free(others_text);
    assert_int_equal(gm_store_export_fd(store, GM_STORE_POSTS, GM_STORE_CSV, -1, &rows, &error),
                     GM_ERR_IO);
    gm_store_close(store);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(signals_as_json_lines),
        TEST(posts_as_csv),
        TEST(letters_carry_any_bytes),
        TEST(empty_tables_export),
        TEST(many_rows_keep_their_order),
        TEST(parquet_holds_the_same_rows),
        TEST(the_database_opens_no_other_file),
        TEST(replaces_a_file_in_one_step),
        TEST(refuses_targets),
        TEST(a_full_disk_leaves_nothing_behind),
        TEST(into_a_descriptor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
