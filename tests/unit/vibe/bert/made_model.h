// Models of any shape with weights made by a rule, and packs of them.
//
// The rule is that of tests/data/models/wide: every tensor's values are uniform, in a sequence that
// its name decides. Spreads are large enough that a wrong sum anywhere shows in the logits.
#ifndef GM_TEST_VIBE_MADE_MODEL_H
#define GM_TEST_VIBE_MADE_MODEL_H

#include "vibe/bert/bert.h"

struct made_model {
    struct gm_bert_config config;
    struct gm_bert_weights weights;
    float *memory; // of all tensors
};

// Offset and spread of the tensor with that name; `inputs` is its last dimension.
struct made_rule {
    float offset, spread;
};
typedef struct made_rule made_rule_fn(void *context, const char *name, int inputs);

// `rule` NULL: the rule by which tools/make_golden.py makes its models. Ends the program when
// memory runs out.
void made_model_init(struct made_model *model, const struct gm_bert_config *config,
                     made_rule_fn *rule, void *context);
void made_model_finish(struct made_model *model);

// The weights as a pack, in a file that is removed at once: the pack is all that is left of it.
// Ends the program with a message on failure.
struct gm_pack *made_pack(const struct gm_bert_config *config,
                          const struct gm_bert_weights *weights, enum gm_bert_precision precision,
                          enum gm_bert_isa isa);

#endif
