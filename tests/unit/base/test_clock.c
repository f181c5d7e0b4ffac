// The clocks.
#include "../test.h"

#include "base/clock.h"

#include <time.h>

static void real_clock_is_the_systems(void **state)
{
    (void)state;
    int64_t before_s = time(NULL);
    int64_t us = gm_clock_now_us(&gm_clock_real);
    int64_t after_s = time(NULL);
    // time() may lag by a tick of the kernel.
    assert_true(us >= before_s * GM_US_PER_S && us <= (after_s + 2) * GM_US_PER_S);
}

static void virtual_clock_stands_until_moved(void **state)
{
    (void)state;
    struct gm_clock_virtual clock;
    gm_clock_virtual_init(&clock, 1000);
    assert_int_equal(gm_clock_now_us(&clock.clock), 1000);
    assert_int_equal(gm_clock_now_us(&clock.clock), 1000);
    gm_clock_virtual_set(&clock, -5);
    assert_int_equal(gm_clock_now_us(&clock.clock), -5);
}

static void monotonic_never_goes_back(void **state)
{
    (void)state;
    int64_t last = gm_monotonic_us();
    for (int i = 0; i < 100000; i++) {
        int64_t now = gm_monotonic_us();
        assert_true(now >= last);
        last = now;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(real_clock_is_the_systems),
        cmocka_unit_test(virtual_clock_stands_until_moved),
        cmocka_unit_test(monotonic_never_goes_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
