// Figures about the running program, for /metrics and the final summary.
//
// A metric is a static object that the stage which feeds it owns; registering it puts it on the
// list that gm_metrics_write renders. Updates are relaxed atomics and never block.
#ifndef GM_BASE_METRICS_H
#define GM_BASE_METRICS_H

#include "base/buffer.h"
#include "base/error.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

enum gm_metric_kind {
    GM_METRIC_COUNTER,
    GM_METRIC_GAUGE,
    GM_METRIC_HISTOGRAM, // of durations
    GM_METRIC_SIZES,     // a histogram of counts
};

// Upper bounds of the buckets: 1, 2, 4, … 2^24, and +Inf; of durations in microseconds, so 16.8 s.
enum { GM_METRIC_BUCKETS = 26 };

struct gm_metric {
    enum gm_metric_kind kind;
    const char *name;      // Prometheus name with unit: "ghostmarket_commit_seconds"
    const char *help;      // one line
    const char *labels;    // "" or `stage="process",topic="live-social"`; static text
    _Atomic int64_t value; // counter, gauge
    _Atomic int64_t buckets[GM_METRIC_BUCKETS]; // histograms: events in each bucket
    _Atomic int64_t sum;                        // histograms; of durations in microseconds
    struct gm_metric *next;                     // the registry's
};

#define GM_METRIC(kind_, name_, labels_, help_)                                                    \
    {                                                                                              \
        .kind = (kind_), .name = (name_), .labels = (labels_), .help = (help_)                     \
    }

struct gm_metrics {
    pthread_mutex_t mutex;
    struct gm_metric *first;
};

enum gm_err gm_metrics_init(struct gm_metrics *metrics, struct gm_error *error);
void gm_metrics_finish(struct gm_metrics *metrics);

// Thread-safe. `metric` must outlive the registry. Metrics of one name stand together in the
// output, with one HELP and TYPE.
void gm_metrics_register(struct gm_metrics *metrics, struct gm_metric *metric);

static inline void gm_metric_add(struct gm_metric *metric, int64_t amount)
{
    atomic_fetch_add_explicit(&metric->value, amount, memory_order_relaxed);
}

static inline void gm_metric_set(struct gm_metric *metric, int64_t value)
{
    atomic_store_explicit(&metric->value, value, memory_order_relaxed);
}

static inline int64_t gm_metric_get(const struct gm_metric *metric)
{
    return atomic_load_explicit(&metric->value, memory_order_relaxed);
}

// Records one duration in microseconds, or one size, in a histogram.
void gm_metric_observe(struct gm_metric *metric, int64_t value);

// Appends all metrics in Prometheus' text format 0.0.4; durations in seconds.
void gm_metrics_write(struct gm_metrics *metrics, struct gm_buffer *out);

#endif
