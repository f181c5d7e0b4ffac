// What Coinbase Exchange sends over its WebSocket feed, and what it is asked.
#ifndef GM_FEED_LIVE_COINBASE_MESSAGE_H
#define GM_FEED_LIVE_COINBASE_MESSAGE_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/str.h"

#include <stddef.h>
#include <stdint.h>

enum gm_coinbase_kind {
    GM_COINBASE_OTHER, // a kind that says nothing here
    GM_COINBASE_TICKER,
    GM_COINBASE_HEARTBEAT,
    GM_COINBASE_SUBSCRIPTIONS,
    GM_COINBASE_ERROR,
};

struct gm_coinbase_message {
    enum gm_coinbase_kind kind;
    struct gm_str product; // ticker, heartbeat: "BTC-USD"
    double price_usd;      // ticker; within event.h's range
    int64_t time_us;       // ticker, heartbeat
    int64_t sequence;      // ticker, heartbeat
    int64_t trade;         // the trade that made the price; the last one at a heartbeat
    struct gm_str message; // error: what is wrong, and why
    struct gm_str reason;
};

// Texts are slices of `json` or of the arena. GM_ERR_INVALID names the field.
enum gm_err gm_coinbase_read(struct gm_str json, struct gm_arena *arena,
                             struct gm_coinbase_message *ret_message, struct gm_error *error);

// The request for prices and heartbeats of these products.
void gm_coinbase_write_subscribe(const char *const *products, size_t count, struct gm_buffer *out);

#endif
