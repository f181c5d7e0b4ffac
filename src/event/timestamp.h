// RFC 3339 date-times ↔ microseconds since the epoch.
#ifndef GM_EVENT_TIMESTAMP_H
#define GM_EVENT_TIMESTAMP_H

#include "base/error.h"
#include "base/str.h"

#include <stddef.h>
#include <stdint.h>

enum { GM_TIMESTAMP_BYTES = 28 }; // "2026-02-21T10:05:00.123456Z" and a NUL

// The range that is read and written: years 0001 to 9999.
#define GM_TIMESTAMP_MIN_US ((int64_t)-62135596800 * 1000000)
#define GM_TIMESTAMP_MAX_US ((int64_t)253402300799 * 1000000 + 999999)

// Reads "2026-02-21T10:05:00.123456+01:00": a zone (Z, z or ±hh:mm) is required, T may be t or a
// space, a fraction of any length is cut to microseconds (towards the past). A leap second,
// 23:59:60 in UTC, is read as the first second of the next minute. GM_ERR_INVALID says what is
// wrong; *ret_us is then untouched.
enum gm_err gm_timestamp_parse(struct gm_str text, int64_t *ret_us, struct gm_error *error);

// Writes UTC with Z and NUL-terminates; the fraction is left out when it is 0, else it has 3 or 6
// digits, whichever is exact. `us` in the range above. Returns the length.
size_t gm_timestamp_write(int64_t us, char out[GM_TIMESTAMP_BYTES]);

#endif
