// Header fields.
#include "base/http_fields.h"

#include "base/clock.h"

#include <curl/curl.h>

// Takes a whole number ≥ 0 that fits from the start of *text.
static bool take_number(struct gm_str *text, int64_t *ret_value)
{
    int64_t value = 0;
    size_t at = 0;
    for (; at < text->len && text->data[at] >= '0' && text->data[at] <= '9'; at++) {
        int digit = text->data[at] - '0';
        if (value > (INT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    if (at == 0)
        return false;
    *text = (struct gm_str){text->data + at, text->len - at};
    *ret_value = value;
    return true;
}

static bool take_text(struct gm_str *text, const char *wanted)
{
    size_t len = strlen(wanted);
    if (text->len < len || memcmp(text->data, wanted, len) != 0)
        return false;
    *text = (struct gm_str){text->data + len, text->len - len};
    return true;
}

bool gm_http_size_read(struct gm_str value, int64_t *ret_size)
{
    int64_t size;
    if (!take_number(&value, &size) || value.len > 0)
        return false;
    *ret_size = size;
    return true;
}

bool gm_http_date_read(struct gm_str value, int64_t *ret_us)
{
    char text[64];
    if (value.len == 0 || value.len >= sizeof text || memchr(value.data, '\0', value.len))
        return false;
    memcpy(text, value.data, value.len);
    text[value.len] = '\0';
    time_t seconds = curl_getdate(text, NULL);
    if (seconds < 0 || seconds > INT64_MAX / GM_US_PER_S)
        return false;
    *ret_us = (int64_t)seconds * GM_US_PER_S;
    return true;
}

bool gm_http_retry_after_read(struct gm_str value, int64_t now_us, int64_t *ret_wait_us)
{
    const int64_t year_us = 366 * GM_US_PER_DAY;
    int64_t seconds, until_us, wait_us;
    if (gm_http_size_read(value, &seconds)) {
        wait_us = seconds > year_us / GM_US_PER_S ? year_us : seconds * GM_US_PER_S;
    } else {
        // curl_getdate would take "17" and "3.5" for times of today.
        if (value.len == 0 || (value.data[0] >= '0' && value.data[0] <= '9') ||
            value.data[0] == '-' || !gm_http_date_read(value, &until_us))
            return false;
        wait_us = until_us <= now_us ? 0 : until_us - now_us;
        wait_us = wait_us > year_us ? year_us : wait_us;
    }
    *ret_wait_us = wait_us;
    return true;
}

// One policy: "name";r=0;t=55, in any order of its parameters, others passed over.
static bool read_policy(struct gm_str policy, int64_t *ret_left, int64_t *ret_seconds)
{
    bool left = false, seconds = false;
    while (policy.len > 0) {
        const char *semicolon = memchr(policy.data, ';', policy.len);
        struct gm_str part = {policy.data,
                              semicolon ? (size_t)(semicolon - policy.data) : policy.len};
        policy.data += part.len + (semicolon != NULL);
        policy.len -= part.len + (semicolon != NULL);
        while (part.len > 0 && part.data[0] == ' ')
            part = (struct gm_str){part.data + 1, part.len - 1};
        if (take_text(&part, "r="))
            left = take_number(&part, ret_left) && part.len == 0;
        else if (take_text(&part, "t="))
            seconds = take_number(&part, ret_seconds) && part.len == 0;
    }
    return left && seconds;
}

bool gm_http_rate_limit_read(struct gm_str value, int64_t *ret_left, int64_t *ret_wait_us)
{
    const int64_t seconds_max = 366 * GM_US_PER_DAY / GM_US_PER_S;
    bool found = false;
    int64_t fewest = 0, wait_s = 0;
    while (value.len > 0) {
        const char *comma = memchr(value.data, ',', value.len);
        struct gm_str policy = {value.data, comma ? (size_t)(comma - value.data) : value.len};
        value.data += policy.len + (comma != NULL);
        value.len -= policy.len + (comma != NULL);
        int64_t left = 0, seconds = 0;
        if (!read_policy(policy, &left, &seconds) || (found && left >= fewest))
            continue;
        found = true;
        fewest = left;
        wait_s = seconds > seconds_max ? seconds_max : seconds;
    }
    if (!found)
        return false;
    *ret_left = fewest;
    *ret_wait_us = wait_s * GM_US_PER_S;
    return true;
}

bool gm_http_content_range_read(struct gm_str value, int64_t *ret_first, int64_t *ret_last,
                                int64_t *ret_total)
{
    int64_t first, last, total = -1;
    if (!take_text(&value, "bytes ") || !take_number(&value, &first) || !take_text(&value, "-") ||
        !take_number(&value, &last) || !take_text(&value, "/"))
        return false;
    if (!take_text(&value, "*") && !take_number(&value, &total))
        return false;
    if (value.len > 0 || last < first || (total >= 0 && last >= total))
        return false;
    *ret_first = first;
    *ret_last = last;
    *ret_total = total;
    return true;
}

bool gm_http_etag_read(struct gm_str value, struct gm_str *ret_tag)
{
    take_text(&value, "W/");
    if (value.len < 2 || value.data[0] != '"' || value.data[value.len - 1] != '"')
        return false;
    struct gm_str tag = {value.data + 1, value.len - 2};
    if (memchr(tag.data, '"', tag.len))
        return false;
    *ret_tag = tag;
    return true;
}
