// "did you mean …?": the word of a list that is nearest to a misspelt one.
#ifndef GM_APP_SUGGEST_H
#define GM_APP_SUGGEST_H

#include "base/str.h"

#include <stddef.h>

enum { GM_SUGGEST_BYTES_MAX = 64 }; // longer words are never suggested or matched

// Keeps the nearest of the words it is shown.
struct gm_suggest {
    struct gm_str word;
    const char *best; // NULL: none is near
    size_t distance;
};

void gm_suggest_init(struct gm_suggest *suggest, struct gm_str word);

// `candidate` is lent for as long as the result is used.
void gm_suggest_offer(struct gm_suggest *suggest, const char *candidate);

// Ends of a message: `: did you mean "tickers"?` or "" where nothing is near.
enum { GM_SUGGEST_TEXT_BYTES = 96 };
const char *gm_suggest_text(const struct gm_suggest *suggest, char ret[GM_SUGGEST_TEXT_BYTES]);

#endif
