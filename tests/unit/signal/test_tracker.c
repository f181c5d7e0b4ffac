// The definition, worked out by hand: metrics, the rule, lateness, the cooldown.
#include "signal/tracker.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static bool malloc_fails;
void *__real_malloc(size_t bytes);
void *__wrap_malloc(size_t bytes);
void *__wrap_malloc(size_t bytes)
{
    return malloc_fails ? NULL : __real_malloc(bytes);
}

static struct gm_metrics_row price(struct gm_tracker *tracker, int64_t time_us, double value)
{
    struct gm_metrics_row row;
    assert_int_equal(gm_tracker_apply(tracker, GM_TRACKER_PRICE, time_us, value, &row, NULL),
                     GM_OK);
    return row;
}

static struct gm_metrics_row vibe(struct gm_tracker *tracker, int64_t time_us, double value)
{
    struct gm_metrics_row row;
    assert_int_equal(gm_tracker_apply(tracker, GM_TRACKER_VIBE, time_us, value, &row, NULL), GM_OK);
    return row;
}

static const struct gm_rule small_rule = {
    .window_us = 100,
    .cooldown_us = 50,
    .momentum_min = 1,
    .delta_price_max = 0.02,
    .entries_max = 1000,
};

static void test_default_rule(void **state)
{
    (void)state;
    assert_int_equal(gm_rule_default.window_us, 300000000);
    assert_int_equal(gm_rule_default.cooldown_us, 600000000);
    assert_true(gm_rule_default.momentum_min == 100);
    assert_true(gm_rule_default.delta_price_max == 0.02);
    assert_int_equal(gm_rule_default.entries_max, 1048576);
}

static void test_metrics(void **state)
{
    (void)state;
    struct gm_tracker tracker;
    gm_tracker_init(&tracker, &small_rule);

    struct gm_metrics_row row = price(&tracker, 1000, 100);
    assert_true(row.price_usd == 100 && row.delta_price == 0);
    assert_true(isnan(row.vibe_score) && isnan(row.delta_vibe) && isnan(row.hype_momentum));
    assert_int_equal(row.msg_velocity, 0);
    assert_int_equal(row.watermark_us, 1000);

    row = vibe(&tracker, 1010, -0.5);
    assert_true(row.price_usd == 100 && row.delta_price == 0);
    assert_true(row.vibe_score == -0.5 && row.delta_vibe == 0 && row.hype_momentum == 0);
    assert_int_equal(row.msg_velocity, 1);

    row = vibe(&tracker, 1020, 0.75);
    assert_true(row.delta_vibe == 0.75 - 0.125 && row.hype_momentum == 1.25);

    row = price(&tracker, 1030, 104);
    assert_true(row.delta_price == (104 - 102.) / 102 && row.vibe_score == 0.75);
    assert_int_equal(row.msg_velocity, 2);
    gm_tracker_finish(&tracker);
}

// Either kind of event ages both windows.
static void test_eviction_by_the_other_kind(void **state)
{
    (void)state;
    struct gm_tracker tracker;
    gm_tracker_init(&tracker, &small_rule);
    price(&tracker, 0, 100);
    vibe(&tracker, 0, 0.5);
    struct gm_metrics_row row = vibe(&tracker, 100, 0.5);
    assert_true(row.price_usd == 100); // exactly as old as the window
    assert_int_equal(row.msg_velocity, 2);
    row = vibe(&tracker, 101, 0.5);
    assert_true(isnan(row.price_usd) && isnan(row.delta_price));
    assert_int_equal(row.msg_velocity, 2);
    row = price(&tracker, 202, 1);
    assert_true(isnan(row.vibe_score) && row.msg_velocity == 0);
    gm_tracker_finish(&tracker);
}

static void test_newest_of_equal_times_is_the_last_to_arrive(void **state)
{
    (void)state;
    struct gm_tracker tracker;
    gm_tracker_init(&tracker, &small_rule);
    price(&tracker, 10, 1);
    assert_true(price(&tracker, 10, 2).price_usd == 2);
    assert_true(price(&tracker, 9, 3).price_usd == 2);
    assert_true(vibe(&tracker, 10, 0.1).vibe_score == 0.1);
    assert_true(vibe(&tracker, 10, 0.2).vibe_score == 0.2);
    gm_tracker_finish(&tracker);
}

static void test_late(void **state)
{
    (void)state;
    struct gm_tracker tracker;
    gm_tracker_init(&tracker, &small_rule);
    price(&tracker, 1000, 100);
    vibe(&tracker, 1000, 0);

    struct gm_metrics_row row = vibe(&tracker, 900, 0.5); // exactly as old: inside
    assert_false(row.late);
    assert_int_equal(row.msg_velocity, 2);
    assert_true(row.vibe_score == 0 && row.delta_vibe == -0.25);
    assert_int_equal(row.watermark_us, 1000);

    row = vibe(&tracker, 899, 1);
    assert_true(row.late);
    assert_int_equal(row.msg_velocity, 2);
    assert_true(row.price_usd == 100 && row.vibe_score == 0 && row.delta_vibe == -0.25);
    assert_int_equal(row.watermark_us, 1000);

    row = price(&tracker, 899, 1);
    assert_true(row.late && row.price_usd == 100 && row.delta_price == 0);
    gm_tracker_finish(&tracker);
}

// At M = momentum_min or delta_price = delta_price_max there is no alert.
static void test_thresholds_are_strict(void **state)
{
    (void)state;
    struct gm_rule rule = small_rule;
    rule.momentum_min = 1;
    rule.delta_price_max = 0.25;
    struct gm_tracker tracker;
    gm_tracker_init(&tracker, &rule);
    price(&tracker, 0, 100);
    vibe(&tracker, 0, -1);
    struct gm_metrics_row row = vibe(&tracker, 1, 0); // (0 − −0.5) × 2
    assert_true(row.hype_momentum == 1 && !row.alert);
    row = vibe(&tracker, 2, 1); // (1 − 0) × 3
    assert_true(row.hype_momentum == 3 && row.alert);
    gm_tracker_finish(&tracker);

    gm_tracker_init(&tracker, &rule);
    vibe(&tracker, 0, -1);
    assert_false(vibe(&tracker, 1, 1).alert); // M = 2, but no price
    price(&tracker, 1, 60);
    gm_tracker_finish(&tracker);

    gm_tracker_init(&tracker, &rule);
    price(&tracker, 0, 60);
    row = price(&tracker, 1, 100); // (100 − 80) / 80
    assert_true(row.delta_price == 0.25);
    vibe(&tracker, 2, -1);
    assert_false(vibe(&tracker, 3, 1).alert);
    assert_true(price(&tracker, 4, 99).alert); // a price may be what completes the rule
    gm_tracker_finish(&tracker);
}

// A late row never alerts, though the windows would; an out-of-order one inside may.
static void test_late_does_not_alert(void **state)
{
    (void)state;
    struct gm_rule rule = small_rule;
    rule.cooldown_us = 0;
    struct gm_tracker tracker;
    gm_tracker_init(&tracker, &rule);
    price(&tracker, 1000, 100);
    vibe(&tracker, 1000, -1);
    assert_true(vibe(&tracker, 1000, 1).alert);
    assert_false(vibe(&tracker, 1, 1).alert);
    assert_true(vibe(&tracker, 950, -1).alert);
    gm_tracker_finish(&tracker);
}

static void test_cooldown(void **state)
{
    (void)state;
    struct gm_tracker tracker;
    gm_tracker_init(&tracker, &small_rule);
    price(&tracker, 1000, 100);
    vibe(&tracker, 1000, -1);
    assert_true(vibe(&tracker, 1000, 1).alert);
    assert_false(vibe(&tracker, 1000, 1).alert);
    assert_false(price(&tracker, 1049, 100).alert);
    assert_false(
        price(&tracker, 1010, 100).alert); // its own time does not count, the watermark does
    assert_true(price(&tracker, 1050, 100).alert); // 50 have fully passed
    assert_false(price(&tracker, 1099, 100).alert);
    assert_true(price(&tracker, 1100, 100).alert);
    gm_tracker_finish(&tracker);
}

static void test_entries_max(void **state)
{
    (void)state;
    struct gm_rule rule = small_rule;
    rule.entries_max = 2;
    struct gm_tracker tracker;
    gm_tracker_init(&tracker, &rule);
    price(&tracker, 1, 10);
    price(&tracker, 2, 20);
    struct gm_metrics_row row = price(&tracker, 3, 40);
    assert_true(row.delta_price == (40 - 30.) / 30);
    assert_int_equal(tracker.prices.overflow, 1);
    // What goes for its age does not count as let go for lack of room.
    price(&tracker, 500, 10);
    price(&tracker, 501, 10);
    price(&tracker, 999, 10);
    assert_int_equal(tracker.prices.overflow, 1);
    gm_tracker_finish(&tracker);
}

static void test_extreme_times(void **state)
{
    (void)state;
    struct gm_rule rule = small_rule;
    rule.window_us = INT64_MAX;
    rule.cooldown_us = INT64_MAX;
    struct gm_tracker tracker;
    gm_tracker_init(&tracker, &rule);
    assert_false(price(&tracker, INT64_MIN + 1, 1).late);
    assert_false(price(&tracker, -5, 1).late);
    assert_false(price(&tracker, INT64_MIN + 1, 1).late);
    assert_int_equal(tracker.prices.count, 3);
    price(&tracker, INT64_MAX, 1);
    assert_int_equal(tracker.prices.count, 1);
    assert_true(price(&tracker, -1, 1).late);
    gm_tracker_finish(&tracker);
}

static void test_refuses_values_out_of_range(void **state)
{
    (void)state;
    const struct {
        enum gm_tracker_kind kind;
        int64_t time_us;
        double value;
        const char *names;
    } cases[] = {
        {GM_TRACKER_PRICE, 5, (double)NAN, "price_usd"},
        {GM_TRACKER_PRICE, 5, INFINITY, "price_usd"},
        {GM_TRACKER_PRICE, 5, 0, "price_usd"},
        {GM_TRACKER_PRICE, 5, -1, "price_usd"},
        {GM_TRACKER_PRICE, 5, 1.1e15, "price_usd"},
        {GM_TRACKER_VIBE, 5, (double)NAN, "vibe_score"},
        {GM_TRACKER_VIBE, 5, 1.0000001, "vibe_score"},
        {GM_TRACKER_VIBE, 5, -1.0000001, "vibe_score"},
        {GM_TRACKER_VIBE, INT64_MIN, 0, "timestamp"},
    };
    struct gm_tracker tracker;
    gm_tracker_init(&tracker, &small_rule);
    price(&tracker, 1, 10);
    const struct gm_tracker before = tracker;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct gm_metrics_row row = {.price_usd = 77};
        struct gm_error error;
        assert_int_equal(gm_tracker_apply(&tracker, cases[i].kind, cases[i].time_us, cases[i].value,
                                          &row, &error),
                         GM_ERR_INVALID);
        assert_non_null(strstr(error.message, cases[i].names));
        assert_true(row.price_usd == 77);
        assert_memory_equal(&tracker, &before, sizeof before);
    }
    gm_tracker_finish(&tracker);
}

static void test_no_memory_leaves_it_as_it_was(void **state)
{
    (void)state;
    struct gm_tracker tracker;
    gm_tracker_init(&tracker, &small_rule);
    for (int i = 0; i < 16; i++)
        price(&tracker, i, 10);
    vibe(&tracker, 0, 1);
    const struct gm_tracker before = tracker;
    struct gm_metrics_row row = {.price_usd = 77};
    bool complete = true;
    malloc_fails = true;
    const enum gm_err applied = gm_tracker_apply(&tracker, GM_TRACKER_PRICE, 500, 1, &row, NULL);
    const enum gm_err restored =
        gm_tracker_restore(&tracker, GM_TRACKER_PRICE, 15, 1, false, true, 15, &complete, NULL);
    malloc_fails = false;
    assert_int_equal(applied, GM_ERR_NOMEM);
    assert_int_equal(restored, GM_ERR_NOMEM);
    assert_true(row.price_usd == 77 && complete);
    assert_memory_equal(&tracker, &before, sizeof before);
    row = price(&tracker, 16, 10);
    assert_int_equal(tracker.prices.count, 17);
    assert_int_equal(row.msg_velocity, 1);
    gm_tracker_finish(&tracker);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_default_rule),
        cmocka_unit_test(test_metrics),
        cmocka_unit_test(test_eviction_by_the_other_kind),
        cmocka_unit_test(test_newest_of_equal_times_is_the_last_to_arrive),
        cmocka_unit_test(test_late),
        cmocka_unit_test(test_thresholds_are_strict),
        cmocka_unit_test(test_late_does_not_alert),
        cmocka_unit_test(test_cooldown),
        cmocka_unit_test(test_entries_max),
        cmocka_unit_test(test_extreme_times),
        cmocka_unit_test(test_refuses_values_out_of_range),
        cmocka_unit_test(test_no_memory_leaves_it_as_it_was),
    };
    return cmocka_run_group_tests_name("signal/tracker", tests, NULL, NULL);
}
