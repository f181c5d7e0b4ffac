// The table of followed tickers: open addressing over the configuration's list.
#include "app/stage/tickers.h"

#include <stdlib.h>

static struct gm_ticker **slot_of(const struct gm_tickers *tickers, struct gm_str name)
{
    size_t mask = tickers->slot_count - 1;
    size_t at = (size_t)gm_hash64(name.data, name.len) & mask;
    while (tickers->slots[at] && !gm_str_equal(tickers->slots[at]->name, name))
        at = (at + 1) & mask;
    return &tickers->slots[at];
}

enum gm_err gm_tickers_init(struct gm_tickers *tickers, const struct gm_config *config,
                            struct gm_error *error)
{
    *tickers = (struct gm_tickers){.slot_count = 16};
    while (tickers->slot_count < 2 * config->ticker_count)
        tickers->slot_count *= 2;
    tickers->list = calloc(config->ticker_count ? config->ticker_count : 1, sizeof *tickers->list);
    tickers->slots = calloc(tickers->slot_count, sizeof(struct gm_ticker *));
    if (!tickers->list || !tickers->slots) {
        gm_tickers_finish(tickers);
        return gm_error_set(error, GM_ERR_NOMEM, "out of memory for %u tickers",
                            (unsigned)config->ticker_count);
    }
    for (size_t i = 0; i < config->ticker_count; i++) {
        struct gm_ticker *ticker = &tickers->list[tickers->count++];
        ticker->name = gm_str(config->tickers[i].name);
        gm_tracker_init(&ticker->tracker, &config->tickers[i].rule);
        *slot_of(tickers, ticker->name) = ticker;
    }
    return GM_OK;
}

void gm_tickers_finish(struct gm_tickers *tickers)
{
    for (size_t i = 0; i < tickers->count; i++)
        gm_tracker_finish(&tickers->list[i].tracker);
    free(tickers->slots);
    free(tickers->list);
    *tickers = (struct gm_tickers){0};
}

struct gm_ticker *gm_tickers_find(const struct gm_tickers *tickers, struct gm_str name)
{
    return *slot_of(tickers, name);
}

void gm_tickers_reset(struct gm_tickers *tickers)
{
    for (size_t i = 0; i < tickers->count; i++) {
        struct gm_ticker *ticker = &tickers->list[i];
        struct gm_rule rule = ticker->tracker.rule;
        gm_tracker_finish(&ticker->tracker);
        gm_tracker_init(&ticker->tracker, &rule);
        ticker->restored = false;
    }
}
