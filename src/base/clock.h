// Time: microseconds since 1970-01-01T00:00:00Z, and a way to wait for it.
//
// The real clock reads CLOCK_REALTIME. A virtual clock stands still until it is told to move, so
// that tests and the replay feed own time instead of sleeping through it.
#ifndef GM_BASE_CLOCK_H
#define GM_BASE_CLOCK_H

#include <stdatomic.h>
#include <stdint.h>

// A time that is not known. Less than every real one.
#define GM_TIME_NONE INT64_MIN

enum {
    GM_US_PER_MS = 1000,
    GM_US_PER_S = 1000000,
};
#define GM_US_PER_MIN  ((int64_t)60 * GM_US_PER_S)
#define GM_US_PER_HOUR ((int64_t)3600 * GM_US_PER_S)
#define GM_US_PER_DAY  ((int64_t)86400 * GM_US_PER_S)

// Thread-safe. `now_us` is all that a clock does.
struct gm_clock {
    int64_t (*now_us)(const struct gm_clock *clock);
};

extern const struct gm_clock gm_clock_real;

// A virtual clock: hand &virtual.clock to whoever wants a clock.
struct gm_clock_virtual {
    struct gm_clock clock; // first member
    _Atomic int64_t us;
};

void gm_clock_virtual_init(struct gm_clock_virtual *clock, int64_t start_us);
void gm_clock_virtual_set(struct gm_clock_virtual *clock, int64_t us);

static inline int64_t gm_clock_now_us(const struct gm_clock *clock)
{
    return clock->now_us(clock);
}

// CLOCK_MONOTONIC in microseconds: for durations and deadlines, never for event time.
int64_t gm_monotonic_us(void);

#endif
