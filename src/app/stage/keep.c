// The keeping stage: retention of the log, and the figures about it that change by themselves.
#include "app/stage/stages.h"

#include "base/log.h"
#include "feed/live/live.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    INTERVAL_US = GM_US_PER_S,
    RETAIN_MESSAGES_MAX = 20000, // in one step, so that it never holds up a commit for long
    LABELS_BYTES = 256,
    GAUGES_MAX = 4096, // groups × topics × partitions that are shown
};

static struct gm_metric removed_messages =
    GM_METRIC(GM_METRIC_COUNTER, "ghostmarket_log_messages_removed_total", "",
              "Messages that retention has removed from the log.");

// A gauge made for one partition or one group's partition, when it is first seen.
struct gauge {
    struct gm_metric metric;
    char labels[LABELS_BYTES];
    struct gauge *next;
};

// Lives as long as the process: the registry of metrics points into it.
static struct watch {
    struct gm_pipeline *pipeline;
    struct gauge *first;
    size_t count;
} the_watch;

// NULL: over the limit or out of memory; the figure is then not shown.
static struct gm_metric *gauge_of(struct watch *watch, const char *name, const char *help,
                                  const char *labels)
{
    for (struct gauge *gauge = watch->first; gauge; gauge = gauge->next)
        if (gauge->metric.name == name && strcmp(gauge->labels, labels) == 0)
            return &gauge->metric;
    struct gauge *gauge = watch->count < GAUGES_MAX ? calloc(1, sizeof *gauge) : NULL;
    if (!gauge)
        return NULL;
    snprintf(gauge->labels, sizeof gauge->labels, "%s", labels);
    gauge->metric = (struct gm_metric)GM_METRIC(GM_METRIC_GAUGE, name, gauge->labels, help);
    gauge->next = watch->first;
    watch->first = gauge;
    watch->count++;
    gm_metrics_register(&watch->pipeline->metrics, &gauge->metric);
    return &gauge->metric;
}

static const char LOG_END[] = "ghostmarket_log_end_offset";
static const char LOG_MESSAGES[] = "ghostmarket_log_messages";
static const char FEED_SEEING[] = "ghostmarket_feed_seeing";
static const char FEED_CALLS[] = "ghostmarket_feed_calls";
static const char FEED_REFUSED[] = "ghostmarket_feed_refused";
static const char FEED_GAPS[] = "ghostmarket_feed_gaps";
static const char GROUP_LAG[] = "ghostmarket_group_lag_messages";

static void watch_partition(void *context, const struct gm_bus_partition_info *info)
{
    char labels[LABELS_BYTES];
    snprintf(labels, sizeof labels, "topic=\"%s\",partition=\"%" PRId32 "\"",
             gm_topic_name(info->topic), info->partition);
    struct gm_metric *end =
        gauge_of(context, LOG_END, "Offset that the next message of a partition gets.", labels);
    struct gm_metric *kept =
        gauge_of(context, LOG_MESSAGES, "Messages that the log keeps.", labels);
    if (end)
        gm_metric_set(end, info->end);
    if (kept)
        gm_metric_set(kept, info->end - info->begin);
}

static void watch_group(void *context, const struct gm_bus_group_info *info)
{
    char labels[LABELS_BYTES];
    snprintf(labels, sizeof labels, "group=\"%s\",topic=\"%s\",partition=\"%" PRId32 "\"",
             info->group, gm_topic_name(info->topic), info->partition);
    struct gm_metric *lag =
        gauge_of(context, GROUP_LAG, "Messages that a group has not read yet.", labels);
    if (lag)
        gm_metric_set(lag, info->lag);
}

static void watch_feed(struct watch *watch, const struct gm_live_feed *live)
{
    char labels[LABELS_BYTES];
    struct gm_feed_health health;
    live->ops->health(live->stage.feed, &health);
    snprintf(labels, sizeof labels, "feed=\"%s\"", live->ops->feed.name);
    const struct {
        const char *name, *help;
        int64_t value;
    } figures[] = {
        {FEED_SEEING, "1 while a live feed can see, 0 while it is blind or starting.",
         health.sight == GM_FEED_SEEING},
        {FEED_CALLS, "Connections that a live feed has made.", health.calls},
        {FEED_REFUSED, "Connections of a live feed that failed or broke off.", health.refused},
        {FEED_GAPS, "Stretches that a live feed has missed for good.", health.gaps},
    };
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++) {
        struct gm_metric *gauge = gauge_of(watch, figures[i].name, figures[i].help, labels);
        if (gauge)
            gm_metric_set(gauge, figures[i].value);
    }
}

static enum gm_err keep_once(struct watch *watch, struct gm_error *error)
{
    struct gm_bus *bus = watch->pipeline->bus;
    int64_t removed = 0;
    enum gm_err err =
        gm_bus_retain(bus, gm_clock_now_us(&gm_clock_real), RETAIN_MESSAGES_MAX, &removed, error);
    if (err && !error->retriable)
        return err;
    gm_metric_add(&removed_messages, removed);
    for (size_t i = 0; i < watch->pipeline->live_count; i++)
        watch_feed(watch, &watch->pipeline->live[i]);
    return gm_bus_describe(bus, watch_partition, watch_group, watch, error);
}

enum gm_err gm_stage_keep(struct gm_pipeline *pipeline, void *context, struct gm_error *error)
{
    (void)context;
    struct watch *watch = &the_watch;
    watch->pipeline = pipeline;
    enum gm_err err = GM_OK;
    while (!err && !gm_stop_raised(&pipeline->stop)) {
        err = keep_once(watch, error);
        if (!err)
            gm_stop_wait(&pipeline->stop, INTERVAL_US);
    }
    return err;
}
