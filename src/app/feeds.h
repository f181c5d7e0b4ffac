// The live feeds of a pipeline: opened from the configuration, one stage each.
#ifndef GM_APP_FEEDS_H
#define GM_APP_FEEDS_H

#include "app/pipeline.h"
#include "feed/live/live.h"

#include <jansson.h>

// A live feed as the configuration knows it. Adding a feed is a line in the table in feeds.c.
struct gm_feed_entry {
    const struct gm_live_ops *ops;
    unsigned part; // GM_PART_PRICES or GM_PART_SOCIAL
    size_t
        options; // offset in struct gm_config of its own struct, which begins with gm_live_options
    size_t symbol; // a price feed's: offset in struct gm_config_ticker of what it calls the ticker
};
extern const struct gm_feed_entry gm_feed_entries[]; // ended by one without ops

const struct gm_live_options *gm_feed_options(const struct gm_config *config,
                                              const struct gm_feed_entry *entry);

// Whether the feed could say something about the ticker: posts are about any.
bool gm_feed_knows(const struct gm_feed_entry *entry, const struct gm_config_ticker *ticker);

// Opens the feeds that the configuration enables, prices and posts as `parts` say
// (GM_PART_PRICES, GM_PART_SOCIAL), each where its cursor on the bus says, and adds their stages. A
// feed that no ticker has a use for is left out, and the log says so.
enum gm_err gm_feeds_open(struct gm_pipeline *pipeline, unsigned parts, struct gm_error *error);

// Closes them; their stages must have ended.
void gm_feeds_close(struct gm_pipeline *pipeline);

// [{"name","kind","sight","since","last_success","last_message","calls","refused","gaps",
// "messages","notice"}, …]: what /api/health tells of them. NULL: out of memory.
json_t *gm_feeds_json(const struct gm_pipeline *pipeline);

// Fills `ret` for one feed as the configuration has it; `*ret_tickers` is for the caller to free
// once the feed is open, and `cursor` is lent until then.
enum gm_err gm_feeds_config(const struct gm_config *config, const struct gm_feed_entry *entry,
                            const char *cursor, struct gm_live_config *ret,
                            struct gm_live_ticker **ret_tickers, struct gm_error *error);

#endif
