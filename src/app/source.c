// The answers to the web server's questions. Rows come from the store as JSON; what is put together
// from several places is put together with jansson.
#include "app/source.h"

#include "app/bus_state.h"
#include "app/ingest.h"
#include "app/open_scorer.h"
#include "app/status.h"
#include "app/version.h"
#include "event/event.h"
#include "store/download.h"
#include "store/history.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

// ------------------------------------------------------------------------- /api/tickers

static json_t *rule_json(const struct gm_rule *rule)
{
    return json_pack("{s:I,s:I,s:f,s:f}", "window_us", (json_int_t)rule->window_us, "cooldown_us",
                     (json_int_t)rule->cooldown_us, "momentum_min", rule->momentum_min,
                     "delta_price_max", rule->delta_price_max);
}

// A followed ticker that has no row yet.
static json_t *empty_row(const char *ticker)
{
    return json_pack("{s:s,s:n,s:n,s:n,s:i,s:n,s:n,s:n,s:n,s:i,s:i,s:i}", "ticker", ticker,
                     "timestamp", "price_usd", "vibe_score", "msg_velocity", 0, "delta_price",
                     "delta_vibe", "hype_momentum", "alert_status", "rows", 0, "posts", 0, "alerts",
                     0);
}

static json_t *row_of(json_t *rows, const char *ticker)
{
    size_t i;
    json_t *row;
    json_array_foreach(rows, i, row)
    {
        const char *name = json_string_value(json_object_get(row, "ticker"));
        if (name && strcmp(name, ticker) == 0)
            return json_incref(row);
    }
    return empty_row(ticker);
}

static enum gm_err append_json(json_t *json, struct gm_buffer *out, struct gm_error *error)
{
    char *text = json ? json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(17)) : NULL;
    json_decref(json);
    if (!text)
        return gm_error_set(error, GM_ERR_NOMEM, "out of memory for an answer");
    gm_buffer_append_c(out, text);
    free(text);
    return gm_buffer_ok(out, error);
}

static enum gm_err answer_tickers(struct gm_pipeline *pipeline, const struct gm_web_query *query,
                                  struct gm_buffer *out, struct gm_error *error)
{
    (void)query;
    struct gm_buffer rows_text;
    gm_buffer_init(&rows_text, GM_MESSAGE_BYTES_MAX * 8);
    enum gm_err err = gm_store_query_tickers(pipeline->store, &rows_text, error);
    json_t *rows = err ? NULL : json_loadb(rows_text.data, rows_text.len, 0, NULL);
    gm_buffer_finish(&rows_text);
    if (err)
        return err;
    json_t *all = json_array();
    const struct gm_config *config = pipeline->config;
    for (size_t i = 0; i < config->ticker_count; i++) {
        json_t *row = row_of(rows, config->tickers[i].name);
        json_object_set_new(row, "rule", rule_json(&config->tickers[i].rule));
        json_array_append_new(all, row);
    }
    json_decref(rows);
    return append_json(all, out, error);
}

// ------------------------------------------------------------------------- /api/health

static const char *state_name(int state)
{
    static const char *const names[] = {"running", "done", "failed"};
    return names[state];
}

static enum gm_err answer_health(struct gm_pipeline *pipeline, const struct gm_web_query *query,
                                 struct gm_buffer *out, struct gm_error *error)
{
    (void)query;
    char note[GM_SCORER_NOTE_BYTES];
    json_t *health;
    enum gm_err err = gm_status_json(pipeline, &health, error);
    if (err)
        return err;
    if (pipeline->scorer)
        gm_scorer_note(pipeline->config, pipeline->scorer, note);
    json_t *more = json_pack("{s:s,s:s?,s:s?,s:[]}", "version", GM_VERSION, "scorer",
                             pipeline->scorer ? gm_scorer_name(pipeline->scorer) : NULL,
                             "scorer_note", pipeline->scorer ? note : NULL, "stages");
    json_object_update(health, more);
    json_decref(more);
    for (size_t i = 0; i < pipeline->stage_count; i++) {
        struct gm_stage *stage = &pipeline->stages[i];
        json_array_append_new(json_object_get(health, "stages"),
                              json_pack("{s:s,s:s}", "name", stage->name, "state",
                                        state_name(atomic_load(&stage->state))));
    }
    int64_t waiting;
    err = gm_pipeline_lag(pipeline->bus, pipeline->config->process.group,
                          1u << GM_TOPIC_LIVE_SOCIAL, &waiting, error);
    if (!err && json_object_set_new(health, "posts_waiting", json_integer(waiting)))
        err = gm_error_set(error, GM_ERR_NOMEM, "out of memory for an answer");
    if (!err)
        err = gm_bus_state_json(pipeline->bus, health, error);
    if (err) {
        json_decref(health);
        return err;
    }
    return append_json(health, out, error);
}

// ------------------------------------------------------------------------- rows

static struct gm_store_query rows_of(const struct gm_web_query *query)
{
    return (struct gm_store_query){
        .ticker = query->ticker,
        .from_us = query->from_us,
        .to_us = query->to_us,
        .limit = query->limit,
        .points_max = query->points_max,
    };
}

static struct gm_store_history chart_of(const struct gm_web_query *query)
{
    return (struct gm_store_history){
        .ticker = query->ticker,
        .span_us = query->span_s * (int64_t)GM_US_PER_S,
        .to_us = query->to_us,
        .points = query->points_max,
    };
}

static enum gm_err answer_signals(struct gm_pipeline *pipeline, const struct gm_web_query *query,
                                  struct gm_buffer *out, struct gm_error *error)
{
    const struct gm_store_query rows = rows_of(query);
    return gm_store_query_signals(pipeline->store, &rows, out, error);
}

static enum gm_err answer_posts(struct gm_pipeline *pipeline, const struct gm_web_query *query,
                                struct gm_buffer *out, struct gm_error *error)
{
    struct gm_store_query rows = rows_of(query);
    if (query->order && strcmp(query->order, "telling") == 0) {
        if (!query->ticker || query->from_us != GM_TIME_NONE || query->to_us != GM_TIME_NONE)
            return gm_error_set(error, GM_ERR_INVALID,
                                "order: the most telling posts are those of one ticker's window "
                                "as it is now: give `ticker`, and neither `from` nor `to`");
        rows.telling_window_us =
            gm_config_ticker_find(pipeline->config, gm_str(query->ticker))->rule.window_us;
    }
    return gm_store_query_posts(pipeline->store, &rows, out, error);
}

static enum gm_err answer_alerts(struct gm_pipeline *pipeline, const struct gm_web_query *query,
                                 struct gm_buffer *out, struct gm_error *error)
{
    const struct gm_store_query rows = rows_of(query);
    return gm_store_query_alerts(pipeline->store, &rows, out, error);
}

static enum gm_err answer_outcomes(struct gm_pipeline *pipeline, const struct gm_web_query *query,
                                   struct gm_buffer *out, struct gm_error *error)
{
    return gm_store_query_outcomes(pipeline->store, query->ticker, out, error);
}

static enum gm_err answer_history(struct gm_pipeline *pipeline, const struct gm_web_query *query,
                                  struct gm_buffer *out, struct gm_error *error)
{
    const struct gm_store_history chart = chart_of(query);
    enum gm_err err = gm_store_query_history(pipeline->store, &chart, out, error);
    if (err)
        return err;
    json_t *rule = rule_json(&gm_config_ticker_find(pipeline->config, gm_str(query->ticker))->rule);
    out->len--; // the object goes on
    gm_buffer_append_c(out, ",\"rule\":");
    err = append_json(rule, out, error);
    gm_buffer_append_byte(out, '}');
    return err ? err : gm_buffer_ok(out, error);
}

static enum gm_err answer_sparklines(struct gm_pipeline *pipeline, const struct gm_web_query *query,
                                     struct gm_buffer *out, struct gm_error *error)
{
    const struct gm_store_history chart = chart_of(query);
    return gm_store_query_sparklines(pipeline->store, &chart, out, error);
}

static enum gm_err answer_export(struct gm_pipeline *pipeline, const struct gm_web_query *query,
                                 struct gm_buffer *out, struct gm_error *error)
{
    struct gm_store_download download = {
        .format = strcmp(query->format, "csv") == 0 ? GM_STORE_CSV : GM_STORE_PARQUET,
        .history = chart_of(query),
        .ticker = query->ticker,
        .from_us = query->from_us,
        .to_us = query->to_us,
        .view = strcmp(query->table, "history") == 0   ? GM_VIEW_HISTORY
                : strcmp(query->table, "signals") == 0 ? GM_VIEW_SIGNALS
                : strcmp(query->table, "posts") == 0   ? GM_VIEW_POSTS
                                                       : GM_VIEW_ALERTS,
    };
    if (download.view == GM_VIEW_HISTORY && !query->ticker)
        return gm_error_set(error, GM_ERR_INVALID, "ticker: is needed for a history");
    return gm_store_download(pipeline->store, &download, out, error);
}

// ------------------------------------------------------------------------- the source

typedef enum gm_err answer_fn(struct gm_pipeline *pipeline, const struct gm_web_query *query,
                              struct gm_buffer *out, struct gm_error *error);

static const struct {
    const char *path;
    answer_fn *answer;
} ANSWERS[] = {
    {"/api/tickers", answer_tickers}, {"/api/health", answer_health},
    {"/api/signals", answer_signals}, {"/api/posts", answer_posts},
    {"/api/alerts", answer_alerts},   {"/api/outcomes", answer_outcomes},
    {"/api/history", answer_history}, {"/api/sparklines", answer_sparklines},
    {"/api/export", answer_export},
};

static enum gm_err query(void *context, const struct gm_web_query *query, struct gm_buffer *out,
                         struct gm_error *error)
{
    struct gm_pipeline *pipeline = context;
    if (query->ticker && !gm_config_ticker_find(pipeline->config, gm_str(query->ticker)))
        return gm_error_set(error, GM_ERR_NOT_FOUND, "ticker: \"%s\" is not followed",
                            query->ticker);
    for (size_t i = 0; i < sizeof ANSWERS / sizeof *ANSWERS; i++)
        if (gm_str_equal(query->path, gm_str(ANSWERS[i].path)))
            return ANSWERS[i].answer(pipeline, query, out, error);
    return gm_error_set(error, GM_ERR_NOT_FOUND, "%.*s: no such path", GM_STR_ARG(query->path));
}

bool gm_source_healthy(const struct gm_pipeline *pipeline)
{
    for (size_t i = 0; i < pipeline->stage_count; i++)
        if (atomic_load(&pipeline->stages[i].state) == GM_STAGE_FAILED)
            return false;
    return true;
}

static enum gm_err deliver(void *context, const struct gm_web_delivery *delivery, int *ret_status,
                           struct gm_buffer *out, struct gm_error *error)
{
    struct gm_pipeline *pipeline = context;
    return gm_deliveries_take(pipeline->deliveries, delivery, ret_status, out, error);
}

static bool healthy(void *context)
{
    return gm_source_healthy(context);
}

struct gm_web_source gm_source_of(struct gm_pipeline *pipeline)
{
    return (struct gm_web_source){
        .context = pipeline, .query = query, .deliver = deliver, .healthy = healthy};
}
