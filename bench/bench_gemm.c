// The int8 products of BERT-base alone, on one thread: operations a second by processor time, and
// their share of what the processor multiplies and adds at most, measured in between.
//
//     bench_gemm [ROUNDS]
//
// Weights are normal, as those of a model before training; trained ones are kinder (fewer groups
// are marked, see src/vibe/bert/gemm_int8_avx2.c). Reported are medians.
#include "../tests/unit/test.h"
#include "peak.h"
#include "vibe/bert/gemm_int8.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROUNDS_MAX = 101, LAYERS = 4 };

struct shape {
    int n, k;
    bool quantises; // the result, for the next layer
};

static const struct shape shapes[] = {
    {2304, 768, false}, {768, 768, false}, {3072, 768, true}, {768, 3072, false}};
static const int heights[] = {1, 32, 64, 256};

static struct test_random numbers = {1};

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

// Nearly normal, deviation 1.
static float random_normal(void)
{
    float sum = 0;
    for (int i = 0; i < 12; i++)
        sum += (float)(test_random(&numbers) >> 40) * 0x1p-24F;
    return sum - 6.0F;
}

static void *memory(size_t bytes)
{
    void *p = aligned_alloc(GM_INT8_ALIGNMENT, (bytes + 63) / 64 * 64);
    if (p == NULL)
        abort();
    memset(p, 0, bytes);
    return p;
}

static float *random_floats(size_t count)
{
    float *floats = memory(count * sizeof *floats);
    for (size_t i = 0; i < count; i++)
        floats[i] = random_normal();
    return floats;
}

// All panels of a layer.
static void *packed(const struct gm_int8_format *format, const struct shape *shape)
{
    const size_t bytes = gm_int8_panel_bytes(format, shape->k);
    const int panels = (shape->n + format->columns - 1) / format->columns;
    float *w = random_floats((size_t)format->columns * (size_t)shape->k);
    float *bias = random_floats((size_t)format->columns);
    char *all = memory((size_t)panels * bytes);
    for (int p = 0; p < panels; p++) {
        const int left = shape->n - p * format->columns;
        for (int i = 0; i < 97; i++) // so that panels differ
            w[test_random_below(&numbers, (size_t)shape->k)] = random_normal();
        gm_int8_pack(format, w, bias, left < format->columns ? left : format->columns, shape->k,
                     all + (size_t)p * bytes);
    }
    free(w);
    free(bias);
    return all;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, int count)
{
    qsort(values, (size_t)count, sizeof *values, compare);
    return values[count / 2];
}

struct run {
    const struct gm_int8_kernels *kernels;
    const struct shape *shape;
    struct gm_int8_product product;
    void *layers[LAYERS]; // panels: one layer after the other, as a model has them
    float *y, *work;
    void *rows;
};

// Operations a second.
static double speed(struct run *run)
{
    const double operations =
        2.0 * (double)run->product.m * (double)run->shape->n * (double)run->shape->k;
    int times = 0;
    double spent;
    const double start = seconds();
    do {
        run->product.panels = run->layers[times++ % LAYERS];
        if (run->shape->quantises)
            run->kernels->multiply_quantise(&run->product, run->work, run->rows);
        else
            run->kernels->multiply(&run->product, run->y, (size_t)run->shape->n);
        spent = seconds() - start;
    } while (spent < 0.02 || times < LAYERS);
    return operations * times / spent;
}

static double peak(enum gm_bert_isa isa)
{
    const double start = seconds();
    const double operations = peak_run(GM_BERT_INT8, isa);
    return operations / (seconds() - start);
}

static void measure(struct run *run, enum gm_bert_isa isa, int rounds)
{
    const struct gm_int8_format *format = run->kernels->format;
    for (size_t h = 0; h < sizeof heights / sizeof *heights; h++) {
        const size_t m = (size_t)heights[h];
        double speeds[ROUNDS_MAX];
        double shares[ROUNDS_MAX];
        float *x = random_floats(m * (size_t)run->shape->k);
        void *rows = memory(m * gm_int8_row_bytes(format, run->shape->k));
        run->kernels->quantise(x, (size_t)run->shape->k, m, run->shape->k, rows);
        run->product = (struct gm_int8_product){
            .rows = rows,
            .m = m,
            .k = run->shape->k,
            .n = run->shape->n,
            .count = run->shape->quantises
                         ? gm_int8_blocks(format, run->shape->n)
                         : (run->shape->n + format->columns - 1) / format->columns,
            .function = run->shape->quantises ? GM_FUNCTION_GELU : GM_FUNCTION_NONE,
        };
        for (int i = 0; i < rounds; i++) {
            const double limit = peak(isa);
            speeds[i] = speed(run);
            shares[i] = speeds[i] / limit;
        }
        printf("int8, %s: %d x %d x %d: %.0f Gop/s, %.0f %% of the peak\n", gm_bert_isa_name(isa),
               (int)m, run->shape->n, run->shape->k, median(speeds, rounds) * 1e-9,
               100 * median(shares, rounds));
        free(rows);
        free(x);
    }
}

static void run_shape(enum gm_bert_isa isa, const struct shape *shape, int rounds)
{
    struct run run = {.kernels = gm_int8_kernels(isa), .shape = shape};
    const size_t most = (size_t)heights[sizeof heights / sizeof *heights - 1];
    for (int i = 0; i < LAYERS; i++)
        run.layers[i] = packed(run.kernels->format, shape);
    run.y = memory(most * (size_t)shape->n * sizeof(float));
    run.work = memory(GM_INT8_WORK_FLOATS * sizeof(float));
    run.rows = memory(most * gm_int8_row_bytes(run.kernels->format, shape->n));
    measure(&run, isa, rounds);
    for (int i = 0; i < LAYERS; i++)
        free(run.layers[i]);
    free(run.y);
    free(run.work);
    free(run.rows);
}

int main(int argc, char **argv)
{
    const int asked = argc > 1 ? atoi(argv[1]) : 5;
    const int rounds = asked < 1 ? 1 : asked > ROUNDS_MAX ? ROUNDS_MAX : asked;
    for (enum gm_bert_isa isa = GM_BERT_AVX2; isa <= GM_BERT_AVX512; isa++) {
        if (gm_int8_kernels(isa) == NULL || !gm_bert_isa_runs(isa))
            continue;
        for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
            run_shape(isa, &shapes[i], rounds);
    }
    return 0;
}
