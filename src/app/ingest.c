#include "app/ingest.h"

#include "event/event.h"
#include "feed/ingest/ingest.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert((int)GM_WEB_KEY_BYTES_MAX <= (int)GM_INGEST_KEY_BYTES_MAX, "a key is not cut");

static struct gm_metric ingest_messages[] = {
    GM_METRIC(GM_METRIC_COUNTER, "ghostmarket_ingest_messages_total", "topic=\"live-social\"",
              "Messages that deliveries have put on the bus."),
    GM_METRIC(GM_METRIC_COUNTER, "ghostmarket_ingest_messages_total", "topic=\"live-prices\"",
              "Messages that deliveries have put on the bus."),
};
static struct gm_metric ingest_accepted =
    GM_METRIC(GM_METRIC_COUNTER, "ghostmarket_ingest_lines_total", "outcome=\"accepted\"",
              "Lines of deliveries.");
static struct gm_metric ingest_duplicates =
    GM_METRIC(GM_METRIC_COUNTER, "ghostmarket_ingest_lines_total", "outcome=\"duplicate\"",
              "Lines of deliveries.");
static struct gm_metric ingest_unmatched =
    GM_METRIC(GM_METRIC_COUNTER, "ghostmarket_ingest_lines_total", "outcome=\"unmatched\"",
              "Lines of deliveries.");
static struct gm_metric ingest_rejected =
    GM_METRIC(GM_METRIC_COUNTER, "ghostmarket_ingest_lines_total", "outcome=\"rejected\"",
              "Lines of deliveries.");

struct gm_deliveries {
    struct gm_ingest *ingest;
    struct gm_bus_txn *txn;
    struct gm_buffer message;
};

enum { CURSOR_NAME_BYTES = 32 };

static void name_slot(int64_t serial, char ret_name[CURSOR_NAME_BYTES])
{
    snprintf(ret_name, CURSOR_NAME_BYTES, "ingest-%02d", (int)(serial % GM_SEEN_SLOTS));
}

// ------------------------------------------------------------------------- open, close

// Reads the slots that are on the bus into texts[0..GM_SEEN_SLOTS), each to be freed.
static enum gm_err read_slots(struct gm_bus *bus, char **texts, struct gm_error *error)
{
    char name[CURSOR_NAME_BYTES], text[GM_BUS_CURSOR_BYTES_MAX + 1];
    for (int i = 0; i < GM_SEEN_SLOTS; i++) {
        name_slot(i, name);
        enum gm_err err = gm_bus_get_cursor(bus, name, text, error);
        if (err == GM_ERR_NOT_FOUND)
            continue;
        if (err)
            return err;
        texts[i] = strdup(text);
        if (!texts[i])
            return gm_error_set(error, GM_ERR_NOMEM, "out of memory");
    }
    return GM_OK;
}

static enum gm_err open_ingest(struct gm_pipeline *pipeline, struct gm_ingest **ret_ingest,
                               struct gm_error *error)
{
    const struct gm_config *config = pipeline->config;
    char *slots[GM_SEEN_SLOTS] = {NULL};
    const char **names = calloc(config->ticker_count, sizeof *names);
    struct gm_gate_ticker *gated = calloc(config->ticker_count, sizeof *gated);
    enum gm_err err = names && gated ? read_slots(pipeline->bus, slots, error)
                                     : gm_error_set(error, GM_ERR_NOMEM, "out of memory");
    for (size_t i = 0; !err && i < config->ticker_count; i++) {
        const struct gm_config_ticker *ticker = &config->tickers[i];
        names[i] = ticker->name;
        gated[i].keywords = (const char *const *)ticker->keywords.items;
        gated[i].keyword_count = ticker->keywords.count;
    }
    // The log's identity is drawn at random when the log is made, and the slots live with it.
    if (!err)
        err = gm_ingest_create(names, gated, config->ticker_count,
                               (uint64_t)gm_bus_identity(pipeline->bus), (const char *const *)slots,
                               ret_ingest, error);
    for (int i = 0; i < GM_SEEN_SLOTS; i++)
        free(slots[i]);
    free(gated);
    free(names);
    return err;
}

static void register_metrics(struct gm_metrics *metrics)
{
    gm_metrics_register(metrics, &ingest_messages[GM_INGEST_POSTS]);
    gm_metrics_register(metrics, &ingest_messages[GM_INGEST_PRICES]);
    gm_metrics_register(metrics, &ingest_accepted);
    gm_metrics_register(metrics, &ingest_duplicates);
    gm_metrics_register(metrics, &ingest_unmatched);
    gm_metrics_register(metrics, &ingest_rejected);
}

enum gm_err gm_deliveries_open(struct gm_pipeline *pipeline, struct gm_deliveries **ret_deliveries,
                               struct gm_error *error)
{
    if (strlen(pipeline->config->ingest.token) < GM_INGEST_TOKEN_BYTES_MIN)
        return gm_error_set(error, GM_ERR_INVALID,
                            "ingest.token: must have %d characters or more; \"openssl rand -hex "
                            "24\" makes one",
                            GM_INGEST_TOKEN_BYTES_MIN);
    struct gm_deliveries *deliveries = calloc(1, sizeof *deliveries);
    if (!deliveries)
        return gm_error_set(error, GM_ERR_NOMEM, "out of memory");
    gm_buffer_init(&deliveries->message, GM_BUS_MESSAGE_BYTES_MAX);
    enum gm_err err = open_ingest(pipeline, &deliveries->ingest, error);
    if (!err)
        err = gm_bus_txn_create(pipeline->bus, "ingest", &deliveries->txn, error);
    if (err) {
        gm_deliveries_close(deliveries);
        return gm_error_prefix(error, "ingest");
    }
    register_metrics(&pipeline->metrics);
    *ret_deliveries = deliveries;
    return GM_OK;
}

void gm_deliveries_close(struct gm_deliveries *deliveries)
{
    if (!deliveries)
        return;
    gm_bus_txn_destroy(deliveries->txn);
    gm_ingest_destroy(deliveries->ingest);
    gm_buffer_finish(&deliveries->message);
    free(deliveries);
}

// ------------------------------------------------------------------------- take

static enum gm_err put(void *context, const struct gm_feed_item *item, struct gm_error *error)
{
    struct gm_deliveries *deliveries = context;
    const bool is_post = item->kind == GM_FEED_POST;
    gm_buffer_reset(&deliveries->message);
    if (is_post)
        gm_post_encode(&item->post, &deliveries->message);
    else
        gm_tick_encode(&item->tick, &deliveries->message);
    enum gm_err err = gm_buffer_ok(&deliveries->message, error);
    if (err)
        return err;
    return gm_bus_txn_append(deliveries->txn, is_post ? GM_TOPIC_LIVE_SOCIAL : GM_TOPIC_LIVE_PRICES,
                             is_post ? item->post.ticker : item->tick.ticker,
                             gm_buffer_str(&deliveries->message), error);
}

// Puts what was taken beside the messages, so that both are on the bus or neither.
static enum gm_err write_slots(struct gm_deliveries *deliveries, struct gm_error *error)
{
    const struct gm_seen *seen = gm_ingest_seen(deliveries->ingest);
    int64_t serial, end;
    enum gm_err err = GM_OK;
    gm_seen_new_slots(seen, &serial, &end);
    for (; !err && serial < end; serial++) {
        char name[CURSOR_NAME_BYTES];
        name_slot(serial, name);
        gm_buffer_reset(&deliveries->message);
        gm_seen_write_slot(seen, serial, &deliveries->message);
        err = gm_buffer_ok(&deliveries->message, error);
        if (!err)
            err = gm_bus_txn_set_cursor(deliveries->txn, name, gm_buffer_str(&deliveries->message),
                                        error);
    }
    return err;
}

static void count(enum gm_ingest_kind kind, const struct gm_ingest_counts *counts)
{
    gm_metric_add(&ingest_messages[kind], (int64_t)counts->messages);
    gm_metric_add(&ingest_accepted, (int64_t)(counts->accepted - counts->duplicates));
    gm_metric_add(&ingest_duplicates, (int64_t)counts->duplicates);
    gm_metric_add(&ingest_unmatched, (int64_t)counts->unmatched);
    gm_metric_add(&ingest_rejected, (int64_t)counts->rejected);
}

enum gm_err gm_deliveries_take(struct gm_deliveries *deliveries,
                               const struct gm_web_delivery *delivery, int *ret_status,
                               struct gm_buffer *out, struct gm_error *error)
{
    const bool prices = gm_str_equal(delivery->path, gm_str("/ingest/prices"));
    const enum gm_ingest_kind kind = prices ? GM_INGEST_PRICES : GM_INGEST_POSTS;
    struct gm_ingest_counts counts;
    enum gm_err err =
        gm_ingest_take(deliveries->ingest, kind, delivery->body, delivery->key,
                       gm_clock_now_us(&gm_clock_real), put, deliveries, &counts, out, error);
    if (!err)
        err = write_slots(deliveries, error);
    if (!err)
        err = gm_bus_txn_commit(deliveries->txn, error);
    if (err) {
        gm_bus_txn_abort(deliveries->txn);
        gm_ingest_take_back(deliveries->ingest);
        return err;
    }
    gm_ingest_keep(deliveries->ingest);
    count(kind, &counts);
    *ret_status = counts.rejected == 0 ? 200 : counts.accepted + counts.unmatched > 0 ? 207 : 422;
    return GM_OK;
}
