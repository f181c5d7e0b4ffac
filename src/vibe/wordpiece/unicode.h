// What BERT's uncased normalizer and pre-tokenizer make of a character, as tables.
//
// The tables are made by tools/make_wordpiece_tables.py, which asks the library that they have to
// equal. Two stages: gm_wordpiece_blocks tells the block of 128 characters, gm_wordpiece_values the
// character's kind, or, from GM_WORDPIECE_TEXT on, the place in gm_wordpiece_texts of the text that
// stands for it: its length, then UTF-8, in which a space parts words.
#ifndef GM_VIBE_WORDPIECE_UNICODE_H
#define GM_VIBE_WORDPIECE_UNICODE_H

#include <stdint.h>

enum gm_wordpiece_kind {
    GM_WORDPIECE_SELF,        // stays as it is, part of a word
    GM_WORDPIECE_REMOVED,     // as if it were not there: controls, accents
    GM_WORDPIECE_SPACE,       // parts words
    GM_WORDPIECE_PUNCTUATION, // a word by itself
    GM_WORDPIECE_IDEOGRAPH,   // a word by itself
    GM_WORDPIECE_HANGUL,      // a syllable: its two or three letters stand for it
    GM_WORDPIECE_ORDERED,     // a mark that is kept; marks in a row are sorted by their rank
    GM_WORDPIECE_BLOCKING,    // removed, but marks are not sorted across it
    GM_WORDPIECE_TEXT = 16,   // this or more: place + GM_WORDPIECE_TEXT
};

struct gm_wordpiece_rank {
    uint32_t code_point;
    int rank; // by canonical combining class
};

enum { GM_WORDPIECE_BLOCK_BITS = 7 };

extern const uint16_t gm_wordpiece_blocks[], gm_wordpiece_values[];
extern const unsigned char gm_wordpiece_texts[];
extern const struct gm_wordpiece_rank gm_wordpiece_ranks[]; // ascending, ended by {0, 0}

// `code_point` ≤ U+10FFFF.
static inline unsigned gm_wordpiece_value(uint32_t code_point)
{
    const unsigned block = gm_wordpiece_blocks[code_point >> GM_WORDPIECE_BLOCK_BITS];
    const unsigned within = code_point & ((1u << GM_WORDPIECE_BLOCK_BITS) - 1);
    return gm_wordpiece_values[(block << GM_WORDPIECE_BLOCK_BITS) + within];
}

#endif
