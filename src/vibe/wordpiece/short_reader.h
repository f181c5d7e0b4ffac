// Finds the short words of a text (short_pieces.h).
//
// Which of 64 bytes are ASCII letters or digits is found by arithmetic on eight bytes at a time and
// kept as bits. Going from word to word is then a shift and a count, which does not wait for bytes
// to be loaded, so that the processor works on several words at once.
#ifndef GM_VIBE_WORDPIECE_SHORT_READER_H
#define GM_VIBE_WORDPIECE_SHORT_READER_H

#include "base/str.h"
#include "vibe/wordpiece/short_pieces.h"

enum { GM_SHORT_WINDOW = 64 };

struct gm_short_reader {
    struct gm_str text;
    size_t begin;               // where the window begins in the text
    const char *bytes;          // the window's
    uint64_t letters;           // bit i: bytes[i] is an ASCII letter or digit
    char last[GM_SHORT_WINDOW]; // the text's last bytes, zeros behind
};

static inline void gm_short_reader_init(struct gm_short_reader *reader, struct gm_str text)
{
    reader->text = text;
    reader->begin = 0 - (size_t)GM_SHORT_WINDOW; // no place of the text lies in this window
}

// Which of the eight bytes are ASCII letters or digits: bit i tells of the byte i from the lowest.
static inline uint64_t gm_short_letters(uint64_t bytes)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    const uint64_t low = bytes & 0x7f * ones, small = low | 0x20 * ones;
    // A byte's highest bit is set by adding what lacks from a bound to 0x80; no carry leaves a
    // byte.
    const uint64_t letters = (small + (0x80 - 'a') * ones) & ~(small + (0x7f - 'z') * ones);
    const uint64_t digits = (low + (0x80 - '0') * ones) & ~(low + (0x7f - '9') * ones);
    const uint64_t tops = (letters | digits) & ~bytes & 0x80 * ones;
    return (tops >> 7) * UINT64_C(0x0102040810204080) >> 56;
}

static inline void gm_short_reader_move(struct gm_short_reader *reader, size_t at)
{
    const size_t left = reader->text.len - at;
    reader->begin = at;
    reader->bytes = reader->text.data + at;
    if (left < sizeof reader->last) {
        memset(reader->last, 0, sizeof reader->last);
        memcpy(reader->last, reader->bytes, left);
        reader->bytes = reader->last;
    }
    reader->letters = 0;
    for (size_t i = 0; i < GM_SHORT_WINDOW; i += 8) {
        uint64_t bytes;
        memcpy(&bytes, reader->bytes + i, sizeof bytes);
        reader->letters |= gm_short_letters(le64toh(bytes)) << i;
    }
}

// The ASCII letters and digits that begin at text[at], at < text.len: returns how many, at most 16.
// Places never go back.
static inline size_t gm_short_reader_word(struct gm_short_reader *reader, size_t at,
                                          struct gm_short_word *ret_word)
{
    if (at - reader->begin >= GM_SHORT_WINDOW - GM_SHORT_BYTES_MAX)
        gm_short_reader_move(reader, at);
    const size_t within = at - reader->begin;
    const uint64_t letters = reader->letters >> within;
    const size_t len = (size_t)__builtin_ctzll(~letters | UINT64_C(1) << GM_SHORT_BYTES_MAX);
    *ret_word = gm_short_word_of(reader->bytes + within, len);
    return len;
}

#endif
