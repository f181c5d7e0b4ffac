// live-prices: prices that are taken, and all that is not one.
#include "decoded.h"

static struct gm_arena arena;

static enum gm_err decode(struct gm_str json, struct gm_error *error)
{
    struct gm_tick tick, before;
    memset(&tick, 0x5a, sizeof(tick));
    before = tick;
    enum gm_err err = gm_tick_decode(json, &arena, &tick, error);
    if (err)
        assert_memory_equal(&tick, &before, sizeof(tick));
    gm_arena_reset(&arena);
    return err;
}

#define TICK(price_)                                                                               \
    "{\"ticker\":\"bitcoin\",\"price_usd\":" price_                                                \
    ",\"timestamp\":\"2026-02-21T10:05:00Z\",\"source\":\"coinbase\"}"
#define TICKER(ticker_)                                                                            \
    "{\"ticker\":" ticker_                                                                         \
    ",\"price_usd\":1,\"timestamp\":\"2026-02-21T10:05:00Z\",\"source\":\"coinbase\"}"
#define TIME(time_)                                                                                \
    "{\"ticker\":\"bitcoin\",\"price_usd\":1,\"timestamp\":" time_ ",\"source\":\"coinbase\"}"

static void the_documented_message_is_read(void **state)
{
    (void)state;
    struct gm_tick tick;
    assert_int_equal(gm_tick_decode(gm_str(TICK("62450.0")), &arena, &tick, NULL), GM_OK);
    assert_text(tick.ticker, "bitcoin");
    assert_text(tick.source, "coinbase");
    assert_true(tick.price_usd == 62450);
    assert_true(tick.timestamp_us == INT64_C(1771668300000000));
    assert_true(tick.observed_at_us == GM_TIME_NONE);
}

static void bad_prices(void **state)
{
    (void)state;
    static const struct refusal cases[] = {
        {TICK("NaN"), GM_ERR_INVALID, "price_usd: byte 32: a number must stand here"},
        {TICK("\"NaN\""), GM_ERR_INVALID, "price_usd: byte 32: a number must stand here"},
        {TICK("\"62450.0\""), GM_ERR_INVALID, "price_usd: byte 32: a number must stand here"},
        {TICK("null"), GM_ERR_INVALID, "price_usd: byte 32: a number must stand here"},
        {TICK("Infinity"), GM_ERR_INVALID, "price_usd: byte 32: a number must stand here"},
        {TICK("-1"), GM_ERR_INVALID,
         "price_usd: -1 is no price: it must lie between 1e-15 and 1e+15"},
        {TICK("0"), GM_ERR_INVALID, "price_usd: 0 is no price"},
        {TICK("-0.0"), GM_ERR_INVALID, "price_usd: -0 is no price"},
        {TICK("9e-16"), GM_ERR_INVALID, "price_usd: 9e-16 is no price"},
        {TICK("1.1e15"), GM_ERR_INVALID, "price_usd: 1.1e+15 is no price"},
        {TICK("1e400"), GM_ERR_INVALID, "price_usd: byte 32: a number beyond what a double holds"},
        {TICK("1e-400"), GM_ERR_INVALID, "price_usd: byte 32: a number beyond what a double holds"},
        {TICK("1,5"), GM_ERR_INVALID, "byte 34: a member's name must stand here"},
        {TICK("1x"), GM_ERR_INVALID, "byte 33: ',' or '}' must stand here"},
        {TICK("[1]"), GM_ERR_INVALID, "price_usd: byte 32: a number must stand here"},
    };
    assert_refused(decode, cases, sizeof(cases) / sizeof(cases[0]));
    assert_int_equal(decode(gm_str(TICK("1e-15")), NULL), GM_OK);
    assert_int_equal(decode(gm_str(TICK("1e15")), NULL), GM_OK);
}

static void bad_tickers(void **state)
{
    (void)state;
    static const char syntax[] = "is no ticker: those are made of a-z, 0-9, '.', '_' and '-'";
    static const char *const bad[] = {"",          "BTC",      "bit coin", "bit/coin", "bitcoin\\n",
                                      "caf\u00e9", "a\\u0300", "$gme",     "a:b"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        char json[256];
        struct gm_error error = {0};
        snprintf(json, sizeof(json), TICKER("\"%s\""), bad[i]);
        assert_int_equal(decode(gm_str(json), &error), GM_ERR_INVALID);
        assert_memory_equal(error.message, "ticker: \"", 9);
        assert_non_null(strstr(error.message, syntax));
    }
    static const struct refusal cases[] = {
        {TICKER("7"), GM_ERR_INVALID, "ticker: byte 10: a string must stand here"},
        {TICKER("\"01234567890123456789012345678901234567890123456789012345678901234\""),
         GM_ERR_LIMIT, "ticker: a text of 65 bytes; at most 64 are taken"},
    };
    assert_refused(decode, cases, sizeof(cases) / sizeof(cases[0]));
    assert_int_equal(
        decode(
            gm_str(TICKER("\"0123456789012345678901234567890123456789012345678901234567890123\"")),
            NULL),
        GM_OK);
    assert_int_equal(decode(gm_str(TICKER("\"brk.b_2-x\"")), NULL), GM_OK);
}

static void bad_times(void **state)
{
    (void)state;
    static const struct refusal cases[] = {
        {TIME("\"2026-02-21T10:05:00\""), GM_ERR_INVALID,
         "timestamp: \"2026-02-21T10:05:00\" is no time: it has no zone"},
        {TIME("\"yesterday\""), GM_ERR_INVALID, "timestamp: \"yesterday\" is no time"},
        {TIME("\"\""), GM_ERR_INVALID, "timestamp: \"\" is no time"},
        {TIME("1771668300"), GM_ERR_INVALID, "timestamp: byte 46: a string must stand here"},
        {TIME("null"), GM_ERR_INVALID, "timestamp: byte 46: a string must stand here"},
    };
    assert_refused(decode, cases, sizeof(cases) / sizeof(cases[0]));
    // Whether a time can be true is asked with the clock at hand, not here.
    assert_int_equal(decode(gm_str(TIME("\"1970-01-01T00:00:00Z\"")), NULL), GM_OK);
}

static void encoded_as_documented(void **state)
{
    (void)state;
    struct gm_buffer out;
    gm_buffer_init(&out, 1000);
    struct gm_tick tick = {.ticker = gm_str("bitcoin"),
                           .price_usd = 62450.5,
                           .timestamp_us = INT64_C(1771668300000000),
                           .observed_at_us = INT64_C(1771668300123000),
                           .source = gm_str("coin\"base")};
    gm_tick_encode(&tick, &out);
    assert_text(
        gm_buffer_str(&out),
        "{\"ticker\":\"bitcoin\",\"price_usd\":62450.5,\"timestamp\":\"2026-02-21T10:05:00Z\","
        "\"source\":\"coin\\\"base\",\"observed_at\":\"2026-02-21T10:05:00.123Z\"}");
    gm_buffer_reset(&out);
    tick.observed_at_us = GM_TIME_NONE;
    gm_tick_encode(&tick, &out);
    assert_null(memmem(out.data, out.len, "observed_at", 11));
    gm_buffer_finish(&out);
}

static int setup(void **state)
{
    (void)state;
    gm_arena_init(&arena, 4096, 1 << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    gm_arena_finish(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_documented_message_is_read),
        cmocka_unit_test(bad_prices),
        cmocka_unit_test(bad_tickers),
        cmocka_unit_test(bad_times),
        cmocka_unit_test(encoded_as_documented),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
