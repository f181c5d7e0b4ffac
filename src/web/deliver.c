// POST /ingest/…: takes what other programs deliver, behind a token.
//
// The body is taken as it arrives, up to a limit and a deadline, and handed to the delivery thread,
// whose source says what becomes of it. The number of deliveries at a time is bounded, and with it
// the memory that bodies take.
#include "web/server.h"

#include "base/clock.h"
#include "web/token.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char *const paths[] = {"/ingest/social", "/ingest/prices"};
static const char retry[] = "Retry-After: 1\r\n";

const char *gm_deliver_path(struct gm_str path)
{
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        if (gm_str_equal(path, gm_str(paths[i]))) {
            return paths[i];
        }
    }
    return NULL;
}

static bool equals_nocase(struct gm_str text, const char *c_string)
{
    return text.len == strlen(c_string) && strncasecmp(text.data, c_string, text.len) == 0;
}

// Refuses before the body is read. What is unread would be taken for the next request.
static bool refuse(struct gm_conn *conn, const struct gm_http_request *request, int status,
                   const char *fields, const char *message)
{
    gm_conn_answer_error(conn, status, fields, request->has_body, message);
    return false;
}

static bool is_key(struct gm_str key)
{
    bool good = key.len > 0 && key.len <= GM_WEB_KEY_BYTES_MAX;
    for (size_t i = 0; good && i < key.len; i++) {
        good = key.data[i] > ' ' && key.data[i] <= '~';
    }
    return good;
}

// Whether the sender may deliver at all.
static bool is_let_in(struct gm_conn *conn, const struct gm_http_request *request)
{
    const struct gm_web_config *config = &conn->web->config;
    if (!config->ingest_token || !config->source->deliver) {
        return refuse(conn, request, 404, NULL,
                      "nothing is taken here until the option ingest.token is set");
    }
    if (request->method != GM_HTTP_POST) {
        return refuse(conn, request, 405, "Allow: POST\r\n", "this path answers POST");
    }
    if (!gm_token_equal(gm_token_bearer(request->authorization), config->ingest_token)) {
        gm_metric_add(&gm_web_metric_unauthorized, 1);
        return refuse(conn, request, 401, "WWW-Authenticate: Bearer realm=\"ingest\"\r\n",
                      "the field Authorization must be \"Bearer TOKEN\" with the token of the "
                      "option ingest.token");
    }
    return true;
}

// Whether the rest of the head is as it must be.
static bool is_understood(struct gm_conn *conn, const struct gm_http_request *request)
{
    struct gm_params params;
    struct gm_error error;
    if (gm_params_read(request->query, 0, &params, &error)) {
        return refuse(conn, request, 400, NULL, error.message);
    }
    if (request->content_encoding.len && !equals_nocase(request->content_encoding, "identity")) {
        return refuse(conn, request, 415, NULL, "a body must come as it is, not compressed");
    }
    if (request->expect.len && !equals_nocase(request->expect, "100-continue")) {
        return refuse(conn, request, 417, NULL, "the one thing to expect here is 100-continue");
    }
    if (request->idempotency_key_given && !is_key(request->idempotency_key)) {
        return refuse(conn, request, 400, NULL,
                      "Idempotency-Key: must be 1 to 100 visible ASCII characters");
    }
    return true;
}

static struct gm_web_job *create_job(struct gm_conn *conn, const struct gm_http_request *request)
{
    const struct gm_params none = {.from_us = GM_TIME_NONE, .to_us = GM_TIME_NONE};
    struct gm_web_job *job = gm_web_job_create(gm_deliver_path(request->path), &none, conn);
    if (!job) {
        return NULL;
    }
    job->delivery = true;
    job->status = 200;
    gm_buffer_init(&job->body, GM_WEB_BODY_BYTES_MAX);
    snprintf(job->key, sizeof(job->key), "%.*s", GM_STR_ARG(request->idempotency_key));
    job->count = &conn->web->deliveries_count;
    conn->web->deliveries_count++;
    return job;
}

// Tells a client that waits before it sends the body to go on.
static void send_continue(struct gm_conn *conn)
{
    static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
    const ssize_t len = sizeof(go_on) - 1;
    // Nothing else is on its way, so a socket that does not take this is broken.
    if (gm_conn_send(conn, go_on, (size_t)len) != len) {
        gm_conn_close(conn);
    }
}

void gm_deliver_begin(struct gm_conn *conn, const struct gm_http_request *request)
{
    struct gm_web *web = conn->web;
    const char *reason;
    if (!is_let_in(conn, request) || !is_understood(conn, request)) {
        return;
    }
    const int status = gm_http_body_begin(&conn->framing, request, GM_WEB_BODY_BYTES_MAX, &reason);
    if (status != 200) {
        gm_conn_answer_error(conn, status, NULL, true, reason);
        return;
    }
    struct gm_web_job *job =
        web->deliveries_count < GM_WEB_DELIVERIES_MAX ? create_job(conn, request) : NULL;
    if (!job) {
        gm_metric_add(&gm_web_metric_deliveries_refused, 1);
        refuse(conn, request, 503, retry, "too many deliveries at once; try again shortly");
        return;
    }
    conn->job = job;
    conn->state = GM_CONN_BODY;
    conn->deadline_us = web->now_us + (int64_t)web->config.body_ms * GM_US_PER_MS;
    const bool waits = request->expect.len && request->is_http_1_1;
    if (waits && conn->framing.state != GM_HTTP_BODY_WHOLE && conn->in_len == request->bytes) {
        send_continue(conn);
    }
}

// The body is there: its turn on the delivery thread.
static void submit(struct gm_conn *conn)
{
    struct gm_error error;
    if (gm_queries_submit(&conn->web->deliveries, conn->job, &error)) {
        gm_metric_add(&gm_web_metric_deliveries_refused, 1);
        gm_conn_answer_error(conn, 503, retry, false, error.message);
        return;
    }
    conn->state = GM_CONN_QUERY;
    conn->deadline_us = INT64_MAX;
}

bool gm_deliver_take(struct gm_conn *conn, const char *data, size_t len, size_t *ret_taken)
{
    const char *reason;
    *ret_taken = 0;
    if (len == 0 && conn->framing.state != GM_HTTP_BODY_WHOLE) {
        return false;
    }
    int status =
        conn->framing.state == GM_HTTP_BODY_WHOLE
            ? 200
            : gm_http_body_take(&conn->framing, data, len, ret_taken, &conn->job->body, &reason);
    if (gm_buffer_ok(&conn->job->body, NULL)) {
        gm_metric_add(&gm_web_metric_deliveries_refused, 1);
        gm_conn_answer_error(conn, 503, retry, true, "out of memory; try again shortly");
    } else if (status == 200) {
        submit(conn);
    } else if (status != 0) {
        gm_conn_answer_error(conn, status, NULL, true, reason);
    }
    return status != 0;
}

void gm_deliver_answered(struct gm_conn *conn)
{
    struct gm_web_job *job = conn->job;
    if (job->err) {
        const bool later = job->err == GM_ERR_FULL || job->err == GM_ERR_BUSY ||
                           job->err == GM_ERR_STOPPED || job->err == GM_ERR_NOMEM;
        const bool bad = job->err == GM_ERR_INVALID || job->err == GM_ERR_LIMIT;
        if (later) {
            gm_metric_add(&gm_web_metric_deliveries_refused, 1);
        }
        gm_conn_answer_error(conn,
                             later ? 503
                             : bad ? 422
                                   : 500,
                             later ? "Retry-After: 5\r\n" : NULL, false, job->error.message);
        return;
    }
    assert(job->status >= 200 && job->status < 500);
    const struct gm_answer answer = {
        .status = job->status,
        .content_type = "application/json",
        .fields = "Cache-Control: no-store\r\n",
        .body = gm_buffer_str(&job->answer),
    };
    gm_conn_answer(conn, &answer);
}
