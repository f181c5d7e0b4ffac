// One ticker's windows, metrics, rule and cooldown.
#include "signal/tracker.h"

#include "base/clock.h"
#include "event/event.h"

#include <assert.h>

const struct gm_rule gm_rule_default = {
    .window_us = 5 * GM_US_PER_MIN,
    .cooldown_us = 10 * GM_US_PER_MIN,
    .momentum_min = 100,
    .delta_price_max = 0.02,
    .entries_max = 1 << 20,
};

void gm_tracker_init(struct gm_tracker *tracker, const struct gm_rule *rule)
{
    assert(rule->window_us > 0 && rule->cooldown_us >= 0);
    assert(rule->entries_max >= 1 && rule->entries_max <= INT32_MAX);
    *tracker = (struct gm_tracker){
        .rule = *rule,
        .watermark_us = GM_TIME_NONE,
        .last_alert_us = GM_TIME_NONE,
    };
    gm_window_init(&tracker->prices, rule->entries_max);
    gm_window_init(&tracker->vibes, rule->entries_max);
}

void gm_tracker_finish(struct gm_tracker *tracker)
{
    gm_window_finish(&tracker->prices);
    gm_window_finish(&tracker->vibes);
}

static enum gm_err check_event(enum gm_tracker_kind kind, int64_t time_us, double value,
                               struct gm_error *error)
{
    const bool price = kind == GM_TRACKER_PRICE;
    const double min = price ? GM_PRICE_MIN : -1, max = price ? GM_PRICE_MAX : 1;
    if (!(value >= min && value <= max)) // NaN, too
        return gm_error_set(error, GM_ERR_INVALID, "%s: %g is not in %g … %g",
                            price ? "price_usd" : "vibe_score", value, min, max);
    if (time_us == GM_TIME_NONE)
        return gm_error_set(error, GM_ERR_INVALID, "timestamp: an event must have one");
    return GM_OK;
}

// time_us − span_us, no less than the least time. span_us ≥ 0.
static int64_t back(int64_t time_us, int64_t span_us)
{
    int64_t earlier_us;
    return __builtin_sub_overflow(time_us, span_us, &earlier_us) ? INT64_MIN : earlier_us;
}

static struct gm_window *window_of(struct gm_tracker *tracker, enum gm_tracker_kind kind)
{
    return kind == GM_TRACKER_PRICE ? &tracker->prices : &tracker->vibes;
}

// Comparing with NaN is false, so a rule that lacks a value on either side does not hold.
static bool rule_holds(const struct gm_rule *rule, const struct gm_metrics_row *row)
{
    return row->hype_momentum > rule->momentum_min && row->delta_price < rule->delta_price_max;
}

static bool quiet(const struct gm_tracker *tracker)
{
    return tracker->last_alert_us != GM_TIME_NONE &&
           tracker->last_alert_us > back(tracker->watermark_us, tracker->rule.cooldown_us);
}

// What the windows say; neither late nor an alert.
static struct gm_metrics_row measure(const struct gm_tracker *tracker)
{
    const double price = gm_window_newest(&tracker->prices);
    const double price_average = gm_window_average(&tracker->prices);
    const double vibe = gm_window_newest(&tracker->vibes);
    const double delta_vibe = vibe - gm_window_average(&tracker->vibes);
    return (struct gm_metrics_row){
        .price_usd = price,
        .vibe_score = vibe,
        .msg_velocity = (int32_t)tracker->vibes.count,
        .delta_price = (price - price_average) / price_average,
        .delta_vibe = delta_vibe,
        .hype_momentum = delta_vibe * (double)tracker->vibes.count,
        .watermark_us = tracker->watermark_us,
    };
}

enum gm_err gm_tracker_apply(struct gm_tracker *tracker, enum gm_tracker_kind kind, int64_t time_us,
                             double value, struct gm_metrics_row *ret_row, struct gm_error *error)
{
    enum gm_err err = check_event(kind, time_us, value, error);
    if (err != GM_OK)
        return err;
    if (time_us < back(tracker->watermark_us, tracker->rule.window_us)) {
        *ret_row = measure(tracker);
        ret_row->late = true;
        return GM_OK;
    }

    // Old entries go before the new one comes, so that none of them counts as let go for lack of
    // room; and room is made before they go, because afterwards nothing may fail any more.
    struct gm_window *window = window_of(tracker, kind);
    err = gm_window_reserve(window, error);
    if (err != GM_OK)
        return err;
    if (time_us > tracker->watermark_us) {
        tracker->watermark_us = time_us;
        const int64_t oldest_us = back(time_us, tracker->rule.window_us);
        gm_window_evict(&tracker->prices, oldest_us);
        gm_window_evict(&tracker->vibes, oldest_us);
    }
    err = gm_window_insert(window, time_us, value, error);
    assert(err == GM_OK);

    struct gm_metrics_row row = measure(tracker);
    row.alert = rule_holds(&tracker->rule, &row) && !quiet(tracker);
    if (row.alert)
        tracker->last_alert_us = tracker->watermark_us;
    *ret_row = row;
    return GM_OK;
}

// Why a restored tracker equals the one that wrote the rows.
//
// What a tracker will ever do depends on its watermark W, on what is in each window, in order, and
// on when the last alert was. Let row k have the time t(k) and the watermark w(k), which never
// falls from row to row, and t(k) ≤ w(k); w(newest) = W.
//
// 1. A window holds the newest `entries_max`, by (time, arrival), of the entries that were not late
//    and have t ≥ W − window. An entry that was evicted for its age is older than that bound now,
//    since the bound only rises. One that was let go for lack of room had `entries_max` newer ones
//    in the window; age evicts the oldest first and room lets the oldest go, so as long as it would
//    be young enough itself, as many newer ones are there. Nothing that left may thus come back,
//    and the path to this set leaves no trace: neither in the order, which insert_earlier rebuilds
//    exactly from arrivals taken backwards, nor in the sum, which is exact.
// 2. Of the alerts only the newest counts, and it is the first that is met on the way back; its
//    time was that row's watermark.
// 3. When a row has w(k) < W − max(window, cooldown), all rows before it have too. Their entries
//    have t ≤ w < W − window: in no window. Their alerts are more than a cooldown before W, and the
//    watermark only grows, so they keep nothing quiet: as good as no alert. The rows are complete.
//    The same holds for what is given beyond that, so it does no harm.
enum gm_err gm_tracker_restore(struct gm_tracker *tracker, enum gm_tracker_kind kind,
                               int64_t time_us, double value, bool late, bool alert,
                               int64_t watermark_us, bool *ret_complete, struct gm_error *error)
{
    enum gm_err err = check_event(kind, time_us, value, error);
    if (err != GM_OK)
        return err;
    const struct gm_rule *rule = &tracker->rule;
    const int64_t newest_us =
        tracker->watermark_us == GM_TIME_NONE ? watermark_us : tracker->watermark_us;
    if (!late && time_us >= back(newest_us, rule->window_us)) {
        err = gm_window_insert_earlier(window_of(tracker, kind), time_us, value, error);
        if (err != GM_OK)
            return err;
    }
    tracker->watermark_us = newest_us;
    if (alert && tracker->last_alert_us == GM_TIME_NONE)
        tracker->last_alert_us = watermark_us;

    const int64_t span_us =
        rule->window_us > rule->cooldown_us ? rule->window_us : rule->cooldown_us;
    *ret_complete = watermark_us < back(newest_us, span_us);
    return GM_OK;
}
