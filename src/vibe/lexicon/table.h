// The lexicon's words and phrases, arranged to be found fast.
//
// Words are numbered. A word of up to 16 bytes is its own key (two integers); a phrase is the
// numbers of its words in one integer. Both are found by hashing with linear probing. Most words of
// a text are in no phrase and say nothing, so what is asked of each of them is small and close
// together: 64 KiB of slots, and a set of bits that tells whether two words can begin a phrase.
// All of it is one block of memory that never changes after it is built, so any number of threads
// may read it.
#ifndef GM_VIBE_LEXICON_TABLE_H
#define GM_VIBE_LEXICON_TABLE_H

#include "base/error.h"
#include "vibe/lexicon/words.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    GM_LEXICON_WORD_BYTES_MAX = 16,
    GM_LEXICON_PHRASE_WORDS_MAX = 4,
    GM_LEXICON_WORDS_MAX = 8192,
    GM_LEXICON_PHRASES_MAX = 6144,
    GM_LEXICON_WORD_BITS = 15,   // log2 of the slots: an eighth is full, so that an unknown
    GM_LEXICON_PHRASE_BITS = 14, // word most often meets an empty one
    GM_LEXICON_PAIR_BITS = 17,   // log2 of the set's bits: one in 34 is set
};

// Numbers of what is no word of the lexicon; its words follow.
enum {
    GM_LEXICON_UNKNOWN, // any other word
    GM_LEXICON_COMMA,   // , ;
    GM_LEXICON_STOP,    // . or the end of a line
    GM_LEXICON_EXCLAIM, // !
    GM_LEXICON_ASK,     // ?
    GM_LEXICON_SARCASM, // /s
    GM_LEXICON_NUMBER,  // 2021, 3.50, 10k: "#" in a phrase
    GM_LEXICON_WORD_FIRST,
};

struct gm_lexicon_meaning {
    float value;
    uint8_t role; // enum gm_lexicon_role
    bool acronym; // capitals are no emphasis
};

// Up to 16 bytes in lower case, the first one lowest, zeros behind. An emoji is its code point
// and GM_LEXICON_SYMBOL.
struct gm_lexicon_spelling {
    uint64_t low, high;
};

#define GM_LEXICON_SYMBOL UINT64_MAX

struct gm_lexicon_phrase {
    uint64_t words; // numbers of 16 bits, the first word lowest
    struct gm_lexicon_meaning meaning;
};

struct gm_lexicon {
    uint16_t word_slots[1 << GM_LEXICON_WORD_BITS];     // a word's number, 0: empty
    uint64_t pairs[(1 << GM_LEXICON_PAIR_BITS) / 64];   // the set of gm_lexicon_may_begin_phrase
    uint16_t phrase_slots[1 << GM_LEXICON_PHRASE_BITS]; // a phrase's index + 1, 0: empty
    size_t word_count, phrase_count;                    // word_count includes the numbers above
    struct gm_lexicon_meaning meanings[GM_LEXICON_WORDS_MAX];   // by word
    struct gm_lexicon_spelling spellings[GM_LEXICON_WORDS_MAX]; // by word
    struct gm_lexicon_phrase phrases[GM_LEXICON_PHRASES_MAX];
};

// Builds the table of all lists. GM_ERR_INVALID: an item stands there twice, is too long, or has a
// byte that no word has; GM_ERR_LIMIT: too many words or phrases. The message names the item.
enum gm_err gm_lexicon_create(const struct gm_lexicon_group *const *lists,
                              struct gm_lexicon **ret_lexicon, struct gm_error *error);
void gm_lexicon_destroy(struct gm_lexicon *lexicon); // NULL is fine

// The spelling of text[0..len), len ≤ 16, in any case.
struct gm_lexicon_spelling gm_lexicon_spell(const char *text, size_t len);

static inline size_t gm_lexicon_hash(struct gm_lexicon_spelling spelling)
{
    const uint64_t high = spelling.high * 0x9E3779B97F4A7C15u;
    return (size_t)(((spelling.low ^ high) * 0xD6E8FEB86659FD93u) >> (64 - GM_LEXICON_WORD_BITS));
}

// The word's number, or GM_LEXICON_UNKNOWN.
static inline uint16_t gm_lexicon_find(const struct gm_lexicon *lexicon,
                                       struct gm_lexicon_spelling spelling)
{
    for (size_t slot = gm_lexicon_hash(spelling);; slot++) {
        const uint16_t number = lexicon->word_slots[slot & ((1u << GM_LEXICON_WORD_BITS) - 1)];
        const struct gm_lexicon_spelling *found = &lexicon->spellings[number];
        const uint64_t differs = (found->low ^ spelling.low) | (found->high ^ spelling.high);
        // Known or not is anyone's guess, but the first slot nearly always settles it: one branch
        // on both, which is predicted, in place of two, one of which is not.
        const uint64_t occupied = -(uint64_t)(number != 0);
        if ((differs & occupied) == 0)
            return number;
    }
}

static inline size_t gm_lexicon_pair(uint16_t first, uint16_t second)
{
    return ((first * 0x9E3779B1u) ^ (second * 0x85EBCA77u)) >> (32 - GM_LEXICON_PAIR_BITS);
}

// Can a phrase begin with these two words? Never wrong where it says no.
static inline bool gm_lexicon_may_begin_phrase(const struct gm_lexicon *lexicon, uint16_t first,
                                               uint16_t second)
{
    const size_t pair = gm_lexicon_pair(first, second);
    return lexicon->pairs[pair / 64] >> (pair % 64) & 1;
}

// The phrase whose words these are, packed as in struct gm_lexicon_phrase; NULL: none.
const struct gm_lexicon_meaning *gm_lexicon_find_phrase(const struct gm_lexicon *lexicon,
                                                        uint64_t words);

#endif
