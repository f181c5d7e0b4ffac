// The 256-bit sum against a slow sum of binary digits, and its rounding against the definition of
// rounding.
#include "signal/exact_sum.h"

#include "random.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

// A number as 40 digits of 16 bits, the least worth 2^-320. Digits may be negative or too large
// until they are carried.
enum { DIGITS = 40, DIGIT_BITS = 16, POINT_BITS = 320 };

struct slow {
    int64_t digit[DIGITS];
};

// slow += value × times
static void slow_add(struct slow *slow, double value, int64_t times)
{
    if (value == 0)
        return;
    int exponent;
    const double fraction = frexp(fabs(value), &exponent);
    const uint64_t mantissa = (uint64_t)ldexp(fraction, 53);
    const int place = exponent - 53 + POINT_BITS;
    assert_true(place >= 0);
    for (int bit = 0; bit < 53; bit++)
        if (mantissa >> bit & 1)
            slow->digit[(place + bit) / DIGIT_BITS] +=
                (value < 0 ? -times : times) * (1 << (place + bit) % DIGIT_BITS);
}

static void slow_carry(struct slow *slow)
{
    for (int i = 0; i + 1 < DIGITS; i++) {
        int64_t low = slow->digit[i] % (1 << DIGIT_BITS);
        if (low < 0)
            low += 1 << DIGIT_BITS;
        slow->digit[i + 1] += (slow->digit[i] - low) / (1 << DIGIT_BITS);
        slow->digit[i] = low;
    }
}

// |slow − value × times|
static struct slow slow_distance(const struct slow *slow, double value, int64_t times)
{
    struct slow distance = *slow;
    slow_add(&distance, value, -times);
    slow_carry(&distance);
    if (distance.digit[DIGITS - 1] < 0) {
        for (int i = 0; i < DIGITS; i++)
            distance.digit[i] = -distance.digit[i];
        slow_carry(&distance);
    }
    return distance;
}

// < 0, 0, > 0 as memcmp; both carried.
static int64_t slow_compare(const struct slow *a, const struct slow *b)
{
    for (int i = DIGITS; i-- > 0;)
        if (a->digit[i] != b->digit[i])
            return a->digit[i] - b->digit[i];
    return 0;
}

static bool is_even(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return (bits & 1) == 0;
}

// Is `rounded` the double nearest to slow / count, the even one of two?
static bool is_nearest(const struct slow *slow, double rounded, int64_t count)
{
    const struct slow distance = slow_distance(slow, rounded, count);
    static const struct slow zero;
    if (slow_compare(&distance, &zero) == 0)
        return true;
    for (int side = -1; side <= 1; side += 2) {
        const double neighbour = nextafter(rounded, side * INFINITY);
        const struct slow further = slow_distance(slow, neighbour, count);
        const int64_t order = slow_compare(&distance, &further);
        if (order > 0 || (order == 0 && !is_even(rounded)))
            return false;
    }
    return true;
}

// The value as the sum takes it, in multiples of 2^-128.
static double to_unit(double value)
{
    return ldexp(nearbyint(ldexp(value, 128)), -128);
}

static double random_value(struct random *random)
{
    const double fraction = (random_unit(random) + 1) * (random_below(random, 2) ? 1 : -1);
    switch (random_below(random, 6)) {
    case 0: // all magnitudes
        return ldexp(fraction, (int)random_below(random, 200) - 137);
    case 1: // one bit
        return ldexp(fraction < 0 ? -1 : 1, (int)random_below(random, 194) - 130);
    case 2: // carries that run through all limbs
        return ldexp(fraction < 0 ? -1 : 1, 63) * (1 - 0x1p-53);
    case 3: // a vibe that came from a float
        return (double)(float)(fraction / 2);
    default: // a price
        return fabs(fraction) * 1e5;
    }
}

static void fail_with(uint64_t seed, const char *what)
{
    fprintf(stderr, "%s, GM_TEST_SEED=%llu\n", what, (unsigned long long)seed);
    fail();
}

static void test_sum_and_average_against_digits(void **state)
{
    (void)state;
    uint64_t seed = random_seed();
    for (int round = 0; round < 20000; round++, seed++) {
        struct random random = {seed};
        struct gm_exact_sum sum = {0};
        struct slow slow = {0};
        const int count = 1 + (int)random_below(&random, 1 << random_below(&random, 7));
        for (int i = 0; i < count; i++) {
            const double value = random_value(&random);
            const bool negate = random_below(&random, 4) == 0;
            (negate ? gm_exact_sum_subtract : gm_exact_sum_add)(&sum, value);
            slow_add(&slow, to_unit(value), negate ? -1 : 1);
        }
        slow_carry(&slow);
        if (!is_nearest(&slow, gm_exact_sum_value(&sum), 1))
            fail_with(seed, "the sum is not the nearest double");
        const int64_t divisor =
            random_below(&random, 2) ? count : 1 + random_below(&random, 1 << 30);
        if (!is_nearest(&slow, gm_exact_sum_average(&sum, (uint64_t)divisor), divisor))
            fail_with(seed, "the average is not the nearest double");
    }
}

static void test_order_does_not_matter_and_nothing_stays(void **state)
{
    (void)state;
    const uint64_t seed = random_seed();
    struct random random = {seed};
    static const struct gm_exact_sum empty;
    enum { VALUES = 1000 };
    double values[VALUES];
    for (int round = 0; round < 200; round++) {
        struct gm_exact_sum forward = {0}, backward = {0};
        for (int i = 0; i < VALUES; i++)
            values[i] = random_value(&random);
        for (int i = 0; i < VALUES; i++) {
            gm_exact_sum_add(&forward, values[i]);
            gm_exact_sum_add(&backward, values[VALUES - 1 - i]);
        }
        if (memcmp(&forward, &backward, sizeof forward) != 0)
            fail_with(seed, "the order left a trace");
        for (int i = 0; i < VALUES; i++)
            gm_exact_sum_subtract(&forward, values[i]);
        if (memcmp(&forward, &empty, sizeof forward) != 0)
            fail_with(seed, "something stayed");
    }
}

static double sum_of(double a, double b, double c)
{
    struct gm_exact_sum sum = {0};
    gm_exact_sum_add(&sum, a);
    gm_exact_sum_add(&sum, b);
    gm_exact_sum_add(&sum, c);
    return gm_exact_sum_value(&sum);
}

static void test_known_sums(void **state)
{
    (void)state;
    assert_true(sum_of(0, 0, 0) == 0);
    assert_true(sum_of(-0.0, 0, -0.0) == 0);
    assert_true(sum_of(0x1p62, 1, -0x1p62) == 1); // a double would say 0
    assert_true(sum_of(0x1p62, -0x1p-100, -0x1p62) == -0x1p-100);
    assert_true(sum_of(0.1, 0.2, -0.3) == 0x1p-55); // what the three doubles really add up to
    // Ties at the 53rd bit go to even, in both directions and for both signs.
    assert_true(sum_of(0x1p53, 1, 0) == 0x1p53);
    assert_true(sum_of(0x1p53, 3, 0) == 0x1p53 + 4);
    assert_true(sum_of(-0x1p53, -1, 0) == -0x1p53);
    assert_true(sum_of(0x1p53, 1, 0x1p-128) == 0x1p53 + 2);
    assert_true(sum_of(0x1p53, 1, -0x1p-128) == 0x1p53);
    // All ones round up into the next power of two.
    assert_true(sum_of(0x1p63 * (1 - 0x1p-53), 0x1p9, 0) == 0x1p63);
}

static void test_values_are_rounded_once_to_the_unit(void **state)
{
    (void)state;
    const struct {
        double value, kept;
    } cases[] = {
        {0x1p-76 * (1 + DBL_EPSILON), 0x1p-76 * (1 + DBL_EPSILON)}, // still whole
        {0x1p-77 * (1 + DBL_EPSILON), 0x1p-77},                     // a tie: to even
        {0x1p-77 * (1 + 3 * DBL_EPSILON), 0x1p-77 + 0x1p-127},
        {0x1p-129, 0},
        {0x1p-129 * (1 + DBL_EPSILON), 0x1p-128},
        {0x1.8p-128, 0x1p-127},
        {0x1p-130, 0},
        {0x1p-300, 0},
        {DBL_MIN, 0},
        {DBL_TRUE_MIN, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_true(sum_of(cases[i].value, 0, 0) == cases[i].kept);
        assert_true(sum_of(-cases[i].value, 0, 0) == -cases[i].kept);
    }
}

static void test_average_of_equals_is_their_value(void **state)
{
    (void)state;
    const uint64_t seed = random_seed();
    struct random random = {seed};
    for (int round = 0; round < 200; round++) {
        const double value = (random_unit(&random) + 1) * ldexp(1, (int)random_below(&random, 60));
        struct gm_exact_sum sum = {0};
        for (uint64_t count = 1; count <= 300; count++) {
            gm_exact_sum_add(&sum, value);
            if (gm_exact_sum_average(&sum, count) != value)
                fail_with(seed, "the average of equal values is another");
        }
    }
}

// 2^53 + 1 lies between two doubles; what decides is a third of the sum's 128th leading bit.
static void test_average_sees_the_remainder(void **state)
{
    (void)state;
    struct gm_exact_sum sum = {0};
    for (int i = 0; i < 3; i++) {
        gm_exact_sum_add(&sum, 0x1p53);
        gm_exact_sum_add(&sum, 1);
    }
    assert_true(gm_exact_sum_average(&sum, 3) == 0x1p53);
    gm_exact_sum_add(&sum, 0x1p-73);
    assert_true(gm_exact_sum_average(&sum, 3) == 0x1p53 + 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sum_and_average_against_digits),
        cmocka_unit_test(test_order_does_not_matter_and_nothing_stays),
        cmocka_unit_test(test_known_sums),
        cmocka_unit_test(test_values_are_rounded_once_to_the_unit),
        cmocka_unit_test(test_average_of_equals_is_their_value),
        cmocka_unit_test(test_average_sees_the_remainder),
    };
    return cmocka_run_group_tests_name("signal/exact_sum", tests, NULL, NULL);
}
