// The tracker against the naive version, over millions of random events.
//
// GM_SIGNAL_EVENTS: how many (3,000,000). GM_TEST_SEED: the seed of the only stream to run, as
// printed by a failure.
#include "stream.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { STREAM_EVENTS_MAX = 400 };

// What the streams came upon: a test of what never happens tests nothing.
struct seen {
    int64_t events, alerts, late, overflow;
};

static bool close_to(double a, double b, double scale)
{
    return (isnan(a) && isnan(b)) || fabs(a - b) <= 1e-12 * scale;
}

static bool same_row(const struct gm_metrics_row *a, const struct gm_metrics_row *b)
{
    const double n = a->msg_velocity;
    return close_to(a->price_usd, b->price_usd, 0) && close_to(a->vibe_score, b->vibe_score, 0) &&
           a->msg_velocity == b->msg_velocity && close_to(a->delta_price, b->delta_price, 1) &&
           close_to(a->delta_vibe, b->delta_vibe, 1) &&
           close_to(a->hype_momentum, b->hype_momentum, n) && a->alert == b->alert &&
           a->late == b->late && a->watermark_us == b->watermark_us;
}

// Vibes cancel out, so their average is close on the scale of the vibes; a price's, on its own.
static bool same_window(const struct gm_window *window, const struct naive_window *naive,
                        enum gm_tracker_kind kind)
{
    const double average = gm_window_average(window);
    return window->count == (size_t)naive->count &&
           close_to(average, naive->average, kind == GM_TRACKER_PRICE ? naive->average : 1) &&
           close_to(gm_window_newest(window), naive->newest, 0);
}

static void print_row(const char *name, const struct gm_metrics_row *row)
{
    fprintf(stderr, "%-8s price %.17g vibe %.17g n %d dp %.17g dv %.17g m %.17g%s%s at %lld\n",
            name, row->price_usd, row->vibe_score, (int)row->msg_velocity, row->delta_price,
            row->delta_vibe, row->hype_momentum, row->alert ? " alert" : "",
            row->late ? " late" : "", (long long)row->watermark_us);
}

static void run_stream(uint64_t seed, struct seen *seen)
{
    struct stream stream;
    stream_init(&stream, seed);
    struct gm_tracker tracker;
    gm_tracker_init(&tracker, &stream.rule);
    static struct naive naive;
    naive_init(&naive, &stream.rule);

    const int events = 1 + (int)random_below(&stream.random, STREAM_EVENTS_MAX);
    for (int i = 0; i < events; i++) {
        const struct naive_event event = stream_next(&stream);
        struct gm_metrics_row row, expected;
        assert_int_equal(
            gm_tracker_apply(&tracker, event.kind, event.time_us, event.value, &row, NULL), GM_OK);
        naive_apply(&naive, event.kind, event.time_us, event.value, &expected);
        const struct naive_window prices = naive_window(&naive, GM_TRACKER_PRICE);
        const struct naive_window vibes = naive_window(&naive, GM_TRACKER_VIBE);
        if (!same_row(&row, &expected) ||
            !same_window(&tracker.prices, &prices, GM_TRACKER_PRICE) ||
            !same_window(&tracker.vibes, &vibes, GM_TRACKER_VIBE)) {
            fprintf(stderr, "event %d of the stream GM_TEST_SEED=%llu\n", i,
                    (unsigned long long)seed);
            print_row("tracker", &row);
            print_row("naive", &expected);
            fail();
        }
        seen->alerts += row.alert;
        seen->late += row.late;
    }
    seen->events += events;
    seen->overflow += tracker.prices.overflow + tracker.vibes.overflow;
    gm_tracker_finish(&tracker);
}

static void test_equals_naive(void **state)
{
    (void)state;
    struct seen seen = {0};
    uint64_t seed = random_seed();
    if (getenv("GM_TEST_SEED") != NULL) {
        run_stream(seed, &seen);
        return;
    }
    const int64_t events = random_rounds("GM_SIGNAL_EVENTS", 3000000);
    while (seen.events < events)
        run_stream(seed++, &seen);
    print_message("%lld events, %lld alerts, %lld late, %lld over the limit\n",
                  (long long)seen.events, (long long)seen.alerts, (long long)seen.late,
                  (long long)seen.overflow);
    assert_true(seen.alerts > events / 1000);
    assert_true(seen.late > events / 1000);
    assert_true(seen.overflow > events / 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equals_naive),
    };
    return cmocka_run_group_tests_name("signal/oracle", tests, NULL, NULL);
}
