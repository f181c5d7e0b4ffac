// An HTTP client over libcurl: one call at a time, blocking, on the thread that owns it.
//
// What it sees to for every caller:
// - TLS is always verified, TLS 1.2 at least. Only http and https; never from https back to http.
// - Everything ends: connecting, silence, the whole call, the body's size and the redirects have
//   limits, and a stop request ends a call within a tenth of a second.
// - What is secret (tokens, keys) goes to the origin of the call's own URL, to no other, and
//   stands in no message; a message names a URL without its user and its query.
// - Proxies come from the environment as curl reads it: https_proxy, http_proxy, all_proxy,
// no_proxy.
// - Errors say whether the same call may succeed later (error->retriable): a lost connection may,
//   a certificate that is not trusted will not.
//
// A status is no error: 404 and 503 are answers. gm_http_status_retriable tells those that pass.
// Nothing is tried again here, because only the caller knows what a second try costs.
#ifndef GM_BASE_HTTP_CLIENT_H
#define GM_BASE_HTTP_CLIENT_H

#include "base/error.h"
#include "base/stop.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gm_http_client; // keeps connections open between calls; one thread at a time

enum {
    GM_HTTP_REDIRECTS_MAX = 5,
    GM_HTTP_ERROR_BODY_BYTES_MAX = 64 * 1024, // of an answer other than 2xx; the rest is not read
    GM_HTTP_CALL_FIELDS_MAX = 16,
};

struct gm_http_client_config {
    const char *user_agent; // NULL: "ghostmarket"
    const char *ca_file;    // certificates to trust, PEM; NULL: the system's
    int64_t connect_us_max; // name, connection and TLS, a proxy's as well; 0: 30 s
};

enum gm_http_verb { GM_HTTP_VERB_GET, GM_HTTP_VERB_HEAD, GM_HTTP_VERB_POST };

// Which redirects a GET or HEAD follows; what is not followed is the answer. A POST follows none.
enum gm_http_follow {
    GM_HTTP_FOLLOW_NONE,
    GM_HTTP_FOLLOW_ORIGIN, // within the scheme, host and port of the call's URL
    GM_HTTP_FOLLOW_ANY,
};

// A header field to send.
struct gm_http_field {
    const char *name, *value;
    bool secret;
};

// Takes the body of a 2xx answer as it arrives. An error ends the call with that error.
struct gm_http_sink {
    // Once, when the head is there and before any byte of the body; gm_http_client_field tells
    // what it holds. May be NULL.
    enum gm_err (*begin)(void *context, int status, struct gm_error *error);
    enum gm_err (*take)(void *context, const void *data, size_t len, struct gm_error *error);
    void *context;
};

struct gm_http_call {
    enum gm_http_verb verb;
    const char *url;
    const struct gm_http_field *fields;
    size_t field_count; // ≤ GM_HTTP_CALL_FIELDS_MAX
    struct gm_str body; // of a POST
    bool compressed;    // offers gzip; the body arrives unpacked
    enum gm_http_follow follow;
    int64_t body_bytes_max; // unpacked; more ends the call with GM_ERR_LIMIT as it arrives
    int64_t total_us_max;   // the whole call, redirects included; 0: no limit
    int64_t idle_us_max;    // once connected, this long with fewer than idle_bytes_min bytes from
    int64_t idle_bytes_min; // the server ends the call; 0: 30 s; 0: 1
    const struct gm_http_sink *sink; // NULL: the body is collected for the reply
    struct gm_stop *stop;            // NULL: cannot be stopped
};

struct gm_http_reply {
    int status;
    struct gm_str body; // until the client's next call; empty where a sink took it
};

// GM_ERR_NOMEM, or GM_ERR_INTERNAL where libcurl cannot start. `config` NULL: the defaults; its
// texts are copied.
enum gm_err gm_http_client_create(const struct gm_http_client_config *config,
                                  struct gm_http_client **ret_client, struct gm_error *error);
void gm_http_client_destroy(struct gm_http_client *client); // NULL is fine

// Makes the call and waits for its end. Errors, all naming the URL:
//   GM_ERR_NETWORK  no such host, no connection, broken off, timed out, silent (retriable); the
//                   certificate is not trusted, a proxy refuses, redirects without end (not)
//   GM_ERR_LIMIT    the body is larger than body_bytes_max
//   GM_ERR_STOPPED  the stop request
//   GM_ERR_INVALID  no URL for this client, or a field that would break the head
//   what the sink returned
enum gm_err gm_http_client_call(struct gm_http_client *client, const struct gm_http_call *call,
                                struct gm_http_reply *ret_reply, struct gm_error *error);

// A header field of the last answer, whatever the case of its name; data is NULL where it is not
// there. Valid until the next question. Also for a sink, of the answer that arrives.
struct gm_str gm_http_client_field(struct gm_http_client *client, const char *name);

// The URL that answered last, as messages show it. Valid until the next call; never NULL.
const char *gm_http_client_url(const struct gm_http_client *client);

// 408, 425, 429 and 5xx other than 501 and 505: the same call may succeed later.
bool gm_http_status_retriable(int status);

// "7.88.1"
const char *gm_http_library_version(void);

#endif
