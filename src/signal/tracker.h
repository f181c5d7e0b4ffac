// What GhostMarket knows of one ticker: two windows, the metrics over them, the rule, the cooldown.
//
// Pure: no clock, no I/O. The same events in the same order always give the same metrics, to the
// last bit. One thread at a time. The formulas are those of docs/architecture.md, "The signal":
//     delta_price   = (P_current − P_avg) / P_avg         over the price window
//     delta_vibe    = V_current − V_avg                   over the vibe window
//     hype_momentum = delta_vibe × N                      N = posts in the vibe window
//     alert         ⇔ hype_momentum > momentum_min and delta_price < delta_price_max,
//                     both known, and no alert within the cooldown
#ifndef GM_SIGNAL_TRACKER_H
#define GM_SIGNAL_TRACKER_H

#include "base/error.h"
#include "signal/window.h"

#include <stdbool.h>
#include <stdint.h>

struct gm_rule {
    int64_t window_us;      // > 0
    int64_t cooldown_us;    // ≥ 0, on the ticker's own event time
    double momentum_min;    // alert above
    double delta_price_max; // alert below
    size_t entries_max;     // 1 … INT32_MAX, the most entries of each window
};

extern const struct gm_rule gm_rule_default; // 5 min, 10 min, 100, 0.02, 1,048,576

// NaN: not known.
struct gm_metrics_row {
    double price_usd, vibe_score;
    int32_t msg_velocity;
    double delta_price, delta_vibe, hype_momentum;
    bool alert;
    bool late;            // fell outside the window: recorded, changed nothing
    int64_t watermark_us; // the newest event time of the ticker
};

struct gm_tracker {
    struct gm_rule rule;
    struct gm_window prices, vibes;
    int64_t watermark_us;  // GM_TIME_NONE: no event yet
    int64_t last_alert_us; // the watermark at the last alert; GM_TIME_NONE: none
};

enum gm_tracker_kind { GM_TRACKER_PRICE, GM_TRACKER_VIBE };

// Allocates nothing yet.
void gm_tracker_init(struct gm_tracker *tracker, const struct gm_rule *rule);
void gm_tracker_finish(struct gm_tracker *tracker);

// Takes one event and gives the row that it makes. `value` is a price (GM_PRICE_MIN …
// GM_PRICE_MAX) or a vibe in [-1, 1]; anything else is GM_ERR_INVALID. An alert is raised again
// when `cooldown_us` have fully passed on the watermark. GM_ERR_INVALID and GM_ERR_NOMEM leave the
// tracker as it was.
//
// An event older than the window, measured from the watermark, is late: its row shows what the
// windows say without it, and no alert. One that is out of order but still inside is put in its
// place; its row may alert.
enum gm_err gm_tracker_apply(struct gm_tracker *tracker, enum gm_tracker_kind kind, int64_t time_us,
                             double value, struct gm_metrics_row *ret_row, struct gm_error *error);

// Rebuilding after a restart: rows are given newest first until the tracker has seen enough.
//
// Takes one earlier row (as recorded) of the ticker: its kind, own time and value, whether it was
// late or alerted, and its watermark. The first call on a fresh tracker gets the newest row of all,
// and no event may be applied before the last. *ret_complete turns true when no earlier row can
// matter any more; it is harmless to give more. When the rows are complete or used up, the tracker
// equals the one that wrote them, to the last bit of every later row (overflow counts excepted).
// Rows written under another rule are taken under the present one; which of them were late or
// alerted stays as recorded. GM_ERR_INVALID (a value out of range) and GM_ERR_NOMEM leave the
// tracker as it was.
enum gm_err gm_tracker_restore(struct gm_tracker *tracker, enum gm_tracker_kind kind,
                               int64_t time_us, double value, bool late, bool alert,
                               int64_t watermark_us, bool *ret_complete, struct gm_error *error);

#endif
