// What Bluesky's Jetstream sends: a JSON object an event, of which new posts count.
#ifndef GM_FEED_LIVE_JETSTREAM_MESSAGE_H
#define GM_FEED_LIVE_JETSTREAM_MESSAGE_H

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

struct gm_jetstream_message {
    int64_t time_us;         // the stream's own clock: what a cursor is made of
    bool is_post;            // the rest is filled: a post was written (not changed, not taken back)
    struct gm_str did, rkey; // who wrote it, and its name there
    struct gm_str text;      // may be empty: a picture alone
    int64_t created_us;      // what its author says; GM_TIME_NONE: no time that can be read
};

// Texts are slices of `json` or of the arena. GM_ERR_INVALID names the field. What is not a new
// post only has its time.
enum gm_err gm_jetstream_read(struct gm_str json, struct gm_arena *arena,
                              struct gm_jetstream_message *ret_message, struct gm_error *error);

#endif
