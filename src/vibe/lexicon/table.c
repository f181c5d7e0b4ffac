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

static enum gm_err add_phrase(struct gm_lexicon *lexicon, struct gm_str item, uint64_t words,
                              struct gm_lexicon_meaning meaning, struct gm_error *error)
{
    const size_t slot = phrase_slot(lexicon, words);
    if (lexicon->phrase_slots[slot] != 0)
        return gm_error_set(error, GM_ERR_INVALID, "lexicon: \"%.*s\" stands there twice",
                            GM_STR_ARG(item));
    if (lexicon->phrase_count == GM_LEXICON_PHRASES_MAX)
        return gm_error_set(error, GM_ERR_LIMIT, "lexicon: \"%.*s\" is one phrase more than %d",
                            GM_STR_ARG(item), GM_LEXICON_PHRASES_MAX);
    lexicon->phrases[lexicon->phrase_count] = (struct gm_lexicon_phrase){words, meaning};
    lexicon->phrase_slots[slot] = (uint16_t)++lexicon->phrase_count;
    return GM_OK;
}

static bool has_lower_case(struct gm_str item)
{
    for (size_t i = 0; i < item.len; i++)
        if (item.data[i] >= 'a' && item.data[i] <= 'z')
            return true;
    return false;
}

static enum gm_err add_item(struct gm_lexicon *lexicon, const struct gm_lexicon_group *group,
                            struct gm_str item, struct gm_error *error)
{
    uint16_t numbers[GM_LEXICON_PHRASE_WORDS_MAX];
    size_t count = 0;
    uint64_t packed = 0;
    for (size_t from = 0; from < item.len; count++) {
        const char *space = memchr(item.data + from, ' ', item.len - from);
        const size_t to = space ? (size_t)(space - item.data) : item.len;
        if (count == GM_LEXICON_PHRASE_WORDS_MAX || to == from)
            return gm_error_set(error, GM_ERR_INVALID,
                                "lexicon: \"%.*s\" is not one to %d words, a space between them",
                                GM_STR_ARG(item), GM_LEXICON_PHRASE_WORDS_MAX);
        const enum gm_err err =
            intern(lexicon, (struct gm_str){item.data + from, to - from}, &numbers[count], error);
        if (err)
            return err;
        packed |= (uint64_t)numbers[count] << (16 * count);
        from = to + 1;
    }
    const struct gm_lexicon_meaning meaning = {
        .value = group->value, .role = (uint8_t)group->role, .acronym = !has_lower_case(item)};
    if (count > 1) {
        const size_t pair = gm_lexicon_pair(numbers[0], numbers[1]);
        lexicon->pairs[pair / 64] |= (uint64_t)1 << (pair % 64);
        return add_phrase(lexicon, item, packed, meaning, error);
    }
    struct gm_lexicon_meaning *of_word = &lexicon->meanings[numbers[0]];
    if (of_word->role != GM_LEXICON_PLAIN)
        return gm_error_set(error, GM_ERR_INVALID, "lexicon: \"%.*s\" stands there twice",
                            GM_STR_ARG(item));
    *of_word = meaning;
    return GM_OK;
}

static enum gm_err add_group(struct gm_lexicon *lexicon, const struct gm_lexicon_group *group,
                             struct gm_error *error)
{
    for (const char *at = group->words; *at != '\0';) {
        const size_t len = strcspn(at, ",");
        struct gm_str item = {at, len};
        while (item.len > 0 && item.data[0] == ' ')
            item.data++, item.len--;
        if (item.len == 0)
            return gm_error_set(error, GM_ERR_INVALID, "lexicon: nothing before a comma in \"%s\"",
                                group->words);
        const enum gm_err err = add_item(lexicon, group, item, error);
        if (err)
            return err;
        at += len + (at[len] == ',');
    }
    return GM_OK;
}

enum gm_err gm_lexicon_create(const struct gm_lexicon_group *groups,
                              struct gm_lexicon **ret_lexicon, struct gm_error *error)
{
    struct gm_lexicon *lexicon = calloc(1, sizeof *lexicon);
    if (lexicon == NULL)
        return gm_error_set(error, GM_ERR_NOMEM, "lexicon: out of memory");
    lexicon->word_count = GM_LEXICON_WORD_FIRST;
    for (int mark = GM_LEXICON_UNKNOWN + 1; mark < GM_LEXICON_WORD_FIRST; mark++)
        lexicon->meanings[mark].role = GM_LEXICON_MARK;
    for (; groups->words != NULL; groups++) {
        const enum gm_err err = add_group(lexicon, groups, error);
        if (err) {
            gm_lexicon_destroy(lexicon);
            return err;
        }
    }
    *ret_lexicon = lexicon;
    return GM_OK;
}

void gm_lexicon_destroy(struct gm_lexicon *lexicon)
{
    free(lexicon);
}
