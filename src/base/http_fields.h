// What header fields say: pure functions over the text of a foreign server.
//
// Each is false, and its outputs untouched, where the text breaks the field's grammar.
#ifndef GM_BASE_HTTP_FIELDS_H
#define GM_BASE_HTTP_FIELDS_H

#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

// A date in any of HTTP's three formats (RFC 9110, 5.6.7), in microseconds since 1970.
bool gm_http_date_read(struct gm_str value, int64_t *ret_us);

// Retry-After: seconds or a date; how long to wait from `now_us` on, 0 … a year.
bool gm_http_retry_after_read(struct gm_str value, int64_t now_us, int64_t *ret_wait_us);

// RateLimit as the IETF draft has it ("name";r=0;t=55): requests left, and microseconds until
// there are new ones. Of several policies, the one with the fewest left.
bool gm_http_rate_limit_read(struct gm_str value, int64_t *ret_left, int64_t *ret_wait_us);

// Content-Range in bytes: "bytes 0-99/1000"; *ret_total is -1 where it is "*". False for an
// unsatisfied one ("bytes */1000") as well.
bool gm_http_content_range_read(struct gm_str value, int64_t *ret_first, int64_t *ret_last,
                                int64_t *ret_total);

// ETag without quotes and without the W/ of a weak one.
bool gm_http_etag_read(struct gm_str value, struct gm_str *ret_tag);

// A whole number ≥ 0, nothing else: Content-Length and its like.
bool gm_http_size_read(struct gm_str value, int64_t *ret_size);

#endif
