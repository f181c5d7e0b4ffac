// The list of metrics and its rendering in Prometheus' text format.
#include "base/metrics.h"

#include "base/number.h"

enum gm_err gm_metrics_init(struct gm_metrics *metrics, struct gm_error *error)
{
    int failed = pthread_mutex_init(&metrics->mutex, NULL);
    if (failed)
        return gm_error_errno(error, failed, "cannot make a mutex");
    metrics->first = NULL;
    return GM_OK;
}

void gm_metrics_finish(struct gm_metrics *metrics)
{
    pthread_mutex_destroy(&metrics->mutex);
    metrics->first = NULL;
}

static bool same_name(const struct gm_metric *a, const struct gm_metric *b)
{
    return strcmp(a->name, b->name) == 0;
}

void gm_metrics_register(struct gm_metrics *metrics, struct gm_metric *metric)
{
    pthread_mutex_lock(&metrics->mutex);
    // Behind the last metric of its name, or at the end.
    struct gm_metric **place = &metrics->first;
    struct gm_metric **after_namesake = NULL;
    for (; *place; place = &(*place)->next)
        if (same_name(*place, metric))
            after_namesake = &(*place)->next;
    if (after_namesake)
        place = after_namesake;
    metric->next = *place;
    *place = metric;
    pthread_mutex_unlock(&metrics->mutex);
}

// The first bucket whose bound, 2^bucket, is not below `value`.
static int bucket_of(int64_t value)
{
    if (value <= 1)
        return 0;
    int bucket = 64 - __builtin_clzll((unsigned long long)value - 1);
    return bucket < GM_METRIC_BUCKETS - 1 ? bucket : GM_METRIC_BUCKETS - 1;
}

void gm_metric_observe(struct gm_metric *metric, int64_t value)
{
    atomic_fetch_add_explicit(&metric->buckets[bucket_of(value)], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&metric->sum, value, memory_order_relaxed);
}

static void write_number(struct gm_buffer *out, double value)
{
    char text[GM_NUMBER_BYTES];
    gm_buffer_append(out, text, gm_number_write(value, text));
}

static void write_int(struct gm_buffer *out, int64_t value)
{
    char text[GM_NUMBER_BYTES];
    gm_buffer_append(out, text, gm_number_write_int(value, text));
}

// A figure of a histogram in the unit of its kind: seconds, or a plain count.
static void write_figure(struct gm_buffer *out, const struct gm_metric *metric, int64_t value)
{
    if (metric->kind == GM_METRIC_HISTOGRAM)
        write_number(out, (double)value / 1e6);
    else
        write_int(out, value);
}

// NAME SUFFIX {LABELS} and a space.
static void write_series(struct gm_buffer *out, const struct gm_metric *metric, const char *suffix)
{
    gm_buffer_append_c(out, metric->name);
    gm_buffer_append_c(out, suffix);
    if (metric->labels[0]) {
        gm_buffer_append_byte(out, '{');
        gm_buffer_append_c(out, metric->labels);
        gm_buffer_append_byte(out, '}');
    }
    gm_buffer_append_byte(out, ' ');
}

static void write_bucket(struct gm_buffer *out, const struct gm_metric *metric, int bucket,
                         int64_t count)
{
    gm_buffer_append_c(out, metric->name);
    gm_buffer_append_c(out, "_bucket{");
    if (metric->labels[0]) {
        gm_buffer_append_c(out, metric->labels);
        gm_buffer_append_byte(out, ',');
    }
    gm_buffer_append_c(out, "le=\"");
    if (bucket == GM_METRIC_BUCKETS - 1)
        gm_buffer_append_c(out, "+Inf");
    else
        write_figure(out, metric, (int64_t)1 << bucket);
    gm_buffer_append_c(out, "\"} ");
    write_int(out, count);
    gm_buffer_append_byte(out, '\n');
}

static void write_histogram(struct gm_buffer *out, struct gm_metric *metric)
{
    int64_t count = 0;
    for (int bucket = 0; bucket < GM_METRIC_BUCKETS; bucket++) {
        count += atomic_load_explicit(&metric->buckets[bucket], memory_order_relaxed);
        write_bucket(out, metric, bucket, count);
    }
    write_series(out, metric, "_sum");
    write_figure(out, metric, atomic_load_explicit(&metric->sum, memory_order_relaxed));
    gm_buffer_append_byte(out, '\n');
    write_series(out, metric, "_count");
    write_int(out, count);
    gm_buffer_append_byte(out, '\n');
}

static void write_head(struct gm_buffer *out, const struct gm_metric *metric)
{
    static const char *const types[] = {
        [GM_METRIC_COUNTER] = "counter",
        [GM_METRIC_GAUGE] = "gauge",
        [GM_METRIC_HISTOGRAM] = "histogram",
        [GM_METRIC_SIZES] = "histogram",
    };
    gm_buffer_printf(out, "# HELP %s %s\n# TYPE %s %s\n", metric->name, metric->help, metric->name,
                     types[metric->kind]);
}

void gm_metrics_write(struct gm_metrics *metrics, struct gm_buffer *out)
{
    pthread_mutex_lock(&metrics->mutex);
    const struct gm_metric *previous = NULL;
    for (struct gm_metric *metric = metrics->first; metric; metric = metric->next) {
        if (!previous || !same_name(previous, metric))
            write_head(out, metric);
        if (metric->kind == GM_METRIC_HISTOGRAM || metric->kind == GM_METRIC_SIZES) {
            write_histogram(out, metric);
        } else {
            write_series(out, metric, "");
            write_int(out, gm_metric_get(metric));
            gm_buffer_append_byte(out, '\n');
        }
        previous = metric;
    }
    pthread_mutex_unlock(&metrics->mutex);
}
