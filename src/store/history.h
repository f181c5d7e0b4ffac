// Charts: a ticker's rows gathered into buckets of equal time, and small charts of all tickers.
#ifndef GM_STORE_HISTORY_H
#define GM_STORE_HISTORY_H

#include "base/buffer.h"
#include "base/clock.h"
#include "base/error.h"
#include "store/store.h"

#include <stdint.h>

#define GM_STORE_SPAN_MAX_US (31 * GM_US_PER_DAY)

struct gm_store_history {
    const char *ticker; // NULL for sparklines
    int64_t span_us;    // a second … 31 days
    int64_t to_us;      // its end, not included; GM_TIME_NONE: just after the newest row
    int points;         // 1 … 5,000: at most so many buckets, and one more
};

// Appends {"ticker","from","to","oldest","newest","bucket_us","columns":[…],"buckets":[[…],…],
// "alerts":[…],"gaps":[]}: the newest 1,000 alerts as gm_store_query_alerts gives them. A
// bucket is one of a few round widths, begins at a multiple of it, and is left out where no row is
// in it, so neighbouring answers of the same width fit together. What a bucket does not know is
// null; rows that came too late for the windows are not in it. GM_ERR_INVALID: a number is out of
// range.
enum gm_err gm_store_query_history(struct gm_store *store, const struct gm_store_history *history,
                                   struct gm_buffer *out, struct gm_error *error);

// Appends {"bucket_us","from","to","tickers":[{"ticker","prices":[…],"vibes":[…]}]}: the last known
// values of each bucket, null where a ticker has none; all lines have the same buckets.
enum gm_err gm_store_query_sparklines(struct gm_store *store,
                                      const struct gm_store_history *history, struct gm_buffer *out,
                                      struct gm_error *error);

#endif
