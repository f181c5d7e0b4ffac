// Building the lexicon's table out of the list of words.
#include "vibe/lexicon/table.h"

#include "base/str.h"

#include <stdlib.h>
#include <string.h>

static bool is_word_byte(unsigned char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || byte == '\'';
}

struct gm_lexicon_spelling gm_lexicon_spell(const char *text, size_t len)
{
    struct gm_lexicon_spelling spelling = {0, 0};
    for (size_t i = 0; i < len; i++) {
        uint64_t byte = (unsigned char)text[i];
        if (byte >= 'A' && byte <= 'Z')
            byte += 'a' - 'A';
        if (i < 8)
            spelling.low |= byte << (8 * i);
        else
            spelling.high |= byte << (8 * (i - 8));
    }
    return spelling;
}

static size_t phrase_hash(uint64_t words)
{
    return (size_t)((words * 0x9E3779B97F4A7C15u) >> (64 - GM_LEXICON_PHRASE_BITS));
}

static size_t phrase_slot(const struct gm_lexicon *lexicon, uint64_t words)
{
    size_t slot = phrase_hash(words);
    while (lexicon->phrase_slots[slot] != 0 &&
           lexicon->phrases[lexicon->phrase_slots[slot] - 1].words != words)
        slot = (slot + 1) & ((1u << GM_LEXICON_PHRASE_BITS) - 1);
    return slot;
}

const struct gm_lexicon_meaning *gm_lexicon_find_phrase(const struct gm_lexicon *lexicon,
                                                        uint64_t words)
{
    const uint16_t number = lexicon->phrase_slots[phrase_slot(lexicon, words)];
    return number == 0 ? NULL : &lexicon->phrases[number - 1].meaning;
}

// ------------------------------------------------------------------------- building

static enum gm_err spell_item(struct gm_str word, struct gm_lexicon_spelling *ret_spelling,
                              struct gm_error *error)
{
    if (gm_utf8_valid(word, NULL) && (unsigned char)word.data[0] >= 0x80) {
        size_t at = 0;
        const uint64_t symbol = gm_utf8_next(word, &at);
        if (at == word.len) {
            *ret_spelling = (struct gm_lexicon_spelling){symbol, GM_LEXICON_SYMBOL};
            return GM_OK;
        }
        return gm_error_set(error, GM_ERR_INVALID, "lexicon: \"%.*s\" is more than one code point",
                            GM_STR_ARG(word));
    }
    if (word.len > GM_LEXICON_WORD_BYTES_MAX)
        return gm_error_set(error, GM_ERR_INVALID, "lexicon: \"%.*s\" is longer than %d bytes",
                            GM_STR_ARG(word), GM_LEXICON_WORD_BYTES_MAX);
    // The marks that a text is searched for have names that no text can spell: "+%", ":)".
    const bool mark = word.len == 2 && !is_word_byte((unsigned char)word.data[0]);
    for (size_t i = 0; i < word.len && !mark; i++)
        if (!is_word_byte((unsigned char)word.data[i]))
            return gm_error_set(error, GM_ERR_INVALID,
                                "lexicon: \"%.*s\" has a byte that is in no word",
                                GM_STR_ARG(word));
    *ret_spelling = gm_lexicon_spell(word.data, word.len);
    return GM_OK;
}

// The number of a word, which is added when it is new.
static enum gm_err intern(struct gm_lexicon *lexicon, struct gm_str word, uint16_t *ret_number,
                          struct gm_error *error)
{
    if (gm_str_equal(word, gm_str("#"))) {
        *ret_number = GM_LEXICON_NUMBER;
        return GM_OK;
    }
    struct gm_lexicon_spelling spelling;
    const enum gm_err err = spell_item(word, &spelling, error);
    if (err)
        return err;
    uint16_t number = gm_lexicon_find(lexicon, spelling);
    if (number == GM_LEXICON_UNKNOWN) {
        if (lexicon->word_count == GM_LEXICON_WORDS_MAX)
            return gm_error_set(error, GM_ERR_LIMIT, "lexicon: \"%.*s\" is one word more than %d",
                                GM_STR_ARG(word), GM_LEXICON_WORDS_MAX);
        number = (uint16_t)lexicon->word_count++;
        lexicon->spellings[number] = spelling;
        size_t slot = gm_lexicon_hash(spelling);
        while (lexicon->word_slots[slot] != 0)
            slot = (slot + 1) & ((1u << GM_LEXICON_WORD_BITS) - 1);
        lexicon->word_slots[slot] = number;
    }
    *ret_number = number;
    return GM_OK;
}

static bool has_lower_case(struct gm_str item)
{
    for (size_t i = 0; i < item.len; i++)
        if (item.data[i] >= 'a' && item.data[i] <= 'z')
            return true;
    return false;
}

// The numbers of the words of an item, packed as in struct gm_lexicon_phrase.
static enum gm_err intern_words(struct gm_lexicon *lexicon, struct gm_str item, uint64_t *ret_words,
                                size_t *ret_count, struct gm_error *error)
{
    uint64_t words = 0;
    size_t count = 0;
    for (size_t from = 0; from < item.len; count++) {
        const char *space = memchr(item.data + from, ' ', item.len - from);
        const size_t to = space ? (size_t)(space - item.data) : item.len;
        if (count == GM_LEXICON_PHRASE_WORDS_MAX || to == from)
            return gm_error_set(error, GM_ERR_INVALID,
                                "lexicon: \"%.*s\" is not one to %d words, a space between them",
                                GM_STR_ARG(item), GM_LEXICON_PHRASE_WORDS_MAX);
        uint16_t number = GM_LEXICON_UNKNOWN;
        const enum gm_err err =
            intern(lexicon, (struct gm_str){item.data + from, to - from}, &number, error);
        if (err)
            return err;
        words |= (uint64_t)number << (16 * count);
        from = to + 1;
    }
    *ret_words = words;
    *ret_count = count;
    return GM_OK;
}

// Gives an item its meaning; *ret_new is false, and nothing changes, where it has one.
static enum gm_err add_item(struct gm_lexicon *lexicon, struct gm_str item,
                            struct gm_lexicon_meaning meaning, bool *ret_new,
                            struct gm_error *error)
{
    uint64_t words = 0;
    size_t count = 0;
    const enum gm_err err = intern_words(lexicon, item, &words, &count, error);
    if (err)
        return err;
    if (count == 1) {
        *ret_new = lexicon->meanings[words].role == GM_LEXICON_PLAIN;
        if (*ret_new)
            lexicon->meanings[words] = meaning;
        return GM_OK;
    }
    const size_t slot = phrase_slot(lexicon, words);
    *ret_new = lexicon->phrase_slots[slot] == 0;
    if (!*ret_new)
        return GM_OK;
    if (lexicon->phrase_count == GM_LEXICON_PHRASES_MAX)
        return gm_error_set(error, GM_ERR_LIMIT, "lexicon: \"%.*s\" is one phrase more than %d",
                            GM_STR_ARG(item), GM_LEXICON_PHRASES_MAX);
    lexicon->phrases[lexicon->phrase_count] = (struct gm_lexicon_phrase){words, meaning};
    lexicon->phrase_slots[slot] = (uint16_t)++lexicon->phrase_count;
    const size_t pair = gm_lexicon_pair((uint16_t)words, (uint16_t)(words >> 16));
    lexicon->pairs[pair / 64] |= (uint64_t)1 << (pair % 64);
    return GM_OK;
}

// Adds what becomes of an item whose apostrophes are lost: "don't" is "dont" or "don t". What
// means something in its own right, or would be too long, is left alone.
static enum gm_err add_without_apostrophes(struct gm_lexicon *lexicon, struct gm_str item,
                                           struct gm_lexicon_meaning meaning,
                                           struct gm_error *error)
{
    char closed[GM_LEXICON_PHRASE_WORDS_MAX * (GM_LEXICON_WORD_BYTES_MAX + 1)];
    char spaced[sizeof closed];
    size_t closed_len = 0, words = 1;
    for (size_t i = 0; i < item.len; i++) {
        const bool apostrophe = item.data[i] == '\'';
        spaced[i] = (char)(apostrophe ? ' ' : item.data[i]);
        words += spaced[i] == ' ';
        if (!apostrophe)
            closed[closed_len++] = item.data[i];
    }
    bool new;
    enum gm_err err = GM_OK;
    if (closed_len < item.len)
        err = add_item(lexicon, (struct gm_str){closed, closed_len}, meaning, &new, error);
    if (!err && closed_len < item.len && words <= GM_LEXICON_PHRASE_WORDS_MAX)
        err = add_item(lexicon, (struct gm_str){spaced, item.len}, meaning, &new, error);
    return err;
}

static enum gm_err add_group(struct gm_lexicon *lexicon, const struct gm_lexicon_group *group,
                             bool apostrophes, struct gm_error *error)
{
    for (const char *at = group->words; *at != '\0';) {
        const size_t len = strcspn(at, ",");
        struct gm_str item = {at, len};
        while (item.len > 0 && item.data[0] == ' ')
            item.data++, item.len--;
        if (item.len == 0)
            return gm_error_set(error, GM_ERR_INVALID, "lexicon: nothing before a comma in \"%s\"",
                                group->words);
        const struct gm_lexicon_meaning meaning = {
            .value = group->value, .role = (uint8_t)group->role, .acronym = !has_lower_case(item)};
        bool new = true;
        const enum gm_err err = apostrophes
                                    ? add_item(lexicon, item, meaning, &new, error)
                                    : add_without_apostrophes(lexicon, item, meaning, error);
        if (err)
            return err;
        if (!new)
            return gm_error_set(error, GM_ERR_INVALID, "lexicon: \"%.*s\" stands there twice",
                                GM_STR_ARG(item));
        at += len + (at[len] == ',');
    }
    return GM_OK;
}

// Adds the items as they stand, or without their apostrophes.
static enum gm_err add_lists(struct gm_lexicon *lexicon,
                             const struct gm_lexicon_group *const *lists, bool apostrophes,
                             struct gm_error *error)
{
    for (; *lists != NULL; lists++)
        for (const struct gm_lexicon_group *group = *lists; group->words != NULL; group++) {
            const enum gm_err err = add_group(lexicon, group, apostrophes, error);
            if (err)
                return err;
        }
    return GM_OK;
}

enum gm_err gm_lexicon_create(const struct gm_lexicon_group *const *lists,
                              struct gm_lexicon **ret_lexicon, struct gm_error *error)
{
    struct gm_lexicon *lexicon = calloc(1, sizeof *lexicon);
    if (lexicon == NULL)
        return gm_error_set(error, GM_ERR_NOMEM, "lexicon: out of memory");
    lexicon->word_count = GM_LEXICON_WORD_FIRST;
    for (int mark = GM_LEXICON_UNKNOWN + 1; mark < GM_LEXICON_NUMBER; mark++)
        lexicon->meanings[mark].role = GM_LEXICON_MARK;
    enum gm_err err = add_lists(lexicon, lists, true, error);
    if (!err) // last, so that what is listed goes before what is made of something else
        err = add_lists(lexicon, lists, false, error);
    if (err) {
        gm_lexicon_destroy(lexicon);
        return err;
    }
    *ret_lexicon = lexicon;
    return GM_OK;
}

void gm_lexicon_destroy(struct gm_lexicon *lexicon)
{
    free(lexicon);
}
