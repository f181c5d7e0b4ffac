// Times: what is read lies in the range, and what is written reads back.
#include "fuzz.h"

#include "event/timestamp.h"

#include <string.h>

static void must_come_back(int64_t us)
{
    char text[GM_TIMESTAMP_BYTES];
    int64_t back = 0;
    size_t len = gm_timestamp_write(us, text);
    FUZZ_MUST(len == strlen(text) && len < GM_TIMESTAMP_BYTES);
    FUZZ_MUST(!gm_timestamp_parse((struct gm_str){text, len}, &back, NULL));
    FUZZ_MUST(back == us);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    int64_t us = 0;
    if (!gm_timestamp_parse((struct gm_str){(const char *)data, len}, &us, NULL)) {
        FUZZ_MUST(us >= GM_TIMESTAMP_MIN_US && us <= GM_TIMESTAMP_MAX_US);
        must_come_back(us);
    }
    if (len >= sizeof(us)) {
        memcpy(&us, data, sizeof(us));
        if (us >= GM_TIMESTAMP_MIN_US && us <= GM_TIMESTAMP_MAX_US)
            must_come_back(us);
    }
    return 0;
}
