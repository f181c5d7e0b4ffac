// The encoder: ids of word pieces in, logits out. BertForSequenceClassification for inference.
//
// Sequences lie behind one another without padding; T is the tokens of all of them. A batch is cut
// into micro-batches of whole sequences, which the threads take one by one. Each sequence's result
// depends on that sequence alone: not on its neighbours, the batch or the number of threads.
#ifndef GM_VIBE_BERT_BERT_H
#define GM_VIBE_BERT_BERT_H

#include "base/error.h"
#include "vibe/model/bert_config.h"
#include "vibe/model/bert_weights.h"
#include "vibe/model/pack.h"

#include <stddef.h>
#include <stdint.h>

enum gm_bert_precision {
    GM_BERT_INT8, // weights by channel, activations by token, sums exact
    GM_BERT_F32,
};

// Instructions that the kernels use. Plain C is the oracle of the others and runs anywhere.
enum gm_bert_isa { GM_BERT_PLAIN, GM_BERT_AVX2, GM_BERT_AVX512 };

// "int8", "f32"; "plain", "avx2", "avx512-vnni".
const char *gm_bert_precision_name(enum gm_bert_precision precision);
const char *gm_bert_isa_name(enum gm_bert_isa isa);

// Whether this processor has the instructions, and the best that it has.
bool gm_bert_isa_runs(enum gm_bert_isa isa);
enum gm_bert_isa gm_bert_isa_best(void);

// Changes with what gm_bert_pack writes; belongs into the key of a pack, with precision and isa.
enum { GM_BERT_PACK_VERSION = 1 };

// Writes the weights in the order that the kernels of `isa` read. Takes one layer at a time, so
// that its own memory stays small whatever the checkpoint's size. GM_ERR_UNSUPPORTED: this build
// has no such kernels. It need not be this processor that runs them.
enum gm_err gm_bert_pack(const struct gm_bert_config *config, const struct gm_bert_weights *weights,
                         enum gm_bert_precision precision, enum gm_bert_isa isa,
                         struct gm_pack_writer *writer, struct gm_error *error);

struct gm_bert; // an open encoder and its threads

// `pack` is what gm_bert_pack wrote for the same config, precision and isa; lent until
// gm_bert_close. `threads` 0: one a processor that this process may use. The threads have the
// caller's niceness and take no signals. Each takes memory for a micro-batch (vibe/bert/forward.h);
// nothing is allocated later.
enum gm_err gm_bert_open(const struct gm_bert_config *config, const struct gm_pack *pack,
                         enum gm_bert_precision precision, enum gm_bert_isa isa, int threads,
                         struct gm_bert **ret_bert, struct gm_error *error);
void gm_bert_close(struct gm_bert *bert); // NULL is fine

int gm_bert_threads(const struct gm_bert *bert); // the caller's own is one of them

// ids: T ids, each below vocab_size; lengths[0..count): tokens of each sequence, 1 … positions.
// ret_logits: (count, label_count); the model has a classifier. One thread at a time. All memory
// was taken at open, so nothing can fail.
void gm_bert_logits(struct gm_bert *bert, const uint32_t *ids, const uint32_t *lengths,
                    size_t count, float *ret_logits);

// The last layer's output for every token, (T, hidden): what logits are made from, for tests and
// measurements.
void gm_bert_hidden(struct gm_bert *bert, const uint32_t *ids, const uint32_t *lengths,
                    size_t count, float *ret_hidden);

#endif
