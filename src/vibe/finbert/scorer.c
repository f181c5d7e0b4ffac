// The finbert scorer: texts to tokens, tokens to logits, logits to a mood.
//
// Texts are taken in chunks. A chunk's texts are tokenized one after the other; those whose tokens
// have a mood in the cache, or are those of a text before, need no more; the rest are handed to the
// encoder together. How many tokens a chunk has is bounded by the time that is left: the encoder's
// speed is measured as it runs. What a text becomes depends on none of this: the encoder treats
// each sequence by itself.
//
// The mood of logits is their softmax: the label is that of the largest (of equals, the first), its
// probability the score. A text without a single word piece says nothing and is neutral.
#include "base/clock.h"
#include "vibe/finbert/finbert.h"
#include "vibe/mood_cache.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    CHUNK_TEXTS = 1024,
    CHUNK_BYTES = 4 * 1024 * 1024, // of text, read between two looks at the clock
    SLOTS = 2 * CHUNK_TEXTS,       // a power of two
    TOKENS_A_THREAD = 2048,        // of a chunk: enough that no thread waits long for the others
    TOKENS_FIRST = 64,             // of the chunk that tells how fast the encoder is
    EMPTY = -1,
};

// A text of the chunk that has to be computed.
struct sequence {
    struct gm_hash128 hash;
    size_t begin; // of its ids
    struct gm_mood mood;
};

struct finbert_scorer {
    struct gm_finbert finbert;
    struct gm_mood_cache *cache;
    struct gm_scorer_stats stats;
    double us_per_token; // 0: not known yet
    size_t chunk_tokens; // the most of a chunk, but for one text
    // the chunk
    struct sequence sequences[CHUNK_TEXTS];
    uint32_t lengths[CHUNK_TEXTS]; // of the sequences
    int sequence_of[CHUNK_TEXTS];  // of each text: its sequence; EMPTY: its mood is there
    int slots[SLOTS];              // sequences by their hash; EMPTY
    float *logits;                 // (CHUNK_TEXTS, label_count)
    uint32_t *ids;                 // chunk_tokens + ids_max
    size_t text_count, sequence_count, id_count;
};

// ------------------------------------------------------------------------- open and close

static void finbert_close(void *context)
{
    struct finbert_scorer *scorer = context;
    if (!scorer)
        return;
    gm_finbert_close(&scorer->finbert);
    gm_mood_cache_destroy(scorer->cache);
    free(scorer->logits);
    free(scorer->ids);
    free(scorer);
}

static enum gm_err take_memory(struct finbert_scorer *scorer, struct gm_error *error)
{
    const struct gm_finbert *finbert = &scorer->finbert;
    scorer->chunk_tokens = (size_t)gm_bert_threads(finbert->bert) * TOKENS_A_THREAD;
    const size_t labels = (size_t)finbert->config.label_count;
    scorer->logits = calloc(CHUNK_TEXTS * labels, sizeof *scorer->logits);
    scorer->ids = calloc(scorer->chunk_tokens + finbert->ids_max, sizeof *scorer->ids);
    if (!scorer->logits || !scorer->ids)
        return gm_error_set(error, GM_ERR_NOMEM, "finbert: out of memory");
    return GM_OK;
}

static enum gm_err finbert_open(const struct gm_scorer_config *config, void **ret_scorer,
                                struct gm_error *error)
{
    struct finbert_scorer *scorer = calloc(1, sizeof *scorer);
    if (!scorer)
        return gm_error_set(error, GM_ERR_NOMEM, "finbert: out of memory");
    enum gm_err err = gm_finbert_open(&scorer->finbert, config, error);
    if (!err)
        err = gm_mood_cache_create(config->cache_entries, &scorer->cache, error);
    if (!err)
        err = take_memory(scorer, error);
    if (err) {
        finbert_close(scorer);
        return err;
    }
    *ret_scorer = scorer;
    return GM_OK;
}

// ------------------------------------------------------------------------- a chunk

static void chunk_begin(struct finbert_scorer *scorer)
{
    scorer->text_count = scorer->sequence_count = scorer->id_count = 0;
    for (size_t i = 0; i < SLOTS; i++)
        scorer->slots[i] = EMPTY;
}

// The slot of the sequence with that hash, or the empty one that it would have.
static int *slot_of(struct finbert_scorer *scorer, struct gm_hash128 hash)
{
    size_t at = hash.words[1] % SLOTS;
    while (scorer->slots[at] != EMPTY &&
           memcmp(&scorer->sequences[scorer->slots[at]].hash, &hash, sizeof hash) != 0)
        at = (at + 1) % SLOTS;
    return &scorer->slots[at];
}

// Takes a text into the chunk, whose mood it may know at once; false when it would bring the chunk
// over `tokens_max`.
static bool chunk_add(struct finbert_scorer *scorer, struct gm_str text, size_t tokens_max,
                      struct gm_mood *ret_mood)
{
    const struct gm_finbert *finbert = &scorer->finbert;
    uint32_t *ids = scorer->ids + scorer->id_count;
    const size_t length = gm_wordpiece_encode(finbert->wordpiece, text, ids, finbert->ids_max);
    int sequence = EMPTY;
    bool remembered = false;
    if (length <= 2) { // [CLS] and [SEP]
        *ret_mood = gm_mood_of(GM_LABEL_NEUTRAL, 1.0F);
    } else {
        const struct gm_hash128 hash = gm_mood_cache_hash(scorer->cache, ids, length * sizeof *ids);
        remembered = gm_mood_cache_get(scorer->cache, hash, ret_mood);
        if (!remembered) {
            int *slot = slot_of(scorer, hash);
            remembered = *slot != EMPTY;
            if (!remembered) {
                if (scorer->sequence_count > 0 && scorer->id_count + length > tokens_max)
                    return false;
                *slot = (int)scorer->sequence_count;
                scorer->sequences[scorer->sequence_count].hash = hash;
                scorer->lengths[scorer->sequence_count++] = (uint32_t)length;
                scorer->id_count += length;
            }
            sequence = *slot;
        }
    }
    scorer->sequence_of[scorer->text_count++] = sequence;
    scorer->stats.cache_hits += remembered;
    scorer->stats.cut += length == finbert->ids_max;
    return true;
}

static struct gm_mood mood_of(const struct gm_bert_config *config, const float *logits)
{
    int best = 0;
    for (int i = 1; i < config->label_count; i++)
        if (logits[i] > logits[best])
            best = i;
    double sum = 0;
    for (int i = 0; i < config->label_count; i++)
        sum += exp((double)logits[i] - (double)logits[best]);
    return gm_mood_of(config->labels[best], (float)(1 / sum));
}

static void chunk_compute(struct finbert_scorer *scorer)
{
    const struct gm_bert_config *config = &scorer->finbert.config;
    if (scorer->sequence_count == 0)
        return;
    const int64_t begin_us = gm_monotonic_us();
    gm_bert_logits(scorer->finbert.bert, scorer->ids, scorer->lengths, scorer->sequence_count,
                   scorer->logits);
    const double us_per_token = (double)(gm_monotonic_us() - begin_us) / (double)scorer->id_count;
    scorer->us_per_token =
        scorer->us_per_token > 0 ? (scorer->us_per_token + us_per_token) / 2 : us_per_token;
    scorer->stats.tokens += (int64_t)scorer->id_count;
    scorer->stats.cache_misses += (int64_t)scorer->sequence_count;
    for (size_t i = 0; i < scorer->sequence_count; i++) {
        struct sequence *sequence = &scorer->sequences[i];
        sequence->mood = mood_of(config, scorer->logits + i * (size_t)config->label_count);
        gm_mood_cache_put(scorer->cache, sequence->hash, &sequence->mood);
    }
}

// ------------------------------------------------------------------------- scoring

static size_t tokens_within(const struct finbert_scorer *scorer, int64_t left_us)
{
    if (scorer->us_per_token <= 0)
        return TOKENS_FIRST;
    const double tokens = (double)left_us / scorer->us_per_token;
    return tokens < (double)scorer->chunk_tokens ? (size_t)tokens : scorer->chunk_tokens;
}

// Scores the first texts, at least one; returns how many.
static size_t score_chunk(struct finbert_scorer *scorer, const struct gm_str *texts, size_t count,
                          int64_t left_us, struct gm_mood *ret_moods)
{
    const size_t tokens_max = tokens_within(scorer, left_us);
    size_t bytes = 0;
    chunk_begin(scorer);
    while (scorer->text_count < count && scorer->text_count < CHUNK_TEXTS && bytes < CHUNK_BYTES) {
        const size_t at = scorer->text_count;
        if (!chunk_add(scorer, texts[at], tokens_max, &ret_moods[at]))
            break;
        bytes += texts[at].len;
    }
    chunk_compute(scorer);
    for (size_t i = 0; i < scorer->text_count; i++)
        if (scorer->sequence_of[i] != EMPTY)
            ret_moods[i] = scorer->sequences[scorer->sequence_of[i]].mood;
    scorer->stats.texts += (int64_t)scorer->text_count;
    return scorer->text_count;
}

static enum gm_err finbert_score(void *context, const struct gm_str *texts, size_t count,
                                 int64_t budget_us, struct gm_mood *ret_moods, size_t *ret_scored,
                                 struct gm_error *error)
{
    (void)error;
    struct finbert_scorer *scorer = context;
    const int64_t begin_us = gm_monotonic_us();
    const int64_t budget_left_us = budget_us > 0 ? budget_us : 0;
    int64_t left_us = budget_left_us;
    size_t scored = 0;
    // The last eighth is not begun: a small chunk keeps the threads badly in work.
    do {
        scored += score_chunk(scorer, texts + scored, count - scored, left_us, ret_moods + scored);
        left_us = budget_left_us - (gm_monotonic_us() - begin_us);
    } while (scored < count && left_us > budget_left_us / 8);
    *ret_scored = scored;
    return GM_OK;
}

// ------------------------------------------------------------------------- the scorer

static struct gm_scorer_about finbert_about(const void *context)
{
    const struct finbert_scorer *scorer = context;
    const struct gm_finbert *finbert = &scorer->finbert;
    return (struct gm_scorer_about){
        .name = finbert->name,
        .model_dir = finbert->dir,
        .precision = gm_bert_precision_name(finbert->precision),
        .kernel = gm_bert_isa_name(finbert->isa),
        .threads = gm_bert_threads(finbert->bert),
        .model_bytes = finbert->pack_bytes,
    };
}

static struct gm_scorer_stats finbert_stats(const void *context)
{
    const struct finbert_scorer *scorer = context;
    struct gm_scorer_stats stats = scorer->stats;
    stats.cache_entries = (int64_t)gm_mood_cache_count(scorer->cache);
    return stats;
}

const struct gm_scorer_ops gm_scorer_finbert = {
    .name = "finbert",
    .description = "FinBERT, or another BERT that tells moods; needs a model",
    .open = finbert_open,
    .score = finbert_score,
    .close = finbert_close,
    .about = finbert_about,
    .stats = finbert_stats,
};
