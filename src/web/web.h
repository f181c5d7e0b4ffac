// The web server: HTTP API, server-sent events, metrics, and the page that is inside the binary.
//
// One thread runs the event loop (gm_web_run); a second one, the server's own, answers what needs
// the database, so that a slow query never holds up a stream, and a third one hands deliveries on.
// The server knows neither bus nor store: `app` gives it a source to ask and publishes events into
// it.
//
//   GET /                 the page (and its script, style and icon: gzipped, with ETag, from
//   memory) GET /api/tickers      /api/signals /api/posts /api/alerts /api/health      JSON GET
//   /api/stream       text/event-stream: events "signal", "alert", "status", "hello", "reset" GET
//   /metrics Prometheus text format GET /healthz          200 "ok" or 503 POST /ingest/social
//   /ingest/prices   deliveries of other programs, behind a token
// docs/http-api.md tells parameters and answers; docs/decisions/http-server.md why the HTTP is
// ours.
#ifndef GM_WEB_WEB_H
#define GM_WEB_WEB_H

#include "base/buffer.h"
#include "base/error.h"
#include "base/metrics.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    GM_WEB_CLIENTS_MAX = 4096,  // connections at once; more are answered 503
    GM_WEB_QUERIES_MAX = 64,    // waiting for the database; more are answered 503
    GM_WEB_RING_EVENTS = 65536, // events kept for readers that lag or come back
    GM_WEB_RING_BYTES = 32 * 1024 * 1024,
    GM_WEB_EVENT_BYTES_MAX = 16 * 1024,         // one event's JSON
    GM_WEB_ANSWER_BYTES_MAX = 32 * 1024 * 1024, // one answer's JSON
    GM_WEB_HEARTBEAT_MS = 15 * 1000,
    GM_WEB_REQUEST_MS = 10 * 1000, // the time that a client has to send its request
    GM_WEB_BODY_MS = 30 * 1000,    // … and then the body of a delivery
    GM_WEB_BODY_BYTES_MAX = 1024 * 1024,
    GM_WEB_DELIVERIES_MAX = 64, // being received or waiting; more are answered 503
    GM_WEB_KEY_BYTES_MAX = 100, // an Idempotency-Key
};

struct gm_web_query {
    struct gm_str path;     // "/api/signals"
    const char *ticker;     // NULL: not given
    int64_t from_us, to_us; // GM_TIME_NONE: not given
    int32_t limit;          // as given or the default
    int32_t points_max;     // 0: not given
    int32_t span_s;         // as given or the default
    const char *order;      // "newest", "telling"; NULL: not given
    const char *table;      // of /api/export: "history", "signals", "posts", "alerts"
    const char *format;     // of /api/export: "csv", "parquet"
};

// What somebody posted to /ingest/….
struct gm_web_delivery {
    struct gm_str path; // "/ingest/social"
    struct gm_str body; // any bytes
    const char *key;    // the Idempotency-Key: visible ASCII; NULL: none was given
};

// What the server asks of the rest of the program.
struct gm_web_source {
    void *context;
    // Answers one API path as JSON (an array or object) into `out`, or /api/export as the file that
    // is asked for; called on the query thread
    // alone, may block. `query` lives for the call. GM_ERR_NOT_FOUND → 404, GM_ERR_INVALID and
    // GM_ERR_LIMIT → 400, GM_ERR_BUSY → 503, any other error → 500; the message goes to the client
    // as {"error":"…"}.
    enum gm_err (*query)(void *context, const struct gm_web_query *query, struct gm_buffer *out,
                         struct gm_error *error);
    // Takes a delivery, and answers with *ret_status (200 … 499; it is 200 before) and JSON into
    // `out`. Called on the delivery thread alone, may block; a client that hangs up meanwhile does
    // not learn what became of it. GM_ERR_FULL, _BUSY, _STOPPED and _NOMEM → 503 with Retry-After,
    // GM_ERR_INVALID and _LIMIT → 422, any other error → 500. NULL: nothing is taken.
    enum gm_err (*deliver)(void *context, const struct gm_web_delivery *delivery, int *ret_status,
                           struct gm_buffer *out, struct gm_error *error);
    // True while all stages run; called on the loop's thread, must not block.
    bool (*healthy)(void *context);
};

// Everything is lent until gm_web_destroy. Where a number is 0, the constant above holds.
struct gm_web_config {
    const char *address; // "127.0.0.1", "::1", "localhost" (that is 127.0.0.1): loopback alone
    int port;            // 0: any free one (gm_web_port tells)
    const char *version; // the program's, for the event "hello"
    const struct gm_web_source *source;
    const char *ingest_token;   // who shows it may deliver; NULL: nobody may
    struct gm_metrics *metrics; // for /metrics; the server registers its own there too, which are
                                // static: one server a registry
    int clients_max;
    int heartbeat_ms;
    int request_ms;
    int body_ms;
    int ring_events;
};

struct gm_web;

// Binds and listens. GM_ERR_BUSY: the port is taken. GM_ERR_INVALID: the address is beyond loopback
// (which needs access control that this version does not have), or the port is out of range.
enum gm_err gm_web_create(const struct gm_web_config *config, struct gm_web **ret_web,
                          struct gm_error *error);
// Nobody may be inside gm_web_run, gm_web_publish or gm_web_stop. NULL is fine.
void gm_web_destroy(struct gm_web *web);

int gm_web_port(const struct gm_web *web);

// Serves until gm_web_stop, on the calling thread. GM_OK after a stop; then all connections are
// closed and the query that was running has come back. Once per server.
enum gm_err gm_web_run(struct gm_web *web, struct gm_error *error);
void gm_web_stop(
    struct gm_web *web); // any thread, also before gm_web_run; not from a signal handler

// Hands an event to every stream; copies. One publishing thread. `event` is "signal" or "alert",
// `ticker` what a stream with ?ticker= filters by, `json` one object in UTF-8. Every `id` is ≥ 0
// and greater than the one before, over signals and alerts together, and over restarts if readers
// shall resume over them. What breaks that, or is over GM_WEB_EVENT_BYTES_MAX, is left out and
// counted (ghostmarket_web_events_refused_total).
//
// A reader that comes back with Last-Event-ID N gets all events that are still kept and have an id
// over N, or, where some of them may be gone already, an event "reset" first and then what is
// published from now on. A reader that falls out of the ring is disconnected and counted. Never
// blocks on a reader.
void gm_web_publish(struct gm_web *web, const char *event, int64_t id, struct gm_str ticker,
                    struct gm_str json);

// Tells every stream how things are: an event "status" without an id, of which only the newest is
// kept. A stream gets it when it begins, and whenever there is a newer one; one that is behind is
// spared those in between. Any thread; copies; what is over GM_WEB_EVENT_BYTES_MAX is left out and
// counted as above.
void gm_web_tell_status(struct gm_web *web, struct gm_str json);

#endif
