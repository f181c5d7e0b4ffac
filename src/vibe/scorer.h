// Scorers: a batch of texts in, a mood for each out.
//
// Adding one: its own file(s) in this folder, a `const struct gm_scorer_ops`, and a line in the
// table of scorers; tests/unit/vibe runs the contract test over each.
#ifndef GM_VIBE_SCORER_H
#define GM_VIBE_SCORER_H

#include "base/error.h"
#include "base/str.h"

#include <stddef.h>
#include <stdint.h>

enum gm_label { GM_LABEL_POSITIVE, GM_LABEL_NEGATIVE, GM_LABEL_NEUTRAL };

// "positive", "negative", "neutral".
const char *gm_label_name(enum gm_label label);

struct gm_mood {
    enum gm_label label;
    double score; // (0, 1]: the scorer's confidence in the label; has the precision of a float, so
                  // that it prints short and a model's own floats stay what they are
    double vibe;  // [-1, 1]: positive → +score, negative → −score, neutral → 0
};

// The mood of that label and score.
struct gm_mood gm_mood_of(enum gm_label label, float score);

// What a scorer has no use for it ignores; all zeros are a configuration. Texts are lent for the
// call of open.
struct gm_scorer_config {
    const char *data_dir;  // models are in its folder `models`; NULL: there are none
    const char *model;     // "ProsusAI/finbert"; NULL: that one, if it is installed
    const char *model_dir; // the model's folder itself, whatever `model` says; NULL: look for it
    const char *precision; // "int8", "f32"; NULL: int8
    int threads;           // 0: one a processor that this process may use
    size_t cache_entries;  // moods that are remembered, so that a text is scored once; 0: none
    // Told in a sentence what takes long on opening; may be NULL.
    void (*notice)(void *context, const char *message);
    void *notice_context;
};

// What an open scorer is. Texts live as long as the scorer.
struct gm_scorer_about {
    const char *name;      // stands in every row: "lexicon", "finbert-int8"
    const char *model_dir; // NULL: it has no model, as all that follows
    const char *precision; // "int8", "f32"
    const char *kernel;    // the processor's instructions that it uses: "avx2"
    int threads;
    int64_t model_bytes; // of memory that the model takes; processes share it
};

// What a scorer has done since it was opened. What it does not count stays 0.
struct gm_scorer_stats {
    int64_t texts;
    int64_t tokens;        // that went through the model
    int64_t cache_hits;    // texts whose mood was known: from the cache, or from a text beside it
    int64_t cache_misses;  // texts that went through the model
    int64_t cut;           // texts that reach the limit of tokens; what comes after it is not read
    int64_t cache_entries; // in use now
};

struct gm_scorer_ops {
    const char *name;        // "lexicon": the configuration's word for it
    const char *description; // one line for help and doctor

    // Blocking; any thread. GM_ERR_NOT_FOUND: what the scorer needs is not installed, and nobody
    // has asked for it by name; with any other error it is there, and somebody has to mend it.
    enum gm_err (*open)(const struct gm_scorer_config *, void **ret_scorer, struct gm_error *);

    // Scores texts[0..*ret_scored) into moods[0..*ret_scored): all `count` (≥ 1), or fewer where
    // `budget_us` of real time ends before, but at least one. Any bytes of any length are a text:
    // what is no UTF-8 is passed over, and a text that says nothing is neutral. Deterministic: a
    // text's mood depends on that text alone; only how many are scored depends on time. The budget
    // is kept as well as one text allows. One thread at a time. On failure the moods are undefined.
    enum gm_err (*score)(void *scorer, const struct gm_str *texts, size_t count, int64_t budget_us,
                         struct gm_mood *ret_moods, size_t *ret_scored, struct gm_error *);
    void (*close)(void *scorer); // NULL is fine

    // May be NULL: it has no model, and its name is the one above.
    struct gm_scorer_about (*about)(const void *scorer);
    // May be NULL: it counts texts alone. By the thread that scores.
    struct gm_scorer_stats (*stats)(const void *scorer);
};

// The finbert scorer: FinBERT, or another BERT that tells moods, on this machine's processor
// (vibe/finbert/finbert.h). Needs a model. Texts without a single word piece are neutral.
extern const struct gm_scorer_ops gm_scorer_finbert;

// The lexicon scorer: a curated list of finance and crypto speech with valences, phrases, emoji,
// negation, intensifiers, capitals and punctuation (docs/decisions/lexicon.md). Needs no model, no
// configuration, no memory beyond its table, and is what runs when no model has been installed.
// Its vibe is the mean of what the words say, drawn towards 0 where they say little, and 0 under
// 0.15. Its score is |vibe| where they lean to a side, and 1 − that where they do not. The same
// bits on every machine.
extern const struct gm_scorer_ops gm_scorer_lexicon;

// All scorers, ended by NULL, best first.
extern const struct gm_scorer_ops *const gm_scorers[];

struct gm_scorer; // an open scorer

// Opens a scorer that need not be in the table.
enum gm_err gm_scorer_open_ops(const struct gm_scorer_ops *ops,
                               const struct gm_scorer_config *config, struct gm_scorer **ret_scorer,
                               struct gm_error *error);

// Opens the scorer of that name; NULL or "auto": the first of the table that is installed here. One
// that is installed and broken is an error, not passed over. GM_ERR_INVALID: no such name; the
// message lists those that there are.
enum gm_err gm_scorer_open(const char *name, const struct gm_scorer_config *config,
                           struct gm_scorer **ret_scorer, struct gm_error *error);
void gm_scorer_close(struct gm_scorer *scorer); // NULL is fine

// The name that stands in every row. Lives as long as the scorer.
const char *gm_scorer_name(const struct gm_scorer *scorer);

const struct gm_scorer_about *gm_scorer_about(const struct gm_scorer *scorer);

// By the thread that scores.
struct gm_scorer_stats gm_scorer_stats(const struct gm_scorer *scorer);

// As gm_scorer_ops.score, for all texts, however long it takes.
enum gm_err gm_scorer_score(struct gm_scorer *scorer, const struct gm_str *texts, size_t count,
                            struct gm_mood *ret_moods, struct gm_error *error);

// As gm_scorer_ops.score: the first *ret_scored of the texts, within `budget_us`.
enum gm_err gm_scorer_score_within(struct gm_scorer *scorer, const struct gm_str *texts,
                                   size_t count, int64_t budget_us, struct gm_mood *ret_moods,
                                   size_t *ret_scored, struct gm_error *error);

#endif
