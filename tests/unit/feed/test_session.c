// The demo's recorded session tells the story that it is there to tell, with room to spare.
//
// It goes through the replay feed, the lexicon scorer and the trackers, as it does in the program.
#include "feed/replay.h"
#include "feed/session.h"
#include "signal/tracker.h"
#include "vibe/scorer.h"

#include "files.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>

#define START_US ((int64_t)1762182000 * GM_US_PER_S) // 2025-11-03T15:00:00Z

enum ticker { BITCOIN, DOGECOIN, GAMESTOP, TICKERS };
static const char *const ticker_names[] = {"bitcoin", "dogecoin", "gamestop"};

// One event of the session and the row that it made.
struct event {
    enum ticker ticker;
    double minute;
    struct gm_metrics_row row;
};

static struct event events[20000];
static size_t event_count;
static uint64_t session_hash; // of every line, in order

static enum ticker ticker_of(struct gm_str name)
{
    for (int ticker = 0; ticker < TICKERS; ticker++)
        if (gm_str_equal(name, gm_str(ticker_names[ticker])))
            return (enum ticker)ticker;
    fail_msg("%.*s is no ticker of the session", GM_STR_ARG(name));
    return TICKERS;
}

static double vibe_of(struct gm_scorer *scorer, struct gm_str text)
{
    struct gm_mood mood;
    struct gm_error error;
    assert_int_equal(gm_scorer_score(scorer, &text, 1, &mood, &error), GM_OK);
    return mood.vibe;
}

static void take(const struct gm_feed_item *item, struct gm_scorer *scorer,
                 struct gm_tracker trackers[TICKERS])
{
    if (item->kind == GM_FEED_BAD)
        fail_msg("%.*s: %.*s", GM_STR_ARG(item->bad.origin), GM_STR_ARG(item->bad.reason));
    bool is_tick = item->kind == GM_FEED_TICK;
    struct event *event = &events[event_count++];
    int64_t time_us = is_tick ? item->tick.timestamp_us : item->post.timestamp_us;
    event->ticker = ticker_of(is_tick ? item->tick.ticker : item->post.ticker);
    event->minute = (double)(time_us - START_US) / (double)GM_US_PER_MIN;
    double value = is_tick ? item->tick.price_usd : vibe_of(scorer, item->post.text);
    struct gm_error error;
    assert_int_equal(gm_tracker_apply(&trackers[event->ticker],
                                      is_tick ? GM_TRACKER_PRICE : GM_TRACKER_VIBE, time_us, value,
                                      &event->row, &error),
                     GM_OK);
    uint64_t pair[2] = {session_hash, gm_hash64(item->raw.data, item->raw.len)};
    session_hash = gm_hash64(pair, sizeof pair);
}

static int replay_session(void **state)
{
    assert_int_equal(files_setup(state), 0);
    const struct gm_session *session = &gm_session_demo;
    struct gm_replay_config config = {
        .prices_path = files_write("prices.gz", session->prices_gz, session->prices_gz_bytes),
        .social_path = files_write("social.gz", session->social_gz, session->social_gz_bytes),
        .clock = &gm_clock_real,
    };
    struct gm_error error = {.message = ""};
    struct gm_scorer *scorer;
    void *feed;
    assert_int_equal(gm_replay_open(&config, &feed, &error), GM_OK);
    assert_int_equal(gm_scorer_open("lexicon", &(struct gm_scorer_config){0}, &scorer, &error),
                     GM_OK);
    struct gm_tracker trackers[TICKERS];
    for (int ticker = 0; ticker < TICKERS; ticker++)
        gm_tracker_init(&trackers[ticker], &gm_rule_default);
    struct gm_arena arena;
    gm_arena_init(&arena, 4096, 1 << 20);
    struct gm_feed_item item;
    enum gm_feed_state feed_state;
    for (;;) {
        assert_int_equal(gm_feed_replay.next(feed, &arena, NULL, 0, &feed_state, &item, &error),
                         GM_OK);
        if (feed_state == GM_FEED_DONE)
            break;
        assert_true(event_count < sizeof events / sizeof *events);
        take(&item, scorer, trackers);
        gm_arena_reset(&arena);
    }
    gm_arena_finish(&arena);
    for (int ticker = 0; ticker < TICKERS; ticker++)
        gm_tracker_finish(&trackers[ticker]);
    gm_scorer_close(scorer);
    gm_feed_replay.close(feed);
    return files_teardown(state);
}

// The price of a ticker, as the last row before `minute` has it.
static double price_at(enum ticker ticker, double minute)
{
    double price = GM_UNKNOWN;
    for (size_t i = 0; i < event_count && events[i].minute < minute; i++)
        if (events[i].ticker == ticker)
            price = events[i].row.price_usd;
    return price;
}

static const struct event *only_alert(void)
{
    const struct event *alert = NULL;
    for (size_t i = 0; i < event_count; i++) {
        if (!events[i].row.alert)
            continue;
        if (alert)
            fail_msg("alerts for %s at minute %.2f and %s at %.2f", ticker_names[alert->ticker],
                     alert->minute, ticker_names[events[i].ticker], events[i].minute);
        alert = &events[i];
    }
    assert_non_null(alert);
    return alert;
}

static void it_is_an_hour_in_order(void **state)
{
    (void)state;
    assert_int_equal(event_count, gm_session_demo.prices_count + gm_session_demo.social_count);
    assert_in_range(event_count, 10000, 15000);
    double before = 0;
    for (size_t i = 0; i < event_count; i++) {
        assert_true(events[i].minute >= before && events[i].minute < 60);
        before = events[i].minute;
    }
    assert_true(before > 59.9);
}

// A difference here means that the generator makes another session on this machine, or that it was
// changed: then look at what it makes, and write the new number down.
static void it_is_the_same_on_every_machine(void **state)
{
    (void)state;
    if (session_hash != UINT64_C(0xd39df1a85124d649))
        fail_msg("the session's hash is 0x%016" PRIx64, session_hash);
}

static void dogecoins_wave_raises_the_only_alert(void **state)
{
    (void)state;
    const struct event *alert = only_alert();
    assert_int_equal(alert->ticker, DOGECOIN);
    assert_true(alert->minute > 31 && alert->minute < 36);
    double before = price_at(DOGECOIN, 30);
    assert_true(fabs(alert->row.price_usd / before - 1) < 0.01);
    double after = price_at(DOGECOIN, 52) / before;
    assert_true(after > 1.15 && after < 1.30);
}

static void the_wave_is_clear(void **state)
{
    (void)state;
    double highest = 0;
    for (size_t i = 0; i < event_count; i++) {
        const struct event *event = &events[i];
        if (event->ticker == DOGECOIN && event->minute > 30 && event->minute < 36) {
            assert_true(fabs(event->row.price_usd / price_at(DOGECOIN, 30) - 1) < 0.01);
            highest = fmax(highest, event->row.hype_momentum);
        }
    }
    assert_true(highest > 200);
}

// Whatever a scorer thinks of the texts, it raises nothing else: no two vibes are more than 2
// apart, so momentum stays below 2 N.
static void no_mood_could_raise_another(void **state)
{
    (void)state;
    double quiet_until = only_alert()->minute + 10;
    for (size_t i = 0; i < event_count; i++) {
        const struct event *event = &events[i];
        if (event->ticker == DOGECOIN && event->minute > 30 && event->minute < quiet_until)
            continue;
        if (event->row.msg_velocity > 50 && event->row.delta_price < 0.022)
            fail_msg("%s at minute %.2f: %d posts in the window, delta_price %.4f",
                     ticker_names[event->ticker], event->minute, event->row.msg_velocity,
                     event->row.delta_price);
    }
}

static void gamestops_false_wave_is_loud(void **state)
{
    (void)state;
    double highest = 0;
    for (size_t i = 0; i < event_count; i++)
        if (events[i].ticker == GAMESTOP)
            highest = fmax(highest, events[i].row.hype_momentum);
    assert_true(highest > 200); // it is the price alone that keeps the alert away
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_an_hour_in_order),
        cmocka_unit_test(it_is_the_same_on_every_machine),
        cmocka_unit_test(dogecoins_wave_raises_the_only_alert),
        cmocka_unit_test(the_wave_is_clear),
        cmocka_unit_test(no_mood_could_raise_another),
        cmocka_unit_test(gamestops_false_wave_is_loud),
    };
    return cmocka_run_group_tests(tests, replay_session, NULL);
}
