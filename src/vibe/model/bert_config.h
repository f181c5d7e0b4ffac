// What config.json of a Hugging Face folder says of a BERT classifier.
#ifndef GM_VIBE_MODEL_BERT_CONFIG_H
#define GM_VIBE_MODEL_BERT_CONFIG_H

#include "base/error.h"
#include "vibe/scorer.h"

#include <stdbool.h>

enum gm_bert_activation {
    GM_BERT_GELU,      // "gelu": x · Φ(x), by erf
    GM_BERT_GELU_TANH, // "gelu_new", "gelu_pytorch_tanh", "gelu_fast"
    GM_BERT_RELU,      // "relu"
};

enum { GM_BERT_LABELS_MAX = 8 };

// Limits: hidden ≤ 4,096, layers ≤ 64, intermediate ≤ 16,384, vocab_size ≤ 1,000,000,
// positions ≤ 8,192; hidden is a multiple of heads. Any values inside them work, whatever the
// width of a kernel's tile.
struct gm_bert_config {
    int hidden, layers, heads, intermediate;
    int vocab_size, positions, types;
    float layer_norm_eps;
    enum gm_bert_activation activation;
    bool classifier; // false: an encoder alone, for measuring hidden states
    int label_count; // rows of the classifier; 0 without one
    enum gm_label labels[GM_BERT_LABELS_MAX]; // the mood that each logit stands for, by its name
};

// Reads DIR/config.json. GM_ERR_UNSUPPORTED: another architecture or a variant that is not
// computed here (relative positions, a decoder, an unknown activation), GM_ERR_INVALID: what is
// missing or out of range; both name the file and the field.
enum gm_err gm_bert_config_read(const char *dir, struct gm_bert_config *ret_config,
                                struct gm_error *error);

#endif
