// The kernels in plain C: the oracle of the others, and what runs on any processor. Written to be
// read; the compiler makes vectors of what it can.
#include "vibe/bert/kernels.h"
#include "vibe/bert/plain_function.h"

#include <math.h>
#include <string.h>

enum { COLUMNS = 16 };

static void multiply(const float *a, size_t a_stride, int rows, int k, const float *panels,
                     int panel_count, enum gm_bert_function function, float *ret_c, size_t c_stride)
{
    for (int p = 0; p < panel_count; p++) {
        const float *bias = panels + (size_t)p * gm_panel_floats(COLUMNS, k);
        for (int r = 0; r < rows; r++) {
            const float *weights = bias + COLUMNS; // (k, COLUMNS)
            float *c = ret_c + (size_t)r * c_stride + (size_t)p * COLUMNS;
            float sums[COLUMNS];
            memcpy(sums, bias, sizeof sums);
            for (int i = 0; i < k; i++, weights += COLUMNS) {
                const float element = a[(size_t)r * a_stride + (size_t)i];
                for (int j = 0; j < COLUMNS; j++)
                    sums[j] += element * weights[j];
            }
            for (int j = 0; j < COLUMNS; j++)
                c[j] = plain_function(function, sums[j]);
        }
    }
}

static void add_norm(float *x, const float *y, const struct gm_norm *norm, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++) {
        x[i] += y[i];
        sum += x[i];
    }
    const double mean = sum / n;
    double squares = 0;
    for (int i = 0; i < n; i++)
        squares += (x[i] - mean) * (x[i] - mean);
    const double scale = 1.0 / sqrt(squares / n + norm->epsilon);
    for (int i = 0; i < n; i++)
        x[i] = (float)((x[i] - mean) * scale) * norm->gamma[i] + norm->beta[i];
}

static void widen(const uint16_t *x, int n, float *ret)
{
    for (int i = 0; i < n; i++) {
        const uint32_t bits = (uint32_t)x[i] << 16;
        memcpy(ret + i, &bits, sizeof bits);
    }
}

static size_t attend_scratch_floats(int n, int d)
{
    (void)d;
    return (size_t)n;
}

static void attend_query(const struct gm_attention *attention, const float *q, float *weights,
                         float *ret_context)
{
    float largest = -INFINITY;
    for (int j = 0; j < attention->n; j++) {
        const float *key = attention->k + (size_t)j * attention->kv_stride;
        weights[j] = 0;
        for (int i = 0; i < attention->d; i++)
            weights[j] += q[i] * key[i];
        largest = fmaxf(largest, weights[j]);
    }
    float sum = 0;
    for (int j = 0; j < attention->n; j++) {
        weights[j] = expf(weights[j] - largest);
        sum += weights[j];
    }
    memset(ret_context, 0, (size_t)attention->d * sizeof *ret_context);
    for (int j = 0; j < attention->n; j++) {
        const float *value = attention->v + (size_t)j * attention->kv_stride;
        for (int i = 0; i < attention->d; i++)
            ret_context[i] += weights[j] / sum * value[i];
    }
}

static void attend(const struct gm_attention *attention, float *scratch, float *ret_context,
                   size_t context_stride)
{
    for (int i = 0; i < attention->queries; i++)
        attend_query(attention, attention->q + (size_t)i * attention->q_stride, scratch,
                     ret_context + (size_t)i * context_stride);
}

const struct gm_bert_kernels gm_bert_kernels_plain = {
    .panel_columns = COLUMNS,
    .multiply = multiply,
    .add_norm = add_norm,
    .widen = widen,
    .attend = attend,
    .attend_scratch_floats = attend_scratch_floats,
};
