#include "feed/live/fan.h"

#include <stdlib.h>
#include <string.h>

enum gm_err gm_fan_init(struct gm_fan *fan, const struct gm_live_config *config,
                        struct gm_error *error)
{
    struct gm_gate_ticker *gated = calloc(config->ticker_count + 1, sizeof *gated);
    *fan = (struct gm_fan){
        .tickers = calloc(config->ticker_count + 1, sizeof *fan->tickers),
        .ticker_count = config->ticker_count,
    };
    bool whole = gated && fan->tickers;
    for (size_t i = 0; whole && i < config->ticker_count; i++) {
        gated[i].keywords = config->tickers[i].keywords;
        gated[i].keyword_count = config->tickers[i].keyword_count;
        fan->tickers[i] = strdup(config->tickers[i].name);
        whole = fan->tickers[i] != NULL;
    }
    const enum gm_err err = whole ? gm_gate_create(gated, config->ticker_count, &fan->gate, error)
                                  : gm_error_set(error, GM_ERR_NOMEM, "out of memory");
    free(gated);
    return err;
}

void gm_fan_finish(struct gm_fan *fan)
{
    gm_gate_destroy(fan->gate);
    for (size_t i = 0; fan->tickers && i < fan->ticker_count; i++)
        free(fan->tickers[i]);
    free(fan->tickers);
    *fan = (struct gm_fan){0};
}

size_t gm_fan_count(struct gm_fan *fan, struct gm_str text)
{
    size_t count;
    gm_gate_match(fan->gate, text, &count);
    return count;
}

void gm_fan_put(struct gm_fan *fan, const struct gm_post *post, uint64_t hash)
{
    fan->post = *post;
    fan->hash = hash;
    fan->matches = gm_gate_match(fan->gate, post->text, &fan->match_count);
    fan->given = 0;
    if (hash == fan->half)
        fan->given = fan->half_done < fan->match_count ? fan->half_done : fan->match_count;
}

void gm_fan_give(struct gm_fan *fan, struct gm_feed_item *ret_item)
{
    const uint32_t ticker = fan->matches[fan->given++];
    *ret_item = (struct gm_feed_item){.kind = GM_FEED_POST, .post = fan->post};
    ret_item->post.ticker = gm_str(fan->tickers[ticker]);
}

void gm_fan_half(const struct gm_fan *fan, uint64_t *ret_hash, size_t *ret_done)
{
    const bool within = gm_fan_holds(fan);
    *ret_hash = within ? fan->hash : 0;
    *ret_done = within ? fan->given : 0;
}

void gm_fan_resume(struct gm_fan *fan, uint64_t hash, size_t done)
{
    fan->half = hash;
    fan->half_done = done;
}

void gm_fan_bury(const char *stage, const char *origin, struct gm_str reason, struct gm_str payload,
                 int64_t observed_us, struct gm_feed_item *ret_item)
{
    const size_t kept = payload.len < GM_MESSAGE_BYTES_MAX ? payload.len : GM_MESSAGE_BYTES_MAX;
    *ret_item = (struct gm_feed_item){
        .kind = GM_FEED_BAD,
        .bad = {.stage = gm_str(stage),
                .reason = reason,
                .origin = gm_str(origin),
                .payload = {payload.data, kept},
                .payload_bytes = (int64_t)payload.len,
                .observed_at_us = observed_us},
    };
}
