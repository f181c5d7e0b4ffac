// Numbers: the shortest text that reads back, and JSON's grammar to the letter.
#include "../test.h"

#include "base/number.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *written(double value, char out[GM_NUMBER_BYTES + 1])
{
    size_t len = gm_number_write(value, out);
    assert_true(len > 0 && len <= GM_NUMBER_BYTES);
    out[len] = '\0';
    return out;
}

static uint64_t bits_of(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof(bits));
    return bits;
}

static void known_forms(void **state)
{
    (void)state;
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {0, "0"},
        {-0.0, "-0"},
        {1, "1"},
        {-1, "-1"},
        {0.1, "0.1"},
        {62450, "62450"},
        {100000, "100000"},
        {1e-7, "1e-07"},
        {0.1 + 0.2, "0.30000000000000004"},
        {1e15, "1e+15"},
        {999999999999999, "999999999999999"},
        {-999999999999999, "-999999999999999"},
        {1.5e20, "1.5e+20"},
        {5e-324, "5e-324"},
        {DBL_MAX, "1.7976931348623157e+308"},
        {1.0 / 3, "0.3333333333333333"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[GM_NUMBER_BYTES + 1];
        assert_string_equal(written(cases[i].value, text), cases[i].text);
    }
}

// Every number reads back to the bit, by us and by strtod, and no shorter digits do.
static void check_round_trip(double value)
{
    char text[GM_NUMBER_BYTES + 1];
    double back = 0;
    written(value, text);
    assert_int_equal(gm_number_scan(text, strlen(text)), strlen(text));
    assert_true(gm_number_read(text, strlen(text), &back));
    assert_true(bits_of(back) == bits_of(value));
    assert_true(bits_of(strtod(text, NULL)) == bits_of(value));
}

static int digits_of(const char *text)
{
    int digits = 0, zeros = 0;
    for (; *text && *text != 'e'; text++) {
        if (*text < '0' || *text > '9')
            continue;
        zeros = *text == '0' ? zeros + 1 : 0;
        if (digits > 0 || *text != '0')
            digits++;
    }
    return digits - zeros;
}

static void random_doubles_round_trip(void **state)
{
    (void)state;
    struct test_random random = {3};
    for (int i = 0; i < 400000; i++) {
        uint64_t bits = test_random(&random);
        double value;
        memcpy(&value, &bits, sizeof(value));
        if (isfinite(value))
            check_round_trip(value);
        check_round_trip((double)(int64_t)(bits % 2000000000000000) - 1e15);
        check_round_trip((double)(bits % 100000000) / 1000);
    }
}

static void no_shorter_text_reads_back(void **state)
{
    (void)state;
    struct test_random random = {4};
    for (int i = 0; i < 20000; i++) {
        uint64_t bits = test_random(&random);
        double value;
        memcpy(&value, &bits, sizeof(value));
        if (i % 2)
            value = (double)(bits % 100000000) / 1000;
        if (!isfinite(value) || value == 0)
            continue;
        char text[GM_NUMBER_BYTES + 1], shorter[64];
        int digits = digits_of(written(value, text));
        if (!strpbrk(text, ".e"))
            continue; // a whole number written in full, which took fewer characters
        assert_in_range(digits, 1, 17);
        if (digits > 1) {
            snprintf(shorter, sizeof(shorter), "%.*e", digits - 2, value);
            assert_true(strtod(shorter, NULL) != value);
        }
    }
}

static void whole_numbers(void **state)
{
    (void)state;
    static const int64_t values[] = {0, 1, -1, 9, 10, -10, INT64_MAX, INT64_MIN, 1234567890123};
    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        char text[GM_NUMBER_BYTES + 1], expected[32];
        text[gm_number_write_int(values[i], text)] = '\0';
        snprintf(expected, sizeof(expected), "%lld", (long long)values[i]);
        assert_string_equal(text, expected);
    }
}

static void grammar_is_jsons(void **state)
{
    (void)state;
    static const char *const good[] = {
        "0",      "-0",        "1",    "10",     "0.5",
        "-0.5e1", "1e5",       "1E+5", "1e-5",   "1.25E-3",
        "0e0",    "123456789", "1e00", "5e-324", "2.2250738585072011e-308"};
    static const char *const bad[] = {"",       "-",
                                      "+1",     "01",
                                      "-01",    ".5",
                                      "1.",     "1.e5",
                                      "1e",     "1e+",
                                      "0x1",    "inf",
                                      "nan",    "NaN",
                                      "1 ",     " 1",
                                      "1,5",    "1e5.5",
                                      "--1",    "1_000",
                                      "1e400",  "-1e400",
                                      "1e-400", "Infinity",
                                      "1f",     "1e99999999999999999999"};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        double value = NAN;
        assert_true(gm_number_read(good[i], strlen(good[i]), &value));
        assert_true(bits_of(value) == bits_of(strtod(good[i], NULL)));
    }
    assert_false(gm_number_read("1\0", 2, &(double){0}));
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        double value = 42;
        assert_false(gm_number_read(bad[i], strlen(bad[i]), &value));
        assert_true(value == 42);
    }
}

static void scan_stops_where_the_number_does(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t len;
    } cases[] = {{"12,", 2}, {"01", 1}, {"-0.5e+3}", 7}, {"1e400]", 5}, {"-x", 0}, {"1.x", 0}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(gm_number_scan(cases[i].text, strlen(cases[i].text)), cases[i].len);
    assert_int_equal(gm_number_scan("123", 2), 2); // not a byte past the end
}

static void random_decimals_read_as_strtod(void **state)
{
    (void)state;
    struct test_random random = {5};
    for (int i = 0; i < 200000; i++) {
        char text[80];
        int len = snprintf(text, sizeof(text), "%s%llu.%llue%d", i % 2 ? "-" : "",
                           (unsigned long long)(test_random(&random) >> (i % 64)),
                           (unsigned long long)test_random(&random),
                           (int)test_random_below(&random, 560) - 280);
        double value = 0;
        assert_true(gm_number_read(text, (size_t)len, &value));
        assert_true(bits_of(value) == bits_of(strtod(text, NULL)));
    }
}

static void locale_does_not_matter(void **state)
{
    (void)state;
    // Where no locale with a decimal comma is installed this says nothing, and does no harm.
    if (!setlocale(LC_ALL, "de_DE.UTF-8"))
        skip();
    char text[GM_NUMBER_BYTES + 1];
    double value = 0;
    assert_string_equal(written(1.5, text), "1.5");
    assert_true(gm_number_read("1.5", 3, &value) && value == 1.5);
    setlocale(LC_ALL, "C");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_forms),
        cmocka_unit_test(random_doubles_round_trip),
        cmocka_unit_test(no_shorter_text_reads_back),
        cmocka_unit_test(whole_numbers),
        cmocka_unit_test(grammar_is_jsons),
        cmocka_unit_test(scan_stops_where_the_number_does),
        cmocka_unit_test(random_decimals_read_as_strtod),
        cmocka_unit_test(locale_does_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
