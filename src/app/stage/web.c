// The web stages: the server's event loop, and the publisher that hands it what comes over the bus
// and tells how the pipeline is.
#include "app/stage/stages.h"

#include "app/status.h"
#include "base/clock.h"
#include "base/log.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    PUBLISH_MESSAGES_MAX = 1024,
    STATUS_INTERVAL_US = 4 * GM_US_PER_S,
    LOOK_INTERVAL_US = GM_US_PER_S / 4,
};

enum gm_err gm_stage_web(struct gm_pipeline *pipeline, void *context, struct gm_error *error)
{
    (void)context;
    return gm_web_run(pipeline->web, error);
}

// ------------------------------------------------------------------------- status

struct teller {
    struct gm_pipeline *pipeline;
    int64_t rows[GM_STATUS_RATE_S]; // rows[s % …]: those of second s
    int64_t second;                 // the newest
    int64_t looked_us, told_us;     // monotonic
    uint64_t seen;                  // what the state was when it was told
};

static void count_rows(struct teller *teller, int64_t rows)
{
    int64_t second = gm_monotonic_us() / GM_US_PER_S, sum = 0;
    if (second - teller->second > GM_STATUS_RATE_S)
        teller->second = second - GM_STATUS_RATE_S;
    while (teller->second < second)
        teller->rows[++teller->second % GM_STATUS_RATE_S] = 0;
    teller->rows[second % GM_STATUS_RATE_S] += rows;
    for (int i = 0; i < GM_STATUS_RATE_S; i++)
        sum += teller->rows[i];
    atomic_store(&teller->pipeline->rows_lately, sum);
}

// Of what is told at once when it changes: stages and what feeds see, three states each at most.
static uint64_t state_of(const struct gm_pipeline *pipeline)
{
    uint64_t state = 0;
    for (size_t i = 0; i < pipeline->stage_count; i++)
        state = state * 3 + (uint64_t)atomic_load(&pipeline->stages[i].state);
    for (size_t i = 0; i < pipeline->live_count; i++) {
        struct gm_feed_health health;
        pipeline->live[i].ops->health(pipeline->live[i].stage.feed, &health);
        state = state * 3 + (uint64_t)health.sight;
    }
    return state;
}

static enum gm_err tell(struct teller *teller, struct gm_error *error)
{
    json_t *status;
    enum gm_err err = gm_status_json(teller->pipeline, &status, error);
    if (err)
        return err;
    char *text = json_dumps(status, JSON_COMPACT);
    json_decref(status);
    if (!text)
        return gm_error_set(error, GM_ERR_NOMEM, "out of memory for the state of the pipeline");
    gm_web_tell_status(teller->pipeline->web, gm_str(text));
    free(text);
    return GM_OK;
}

// A state that cannot be told this time is told the next: the page knows that it hears nothing.
static void tell_if_due(struct teller *teller)
{
    int64_t now_us = gm_monotonic_us();
    if (now_us - teller->looked_us < LOOK_INTERVAL_US)
        return;
    teller->looked_us = now_us;
    uint64_t state = state_of(teller->pipeline);
    if (state == teller->seen && now_us - teller->told_us < STATUS_INTERVAL_US)
        return;
    struct gm_error error;
    if (tell(teller, &error)) {
        gm_log(GM_LOG_WARN, "web", "%s: the page is not told how the pipeline is", error.message);
        return;
    }
    teller->seen = state;
    teller->told_us = now_us;
}

// ------------------------------------------------------------------------- publishing

static enum gm_err publish_next(struct teller *teller, struct gm_bus_consumer *consumer,
                                struct gm_error *error)
{
    struct gm_batch batch;
    int64_t rows = 0;
    enum gm_err err = gm_pipeline_poll(teller->pipeline, "publish", consumer, PUBLISH_MESSAGES_MAX,
                                       &batch, error);
    for (size_t i = 0; !err && i < batch.count; i++) {
        const struct gm_message *message = &batch.messages[i];
        bool alert = message->topic == GM_TOPIC_MARKET_ALERTS;
        gm_web_publish(teller->pipeline->web, alert ? "alert" : "signal", message->sequence,
                       message->key, message->value);
        rows += !alert;
    }
    gm_bus_release(consumer);
    count_rows(teller, rows);
    tell_if_due(teller);
    return err;
}

enum gm_err gm_stage_publish(struct gm_pipeline *pipeline, void *context, struct gm_error *error)
{
    (void)context;
    struct gm_bus_consumer *consumer;
    struct teller teller = {.pipeline = pipeline, .told_us = -STATUS_INTERVAL_US};
    enum gm_err err = gm_bus_consumer_open(
        pipeline->bus, NULL, 1u << GM_TOPIC_MARKET_SIGNALS | 1u << GM_TOPIC_MARKET_ALERTS,
        GM_BUS_LATEST, &consumer, error);
    if (err)
        return err;
    while (!err && !gm_stop_raised(&pipeline->stop))
        err = publish_next(&teller, consumer, error);
    gm_bus_consumer_close(consumer);
    return err;
}
