// RFC 3339 by hand: strptime and timegm know neither fractions nor strictness, and take ten times
// as long.
#include "event/timestamp.h"

#include "base/clock.h"

#include <assert.h>

enum {
    DAYS_PER_400_YEARS = 146097,
    EPOCH_DAY = 719162, // days from 0001-01-01 to 1970-01-01
};

// Days of a year that lie before each month, in a common year; a leap year's are one more from
// March on.
static const int16_t days_before[13] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};

static bool is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

// Days from 0001-01-01 to the first of January of `year` ≥ 1.
static int days_before_year(int year)
{
    int past = year - 1;
    return past * 365 + past / 4 - past / 100 + past / 400;
}

static int days_before_month(int year, int month)
{
    return days_before[month - 1] + (month > 2 && is_leap(year));
}

static int days_in_month(int year, int month)
{
    return days_before[month] - days_before[month - 1] + (month == 2 && is_leap(year));
}

// ---------------------------------------------------------------------------------- reading

// The value of `count` digits at `at`, or -1.
static int read_digits(const char *at, int count)
{
    int value = 0;
    for (int i = 0; i < count; i++) {
        unsigned digit = (unsigned)(at[i] - '0');
        if (digit > 9)
            return -1;
        value = value * 10 + (int)digit;
    }
    return value;
}

// A time as it stands in the text. `second` is 60 in a leap second.
struct fields {
    int year, month, day, hour, minute, second;
    int fraction_us;
    int offset_min; // east of Greenwich
};

enum { CLOCK_LEN = 19 }; // "2026-02-21T10:05:00"

// Each of these returns what is wrong, or NULL.

static const char *read_clock(const char *at, size_t len, struct fields *ret)
{
    if (len < CLOCK_LEN || at[4] != '-' || at[7] != '-' || at[13] != ':' || at[16] != ':' ||
        (at[10] != 'T' && at[10] != 't' && at[10] != ' '))
        return "it does not read like 2026-02-21T10:05:00Z";
    ret->year = read_digits(at, 4);
    ret->month = read_digits(at + 5, 2);
    ret->day = read_digits(at + 8, 2);
    ret->hour = read_digits(at + 11, 2);
    ret->minute = read_digits(at + 14, 2);
    ret->second = read_digits(at + 17, 2);
    if ((ret->year | ret->month | ret->day | ret->hour | ret->minute | ret->second) < 0)
        return "it does not read like 2026-02-21T10:05:00Z";
    if (ret->year < 1)
        return "there is no year 0000";
    if (ret->month < 1 || ret->month > 12)
        return "there is no such month";
    if (ret->day < 1 || ret->day > days_in_month(ret->year, ret->month))
        return "there is no such day in that month";
    if (ret->hour > 23 || ret->minute > 59 || ret->second > 60)
        return "there is no such time of day";
    return NULL;
}

// "." and digits, if there; moves *at past them.
static const char *read_fraction(const char **at, const char *end, int *ret_us)
{
    *ret_us = 0;
    if (*at == end || **at != '.')
        return NULL;
    const char *digit = *at + 1;
    int unit = GM_US_PER_S / 10;
    for (; digit < end && *digit >= '0' && *digit <= '9'; digit++) {
        *ret_us += (*digit - '0') * unit;
        unit /= 10; // 0 from the seventh digit on
    }
    if (digit == *at + 1)
        return "the fraction has no digits";
    *at = digit;
    return NULL;
}

static const char *read_zone(const char *at, const char *end, int *ret_offset_min)
{
    if (at == end)
        return "it has no zone: end it with Z or with an offset like +01:00";
    if (end - at == 1 && (*at == 'Z' || *at == 'z')) {
        *ret_offset_min = 0;
        return NULL;
    }
    if (end - at != 6 || (*at != '+' && *at != '-') || at[3] != ':')
        return "its zone is neither Z nor an offset like +01:00";
    int hours = read_digits(at + 1, 2), minutes = read_digits(at + 4, 2);
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
        return "its zone is neither Z nor an offset like +01:00";
    *ret_offset_min = (*at == '-' ? -1 : 1) * (hours * 60 + minutes);
    return NULL;
}

static const char *to_us(const struct fields *f, int64_t *ret_us)
{
    int64_t day = days_before_year(f->year) + days_before_month(f->year, f->month) + f->day - 1;
    int64_t minute = (day - EPOCH_DAY) * 1440 + f->hour * 60 + f->minute - f->offset_min;
    // Leap seconds are inserted at the end of a day in UTC.
    if (f->second == 60 && (minute + 1) % 1440 != 0)
        return "a minute has a second 60 only at the end of a UTC day";
    int64_t us = (minute * 60 + f->second) * GM_US_PER_S + f->fraction_us;
    if (us < GM_TIMESTAMP_MIN_US || us > GM_TIMESTAMP_MAX_US)
        return "in UTC it is not in the years 0001 to 9999";
    *ret_us = us;
    return NULL;
}

enum gm_err gm_timestamp_parse(struct gm_str text, int64_t *ret_us, struct gm_error *error)
{
    struct fields fields;
    const char *wrong = read_clock(text.data, text.len, &fields);
    if (!wrong) {
        const char *at = text.data + CLOCK_LEN, *const end = text.data + text.len;
        wrong = read_fraction(&at, end, &fields.fraction_us);
        if (!wrong)
            wrong = read_zone(at, end, &fields.offset_min);
    }
    if (!wrong)
        wrong = to_us(&fields, ret_us);
    if (wrong)
        return gm_error_set(error, GM_ERR_INVALID, "\"%.*s\" is no time: %s",
                            (int)(text.len < 64 ? text.len : 64), text.data ? text.data : "",
                            wrong);
    return GM_OK;
}

// ---------------------------------------------------------------------------------- writing

static char *write_digits(char *out, unsigned value, int count)
{
    for (int i = count - 1; i >= 0; i--) {
        out[i] = (char)('0' + value % 10);
        value /= 10;
    }
    return out + count;
}

// The date of a day counted from 0001-01-01.
static void date_of(int day, int *ret_year, int *ret_month, int *ret_day)
{
    // Right or one too high: no year ends as late as a year of mean length that began with it
    // would, by more than two days.
    int year = (int)((int64_t)day * 400 / DAYS_PER_400_YEARS) + 2;
    while (days_before_year(year) > day)
        year--;
    int day_of_year = day - days_before_year(year);
    int month = day_of_year / 31 + 1; // right or one too low
    if (month < 12 && days_before_month(year, month + 1) <= day_of_year)
        month++;
    *ret_year = year;
    *ret_month = month;
    *ret_day = day_of_year - days_before_month(year, month) + 1;
}

size_t gm_timestamp_write(int64_t us, char out[GM_TIMESTAMP_BYTES])
{
    assert(us >= GM_TIMESTAMP_MIN_US && us <= GM_TIMESTAMP_MAX_US);
    uint64_t since_year_1 = (uint64_t)(us - GM_TIMESTAMP_MIN_US);
    unsigned fraction = (unsigned)(since_year_1 % GM_US_PER_S);
    uint64_t seconds = since_year_1 / GM_US_PER_S;
    unsigned second_of_day = (unsigned)(seconds % 86400);
    int year, month, day;
    date_of((int)(seconds / 86400), &year, &month, &day);

    char *at = write_digits(out, (unsigned)year, 4);
    *at++ = '-';
    at = write_digits(at, (unsigned)month, 2);
    *at++ = '-';
    at = write_digits(at, (unsigned)day, 2);
    *at++ = 'T';
    at = write_digits(at, second_of_day / 3600, 2);
    *at++ = ':';
    at = write_digits(at, second_of_day / 60 % 60, 2);
    *at++ = ':';
    at = write_digits(at, second_of_day % 60, 2);
    if (fraction) {
        *at++ = '.';
        at = fraction % 1000 ? write_digits(at, fraction, 6) : write_digits(at, fraction / 1000, 3);
    }
    *at++ = 'Z';
    *at = '\0';
    return (size_t)(at - out);
}
