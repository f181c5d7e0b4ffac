// Tensors by role: found under all their names, and refused when one is missing, misshapen, of
// another kind, or unknown.
#include "support.h"

#include "vibe/model/bert_weights.h"

#include <stdlib.h>

static void assert_shape(const struct gm_tensor *tensor, int rank, int64_t first, int64_t second)
{
    assert_non_null(tensor->data);
    assert_int_equal(tensor->rank, rank);
    assert_int_equal(tensor->shape[0], first);
    if (rank == 2)
        assert_int_equal(tensor->shape[1], second);
}

static void assert_linear(const struct gm_bert_linear *linear, int64_t out, int64_t in)
{
    assert_shape(&linear->weight, 2, out, in);
    assert_shape(&linear->bias, 1, out, 0);
}

static void assert_bound(const struct gm_bert_config *config, const struct gm_bert_weights *weights)
{
    const int64_t h = config->hidden, f = config->intermediate;
    assert_shape(&weights->word, 2, config->vocab_size, h);
    assert_shape(&weights->position, 2, config->positions, h);
    assert_shape(&weights->type, 2, config->types, h);
    assert_shape(&weights->embedding_norm.gamma, 1, h, 0);
    assert_shape(&weights->embedding_norm.beta, 1, h, 0);
    for (int i = 0; i < config->layers; i++) {
        const struct gm_bert_layer *layer = &weights->layers[i];
        assert_linear(&layer->query, h, h);
        assert_linear(&layer->key, h, h);
        assert_linear(&layer->value, h, h);
        assert_linear(&layer->output, h, h);
        assert_shape(&layer->attention_norm.gamma, 1, h, 0);
        assert_shape(&layer->attention_norm.beta, 1, h, 0);
        assert_linear(&layer->up, f, h);
        assert_linear(&layer->down, h, f);
        assert_shape(&layer->output_norm.gamma, 1, h, 0);
        assert_shape(&layer->output_norm.beta, 1, h, 0);
        // Same shapes, so by their names.
        char name[128];
        snprintf(name, sizeof name, "bert.encoder.layer.%d.attention.self.key.weight", i);
        assert_true(gm_str_equal(layer->key.weight.name, gm_str(name)));
        snprintf(name, sizeof name, "bert.encoder.layer.%d.attention.output.dense.bias", i);
        assert_true(gm_str_equal(layer->output.bias.name, gm_str(name)));
    }
    if (config->classifier) {
        assert_linear(&weights->pooler, h, h);
        assert_linear(&weights->classifier, config->label_count, h);
    }
}

static void golden_models_are_bound(void **state)
{
    (void)state;
    static const char *const names[] = {"plain", "odd",    "half",     "brain",
                                        "zip",   "legacy", "old-names"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct gm_bert_config config;
        struct gm_checkpoint *checkpoint = NULL;
        struct gm_bert_weights weights;
        struct gm_error error = {0};
        if (gm_bert_config_read(golden_dir(names[i]), &config, &error) ||
            gm_checkpoint_open(golden_dir(names[i]), &checkpoint, &error) ||
            gm_bert_weights_bind(checkpoint, &config, &weights, &error))
            fail_msg("%s", error.message);
        assert_bound(&config, &weights);
        gm_bert_weights_finish(&weights);
        gm_bert_weights_finish(&weights);
        gm_checkpoint_close(checkpoint);
    }
}

// What is done to the tensors of the golden model "plain" on their way into the test's folder.
struct change {
    const char *drop;          // left out
    const char *rename, *into; // has another name
    const char *dtype_of;      // becomes I32
    const char *turn;          // (a, b) becomes (b, a)
    const char *extra;         // added
    bool without_prefix;       // "bert." goes
    bool old_norms;            // LayerNorm's words are the old ones
};

static bool is(struct gm_str name, const char *text)
{
    return text && gm_str_equal(name, gm_str(text));
}

static struct gm_str changed_name(struct gm_str name, const struct change *change)
{
    static char text[256];
    if (is(name, change->rename))
        return gm_str(change->into);
    snprintf(text, sizeof text, "%.*s", GM_STR_ARG(name));
    char *norm = strstr(text, "LayerNorm.");
    if (change->old_norms && norm)
        strcpy(norm + strlen("LayerNorm."), strstr(norm, "weight") ? "gamma" : "beta");
    return gm_str(text + (change->without_prefix && strncmp(text, "bert.", 5) == 0 ? 5 : 0));
}

static void write_changed(const struct change *change)
{
    struct gm_checkpoint *plain = NULL;
    struct safetensors_writer writer;
    safetensors_init(&writer);
    assert_int_equal(gm_checkpoint_open(golden_dir("plain"), &plain, NULL), GM_OK);
    for (size_t i = 0; i < gm_checkpoint_count(plain); i++) {
        struct gm_tensor tensor;
        assert_int_equal(gm_checkpoint_tensor(plain, i, &tensor, NULL), GM_OK);
        if (is(tensor.name, change->drop))
            continue;
        const int64_t shape[2] = {tensor.shape[0], tensor.shape[1]};
        const int64_t turned[2] = {tensor.shape[1], tensor.shape[0]};
        safetensors_add(&writer, changed_name(tensor.name, change),
                        is(tensor.name, change->dtype_of) ? "I32" : "F32",
                        is(tensor.name, change->turn) ? turned : shape, tensor.rank, tensor.data,
                        (size_t)gm_tensor_elements(&tensor) * 4);
    }
    if (change->extra)
        safetensors_add(&writer, gm_str(change->extra), "I64", (int64_t[]){1}, 1, "12345678", 8);
    gm_checkpoint_close(plain);
    const struct gm_str file = safetensors_end(&writer);
    folder_write("model.safetensors", file);
    free((void *)file.data);
}

// Binds what write_changed has made to the configuration of "plain".
static enum gm_err bind_changed(struct change change, const struct gm_bert_config *config,
                                struct gm_error *error)
{
    struct gm_checkpoint *checkpoint = NULL;
    struct gm_bert_weights weights = {.layers = (void *)-1};
    write_changed(&change);
    assert_int_equal(gm_checkpoint_open(folder(), &checkpoint, error), GM_OK);
    const enum gm_err err = gm_bert_weights_bind(checkpoint, config, &weights, error);
    if (err)
        assert_ptr_equal(weights.layers, (void *)-1);
    else
        gm_bert_weights_finish(&weights);
    gm_checkpoint_close(checkpoint);
    return err;
}

static struct gm_bert_config plain_config(void)
{
    struct gm_bert_config config;
    assert_int_equal(gm_bert_config_read(golden_dir("plain"), &config, NULL), GM_OK);
    return config;
}

static void other_names_are_known(void **state)
{
    (void)state;
    const struct gm_bert_config classifier = plain_config();
    struct gm_bert_config encoder = classifier;
    encoder.classifier = false;
    encoder.label_count = 0;
    static const struct change changes[] = {
        {.without_prefix = true},
        {.old_norms = true},
        {.without_prefix = true, .old_norms = true},
        {.rename = "bert.embeddings.LayerNorm.weight", .into = "bert.embeddings.LayerNorm.gamma"},
        {.extra = "bert.embeddings.position_ids"},
        {.extra = "bert.embeddings.token_type_ids"},
        {.extra = "cls.predictions.decoder.weight"},
        {.without_prefix = true, .extra = "embeddings.position_ids"},
    };
    struct gm_error error = {0};
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++)
        if (bind_changed(changes[i], &classifier, &error))
            fail_msg("%s", error.message);
    // An encoder alone may have a pooler or none.
    const struct change no_head = {
        .drop = "classifier.weight", .rename = "classifier.bias", .into = "cls.bias"};
    struct change no_pooler = no_head;
    no_pooler.rename = "bert.pooler.dense.bias";
    no_pooler.into = "cls.pooler";
    assert_int_equal(bind_changed(no_head, &encoder, &error), GM_OK);
    assert_int_equal(bind_changed(no_pooler, &encoder, &error), GM_ERR_INVALID); // classifier.bias
}

static void what_does_not_fit_is_refused(void **state)
{
    (void)state;
    static const struct {
        struct change change;
        int layers, labels; // of the configuration; 0: as it is
        enum gm_err code;
        const char *message;
    } cases[] = {
        {{.drop = "bert.embeddings.word_embeddings.weight"},
         0,
         0,
         GM_ERR_INVALID,
         "there is no tensor embeddings.word_embeddings.weight"},
        {{.drop = "bert.encoder.layer.1.attention.self.key.bias"},
         0,
         0,
         GM_ERR_INVALID,
         "there is no tensor bert.encoder.layer.1.attention.self.key.bias"},
        {{.drop = "bert.encoder.layer.0.output.LayerNorm.bias"},
         0,
         0,
         GM_ERR_INVALID,
         "there is no tensor bert.encoder.layer.0.output.LayerNorm.bias"},
        {{.drop = "bert.pooler.dense.weight"},
         0,
         0,
         GM_ERR_INVALID,
         "there is no tensor bert.pooler.dense.weight"},
        {{.drop = "classifier.bias"}, 0, 0, GM_ERR_INVALID, "there is no tensor classifier.bias"},
        {{.turn = "bert.encoder.layer.1.output.dense.weight"},
         0,
         0,
         GM_ERR_INVALID,
         "tensor bert.encoder.layer.1.output.dense.weight has the shape (128, 32); by config.json "
         "it must be (32, 128)"},
        {{.rename = "bert.pooler.dense.bias", .into = "classifier.extra"},
         0,
         0,
         GM_ERR_INVALID,
         "there is no tensor bert.pooler.dense.bias"},
        {{.drop = "classifier.bias",
          .rename = "bert.pooler.dense.weight",
          .into = "classifier.bias"},
         0,
         0,
         GM_ERR_INVALID,
         "there is no tensor bert.pooler.dense.weight"},
        {{.dtype_of = "bert.pooler.dense.weight"},
         0,
         0,
         GM_ERR_UNSUPPORTED,
         "tensor bert.pooler.dense.weight has the dtype I32; f32, f16 and bf16 are read"},
        {{.extra = "bert.encoder.layer.0.adapter.weight"},
         0,
         0,
         GM_ERR_INVALID,
         "tensor bert.encoder.layer.0.adapter.weight is no part of the model that config.json "
         "describes"},
        {{.extra = "bert.encoder.layer.0.output.LayerNorm.gamma"},
         0,
         0,
         GM_ERR_UNSUPPORTED,
         "tensor bert.encoder.layer.0.output.LayerNorm.gamma has the dtype I64; f32, f16 and bf16 "
         "are read"},
        {{.extra = "embeddings.position_ids"},
         0,
         0,
         GM_ERR_INVALID,
         "tensor embeddings.position_ids is no part of the model that config.json describes"},
        {{0},
         1,
         0,
         GM_ERR_INVALID,
         "tensor bert.encoder.layer.1.attention.output.LayerNorm.bias is no part of the model that "
         "config.json describes"},
        {{0},
         3,
         0,
         GM_ERR_INVALID,
         "there is no tensor bert.encoder.layer.2.attention.self.query.weight"},
        {{0},
         0,
         2,
         GM_ERR_INVALID,
         "tensor classifier.weight has the shape (3, 32); by config.json it must be (2, 32)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct gm_bert_config config = plain_config();
        struct gm_error error = {0};
        if (cases[i].layers)
            config.layers = cases[i].layers;
        if (cases[i].labels)
            config.label_count = cases[i].labels;
        assert_failed_at(bind_changed(cases[i].change, &config, &error), &error, cases[i].code,
                         folder_path("model.safetensors"), cases[i].message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(golden_models_are_bound),
        cmocka_unit_test_setup_teardown(other_names_are_known, folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(what_does_not_fit_is_refused, folder_setup,
                                        folder_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
