// The encoder against PyTorch: logits and hidden states of small models, and of one with
// BERT-base's widths, for every set of kernels that runs here. See tools/make_golden.py.
#include "../../test.h"

#include "made_model.h"
#include "vibe/model/checkpoint.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const models[] = {"plain", "odd",    "half",      "brain",
                                     "zip",   "legacy", "old-names", "wide"};

struct golden {
    char folder[256];
    json_t *json;
    struct gm_bert_config config;
    struct gm_bert_weights *weights; // of the checkpoint or the made model
    struct gm_checkpoint *checkpoint;
    struct gm_bert_weights bound;
    struct made_model made;
};

static struct gm_error error;

static void ok(enum gm_err err)
{
    if (err != GM_OK)
        fail_msg("%s", error.message);
}

static struct made_rule rule_of(void *context, const char *name, int inputs)
{
    (void)inputs;
    const json_t *tensor = json_object_get(json_object_get(context, "tensors"), name);
    assert_non_null(tensor);
    return (struct made_rule){
        .offset = (float)json_number_value(json_object_get(tensor, "offset")),
        .spread = (float)json_number_value(json_object_get(tensor, "spread")),
    };
}

static void open_golden(struct golden *golden, const char *name)
{
    *golden = (struct golden){0};
    snprintf(golden->folder, sizeof golden->folder, "%s/tests/data/models/%s", GM_TEST_ROOT, name);
    char path[512];
    snprintf(path, sizeof path, "%s/golden.json", golden->folder);
    golden->json = json_load_file(path, 0, NULL);
    assert_non_null(golden->json);
    ok(gm_bert_config_read(golden->folder, &golden->config, &error));
    if (json_object_get(golden->json, "tensors") != NULL) {
        made_model_init(&golden->made, &golden->config, rule_of, golden->json);
        golden->weights = &golden->made.weights;
        return;
    }
    ok(gm_checkpoint_open(golden->folder, &golden->checkpoint, &error));
    ok(gm_bert_weights_bind(golden->checkpoint, &golden->config, &golden->bound, &error));
    golden->weights = &golden->bound;
}

static void close_golden(struct golden *golden)
{
    if (golden->weights == &golden->made.weights)
        made_model_finish(&golden->made);
    gm_bert_weights_finish(&golden->bound);
    gm_checkpoint_close(golden->checkpoint);
    json_decref(golden->json);
}

// The largest distance of `values` from the JSON array.
static float distance(const float *values, const json_t *wanted)
{
    float largest = 0;
    for (size_t i = 0; i < json_array_size(wanted); i++) {
        const float difference =
            fabsf(values[i] - (float)json_number_value(json_array_get(wanted, i)));
        if (!(difference <= largest))
            largest = difference;
    }
    return largest;
}

struct distances {
    float logits, hidden;
};

static const struct distances f32_bound = {1e-4F, 1e-4F};
// Logits have a deviation of about 1.5, hidden states of 1.
static const struct distances int8_bound = {0.2F, 0.18F};
static const struct distances int7_bound = {0.3F, 0.25F}; // AVX2's kernels have 7 bits

static void run_sequence(struct gm_bert *bert, const struct gm_bert_config *config,
                         const json_t *sequence, struct distances *distances)
{
    const json_t *json_ids = json_object_get(sequence, "ids");
    const uint32_t length = (uint32_t)json_array_size(json_ids);
    uint32_t ids[512];
    for (uint32_t i = 0; i < length; i++)
        ids[i] = (uint32_t)json_integer_value(json_array_get(json_ids, i));
    float logits[GM_BERT_LABELS_MAX];
    gm_bert_logits(bert, ids, &length, 1, logits);
    distances->logits =
        fmaxf(distances->logits, distance(logits, json_object_get(sequence, "logits")));
    const json_t *wanted = json_object_get(sequence, "hidden");
    float *hidden = malloc(length * (size_t)config->hidden * sizeof *hidden);
    gm_bert_hidden(bert, ids, &length, 1, hidden);
    distances->hidden = fmaxf(distances->hidden, distance(hidden, wanted));
    free(hidden);
}

static struct distances run_model(const struct golden *golden, enum gm_bert_precision precision,
                                  enum gm_bert_isa isa, int threads)
{
    struct gm_pack *pack = made_pack(&golden->config, golden->weights, precision, isa);
    struct gm_bert *bert = NULL;
    ok(gm_bert_open(&golden->config, pack, precision, isa, threads, &bert, &error));
    struct distances distances = {0};
    size_t i;
    json_t *sequence;
    json_array_foreach(json_object_get(golden->json, "sequences"), i, sequence)
        run_sequence(bert, &golden->config, sequence, &distances);
    json_array_foreach(json_object_get(golden->json, "texts"), i, sequence)
        run_sequence(bert, &golden->config, sequence, &distances);
    gm_bert_close(bert);
    gm_pack_close(pack);
    return distances;
}

static struct distances bound_of(enum gm_bert_precision precision, enum gm_bert_isa isa)
{
    if (precision == GM_BERT_F32)
        return f32_bound;
    return isa == GM_BERT_AVX2 ? int7_bound : int8_bound;
}

static void check_models(enum gm_bert_precision precision)
{
    // Emulated kernels take minutes for the wide one.
    const size_t count = sizeof models / sizeof models[0] - GM_TEST_EMULATED;
    for (size_t i = 0; i < count; i++) {
        struct golden golden;
        open_golden(&golden, models[i]);
        for (enum gm_bert_isa isa = GM_TEST_FIRST_ISA; isa <= GM_BERT_AVX512; isa++) {
            if (!gm_bert_isa_runs(isa))
                continue;
            const struct distances distances = run_model(&golden, precision, isa, 1 + (int)isa);
            print_message("%s, %s, %s: logits within %.1e, hidden states within %.1e\n", models[i],
                          gm_bert_precision_name(precision), gm_bert_isa_name(isa),
                          distances.logits, distances.hidden);
            const struct distances bound = bound_of(precision, isa);
            assert_true(distances.logits <= bound.logits);
            assert_true(distances.hidden <= bound.hidden);
        }
        close_golden(&golden);
    }
}

static void f32_is_pytorch(void **state)
{
    (void)state;
    check_models(GM_BERT_F32);
}

static void int8_is_near(void **state)
{
    (void)state;
    check_models(GM_BERT_INT8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(f32_is_pytorch),
        cmocka_unit_test(int8_is_near),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
