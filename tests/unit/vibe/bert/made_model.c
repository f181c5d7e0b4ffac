// See made_model.h.
#include "made_model.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// ------------------------------------------------------------------------- tensors

// Goes over the tensors of a model twice: to count their elements, then to fill them.
struct maker {
    made_rule_fn *rule;
    void *context;
    float *next; // NULL: count only
    size_t elements;
};

static struct made_rule golden_rule(void *context, const char *name, int inputs)
{
    (void)context;
    const size_t length = strlen(name);
    const bool bias = length > 5 && strcmp(name + length - 5, ".bias") == 0;
    const float deviation = sqrtf(3.0F);
    if (strstr(name, "LayerNorm") != NULL)
        return (struct made_rule){bias ? 0.0F : 1.0F, 0.25F * deviation};
    if (bias)
        return (struct made_rule){0.0F, 0.2F * deviation};
    if (strstr(name, "embeddings") != NULL)
        return (struct made_rule){0.0F, 0.5F * deviation};
    const float gain = strstr(name, "classifier") != NULL ? 2.0F : 1.2F;
    return (struct made_rule){0.0F, gain / sqrtf((float)inputs) * deviation};
}

static void fill(const char *name, struct made_rule rule, float *values, size_t count)
{
    uint64_t state = gm_hash64(name, strlen(name));
    for (size_t i = 0; i < count; i++) {
        uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15);
        z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
        z = z ^ z >> 31;
        const float unit = (float)(z >> 40) * 0x1p-23F - 1.0F;
        values[i] = rule.offset + rule.spread * unit;
    }
}

// `rows` 0: a vector.
static void make_tensor(struct maker *maker, const char *name, int rows, int columns,
                        struct gm_tensor *ret_tensor)
{
    const size_t count = (size_t)(rows == 0 ? 1 : rows) * (size_t)columns;
    maker->elements += count;
    if (maker->next == NULL)
        return;
    fill(name, maker->rule(maker->context, name, columns), maker->next, count);
    *ret_tensor = (struct gm_tensor){
        .dtype = GM_DTYPE_F32,
        .rank = rows == 0 ? 1 : 2,
        .shape = {rows == 0 ? columns : rows, columns},
        .data = maker->next,
    };
    maker->next += count;
}

static void make_linear(struct maker *maker, const char *prefix, int outputs, int inputs,
                        struct gm_bert_linear *ret_linear)
{
    char name[128];
    snprintf(name, sizeof name, "%s.weight", prefix);
    make_tensor(maker, name, outputs, inputs, &ret_linear->weight);
    snprintf(name, sizeof name, "%s.bias", prefix);
    make_tensor(maker, name, 0, outputs, &ret_linear->bias);
}

static void make_norm(struct maker *maker, const char *prefix, int hidden,
                      struct gm_bert_norm *ret_norm)
{
    char name[128];
    snprintf(name, sizeof name, "%s.LayerNorm.weight", prefix);
    make_tensor(maker, name, 0, hidden, &ret_norm->gamma);
    snprintf(name, sizeof name, "%s.LayerNorm.bias", prefix);
    make_tensor(maker, name, 0, hidden, &ret_norm->beta);
}

static void make_layer(struct maker *maker, int number, const struct gm_bert_config *config,
                       struct gm_bert_layer *layer)
{
    const int hidden = config->hidden;
    const struct {
        const char *name;
        int outputs, inputs;
        struct gm_bert_linear *linear;
    } linears[] = {
        {"attention.self.query", hidden, hidden, &layer->query},
        {"attention.self.key", hidden, hidden, &layer->key},
        {"attention.self.value", hidden, hidden, &layer->value},
        {"attention.output.dense", hidden, hidden, &layer->output},
        {"intermediate.dense", config->intermediate, hidden, &layer->up},
        {"output.dense", hidden, config->intermediate, &layer->down},
    };
    char prefix[96];
    for (size_t i = 0; i < sizeof linears / sizeof linears[0]; i++) {
        snprintf(prefix, sizeof prefix, "bert.encoder.layer.%d.%s", number, linears[i].name);
        make_linear(maker, prefix, linears[i].outputs, linears[i].inputs, linears[i].linear);
    }
    snprintf(prefix, sizeof prefix, "bert.encoder.layer.%d.attention.output", number);
    make_norm(maker, prefix, hidden, &layer->attention_norm);
    snprintf(prefix, sizeof prefix, "bert.encoder.layer.%d.output", number);
    make_norm(maker, prefix, hidden, &layer->output_norm);
}

static void make_all(struct maker *maker, struct made_model *model)
{
    const struct gm_bert_config *config = &model->config;
    struct gm_bert_weights *weights = &model->weights;
    const int hidden = config->hidden;
    make_tensor(maker, "bert.embeddings.word_embeddings.weight", config->vocab_size, hidden,
                &weights->word);
    make_tensor(maker, "bert.embeddings.position_embeddings.weight", config->positions, hidden,
                &weights->position);
    make_tensor(maker, "bert.embeddings.token_type_embeddings.weight", config->types, hidden,
                &weights->type);
    make_norm(maker, "bert.embeddings", hidden, &weights->embedding_norm);
    for (int i = 0; i < config->layers; i++)
        make_layer(maker, i, config, &weights->layers[i]);
    if (!config->classifier)
        return;
    make_linear(maker, "bert.pooler.dense", hidden, hidden, &weights->pooler);
    make_linear(maker, "classifier", config->label_count, hidden, &weights->classifier);
}

static void *must_have(void *memory)
{
    if (memory == NULL) {
        perror("a model for tests");
        exit(1);
    }
    return memory;
}

void made_model_init(struct made_model *model, const struct gm_bert_config *config,
                     made_rule_fn *rule, void *context)
{
    *model = (struct made_model){.config = *config};
    model->weights.layers =
        must_have(calloc((size_t)config->layers, sizeof *model->weights.layers));
    struct maker maker = {.rule = rule == NULL ? golden_rule : rule, .context = context};
    make_all(&maker, model);
    model->memory = must_have(malloc(maker.elements * sizeof(float)));
    maker.next = model->memory;
    make_all(&maker, model);
}

void made_model_finish(struct made_model *model)
{
    free(model->memory);
    free(model->weights.layers);
}

// --------------------------------------------------------------------------- packs

static void must(enum gm_err err, const struct gm_error *error)
{
    if (err != GM_OK) {
        fprintf(stderr, "%s\n", error->message);
        exit(1);
    }
}

struct gm_pack *made_pack(const struct gm_bert_config *config,
                          const struct gm_bert_weights *weights, enum gm_bert_precision precision,
                          enum gm_bert_isa isa)
{
    struct gm_error error;
    char folder[] = "/tmp/made-pack-XXXXXX";
    must_have(mkdtemp(folder));
    char path[sizeof folder + 8];
    snprintf(path, sizeof path, "%s/pack", folder);
    struct gm_pack_writer *writer = NULL;
    must(gm_pack_writer_open(path, gm_str("made"), &writer, &error), &error);
    must(gm_bert_pack(config, weights, precision, isa, writer, &error), &error);
    must(gm_pack_writer_commit(writer, &error), &error);
    gm_pack_writer_close(writer);
    struct gm_pack *pack = NULL;
    must(gm_pack_open(path, gm_str("made"), &pack, &error), &error);
    char command[sizeof folder + 8];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    if (system(command) != 0)
        perror(command);
    return pack;
}
