// The web server: HTTP API, server-sent events, metrics, and the page that is inside the binary.
//
// One thread runs the event loop (gm_web_run); a second one, the server's own, answers what needs
// the database, so that a slow query never holds up a stream. The server knows neither bus nor
// store: `app` gives it a source to ask and publishes events into it.
//
//   GET /                 the page (and its script and style: gzipped, with ETag, from memory)
//   GET /api/tickers      /api/signals /api/posts /api/alerts /api/health      JSON
//   GET /api/stream       text/event-stream: events "signal", "alert", "hello"; Last-Event-ID
//   GET /metrics          Prometheus text format
//   GET /healthz          200 "ok" or 503
// docs/http-api.md tells parameters and answers.
#ifndef GM_WEB_WEB_H
#define GM_WEB_WEB_H

#include "base/buffer.h"
#include "base/error.h"
#include "base/metrics.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    GM_WEB_CLIENTS_MAX = 4096,   // connections at once; more are refused
    GM_WEB_QUERIES_MAX = 64,     // waiting for the database; more get 503
    GM_WEB_RING_EVENTS = 65536,  // events kept for readers that lag or come back
    GM_WEB_RING_BYTES = 32 * 1024 * 1024,
    GM_WEB_EVENT_BYTES_MAX = 64 * 1024,
};

struct gm_web_query {
    struct gm_str path;     // "/api/signals"
    const char *ticker;     // NULL: not given
    int64_t from_us, to_us; // GM_TIME_NONE: not given
    int32_t limit;          // as given or the default
    int32_t points_max;     // 0: not given
};

// What the server asks of the rest of the program.
struct gm_web_source {
    void *context;
    // Answers one API path as JSON (an array or object) into `out`; called on the query thread
    // alone, may block. GM_ERR_NOT_FOUND → 404, GM_ERR_INVALID → 400, any other error → 500; the
    // message goes to the client as {"error":"…"}.
    enum gm_err (*query)(void *context, const struct gm_web_query *query, struct gm_buffer *out,
                         struct gm_error *error);
    // True while all stages run; called on the loop's thread, must not block.
    bool (*healthy)(void *context);
};

struct gm_web_config {
    const char *address; // "127.0.0.1"; a name or address to listen on
    int port;            // 0: any free one (gm_web_port tells)
    const struct gm_web_source *source;
    struct gm_metrics *metrics; // for /metrics; the server registers its own there too
};

struct gm_web;

// Binds and listens. GM_ERR_BUSY: the port is taken. GM_ERR_INVALID: the address is beyond loopback
// (which needs access control that this version does not have).
enum gm_err gm_web_create(const struct gm_web_config *config, struct gm_web **ret_web,
                          struct gm_error *error);
void gm_web_destroy(struct gm_web *web); // NULL is fine

int gm_web_port(const struct gm_web *web);

// Serves until gm_web_stop. GM_OK after a stop.
enum gm_err gm_web_run(struct gm_web *web, struct gm_error *error);
void gm_web_stop(struct gm_web *web); // any thread

// Hands an event to every stream; copies. One publishing thread. `event` is "signal" or "alert";
// `ids` grow: a reader that comes back with Last-Event-ID N gets all events that are still kept and
// have an id over N, or, where some of them are gone already, an event "reset" first. A reader that
// falls out of the ring is disconnected and counted. Never blocks on a reader.
void gm_web_publish(struct gm_web *web, const char *event, int64_t id, struct gm_str json);

#endif
