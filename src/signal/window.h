// A sliding window over event time: values in order of time, their count, newest and average.
//
// Pure: no clock, no I/O. One thread at a time. Entries stand sorted by time; of equal times, in
// order of arrival. What the window holds depends only on that order, never on the way there: when
// it is full, the newest `limit` of all entries are the ones that stay.
//
// An entry in order costs O(1) amortised, a late one a binary search and a move of the entries on
// its shorter side. Memory grows by doubling, 16 bytes an entry, and is kept until finish.
#ifndef GM_SIGNAL_WINDOW_H
#define GM_SIGNAL_WINDOW_H

#include "base/error.h"
#include "signal/exact_sum.h"

#include <stddef.h>
#include <stdint.h>

struct gm_window_entry {
    int64_t time_us;
    double value;
};

struct gm_window {
    struct gm_window_entry *ring; // capacity entries
    size_t head;                  // where in the ring the oldest stands
    size_t count, capacity;       // capacity: 0 or a power of two
    size_t limit;                 // most entries kept; a full window lets its oldest go
    int64_t overflow;             // entries let go because of the limit, ever
    struct gm_exact_sum sum;
};

// `limit` ≥ 1 entries. Allocates nothing yet.
void gm_window_init(struct gm_window *window, size_t limit);
void gm_window_finish(struct gm_window *window);

// Makes sure that the next insert, of either kind, cannot fail. GM_ERR_NOMEM leaves the window as
// it was.
enum gm_err gm_window_reserve(struct gm_window *window, struct gm_error *error);

// Puts a value in its place. |value| < 2^64. GM_ERR_NOMEM leaves the window as it was.
enum gm_err gm_window_insert(struct gm_window *window, int64_t time_us, double value,
                             struct gm_error *error);

// As gm_window_insert, for a value that arrived before all that are there: of equal times it stands
// first. For rebuilding a window from its newest arrival backwards.
enum gm_err gm_window_insert_earlier(struct gm_window *window, int64_t time_us, double value,
                                     struct gm_error *error);

// Drops the entries that are older than `oldest_us`; one exactly as old stays.
void gm_window_evict(struct gm_window *window, int64_t oldest_us);

// The newest value by event time (of equals, the last to arrive); NaN when empty.
double gm_window_newest(const struct gm_window *window);

// The average, rounded once; NaN when empty.
double gm_window_average(const struct gm_window *window);

#endif
