// Writes the sections that model.h lists. A panel at a time is read from the checkpoint, so beside
// the pack itself this takes the memory of one panel's weights in f32.
#include "vibe/bert/model.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORD_FLOATS = 16384 }; // of the table that are converted at once

struct packing {
    const struct gm_bert_config *config;
    struct gm_bert_format format;
    struct gm_pack_writer *writer;
    struct gm_error *error;
    float *weights; // (columns, inputs) of one panel, or WORD_FLOATS
    float *bias;    // (columns)
};

static enum gm_err add(struct packing *packing, const char *name, size_t bytes, void **ret_data)
{
    return gm_pack_writer_add(packing->writer, name, bytes, ret_data, packing->error);
}

// ------------------------------------------------------------------------- linear layers

// Outputs [first, first + count) of a layer as one panel, times `factor`.
static void pack_panel(struct packing *packing, const struct gm_bert_format *format,
                       const struct gm_bert_linear *linear, float factor, int first, int count,
                       void *ret_panel)
{
    const int inputs = (int)linear->weight.shape[1];
    const size_t elements = (size_t)count * (size_t)inputs;
    gm_tensor_read(&linear->weight, (int64_t)first * inputs, elements, packing->weights);
    gm_tensor_read(&linear->bias, first, (size_t)count, packing->bias);
    if (factor != 1.0F) {
        for (size_t i = 0; i < elements; i++)
            packing->weights[i] *= factor;
        for (int i = 0; i < count; i++)
            packing->bias[i] *= factor;
    }
    if (format->int8 != NULL) {
        gm_int8_pack(format->int8->format, packing->weights, packing->bias, count, inputs,
                     ret_panel);
        return;
    }
    const int columns = format->kernels->panel_columns;
    float *panel = ret_panel;
    memcpy(panel, packing->bias, (size_t)count * sizeof *panel);
    panel += columns;
    for (int j = 0; j < count; j++) {
        for (int i = 0; i < inputs; i++)
            panel[(size_t)i * (size_t)columns + (size_t)j] =
                packing->weights[(size_t)j * (size_t)inputs + (size_t)i];
    }
}

// All panels of a layer; returns where the next layer's begin.
static char *pack_panels(struct packing *packing, const struct gm_bert_format *format,
                         const struct gm_bert_linear *linear, float factor, char *panel)
{
    const int outputs = (int)linear->weight.shape[0];
    const int columns = gm_bert_panel_columns(format);
    const size_t bytes = gm_bert_panel_bytes(format, (int)linear->weight.shape[1]);
    for (int first = 0; first < outputs; first += columns, panel += bytes) {
        const int count = outputs - first < columns ? outputs - first : columns;
        pack_panel(packing, format, linear, factor, first, count, panel);
    }
    return panel;
}

static enum gm_err pack_linear(struct packing *packing, const struct gm_bert_format *format,
                               const char *name, const struct gm_bert_linear *linear)
{
    const int outputs = (int)linear->weight.shape[0];
    const int inputs = (int)linear->weight.shape[1];
    void *panels;
    const enum gm_err err =
        add(packing, name, gm_bert_panels_bytes(format, inputs, outputs), &panels);
    if (err == GM_OK)
        pack_panels(packing, format, linear, 1.0F, panels);
    return err;
}

static enum gm_err pack_qkv(struct packing *packing, const char *name,
                            const struct gm_bert_layer *layer)
{
    const int hidden = packing->config->hidden;
    const int head = hidden / packing->config->heads;
    const float scale = 1.0F / sqrtf((float)head);
    const int columns = 3 * gm_bert_third(&packing->format, hidden);
    void *panels;
    const enum gm_err err =
        add(packing, name, gm_bert_panels_bytes(&packing->format, hidden, columns), &panels);
    if (err != GM_OK)
        return err;
    char *panel = pack_panels(packing, &packing->format, &layer->query, scale, panels);
    panel = pack_panels(packing, &packing->format, &layer->key, 1.0F, panel);
    pack_panels(packing, &packing->format, &layer->value, 1.0F, panel);
    return GM_OK;
}

// ------------------------------------------------------------------------- tables

static enum gm_err pack_norm(struct packing *packing, const char *name,
                             const struct gm_bert_norm *norm)
{
    const size_t hidden = (size_t)packing->config->hidden;
    const size_t floats = (size_t)gm_bert_norm_floats(packing->config->hidden);
    void *data;
    const enum gm_err err = add(packing, name, 2 * floats * sizeof(float), &data);
    if (err != GM_OK)
        return err;
    gm_tensor_read(&norm->gamma, 0, hidden, data);
    gm_tensor_read(&norm->beta, 0, hidden, (float *)data + floats);
    return GM_OK;
}

// The upper half of a float, rounded to nearest, ties to even.
static uint16_t to_bf16(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    if (isnan(x))
        return (uint16_t)(bits >> 16 | 0x40);
    return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

static enum gm_err pack_words(struct packing *packing, const struct gm_tensor *word)
{
    const size_t elements = (size_t)packing->config->vocab_size * (size_t)packing->config->hidden;
    const bool half = packing->format.precision == GM_BERT_INT8;
    void *data;
    const enum gm_err err = add(packing, "word", elements * (half ? 2 : 4), &data);
    if (err != GM_OK)
        return err;
    for (size_t first = 0; first < elements; first += WORD_FLOATS) {
        const size_t left = elements - first;
        const size_t count = left < WORD_FLOATS ? left : WORD_FLOATS;
        float *floats = half ? packing->weights : (float *)data + first;
        gm_tensor_read(word, (int64_t)first, count, floats);
        for (size_t i = 0; half && i < count; i++)
            ((uint16_t *)data)[first + i] = to_bf16(floats[i]);
    }
    return GM_OK;
}

static enum gm_err pack_positions(struct packing *packing, const struct gm_tensor *position,
                                  const struct gm_tensor *type)
{
    const size_t hidden = (size_t)packing->config->hidden;
    const size_t elements = (size_t)packing->config->positions * hidden;
    void *data;
    const enum gm_err err = add(packing, "position", elements * sizeof(float), &data);
    if (err != GM_OK)
        return err;
    float *positions = data;
    gm_tensor_read(position, 0, elements, positions);
    gm_tensor_read(type, 0, hidden, packing->weights);
    for (size_t i = 0; i < elements; i++)
        positions[i] += packing->weights[i % hidden];
    return GM_OK;
}

// ------------------------------------------------------------------------- the whole

static enum gm_err pack_layer(struct packing *packing, int number,
                              const struct gm_bert_layer *layer)
{
    enum { QKV, OUTPUT, ATTENTION_NORM, UP, DOWN, OUTPUT_NORM, COUNT };
    static const char *const names[COUNT] = {"qkv", "output", "attention_norm",
                                             "up",  "down",   "output_norm"};
    char full[COUNT][GM_PACK_NAME_BYTES_MAX];
    for (int i = 0; i < COUNT; i++)
        snprintf(full[i], sizeof full[i], "layer.%d.%s", number, names[i]);
    enum gm_err err = pack_qkv(packing, full[QKV], layer);
    if (err == GM_OK)
        err = pack_linear(packing, &packing->format, full[OUTPUT], &layer->output);
    if (err == GM_OK)
        err = pack_norm(packing, full[ATTENTION_NORM], &layer->attention_norm);
    if (err == GM_OK)
        err = pack_linear(packing, &packing->format, full[UP], &layer->up);
    if (err == GM_OK)
        err = pack_linear(packing, &packing->format, full[DOWN], &layer->down);
    if (err == GM_OK)
        err = pack_norm(packing, full[OUTPUT_NORM], &layer->output_norm);
    return err;
}

static enum gm_err pack_all(struct packing *packing, const struct gm_bert_weights *weights)
{
    const struct gm_bert_config *config = packing->config;
    const struct gm_bert_format f32 = {.precision = GM_BERT_F32,
                                       .kernels = packing->format.kernels};
    enum gm_err err = pack_words(packing, &weights->word);
    if (err == GM_OK)
        err = pack_positions(packing, &weights->position, &weights->type);
    if (err == GM_OK)
        err = pack_norm(packing, "embedding_norm", &weights->embedding_norm);
    for (int i = 0; i < config->layers && err == GM_OK; i++) {
        gm_bert_weights_drop(weights); // what came before
        err = pack_layer(packing, i, &weights->layers[i]);
    }
    if (!config->classifier)
        return err;
    if (err == GM_OK)
        err = pack_linear(packing, &f32, "pooler", &weights->pooler);
    if (err == GM_OK)
        err = pack_linear(packing, &f32, "classifier", &weights->classifier);
    return err;
}

enum gm_err gm_bert_pack(const struct gm_bert_config *config, const struct gm_bert_weights *weights,
                         enum gm_bert_precision precision, enum gm_bert_isa isa,
                         struct gm_pack_writer *writer, struct gm_error *error)
{
    struct packing packing = {.config = config, .writer = writer, .error = error};
    enum gm_err err = gm_bert_format_init(&packing.format, precision, isa, error);
    if (err != GM_OK)
        return err;
    const int f32_columns = packing.format.kernels->panel_columns;
    const int own_columns = gm_bert_panel_columns(&packing.format);
    const size_t columns = (size_t)(own_columns > f32_columns ? own_columns : f32_columns);
    const int inputs =
        config->intermediate > config->hidden ? config->intermediate : config->hidden;
    const size_t panel = columns * (size_t)inputs;
    packing.weights = malloc((panel > WORD_FLOATS ? panel : WORD_FLOATS) * sizeof(float));
    packing.bias = malloc(columns * sizeof(float));
    err = packing.weights == NULL || packing.bias == NULL
              ? gm_error_set(error, GM_ERR_NOMEM, "no memory to pack %d inputs", inputs)
              : pack_all(&packing, weights);
    free(packing.bias);
    free(packing.weights);
    return err;
}
