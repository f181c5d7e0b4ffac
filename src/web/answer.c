// What an answer looks like: the status line, the fields that every answer has, the body.
#include "base/clock.h"
#include "base/json.h"
#include "web/server.h"

#include <stdio.h>
#include <time.h>

// Nothing that the page shows may load or run what this server did not send, and no other page may
// embed or read it.
static const char security_fields[] =
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; "
    "connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n"
    "Referrer-Policy: no-referrer\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "X-Frame-Options: DENY\r\n";

static void write_date(struct gm_buffer *out)
{
    static const char days[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    time_t now = time(NULL);
    struct tm tm;
    gmtime_r(&now, &tm);
    gm_buffer_printf(out, "Date: %s, %02d %s %d %02d:%02d:%02d GMT\r\n", days[tm.tm_wday],
                     tm.tm_mday, months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min,
                     tm.tm_sec);
}

static void begin_head(struct gm_conn *conn, int status)
{
    gm_buffer_reset(&conn->out);
    conn->out_sent = 0;
    gm_buffer_printf(&conn->out, "HTTP/1.1 %d %s\r\n", status, gm_http_reason(status));
    write_date(&conn->out);
    gm_buffer_append_c(&conn->out, security_fields);
}

void gm_conn_answer(struct gm_conn *conn, const struct gm_answer *answer)
{
    if (answer->close) {
        conn->keep_alive = false;
    }
    begin_head(conn, answer->status);
    if (answer->content_type) {
        gm_buffer_printf(&conn->out, "Content-Type: %s\r\n", answer->content_type);
    }
    if (answer->fields) {
        gm_buffer_append_c(&conn->out, answer->fields);
    }
    if (answer->status != 304) {
        gm_buffer_printf(&conn->out, "Content-Length: %zu\r\n", answer->body.len);
    }
    gm_buffer_printf(&conn->out, "Connection: %s\r\n\r\n",
                     conn->keep_alive ? "keep-alive" : "close");
    conn->body = (struct gm_str){0};
    conn->body_sent = 0;
    if (!conn->head_only && answer->copy_body) {
        gm_buffer_append_str(&conn->out, answer->body);
    } else if (!conn->head_only) {
        conn->body = answer->body;
    }
    conn->state = GM_CONN_SEND;
    conn->deadline_us = conn->web->now_us + GM_SEND_TIMEOUT_MS * (int64_t)GM_US_PER_MS;
    if (answer->status >= 400) {
        gm_metric_add(&gm_web_metric_errors, 1);
    }
}

void gm_conn_answer_error(struct gm_conn *conn, int status, const char *fields, bool close,
                          const char *message)
{
    struct gm_buffer json;
    gm_buffer_init(&json, (size_t)8 * GM_ERROR_MESSAGE_BYTES);
    gm_buffer_append_c(&json, "{\"error\":");
    gm_json_write_string(&json, gm_str(message));
    gm_buffer_append_c(&json, "}\n");
    struct gm_answer answer = {
        .status = status,
        .content_type = "application/json",
        .fields = fields,
        .body = gm_buffer_str(&json),
        .copy_body = true,
        .close = close,
    };
    gm_conn_answer(conn, &answer);
    gm_buffer_finish(&json);
}

void gm_conn_stream_head(struct gm_conn *conn)
{
    begin_head(conn, 200);
    gm_buffer_append_c(&conn->out, "Content-Type: text/event-stream\r\n"
                                   "Cache-Control: no-store\r\n"
                                   "Connection: close\r\n\r\n");
}
