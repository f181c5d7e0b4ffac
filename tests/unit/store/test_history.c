// Charts: buckets from rows and from minutes, sparklines, what the price did after alerts, and the
// most telling posts.
#include "fixture.h"

#include "store/download.h"
#include "store/history.h"
#include "store/minutes.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ANSWER_BYTES_MAX = 64 << 20 };

// Columns of a bucket.
enum {
    TIME_MS,
    ROWS,
    PRICE_FIRST,
    PRICE_LAST,
    PRICE_MIN,
    PRICE_MAX,
    VIBE_AVG,
    VIBE_LAST,
    VIBE_MEAN_LAST,
    VELOCITY_MAX,
    MOMENTUM_MAX,
    MOMENTUM_MIN,
    DELTA_PRICE_LAST,
    COVERAGE_MIN,
    COLUMNS,
};

static json_t *parse(struct gm_buffer *out)
{
    json_error_t error;
    json_t *json = json_loadb(out->data, out->len, JSON_REJECT_DUPLICATES, &error);
    gm_buffer_finish(out);
    if (!json)
        fail_msg("%s", error.text);
    return json;
}

static json_t *history(struct gm_store *store, struct gm_store_history question)
{
    struct gm_buffer out;
    struct gm_error error;
    gm_buffer_init(&out, ANSWER_BYTES_MAX);
    must(gm_store_query_history(store, &question, &out, &error), &error);
    return parse(&out);
}

static json_t *list(const json_t *object, const char *name)
{
    json_t *value = json_object_get(object, name);
    assert_true(json_is_array(value));
    return value;
}

static const char *text(const json_t *object, const char *name)
{
    const char *value = json_string_value(json_object_get(object, name));
    assert_non_null(value);
    return value;
}

static double cell(const json_t *answer, size_t bucket, size_t column)
{
    const json_t *row = json_array_get(json_object_get(answer, "buckets"), bucket);
    assert_int_equal(json_array_size(row), COLUMNS);
    const json_t *value = json_array_get(row, column);
    return json_is_null(value) ? NAN : json_number_value(value);
}

static struct gm_signal signal_at(const char *ticker, int64_t us, double price)
{
    struct gm_signal signal = sample_price(0);
    signal.ticker = gm_str(ticker);
    signal.timestamp_us = signal.watermark_us = us;
    signal.price_usd = signal.value = price;
    return signal;
}

static void add(struct gm_store *store, const struct gm_signal *signals, size_t count)
{
    struct gm_error error;
    must(gm_store_begin(store, &error), &error);
    for (size_t i = 0; i < count; i++)
        must(gm_store_add_signal(store, &signals[i], &error), &error);
    must(gm_store_commit(store, &error), &error);
}

// ------------------------------------------------------------------------- buckets

static void a_bucket_sums_up_its_rows(void **state)
{
    struct fixture *fixture = *state;
    struct gm_store *store = fixture_open(fixture->path);
    int64_t start_us = sample_time(0);
    struct gm_signal rows[] = {
        signal_at("bitcoin", start_us, 10),
        signal_at("bitcoin", start_us + 400000, 30),
        signal_at("bitcoin", start_us + 900000, GM_UNKNOWN),
        signal_at("bitcoin", start_us + 2000000, 20),
        signal_at("gme", start_us + 100000, 99),
        signal_at("bitcoin", start_us + 500000, 77),
    };
    rows[0].vibe_score = -0.5;
    rows[0].delta_vibe = -0.25;
    rows[1].vibe_score = GM_UNKNOWN;
    rows[2].vibe_score = 0.25;
    rows[2].delta_vibe = 0.75;
    rows[1].msg_velocity = 12;
    rows[1].hype_momentum = -4;
    rows[5].late = true;
    add(store, rows, sizeof(rows) / sizeof(rows[0]));
    json_t *answer =
        history(store, (struct gm_store_history){"bitcoin", 60 * GM_US_PER_S, GM_TIME_NONE, 60});
    assert_string_equal(text(answer, "from"), "2026-02-21T09:59:02Z");
    assert_string_equal(text(answer, "to"), "2026-02-21T10:00:03Z");
    assert_string_equal(text(answer, "oldest"), "2026-02-21T10:00:00Z");
    assert_string_equal(text(answer, "newest"), "2026-02-21T10:00:02Z");
    assert_int_equal(json_array_size(list(answer, "columns")), COLUMNS);
    assert_int_equal(json_array_size(list(answer, "buckets")), 2);
    assert_true(cell(answer, 0, TIME_MS) == (double)(start_us / 1000));
    assert_true(cell(answer, 0, ROWS) == 3);
    assert_true(cell(answer, 0, PRICE_FIRST) == 10);
    assert_true(cell(answer, 0, PRICE_LAST) == 30);
    assert_true(cell(answer, 0, PRICE_MIN) == 10);
    assert_true(cell(answer, 0, PRICE_MAX) == 30);
    assert_true(cell(answer, 0, VIBE_AVG) == -0.125);
    assert_true(cell(answer, 0, VIBE_LAST) == 0.25);
    assert_true(cell(answer, 0, VIBE_MEAN_LAST) == -0.5);
    assert_true(cell(answer, 0, VELOCITY_MAX) == 12);
    assert_true(cell(answer, 0, MOMENTUM_MIN) == -4);
    assert_true(fabs(cell(answer, 0, MOMENTUM_MAX) - 2.1) < 1e-12);
    assert_true(cell(answer, 1, TIME_MS) == (double)(start_us / 1000 + 2000));
    json_decref(answer);
    gm_store_close(store);
}

static void nothing_is_no_bucket(void **state)
{
    struct fixture *fixture = *state;
    struct gm_store *store = fixture_open(fixture->path);
    json_t *answer =
        history(store, (struct gm_store_history){"gme", GM_US_PER_HOUR, GM_TIME_NONE, 100});
    assert_int_equal(json_array_size(list(answer, "buckets")), 0);
    assert_true(json_is_null(json_object_get(answer, "oldest")));
    json_decref(answer);
    gm_store_close(store);
}

// Rows in no order of time over several slices, so that minutes have parts in more than one.
static void add_shuffled(struct gm_store *store, int64_t count)
{
    struct gm_error error;
    must(gm_store_begin(store, &error), &error);
    for (int64_t i = 0; i < count; i++) {
        int64_t place = i * 7919 % count;
        struct gm_signal signal =
            signal_at(i % 3 ? "bitcoin" : "gme", sample_time(0) + place * GM_US_PER_S,
                      1000 + (double)(i % 997));
        signal.vibe_score = (double)(i % 11) / 16;
        signal.late = i % 101 == 0;
        if (place / 600 % 5 == 0)
            signal.price_usd = GM_UNKNOWN;
        must(gm_store_add_signal(store, &signal, &error), &error);
    }
    must(gm_store_commit(store, &error), &error);
}

static void minutes_say_what_the_rows_say(void **state)
{
    enum { COUNT = 50000 };
    struct fixture *fixture = *state;
    struct gm_store *store = fixture_open(fixture->path);
    add_shuffled(store, COUNT);
    int64_t rolled = 0;
    must(gm_minutes_rolled(store->db.connection, &rolled, NULL), NULL);
    assert_int_equal(rolled, 48000);
    struct gm_store_history question = {"bitcoin", 12 * GM_US_PER_HOUR, GM_TIME_NONE, 300};
    json_t *rolled_up = history(store, question);
    assert_true(json_array_size(list(rolled_up, "buckets")) > 100);
    must(gm_db_run(store->db.connection, "DELETE FROM gm.minutes", NULL), NULL);
    json_t *from_rows = history(store, question);
    assert_true(json_equal(list(rolled_up, "buckets"), list(from_rows, "buckets")));
    json_decref(rolled_up);
    json_decref(from_rows);
    gm_store_close(store);
}

// Every part is made once, whenever the database is opened anew.
static void minutes_go_on_after_opening(void **state)
{
    struct fixture *fixture = *state;
    struct gm_store *store = fixture_open(fixture->path);
    add_shuffled(store, 20000);
    gm_store_close(store);
    store = fixture_open(fixture->path);
    add_shuffled(store, 20000);
    int64_t parts = 0, rows = 0;
    must(gm_db_number(store->db.connection, "SELECT sum(rows)::BIGINT FROM gm.minutes", &parts,
                      NULL),
         NULL);
    must(gm_db_number(store->db.connection,
                      "SELECT count(*) FROM gm.market_signals WHERE seq <= 32000 AND NOT late",
                      &rows, NULL),
         NULL);
    assert_int_equal(parts, rows);
    gm_store_close(store);
}

static void old_minutes_go_with_their_rows(void **state)
{
    struct fixture *fixture = *state;
    struct gm_store *store = fixture_open(fixture->path);
    add_shuffled(store, 20000);
    int64_t removed, left = -1;
    must(gm_store_retain(store, sample_time(200), &removed, NULL), NULL);
    must(gm_db_number(store->db.connection, "SELECT epoch_us(min(minute)) FROM gm.minutes", &left,
                      NULL),
         NULL);
    assert_int_equal(left, sample_time(200));
    gm_store_close(store);
}

// Pages loaded back fit together without a hole and without an overlap.
static void pages_fit_together(void **state)
{
    struct fixture *fixture = *state;
    struct gm_store *store = fixture_open(fixture->path);
    add_shuffled(store, 30000);
    struct gm_store_history question = {"bitcoin", 3 * GM_US_PER_HOUR, GM_TIME_NONE, 180};
    json_t *newest = history(store, question);
    question.to_us = (int64_t)cell(newest, 0, TIME_MS) * GM_US_PER_MS;
    json_t *before = history(store, question);
    size_t last = json_array_size(list(before, "buckets")) - 1;
    assert_true(cell(before, last, TIME_MS) + 60000 == cell(newest, 0, TIME_MS));
    json_decref(newest);
    json_decref(before);
    gm_store_close(store);
}

static void bad_questions_are_refused(void **state)
{
    struct fixture *fixture = *state;
    struct gm_store *store = fixture_open(fixture->path);
    struct gm_buffer out;
    gm_buffer_init(&out, ANSWER_BYTES_MAX);
    struct gm_error error;
    struct gm_store_history question = {"gme", GM_US_PER_HOUR, GM_TIME_NONE, 0};
    assert_int_equal(gm_store_query_history(store, &question, &out, &error), GM_ERR_INVALID);
    question.points = 10;
    question.span_us = 32 * GM_US_PER_DAY;
    assert_int_equal(gm_store_query_history(store, &question, &out, &error), GM_ERR_INVALID);
    assert_non_null(strstr(error.message, "span"));
    assert_int_equal(out.len, 0);
    gm_buffer_finish(&out);
    gm_store_close(store);
}

// ------------------------------------------------------------------------- sparklines

static void sparklines_have_the_same_buckets(void **state)
{
    struct fixture *fixture = *state;
    struct gm_store *store = fixture_open(fixture->path);
    struct gm_signal rows[] = {
        signal_at("bitcoin", sample_time(0), 1), signal_at("bitcoin", sample_time(2), 3),
        signal_at("gme", sample_time(1), 7),     signal_at("gme", sample_time(1) + 1, 8),
        signal_at("gme", sample_time(4), 9),
    };
    rows[2].vibe_score = rows[3].vibe_score = GM_UNKNOWN;
    add(store, rows, sizeof(rows) / sizeof(rows[0]));
    struct gm_store_history question = {NULL, 4 * GM_US_PER_MIN, GM_TIME_NONE, 4};
    struct gm_buffer out;
    struct gm_error error;
    gm_buffer_init(&out, ANSWER_BYTES_MAX);
    must(gm_store_query_sparklines(store, &question, &out, &error), &error);
    gm_buffer_append_byte(&out, '\0');
    assert_string_equal(
        out.data,
        "{\"bucket_us\":60000000,\"from\":\"2026-02-21T10:00:00Z\",\"to\":\"2026-02-21T10:05:00Z\","
        "\"tickers\":[{\"ticker\":\"bitcoin\",\"prices\":[1,null,3,null,null],"
        "\"vibes\":[0.1,null,0.1,null,null]},"
        "{\"ticker\":\"gme\",\"prices\":[null,8,null,null,9],"
        "\"vibes\":[null,null,null,null,0.1]}]}");
    gm_buffer_finish(&out);
    gm_store_close(store);
}

// ------------------------------------------------------------------------- after an alert

static void add_alert_at(struct gm_store *store, int64_t us, double price)
{
    struct gm_alert alert = sample_alert(0);
    struct gm_error error;
    alert.timestamp_us = us;
    alert.price_usd = price;
    must(gm_store_begin(store, &error), &error);
    must(gm_store_add_alert(store, &alert, &error), &error);
    must(gm_store_commit(store, &error), &error);
}

static const json_t *outcome(const json_t *alerts, size_t alert, size_t at, const char *name)
{
    const json_t *outcomes = json_object_get(json_array_get(alerts, alert), "outcomes");
    return json_object_get(json_array_get(outcomes, at), name);
}

static void outcomes_are_known_when_their_time_has_come(void **state)
{
    struct fixture *fixture = *state;
    struct gm_store *store = fixture_open(fixture->path);
    add_alert_at(store, sample_time(0), 100);
    add_alert_at(store, sample_time(1), 200);
    struct gm_signal rows[] = {
        signal_at("bitcoin", sample_time(4), 110),
        signal_at("bitcoin", sample_time(5), 120), // at the moment itself: it counts
        signal_at("bitcoin", sample_time(5) + 1, 500),
        signal_at("gme", sample_time(5), 1),
        signal_at("bitcoin", sample_time(15), 90),
        signal_at("bitcoin", sample_time(17), 95),
    };
    add(store, rows, sizeof(rows) / sizeof(rows[0]));
    struct gm_store_query query = {.from_us = GM_TIME_NONE, .to_us = GM_TIME_NONE, .limit = 10};
    struct gm_buffer out;
    struct gm_error error;
    gm_buffer_init(&out, ANSWER_BYTES_MAX);
    must(gm_store_query_alerts(store, &query, &out, &error), &error);
    json_t *alerts = parse(&out);
    assert_int_equal(json_array_size(alerts), 2);
    assert_int_equal(json_integer_value(outcome(alerts, 0, 0, "minutes")), 5);
    assert_true(json_number_value(outcome(alerts, 0, 0, "price_usd")) == 120);
    assert_true(fabs(json_number_value(outcome(alerts, 0, 0, "change")) - 0.2) < 1e-12);
    assert_true(json_number_value(outcome(alerts, 0, 1, "price_usd")) == 90);
    assert_true(json_is_null(outcome(alerts, 0, 2, "price_usd")));
    assert_true(json_is_null(outcome(alerts, 0, 2, "change")));
    assert_true(json_number_value(outcome(alerts, 1, 0, "price_usd")) == 500);
    json_decref(alerts);

    must(gm_store_query_outcomes(store, "bitcoin", &out, &error), &error);
    gm_buffer_append_byte(&out, '\0');
    assert_string_equal(out.data,
                        "{\"alerts\":2,\"outcomes\":[{\"minutes\":5,\"known\":2,\"rose\":2},"
                        "{\"minutes\":15,\"known\":2,\"rose\":0},"
                        "{\"minutes\":60,\"known\":0,\"rose\":0}]}");
    gm_buffer_finish(&out);
    gm_store_close(store);
}

// A price that is long past says nothing of the moment.
static void an_old_price_is_no_outcome(void **state)
{
    struct fixture *fixture = *state;
    struct gm_store *store = fixture_open(fixture->path);
    add_alert_at(store, sample_time(0), 100);
    struct gm_signal rows[] = {signal_at("bitcoin", sample_time(8), 110),
                               signal_at("bitcoin", sample_time(100), 110)};
    add(store, rows, 2);
    struct gm_buffer out;
    gm_buffer_init(&out, ANSWER_BYTES_MAX);
    must(gm_store_query_outcomes(store, NULL, &out, NULL), NULL);
    gm_buffer_append_byte(&out, '\0');
    assert_non_null(strstr(out.data, "{\"minutes\":15,\"known\":0"));
    gm_buffer_finish(&out);
    gm_store_close(store);
}

// ------------------------------------------------------------------------- downloads

static enum gm_err download(struct gm_store *store, enum gm_store_view view,
                            enum gm_store_format format, struct gm_buffer *out,
                            struct gm_error *error)
{
    const struct gm_store_download question = {
        .view = view,
        .format = format,
        .history = {"bitcoin", GM_US_PER_HOUR, GM_TIME_NONE, 60},
        .ticker = "bitcoin",
        .from_us = GM_TIME_NONE,
        .to_us = GM_TIME_NONE,
    };
    gm_buffer_init(out, ANSWER_BYTES_MAX);
    return gm_store_download(store, &question, out, error);
}

static void downloads_say_what_charts_say(void **state)
{
    struct fixture *fixture = *state;
    struct gm_store *store = fixture_open(fixture->path);
    struct gm_error error;
    must(add_rows(store, 0, 3, &error), &error);
    struct gm_buffer out;
    must(download(store, GM_VIEW_HISTORY, GM_STORE_CSV, &out, &error), &error);
    gm_buffer_append_byte(&out, '\0');
    assert_string_equal(out.data,
                        "timestamp,rows,price_first,price_last,price_min,price_max,vibe_avg,"
                        "vibe_last,vibe_mean_last,velocity_max,momentum_max,momentum_min,"
                        "delta_price_last,coverage_min\n"
                        "2026-02-21T10:00:00Z,1,62450,62450,62450,62450,0.1,0.1,"
                        "-0.19999999999999998,7,2.1,2.1,-0.001,\n"
                        "2026-02-21T10:01:00Z,1,62450,62450,62450,62450,0.1,0.1,"
                        "-0.19999999999999998,7,2.1,2.1,-0.001,\n"
                        "2026-02-21T10:02:00Z,1,62450,62450,62450,62450,0.1,0.1,"
                        "-0.19999999999999998,7,2.1,2.1,-0.001,\n");
    gm_buffer_finish(&out);
    for (int view = GM_VIEW_HISTORY; view <= GM_VIEW_ALERTS; view++) {
        must(download(store, (enum gm_store_view)view, GM_STORE_PARQUET, &out, &error), &error);
        assert_true(out.len > 8);
        assert_memory_equal(out.data, "PAR1", 4);
        assert_memory_equal(out.data + out.len - 4, "PAR1", 4);
        gm_buffer_finish(&out);
    }
    gm_store_close(store);
}

static void downloads_are_bounded(void **state)
{
    struct fixture *fixture = *state;
    struct gm_store *store = fixture_open(fixture->path);
    struct gm_buffer out;
    struct gm_error error;
    add_shuffled(store, 160000); // two of three are of the ticker
    for (int format = GM_STORE_CSV; format <= GM_STORE_PARQUET; format++) {
        assert_int_equal(
            download(store, GM_VIEW_SIGNALS, (enum gm_store_format)format, &out, &error),
            GM_ERR_LIMIT);
        assert_non_null(strstr(error.message, "at most 100000 rows"));
        assert_int_equal(out.len, 0);
        gm_buffer_finish(&out);
    }
    gm_store_close(store);
}

// ------------------------------------------------------------------------- posts

static void add_posts(struct gm_store *store, const double *vibes, const char *const *urls,
                      int count)
{
    struct gm_error error;
    char id[16];
    must(gm_store_begin(store, &error), &error);
    for (int i = 0; i < count; i++) {
        struct gm_post post = sample_post(i);
        struct gm_signal signal = sample_signal(i);
        snprintf(id, sizeof(id), "t3_%d", i);
        post.id = signal.post_id = gm_str(id);
        post.url = gm_str(urls[i]);
        signal.value = vibes[i];
        must(gm_store_add_post(store, &post, 0, i, &error), &error);
        must(gm_store_add_signal(store, &signal, &error), &error);
    }
    must(gm_store_commit(store, &error), &error);
}

static json_t *posts(struct gm_store *store, int64_t telling_window_us)
{
    struct gm_store_query query = {.ticker = "bitcoin",
                                   .from_us = GM_TIME_NONE,
                                   .to_us = GM_TIME_NONE,
                                   .limit = 3,
                                   .telling_window_us = telling_window_us};
    struct gm_buffer out;
    struct gm_error error;
    gm_buffer_init(&out, ANSWER_BYTES_MAX);
    must(gm_store_query_posts(store, &query, &out, &error), &error);
    return parse(&out);
}

static void the_most_telling_posts_come_first(void **state)
{
    static const double VIBES[] = {-1, 0.9, 0.1, -0.8, 0.2, 0.3};
    static const char *const URLS[] = {NULL, NULL, NULL, NULL, NULL, NULL};
    struct fixture *fixture = *state;
    struct gm_store *store = fixture_open(fixture->path);
    add_posts(store, VIBES, URLS, 6);
    json_t *answer = posts(store, 4 * GM_US_PER_MIN); // the first lies before it
    assert_int_equal(json_array_size(answer), 3);
    assert_true(json_number_value(json_object_get(json_array_get(answer, 0), "vibe")) == 0.9);
    assert_true(json_number_value(json_object_get(json_array_get(answer, 1), "vibe")) == -0.8);
    assert_string_equal(text(json_array_get(answer, 2), "id"), "t3_5");
    json_decref(answer);
    gm_store_close(store);
}

static void only_links_are_given_as_links(void **state)
{
    static const double VIBES[] = {0.3, 0.2, 0.1};
    static const char *const URLS[] = {"javascript:alert(1)//http://a", "https://a.example/b?c=d",
                                       "http://a.example/\" onclick=x"};
    struct fixture *fixture = *state;
    struct gm_store *store = fixture_open(fixture->path);
    add_posts(store, VIBES, URLS, 3);
    for (int telling = 0; telling < 2; telling++) {
        json_t *answer = posts(store, telling * GM_US_PER_HOUR);
        assert_true(json_is_null(json_object_get(json_array_get(answer, 0), "url")));
        assert_string_equal(text(json_array_get(answer, 1), "url"), URLS[1]);
        assert_true(json_is_null(json_object_get(json_array_get(answer, 2), "url")));
        json_decref(answer);
    }
    gm_store_close(store);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_bucket_sums_up_its_rows),
        TEST(nothing_is_no_bucket),
        TEST(minutes_say_what_the_rows_say),
        TEST(minutes_go_on_after_opening),
        TEST(old_minutes_go_with_their_rows),
        TEST(pages_fit_together),
        TEST(bad_questions_are_refused),
        TEST(sparklines_have_the_same_buckets),
        TEST(outcomes_are_known_when_their_time_has_come),
        TEST(an_old_price_is_no_outcome),
        TEST(downloads_say_what_charts_say),
        TEST(downloads_are_bounded),
        TEST(the_most_telling_posts_come_first),
        TEST(only_links_are_given_as_links),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
