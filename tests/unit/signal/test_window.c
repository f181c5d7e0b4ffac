// The window: order, eviction, the limit, growth, averages that do not drift, memory that runs out.
#include "signal/window.h"

#include "random.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

// The linker sends every malloc here (--wrap=malloc). Counts down to the one that fails; 0: none.
static int malloc_fails_in;
void *__real_malloc(size_t bytes);
void *__wrap_malloc(size_t bytes);
void *__wrap_malloc(size_t bytes)
{
    if (malloc_fails_in > 0 && --malloc_fails_in == 0)
        return NULL;
    return __real_malloc(bytes);
}

static void insert(struct gm_window *window, int64_t time_us, double value)
{
    assert_int_equal(gm_window_insert(window, time_us, value, NULL), GM_OK);
}

static struct gm_window_entry entry(const struct gm_window *window, size_t index)
{
    return window->ring[(window->head + index) & (window->capacity - 1)];
}

static void assert_values(const struct gm_window *window, const double *values, size_t count)
{
    assert_int_equal(window->count, count);
    for (size_t i = 0; i < count; i++)
        assert_true(entry(window, i).value == values[i]);
}

#define ASSERT_VALUES(window, ...)                                                                 \
    assert_values(window, (const double[]){__VA_ARGS__},                                           \
                  sizeof((const double[]){__VA_ARGS__}) / sizeof(double))

static void test_empty(void **state)
{
    (void)state;
    struct gm_window window;
    gm_window_init(&window, 3);
    assert_true(isnan(gm_window_newest(&window)));
    assert_true(isnan(gm_window_average(&window)));
    gm_window_evict(&window, INT64_MAX);
    insert(&window, 5, 2);
    gm_window_evict(&window, 6);
    assert_true(isnan(gm_window_newest(&window)));
    assert_true(isnan(gm_window_average(&window)));
    gm_window_finish(&window);
    gm_window_finish(&window);
}

static void test_sorted_by_time_then_arrival(void **state)
{
    (void)state;
    struct gm_window window;
    gm_window_init(&window, 100);
    insert(&window, 20, 1);
    insert(&window, 10, 2);
    insert(&window, 20, 3);
    insert(&window, 15, 4);
    insert(&window, 10, 5);
    insert(&window, 5, 6);
    ASSERT_VALUES(&window, 6, 2, 5, 4, 1, 3);
    assert_true(gm_window_newest(&window) == 3);
    assert_true(gm_window_average(&window) == 3.5);

    assert_int_equal(gm_window_insert_earlier(&window, 20, 7, NULL), GM_OK);
    assert_int_equal(gm_window_insert_earlier(&window, 5, 8, NULL), GM_OK);
    assert_int_equal(gm_window_insert_earlier(&window, 30, 9, NULL), GM_OK);
    ASSERT_VALUES(&window, 8, 6, 2, 5, 4, 7, 1, 3, 9);
    gm_window_finish(&window);
}

static void test_exactly_as_old_stays(void **state)
{
    (void)state;
    struct gm_window window;
    gm_window_init(&window, 100);
    for (int i = 0; i < 5; i++)
        insert(&window, 10 * i, i);
    gm_window_evict(&window, 20);
    ASSERT_VALUES(&window, 2, 3, 4);
    gm_window_evict(&window, 21);
    ASSERT_VALUES(&window, 3, 4);
    assert_true(gm_window_average(&window) == 3.5);
    assert_int_equal(window.overflow, 0);
    gm_window_finish(&window);
}

static void test_extreme_times(void **state)
{
    (void)state;
    struct gm_window window;
    gm_window_init(&window, 100);
    insert(&window, INT64_MAX, 1);
    insert(&window, INT64_MIN, 2);
    insert(&window, INT64_MAX, 3);
    insert(&window, INT64_MIN, 4);
    insert(&window, 0, 5);
    ASSERT_VALUES(&window, 2, 4, 5, 1, 3);
    gm_window_finish(&window);
}

static void test_full_keeps_the_newest(void **state)
{
    (void)state;
    struct gm_window window;
    gm_window_init(&window, 3);
    insert(&window, 10, 1);
    insert(&window, 20, 2);
    insert(&window, 30, 3);
    insert(&window, 40, 4);
    ASSERT_VALUES(&window, 2, 3, 4);
    insert(&window, 25, 5); // late, but newer than the oldest
    ASSERT_VALUES(&window, 5, 3, 4);
    insert(&window, 24, 6); // older than all that is kept: itself the one to go
    ASSERT_VALUES(&window, 5, 3, 4);
    insert(&window, 25, 7); // as old as the oldest, but arrived after it
    ASSERT_VALUES(&window, 7, 3, 4);
    assert_int_equal(gm_window_insert_earlier(&window, 25, 8, NULL), GM_OK);
    ASSERT_VALUES(&window, 7, 3, 4);
    assert_int_equal(window.overflow, 5);
    assert_true(gm_window_average(&window) == (7. + 3. + 4.) / 3);
    gm_window_finish(&window);
}

// Random inserts and evictions against a sorted array, through growth, wrap-around and the limit.
static void test_equals_a_sorted_array(void **state)
{
    (void)state;
    uint64_t seed = random_seed();
    for (int round = 0; round < 2000; round++, seed++) {
        struct random random = {seed};
        const size_t limit = 1 + (size_t)random_below(&random, 70);
        struct gm_window window;
        gm_window_init(&window, limit);
        struct gm_window_entry sorted[71];
        size_t count = 0;
        bool same = true;
        for (int i = 0; i < 300 && same; i++) {
            const int64_t time_us = i / 3 + random_below(&random, 20);
            size_t place = count;
            while (place > 0 && sorted[place - 1].time_us > time_us)
                place--;
            memmove(&sorted[place + 1], &sorted[place], (count - place) * sizeof sorted[0]);
            sorted[place] = (struct gm_window_entry){time_us, i};
            count++;
            size_t gone = count > limit;
            insert(&window, time_us, i);
            if (random_below(&random, 4) == 0) {
                const int64_t oldest_us = i / 3 - random_below(&random, 20);
                while (gone < count && sorted[gone].time_us < oldest_us)
                    gone++;
                gm_window_evict(&window, oldest_us);
            }
            count -= gone;
            memmove(&sorted[0], &sorted[gone], count * sizeof sorted[0]);

            struct gm_exact_sum sum = {0};
            same = window.count == count;
            for (size_t j = 0; j < count && same; j++) {
                gm_exact_sum_add(&sum, sorted[j].value);
                same = entry(&window, j).time_us == sorted[j].time_us &&
                       entry(&window, j).value == sorted[j].value;
            }
            same = same && memcmp(&sum, &window.sum, sizeof sum) == 0;
        }
        gm_window_finish(&window);
        if (!same) {
            fprintf(stderr, "GM_TEST_SEED=%llu\n", (unsigned long long)seed);
            fail();
        }
    }
}

// After millions of additions and evictions (GM_SIGNAL_CHURN, 10^7) the sum is, to the last bit,
// that of the entries that are left, and the average is theirs to 1e-12.
static void test_averages_do_not_drift(void **state)
{
    (void)state;
    const int64_t rounds = random_rounds("GM_SIGNAL_CHURN", 10000000);
    const uint64_t seed = random_seed();
    struct random random = {seed};
    struct gm_window window;
    gm_window_init(&window, 4096);
    for (int64_t i = 0; i < rounds; i++) {
        // Magnitudes over 60 bits: what a running double would have lost shows.
        const double value = ldexp(random_unit(&random), (int)random_below(&random, 60) - 50);
        insert(&window, i, value);
        gm_window_evict(&window, i - 1000);
    }
    struct gm_exact_sum fresh = {0};
    long double sum = 0;
    for (size_t i = 0; i < window.count; i++) {
        gm_exact_sum_add(&fresh, entry(&window, i).value);
        sum += entry(&window, i).value;
    }
    const double expected = (double)(sum / window.count);
    if (memcmp(&fresh, &window.sum, sizeof fresh) != 0 ||
        fabs(gm_window_average(&window) - expected) > 1e-12 * expected) {
        fprintf(stderr, "%.17g, a fresh average %.17g, GM_TEST_SEED=%llu\n",
                gm_window_average(&window), expected, (unsigned long long)seed);
        fail();
    }
    gm_window_finish(&window);
}

static void test_no_memory_leaves_it_as_it_was(void **state)
{
    (void)state;
    struct gm_window window;
    struct gm_error error;
    gm_window_init(&window, 1000);
    malloc_fails_in = 1;
    assert_int_equal(gm_window_insert(&window, 1, 1, &error), GM_ERR_NOMEM);
    assert_non_null(strstr(error.message, "16 entries"));
    assert_int_equal(window.count, 0);

    for (int i = 0; i < 16; i++)
        insert(&window, i, i);
    malloc_fails_in = 1;
    assert_int_equal(gm_window_insert(&window, 16, 16, &error), GM_ERR_NOMEM);
    malloc_fails_in = 1;
    assert_int_equal(gm_window_insert_earlier(&window, 16, 16, NULL), GM_ERR_NOMEM);
    ASSERT_VALUES(&window, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    assert_true(gm_window_average(&window) == 7.5);
    insert(&window, 16, 16);
    assert_int_equal(window.count, 17);

    // What was reserved cannot fail.
    while (window.count < window.capacity)
        insert(&window, 17, 17);
    assert_int_equal(gm_window_reserve(&window, NULL), GM_OK);
    malloc_fails_in = 1;
    insert(&window, 18, 18);
    assert_int_equal(malloc_fails_in, 1);
    malloc_fails_in = 0;
    gm_window_finish(&window);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_sorted_by_time_then_arrival),
        cmocka_unit_test(test_exactly_as_old_stays),
        cmocka_unit_test(test_extreme_times),
        cmocka_unit_test(test_full_keeps_the_newest),
        cmocka_unit_test(test_equals_a_sorted_array),
        cmocka_unit_test(test_averages_do_not_drift),
        cmocka_unit_test(test_no_memory_leaves_it_as_it_was),
    };
    return cmocka_run_group_tests_name("signal/window", tests, NULL, NULL);
}
