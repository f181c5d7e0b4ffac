// Which sequences are computed together, and by how many threads.
#ifndef GM_VIBE_BERT_PLAN_H
#define GM_VIBE_BERT_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    // Tokens of a micro-batch. Enough to use a panel of weights many times while it is in the first
    // cache, few enough for the activations to stay in the second and third.
    GM_MICRO_BATCH_TOKENS = 256,
    GM_PLAN_SEQUENCES_MAX = 1024,
};

struct gm_sequence {
    const uint32_t *ids;
    uint32_t length; // tokens
    uint32_t index;  // in the batch
};

struct gm_micro_batch {
    const struct gm_sequence *sequences;
    int count, tokens;
};

// How to go through a batch: the micro-batches, those with the most tokens first. Together: all
// threads work on each of them. Otherwise each thread takes one after another.
struct gm_plan {
    struct gm_micro_batch micro_batches[GM_PLAN_SEQUENCES_MAX];
    int count;
    bool together;
    struct gm_sequence sequences[GM_PLAN_SEQUENCES_MAX]; // in the order of the micro-batches
};

// Cuts `count` ≤ GM_PLAN_SEQUENCES_MAX sequences into micro-batches of at most `rows_max` tokens;
// no sequence is longer than that.
void gm_plan_make(struct gm_plan *plan, const uint32_t *ids, const uint32_t *lengths, size_t count,
                  int threads, int rows_max);

#endif
