// market-signals and market-alerts: rows there and back, and rows that cannot be.
#include "decoded.h"

#include <stdlib.h>

static struct gm_arena arena;

static enum gm_err decode_signal(struct gm_str json, struct gm_error *error)
{
    struct gm_signal signal, before;
    memset(&signal, 0x5a, sizeof(signal));
    before = signal;
    enum gm_err err = gm_signal_decode(json, &arena, &signal, error);
    if (err)
        assert_memory_equal(&signal, &before, sizeof(signal));
    gm_arena_reset(&arena);
    return err;
}

static const struct gm_signal social = {
    .timestamp_us = INT64_C(1771668302000000),
    .ticker = {"gme", 3},
    .price_usd = 62450.37,
    .vibe_score = 0.8316,
    .msg_velocity = 214,
    .delta_price = 0.1 + 0.2,
    .delta_vibe = -0.0,
    .hype_momentum = 101.5,
    .alert = true,
    .kind = GM_SIGNAL_SOCIAL,
    .value = 0.8316,
    .watermark_us = INT64_C(1771668302500000),
    .label = {"positive", 8},
    .scorer = {"lexicon", 7},
    .post_id = {"t1_k2", 5},
    .input = {GM_TOPIC_LIVE_SOCIAL, 3, INT64_C(1234567890123)},
    .observed_at_us = INT64_C(1771668303000001),
};

static struct gm_signal first_price(void)
{
    return (struct gm_signal){
        .timestamp_us = INT64_C(1771668300000000),
        .ticker = gm_str("gme"),
        .price_usd = 12.5,
        .vibe_score = GM_UNKNOWN,
        .delta_price = 0,
        .delta_vibe = GM_UNKNOWN,
        .hype_momentum = GM_UNKNOWN,
        .kind = GM_SIGNAL_PRICE,
        .value = 12.5,
        .late = true,
        .watermark_us = INT64_C(1771668300000000),
        .input = {GM_TOPIC_LIVE_PRICES, 0, 0},
        .observed_at_us = GM_TIME_NONE,
    };
}

static void nine_columns_come_first(void **state)
{
    (void)state;
    struct gm_buffer out;
    gm_buffer_init(&out, 2000);
    gm_signal_encode(&social, &out);
    assert_text(
        gm_buffer_str(&out),
        "{\"timestamp\":\"2026-02-21T10:05:02Z\",\"ticker\":\"gme\",\"price_usd\":62450.37,"
        "\"vibe_score\":0.8316,\"msg_velocity\":214,\"delta_price\":0.30000000000000004,"
        "\"delta_vibe\":-0,\"hype_momentum\":101.5,\"alert_status\":\"IMMINENT_HYPE_PUMP\","
        "\"kind\":\"social\",\"value\":0.8316,\"late\":false,"
        "\"watermark\":\"2026-02-21T10:05:02.500Z\",\"label\":\"positive\",\"scorer\":\"lexicon\","
        "\"post_id\":\"t1_k2\",\"topic\":\"live-social\",\"partition\":3,\"offset\":1234567890123,"
        "\"observed_at\":\"2026-02-21T10:05:03.000001Z\"}");
    gm_buffer_reset(&out);
    struct gm_signal price = first_price();
    gm_signal_encode(&price, &out);
    assert_text(
        gm_buffer_str(&out),
        "{\"timestamp\":\"2026-02-21T10:05:00Z\",\"ticker\":\"gme\",\"price_usd\":12.5,"
        "\"vibe_score\":null,\"msg_velocity\":0,\"delta_price\":0,"
        "\"delta_vibe\":null,\"hype_momentum\":null,\"alert_status\":null,"
        "\"kind\":\"price\",\"value\":12.5,\"late\":true,\"watermark\":\"2026-02-21T10:05:00Z\","
        "\"topic\":\"live-prices\",\"partition\":0,\"offset\":0}");
    gm_buffer_finish(&out);
}

// Encoded, decoded and encoded again: the same bytes, so every field has made the way.
static void assert_comes_back(const struct gm_signal *signal)
{
    struct gm_buffer first, second;
    struct gm_signal back;
    struct gm_error error = {0};
    gm_buffer_init(&first, 10000);
    gm_buffer_init(&second, 10000);
    gm_signal_encode(signal, &first);
    if (gm_signal_decode(gm_buffer_str(&first), &arena, &back, &error))
        fail_msg("%.*s: %s", GM_STR_ARG(gm_buffer_str(&first)), error.message);
    gm_signal_encode(&back, &second);
    assert_true(gm_str_equal(gm_buffer_str(&first), gm_buffer_str(&second)));
    assert_int_equal(memcmp(&back.value, &signal->value, sizeof(double)), 0);
    assert_int_equal(gm_is_known(back.hype_momentum), gm_is_known(signal->hype_momentum));
    assert_int_equal(back.alert, signal->alert);
    assert_int_equal(back.late, signal->late);
    assert_int_equal(back.kind, signal->kind);
    assert_true(back.observed_at_us == signal->observed_at_us);
    gm_buffer_finish(&first);
    gm_buffer_finish(&second);
    gm_arena_reset(&arena);
}

static double random_number(struct test_random *random)
{
    switch (test_random_below(random, 4)) {
    case 0:
        return GM_UNKNOWN;
    case 1:
        return (double)test_random_below(random, 1000);
    default:
        return (double)(int64_t)test_random(random) / 1e17;
    }
}

static void random_rows_come_back(void **state)
{
    (void)state;
    assert_comes_back(&social);
    struct gm_signal price = first_price();
    assert_comes_back(&price);
    struct test_random random = {11};
    for (int i = 0; i < 20000; i++) {
        struct gm_signal row = test_random_below(&random, 2) ? social : first_price();
        row.timestamp_us += (int64_t)test_random_below(&random, 1u << 30);
        row.watermark_us += (int64_t)test_random_below(&random, 1u << 30);
        row.msg_velocity = (int32_t)test_random_below(&random, INT32_MAX);
        row.delta_price = random_number(&random);
        row.delta_vibe = random_number(&random);
        row.hype_momentum = random_number(&random);
        row.alert = test_random_below(&random, 2);
        row.late = test_random_below(&random, 2);
        row.input.partition = (int32_t)test_random_below(&random, INT32_MAX);
        row.input.offset = (int64_t)(test_random(&random) >> 1);
        row.value = row.kind == GM_SIGNAL_PRICE
                        ? 1e-15 + (double)test_random_below(&random, 1u << 30) / 7
                        : (double)(int32_t)test_random(&random) / 2147483648.0;
        assert_comes_back(&row);
    }
}

// The documented row with one piece of it replaced.
static struct gm_str replaced(const char *from, const char *to)
{
    static char json[4096];
    struct gm_buffer out;
    gm_buffer_init(&out, 2000);
    gm_signal_encode(&social, &out);
    gm_buffer_append_byte(&out, '\0');
    const char *at = strstr(out.data, from);
    assert_non_null(at);
    snprintf(json, sizeof(json), "%.*s%s%s", (int)(at - out.data), out.data, to, at + strlen(from));
    gm_buffer_finish(&out);
    return gm_str(json);
}

static void rows_that_cannot_be(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to, *message;
    } cases[] = {
        {"\"social\"", "\"sozial\"", "kind: \"sozial\" is neither price nor social"},
        {"\"value\":0.8316", "\"value\":1.5", "value: 1.5 is no vibe"},
        {"\"social\",\"value\":0.8316", "\"price\",\"value\":-0.8", "value: -0.8 is no price"},
        {"\"value\":0.8316", "\"value\":null", "value: byte"},
        {"\"vibe_score\":0.8316", "\"vibe_score\":-1.5",
         "vibe_score: -1.5 is no vibe: it must lie between -1 and 1"},
        {"\"price_usd\":62450.37", "\"price_usd\":0", "price_usd: 0 is no price"},
        {"214", "-1", "msg_velocity: -1 must lie between 0 and 2147483647"},
        {"214", "2147483648", "msg_velocity: 2147483648 must lie between 0 and 2147483647"},
        {"214", "2.0", "msg_velocity: byte 107: a whole number must stand here"},
        {"214", "null", "msg_velocity: byte 107: a number must stand here"},
        {"IMMINENT_HYPE_PUMP", "PUMP", "alert_status: \"PUMP\" is no alert status"},
        {"\"late\":false", "\"late\":0", "late: byte"},
        {"live-social", "live-socials", "topic: \"live-socials\" is no topic"},
        {"\"partition\":3", "\"partition\":-3", "partition: -3 must lie between"},
        {"1234567890123", "9223372036854775808", "offset: byte"},
        {"02.500Z", "02.500", "watermark: \"2026-02-21T10:05:02.500\" is no time: it has no zone"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct gm_error error = {0};
        enum gm_err err = decode_signal(replaced(cases[i].from, cases[i].to), &error);
        assert_int_equal(err, GM_ERR_INVALID);
        if (strncmp(error.message, cases[i].message, strlen(cases[i].message)) != 0)
            fail_msg("expected %s, got %s", cases[i].message, error.message);
    }
}

static void an_alert_comes_back(void **state)
{
    (void)state;
    const struct gm_alert alert = {
        .timestamp_us = INT64_C(1771668302000000),
        .ticker = gm_str("gme"),
        .status = gm_str(GM_ALERT_HYPE_PUMP),
        .price_usd = 62450.37,
        .vibe_score = 0.8316,
        .msg_velocity = 214,
        .delta_price = 0.001,
        .delta_vibe = 0.5,
        .hype_momentum = 107,
        .threshold_momentum = 100,
        .threshold_delta_price = 0.02,
        .input = {GM_TOPIC_LIVE_SOCIAL, 3, 77},
        .observed_at_us = INT64_C(1771668303000000),
    };
    struct gm_alert back;
    struct gm_buffer out;
    gm_buffer_init(&out, 2000);
    gm_alert_encode(&alert, &out);
    assert_text(
        gm_buffer_str(&out),
        "{\"timestamp\":\"2026-02-21T10:05:02Z\",\"ticker\":\"gme\",\"alert_status\":"
        "\"IMMINENT_HYPE_PUMP\",\"price_usd\":62450.37,\"vibe_score\":0.8316,\"msg_velocity\":214,"
        "\"delta_price\":0.001,\"delta_vibe\":0.5,\"hype_momentum\":107,\"threshold_momentum\":100,"
        "\"threshold_delta_price\":0.02,\"topic\":\"live-social\",\"partition\":3,\"offset\":77,"
        "\"observed_at\":\"2026-02-21T10:05:03Z\"}");
    assert_int_equal(gm_alert_decode(gm_buffer_str(&out), &arena, &back, NULL), GM_OK);
    assert_text(back.status, GM_ALERT_HYPE_PUMP);
    struct gm_buffer again;
    gm_buffer_init(&again, 2000);
    gm_alert_encode(&back, &again);
    assert_true(gm_str_equal(gm_buffer_str(&out), gm_buffer_str(&again)));
    gm_buffer_finish(&out);
    gm_buffer_finish(&again);
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
        cmocka_unit_test(nine_columns_come_first),
        cmocka_unit_test(random_rows_come_back),
        cmocka_unit_test(rows_that_cannot_be),
        cmocka_unit_test(an_alert_comes_back),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
