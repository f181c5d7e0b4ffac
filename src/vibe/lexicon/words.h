// The words of the lexicon scorer: what they say, as a list that people can read and mend.
#ifndef GM_VIBE_LEXICON_WORDS_H
#define GM_VIBE_LEXICON_WORDS_H

enum gm_lexicon_role {
    GM_LEXICON_PLAIN,    // says nothing; listed because it is part of a phrase
    GM_LEXICON_MOOD,     // value: −4 … 4, how bearish or bullish the word is
    GM_LEXICON_SCALE,    // value: the factor by which it makes the next mood stronger or weaker
    GM_LEXICON_NEGATE,   // value: over how many of the next words it reaches
    GM_LEXICON_CONTRAST, // value: the factor that is left of the clause before it
    GM_LEXICON_OTHERS,   // value: as for a mood; names those who bet against us
    GM_LEXICON_MARK,     // the tokeniser's own, for punctuation; in no group
};

struct gm_lexicon_group {
    enum gm_lexicon_role role;
    float value;
    // Separated by commas. Each is a word, an emoji (one code point), or a phrase of two to four
    // words. Words have at most 16 bytes of letters, digits and apostrophes; in a phrase, "#" is
    // any number that is not listed itself. What has an apostrophe is also found where a text has
    // lost it ("dont") or has a space for it ("don t"). What stands here in capitals is written so
    // by everyone: its capitals are no emphasis.
    const char *words;
};

// Each ended by a group without words.
extern const struct gm_lexicon_group gm_lexicon_boards[]; // the speech of the boards
extern const struct gm_lexicon_group gm_lexicon_market[]; // prices, results, charts
extern const struct gm_lexicon_group gm_lexicon_talk[];   // moods of any talk, emoji
extern const struct gm_lexicon_group gm_lexicon_rules[];  // what changes a mood

// All of them, ended by NULL.
extern const struct gm_lexicon_group *const gm_lexicon_lists[];

#endif
