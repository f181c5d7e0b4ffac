// The JSON scanner and writer: what is read, what is refused and at which byte.
#include "../test.h"

#include "base/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct gm_arena arena;

static int setup(void **state)
{
    (void)state;
    gm_arena_init(&arena, 4096, 1 << 24);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    gm_arena_finish(&arena);
    return 0;
}

static struct gm_json over(const char *text)
{
    struct gm_json json;
    gm_json_init(&json, gm_str(text), &arena);
    return json;
}

static void assert_text(struct gm_str text, const char *expected)
{
    assert_int_equal(text.len, strlen(expected));
    assert_memory_equal(text.data, expected, text.len);
}

static void an_array_is_walked(void **state)
{
    (void)state;
    static const char *const broken[][2] = {
        {"{}", "byte 0: an array must stand here"},
        {"[1 2]", "byte 3: ',' or ']' must stand here"},
        {"[1", "byte 2: ',' or ']' must stand here"},
        {"[1,]", "byte 3: a number must stand here"},
    };
    struct gm_json json = over(" [ 1 ,[] , 3]");
    struct gm_error error;
    bool more = false;
    int64_t integer = 0;
    assert_int_equal(gm_json_array_begin(&json, &error), GM_OK);
    assert_true(!gm_json_array_next(&json, &more, &error) && more);
    assert_int_equal(gm_json_integer(&json, &integer, &error), GM_OK);
    assert_int_equal(integer, 1);
    assert_true(!gm_json_array_next(&json, &more, &error) && more);
    assert_int_equal(gm_json_array_begin(&json, &error), GM_OK);
    assert_true(!gm_json_array_next(&json, &more, &error) && !more);
    assert_true(!gm_json_array_next(&json, &more, &error) && more);
    assert_int_equal(gm_json_integer(&json, &integer, &error), GM_OK);
    assert_int_equal(integer, 3);
    assert_true(!gm_json_array_next(&json, &more, &error) && !more);
    assert_int_equal(gm_json_end(&json, &error), GM_OK);
    assert_int_equal(json.depth, 0);
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        json = over(broken[i][0]);
        enum gm_err err = gm_json_array_begin(&json, &error);
        while (!err && !(err = gm_json_array_next(&json, &more, &error)) && more)
            err = gm_json_integer(&json, &integer, &error);
        assert_int_equal(err, GM_ERR_INVALID);
        assert_string_equal(error.message, broken[i][1]);
    }
}

static void an_object_is_walked(void **state)
{
    (void)state;
    struct gm_json json =
        over(" {\"a\" : 1.5 ,\"b\\u00e9\":\"x\", \"c\":{ }, \"d\":[1,[],{\"e\":null}]"
             ",\"f\":true,\"g\":false,\"h\":null,\"i\":-12}\n");
    struct gm_error error;
    struct gm_str name = {NULL, 0}, text = {NULL, 0};
    bool more = false, truth = false;
    double number = 0;
    int64_t integer = 0;
    assert_int_equal(gm_json_peek(&json), GM_JSON_OBJECT);
    assert_int_equal(gm_json_object_begin(&json, &error), GM_OK);
#define NEXT(expected_)                                                                            \
    assert_int_equal(gm_json_object_next(&json, &more, &name, &error), GM_OK);                     \
    assert_true(more);                                                                             \
    assert_text(name, expected_)
    NEXT("a");
    assert_int_equal(gm_json_peek(&json), GM_JSON_NUMBER);
    assert_int_equal(gm_json_number(&json, &number, &error), GM_OK);
    assert_true(number == 1.5);
    NEXT("b\u00e9");
    assert_int_equal(gm_json_peek(&json), GM_JSON_STRING);
    assert_int_equal(gm_json_string(&json, &text, &error), GM_OK);
    assert_text(text, "x");
    NEXT("c");
    assert_int_equal(gm_json_object_begin(&json, &error), GM_OK);
    assert_int_equal(gm_json_object_next(&json, &more, &name, &error), GM_OK);
    assert_false(more);
    NEXT("d");
    assert_int_equal(gm_json_peek(&json), GM_JSON_ARRAY);
    assert_int_equal(gm_json_skip(&json, &error), GM_OK);
    NEXT("f");
    assert_int_equal(gm_json_peek(&json), GM_JSON_TRUE);
    assert_int_equal(gm_json_bool(&json, &truth, &error), GM_OK);
    assert_true(truth);
    NEXT("g");
    assert_int_equal(gm_json_peek(&json), GM_JSON_FALSE);
    assert_int_equal(gm_json_bool(&json, &truth, &error), GM_OK);
    assert_false(truth);
    NEXT("h");
    assert_int_equal(gm_json_peek(&json), GM_JSON_NULL);
    assert_int_equal(gm_json_null(&json, &error), GM_OK);
    NEXT("i");
    assert_int_equal(gm_json_integer(&json, &integer, &error), GM_OK);
    assert_int_equal(integer, -12);
#undef NEXT
    assert_int_equal(gm_json_object_next(&json, &more, &name, &error), GM_OK);
    assert_false(more);
    assert_int_equal(gm_json_end(&json, &error), GM_OK);
    assert_int_equal(gm_json_peek(&json), GM_JSON_END);
}

static void the_short_cut_takes_only_what_it_can_prove(void **state)
{
    (void)state;
    struct gm_str name = {NULL, 0}, a = gm_str("a"), b = gm_str("b");
    bool more = false;
    double number = 0;
    struct gm_json json = over("{\"a\":1,\"b\":2}");
    assert_int_equal(gm_json_object_begin(&json, NULL), GM_OK);
    assert_false(gm_json_object_next_is(&json, b));
    assert_true(gm_json_object_next_is(&json, a));
    assert_int_equal(gm_json_number(&json, &number, NULL), GM_OK);
    assert_false(gm_json_object_next_is(&json, a));
    assert_true(gm_json_object_next_is(&json, b));
    assert_int_equal(gm_json_number(&json, &number, NULL), GM_OK);
    assert_true(number == 2);
    assert_false(gm_json_object_next_is(&json, b));
    assert_int_equal(gm_json_object_next(&json, &more, &name, NULL), GM_OK);
    assert_false(more);
    static const char *const others[] = {
        "{,\"a\":1}", "{ \"a\":1}", "{\"a\" :1}", "{\"\\u0061\":1}",
        "{\"aa\":1}", "{\"a\"",     "{",          "{\"a"};
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        json = over(others[i]);
        assert_int_equal(gm_json_object_begin(&json, NULL), GM_OK);
        const char *at = json.at;
        assert_false(gm_json_object_next_is(&json, a));
        assert_ptr_equal(json.at, at);
    }
    json = over("{\"a\":1\"b\":2}"); // no comma
    assert_int_equal(gm_json_object_begin(&json, NULL), GM_OK);
    assert_true(gm_json_object_next_is(&json, a));
    assert_int_equal(gm_json_number(&json, &number, NULL), GM_OK);
    assert_false(gm_json_object_next_is(&json, b));
}

static void strings_are_slices_or_unescaped(void **state)
{
    (void)state;
    static const struct {
        const char *json, *text;
    } cases[] = {
        {"\"\"", ""},
        {"\"plain\"", "plain"},
        {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t"},
        {"\"\\u0041\\u00e9\\u20AC\\uD83D\\uDE80\"", "A\u00e9\u20ac\U0001F680"},
        {"\"\\u007f\\u0080\\u07ff\\u0800\\uffff\\ud800\\udc00\\udbff\\udfff\"",
         "\x7f\xc2\x80\u07ff\u0800\uffff\U00010000\U0010ffff"},
        {"\"caf\u00e9 \U0001F680 \x7f\"", "caf\u00e9 \U0001F680 \x7f"},
        {"\"sixteen bytes..and then\\nmore of the plain text\"",
         "sixteen bytes..and then\nmore of the plain text"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct gm_json json = over(cases[i].json);
        struct gm_str text = {NULL, 0};
        assert_int_equal(gm_json_string(&json, &text, NULL), GM_OK);
        assert_text(text, cases[i].text);
        assert_int_equal(gm_json_end(&json, NULL), GM_OK);
        bool escaped = strchr(cases[i].json, '\\') != NULL;
        bool inside =
            text.data >= cases[i].json && text.data <= cases[i].json + strlen(cases[i].json);
        assert_int_equal(inside, !escaped);
    }
}

// Every kind of end at every place of the sixteen bytes that are looked at together.
static void a_string_ends_at_any_alignment(void **state)
{
    (void)state;
    for (size_t before = 0; before < 40; before++)
        for (size_t behind = 0; behind < 40; behind++) {
            char text[128];
            int len = snprintf(text, sizeof(text), "\"%.*s\\n%.*s\"%.*s", (int)before,
                               "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", (int)behind,
                               "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", (int)(behind % 17),
                               "                        ");
            struct gm_json json;
            struct gm_str got = {NULL, 0};
            char *heap = malloc((size_t)len); // so that a read past the end is seen
            memcpy(heap, text, (size_t)len);
            gm_json_init(&json, (struct gm_str){heap, (size_t)len}, &arena);
            assert_int_equal(gm_json_string(&json, &got, NULL), GM_OK);
            assert_int_equal(got.len, before + 1 + behind);
            assert_int_equal(gm_json_end(&json, NULL), GM_OK);
            heap[1 + before / 2] = '\x1f';
            gm_json_init(&json, (struct gm_str){heap, (size_t)len}, &arena);
            assert_int_equal(gm_json_string(&json, &got, NULL), GM_ERR_INVALID);
            free(heap);
            gm_arena_reset(&arena);
        }
}

static void bad_values_name_their_byte(void **state)
{
    (void)state;
    static const struct {
        const char *json, *message;
    } cases[] = {
        {"", "byte 0: a value must stand here"},
        {"  ", "byte 2: a value must stand here"},
        {"nul", "byte 0: null must stand here"},
        {"tru ", "byte 0: true or false must stand here"},
        {"truefalse", "byte 4: text behind the value"},
        {"'a'", "byte 0: a value must stand here"},
        {"\xef\xbb\xbf{}", "byte 0: a value must stand here"},
        {"\"abc", "byte 0: a string that does not end"},
        {"\"abc\\\"", "byte 0: a string that does not end"},
        {"\"a\nb\"", "byte 2: a control character in a string"},
        {"\"a\\xb\"", "byte 2: no such escape"},
        {"\"a\\u12g4\"", "byte 2: no such escape"},
        {"\"a\\u12", "byte 2: no such escape"},
        {"\"a\\", "byte 2: no such escape"},
        {"\"a\\u0000\"", "byte 2: NUL in a string"},
        {"\"\\ud800\"", "byte 1: half a surrogate pair"},
        {"\"\\ud800x\"", "byte 1: half a surrogate pair"},
        {"\"\\ud800\\n\"", "byte 1: half a surrogate pair"},
        {"\"\\ud800\\ud800\"", "byte 1: half a surrogate pair"},
        {"\"\\udc00\"", "byte 1: half a surrogate pair"},
        {"\"ab\xff\"", "byte 3: not UTF-8"},
        {"\"0123456789abcdef\xc3\"", "byte 17: not UTF-8"},
        {"\"\xed\xa0\x80\"", "byte 1: not UTF-8"},
        {"01", "byte 1: text behind the value"},
        {"-", "byte 0: a number must stand here"},
        {"1.", "byte 0: a number must stand here"},
        {"NaN", "byte 0: a value must stand here"},
        {"Infinity", "byte 0: a value must stand here"},
        {"{", "byte 1: a member's name or '}' must stand here"},
        {"{,\"a\":1}", "byte 1: a member's name or '}' must stand here"},
        {"{a:1}", "byte 1: a member's name or '}' must stand here"},
        {"{\"a\" 1}", "byte 5: ':' must stand here"},
        {"{\"a\":}", "byte 5: a value must stand here"},
        {"{\"a\":1", "byte 6: ',' or '}' must stand here"},
        {"{\"a\":1 \"b\":2}", "byte 7: ',' or '}' must stand here"},
        {"{\"a\":1,}", "byte 7: a member's name must stand here"},
        {"{\"a\":1]", "byte 6: ',' or '}' must stand here"},
        {"{} {}", "byte 3: text behind the value"},
        {"[", "byte 1: a value must stand here"},
        {"[1", "byte 2: ',' or ']' must stand here"},
        {"[1,]", "byte 3: a value must stand here"},
        {"[,1]", "byte 1: a value must stand here"},
        {"[1 2]", "byte 3: ',' or ']' must stand here"},
        {"[[1],{}x]", "byte 7: ',' or ']' must stand here"},
        {"// x\n1", "byte 0: a value must stand here"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct gm_json json = over(cases[i].json);
        struct gm_error error = {0};
        enum gm_err err = gm_json_skip(&json, &error);
        if (!err)
            err = gm_json_end(&json, &error);
        assert_int_equal(err, GM_ERR_INVALID);
        assert_string_equal(error.message, cases[i].message);
    }
}

static void wrong_type_leaves_the_output_alone(void **state)
{
    (void)state;
    struct gm_error error;
    struct gm_str text = gm_str("kept");
    double number = 7;
    int64_t integer = 7;
    bool truth = true;
    struct gm_json json = over("[]");
    assert_int_equal(gm_json_string(&json, &text, &error), GM_ERR_INVALID);
    assert_string_equal(error.message, "byte 0: a string must stand here");
    assert_int_equal(gm_json_number(&json, &number, &error), GM_ERR_INVALID);
    assert_int_equal(gm_json_integer(&json, &integer, &error), GM_ERR_INVALID);
    assert_int_equal(gm_json_bool(&json, &truth, &error), GM_ERR_INVALID);
    assert_int_equal(gm_json_null(&json, &error), GM_ERR_INVALID);
    assert_int_equal(gm_json_object_begin(&json, &error), GM_ERR_INVALID);
    assert_string_equal(error.message, "byte 0: an object must stand here");
    json = over("1e400");
    assert_int_equal(gm_json_number(&json, &number, &error), GM_ERR_INVALID);
    assert_string_equal(error.message, "byte 0: a number beyond what a double holds");
    assert_text(text, "kept");
    assert_true(number == 7 && integer == 7 && truth);
}

static void integers(void **state)
{
    (void)state;
    static const struct {
        const char *json;
        enum gm_err err;
        int64_t value;
    } cases[] = {
        {"0", GM_OK, 0},
        {"-0", GM_OK, 0},
        {"9223372036854775807", GM_OK, INT64_MAX},
        {"-9223372036854775808", GM_OK, INT64_MIN},
        {"9223372036854775808", GM_ERR_INVALID, 0},
        {"-9223372036854775809", GM_ERR_INVALID, 0},
        {"99999999999999999999999", GM_ERR_INVALID, 0},
        {"1.0", GM_ERR_INVALID, 0},
        {"1e2", GM_ERR_INVALID, 0},
        {"\"1\"", GM_ERR_INVALID, 0},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct gm_json json = over(cases[i].json);
        int64_t value = 0;
        assert_int_equal(gm_json_integer(&json, &value, NULL), cases[i].err);
        assert_true(value == cases[i].value);
    }
}

static void depth_has_a_limit(void **state)
{
    (void)state;
    static const char *const openings[] = {"[", "{\"a\":"};
    static const char *const closings[] = {"]", "}"};
    for (size_t kind = 0; kind < 2; kind++)
        for (int depth = GM_JSON_DEPTH_MAX; depth <= 10000;
             depth = depth == GM_JSON_DEPTH_MAX ? depth + 1 : depth * 17) {
            struct gm_buffer text;
            gm_buffer_init(&text, 1 << 20);
            for (int i = 0; i < depth; i++)
                gm_buffer_append_c(&text, openings[kind]);
            gm_buffer_append_c(&text, "1");
            for (int i = 0; i < depth; i++)
                gm_buffer_append_c(&text, closings[kind]);
            struct gm_json json;
            gm_json_init(&json, gm_buffer_str(&text), &arena);
            assert_int_equal(gm_json_skip(&json, NULL),
                             depth <= GM_JSON_DEPTH_MAX ? GM_OK : GM_ERR_LIMIT);
            gm_buffer_finish(&text);
        }
}

static void writer_escapes_what_it_must(void **state)
{
    (void)state;
    struct gm_buffer out;
    gm_buffer_init(&out, 1000);
    gm_json_write_string(&out, gm_str("\"\\/\b\f\n\r\t\x01\x0b\x1f\x7f caf\u00e9 \U0001F680"));
    assert_text(gm_buffer_str(&out),
                "\"\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u000b\\u001f\x7f caf\u00e9 "
                "\U0001F680\"");
    gm_buffer_reset(&out);
    gm_json_write_string(&out, (struct gm_str){"\0", 1});
    gm_json_write_string(&out, (struct gm_str){NULL, 0});
    assert_text(gm_buffer_str(&out), "\"\\u0000\"\"\"");
    gm_buffer_reset(&out);
    gm_json_write_number(&out, 0.1);
    gm_json_write_number(&out, NAN);
    gm_json_write_number(&out, -INFINITY);
    gm_json_write_integer(&out, INT64_MIN);
    assert_text(gm_buffer_str(&out), "0.1nullnull-9223372036854775808");
    gm_buffer_finish(&out);
}

static void what_is_written_reads_back(void **state)
{
    (void)state;
    static const char *const pieces[] = {"plain text ", "\"", "\\", "\n", "\x01", "\u00e9", "🚀"};
    struct test_random random = {6};
    struct gm_buffer out;
    gm_buffer_init(&out, 1 << 16);
    for (int round = 0; round < 5000; round++) {
        char text[600];
        size_t len = 0;
        for (size_t count = test_random_below(&random, 50); count > 0; count--) {
            const char *piece = pieces[test_random_below(&random, 7)];
            memcpy(text + len, piece, strlen(piece));
            len += strlen(piece);
        }
        gm_buffer_reset(&out);
        gm_json_write_string(&out, (struct gm_str){text, len});
        struct gm_json json;
        struct gm_str back = {NULL, 0};
        gm_json_init(&json, gm_buffer_str(&out), &arena);
        assert_int_equal(gm_json_string(&json, &back, NULL), GM_OK);
        assert_int_equal(gm_json_end(&json, NULL), GM_OK);
        assert_true(gm_str_equal(back, (struct gm_str){text, len}));
        gm_arena_reset(&arena);
    }
    gm_buffer_finish(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_array_is_walked),
        cmocka_unit_test(an_object_is_walked),
        cmocka_unit_test(the_short_cut_takes_only_what_it_can_prove),
        cmocka_unit_test(strings_are_slices_or_unescaped),
        cmocka_unit_test(a_string_ends_at_any_alignment),
        cmocka_unit_test(bad_values_name_their_byte),
        cmocka_unit_test(wrong_type_leaves_the_output_alone),
        cmocka_unit_test(integers),
        cmocka_unit_test(depth_has_a_limit),
        cmocka_unit_test(writer_escapes_what_it_must),
        cmocka_unit_test(what_is_written_reads_back),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
