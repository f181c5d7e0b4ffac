// Feeds: where prices and posts come from.
//
// A feed is asked for messages and gives them one after the other, with the cursor from which it
// can go on. It knows nothing of the bus: the feed stage (in app) takes what it gives, appends it
// and the cursor in one transaction, and asks again. Adding a feed: its own file(s) in this folder,
// a `const struct gm_feed_ops`, and a line in the table of feeds.
#ifndef GM_FEED_FEED_H
#define GM_FEED_FEED_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/stop.h"
#include "event/event.h"

#include <stdbool.h>
#include <stdint.h>

enum gm_feed_item_kind {
    GM_FEED_TICK,
    GM_FEED_POST,
    GM_FEED_BAD, // something that is no message: goes to dead-letters
};

struct gm_feed_item {
    enum gm_feed_item_kind kind;
    union {
        struct gm_tick tick;
        struct gm_post post;
        struct gm_dead_letter bad;
    };
    // A tick or a post as its source wrote it, one JSON object with observed_at, when it can be
    // passed on like that; it may hold fields that the struct does not know. Empty (len 0): encode
    // the struct.
    struct gm_str raw;
};

enum gm_feed_state {
    GM_FEED_ITEM, // *ret_item is filled
    GM_FEED_IDLE, // nothing now: commit what there is, then ask again
    GM_FEED_DONE, // nothing ever again
};

struct gm_feed_ops {
    const char *name; // "replay"
    const char *description;

    // Gives the next item; its texts live until `arena` is reset. May wait for the outside world,
    // or for an item's time, at most until `stop` is raised or `wait_us` have passed (then
    // GM_FEED_IDLE). An error is for
    // what the feed cannot mend by itself; the item is then not given, and GM_ERR_NOMEM may only
    // mean that the arena is full. One thread at a time.
    enum gm_err (*next)(void *feed, struct gm_arena *arena, struct gm_stop *stop, int64_t wait_us,
                        enum gm_feed_state *ret_state, struct gm_feed_item *ret_item,
                        struct gm_error *error);

    // The cursor after the last item given: a text of at most 4,096 bytes with its NUL.
    void (*cursor)(void *feed, char *ret_cursor, size_t cursor_bytes);

    void (*close)(void *feed); // NULL is fine
};

#endif
