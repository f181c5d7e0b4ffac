// live-social: texts that are taken, and all that is none.
#include "decoded.h"

#include <stdlib.h>

static struct gm_arena arena;

static enum gm_err decode(struct gm_str json, struct gm_error *error)
{
    struct gm_post post, before;
    memset(&post, 0x5a, sizeof(post));
    before = post;
    enum gm_err err = gm_post_decode(json, &arena, &post, error);
    if (err)
        assert_memory_equal(&post, &before, sizeof(post));
    gm_arena_reset(&arena);
    return err;
}

#define HEAD        "{\"ticker\":\"bitcoin\",\"text\":"
#define TAIL        ",\"source\":\"reddit\",\"timestamp\":\"2026-02-21T10:05:02Z\",\"id\":\"t1_k2\"}"
#define POST(text_) HEAD text_ TAIL

static void the_documented_message_is_read(void **state)
{
    (void)state;
    static const char json[] =
        "{\"ticker\":\"bitcoin\",\"text\":\"BTC is going to moon\",\"source\":\"reddit\","
        "\"subreddit\":\"wallstreetbets\",\"timestamp\":\"2026-02-21T10:05:02Z\",\"id\":\"t1_k2\","
        "\"author\":\"me\",\"url\":\"https://example.org/"
        "\",\"observed_at\":\"2026-02-21T10:05:03Z\"}";
    struct gm_post post;
    assert_int_equal(gm_post_decode(gm_str(json), &arena, &post, NULL), GM_OK);
    assert_text(post.ticker, "bitcoin");
    assert_text(post.text, "BTC is going to moon");
    assert_text(post.source, "reddit");
    assert_text(post.subreddit, "wallstreetbets");
    assert_text(post.id, "t1_k2");
    assert_text(post.author, "me");
    assert_text(post.url, "https://example.org/");
    assert_true(post.timestamp_us == INT64_C(1771668302000000));
    assert_true(post.observed_at_us == INT64_C(1771668303000000));
    struct gm_buffer out;
    gm_buffer_init(&out, 1000);
    gm_post_encode(&post, &out);
    assert_text(gm_buffer_str(&out), json);
    gm_buffer_finish(&out);
}

static void what_is_optional_may_be_absent_null_or_empty(void **state)
{
    (void)state;
    static const char *const tails[] = {
        "}", ",\"author\":null,\"url\":null,\"subreddit\":null,\"observed_at\":null}",
        ",\"author\":\"\",\"url\":\"\",\"subreddit\":\"\"}"};
    for (size_t i = 0; i < 3; i++) {
        char json[512];
        struct gm_post post;
        snprintf(json, sizeof(json), "%.*s%s", (int)strlen(POST("\"x\"")) - 1, POST("\"x\""),
                 tails[i]);
        assert_int_equal(gm_post_decode(gm_str(json), &arena, &post, NULL), GM_OK);
        assert_int_equal(post.author.len + post.url.len + post.subreddit.len, 0);
        assert_true(post.observed_at_us == GM_TIME_NONE);
    }
}

static void texts_that_are_none(void **state)
{
    (void)state;
    static const struct refusal cases[] = {
        {POST("\"\""), GM_ERR_INVALID, "text: it is empty"},
        {POST("\" \\t\\n\\r\""), GM_ERR_INVALID, "text: it is nothing but white space"},
        {POST("\"\\u00a0\\u2003\\u3000\\u2028\xc2\x85\\u205f\""), GM_ERR_INVALID,
         "text: it is nothing but white space"},
        {POST("\"a\\u0000b\""), GM_ERR_INVALID, "text: byte 29: NUL in a string"},
        {POST("\"ab\xff\""), GM_ERR_INVALID, "text: byte 30: not UTF-8"},
        {POST("\"\xed\xa0\xbd\xed\xb8\x80\""), GM_ERR_INVALID, "text: byte 28: not UTF-8"},
        {POST("\"\\ud83d\""), GM_ERR_INVALID, "text: byte 28: half a surrogate pair"},
        {POST("\"\\ude80\\ud83d\""), GM_ERR_INVALID, "text: byte 28: half a surrogate pair"},
        {POST("\"a\nb\""), GM_ERR_INVALID, "text: byte 29: a control character in a string"},
        {POST("null"), GM_ERR_INVALID, "text: byte 27: a string must stand here"},
        {POST("42"), GM_ERR_INVALID, "text: byte 27: a string must stand here"},
        {POST("[\"a\"]"), GM_ERR_INVALID, "text: byte 27: a string must stand here"},
    };
    assert_refused(decode, cases, sizeof(cases) / sizeof(cases[0]));
}

static void a_raw_nul_is_refused(void **state)
{
    (void)state;
    char json[] = POST("\"a?b\"");
    *strchr(json, '?') = '\0';
    struct gm_error error = {0};
    assert_int_equal(decode((struct gm_str){json, sizeof(json) - 1}, &error), GM_ERR_INVALID);
    assert_string_equal(error.message, "text: byte 29: a control character in a string");
}

static void emoji_alone_are_a_text(void **state)
{
    (void)state;
    struct gm_post post;
    assert_int_equal(gm_post_decode(gm_str(POST("\"🚀🌕\"")), &arena, &post, NULL), GM_OK);
    assert_text(post.text, "🚀🌕");
    assert_int_equal(gm_post_decode(gm_str(POST("\"\\ud83d\\ude80\"")), &arena, &post, NULL),
                     GM_OK);
    assert_text(post.text, "🚀");
    assert_int_equal(decode(gm_str(POST("\"\\u200b\"")), NULL), GM_OK); // no White_Space
}

// A post whose text is `len` times the unit.
static struct gm_str long_post(const char *unit, size_t len)
{
    struct gm_buffer out;
    gm_buffer_init(&out, 16 << 20);
    gm_buffer_append_c(&out, HEAD "\"");
    for (size_t i = 0; i < len; i++)
        gm_buffer_append_c(&out, unit);
    gm_buffer_append_c(&out, "\"" TAIL);
    assert_int_equal(gm_buffer_ok(&out, NULL), GM_OK);
    return gm_buffer_str(&out);
}

static void sizes_at_and_over_the_limits(void **state)
{
    (void)state;
    static const struct {
        const char *unit;
        size_t count;
        enum gm_err err;
        const char *message;
    } cases[] = {
        {"a", GM_TEXT_BYTES_MAX, GM_OK, ""},
        {"\\n", GM_TEXT_BYTES_MAX - 400, GM_ERR_INVALID, "text: it is nothing but white space"},
        {"a", GM_TEXT_BYTES_MAX + 1, GM_ERR_LIMIT, "text: a text of 262145 bytes; at most 262144"},
        {"a", 1 << 20, GM_ERR_LIMIT, "a message of 1048"},
        {"a", 10 << 20, GM_ERR_LIMIT, "a message of 1048"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct gm_error error = {0};
        struct gm_str json = long_post(cases[i].unit, cases[i].count);
        assert_int_equal(decode(json, &error), cases[i].err);
        assert_memory_equal(error.message, cases[i].message, strlen(cases[i].message));
        free((char *)json.data);
    }
}

static void names_have_limits(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        size_t bytes_max;
    } cases[] = {
        {"subreddit", GM_NAME_BYTES_MAX}, {"author", GM_NAME_BYTES_MAX}, {"url", GM_URL_BYTES_MAX}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        for (size_t len = cases[i].bytes_max; len <= cases[i].bytes_max + 1; len++) {
            struct gm_error error = {0};
            char value[4096], json[8192], expected[128];
            memset(value, 'a', len);
            value[len] = '\0';
            snprintf(json, sizeof(json), "{\"%s\":\"%s\",%s", cases[i].name, value,
                     &POST("\"x\"")[1]);
            bool fits = len == cases[i].bytes_max;
            assert_int_equal(decode(gm_str(json), &error), fits ? GM_OK : GM_ERR_LIMIT);
            snprintf(expected, sizeof(expected), "%s: a text of %zu bytes; at most %zu are taken",
                     cases[i].name, len, cases[i].bytes_max);
            assert_string_equal(error.message, fits ? "" : expected);
        }
    static const struct refusal empty[] = {
        {"{\"ticker\":\"a\",\"text\":\"b\",\"source\":\"\"}", GM_ERR_INVALID,
         "source: it is empty"},
        {"{\"ticker\":\"a\",\"text\":\"b\",\"id\":\"\"}", GM_ERR_INVALID, "id: it is empty"},
    };
    assert_refused(decode, empty, 2);
}

static int setup(void **state)
{
    (void)state;
    gm_arena_init(&arena, 4096, 1 << 21);
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
        cmocka_unit_test(what_is_optional_may_be_absent_null_or_empty),
        cmocka_unit_test(texts_that_are_none),
        cmocka_unit_test(a_raw_nul_is_refused),
        cmocka_unit_test(emoji_alone_are_a_text),
        cmocka_unit_test(sizes_at_and_over_the_limits),
        cmocka_unit_test(names_have_limits),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
