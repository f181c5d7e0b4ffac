// The keyword gate: what each kind of keyword finds, where words end, and that the fast way and the
// slow way agree.
#include "feed/gate/gate.h"

#include "../test.h"
#include "feed/gate/words.h"
#include "gate_oracle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEYWORDS_MAX = 8 };

// Whether a gate with these keywords, ended by NULL, lets the text pass.
static bool passes(const char *const keywords[], const char *text)
{
    struct gm_gate_ticker ticker = {.keywords = keywords};
    while (keywords[ticker.keyword_count])
        ticker.keyword_count++;
    struct gm_gate *gate;
    struct gm_error error;
    assert_int_equal(gm_gate_create(&ticker, 1, &gate, &error), GM_OK);
    size_t count;
    gm_gate_match(gate, gm_str(text), &count);
    gm_gate_destroy(gate);
    assert_int_equal(count > 0, gate_oracle(&ticker, gm_str(text)));
    return count > 0;
}

#define KEYWORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void words_are_found_in_any_case_between_word_bounds(void **state)
{
    (void)state;
    assert_true(passes(KEYWORDS("gme"), "gme"));
    assert_true(passes(KEYWORDS("GME"), "Buy gMe!"));
    assert_true(passes(KEYWORDS("gme"), "(GME)"));
    assert_true(passes(KEYWORDS("gme"), "$GME and #gme"));
    assert_true(passes(KEYWORDS("gme"), "gme's"));
    assert_true(passes(KEYWORDS("gme"), "long-gme"));
    assert_false(passes(KEYWORDS("gme"), "gmex"));
    assert_false(passes(KEYWORDS("gme"), "xgme"));
    assert_false(passes(KEYWORDS("gme"), "gme2"));
    assert_false(passes(KEYWORDS("gme"), "_gme"));
    assert_false(passes(KEYWORDS("gme"), "gm e"));
    assert_false(passes(KEYWORDS("gme"), ""));
    assert_true(passes(KEYWORDS("x"), "x"));
    assert_true(passes(KEYWORDS("c++"), "in c++, fast"));
    assert_true(passes(KEYWORDS("supercalifragilistic"), "a SuperCalifragilistic day"));
    assert_false(passes(KEYWORDS("supercalifragilistic"), "a supercalifragilistics day"));
    assert_false(passes(KEYWORDS("supercalifragilistic"), "supercalifrag"));
}

static void signs_limit_a_keyword(void **state)
{
    (void)state;
    assert_true(passes(KEYWORDS("$on"), "all in on $ON"));
    assert_false(passes(KEYWORDS("$on"), "all in ON"));
    assert_false(passes(KEYWORDS("$on"), "#on"));
    assert_true(passes(KEYWORDS("#gme"), "#GME"));
    assert_false(passes(KEYWORDS("#gme"), "$gme gme"));
    assert_true(passes(KEYWORDS("=ARE"), "ARE is up"));
    assert_true(passes(KEYWORDS("=ARE"), "$ARE"));
    assert_false(passes(KEYWORDS("=ARE"), "we are, Are we"));
    assert_true(passes(KEYWORDS("=Go Pro"), "a Go \t Pro"));
    assert_false(passes(KEYWORDS("=Go Pro"), "a go pro"));
    assert_false(passes(KEYWORDS("apple", "-apple pie"), "Apple Pie recipe, apple stock"));
    assert_true(passes(KEYWORDS("apple", "-apple pie"), "apple stock, pie"));
    assert_false(passes(KEYWORDS("-apple"), "pie"));
}

static void phrases_take_any_white_space(void **state)
{
    (void)state;
    assert_true(passes(KEYWORDS("on semiconductor"), "On  \n Semiconductor\xc2\xa0now"));
    assert_true(passes(KEYWORDS("a b"), "a\xc2\xa0\xe2\x80\x83 b"));
    assert_true(passes(KEYWORDS("a\xc2\xa0 b"), "a b"));
    assert_false(passes(KEYWORDS("a b"), "ab"));
    assert_false(passes(KEYWORDS("a b"), "a-b"));
}

static void writing_beyond_ascii_has_case_and_bounds_of_its_own(void **state)
{
    (void)state;
    assert_true(passes(KEYWORDS("биткоин"), "БИТКОИН растёт"));
    assert_false(passes(KEYWORDS("биткоин"), "биткоины"));
    assert_true(passes(KEYWORDS("société générale"), "SOCIÉTÉ GÉNÉRALE!"));
    assert_false(passes(KEYWORDS("soci"), "société"));
    assert_false(passes(KEYWORDS("t"), "ét"));
    assert_true(passes(KEYWORDS("σίσυφος"), "ΣΊΣΥΦΟΣ"));
    assert_true(passes(KEYWORDS("ビットコイン"), "今日ビットコインが上がる"));
    assert_true(passes(KEYWORDS("비트코인"), "비트코인은"));
    assert_true(passes(KEYWORDS("btc"), "今BTCが"));
    assert_true(passes(KEYWORDS("🚀"), "go🚀go"));
    assert_true(passes(KEYWORDS("🚀"), "🚀"));
    // The Kelvin sign is no k.
    assert_false(passes(KEYWORDS("kraken"), "\xe2\x84\xaaraken"));
}

static void bytes_that_are_no_utf8_separate_words(void **state)
{
    (void)state;
    assert_true(passes(KEYWORDS("gme"), "\xffgme\xc3"));
    assert_true(passes(KEYWORDS("é"), "\xc3\xa9\xc3"));
    assert_false(passes(KEYWORDS("é"), "\xc3"));
}

static void a_text_about_two_tickers_passes_for_both(void **state)
{
    (void)state;
    static const char *const bitcoin[] = {"bitcoin", "btc", "-giveaway"};
    static const char *const doge[] = {"doge", "$doge", "dogecoin"};
    static const char *const both[] = {"crypto", "btc"};
    const struct gm_gate_ticker tickers[] = {{doge, 3}, {bitcoin, 3}, {both, 2}};
    struct gm_gate *gate;
    struct gm_error error;
    assert_int_equal(gm_gate_create(tickers, 3, &gate, &error), GM_OK);
    size_t count;
    const uint32_t *found = gm_gate_match(gate, gm_str("crypto: BTC btc, then $DOGE"), &count);
    assert_int_equal(count, 3);
    assert_int_equal(found[0], 0);
    assert_int_equal(found[1], 1);
    assert_int_equal(found[2], 2);
    found = gm_gate_match(gate, gm_str("BTC giveaway"), &count);
    assert_int_equal(count, 1);
    assert_int_equal(found[0], 2);
    gm_gate_match(gate, gm_str("nothing of it"), &count);
    assert_int_equal(count, 0);
    gm_gate_destroy(gate);
}

static void bad_keywords_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *keyword, *message;
    } cases[] = {
        {"", "keyword \"\": it is empty"},
        {"$", "keyword \"$\": it is empty"},
        {"\xff", "it is no UTF-8"},
        {"!x", "keyword \"!x\": it must begin with a letter or a digit, after $, #, = or -"},
        {"$ x", "it must begin with a letter or a digit"},
        {"x ", "keyword \"x \": it begins or ends with a space"},
        {"\xc2\xa0x", "it begins or ends with a space"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gm_error error;
        assert_int_equal(gm_gate_check_keyword(cases[i].keyword, &error), GM_ERR_INVALID);
        assert_non_null(strstr(error.message, cases[i].message));
    }
    char longest[GM_GATE_KEYWORD_BYTES_MAX + 2];
    memset(longest, 'x', sizeof longest);
    longest[sizeof longest - 1] = '\0';
    struct gm_error error;
    assert_int_equal(gm_gate_check_keyword(longest, &error), GM_ERR_INVALID);
    assert_non_null(strstr(error.message, "over 256 bytes"));
    longest[sizeof longest - 2] = '\0';
    assert_int_equal(gm_gate_check_keyword(longest, &error), GM_OK);
    const char *const keywords[] = {"fine", "?"};
    const struct gm_gate_ticker ticker = {keywords, 2};
    struct gm_gate *gate;
    assert_int_equal(gm_gate_create(&ticker, 1, &gate, &error), GM_ERR_INVALID);
    gm_gate_destroy(NULL);
}

// Pieces that make many near misses.
static const char *const pieces[] = {
    "a",  "b",  "ab", "A",    "B",    "aB", "abcdefgh", "abcdefghi", "Abcdefgh", " ", "  ",
    "$",  "#",  "-",  "=",    "_",    "1",  "\n",       "é",         "É",        "я", "Я",
    "今", "ビ", "🚀",  "\xff", "\xc3", "ς",  "Σ",        "\xc2\xa0",  "x",        "ſ", "K",
};

static void random_text(struct test_random *random, size_t pieces_max, char *ret, size_t bytes)
{
    const size_t count = test_random_below(random, pieces_max + 1);
    ret[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        const char *piece = pieces[test_random_below(random, sizeof pieces / sizeof pieces[0])];
        if (strlen(ret) + strlen(piece) < bytes)
            strcat(ret, piece);
    }
}

static void fast_and_slow_agree(void **state)
{
    (void)state;
    enum { ROUNDS = 400, TICKERS = 3, TEXTS = 40 };
    struct test_random random = {42};
    size_t passed = 0;
    for (int round = 0; round < ROUNDS; round++) {
        static char storage[TICKERS][KEYWORDS_MAX][64];
        const char *keywords[TICKERS][KEYWORDS_MAX];
        struct gm_gate_ticker tickers[TICKERS] = {0};
        for (size_t t = 0; t < TICKERS; t++) {
            tickers[t].keywords = keywords[t];
            for (size_t k = 0; k < KEYWORDS_MAX; k++) {
                char *keyword = storage[t][k];
                random_text(&random, 5, keyword, sizeof storage[t][k]);
                if (gm_gate_check_keyword(keyword, NULL) == GM_OK)
                    keywords[t][tickers[t].keyword_count++] = keyword;
            }
        }
        struct gm_gate *gate;
        assert_int_equal(gm_gate_create(tickers, TICKERS, &gate, NULL), GM_OK);
        for (int i = 0; i < TEXTS; i++) {
            char text[256];
            random_text(&random, 60, text, sizeof text);
            size_t count, next = 0;
            const uint32_t *found = gm_gate_match(gate, gm_str(text), &count);
            for (uint32_t t = 0; t < TICKERS; t++) {
                const bool is_found = next < count && found[next] == t;
                next += is_found;
                passed += is_found;
                if (is_found != gate_oracle(&tickers[t], gm_str(text)))
                    fail_msg("round %d, ticker %u: \"%s\"", round, t, text);
            }
            assert_int_equal(next, count);
        }
        gm_gate_destroy(gate);
    }
    assert_in_range(passed, ROUNDS, ROUNDS * TICKERS * TEXTS / 2);
}

static void bits_of_words_are_those_of_the_plain_way(void **state)
{
    (void)state;
    struct test_random random = {7};
    for (int round = 0; round < 20000; round++) {
        char block[GM_WORD_BLOCK];
        for (size_t i = 0; i < sizeof block; i++)
            block[i] = (char)test_random(&random);
        const struct gm_word_bits fast = gm_word_bits(block), plain = gm_word_bits_plain(block);
        assert_true(fast.word == plain.word && fast.wide == plain.wide);
    }
}

// A keyword that every word of the text nearly is costs no more than its own length a word.
static void thousands_of_keywords_that_begin_alike_are_one_walk(void **state)
{
    (void)state;
    enum { COUNT = 20000 };
    char(*texts)[32] = malloc(COUNT * sizeof *texts);
    const char **keywords = malloc(COUNT * sizeof *keywords);
    assert_non_null(texts);
    assert_non_null(keywords);
    for (int i = 0; i < COUNT; i++) {
        snprintf(texts[i], sizeof texts[i], "the word %d", i);
        keywords[i] = texts[i];
    }
    const struct gm_gate_ticker ticker = {keywords, COUNT};
    struct gm_gate *gate;
    assert_int_equal(gm_gate_create(&ticker, 1, &gate, NULL), GM_OK);
    size_t count;
    gm_gate_match(gate, gm_str("The  Word 19999, then"), &count);
    assert_int_equal(count, 1);
    gm_gate_match(gate, gm_str("the word 20000"), &count);
    assert_int_equal(count, 0);
    gm_gate_destroy(gate);
    free(texts);
    free(keywords);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_found_in_any_case_between_word_bounds),
        cmocka_unit_test(signs_limit_a_keyword),
        cmocka_unit_test(phrases_take_any_white_space),
        cmocka_unit_test(writing_beyond_ascii_has_case_and_bounds_of_its_own),
        cmocka_unit_test(bytes_that_are_no_utf8_separate_words),
        cmocka_unit_test(a_text_about_two_tickers_passes_for_both),
        cmocka_unit_test(bad_keywords_are_named),
        cmocka_unit_test(fast_and_slow_agree),
        cmocka_unit_test(bits_of_words_are_those_of_the_plain_way),
        cmocka_unit_test(thousands_of_keywords_that_begin_alike_are_one_walk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
