// The feed stage: what a feed gives goes to live-prices and live-social, and the feed's cursor with
// it, in one transaction, so that a restart neither repeats nor skips a message.
#include "app/stage/stages.h"

#include "base/log.h"
#include "event/event.h"

enum {
    BATCH_MESSAGES_MAX = 8192,
    BATCH_BYTES_MAX = 16 * 1024 * 1024,
    BATCH_AGE_MAX_US = 20 * GM_US_PER_MS, // a message waits no longer for its commit
    FEED_WAIT_US = 500 * GM_US_PER_MS,
    ARENA_BLOCK_BYTES = 1024 * 1024,
};
#define ARENA_LIMIT_BYTES ((size_t)16 * 1024 * 1024) // one item at a time

static struct gm_metric feed_ticks =
    GM_METRIC(GM_METRIC_COUNTER, "ghostmarket_feed_messages_total", "topic=\"live-prices\"",
              "Messages that feeds have put on the bus.");
static struct gm_metric feed_posts =
    GM_METRIC(GM_METRIC_COUNTER, "ghostmarket_feed_messages_total", "topic=\"live-social\"",
              "Messages that feeds have put on the bus.");
static struct gm_metric feed_bad =
    GM_METRIC(GM_METRIC_COUNTER, "ghostmarket_dead_letters_total", "stage=\"feed\"",
              "Messages that a stage could not take.");

struct feeder {
    struct gm_pipeline *pipeline;
    struct gm_feed_stage *stage;
    struct gm_bus_txn *txn;
    struct gm_arena arena;
    struct gm_buffer out;
    size_t messages, bytes; // in the open transaction
    int64_t ticks, posts, bad;
    int64_t open_since_us; // monotonic; of the first message in the transaction
    int64_t notices;       // of the feed's, that the log has
};

// Puts the item on the transaction.
static enum gm_err take(struct feeder *feeder, const struct gm_feed_item *item,
                        struct gm_error *error)
{
    enum gm_topic topic = GM_TOPIC_DEAD_LETTERS;
    struct gm_str key = {0};
    struct gm_str value = item->raw;
    gm_buffer_reset(&feeder->out);
    switch (item->kind) {
    case GM_FEED_TICK:
        topic = GM_TOPIC_LIVE_PRICES;
        key = item->tick.ticker;
        feeder->ticks++;
        break;
    case GM_FEED_POST:
        topic = GM_TOPIC_LIVE_SOCIAL;
        key = item->post.ticker;
        feeder->posts++;
        break;
    case GM_FEED_BAD:
        feeder->bad++;
        gm_dead_letter_encode(&item->bad, &feeder->out);
        break;
    }
    if (item->kind == GM_FEED_TICK && value.len == 0)
        gm_tick_encode(&item->tick, &feeder->out);
    if (item->kind == GM_FEED_POST && value.len == 0)
        gm_post_encode(&item->post, &feeder->out);
    enum gm_err err = gm_buffer_ok(&feeder->out, error);
    if (err)
        return err;
    if (value.len == 0)
        value = gm_buffer_str(&feeder->out);
    if (feeder->messages++ == 0)
        feeder->open_since_us = gm_monotonic_us();
    feeder->bytes += key.len + value.len;
    return gm_bus_txn_append(feeder->txn, topic, key, value, error);
}

static enum gm_err set_cursor(struct feeder *feeder, struct gm_error *error)
{
    char cursor[GM_BUS_CURSOR_BYTES_MAX + 1];
    feeder->stage->ops->cursor(feeder->stage->feed, cursor, sizeof cursor);
    return gm_bus_txn_set_cursor(feeder->txn, feeder->stage->cursor, gm_str(cursor), error);
}

static enum gm_err commit(struct feeder *feeder, struct gm_error *error)
{
    if (feeder->messages == 0)
        return GM_OK;
    enum gm_err err = set_cursor(feeder, error);
    if (!err)
        err = gm_pipeline_commit(feeder->pipeline, feeder->stage->ops->name, feeder->txn, error);
    if (err)
        return err;
    gm_metric_add(&feed_ticks, feeder->ticks);
    gm_metric_add(&feed_posts, feeder->posts);
    gm_metric_add(&feed_bad, feeder->bad);
    atomic_fetch_add(&feeder->stage->ticks, feeder->ticks);
    atomic_fetch_add(&feeder->stage->posts, feeder->posts);
    atomic_fetch_add(&feeder->stage->bad, feeder->bad);
    feeder->messages = feeder->bytes = 0;
    feeder->ticks = feeder->posts = feeder->bad = 0;
    return GM_OK;
}

static bool commit_due(const struct feeder *feeder)
{
    return feeder->messages >= BATCH_MESSAGES_MAX || feeder->bytes >= BATCH_BYTES_MAX ||
           (feeder->messages > 0 && gm_monotonic_us() - feeder->open_since_us >= BATCH_AGE_MAX_US);
}

// What the feed has to say since it was asked last.
static void log_notice(struct feeder *feeder)
{
    struct gm_feed_health health;
    if (!feeder->stage->health)
        return;
    feeder->stage->health(feeder->stage->feed, &health);
    if (health.notices > feeder->notices)
        gm_log(health.warning ? GM_LOG_WARN : GM_LOG_INFO, feeder->stage->ops->name, "%s",
               health.notice);
    feeder->notices = health.notices;
}

static enum gm_err feed_next(struct feeder *feeder, bool *ret_done, struct gm_error *error)
{
    enum gm_feed_state state;
    struct gm_feed_item item;
    int64_t wait_us = feeder->messages > 0 ? 0 : FEED_WAIT_US;
    gm_arena_reset(&feeder->arena);
    enum gm_err err =
        feeder->stage->ops->next(feeder->stage->feed, &feeder->arena, &feeder->pipeline->stop,
                                 wait_us, &state, &item, error);
    if (err)
        return err;
    log_notice(feeder);
    if (state != GM_FEED_ITEM) {
        *ret_done = state == GM_FEED_DONE;
        return commit(feeder, error);
    }
    if ((err = take(feeder, &item, error)))
        return err;
    return commit_due(feeder) ? commit(feeder, error) : GM_OK;
}

enum gm_err gm_stage_feed(struct gm_pipeline *pipeline, void *context, struct gm_error *error)
{
    struct feeder feeder = {.pipeline = pipeline, .stage = context};
    gm_arena_init(&feeder.arena, ARENA_BLOCK_BYTES, ARENA_LIMIT_BYTES);
    gm_buffer_init(&feeder.out, GM_BUS_MESSAGE_BYTES_MAX);
    bool done = false;
    enum gm_err err = gm_bus_txn_create(pipeline->bus, feeder.stage->cursor, &feeder.txn, error);
    while (!err && !done && !gm_stop_raised(&pipeline->stop))
        err = feed_next(&feeder, &done, error);
    if (!err)
        err = commit(&feeder, error);
    gm_bus_txn_destroy(feeder.txn);
    gm_buffer_finish(&feeder.out);
    gm_arena_finish(&feeder.arena);
    return err == GM_ERR_STOPPED ? GM_OK : err;
}

void gm_stage_feed_register(struct gm_metrics *metrics)
{
    gm_metrics_register(metrics, &feed_ticks);
    gm_metrics_register(metrics, &feed_posts);
    gm_metrics_register(metrics, &feed_bad);
}
