// A sequence's logits and hidden states have the same bits whatever stands beside it, in whatever
// order, and however many threads compute them.
#include "../../test.h"

#include "made_model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEQUENCES = 60, MANY = 2500, LABELS = 2, HIDDEN = 60, POSITIONS = 70, VOCABULARY = 97 };

static const struct gm_bert_config config = {
    .hidden = HIDDEN,
    .layers = 2,
    .heads = 5,
    .intermediate = 100,
    .vocab_size = VOCABULARY,
    .positions = POSITIONS,
    .types = 1,
    .layer_norm_eps = 1e-12F,
    .classifier = true,
    .label_count = LABELS,
};

struct sequences {
    uint32_t ids[MANY * POSITIONS];
    uint32_t lengths[MANY];
    size_t count, tokens;
};

static struct made_model model;
static struct sequences all;
static float wanted[SEQUENCES][LABELS];
static float wanted_hidden[SEQUENCES][POSITIONS * HIDDEN];
static struct test_random numbers = {7};

static void add(struct sequences *to, const uint32_t *ids, uint32_t length)
{
    memcpy(to->ids + to->tokens, ids, length * sizeof *ids);
    to->lengths[to->count++] = length;
    to->tokens += length;
}

static const uint32_t *ids_of(size_t sequence)
{
    const uint32_t *ids = all.ids;
    for (size_t i = 0; i < sequence; i++)
        ids += all.lengths[i];
    return ids;
}

// Of all lengths: 1, as many as there are positions, and between.
static void make_sequences(void)
{
    all.count = all.tokens = 0;
    for (uint32_t i = 0; i < SEQUENCES; i++) {
        uint32_t ids[POSITIONS];
        const uint32_t length = i < 2   ? 1
                                : i < 4 ? POSITIONS
                                        : 1 + (uint32_t)test_random_below(&numbers, POSITIONS);
        for (uint32_t j = 0; j < length; j++)
            ids[j] = (uint32_t)test_random_below(&numbers, VOCABULARY);
        add(&all, ids, length);
    }
}

static struct gm_bert *open_bert(const struct gm_pack *pack, enum gm_bert_precision precision,
                                 enum gm_bert_isa isa, int threads)
{
    struct gm_error error;
    struct gm_bert *bert = NULL;
    if (gm_bert_open(&config, pack, precision, isa, threads, &bert, &error) != GM_OK)
        fail_msg("%s", error.message);
    assert_int_equal(gm_bert_threads(bert), threads);
    return bert;
}

static void compute_alone(const struct gm_pack *pack, enum gm_bert_precision precision,
                          enum gm_bert_isa isa)
{
    struct gm_bert *bert = open_bert(pack, precision, isa, 1);
    for (size_t i = 0; i < SEQUENCES; i++) {
        gm_bert_logits(bert, ids_of(i), &all.lengths[i], 1, wanted[i]);
        gm_bert_hidden(bert, ids_of(i), &all.lengths[i], 1, wanted_hidden[i]);
    }
    gm_bert_close(bert);
}

// Sequences drawn at random, some of them more than once.
static void check_draw(struct gm_bert *bert, size_t count)
{
    static struct sequences drawn;
    static size_t from[MANY];
    static float logits[MANY][LABELS];
    drawn.count = drawn.tokens = 0;
    for (size_t i = 0; i < count; i++) {
        from[i] = test_random_below(&numbers, SEQUENCES);
        add(&drawn, ids_of(from[i]), all.lengths[from[i]]);
    }
    gm_bert_logits(bert, drawn.ids, drawn.lengths, count, logits[0]);
    for (size_t i = 0; i < count; i++)
        assert_memory_equal(logits[i], wanted[from[i]], sizeof wanted[0]);
    if (count > SEQUENCES)
        return;
    float *hidden = malloc(drawn.tokens * HIDDEN * sizeof *hidden);
    const float *row = hidden;
    gm_bert_hidden(bert, drawn.ids, drawn.lengths, count, hidden);
    for (size_t i = 0; i < count; i++) {
        const size_t floats = (size_t)drawn.lengths[i] * HIDDEN;
        assert_memory_equal(row, wanted_hidden[from[i]], floats * sizeof *row);
        row += floats;
    }
    free(hidden);
}

static void check_threads(const struct gm_pack *pack, enum gm_bert_precision precision,
                          enum gm_bert_isa isa)
{
    for (int threads = 1; threads <= (GM_TEST_EMULATED ? 2 : 5); threads++) {
        struct gm_bert *bert = open_bert(pack, precision, isa, threads);
        for (size_t count = 0; count <= 12; count++)
            check_draw(bert, count);
        check_draw(bert, SEQUENCES);
        if (threads == 3)
            check_draw(bert, MANY);
        gm_bert_close(bert);
    }
}

static void results_do_not_depend_on_company(void **state)
{
    (void)state;
    made_model_init(&model, &config, NULL, NULL);
    make_sequences();
    for (enum gm_bert_precision precision = GM_BERT_INT8; precision <= GM_BERT_F32; precision++) {
        for (enum gm_bert_isa isa = GM_TEST_FIRST_ISA; isa <= GM_BERT_AVX512; isa++) {
            if (!gm_bert_isa_runs(isa))
                continue;
            print_message("%s, %s\n", gm_bert_precision_name(precision), gm_bert_isa_name(isa));
            struct gm_pack *pack = made_pack(&config, &model.weights, precision, isa);
            compute_alone(pack, precision, isa);
            check_threads(pack, precision, isa);
            gm_pack_close(pack);
        }
    }
    made_model_finish(&model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_do_not_depend_on_company),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
