// The scanner against jansson: the same texts taken and refused, the same values read.
//
// Where the two may differ, and why:
//   - jansson refuses numbers beyond a double (1e400) and whole numbers beyond 64 bits anywhere;
//   the
//     scanner refuses them only where somebody asks for their value, since the grammar allows them.
//   - jansson reads as 0 what is too small for a double (1e-400); the scanner refuses its value.
//   - the scanner refuses nesting deeper than GM_JSON_DEPTH_MAX, jansson at 2,048.
//   - jansson takes only an array or an object at the top unless JSON_DECODE_ANY is given.
//   - jansson refuses \u0000 unless JSON_ALLOW_NUL is given; the scanner always does.
//   - jansson (2.14) passes over a NUL byte right behind a number; the scanner does not.
#include "../test.h"

#include "base/json.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

static struct gm_arena arena;

static bool compare(struct gm_json *json, const json_t *expected);

static bool compare_real(struct gm_json *json, double expected)
{
    double number = 0;
    if (gm_json_number(json, &number, NULL))
        return expected == 0 && !gm_json_skip(json, NULL);
    return memcmp(&number, &expected, sizeof(number)) == 0;
}

static bool compare_object(struct gm_json *json, const json_t *expected)
{
    // Of members with the same name jansson keeps the last; which it kept is told by the count.
    size_t count = 0;
    if (gm_json_object_begin(json, NULL))
        return false;
    for (;;) {
        bool more = false;
        struct gm_str name = {NULL, 0};
        if (gm_json_object_next(json, &more, &name, NULL))
            return false;
        if (!more)
            break;
        char key[4096];
        assert_true(name.len < sizeof(key));
        memcpy(key, name.data, name.len);
        key[name.len] = '\0';
        const json_t *value = json_object_get(expected, key);
        if (!value)
            return false;
        struct gm_json again = *json;
        if (gm_json_skip(json, NULL))
            return false;
        // Whether this is the one that was kept shows only when it matches.
        if (compare(&again, value) && again.at == json->at)
            count++;
    }
    return count >= json_object_size(expected);
}

// The scanner has no arrays to walk: their elements are read as values of their own.
static bool compare_array(struct gm_json *json, const json_t *expected)
{
    struct gm_json whole = *json;
    if (gm_json_skip(&whole, NULL))
        return false;
    struct gm_json element = *json;
    element.at++; // the bracket
    for (size_t i = 0; i < json_array_size(expected); i++) {
        if (!compare(&element, json_array_get(expected, i)))
            return false;
        gm_json_peek(&element); // past white space
        element.at++;           // the comma or bracket
    }
    if (json_array_size(expected) > 0 && element.at != whole.at)
        return false;
    *json = whole;
    return true;
}

static bool compare(struct gm_json *json, const json_t *expected)
{
    struct gm_str text = {NULL, 0};
    int64_t integer = 0;
    bool truth = false;
    switch (gm_json_peek(json)) {
    case GM_JSON_OBJECT:
        return json_is_object(expected) && compare_object(json, expected);
    case GM_JSON_ARRAY:
        return json_is_array(expected) && compare_array(json, expected);
    case GM_JSON_STRING:
        return json_is_string(expected) && !gm_json_string(json, &text, NULL) &&
               text.len == json_string_length(expected) &&
               memcmp(text.data, json_string_value(expected), text.len) == 0;
    case GM_JSON_NUMBER:
        if (json_is_integer(expected))
            return !gm_json_integer(json, &integer, NULL) &&
                   integer == json_integer_value(expected);
        return json_is_real(expected) && compare_real(json, json_real_value(expected));
    case GM_JSON_TRUE:
    case GM_JSON_FALSE:
        return json_is_boolean(expected) && !gm_json_bool(json, &truth, NULL) &&
               truth == json_is_true(expected);
    case GM_JSON_NULL:
        return json_is_null(expected) && !gm_json_null(json, NULL);
    case GM_JSON_END:
        break;
    }
    return false;
}

// Which of the named differences explains that only the scanner took a text.
static bool explained(const json_error_t *refusal)
{
    enum json_error_code code = json_error_code(refusal);
    return code == json_error_numeric_overflow || strstr(refusal->text, "too big") != NULL;
}

// The same of one that only jansson took.
static bool has_nul_behind_a_number(const char *text, size_t len)
{
    for (size_t i = 1; i < len; i++)
        if (text[i] == '\0' && text[i - 1] >= '0' && text[i - 1] <= '9')
            return true;
    return false;
}

static unsigned taken_by_both, refused_by_both;

static void check(const char *text, size_t len)
{
    struct gm_json json;
    struct gm_error error;
    json_error_t refusal;
    gm_arena_reset(&arena);
    gm_json_init(&json, (struct gm_str){text, len}, &arena);
    enum gm_err err = gm_json_skip(&json, &error);
    if (!err)
        err = gm_json_end(&json, &error);
    json_t *tree = json_loadb(text, len, JSON_DECODE_ANY, &refusal);
    if (err == GM_ERR_LIMIT || (!err && !tree && explained(&refusal)) ||
        (err && tree && has_nul_behind_a_number(text, len))) {
        json_decref(tree);
        return;
    }
    if (!err != !!tree)
        fail_msg("%.*s: scanner: %s, jansson: %s", (int)len, text, err ? error.message : "taken",
                 tree ? "taken" : refusal.text);
    taken_by_both += !err;
    refused_by_both += err != GM_OK;
    if (tree) {
        gm_json_init(&json, (struct gm_str){text, len}, &arena);
        if (!compare(&json, tree))
            fail_msg("%.*s: another value", (int)len, text);
    }
    json_decref(tree);
}

static const char *const seeds[] = {
    "{\"ticker\":\"bitcoin\",\"price_usd\":62450.0,\"timestamp\":\"2026-02-21T10:05:00Z\"}",
    "{\"a\":[1,2.5,-3e4,0.1e-2,{\"b\":null,\"c\":[true,false]}],\"d\":\"\\u00e9\\n\\\"\"}",
    "[\"\\ud83d\\ude80\",\"caf\u00e9\",\"\U0001F680 to the moon, all of us, today\",-0,-0.0,1E+2]",
    "[[[[[[[[{\"x\":{\"y\":{}}}]]]]]]]]",
    "\"only a string with some length to it\"",
    "[0.1,1e-7,123456789012345678,9223372036854775807,1.7976931348623157e308,5e-324]",
    " \t\r\n{ \"k\" : [ ] , \"l\" : { } } \n",
};

static const char tokens[][8] = {"{",    "}",     "[", "]",  ",",    ":",        "\"",    "\\",
                                 "\\u",  "1",     "-", "0",  ".",    "e",        "E+",    "null",
                                 "true", "false", " ", "\n", "\xff", "\xc3\xa9", "\\ud8", "00"};

static void seeds_are_taken(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(seeds) / sizeof(seeds[0]); i++) {
        unsigned before = taken_by_both;
        check(seeds[i], strlen(seeds[i]));
        assert_int_equal(taken_by_both, before + 1);
    }
}

static void every_truncation(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(seeds) / sizeof(seeds[0]); i++)
        for (size_t len = 0; len < strlen(seeds[i]); len++)
            check(seeds[i], len);
}

static size_t mutate(struct test_random *random, char *text, size_t len, size_t room)
{
    size_t at = test_random_below(random, len + 1);
    switch (test_random_below(random, 4)) {
    case 0: // another byte
        if (at < len)
            text[at] = (char)test_random(random);
        return len;
    case 1: { // a token more
        const char *token = tokens[test_random_below(random, sizeof(tokens) / sizeof(tokens[0]))];
        size_t token_len = strlen(token);
        if (len + token_len > room)
            return len;
        memmove(text + at + token_len, text + at, len - at);
        memcpy(text + at, token, token_len);
        return len + token_len;
    }
    case 2: { // some bytes less
        size_t gone = test_random_below(random, 4);
        if (gone > len - at)
            gone = len - at;
        memmove(text + at, text + at + gone, len - at - gone);
        return len - gone;
    }
    default: { // a piece copied over another
        size_t from = test_random_below(random, len + 1), count = test_random_below(random, 12);
        if (count > len - at)
            count = len - at;
        if (count > len - from)
            count = len - from;
        memmove(text + at, text + from, count);
        return len;
    }
    }
}

static void mutations(void **state)
{
    (void)state;
    struct test_random random = {7};
    for (int round = 0; round < 300000; round++) {
        char text[512];
        const char *seed = seeds[test_random_below(&random, sizeof(seeds) / sizeof(seeds[0]))];
        size_t len = strlen(seed);
        memcpy(text, seed, len);
        for (size_t count = 1 + test_random_below(&random, 4); count > 0; count--)
            len = mutate(&random, text, len, sizeof(text));
        check(text, len);
    }
    // Neither side of the comparison may be an empty promise.
    assert_true(taken_by_both > 10000);
    assert_true(refused_by_both > 10000);
}

// Texts of tokens alone: short and dense in grammar.
static void token_soup(void **state)
{
    (void)state;
    struct test_random random = {8};
    for (int round = 0; round < 300000; round++) {
        char text[128];
        size_t len = 0;
        for (size_t count = test_random_below(&random, 9); count > 0; count--) {
            const char *token =
                tokens[test_random_below(&random, sizeof(tokens) / sizeof(tokens[0]))];
            memcpy(text + len, token, strlen(token));
            len += strlen(token);
        }
        check(text, len);
    }
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
        cmocka_unit_test(seeds_are_taken),
        cmocka_unit_test(every_truncation),
        cmocka_unit_test(mutations),
        cmocka_unit_test(token_soup),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
