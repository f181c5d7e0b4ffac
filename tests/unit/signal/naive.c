// The oracle: slow, and easy to compare with the definition.
#include "naive.h"

#include <assert.h>
#include <math.h>

void naive_init(struct naive *naive, const struct gm_rule *rule)
{
    naive->rule = *rule;
    naive->count = 0;
    naive->alerted = false;
}

static int64_t watermark(const struct naive *naive)
{
    int64_t newest_us = INT64_MIN;
    for (int i = 0; i < naive->count; i++)
        if (naive->events[i].time_us > newest_us)
            newest_us = naive->events[i].time_us;
    return newest_us;
}

// Stable: equal times keep their order of arrival.
static void sort_by_time(struct naive_event *events, int count)
{
    for (int i = 1; i < count; i++) {
        const struct naive_event event = events[i];
        int place = i;
        for (; place > 0 && events[place - 1].time_us > event.time_us; place--)
            events[place] = events[place - 1];
        events[place] = event;
    }
}

struct naive_window naive_window(const struct naive *naive, enum gm_tracker_kind kind)
{
    struct naive_event inside[NAIVE_EVENTS_MAX];
    const int64_t watermark_us = watermark(naive);
    int count = 0;
    for (int i = 0; i < naive->count; i++)
        if (naive->events[i].kind == kind &&
            watermark_us - naive->events[i].time_us <= naive->rule.window_us)
            inside[count++] = naive->events[i];
    if (count == 0)
        return (struct naive_window){0, (double)NAN, (double)NAN};

    sort_by_time(inside, count);
    const int limit = (int)naive->rule.entries_max;
    const struct naive_event *kept = inside;
    if (count > limit) {
        kept += count - limit;
        count = limit;
    }
    long double sum = 0;
    for (int i = 0; i < count; i++)
        sum += kept[i].value;
    return (struct naive_window){count, (double)(sum / count), kept[count - 1].value};
}

void naive_apply(struct naive *naive, enum gm_tracker_kind kind, int64_t time_us, double value,
                 struct gm_metrics_row *ret_row)
{
    const bool late = naive->count > 0 && watermark(naive) - time_us > naive->rule.window_us;
    if (!late) {
        assert(naive->count < NAIVE_EVENTS_MAX);
        naive->events[naive->count++] = (struct naive_event){kind, time_us, value};
    }
    const struct naive_window prices = naive_window(naive, GM_TRACKER_PRICE);
    const struct naive_window vibes = naive_window(naive, GM_TRACKER_VIBE);
    const int64_t watermark_us = watermark(naive);

    const double delta_price = (prices.newest - prices.average) / prices.average;
    const double delta_vibe = vibes.newest - vibes.average;
    const double momentum = delta_vibe * vibes.count;
    const bool cooling =
        naive->alerted && watermark_us - naive->last_alert_us < naive->rule.cooldown_us;
    const bool alert = !late && !cooling && prices.count > 0 && vibes.count > 0 &&
                       momentum > naive->rule.momentum_min &&
                       delta_price < naive->rule.delta_price_max;
    if (alert) {
        naive->alerted = true;
        naive->last_alert_us = watermark_us;
    }
    *ret_row = (struct gm_metrics_row){
        .price_usd = prices.newest,
        .vibe_score = vibes.newest,
        .msg_velocity = vibes.count,
        .delta_price = delta_price,
        .delta_vibe = delta_vibe,
        .hype_momentum = momentum,
        .alert = alert,
        .late = late,
        .watermark_us = watermark_us,
    };
}
