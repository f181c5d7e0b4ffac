// The process stage: live-prices and live-social in, market-signals and market-alerts out.
//
// A batch is taken in the bus's order. Its texts are scored together, as many as the budget of time
// allows; the events up to the first text that was not go through the trackers one by one, and
// everything that comes of them is committed with their offsets in one transaction. The rest of the
// batch is read again. What cannot be taken becomes a dead letter in the same transaction. The
// trackers are the only state; they are rebuilt from market-signals whenever the ownership of
// partitions changes, at the start above all. No row depends on where batches end.
#include "app/stage/stages.h"

#include "app/open_scorer.h"
#include "app/stage/rebuild.h"
#include "app/stage/tickers.h"
#include "base/log.h"
#include "event/event.h"
#include "event/timestamp.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    ARENA_BLOCK_BYTES = 1024 * 1024,
    TEXTS_AHEAD_MIN = 64, // decoded at least, before it is known how many can be scored
};
#define ARENA_LIMIT_BYTES ((size_t)512 * 1024 * 1024)

static struct gm_metric signals_price =
    GM_METRIC(GM_METRIC_COUNTER, "ghostmarket_signals_total", "kind=\"price\"",
              "Events that became a row of market-signals.");
static struct gm_metric signals_social =
    GM_METRIC(GM_METRIC_COUNTER, "ghostmarket_signals_total", "kind=\"social\"",
              "Events that became a row of market-signals.");
static struct gm_metric late_events =
    GM_METRIC(GM_METRIC_COUNTER, "ghostmarket_late_events_total", "",
              "Events that came too late for their window: recorded, in no window.");
static struct gm_metric window_overflow =
    GM_METRIC(GM_METRIC_COUNTER, "ghostmarket_window_overflow_total", "",
              "Entries that a full window let go before their time: rule.entries_max is reached.");
static struct gm_metric alerts =
    GM_METRIC(GM_METRIC_COUNTER, "ghostmarket_alerts_total", "", "Alerts raised.");
static struct gm_metric dead_letters =
    GM_METRIC(GM_METRIC_COUNTER, "ghostmarket_dead_letters_total", "stage=\"process\"",
              "Messages that a stage could not take.");
static struct gm_metric lost_messages =
    GM_METRIC(GM_METRIC_COUNTER, "ghostmarket_lost_messages_total", "stage=\"process\"",
              "Messages that retention removed before the stage read them.");
static struct gm_metric scored_texts = GM_METRIC(
    GM_METRIC_COUNTER, "ghostmarket_scored_texts_total", "", "Texts that the scorer has read.");
static struct gm_metric batch_texts =
    GM_METRIC(GM_METRIC_SIZES, "ghostmarket_score_batch_texts", "",
              "Texts that were scored together, in one transaction.");
static struct gm_metric scored_tokens =
    GM_METRIC(GM_METRIC_COUNTER, "ghostmarket_scored_tokens_total", "",
              "Word pieces that went through the model; 0 for a scorer without one.");
static struct gm_metric cache_hits =
    GM_METRIC(GM_METRIC_COUNTER, "ghostmarket_score_cache_hits_total", "",
              "Texts whose mood was known, so that the model was spared.");
static struct gm_metric cache_misses =
    GM_METRIC(GM_METRIC_COUNTER, "ghostmarket_score_cache_misses_total", "",
              "Texts that went through the model.");
static struct gm_metric cache_entries =
    GM_METRIC(GM_METRIC_GAUGE, "ghostmarket_score_cache_entries", "", "Moods that are remembered.");
static struct gm_metric cut_texts =
    GM_METRIC(GM_METRIC_COUNTER, "ghostmarket_cut_texts_total", "",
              "Texts that reach the model's limit of word pieces; what comes after is not read.");
static struct gm_metric score_us =
    GM_METRIC(GM_METRIC_COUNTER, "ghostmarket_scorer_busy_microseconds_total", "",
              "Time that the scorer has worked.");
static struct gm_metric commit_time = GM_METRIC(GM_METRIC_HISTOGRAM, "ghostmarket_commit_seconds",
                                                "stage=\"process\"", "Time that one commit takes.");
static struct gm_metric rebuild_us =
    GM_METRIC(GM_METRIC_GAUGE, "ghostmarket_rebuild_microseconds", "",
              "Time that the last rebuilding of the windows took.");

enum event_kind { EVENT_TICK, EVENT_POST, EVENT_FAULTY };

// An input message, decoded and checked.
struct event {
    const struct gm_message *message;
    enum event_kind kind;
    struct gm_ticker *ticker;
    union {
        struct gm_tick tick;
        struct gm_post post;
        struct gm_str fault; // what is wrong with it
    };
};

struct processor {
    struct gm_pipeline *pipeline;
    struct gm_bus_consumer *consumer;
    struct gm_bus_txn *txn;
    struct gm_tickers tickers;
    struct gm_arena arena; // decoded texts of one batch
    struct gm_buffer out;  // one encoded message
    struct event *events;  // batch_max: the first messages of the batch
    struct gm_str *texts;  // batch_max: those of the posts among the events
    struct gm_mood *moods; // batch_max: of texts[0..scored_count)
    size_t event_count, text_count, scored_count;
    size_t texts_ahead; // how many texts to decode: what the budget is thought to allow
    int64_t generation; // of the trackers' state
    struct {
        int64_t price, social, late, overflow, alerts, dead_letters;
    } batch; // counted with the commit
};

static enum gm_err rebuild_trackers(struct processor *processor, struct gm_error *error)
{
    int64_t begin_us = gm_monotonic_us(), rows;
    enum gm_err err =
        gm_rebuild_tickers(&processor->tickers, processor->pipeline->bus, &rows, error);
    if (err)
        return err;
    int64_t took_us = gm_monotonic_us() - begin_us;
    gm_metric_set(&rebuild_us, took_us);
    gm_log(GM_LOG_INFO, "process", "windows rebuilt from %" PRId64 " rows in %.1f ms", rows,
           (double)took_us / GM_US_PER_MS);
    return GM_OK;
}

// ------------------------------------------------------------------------- a batch

// Decodes and checks one message into `ret_event`; GM_ERR_INVALID and GM_ERR_LIMIT are the
// message's fault.
static enum gm_err decode(struct processor *processor, const struct gm_message *message,
                          struct event *ret_event, struct gm_error *error)
{
    enum gm_err err;
    struct gm_str name;
    int64_t timestamp_us, *observed_at_us;
    ret_event->message = message;
    if (message->topic == GM_TOPIC_LIVE_PRICES) {
        ret_event->kind = EVENT_TICK;
        err = gm_tick_decode(message->value, &processor->arena, &ret_event->tick, error);
        name = ret_event->tick.ticker;
        timestamp_us = ret_event->tick.timestamp_us;
        observed_at_us = &ret_event->tick.observed_at_us;
    } else {
        ret_event->kind = EVENT_POST;
        err = gm_post_decode(message->value, &processor->arena, &ret_event->post, error);
        name = ret_event->post.ticker;
        timestamp_us = ret_event->post.timestamp_us;
        observed_at_us = &ret_event->post.observed_at_us;
    }
    if (err)
        return err;
    if (*observed_at_us == GM_TIME_NONE)
        *observed_at_us = message->time_us;
    if ((err = gm_timestamp_plausible(timestamp_us, *observed_at_us, error)))
        return err;
    if (!gm_str_equal(name, message->key))
        return gm_error_set(error, GM_ERR_INVALID, "ticker: \"%.*s\" under the key \"%.*s\"",
                            GM_STR_ARG(name), GM_STR_ARG(message->key));
    ret_event->ticker = gm_tickers_find(&processor->tickers, name);
    if (!ret_event->ticker)
        return gm_error_set(error, GM_ERR_INVALID,
                            "ticker: \"%.*s\" is not followed: add it under tickers in the "
                            "configuration",
                            GM_STR_ARG(name));
    return GM_OK;
}

// Decodes from the front of the batch, as far as it takes texts_ahead texts.
static enum gm_err decode_front(struct processor *processor, const struct gm_batch *batch,
                                struct gm_error *error)
{
    processor->event_count = processor->text_count = 0;
    while (processor->event_count < batch->count &&
           processor->text_count < processor->texts_ahead) {
        struct event *event = &processor->events[processor->event_count];
        struct gm_error fault;
        enum gm_err err =
            decode(processor, &batch->messages[processor->event_count], event, &fault);
        if (err == GM_ERR_INVALID || err == GM_ERR_LIMIT) {
            event->kind = EVENT_FAULTY;
            event->fault = gm_arena_copy(&processor->arena, gm_str(fault.message));
            if (!event->fault.data)
                err = gm_error_set(&fault, GM_ERR_NOMEM, "out of memory for a dead letter");
            else
                err = GM_OK;
        }
        if (err) {
            *error = fault;
            return err;
        }
        if (event->kind == EVENT_POST)
            processor->texts[processor->text_count++] = event->post.text;
        processor->event_count++;
    }
    return GM_OK;
}

// Looks ahead a little further than the scorer came, so that it has enough to do and little is
// decoded in vain.
static void set_texts_ahead(struct processor *processor)
{
    size_t batch_max = (size_t)processor->pipeline->config->process.batch_max;
    size_t ahead = processor->scored_count * 2;
    if (processor->scored_count == processor->text_count && ahead < processor->texts_ahead)
        ahead = processor->texts_ahead; // there were no more
    if (ahead < TEXTS_AHEAD_MIN)
        ahead = TEXTS_AHEAD_MIN;
    processor->texts_ahead = ahead < batch_max ? ahead : batch_max;
}

static void count_scored(struct processor *processor, int64_t took_us)
{
    const struct gm_scorer_stats stats = gm_scorer_stats(processor->pipeline->scorer);
    gm_metric_add(&score_us, took_us);
    gm_metric_observe(&batch_texts, (int64_t)processor->scored_count);
    gm_metric_set(&scored_texts, stats.texts);
    gm_metric_set(&scored_tokens, stats.tokens);
    gm_metric_set(&cache_hits, stats.cache_hits);
    gm_metric_set(&cache_misses, stats.cache_misses);
    gm_metric_set(&cache_entries, stats.cache_entries);
    gm_metric_set(&cut_texts, stats.cut);
}

static enum gm_err score_front(struct processor *processor, struct gm_error *error)
{
    processor->scored_count = 0;
    if (processor->text_count == 0)
        return GM_OK;
    int64_t begin_us = gm_monotonic_us();
    enum gm_err err =
        gm_scorer_score_within(processor->pipeline->scorer, processor->texts, processor->text_count,
                               processor->pipeline->config->process.score_budget_us,
                               processor->moods, &processor->scored_count, error);
    if (err)
        return gm_error_prefix(error, "scoring");
    count_scored(processor, gm_monotonic_us() - begin_us);
    set_texts_ahead(processor);
    return GM_OK;
}

static enum gm_err bury(struct processor *processor, const struct gm_message *message,
                        struct gm_str reason, struct gm_error *error)
{
    char origin[64];
    int len = snprintf(origin, sizeof origin, "%s/%" PRId32 "/%" PRId64,
                       gm_topic_name(message->topic), message->partition, message->offset);
    struct gm_dead_letter letter = {
        .stage = gm_str("process"),
        .reason = reason,
        .origin = {origin, (size_t)len},
        .key = message->key,
        .payload = message->value,
        .payload_bytes = (int64_t)message->value.len,
        .observed_at_us = message->time_us,
    };
    gm_buffer_reset(&processor->out);
    gm_dead_letter_encode(&letter, &processor->out);
    enum gm_err err = gm_buffer_ok(&processor->out, error);
    if (err)
        return err;
    processor->batch.dead_letters++;
    return gm_bus_txn_append(processor->txn, GM_TOPIC_DEAD_LETTERS, message->key,
                             gm_buffer_str(&processor->out), error);
}

// `mood`: of a post; of anything else it is not looked at.
static struct gm_signal make_signal(const struct processor *processor, const struct event *event,
                                    const struct gm_mood *mood, const struct gm_metrics_row *row)
{
    struct gm_signal signal = {
        .ticker = event->ticker->name,
        .price_usd = row->price_usd,
        .vibe_score = row->vibe_score,
        .msg_velocity = row->msg_velocity,
        .delta_price = row->delta_price,
        .delta_vibe = row->delta_vibe,
        .hype_momentum = row->hype_momentum,
        .alert = row->alert,
        .kind = event->kind == EVENT_TICK ? GM_SIGNAL_PRICE : GM_SIGNAL_SOCIAL,
        .late = row->late,
        .watermark_us = row->watermark_us,
        .input = {event->message->topic, event->message->partition, event->message->offset},
    };
    if (event->kind == EVENT_TICK) {
        signal.timestamp_us = event->tick.timestamp_us;
        signal.observed_at_us = event->tick.observed_at_us;
        signal.value = event->tick.price_usd;
    } else {
        signal.timestamp_us = event->post.timestamp_us;
        signal.observed_at_us = event->post.observed_at_us;
        signal.value = mood->vibe;
        signal.label = gm_str(gm_label_name(mood->label));
        signal.scorer = gm_str(gm_scorer_name(processor->pipeline->scorer));
        signal.post_id = event->post.id;
    }
    return signal;
}

static enum gm_err append_alert(struct processor *processor, const struct event *event,
                                const struct gm_signal *signal, struct gm_error *error)
{
    struct gm_alert alert = {
        .timestamp_us = signal->timestamp_us,
        .ticker = signal->ticker,
        .status = gm_str(GM_ALERT_HYPE_PUMP),
        .price_usd = signal->price_usd,
        .vibe_score = signal->vibe_score,
        .msg_velocity = signal->msg_velocity,
        .delta_price = signal->delta_price,
        .delta_vibe = signal->delta_vibe,
        .hype_momentum = signal->hype_momentum,
        .threshold_momentum = event->ticker->tracker.rule.momentum_min,
        .threshold_delta_price = event->ticker->tracker.rule.delta_price_max,
        .input = signal->input,
        .observed_at_us = signal->observed_at_us,
    };
    gm_buffer_reset(&processor->out);
    gm_alert_encode(&alert, &processor->out);
    enum gm_err err = gm_buffer_ok(&processor->out, error);
    if (err)
        return err;
    processor->batch.alerts++;
    char at[GM_TIMESTAMP_BYTES];
    gm_timestamp_write(alert.timestamp_us, at);
    gm_log(GM_LOG_INFO, "process", "%s %.*s at %s: momentum %.1f over %d posts, price %+.2f %%",
           GM_ALERT_HYPE_PUMP, GM_STR_ARG(alert.ticker), at, alert.hype_momentum,
           (int)alert.msg_velocity, 100 * alert.delta_price);
    return gm_bus_txn_append(processor->txn, GM_TOPIC_MARKET_ALERTS, signal->ticker,
                             gm_buffer_str(&processor->out), error);
}

static int64_t overflow_of(const struct gm_ticker *ticker)
{
    return ticker->tracker.prices.overflow + ticker->tracker.vibes.overflow;
}

// `mood`: of a post; of anything else it is not looked at.
static enum gm_err apply_event(struct processor *processor, const struct event *event,
                               const struct gm_mood *mood, struct gm_error *error)
{
    if (event->kind == EVENT_FAULTY)
        return bury(processor, event->message, event->fault, error);
    bool price = event->kind == EVENT_TICK;
    int64_t overflow_before = overflow_of(event->ticker);
    struct gm_metrics_row row;
    enum gm_err err =
        gm_tracker_apply(&event->ticker->tracker, price ? GM_TRACKER_PRICE : GM_TRACKER_VIBE,
                         price ? event->tick.timestamp_us : event->post.timestamp_us,
                         price ? event->tick.price_usd : mood->vibe, &row, error);
    if (err == GM_ERR_INVALID) // a scorer that breaks its contract costs a post, not the stage
        return bury(processor, event->message, gm_str(error->message), error);
    if (err)
        return err;
    struct gm_signal signal = make_signal(processor, event, mood, &row);
    gm_buffer_reset(&processor->out);
    gm_signal_encode(&signal, &processor->out);
    if ((err = gm_buffer_ok(&processor->out, error)) ||
        (err = gm_bus_txn_append(processor->txn, GM_TOPIC_MARKET_SIGNALS, signal.ticker,
                                 gm_buffer_str(&processor->out), error)))
        return err;
    processor->batch.price += price;
    processor->batch.social += !price;
    processor->batch.late += row.late;
    processor->batch.overflow += overflow_of(event->ticker) - overflow_before;
    return row.alert ? append_alert(processor, event, &signal, error) : GM_OK;
}

static void count_batch(struct processor *processor)
{
    gm_metric_add(&signals_price, processor->batch.price);
    gm_metric_add(&signals_social, processor->batch.social);
    gm_metric_add(&late_events, processor->batch.late);
    gm_metric_add(&window_overflow, processor->batch.overflow);
    gm_metric_add(&alerts, processor->batch.alerts);
    gm_metric_add(&dead_letters, processor->batch.dead_letters);
}

// Applies the events up to the first whose text was not scored; *ret_applied: how many.
static enum gm_err apply_front(struct processor *processor, size_t *ret_applied,
                               struct gm_error *error)
{
    size_t applied = 0, moods = 0;
    for (; applied < processor->event_count; applied++) {
        const struct event *event = &processor->events[applied];
        struct gm_mood mood = {0};
        if (event->kind == EVENT_POST) {
            if (moods == processor->scored_count)
                break;
            mood = processor->moods[moods++];
        }
        enum gm_err err = apply_event(processor, event, &mood, error);
        if (err)
            return err;
    }
    *ret_applied = applied;
    return GM_OK;
}

static enum gm_err handle_batch(struct processor *processor, const struct gm_batch *batch,
                                struct gm_error *error)
{
    gm_arena_reset(&processor->arena);
    memset(&processor->batch, 0, sizeof processor->batch);
    size_t applied = 0;
    enum gm_err err = decode_front(processor, batch, error);
    if (!err)
        err = score_front(processor, error);
    if (!err)
        err = apply_front(processor, &applied, error);
    if (!err)
        err = gm_bus_txn_advance(processor->txn, processor->consumer, applied, error);
    if (err)
        return err;
    int64_t begin_us = gm_monotonic_us();
    err = gm_pipeline_commit(processor->pipeline, "process", processor->txn, error);
    if (err)
        return err;
    gm_metric_observe(&commit_time, gm_monotonic_us() - begin_us);
    count_batch(processor);
    return GM_OK;
}

// ------------------------------------------------------------------------- the stage

static void processor_finish(struct processor *processor)
{
    gm_bus_txn_destroy(processor->txn);
    gm_bus_consumer_close(processor->consumer);
    gm_tickers_finish(&processor->tickers);
    gm_arena_finish(&processor->arena);
    gm_buffer_finish(&processor->out);
    free(processor->events);
    free(processor->texts);
    free(processor->moods);
}

static enum gm_err processor_init(struct processor *processor, struct gm_pipeline *pipeline,
                                  struct gm_error *error)
{
    const struct gm_config *config = pipeline->config;
    size_t batch_max = (size_t)config->process.batch_max;
    *processor = (struct processor){.pipeline = pipeline, .texts_ahead = TEXTS_AHEAD_MIN};
    gm_arena_init(&processor->arena, ARENA_BLOCK_BYTES, ARENA_LIMIT_BYTES);
    gm_buffer_init(&processor->out, GM_BUS_MESSAGE_BYTES_MAX);
    processor->events = calloc(batch_max, sizeof *processor->events);
    processor->texts = calloc(batch_max, sizeof *processor->texts);
    processor->moods = calloc(batch_max, sizeof *processor->moods);
    enum gm_err err = GM_OK;
    if (!processor->events || !processor->texts || !processor->moods)
        err = gm_error_set(error, GM_ERR_NOMEM, "out of memory for a batch of %zu messages",
                           batch_max);
    if (!err)
        err = gm_tickers_init(&processor->tickers, config, error);
    if (!err)
        err = gm_bus_consumer_open(pipeline->bus, config->process.group, GM_PROCESS_TOPICS,
                                   GM_BUS_EARLIEST, &processor->consumer, error);
    if (!err)
        err = gm_bus_txn_create(pipeline->bus, config->process.group, &processor->txn, error);
    if (err)
        processor_finish(processor);
    return err;
}

static enum gm_err process_next(struct processor *processor, struct gm_error *error)
{
    struct gm_batch batch;
    enum gm_err err =
        gm_pipeline_poll(processor->pipeline, "process", processor->consumer,
                         (size_t)processor->pipeline->config->process.batch_max, &batch, error);
    if (err)
        return err;
    if (batch.lost > 0) {
        gm_metric_add(&lost_messages, batch.lost);
        gm_log(GM_LOG_WARN, "process",
               "%" PRId64 " messages were removed by retention before they were read: raise "
               "bus.retention",
               batch.lost);
    }
    if (batch.generation != processor->generation && batch.generation > 0) {
        if ((err = rebuild_trackers(processor, error)))
            return err;
        processor->generation = batch.generation;
    }
    if (batch.count == 0) {
        gm_bus_release(processor->consumer);
        return GM_OK;
    }
    err = handle_batch(processor, &batch, error);
    if (err == GM_ERR_FENCED) {
        gm_log(GM_LOG_WARN, "process", "%s: waiting until the partitions are free again",
               error->message);
        gm_bus_txn_abort(processor->txn);
        processor->generation = -1;
        return GM_OK;
    }
    return err;
}

enum gm_err gm_stage_process(struct gm_pipeline *pipeline, void *context, struct gm_error *error)
{
    (void)context;
    struct processor processor;
    enum gm_err err = processor_init(&processor, pipeline, error);
    if (err)
        return err;
    if (gm_scorer_about(pipeline->scorer)->model_dir)
        gm_step_back(); // this thread does a share of the model's work
    while (!err && !gm_stop_raised(&pipeline->stop))
        err = process_next(&processor, error);
    processor_finish(&processor);
    return err == GM_ERR_STOPPED ? GM_OK : err;
}

void gm_stage_process_register(struct gm_metrics *metrics)
{
    struct gm_metric *all[] = {
        &signals_price, &signals_social,  &late_events, &alerts,      &dead_letters,
        &scored_texts,  &scored_tokens,   &batch_texts, &score_us,    &cache_hits,
        &cache_misses,  &cache_entries,   &cut_texts,   &commit_time, &rebuild_us,
        &lost_messages, &window_overflow,
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        gm_metrics_register(metrics, all[i]);
}

struct gm_process_totals gm_stage_process_totals(void)
{
    return (struct gm_process_totals){
        .signals = gm_metric_get(&signals_price) + gm_metric_get(&signals_social),
        .alerts = gm_metric_get(&alerts),
        .dead_letters = gm_metric_get(&dead_letters),
    };
}
