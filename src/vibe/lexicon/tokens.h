// From text to tokens: the lexicon's numbers for the words, emoji and marks of a text.
//
// One pass over bytes of any kind, in time that grows with their number and in no memory of its
// own. Words are found without regard to case; a word with letters drawn out ("mooooon") counts as
// the one that is meant. URLs, @names and $TICKERS are one unknown word each. Emoji lose skin tone,
// variation selector and what is joined to them; those that are not in the lexicon are left out.
// Bytes that are no UTF-8 separate words as a space does.
#ifndef GM_VIBE_LEXICON_TOKENS_H
#define GM_VIBE_LEXICON_TOKENS_H

#include "base/str.h"
#include "vibe/lexicon/table.h"

struct gm_lexicon_token {
    uint16_t word;  // GM_LEXICON_UNKNOWN … or a word's number
    bool capitals;  // all of its letters are
    bool drawn_out; // found only after its letters were cut
};

struct gm_lexicon_reader {
    const struct gm_lexicon *lexicon;
    struct gm_str text;
    size_t at;                // bytes read
    size_t words;             // words so far that have a letter
    size_t capital_words;     // of these, in capitals ("I" as well)
    size_t window;            // where the 56 bytes begin that the next two tell of
    uint64_t letters, spaces; // bit i: text[window + i] is an ASCII letter, a space or past the end
};

void gm_lexicon_reader_init(struct gm_lexicon_reader *reader, const struct gm_lexicon *lexicon,
                            struct gm_str text);

// Reads up to `max` ≥ 1 more tokens; fewer only at the end of the text.
size_t gm_lexicon_read(struct gm_lexicon_reader *reader, struct gm_lexicon_token *ret_tokens,
                       size_t max);

#endif
