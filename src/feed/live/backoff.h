// How long to wait before a source is tried again: twice as long after each failure, up to a limit,
// and by chance up to half of it less, so that many programs that lost the same server do not all
// come back at once.
#ifndef GM_FEED_LIVE_BACKOFF_H
#define GM_FEED_LIVE_BACKOFF_H

#include <stdint.h>

struct gm_backoff {
    int64_t us_min, us_max; // the first wait and the longest; > 0
    int failures;           // in a row
    uint64_t random;        // state; any value
};

// The wait after one more failure. `retry_after_us`: what the server asked for, 0 if nothing; the
// wait is never shorter.
int64_t gm_backoff_next_us(struct gm_backoff *backoff, int64_t retry_after_us);

// After a success.
void gm_backoff_reset(struct gm_backoff *backoff);

#endif
