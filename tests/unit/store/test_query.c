// Queries: what the web API gets to see.
#include "fixture.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ANSWER_BYTES_MAX = 64 << 20 };

typedef enum gm_err query_function(struct gm_store *store, const struct gm_store_query *query,
                                   struct gm_buffer *out, struct gm_error *error);

static struct gm_store_query everything(void)
{
    return (struct gm_store_query){.from_us = GM_TIME_NONE, .to_us = GM_TIME_NONE, .limit = 100000};
}

static json_t *parse(struct gm_buffer *out)
{
    json_error_t error;
    json_t *array = json_loadb(out->data, out->len, JSON_REJECT_DUPLICATES, &error);
    gm_buffer_finish(out);
    if (!json_is_array(array))
        fail_msg("%s", error.text);
    return array;
}

static json_t *ask(struct gm_store *store, query_function *function, struct gm_store_query query)
{
    struct gm_buffer out;
    struct gm_error error;
    gm_buffer_init(&out, ANSWER_BYTES_MAX);
    must(function(store, &query, &out, &error), &error);
    return parse(&out);
}

static int64_t number(const json_t *array, size_t at, const char *name)
{
    const json_t *value = json_object_get(json_array_get(array, at), name);
    assert_true(json_is_integer(value));
    return json_integer_value(value);
}

static const char *text(const json_t *array, size_t at, const char *name)
{
    const json_t *value = json_object_get(json_array_get(array, at), name);
    assert_true(json_is_string(value));
    return json_string_value(value);
}

static void add_signals(struct gm_store *store, const char *ticker, const int64_t *minutes,
                        int count)
{
    must(gm_store_begin(store, NULL), NULL);
    for (int i = 0; i < count; i++) {
        struct gm_signal signal = sample_signal(minutes[i]);
        signal.ticker = gm_str(ticker);
        must(gm_store_add_signal(store, &signal, NULL), NULL);
    }
    must(gm_store_commit(store, NULL), NULL);
}

static void signals_tell_all_columns(void **state)
{
    struct fixture *fixture = *state;
    struct gm_store *store = fixture_open(fixture->path);
    struct gm_signal social = sample_signal(5), price = sample_price(6);
    social.alert = true;
    price.vibe_score = GM_UNKNOWN;
    price.timestamp_us += 123456;
    must(gm_store_begin(store, NULL), NULL);
    must(gm_store_add_signal(store, &social, NULL), NULL);
    must(gm_store_add_signal(store, &price, NULL), NULL);
    must(gm_store_commit(store, NULL), NULL);
    struct gm_store_query query = everything();
    struct gm_buffer out;
    gm_buffer_init(&out, ANSWER_BYTES_MAX);
    must(gm_store_query_signals(store, &query, &out, NULL), NULL);
    static const char EXPECTED[] =
        "[{\"timestamp\":\"2026-02-21T10:05:00Z\",\"ticker\":\"bitcoin\",\"price_usd\":62450,"
        "\"vibe_score\":0.1,\"msg_velocity\":7,\"delta_price\":-0.001,\"delta_vibe\":0.3,"
        "\"hype_momentum\":2.1,\"alert_status\":\"IMMINENT_HYPE_PUMP\",\"kind\":\"social\","
        "\"value\":0.1,\"late\":false,\"watermark\":\"2026-02-21T10:05:00Z\","
        "\"label\":\"positive\",\"scorer\":\"lexicon\",\"post_id\":\"t1_k2\","
        "\"input_topic\":\"live-social\",\"input_partition\":0,\"input_offset\":5,\"seq\":1},"
        "{\"timestamp\":\"2026-02-21T10:06:00.123456Z\",\"ticker\":\"bitcoin\","
        "\"price_usd\":62450,\"vibe_score\":null,\"msg_velocity\":7,\"delta_price\":-0.001,"
        "\"delta_vibe\":0.3,\"hype_momentum\":2.1,\"alert_status\":null,\"kind\":\"price\","
        "\"value\":62450,\"late\":false,\"watermark\":\"2026-02-21T10:06:00Z\",\"label\":null,"
        "\"scorer\":null,\"post_id\":null,\"input_topic\":\"live-prices\","
        "\"input_partition\":0,\"input_offset\":6,\"seq\":2}]";
    gm_buffer_append_byte(&out, '\0');
    assert_string_equal(out.data, EXPECTED);
    gm_buffer_finish(&out);
    gm_store_close(store);
}

static void signals_are_filtered_and_ordered(void **state)
{
    struct fixture *fixture = *state;
    struct gm_store *store = fixture_open(fixture->path);
    add_signals(store, "bitcoin", (int64_t[]){10, 12, 11, 12, 13}, 5);
    add_signals(store, "o'neil", (int64_t[]){12}, 1);

    struct gm_store_query query = everything();
    json_t *rows = ask(store, gm_store_query_signals, query);
    assert_int_equal(json_array_size(rows), 6);
    static const int64_t BY_TIME[] = {1, 3, 2, 4, 6, 5};
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(number(rows, i, "seq"), BY_TIME[i]);
    json_decref(rows);

    query.ticker = "bitcoin";
    query.from_us = sample_time(11);
    query.to_us = sample_time(13);
    rows = ask(store, gm_store_query_signals, query);
    assert_int_equal(json_array_size(rows), 3);
    assert_int_equal(number(rows, 0, "seq"), 3);
    json_decref(rows);

    query.limit = 1;
    rows = ask(store, gm_store_query_signals, query);
    assert_int_equal(json_array_size(rows), 1);
    assert_int_equal(number(rows, 0, "seq"), 4);
    json_decref(rows);

    query = everything();
    query.ticker = "o'neil";
    rows = ask(store, gm_store_query_signals, query);
    assert_int_equal(json_array_size(rows), 1);
    json_decref(rows);
    query.ticker = "x' OR '1'='1";
    rows = ask(store, gm_store_query_signals, query);
    assert_int_equal(json_array_size(rows), 0);
    json_decref(rows);
    gm_store_close(store);
}

enum { MINUTES = 10000, POINTS = 100 };

static void points_are_even_and_keep_alerts(void **state)
{
    struct fixture *fixture = *state;
    struct gm_store *store = fixture_open(fixture->path);
    must(gm_store_begin(store, NULL), NULL);
    for (int64_t i = 0; i < MINUTES; i++) {
        struct gm_signal signal = sample_signal(i);
        signal.alert = i == 17 || i == 5001;
        must(gm_store_add_signal(store, &signal, NULL), NULL);
    }
    must(gm_store_commit(store, NULL), NULL);
    struct gm_store_query query = everything();
    query.points_max = POINTS;
    json_t *rows = ask(store, gm_store_query_signals, query);
    assert_int_equal(json_array_size(rows), POINTS + 2);
    int64_t last = 0, alerts = 0;
    for (size_t i = 0; i < json_array_size(rows); i++) {
        int64_t seq = number(rows, i, "seq");
        assert_true(seq > last && seq - last <= 2 * MINUTES / POINTS);
        last = seq;
        alerts += json_is_string(json_object_get(json_array_get(rows, i), "alert_status"));
    }
    assert_int_equal(last, MINUTES);
    assert_int_equal(alerts, 2);
    json_decref(rows);

    query.limit = 10;
    rows = ask(store, gm_store_query_signals, query);
    assert_int_equal(json_array_size(rows), 10);
    assert_int_equal(number(rows, 9, "seq"), MINUTES);
    json_decref(rows);

    query = everything();
    query.points_max = 7;
    query.from_us = sample_time(MINUTES);
    rows = ask(store, gm_store_query_signals, query);
    assert_int_equal(json_array_size(rows), 0);
    json_decref(rows);
    query.from_us = sample_time(MINUTES - 3);
    rows = ask(store, gm_store_query_signals, query);
    assert_int_equal(json_array_size(rows), 3);
    json_decref(rows);
    gm_store_close(store);
}

// Of a bucket's rows at one moment, the last to be processed is shown.
static void equal_times_are_ordered_by_seq(void **state)
{
    struct fixture *fixture = *state;
    struct gm_store *store = fixture_open(fixture->path);
    add_signals(store, "bitcoin", (int64_t[]){5, 5, 5, 3}, 4);
    struct gm_store_query query = everything();
    query.points_max = 1;
    json_t *rows = ask(store, gm_store_query_signals, query);
    assert_int_equal(json_array_size(rows), 1);
    assert_int_equal(number(rows, 0, "seq"), 3);
    json_decref(rows);
    gm_store_close(store);
}

static void posts_carry_their_vibe(void **state)
{
    struct fixture *fixture = *state;
    struct gm_store *store = fixture_open(fixture->path);
    must(add_rows(store, 0, 50, NULL), NULL);
    must(gm_store_begin(store, NULL), NULL);
    struct gm_signal price = sample_price(10);
    struct gm_post post = sample_post(100);
    must(gm_store_add_signal(store, &price, NULL), NULL);
    must(gm_store_add_post(store, &post, 0, 100, NULL), NULL);
    must(gm_store_commit(store, NULL), NULL);

    struct gm_store_query query = everything();
    query.limit = 3;
    json_t *rows = ask(store, gm_store_query_posts, query);
    assert_int_equal(json_array_size(rows), 3);
    assert_int_equal(number(rows, 0, "input_offset"), 48);
    assert_string_equal(text(rows, 0, "label"), "positive");
    assert_string_equal(text(rows, 0, "scorer"), "lexicon");
    assert_true(json_real_value(json_object_get(json_array_get(rows, 0), "vibe")) == 0.1);
    assert_true(json_is_null(json_object_get(json_array_get(rows, 0), "author")));
    assert_int_equal(number(rows, 2, "input_offset"), 100);
    assert_true(json_is_null(json_object_get(json_array_get(rows, 2), "vibe")));
    json_decref(rows);
    query.limit = 100;
    rows = ask(store, gm_store_query_posts, query);
    assert_int_equal(json_array_size(rows), 51);
    json_decref(rows);
    gm_store_close(store);
}

static void alerts_are_listed(void **state)
{
    struct fixture *fixture = *state;
    struct gm_store *store = fixture_open(fixture->path);
    must(gm_store_begin(store, NULL), NULL);
    for (int64_t i = 0; i < 5; i++) {
        struct gm_alert alert = sample_alert(i);
        must(gm_store_add_alert(store, &alert, NULL), NULL);
    }
    must(gm_store_commit(store, NULL), NULL);
    struct gm_store_query query = everything();
    query.limit = 2;
    json_t *rows = ask(store, gm_store_query_alerts, query);
    assert_int_equal(json_array_size(rows), 2);
    assert_string_equal(text(rows, 0, "timestamp"), "2026-02-21T10:03:00Z");
    assert_string_equal(text(rows, 0, "alert_status"), "IMMINENT_HYPE_PUMP");
    assert_int_equal(number(rows, 1, "seq"), 5);
    json_decref(rows);
    gm_store_close(store);
}

static void tickers_show_their_newest_row(void **state)
{
    struct fixture *fixture = *state;
    struct gm_store *store = fixture_open(fixture->path);
    struct gm_buffer out;
    gm_buffer_init(&out, ANSWER_BYTES_MAX);
    must(gm_store_query_tickers(store, &out, NULL), NULL);
    assert_int_equal(out.len, 2);
    gm_buffer_finish(&out);

    add_signals(store, "solana", (int64_t[]){1, 9, 9, 2}, 4);
    must(add_rows(store, 0, 3, NULL), NULL);
    must(gm_store_begin(store, NULL), NULL);
    struct gm_alert alert = sample_alert(1);
    must(gm_store_add_alert(store, &alert, NULL), NULL);
    must(gm_store_commit(store, NULL), NULL);

    gm_buffer_init(&out, ANSWER_BYTES_MAX);
    must(gm_store_query_tickers(store, &out, NULL), NULL);
    json_t *rows = parse(&out);
    assert_int_equal(json_array_size(rows), 2);
    assert_string_equal(text(rows, 0, "ticker"), "bitcoin");
    assert_int_equal(number(rows, 0, "rows"), 3);
    assert_int_equal(number(rows, 0, "posts"), 3);
    assert_int_equal(number(rows, 0, "alerts"), 1);
    assert_string_equal(text(rows, 1, "ticker"), "solana");
    assert_int_equal(number(rows, 1, "seq"), 3);
    assert_int_equal(number(rows, 1, "rows"), 4);
    assert_int_equal(number(rows, 1, "posts"), 0);
    json_decref(rows);
    gm_store_close(store);
}

static void bad_questions_are_refused(void **state)
{
    struct fixture *fixture = *state;
    struct gm_store *store = fixture_open(fixture->path);
    must(add_rows(store, 0, 100, NULL), NULL);
    struct gm_buffer out;
    struct gm_error error;
    gm_buffer_init(&out, 1000);
    struct gm_store_query query = everything();
    query.limit = 0;
    assert_int_equal(gm_store_query_posts(store, &query, &out, &error), GM_ERR_INVALID);
    assert_non_null(strstr(error.message, "limit"));
    query.limit = 100001;
    assert_int_equal(gm_store_query_alerts(store, &query, &out, &error), GM_ERR_INVALID);
    query = everything();
    query.points_max = -1;
    assert_int_equal(gm_store_query_signals(store, &query, &out, &error), GM_ERR_INVALID);
    assert_int_equal(out.len, 0);
    query = everything();
    assert_int_equal(gm_store_query_signals(store, &query, &out, &error), GM_ERR_LIMIT);
    gm_buffer_finish(&out);
    gm_store_close(store);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(signals_tell_all_columns),        TEST(signals_are_filtered_and_ordered),
        TEST(points_are_even_and_keep_alerts), TEST(equal_times_are_ordered_by_seq),
        TEST(posts_carry_their_vibe),          TEST(alerts_are_listed),
        TEST(tickers_show_their_newest_row),   TEST(bad_questions_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
