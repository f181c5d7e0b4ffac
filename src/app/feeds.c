#include "app/feeds.h"

#include "app/stage/stages.h"
#include "base/log.h"
#include "event/timestamp.h"

#include <stdio.h>
#include <stdlib.h>

#define PRICES(name)                                                                               \
    {                                                                                              \
        &gm_live_##name, GM_PART_PRICES, offsetof(struct gm_config, name),                         \
            offsetof(struct gm_config_ticker, name)                                                \
    }
#define POSTS(name)                                                                                \
    {                                                                                              \
        &gm_live_##name, GM_PART_SOCIAL, offsetof(struct gm_config, name), 0                       \
    }

const struct gm_feed_entry gm_feed_entries[] = {
    PRICES(coinbase),
    POSTS(bluesky),
    {NULL, 0, 0, 0},
};

const struct gm_live_options *gm_feed_options(const struct gm_config *config,
                                              const struct gm_feed_entry *entry)
{
    return (const void *)((const char *)config + entry->options);
}

static const char *symbol_of(const struct gm_feed_entry *entry,
                             const struct gm_config_ticker *ticker)
{
    return entry->part == GM_PART_PRICES ? *(char *const *)((const char *)ticker + entry->symbol)
                                         : NULL;
}

bool gm_feed_knows(const struct gm_feed_entry *entry, const struct gm_config_ticker *ticker)
{
    return entry->part != GM_PART_PRICES || symbol_of(entry, ticker);
}

enum gm_err gm_feeds_config(const struct gm_config *config, const struct gm_feed_entry *entry,
                            const char *cursor, struct gm_live_config *ret,
                            struct gm_live_ticker **ret_tickers, struct gm_error *error)
{
    struct gm_live_ticker *tickers = calloc(config->ticker_count + 1, sizeof *tickers);
    if (!tickers)
        return gm_error_set(error, GM_ERR_NOMEM, "out of memory");
    for (size_t i = 0; i < config->ticker_count; i++) {
        const struct gm_config_ticker *ticker = &config->tickers[i];
        tickers[i] = (struct gm_live_ticker){
            .name = ticker->name,
            .symbol = symbol_of(entry, ticker),
            .keywords = (const char *const *)ticker->keywords.items,
            .keyword_count = ticker->keywords.count,
        };
    }
    *ret = (struct gm_live_config){
        .tickers = tickers,
        .ticker_count = config->ticker_count,
        .options = gm_feed_options(config, entry),
        .ca_file = config->feed.ca_file,
        .cursor = cursor,
        .timeout_us = config->feed.timeout_us,
        .clock = &gm_clock_real,
    };
    *ret_tickers = tickers;
    return GM_OK;
}

static enum gm_err open_feed(struct gm_pipeline *pipeline, const struct gm_feed_entry *entry,
                             struct gm_error *error)
{
    const struct gm_live_ops *ops = entry->ops;
    struct gm_live_feed *live = &pipeline->live[pipeline->live_count];
    char cursor[GM_BUS_CURSOR_BYTES_MAX + 1];
    struct gm_live_config config;
    struct gm_live_ticker *tickers = NULL;
    snprintf(live->cursor, sizeof live->cursor, "live-%s", ops->feed.name);
    enum gm_err err = gm_bus_get_cursor(pipeline->bus, live->cursor, cursor, error);
    if (err && err != GM_ERR_NOT_FOUND)
        return err;
    err = gm_feeds_config(pipeline->config, entry, err ? NULL : cursor, &config, &tickers, error);
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

enum gm_err gm_feeds_open(struct gm_pipeline *pipeline, unsigned parts, struct gm_error *error)
{
    for (const struct gm_feed_entry *entry = gm_feed_entries; entry->ops; entry++) {
        if (!(parts & entry->part) || !gm_feed_options(pipeline->config, entry)->enabled)
            continue;
        enum gm_err err = open_feed(pipeline, entry, error);
        if (err == GM_ERR_NOT_FOUND)
            gm_log(GM_LOG_WARN, entry->ops->feed.name, "%s", error->message);
        else if (err)
            return err;
    }
    if (pipeline->live_count > 0)
        gm_stage_feed_register(&pipeline->metrics);
    return GM_OK;
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
