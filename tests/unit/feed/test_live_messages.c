// What Coinbase and Jetstream send, read from bytes.
#include "../test.h"

#include "base/clock.h"
#include "feed/live/backoff.h"
#include "feed/live/coinbase_message.h"
#include "feed/live/jetstream_message.h"

#include <string.h>

static struct gm_arena arena;

static int start(void **state)
{
    (void)state;
    gm_arena_init(&arena, 4096, 1 << 20);
    return 0;
}

static int finish(void **state)
{
    (void)state;
    gm_arena_finish(&arena);
    return 0;
}

static void expect(struct gm_str text, const char *wanted)
{
    assert_int_equal(text.len, strlen(wanted));
    assert_memory_equal(text.data, wanted, text.len);
}

// ------------------------------------------------------------------------- coinbase

#define TICKER                                                                                     \
    "{\"type\":\"ticker\",\"sequence\":37475248783,\"product_id\":\"BTC-USD\","                    \
    "\"price\":\"62450.01\",\"open_24h\":\"61000\",\"side\":\"buy\","                              \
    "\"time\":\"2026-02-21T10:05:00.061769Z\",\"trade_id\":370843401,\"last_size\":\"0.1\"}"

static void a_ticker_has_its_price_and_place(void **state)
{
    (void)state;
    struct gm_coinbase_message message;
    assert_int_equal(gm_coinbase_read(gm_str(TICKER), &arena, &message, NULL), GM_OK);
    assert_int_equal(message.kind, GM_COINBASE_TICKER);
    expect(message.product, "BTC-USD");
    assert_true(message.price_usd == 62450.01);
    assert_true(message.time_us == INT64_C(1771668300061769));
    assert_true(message.sequence == 37475248783);
    assert_int_equal(message.trade, 370843401);
}

static void other_kinds_are_told_apart(void **state)
{
    (void)state;
    struct gm_coinbase_message message;
    assert_int_equal(
        gm_coinbase_read(gm_str("{\"type\":\"heartbeat\",\"sequence\":90,\"last_trade_id\":20,"
                                "\"product_id\":\"DOGE-USD\",\"time\":\"2026-02-21T10:05:00Z\"}"),
                         &arena, &message, NULL),
        GM_OK);
    assert_int_equal(message.kind, GM_COINBASE_HEARTBEAT);
    assert_int_equal(message.trade, 20);
    assert_int_equal(gm_coinbase_read(gm_str("{\"type\":\"subscriptions\",\"channels\":[{}]}"),
                                      &arena, &message, NULL),
                     GM_OK);
    assert_int_equal(message.kind, GM_COINBASE_SUBSCRIPTIONS);
    assert_int_equal(
        gm_coinbase_read(gm_str("{\"type\":\"error\",\"message\":\"Failed to subscribe\","
                                "\"reason\":\"X-USD is not a valid product\"}"),
                         &arena, &message, NULL),
        GM_OK);
    assert_int_equal(message.kind, GM_COINBASE_ERROR);
    expect(message.reason, "X-USD is not a valid product");
    assert_int_equal(gm_coinbase_read(gm_str("{\"type\":\"status\"}"), &arena, &message, NULL),
                     GM_OK);
    assert_int_equal(message.kind, GM_COINBASE_OTHER);
}

static void a_broken_message_names_its_field(void **state)
{
    (void)state;
    static const struct {
        const char *json, *message;
    } cases[] = {
        {"", "byte"},
        {"<html>", "byte"},
        {"{}", "type: it is missing"},
        {"{\"type\":1}", "type:"},
        {"{\"type\":\"ticker\"}", "price: \"\" is none"},
        {"{\"type\":\"ticker\",\"price\":\"-1\"}", "price: \"-1\" is none"},
        {"{\"type\":\"ticker\",\"price\":\"1e99\"}", "price: \"1e99\" is none"},
        {"{\"type\":\"ticker\",\"price\":\"1\"}", "trade_id: it is missing"},
        {"{\"type\":\"ticker\",\"price\":\"1\",\"trade_id\":\"1\"}", "trade_id:"},
        {"{\"type\":\"ticker\",\"price\":\"1\",\"trade_id\":1}", "product_id: it is missing"},
        {"{\"type\":\"ticker\",\"price\":\"1\",\"trade_id\":1,\"product_id\":\"x\"}",
         "sequence: it is missing"},
        {"{\"type\":\"ticker\",\"price\":\"1\",\"trade_id\":1,\"product_id\":\"x\","
         "\"sequence\":1,\"time\":\"today\"}",
         "time:"},
        {"{\"type\":\"heartbeat\"}", "last_trade_id: it is missing"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gm_coinbase_message message;
        struct gm_error error;
        assert_int_equal(gm_coinbase_read(gm_str(cases[i].json), &arena, &message, &error),
                         GM_ERR_INVALID);
        if (!strstr(error.message, cases[i].message))
            fail_msg("%s: %s", cases[i].json, error.message);
    }
}

static void a_subscription_names_products_and_channels(void **state)
{
    (void)state;
    const char *const products[] = {"BTC-USD", "DOGE-USD"};
    struct gm_buffer out;
    gm_buffer_init(&out, 1000);
    gm_coinbase_write_subscribe(products, 2, &out);
    expect(gm_buffer_str(&out),
           "{\"type\":\"subscribe\",\"product_ids\":[\"BTC-USD\",\"DOGE-USD\"],"
           "\"channels\":[\"ticker\",\"heartbeat\"]}");
    gm_buffer_finish(&out);
}

// ------------------------------------------------------------------------- jetstream

static void a_new_post_has_author_name_text_and_time(void **state)
{
    (void)state;
    struct gm_jetstream_message message;
    assert_int_equal(
        gm_jetstream_read(
            gm_str("{\"did\":\"did:plc:abc\",\"time_us\":1771668300000123,\"kind\":\"commit\","
                   "\"commit\":{\"rev\":\"3l\",\"operation\":\"create\","
                   "\"collection\":\"app.bsky.feed.post\",\"rkey\":\"3l3q\",\"record\":{"
                   "\"$type\":\"app.bsky.feed.post\",\"createdAt\":\"2026-02-21T10:04:59.5Z\","
                   "\"langs\":[\"en\"],\"text\":\"BTC \\u2191\",\"facets\":[{\"index\":{}}]},"
                   "\"cid\":\"bafy\"}}"),
            &arena, &message, NULL),
        GM_OK);
    assert_true(message.is_post);
    expect(message.did, "did:plc:abc");
    expect(message.rkey, "3l3q");
    expect(message.text, "BTC ↑");
    assert_true(message.time_us == INT64_C(1771668300000123));
    assert_true(message.created_us == INT64_C(1771668299500000));
}

#define EVENT(rest) "{\"did\":\"did:plc:abc\",\"time_us\":17," rest "}"
#define COMMIT(operation, collection)                                                              \
    "\"kind\":\"commit\",\"commit\":{\"operation\":\"" operation "\",\"collection\":\"" collection \
    "\",\"rkey\":\"3l\",\"record\":{\"text\":\"x\",\"createdAt\":\"never\"}}"

static void what_is_no_new_post_only_has_its_time(void **state)
{
    (void)state;
    static const char *const cases[] = {
        EVENT("\"kind\":\"identity\",\"identity\":{\"handle\":\"a.b\"}"),
        EVENT("\"kind\":\"account\",\"account\":{\"active\":false}"),
        EVENT(COMMIT("delete", "app.bsky.feed.post")),
        EVENT(COMMIT("update", "app.bsky.feed.post")),
        EVENT(COMMIT("create", "app.bsky.feed.like")),
        EVENT("\"kind\":\"commit\",\"commit\":null"),
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gm_jetstream_message message;
        assert_int_equal(gm_jetstream_read(gm_str(cases[i]), &arena, &message, NULL), GM_OK);
        assert_false(message.is_post);
        assert_int_equal(message.time_us, 17);
    }
}

static void a_post_without_what_it_needs_is_refused(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",
        "[]",
        "{\"did\":\"x\"}",
        "{\"did\":\"x\",\"time_us\":-5}",
        "{\"did\":\"x\",\"time_us\":\"17\"}",
        EVENT("\"kind\":\"commit\",\"commit\":{\"operation\":\"create\","
              "\"collection\":\"app.bsky.feed.post\",\"rkey\":\"3l\",\"record\":{}}"),
        EVENT("\"kind\":\"commit\",\"commit\":{\"operation\":\"create\","
              "\"collection\":\"app.bsky.feed.post\",\"record\":{\"text\":\"x\"}}"),
        EVENT("\"kind\":\"commit\",\"commit\":{\"operation\":\"create\","
              "\"collection\":\"app.bsky.feed.post\",\"rkey\":\"3l\",\"record\":{\"text\":7}}"),
        EVENT("\"kind\":\"identity\"") "x",
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gm_jetstream_message message;
        assert_int_equal(gm_jetstream_read(gm_str(cases[i]), &arena, &message, NULL),
                         GM_ERR_INVALID);
    }
    struct gm_jetstream_message message;
    assert_int_equal(gm_jetstream_read(gm_str(EVENT(COMMIT("create", "app.bsky.feed.post"))),
                                       &arena, &message, NULL),
                     GM_OK);
    assert_true(message.is_post);
    assert_true(message.created_us == GM_TIME_NONE);
}

// ------------------------------------------------------------------------- backoff

static void waits_double_up_to_a_limit_and_vary(void **state)
{
    (void)state;
    struct gm_backoff backoff = {.us_min = 1000, .us_max = 60000, .random = 1};
    int64_t limit_us = 1000;
    bool varied = false;
    for (int i = 0; i < 100; i++) {
        const int64_t wait_us = gm_backoff_next_us(&backoff, 0);
        assert_in_range(wait_us, limit_us / 2, limit_us);
        varied = varied || wait_us != limit_us;
        limit_us = limit_us < 30000 ? 2 * limit_us : 60000;
    }
    assert_true(varied);
    assert_int_equal(gm_backoff_next_us(&backoff, 90000), 90000);
    gm_backoff_reset(&backoff);
    assert_in_range(gm_backoff_next_us(&backoff, 0), 500, 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_ticker_has_its_price_and_place),
        cmocka_unit_test(other_kinds_are_told_apart),
        cmocka_unit_test(a_broken_message_names_its_field),
        cmocka_unit_test(a_subscription_names_products_and_channels),
        cmocka_unit_test(a_new_post_has_author_name_text_and_time),
        cmocka_unit_test(what_is_no_new_post_only_has_its_time),
        cmocka_unit_test(a_post_without_what_it_needs_is_refused),
        cmocka_unit_test(waits_double_up_to_a_limit_and_vary),
    };
    return cmocka_run_group_tests(tests, start, finish);
}
