// The tickers that are followed, each with its tracker, found by name. One thread at a time.
#ifndef GM_APP_TICKERS_H
#define GM_APP_TICKERS_H

#include "app/config/config.h"
#include "base/error.h"
#include "base/str.h"
#include "signal/tracker.h"

#include <stdbool.h>
#include <stddef.h>

struct gm_ticker {
    struct gm_str name; // the configuration's
    struct gm_tracker tracker;
    bool restored; // while rebuilding: no earlier row can matter
};

struct gm_tickers {
    struct gm_ticker *list;
    size_t count;
    struct gm_ticker **slots; // open addressing; a power of two, at most half full
    size_t slot_count;
};

// Lends the configuration's names. Trackers start empty.
enum gm_err gm_tickers_init(struct gm_tickers *tickers, const struct gm_config *config,
                            struct gm_error *error);
void gm_tickers_finish(struct gm_tickers *tickers);

// NULL: not followed.
struct gm_ticker *gm_tickers_find(const struct gm_tickers *tickers, struct gm_str name);

// Forgets every window, as at the start.
void gm_tickers_reset(struct gm_tickers *tickers);

#endif
