// The connection. libcurl makes it and then only carries bytes (CURLOPT_CONNECT_ONLY), so that
// proxies and TLS are the same as for every other call; see docs/decisions/websocket.md.
#include "base/websocket.h"

#include "base/clock.h"
#include "base/curl_common.h"
#include "base/http_client.h"
#include "base/http_fields.h"
#include "base/websocket_frame.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum {
    SLICE_MS = 100, // between two looks at a stop request
    READ_BYTES = 64 * 1024,
    CONNECT_US_DEFAULT = 30 * GM_US_PER_S,
    IDLE_US_DEFAULT = 60 * GM_US_PER_S,
    MESSAGE_BYTES_DEFAULT = 1024 * 1024,
    STATUS_SWITCHING = 101,
    CLOSE_NORMAL = 1000,
};

struct gm_websocket {
    CURLM *multi;
    CURL *easy;
    char curl_message[CURL_ERROR_SIZE];
    char shown[GM_CURL_SHOWN_BYTES];
    int64_t connect_us_max, idle_us_max;
    size_t message_bytes_max;
    char *input; // input_capacity; the unread part is [begin, end)
    size_t input_capacity, begin, end;
    struct gm_buffer message; // parts of a message that came so far
    bool in_message;          // its last part is still to come
    bool is_text;
    bool broken, closed; // nothing can be sent any more; the peer has said good-bye
    bool asked;          // for a sign of life, since the last byte
    int64_t heard_us;    // monotonic
    int64_t begun_us;    // monotonic; when what is not whole yet began to come; 0: nothing is
    int64_t retry_after_us;
};

// ------------------------------------------------------------------------- failures

static enum gm_err fail(struct gm_websocket *socket, enum gm_err code, bool retriable,
                        const char *text, struct gm_error *error)
{
    socket->broken = true;
    const enum gm_err err = gm_error_set(error, code, "%s: %s", socket->shown, text);
    if (error)
        error->retriable = retriable;
    return err;
}

static enum gm_err fail_curl(struct gm_websocket *socket, CURLcode result, struct gm_error *error)
{
    socket->broken = true;
    return gm_curl_failure(socket->easy, result, socket->shown, socket->curl_message, error);
}

static enum gm_err check_stop(struct gm_websocket *socket, struct gm_stop *stop,
                              struct gm_error *error)
{
    if (stop && gm_stop_raised(stop))
        return gm_error_set(error, GM_ERR_STOPPED, "%s: stopped", socket->shown);
    return GM_OK;
}

// ------------------------------------------------------------------------- bytes

// Waits for the socket, at most until `end_us` and for SLICE_MS.
static void wait_for(struct gm_websocket *socket, short events, int64_t end_us)
{
    curl_socket_t fd = CURL_SOCKET_BAD;
    curl_easy_getinfo(socket->easy, CURLINFO_ACTIVESOCKET, &fd);
    const int64_t left_ms = (end_us - gm_monotonic_us() + GM_US_PER_MS - 1) / GM_US_PER_MS;
    struct pollfd poll_fd = {.fd = fd, .events = events};
    if (left_ms > 0)
        poll(&poll_fd, 1, left_ms < SLICE_MS ? (int)left_ms : SLICE_MS);
}

static enum gm_err send_bytes(struct gm_websocket *socket, const char *data, size_t len,
                              struct gm_stop *stop, struct gm_error *error)
{
    const int64_t end_us = gm_monotonic_us() + socket->connect_us_max;
    while (len > 0) {
        size_t sent = 0;
        const CURLcode result = curl_easy_send(socket->easy, data, len, &sent);
        if (result != CURLE_OK && result != CURLE_AGAIN)
            return fail_curl(socket, result, error);
        data += sent;
        len -= sent;
        if (result == CURLE_OK)
            continue;
        if (gm_monotonic_us() >= end_us)
            return fail(socket, GM_ERR_NETWORK, true, "takes nothing in", error);
        // Half a frame is no frame: once begun, a stop breaks the connection.
        if (stop && gm_stop_raised(stop))
            return fail(socket, GM_ERR_STOPPED, false, "stopped", error);
        wait_for(socket, POLLOUT, end_us);
    }
    return GM_OK;
}

static enum gm_err send_frame(struct gm_websocket *socket, enum gm_websocket_opcode opcode,
                              struct gm_str payload, struct gm_stop *stop, struct gm_error *error)
{
    uint32_t mask;
    if (getrandom(&mask, sizeof mask, 0) != sizeof mask)
        return fail(socket, GM_ERR_IO, false, "the system has no random numbers", error);
    struct gm_buffer frame;
    gm_buffer_init(&frame, payload.len + 64);
    gm_websocket_write_frame(opcode, payload, mask, &frame);
    enum gm_err err = gm_buffer_ok(&frame, error);
    if (!err)
        err = send_bytes(socket, frame.data, frame.len, stop, error);
    gm_buffer_finish(&frame);
    return err;
}

// Room for READ_BYTES behind what is unread.
static enum gm_err make_room(struct gm_websocket *socket, struct gm_error *error)
{
    if (socket->begin > 0) {
        memmove(socket->input, socket->input + socket->begin, socket->end - socket->begin);
        socket->end -= socket->begin;
        socket->begin = 0;
    }
    if (socket->input_capacity - socket->end >= READ_BYTES)
        return GM_OK;
    const size_t capacity = 2 * socket->input_capacity + READ_BYTES;
    char *input = realloc(socket->input, capacity);
    if (!input)
        return gm_error_set(error, GM_ERR_NOMEM, "out of memory");
    socket->input = input;
    socket->input_capacity = capacity;
    return GM_OK;
}

// Reads what has come, without waiting; *ret_got: something has.
static enum gm_err read_bytes(struct gm_websocket *socket, bool *ret_got, struct gm_error *error)
{
    size_t got = 0;
    enum gm_err err = make_room(socket, error);
    if (err)
        return err;
    const CURLcode result =
        curl_easy_recv(socket->easy, socket->input + socket->end, READ_BYTES, &got);
    *ret_got = result == CURLE_OK && got > 0;
    if (result == CURLE_AGAIN)
        return GM_OK;
    if (result != CURLE_OK)
        return fail_curl(socket, result, error);
    if (got == 0)
        return fail(socket, GM_ERR_NETWORK, true, "the peer has broken off", error);
    socket->end += got;
    socket->heard_us = gm_monotonic_us();
    socket->asked = false;
    return GM_OK;
}

static struct gm_str unread(const struct gm_websocket *socket)
{
    return (struct gm_str){socket->input + socket->begin, socket->end - socket->begin};
}

// ------------------------------------------------------------------------- opening

// "https://…" of "wss://…", for libcurl; NULL when memory is exhausted. *ret_known: one of the two.
static char *http_url(const char *url, bool *ret_known)
{
    const bool safe = curl_strnequal(url, "wss://", 6);
    *ret_known = safe || curl_strnequal(url, "ws://", 5);
    const char *rest = *ret_known ? strchr(url, ':') : "";
    const size_t bytes = strlen(rest) + sizeof "https";
    char *text = malloc(bytes);
    if (text)
        snprintf(text, bytes, "%s%s", safe ? "https" : "http", rest);
    return text;
}

static enum gm_err connect_to(struct gm_websocket *socket, const char *url, const char *ca_file,
                              int64_t end_us, struct gm_stop *stop, struct gm_error *error)
{
    CURL *easy = socket->easy;
    gm_curl_set_common(easy, ca_file, (long)(socket->connect_us_max / GM_US_PER_MS) + 1);
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_HTTPPROXYTUNNEL, 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECT_ONLY, 1L);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, socket->curl_message);
    if (curl_multi_add_handle(socket->multi, easy))
        return fail(socket, GM_ERR_INTERNAL, false, "libcurl does not connect", error);
    for (;;) {
        int running, left;
        curl_multi_perform(socket->multi, &running);
        const CURLMsg *message = curl_multi_info_read(socket->multi, &left);
        if (message && message->msg == CURLMSG_DONE) {
            const CURLcode result = message->data.result;
            return result ? fail_curl(socket, result, error) : GM_OK;
        }
        enum gm_err err = check_stop(socket, stop, error);
        if (err)
            return err;
        if (gm_monotonic_us() >= end_us)
            return fail(socket, GM_ERR_NETWORK, true, "took too long to connect", error);
        curl_multi_poll(socket->multi, NULL, 0, SLICE_MS, NULL);
    }
}

// Host, path and query of the request; GM_ERR_INVALID for a URL without a host.
static enum gm_err write_request(const char *url, const char *agent, const char *key,
                                 struct gm_buffer *out, struct gm_error *error)
{
    CURLU *parts = curl_url();
    char *host = NULL, *port = NULL, *path = NULL, *query = NULL;
    const bool whole = parts && curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK &&
                       curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
                       curl_url_get(parts, CURLUPART_PATH, &path, 0) == CURLUE_OK;
    if (whole) {
        curl_url_get(parts, CURLUPART_PORT, &port, CURLU_NO_DEFAULT_PORT);
        curl_url_get(parts, CURLUPART_QUERY, &query, 0);
        gm_buffer_printf(out, "GET %s%s%s HTTP/1.1\r\nHost: %s%s%s\r\n", path, query ? "?" : "",
                         query ? query : "", host, port ? ":" : "", port ? port : "");
        gm_buffer_printf(out,
                         "User-Agent: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                         "Sec-WebSocket-Key: %s\r\nSec-WebSocket-Version: 13\r\n\r\n",
                         agent, key);
    }
    curl_free(host);
    curl_free(port);
    curl_free(path);
    curl_free(query);
    curl_url_cleanup(parts);
    return whole ? gm_buffer_ok(out, error)
                 : gm_error_set(error, GM_ERR_INVALID, "the URL is none");
}

// The answer whose head has `taken` bytes refuses the WebSocket.
static enum gm_err fail_refused(struct gm_websocket *socket, int status, size_t taken,
                                struct gm_error *error)
{
    const struct gm_str head = {unread(socket).data, taken};
    const struct gm_str after = gm_websocket_answer_field(head, "Retry-After");
    char text[64];
    if (after.data)
        gm_http_retry_after_read(after, gm_clock_now_us(&gm_clock_real), &socket->retry_after_us);
    snprintf(text, sizeof text, "answers with status %d to a WebSocket", status);
    return fail(socket, GM_ERR_NETWORK, gm_http_status_retriable(status), text, error);
}

static enum gm_err read_answer(struct gm_websocket *socket, const char *key, int64_t end_us,
                               struct gm_stop *stop, struct gm_error *error)
{
    for (;;) {
        bool got;
        int status;
        size_t taken;
        enum gm_err err = read_bytes(socket, &got, error);
        if (err)
            return err;
        struct gm_error fault;
        if (gm_websocket_read_answer(unread(socket), key, &status, &taken, &fault))
            return fail(socket, fault.code, true, fault.message, error);
        if (taken > 0 && status != STATUS_SWITCHING)
            return fail_refused(socket, status, taken, error);
        if (taken > 0) {
            socket->begin += taken;
            return GM_OK;
        }
        if ((err = check_stop(socket, stop, error)))
            return err;
        if (gm_monotonic_us() >= end_us)
            return fail(socket, GM_ERR_NETWORK, true, "took too long to shake hands", error);
        if (!got)
            wait_for(socket, POLLIN, end_us);
    }
}

static enum gm_err shake_hands(struct gm_websocket *socket, const char *url, const char *agent,
                               int64_t end_us, struct gm_stop *stop, struct gm_error *error)
{
    unsigned char random[16];
    char key[GM_WEBSOCKET_KEY_BYTES];
    if (getrandom(random, sizeof random, 0) != sizeof random)
        return fail(socket, GM_ERR_IO, false, "the system has no random numbers", error);
    gm_websocket_key(random, key);
    struct gm_buffer request;
    gm_buffer_init(&request, GM_WEBSOCKET_HEAD_BYTES_MAX);
    enum gm_err err = write_request(url, agent, key, &request, error);
    if (!err)
        err = send_bytes(socket, request.data, request.len, stop, error);
    gm_buffer_finish(&request);
    return err ? err : read_answer(socket, key, end_us, stop, error);
}

static enum gm_err create(const struct gm_websocket_config *config,
                          struct gm_websocket **ret_socket, struct gm_error *error)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return gm_error_set(error, GM_ERR_INTERNAL, "libcurl does not start");
    struct gm_websocket *socket = calloc(1, sizeof *socket);
    if (!socket) {
        curl_global_cleanup();
        return gm_error_set(error, GM_ERR_NOMEM, "out of memory");
    }
    socket->connect_us_max =
        config->connect_us_max > 0 ? config->connect_us_max : CONNECT_US_DEFAULT;
    socket->idle_us_max = config->idle_us_max > 0 ? config->idle_us_max : IDLE_US_DEFAULT;
    socket->message_bytes_max =
        config->message_bytes_max > 0 ? config->message_bytes_max : MESSAGE_BYTES_DEFAULT;
    gm_buffer_init(&socket->message, socket->message_bytes_max);
    gm_curl_show_url(config->url, socket->shown);
    socket->broken = true; // until hands are shaken
    socket->multi = curl_multi_init();
    socket->easy = curl_easy_init();
    if (!socket->multi || !socket->easy) {
        gm_websocket_close(socket);
        return gm_error_set(error, GM_ERR_NOMEM, "out of memory");
    }
    *ret_socket = socket;
    return GM_OK;
}

enum gm_err gm_websocket_open(const struct gm_websocket_config *config, struct gm_stop *stop,
                              struct gm_websocket **ret_socket, struct gm_error *error)
{
    struct gm_websocket *socket = NULL;
    enum gm_err err = create(config, &socket, error);
    if (err)
        return err;
    bool known;
    char *url = http_url(config->url, &known);
    const char *agent = config->user_agent ? config->user_agent : "ghostmarket";
    const int64_t end_us = gm_monotonic_us() + socket->connect_us_max;
    if (!url)
        err = gm_error_set(error, GM_ERR_NOMEM, "out of memory");
    else if (!known)
        err = fail(socket, GM_ERR_INVALID, false, "begins with neither wss:// nor ws://", error);
    if (!err)
        err = connect_to(socket, url, config->ca_file, end_us, stop, error);
    if (!err)
        err = shake_hands(socket, url, agent, end_us, stop, error);
    free(url);
    if (config->ret_retry_after_us)
        *config->ret_retry_after_us = socket->retry_after_us;
    if (err) {
        gm_websocket_close(socket);
        return err;
    }
    socket->broken = false;
    socket->heard_us = gm_monotonic_us();
    *ret_socket = socket;
    return GM_OK;
}

const char *gm_websocket_url(const struct gm_websocket *socket)
{
    return socket->shown;
}

void gm_websocket_close(struct gm_websocket *socket)
{
    if (!socket)
        return;
    if (!socket->broken && !socket->closed) {
        const char normal[] = {(char)(CLOSE_NORMAL >> 8), (char)(CLOSE_NORMAL & 0xff)};
        socket->connect_us_max = 0; // what cannot go out at once stays here
        send_frame(socket, GM_WEBSOCKET_CLOSE, (struct gm_str){normal, sizeof normal}, NULL, NULL);
    }
    curl_multi_remove_handle(socket->multi, socket->easy);
    curl_easy_cleanup(socket->easy);
    curl_multi_cleanup(socket->multi);
    gm_buffer_finish(&socket->message);
    free(socket->input);
    free(socket);
    curl_global_cleanup();
}

// ------------------------------------------------------------------------- messages

enum gm_err gm_websocket_send(struct gm_websocket *socket, struct gm_str text, struct gm_stop *stop,
                              struct gm_error *error)
{
    if (socket->broken)
        return fail(socket, GM_ERR_NETWORK, true, "the connection is broken", error);
    return send_frame(socket, GM_WEBSOCKET_TEXT, text, stop, error);
}

static enum gm_err take_close(struct gm_websocket *socket, struct gm_str payload,
                              struct gm_error *error)
{
    char text[64] = "the peer has closed the connection";
    if (payload.len >= 2)
        snprintf(text, sizeof text, "the peer has closed the connection (code %d)",
                 (unsigned char)payload.data[0] << 8 | (unsigned char)payload.data[1]);
    socket->closed = true;
    return fail(socket, GM_ERR_NETWORK, true, text, error);
}

static enum gm_err take_control(struct gm_websocket *socket, const struct gm_websocket_frame *frame,
                                struct gm_stop *stop, struct gm_error *error)
{
    if (frame->opcode == GM_WEBSOCKET_CLOSE)
        return take_close(socket, frame->payload, error);
    if (frame->opcode == GM_WEBSOCKET_PING)
        return send_frame(socket, GM_WEBSOCKET_PONG, frame->payload, stop, error);
    return GM_OK;
}

// A part of a message; *ret_whole when it is the last one.
static enum gm_err take_part(struct gm_websocket *socket, const struct gm_websocket_frame *frame,
                             bool *ret_whole, struct gm_error *error)
{
    const bool first = frame->opcode != GM_WEBSOCKET_CONTINUATION;
    if (first == socket->in_message)
        return fail(socket, GM_ERR_INVALID, true,
                    first ? "a message begins inside another"
                          : "a message goes on that never began",
                    error);
    if (first) {
        gm_buffer_reset(&socket->message);
        socket->is_text = frame->opcode == GM_WEBSOCKET_TEXT;
    }
    gm_buffer_append_str(&socket->message, frame->payload);
    struct gm_error fault;
    if (gm_buffer_ok(&socket->message, &fault))
        return fail(socket, fault.code, true, fault.message, error);
    socket->in_message = !frame->final;
    if (frame->final && socket->is_text && !gm_utf8_valid(gm_buffer_str(&socket->message), NULL))
        return fail(socket, GM_ERR_INVALID, true, "a text that is no UTF-8", error);
    *ret_whole = frame->final;
    return GM_OK;
}

// Takes frames that have come until a message is whole or they are used up.
static enum gm_err take_frames(struct gm_websocket *socket, struct gm_stop *stop, bool *ret_whole,
                               struct gm_error *error)
{
    *ret_whole = false;
    while (!*ret_whole) {
        struct gm_websocket_frame frame;
        struct gm_error fault;
        size_t taken;
        if (gm_websocket_read_frame(unread(socket), socket->message_bytes_max, &frame, &taken,
                                    &fault))
            return fail(socket, fault.code, true, fault.message, error);
        if (taken == 0)
            return GM_OK;
        socket->begin += taken;
        const enum gm_err err = frame.opcode >= GM_WEBSOCKET_CLOSE
                                    ? take_control(socket, &frame, stop, error)
                                    : take_part(socket, &frame, ret_whole, error);
        if (err)
            return err;
    }
    return GM_OK;
}

static enum gm_err watch_silence(struct gm_websocket *socket, struct gm_stop *stop,
                                 struct gm_error *error)
{
    const int64_t silent_us = gm_monotonic_us() - socket->heard_us;
    if (silent_us >= socket->idle_us_max)
        return fail(socket, GM_ERR_NETWORK, true, "the peer is silent", error);
    if (silent_us < socket->idle_us_max / 2 || socket->asked)
        return GM_OK;
    socket->asked = true;
    return send_frame(socket, GM_WEBSOCKET_PING, gm_str(""), stop, error);
}

// A message that has begun must end in time.
static enum gm_err watch_begun(struct gm_websocket *socket, struct gm_error *error)
{
    const int64_t now_us = gm_monotonic_us();
    if (!socket->in_message && socket->begin == socket->end)
        socket->begun_us = 0;
    else if (socket->begun_us == 0)
        socket->begun_us = now_us;
    else if (now_us - socket->begun_us >= socket->idle_us_max)
        return fail(socket, GM_ERR_NETWORK, true, "a message does not come to its end", error);
    return GM_OK;
}

enum gm_err gm_websocket_receive(struct gm_websocket *socket, struct gm_stop *stop, int64_t wait_us,
                                 bool *ret_got, struct gm_str *ret_message, struct gm_error *error)
{
    if (socket->broken)
        return fail(socket, GM_ERR_NETWORK, true, "the connection is broken", error);
    const int64_t end_us = gm_monotonic_us() + wait_us;
    for (;;) {
        bool whole, got;
        enum gm_err err = take_frames(socket, stop, &whole, error);
        if (!err && whole) {
            socket->begun_us = 0;
            *ret_got = true;
            *ret_message = gm_buffer_str(&socket->message);
            return GM_OK;
        }
        if (!err)
            err = watch_begun(socket, error);
        if (!err)
            err = read_bytes(socket, &got, error);
        if (!err && !got)
            err = watch_silence(socket, stop, error);
        if (err)
            return err;
        if (gm_monotonic_us() >= end_us || (stop && gm_stop_raised(stop))) {
            *ret_got = false;
            return GM_OK;
        }
        if (!got)
            wait_for(socket, POLLIN, end_us);
    }
}
