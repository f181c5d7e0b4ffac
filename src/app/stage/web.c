// The web stages: the server's event loop, and the publisher that hands it what comes over the bus.
#include "app/stage/stages.h"

#include "base/log.h"

enum { PUBLISH_MESSAGES_MAX = 1024 };

enum gm_err gm_stage_web(struct gm_pipeline *pipeline, void *context, struct gm_error *error)
{
    (void)context;
    return gm_web_run(pipeline->web, error);
}

enum gm_err gm_stage_publish(struct gm_pipeline *pipeline, void *context, struct gm_error *error)
{
    (void)context;
    struct gm_bus_consumer *consumer;
    enum gm_err err = gm_bus_consumer_open(
        pipeline->bus, NULL, 1u << GM_TOPIC_MARKET_SIGNALS | 1u << GM_TOPIC_MARKET_ALERTS,
        GM_BUS_LATEST, &consumer, error);
    if (err)
        return err;
    while (!err && !gm_stop_raised(&pipeline->stop)) {
        struct gm_batch batch;
        err = gm_pipeline_poll(pipeline, "publish", consumer, PUBLISH_MESSAGES_MAX, &batch, error);
        for (size_t i = 0; !err && i < batch.count; i++) {
            const struct gm_message *message = &batch.messages[i];
            bool alert = message->topic == GM_TOPIC_MARKET_ALERTS;
            gm_web_publish(pipeline->web, alert ? "alert" : "signal", message->sequence,
                           message->key, message->value);
        }
        gm_bus_release(consumer);
    }
    gm_bus_consumer_close(consumer);
    return err;
}
