// The contract of scorers, run over every one in the table, and the front that opens them.
#include "model/support.h"

#include "vibe/scorer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LARGE_BYTES = 1024 * 1024 };

// What is opened now: finbert has a small model, with a cache that is too small to matter much.
static const struct gm_scorer_ops *opened_ops;
static struct gm_scorer_config opened_config = {.threads = 2, .cache_entries = 3};

// Texts that a scorer must take whatever it thinks of them.
static const struct gm_str awkward[] = {
    {NULL, 0},
    {"", 0},
    {" \t\r\n ", 5},
    {"\0\0\0", 3},
    {"to the\0moon", 11},
    {"\xff\xfe\xc0\x80 moon \xed\xa0\x80", 13},
    {"\xf0\x9f\x9a", 3},
    {"\xf0\x9f\x9a\x80", 4},
    {"!!!!????....,,,,", 16},
    {"$ @ # % & * ( ) + - : / http://", 31},
    {"\xe6\xaf\x94\xe7\x89\xb9\xe5\xb8\x81", 9},
    {"BTC is going to moon", 20},
    {"this is a scam and it will crash", 32},
    {"the meeting is on tuesday", 25},
};
enum { AWKWARD = sizeof awkward / sizeof *awkward };

static int setup(void **state)
{
    if (folder_setup(state))
        return -1;
    opened_config.model_dir = golden_copy("plain", "plain");
    return 0;
}

// Opens each scorer in each precision and hands it to `check`.
static void for_each_scorer(void (*check)(struct gm_scorer *scorer))
{
    static const char *const precisions[] = {"int8", "f32"};
    for (size_t i = 0; gm_scorers[i] != NULL; i++)
        for (size_t p = 0; p < 2; p++) {
            struct gm_scorer *scorer;
            struct gm_error error;
            opened_ops = gm_scorers[i];
            opened_config.precision = precisions[p];
            if (gm_scorer_open(opened_ops->name, &opened_config, &scorer, &error))
                fail_msg("%s: %s", opened_ops->name, error.message);
            check(scorer);
            gm_scorer_close(scorer);
        }
}

static void assert_well_formed(const struct gm_mood *mood)
{
    assert_true(mood->score > 0.0 && mood->score <= 1.0);
    assert_true(mood->score == (double)(float)mood->score);
    switch (mood->label) {
    case GM_LABEL_POSITIVE:
        assert_true(mood->vibe == mood->score);
        return;
    case GM_LABEL_NEGATIVE:
        assert_true(mood->vibe == -mood->score);
        return;
    case GM_LABEL_NEUTRAL:
        assert_true(mood->vibe == 0.0);
        return;
    }
    fail_msg("label %d", (int)mood->label);
}

static void assert_same(const struct gm_mood *a, const struct gm_mood *b)
{
    assert_int_equal(a->label, b->label);
    assert_memory_equal(&a->score, &b->score, sizeof a->score);
    assert_memory_equal(&a->vibe, &b->vibe, sizeof a->vibe);
}

static void check_moods(struct gm_scorer *scorer)
{
    struct gm_mood moods[AWKWARD];
    assert_int_equal(gm_scorer_score(scorer, awkward, AWKWARD, moods, NULL), GM_OK);
    for (size_t i = 0; i < AWKWARD; i++)
        assert_well_formed(&moods[i]);
    for (size_t i = 0; i < 4; i++) // nothing is said
        assert_int_equal(moods[i].label, GM_LABEL_NEUTRAL);
    assert_int_equal(gm_scorer_score(scorer, NULL, 0, NULL, NULL), GM_OK);
}

// A mood depends on the text alone: not on the batch, the order, or what was scored before.
static void check_batches(struct gm_scorer *scorer)
{
    struct gm_mood batch[AWKWARD];
    assert_int_equal(gm_scorer_score(scorer, awkward, AWKWARD, batch, NULL), GM_OK);
    for (size_t i = AWKWARD; i-- > 0;) {
        struct gm_mood single;
        assert_int_equal(gm_scorer_score(scorer, &awkward[i], 1, &single, NULL), GM_OK);
        assert_same(&single, &batch[i]);
    }
}

// However little time there is, texts are scored one after the other, and as without haste.
static void check_budgets(struct gm_scorer *scorer)
{
    static const int64_t budgets_us[] = {INT64_MIN, 0, 1, 1000, INT64_MAX};
    struct gm_mood whole[AWKWARD];
    assert_int_equal(gm_scorer_score(scorer, awkward, AWKWARD, whole, NULL), GM_OK);
    for (size_t b = 0; b < sizeof budgets_us / sizeof *budgets_us; b++) {
        size_t scored;
        for (size_t done = 0; done < AWKWARD; done += scored) {
            struct gm_mood moods[AWKWARD];
            assert_int_equal(gm_scorer_score_within(scorer, awkward + done, AWKWARD - done,
                                                    budgets_us[b], moods, &scored, NULL),
                             GM_OK);
            assert_in_range(scored, 1, AWKWARD - done);
            for (size_t i = 0; i < scored; i++)
                assert_same(&moods[i], &whole[done + i]);
        }
    }
    size_t scored = 1;
    assert_int_equal(gm_scorer_score_within(scorer, NULL, 0, 0, NULL, &scored, NULL), GM_OK);
    assert_int_equal(scored, 0);
}

// Without time for more, a long batch is not scored to its end.
static void check_haste(struct gm_scorer *scorer)
{
    enum { TEXTS = 64 };
    char *text = malloc(LARGE_BYTES);
    assert_non_null(text);
    memset(text, 'a', LARGE_BYTES);
    struct gm_str texts[TEXTS];
    struct gm_mood moods[TEXTS];
    for (size_t i = 0; i < TEXTS; i++)
        texts[i] = (struct gm_str){text + i, LARGE_BYTES - i};
    size_t scored;
    assert_int_equal(gm_scorer_score_within(scorer, texts, TEXTS, 0, moods, &scored, NULL), GM_OK);
    assert_in_range(scored, 1, TEXTS / 2);
    free(text);
}

// Two scorers of a kind, at different addresses, agree to the last bit.
static void check_twins(struct gm_scorer *scorer)
{
    struct gm_scorer *twin;
    struct gm_mood moods[AWKWARD], twins[AWKWARD];
    assert_int_equal(gm_scorer_open(opened_ops->name, &opened_config, &twin, NULL), GM_OK);
    assert_int_equal(gm_scorer_score(scorer, awkward, AWKWARD, moods, NULL), GM_OK);
    assert_int_equal(gm_scorer_score(twin, awkward, AWKWARD, twins, NULL), GM_OK);
    for (size_t i = 0; i < AWKWARD; i++)
        assert_same(&moods[i], &twins[i]);
    gm_scorer_close(twin);
}

static void check_large(struct gm_scorer *scorer)
{
    static const char *const patterns[] = {"to the moon ", "a",    "!?",  "\xf0\x9f\x9a\x80",
                                           "\x80",         "not ", "'s-", "\xe6\xaf\x94",
                                           "+1.",          "but "};
    char *text = malloc(LARGE_BYTES);
    assert_non_null(text);
    for (size_t p = 0; p < sizeof patterns / sizeof *patterns; p++) {
        const size_t period = strlen(patterns[p]);
        for (size_t i = 0; i < LARGE_BYTES; i++)
            text[i] = patterns[p][i % period];
        struct gm_mood mood;
        const struct gm_str slice = {text, LARGE_BYTES};
        assert_int_equal(gm_scorer_score(scorer, &slice, 1, &mood, NULL), GM_OK);
        assert_well_formed(&mood);
    }
    free(text);
}

// No byte past the end of a text counts or is read (the sanitizers watch the copy's end).
static void check_bounds(struct gm_scorer *scorer)
{
    static const char text[] = "don\xe2\x80\x99t dump it, sooooo bullish!!! \xf0\x9f\x9a\x80 +12%";
    for (size_t len = 0; len < sizeof text; len++) {
        struct gm_mood whole, cut;
        const struct gm_str in_place = {text, len};
        char *copy = malloc(len > 0 ? len : 1);
        assert_non_null(copy);
        memcpy(copy, text, len);
        const struct gm_str copied = {copy, len};
        assert_int_equal(gm_scorer_score(scorer, &in_place, 1, &whole, NULL), GM_OK);
        assert_int_equal(gm_scorer_score(scorer, &copied, 1, &cut, NULL), GM_OK);
        assert_same(&whole, &cut);
        free(copy);
    }
}

static void test_contract_moods(void **state)
{
    (void)state;
    for_each_scorer(check_moods);
}

static void test_contract_batches(void **state)
{
    (void)state;
    for_each_scorer(check_batches);
}

static void test_contract_budgets(void **state)
{
    (void)state;
    for_each_scorer(check_budgets);
    for_each_scorer(check_haste);
}

static void test_contract_twins(void **state)
{
    (void)state;
    for_each_scorer(check_twins);
}

static void test_contract_large(void **state)
{
    (void)state;
    for_each_scorer(check_large);
}

static void test_contract_bounds(void **state)
{
    (void)state;
    for_each_scorer(check_bounds);
}

static void test_table_is_complete(void **state)
{
    (void)state;
    for (size_t i = 0; gm_scorers[i] != NULL; i++) {
        assert_true(strlen(gm_scorers[i]->name) > 0);
        assert_true(strlen(gm_scorers[i]->description) > 0);
        assert_non_null(gm_scorers[i]->open);
        assert_non_null(gm_scorers[i]->score);
        assert_non_null(gm_scorers[i]->close);
        gm_scorers[i]->close(NULL);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(gm_scorers[i]->name, gm_scorers[j]->name);
    }
}

static void test_auto_opens_something(void **state)
{
    (void)state;
    const char *const names[] = {NULL, "auto"};
    for (size_t i = 0; i < 2; i++) {
        struct gm_scorer *scorer;
        assert_int_equal(gm_scorer_open(names[i], &(struct gm_scorer_config){0}, &scorer, NULL),
                         GM_OK);
        assert_string_not_equal(gm_scorer_name(scorer), "auto");
        gm_scorer_close(scorer);
    }
    gm_scorer_close(NULL);
}

static void test_unknown_name_lists_the_names(void **state)
{
    (void)state;
    struct gm_scorer *const untouched = (struct gm_scorer *)&opened_config;
    struct gm_scorer *scorer = untouched;
    struct gm_error error;
    assert_int_equal(gm_scorer_open("lexikon", &opened_config, &scorer, &error), GM_ERR_INVALID);
    assert_ptr_equal(scorer, untouched);
    assert_int_equal(error.code, GM_ERR_INVALID);
    assert_non_null(strstr(error.message, "\"lexikon\""));
    assert_non_null(strstr(error.message, "auto"));
    for (size_t i = 0; gm_scorers[i] != NULL; i++)
        assert_non_null(strstr(error.message, gm_scorers[i]->name));
}

static void test_label_names(void **state)
{
    (void)state;
    assert_string_equal(gm_label_name(GM_LABEL_POSITIVE), "positive");
    assert_string_equal(gm_label_name(GM_LABEL_NEGATIVE), "negative");
    assert_string_equal(gm_label_name(GM_LABEL_NEUTRAL), "neutral");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_contract_moods),
        cmocka_unit_test(test_contract_batches),
        cmocka_unit_test(test_contract_budgets),
        cmocka_unit_test(test_contract_twins),
        cmocka_unit_test(test_contract_large),
        cmocka_unit_test(test_contract_bounds),
        cmocka_unit_test(test_table_is_complete),
        cmocka_unit_test(test_auto_opens_something),
        cmocka_unit_test(test_unknown_name_lists_the_names),
        cmocka_unit_test(test_label_names),
    };
    return cmocka_run_group_tests(tests, setup, folder_teardown);
}
