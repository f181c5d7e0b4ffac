// What config.json of a Hugging Face folder says of a BERT classifier.
#ifndef GM_VIBE_MODEL_BERT_CONFIG_H
#define GM_VIBE_MODEL_BERT_CONFIG_H

#include "base/error.h"
#include "base/str.h"
#include "vibe/scorer.h"

#include <stdbool.h>

enum gm_bert_activation {
    GM_BERT_GELU,      // "gelu": x · Φ(x), by erf
    GM_BERT_GELU_TANH, // "gelu_new", "gelu_pytorch_tanh", "gelu_fast"
    GM_BERT_RELU,      // "relu"
};

enum {
    GM_BERT_HIDDEN_MAX = 4096,
    GM_BERT_LAYERS_MAX = 64,
    GM_BERT_INTERMEDIATE_MAX = 16384,
    GM_BERT_VOCAB_MAX = 1000000,
    GM_BERT_POSITIONS_MAX = 8192,
    GM_BERT_TYPES_MAX = 64,
    GM_BERT_LABELS_MAX = 8,
};

// Each size is at least 1 and at most its limit above; hidden is a multiple of heads. Any values
// inside them work, whatever the width of a kernel's tile.
struct gm_bert_config {
    int hidden, layers, heads, intermediate;
    int vocab_size, positions, types;
    float layer_norm_eps;
    enum gm_bert_activation activation;
    bool classifier; // false: an encoder alone, for measuring hidden states
    int label_count; // rows of the classifier, 2 or more; 0 without one
    enum gm_label labels[GM_BERT_LABELS_MAX]; // the mood that each logit stands for, by its name
};

// Reads DIR/config.json, at most 1 MiB; a field that is missing or null has the value that
// transformers gives it. Labels are told by their names in id2label, in any order and case:
// positive, bullish or pos; negative, bearish or neg; neutral; each mood once. GM_ERR_UNSUPPORTED:
// another architecture or a variant that is not computed here (relative positions, a decoder, an
// unknown activation), GM_ERR_INVALID: what is missing or out of range; both name the file and the
// field. GM_ERR_NOT_FOUND: no such file.
enum gm_err gm_bert_config_read(const char *dir, struct gm_bert_config *ret_config,
                                struct gm_error *error);

// As gm_bert_config_read, from the text of the file, whose name is not in the messages.
enum gm_err gm_bert_config_parse(struct gm_str text, struct gm_bert_config *ret_config,
                                 struct gm_error *error);

#endif
