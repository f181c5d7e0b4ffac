// The store stage: what the bus says into the database, rows and offsets in one transaction.
//
// The database itself knows how far it has come; the stage seeks there whenever it takes the
// partitions over or a transaction failed. The group's offsets on the bus follow after each commit;
// they tell others (lag, the end of a replay) and are never what the stage goes by.
#include "app/stage/stages.h"

#include "app/stage/tickers.h"
#include "base/log.h"
#include "event/event.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
    POLL_WAIT_US = 500 * GM_US_PER_MS,
    POLL_MESSAGES_MAX = 8192,
    RETRY_WAIT_US = GM_US_PER_S,
    AGE_MAX_INTERVALS = 10, // … of an open transaction while the stage is behind
    ARENA_BLOCK_BYTES = 64 * 1024,
};
#define ARENA_LIMIT_BYTES  ((size_t)8 * 1024 * 1024) // one message at a time
#define RETAIN_INTERVAL_US GM_US_PER_HOUR

static struct gm_metric rows_committed =
    GM_METRIC(GM_METRIC_COUNTER, "ghostmarket_store_rows_total", "",
              "Rows committed to the database, all tables.");
static struct gm_metric rows_retained =
    GM_METRIC(GM_METRIC_COUNTER, "ghostmarket_store_rows_removed_total", "",
              "Rows that retention has removed from the database.");
static struct gm_metric commit_time = GM_METRIC(GM_METRIC_HISTOGRAM, "ghostmarket_commit_seconds",
                                                "stage=\"store\"", "Time that one commit takes.");
static struct gm_metric commit_failures =
    GM_METRIC(GM_METRIC_COUNTER, "ghostmarket_store_failures_total", "",
              "Transactions that failed and were tried again.");
static struct gm_metric lost_messages =
    GM_METRIC(GM_METRIC_COUNTER, "ghostmarket_lost_messages_total", "stage=\"store\"",
              "Messages that retention removed before the stage read them.");

static _Atomic int64_t last_commit_us = GM_TIME_NONE;

struct keeper {
    struct gm_pipeline *pipeline;
    struct gm_store *store;
    struct gm_bus_consumer *consumer;
    struct gm_bus_txn *txn;
    struct gm_tickers tickers; // for their names
    struct gm_arena arena;
    int64_t generation;
    bool open;                                           // a database transaction is open
    int64_t open_since_us;                               // monotonic
    int64_t rows, messages;                              // in the open transaction
    int64_t next[GM_TOPIC_COUNT][GM_BUS_PARTITIONS_MAX]; // offsets of the open transaction
    uint64_t moved[GM_TOPIC_COUNT];                      // bits: partitions whose offset moved
    int64_t retained_us;                                 // monotonic: when retention last ran
};

// ------------------------------------------------------------------------- a message

static enum gm_err add_post(struct keeper *keeper, const struct gm_message *message,
                            struct gm_error *error)
{
    struct gm_post post;
    struct gm_error fault;
    enum gm_err err = gm_post_decode(message->value, &keeper->arena, &post, &fault);
    if (err == GM_ERR_INVALID || err == GM_ERR_LIMIT)
        return GM_OK; // `process` has made it a dead letter
    if (err) {
        *error = fault;
        return err;
    }
    if (post.observed_at_us == GM_TIME_NONE)
        post.observed_at_us = message->time_us;
    if (!gm_tickers_find(&keeper->tickers, post.ticker) ||
        !gm_str_equal(post.ticker, message->key) ||
        gm_timestamp_plausible(post.timestamp_us, post.observed_at_us, NULL))
        return GM_OK; // likewise
    keeper->rows++;
    return gm_store_add_post(keeper->store, &post, message->partition, message->offset, error);
}

// A message of our own making that does not decode is damage, not input: the stage stops there.
static enum gm_err add_message(struct keeper *keeper, const struct gm_message *message,
                               struct gm_error *error)
{
    enum gm_err err;
    union {
        struct gm_signal signal;
        struct gm_alert alert;
        struct gm_dead_letter letter;
    } row;
    switch (message->topic) {
    case GM_TOPIC_LIVE_SOCIAL:
        return add_post(keeper, message, error);
    case GM_TOPIC_MARKET_SIGNALS:
        err = gm_signal_decode(message->value, &keeper->arena, &row.signal, error);
        if (!err)
            err = gm_store_add_signal(keeper->store, &row.signal, error);
        break;
    case GM_TOPIC_MARKET_ALERTS:
        err = gm_alert_decode(message->value, &keeper->arena, &row.alert, error);
        if (!err)
            err = gm_store_add_alert(keeper->store, &row.alert, error);
        break;
    case GM_TOPIC_DEAD_LETTERS:
        err = gm_dead_letter_decode(message->value, &keeper->arena, &row.letter, error);
        if (!err)
            err = gm_store_add_dead_letter(keeper->store, &row.letter, error);
        break;
    default:
        return GM_OK;
    }
    keeper->rows++;
    if (err)
        return gm_error_prefix(error, "%s/%" PRId32 "/%" PRId64, gm_topic_name(message->topic),
                               message->partition, message->offset);
    return GM_OK;
}

static enum gm_err add_batch(struct keeper *keeper, const struct gm_batch *batch,
                             struct gm_error *error)
{
    enum gm_err err = GM_OK;
    if (!keeper->open) {
        if ((err = gm_store_begin(keeper->store, error)))
            return err;
        keeper->open = true;
        keeper->open_since_us = gm_monotonic_us();
    }
    for (size_t i = 0; !err && i < batch->count; i++) {
        const struct gm_message *message = &batch->messages[i];
        gm_arena_reset(&keeper->arena);
        err = add_message(keeper, message, error);
        keeper->next[message->topic][message->partition] = message->offset + 1;
        keeper->moved[message->topic] |= (uint64_t)1 << message->partition;
    }
    keeper->messages += (int64_t)batch->count;
    if (!err) // remembered by the group only when gm_bus_txn_commit follows the database's commit
        err = gm_bus_txn_advance(keeper->txn, keeper->consumer, batch->count, error);
    return err;
}

// ------------------------------------------------------------------------- a transaction

static void forget(struct keeper *keeper)
{
    keeper->open = false;
    keeper->rows = keeper->messages = 0;
    memset(keeper->moved, 0, sizeof keeper->moved);
}

static enum gm_err set_offsets(struct keeper *keeper, struct gm_error *error)
{
    enum gm_err err = GM_OK;
    for (int topic = 0; topic < GM_TOPIC_COUNT; topic++)
        for (int partition = 0; !err && partition < GM_BUS_PARTITIONS_MAX; partition++)
            if (keeper->moved[topic] >> partition & 1)
                err = gm_store_set_offset(keeper->store, (enum gm_topic)topic, partition,
                                          keeper->next[topic][partition], error);
    return err;
}

static enum gm_err commit(struct keeper *keeper, struct gm_error *error)
{
    int64_t begin_us = gm_monotonic_us();
    enum gm_err err = set_offsets(keeper, error);
    if (!err)
        err = gm_store_commit(keeper->store, error);
    if (err)
        return err;
    gm_metric_observe(&commit_time, gm_monotonic_us() - begin_us);
    gm_metric_add(&rows_committed, keeper->rows);
    atomic_store(&last_commit_us, gm_clock_now_us(&gm_clock_real));
    forget(keeper);
    return gm_pipeline_commit(keeper->pipeline, "store", keeper->txn, error);
}

// The partitions from where the database says. The group is taken along: where the program was
// killed between the two commits, nothing may be left that would ever move it.
static enum gm_err seek_to_database(struct keeper *keeper, struct gm_error *error)
{
    enum gm_err err = GM_OK;
    for (int topic = 0; topic < GM_TOPIC_COUNT; topic++) {
        if (!(GM_STORE_TOPICS >> topic & 1))
            continue;
        for (int32_t p = 0; !err && p < gm_bus_partitions(keeper->pipeline->bus); p++) {
            int64_t offset;
            err = gm_store_get_offset(keeper->store, (enum gm_topic)topic, p, &offset, error);
            if (!err)
                err = gm_bus_seek(keeper->consumer, (enum gm_topic)topic, p, offset, error);
        }
    }
    if (!err)
        err = gm_bus_txn_advance(keeper->txn, keeper->consumer, 0, error);
    return err ? err : gm_pipeline_commit(keeper->pipeline, "store", keeper->txn, error);
}

// Drops the open transaction and goes back to what is committed. GM_OK: to be tried again.
static enum gm_err recover(struct keeper *keeper, struct gm_error *cause, struct gm_error *error)
{
    if (!cause->retriable && cause->code != GM_ERR_FENCED) {
        *error = *cause;
        return cause->code;
    }
    gm_metric_add(&commit_failures, 1);
    gm_log(GM_LOG_ERROR, "store", "%s: nothing is lost, trying again every second", cause->message);
    if (keeper->open)
        gm_store_rollback(keeper->store);
    gm_bus_txn_abort(keeper->txn);
    forget(keeper);
    keeper->generation = 0;
    gm_stop_wait(&keeper->pipeline->stop, RETRY_WAIT_US);
    return GM_OK;
}

// ------------------------------------------------------------------------- the stage

static enum gm_err retain(struct keeper *keeper, struct gm_error *error)
{
    int64_t now_us = gm_monotonic_us();
    int64_t keep_us = keeper->pipeline->config->store.retention_us;
    if (keep_us == 0 || keeper->open || now_us - keeper->retained_us < RETAIN_INTERVAL_US)
        return GM_OK;
    int64_t removed;
    enum gm_err err =
        gm_store_retain(keeper->store, gm_clock_now_us(&gm_clock_real) - keep_us, &removed, error);
    if (err)
        return err;
    keeper->retained_us = now_us;
    gm_metric_add(&rows_retained, removed);
    if (removed > 0)
        gm_log(GM_LOG_INFO, "store", "retention removed %" PRId64 " rows", removed);
    return GM_OK;
}

// While the stage keeps up, each interval is a transaction. While it is behind, transactions grow:
// DuckDB writes rows by the hundred thousand straight into the file, which costs half of taking
// them through its own log first.
static bool commit_due(const struct keeper *keeper, bool behind)
{
    const struct gm_config *config = keeper->pipeline->config;
    int64_t age_us = gm_monotonic_us() - keeper->open_since_us;
    return keeper->open && (keeper->messages >= config->store.batch_max ||
                            (!behind && age_us >= config->store.commit_interval_us) ||
                            age_us >= AGE_MAX_INTERVALS * config->store.commit_interval_us);
}

static int64_t poll_wait_us(const struct keeper *keeper)
{
    if (!keeper->open)
        return POLL_WAIT_US;
    int64_t left_us = keeper->open_since_us + keeper->pipeline->config->store.commit_interval_us -
                      gm_monotonic_us();
    return left_us < 0 ? 0 : left_us < POLL_WAIT_US ? left_us : POLL_WAIT_US;
}

static enum gm_err store_next(struct keeper *keeper, struct gm_error *error)
{
    struct gm_batch batch;
    enum gm_err err =
        gm_bus_poll(keeper->consumer, POLL_MESSAGES_MAX, poll_wait_us(keeper), &batch, error);
    if (err)
        return err;
    if (batch.generation != keeper->generation) {
        if (keeper->open)
            gm_store_rollback(keeper->store);
        gm_bus_txn_abort(keeper->txn);
        forget(keeper);
        keeper->generation = batch.generation;
        return seek_to_database(keeper, error);
    }
    if (batch.lost > 0) {
        gm_metric_add(&lost_messages, batch.lost);
        gm_log(GM_LOG_WARN, "store",
               "%" PRId64 " messages were removed by retention before they were stored: raise "
               "bus.retention",
               batch.lost);
    }
    if (batch.count > 0)
        err = add_batch(keeper, &batch, error);
    gm_bus_release(keeper->consumer);
    if (!err && commit_due(keeper, batch.count == POLL_MESSAGES_MAX))
        err = commit(keeper, error);
    if (!err)
        err = retain(keeper, error);
    return err;
}

static void keeper_finish(struct keeper *keeper)
{
    if (keeper->open)
        gm_store_rollback(keeper->store);
    gm_bus_txn_destroy(keeper->txn);
    gm_bus_consumer_close(keeper->consumer);
    gm_tickers_finish(&keeper->tickers);
    gm_arena_finish(&keeper->arena);
    free(keeper);
}

static enum gm_err keeper_create(struct gm_pipeline *pipeline, struct keeper **ret_keeper,
                                 struct gm_error *error)
{
    const struct gm_config *config = pipeline->config;
    struct keeper *keeper = calloc(1, sizeof *keeper);
    if (!keeper)
        return gm_error_set(error, GM_ERR_NOMEM, "out of memory for the store stage");
    keeper->pipeline = pipeline;
    keeper->store = pipeline->store;
    keeper->retained_us = gm_monotonic_us() - RETAIN_INTERVAL_US;
    gm_arena_init(&keeper->arena, ARENA_BLOCK_BYTES, ARENA_LIMIT_BYTES);
    enum gm_err err = gm_tickers_init(&keeper->tickers, config, error);
    if (!err)
        err = gm_store_use_log(keeper->store, gm_bus_identity(pipeline->bus), error);
    if (!err)
        err = gm_bus_consumer_open(pipeline->bus, config->store.group, GM_STORE_TOPICS,
                                   GM_BUS_EARLIEST, &keeper->consumer, error);
    if (!err)
        err = gm_bus_txn_create(pipeline->bus, config->store.group, &keeper->txn, error);
    if (err) {
        keeper_finish(keeper);
        return err;
    }
    *ret_keeper = keeper;
    return GM_OK;
}

enum gm_err gm_stage_store(struct gm_pipeline *pipeline, void *context, struct gm_error *error)
{
    (void)context;
    struct keeper *keeper = NULL;
    enum gm_err err = keeper_create(pipeline, &keeper, error);
    if (err)
        return err;
    while (!err && !gm_stop_raised(&pipeline->stop)) {
        struct gm_error cause = {0};
        if (store_next(keeper, &cause))
            err = recover(keeper, &cause, error);
    }
    if (!err && keeper->open)
        err = commit(keeper, error);
    keeper_finish(keeper);
    return err == GM_ERR_STOPPED ? GM_OK : err;
}

void gm_stage_store_register(struct gm_metrics *metrics)
{
    struct gm_metric *all[] = {&rows_committed, &rows_retained, &commit_time, &commit_failures,
                               &lost_messages};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        gm_metrics_register(metrics, all[i]);
}

int64_t gm_stage_store_last_commit_us(void)
{
    return atomic_load(&last_commit_us);
}

int64_t gm_stage_store_rows(void)
{
    return gm_metric_get(&rows_committed);
}
