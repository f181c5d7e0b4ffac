// See plan.h. Sequences go, longest first, to the micro-batch that has the fewest tokens so far, so
// that all are nearly equal.
#include "vibe/bert/plan.h"

#include <stdlib.h>
#include <string.h>

// Threads that have fewer tokens than this each are better off sharing the micro-batch: it has to
// stream all weights through the processor, and once is enough.
enum { TOKENS_APART_MIN = 64 };

struct bin {
    int tokens, count, next;
};

struct bins {
    struct bin bin[GM_PLAN_SEQUENCES_MAX];
    int count;
    uint16_t of[GM_PLAN_SEQUENCES_MAX]; // the bin of each sequence
};

static int longer_first(const void *a, const void *b)
{
    const struct gm_sequence *x = a;
    const struct gm_sequence *y = b;
    if (x->length != y->length)
        return x->length < y->length ? 1 : -1;
    return x->index < y->index ? -1 : 1;
}

static int fewest_tokens(const struct bins *bins)
{
    int best = 0;
    for (int i = 1; i < bins->count; i++) {
        if (bins->bin[i].tokens < bins->bin[best].tokens)
            best = i;
    }
    return best;
}

static void fill(struct bins *bins, const struct gm_sequence *sequences, int count, int wanted,
                 int rows_max)
{
    memset(bins, 0, sizeof *bins);
    bins->count = wanted;
    for (int i = 0; i < count; i++) {
        int to = fewest_tokens(bins);
        if (bins->bin[to].tokens + (int)sequences[i].length > rows_max)
            to = bins->count++;
        bins->bin[to].tokens += (int)sequences[i].length;
        bins->bin[to].count++;
        bins->of[i] = (uint16_t)to;
    }
}

// Tokens of the thread that has the most, when each takes the next bin as it gets free.
static int longest_way(const struct bins *bins, int threads)
{
    int tokens[GM_PLAN_SEQUENCES_MAX] = {0};
    int most = 0;
    for (int i = 0; i < bins->count; i++) {
        int thread = 0;
        for (int j = 1; j < threads; j++) {
            if (tokens[j] < tokens[thread])
                thread = j;
        }
        tokens[thread] += bins->bin[i].tokens;
        if (tokens[thread] > most)
            most = tokens[thread];
    }
    return most;
}

static int more_tokens_first(const void *a, const void *b)
{
    const struct gm_micro_batch *x = a;
    const struct gm_micro_batch *y = b;
    return (x->tokens < y->tokens) - (x->tokens > y->tokens);
}

static void lay_out(struct gm_plan *plan, struct bins *bins, const struct gm_sequence *sequences,
                    int count)
{
    plan->count = 0;
    int next = 0;
    for (int i = 0; i < bins->count; i++) {
        bins->bin[i].next = next;
        if (bins->bin[i].count == 0)
            continue;
        plan->micro_batches[plan->count++] = (struct gm_micro_batch){
            .sequences = plan->sequences + next,
            .count = bins->bin[i].count,
            .tokens = bins->bin[i].tokens,
        };
        next += bins->bin[i].count;
    }
    for (int i = 0; i < count; i++)
        plan->sequences[bins->bin[bins->of[i]].next++] = sequences[i];
    qsort(plan->micro_batches, (size_t)plan->count, sizeof plan->micro_batches[0],
          more_tokens_first);
}

void gm_plan_make(struct gm_plan *plan, const uint32_t *ids, const uint32_t *lengths, size_t count,
                  int threads, int rows_max)
{
    struct gm_sequence sequences[GM_PLAN_SEQUENCES_MAX];
    struct bins bins;
    int tokens = 0;
    for (size_t i = 0; i < count; i++) {
        sequences[i] = (struct gm_sequence){ids, lengths[i], (uint32_t)i};
        ids += lengths[i];
        tokens += (int)lengths[i];
    }
    qsort(sequences, count, sizeof sequences[0], longer_first);

    const int needed = (tokens + GM_MICRO_BATCH_TOKENS - 1) / GM_MICRO_BATCH_TOKENS;
    int apart = (needed + threads - 1) / threads * threads;
    if (apart > (int)count)
        apart = (int)count;
    fill(&bins, sequences, (int)count, apart, rows_max);
    plan->together = threads > 1 && (tokens < threads * TOKENS_APART_MIN ||
                                     longest_way(&bins, threads) * threads > tokens * 5 / 4);
    if (plan->together)
        fill(&bins, sequences, (int)count, needed < (int)count ? needed : (int)count, rows_max);
    lay_out(plan, &bins, sequences, (int)count);
}
