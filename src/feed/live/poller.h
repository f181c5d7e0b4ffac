// Polling a source by HTTP: when it may be called, what its answers mean, and what happens next.
//
// A poller is one schedule: one call after the other, each when it is time, never sooner. A feed
// that polls several addresses independently has a poller for each, all with one monitor; one that
// pages through a listing has one poller and says after each page when the next may be asked for.
//
//     err = gm_poller_ask(poller, &request, stop, wait_us, &outcome, &reply, error);
//     if (outcome == GM_POLL_ANSWER) {
//         if (read(reply.body, …, &fault))
//             gm_poller_refuse(poller, fault.message);
//         else
//             gm_poller_accept(poller, interval_us);
//     }
//
// What it sees to, beyond what base/http_client.h does (verified TLS, limits on time, size and
// redirects, proxies from the environment, secrets that go to their origin alone):
// - No two calls are closer than gap_us_min, whatever is asked of it.
// - After a failure the next call waits: twice as long each time, up to retry_us_max, with jitter;
//   at least as long as Retry-After (seconds or date), RateLimit or X-Ratelimit-Reset say, a day at
//   most. What time does not mend (401, 403, 404, another 4xx, a certificate) waits retry_us_max at
//   once. It never gives up.
// - A page of HTML where something else was due is a failure that says so.
// - Every failure is noted in the monitor with what happens next; so is the first answer after it,
//   and a clock that differs from the server's by more than GM_POLL_SKEW_US_MAX.
//
// One thread at a time. It only fails for lack of memory.
#ifndef GM_FEED_LIVE_POLLER_H
#define GM_FEED_LIVE_POLLER_H

#include "base/clock.h"
#include "base/error.h"
#include "base/http_client.h"
#include "base/stop.h"
#include "base/str.h"
#include "feed/live/health.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { GM_POLL_TAG_BYTES_MAX = 1024 };
#define GM_POLL_SKEW_US_MAX  ((int64_t)30 * GM_US_PER_S)
#define GM_POLL_PATIENCE_MAX GM_US_PER_DAY // a server that asks for more is asked after a day

// Texts are copied.
struct gm_poller_config {
    const char *name;       // begins every notice: "coingecko"
    const char *key_option; // the option to check when the source refuses a key; NULL: has none
    const char *user_agent; // NULL: "ghostmarket"
    const char *ca_file;    // NULL: the system's certificates
    int64_t gap_us_min;     // between the beginnings of two calls
    int64_t retry_us_min;   // the first wait after a failure; 0: 1 s
    int64_t retry_us_max;   // the longest; 0: 5 min
    int64_t timeout_us;     // one call, redirects included; 0: 30 s
    int64_t idle_us_max;    // no byte for so long ends a call; 0: 15 s
    int64_t body_bytes_max; // unpacked
};

// One call. All is lent for gm_poller_ask; the same request may be asked until there is an outcome.
struct gm_poll_request {
    const char *url;                    // may hold secrets in its query: notices leave that out
    const struct gm_http_field *fields; // secret ones are in no notice
    size_t field_count;                 // ≤ GM_HTTP_CALL_FIELDS_MAX − 2
    struct gm_str form;                 // not empty: a POST of application/x-www-form-urlencoded
    bool conditional;  // a GET that sends the ETag and Last-Modified of the last accepted answer
    int status_wanted; // this status is an answer as well, and no failure; 0: only 2xx is
};

enum gm_poll_outcome {
    GM_POLL_NOT_YET,   // it is not time, or the stop is raised
    GM_POLL_ANSWER,    // gm_poller_accept or gm_poller_refuse must be called
    GM_POLL_UNCHANGED, // 304 to a conditional call: likewise
    GM_POLL_FAILED,    // noted; `reply.status` is 0 where there was no answer at all
};

struct gm_poller;

// The first call may be made at once. `monitor` and `clock` are lent for the poller's life.
// GM_ERR_NOMEM; GM_ERR_INTERNAL: libcurl does not start.
enum gm_err gm_poller_create(const struct gm_poller_config *config, const struct gm_clock *clock,
                             struct gm_feed_monitor *monitor, struct gm_poller **ret_poller,
                             struct gm_error *error);
void gm_poller_destroy(struct gm_poller *poller); // NULL is fine

// Waits until the next call may be made, at most `wait_us` and until `stop` is raised; then makes
// it, which takes up to timeout_us more. With `wait_us` 0 no call is begun, so that what waits for
// a commit does not wait for a server. The body is valid until the next call. GM_ERR_NOMEM.
enum gm_err gm_poller_ask(struct gm_poller *poller, const struct gm_poll_request *request,
                          struct gm_stop *stop, int64_t wait_us, enum gm_poll_outcome *ret_outcome,
                          struct gm_http_reply *ret_reply, struct gm_error *error);

// The answer is good: the source can be seen, and the next call may begin `interval_us` after the
// beginning of this one, and not within gap_us_min.
void gm_poller_accept(struct gm_poller *poller, int64_t interval_us);

// The answer is not what was due: a failure as any other. `why` is a clause: "it is no JSON: …".
void gm_poller_refuse(struct gm_poller *poller, const char *why);

// No call within `hold_us` from now on. It never shortens a wait.
void gm_poller_hold(struct gm_poller *poller, int64_t hold_us);

// Monotonic time from which on a call may be made.
int64_t gm_poller_due_us(const struct gm_poller *poller);

// A header field of the last answer (x-ratelimit-remaining, …); data is NULL where there is none.
// Valid until the next question.
struct gm_str gm_poller_field(struct gm_poller *poller, const char *name);

#endif
