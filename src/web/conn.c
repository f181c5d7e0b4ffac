// A connection: reads requests, sends answers, ends.
#include "web/server.h"

#include "base/clock.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

// Requests and answers of one connection before the others have their turn.
enum { STEPS_A_TURN = 32 };

static int64_t in_ms(const struct gm_conn *conn, int64_t ms)
{
    return conn->web->now_us + ms * GM_US_PER_MS;
}

void gm_conn_open(struct gm_web *web, int fd, bool refused)
{
    struct gm_conn *conn = calloc(1, sizeof(*conn));
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP, .data.ptr = conn};
    if (!conn || epoll_ctl(web->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0) {
        free(conn);
        close(fd);
        return;
    }
    conn->web = web;
    conn->fd = fd;
    conn->interest = event.events;
    conn->refused = refused;
    conn->deadline_us = in_ms(conn, web->config.request_ms);
    gm_buffer_init(&conn->out, GM_STREAM_CHUNK_BYTES);
    conn->next = web->conns;
    if (conn->next) {
        conn->next->previous = conn;
    }
    web->conns = conn;
    web->conns_count++;
    gm_metric_set(&gm_web_metric_clients, web->conns_count);
    if (refused) {
        web->refused_count++;
        gm_metric_add(&gm_web_metric_refused, 1);
        gm_conn_answer_error(conn, 503, "Retry-After: 5\r\n", true,
                             "too many connections; try again shortly");
        gm_conn_advance(conn);
    }
}

// Lets go of the answer that has been sent, or will not be.
static void drop_answer(struct gm_conn *conn)
{
    if (conn->state == GM_CONN_QUERY) {
        gm_queries_forget(conn->job->delivery ? &conn->web->deliveries : &conn->web->queries,
                          conn->job);
    } else if (conn->job) {
        conn->web->answers_bytes -= conn->job->answer.len;
        gm_web_job_destroy(conn->job);
    }
    conn->job = NULL;
    conn->body = (struct gm_str){0};
}

void gm_conn_close(struct gm_conn *conn)
{
    struct gm_web *web = conn->web;
    if (conn->state == GM_CONN_CLOSED) {
        return;
    }
    drop_answer(conn);
    if (conn->state == GM_CONN_STREAM) {
        gm_metric_set(&gm_web_metric_streams, --web->streams_count);
    }
    web->refused_count -= conn->refused;
    gm_metric_set(&gm_web_metric_clients, --web->conns_count);
    close(conn->fd);
    gm_buffer_finish(&conn->out);
    free(conn->in);
    conn->in = NULL;
    conn->state = GM_CONN_CLOSED;

    if (conn->next) {
        conn->next->previous = conn->previous;
    }
    if (conn->previous) {
        conn->previous->next = conn->next;
    } else {
        web->conns = conn->next;
    }
    conn->next = web->closed; // events of this round may still point here
    web->closed = conn;
}

ssize_t gm_conn_send(struct gm_conn *conn, const char *data, size_t len)
{
    ssize_t sent;
    do {
        sent = send(conn->fd, data, len, MSG_NOSIGNAL | MSG_DONTWAIT);
    } while (sent < 0 && errno == EINTR);
    if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
        return 0;
    }
    return sent;
}

// Sends all of `data` from *sent on. False: it cannot go on now (the socket is full) or ever.
static bool send_rest(struct gm_conn *conn, struct gm_str data, size_t *sent)
{
    while (*sent < data.len) {
        ssize_t n = gm_conn_send(conn, data.data + *sent, data.len - *sent);
        if (n < 0) {
            gm_conn_close(conn);
        }
        if (n <= 0) {
            return false;
        }
        *sent += (size_t)n;
        conn->deadline_us = in_ms(conn, GM_SEND_TIMEOUT_MS);
    }
    return true;
}

// True when the answer is out and the connection goes on.
static bool send_answer(struct gm_conn *conn)
{
    if (gm_buffer_ok(&conn->out, NULL)) {
        gm_conn_close(conn);
        return false;
    }
    if (!send_rest(conn, gm_buffer_str(&conn->out), &conn->out_sent) ||
        !send_rest(conn, conn->body, &conn->body_sent)) {
        return false;
    }
    drop_answer(conn);
    gm_buffer_finish(&conn->out);
    if (conn->keep_alive) {
        conn->state = GM_CONN_READ;
        conn->deadline_us = in_ms(conn, conn->web->config.request_ms);
        return true;
    }
    // Closing with unread input would reset the connection and may destroy the answer on its way.
    shutdown(conn->fd, SHUT_WR);
    conn->state = GM_CONN_LINGER;
    conn->deadline_us = in_ms(conn, GM_LINGER_MS);
    return false;
}

// Reads what has come. False: nothing has, or the connection has ended.
static bool receive(struct gm_conn *conn)
{
    if (!conn->in && !(conn->in = malloc(GM_HTTP_HEAD_BYTES_MAX + 1))) {
        gm_conn_close(conn);
        return false;
    }
    // One byte over the limit, so that a head that is too long can be told from a full one.
    size_t room = GM_HTTP_HEAD_BYTES_MAX + 1 - conn->in_len;
    assert(room > 0);
    ssize_t n = recv(conn->fd, conn->in + conn->in_len, room, MSG_DONTWAIT);
    if (n > 0) {
        conn->in_len += (size_t)n;
        return true;
    }
    if (n == 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)) {
        gm_conn_close(conn);
    } else if (conn->in_len == 0) {
        free(conn->in);
        conn->in = NULL;
    }
    return false;
}

static void consume(struct gm_conn *conn, size_t bytes)
{
    conn->in_len -= bytes;
    conn->in_seen = 0;
    memmove(conn->in, conn->in + bytes, conn->in_len);
    if (conn->in_len == 0) {
        free(conn->in);
        conn->in = NULL;
    }
}

// Handles one request from the input. False when there is none yet.
static bool take_request(struct gm_conn *conn)
{
    struct gm_http_request request;
    const char *reason;
    if (conn->in_len == 0) {
        return false;
    }
    int status = gm_http_read(conn->in, conn->in_len, conn->in_seen, &request, &reason);
    conn->in_seen = conn->in_len;
    if (status == 0) {
        return false;
    }
    conn->head_only = status == 200 && request.method == GM_HTTP_HEAD;
    gm_metric_add(&gm_web_metric_requests, 1);
    if (status != 200) {
        gm_conn_answer_error(conn, status, NULL, true, reason);
        return true;
    }
    conn->keep_alive = request.keep_alive;
    gm_route_request(conn, &request);
    if (conn->state != GM_CONN_CLOSED) {
        consume(conn, request.bytes);
    }
    return true;
}

// Hands on what of the body has come. False when there is none.
static bool take_body(struct gm_conn *conn)
{
    size_t taken;
    const bool whole = gm_deliver_take(conn, conn->in, conn->in_len, &taken);
    if (taken > 0) {
        consume(conn, taken);
    }
    return whole || taken > 0;
}

static void update_interest(struct gm_conn *conn)
{
    uint32_t interest = 0;
    switch (conn->state) {
    case GM_CONN_READ:
    case GM_CONN_BODY:
        interest = EPOLLIN | EPOLLRDHUP | (conn->yielded ? EPOLLOUT : 0);
        break;
    case GM_CONN_LINGER:
        interest = EPOLLIN | EPOLLRDHUP;
        break;
    case GM_CONN_QUERY:
        interest = EPOLLRDHUP;
        break;
    case GM_CONN_SEND:
        interest = EPOLLOUT;
        break;
    case GM_CONN_STREAM:
        interest = EPOLLIN | EPOLLRDHUP | (conn->out.len > conn->out_sent ? EPOLLOUT : 0);
        break;
    case GM_CONN_CLOSED:
        return;
    }
    if (interest == conn->interest) {
        return;
    }
    struct epoll_event event = {.events = interest, .data.ptr = conn};
    if (epoll_ctl(conn->web->epoll_fd, EPOLL_CTL_MOD, conn->fd, &event) < 0) {
        gm_conn_close(conn);
    }
    conn->interest = interest;
}

void gm_conn_advance(struct gm_conn *conn)
{
    bool moves = true;
    for (int step = 0; moves && step < STEPS_A_TURN; step++) {
        if (conn->state == GM_CONN_READ) {
            moves = take_request(conn) || (conn->state == GM_CONN_READ && receive(conn));
        } else if (conn->state == GM_CONN_BODY) {
            moves = take_body(conn) || receive(conn);
        } else if (conn->state == GM_CONN_SEND) {
            moves = send_answer(conn);
        } else {
            moves = false;
        }
    }
    conn->yielded = moves;
    if (conn->state == GM_CONN_STREAM) {
        gm_stream_advance(conn);
    }
    update_interest(conn);
}

// Input that nobody asked for. True: the connection is over.
static bool discard_input(struct gm_conn *conn)
{
    char waste[4096];
    ssize_t n;
    for (int i = 0; i < 64; i++) {
        n = recv(conn->fd, waste, sizeof(waste), MSG_DONTWAIT);
        if (n <= 0) {
            return n == 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
        }
    }
    return true; // whoever sends that much is not waiting for an answer
}

void gm_conn_on_events(struct gm_conn *conn, uint32_t events)
{
    switch (conn->state) {
    case GM_CONN_CLOSED:
        return;
    case GM_CONN_LINGER:
        if ((events & (EPOLLHUP | EPOLLERR)) || discard_input(conn)) {
            gm_conn_close(conn);
        }
        return;
    case GM_CONN_QUERY:
        // A client that has closed its side is gone: spare the database the work.
        gm_conn_close(conn);
        return;
    case GM_CONN_STREAM:
        // A stream's client has nothing to say; whatever comes means that it is gone or confused.
        if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) {
            gm_conn_close(conn);
            return;
        }
        break;
    case GM_CONN_SEND:
        if (events & (EPOLLHUP | EPOLLERR)) {
            gm_conn_close(conn);
            return;
        }
        break;
    case GM_CONN_READ:
    case GM_CONN_BODY:
        break;
    }
    gm_conn_advance(conn);
}

void gm_conn_on_deadline(struct gm_conn *conn)
{
    if (conn->state == GM_CONN_BODY || (conn->state == GM_CONN_READ && conn->in_len > 0)) {
        gm_conn_answer_error(conn, 408, NULL, true, "the request did not arrive in time");
        gm_conn_advance(conn);
        return;
    }
    if (conn->state == GM_CONN_STREAM) {
        gm_metric_add(&gm_web_metric_dropped, 1);
    }
    gm_conn_close(conn);
}
