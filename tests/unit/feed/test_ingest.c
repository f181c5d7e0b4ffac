// Deliveries: what of a body becomes which messages, what is refused and how, what is taken once.
#include "../test.h"

#include "event/timestamp.h"
#include "feed/ingest/ingest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[] = {"bitcoin", "gamestop"};
static const char *const bitcoin_words[] = {"bitcoin", "btc"};
static const char *const gamestop_words[] = {"$gme"};
static const struct gm_gate_ticker gated[] = {{bitcoin_words, 2}, {gamestop_words, 1}};

// 2026-02-21T10:05:00Z
#define NOW_US ((int64_t)1771668300 * GM_US_PER_S)

static struct gm_ingest *ingest;
static struct gm_buffer given, answer; // messages as JSON, a line each
static struct gm_ingest_counts counts;
static struct gm_error error;
static const char *no_slots[GM_SEEN_SLOTS];

static int start(void **state)
{
    (void)state;
    gm_buffer_init(&given, (size_t)256 * 1024 * 1024);
    gm_buffer_init(&answer, 1024 * 1024);
    assert_int_equal(gm_ingest_create(names, gated, 2, 42, no_slots, &ingest, &error), GM_OK);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    gm_ingest_destroy(ingest);
    gm_buffer_finish(&given);
    gm_buffer_finish(&answer);
    return 0;
}

static enum gm_err put(void *context, const struct gm_feed_item *item, struct gm_error *ret_error)
{
    (void)context;
    if (item->kind == GM_FEED_POST)
        gm_post_encode(&item->post, &given);
    else
        gm_tick_encode(&item->tick, &given);
    gm_buffer_append_c(&given, "\n");
    return gm_buffer_ok(&given, ret_error);
}

static enum gm_err take(enum gm_ingest_kind kind, const char *body, const char *key)
{
    gm_buffer_reset(&given);
    gm_buffer_reset(&answer);
    counts = (struct gm_ingest_counts){0};
    const enum gm_err err = gm_ingest_take(ingest, kind, gm_str(body), key, NOW_US, put, NULL,
                                           &counts, &answer, &error);
    gm_buffer_append_byte(&given, '\0');
    gm_buffer_append_byte(&answer, '\0');
    return err;
}

static void expect(enum gm_ingest_kind kind, const char *body, const char *key,
                   const char *messages, const char *told)
{
    if (take(kind, body, key))
        fail_msg("%s", error.message);
    gm_ingest_keep(ingest);
    assert_string_equal(given.data, messages);
    assert_string_equal(answer.data, told);
}

#define ONE      "{\"accepted\":1,\"duplicates\":0,\"unmatched\":0,\"rejected\":[]}\n"
#define AGAIN    "{\"accepted\":1,\"duplicates\":1,\"unmatched\":0,\"rejected\":[]}\n"
#define OBSERVED "\"observed_at\":\"2026-02-21T10:05:00Z\"}\n"

static void fills_in_what_is_missing(void **state)
{
    (void)state;
    expect(GM_INGEST_PRICES, "{\"ticker\":\"bitcoin\",\"price_usd\":62450.5}", NULL,
           "{\"ticker\":\"bitcoin\",\"price_usd\":62450.5,\"timestamp\":\"2026-02-21T10:05:00Z\","
           "\"source\":\"webhook\"," OBSERVED,
           ONE);
    expect(GM_INGEST_PRICES,
           "{\n  \"ticker\": \"bitcoin\",\n  \"price_usd\": 1,\n  \"source\": \"tv\",\n"
           "  \"timestamp\": \"2026-02-21T10:04:00Z\",\n  \"observed_at\": "
           "\"2001-01-01T00:00:00Z\", \"note\": [1]\n}\n",
           NULL,
           "{\"ticker\":\"bitcoin\",\"price_usd\":1,\"timestamp\":\"2026-02-21T10:04:00Z\","
           "\"source\":\"tv\"," OBSERVED,
           ONE);
    expect(GM_INGEST_POSTS, "{\"ticker\":\"gamestop\",\"text\":\"up it goes\"}", NULL,
           "{\"ticker\":\"gamestop\",\"text\":\"up it goes\",\"source\":\"webhook\","
           "\"timestamp\":\"2026-02-21T10:05:00Z\",\"id\":\"64b52abae6b00:1\"," OBSERVED,
           ONE);
}

static void sends_posts_through_the_gate(void **state)
{
    (void)state;
    expect(GM_INGEST_POSTS,
           "{\"text\":\"$GME or BTC?\",\"id\":\"7\",\"source\":\"telegram\",\"author\":\"a\"}\n"
           "{\"text\":\"nothing\",\"id\":\"8\"}\n",
           NULL,
           "{\"ticker\":\"bitcoin\",\"text\":\"$GME or BTC?\",\"source\":\"telegram\","
           "\"timestamp\":\"2026-02-21T10:05:00Z\",\"id\":\"7\",\"author\":\"a\"," OBSERVED
           "{\"ticker\":\"gamestop\",\"text\":\"$GME or BTC?\",\"source\":\"telegram\","
           "\"timestamp\":\"2026-02-21T10:05:00Z\",\"id\":\"7\",\"author\":\"a\"," OBSERVED,
           "{\"accepted\":1,\"duplicates\":0,\"unmatched\":1,\"rejected\":[]}\n");
    assert_int_equal(counts.messages, 2);
}

static void tells_each_lines_fault(void **state)
{
    (void)state;
    static const struct {
        enum gm_ingest_kind kind;
        const char *line, *fault;
    } cases[] = {
        {GM_INGEST_POSTS, "{\"ticker\":\"tesla\",\"text\":\"x\"}",
         "ticker: \\\"tesla\\\" is not followed"},
        {GM_INGEST_POSTS, "{\"ticker\":\"bitcoin\"}", "text: it is missing"},
        {GM_INGEST_POSTS, "{\"text\":7}", "text: byte 8: a string must stand here"},
        {GM_INGEST_POSTS, "{\"text\":\"btc\",\"timestamp\":\"2026-02-21T11:05:00Z\"}",
         "timestamp: 2026-02-21T11:05:00Z is more than 300 s ahead of 2026-02-21T10:05:00Z, when "
         "it was observed"},
        {GM_INGEST_POSTS, "{\"text\":\"btc\"} x", "byte 15: text behind the value"},
        {GM_INGEST_POSTS, "[{\"text\":\"btc\"}]", "byte 0: an object must stand here"},
        {GM_INGEST_PRICES, "{\"ticker\":\"bitcoin\",\"price_usd\":\"62450\"}",
         "price_usd: byte 32: a number must stand here"},
        {GM_INGEST_PRICES, "{\"ticker\":\"bitcoin\",\"price_usd\":0}",
         "price_usd: 0 is no price: it must lie between 1e-15 and 1e+15"},
        {GM_INGEST_PRICES, "{\"ticker\":\"bitcoin\"}", "price_usd: it is missing"},
        {GM_INGEST_PRICES, "{\"ticker\":\"BTC\",\"price_usd\":1}",
         "ticker: \\\"BTC\\\" is no ticker: those are made of a-z, 0-9, '.', '_' and '-'"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char body[512], told[512];
        snprintf(body, sizeof body, "\r\n%s\r\n", cases[i].line);
        snprintf(told, sizeof told,
                 "{\"accepted\":0,\"duplicates\":0,\"unmatched\":0,\"rejected\":[{\"line\":2,"
                 "\"error\":\"%s\"}]}\n",
                 cases[i].fault);
        expect(cases[i].kind, body, NULL, "", told);
    }
    // The others of the same body are taken.
    assert_int_equal(take(GM_INGEST_PRICES,
                          "{\"ticker\":\"bitcoin\",\"price_usd\":1}\nrubbish\n"
                          "{\"ticker\":\"bitcoin\",\"price_usd\":2}",
                          NULL),
                     GM_OK);
    assert_non_null(strstr(answer.data, "{\"accepted\":2,\"duplicates\":0,\"unmatched\":0,"
                                        "\"rejected\":[{\"line\":2,\"error\":\"byte 0: "));
}

static void refuses_an_empty_body(void **state)
{
    (void)state;
    assert_int_equal(take(GM_INGEST_POSTS, "", NULL), GM_ERR_INVALID);
    assert_int_equal(take(GM_INGEST_POSTS, " \r\n\n", NULL), GM_ERR_INVALID);
    assert_non_null(strstr(error.message, "empty"));
}

static void takes_an_id_once(void **state)
{
    (void)state;
    static const char post[] = "{\"text\":\"btc\",\"id\":\"7\"}";
    assert_int_equal(take(GM_INGEST_POSTS, post, NULL), GM_OK);
    assert_int_equal(counts.messages, 1);
    gm_ingest_take_back(ingest); // the commit failed: it counts for nothing
    assert_int_equal(take(GM_INGEST_POSTS, post, NULL), GM_OK);
    assert_int_equal(counts.messages, 1);
    gm_ingest_keep(ingest);
    expect(GM_INGEST_POSTS, post, NULL, "", AGAIN);
    // Of another source, or about another ticker, it is another one.
    assert_int_equal(take(GM_INGEST_POSTS,
                          "{\"text\":\"btc\",\"id\":\"7\",\"source\":\"x\"}\n"
                          "{\"text\":\"btc $gme\",\"id\":\"7\"}\n",
                          NULL),
                     GM_OK);
    assert_int_equal(counts.messages, 2);
    assert_int_equal(counts.duplicates, 0);
    // Without an id it is taken whenever it comes.
    for (int i = 0; i < 2; i++) {
        assert_int_equal(take(GM_INGEST_POSTS, "{\"text\":\"btc\"}", NULL), GM_OK);
        assert_int_equal(counts.messages, 1);
    }
}

static void takes_a_key_once(void **state)
{
    (void)state;
    static const char body[] = "{\"ticker\":\"bitcoin\",\"price_usd\":1}\n"
                               "{\"ticker\":\"bitcoin\",\"price_usd\":1}\n";
    assert_int_equal(take(GM_INGEST_PRICES, body, "k"), GM_OK);
    assert_int_equal(counts.messages, 2);
    gm_ingest_keep(ingest);
    expect(GM_INGEST_PRICES, body, "k", "",
           "{\"accepted\":2,\"duplicates\":2,\"unmatched\":0,\"rejected\":[]}\n");
    assert_int_equal(take(GM_INGEST_PRICES, "{\"ticker\":\"bitcoin\",\"price_usd\":2}", "k"),
                     GM_ERR_INVALID);
    assert_non_null(strstr(error.message, "Idempotency-Key"));
    gm_ingest_take_back(ingest);
    // The other path has keys of its own.
    expect(GM_INGEST_POSTS, "{\"text\":\"btc\"}", "k",
           "{\"ticker\":\"bitcoin\",\"text\":\"btc\",\"source\":\"webhook\","
           "\"timestamp\":\"2026-02-21T10:05:00Z\",\"id\":\"k:1\"," OBSERVED,
           ONE);
    expect(GM_INGEST_POSTS, "{\"text\":\"btc\"}", "k", "", AGAIN);
}

static char *repeat(const char *line, size_t count)
{
    const size_t len = strlen(line);
    char *text = malloc(count * len + 1);
    assert_non_null(text);
    for (size_t i = 0; i < count; i++)
        memcpy(text + i * len, line, len);
    text[count * len] = '\0';
    return text;
}

static void bounds_one_body(void **state)
{
    (void)state;
    char *body = repeat("{\"ticker\":\"bitcoin\",\"price_usd\":1}\n", GM_INGEST_MESSAGES_MAX + 150);
    assert_int_equal(take(GM_INGEST_PRICES, body, "a-key"), GM_OK);
    assert_int_equal(counts.messages, GM_INGEST_MESSAGES_MAX);
    assert_int_equal(counts.rejected, 150);
    assert_non_null(strstr(answer.data, "{\"line\":4097,\"error\":\"it would make more than 4096"));
    assert_non_null(strstr(answer.data, "],\"rejected_more\":50}\n"));
    free(body);
}

// The slots as the bus would have them, for a set of its own.
static void copy_slots(const struct gm_seen *seen, char **texts, int64_t begin, int64_t end)
{
    for (int64_t serial = begin; serial < end; serial++) {
        struct gm_buffer text;
        gm_buffer_init(&text, 4096);
        gm_seen_write_slot(seen, serial, &text);
        gm_buffer_append_byte(&text, '\0');
        assert_int_equal(gm_buffer_ok(&text, &error), GM_OK);
        free(texts[serial % GM_SEEN_SLOTS]);
        texts[serial % GM_SEEN_SLOTS] = strdup(text.data);
        gm_buffer_finish(&text);
    }
}

static void remembers_over_restarts(void **state)
{
    (void)state;
    char *texts[GM_SEEN_SLOTS] = {NULL};
    struct gm_seen seen, again;
    const uint64_t total = 3 * (uint64_t)GM_SEEN_SLOTS * GM_SEEN_SLOT_HASHES + 17;
    assert_int_equal(gm_seen_init(&seen, &error), GM_OK);
    for (uint64_t n = 1; n <= total; n++) {
        assert_true(gm_seen_add(&seen, n * 0x9e3779b97f4a7c15u));
        if (n % 997 != 0 && n != total)
            continue;
        int64_t begin, end;
        gm_seen_new_slots(&seen, &begin, &end);
        copy_slots(&seen, texts, begin, end);
        gm_seen_keep(&seen);
    }
    assert_int_equal(gm_seen_init(&again, &error), GM_OK);
    assert_int_equal(gm_seen_read(&again, (const char *const *)texts, &error), GM_OK);
    for (uint64_t n = 1; n <= total; n++) {
        const bool recent = n > total - GM_SEEN_KEPT_MIN;
        const bool old = n + (uint64_t)GM_SEEN_SLOTS * GM_SEEN_SLOT_HASHES <= total;
        const bool known = gm_seen_has(&again, n * 0x9e3779b97f4a7c15u);
        assert_true(recent ? known : !old || !known);
    }
    // It goes on where the other one stopped.
    assert_true(gm_seen_add(&again, 1));
    int64_t begin, end;
    gm_seen_new_slots(&again, &begin, &end);
    assert_int_equal(begin, total / GM_SEEN_SLOT_HASHES);
    assert_int_equal(end, begin + 1);
    for (int i = 0; i < GM_SEEN_SLOTS; i++)
        free(texts[i]);
    gm_seen_finish(&seen);
    gm_seen_finish(&again);
}

static void refuses_slots_that_are_none(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "1", "2 0 AAAA", "1 1 ", "1 0 AAA", "1 0 AAAA", "1 -48 "};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const char *texts[GM_SEEN_SLOTS] = {bad[i]};
        struct gm_seen seen;
        assert_int_equal(gm_seen_init(&seen, &error), GM_OK);
        if (gm_seen_read(&seen, texts, &error) != GM_ERR_INVALID)
            fail_msg("\"%s\" is taken", bad[i]);
        gm_seen_finish(&seen);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(fills_in_what_is_missing, start, stop),
        cmocka_unit_test_setup_teardown(sends_posts_through_the_gate, start, stop),
        cmocka_unit_test_setup_teardown(tells_each_lines_fault, start, stop),
        cmocka_unit_test_setup_teardown(refuses_an_empty_body, start, stop),
        cmocka_unit_test_setup_teardown(takes_an_id_once, start, stop),
        cmocka_unit_test_setup_teardown(takes_a_key_once, start, stop),
        cmocka_unit_test_setup_teardown(bounds_one_body, start, stop),
        cmocka_unit_test(remembers_over_restarts),
        cmocka_unit_test(refuses_slots_that_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
