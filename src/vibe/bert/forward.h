// From ids to logits, for one micro-batch.
#ifndef GM_VIBE_BERT_FORWARD_H
#define GM_VIBE_BERT_FORWARD_H

#include "vibe/bert/model.h"
#include "vibe/bert/plan.h"
#include "vibe/bert/pool.h"

// The memory of one micro-batch on its way through the layers. R rows, the most tokens of a
// micro-batch; strides are a little over the width, a multiple of 16 floats that is none of a big
// power of two, so that rows lie in different sets of the caches.
struct gm_workspace {
    float *x;       // (R, hidden): what goes from layer to layer
    float *qkv;     // (R, 3 thirds)
    float *context; // (R, hidden): what attention gives
    float *y;       // (R, hidden): what is added to x
    float *first;   // (R, hidden): x of each sequence's first token, in the last layer
    float *up;      // f32: (GM_FORWARD_UP_ROWS, intermediate)
    void *rows;     // int8: (R) quantised rows of x or context
    void *up_rows;  // int8: (GM_FORWARD_UP_ROWS) quantised rows of `up`
    float *scratch; // of this thread, for attention or an int8 product
    void *memory;   // all of it
};

// Rows that go through the feed-forward layers at a time, so that what lies between its two
// products stays in the second cache.
enum { GM_FORWARD_UP_ROWS = 64 };

// Bytes of a workspace for `rows` rows:
//     4 R (4 hidden' + 3 third) + R row_bytes(hidden) + 4 scratch
//     + GM_FORWARD_UP_ROWS (4 intermediate', or row_bytes(intermediate) with int8)
// where ' is a stride, row_bytes 0 with f32, and scratch what a head of R tokens takes.
// BERT-base with 512 rows: 16 MiB of addresses, of which a micro-batch of 256 tokens touches half.
size_t gm_workspace_bytes(const struct gm_bert_model *model, int rows);

enum gm_err gm_workspace_init(struct gm_workspace *workspace, const struct gm_bert_model *model,
                              int rows, struct gm_error *error);
void gm_workspace_finish(struct gm_workspace *workspace);

// One micro-batch and who computes it.
struct gm_forward {
    const struct gm_bert_model *model;
    const struct gm_micro_batch *micro_batch;
    struct gm_workspace *workspace;
    struct gm_pool *team; // all of whose ranks call gm_forward_run; NULL: this thread alone
    float *ret_logits;    // (batch, labels), or NULL
    float *ret_hidden;    // (batch's tokens, hidden), or NULL: the last layer is computed for the
                          // first tokens alone
    const size_t *hidden_rows; // for ret_hidden: each sequence's first row there
};

// Computes this rank's part; `scratch` is its own (gm_workspace.scratch). When the call returns in
// rank 0, the results are written.
void gm_forward_run(const struct gm_forward *forward, int rank, float *scratch);

#endif
