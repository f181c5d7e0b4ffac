// The encoder's outside: opens a packed model, deals micro-batches out to the threads.
#include "vibe/bert/bert.h"

#include "vibe/bert/forward.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>

struct gm_bert {
    struct gm_bert_model model;
    struct gm_pool *pool;
    struct gm_workspace *workspaces; // one a thread
    int rows_max;                    // tokens of a micro-batch
    struct gm_plan plan;
};

// ------------------------------------------------------------------------- open and close

static enum gm_err open_workspaces(struct gm_bert *bert, struct gm_error *error)
{
    const int threads = gm_pool_threads(bert->pool);
    const int positions = bert->model.config.positions;
    bert->rows_max = positions > GM_MICRO_BATCH_TOKENS ? positions : GM_MICRO_BATCH_TOKENS;
    bert->workspaces = calloc((size_t)threads, sizeof bert->workspaces[0]);
    if (bert->workspaces == NULL)
        return gm_error_set(error, GM_ERR_NOMEM, "no memory for %d threads", threads);
    enum gm_err err = GM_OK;
    for (int i = 0; i < threads && err == GM_OK; i++)
        err = gm_workspace_init(&bert->workspaces[i], &bert->model, bert->rows_max, error);
    return err;
}

enum gm_err gm_bert_open(const struct gm_bert_config *config, const struct gm_pack *pack,
                         enum gm_bert_precision precision, enum gm_bert_isa isa, int threads,
                         struct gm_bert **ret_bert, struct gm_error *error)
{
    struct gm_bert *bert = calloc(1, sizeof *bert);
    if (bert == NULL)
        return gm_error_set(error, GM_ERR_NOMEM, "no memory for an encoder");
    enum gm_err err = gm_bert_model_init(&bert->model, config, pack, precision, isa, error);
    if (err == GM_OK)
        err = gm_pool_create(threads, &bert->pool, error);
    if (err == GM_OK)
        err = open_workspaces(bert, error);
    if (err != GM_OK) {
        gm_bert_close(bert);
        return err;
    }
    *ret_bert = bert;
    return GM_OK;
}

void gm_bert_close(struct gm_bert *bert)
{
    if (bert == NULL)
        return;
    for (int i = 0; bert->workspaces != NULL && i < gm_pool_threads(bert->pool); i++)
        gm_workspace_finish(&bert->workspaces[i]);
    free(bert->workspaces);
    gm_pool_destroy(bert->pool);
    gm_bert_model_finish(&bert->model);
    free(bert);
}

int gm_bert_threads(const struct gm_bert *bert)
{
    return gm_pool_threads(bert->pool);
}

// ------------------------------------------------------------------------- running

struct run {
    struct gm_bert *bert;
    float *ret_logits, *ret_hidden; // one of them is NULL
    const size_t *hidden_rows;
    atomic_int next; // the micro-batch that nobody has taken yet
};

static void forward(const struct run *run, int number, int rank, bool together)
{
    struct gm_bert *bert = run->bert;
    const struct gm_forward forward = {
        .model = &bert->model,
        .micro_batch = &bert->plan.micro_batches[number],
        .workspace = &bert->workspaces[together ? 0 : rank],
        .team = together ? bert->pool : NULL,
        .ret_logits = run->ret_logits,
        .ret_hidden = run->ret_hidden,
        .hidden_rows = run->hidden_rows,
    };
    gm_forward_run(&forward, rank, bert->workspaces[rank].scratch);
}

static void work(void *context, int rank)
{
    struct run *run = context;
    const struct gm_plan *plan = &run->bert->plan;
    if (plan->together) {
        for (int i = 0; i < plan->count; i++)
            forward(run, i, rank, true);
        return;
    }
    for (int i; (i = atomic_fetch_add(&run->next, 1)) < plan->count;)
        forward(run, i, rank, false);
}

static void check(const struct gm_bert_config *config, const uint32_t *ids, uint32_t length)
{
    assert(length >= 1 && length <= (uint32_t)config->positions);
    for (uint32_t i = 0; i < length; i++)
        assert(ids[i] < (uint32_t)config->vocab_size);
}

static void run_all(struct gm_bert *bert, const uint32_t *ids, const uint32_t *lengths,
                    size_t count, float *ret_logits, float *ret_hidden)
{
    const size_t hidden = (size_t)bert->model.config.hidden;
    const size_t labels = (size_t)bert->model.config.label_count;
    while (count > 0) {
        const size_t now = count < GM_PLAN_SEQUENCES_MAX ? count : GM_PLAN_SEQUENCES_MAX;
        size_t hidden_rows[GM_PLAN_SEQUENCES_MAX];
        size_t tokens = 0;
        for (size_t i = 0; i < now; i++) {
            check(&bert->model.config, ids + tokens, lengths[i]);
            hidden_rows[i] = tokens;
            tokens += lengths[i];
        }
        gm_plan_make(&bert->plan, ids, lengths, now, gm_pool_threads(bert->pool), bert->rows_max);
        struct run run = {
            .bert = bert,
            .ret_logits = ret_logits,
            .ret_hidden = ret_hidden,
            .hidden_rows = hidden_rows,
        };
        gm_pool_run(bert->pool, work, &run);
        ids += tokens;
        lengths += now;
        count -= now;
        if (ret_logits != NULL)
            ret_logits += now * labels;
        else
            ret_hidden += tokens * hidden;
    }
}

void gm_bert_logits(struct gm_bert *bert, const uint32_t *ids, const uint32_t *lengths,
                    size_t count, float *ret_logits)
{
    assert(bert->model.config.classifier);
    run_all(bert, ids, lengths, count, ret_logits, NULL);
}

void gm_bert_hidden(struct gm_bert *bert, const uint32_t *ids, const uint32_t *lengths,
                    size_t count, float *ret_hidden)
{
    run_all(bert, ids, lengths, count, NULL, ret_hidden);
}
