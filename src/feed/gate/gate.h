// The keyword gate: which of the followed tickers is a text about?
//
// All keywords of all tickers are looked for in one pass over the text; thousands of them cost no
// more than ten. A text about two tickers passes for both.
//
// A keyword is a word or a phrase, and its first character may say how it is meant:
//
//     bitcoin    in any case, also as $bitcoin and #bitcoin
//     $ON        only as a cashtag, in any case: $on, $ON
//     #gme       only as a hashtag
//     =ARE       only as it is written here: ARE, $ARE, not are
//     -airdrop   a text that has it is not about the ticker, whatever else it says
//
// It is found where a word begins and ends: "gme" is in "GME!", "gme's" and "(gme)", not in "gmex".
// Letters, digits, marks and _ make words. Han, kana, Hangul, Thai and other writing without spaces
// has no such bounds: there a keyword is found anywhere. Any run of white space is one space. Case
// is folded character by character (Unicode's simple folding); a sign that only looks like an ASCII
// letter is another letter, and nothing is normalised: "é" as one character is not "é" as two.
#ifndef GM_FEED_GATE_GATE_H
#define GM_FEED_GATE_GATE_H

#include "base/error.h"
#include "base/str.h"

#include <stddef.h>
#include <stdint.h>

enum {
    GM_GATE_KEYWORD_BYTES_MAX = 256,
    GM_GATE_TICKERS_MAX = 4096,
    GM_GATE_KEYWORDS_MAX = 262144, // of all tickers
};

struct gm_gate_ticker {
    const char *const *keywords;
    size_t keyword_count;
};

struct gm_gate;

// Makes the gate for tickers[0..count). The keywords are not needed afterwards. GM_ERR_INVALID: a
// keyword is empty, too long, no UTF-8, or begins with something that begins no word; the message
// names it. GM_ERR_LIMIT: too many.
enum gm_err gm_gate_create(const struct gm_gate_ticker *tickers, size_t count,
                           struct gm_gate **ret_gate, struct gm_error *error);
void gm_gate_destroy(struct gm_gate *gate); // NULL is fine

// Checks one keyword as gm_gate_create does, for whoever reads a configuration.
enum gm_err gm_gate_check_keyword(const char *keyword, struct gm_error *error);

// The tickers that the text is about, by their index, ascending; *ret_count may be 0. The list
// lives until the next call. Any bytes are a text; what is no UTF-8 separates words. Linear in the
// text, whatever it says. One thread at a time.
const uint32_t *gm_gate_match(struct gm_gate *gate, struct gm_str text, size_t *ret_count);

#endif
