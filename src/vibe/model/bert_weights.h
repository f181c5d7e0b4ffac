// The tensors of a BERT model by their role, checked against its configuration.
//
// Shapes in the comments are PyTorch's: a linear layer y = x·Wᵀ + b has W (out, in) and b (out).
// H hidden, F intermediate, V vocab_size, P positions, T types, L labels.
#ifndef GM_VIBE_MODEL_BERT_WEIGHTS_H
#define GM_VIBE_MODEL_BERT_WEIGHTS_H

#include "base/error.h"
#include "vibe/model/bert_config.h"
#include "vibe/model/checkpoint.h"
#include "vibe/model/tensor.h"

struct gm_bert_linear {
    struct gm_tensor weight, bias;
};

struct gm_bert_norm {
    struct gm_tensor gamma, beta; // (H)
};

struct gm_bert_layer {
    struct gm_bert_linear query, key, value, output; // (H, H)
    struct gm_bert_norm attention_norm;
    struct gm_bert_linear up;   // (F, H)
    struct gm_bert_linear down; // (H, F)
    struct gm_bert_norm output_norm;
};

struct gm_bert_weights {
    const struct gm_checkpoint *checkpoint; // whose tensors these are; NULL: nobody's
    struct gm_tensor word, position, type;  // (V, H), (P, H), (T, H)
    struct gm_bert_norm embedding_norm;
    struct gm_bert_layer *layers;     // config.layers
    struct gm_bert_linear pooler;     // (H, H); with a classifier
    struct gm_bert_linear classifier; // (L, H); with a classifier
};

// Finds each tensor, with or without "bert." before its name; a norm's two are called weight and
// bias or, in old files, gamma and beta. The tensors point into the checkpoint, which must outlive
// them; only `layers` belongs to the weights.
//
// GM_ERR_INVALID: one is missing, has another shape than `config` wants, or stands there without
// being known; GM_ERR_UNSUPPORTED: one has a dtype that is not read. The message names the file and
// the tensor. Known and passed over are position_ids, token_type_ids, heads of the pre-training
// ("cls."), and, for an encoder alone, the pooler.
enum gm_err gm_bert_weights_bind(const struct gm_checkpoint *checkpoint,
                                 const struct gm_bert_config *config,
                                 struct gm_bert_weights *ret_weights, struct gm_error *error);

// Lets go of the memory of what was read so far (gm_checkpoint_drop).
void gm_bert_weights_drop(const struct gm_bert_weights *weights);

// Frees `layers`. Weights of all zeros, or finished before, are fine.
void gm_bert_weights_finish(struct gm_bert_weights *weights);

#endif
