// The notify stage: each alert goes to the configured command, once; a command that fails is logged
// and the next alert goes on.
#include "app/stage/stages.h"

#include "base/log.h"
#include "event/event.h"
#include "notify/notifier.h"

#include <inttypes.h>

enum { ARENA_BLOCK_BYTES = 4096 };

static const char GROUP[] = "notify";

// A failure is logged and costs this alert alone; false: a stop came before it was told.
static bool tell(struct gm_pipeline *pipeline, void *notifier, const struct gm_message *message,
                 struct gm_arena *arena)
{
    struct gm_alert alert;
    struct gm_error error;
    gm_arena_reset(arena);
    enum gm_err err = gm_alert_decode(message->value, arena, &alert, &error);
    if (!err)
        err = gm_notifier_command.notify(notifier, &alert, message->value, &pipeline->stop, &error);
    if (err && err != GM_ERR_STOPPED)
        gm_log(GM_LOG_ERROR, "notify", "alert %s/%" PRId32 "/%" PRId64 ": %s",
               gm_topic_name(message->topic), message->partition, message->offset, error.message);
    return err != GM_ERR_STOPPED;
}

enum gm_err gm_stage_notify(struct gm_pipeline *pipeline, void *context, struct gm_error *error)
{
    (void)context;
    const struct gm_notifier_config config = {
        .command = (const char *const *)pipeline->config->notify.command.items,
        .command_words = pipeline->config->notify.command.count,
        .timeout_us = pipeline->config->notify.timeout_us,
    };
    struct gm_arena arena;
    gm_arena_init(&arena, ARENA_BLOCK_BYTES, GM_MESSAGE_BYTES_MAX);
    void *notifier = NULL;
    struct gm_bus_consumer *consumer = NULL;
    struct gm_bus_txn *txn = NULL;
    enum gm_err err = gm_notifier_command.open(&config, &notifier, error);
    if (!err) // a newcomer does not hear of alerts that are long past
        err = gm_bus_consumer_open(pipeline->bus, GROUP, 1u << GM_TOPIC_MARKET_ALERTS,
                                   GM_BUS_LATEST, &consumer, error);
    if (!err)
        err = gm_bus_txn_create(pipeline->bus, GROUP, &txn, error);
    while (!err && !gm_stop_raised(&pipeline->stop)) {
        struct gm_batch batch;
        // One at a time: an alert that was told is never told again after a crash of a later one.
        err = gm_pipeline_poll(pipeline, "notify", consumer, 1, &batch, error);
        if (!err && batch.count == 1 && tell(pipeline, notifier, batch.messages, &arena)) {
            err = gm_bus_txn_advance(txn, consumer, 1, error);
            if (!err)
                err = gm_pipeline_commit(pipeline, "notify", txn, error);
        }
        gm_bus_release(consumer);
    }
    gm_bus_txn_destroy(txn);
    gm_bus_consumer_close(consumer);
    gm_notifier_command.close(notifier);
    gm_arena_finish(&arena);
    return err == GM_ERR_STOPPED ? GM_OK : err;
}
