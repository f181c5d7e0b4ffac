// Live feeds: prices and posts from the world.
//
// A live feed never ends and never gives up: what fails is tried again, later each time, and its
// health says so. It gives only what its source gave: no price is made up, none sent twice.
#ifndef GM_FEED_LIVE_LIVE_H
#define GM_FEED_LIVE_LIVE_H

#include "base/clock.h"
#include "base/error.h"
#include "feed/feed.h"
#include "feed/live/health.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// A ticker as feeds see it.
struct gm_live_ticker {
    const char *name;
    const char *symbol;          // price feeds: what the source calls it; NULL: it does not have it
    const char *const *keywords; // social feeds: see gate/gate.h
    size_t keyword_count;
};

// What a user sets for a feed. Every feed has a struct of its own, which begins with this one.
struct gm_live_options {
    bool enabled;
    char *url; // instead of the source's own; NULL: that
};

struct gm_coinbase_options {
    struct gm_live_options live;
    int64_t interval_us; // the least time between two prices of a ticker
};

// Bluesky has none of its own.

// All is lent for gm_live_ops.open, and the clock for the feed's life.
struct gm_live_config {
    const struct gm_live_ticker *tickers;
    size_t ticker_count;
    const struct gm_live_options *options; // the head of the feed's own struct
    const char *ca_file;                   // certificates to trust, PEM; NULL: the system's
    const char *cursor;                    // where the feed was when it ended; NULL: begin now
    int64_t timeout_us;                    // how long one HTTP call may take
    const struct gm_clock *clock;
};

struct gm_live_ops {
    struct gm_feed_ops feed;
    const char *kind; // "prices" or "posts"
    const char *url;  // the source's own

    // Opens nothing in the world yet: that is the first `next`. GM_ERR_INVALID: a keyword or cursor
    // that is none. GM_ERR_NOT_FOUND: no ticker that this source has.
    enum gm_err (*open)(const struct gm_live_config *config, void **ret_feed,
                        struct gm_error *error);

    // What the feed knows of its own sight; any thread.
    void (*health)(void *feed, struct gm_feed_health *ret_health);
};

// Coinbase Exchange: prices by WebSocket, no key. Symbols are products: "BTC-USD".
extern const struct gm_live_ops gm_live_coinbase;

// Bluesky by Jetstream: every public post by WebSocket, no key; those about a ticker are given.
extern const struct gm_live_ops gm_live_bluesky;

#endif
