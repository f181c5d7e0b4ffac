// What finance and crypto speech says about a market: the list behind the lexicon scorer.
//
// The list is curated by hand: a word is here because of what people mean by it when they talk
// about an asset, with the strength that a reader of such talk would give it. Values of moods:
//   4  euphoria or ruin, 3 strong, 2 clear, 1 leaning, 0.5 a hint; below zero for bad
// A phrase is listed where it says something else than the sum of its words, and with the value 0
// where its words would mislead.
#include "vibe/lexicon/words.h"

#include <stddef.h>

const struct gm_lexicon_group *const gm_lexicon_lists[] = {
    gm_lexicon_boards, gm_lexicon_market, gm_lexicon_talk, gm_lexicon_rules, NULL,
};
