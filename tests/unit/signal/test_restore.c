// A tracker rebuilt from recorded rows equals the lost one, to the last bit of every later row.
//
// Random streams are cut at a random place; the rows so far are fed backwards into a fresh tracker
// until it says that it has seen enough; then both go on with the same events.
// GM_SIGNAL_CUTS: how many (10,000). GM_TEST_SEED: the seed of the only one to run.
#include "stream.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS_MAX = 400 };

struct record {
    struct naive_event event;
    struct gm_metrics_row row;
};

static uint64_t bits(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static bool same_row(const struct gm_metrics_row *a, const struct gm_metrics_row *b)
{
    return bits(a->price_usd) == bits(b->price_usd) && bits(a->vibe_score) == bits(b->vibe_score) &&
           a->msg_velocity == b->msg_velocity && bits(a->delta_price) == bits(b->delta_price) &&
           bits(a->delta_vibe) == bits(b->delta_vibe) &&
           bits(a->hype_momentum) == bits(b->hype_momentum) && a->alert == b->alert &&
           a->late == b->late && a->watermark_us == b->watermark_us;
}

static bool same_window(const struct gm_window *a, const struct gm_window *b)
{
    if (a->count != b->count || memcmp(&a->sum, &b->sum, sizeof a->sum) != 0)
        return false;
    for (size_t i = 0; i < a->count; i++) {
        const struct gm_window_entry *entry_a = &a->ring[(a->head + i) & (a->capacity - 1)];
        const struct gm_window_entry *entry_b = &b->ring[(b->head + i) & (b->capacity - 1)];
        if (entry_a->time_us != entry_b->time_us || bits(entry_a->value) != bits(entry_b->value))
            return false;
    }
    return true;
}

static void apply(struct gm_tracker *tracker, const struct naive_event *event,
                  struct gm_metrics_row *ret_row)
{
    assert_int_equal(
        gm_tracker_apply(tracker, event->kind, event->time_us, event->value, ret_row, NULL), GM_OK);
}

// Feeds rows backwards until the tracker has enough, and `more` beyond; returns how many it took.
static int restore(struct gm_tracker *tracker, const struct record *records, int count, int more)
{
    bool complete = false;
    int taken = 0;
    for (int i = count; i-- > 0 && (!complete || more-- > 0); taken++) {
        const struct record *record = &records[i];
        bool enough;
        assert_int_equal(gm_tracker_restore(tracker, record->event.kind, record->event.time_us,
                                            record->event.value, record->row.late,
                                            record->row.alert, record->row.watermark_us, &enough,
                                            NULL),
                         GM_OK);
        assert_true(enough || !complete); // once complete, always complete
        complete = enough;
    }
    return taken;
}

// Returns whether the tracker was complete before all rows were used up.
static bool run_cut(uint64_t seed)
{
    struct stream stream;
    stream_init(&stream, seed);
    struct gm_tracker lost, rebuilt;
    gm_tracker_init(&lost, &stream.rule);
    gm_tracker_init(&rebuilt, &stream.rule);

    static struct record records[ROWS_MAX];
    const int count = (int)random_below(&stream.random, ROWS_MAX + 1);
    for (int i = 0; i < count; i++) {
        records[i].event = stream_next(&stream);
        apply(&lost, &records[i].event, &records[i].row);
    }
    const int more = random_below(&stream.random, 2) == 0 ? 0 : ROWS_MAX;
    const int taken = restore(&rebuilt, records, count, more);

    bool same = lost.watermark_us == rebuilt.watermark_us &&
                same_window(&lost.prices, &rebuilt.prices) &&
                same_window(&lost.vibes, &rebuilt.vibes);
    for (int i = 0; i < 200 && same; i++) {
        const struct naive_event event = stream_next(&stream);
        struct gm_metrics_row row, expected;
        apply(&lost, &event, &expected);
        apply(&rebuilt, &event, &row);
        same = same_row(&row, &expected);
    }
    if (!same) {
        fprintf(stderr, "cut after %d rows, stream GM_TEST_SEED=%llu\n", count,
                (unsigned long long)seed);
        fail();
    }
    gm_tracker_finish(&lost);
    gm_tracker_finish(&rebuilt);
    return taken < count;
}

static void test_restored_equals_lost(void **state)
{
    (void)state;
    uint64_t seed = random_seed();
    if (getenv("GM_TEST_SEED") != NULL) {
        run_cut(seed);
        return;
    }
    const int64_t cuts = random_rounds("GM_SIGNAL_CUTS", 10000);
    int64_t complete_early = 0;
    for (int64_t i = 0; i < cuts; i++)
        complete_early += run_cut(seed++);
    assert_true(complete_early > cuts / 10);
}

static void test_restored_from_nothing_is_fresh(void **state)
{
    (void)state;
    struct gm_tracker tracker;
    gm_tracker_init(&tracker, &gm_rule_default);
    assert_int_equal(restore(&tracker, NULL, 0, 0), 0);
    struct gm_metrics_row row;
    apply(&tracker, &(struct naive_event){GM_TRACKER_PRICE, 1, 5}, &row);
    assert_true(row.price_usd == 5 && !row.late && row.watermark_us == 1);
    gm_tracker_finish(&tracker);
}

// The horizon is the longer of window and cooldown, and a row exactly on it does not end the
// search.
static void test_complete_just_past_the_horizon(void **state)
{
    (void)state;
    const struct gm_rule rules[] = {
        {.window_us = 10, .cooldown_us = 3, .entries_max = 100},
        {.window_us = 3, .cooldown_us = 10, .entries_max = 100},
    };
    for (int i = 0; i < 2; i++) {
        struct gm_tracker tracker;
        gm_tracker_init(&tracker, &rules[i]);
        const struct {
            int64_t time_us;
            bool complete;
        } rows[] = {{1000, false}, {1000, false}, {990, false}, {989, true}, {500, true}};
        for (size_t j = 0; j < sizeof rows / sizeof rows[0]; j++) {
            bool complete;
            assert_int_equal(gm_tracker_restore(&tracker, GM_TRACKER_PRICE, rows[j].time_us, 7,
                                                false, false, rows[j].time_us, &complete, NULL),
                             GM_OK);
            assert_int_equal(complete, rows[j].complete);
        }
        gm_tracker_finish(&tracker);
    }
}

static void test_refuses_what_no_tracker_wrote(void **state)
{
    (void)state;
    struct gm_tracker tracker;
    gm_tracker_init(&tracker, &gm_rule_default);
    struct gm_error error;
    bool complete = true;
    assert_int_equal(
        gm_tracker_restore(&tracker, GM_TRACKER_VIBE, 1, 1.5, false, true, 1, &complete, &error),
        GM_ERR_INVALID);
    assert_non_null(strstr(error.message, "vibe_score"));
    assert_true(complete);
    assert_true(tracker.watermark_us == INT64_MIN && tracker.last_alert_us == INT64_MIN);
    assert_int_equal(tracker.vibes.count, 0);
    gm_tracker_finish(&tracker);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_restored_equals_lost),
        cmocka_unit_test(test_restored_from_nothing_is_fresh),
        cmocka_unit_test(test_complete_just_past_the_horizon),
        cmocka_unit_test(test_refuses_what_no_tracker_wrote),
    };
    return cmocka_run_group_tests_name("signal/restore", tests, NULL, NULL);
}
