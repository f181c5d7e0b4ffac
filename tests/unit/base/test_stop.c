// The request to stop, between threads.
#include "../test.h"

#include "base/clock.h"
#include "base/stop.h"

#include <sched.h>

static void wait_times_out(void **state)
{
    (void)state;
    struct gm_stop stop;
    assert_int_equal(gm_stop_init(&stop, NULL), GM_OK);
    int64_t start_us = gm_monotonic_us();
    assert_false(gm_stop_wait(&stop, 20 * GM_US_PER_MS));
    assert_true(gm_monotonic_us() - start_us >= 20 * GM_US_PER_MS);
    assert_false(gm_stop_wait(&stop, 0));
    assert_false(gm_stop_wait(&stop, -1));
    assert_false(gm_stop_raised(&stop));
    gm_stop_finish(&stop);
}

enum { WAITERS = 4, ROUNDS = 200 };

struct waiter {
    struct gm_stop *stop;
    atomic_int *entered;
    bool raised;
    pthread_t thread;
};

static void *wait_long(void *arg)
{
    struct waiter *waiter = arg;
    atomic_fetch_add(waiter->entered, 1);
    waiter->raised = gm_stop_wait(waiter->stop, INT64_MAX);
    return NULL;
}

// Many rounds, since nobody can see whether a thread waits yet: in most of them several do.
static void raise_wakes_every_waiter(void **state)
{
    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        struct gm_stop stop;
        struct waiter waiters[WAITERS];
        atomic_int entered = 0;
        assert_int_equal(gm_stop_init(&stop, NULL), GM_OK);
        for (int i = 0; i < WAITERS; i++) {
            waiters[i] = (struct waiter){.stop = &stop, .entered = &entered};
            assert_int_equal(pthread_create(&waiters[i].thread, NULL, wait_long, &waiters[i]), 0);
        }
        while (atomic_load(&entered) < WAITERS)
            sched_yield();
        for (int i = 0; i < round; i++)
            sched_yield();
        gm_stop_raise(&stop);
        gm_stop_raise(&stop);
        for (int i = 0; i < WAITERS; i++) {
            assert_int_equal(pthread_join(waiters[i].thread, NULL), 0);
            assert_true(waiters[i].raised);
        }
        assert_true(gm_stop_raised(&stop));
        assert_true(gm_stop_wait(&stop, INT64_MAX));
        gm_stop_finish(&stop);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wait_times_out),
        cmocka_unit_test(raise_wakes_every_waiter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
