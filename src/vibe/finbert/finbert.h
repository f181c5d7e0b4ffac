// FinBERT, ready to run: a model's folder, tokenizer, pack and encoder in one.
//
// Any Hugging Face BertForSequenceClassification will do whose labels are moods. The weights are
// packed once for the precision and this processor's kernels, which takes seconds; from then on,
// opening maps the pack. The pack lies beside the weights, or, where this user cannot write there,
// in the data folder.
#ifndef GM_VIBE_FINBERT_FINBERT_H
#define GM_VIBE_FINBERT_FINBERT_H

#include "base/error.h"
#include "vibe/bert/bert.h"
#include "vibe/model/bert_config.h"
#include "vibe/model/checkpoint.h"
#include "vibe/model/pack.h"
#include "vibe/scorer.h"
#include "vibe/wordpiece/wordpiece.h"

#define GM_FINBERT_MODEL_DEFAULT "ProsusAI/finbert"

enum { GM_FINBERT_NAME_BYTES = 64 };

struct gm_finbert {
    char dir[GM_MODEL_PATH_BYTES_MAX]; // the model's folder
    char pack_path[GM_MODEL_PATH_BYTES_MAX];
    char name[GM_FINBERT_NAME_BYTES]; // "finbert-int8"
    struct gm_bert_config config;
    enum gm_bert_precision precision;
    enum gm_bert_isa isa;
    struct gm_wordpiece *wordpiece;
    struct gm_pack *pack;
    int64_t pack_bytes;
    struct gm_bert *bert;
    size_t ids_max; // tokens of one text, [CLS] and [SEP] among them
};

// Opens the model that `config` asks for, and packs it first where that has not been done;
// `config->notice` is then told. GM_ERR_NOT_FOUND: no model was asked for by name or folder, and
// the standard one is not installed. GM_ERR_INVALID: the one that was asked for is not there, or
// another value of `config` is wrong. Everything else: the model is there and cannot be used; the
// message says why.
enum gm_err gm_finbert_open(struct gm_finbert *ret_finbert, const struct gm_scorer_config *config,
                            struct gm_error *error);
void gm_finbert_close(struct gm_finbert *finbert);

#endif
