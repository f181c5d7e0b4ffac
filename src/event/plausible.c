// What a time must be to be believed.
#include "event/event.h"
#include "event/timestamp.h"

static const char *text_of(int64_t us, char out[GM_TIMESTAMP_BYTES])
{
    if (us < GM_TIMESTAMP_MIN_US || us > GM_TIMESTAMP_MAX_US)
        return "a time outside the years 0001 to 9999";
    gm_timestamp_write(us, out);
    return out;
}

enum gm_err gm_timestamp_plausible(int64_t timestamp_us, int64_t observed_at_us,
                                   struct gm_error *error)
{
    char when[GM_TIMESTAMP_BYTES], observed[GM_TIMESTAMP_BYTES];
    if (timestamp_us < GM_TIME_MIN_US)
        return gm_error_set(error, GM_ERR_INVALID, "timestamp: %s is before 2000",
                            text_of(timestamp_us, when));
    if (observed_at_us != GM_TIME_NONE && timestamp_us - GM_TIME_AHEAD_US > observed_at_us)
        return gm_error_set(error, GM_ERR_INVALID,
                            "timestamp: %s is more than %d s ahead of %s, when it was observed",
                            text_of(timestamp_us, when), (int)(GM_TIME_AHEAD_US / GM_US_PER_S),
                            text_of(observed_at_us, observed));
    return GM_OK;
}
