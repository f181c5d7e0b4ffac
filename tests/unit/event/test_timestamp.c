// Times: against timegm and gmtime_r over the whole range, and every way to be wrong.
#include "../test.h"

#include "base/clock.h"
#include "event/timestamp.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static int64_t parsed(const char *text)
{
    int64_t us = GM_TIME_NONE;
    struct gm_error error = {0};
    if (gm_timestamp_parse(gm_str(text), &us, &error))
        fail_msg("%s", error.message);
    return us;
}

static int64_t random_us(struct test_random *random)
{
    uint64_t range = (uint64_t)(GM_TIMESTAMP_MAX_US - GM_TIMESTAMP_MIN_US) + 1;
    return GM_TIMESTAMP_MIN_US + (int64_t)(test_random(random) % range);
}

// The oracle: the C library, for whole seconds.
static void oracle_write(int64_t us, char out[64])
{
    time_t seconds =
        (time_t)((us - GM_TIMESTAMP_MIN_US) / GM_US_PER_S + GM_TIMESTAMP_MIN_US / GM_US_PER_S);
    int fraction = (int)((us - GM_TIMESTAMP_MIN_US) % GM_US_PER_S);
    struct tm tm;
    assert_non_null(gmtime_r(&seconds, &tm));
    int len = snprintf(out, 64, "%04d-%02d-%02dT%02d:%02d:%02d", tm.tm_year + 1900, tm.tm_mon + 1,
                       tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
    if (fraction % 1000)
        len += snprintf(out + len, 64 - (size_t)len, ".%06d", fraction);
    else if (fraction)
        len += snprintf(out + len, 64 - (size_t)len, ".%03d", fraction / 1000);
    snprintf(out + len, 64 - (size_t)len, "Z");
}

static void check_both_ways(int64_t us)
{
    char text[GM_TIMESTAMP_BYTES], expected[64];
    size_t len = gm_timestamp_write(us, text);
    oracle_write(us, expected);
    assert_string_equal(text, expected);
    assert_int_equal(len, strlen(text));
    assert_true(parsed(text) == us);
}

static void every_day_of_the_range(void **state)
{
    (void)state;
    for (int64_t us = GM_TIMESTAMP_MIN_US; us < GM_TIMESTAMP_MAX_US; us += GM_US_PER_DAY) {
        // The first and the last moment; between them only the time of day differs.
        char first[GM_TIMESTAMP_BYTES], last[GM_TIMESTAMP_BYTES];
        gm_timestamp_write(us, first);
        gm_timestamp_write(us + GM_US_PER_DAY - 1, last);
        assert_memory_equal(first, last, 10);
        assert_memory_equal(last + 10, "T23:59:59.999999Z", 17);
        struct tm tm = {.tm_mday = 0};
        assert_int_equal(sscanf(first, "%d-%d-%dT00:00:00Z", &tm.tm_year, &tm.tm_mon, &tm.tm_mday),
                         3);
        tm.tm_year -= 1900;
        tm.tm_mon -= 1;
        assert_true((int64_t)timegm(&tm) * GM_US_PER_S == us);
        assert_true(parsed(first) == us);
        assert_true(parsed(last) == us + GM_US_PER_DAY - 1);
    }
}

static void random_moments(void **state)
{
    (void)state;
    struct test_random random = {10};
    for (int i = 0; i < 500000; i++) {
        int64_t us = random_us(&random);
        check_both_ways(us);
        if (us > GM_TIMESTAMP_MIN_US + GM_US_PER_S) {
            check_both_ways(us - us % GM_US_PER_S);
            check_both_ways(us - us % GM_US_PER_MS);
        }
    }
    check_both_ways(GM_TIMESTAMP_MIN_US);
    check_both_ways(GM_TIMESTAMP_MAX_US);
    check_both_ways(0);
    check_both_ways(-1);
}

static void any_offset_is_subtracted(void **state)
{
    (void)state;
    for (int minutes = -(23 * 60 + 59); minutes <= 23 * 60 + 59; minutes++) {
        char text[64];
        int size = minutes < 0 ? -minutes : minutes;
        snprintf(text, sizeof(text), "2026-02-21T10:05:00.5%c%02d:%02d", minutes < 0 ? '-' : '+',
                 size / 60, size % 60);
        assert_true(parsed(text) == parsed("2026-02-21T10:05:00.5Z") - minutes * GM_US_PER_MIN);
    }
    assert_true(parsed("2026-02-21T10:05:00-00:00") == parsed("2026-02-21T10:05:00Z"));
}

static void fractions_are_cut_at_a_microsecond(void **state)
{
    (void)state;
    static const char digits[] = "12345678901234567890";
    const int64_t whole =
        parsed("1969-12-31T23:59:58Z"); // before the epoch: still towards the past
    int64_t fraction_us = 0, unit = 100000;
    for (int count = 1; count <= 20; count++) {
        char text[64];
        snprintf(text, sizeof(text), "1969-12-31T23:59:58.%.*sZ", count, digits);
        fraction_us += (digits[count - 1] - '0') * unit;
        unit /= 10;
        assert_true(parsed(text) == whole + fraction_us);
    }
    assert_true(parsed("1969-12-31T23:59:58.99999999999999999999Z") == whole + 999999);
}

static void written_forms(void **state)
{
    (void)state;
    static const char *const forms[] = {
        "2026-02-21T10:05:00Z",        "2026-02-21T10:05:00.120Z", "2026-02-21T10:05:00.123456Z",
        "2026-02-21T10:05:00.000001Z", "0001-01-01T00:00:00Z",     "9999-12-31T23:59:59.999999Z"};
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        char text[GM_TIMESTAMP_BYTES];
        assert_int_equal(gm_timestamp_write(parsed(forms[i]), text), strlen(forms[i]));
        assert_string_equal(text, forms[i]);
    }
    assert_true(parsed("2026-02-21t10:05:00z") == parsed("2026-02-21 10:05:00Z"));
}

static void leap_days(void **state)
{
    (void)state;
    static const int leap[] = {4, 400, 1600, 1904, 2000, 2024, 2400};
    static const int common[] = {1, 100, 1900, 2023, 2100, 2200};
    char text[64];
    int64_t us = 42;
    for (size_t i = 0; i < sizeof(leap) / sizeof(leap[0]); i++) {
        snprintf(text, sizeof(text), "%04d-02-29T00:00:00Z", leap[i]);
        parsed(text);
        snprintf(text, sizeof(text), "%04d-02-30T00:00:00Z", leap[i]);
        assert_int_equal(gm_timestamp_parse(gm_str(text), &us, NULL), GM_ERR_INVALID);
    }
    for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++) {
        snprintf(text, sizeof(text), "%04d-02-29T00:00:00Z", common[i]);
        assert_int_equal(gm_timestamp_parse(gm_str(text), &us, NULL), GM_ERR_INVALID);
    }
    assert_int_equal(us, 42);
}

static void leap_seconds_only_where_they_can_be(void **state)
{
    (void)state;
    const int64_t next_day = parsed("2017-01-01T00:00:00Z");
    assert_true(parsed("2016-12-31T23:59:60Z") == next_day);
    assert_true(parsed("2016-12-31T23:59:60.5Z") == next_day + 500000);
    assert_true(parsed("2017-01-01T00:59:60+01:00") == next_day);
    assert_true(parsed("2016-12-31T18:29:60-05:30") == next_day);
    static const char *const bad[] = {"2016-12-31T23:58:60Z", "2016-12-31T22:59:60Z",
                                      "2016-12-31T23:59:60+01:00", "2016-12-31T23:59:61Z",
                                      "9999-12-31T23:59:60Z"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        int64_t us = 42;
        assert_int_equal(gm_timestamp_parse(gm_str(bad[i]), &us, NULL), GM_ERR_INVALID);
        assert_int_equal(us, 42);
    }
}

static void bad_times_say_what_is_wrong(void **state)
{
    (void)state;
    static const char shape[] = "it does not read like 2026-02-21T10:05:00Z";
    static const char zone[] = "its zone is neither Z nor an offset like +01:00";
    static const struct {
        const char *text, *wrong;
    } cases[] = {
        {"", shape},
        {"2026", shape},
        {"2026-02-21", shape},
        {"2026-02-21T10:05", shape},
        {"2026-2-21T10:05:00Z", shape},
        {"20260221T100500Z", shape},
        {"2026/02/21T10:05:00Z", shape},
        {"2026-02-21_10:05:00Z", shape},
        {"2026-02-21T10.05.00Z", shape},
        {" 2026-02-21T10:05:00Z", shape},
        {"+2026-02-21T10:05:00Z", shape},
        {"2026-02-21T1a:05:00Z", shape},
        {"2026-02-21T-1:05:00Z", shape},
        {"1771668300", shape},
        {"2026-02-21T10:05:00", "it has no zone: end it with Z or with an offset like +01:00"},
        {"2026-02-21T10:05:00.5", "it has no zone: end it with Z or with an offset like +01:00"},
        {"2026-02-21T10:05:00.Z", "the fraction has no digits"},
        {"2026-02-21T10:05:00,5Z", zone},
        {"2026-02-21T10:05:00ZZ", zone},
        {"2026-02-21T10:05:00Z ", zone},
        {"2026-02-21T10:05:00 Z", zone},
        {"2026-02-21T10:05:00+01", zone},
        {"2026-02-21T10:05:00+0100", zone},
        {"2026-02-21T10:05:00+24:00", zone},
        {"2026-02-21T10:05:00+01:60", zone},
        {"2026-02-21T10:05:00+1:000", zone},
        {"2026-02-21T10:05:00 01:00", zone},
        {"2026-02-21T10:05:00UTC", zone},
        {"0000-01-01T00:00:00Z", "there is no year 0000"},
        {"2026-00-21T10:05:00Z", "there is no such month"},
        {"2026-13-21T10:05:00Z", "there is no such month"},
        {"2026-02-00T10:05:00Z", "there is no such day in that month"},
        {"2026-02-29T10:05:00Z", "there is no such day in that month"},
        {"2026-04-31T10:05:00Z", "there is no such day in that month"},
        {"2026-01-32T10:05:00Z", "there is no such day in that month"},
        {"2026-02-21T24:00:00Z", "there is no such time of day"},
        {"2026-02-21T10:60:00Z", "there is no such time of day"},
        {"2026-02-21T10:05:61Z", "there is no such time of day"},
        {"0001-01-01T00:00:00+00:01", "in UTC it is not in the years 0001 to 9999"},
        {"9999-12-31T23:59:59-00:01", "in UTC it is not in the years 0001 to 9999"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct gm_error error = {0};
        int64_t us = 42;
        char expected[GM_ERROR_MESSAGE_BYTES];
        snprintf(expected, sizeof(expected), "\"%s\" is no time: %s", cases[i].text,
                 cases[i].wrong);
        assert_int_equal(gm_timestamp_parse(gm_str(cases[i].text), &us, &error), GM_ERR_INVALID);
        assert_string_equal(error.message, expected);
        assert_int_equal(us, 42);
    }
}

// One byte of a good time changed: what is taken then is a time that differs in that byte alone.
static void every_byte_counts(void **state)
{
    (void)state;
    static const char good[] = "2026-02-21T10:05:07.250000Z";
    for (size_t at = 0; at < sizeof(good) - 1; at++)
        for (int byte = 0; byte < 256; byte++) {
            char text[sizeof(good)], back[GM_TIMESTAMP_BYTES];
            int64_t us;
            memcpy(text, good, sizeof(text));
            text[at] = (char)byte;
            if (gm_timestamp_parse((struct gm_str){text, sizeof(text) - 1}, &us, NULL))
                continue;
            gm_timestamp_write(us, back);
            bool separator = at == 10 || at == sizeof(good) - 2; // also t, space, z
            bool cut = at >= 23;                                 // 0s that are not written back
            if (!separator && !cut)
                assert_memory_equal(back, text, 23);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day_of_the_range),
        cmocka_unit_test(random_moments),
        cmocka_unit_test(any_offset_is_subtracted),
        cmocka_unit_test(fractions_are_cut_at_a_microsecond),
        cmocka_unit_test(written_forms),
        cmocka_unit_test(leap_days),
        cmocka_unit_test(leap_seconds_only_where_they_can_be),
        cmocka_unit_test(bad_times_say_what_is_wrong),
        cmocka_unit_test(every_byte_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
