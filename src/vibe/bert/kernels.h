// The inner loops of the encoder, one set for each instruction set.
//
// All matrices are row-major floats; a `stride` is the distance of two rows in floats. The right
// matrix of a product is cut into panels of `panel_columns` columns, each of them contiguous:
//
//     bias of the columns               (panel_columns)
//     weights, input by input           (k, panel_columns)
//
// Missing columns of the last panel are zeros, so a product writes whole panels: its rows have
// room for them. Each element of a product is one sum in the order of the inputs, whatever the
// number of rows; so are the sums of every other kernel: a row's result depends on that row alone.
#ifndef GM_VIBE_BERT_KERNELS_H
#define GM_VIBE_BERT_KERNELS_H

#include "vibe/bert/bert.h"
#include "vibe/bert/function.h"

#include <stddef.h>
#include <stdint.h>

struct gm_norm {
    const float *gamma, *beta; // (n)
    float epsilon;
};

// One head of one sequence: n tokens, of which the first `queries` ask. d is the head's size.
struct gm_attention {
    const float *q, *k, *v; // (queries, d), (n, d), (n, d)
    size_t q_stride, kv_stride;
    int n, queries, d;
};

struct gm_bert_kernels {
    int panel_columns; // a multiple of 16

    // c (rows, panel_count · panel_columns) = function(a (rows, k) · panels + bias)
    void (*multiply)(const float *a, size_t a_stride, int rows, int k, const float *panels,
                     int panel_count, enum gm_bert_function function, float *ret_c,
                     size_t c_stride);

    // x = (x + y − mean) / √(variance + epsilon) · gamma + beta, over n elements
    void (*add_norm)(float *x, const float *y, const struct gm_norm *norm, int n);

    // bfloat16, n elements
    void (*widen)(const uint16_t *x, int n, float *ret);

    // softmax(q · kᵀ) · v; q has been divided by √d. Writes (queries, d).
    void (*attend)(const struct gm_attention *attention, float *scratch, float *ret_context,
                   size_t context_stride);
    size_t (*attend_scratch_floats)(int n, int d); // grows with n
};

// NULL where this build has none for the instruction set; whether it runs: gm_bert_isa_runs.
const struct gm_bert_kernels *gm_bert_kernels(enum gm_bert_isa isa);

extern const struct gm_bert_kernels gm_bert_kernels_plain;
extern const struct gm_bert_kernels gm_bert_kernels_avx2;
extern const struct gm_bert_kernels gm_bert_kernels_avx512;

static inline int gm_round_up(int x, int multiple)
{
    return (x + multiple - 1) / multiple * multiple;
}

static inline size_t gm_panel_floats(int panel_columns, int k)
{
    return ((size_t)k + 1) * (size_t)panel_columns;
}

#endif
