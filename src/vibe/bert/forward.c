// See forward.h. Every step is divided among the ranks of the team, by rows, by panels or by heads,
// and they meet where a step needs what others made in the one before. What a rank computes does
// not depend on how the work is divided.
#include "vibe/bert/forward.h"

#include <stdlib.h>
#include <string.h>

static size_t stride_of(int width)
{
    return (size_t)gm_round_up(width, 64) + 16;
}

// ------------------------------------------------------------------------- workspace

struct parts {
    size_t x, qkv, up, rows, up_rows, scratch; // bytes of each
};

static size_t aligned(size_t bytes)
{
    return (bytes + GM_INT8_ALIGNMENT - 1) / GM_INT8_ALIGNMENT * GM_INT8_ALIGNMENT;
}

static struct parts parts_of(const struct gm_bert_model *model, int rows)
{
    const struct gm_int8_kernels *int8 = model->format.int8;
    const int hidden = model->config.hidden;
    const int intermediate = model->config.intermediate;
    size_t scratch = model->format.kernels->attend_scratch_floats(rows, model->head);
    if (int8 != NULL && GM_INT8_WORK_FLOATS > scratch)
        scratch = GM_INT8_WORK_FLOATS;
    struct parts parts = {
        .x = (size_t)rows * stride_of(hidden) * sizeof(float),
        .qkv = (size_t)rows * stride_of(3 * model->third) * sizeof(float),
        .scratch = aligned(scratch * sizeof(float)),
    };
    if (int8 != NULL) {
        parts.rows = (size_t)rows * gm_int8_row_bytes(int8->format, hidden);
        parts.up_rows = GM_FORWARD_UP_ROWS * gm_int8_row_bytes(int8->format, intermediate);
    } else {
        parts.up = GM_FORWARD_UP_ROWS * stride_of(intermediate) * sizeof(float);
    }
    return parts;
}

size_t gm_workspace_bytes(const struct gm_bert_model *model, int rows)
{
    const struct parts parts = parts_of(model, rows);
    return 4 * parts.x + parts.qkv + parts.up + parts.rows + parts.up_rows + parts.scratch;
}

static void *take(char **at, size_t bytes)
{
    void *taken = *at;
    *at += bytes;
    return taken;
}

enum gm_err gm_workspace_init(struct gm_workspace *workspace, const struct gm_bert_model *model,
                              int rows, struct gm_error *error)
{
    const struct parts parts = parts_of(model, rows);
    const size_t bytes = gm_workspace_bytes(model, rows);
    *workspace = (struct gm_workspace){.memory = aligned_alloc(GM_INT8_ALIGNMENT, bytes)};
    if (workspace->memory == NULL)
        return gm_error_set(error, GM_ERR_NOMEM, "no %zu bytes to compute with", bytes);
    char *at = workspace->memory;
    workspace->x = take(&at, parts.x);
    workspace->context = take(&at, parts.x);
    workspace->y = take(&at, parts.x);
    workspace->first = take(&at, parts.x);
    workspace->qkv = take(&at, parts.qkv);
    workspace->up = take(&at, parts.up);
    workspace->rows = take(&at, parts.rows);
    workspace->up_rows = take(&at, parts.up_rows);
    workspace->scratch = take(&at, parts.scratch);
    return GM_OK;
}

void gm_workspace_finish(struct gm_workspace *workspace)
{
    free(workspace->memory);
    workspace->memory = NULL;
}

// ------------------------------------------------------------------------- parts of the work

// A rank on its way through the layers.
struct pass {
    const struct gm_forward *forward;
    const struct gm_bert_model *model;
    const struct gm_bert_kernels *kernels;
    const struct gm_int8_kernels *int8; // or NULL
    struct gm_workspace *workspace;
    float *scratch;
    int rank, ranks;
    float *x; // (rows, hidden)
    int rows; // all tokens or, at the end, each sequence's first
    size_t stride, qkv_stride;
};

struct span {
    int first, count;
};

static struct span part_of(const struct pass *pass, int count)
{
    const int first = (int)((int64_t)count * pass->rank / pass->ranks);
    const int end = (int)((int64_t)count * (pass->rank + 1) / pass->ranks);
    return (struct span){first, end - first};
}

static void meet(const struct pass *pass)
{
    if (pass->ranks > 1)
        gm_pool_meet(pass->forward->team);
}

// Makes row number `row` ready to be multiplied: with int8, quantises it.
static void ready_row(const struct pass *pass, const float *x, int row)
{
    if (pass->int8 == NULL)
        return;
    const int hidden = pass->model->config.hidden;
    char *rows = pass->workspace->rows;
    pass->int8->quantise(x, pass->stride, 1, hidden,
                         rows + (size_t)row * gm_int8_row_bytes(pass->int8->format, hidden));
}

// ------------------------------------------------------------------------- linear layers

struct linear {
    const void *panels;
    int inputs, outputs;
    struct span columns; // all of them: {0, outputs}; else begins and ends with a panel
    enum gm_bert_function function;
    const float *a; // f32: (rows, inputs)
    size_t a_stride;
    const void *a_rows; // int8: the same, quantised
    int rows;
    float *c; // (rows, outputs)
    size_t c_stride;
};

static void multiply_f32(const struct pass *pass, const struct linear *linear, struct span panels)
{
    const size_t columns = (size_t)pass->kernels->panel_columns;
    const float *first =
        (const float *)linear->panels +
        (size_t)panels.first * gm_panel_floats(pass->kernels->panel_columns, linear->inputs);
    pass->kernels->multiply(linear->a, linear->a_stride, linear->rows, linear->inputs, first,
                            panels.count, linear->function,
                            linear->c + (size_t)panels.first * columns, linear->c_stride);
}

static struct gm_int8_product product_of(const struct linear *linear, struct span span)
{
    return (struct gm_int8_product){
        .rows = linear->a_rows,
        .m = (size_t)linear->rows,
        .k = linear->inputs,
        .panels = linear->panels,
        .n = linear->outputs,
        .first = span.first,
        .count = span.count,
        .function = linear->function,
    };
}

// This rank's part of c = function(a · panels + bias).
static void multiply(const struct pass *pass, const struct linear *linear)
{
    const int width = gm_bert_panel_columns(&pass->model->format);
    struct span panels = part_of(pass, (linear->columns.count + width - 1) / width);
    panels.first += linear->columns.first / width;
    if (pass->int8 == NULL) {
        multiply_f32(pass, linear, panels);
        return;
    }
    const struct gm_int8_product product = product_of(linear, panels);
    pass->int8->multiply(&product, linear->c, linear->c_stride);
}

// ------------------------------------------------------------------------- steps

static void embed_row(const struct pass *pass, uint32_t id, int position, int row)
{
    const struct gm_bert_model *model = pass->model;
    const size_t hidden = (size_t)model->config.hidden;
    float *x = pass->x + (size_t)row * pass->stride;
    if (model->format.precision == GM_BERT_INT8)
        pass->kernels->widen((const uint16_t *)model->word + id * hidden, (int)hidden, x);
    else
        memcpy(x, (const float *)model->word + id * hidden, hidden * sizeof *x);
    pass->kernels->add_norm(x, model->position + (size_t)position * hidden, &model->embedding_norm,
                            (int)hidden);
    ready_row(pass, x, row);
}

static void embed(const struct pass *pass)
{
    const struct gm_micro_batch *batch = pass->forward->micro_batch;
    const struct span mine = part_of(pass, pass->rows);
    int row = 0;
    for (int s = 0; s < batch->count; s++) {
        for (uint32_t i = 0; i < batch->sequences[s].length; i++, row++) {
            if (row >= mine.first && row < mine.first + mine.count)
                embed_row(pass, batch->sequences[s].ids[i], (int)i, row);
        }
    }
}

// x = norm(x + y) for this rank's share of `count` rows from `first` on.
static void add_norm(const struct pass *pass, const struct gm_norm *norm, int first, int count)
{
    const struct span mine = part_of(pass, count);
    for (int i = first + mine.first; i < first + mine.first + mine.count; i++) {
        float *x = pass->x + (size_t)i * pass->stride;
        pass->kernels->add_norm(x, pass->workspace->y + (size_t)i * pass->stride, norm,
                                pass->model->config.hidden);
        ready_row(pass, x, i);
    }
}

// Columns of query, key and value, from third number `first` on.
static struct linear qkv_of(const struct pass *pass, const struct gm_bert_block *block, int first,
                            int count)
{
    const int third = pass->model->third;
    return (struct linear){
        .panels = block->qkv,
        .inputs = pass->model->config.hidden,
        .outputs = 3 * third,
        .columns = {first * third, count * third},
        .a = pass->x,
        .a_stride = pass->stride,
        .a_rows = pass->workspace->rows,
        .rows = pass->rows,
        .c = pass->workspace->qkv,
        .c_stride = pass->qkv_stride,
    };
}

// Heads of sequences are dealt out in turn. `firsts`: the first token of each sequence alone asks,
// and queries lie sequence by sequence.
static void attend(const struct pass *pass, bool firsts)
{
    const struct gm_bert_model *model = pass->model;
    const struct gm_micro_batch *batch = pass->forward->micro_batch;
    const size_t third = (size_t)model->third;
    const int heads = model->config.heads;
    int row = 0;
    for (int s = 0; s < batch->count; s++) {
        const int n = (int)batch->sequences[s].length;
        const size_t query = firsts ? (size_t)s : (size_t)row;
        const float *q = pass->workspace->qkv + query * pass->qkv_stride;
        const float *k = pass->workspace->qkv + (size_t)row * pass->qkv_stride + third;
        float *context = pass->workspace->context + query * pass->stride;
        for (int h = 0; h < heads; h++) {
            if ((s * heads + h) % pass->ranks != pass->rank)
                continue;
            const size_t at = (size_t)h * (size_t)model->head;
            const struct gm_attention attention = {
                .q = q + at,
                .k = k + at,
                .v = k + third + at,
                .q_stride = pass->qkv_stride,
                .kv_stride = pass->qkv_stride,
                .n = n,
                .queries = firsts ? 1 : n,
                .d = model->head,
            };
            pass->kernels->attend(&attention, pass->scratch, context + at, pass->stride);
        }
        row += n;
    }
}

static void ready_context(const struct pass *pass)
{
    if (pass->int8 == NULL)
        return;
    const struct span mine = part_of(pass, pass->rows);
    for (int i = mine.first; i < mine.first + mine.count; i++)
        ready_row(pass, pass->workspace->context + (size_t)i * pass->stride, i);
    meet(pass);
}

static void attention_output(const struct pass *pass, const struct gm_bert_block *block)
{
    const int hidden = pass->model->config.hidden;
    ready_context(pass);
    multiply(pass, &(struct linear){
                       .panels = block->output,
                       .inputs = hidden,
                       .outputs = hidden,
                       .columns = {0, hidden},
                       .a = pass->workspace->context,
                       .a_stride = pass->stride,
                       .a_rows = pass->workspace->rows,
                       .rows = pass->rows,
                       .c = pass->workspace->y,
                       .c_stride = pass->stride,
                   });
    meet(pass);
    add_norm(pass, &block->attention_norm, 0, pass->rows);
    meet(pass);
}

// function(x · up + bias) of `count` rows from `first` on, as the input of `down`.
static void go_up(const struct pass *pass, const struct gm_bert_block *block, int first, int count)
{
    const struct gm_bert_config *config = &pass->model->config;
    struct linear up = {
        .panels = block->up,
        .inputs = config->hidden,
        .outputs = config->intermediate,
        .columns = {0, config->intermediate},
        .function = pass->model->function,
        .a = pass->x + (size_t)first * pass->stride,
        .a_stride = pass->stride,
        .rows = count,
        .c = pass->workspace->up,
        .c_stride = stride_of(config->intermediate),
    };
    if (pass->int8 == NULL) {
        multiply(pass, &up);
        return;
    }
    up.a_rows = (const char *)pass->workspace->rows +
                (size_t)first * gm_int8_row_bytes(pass->int8->format, config->hidden);
    const struct gm_int8_product product =
        product_of(&up, part_of(pass, gm_int8_blocks(pass->int8->format, config->intermediate)));
    pass->int8->multiply_quantise(&product, pass->scratch, pass->workspace->up_rows);
}

static void go_down(const struct pass *pass, const struct gm_bert_block *block, int first,
                    int count)
{
    const struct gm_bert_config *config = &pass->model->config;
    multiply(pass, &(struct linear){
                       .panels = block->down,
                       .inputs = config->intermediate,
                       .outputs = config->hidden,
                       .columns = {0, config->hidden},
                       .a = pass->workspace->up,
                       .a_stride = stride_of(config->intermediate),
                       .a_rows = pass->workspace->up_rows,
                       .rows = count,
                       .c = pass->workspace->y + (size_t)first * pass->stride,
                       .c_stride = pass->stride,
                   });
}

static void feed_forward(const struct pass *pass, const struct gm_bert_block *block)
{
    const int parts = (pass->rows + GM_FORWARD_UP_ROWS - 1) / GM_FORWARD_UP_ROWS;
    int first = 0;
    for (int i = 0; i < parts; i++) {
        const int count = (pass->rows - first + parts - i - 1) / (parts - i);
        go_up(pass, block, first, count);
        meet(pass);
        go_down(pass, block, first, count);
        meet(pass);
        add_norm(pass, &block->output_norm, first, count);
        first += count;
    }
    meet(pass);
}

static void layer(const struct pass *pass, const struct gm_bert_block *block)
{
    const struct linear qkv = qkv_of(pass, block, 0, 3);
    multiply(pass, &qkv);
    meet(pass);
    attend(pass, false);
    meet(pass);
    attention_output(pass, block);
    feed_forward(pass, block);
}

// From here on, x is the first token of each sequence.
static void keep_firsts(struct pass *pass)
{
    const struct gm_micro_batch *batch = pass->forward->micro_batch;
    float *firsts = pass->workspace->first;
    int row = 0;
    for (int s = 0; s < batch->count; s++) {
        if (s % pass->ranks == pass->rank) {
            float *first = firsts + (size_t)s * pass->stride;
            memcpy(first, pass->x + (size_t)row * pass->stride,
                   (size_t)pass->model->config.hidden * sizeof *first);
            ready_row(pass, first, s);
        }
        row += (int)batch->sequences[s].length;
    }
    pass->x = firsts;
    pass->rows = batch->count;
}

// The last layer, as far as the first tokens need it: keys and values of all tokens, the rest of
// the first ones.
static void last_layer(struct pass *pass, const struct gm_bert_block *block)
{
    const struct linear keys_and_values = qkv_of(pass, block, 1, 2);
    multiply(pass, &keys_and_values);
    meet(pass);
    keep_firsts(pass);
    meet(pass);
    const struct linear query = qkv_of(pass, block, 0, 1);
    multiply(pass, &query);
    meet(pass);
    attend(pass, true);
    meet(pass);
    attention_output(pass, block);
    feed_forward(pass, block);
}

// ------------------------------------------------------------------------- results

// One of the two layers at the end, which are f32 always.
static void head_layer(const struct pass *pass, const struct linear *linear)
{
    const int width = pass->kernels->panel_columns;
    multiply_f32(pass, linear, part_of(pass, (linear->outputs + width - 1) / width));
    meet(pass);
}

static void classify(const struct pass *pass)
{
    const struct gm_bert_config *config = &pass->model->config;
    const struct gm_micro_batch *batch = pass->forward->micro_batch;
    struct linear linear = {
        .panels = pass->model->pooler,
        .inputs = config->hidden,
        .outputs = config->hidden,
        .function = GM_FUNCTION_TANH,
        .a = pass->x,
        .a_stride = pass->stride,
        .rows = pass->rows,
        .c = pass->workspace->y,
        .c_stride = pass->stride,
    };
    head_layer(pass, &linear);
    linear.panels = pass->model->classifier;
    linear.outputs = config->label_count;
    linear.function = GM_FUNCTION_NONE;
    linear.a = pass->workspace->y;
    linear.c = pass->workspace->context;
    head_layer(pass, &linear);
    for (int s = 0; s < batch->count && pass->rank == 0; s++)
        memcpy(pass->forward->ret_logits +
                   (size_t)batch->sequences[s].index * (size_t)config->label_count,
               pass->workspace->context + (size_t)s * pass->stride,
               (size_t)config->label_count * sizeof(float));
}

static void copy_hidden(const struct pass *pass)
{
    const size_t hidden = (size_t)pass->model->config.hidden;
    const struct gm_micro_batch *batch = pass->forward->micro_batch;
    const float *x = pass->x;
    for (int s = 0; s < batch->count && pass->rank == 0; s++) {
        float *ret = pass->forward->ret_hidden +
                     pass->forward->hidden_rows[batch->sequences[s].index] * hidden;
        for (uint32_t i = 0; i < batch->sequences[s].length; i++) {
            memcpy(ret, x, hidden * sizeof *ret);
            ret += hidden;
            x += pass->stride;
        }
    }
}

void gm_forward_run(const struct gm_forward *forward, int rank, float *scratch)
{
    const struct gm_bert_model *model = forward->model;
    const bool all_rows = forward->ret_hidden != NULL;
    struct pass pass = {
        .forward = forward,
        .model = model,
        .kernels = model->format.kernels,
        .int8 = model->format.int8,
        .workspace = forward->workspace,
        .scratch = scratch,
        .rank = forward->team == NULL ? 0 : rank,
        .ranks = forward->team == NULL ? 1 : gm_pool_threads(forward->team),
        .x = forward->workspace->x,
        .rows = forward->micro_batch->tokens,
        .stride = stride_of(model->config.hidden),
        .qkv_stride = stride_of(3 * model->third),
    };
    embed(&pass);
    meet(&pass);
    const int last = model->config.layers - 1;
    for (int i = 0; i < last; i++)
        layer(&pass, &model->blocks[i]);
    if (all_rows) {
        layer(&pass, &model->blocks[last]);
        copy_hidden(&pass);
    } else {
        last_layer(&pass, &model->blocks[last]);
        classify(&pass);
    }
    meet(&pass); // the workspace may be used again
}
