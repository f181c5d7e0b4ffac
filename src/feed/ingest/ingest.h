// Deliveries: what other programs post, a Telegram bot or a TradingView alert, turned into
// messages.
//
// A body is one JSON object, or one a line. Each is read strictly, as docs/messages.md has it, but
// what can be filled in may be missing. A post with a `ticker` is about that; one without goes
// through the keyword gate and becomes a message for each ticker that it is about. `observed_at` is
// always ours, and a time that cannot be true is refused. One line's fault does not touch the
// others.
//
// What is promised about repetition: a message is taken once where its ticker, source and id were
// taken before, or where it comes in the same line of a body with the same Idempotency-Key: of the
// last GM_SEEN_KEPT_MIN such messages, over restarts. A key that comes again with another body is
// refused. What has neither id nor key is taken whenever it comes.
#ifndef GM_FEED_INGEST_INGEST_H
#define GM_FEED_INGEST_INGEST_H

#include "base/buffer.h"
#include "base/error.h"
#include "feed/feed.h"
#include "feed/gate/gate.h"
#include "feed/ingest/seen.h"

#include <stddef.h>
#include <stdint.h>

enum {
    GM_INGEST_MESSAGES_MAX = 4096,          // of one body
    GM_INGEST_BYTES_MAX = 64 * 1024 * 1024, // of their texts: a long post may be about many tickers
    GM_INGEST_REJECTED_MAX = 100,           // that an answer tells of one by one
    GM_INGEST_KEY_BYTES_MAX = 100,
};

enum gm_ingest_kind { GM_INGEST_POSTS, GM_INGEST_PRICES };

struct gm_ingest;

// `names` are the followed tickers, `gated` their keywords; both are copied. `secret` makes the
// hashes of what was taken unpredictable, and must be the same as long as the slots are kept.
// `slots`: see gm_seen_read. GM_ERR_INVALID, GM_ERR_NOMEM.
enum gm_err gm_ingest_create(const char *const *names, const struct gm_gate_ticker *gated,
                             size_t count, uint64_t secret, const char *const *slots,
                             struct gm_ingest **ret_ingest, struct gm_error *error);
void gm_ingest_destroy(struct gm_ingest *ingest); // NULL is fine

struct gm_ingest_counts {
    size_t accepted;   // lines that are on the bus, now or since before
    size_t duplicates; // those of them that were since before
    size_t unmatched;  // posts that are about no ticker
    size_t rejected;
    size_t messages; // new ones
};

// Takes a new message; its texts live for the call. An error ends the body.
typedef enum gm_err gm_ingest_put_fn(void *context, const struct gm_feed_item *item,
                                     struct gm_error *error);

// Reads a body. `key` NULL: none. The answer's JSON is appended to `answer`:
//     {"accepted":2,"duplicates":0,"unmatched":0,"rejected":[{"line":3,"error":"…"}]}
// with "rejected_more" where there are more than GM_INGEST_REJECTED_MAX. Then the caller commits
// and calls gm_ingest_keep or, where that failed or this did, gm_ingest_take_back. GM_ERR_INVALID:
// an empty body, or a key that came with another one.
enum gm_err gm_ingest_take(struct gm_ingest *ingest, enum gm_ingest_kind kind, struct gm_str body,
                           const char *key, int64_t now_us, gm_ingest_put_fn *put, void *context,
                           struct gm_ingest_counts *ret_counts, struct gm_buffer *answer,
                           struct gm_error *error);
void gm_ingest_keep(struct gm_ingest *ingest);
void gm_ingest_take_back(struct gm_ingest *ingest);

// What was taken, for the slots that the commit must hold.
const struct gm_seen *gm_ingest_seen(const struct gm_ingest *ingest);

#endif
