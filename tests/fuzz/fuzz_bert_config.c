// Any bytes are a config.json: refused, or every size is within its limits.
#include "fuzz.h"

#include "vibe/model/bert_config.h"

#include <string.h>

static void must_be_within(int value, int max)
{
    FUZZ_MUST(value >= 1 && value <= max);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static const struct gm_bert_config untouched;
    struct gm_bert_config config = {0};
    struct gm_error error = {0};
    const enum gm_err err =
        gm_bert_config_parse((struct gm_str){(const char *)data, len}, &config, &error);
    FUZZ_MUST(err == error.code && err != GM_ERR_INTERNAL);
    if (err) {
        FUZZ_MUST(error.message[0] != '\0');
        FUZZ_MUST(memcmp(&config, &untouched, sizeof config) == 0);
        return 0;
    }
    must_be_within(config.hidden, GM_BERT_HIDDEN_MAX);
    must_be_within(config.layers, GM_BERT_LAYERS_MAX);
    must_be_within(config.heads, config.hidden);
    must_be_within(config.intermediate, GM_BERT_INTERMEDIATE_MAX);
    must_be_within(config.vocab_size, GM_BERT_VOCAB_MAX);
    must_be_within(config.positions, GM_BERT_POSITIONS_MAX);
    must_be_within(config.types, GM_BERT_TYPES_MAX);
    FUZZ_MUST(config.hidden % config.heads == 0);
    FUZZ_MUST(config.layer_norm_eps > 0.0F && config.layer_norm_eps <= 1.0F);
    FUZZ_MUST(config.classifier ? config.label_count >= 2 : config.label_count == 0);
    FUZZ_MUST(config.label_count <= 3); // each mood once
    return 0;
}
