// A WebSocket connection, from a client's side: libcurl connects (names, proxies, TLS), the frames
// are ours. One thread at a time.
//
// - TLS is always verified, as http_client.h says of its own calls.
// - Whole messages are given; the ones that control the connection are answered here.
// - Everything has a limit: a message's bytes, the time to connect and to send, and silence. After
//   half of idle_us_max without a byte the peer is asked for a sign of life; without one by
//   idle_us_max the connection counts as broken, and so does one whose message, once begun, has
//   not ended by then, however steadily its bytes drip.
// - A connection that failed once has failed for good: close it and open another. When to try again
//   is the caller's business.
#ifndef GM_BASE_WEBSOCKET_H
#define GM_BASE_WEBSOCKET_H

#include "base/error.h"
#include "base/stop.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gm_websocket;

struct gm_websocket_config {
    const char *url;          // ws:// or wss://
    const char *user_agent;   // NULL: "ghostmarket"
    const char *ca_file;      // certificates to trust, PEM; NULL: the system's
    int64_t connect_us_max;   // name, connection, TLS and handshake together; 0: 30 s
    int64_t idle_us_max;      // 0: 60 s
    size_t message_bytes_max; // 0: 1 MiB
    // Where it is put how long a server that refuses asks to be left alone (Retry-After), 0 where
    // it does not ask; may be NULL.
    int64_t *ret_retry_after_us;
};

// Connects and shakes hands; `stop` may be NULL. Errors name the URL without user and query:
//   GM_ERR_NETWORK      no such host, no connection, timed out, the server answers with a status
//                       (retriable where gm_http_status_retriable says so), no certificate (not)
//   GM_ERR_INVALID      no ws:// or wss:// URL (not retriable), or an answer that breaks the rules
//                       (retriable: something else may stand between)
//   GM_ERR_STOPPED, GM_ERR_NOMEM
enum gm_err gm_websocket_open(const struct gm_websocket_config *config, struct gm_stop *stop,
                              struct gm_websocket **ret_socket, struct gm_error *error);

// The connection's URL as messages show it, without user and query; it lives as long as the socket.
const char *gm_websocket_url(const struct gm_websocket *socket);

// Says good-bye where the connection still stands, without waiting for the answer. NULL is fine.
void gm_websocket_close(struct gm_websocket *socket);

// Sends a text message. GM_ERR_NETWORK when it cannot be sent within connect_us_max.
enum gm_err gm_websocket_send(struct gm_websocket *socket, struct gm_str text, struct gm_stop *stop,
                              struct gm_error *error);

// Waits for the next message, `wait_us` at most and until `stop` is raised; *ret_got says whether
// one came. It lives until the next call. GM_ERR_NETWORK: closed, broken off or silent for too long
// (retriable). GM_ERR_INVALID, GM_ERR_LIMIT: what came breaks the rules or is too large; text that
// is no UTF-8 is such a thing.
enum gm_err gm_websocket_receive(struct gm_websocket *socket, struct gm_stop *stop, int64_t wait_us,
                                 bool *ret_got, struct gm_str *ret_message, struct gm_error *error);

#endif
