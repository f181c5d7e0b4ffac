// The encoder on a BERT-base of random weights: texts and tokens a second, and what limits them.
//
//     bench_bert [ROUNDS [THREADS]]
//
// 32 texts of log-normal length, 5 … 133 tokens, 1,011 in all, scored in one call. A round measures
// the processor's peak, by multiplications that never leave the registers, and then the encoder,
// on as many threads; shares are of that peak, and are the steadier figures where others use the
// machine. Reported are medians. Operations are those that are computed: in the last layer, only
// keys and values are computed for all tokens.
//
// Then one text of 32 tokens, and where the time of one thread goes, by kernel.
#include "../tests/unit/vibe/bert/made_model.h"
#include "peak.h"
#include "vibe/bert/forward.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROUNDS_MAX = 101, TEXTS = 32, TEXT_TOKENS = 32 };

static const uint32_t lengths[TEXTS] = {31, 10, 44, 51, 5,  8,  27, 19, 24,  12, 49,
                                        45, 25, 59, 35, 12, 32, 11, 48, 23,  21, 14,
                                        64, 21, 17, 18, 37, 32, 33, 34, 133, 17};

static const struct gm_bert_config base = {
    .hidden = 768,
    .layers = 12,
    .heads = 12,
    .intermediate = 3072,
    .vocab_size = 30522,
    .positions = 512,
    .types = 2,
    .layer_norm_eps = 1e-12F,
    .classifier = true,
    .label_count = 3,
};

struct bench {
    struct made_model model;
    uint32_t ids[2048];
    size_t tokens;
    double operations; // of one pass over the texts
    int rounds, threads;
};

static double seconds(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(const double *values, int count)
{
    double sorted[ROUNDS_MAX];
    memcpy(sorted, values, (size_t)count * sizeof *values);
    qsort(sorted, (size_t)count, sizeof *sorted, compare);
    return sorted[count / 2];
}

// Multiplications and additions for sequences of these lengths.
static double operations_of(const uint32_t *of, size_t count)
{
    const double hidden = base.hidden;
    const double row = hidden * (4 * hidden + 2 * base.intermediate); // of one token, one layer
    const double keys = 2 * hidden * hidden;
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        const double n = of[i];
        sum += (base.layers - 1) * (n * row + 2 * n * n * hidden); // all but the last layer
        sum += n * keys + row - keys + 2 * n * hidden;             // the last
        sum += hidden * hidden;                                    // the pooler
    }
    return 2 * sum;
}

// ------------------------------------------------------------------------ the peak

struct peak_work {
    enum gm_bert_precision precision;
    enum gm_bert_isa isa;
    double wall, cpu;
};

static void *run_peak(void *argument)
{
    struct peak_work *work = argument;
    const double wall = seconds(CLOCK_MONOTONIC);
    const double cpu = seconds(CLOCK_THREAD_CPUTIME_ID);
    const double operations = peak_run(work->precision, work->isa);
    work->wall = operations / (seconds(CLOCK_MONOTONIC) - wall);
    work->cpu = operations / (seconds(CLOCK_THREAD_CPUTIME_ID) - cpu);
    return NULL;
}

// Operations a second: of all threads by the clock on the wall, of one by its processor's time.
static struct peak_work peak(enum gm_bert_precision precision, enum gm_bert_isa isa, int threads)
{
    struct peak_work work[GM_POOL_THREADS_MAX];
    pthread_t others[GM_POOL_THREADS_MAX];
    for (int i = 0; i < threads; i++) {
        work[i] = (struct peak_work){precision, isa, 0, 0};
        if (i > 0 && pthread_create(&others[i], NULL, run_peak, &work[i]) != 0)
            abort();
    }
    run_peak(&work[0]);
    for (int i = 1; i < threads; i++) {
        pthread_join(others[i], NULL);
        work[0].wall += work[i].wall;
        work[0].cpu += work[i].cpu;
    }
    work[0].cpu /= threads;
    return work[0];
}

// -------------------------------------------------------------------- the encoder

struct result {
    double wall[ROUNDS_MAX], cpu[ROUNDS_MAX]; // seconds of one pass
    double peak[ROUNDS_MAX];                  // operations a second and thread, by processor time
    double wall_share[ROUNDS_MAX], cpu_share[ROUNDS_MAX];
};

static void measure(const struct bench *bench, struct gm_bert *bert, const uint32_t *of,
                    size_t count, enum gm_bert_precision precision, enum gm_bert_isa isa,
                    struct result *result)
{
    float logits[TEXTS * 3];
    const double operations = operations_of(of, count);
    gm_bert_logits(bert, bench->ids, of, count, logits); // pages are in, the processor is awake
    for (int i = 0; i < bench->rounds; i++) {
        const struct peak_work limit = peak(precision, isa, bench->threads);
        const double wall = seconds(CLOCK_MONOTONIC);
        const double cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
        gm_bert_logits(bert, bench->ids, of, count, logits);
        result->wall[i] = seconds(CLOCK_MONOTONIC) - wall;
        result->cpu[i] = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
        result->peak[i] = limit.cpu;
        result->wall_share[i] = operations / result->wall[i] / limit.wall;
        result->cpu_share[i] = operations / result->cpu[i] / limit.cpu;
    }
}

static void run_encoder(const struct bench *bench, const struct gm_pack *pack,
                        enum gm_bert_precision precision, enum gm_bert_isa isa)
{
    static struct result all;
    static struct result one;
    const uint32_t one_length = TEXT_TOKENS;
    struct gm_bert *bert = NULL;
    struct gm_error error;
    if (gm_bert_open(&base, pack, precision, isa, bench->threads, &bert, &error) != GM_OK) {
        fprintf(stderr, "%s\n", error.message);
        exit(1);
    }
    measure(bench, bert, lengths, TEXTS, precision, isa, &all);
    measure(bench, bert, &one_length, 1, precision, isa, &one);
    const double wall = median(all.wall, bench->rounds);
    printf("bert: %s, %s, %d threads: %.1f texts/s, %.0f tokens/s; %.0f of %.0f Gop/s a thread, "
           "%.0f %% of the peak by processor time, %.0f %% by the clock; one text of %d tokens "
           "%.1f ms (%.1f of processor time, %.0f %%)\n",
           gm_bert_precision_name(precision), gm_bert_isa_name(isa), bench->threads, TEXTS / wall,
           (double)bench->tokens / wall, bench->operations / median(all.cpu, bench->rounds) / 1e9,
           median(all.peak, bench->rounds) / 1e9, 100 * median(all.cpu_share, bench->rounds),
           100 * median(all.wall_share, bench->rounds), TEXT_TOKENS,
           1000 * median(one.wall, bench->rounds), 1000 * median(one.cpu, bench->rounds),
           100 * median(one.cpu_share, bench->rounds));
    gm_bert_close(bert);
}

// ---------------------------------------------------------------- time by kernel

enum stage { PRODUCTS, ATTENTION, NORMS, QUANTISE, STAGES };
static const char *const stage_names[STAGES] = {"products", "attention", "norms", "quantising"};
static double stage_seconds[STAGES];
static const struct gm_bert_kernels *kernels;
static const struct gm_int8_kernels *int8;

// By the clock on the wall: asking for the processor's time costs more than some of these calls.
#define TIMED(stage, call)                                                                         \
    do {                                                                                           \
        const double start = seconds(CLOCK_MONOTONIC);                                             \
        call;                                                                                      \
        stage_seconds[stage] += seconds(CLOCK_MONOTONIC) - start;                                  \
    } while (0)

static void timed_multiply(const float *a, size_t a_stride, int rows, int k, const float *panels,
                           int panel_count, enum gm_bert_function function, float *ret_c,
                           size_t c_stride)
{
    TIMED(PRODUCTS,
          kernels->multiply(a, a_stride, rows, k, panels, panel_count, function, ret_c, c_stride));
}

static void timed_add_norm(float *x, const float *y, const struct gm_norm *norm, int n)
{
    TIMED(NORMS, kernels->add_norm(x, y, norm, n));
}

static void timed_attend(const struct gm_attention *attention, float *scratch, float *ret_context,
                         size_t context_stride)
{
    TIMED(ATTENTION, kernels->attend(attention, scratch, ret_context, context_stride));
}

static void timed_quantise(const float *x, size_t x_stride, size_t m, int k, void *ret_rows)
{
    TIMED(QUANTISE, int8->quantise(x, x_stride, m, k, ret_rows));
}

static void timed_int8_multiply(const struct gm_int8_product *product, float *y, size_t y_stride)
{
    TIMED(PRODUCTS, int8->multiply(product, y, y_stride));
}

static void timed_multiply_quantise(const struct gm_int8_product *product, float *work,
                                    void *ret_rows)
{
    TIMED(PRODUCTS, int8->multiply_quantise(product, work, ret_rows));
}

static void run_stages(const struct bench *bench, const struct gm_pack *pack,
                       enum gm_bert_precision precision, enum gm_bert_isa isa)
{
    static struct gm_plan plan;
    struct gm_bert_model model;
    struct gm_workspace workspace;
    struct gm_error error;
    if (gm_bert_model_init(&model, &base, pack, precision, isa, &error) != GM_OK ||
        gm_workspace_init(&workspace, &model, base.positions, &error) != GM_OK)
        abort();
    kernels = model.format.kernels;
    int8 = model.format.int8;
    struct gm_bert_kernels timed = *kernels;
    timed.multiply = timed_multiply;
    timed.add_norm = timed_add_norm;
    timed.attend = timed_attend;
    model.format.kernels = &timed;
    struct gm_int8_kernels timed_int8;
    if (int8 != NULL) {
        timed_int8 = *int8;
        timed_int8.quantise = timed_quantise;
        timed_int8.multiply = timed_int8_multiply;
        timed_int8.multiply_quantise = timed_multiply_quantise;
        model.format.int8 = &timed_int8;
    }
    memset(stage_seconds, 0, sizeof stage_seconds);
    float logits[TEXTS * 3];
    gm_plan_make(&plan, bench->ids, lengths, TEXTS, 1, base.positions);
    const double start = seconds(CLOCK_MONOTONIC);
    for (int i = 0; i < plan.count; i++) {
        const struct gm_forward forward = {
            .model = &model,
            .micro_batch = &plan.micro_batches[i],
            .workspace = &workspace,
            .ret_logits = logits,
        };
        gm_forward_run(&forward, 0, workspace.scratch);
    }
    const double total = seconds(CLOCK_MONOTONIC) - start;
    printf("bert: %s, %s: ", gm_bert_precision_name(precision), gm_bert_isa_name(isa));
    double rest = total;
    for (int i = 0; i < STAGES; i++) {
        printf("%s %.1f %%, ", stage_names[i], 100 * stage_seconds[i] / total);
        rest -= stage_seconds[i];
    }
    printf("all else %.1f %%\n", 100 * rest / total);
    gm_workspace_finish(&workspace);
    gm_bert_model_finish(&model);
}

int main(int argc, char **argv)
{
    static struct bench bench;
    bench.rounds = argc > 1 ? atoi(argv[1]) : 7;
    bench.threads = argc > 2 ? atoi(argv[2]) : 2;
    if (bench.rounds < 1 || bench.rounds > ROUNDS_MAX || bench.threads < 1 ||
        bench.threads > GM_POOL_THREADS_MAX) {
        fprintf(stderr, "usage: bench_bert [ROUNDS [THREADS]]\n");
        return 2;
    }
    made_model_init(&bench.model, &base, NULL, NULL);
    for (int i = 0; i < TEXTS; i++)
        bench.tokens += lengths[i];
    for (size_t i = 0; i < bench.tokens; i++)
        bench.ids[i] = (uint32_t)(i * 2654435761U % (uint32_t)base.vocab_size);
    bench.operations = operations_of(lengths, TEXTS);
    for (int precision = GM_BERT_INT8; precision <= GM_BERT_F32; precision++) {
        for (int isa = GM_BERT_AVX2; isa <= GM_BERT_AVX512; isa++) {
            if (!gm_bert_isa_runs((enum gm_bert_isa)isa))
                continue;
            struct gm_pack *pack =
                made_pack(&base, &bench.model.weights, (enum gm_bert_precision)precision,
                          (enum gm_bert_isa)isa);
            run_encoder(&bench, pack, (enum gm_bert_precision)precision, (enum gm_bert_isa)isa);
            run_stages(&bench, pack, (enum gm_bert_precision)precision, (enum gm_bert_isa)isa);
            gm_pack_close(pack);
        }
    }
    made_model_finish(&bench.model);
    return 0;
}
