// The tokeniser: texts written by hand to the tokens that they must give, and random texts against
// a plain tokeniser that goes byte by byte.
#include "../test.h"

#include "vibe/lexicon/tokens.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TOKENS_MAX = 256 };

static const struct gm_lexicon_group groups[] = {
    {GM_LEXICON_MOOD, 1.0f,
     "moon, cool, so, don't, institutional, 10x, 🚀, 🐻, ❤, 👍, +%, -%, :), :d, a, overperformances, "
     "letterss, lets, up, 0"},
    {GM_LEXICON_PLAIN, 0.0f, NULL},
};

static struct gm_lexicon *lexicon;

static int create_lexicon(void **state)
{
    (void)state;
    static const struct gm_lexicon_group *const lists[] = {groups, NULL};
    return gm_lexicon_create(lists, &lexicon, NULL) == GM_OK ? 0 : -1;
}

static int destroy_lexicon(void **state)
{
    (void)state;
    gm_lexicon_destroy(lexicon);
    return 0;
}

// The tokens as text: words by their spelling, "_" unknown, "#" a number; "^" before capitals, "~"
// before what was drawn out.
static const char *read_all(struct gm_str text, size_t at_once)
{
    static char out[TOKENS_MAX * 24];
    static const char *const marks[] = {"_", ",", ".", "!", "?", "/s", "#"};
    struct gm_lexicon_reader reader;
    struct gm_lexicon_token tokens[TOKENS_MAX];
    size_t len = 0, count;
    gm_lexicon_reader_init(&reader, lexicon, text);
    out[0] = '\0';
    do {
        count = gm_lexicon_read(&reader, tokens, at_once);
        for (size_t i = 0; i < count; i++) {
            const struct gm_lexicon_token token = tokens[i];
            const struct gm_lexicon_spelling *spelling = &lexicon->spellings[token.word];
            char word[24];
            if (token.word < GM_LEXICON_WORD_FIRST)
                snprintf(word, sizeof word, "%s", marks[token.word]);
            else if (spelling->high == GM_LEXICON_SYMBOL)
                snprintf(word, sizeof word, "U+%X", (unsigned)spelling->low);
            else
                snprintf(word, sizeof word, "%.8s%.8s", (const char *)&spelling->low,
                         (const char *)&spelling->high);
            len += (size_t)snprintf(out + len, sizeof out - len, "%s%s%s%s", len ? " " : "",
                                    token.capitals ? "^" : "", token.drawn_out ? "~" : "", word);
        }
    } while (count == at_once);
    return out;
}

static void test_reads_texts(void **state)
{
    (void)state;
    static const struct {
        const char *text, *tokens;
    } cases[] = {
        {"", ""},
        {"moon", "moon"},
        {"To the MOON", "_ _ ^moon"},
        {"moon,moon;moon", "moon , moon , moon"},
        {"moon. Cool! So? moon\ncool", "moon . cool ! so ? moon . cool"},
        {"moon.com 3.5 so...", "moon _ # so . . ."},
        {"institutional", "institutional"},
        {"INSTITUTIONAL", "^institutional"},
        {"Institutionals institutiona", "_ _"},
        {"letttterss lettersss institutionnnal institutioooonal INSTITUTIONALLL overperrrformances",
         "~letterss ~letterss ~institutional ~institutional ^~institutional ~overperformances"},
        {"overperformances overperformancess", "overperformances _"},
        {"don't DON'T don\xe2\x80\x99t don\xe2\x80\x98t 'don't'", "don't ^don't don't don't don't"},
        {"moon's cool' ' 'so", "moon cool so"},
        {"mooon MOOOOON sooooo cooool coooooooooooooooooooooooooool",
         "~moon ^~moon ~so ~cool ~cool"},
        {"moooon. sooo!", "~moon . ~so !"},
        {"letterss letttersss lettterss", "letterss ~letterss ~letterss"},
        {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "~a"},
        {"0 0. 00 0.0 $0 0k x0", "0 0 . # # 0 # _"},
        {"10x 10X 100x 10xk", "10x ^10x _ _"},
        {"7 2021 3.50 1,000,000 $35 10k 5M 1.5b 5kk 3rd k5 7'5 5%", "# # # # # # ^# # _ _ _ # # #"},
        {"\xc3\xa9"
         "5 5\xc3\xa9",
         "_ _"},
        {"+5% -12.5% up+5 5-10% - 5% +moon", "+% -% up # # # # moon"},
        {"$MOON @moon #moon $5 @ $", "_ _ moon #"},
        {"https://moon.com/moon,moon? cool", "_ cool"},
        {"see WWW.moon.cool/so so", "_ _ so"},
        {":) :-) : ) :( :", ":) :)"},
        {":D :-D :d. :deal :Moon :D5", ":d :d :d . _ moon :d #"},
        {"moon /s", "moon /s"},
        {"/s\nmoon/s /so / s /s.", "/s . moon _ so _ _ ."},
        {"moon-moon/moon_moon (moon)", "moon moon moon moon moon"},
        {"\xf0\x9f\x9a\x80\xf0\x9f\x9a\x80moon\xf0\x9f\x90\xbb", "U+1F680 U+1F680 moon U+1F43B"},
        {"\xe2\x9d\xa4\xef\xb8\x8f \xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd", "U+2764 U+1F44D"},
        // man + joiner + rocket: an astronaut
        {"\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x9a\x80 moon", "moon"},
        {"moon\xc3\xa9 \xc3\xa9moon moon\xc2\xa0moon\xe2\x80\xa6", "_ _ moon moon"},
        {"mo\xef\xb8\x8fon", "moon"},
        {"\xff moon\xff so\xc3 \x80\x80 up\xe2\x80", "moon so up"},
        {"\xed\xa0\x80\xf5\x80\x80\x80 moon", "_ moon"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (size_t at_once = 1; at_once <= TOKENS_MAX; at_once += TOKENS_MAX - 1)
            assert_string_equal(read_all(gm_str(cases[i].text), at_once), cases[i].tokens);
}

static void test_counts_capitals(void **state)
{
    (void)state;
    struct gm_lexicon_reader reader;
    struct gm_lexicon_token tokens[TOKENS_MAX];
    gm_lexicon_reader_init(&reader, lexicon, gm_str("I SAID moon, DON'T $GME you're A 100X 5"));
    gm_lexicon_read(&reader, tokens, TOKENS_MAX);
    assert_int_equal(reader.capital_words, 5); // I SAID DON'T A 100X
    assert_int_equal(reader.words, 7);         // moon you're
}

// ------------------------------------------------------------------------- the oracle

// Words of ASCII letters only, one byte after the other.
static size_t plain_read(struct gm_str text, uint16_t *words)
{
    size_t count = 0;
    for (size_t at = 0; at < text.len;) {
        size_t end = at;
        while (end < text.len && isalpha((unsigned char)text.data[end]))
            end++;
        if (end > at) {
            words[count++] =
                end - at > GM_LEXICON_WORD_BYTES_MAX
                    ? GM_LEXICON_UNKNOWN
                    : gm_lexicon_find(lexicon, gm_lexicon_spell(text.data + at, end - at));
            at = end;
        } else {
            at++;
        }
    }
    return count;
}

static void test_agrees_with_a_plain_tokeniser(void **state)
{
    (void)state;
    static const char *const pieces[] = {"moon",
                                         "COOL",
                                         "So",
                                         "institutional",
                                         "Overperformances",
                                         "x",
                                         "an",
                                         "the",
                                         "seven",
                                         "eightlet",
                                         "nineletrs",
                                         "fifteenletterss",
                                         "sixteenlettersab",
                                         "seventeenlettersa",
                                         "thirtytwoletterslongwordabcdefgh",
                                         " ",
                                         "/",
                                         "_",
                                         "\"",
                                         "("};
    struct test_random random = {1};
    for (int round = 0; round < 20000; round++) {
        char text[512];
        size_t len = 0;
        for (size_t n = test_random_below(&random, 12); n > 0; n--) {
            const char *piece = pieces[test_random_below(&random, sizeof pieces / sizeof *pieces)];
            memcpy(text + len, piece, strlen(piece));
            len += strlen(piece);
        }
        uint16_t expected[512];
        struct gm_lexicon_token tokens[512];
        struct gm_lexicon_reader reader;
        const size_t count = plain_read((struct gm_str){text, len}, expected);
        gm_lexicon_reader_init(&reader, lexicon, (struct gm_str){text, len});
        assert_int_equal(gm_lexicon_read(&reader, tokens, 512), count);
        for (size_t i = 0; i < count; i++)
            assert_int_equal(tokens[i].word, expected[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_texts),
        cmocka_unit_test(test_counts_capitals),
        cmocka_unit_test(test_agrees_with_a_plain_tokeniser),
    };
    return cmocka_run_group_tests(tests, create_lexicon, destroy_lexicon);
}
