// Writing: every value comes back to the last bit, and a transaction is all or nothing.
#include "fixture.h"

#include "store/rows.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct gm_rows open_rows(struct gm_store *store, const char *sql)
{
    struct gm_rows rows;
    struct gm_error error;
    bool more = false;
    must(gm_rows_open(&rows, store->db.connection, sql, NULL, 0, &error), &error);
    must(gm_rows_next(&rows, &more, &error), &error);
    assert_true(more);
    return rows;
}

static void expect_text(const struct gm_rows *rows, int column, const char *text)
{
    struct gm_str value = gm_rows_text(rows, column);
    assert_int_equal(value.len, strlen(text));
    assert_memory_equal(value.data, text, value.len);
}

static void expect_double(const struct gm_rows *rows, int column, double value)
{
    double stored = gm_rows_double(rows, column);
    assert_false(gm_rows_is_null(rows, column));
    assert_memory_equal(&stored, &value, sizeof(value));
}

static void expect_nulls(const struct gm_rows *rows, int first, int last)
{
    for (int column = first; column <= last; column++)
        if (!gm_rows_is_null(rows, column))
            fail_msg("column %d is not NULL", column);
}

static void begin(struct gm_store *store)
{
    struct gm_error error;
    must(gm_store_begin(store, &error), &error);
}

static void commit(struct gm_store *store)
{
    struct gm_error error;
    must(gm_store_commit(store, &error), &error);
}

static void signals_come_back(void **state)
{
    struct fixture *fixture = *state;
    struct gm_store *store = fixture_open(fixture->path);
    struct gm_signal social = sample_signal(5);
    social.alert = true;
    struct gm_signal price = sample_price(6);
    price.vibe_score = price.delta_price = price.delta_vibe = price.hype_momentum = GM_UNKNOWN;
    price.late = true;
    begin(store);
    must(gm_store_add_signal(store, &social, NULL), NULL);
    must(gm_store_add_signal(store, &price, NULL), NULL);
    commit(store);

    struct gm_rows rows = open_rows(store, "FROM gm.market_signals");
    assert_int_equal(rows.columns_count, 20);
    assert_int_equal(gm_rows_int(&rows, 0), social.timestamp_us);
    expect_text(&rows, 1, "bitcoin");
    expect_double(&rows, 2, 62450.0);
    expect_double(&rows, 3, 0.1);
    assert_int_equal(gm_rows_int(&rows, 4), 7);
    expect_double(&rows, 5, -0.001);
    expect_double(&rows, 6, 0.3);
    expect_double(&rows, 7, 0.3 * 7);
    expect_text(&rows, 8, "IMMINENT_HYPE_PUMP");
    expect_text(&rows, 9, "social");
    expect_double(&rows, 10, 0.1);
    assert_false(gm_rows_bool(&rows, 11));
    assert_int_equal(gm_rows_int(&rows, 12), social.watermark_us);
    expect_text(&rows, 13, "positive");
    expect_text(&rows, 14, "lexicon");
    expect_text(&rows, 15, "t1_k2");
    expect_text(&rows, 16, "live-social");
    assert_int_equal(gm_rows_int(&rows, 17), 0);
    assert_int_equal(gm_rows_int(&rows, 18), 5);
    assert_int_equal(gm_rows_int(&rows, 19), 1);

    bool more;
    must(gm_rows_next(&rows, &more, NULL), NULL);
    assert_true(more);
    expect_nulls(&rows, 3, 3);
    expect_nulls(&rows, 5, 8);
    expect_text(&rows, 9, "price");
    assert_true(gm_rows_bool(&rows, 11));
    expect_nulls(&rows, 13, 15);
    expect_text(&rows, 16, "live-prices");
    assert_int_equal(gm_rows_int(&rows, 19), 2);
    must(gm_rows_next(&rows, &more, NULL), NULL);
    assert_false(more);
    gm_rows_finish(&rows);
    gm_store_close(store);
}

static void posts_alerts_and_letters_come_back(void **state)
{
    struct fixture *fixture = *state;
    struct gm_store *store = fixture_open(fixture->path);
    struct gm_post post = sample_post(3);
    struct gm_alert alert = sample_alert(4);
    struct gm_dead_letter letter = sample_letter("\0\xff{", 3);
    begin(store);
    must(gm_store_add_post(store, &post, 2, 3, NULL), NULL);
    must(gm_store_add_alert(store, &alert, NULL), NULL);
    must(gm_store_add_dead_letter(store, &letter, NULL), NULL);
    commit(store);

    struct gm_rows rows = open_rows(store, "FROM gm.posts");
    expect_text(&rows, 3, "BTC is going to the moon, and this is longer than twelve bytes");
    expect_text(&rows, 5, "wallstreetbets");
    expect_nulls(&rows, 6, 8);
    assert_int_equal(gm_rows_int(&rows, 9), 2);
    assert_int_equal(gm_rows_int(&rows, 10), 3);
    assert_int_equal(gm_rows_int(&rows, 11), 1);
    gm_rows_finish(&rows);

    rows = open_rows(store, "FROM gm.alerts");
    expect_text(&rows, 2, "IMMINENT_HYPE_PUMP");
    expect_double(&rows, 9, 100);
    expect_double(&rows, 10, 0.02);
    expect_text(&rows, 11, "live-social");
    assert_int_equal(gm_rows_int(&rows, 13), 4);
    gm_rows_finish(&rows);

    rows = open_rows(store, "FROM gm.dead_letters");
    expect_text(&rows, 1, "process");
    expect_nulls(&rows, 4, 4);
    assert_int_equal(gm_rows_text(&rows, 5).len, 3);
    assert_memory_equal(gm_rows_text(&rows, 5).data, "\0\xff{", 3);
    assert_int_equal(gm_rows_int(&rows, 6), 3);
    gm_rows_finish(&rows);
    gm_store_close(store);
}

// ------------------------------------------------------------------------- to the last bit

static uint64_t next_random(uint64_t *random)
{
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    return *random;
}

static double random_double(uint64_t *random)
{
    static const double EDGES[] = {0.0,     -0.0,     1e-310,   DBL_MIN,
                                   DBL_MAX, -DBL_MAX, INFINITY, 0.1 + 0.2};
    uint64_t bits = next_random(random);
    if (bits % 16 == 0)
        return EDGES[bits / 16 % 8];
    double value;
    memcpy(&value, &bits, sizeof(value));
    return isnan(value) ? 1.0 / 3.0 : value;
}

enum { DOUBLES = 60000 }; // over several row groups and compression's choices

static void doubles_keep_every_bit(void **state)
{
    struct fixture *fixture = *state;
    struct gm_store *store = fixture_open(fixture->path);
    uint64_t random = 7;
    begin(store);
    for (int i = 0; i < DOUBLES; i++) {
        struct gm_signal signal = sample_signal(i);
        signal.value = random_double(&random);
        must(gm_store_add_signal(store, &signal, NULL), NULL);
    }
    commit(store);
    gm_store_close(store);

    store = fixture_open(fixture->path);
    random = 7;
    struct gm_rows rows = open_rows(store, "SELECT value FROM gm.market_signals");
    bool more = true;
    for (int i = 0; i < DOUBLES; i++) {
        assert_true(more);
        expect_double(&rows, 0, random_double(&random));
        must(gm_rows_next(&rows, &more, NULL), NULL);
    }
    assert_false(more);
    gm_rows_finish(&rows);
    gm_store_close(store);
}

// A text for each length around the edges of DuckDB's short strings, our chunks and its blocks.
static const size_t LENGTHS[] = {1, 11, 12, 13, 4095, 262144, 262143, 200000, 199999};

static void fill(char *text, size_t len, int salt)
{
    for (size_t i = 0; i < len; i++)
        text[i] = (char)('a' + (i + (size_t)salt) % 26);
}

static void long_texts_come_back(void **state)
{
    struct fixture *fixture = *state;
    struct gm_store *store = fixture_open(fixture->path);
    enum { COUNT = sizeof(LENGTHS) / sizeof(LENGTHS[0]), ROUNDS = 20 };
    char *text = malloc(GM_TEXT_BYTES_MAX);
    assert_non_null(text);
    begin(store);
    for (int i = 0; i < COUNT * ROUNDS; i++) {
        struct gm_post post = sample_post(i);
        fill(text, LENGTHS[i % COUNT], i);
        post.text = (struct gm_str){text, LENGTHS[i % COUNT]};
        must(gm_store_add_post(store, &post, 0, i, NULL), NULL);
    }
    commit(store);
    gm_store_close(store);

    store = fixture_open(fixture->path);
    struct gm_rows rows = open_rows(store, "SELECT text FROM gm.posts");
    bool more = true;
    for (int i = 0; i < COUNT * ROUNDS; i++) {
        assert_true(more);
        fill(text, LENGTHS[i % COUNT], i);
        assert_int_equal(gm_rows_text(&rows, 0).len, LENGTHS[i % COUNT]);
        assert_memory_equal(gm_rows_text(&rows, 0).data, text, LENGTHS[i % COUNT]);
        must(gm_rows_next(&rows, &more, NULL), NULL);
    }
    assert_false(more);
    gm_rows_finish(&rows);
    gm_store_close(store);
    free(text);
}

// ------------------------------------------------------------------------- transactions

// What a crash leaves of a large transaction: rows of one table that no commit has counted.
static void torn_rows_are_taken_out(void **state)
{
    struct fixture *fixture = *state;
    struct gm_store *store = fixture_open(fixture->path);
    must(add_rows(store, 0, 5, NULL), NULL);
    must(gm_db_run(store->db.connection,
                   "INSERT INTO gm.market_signals SELECT * REPLACE (seq + 5 AS seq)"
                   " FROM gm.market_signals",
                   NULL),
         NULL);
    assert_int_equal(count_rows(store, GM_STORE_MARKET_SIGNALS), 10);
    gm_store_close(store);

    struct gm_store_config config = {.path = fixture->path, .read_only = true};
    struct gm_error error;
    assert_int_equal(gm_store_open(&config, &store, &error), GM_ERR_UNSUPPORTED);
    assert_non_null(strstr(error.message, "cut off"));

    store = fixture_open(fixture->path);
    assert_int_equal(count_rows(store, GM_STORE_MARKET_SIGNALS), 5);
    assert_int_equal(get_offset(store), 5);
    must(add_rows(store, 5, 5, NULL), NULL);
    assert_int_equal(count_rows(store, GM_STORE_MARKET_SIGNALS), 10);
    gm_store_close(store);
}

static void another_log_begins_anew(void **state)
{
    struct fixture *fixture = *state;
    struct gm_store *store = fixture_open(fixture->path);
    must(gm_store_use_log(store, 7, NULL), NULL);
    must(add_rows(store, 0, 5, NULL), NULL);
    must(gm_store_use_log(store, 7, NULL), NULL);
    assert_int_equal(get_offset(store), 5);
    must(gm_store_use_log(store, 8, NULL), NULL);
    assert_int_equal(get_offset(store), 0);
    assert_int_equal(count_rows(store, GM_STORE_MARKET_SIGNALS), 5);
    must(add_rows(store, 0, 3, NULL), NULL);
    gm_store_close(store);
    store = fixture_open(fixture->path);
    must(gm_store_use_log(store, 8, NULL), NULL);
    assert_int_equal(get_offset(store), 3);
    gm_store_close(store);
}

// Opening the file anew would let another process take it in between.
static void keeps_the_file_open_over_another_log(void **state)
{
    struct fixture *fixture = *state;
    char moved[512];
    snprintf(moved, sizeof(moved), "%s.moved", fixture->path);
    struct gm_store *store = fixture_open(fixture->path);
    must(gm_store_use_log(store, 7, NULL), NULL);
    assert_int_equal(rename(fixture->path, moved), 0);
    must(add_rows(store, 0, 5, NULL), NULL);
    assert_int_equal(access(fixture->path, F_OK), -1);
    gm_store_close(store);
}

static void rolls_back(void **state)
{
    struct fixture *fixture = *state;
    struct gm_store *store = fixture_open(fixture->path);
    must(add_rows(store, 0, 5, NULL), NULL);
    begin(store);
    for (int64_t i = 0; i < 5000; i++) {
        struct gm_signal signal = sample_signal(i);
        must(gm_store_add_signal(store, &signal, NULL), NULL);
    }
    must(gm_store_set_offset(store, GM_TOPIC_LIVE_SOCIAL, 0, 5000, NULL), NULL);
    gm_store_rollback(store);
    gm_store_rollback(store);
    assert_int_equal(count_rows(store, GM_STORE_MARKET_SIGNALS), 5);
    assert_int_equal(get_offset(store), 5);

    must(add_rows(store, 5, 5, NULL), NULL);
    assert_int_equal(count_rows(store, GM_STORE_MARKET_SIGNALS), 10);
    struct gm_rows rows = open_rows(store, "SELECT max(seq) FROM gm.market_signals");
    assert_int_equal(gm_rows_int(&rows, 0), 10);
    gm_rows_finish(&rows);
    gm_store_close(store);
}

static void closing_rolls_back(void **state)
{
    struct fixture *fixture = *state;
    struct gm_store *store = fixture_open(fixture->path);
    must(add_rows(store, 0, 5, NULL), NULL);
    begin(store);
    struct gm_post post = sample_post(5);
    must(gm_store_add_post(store, &post, 0, 5, NULL), NULL);
    gm_store_close(store);
    store = fixture_open(fixture->path);
    assert_int_equal(count_rows(store, GM_STORE_POSTS), 5);
    gm_store_close(store);
}

static void survives_what_duckdb_refuses(void **state)
{
    struct fixture *fixture = *state;
    struct gm_store *store = fixture_open(fixture->path);
    struct gm_error error = {0};
    must(add_rows(store, 0, 5, &error), &error);
    begin(store);
    for (int64_t i = 5; i < 100; i++) {
        struct gm_signal signal = sample_signal(i);
        if (i == 50)
            signal.label = gm_str("not UTF-8: \xff\xfe");
        must(gm_store_add_signal(store, &signal, &error), &error);
    }
    must(gm_store_set_offset(store, GM_TOPIC_LIVE_SOCIAL, 0, 100, &error), &error);
    assert_int_not_equal(gm_store_commit(store, &error), GM_OK);
    assert_int_not_equal(error.message[0], '\0');
    assert_int_equal(count_rows(store, GM_STORE_MARKET_SIGNALS), 5);
    assert_int_equal(get_offset(store), 5);
    must(add_rows(store, 5, 5, &error), &error);
    assert_int_equal(count_rows(store, GM_STORE_MARKET_SIGNALS), 10);
    assert_int_equal(get_offset(store), 10);
    gm_store_close(store);
}

static void numbers_go_on_after_reopening(void **state)
{
    struct fixture *fixture = *state;
    for (int64_t round = 0; round < 3; round++) {
        struct gm_store *store = fixture_open(fixture->path);
        assert_int_equal(get_offset(store), 4 * round);
        must(add_rows(store, 4 * round, 4, NULL), NULL);
        struct gm_rows rows =
            open_rows(store, "SELECT min(seq), max(seq), count(DISTINCT seq) FROM gm.posts");
        assert_int_equal(gm_rows_int(&rows, 0), 1);
        assert_int_equal(gm_rows_int(&rows, 1), 4 * round + 4);
        assert_int_equal(gm_rows_int(&rows, 2), 4 * round + 4);
        gm_rows_finish(&rows);
        gm_store_close(store);
    }
}

static void offsets_are_kept_apart(void **state)
{
    struct fixture *fixture = *state;
    struct gm_store *store = fixture_open(fixture->path);
    for (int round = 1; round <= 2; round++) {
        begin(store);
        for (int topic = 0; topic < GM_TOPIC_COUNT; topic++)
            for (int32_t partition = 0; partition < 64; partition += round)
                must(gm_store_set_offset(store, (enum gm_topic)topic, partition,
                                         1000 * round * topic + partition, NULL),
                     NULL);
        commit(store);
    }
    gm_store_close(store);
    store = fixture_open(fixture->path);
    for (int topic = 0; topic < GM_TOPIC_COUNT; topic++) {
        for (int32_t partition = 0; partition < 64; partition++) {
            int round = partition % 2 ? 1 : 2;
            int64_t offset;
            must(gm_store_get_offset(store, (enum gm_topic)topic, partition, &offset, NULL), NULL);
            assert_int_equal(offset, 1000 * round * topic + partition);
        }
    }
    int64_t offset = -1;
    must(gm_store_get_offset(store, GM_TOPIC_LIVE_PRICES, 64, &offset, NULL), NULL);
    assert_int_equal(offset, 0);
    gm_store_close(store);
}

static void retention_removes_the_old(void **state)
{
    struct fixture *fixture = *state;
    struct gm_store *store = fixture_open(fixture->path);
    struct gm_error error;
    must(add_rows(store, 0, 40000, &error), &error);
    begin(store);
    struct gm_alert alert = sample_alert(10);
    struct gm_dead_letter letter = sample_letter("{", 1);
    must(gm_store_add_alert(store, &alert, &error), &error);
    must(gm_store_add_dead_letter(store, &letter, &error), &error);
    commit(store);
    int64_t removed = -1;
    must(gm_store_retain(store, sample_time(30000), &removed, &error), &error);
    assert_int_equal(removed, 2 * 30000 + 2);
    assert_int_equal(count_rows(store, GM_STORE_MARKET_SIGNALS), 10000);
    assert_int_equal(count_rows(store, GM_STORE_POSTS), 10000);
    assert_int_equal(count_rows(store, GM_STORE_ALERTS), 0);
    assert_int_equal(count_rows(store, GM_STORE_DEAD_LETTERS), 0);
    struct gm_rows rows = open_rows(store, "SELECT min(timestamp) FROM gm.market_signals");
    assert_int_equal(gm_rows_int(&rows, 0), sample_time(30000));
    gm_rows_finish(&rows);
    must(gm_store_retain(store, sample_time(30000), &removed, &error), &error);
    assert_int_equal(removed, 0);
    assert_int_equal(get_offset(store), 40000);
    must(add_rows(store, 40000, 10, &error), &error);
    gm_store_close(store);

    store = fixture_open(fixture->path);
    assert_int_equal(count_rows(store, GM_STORE_MARKET_SIGNALS), 10010);
    rows = open_rows(store, "SELECT max(seq) FROM gm.market_signals");
    assert_int_equal(gm_rows_int(&rows, 0), 40010);
    gm_rows_finish(&rows);
    gm_store_close(store);
}

// The room of what retention removed is used again: the file stays about as large as its rows.
static void retention_frees_room(void **state)
{
    struct fixture *fixture = *state;
    struct gm_store *store = fixture_open(fixture->path);
    int64_t blocks[2] = {0, 0};
    for (int64_t round = 0; round < 6; round++) {
        int64_t removed;
        must(add_rows(store, round * 40000, 40000, NULL), NULL);
        must(gm_store_retain(store, sample_time(round * 40000), &removed, NULL), NULL);
        assert_int_equal(removed, round ? 2 * 40000 : 0);
        must(gm_db_number(store->db.connection,
                          "SELECT total_blocks FROM pragma_database_size() "
                          "WHERE database_name = 'gm'",
                          &blocks[round > 2], NULL),
             NULL);
    }
    assert_true(blocks[1] <= 2 * blocks[0]);
    gm_store_close(store);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(signals_come_back),
        TEST(posts_alerts_and_letters_come_back),
        TEST(doubles_keep_every_bit),
        TEST(long_texts_come_back),
        TEST(torn_rows_are_taken_out),
        TEST(another_log_begins_anew),
        TEST(keeps_the_file_open_over_another_log),
        TEST(rolls_back),
        TEST(closing_rolls_back),
        TEST(survives_what_duckdb_refuses),
        TEST(numbers_go_on_after_reopening),
        TEST(offsets_are_kept_apart),
        TEST(retention_removes_the_old),
        TEST(retention_frees_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
