#include "app/feeds.h"

#include "app/stage/stages.h"
#include "base/log.h"
#include "event/timestamp.h"

#include <stdio.h>
#include <stdlib.h>

enum gm_err gm_feeds_config(const struct gm_config *config, const struct gm_live_ops *ops,
                            const char *cursor, struct gm_live_config *ret,
                            struct gm_live_ticker **ret_tickers, struct gm_error *error)
{
    struct gm_live_ticker *tickers = calloc(config->ticker_count, sizeof *tickers);
    if (!tickers)
        return gm_error_set(error, GM_ERR_NOMEM, "out of memory");
    for (size_t i = 0; i < config->ticker_count; i++) {
        const struct gm_config_ticker *ticker = &config->tickers[i];
        tickers[i] = (struct gm_live_ticker){
            .name = ticker->name,
            .symbol = ticker->coinbase,
            .keywords = (const char *const *)ticker->keywords.items,
            .keyword_count = ticker->keywords.count,
        };
    }
    *ret = (struct gm_live_config){
        .tickers = tickers,
        .ticker_count = config->ticker_count,
        .url = ops == &gm_live_coinbase ? config->coinbase.url : config->bluesky.url,
        .ca_file = config->feed.ca_file,
        .cursor = cursor,
        .interval_us = config->coinbase.interval_us,
        .clock = &gm_clock_real,
    };
    *ret_tickers = tickers;
    return GM_OK;
}

static enum gm_err open_feed(struct gm_pipeline *pipeline, const struct gm_live_ops *ops,
                             struct gm_error *error)
{
    struct gm_live_feed *live = &pipeline->live[pipeline->live_count];
    char cursor[GM_BUS_CURSOR_BYTES_MAX + 1];
    struct gm_live_config config;
    struct gm_live_ticker *tickers;
    snprintf(live->cursor, sizeof live->cursor, "live-%s", ops->feed.name);
    enum gm_err err = gm_bus_get_cursor(pipeline->bus, live->cursor, cursor, error);
    if (err && err != GM_ERR_NOT_FOUND)
        return err;
    err = gm_feeds_config(pipeline->config, ops, err ? NULL : cursor, &config, &tickers, error);
    if (err)
        return err;
    live->ops = ops;
    live->stage =
        (struct gm_feed_stage){.ops = &ops->feed, .cursor = live->cursor, .health = ops->health};
    err = ops->open(&config, &live->stage.feed, error);
    free(tickers);
    if (err)
        return err;
    pipeline->live_count++;
    gm_pipeline_add(pipeline, ops->feed.name, gm_stage_feed, &live->stage);
    return GM_OK;
}

// Opens the enabled ones of a table; one that no ticker has a use for is told of and left out.
static enum gm_err open_table(struct gm_pipeline *pipeline, const struct gm_live_ops *const *table,
                              struct gm_error *error)
{
    const struct gm_config *config = pipeline->config;
    for (; *table; table++) {
        const bool enabled =
            *table == &gm_live_coinbase ? config->coinbase.enabled : config->bluesky.enabled;
        if (!enabled)
            continue;
        enum gm_err err = open_feed(pipeline, *table, error);
        if (err == GM_ERR_NOT_FOUND)
            gm_log(GM_LOG_WARN, (*table)->feed.name, "%s", error->message);
        else if (err)
            return err;
    }
    return GM_OK;
}

enum gm_err gm_feeds_open(struct gm_pipeline *pipeline, unsigned parts, struct gm_error *error)
{
    enum gm_err err = GM_OK;
    if (parts & GM_PART_PRICES)
        err = open_table(pipeline, gm_live_prices, error);
    if (!err && parts & GM_PART_SOCIAL)
        err = open_table(pipeline, gm_live_social, error);
    if (!err && pipeline->live_count > 0)
        gm_stage_feed_register(&pipeline->metrics);
    return err;
}

void gm_feeds_close(struct gm_pipeline *pipeline)
{
    for (size_t i = 0; i < pipeline->live_count; i++)
        pipeline->live[i].stage.ops->close(pipeline->live[i].stage.feed);
    pipeline->live_count = 0;
}

static json_t *time_json(int64_t us)
{
    char text[GM_TIMESTAMP_BYTES];
    if (us == GM_TIME_NONE)
        return json_null();
    gm_timestamp_write(us, text);
    return json_string(text);
}

json_t *gm_feeds_json(const struct gm_pipeline *pipeline)
{
    json_t *feeds = json_array();
    for (size_t i = 0; i < pipeline->live_count; i++) {
        const struct gm_live_feed *live = &pipeline->live[i];
        struct gm_feed_health health;
        live->ops->health(live->stage.feed, &health);
        json_array_append_new(
            feeds,
            json_pack("{s:s,s:s,s:s,s:o,s:o,s:o,s:I,s:I,s:I,s:I,s:s?}", "name",
                      live->ops->feed.name, "kind", live->ops->kind, "sight",
                      gm_feed_sight_name(health.sight), "since", time_json(health.since_us),
                      "last_success", time_json(health.success_us), "last_message",
                      time_json(health.item_us), "calls", (json_int_t)health.calls, "refused",
                      (json_int_t)health.refused, "gaps", (json_int_t)health.gaps, "messages",
                      (json_int_t)health.items, "notice", health.notice[0] ? health.notice : NULL));
    }
    return feeds;
}
