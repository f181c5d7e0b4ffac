// The replay feed: merging, bad lines, cursors, pacing, names.
#include "feed/replay.h"

#include "files.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_BLOCK_BYTES = 64 * 1024, ARENA_BYTES_MAX = 64 * 1024 * 1024 };

// 2026-02-21T12:00:00Z, a while after the events below.
#define NOW_US ((int64_t)1771675200 * GM_US_PER_S)

static struct gm_clock_virtual clock_at_noon;
static struct gm_arena arena;
static struct gm_stop stop;

static int setup(void **state)
{
    gm_clock_virtual_init(&clock_at_noon, NOW_US);
    gm_arena_init(&arena, ARENA_BLOCK_BYTES, ARENA_BYTES_MAX);
    gm_stop_init(&stop, NULL);
    return files_setup(state);
}

static int teardown(void **state)
{
    gm_arena_finish(&arena);
    gm_stop_finish(&stop);
    return files_teardown(state);
}

static struct gm_replay_config config_of(const char *prices, const char *social)
{
    return (struct gm_replay_config){
        .prices_path = prices, .social_path = social, .clock = &clock_at_noon.clock};
}

static void *open_feed(const struct gm_replay_config *config)
{
    void *feed = NULL;
    struct gm_error error = {.message = ""};
    if (gm_replay_open(config, &feed, &error) != GM_OK)
        fail_msg("%s", error.message);
    return feed;
}

static enum gm_feed_state next_within(void *feed, int64_t wait_us, struct gm_feed_item *ret_item)
{
    enum gm_feed_state state;
    struct gm_error error = {.message = ""};
    if (gm_feed_replay.next(feed, &arena, &stop, wait_us, &state, ret_item, &error) != GM_OK)
        fail_msg("%s", error.message);
    return state;
}

static enum gm_feed_state next(void *feed, struct gm_feed_item *ret_item)
{
    return next_within(feed, 0, ret_item);
}

static struct gm_feed_item next_item(void *feed)
{
    struct gm_feed_item item;
    assert_int_equal(next(feed, &item), GM_FEED_ITEM);
    return item;
}

static void expect_done(void *feed)
{
    struct gm_feed_item item;
    assert_int_equal(next(feed, &item), GM_FEED_DONE);
    assert_int_equal(next(feed, &item), GM_FEED_DONE);
}

static void assert_str(struct gm_str text, const char *expected)
{
    if (!gm_str_equal(text, gm_str(expected)))
        fail_msg("\"%.*s\" instead of \"%s\"", GM_STR_ARG(text), expected);
}

static void expect_bad(struct gm_feed_item item, const char *origin, const char *reason,
                       const char *payload)
{
    assert_int_equal(item.kind, GM_FEED_BAD);
    assert_str(item.bad.stage, "replay");
    assert_str(item.bad.origin, origin);
    if (!strstr(item.bad.reason.data, reason)) // the arena's copies have a NUL
        fail_msg("\"%.*s\" does not say \"%s\"", GM_STR_ARG(item.bad.reason), reason);
    assert_str(item.bad.payload, payload);
    assert_int_equal(item.bad.payload_bytes, strlen(payload));
    assert_int_equal(item.bad.observed_at_us, NOW_US);
}

#define PRICE(time_, usd_)                                                                         \
    "{\"ticker\":\"bitcoin\",\"price_usd\":" usd_ ",\"timestamp\":\"2026-02-21T" time_             \
    "Z\",\"source\":\"coinbase\"}"
#define POST(time_, text_)                                                                         \
    "{\"ticker\":\"bitcoin\",\"text\":\"" text_ "\",\"source\":\"reddit\",\"timestamp\":"          \
    "\"2026-02-21T" time_ "Z\",\"id\":\"t1_k2\",\"author\":\"ann\"}"

// ------------------------------------------------------------------------- what is given

static void heads_merge_by_time_and_the_price_goes_first(void **state)
{
    (void)state;
    struct gm_replay_config config =
        config_of(files_write_text("p", PRICE("10:00:00", "1") "\n" PRICE("10:00:02", "2") "\n"),
                  files_write_text("s", POST("09:59:59", "a") "\n" POST("10:00:00", "b") "\n" POST(
                                            "10:00:02", "c") "\n" POST("10:00:01", "late") "\n"));
    void *feed = open_feed(&config);
    assert_str(next_item(feed).post.text, "a");
    assert_true(next_item(feed).tick.price_usd == 1);
    assert_str(next_item(feed).post.text, "b");
    assert_true(next_item(feed).tick.price_usd == 2);
    assert_str(next_item(feed).post.text, "c");
    assert_str(next_item(feed).post.text, "late");
    expect_done(feed);
    int64_t read_bytes, total_bytes;
    gm_replay_progress(feed, &read_bytes, &total_bytes);
    assert_int_equal(read_bytes, total_bytes);
    gm_feed_replay.close(feed);
}

static void one_file_is_enough(void **state)
{
    (void)state;
    struct gm_replay_config config = config_of(files_write_text("p", PRICE("10:00:00", "1")), NULL);
    void *feed = open_feed(&config);
    assert_int_equal(next_item(feed).kind, GM_FEED_TICK);
    expect_done(feed);
    gm_feed_replay.close(feed);
    config = config_of(NULL, files_write_text("s", POST("10:00:00", "a")));
    feed = open_feed(&config);
    assert_int_equal(next_item(feed).kind, GM_FEED_POST);
    expect_done(feed);
    gm_feed_replay.close(feed);
    config = config_of(NULL, NULL);
    struct gm_error error;
    assert_int_equal(gm_replay_open(&config, &feed, &error), GM_ERR_INVALID);
}

static void texts_outlive_the_next_items(void **state)
{
    (void)state;
    struct gm_replay_config config = config_of(
        NULL, files_write_text("s", POST("10:00:00", "one \\ud83d\\ude80\\n") "\n" POST(
                                        "10:00:01", "two") "\n" POST("10:00:02", "three")));
    void *feed = open_feed(&config);
    struct gm_post first = next_item(feed).post, second = next_item(feed).post;
    next_item(feed);
    expect_done(feed);
    gm_feed_replay.close(feed);
    assert_str(first.ticker, "bitcoin");
    assert_str(first.text, "one \xf0\x9f\x9a\x80\n");
    assert_str(first.id, "t1_k2");
    assert_str(first.author, "ann");
    assert_int_equal(first.url.len, 0);
    assert_str(second.text, "two");
}

// Decodes item.raw and checks that it says what the item says.
static void check_raw(const struct gm_feed_item *item)
{
    struct gm_error error = {.message = ""};
    struct gm_buffer from_item, from_raw;
    gm_buffer_init(&from_item, GM_MESSAGE_BYTES_MAX);
    gm_buffer_init(&from_raw, GM_MESSAGE_BYTES_MAX);
    if (item->kind == GM_FEED_TICK) {
        struct gm_tick tick;
        if (gm_tick_decode(item->raw, &arena, &tick, &error) != GM_OK)
            fail_msg("%.*s: %s", GM_STR_ARG(item->raw), error.message);
        gm_tick_encode(&tick, &from_raw);
        gm_tick_encode(&item->tick, &from_item);
    } else {
        struct gm_post post;
        if (gm_post_decode(item->raw, &arena, &post, &error) != GM_OK)
            fail_msg("%.*s: %s", GM_STR_ARG(item->raw), error.message);
        gm_post_encode(&post, &from_raw);
        gm_post_encode(&item->post, &from_item);
    }
    assert_int_equal(gm_buffer_ok(&from_item, &error), GM_OK);
    assert_true(gm_str_equal(gm_buffer_str(&from_item), gm_buffer_str(&from_raw)));
    gm_buffer_finish(&from_item);
    gm_buffer_finish(&from_raw);
}

static void raw_is_the_line_with_observed_at(void **state)
{
    (void)state;
    const char *lines = " \t" PRICE(
        "10:00:00.5",
        "1") " \r\n"
             "{\"observed_at\":\"2026-02-21T10:00:09Z\",\"ticker\":\"bitcoin\",\"price_usd\":2,"
             "\"volume\":[7],\"timestamp\":\"2026-02-21T10:00:01Z\",\"source\":\"x\"}\n"
             "{\"observed\\u005fat\":null,\"ticker\":\"bitcoin\",\"price_usd\":3,"
             "\"timestamp\":\"2026-02-21T10:00:02Z\",\"source\":\"x\"}\n";
    struct gm_replay_config config = config_of(files_write_text("p", lines), NULL);
    void *feed = open_feed(&config);
    struct gm_feed_item item = next_item(feed);
    check_raw(&item);
    assert_str(item.raw,
               "{\"ticker\":\"bitcoin\",\"price_usd\":1,\"timestamp\":\"2026-02-21T10:00:00."
               "5Z\",\"source\":\"coinbase\",\"observed_at\":\"2026-02-21T10:00:00.500Z\"}");
    assert_int_equal(item.tick.observed_at_us, item.tick.timestamp_us);
    item = next_item(feed);
    check_raw(&item);
    assert_non_null(memmem(item.raw.data, item.raw.len, "\"volume\":[7]", 12));
    assert_int_equal(item.tick.observed_at_us, item.tick.timestamp_us + 8 * GM_US_PER_S);
    item = next_item(feed); // it cannot be given a second observed_at
    assert_int_equal(item.raw.len, 0);
    assert_int_equal(item.tick.observed_at_us, item.tick.timestamp_us);
    expect_done(feed);
    gm_feed_replay.close(feed);
}

static void bad_lines_become_dead_letters_and_the_rest_goes_on(void **state)
{
    (void)state;
    const char *lines =
        PRICE("10:00:00", "1") "\n"
                               "{broken\n"
                               "\n"
                               "  " PRICE("10:00:01", "-1") " \n" // payload as it stands
        POST("10:00:02", "a post") "\n"                           // no price
                                   "{\"ticker\":\"bitcoin\",\"price_usd\":1,\"timestamp\":"
                                   "\"2026-02-22T13:00:00Z\",\"source\":\"x\"}\n" // a day ahead
        PRICE("10:00:05", "5") "\n"
                               "{\"ticker\":\"bitcoin\",";
    const char *path = files_write_text("prices.jsonl", lines);
    struct gm_replay_config config = config_of(path, NULL);
    void *feed = open_feed(&config);
    assert_true(next_item(feed).tick.price_usd == 1);
    expect_bad(next_item(feed), "prices.jsonl:2", "byte", "{broken");
    expect_bad(next_item(feed), "prices.jsonl:4", "price_usd", "  " PRICE("10:00:01", "-1") " ");
    expect_bad(next_item(feed), "prices.jsonl:5", "price_usd", POST("10:00:02", "a post"));
    struct gm_feed_item ahead = next_item(feed);
    assert_str(ahead.bad.origin, "prices.jsonl:6");
    assert_non_null(strstr(ahead.bad.reason.data, "ahead"));
    assert_true(next_item(feed).tick.price_usd == 5);
    expect_bad(next_item(feed), "prices.jsonl:8", "at the end of the file, without a line end",
               "{\"ticker\":\"bitcoin\",");
    expect_done(feed);
    gm_feed_replay.close(feed);
}

static void a_line_of_10_mb_becomes_a_dead_letter(void **state)
{
    (void)state;
    size_t len = 10 * 1024 * 1024;
    char *text = malloc(len + 256);
    assert_non_null(text);
    memset(text, 'x', len);
    strcpy(text + len, "\n" PRICE("10:00:00", "1"));
    struct gm_replay_config config = config_of(files_write_text("p.jsonl", text), NULL);
    free(text);
    void *feed = open_feed(&config);
    struct gm_dead_letter bad = next_item(feed).bad;
    assert_str(bad.origin, "p.jsonl:1");
    assert_str(bad.reason, "a line of 10485760 bytes, over the limit of 524288");
    assert_int_equal(bad.payload.len, GM_MESSAGE_BYTES_MAX);
    assert_int_equal(bad.payload_bytes, len);
    assert_true(next_item(feed).tick.price_usd == 1);
    expect_done(feed);
    gm_feed_replay.close(feed);
}

static void broken_gzip_becomes_one_dead_letter(void **state)
{
    (void)state;
    const char *text = PRICE("10:00:00", "1") "\n" PRICE("10:00:01", "2") "\n";
    size_t len;
    unsigned char *gzip = files_gzip(text, strlen(text), &len);
    // In its end mark: every line came out whole.
    struct gm_replay_config config = config_of(files_write("cut.gz", gzip, len - 3), NULL);
    void *feed = open_feed(&config);
    next_item(feed), next_item(feed);
    expect_bad(next_item(feed), "cut.gz:3",
               "cut.gz: cut off after line 2: the gzip data ends before its end mark", "");
    expect_done(feed);
    gm_feed_replay.close(feed);
    free(gzip);

    // Behind a stored block, in the middle of a line.
    gzip = files_gzip(text, strlen(PRICE("10:00:00", "1")) + 10, &len);
    config = config_of(files_write("mid.gz", gzip, len - 8), NULL);
    feed = open_feed(&config);
    next_item(feed);
    expect_bad(next_item(feed), "mid.gz:2", "mid.gz: cut off after line 1: ", "{\"ticker\"");
    expect_done(feed);
    gm_feed_replay.close(feed);
    free(gzip);
}

static void a_full_arena_loses_nothing(void **state)
{
    (void)state;
    struct gm_replay_config config = config_of(
        files_write_text("p", PRICE("10:00:00", "1") "\n{bad\n" PRICE("10:00:01", "2")), NULL);
    void *feed = open_feed(&config);
    struct gm_arena small;
    gm_arena_init(&small, 256, 300);
    const enum gm_feed_item_kind kinds[] = {GM_FEED_TICK, GM_FEED_BAD, GM_FEED_TICK};
    for (size_t i = 0; i < 3;) {
        enum gm_feed_state feed_state;
        struct gm_feed_item item;
        struct gm_error error;
        enum gm_err err = gm_feed_replay.next(feed, &small, NULL, 0, &feed_state, &item, &error);
        if (err) {
            assert_int_equal(err, GM_ERR_NOMEM);
            assert_true(small.used_bytes > 0);
            gm_arena_reset(&small);
            continue;
        }
        assert_int_equal(feed_state, GM_FEED_ITEM);
        assert_int_equal(item.kind, kinds[i]);
        i++;
    }
    expect_done(feed);
    gm_arena_finish(&small);
    gm_feed_replay.close(feed);
}

// ------------------------------------------------------------------------- cursors

// Everything that a test compares of an item, as text.
static void describe(const struct gm_feed_item *item, struct gm_buffer *out)
{
    if (item->kind == GM_FEED_BAD)
        gm_buffer_printf(out, "%.*s %.*s %.*s %" PRId64 "\n", GM_STR_ARG(item->bad.origin),
                         GM_STR_ARG(item->bad.reason), GM_STR_ARG(item->bad.payload),
                         item->bad.payload_bytes);
    else if (item->kind == GM_FEED_TICK)
        gm_buffer_printf(out, "%.*s %.17g %" PRId64 "\n", GM_STR_ARG(item->raw),
                         item->tick.price_usd, item->tick.timestamp_us);
    else
        gm_buffer_printf(out, "%.*s %.*s %" PRId64 "\n", GM_STR_ARG(item->raw),
                         GM_STR_ARG(item->post.text), item->post.timestamp_us);
}

// Replays at most `items_max` items into `out` and closes; gives back how many, and the cursor.
static size_t replay_some(struct gm_replay_config config, const char *cursor, size_t items_max,
                          char *ret_cursor, struct gm_buffer *out)
{
    config.cursor = cursor;
    void *feed = open_feed(&config);
    struct gm_feed_item item;
    size_t count = 0;
    while (count < items_max && next(feed, &item) == GM_FEED_ITEM) {
        describe(&item, out);
        count++;
    }
    gm_feed_replay.cursor(feed, ret_cursor, 4096);
    gm_feed_replay.close(feed);
    gm_arena_reset(&arena);
    return count;
}

static void check_every_stop(struct gm_replay_config config, size_t expected_count)
{
    char cursor[4096], end_cursor[4096], other_cursor[4096];
    struct gm_buffer whole, parts;
    gm_buffer_init(&whole, 1 << 26);
    gm_buffer_init(&parts, 1 << 26);
    size_t count = replay_some(config, NULL, SIZE_MAX, end_cursor, &whole);
    assert_int_equal(count, expected_count);
    for (size_t k = 0; k <= count; k++) {
        gm_buffer_reset(&parts);
        assert_int_equal(replay_some(config, NULL, k, cursor, &parts), k);
        assert_int_equal(replay_some(config, cursor, SIZE_MAX, other_cursor, &parts), count - k);
        if (!gm_str_equal(gm_buffer_str(&whole), gm_buffer_str(&parts)))
            fail_msg("stopped after %zu items (%s), the rest is another", k, cursor);
        assert_string_equal(other_cursor, end_cursor);
    }
    gm_buffer_finish(&whole);
    gm_buffer_finish(&parts);
}

#define MIXED_PRICES                                                                               \
    "\n" PRICE("10:00:00", "1") "\r\n\n" PRICE("10:00:02", "2") "\n{bad\n{worse\n\n" PRICE(        \
        "10:00:01", "3") "\n" PRICE("10:00:09", "4") "\n  \n"
#define MIXED_POSTS                                                                                \
    "nothing\n" POST("10:00:00", "a") "\n" POST("10:00:00", "b") "\n\n" POST("10:00:03",           \
                                                                             "c") "\n{\"cut"

static void a_resumed_replay_goes_on_exactly(void **state)
{
    (void)state;
    check_every_stop(config_of(files_write_text("p", MIXED_PRICES), //
                               files_write_text("s", MIXED_POSTS)),
                     11);
    check_every_stop(config_of(files_write_gzip("p.gz", MIXED_PRICES, 3),
                               files_write_gzip("s.gz", MIXED_POSTS, 1)),
                     11);
    check_every_stop(config_of(NULL, files_write_gzip("one.gz", MIXED_POSTS, 2)), 5);
}

static void a_replay_of_broken_gzip_resumes_exactly(void **state)
{
    (void)state;
    size_t len;
    unsigned char *gzip = files_gzip(MIXED_POSTS, strlen(MIXED_POSTS), &len);
    const char *prices = files_write_text("p", MIXED_PRICES);
    // The rest of a line that is cut joins the letter about the cut.
    check_every_stop(config_of(prices, files_write("cut.gz", gzip, len - 3)), 11);
    free(gzip);
    // The last line came out whole, without its end: a good item, then the letter.
    const char *one = POST("10:00:00", "a") "\n" POST("10:00:01", "b");
    gzip = files_gzip(one, strlen(one), &len);
    check_every_stop(config_of(prices, files_write("one.gz", gzip, len - 3)), 6 + 3);
    free(gzip);
}

static void a_cursor_of_other_files_is_refused(void **state)
{
    (void)state;
    const char *prices = files_write_text("p", PRICE("10:00:00", "1") "\n");
    const char *others = files_write_text("q", PRICE("10:00:00", "2") "\n");
    struct gm_replay_config config = config_of(prices, NULL);
    char cursor[4096], changed[4200];
    struct gm_buffer ignored;
    gm_buffer_init(&ignored, 4096);
    replay_some(config, NULL, 1, cursor, &ignored);
    gm_buffer_finish(&ignored);
    void *feed = NULL;
    struct gm_error error;
    config.cursor = cursor;
    config.prices_path = others;
    assert_int_equal(gm_replay_open(&config, &feed, &error), GM_ERR_INVALID);
    assert_non_null(strstr(error.message, "belongs to other files"));
    config.prices_path = prices;
    static const char *const tails[] = {" 1", "x", " 9", " -1", " 99999999999999999999", "  1"};
    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
        snprintf(changed, sizeof changed, "%s%s", cursor, tails[i]);
        config.cursor = changed;
        assert_int_equal(gm_replay_open(&config, &feed, &error), GM_ERR_INVALID);
        assert_non_null(strstr(error.message, "cannot be read"));
    }
    // An offset behind the end.
    snprintf(changed, sizeof changed, "%.23s 1 9999 1 0 0 0 0", cursor);
    assert_int_equal(gm_replay_open(&config, &feed, &error), GM_ERR_INVALID);
    assert_non_null(strstr(error.message, "ends before byte 9999"));
    assert_null(feed);
}

// ------------------------------------------------------------------------- pacing

static void pacing_follows_the_first_event(void **state)
{
    (void)state;
    struct gm_replay_config config = config_of(
        files_write_text("p", "{bad\n" PRICE("10:00:00", "1") "\n" PRICE("10:00:10", "2") "\n" //
                         PRICE("10:01:00", "3") "\n"),
        NULL);
    config.speed = 20; // 10 s of events in half a second, a minute in 3 s
    struct gm_feed_item item;
    void *feed = open_feed(&config);
    assert_int_equal(next(feed, &item), GM_FEED_ITEM); // the bad line has no time
    int64_t first_us = gm_monotonic_us();
    assert_int_equal(next(feed, &item), GM_FEED_ITEM);
    assert_int_equal(next(feed, &item), GM_FEED_IDLE);
    assert_int_equal(next_within(feed, GM_US_PER_MS, &item), GM_FEED_IDLE);
    assert_int_equal(next_within(feed, GM_US_PER_MIN, &item), GM_FEED_ITEM);
    assert_true(gm_monotonic_us() - first_us >= 500 * GM_US_PER_MS);
    assert_true(item.tick.price_usd == 2);
    gm_stop_raise(&stop); // ends a wait at once, without the item
    assert_int_equal(next_within(feed, GM_US_PER_MIN, &item), GM_FEED_IDLE);
    assert_true(gm_monotonic_us() - first_us < 3 * GM_US_PER_S);
    gm_feed_replay.close(feed);
    atomic_store(&stop.raised, false);

    config.speed = 1e-300; // no time overflows
    feed = open_feed(&config);
    next_item(feed), next_item(feed);
    assert_int_equal(next(feed, &item), GM_FEED_IDLE);
    gm_feed_replay.close(feed);

    config.speed = 0;
    feed = open_feed(&config);
    next_item(feed), next_item(feed), next_item(feed), next_item(feed);
    gm_feed_replay.close(feed);

    static const double wrong[] = {-1, GM_UNKNOWN, INFINITY};
    for (size_t i = 0; i < 3; i++) {
        struct gm_error error;
        config.speed = wrong[i];
        assert_int_equal(gm_replay_open(&config, &feed, &error), GM_ERR_INVALID);
        assert_non_null(strstr(error.message, "speed"));
    }
}

// ------------------------------------------------------------------------- names

static void a_name_tells_recordings_apart(void **state)
{
    (void)state;
    const char *a = files_write_text("a", "one\n"), *same = files_write_text("same", "one\n");
    const char *b = files_write_text("b", "two\n"), *empty = files_write_text("empty", "");
    const char *const pairs[][2] = {{a, b},     {b, a},     {a, NULL},     {NULL, a},
                                    {a, empty}, {empty, a}, {empty, NULL}, {b, NULL}};
    enum { PAIRS = sizeof pairs / sizeof *pairs };
    char names[PAIRS][GM_REPLAY_NAME_BYTES], again[GM_REPLAY_NAME_BYTES];
    struct gm_error error;
    for (size_t i = 0; i < PAIRS; i++) {
        assert_int_equal(gm_replay_name(pairs[i][0], pairs[i][1], names[i], &error), GM_OK);
        assert_int_equal(strlen(names[i]), 23);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(names[i], names[j]);
    }
    assert_int_equal(gm_replay_name(same, b, again, &error), GM_OK);
    assert_string_equal(again, names[0]);
    assert_int_equal(gm_replay_name(files_path("none"), b, again, &error), GM_ERR_NOT_FOUND);
    assert_non_null(strstr(error.message, "/none"));
}

static void a_large_file_is_known_by_its_ends(void **state)
{
    (void)state;
    size_t len = 20 * 1024 * 1024;
    char *data = calloc(len, 1), name[3][GM_REPLAY_NAME_BYTES];
    assert_non_null(data);
    struct gm_error error;
    assert_int_equal(gm_replay_name(files_write("0", data, len), NULL, name[0], &error), GM_OK);
    data[len - 1] = 1;
    assert_int_equal(gm_replay_name(files_write("1", data, len), NULL, name[1], &error), GM_OK);
    assert_int_equal(gm_replay_name(files_write("2", data, len - 9), NULL, name[2], &error), GM_OK);
    assert_string_not_equal(name[0], name[1]);
    assert_string_not_equal(name[0], name[2]);
    free(data);
}

#define CASE(name_) cmocka_unit_test_setup_teardown(name_, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(heads_merge_by_time_and_the_price_goes_first),
        CASE(one_file_is_enough),
        CASE(texts_outlive_the_next_items),
        CASE(raw_is_the_line_with_observed_at),
        CASE(bad_lines_become_dead_letters_and_the_rest_goes_on),
        CASE(a_line_of_10_mb_becomes_a_dead_letter),
        CASE(broken_gzip_becomes_one_dead_letter),
        CASE(a_full_arena_loses_nothing),
        CASE(a_resumed_replay_goes_on_exactly),
        CASE(a_replay_of_broken_gzip_resumes_exactly),
        CASE(a_cursor_of_other_files_is_refused),
        CASE(pacing_follows_the_first_event),
        CASE(a_name_tells_recordings_apart),
        CASE(a_large_file_is_known_by_its_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
