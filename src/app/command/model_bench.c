// model bench: what this machine does with the installed model.
#include "app/command/commands.h"

#include "app/bench_texts.h"
#include "base/clock.h"
#include "base/json.h"
#include "vibe/scorer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

enum { PASSES_MAX = 4096, PASSES_MIN = 3 };

struct args {
    const char *model, *precision;
    int threads;
    double seconds;
    bool json;
};

static const struct args args_default = {.seconds = 10};

static const struct gm_option options[] = {
    {"model", "DIR", GM_OPTION_TEXT, offsetof(struct args, model),
     .standard = "as configured, or the one that is installed", .help = "folder of the model"},
    {"precision", "NAME", GM_OPTION_TEXT, offsetof(struct args, precision),
     .standard = "as configured", .help = "int8 or f32"},
    {"threads", "N", GM_OPTION_INT, offsetof(struct args, threads), .min = 0, .max = 1024,
     .standard = "as configured", .help = "threads to compute with; 0: one a processor"},
    {"seconds", "N", GM_OPTION_NUMBER, offsetof(struct args, seconds), .min = 0.1, .max = 3600,
     .standard = "10", .help = "how long to measure"},
    {"json", NULL, GM_OPTION_FLAG, offsetof(struct args, json), .help = "one JSON object"},
    {NULL},
};

struct figures {
    int passes;          // over all texts
    int64_t tokens;      // of one pass
    double pass_s;       // median
    double one_s, p99_s; // of one text at a time: median, 99th percentile
    int64_t one_tokens;  // of that text
    double open_s;
    int64_t peak_bytes; // resident, of the whole process
};

static int by_size(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

static double seconds_at(int64_t *us, int count, double share)
{
    qsort(us, (size_t)count, sizeof us[0], by_size);
    return (double)us[(int)(share * (count - 1) + 0.5)] / GM_US_PER_S;
}

// Scores `texts` again and again for a while. *ret_tokens: of one pass.
static enum gm_err repeat(struct gm_scorer *scorer, const struct gm_str *texts, size_t count,
                          double seconds, int64_t *us, int *ret_passes, int64_t *ret_tokens,
                          struct gm_error *error)
{
    struct gm_mood moods[GM_BENCH_TEXTS];
    int64_t end_us = gm_monotonic_us() + (int64_t)(seconds * GM_US_PER_S);
    int64_t tokens = gm_scorer_stats(scorer).tokens;
    int passes = 0;
    // The first one pays for what is not in the caches yet.
    enum gm_err err = gm_scorer_score(scorer, texts, count, moods, error);
    *ret_tokens = gm_scorer_stats(scorer).tokens - tokens;
    while (!err && passes < PASSES_MAX && (passes < PASSES_MIN || gm_monotonic_us() < end_us)) {
        int64_t begin_us = gm_monotonic_us();
        err = gm_scorer_score(scorer, texts, count, moods, error);
        us[passes++] = gm_monotonic_us() - begin_us;
    }
    *ret_passes = passes;
    return err;
}

static enum gm_err measure(struct gm_scorer *scorer, double seconds, struct figures *figures,
                           struct gm_error *error)
{
    struct gm_arena arena;
    struct gm_str texts[GM_BENCH_TEXTS];
    gm_arena_init(&arena, 16 * 1024, 1024 * 1024);
    int64_t *us = malloc(PASSES_MAX * sizeof *us);
    enum gm_err err = us ? gm_bench_texts_make(&arena, texts, error)
                         : gm_error_set(error, GM_ERR_NOMEM, "out of memory");
    if (!err)
        err = repeat(scorer, texts, GM_BENCH_TEXTS, seconds * 0.7, us, &figures->passes,
                     &figures->tokens, error);
    if (!err) {
        figures->pass_s = seconds_at(us, figures->passes, 0.5);
        int singles;
        err = repeat(scorer, texts, 1, seconds * 0.3, us, &singles, &figures->one_tokens, error);
        if (!err) {
            figures->one_s = seconds_at(us, singles, 0.5);
            figures->p99_s = seconds_at(us, singles, 0.99);
        }
    }
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) == 0)
        figures->peak_bytes = (int64_t)usage.ru_maxrss * 1024;
    free(us);
    gm_arena_finish(&arena);
    return err;
}

// ------------------------------------------------------------------------- printing

static void write_text(const struct gm_scorer_about *about, const struct figures *figures,
                       struct gm_buffer *out)
{
    gm_buffer_printf(out, "%s: %s kernels, %d thread%s\n", about->name, about->kernel,
                     about->threads, about->threads == 1 ? "" : "s");
    gm_buffer_printf(out, "  model        %s\n", about->model_dir);
    gm_buffer_printf(
        out, "  together     %.1f texts/s, %.0f tokens/s (median of %d passes over %d texts)\n",
        GM_BENCH_TEXTS / figures->pass_s, (double)figures->tokens / figures->pass_s,
        figures->passes, GM_BENCH_TEXTS);
    gm_buffer_printf(out, "  one alone    %.2f ms (99 %%: %.2f ms) for %lld tokens\n",
                     figures->one_s * 1e3, figures->p99_s * 1e3, (long long)figures->one_tokens);
    gm_buffer_printf(out, "  start        %.3f s\n", figures->open_s);
    gm_buffer_printf(out, "  memory       %.1f MB at most, %.1f MB of them the model's\n",
                     (double)figures->peak_bytes / 1e6, (double)about->model_bytes / 1e6);
}

static void write_member(struct gm_buffer *out, const char *name, const char *text)
{
    gm_buffer_printf(out, "\"%s\":", name);
    gm_json_write_string(out, gm_str(text));
    gm_buffer_append_byte(out, ',');
}

static void write_number(struct gm_buffer *out, const char *name, double value, const char *after)
{
    gm_buffer_printf(out, "\"%s\":", name);
    gm_json_write_number(out, value);
    gm_buffer_append_c(out, after);
}

static void write_json(const struct gm_scorer_about *about, const struct figures *figures,
                       struct gm_buffer *out)
{
    gm_buffer_append_byte(out, '{');
    write_member(out, "scorer", about->name);
    write_member(out, "folder", about->model_dir);
    write_member(out, "precision", about->precision);
    write_member(out, "kernels", about->kernel);
    write_number(out, "threads", about->threads, ",");
    write_number(out, "texts", GM_BENCH_TEXTS, ",");
    write_number(out, "tokens", (double)figures->tokens, ",");
    write_number(out, "passes", figures->passes, ",");
    write_number(out, "texts_per_s", GM_BENCH_TEXTS / figures->pass_s, ",");
    write_number(out, "tokens_per_s", (double)figures->tokens / figures->pass_s, ",");
    write_number(out, "one_tokens", (double)figures->one_tokens, ",");
    write_number(out, "one_seconds", figures->one_s, ",");
    write_number(out, "one_seconds_p99", figures->p99_s, ",");
    write_number(out, "start_seconds", figures->open_s, ",");
    write_number(out, "model_bytes", (double)about->model_bytes, ",");
    write_number(out, "peak_bytes", (double)figures->peak_bytes, "}\n");
}

// ------------------------------------------------------------------------- the command

static void show_notice(void *context, const char *message)
{
    (void)context;
    fprintf(stderr, "%s\n", message);
}

static enum gm_err bench(const struct gm_config *config, const struct args *args,
                         struct gm_error *error)
{
    const struct gm_scorer_config scorer_config = {
        .data_dir = config->data_dir,
        .model = config->vibe.model,
        .model_dir = args->model ? args->model : config->vibe.model_dir,
        .precision = args->precision ? args->precision : config->vibe.precision,
        .threads = args->threads ? args->threads : config->vibe.threads,
        .notice = show_notice,
    };
    struct gm_scorer *scorer;
    struct figures figures = {0};
    // Once to pack what is not packed, and once to see how long opening takes from then on.
    enum gm_err err = gm_scorer_open_ops(&gm_scorer_finbert, &scorer_config, &scorer, error);
    if (err)
        return err;
    gm_scorer_close(scorer);
    int64_t begin_us = gm_monotonic_us();
    err = gm_scorer_open_ops(&gm_scorer_finbert, &scorer_config, &scorer, error);
    if (err)
        return err;
    figures.open_s = (double)(gm_monotonic_us() - begin_us) / GM_US_PER_S;
    struct gm_buffer out;
    gm_buffer_init(&out, 64 * 1024);
    err = measure(scorer, args->seconds, &figures, error);
    if (!err) {
        (args->json ? write_json : write_text)(gm_scorer_about(scorer), &figures, &out);
        err = gm_buffer_ok(&out, error);
    }
    if (!err && fwrite(out.data, 1, out.len, stdout) != out.len)
        err = gm_error_errno(error, errno, "stdout");
    gm_buffer_finish(&out);
    gm_scorer_close(scorer);
    return err;
}

static int run(const struct gm_invocation *invocation)
{
    int status;
    struct gm_config config;
    struct gm_error error;
    if (!gm_load_config(invocation, &config, &status))
        return status;
    enum gm_err err = bench(&config, (const void *)invocation->args, &error);
    gm_config_finish(&config);
    if (err == GM_ERR_INVALID)
        return gm_fail_usage(&error);
    return err ? gm_fail(&error) : GM_EXIT_DONE;
}

const struct gm_command gm_command_model_bench = {
    .name = "model bench",
    .summary = "measure what this machine does with the installed model",
    .description =
        "Scores a set of made-up posts, all together and one of them alone, and says how many\n"
        "texts and tokens a second that makes. Nothing is remembered between passes.\n",
    .examples = "ghostmarket model bench\nghostmarket model bench --precision f32 --seconds 30\n",
    .options = options,
    .args_bytes = sizeof(struct args),
    .args_default = &args_default,
    .run = run,
};
