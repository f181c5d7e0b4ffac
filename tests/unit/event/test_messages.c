// What holds for every message alike: each of its fields missing, twice there, null, of another
// type, in another order, among unknown ones; the whole cut at every byte, with something behind
// it.
#include "decoded.h"

struct field {
    const char *name, *value;
    bool nullable, optional;
};

#define TIME_FIELD(name_)                                                                          \
    {                                                                                              \
        name_, "\"2026-02-21T10:05:00Z\"", false, false                                            \
    }
#define OBSERVED_AT                                                                                \
    {                                                                                              \
        "observed_at", "\"2026-02-21T10:05:01.5Z\"", true, true                                    \
    }
#define ORIGIN                                                                                     \
    {"topic", "\"live-prices\"", false, false}, {"partition", "2", false, false},                  \
    {                                                                                              \
        "offset", "77", false, false                                                               \
    }
#define METRICS                                                                                    \
    {"price_usd", "62450.5", true, false}, {"vibe_score", "-0.25", true, false},                   \
        {"msg_velocity", "12", false, false}, {"delta_price", "0.01", true, false},                \
        {"delta_vibe", "-0.5", true, false},                                                       \
    {                                                                                              \
        "hype_momentum", "-6", true, false                                                         \
    }

static const struct field tick_fields[] = {
    {"ticker", "\"bitcoin\"", false, false},
    {"price_usd", "1.5", false, false},
    TIME_FIELD("timestamp"),
    {"source", "\"coinbase\"", false, false},
    OBSERVED_AT,
};
static const struct field post_fields[] = {
    {"ticker", "\"bitcoin\"", false, false},
    {"text", "\"to the moon\"", false, false},
    {"source", "\"reddit\"", false, false},
    {"subreddit", "\"wsb\"", true, true},
    TIME_FIELD("timestamp"),
    {"id", "\"t1_k2\"", false, false},
    {"author", "\"me\"", true, true},
    {"url", "\"https://example.org\"", true, true},
    OBSERVED_AT,
};
static const struct field signal_fields[] = {
    TIME_FIELD("timestamp"),
    {"ticker", "\"bitcoin\"", false, false},
    METRICS,
    {"alert_status", "\"IMMINENT_HYPE_PUMP\"", true, false},
    {"kind", "\"social\"", false, false},
    {"value", "0.5", false, false},
    {"late", "true", false, false},
    TIME_FIELD("watermark"),
    {"label", "\"positive\"", true, true},
    {"scorer", "\"lexicon\"", true, true},
    {"post_id", "\"t1_k2\"", true, true},
    ORIGIN,
    OBSERVED_AT,
};
static const struct field alert_fields[] = {
    TIME_FIELD("timestamp"),
    {"ticker", "\"bitcoin\"", false, false},
    {"alert_status", "\"IMMINENT_HYPE_PUMP\"", false, false},
    METRICS,
    {"threshold_momentum", "100", false, false},
    {"threshold_delta_price", "0.02", false, false},
    ORIGIN,
    OBSERVED_AT,
};
static const struct field letter_fields[] = {
    TIME_FIELD("observed_at"),
    {"stage", "\"process\"", false, false},
    {"reason", "\"broken\"", false, false},
    {"origin", "\"posts.jsonl:17\"", false, false},
    {"key", "\"gme\"", true, true},
    {"payload", "\"{}\"", false, false},
    {"payload_bytes", "2", false, false},
};

static struct gm_arena arena;

// Decodes, and encodes again into `out` when that worked.
#define DECODER(kind_)                                                                             \
    static enum gm_err kind_##_again(struct gm_str json, struct gm_buffer *out,                    \
                                     struct gm_error *error)                                       \
    {                                                                                              \
        struct gm_##kind_ value, before;                                                           \
        memset(&value, 0x5a, sizeof(value));                                                       \
        before = value;                                                                            \
        gm_arena_reset(&arena);                                                                    \
        enum gm_err err = gm_##kind_##_decode(json, &arena, &value, error);                        \
        if (err)                                                                                   \
            assert_memory_equal(&value, &before, sizeof(value));                                   \
        else                                                                                       \
            gm_##kind_##_encode(&value, out);                                                      \
        return err;                                                                                \
    }
DECODER(tick)
DECODER(post)
DECODER(signal)
DECODER(alert)
DECODER(dead_letter)

static const struct kind {
    enum gm_err (*again)(struct gm_str json, struct gm_buffer *out, struct gm_error *error);
    const struct field *fields;
    size_t count;
} kinds[] = {
    {tick_again, tick_fields, sizeof(tick_fields) / sizeof(tick_fields[0])},
    {post_again, post_fields, sizeof(post_fields) / sizeof(post_fields[0])},
    {signal_again, signal_fields, sizeof(signal_fields) / sizeof(signal_fields[0])},
    {alert_again, alert_fields, sizeof(alert_fields) / sizeof(alert_fields[0])},
    {dead_letter_again, letter_fields, sizeof(letter_fields) / sizeof(letter_fields[0])},
};

// Puts a message together; `value` NULL leaves the field out.
struct maker {
    struct gm_buffer json;
    bool any;
};

static void add(struct maker *maker, const char *name, const char *value)
{
    gm_buffer_printf(&maker->json, "%s\"%s\":%s", maker->any ? "," : "{", name, value);
    maker->any = true;
}

static void begin(struct maker *maker)
{
    gm_buffer_reset(&maker->json);
    maker->any = false;
}

static struct gm_str end(struct maker *maker)
{
    gm_buffer_append_c(&maker->json, "}");
    assert_int_equal(gm_buffer_ok(&maker->json, NULL), GM_OK);
    return gm_buffer_str(&maker->json);
}

// The message with the value of field `changed` replaced, or left out for NULL.
static struct gm_str with(struct maker *maker, const struct kind *kind, size_t changed,
                          const char *value)
{
    begin(maker);
    for (size_t i = 0; i < kind->count; i++)
        if (i != changed || value)
            add(maker, kind->fields[i].name, i == changed ? value : kind->fields[i].value);
    return end(maker);
}

struct fixture {
    struct maker maker;
    struct gm_buffer out;
    struct gm_error error;
};

static struct fixture f;

static enum gm_err again(const struct kind *kind, struct gm_str json)
{
    gm_buffer_reset(&f.out);
    f.error.message[0] = '\0';
    return kind->again(json, &f.out, &f.error);
}

static void assert_invalid(const struct kind *kind, struct gm_str json, const char *field)
{
    assert_int_equal(again(kind, json), GM_ERR_INVALID);
    if (field && (strncmp(f.error.message, field, strlen(field)) != 0 ||
                  f.error.message[strlen(field)] != ':'))
        fail_msg("%.*s: %s must be named: %s", GM_STR_ARG(json), field, f.error.message);
}

#define EACH(kind_)                                                                                \
    (const struct kind *kind_ = kinds; kind_ < kinds + sizeof(kinds) / sizeof(kinds[0]); kind_++)

static void whole_messages_come_back_to_the_byte(void **state)
{
    (void)state;
    for
        EACH(kind)
        {
            struct gm_str json = with(&f.maker, kind, SIZE_MAX, "");
            assert_int_equal(again(kind, json), GM_OK);
            if (kind->fields != letter_fields && kind->fields != tick_fields)
                assert_int_equal(f.out.len, json.len + 2); // observed_at is written with .500
            struct gm_buffer second;
            gm_buffer_init(&second, 1 << 16);
            assert_int_equal(kind->again(gm_buffer_str(&f.out), &second, NULL), GM_OK);
            assert_true(gm_str_equal(gm_buffer_str(&f.out), gm_buffer_str(&second)));
            gm_buffer_finish(&second);
        }
}

static void a_missing_field(void **state)
{
    (void)state;
    for
        EACH(kind)
    for (size_t i = 0; i < kind->count; i++) {
        struct gm_str json = with(&f.maker, kind, i, NULL);
        if (kind->fields[i].optional)
            assert_int_equal(again(kind, json), GM_OK);
        else
            assert_invalid(kind, json, kind->fields[i].name);
    }
}

static void a_null(void **state)
{
    (void)state;
    for
        EACH(kind)
    for (size_t i = 0; i < kind->count; i++) {
        struct gm_str json = with(&f.maker, kind, i, "null");
        if (kind->fields[i].nullable)
            assert_int_equal(again(kind, json), GM_OK);
        else
            assert_invalid(kind, json, kind->fields[i].name);
    }
}

static void another_type(void **state)
{
    (void)state;
    static const char *const others[] = {"{}",      "[]",   "[1]",      "false",
                                         "\"x y\"", "-1.5", "{\"a\":1}"};
    for
        EACH(kind)
    for (size_t i = 0; i < kind->count; i++)
        for (size_t other = 0; other < sizeof(others) / sizeof(others[0]); other++) {
            const char *value = kind->fields[i].value;
            bool same_type = (others[other][0] == '"') == (value[0] == '"') &&
                             (others[other][0] == 'f') == (value[0] == 't') &&
                             others[other][0] != '{' && others[other][0] != '[';
            if (!same_type)
                assert_invalid(kind, with(&f.maker, kind, i, others[other]), kind->fields[i].name);
        }
}

static void a_field_twice(void **state)
{
    (void)state;
    for
        EACH(kind)
    for (size_t twice = 0; twice < kind->count; twice++)
        for (int null = 0; null <= kind->fields[twice].nullable; null++) {
            begin(&f.maker);
            for (size_t i = 0; i < kind->count; i++)
                add(&f.maker, kind->fields[i].name, kind->fields[i].value);
            add(&f.maker, kind->fields[twice].name, null ? "null" : kind->fields[twice].value);
            assert_invalid(kind, end(&f.maker), kind->fields[twice].name);
        }
}

static void unknown_fields_anywhere(void **state)
{
    (void)state;
    static const char *const values[] = {"1e999", "{\"ticker\":[{}]}", "\"\\u00e9\"", "null"};
    static const char *const broken[] = {"{\"a\":}", "[1,]",     "\"\\ud800\"",
                                         "tru",      "\"\xff\"", "01"};
    for
        EACH(kind)
    for (size_t where = 0; where <= kind->count; where++)
        for (size_t value = 0; value < 10; value++) {
            bool good = value < 4;
            begin(&f.maker);
            for (size_t i = 0; i <= kind->count; i++) {
                if (i == where) {
                    add(&f.maker, "unheard_of", good ? values[value] : broken[value - 4]);
                    if (good)
                        add(&f.maker, "unheard_of", "2");
                }
                if (i < kind->count)
                    add(&f.maker, kind->fields[i].name, kind->fields[i].value);
            }
            assert_int_equal(again(kind, end(&f.maker)), good ? GM_OK : GM_ERR_INVALID);
        }
}

static void any_order_and_white_space(void **state)
{
    (void)state;
    struct test_random random = {13};
    for
        EACH(kind)
        {
            assert_int_equal(again(kind, with(&f.maker, kind, SIZE_MAX, "")), GM_OK);
            struct gm_buffer expected;
            gm_buffer_init(&expected, 1 << 16);
            gm_buffer_append_str(&expected, gm_buffer_str(&f.out));
            for (int round = 0; round < 200; round++) {
                size_t order[32];
                for (size_t i = 0; i < kind->count; i++) {
                    size_t other = test_random_below(&random, i + 1);
                    order[i] = order[other];
                    order[other] = i;
                }
                gm_buffer_reset(&f.maker.json);
                for (size_t i = 0; i < kind->count; i++)
                    gm_buffer_printf(&f.maker.json, "%s \"%s\"\t:\n%s ", i ? "," : " { ",
                                     kind->fields[order[i]].name, kind->fields[order[i]].value);
                gm_buffer_append_c(&f.maker.json, "}\r\n");
                assert_int_equal(again(kind, gm_buffer_str(&f.maker.json)), GM_OK);
                assert_true(gm_str_equal(gm_buffer_str(&f.out), gm_buffer_str(&expected)));
            }
            gm_buffer_finish(&expected);
        }
}

static void a_name_with_escapes_is_the_same_name(void **state)
{
    (void)state;
    for
        EACH(kind)
        {
            begin(&f.maker);
            for (size_t i = 0; i < kind->count; i++) {
                char name[64];
                snprintf(name, sizeof(name), "\\u%04x%s", (unsigned)kind->fields[i].name[0],
                         kind->fields[i].name + 1);
                add(&f.maker, name, kind->fields[i].value);
            }
            assert_int_equal(again(kind, end(&f.maker)), GM_OK);
        }
}

static void cut_at_every_byte(void **state)
{
    (void)state;
    for
        EACH(kind)
        {
            struct gm_str json = with(&f.maker, kind, SIZE_MAX, "");
            for (size_t len = 0; len < json.len; len++) {
                // In memory of its own, so that a read behind the end is seen.
                char *cut = test_malloc(len + !len);
                memcpy(cut, json.data, len);
                assert_invalid(kind, (struct gm_str){cut, len}, NULL);
                test_free(cut);
            }
        }
}

static void something_behind_it(void **state)
{
    (void)state;
    static const char *const behind[] = {"x", "{}", ",", "}", "]", "null", "\\", "\x01"};
    for
        EACH(kind)
    for (size_t i = 0; i < sizeof(behind) / sizeof(behind[0]); i++) {
        with(&f.maker, kind, SIZE_MAX, "");
        gm_buffer_append_c(&f.maker.json, behind[i]);
        assert_invalid(kind, gm_buffer_str(&f.maker.json), NULL);
        with(&f.maker, kind, SIZE_MAX, "");
        gm_buffer_append_byte(&f.maker.json, '\0');
        assert_invalid(kind, gm_buffer_str(&f.maker.json), NULL);
    }
}

static void no_object_at_all(void **state)
{
    (void)state;
    static const char *const others[] = {"",  " ",      "null",           "[]",
                                         "7", "\"{}\"", "\xef\xbb\xbf{}", "<html>"};
    for
        EACH(kind)
        {
            for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
                assert_invalid(kind, gm_str(others[i]), NULL);
            assert_invalid(kind, gm_str("{}"), kind->fields[0].name);
            assert_invalid(kind, (struct gm_str){NULL, 0}, NULL);
        }
}

static void nested_ten_thousand_deep(void **state)
{
    (void)state;
    for
        EACH(kind)
    for (int object = 0; object < 2; object++) {
        begin(&f.maker);
        gm_buffer_append_c(&f.maker.json, "{\"unheard_of\":");
        for (int i = 0; i < 10000; i++)
            gm_buffer_append_c(&f.maker.json, object ? "{\"a\":" : "[");
        assert_int_equal(again(kind, gm_buffer_str(&f.maker.json)), GM_ERR_LIMIT);
        assert_non_null(strstr(f.error.message, "nested deeper than 32 levels"));
    }
}

static void ten_megabytes(void **state)
{
    (void)state;
    struct gm_buffer json;
    gm_buffer_init(&json, SIZE_MAX);
    gm_buffer_append_c(&json, "{\"unheard_of\":\"");
    char *room = gm_buffer_reserve(&json, 10 << 20);
    memset(room, 'x', 10 << 20);
    json.len += 10 << 20;
    gm_buffer_append_c(&json, "\"}");
    for
        EACH(kind)
        {
            assert_int_equal(again(kind, gm_buffer_str(&json)), GM_ERR_LIMIT);
            assert_memory_equal(f.error.message, "a message of 10485777 bytes; at most ", 37);
        }
    gm_buffer_finish(&json);
}

static int setup(void **state)
{
    (void)state;
    gm_arena_init(&arena, 4096, 1 << 20);
    gm_buffer_init(&f.maker.json, 1 << 16);
    gm_buffer_init(&f.out, 1 << 16);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    gm_buffer_finish(&f.maker.json);
    gm_buffer_finish(&f.out);
    gm_arena_finish(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_messages_come_back_to_the_byte),
        cmocka_unit_test(a_missing_field),
        cmocka_unit_test(a_null),
        cmocka_unit_test(another_type),
        cmocka_unit_test(a_field_twice),
        cmocka_unit_test(unknown_fields_anywhere),
        cmocka_unit_test(any_order_and_white_space),
        cmocka_unit_test(a_name_with_escapes_is_the_same_name),
        cmocka_unit_test(cut_at_every_byte),
        cmocka_unit_test(something_behind_it),
        cmocka_unit_test(no_object_at_all),
        cmocka_unit_test(nested_ten_thousand_deep),
        cmocka_unit_test(ten_megabytes),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
