// A fan: a post goes through the keyword gate and becomes a message for each ticker it is about.
//
// Every feed of posts has one. Where the feed is closed between two messages of a post, its cursor
// keeps the post's hash and how many of its messages were given (gm_fan_half), and the next run
// gives the rest (gm_fan_resume). One thread at a time.
#ifndef GM_FEED_LIVE_FAN_H
#define GM_FEED_LIVE_FAN_H

#include "base/error.h"
#include "event/event.h"
#include "feed/feed.h"
#include "feed/gate/gate.h"
#include "feed/live/live.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gm_fan {
    struct gm_gate *gate;
    char **tickers; // ticker_count
    size_t ticker_count;

    struct gm_post post; // the one that is being given
    uint64_t hash;
    const uint32_t *matches; // the gate's
    size_t match_count, given;

    uint64_t half; // a post whose first `half_done` messages an earlier run gave
    size_t half_done;
};

// Takes names and keywords from `config`. GM_ERR_INVALID: a keyword that is none; GM_ERR_NOMEM. The
// fan must be finished in any case.
enum gm_err gm_fan_init(struct gm_fan *fan, const struct gm_live_config *config,
                        struct gm_error *error);
void gm_fan_finish(struct gm_fan *fan); // a zeroed fan is fine

// How many tickers a text is about.
size_t gm_fan_count(struct gm_fan *fan, struct gm_str text);

// Puts a post into the fan, which must be empty; its ticker is filled in by gm_fan_give. Its texts
// are lent until it is empty again. `hash` names it in cursors, never 0.
void gm_fan_put(struct gm_fan *fan, const struct gm_post *post, uint64_t hash);

// Whether the fan has messages to give.
static inline bool gm_fan_holds(const struct gm_fan *fan)
{
    return fan->given < fan->match_count;
}

// The next message. The fan must hold one.
void gm_fan_give(struct gm_fan *fan, struct gm_feed_item *ret_item);

// For the cursor: the post of which some messages were given and some not; *ret_hash is 0 where
// there is none.
void gm_fan_half(const struct gm_fan *fan, uint64_t *ret_hash, size_t *ret_done);
void gm_fan_resume(struct gm_fan *fan, uint64_t hash, size_t done);

// Makes a dead letter of what cannot be a post. Texts are lent for the item's life; of `payload` as
// much is kept as a message may have.
void gm_fan_bury(const char *stage, const char *origin, struct gm_str reason, struct gm_str payload,
                 int64_t observed_us, struct gm_feed_item *ret_item);

#endif
