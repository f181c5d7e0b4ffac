// Numbers: what is read is what strtod reads, and what is written reads back to the bit.
#include "fuzz.h"

#include "base/number.h"

#include <math.h>
#include <string.h>

static void must_come_back(double value)
{
    char text[GM_NUMBER_BYTES];
    double back = 0;
    size_t len = gm_number_write(value, text);
    FUZZ_MUST(len <= sizeof(text));
    FUZZ_MUST(gm_number_read(text, len, &back));
    FUZZ_MUST(memcmp(&back, &value, sizeof(value)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    double value = 0;
    const char *text = (const char *)data;
    FUZZ_MUST(gm_number_scan(text, len) <= len);
    if (gm_number_read(text, len, &value)) {
        char copy[4096];
        must_come_back(value);
        if (len < sizeof(copy)) {
            memcpy(copy, text, len);
            copy[len] = '\0';
            double expected = strtod(copy, NULL);
            FUZZ_MUST(memcmp(&expected, &value, sizeof(value)) == 0);
        }
    }
    if (len >= sizeof(value)) {
        memcpy(&value, data, sizeof(value));
        if (isfinite(value))
            must_come_back(value);
    }
    return 0;
}
