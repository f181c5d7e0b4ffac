// The lexicon scorer: from tokens to a mood.
//
// Each word, phrase or emoji of the list has a valence v, −4 … 4. What stands near it changes v:
//   before it     a word of scale ("very", "slightly") multiplies it; a negation turns it over and
//                 weakens it ("not good" is milder than "bad", "not bad" far milder than "good");
//                 what is bad for the other side is good ("shorts are getting destroyed")
//   its letters   capitals in a text that is not all in capitals, and letters drawn out, add to it
//   repeated      the same word again at once counts half of the time before
//   its clause    "!" adds to a clause, "?" takes from it, and "but" takes from what came before it
//   its place     the first words of a text say what it is about: a word counts half after LEAD
//                 words, a third after twice as many
//   sarcasm       "/s" turns over what came before it
// With S the sum of all v and A the sum of all |v|,
//     vibe = S / (A + DOUBT)
// which lies in (−1, 1), grows with every word of the same mood, and shrinks where moods are mixed:
// it is the mean of what was said, drawn towards 0 where little was.
// Only sums, products and quotients, all exactly rounded: the same bits on every machine.
#include "base/clock.h"
#include "vibe/lexicon/table.h"
#include "vibe/lexicon/tokens.h"
#include "vibe/scorer.h"

#include <math.h>
#include <string.h>

#define LEAD          24.0
#define DOUBT         2.0
#define NEUTRAL_BELOW 0.15 // |vibe| under which a text is neutral

#define NEGATED_GOOD (-0.7) // factors
#define NEGATED_BAD  (-0.4)
#define THEIR_BAD    (-0.8) // what is bad for the other side
#define DRAWN_OUT    1.2
#define REPEATED     0.5
#define ASKED        0.6
#define CAPITALS     0.25 // added for each v
#define EXCLAIMED    0.12 // added for each "!", up to three
#define SARCASM      (-0.5)
#define SCALE_MIN    0.3 // what several words of scale come to
#define SCALE_MAX    2.0

enum {
    SCALE_REACH = 2,    // words after a word of scale
    OTHERS_REACH = 4,   // words after a name of the other side
    CLAUSE_WORDS = 24,  // a clause has no more: texts without punctuation are cut here
    TOKENS = 256,       // read at a time
    LOOK_BYTES = 65536, // read between two looks at the clock
};

// What a stretch of text says.
struct tally {
    double mood, mass;                 // sum of v, of |v|
    double capital_mood, capital_mass; // of the words in capitals
};

struct judge {
    const struct gm_lexicon *lexicon;
    struct tally text, clause;
    size_t position;      // words so far
    size_t clause_end;    // the position from which on a word begins a new clause
    size_t negated_until; // positions before it are negated
    size_t scaled_until;
    size_t others_until; // positions before it speak of the other side
    double scale;
    double repetition; // what is left of the valence of `last` when it comes again
    uint16_t last;     // the last word that said something
    int exclaimed, asked;
};

static void scale_tally(struct tally *tally, double factor)
{
    tally->mood *= factor;
    tally->mass *= fabs(factor);
    tally->capital_mood *= factor;
    tally->capital_mass *= fabs(factor);
}

static void end_clause(struct judge *judge)
{
    double factor = 1.0 + EXCLAIMED * (judge->exclaimed < 3 ? judge->exclaimed : 3);
    if (judge->asked > 0)
        factor *= ASKED;
    scale_tally(&judge->clause, factor);
    judge->text.mood += judge->clause.mood;
    judge->text.mass += judge->clause.mass;
    judge->text.capital_mood += judge->clause.capital_mood;
    judge->text.capital_mass += judge->clause.capital_mass;
    judge->clause = (struct tally){0};
    judge->exclaimed = judge->asked = 0;
    judge->clause_end = judge->position + CLAUSE_WORDS;
}

// Whether a rule applies to a word is as good as random, so the rules are factors picked from
// tables: a branch on each would be mispredicted about every other time.
static void add_mood(struct judge *judge, struct gm_lexicon_token token,
                     const struct gm_lexicon_meaning *meaning)
{
    const double repetition[2] = {1.0, judge->repetition * REPEATED};
    const double scale[2] = {1.0, judge->scale};
    static const double drawn_out[2] = {1.0, DRAWN_OUT};
    static const double negated[2][2] = {{1.0, 1.0}, {NEGATED_BAD, NEGATED_GOOD}};
    static const double others[2][2] = {{1.0, 1.0}, {THEIR_BAD, 1.0}};
    static const double capitals[2] = {0.0, 1.0};

    judge->repetition = repetition[token.word == judge->last];
    judge->last = token.word;
    double v = meaning->value * judge->repetition * drawn_out[token.drawn_out];
    v *= scale[judge->position < judge->scaled_until];
    v *= others[judge->position < judge->others_until][v > 0];
    v *= negated[judge->position < judge->negated_until][v > 0];
    judge->scaled_until = 0;
    v *= LEAD / (LEAD + (double)judge->position);
    const double in_capitals = v * capitals[token.capitals & !meaning->acronym];
    judge->clause.mood += v;
    judge->clause.mass += fabs(v);
    judge->clause.capital_mood += in_capitals;
    judge->clause.capital_mass += fabs(in_capitals);
}

static void add_scale(struct judge *judge, double factor)
{
    const double scale = judge->position < judge->scaled_until ? judge->scale * factor : factor;
    judge->scale = scale < SCALE_MIN ? SCALE_MIN : scale > SCALE_MAX ? SCALE_MAX : scale;
    judge->scaled_until = judge->position + 1 + SCALE_REACH;
}

static void add_mark(struct judge *judge, uint16_t mark)
{
    if (judge->position > judge->clause_end) // words came between the last mark and this one
        end_clause(judge);
    judge->negated_until = judge->scaled_until = judge->others_until = 0;
    judge->exclaimed += mark == GM_LEXICON_EXCLAIM;
    judge->asked += mark == GM_LEXICON_ASK;
    if (mark != GM_LEXICON_COMMA)
        judge->clause_end = judge->position;
    if (mark == GM_LEXICON_SARCASM) {
        end_clause(judge);
        scale_tally(&judge->text, SARCASM);
    }
}

static void add_word(struct judge *judge, struct gm_lexicon_token token,
                     const struct gm_lexicon_meaning *meaning)
{
    if (judge->position >= judge->clause_end)
        end_clause(judge);
    switch ((enum gm_lexicon_role)meaning->role) {
    case GM_LEXICON_MOOD:
        add_mood(judge, token, meaning);
        break;
    case GM_LEXICON_SCALE:
        add_scale(judge, meaning->value);
        break;
    case GM_LEXICON_NEGATE:
        judge->negated_until = judge->position + 1 + (size_t)meaning->value;
        break;
    case GM_LEXICON_CONTRAST:
        scale_tally(&judge->clause, meaning->value);
        judge->negated_until = judge->scaled_until = judge->others_until = 0;
        break;
    case GM_LEXICON_OTHERS:
        add_mood(judge, token, meaning);
        judge->others_until = judge->position + 1 + OTHERS_REACH;
        break;
    case GM_LEXICON_PLAIN:
    case GM_LEXICON_MARK:
        break;
    }
}

// The longest phrase that tokens[0..count) begin with, and its words; NULL: none.
static const struct gm_lexicon_meaning *find_phrase(const struct gm_lexicon *lexicon,
                                                    const struct gm_lexicon_token *tokens,
                                                    size_t count, size_t *ret_words)
{
    uint64_t packed[GM_LEXICON_PHRASE_WORDS_MAX] = {tokens[0].word};
    size_t words = 1;
    while (words < GM_LEXICON_PHRASE_WORDS_MAX && words < count &&
           tokens[words].word >= GM_LEXICON_NUMBER) {
        packed[words] = packed[words - 1] | (uint64_t)tokens[words].word << (16 * words);
        words++;
    }
    for (; words > 1; words--) {
        const struct gm_lexicon_meaning *meaning =
            gm_lexicon_find_phrase(lexicon, packed[words - 1]);
        if (meaning != NULL) {
            *ret_words = words;
            return meaning;
        }
    }
    return NULL;
}

// Judges the word, phrase or mark that begins at tokens[0]; returns how many tokens it has.
static size_t add_token(struct judge *judge, const struct gm_lexicon_token *tokens, size_t count,
                        bool may_begin_phrase)
{
    const uint16_t word = tokens[0].word;
    const struct gm_lexicon_meaning *meaning = &judge->lexicon->meanings[word];
    if (meaning->role == GM_LEXICON_MARK) {
        add_mark(judge, word);
        return 1;
    }
    size_t words = 1;
    if (may_begin_phrase) {
        const struct gm_lexicon_meaning *phrase =
            find_phrase(judge->lexicon, tokens, count, &words);
        meaning = phrase ? phrase : meaning;
    }
    add_word(judge, tokens[0], meaning);
    judge->position += words;
    return words;
}

// Judges tokens[0..count) but for the last `keep` ≤ count; returns how many it has judged.
// tokens[count] may be read. First it lists, without a branch, the few that may say something.
static size_t add_tokens(struct judge *judge, const struct gm_lexicon_token *tokens, size_t count,
                         size_t keep)
{
    const struct gm_lexicon *lexicon = judge->lexicon;
    uint16_t listed[TOKENS]; // indexes, 0x8000 added where a phrase may begin
    size_t listed_count = 0;
    for (size_t i = 0; i < count - keep; i++) {
        const uint16_t word = tokens[i].word;
        const bool says = lexicon->meanings[word].role != GM_LEXICON_PLAIN;
        const bool phrase = gm_lexicon_may_begin_phrase(lexicon, word, tokens[i + 1].word);
        listed[listed_count] = (uint16_t)(i | (size_t)phrase << 15);
        listed_count += says | phrase;
    }
    size_t judged = 0;
    for (size_t i = 0; i < listed_count; i++) {
        const size_t at = listed[i] & 0x7FFF;
        if (at < judged) // inside a phrase
            continue;
        judge->position += at - judged;
        judged = at + add_token(judge, tokens + at, count - at, listed[i] >> 15);
    }
    if (judged < count - keep) {
        judge->position += count - keep - judged;
        judged = count - keep;
    }
    return judged;
}

static struct gm_mood mood_of(const struct tally *tally, bool mixed_case)
{
    const double capitals = mixed_case ? CAPITALS : 0.0;
    const double mood = tally->mood + capitals * tally->capital_mood;
    const double vibe = mood / (tally->mass + capitals * tally->capital_mass + DOUBT);
    const double size = (double)(float)fabs(vibe);
    if (size < NEUTRAL_BELOW)
        return (struct gm_mood){GM_LABEL_NEUTRAL, (double)(float)(1.0 - size), 0.0};
    if (vibe > 0)
        return (struct gm_mood){GM_LABEL_POSITIVE, size, size};
    return (struct gm_mood){GM_LABEL_NEGATIVE, size, -size};
}

static struct gm_mood judge_text(const struct gm_lexicon *lexicon, struct gm_str text)
{
    struct judge judge = {.lexicon = lexicon, .clause_end = CLAUSE_WORDS};
    struct gm_lexicon_reader reader;
    struct gm_lexicon_token tokens[TOKENS + 1];
    size_t count = 0;
    bool more = true;
    gm_lexicon_reader_init(&reader, lexicon, text);
    while (more) {
        count += gm_lexicon_read(&reader, tokens + count, TOKENS - count);
        tokens[count] = (struct gm_lexicon_token){.word = GM_LEXICON_UNKNOWN};
        more = count == TOKENS;
        // A phrase may go on in what has not been read yet.
        const size_t judged =
            add_tokens(&judge, tokens, count, more ? GM_LEXICON_PHRASE_WORDS_MAX - 1 : 0);
        count -= judged;
        memmove(tokens, tokens + judged, count * sizeof *tokens);
    }
    end_clause(&judge);
    return mood_of(&judge.text, reader.capital_words * 2 <= reader.words);
}

// ------------------------------------------------------------------------- the scorer

static enum gm_err lexicon_open(const struct gm_scorer_config *config, void **ret_scorer,
                                struct gm_error *error)
{
    (void)config;
    struct gm_lexicon *lexicon;
    const enum gm_err err = gm_lexicon_create(gm_lexicon_lists, &lexicon, error);
    if (err)
        return err;
    *ret_scorer = lexicon;
    return GM_OK;
}

static enum gm_err lexicon_score(void *scorer, const struct gm_str *texts, size_t count,
                                 int64_t budget_us, struct gm_mood *ret_moods, size_t *ret_scored,
                                 struct gm_error *error)
{
    (void)error;
    const int64_t begin_us = gm_monotonic_us();
    size_t scored = 0, bytes = 0;
    while (scored < count) {
        ret_moods[scored] = judge_text(scorer, texts[scored]);
        bytes += texts[scored++].len;
        if (bytes < LOOK_BYTES)
            continue;
        if (gm_monotonic_us() - begin_us >= budget_us)
            break;
        bytes = 0;
    }
    *ret_scored = scored;
    return GM_OK;
}

static void lexicon_close(void *scorer)
{
    gm_lexicon_destroy(scorer);
}

const struct gm_scorer_ops gm_scorer_lexicon = {
    .name = "lexicon",
    .description = "curated list of finance and crypto speech; needs no model",
    .open = lexicon_open,
    .score = lexicon_score,
    .close = lexicon_close,
};
