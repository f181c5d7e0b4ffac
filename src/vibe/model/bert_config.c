// config.json of a BERT, with the defaults that transformers has where a field is missing.
#include "vibe/model/bert_config.h"

#include "vibe/model/mapped_file.h"

#include <jansson.h>
#include <stdio.h>
#include <strings.h>

enum { CONFIG_BYTES_MAX = 1 << 20, PATH_BYTES = 4096 };

// A field that is null counts as missing.
static const json_t *field_of(const json_t *config, const char *name)
{
    const json_t *value = json_object_get(config, name);
    return json_is_null(value) ? NULL : value;
}

static enum gm_err unsupported(struct gm_error *error, const char *name, const char *value,
                               const char *known)
{
    return gm_error_set(error, GM_ERR_UNSUPPORTED, "%s: \"%.64s\" is not computed here; %s", name,
                        value, known);
}

// Reads a text; NULL in *ret_text when it is missing.
static enum gm_err read_text(const json_t *config, const char *name, const char **ret_text,
                             struct gm_error *error)
{
    const json_t *value = field_of(config, name);
    if (value && !json_is_string(value))
        return gm_error_set(error, GM_ERR_INVALID, "%s: must be a text", name);
    *ret_text = json_string_value(value);
    return GM_OK;
}

// ------------------------------------------------------------------------------- sizes

static const struct size_field {
    const char *name;
    size_t place; // in struct gm_bert_config
    int normal, max;
} size_fields[] = {
    {"hidden_size", offsetof(struct gm_bert_config, hidden), 768, GM_BERT_HIDDEN_MAX},
    {"num_hidden_layers", offsetof(struct gm_bert_config, layers), 12, GM_BERT_LAYERS_MAX},
    {"num_attention_heads", offsetof(struct gm_bert_config, heads), 12, GM_BERT_HIDDEN_MAX},
    {"intermediate_size", offsetof(struct gm_bert_config, intermediate), 3072,
     GM_BERT_INTERMEDIATE_MAX},
    {"vocab_size", offsetof(struct gm_bert_config, vocab_size), 30522, GM_BERT_VOCAB_MAX},
    {"max_position_embeddings", offsetof(struct gm_bert_config, positions), 512,
     GM_BERT_POSITIONS_MAX},
    {"type_vocab_size", offsetof(struct gm_bert_config, types), 2, GM_BERT_TYPES_MAX},
};

static enum gm_err read_sizes(const json_t *config, struct gm_bert_config *ret_config,
                              struct gm_error *error)
{
    for (size_t i = 0; i < sizeof(size_fields) / sizeof(size_fields[0]); i++) {
        const struct size_field *field = &size_fields[i];
        const json_t *value = field_of(config, field->name);
        const json_int_t number = value ? json_integer_value(value) : field->normal;
        if (value && !json_is_integer(value))
            return gm_error_set(error, GM_ERR_INVALID, "%s: must be a whole number", field->name);
        if (number < 1 || number > field->max)
            return gm_error_set(error, GM_ERR_INVALID,
                                "%s: %" JSON_INTEGER_FORMAT " is not in 1 … %d", field->name,
                                number, field->max);
        *(int *)((char *)ret_config + field->place) = (int)number;
    }
    if (ret_config->hidden % ret_config->heads != 0)
        return gm_error_set(error, GM_ERR_INVALID,
                            "hidden_size: %d is no multiple of num_attention_heads, %d",
                            ret_config->hidden, ret_config->heads);
    return GM_OK;
}

static enum gm_err read_epsilon(const json_t *config, struct gm_bert_config *ret_config,
                                struct gm_error *error)
{
    const json_t *value = field_of(config, "layer_norm_eps");
    const double epsilon = value ? json_number_value(value) : 1e-12;
    // What is too small for a float would be a division by zero.
    if ((value && !json_is_number(value)) || !((float)epsilon > 0.0F) || epsilon > 1.0)
        return gm_error_set(error, GM_ERR_INVALID, "layer_norm_eps: must be a number in (0, 1]");
    ret_config->layer_norm_eps = (float)epsilon;
    return GM_OK;
}

// ----------------------------------------------------------------------------- variants

static enum gm_err read_activation(const json_t *config, struct gm_bert_config *ret_config,
                                   struct gm_error *error)
{
    static const struct {
        const char *name;
        enum gm_bert_activation activation;
    } known[] = {
        {"gelu", GM_BERT_GELU},
        {"gelu_new", GM_BERT_GELU_TANH},
        {"gelu_pytorch_tanh", GM_BERT_GELU_TANH},
        {"gelu_fast", GM_BERT_GELU_TANH},
        {"relu", GM_BERT_RELU},
    };
    const char *name = NULL;
    const enum gm_err err = read_text(config, "hidden_act", &name, error);
    if (err)
        return err;
    if (!name)
        name = "gelu";
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (strcmp(name, known[i].name) == 0) {
            ret_config->activation = known[i].activation;
            return GM_OK;
        }
    }
    return unsupported(error, "hidden_act", name,
                       "gelu, gelu_new, gelu_pytorch_tanh, gelu_fast and relu are");
}

// A field whose value must be `normal` where it stands.
static enum gm_err check_text(const json_t *config, const char *name, const char *normal,
                              struct gm_error *error)
{
    const char *text = NULL;
    const enum gm_err err = read_text(config, name, &text, error);
    if (err || !text || strcmp(text, normal) == 0)
        return err;
    char known[64];
    snprintf(known, sizeof(known), "\"%s\" is", normal);
    return unsupported(error, name, text, known);
}

static enum gm_err check_variants(const json_t *config, struct gm_error *error)
{
    static const char *const texts[][2] = {
        {"model_type", "bert"},
        {"position_embedding_type", "absolute"},
        {"problem_type", "single_label_classification"},
    };
    static const char *const switches[] = {"is_decoder", "add_cross_attention",
                                           "is_encoder_decoder"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        const enum gm_err err = check_text(config, texts[i][0], texts[i][1], error);
        if (err)
            return err;
    }
    for (size_t i = 0; i < sizeof(switches) / sizeof(switches[0]); i++) {
        const json_t *value = field_of(config, switches[i]);
        if (value && !json_is_false(value))
            return gm_error_set(error, GM_ERR_UNSUPPORTED,
                                "%s: must be false; a decoder is not computed here", switches[i]);
    }
    const json_t *pruned = field_of(config, "pruned_heads");
    if (pruned && !(json_is_object(pruned) && json_object_size(pruned) == 0))
        return gm_error_set(error, GM_ERR_UNSUPPORTED,
                            "pruned_heads: layers with fewer heads are not computed here");
    return GM_OK;
}

// "BertForSequenceClassification" has a classifier, any other "Bert…" counts by its encoder. Where
// the field is missing, the names of labels tell.
static enum gm_err read_architecture(const json_t *config, struct gm_bert_config *ret_config,
                                     struct gm_error *error)
{
    const json_t *list = field_of(config, "architectures");
    if (!list) {
        ret_config->classifier = field_of(config, "id2label") != NULL;
        return GM_OK;
    }
    const char *name = json_string_value(json_array_get(list, 0));
    if (!name)
        return gm_error_set(error, GM_ERR_INVALID, "architectures: must be a list of names");
    if (strncmp(name, "Bert", 4) != 0)
        return unsupported(error, "architectures", name, "BertForSequenceClassification is");
    ret_config->classifier = strcmp(name, "BertForSequenceClassification") == 0;
    return GM_OK;
}

// ------------------------------------------------------------------------------- labels

static enum gm_err read_label(const char *key, const char *name, enum gm_label *ret_label,
                              struct gm_error *error)
{
    static const struct {
        const char *name;
        enum gm_label label;
    } known[] = {
        {"positive", GM_LABEL_POSITIVE}, {"bullish", GM_LABEL_POSITIVE}, {"pos", GM_LABEL_POSITIVE},
        {"negative", GM_LABEL_NEGATIVE}, {"bearish", GM_LABEL_NEGATIVE}, {"neg", GM_LABEL_NEGATIVE},
        {"neutral", GM_LABEL_NEUTRAL},
    };
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (strcasecmp(name, known[i].name) == 0) {
            *ret_label = known[i].label;
            return GM_OK;
        }
    }
    if (strncasecmp(name, "LABEL_", 6) == 0)
        return gm_error_set(error, GM_ERR_INVALID,
                            "id2label: \"%s\": \"%.64s\" does not say which mood it is; write "
                            "positive, negative and neutral there, as the model was trained",
                            key, name);
    return gm_error_set(
        error, GM_ERR_UNSUPPORTED,
        "id2label: \"%s\": \"%.64s\" is no mood; positive, negative and neutral are", key, name);
}

static enum gm_err read_labels(const json_t *config, struct gm_bert_config *ret_config,
                               struct gm_error *error)
{
    const json_t *names = field_of(config, "id2label");
    if (!names)
        return gm_error_set(
            error, GM_ERR_INVALID,
            "id2label: is missing; write there which mood each logit stands for, "
            "such as {\"0\": \"positive\", \"1\": \"negative\", \"2\": \"neutral\"}");
    const size_t count = json_object_size(names); // 0 for what is no object
    if (count < 2 || count > GM_BERT_LABELS_MAX)
        return gm_error_set(error, GM_ERR_INVALID, "id2label: must name 2 … %d labels",
                            GM_BERT_LABELS_MAX);
    for (size_t i = 0; i < count; i++) {
        char key[16];
        snprintf(key, sizeof(key), "%zu", i);
        const char *name = json_string_value(json_object_get(names, key));
        if (!name)
            return gm_error_set(error, GM_ERR_INVALID, "id2label: \"%s\" must have a name", key);
        const enum gm_err err = read_label(key, name, &ret_config->labels[i], error);
        if (err)
            return err;
        for (size_t j = 0; j < i; j++)
            if (ret_config->labels[j] == ret_config->labels[i])
                return gm_error_set(error, GM_ERR_INVALID, "id2label: two labels are %s",
                                    gm_label_name(ret_config->labels[i]));
    }
    ret_config->label_count = (int)count;
    return GM_OK;
}

// ------------------------------------------------------------------------------- the whole

static enum gm_err read_config(const json_t *json, struct gm_bert_config *ret_config,
                               struct gm_error *error)
{
    enum gm_err err = check_variants(json, error);
    if (!err)
        err = read_architecture(json, ret_config, error);
    if (!err)
        err = read_sizes(json, ret_config, error);
    if (!err)
        err = read_epsilon(json, ret_config, error);
    if (!err)
        err = read_activation(json, ret_config, error);
    if (!err && ret_config->classifier)
        err = read_labels(json, ret_config, error);
    return err;
}

enum gm_err gm_bert_config_parse(struct gm_str text, struct gm_bert_config *ret_config,
                                 struct gm_error *error)
{
    json_error_t wrong;
    struct gm_bert_config config = {0};
    if (text.len > CONFIG_BYTES_MAX)
        return gm_error_set(error, GM_ERR_LIMIT, "%zu bytes; at most %d are read", text.len,
                            CONFIG_BYTES_MAX);
    json_t *json = json_loadb(text.data ? text.data : "", text.len, JSON_REJECT_DUPLICATES, &wrong);
    if (!json)
        return json_error_code(&wrong) == json_error_out_of_memory
                   ? gm_error_set(error, GM_ERR_NOMEM, "no memory to read it")
                   : gm_error_set(error, GM_ERR_INVALID, "line %d: %s", wrong.line, wrong.text);
    const enum gm_err err =
        json_is_object(json)
            ? read_config(json, &config, error)
            : gm_error_set(error, GM_ERR_INVALID, "line 1: an object must stand here");
    json_decref(json);
    if (!err)
        *ret_config = config;
    return err;
}

enum gm_err gm_bert_config_read(const char *dir, struct gm_bert_config *ret_config,
                                struct gm_error *error)
{
    char path[PATH_BYTES];
    struct gm_mapped_file file;
    const int len = snprintf(path, sizeof(path), "%s/config.json", dir);
    if (len < 0 || (size_t)len >= sizeof(path))
        return gm_error_set(error, GM_ERR_LIMIT, "%s: a path over %d bytes", dir, PATH_BYTES - 1);
    enum gm_err err = gm_mapped_file_open(path, &file, error);
    if (err)
        return err;
    err = gm_bert_config_parse(file.bytes, ret_config, error);
    if (err)
        gm_error_prefix(error, "%s", path);
    gm_mapped_file_finish(&file);
    return err;
}
