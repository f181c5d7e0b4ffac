// Header fields as servers write them, and as they should not.
#include "../test.h"

#include "base/clock.h"
#include "base/http_fields.h"

static void dates(void **state)
{
    (void)state;
    const char *const good[] = {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
                                "Sun Nov  6 08:49:37 1994"};
    const char *const bad[] = {"", "soon", "Sun, 40 Nov 1994 08:49:37 GMT",
                               "a text that is longer than any date that was ever written by hand"};
    int64_t us;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        us = 0;
        assert_true(gm_http_date_read(gm_str(good[i]), &us));
        assert_int_equal(us, INT64_C(784111777) * GM_US_PER_S);
    }
    us = 17;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(gm_http_date_read(gm_str(bad[i]), &us));
    assert_false(gm_http_date_read((struct gm_str){"Sun, 06 Nov 1994\0 08:49:37 GMT", 30}, &us));
    assert_int_equal(us, 17);
}

static void retry_after(void **state)
{
    (void)state;
    const int64_t now_us = INT64_C(784111777) * GM_US_PER_S;
    const int64_t year_us = 366 * GM_US_PER_DAY;
    int64_t wait_us = 17;
    const char *const bad[] = {"", "-1", "1.5", "1 ", "0x10", "soon", "-5 Nov 1994"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(gm_http_retry_after_read(gm_str(bad[i]), now_us, &wait_us));
    assert_int_equal(wait_us, 17);
    assert_true(gm_http_retry_after_read(gm_str("120"), now_us, &wait_us));
    assert_int_equal(wait_us, 120 * GM_US_PER_S);
    assert_true(gm_http_retry_after_read(gm_str("999999999999"), now_us, &wait_us));
    assert_int_equal(wait_us, year_us);
    assert_true(
        gm_http_retry_after_read(gm_str("Sun, 06 Nov 1994 08:50:37 GMT"), now_us, &wait_us));
    assert_int_equal(wait_us, 60 * GM_US_PER_S);
    assert_true(
        gm_http_retry_after_read(gm_str("Sun, 06 Nov 1994 08:40:37 GMT"), now_us, &wait_us));
    assert_int_equal(wait_us, 0);
    assert_true(
        gm_http_retry_after_read(gm_str("Sun, 06 Nov 2094 08:40:37 GMT"), now_us, &wait_us));
    assert_int_equal(wait_us, year_us);
}

static void rate_limit(void **state)
{
    (void)state;
    int64_t left = -1, wait_us = -1;
    assert_true(gm_http_rate_limit_read(gm_str("\"resolvers\";r=0;t=55"), &left, &wait_us));
    assert_int_equal(left, 0);
    assert_int_equal(wait_us, 55 * GM_US_PER_S);
    assert_true(gm_http_rate_limit_read(gm_str("\"a\"; t=9; q=1; r=8, \"b\";r=3;t=7, \"c\""), &left,
                                        &wait_us));
    assert_int_equal(left, 3);
    assert_int_equal(wait_us, 7 * GM_US_PER_S);
    const char *const bad[] = {
        "", ",", "\"a\";r=1", "\"a\";t=1", "\"a\";r=x;t=1", "\"a\";r=1;t=1s", "r=", ";;;"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(gm_http_rate_limit_read(gm_str(bad[i]), &left, &wait_us));
    assert_int_equal(left, 3);
}

static void content_range(void **state)
{
    (void)state;
    int64_t first = -1, last = -1, total = -2;
    assert_true(gm_http_content_range_read(gm_str("bytes 5-9/10"), &first, &last, &total));
    assert_int_equal(first, 5);
    assert_int_equal(last, 9);
    assert_int_equal(total, 10);
    assert_true(gm_http_content_range_read(gm_str("bytes 0-0/*"), &first, &last, &total));
    assert_int_equal(total, -1);
    const char *const bad[] = {"",
                               "bytes */10",
                               "bytes 5-4/10",
                               "bytes 5-10/10",
                               "bytes 5-/10",
                               "bytes -5/10",
                               "bytes 5-9",
                               "bytes 5-9/",
                               "bytes 5-9/10x",
                               "items 5-9/10",
                               "bytes 5-9/99999999999999999999"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(gm_http_content_range_read(gm_str(bad[i]), &first, &last, &total));
    assert_int_equal(total, -1);
}

static void etags_and_sizes(void **state)
{
    (void)state;
    struct gm_str tag = {NULL, 0};
    assert_true(gm_http_etag_read(gm_str("\"abc\""), &tag));
    assert_true(gm_str_equal(tag, gm_str("abc")));
    assert_true(gm_http_etag_read(gm_str("W/\"x y\""), &tag));
    assert_true(gm_str_equal(tag, gm_str("x y")));
    assert_true(gm_http_etag_read(gm_str("\"\""), &tag));
    assert_int_equal(tag.len, 0);
    const char *const bad[] = {"", "\"", "abc", "w/\"a\"", "\"a", "\"a\"b\"", "W/"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(gm_http_etag_read(gm_str(bad[i]), &tag));
    int64_t size = -1;
    assert_true(gm_http_size_read(gm_str("9223372036854775807"), &size));
    assert_int_equal(size, INT64_MAX);
    assert_false(gm_http_size_read(gm_str("9223372036854775808"), &size));
    assert_false(gm_http_size_read(gm_str("-1"), &size));
    assert_false(gm_http_size_read(gm_str("1,1"), &size));
    assert_false(gm_http_size_read((struct gm_str){NULL, 0}, &size));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates),           cmocka_unit_test(retry_after),
        cmocka_unit_test(rate_limit),      cmocka_unit_test(content_range),
        cmocka_unit_test(etags_and_sizes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
