// The signal written straight from its formulas: the oracle of the tracker.
//
// Keeps every event that was not late and, for each row, goes through all of them again: O(n) an
// event, no window is ever maintained. Sums are long double.
#ifndef GM_TESTS_SIGNAL_NAIVE_H
#define GM_TESTS_SIGNAL_NAIVE_H

#include "signal/tracker.h"

enum { NAIVE_EVENTS_MAX = 500 };

struct naive_event {
    enum gm_tracker_kind kind;
    int64_t time_us;
    double value;
};

struct naive {
    struct gm_rule rule;
    struct naive_event events[NAIVE_EVENTS_MAX]; // in order of arrival
    int count;
    bool alerted;
    int64_t last_alert_us;
};

// An average and the newest value, over one window.
struct naive_window {
    int count;
    double average, newest;
};

void naive_init(struct naive *naive, const struct gm_rule *rule);

// Takes at most NAIVE_EVENTS_MAX events.
void naive_apply(struct naive *naive, enum gm_tracker_kind kind, int64_t time_us, double value,
                 struct gm_metrics_row *ret_row);

// The window of one kind after the last event.
struct naive_window naive_window(const struct naive *naive, enum gm_tracker_kind kind);

#endif
