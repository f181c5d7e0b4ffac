// The lexicon's table: everything listed is found, nothing else is, and a faulty list is refused.
#include "../test.h"

#include "vibe/lexicon/table.h"

#include "base/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum gm_err create(const struct gm_lexicon_group *groups, struct gm_lexicon **ret_lexicon,
                          struct gm_error *error)
{
    const struct gm_lexicon_group *const lists[] = {groups, NULL};
    return gm_lexicon_create(lists, ret_lexicon, error);
}

static uint16_t find(const struct gm_lexicon *lexicon, const char *word)
{
    return gm_lexicon_find(lexicon, gm_lexicon_spell(word, strlen(word)));
}

static const struct gm_lexicon_meaning *find_pair(const struct gm_lexicon *lexicon,
                                                  const char *first, const char *second)
{
    return gm_lexicon_find_phrase(lexicon, (uint64_t)find(lexicon, first) |
                                               (uint64_t)find(lexicon, second) << 16);
}

static void test_finds_words_and_phrases(void **state)
{
    (void)state;
    const struct gm_lexicon_group groups[] = {
        {GM_LEXICON_MOOD, 2.5f, "moon, to the moon,rug pull, HODL"},
        {GM_LEXICON_SCALE, 0.5f, "moon landing"},
        {GM_LEXICON_NEGATE, 3.0f, "don't, sixteen_bytes_16"},
        {GM_LEXICON_PLAIN, 0.0f, NULL},
    };
    const struct gm_lexicon_group good[] = {groups[0], groups[1], groups[3]};
    struct gm_lexicon *lexicon;
    struct gm_error error;
    assert_int_equal(create(groups, &lexicon, &error), GM_ERR_INVALID);
    assert_int_equal(create(good, &lexicon, NULL), GM_OK);

    const struct gm_lexicon_meaning *moon = &lexicon->meanings[find(lexicon, "MoOn")];
    assert_int_equal(moon->role, GM_LEXICON_MOOD);
    assert_true(moon->value == 2.5f);
    assert_false(moon->acronym);
    assert_true(lexicon->meanings[find(lexicon, "hodl")].acronym);

    const struct gm_lexicon_meaning *to = &lexicon->meanings[find(lexicon, "to")];
    assert_int_equal(to->role, GM_LEXICON_PLAIN);
    assert_true(gm_lexicon_may_begin_phrase(lexicon, find(lexicon, "to"), find(lexicon, "the")));
    assert_false(gm_lexicon_may_begin_phrase(lexicon, find(lexicon, "the"), find(lexicon, "to")));

    assert_int_equal(find_pair(lexicon, "moon", "landing")->role, GM_LEXICON_SCALE);
    assert_int_equal(find_pair(lexicon, "rug", "pull")->role, GM_LEXICON_MOOD);
    assert_null(find_pair(lexicon, "pull", "rug"));
    assert_null(find_pair(lexicon, "to", "the"));
    assert_int_equal(find(lexicon, "moo"), GM_LEXICON_UNKNOWN);
    assert_int_equal(find(lexicon, ""), GM_LEXICON_UNKNOWN);
    gm_lexicon_destroy(lexicon);
    gm_lexicon_destroy(NULL);
}

// What has lost its apostrophes means the same, but for what is listed in its own right.
static void test_adds_what_lost_its_apostrophes(void **state)
{
    (void)state;
    const struct gm_lexicon_group groups[] = {
        {GM_LEXICON_MOOD, 2.0f, "don't sell, one's two three four, we're"},
        {GM_LEXICON_MOOD, -1.0f, "were"},
        {GM_LEXICON_PLAIN, 0.0f, NULL},
    };
    struct gm_lexicon *lexicon;
    assert_int_equal(create(groups, &lexicon, NULL), GM_OK);
    assert_true(find_pair(lexicon, "don't", "sell")->value == 2.0f);
    assert_true(find_pair(lexicon, "dont", "sell")->value == 2.0f);
    const uint64_t spaced = (uint64_t)find(lexicon, "don") | (uint64_t)find(lexicon, "t") << 16 |
                            (uint64_t)find(lexicon, "sell") << 32;
    assert_true(gm_lexicon_find_phrase(lexicon, spaced)->value == 2.0f);
    assert_true(lexicon->meanings[find(lexicon, "were")].value == -1.0f);
    assert_true(find_pair(lexicon, "we", "re")->value == 2.0f);
    assert_int_equal(lexicon->phrase_count, 6); // 3 of "don't sell", 2 of "one's two …", "we re"
    gm_lexicon_destroy(lexicon);
}

static void test_finds_numbers_in_phrases(void **state)
{
    (void)state;
    const struct gm_lexicon_group groups[] = {{GM_LEXICON_MOOD, 1.0f, "up #, up"},
                                              {GM_LEXICON_PLAIN, 0.0f, NULL}};
    struct gm_lexicon *lexicon;
    assert_int_equal(create(groups, &lexicon, NULL), GM_OK);
    const uint16_t up = find(lexicon, "up");
    assert_true(gm_lexicon_may_begin_phrase(lexicon, up, GM_LEXICON_NUMBER));
    assert_non_null(gm_lexicon_find_phrase(lexicon, up | (uint64_t)GM_LEXICON_NUMBER << 16));
    gm_lexicon_destroy(lexicon);
}

static void test_refuses_faulty_lists(void **state)
{
    (void)state;
    static const struct {
        const char *words, *message;
    } faults[] = {
        {"moon, rocket, moon", "\"moon\" stands there twice"},
        {"to the moon, to the moon", "\"to the moon\" stands there twice"},
        {"MOON, moon", "\"moon\" stands there twice"},
        {"seventeenletterss", "longer than 16 bytes"},
        {"one two three four five", "not one to 4 words"},
        {"two  spaces", "not one to 4 words"},
        {"all-time", "has a byte that is in no word"},
        {"caf\xc3\xa9", "has a byte that is in no word"},
        {"moon, , rocket", "nothing before a comma"},
        {"\xf0\x9f\x9a\x80\xf0\x9f\x9a\x80", "more than one code point"},
    };
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        const struct gm_lexicon_group groups[] = {{GM_LEXICON_MOOD, 1.0f, faults[i].words},
                                                  {GM_LEXICON_PLAIN, 0.0f, NULL}};
        struct gm_lexicon *const untouched = (struct gm_lexicon *)&groups;
        struct gm_lexicon *lexicon = untouched;
        struct gm_error error;
        assert_int_equal(create(groups, &lexicon, &error), GM_ERR_INVALID);
        assert_ptr_equal(lexicon, untouched);
        if (strstr(error.message, faults[i].message) == NULL)
            fail_msg("\"%s\" in \"%s\"", faults[i].message, error.message);
    }
}

// `count` different items of one or two words each.
static char *many(size_t count, int words)
{
    char *list = NULL;
    size_t len;
    FILE *out = open_memstream(&list, &len);
    assert_non_null(out);
    for (size_t i = 0; i < count; i++)
        fprintf(out, words == 1 ? "%sw%zu" : "%sw w%zu", i ? "," : "", i);
    assert_int_equal(fclose(out), 0);
    return list;
}

static void test_has_limits(void **state)
{
    (void)state;
    static const struct {
        size_t fits;
        int words;
    } cases[] = {
        {GM_LEXICON_WORDS_MAX - GM_LEXICON_WORD_FIRST, 1},
        {GM_LEXICON_PHRASES_MAX, 2},
    };
    for (size_t i = 0; i < 2; i++)
        for (size_t over = 0; over < 2; over++) {
            char *list = many(cases[i].fits + over, cases[i].words);
            const struct gm_lexicon_group groups[] = {{GM_LEXICON_MOOD, 1.0f, list},
                                                      {GM_LEXICON_PLAIN, 0.0f, NULL}};
            struct gm_lexicon *lexicon = NULL;
            assert_int_equal(create(groups, &lexicon, NULL), over ? GM_ERR_LIMIT : GM_OK);
            gm_lexicon_destroy(lexicon);
            free(list);
        }
}

static void check_group(const struct gm_lexicon_group *group)
{
    const double size = group->value < 0 ? -(double)group->value : (double)group->value;
    assert_true(group->role != GM_LEXICON_MOOD || size <= 4.0);
    assert_true(group->role != GM_LEXICON_OTHERS || size <= 4.0);
    assert_true(group->role != GM_LEXICON_SCALE || (size >= 0.3 && size <= 2.0));
    assert_true(group->role != GM_LEXICON_NEGATE || (group->value >= 1 && group->value <= 4));
    assert_true(group->role != GM_LEXICON_CONTRAST || (size > 0 && size < 1));
}

// Every item of the list that ships: in the table once, with a value that its role allows.
static void test_the_list_is_sound(void **state)
{
    (void)state;
    struct gm_lexicon *lexicon;
    struct gm_error error = {.message = ""};
    if (gm_lexicon_create(gm_lexicon_lists, &lexicon, &error) != GM_OK)
        fail_msg("%s", error.message);
    for (const struct gm_lexicon_group *const *list = gm_lexicon_lists; *list; list++)
        for (const struct gm_lexicon_group *group = *list; group->words; group++)
            check_group(group);
    for (size_t i = GM_LEXICON_WORD_FIRST; i < lexicon->word_count; i++)
        assert_int_equal(gm_lexicon_find(lexicon, lexicon->spellings[i]), i);
    for (size_t i = 0; i < lexicon->phrase_count; i++)
        assert_ptr_equal(gm_lexicon_find_phrase(lexicon, lexicon->phrases[i].words),
                         &lexicon->phrases[i].meaning);
    assert_true(lexicon->word_count > 1000 && lexicon->phrase_count > 500);
    gm_lexicon_destroy(lexicon);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_finds_words_and_phrases),
        cmocka_unit_test(test_adds_what_lost_its_apostrophes),
        cmocka_unit_test(test_finds_numbers_in_phrases),
        cmocka_unit_test(test_refuses_faulty_lists),
        cmocka_unit_test(test_has_limits),
        cmocka_unit_test(test_the_list_is_sound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
