// Which times are believed.
#include "../test.h"

#include "event/event.h"
#include "event/timestamp.h"

static int64_t at(const char *text)
{
    int64_t us = 0;
    assert_int_equal(gm_timestamp_parse(gm_str(text), &us, NULL), GM_OK);
    return us;
}

static void bounds_are_exact(void **state)
{
    (void)state;
    const int64_t seen = at("2026-02-21T10:05:00Z");
    assert_int_equal(gm_timestamp_plausible(seen, seen, NULL), GM_OK);
    assert_int_equal(gm_timestamp_plausible(seen + GM_TIME_AHEAD_US, seen, NULL), GM_OK);
    assert_int_equal(gm_timestamp_plausible(seen + GM_TIME_AHEAD_US + 1, seen, NULL),
                     GM_ERR_INVALID);
    assert_int_equal(gm_timestamp_plausible(GM_TIME_MIN_US, seen, NULL), GM_OK);
    assert_int_equal(gm_timestamp_plausible(GM_TIME_MIN_US - 1, seen, NULL), GM_ERR_INVALID);
}

static void messages_name_the_times(void **state)
{
    (void)state;
    struct gm_error error = {0};
    const int64_t seen = at("2026-02-21T10:05:00Z");
    assert_int_equal(gm_timestamp_plausible(at("1970-01-01T00:00:00Z"), seen, &error),
                     GM_ERR_INVALID);
    assert_string_equal(error.message, "timestamp: 1970-01-01T00:00:00Z is before 2000");
    assert_int_equal(gm_timestamp_plausible(at("2026-02-22T10:05:00Z"), seen, &error),
                     GM_ERR_INVALID);
    assert_string_equal(error.message,
                        "timestamp: 2026-02-22T10:05:00Z is more than 300 s ahead of "
                        "2026-02-21T10:05:00Z, when it was observed");
}

static void unknown_times(void **state)
{
    (void)state;
    assert_int_equal(gm_timestamp_plausible(at("9999-01-01T00:00:00Z"), GM_TIME_NONE, NULL), GM_OK);
    assert_int_equal(gm_timestamp_plausible(GM_TIME_NONE, 0, &(struct gm_error){0}),
                     GM_ERR_INVALID);
    assert_int_equal(gm_timestamp_plausible(INT64_MAX, 0, &(struct gm_error){0}), GM_ERR_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bounds_are_exact),
        cmocka_unit_test(messages_name_the_times),
        cmocka_unit_test(unknown_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
