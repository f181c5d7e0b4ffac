// Tensors by role: names are made as transformers makes them, looked up, checked, and what is left
// over must be known to do no harm.
#include "vibe/model/bert_weights.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { NAME_BYTES = 128, SHAPE_BYTES = 96 };

struct binder {
    const struct gm_checkpoint *checkpoint;
    const struct gm_bert_config *config;
    const char *prefix; // "bert." or ""
    bool *bound;        // for each tensor of the checkpoint
    struct gm_error *error;
};

// A tensor's name in parts; all are ours and short.
struct name {
    const char *prefix; // "bert." or ""
    const char *module; // "embeddings.LayerNorm"
    const char *part;   // ".weight"
};

static bool find(const struct binder *binder, struct name name, size_t *ret_index)
{
    char whole[NAME_BYTES];
    const int len = snprintf(whole, sizeof(whole), "%s%s%s", name.prefix, name.module, name.part);
    return len > 0 &&
           gm_checkpoint_find(binder->checkpoint, (struct gm_str){whole, (size_t)len}, ret_index);
}

// "(3, 768)"
static void write_shape(char ret_text[SHAPE_BYTES], const int64_t *shape, int rank)
{
    size_t len = 0;
    ret_text[len++] = '(';
    for (int i = 0; i < rank; i++)
        len += (size_t)snprintf(ret_text + len, SHAPE_BYTES - len, "%s%" PRId64, i > 0 ? ", " : "",
                                shape[i]);
    snprintf(ret_text + len, SHAPE_BYTES - len, ")");
}

static enum gm_err check_shape(const struct binder *binder, const struct gm_tensor *tensor,
                               const int64_t *shape, int rank)
{
    bool same = tensor->rank == rank;
    for (int i = 0; same && i < rank; i++)
        same = tensor->shape[i] == shape[i];
    if (same)
        return GM_OK;
    char has[SHAPE_BYTES], wanted[SHAPE_BYTES];
    write_shape(has, tensor->shape, tensor->rank);
    write_shape(wanted, shape, rank);
    return gm_error_set(binder->error, GM_ERR_INVALID,
                        "%s: tensor %.*s has the shape %s; by config.json it must be %s",
                        gm_checkpoint_path(binder->checkpoint), GM_STR_ARG(tensor->name), has,
                        wanted);
}

// Binds the tensor at `index`. rows 0: a vector.
static enum gm_err bind_at(struct binder *binder, size_t index, int rows, int columns,
                           struct gm_tensor *ret_tensor)
{
    const int64_t shape[2] = {rows, columns};
    enum gm_err err = gm_checkpoint_tensor(binder->checkpoint, index, ret_tensor, binder->error);
    if (!err)
        err = rows > 0 ? check_shape(binder, ret_tensor, shape, 2)
                       : check_shape(binder, ret_tensor, shape + 1, 1);
    binder->bound[index] = true;
    return err;
}

static enum gm_err missing(const struct binder *binder, struct name name)
{
    return gm_error_set(binder->error, GM_ERR_INVALID, "%s: there is no tensor %s%s%s",
                        gm_checkpoint_path(binder->checkpoint), name.prefix, name.module,
                        name.part);
}

static enum gm_err bind_tensor(struct binder *binder, struct name name, int rows, int columns,
                               struct gm_tensor *ret_tensor)
{
    size_t index;
    if (!find(binder, name, &index))
        return missing(binder, name);
    return bind_at(binder, index, rows, columns, ret_tensor);
}

static enum gm_err bind_linear(struct binder *binder, const char *prefix, const char *module,
                               int rows, int columns, struct gm_bert_linear *ret_linear)
{
    const struct name weight = {prefix, module, ".weight"}, bias = {prefix, module, ".bias"};
    const enum gm_err err = bind_tensor(binder, weight, rows, columns, &ret_linear->weight);
    return err ? err : bind_tensor(binder, bias, 0, rows, &ret_linear->bias);
}

static enum gm_err bind_norm(struct binder *binder, const char *module,
                             struct gm_bert_norm *ret_norm)
{
    static const char *const today[2] = {".weight", ".bias"}, *const old[2] = {".gamma", ".beta"};
    struct gm_tensor *const tensors[2] = {&ret_norm->gamma, &ret_norm->beta};
    for (int i = 0; i < 2; i++) {
        struct name name = {binder->prefix, module, old[i]};
        size_t index;
        if (!find(binder, name, &index))
            name.part = today[i];
        if (!find(binder, name, &index))
            return missing(binder, name);
        const enum gm_err err = bind_at(binder, index, 0, binder->config->hidden, tensors[i]);
        if (err)
            return err;
    }
    return GM_OK;
}

static enum gm_err bind_embeddings(struct binder *binder, struct gm_bert_weights *ret_weights)
{
    const struct gm_bert_config *config = binder->config;
    const struct {
        const char *module;
        int rows;
        struct gm_tensor *ret_tensor;
    } tables[] = {
        {"embeddings.word_embeddings", config->vocab_size, &ret_weights->word},
        {"embeddings.position_embeddings", config->positions, &ret_weights->position},
        {"embeddings.token_type_embeddings", config->types, &ret_weights->type},
    };
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        const struct name name = {binder->prefix, tables[i].module, ".weight"};
        const enum gm_err err =
            bind_tensor(binder, name, tables[i].rows, config->hidden, tables[i].ret_tensor);
        if (err)
            return err;
    }
    return bind_norm(binder, "embeddings.LayerNorm", &ret_weights->embedding_norm);
}

static enum gm_err bind_layer(struct binder *binder, int number, struct gm_bert_layer *ret_layer)
{
    const int hidden = binder->config->hidden, intermediate = binder->config->intermediate;
    const struct {
        const char *name;
        int rows, columns;
        struct gm_bert_linear *ret_linear;
    } linears[] = {
        {"attention.self.query", hidden, hidden, &ret_layer->query},
        {"attention.self.key", hidden, hidden, &ret_layer->key},
        {"attention.self.value", hidden, hidden, &ret_layer->value},
        {"attention.output.dense", hidden, hidden, &ret_layer->output},
        {"intermediate.dense", intermediate, hidden, &ret_layer->up},
        {"output.dense", hidden, intermediate, &ret_layer->down},
    };
    char module[NAME_BYTES];
    for (size_t i = 0; i < sizeof(linears) / sizeof(linears[0]); i++) {
        snprintf(module, sizeof(module), "encoder.layer.%d.%s", number, linears[i].name);
        const enum gm_err err = bind_linear(binder, binder->prefix, module, linears[i].rows,
                                            linears[i].columns, linears[i].ret_linear);
        if (err)
            return err;
    }
    snprintf(module, sizeof(module), "encoder.layer.%d.attention.output.LayerNorm", number);
    const enum gm_err err = bind_norm(binder, module, &ret_layer->attention_norm);
    if (err)
        return err;
    snprintf(module, sizeof(module), "encoder.layer.%d.output.LayerNorm", number);
    return bind_norm(binder, module, &ret_layer->output_norm);
}

static enum gm_err bind_classifier(struct binder *binder, struct gm_bert_weights *ret_weights)
{
    const struct gm_bert_config *config = binder->config;
    const enum gm_err err = bind_linear(binder, binder->prefix, "pooler.dense", config->hidden,
                                        config->hidden, &ret_weights->pooler);
    if (err)
        return err;
    return bind_linear(binder, "", "classifier", config->label_count, config->hidden,
                       &ret_weights->classifier);
}

static bool begins_with(struct gm_str text, const char *prefix)
{
    const size_t len = strlen(prefix);
    return text.len >= len && memcmp(text.data, prefix, len) == 0;
}

// Whether a tensor that was not bound is known to do no harm.
static bool harmless(const struct binder *binder, struct gm_str name)
{
    if (begins_with(name, "cls."))
        return true;
    if (!begins_with(name, binder->prefix))
        return false;
    const size_t prefix_len = strlen(binder->prefix);
    name = (struct gm_str){name.data + prefix_len, name.len - prefix_len};
    return gm_str_equal(name, gm_str("embeddings.position_ids")) ||
           gm_str_equal(name, gm_str("embeddings.token_type_ids")) ||
           (!binder->config->classifier && begins_with(name, "pooler."));
}

static enum gm_err check_rest(const struct binder *binder)
{
    const size_t count = gm_checkpoint_count(binder->checkpoint);
    for (size_t i = 0; i < count; i++) {
        const struct gm_str name = gm_checkpoint_name(binder->checkpoint, i);
        if (!binder->bound[i] && !harmless(binder, name))
            return gm_error_set(
                binder->error, GM_ERR_INVALID,
                "%s: tensor %.*s is no part of the model that config.json describes",
                gm_checkpoint_path(binder->checkpoint), GM_STR_ARG(name));
    }
    return GM_OK;
}

static enum gm_err bind_all(struct binder *binder, struct gm_bert_weights *ret_weights)
{
    enum gm_err err = bind_embeddings(binder, ret_weights);
    for (int i = 0; !err && i < binder->config->layers; i++)
        err = bind_layer(binder, i, &ret_weights->layers[i]);
    if (!err && binder->config->classifier)
        err = bind_classifier(binder, ret_weights);
    return err ? err : check_rest(binder);
}

enum gm_err gm_bert_weights_bind(const struct gm_checkpoint *checkpoint,
                                 const struct gm_bert_config *config,
                                 struct gm_bert_weights *ret_weights, struct gm_error *error)
{
    size_t index;
    struct gm_bert_weights weights = {.checkpoint = checkpoint,
                                      .layers =
                                          calloc((size_t)config->layers, sizeof(*weights.layers))};
    struct binder binder = {
        .checkpoint = checkpoint,
        .config = config,
        .prefix = "",
        .bound = calloc(gm_checkpoint_count(checkpoint) + 1, sizeof(*binder.bound)),
        .error = error,
    };
    const struct name first = {"bert.", "embeddings.word_embeddings", ".weight"};
    if (find(&binder, first, &index))
        binder.prefix = first.prefix;
    const enum gm_err err = weights.layers && binder.bound
                                ? bind_all(&binder, &weights)
                                : gm_error_set(error, GM_ERR_NOMEM, "%s: no memory for %d layers",
                                               gm_checkpoint_path(checkpoint), config->layers);
    free(binder.bound);
    if (err)
        gm_bert_weights_finish(&weights);
    else
        *ret_weights = weights;
    return err;
}

void gm_bert_weights_drop(const struct gm_bert_weights *weights)
{
    if (weights->checkpoint)
        gm_checkpoint_drop(weights->checkpoint);
}

void gm_bert_weights_finish(struct gm_bert_weights *weights)
{
    free(weights->layers);
    *weights = (struct gm_bert_weights){0};
}
