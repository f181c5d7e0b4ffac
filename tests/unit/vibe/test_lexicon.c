// The lexicon scorer: what it makes of sentences, and the laws that its rules follow.
#include "../test.h"

#include "vibe/scorer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct gm_scorer *lexicon;

static int open_lexicon(void **state)
{
    (void)state;
    const struct gm_scorer_config config = {.model_dir = NULL};
    return gm_scorer_open("lexicon", &config, &lexicon, NULL) == GM_OK ? 0 : -1;
}

static int close_lexicon(void **state)
{
    (void)state;
    gm_scorer_close(lexicon);
    return 0;
}

static struct gm_mood mood_of(const char *text)
{
    const struct gm_str slice = gm_str(text);
    struct gm_mood mood;
    assert_int_equal(gm_scorer_score(lexicon, &slice, 1, &mood, NULL), GM_OK);
    return mood;
}

static double vibe_of(const char *text)
{
    return mood_of(text).vibe;
}

static void assert_labels(const char *const *texts, enum gm_label label)
{
    for (; *texts != NULL; texts++) {
        const struct gm_mood mood = mood_of(*texts);
        if (mood.label != label)
            fail_msg("\"%s\" is %s %.3f, must be %s", *texts, gm_label_name(mood.label), mood.score,
                     gm_label_name(label));
    }
}

static void test_positive(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "BTC is going to moon",
        "GME TO THE MOON 🚀🚀🚀",
        "gme to pluto",
        "Just bought more, buying the dip all week",
        "diamond hands 💎🙌",
        "HODL",
        "I like the stock",
        "Shorts are fucked, the squeeze is coming",
        "loaded up on calls, tendies tomorrow",
        "Apple beats on revenue, raises guidance",
        "$TSLA upgraded to buy from hold at Morgan Stanley",
        "Price target raised to $450",
        "stock soars after earnings",
        "shares up premarket",
        "sellers are gone and the breakout looks great",
        "We are all gonna make it, WAGMI",
        "cut costs and profits grew",
        "#bullish",
        "📈📈",
        "🚀",
        "👍🏽",
        "green day, +5.2%",
        "feds dovish, stocks rally to record highs",
        "It isn't a scam",
        "no reason to panic",
        "never selling",
        "don t sell",
        "not bad at all",
        "never been this bullish on oil",
        "mooooooooon",
        "up 12 percent",
        "that was a 10 bagger",
        "bears are getting destroyed",
        "nothing to worry about",
        NULL,
    };
    assert_labels(texts, GM_LABEL_POSITIVE);
}

static void test_negative(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "this is going to crash",
        "rug pull incoming, get out",
        "total scam, the devs dumped on everyone",
        "bag holders everywhere",
        "paper hands sold at the bottom",
        "I lost everything",
        "buying puts, this is overvalued",
        "company files for bankruptcy",
        "Boeing downgraded to sell",
        "price target cut to $35",
        "misses on revenue, guidance lowered",
        "stock plunges after profit warning",
        "shares down premarket",
        "the SEC is investigating them for fraud",
        "FUD and manipulation again",
        "it's over, the rally fades",
        "🐻📉",
        "💀💀",
        "red day, -12%",
        "Rate hikes and recession fears weigh on stocks",
        "this is not good",
        "it isn’t going up",
        "no gains here",
        "never bullish on this",
        "fails to impress",
        "can't sell, withdrawals halted",
        "going to 0",
        "filed for chapter 11",
        "down 12 percent",
        "no longer bullish",
        "bears in control",
        "I am bullish long term, but this chart looks terrible and it will crash",
        NULL,
    };
    assert_labels(texts, GM_LABEL_NEGATIVE);
}

static void test_neutral(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "   \n\t ",
        "Bitcoin",
        "The meeting is on Tuesday at ten",
        "What is the short term plan?",
        "Conference call at 5pm",
        "https://crash.com/dump-scam",
        "$MOON @crash",
        "Bear Stearns and Merrill Lynch",
        "😂",
        "👨‍🚀",
        "1234 5678",
        "!!!???",
        "日本語のテキスト",
        "PLTR vs GME vs TSLA",
        "keep in mind to bear in mind the interest rates",
        NULL,
    };
    assert_labels(texts, GM_LABEL_NEUTRAL);
    assert_true(mood_of("").score == 1.0);
    assert_true(mood_of("Bitcoin").score == 1.0);
    assert_true(mood_of("😂").score < 1.0);
}

// Each text is more bullish than the one behind it.
static void test_order(void **state)
{
    (void)state;
    static const char *const ladders[][6] = {
        {"insanely bullish", "very bullish", "bullish", "slightly bullish", "not bullish", NULL},
        {"slightly bearish", "bearish", "very bearish", "insanely bearish", NULL},
        {"this is a good SETUP, i said", "is it good?", NULL},
        {"gains!!!", "gains!!", "gains!", "gains", "gains?", NULL},
        {"sooooo great", "great", NULL},
        {"greaaaat", "great", NULL},
        {"it is GREAT today", "it is great today", NULL},
        {"it is bad today", "it is BAD today", NULL},
        {"🚀🚀🚀", "🚀🚀", "🚀", NULL},
        {"📉", "📉📉", "📉📉📉", NULL},
        {"bad news but great growth", "great growth but bad news", NULL},
        {"great", "not terrible", "not great", "terrible", NULL},
    };
    for (size_t i = 0; i < sizeof ladders / sizeof *ladders; i++)
        for (size_t j = 1; ladders[i][j] != NULL; j++)
            if (!(vibe_of(ladders[i][j - 1]) > vibe_of(ladders[i][j])))
                fail_msg("\"%s\" %.3f must be over \"%s\" %.3f", ladders[i][j - 1],
                         vibe_of(ladders[i][j - 1]), ladders[i][j], vibe_of(ladders[i][j]));
}

// Each pair says the same.
static void test_same(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"to the moon", "To the Moon"},
        {"to the moon", "TO THE MOON"},
        {"to the moon", "to-the-moon"},
        {"don't sell", "don’t sell"},
        {"isn't great", "isnt great"},
        {"❤️", "❤"},
        {"👍", "👍🏿"},
        {"HODL the coin now", "hodl the coin now"},
        {"bullish", "bullish https://t.co/dump $CRASH @scam"},
        {"bullish", "\xff\xfe bullish \x80"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (vibe_of(pairs[i][0]) != vibe_of(pairs[i][1]))
            fail_msg("\"%s\" %.3f, \"%s\" %.3f", pairs[i][0], vibe_of(pairs[i][0]), pairs[i][1],
                     vibe_of(pairs[i][1]));
}

// Archives take apostrophes away; a word more or less moves what stands behind it only slightly.
static void test_nearly_the_same(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"isn't great", "isn t great"},
        {"can't wait, love it", "can t wait love it"},
        {"i'm all in on calls", "i m all in on calls"},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        const double differs = vibe_of(pairs[i][0]) - vibe_of(pairs[i][1]);
        if (differs < -0.03 || differs > 0.03)
            fail_msg("\"%s\" %.3f, \"%s\" %.3f", pairs[i][0], vibe_of(pairs[i][0]), pairs[i][1],
                     vibe_of(pairs[i][1]));
    }
}

// Bad for the bears is good, within a few words and within the clause.
static void test_the_other_side(void **state)
{
    (void)state;
    assert_true(vibe_of("shorts are getting destroyed") > 0);
    assert_true(vibe_of("Melvin is losing billions") > 0);
    assert_true(vibe_of("bears trapped again") > vibe_of("bears"));
    assert_true(vibe_of("we are losing billions") < 0);
    assert_true(vibe_of("shorts, and we are losing billions") < 0);
    assert_true(vibe_of("melvin one two three four losing") < 0);
    assert_true(vibe_of("shorts squeezed") > vibe_of("squeezed"));
}

static void test_sarcasm(void **state)
{
    (void)state;
    assert_true(vibe_of("great project, love it /s") < 0);
    assert_true(vibe_of("we are so doomed /s") > 0);
    assert_true(vibe_of("great project /s lol. love it") > vibe_of("great project /s"));
}

// Of two words, the first tells more.
static void test_the_first_words_lead(void **state)
{
    (void)state;
#define TWENTY " a b c d e f g h i j k l m n o p q r s t "
    assert_true(vibe_of("bearish," TWENTY "bullish") < 0);
    assert_true(vibe_of("bullish," TWENTY "bearish") > 0);
#undef TWENTY
}

// A negation ends with its clause, and with its reach.
static void test_negation_has_a_scope(void **state)
{
    (void)state;
    assert_true(vibe_of("not a crash") > 0);
    assert_true(vibe_of("not today, crash") < 0);
    assert_true(vibe_of("not today. crash") < 0);
    assert_true(vibe_of("not one two three crash") < 0);
    assert_true(vibe_of("not one two crash") > 0);
}

static void test_nul_is_a_separator(void **state)
{
    (void)state;
    const struct gm_str texts[] = {{"to the moon\0crash crash crash", 29},
                                   gm_str("to the moon crash crash crash")};
    struct gm_mood moods[2];
    assert_int_equal(gm_scorer_score(lexicon, texts, 2, moods, NULL), GM_OK);
    assert_true(moods[0].vibe == moods[1].vibe);
}

// Phrases are found wherever the reader's pieces of a long text begin and end.
static void test_phrases_across_pieces(void **state)
{
    (void)state;
    char text[4096];
    for (size_t before = 0; before < 600; before++) {
        size_t len = 0;
        for (size_t i = 0; i < before; i++)
            text[len++] = 'x', text[len++] = ' ';
        strcpy(text + len, "bear with me");
        assert_true(vibe_of(text) == 0.0);
        strcpy(text + len, "to the moon");
        const double value = 3.0 * 24.0 / (24.0 + (double)before); // by its place
        const double vibe = value / (value + 2.0);
        assert_true(vibe_of(text) == (vibe < 0.15 ? 0.0 : (double)(float)vibe));
    }
}

// The mood stays in its range and keeps its side however much is said.
static void test_stays_in_range(void **state)
{
    (void)state;
    static char text[200000];
    for (size_t len = 0; len + 16 < sizeof text; len += 16)
        memcpy(text + len, "moon great love ", 17);
    const struct gm_mood mood = mood_of(text);
    assert_int_equal(mood.label, GM_LABEL_POSITIVE);
    assert_true(mood.score > 0.99 && mood.score <= 1.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_positive),
        cmocka_unit_test(test_negative),
        cmocka_unit_test(test_neutral),
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_same),
        cmocka_unit_test(test_nearly_the_same),
        cmocka_unit_test(test_the_other_side),
        cmocka_unit_test(test_sarcasm),
        cmocka_unit_test(test_the_first_words_lead),
        cmocka_unit_test(test_negation_has_a_scope),
        cmocka_unit_test(test_nul_is_a_separator),
        cmocka_unit_test(test_phrases_across_pieces),
        cmocka_unit_test(test_stays_in_range),
    };
    return cmocka_run_group_tests(tests, open_lexicon, close_lexicon);
}
