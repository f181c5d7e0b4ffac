// What the files of the server share: the server, a connection, and who does what with them.
//
//   web.c      the server's life, the event loop, publishing
//   conn.c     a connection: reads requests, sends answers, ends
//   answer.c   what an answer looks like
//   routes.c   which path is answered by what
//   deliver.c  /ingest/…
//   stream.c   /api/stream
//
// All of it runs on the loop's thread. Four things pass between threads: the ring (gm_web_publish
// → loop), the status (gm_web_tell_status → loop), the queries (loop ↔ query thread) and the
// deliveries (loop ↔ delivery thread).
#ifndef GM_WEB_SERVER_H
#define GM_WEB_SERVER_H

#include "web/assets.h"
#include "web/http.h"
#include "web/http_body.h"
#include "web/queries.h"
#include "web/ring.h"
#include "web/web.h"

#include <stdatomic.h>
#include <sys/types.h>

enum {
    GM_SEND_TIMEOUT_MS = 30 * 1000, // without any progress
    GM_LINGER_MS = 2 * 1000,
    GM_REFUSED_MAX = 64,               // connections over the limit that are being told so
    GM_STREAM_CHUNK_BYTES = 32 * 1024, // holds any one event
    GM_STATUS_BYTES_MAX = GM_WEB_EVENT_BYTES_MAX + 64,  // with what frames it
    GM_ANSWERS_BYTES_MAX = 2 * GM_WEB_ANSWER_BYTES_MAX, // held for slow readers
};

enum gm_conn_state {
    GM_CONN_READ,   // waits for a request
    GM_CONN_BODY,   // takes a delivery's body
    GM_CONN_QUERY,  // waits for the query thread or the delivery thread
    GM_CONN_SEND,   // sends an answer
    GM_CONN_STREAM, // follows the ring
    GM_CONN_LINGER, // has sent a refusal; reads what still comes, so that the refusal arrives
    GM_CONN_CLOSED, // freed at the end of the loop's round
};

struct gm_conn {
    struct gm_web *web;
    int fd;
    enum gm_conn_state state;
    uint32_t interest;   // epoll events that are asked for
    int64_t deadline_us; // closed when this has passed; INT64_MAX: never
    bool keep_alive;     // read another request after this answer
    bool head_only;      // the request was HEAD: the answer has no body
    bool yielded;        // could go on, but lets the others have their turn
    bool refused;        // over the limit of connections

    char *in; // GM_HTTP_HEAD_BYTES_MAX bytes; NULL while there is no input
    size_t in_len, in_seen;

    struct gm_buffer out; // head and small bodies; a stream's rest of a chunk
    size_t out_sent;
    struct gm_str body; // sent after `out`: static, or the job's answer
    size_t body_sent;
    struct gm_web_job *job;
    struct gm_http_body framing; // GM_CONN_BODY

    uint64_t cursor; // stream: the next event of the ring
    char ticker[GM_TICKER_BYTES_MAX + 1];
    int64_t sent_us;     // stream: when something was sent last
    int64_t status_seen; // stream: the number of the newest status that it has

    struct gm_conn *previous, *next;
};

struct gm_web {
    struct gm_web_config config; // with the defaults filled in
    char instance[17];           // hexadecimal; differs from start to start
    int64_t started_us;
    int port;
    int listen_fd, epoll_fd, wake_fd;
    int reserve_fd; // given up to accept and close a connection when descriptors run out
    atomic_bool stopping;
    atomic_bool woken; // the eventfd is written already
    struct gm_ring ring;
    struct gm_queries queries, deliveries;

    struct gm_conn *conns; // all but the closed
    struct gm_conn *closed;
    int conns_count, refused_count, streams_count;
    int deliveries_count; // whose bodies are in memory
    size_t answers_bytes; // of answers that are being sent
    int64_t now_us;       // monotonic, of this round of the loop
    int64_t tick_us, next_tick_us, next_flush_us;
    bool flush_due;
    struct gm_buffer status;    // the newest event "status", as it goes over the wire
    int64_t status_number;      // 0: none yet
    pthread_mutex_t told_mutex; // over `told`
    struct gm_buffer told;      // the status that was told and that the loop has not taken yet
    char chunk[GM_STREAM_CHUNK_BYTES];
};

// The server's own metrics.
extern struct gm_metric gm_web_metric_clients, gm_web_metric_streams, gm_web_metric_requests,
    gm_web_metric_errors, gm_web_metric_events, gm_web_metric_events_refused,
    gm_web_metric_stream_bytes, gm_web_metric_dropped, gm_web_metric_refused,
    gm_web_metric_query_seconds, gm_web_metric_delivery_seconds, gm_web_metric_deliveries,
    gm_web_metric_deliveries_refused, gm_web_metric_unauthorized;

// conn.c

// Takes the descriptor. A refused connection is told 503 and closed.
void gm_conn_open(struct gm_web *web, int fd, bool refused);
void gm_conn_close(struct gm_conn *conn);
// Does what the epoll events allow.
void gm_conn_on_events(struct gm_conn *conn, uint32_t events);
// Goes on as far as it can without waiting, and asks epoll for what it waits for.
void gm_conn_advance(struct gm_conn *conn);
void gm_conn_on_deadline(struct gm_conn *conn);
// Sends data[0..len); returns how much went out, 0 when the socket is full, -1 when it is broken.
ssize_t gm_conn_send(struct gm_conn *conn, const char *data, size_t len);

// answer.c: each begins the answer and leaves the connection in GM_CONN_SEND.

struct gm_answer {
    int status;
    const char *content_type;
    const char *fields; // further header fields, each with CRLF; may be NULL
    struct gm_str body; // lent until it is sent, or
    bool copy_body;     // copied
    bool close;         // no further request on this connection
};

void gm_conn_answer(struct gm_conn *conn, const struct gm_answer *answer);
// {"error":"…"}.
void gm_conn_answer_error(struct gm_conn *conn, int status, const char *fields, bool close,
                          const char *message);
// The head of an event stream; the connection stays as it is.
void gm_conn_stream_head(struct gm_conn *conn);

// routes.c

void gm_route_request(struct gm_conn *conn, const struct gm_http_request *request);
// The thread that conn->job was submitted to has answered it.
void gm_route_answered(struct gm_conn *conn);

// deliver.c

// The path as a static text where it is one of deliveries, else NULL.
const char *gm_deliver_path(struct gm_str path);
// Refuses the request or goes to GM_CONN_BODY.
void gm_deliver_begin(struct gm_conn *conn, const struct gm_http_request *request);
// Takes what is the body's from data[0..len). True: the connection has left GM_CONN_BODY.
bool gm_deliver_take(struct gm_conn *conn, const char *data, size_t len, size_t *ret_taken);
void gm_deliver_answered(struct gm_conn *conn);

// stream.c

void gm_stream_begin(struct gm_conn *conn, const struct gm_http_request *request,
                     const struct gm_params *params);
// Sends what the ring has for it, as far as the socket takes it.
void gm_stream_advance(struct gm_conn *conn);
// Takes the status that was told, if there is one.
void gm_stream_take_status(struct gm_web *web);
void gm_stream_heartbeat(struct gm_conn *conn);

#endif
