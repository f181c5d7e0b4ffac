// /api/stream: server-sent events from the ring.
//
// A stream costs nothing while its client keeps up: chunks are read from the ring into the server's
// one buffer and sent from there. Only what the socket did not take is copied to the connection,
// and no further chunk is read before that is gone.
#include "base/clock.h"
#include "base/json.h"
#include "event/timestamp.h"
#include "web/server.h"

#include <string.h>

// Chunks that one stream may send before the others have their turn.
enum { CHUNKS_A_TURN = 4 };

static void write_hello(struct gm_conn *conn, int64_t latest_id, bool begins_at_latest)
{
    struct gm_web *web = conn->web;
    char started[GM_TIMESTAMP_BYTES];
    gm_timestamp_write(web->started_us, started);
    gm_buffer_append_c(&conn->out, "retry: 1000\n");
    // From here on the client has everything up to latest_id, so it may come back with that.
    if (begins_at_latest && latest_id >= 0) {
        gm_buffer_printf(&conn->out, "id: %lld\n", (long long)latest_id);
    }
    gm_buffer_append_c(&conn->out, "event: hello\ndata: {\"version\":");
    gm_json_write_string(&conn->out, gm_str(web->config.version));
    gm_buffer_printf(&conn->out,
                     ",\"instance\":\"%s\",\"started_at\":\"%s\",\"latest_id\":", web->instance,
                     started);
    if (latest_id >= 0) {
        gm_json_write_integer(&conn->out, latest_id);
    } else {
        gm_buffer_append_c(&conn->out, "null");
    }
    gm_buffer_append_c(&conn->out, "}\n\n");
}

void gm_stream_begin(struct gm_conn *conn, const struct gm_http_request *request,
                     const struct gm_params *params)
{
    struct gm_web *web = conn->web;
    int64_t latest_id, last_id = params->last_event_id;
    bool resumes = request->last_event_id_given || (params->given & GM_PARAM_LAST_EVENT_ID);
    bool reset = false;
    conn->cursor = gm_ring_tail(&web->ring, (size_t)params->backlog, &latest_id);
    if (resumes) {
        if (request->last_event_id_given && !gm_params_number(request->last_event_id, &last_id)) {
            last_id = -1; // not one of ours: nothing can be said of what it has
        }
        reset = !gm_ring_resume(&web->ring, last_id, &conn->cursor);
    }

    gm_conn_stream_head(conn);
    if (request->method != GM_HTTP_GET) {
        conn->keep_alive = false;
        conn->state = GM_CONN_SEND;
        return;
    }
    write_hello(conn, latest_id, reset || (!resumes && params->backlog == 0));
    if (reset) {
        gm_buffer_append_c(&conn->out, "event: reset\ndata: {}\n\n");
    }
    memcpy(conn->ticker, params->ticker, sizeof(conn->ticker));
    conn->state = GM_CONN_STREAM;
    conn->deadline_us = INT64_MAX;
    conn->sent_us = web->now_us;
    gm_metric_set(&gm_web_metric_streams, ++web->streams_count);
}

// True when all that was kept back is out.
static bool send_rest(struct gm_conn *conn)
{
    while (conn->out_sent < conn->out.len) {
        ssize_t n =
            gm_conn_send(conn, conn->out.data + conn->out_sent, conn->out.len - conn->out_sent);
        if (n < 0) {
            gm_conn_close(conn);
        }
        if (n <= 0) {
            return false;
        }
        conn->out_sent += (size_t)n;
        conn->sent_us = conn->web->now_us;
        conn->deadline_us = conn->web->now_us + GM_SEND_TIMEOUT_MS * (int64_t)GM_US_PER_MS;
    }
    gm_buffer_finish(&conn->out);
    conn->out_sent = 0;
    conn->deadline_us = INT64_MAX;
    return true;
}

// Sends a chunk, or keeps what the socket does not take. False: the stream must wait, or is over.
static bool send_chunk(struct gm_conn *conn, const char *chunk, size_t len)
{
    ssize_t sent = gm_conn_send(conn, chunk, len);
    if (sent > 0) {
        conn->sent_us = conn->web->now_us;
    }
    if (sent == (ssize_t)len) {
        return true;
    }
    if (sent >= 0) {
        gm_buffer_append(&conn->out, chunk + sent, len - (size_t)sent);
    }
    if (sent < 0 || gm_buffer_ok(&conn->out, NULL)) {
        gm_conn_close(conn);
    } else {
        conn->deadline_us = conn->web->now_us + GM_SEND_TIMEOUT_MS * (int64_t)GM_US_PER_MS;
    }
    return false;
}

void gm_stream_take_status(struct gm_web *web)
{
    pthread_mutex_lock(&web->told_mutex);
    bool told = web->told.len > 0 && !gm_buffer_ok(&web->told, NULL);
    if (told) {
        struct gm_buffer before = web->status;
        web->status = web->told;
        web->told = before;
        gm_buffer_reset(&web->told);
        web->status_number++;
    }
    pthread_mutex_unlock(&web->told_mutex);
}

// Sends the newest status where the stream has not had it. False: as send_chunk.
static bool send_status(struct gm_conn *conn)
{
    struct gm_web *web = conn->web;
    if (conn->status_seen == web->status_number) {
        return true;
    }
    conn->status_seen = web->status_number;
    return send_chunk(conn, web->status.data, web->status.len);
}

void gm_stream_advance(struct gm_conn *conn)
{
    struct gm_web *web = conn->web;
    if (gm_buffer_ok(&conn->out, NULL)) {
        gm_conn_close(conn);
        return;
    }
    if (!send_rest(conn) || !send_status(conn)) {
        return;
    }
    struct gm_ring_slice slice = {.more = true};
    for (int i = 0; i < CHUNKS_A_TURN && slice.more; i++) {
        slice = gm_ring_read(&web->ring, &conn->cursor, gm_str(conn->ticker), web->chunk,
                             sizeof(web->chunk));
        if (!slice.kept) {
            gm_metric_add(&gm_web_metric_dropped, 1);
            gm_conn_close(conn);
            return;
        }
        gm_metric_add(&gm_web_metric_events, (int64_t)slice.events);
        gm_metric_add(&gm_web_metric_stream_bytes, (int64_t)slice.bytes);
        if (slice.bytes && !send_chunk(conn, web->chunk, slice.bytes)) {
            return;
        }
    }
    web->flush_due = web->flush_due || slice.more;
}

void gm_stream_heartbeat(struct gm_conn *conn)
{
    if (conn->out.len == 0) {
        gm_buffer_append_c(&conn->out, ":\n\n");
    }
    gm_conn_advance(conn);
}
