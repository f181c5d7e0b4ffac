// The messages of the pipeline: structs and their JSON.
//
// Text in a decoded struct is a slice of the message or of the arena that the caller lends; it
// lives as long as both. A text that is absent has len 0; a number that is not known is NaN
// (gm_is_known) and null in JSON; a time that is not known is GM_TIME_NONE.
//
// Decoding is strict: one JSON object, UTF-8, nothing behind it; a field that is missing, twice
// there or of the wrong type is GM_ERR_INVALID with the field's name ("price_usd: byte 31: a number
// must stand here"), a text or message over its limit is GM_ERR_LIMIT. Unknown fields are
// checked for well-formedness and ignored. On failure *ret_… is untouched.
//
// Encoding appends one object without a newline to `out`; the same struct always gives the same
// bytes. Its texts must be UTF-8 and its times, where not GM_TIME_NONE, in timestamp.h's range. It
// fails only as a buffer fails (gm_buffer_ok).
//
// docs/messages.md lists the fields and says which may be missing or null.
#ifndef GM_EVENT_EVENT_H
#define GM_EVENT_EVENT_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/str.h"
#include "event/topic.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    GM_MESSAGE_BYTES_MAX = 512 * 1024, // an input message, whole
    GM_TEXT_BYTES_MAX = 256 * 1024,    // a post's text
    GM_TICKER_BYTES_MAX = 64,          // [a-z0-9._-]+
    GM_NAME_BYTES_MAX = 128,           // source, subreddit, author, id
    GM_URL_BYTES_MAX = 2048,
    GM_DEAD_LETTER_BYTES_MAX = 768 * 1024, // an encoded dead letter, whole
    GM_DEAD_LETTER_TEXT_BYTES_MAX = 2048,  // each of its texts but the payload
};

// Prices and times that can be true. Outside: GM_ERR_INVALID.
#define GM_PRICE_MIN     1e-15
#define GM_PRICE_MAX     1e15
#define GM_TIME_MIN_US   ((int64_t)946684800 * 1000000) // 2000-01-01T00:00:00Z
#define GM_TIME_AHEAD_US ((int64_t)300 * 1000000) // how far a timestamp may lie past observed_at

#define GM_UNKNOWN ((double)NAN)

static inline bool gm_is_known(double value)
{
    return !isnan(value);
}

// ------------------------------------------------------------------------- live-prices

struct gm_tick {
    struct gm_str ticker;
    double price_usd;       // GM_PRICE_MIN … GM_PRICE_MAX
    int64_t timestamp_us;   // event time
    int64_t observed_at_us; // when GhostMarket first saw it; GM_TIME_NONE if the message has none
    struct gm_str source;   // "coinbase"
};

enum gm_err gm_tick_decode(struct gm_str json, struct gm_arena *arena, struct gm_tick *ret_tick,
                           struct gm_error *error);
// An offer is what another program delivers of its own: as a message, but what can be filled in may
// be missing. A tick's source then has len 0, its timestamp is GM_TIME_NONE.
enum gm_err gm_tick_decode_offer(struct gm_str json, struct gm_arena *arena,
                                 struct gm_tick *ret_tick, struct gm_error *error);
void gm_tick_encode(const struct gm_tick *tick, struct gm_buffer *out);

// ------------------------------------------------------------------------- live-social

struct gm_post {
    struct gm_str ticker;
    struct gm_str text;   // 1 … GM_TEXT_BYTES_MAX bytes, not only white space, no NUL
    struct gm_str source; // "reddit"
    struct gm_str id;     // the source's own: "t1_k2…"
    struct gm_str subreddit, author, url; // may be absent
    int64_t timestamp_us;
    int64_t observed_at_us; // GM_TIME_NONE if the message has none
};

enum gm_err gm_post_decode(struct gm_str json, struct gm_arena *arena, struct gm_post *ret_post,
                           struct gm_error *error);
// As gm_tick_decode_offer: a post's ticker, source, id and timestamp may be missing.
enum gm_err gm_post_decode_offer(struct gm_str json, struct gm_arena *arena,
                                 struct gm_post *ret_post, struct gm_error *error);
void gm_post_encode(const struct gm_post *post, struct gm_buffer *out);

// GM_ERR_INVALID when `timestamp_us` cannot be true: before GM_TIME_MIN_US, or more than
// GM_TIME_AHEAD_US past `observed_at_us` (GM_TIME_NONE: not checked). One message a day ahead would
// make every later one late.
enum gm_err gm_timestamp_plausible(int64_t timestamp_us, int64_t observed_at_us,
                                   struct gm_error *error);

// ------------------------------------------------------------------------- market-signals

enum gm_signal_kind { GM_SIGNAL_PRICE, GM_SIGNAL_SOCIAL };

extern const char GM_ALERT_HYPE_PUMP[]; // "IMMINENT_HYPE_PUMP"

// Where an input message stood.
struct gm_origin {
    enum gm_topic topic;
    int32_t partition;
    int64_t offset;
};

// One row: what the windows of a ticker say after one event.
struct gm_signal {
    // the nine columns
    int64_t timestamp_us; // the event's own time
    struct gm_str ticker;
    double price_usd;                              // P_current; NaN: no price in the window
    double vibe_score;                             // V_current, [-1, 1]; NaN: no vibe in the window
    int32_t msg_velocity;                          // N ≥ 0
    double delta_price, delta_vibe, hype_momentum; // NaN: not known
    bool alert;                                    // alert_status is IMMINENT_HYPE_PUMP, else null
    // provenance
    enum gm_signal_kind kind;
    double value;          // the event's own price or vibe: what the windows are rebuilt from
    bool late;             // older than the window when it came: in no window
    int64_t watermark_us;  // the ticker's newest event time, this event included
    struct gm_str label;   // social: "positive", "negative", "neutral"; else absent
    struct gm_str scorer;  // social: the scorer's name; else absent
    struct gm_str post_id; // social
    struct gm_origin input;
    int64_t observed_at_us; // the input's; GM_TIME_NONE: unknown
};

enum gm_err gm_signal_decode(struct gm_str json, struct gm_arena *arena,
                             struct gm_signal *ret_signal, struct gm_error *error);
void gm_signal_encode(const struct gm_signal *signal, struct gm_buffer *out);

// ------------------------------------------------------------------------- market-alerts

// Raised by the row with the same `input`; `threshold_…` are the rule's at that moment.
struct gm_alert {
    int64_t timestamp_us;
    struct gm_str ticker;
    struct gm_str status; // GM_ALERT_HYPE_PUMP
    double price_usd, vibe_score;
    int32_t msg_velocity;
    double delta_price, delta_vibe, hype_momentum;
    double threshold_momentum, threshold_delta_price;
    struct gm_origin input;
    int64_t observed_at_us;
};

enum gm_err gm_alert_decode(struct gm_str json, struct gm_arena *arena, struct gm_alert *ret_alert,
                            struct gm_error *error);
void gm_alert_encode(const struct gm_alert *alert, struct gm_buffer *out);

// ------------------------------------------------------------------------- dead-letters

// Something that a stage could not take, kept whole so that nothing is lost.
struct gm_dead_letter {
    struct gm_str stage;   // "replay", "process"
    struct gm_str reason;  // the error's message
    struct gm_str origin;  // "live-social/0/1234" or "posts.jsonl:17"
    struct gm_str key;     // may be absent
    struct gm_str payload; // the original bytes, any bytes; cut at GM_MESSAGE_BYTES_MAX
    int64_t payload_bytes; // the original size; > payload.len where it was cut
    int64_t observed_at_us;
};

// In JSON the payload is "payload" when it is UTF-8 without NUL and fits so, else "payload_base64".
// Encoding takes whatever it is given: texts over GM_DEAD_LETTER_TEXT_BYTES_MAX are cut, bytes in
// them that are not UTF-8 become U+FFFD, and what it writes is never over GM_DEAD_LETTER_BYTES_MAX.
enum gm_err gm_dead_letter_decode(struct gm_str json, struct gm_arena *arena,
                                  struct gm_dead_letter *ret_letter, struct gm_error *error);
void gm_dead_letter_encode(const struct gm_dead_letter *letter, struct gm_buffer *out);

#endif
