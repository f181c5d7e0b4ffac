// Short words of ASCII letters and digits, which are nearly all words: up to 16 bytes in two
// integers, so that cutting off, comparing and hashing are a few operations without a loop.
#ifndef GM_VIBE_WORDPIECE_SHORT_PIECES_H
#define GM_VIBE_WORDPIECE_SHORT_PIECES_H

#include "base/error.h"
#include "vibe/wordpiece/vocabulary.h"

#include <endian.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum {
    GM_SHORT_BYTES_MAX = 16,
    GM_SHORT_ID_BITS = 20,
    GM_SHORT_PAIRS = 4096, // of two bytes, 6 bits of each
};

_Static_assert(GM_VOCABULARY_PIECES_MAX < 1 << GM_SHORT_ID_BITS, "an id and 1 fit a slot");

// Small letters and digits, the first one lowest, zeros behind.
struct gm_short_word {
    uint64_t low, high;
};

// The pieces of one place.
struct gm_short_table {
    uint32_t *slots; // 0: free; else id + 1, and above it bits of the hash that are not the place
    uint64_t mask;   // slots − 1, a power of 2 less 1; half full at most
    uint16_t lengths[GM_SHORT_PAIRS]; // bit n − 1: a piece of n bytes may begin with these two
};

struct gm_short_pieces {
    struct gm_short_table tables[2]; // by enum gm_piece_place
    struct gm_short_word *words;     // by id
};

// Takes the pieces that are short words from a complete vocabulary.
enum gm_err gm_short_pieces_init(struct gm_short_pieces *pieces,
                                 const struct gm_vocabulary *vocabulary, struct gm_error *error);
void gm_short_pieces_finish(struct gm_short_pieces *pieces); // a zeroed one is fine

// ------------------------------------------------------------------------- words

// The word's first `len` ≤ 16 bytes.
static inline struct gm_short_word gm_short_word_first(struct gm_short_word word, size_t len)
{
    if (len >= 8) {
        word.high &= len == GM_SHORT_BYTES_MAX ? UINT64_MAX : (UINT64_C(1) << 8 * (len - 8)) - 1;
    } else {
        word.low &= (UINT64_C(1) << 8 * len) - 1;
        word.high = 0;
    }
    return word;
}

// The word that text[0..16) begins with, `len` of them ASCII letters and digits, made small.
static inline struct gm_short_word gm_short_word_of(const char *text, size_t len)
{
    uint64_t halves[2];
    memcpy(halves, text, sizeof halves);
    const uint64_t small = UINT64_C(0x2020202020202020); // a bit that all digits have as well
    const struct gm_short_word word = {le64toh(halves[0]) | small, le64toh(halves[1]) | small};
    return gm_short_word_first(word, len);
}

// The word without its first `len` bytes, 0 < len < 16.
static inline struct gm_short_word gm_short_word_rest(struct gm_short_word word, size_t len)
{
    if (len >= 8)
        return (struct gm_short_word){word.high >> 8 * (len - 8), 0};
    return (struct gm_short_word){word.low >> 8 * len | word.high << (64 - 8 * len),
                                  word.high >> 8 * len};
}

// ------------------------------------------------------------------------- pieces

static inline uint64_t gm_short_word_hash(struct gm_short_word word)
{
    const uint64_t high = word.high * UINT64_C(0x9e3779b97f4a7c15);
    const uint64_t mixed = (word.low ^ high) * UINT64_C(0xd6e8feb86659fd93);
    return mixed ^ mixed >> 32;
}

// What a slot holds of a piece's hash; the slot's place is of the bits below.
static inline uint32_t gm_short_tag(uint64_t hash)
{
    return (uint32_t)(hash >> 32) & ~((1u << GM_SHORT_ID_BITS) - 1);
}

// The id of the piece that is this word; GM_VOCABULARY_NONE: none.
static inline int64_t gm_short_find(const struct gm_short_pieces *pieces, enum gm_piece_place place,
                                    struct gm_short_word word)
{
    const struct gm_short_table *table = &pieces->tables[place];
    const uint64_t hash = gm_short_word_hash(word);
    const uint32_t tag = gm_short_tag(hash);
    for (uint64_t at = hash & table->mask;; at = (at + 1) & table->mask) {
        const uint32_t found = table->slots[at] ^ tag;
        if (table->slots[at] == 0)
            return GM_VOCABULARY_NONE;
        if (found >> GM_SHORT_ID_BITS != 0)
            continue;
        const struct gm_short_word *other = &pieces->words[found - 1];
        if (other->low == word.low && other->high == word.high)
            return found - 1;
    }
}

// The id of the longest piece, of at most `len` bytes, that the word begins with; *ret_len is its
// length.
static inline int64_t gm_short_find_longest(const struct gm_short_pieces *pieces,
                                            enum gm_piece_place place, struct gm_short_word word,
                                            size_t len, size_t *ret_len)
{
    const size_t pair = (word.low & 0x3f) << 6 | (word.low >> 8 & 0x3f);
    unsigned lengths = pieces->tables[place].lengths[pair] & ((1u << len) - 1);
    while (lengths != 0) {
        const size_t longest = 32 - (size_t)__builtin_clz(lengths);
        const int64_t id = gm_short_find(pieces, place, gm_short_word_first(word, longest));
        if (id != GM_VOCABULARY_NONE) {
            *ret_len = longest;
            return id;
        }
        lengths &= ~(1u << (longest - 1));
    }
    return GM_VOCABULARY_NONE;
}

#endif
