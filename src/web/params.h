// The parameters behind a '?': which ones a path takes, and their ranges.
#ifndef GM_WEB_PARAMS_H
#define GM_WEB_PARAMS_H

#include "base/error.h"
#include "base/str.h"
#include "event/event.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    GM_PARAM_TICKER = 1 << 0,
    GM_PARAM_FROM = 1 << 1,
    GM_PARAM_TO = 1 << 2,
    GM_PARAM_LIMIT = 1 << 3,
    GM_PARAM_POINTS = 1 << 4,
    GM_PARAM_LAST_EVENT_ID = 1 << 5,
    GM_PARAM_BACKLOG = 1 << 6,
    GM_PARAM_SPAN = 1 << 7,
    GM_PARAM_ORDER = 1 << 8,
    GM_PARAM_TABLE = 1 << 9,
    GM_PARAM_FORMAT = 1 << 10,
};

enum {
    GM_PARAM_LIMIT_MAX = 20000,
    GM_PARAM_POINTS_MAX = 20000,
    GM_PARAM_BACKLOG_MAX = 10000,
    GM_PARAM_SPAN_MIN = 60, // seconds
    GM_PARAM_SPAN_MAX = 31 * 86400,
};

struct gm_params {
    unsigned given; // set of GM_PARAM_…
    char ticker[GM_TICKER_BYTES_MAX + 1];
    int64_t from_us, to_us;
    int64_t limit, points, last_event_id, backlog;
    int64_t span;                       // seconds
    const char *order, *table, *format; // one of the words that each may be; NULL: not given
};

// Reads `query` (as sent). `allowed` is the set that the path takes. What is not given is "",
// GM_TIME_NONE or 0. GM_ERR_INVALID names the parameter and what must stand there.
enum gm_err gm_params_read(struct gm_str query, unsigned allowed, struct gm_params *ret_params,
                           struct gm_error *error);

// A whole number from 0 on, in digits alone; false when it is not one or does not fit.
bool gm_params_number(struct gm_str text, int64_t *ret_value);

#endif
