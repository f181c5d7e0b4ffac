// Where ASCII words are in 64 bytes of text, as bits.
#ifndef GM_FEED_GATE_WORDS_H
#define GM_FEED_GATE_WORDS_H

#include <stdint.h>

enum { GM_WORD_BLOCK = 64 };

struct gm_word_bits {
    uint64_t word; // bit i: byte i is one of A-Z a-z 0-9 _
    uint64_t wide; // bit i: byte i begins a character beyond ASCII (≥ 0xc0)
};

// Reads exactly GM_WORD_BLOCK bytes.
struct gm_word_bits gm_word_bits(const char *text);

// The same by one byte after the other: what the fast one is held to.
struct gm_word_bits gm_word_bits_plain(const char *text);

#endif
