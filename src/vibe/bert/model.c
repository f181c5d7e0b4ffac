// See model.h. Missing sections are told once, at the end of the search.
#include "vibe/bert/model.h"

#include <stdio.h>
#include <stdlib.h>

enum gm_err gm_bert_format_init(struct gm_bert_format *format, enum gm_bert_precision precision,
                                enum gm_bert_isa isa, struct gm_error *error)
{
    *format = (struct gm_bert_format){
        .precision = precision,
        .kernels = gm_bert_kernels(isa),
        .int8 = precision == GM_BERT_INT8 ? gm_int8_kernels(isa) : NULL,
    };
    if (format->kernels == NULL || (precision == GM_BERT_INT8 && format->int8 == NULL))
        return gm_error_set(error, GM_ERR_UNSUPPORTED, "no kernels for %s with %s in this build",
                            gm_bert_precision_name(precision), gm_bert_isa_name(isa));
    return GM_OK;
}

int gm_bert_panel_columns(const struct gm_bert_format *format)
{
    return format->int8 != NULL ? format->int8->format->columns : format->kernels->panel_columns;
}

int gm_bert_panel_count(const struct gm_bert_format *format, int outputs)
{
    const int columns = gm_bert_panel_columns(format);
    return (outputs + columns - 1) / columns;
}

size_t gm_bert_panel_bytes(const struct gm_bert_format *format, int inputs)
{
    return format->int8 != NULL
               ? gm_int8_panel_bytes(format->int8->format, inputs)
               : gm_panel_floats(format->kernels->panel_columns, inputs) * sizeof(float);
}

size_t gm_bert_panels_bytes(const struct gm_bert_format *format, int inputs, int outputs)
{
    return (size_t)gm_bert_panel_count(format, outputs) * gm_bert_panel_bytes(format, inputs);
}

int gm_bert_third(const struct gm_bert_format *format, int hidden)
{
    return gm_round_up(hidden, gm_bert_panel_columns(format));
}

int gm_bert_norm_floats(int hidden)
{
    return gm_round_up(hidden, 16);
}

// ------------------------------------------------------------------------- sections

struct sections {
    const struct gm_pack *pack;
    struct gm_error *error;
    enum gm_err err; // the first failure; nothing is looked up after it
};

static const void *find(struct sections *sections, const char *name, size_t bytes)
{
    const void *data = NULL;
    if (sections->err == GM_OK)
        sections->err = gm_pack_section(sections->pack, name, bytes, &data, sections->error);
    return data;
}

static const void *find_in_layer(struct sections *sections, int layer, const char *what,
                                 size_t bytes)
{
    char name[GM_PACK_NAME_BYTES_MAX];
    snprintf(name, sizeof name, "layer.%d.%s", layer, what);
    return find(sections, name, bytes);
}

static struct gm_norm norm_of(const struct gm_bert_config *config, const float *data)
{
    return (struct gm_norm){
        .gamma = data,
        .beta = data == NULL ? NULL : data + gm_bert_norm_floats(config->hidden),
        .epsilon = config->layer_norm_eps,
    };
}

static void find_block(struct sections *sections, const struct gm_bert_model *model, int layer,
                       struct gm_bert_block *ret_block)
{
    const struct gm_bert_config *config = &model->config;
    const struct gm_bert_format *format = &model->format;
    const int hidden = config->hidden;
    const size_t norm_bytes = 2 * (size_t)gm_bert_norm_floats(hidden) * sizeof(float);
    *ret_block = (struct gm_bert_block){
        .qkv = find_in_layer(sections, layer, "qkv",
                             gm_bert_panels_bytes(format, hidden, 3 * model->third)),
        .output =
            find_in_layer(sections, layer, "output", gm_bert_panels_bytes(format, hidden, hidden)),
        .up = find_in_layer(sections, layer, "up",
                            gm_bert_panels_bytes(format, hidden, config->intermediate)),
        .down = find_in_layer(sections, layer, "down",
                              gm_bert_panels_bytes(format, config->intermediate, hidden)),
        .attention_norm =
            norm_of(config, find_in_layer(sections, layer, "attention_norm", norm_bytes)),
        .output_norm = norm_of(config, find_in_layer(sections, layer, "output_norm", norm_bytes)),
    };
}

static void find_all(struct sections *sections, struct gm_bert_model *model)
{
    const struct gm_bert_config *config = &model->config;
    const struct gm_bert_format f32 = {.precision = GM_BERT_F32, .kernels = model->format.kernels};
    const size_t hidden = (size_t)config->hidden;
    const size_t word_bytes = model->format.precision == GM_BERT_INT8 ? 2 : 4;
    model->word = find(sections, "word", (size_t)config->vocab_size * hidden * word_bytes);
    model->position =
        find(sections, "position", (size_t)config->positions * hidden * sizeof(float));
    model->embedding_norm =
        norm_of(config, find(sections, "embedding_norm",
                             2 * (size_t)gm_bert_norm_floats(config->hidden) * sizeof(float)));
    for (int i = 0; i < config->layers; i++)
        find_block(sections, model, i, &model->blocks[i]);
    if (!config->classifier)
        return;
    model->pooler =
        find(sections, "pooler", gm_bert_panels_bytes(&f32, config->hidden, config->hidden));
    model->classifier = find(sections, "classifier",
                             gm_bert_panels_bytes(&f32, config->hidden, config->label_count));
}

static enum gm_bert_function function_of(enum gm_bert_activation activation)
{
    switch (activation) {
    case GM_BERT_GELU_TANH:
        return GM_FUNCTION_GELU_TANH;
    case GM_BERT_RELU:
        return GM_FUNCTION_RELU;
    case GM_BERT_GELU:
        break;
    }
    return GM_FUNCTION_GELU;
}

enum gm_err gm_bert_model_init(struct gm_bert_model *model, const struct gm_bert_config *config,
                               const struct gm_pack *pack, enum gm_bert_precision precision,
                               enum gm_bert_isa isa, struct gm_error *error)
{
    struct gm_bert_format format;
    const enum gm_err err = gm_bert_format_init(&format, precision, isa, error);
    if (err != GM_OK)
        return err;
    *model = (struct gm_bert_model){
        .config = *config,
        .format = format,
        .head = config->hidden / config->heads,
        .third = gm_bert_third(&format, config->hidden),
        .function = function_of(config->activation),
        .blocks = calloc((size_t)config->layers, sizeof model->blocks[0]),
    };
    if (model->blocks == NULL)
        return gm_error_set(error, GM_ERR_NOMEM, "no memory for %d layers", config->layers);
    struct sections sections = {.pack = pack, .error = error};
    find_all(&sections, model);
    if (sections.err != GM_OK)
        gm_bert_model_finish(model);
    return sections.err;
}

void gm_bert_model_finish(struct gm_bert_model *model)
{
    free(model->blocks);
    model->blocks = NULL;
}
