// What the keyword gate has to know of characters: their case, and which of them make words.
#ifndef GM_FEED_GATE_LETTERS_H
#define GM_FEED_GATE_LETTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum gm_letter {
    GM_LETTER_NONE,   // separates words
    GM_LETTER_JOINED, // letters, digits, marks, _: a word goes on from one to the next
    GM_LETTER_FREE,   // writing without spaces: a word may begin or end anywhere
};

enum gm_letter gm_letter_of(uint32_t code_point);

// Simple case folding. An ASCII letter becomes a small one; nothing else becomes ASCII.
uint32_t gm_letter_fold(uint32_t code_point);

// Reads the character at text[at], `at` < `len`, and returns how many bytes it takes. What is no
// UTF-8 is one byte and U+FFFD.
size_t gm_letter_read(const char *text, size_t len, size_t at, uint32_t *ret_code_point);

// The character that ends before text[at], `at` > 0.
uint32_t gm_letter_before(const char *text, size_t at);

// Writes the character as UTF-8 and returns its bytes, 1 … 4.
size_t gm_letter_write(uint32_t code_point, char ret[4]);

// White space as Unicode has it (White_Space=yes).
bool gm_letter_is_space(uint32_t code_point);

// True when no word goes on from `before` to `after`.
static inline bool gm_letter_bound(uint32_t before, uint32_t after)
{
    return gm_letter_of(before) != GM_LETTER_JOINED || gm_letter_of(after) != GM_LETTER_JOINED;
}

#endif
