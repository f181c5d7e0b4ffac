// A wire to a source that speaks WebSocket: opened, watched, and opened again when it breaks.
//
// One thread at a time. Several hosts may serve the same; after a failure the next one is tried. A
// host that refuses with Retry-After is not asked again sooner (a day at most).
#ifndef GM_FEED_LIVE_WIRE_H
#define GM_FEED_LIVE_WIRE_H

#include "base/buffer.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/stop.h"
#include "base/websocket.h"
#include "feed/live/backoff.h"
#include "feed/live/health.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GM_WIRE_URLS_MAX = 8, GM_WIRE_URL_BYTES_MAX = 2048 };

struct gm_wire_config {
    const char *urls[GM_WIRE_URLS_MAX];
    size_t url_count;
    const char *ca_file;
    int64_t idle_us_max; // without a byte
    int64_t news_us_max; // without a message, however alive the peer is; 0: no limit
    int64_t retry_us_min, retry_us_max;
    // Appends what the URL gets for this connection ("?cursor=…"); may be NULL.
    void (*complete)(void *context, size_t url_index, struct gm_buffer *url);
    // Says what is to be said first, as one message (a subscription); may be NULL.
    void (*greet)(void *context, struct gm_buffer *message);
    void *context;
};

struct gm_wire {
    struct gm_wire_config config;
    const struct gm_clock *clock;
    struct gm_feed_monitor *monitor; // lent
    struct gm_websocket *socket;     // NULL: closed
    struct gm_backoff backoff;
    size_t url_index;
    char *urls[GM_WIRE_URLS_MAX];
    char *ca_file;
    int64_t not_before_us[GM_WIRE_URLS_MAX]; // monotonic; when each host wants to be asked again
    int64_t retry_at_us;                     // monotonic
    int64_t heard_us; // monotonic; when it was opened or the last message came
    bool proven;      // something came over this connection
};

// Copies the texts. GM_ERR_NOMEM.
enum gm_err gm_wire_init(struct gm_wire *wire, const struct gm_wire_config *config,
                         const struct gm_clock *clock, struct gm_feed_monitor *monitor,
                         struct gm_error *error);
void gm_wire_finish(struct gm_wire *wire); // a zeroed wire is fine

// Waits for the next message, `wait_us` at most and until `stop` is raised, and opens the wire when
// it is time. *ret_opened: the wire is new since the last call. *ret_got: a message came; it lives
// until the next call. What fails is noted in the monitor and tried again; only GM_ERR_NOMEM is
// returned.
enum gm_err gm_wire_next(struct gm_wire *wire, struct gm_stop *stop, int64_t wait_us,
                         bool *ret_opened, bool *ret_got, struct gm_str *ret_message,
                         struct gm_error *error);

// Closes the wire because of what came or did not come over it, says why, and opens it anew later.
void gm_wire_break(struct gm_wire *wire, const char *why);

#endif
