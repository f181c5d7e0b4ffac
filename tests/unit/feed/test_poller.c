// The poller against a peer that refuses in every way: what the outcome is, how long it waits then,
// and what it says.
#include "../base/http_peer.h"
#include "../test.h"

#include "base/http_fields.h"
#include "feed/live/poller.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    GAP_US = 20 * GM_US_PER_MS,
    RETRY_US_MIN = 100 * GM_US_PER_MS,
    RETRY_US_MAX = 800 * GM_US_PER_MS,
    WAIT_US = 60 * GM_US_PER_S,
};

// ------------------------------------------------------------------------- the peer

static struct {
    pthread_mutex_t mutex; // the test's thread and the peer's
    const char *answer;    // all of it; NULL: it drops the connection
    char head[8192];       // of the last request
} script = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static void answer(struct peer *peer, int fd, const char *head)
{
    (void)peer;
    pthread_mutex_lock(&script.mutex);
    snprintf(script.head, sizeof script.head, "%s", head);
    const char *text = script.answer;
    pthread_mutex_unlock(&script.mutex);
    if (text)
        peer_send(fd, text);
}

static void set_answer(const char *text)
{
    pthread_mutex_lock(&script.mutex);
    script.answer = text;
    pthread_mutex_unlock(&script.mutex);
}

// Valid until the next question.
static const char *last_head(void)
{
    static char head[sizeof script.head];
    pthread_mutex_lock(&script.mutex);
    memcpy(head, script.head, sizeof head);
    pthread_mutex_unlock(&script.mutex);
    return head;
}

#define OK_HEAD   "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
#define OK_ANSWER OK_HEAD "Content-Length: 2\r\n\r\n{}"

// ------------------------------------------------------------------------- fixture

static struct peer peer;
static struct gm_feed_monitor monitor;
static struct gm_poller *poller;
static struct gm_stop stop;
static struct gm_clock_virtual clock_2026;
static char url[64];
static struct gm_http_reply reply;

static const struct gm_http_field secret = {"X-Key", "swordfish", true};

static int set_up(void **state)
{
    (void)state;
    int64_t now_us;
    assert_true(gm_http_date_read(gm_str("Sat, 21 Feb 2026 10:00:00 GMT"), &now_us));
    gm_clock_virtual_init(&clock_2026, now_us);
    gm_feed_monitor_init(&monitor, now_us);
    assert_int_equal(gm_stop_init(&stop, NULL), GM_OK);
    peer_start(&peer, answer, NULL);
    snprintf(url, sizeof url, "http://127.0.0.1:%d/price?secret=1", peer.port);
    const struct gm_poller_config config = {
        .name = "test",
        .key_option = "test.key",
        .gap_us_min = GAP_US,
        .retry_us_min = RETRY_US_MIN,
        .retry_us_max = RETRY_US_MAX,
        .body_bytes_max = 1000,
    };
    assert_int_equal(gm_poller_create(&config, &clock_2026.clock, &monitor, &poller, NULL), GM_OK);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    gm_poller_destroy(poller);
    peer_finish(&peer);
    gm_stop_finish(&stop);
    gm_feed_monitor_finish(&monitor);
    return 0;
}

static enum gm_poll_outcome ask_as(const char *text, const struct gm_poll_request *request)
{
    enum gm_poll_outcome outcome;
    struct gm_error error;
    set_answer(text);
    assert_int_equal(gm_poller_ask(poller, request, &stop, WAIT_US, &outcome, &reply, &error),
                     GM_OK);
    return outcome;
}

static enum gm_poll_outcome ask(const char *text)
{
    const struct gm_poll_request request = {.url = url, .fields = &secret, .field_count = 1};
    return ask_as(text, &request);
}

static struct gm_feed_health health(void)
{
    struct gm_feed_health read;
    gm_feed_monitor_read(&monitor, &read);
    return read;
}

static int64_t wait_left_us(void)
{
    return gm_poller_due_us(poller) - gm_monotonic_us();
}

// ------------------------------------------------------------------------- tests

static void a_good_answer_is_seen_and_the_next_one_waits(void **state)
{
    (void)state;
    assert_int_equal(health().sight, GM_FEED_STARTING);
    assert_int_equal(ask(OK_ANSWER), GM_POLL_ANSWER);
    assert_int_equal(reply.status, 200);
    assert_true(gm_str_equal(reply.body, gm_str("{}")));
    assert_non_null(strstr(last_head(), "X-Key: swordfish"));
    gm_poller_accept(poller, 5 * GM_US_PER_S);
    const struct gm_feed_health seen = health();
    assert_int_equal(seen.sight, GM_FEED_SEEING);
    assert_int_equal(seen.calls, 1);
    assert_int_equal(seen.refused, 0);
    assert_false(seen.warning);
    assert_non_null(strstr(seen.notice, "/price answers"));
    assert_null(strstr(seen.notice, "secret"));
    assert_in_range(wait_left_us(), 1, 5 * GM_US_PER_S);
}

static void no_call_is_made_sooner_than_the_gap(void **state)
{
    (void)state;
    int64_t last_us = gm_monotonic_us();
    ask(OK_ANSWER);
    for (int i = 0; i < 5; i++) {
        gm_poller_accept(poller, 0);
        assert_int_equal(ask(OK_ANSWER), GM_POLL_ANSWER);
    }
    assert_true(gm_monotonic_us() - last_us >= (int64_t)5 * GAP_US);
    gm_poller_hold(poller, GM_US_PER_HOUR);
    gm_poller_hold(poller, 1);
    assert_true(wait_left_us() > 59 * GM_US_PER_MIN);
}

static void without_time_to_wait_nothing_is_called(void **state)
{
    (void)state;
    const struct gm_poll_request request = {.url = url};
    enum gm_poll_outcome outcome;
    assert_int_equal(gm_poller_ask(poller, &request, &stop, 0, &outcome, &reply, NULL), GM_OK);
    assert_int_equal(outcome, GM_POLL_NOT_YET);
    gm_stop_raise(&stop);
    assert_int_equal(ask(OK_ANSWER), GM_POLL_NOT_YET);
    assert_int_equal(health().calls, 0);
}

static void failures_wait_longer_each_time_up_to_a_limit(void **state)
{
    (void)state;
    for (int i = 0; i < 6; i++) {
        assert_int_equal(ask(NULL), GM_POLL_FAILED);
        const int64_t full_us = RETRY_US_MIN << i < RETRY_US_MAX ? RETRY_US_MIN << i : RETRY_US_MAX;
        assert_true(wait_left_us() <= full_us);
    }
    assert_int_equal(reply.status, 0);
    assert_int_equal(health().sight, GM_FEED_BLIND);
    assert_int_equal(health().refused, 6);
    assert_non_null(strstr(health().notice, "; next try in 0."));
    assert_int_equal(ask(OK_ANSWER), GM_POLL_ANSWER);
    gm_poller_accept(poller, 0);
    assert_non_null(strstr(health().notice, "answers"));
    assert_int_equal(ask(NULL), GM_POLL_FAILED);
    assert_true(wait_left_us() <= RETRY_US_MIN); // it begins anew
}

#define ANSWER(status, fields)                                                                     \
    "HTTP/1.1 " status "\r\nConnection: close\r\n" fields "Content-Length: 0\r\n\r\n"

static void every_refusal_says_what_it_means_and_what_is_next(void **state)
{
    (void)state;
    const int64_t s = GM_US_PER_S, half = RETRY_US_MAX / 2, first = RETRY_US_MIN / 2;
    const struct {
        const char *answer, *says;
        int64_t us_min, us_max; // of the wait; 1 s may have passed meanwhile
    } cases[] = {
        {ANSWER("401 No", ""), "does not accept the key, check test.key", half, RETRY_US_MAX},
        {ANSWER("403 No", ""), "refuses access", half, RETRY_US_MAX},
        {ANSWER("404 No", ""), "nothing at this address", half, RETRY_US_MAX},
        {ANSWER("400 No", ""), "does not take the call", half, RETRY_US_MAX},
        {ANSWER("304 Same", ""), "sends us on", half, RETRY_US_MAX},
        {ANSWER("429 Slow", ""), "too many calls", first, RETRY_US_MAX},
        {ANSWER("503 Busy", ""), "the server is in trouble", first, RETRY_US_MAX},
        {ANSWER("429 Slow", "Retry-After: 17\r\n"), "next try in 17.0 s", 16 * s, 17 * s},
        {ANSWER("503 Busy", "Retry-After: Sat, 21 Feb 2026 10:01:00 GMT\r\n"), "in 60.0 s", 59 * s,
         60 * s},
        {ANSWER("429 Slow", "Retry-After: 99999999\r\n"), "in 86400.0 s", 86399 * s, 86400 * s},
        {ANSWER("429 Slow", "RateLimit: \"a\";r=0;t=55\r\n"), "in 55.0 s", 54 * s, 55 * s},
        {ANSWER("429 Slow", "X-Ratelimit-Reset: 33.5\r\n"), "in 33.0 s", 32 * s, 33 * s},
        {ANSWER("429 Slow", "X-Ratelimit-Reset: 1771668030\r\n"), "in 31.0 s", 30 * s, 31 * s},
        {ANSWER("429 Slow", "X-Ratelimit-Reset: 1000000000\r\n"), "too many", first, RETRY_US_MAX},
        {"HTTP/1.1 500 Oh\r\nContent-Length: 9\r\nConnection: close\r\n\r\nnot\ttoday",
         "(it says: not today)", first, RETRY_US_MAX},
        {OK_HEAD "Content-Length: 50\r\n\r\n{\"cut\":", "bytes remaining", first, RETRY_US_MAX},
        {OK_HEAD "Content-Length: 1001\r\n\r\nx", "larger than 1000 bytes", half, RETRY_US_MAX},
        {OK_HEAD "Content-Length: 20\r\n\r\n\r\n <!DOCTYPE html><p>", "a page for people", first,
         RETRY_US_MAX},
        {"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1\r\n\r\n ",
         "a page for people", first, RETRY_US_MAX},
        {OK_HEAD "Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\nrrrr", "next try in", first,
         RETRY_US_MAX},
        {"SSH-2.0-OpenSSH\r\n\r\n", "HTTP/0.9", 0, RETRY_US_MAX},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        tear_down(NULL);
        set_up(NULL);
        assert_int_equal(ask(cases[i].answer), GM_POLL_FAILED);
        const int64_t left_us = wait_left_us();
        if (!strstr(health().notice, cases[i].says) || left_us > cases[i].us_max ||
            left_us < cases[i].us_min - s)
            fail_msg("case %zu: %lld us, %s", i, (long long)left_us, health().notice);
        assert_non_null(strstr(health().notice, "; next try in "));
        assert_int_equal(health().sight, GM_FEED_BLIND);
    }
}

static void no_secret_is_repeated(void **state)
{
    (void)state;
    const struct gm_http_field bearer = {"Authorization", "Bearer hush-hush", true};
    struct gm_poll_request request = {.url = url, .fields = &bearer, .field_count = 1};
    assert_int_equal(
        ask_as("HTTP/1.1 500 Oh\r\nContent-Length: 19\r\n\r\nno hush-hush for you", &request),
        GM_POLL_FAILED);
    assert_null(strstr(health().notice, "hush"));
    request = (struct gm_poll_request){.url = url, .form = gm_str("password=hush-hush")};
    assert_int_equal(ask_as("HTTP/1.1 500 Oh\r\nContent-Length: 9\r\n\r\nhush-hush", &request),
                     GM_POLL_FAILED);
    assert_null(strstr(health().notice, "hush"));
    assert_non_null(strstr(last_head(), "POST /price?secret=1"));
    assert_non_null(strstr(last_head(), "application/x-www-form-urlencoded"));
    assert_non_null(strstr(last_head(), "\r\n\r\npassword=hush-hush"));
}

static void a_status_that_is_wanted_is_an_answer(void **state)
{
    (void)state;
    const struct gm_poll_request request = {.url = url, .status_wanted = 401};
    assert_int_equal(ask_as(ANSWER("401 No", ""), &request), GM_POLL_ANSWER);
    assert_int_equal(reply.status, 401);
    gm_poller_refuse(poller, "the token has ended");
    assert_non_null(strstr(health().notice, "/price: the token has ended; next try in"));
}

static void what_did_not_change_is_not_fetched_again(void **state)
{
    (void)state;
    struct gm_poll_request request = {.url = url, .conditional = true};
    assert_int_equal(ask_as(OK_HEAD "ETag: \"a1\"\r\nLast-Modified: Sat, 21 Feb 2026 09:00:00 GMT"
                                    "\r\nContent-Length: 2\r\n\r\n{}",
                            &request),
                     GM_POLL_ANSWER);
    assert_null(strstr(last_head(), "If-None-Match"));
    gm_poller_accept(poller, 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(ask_as(ANSWER("304 Same", ""), &request), GM_POLL_UNCHANGED);
        assert_non_null(strstr(last_head(), "If-None-Match: \"a1\"\r\n"));
        assert_non_null(strstr(last_head(), "If-Modified-Since: Sat, 21 Feb 2026 09:00:00 GMT"));
        gm_poller_accept(poller, 0);
    }
    assert_int_equal(health().refused, 0);
    char other[80];
    snprintf(other, sizeof other, "%s2", url);
    request.url = other; // whose tag is not known
    assert_int_equal(ask_as(OK_ANSWER, &request), GM_POLL_ANSWER);
    assert_null(strstr(last_head(), "If-None-Match"));
}

static void an_answer_that_was_refused_is_asked_for_again(void **state)
{
    (void)state;
    const struct gm_poll_request request = {.url = url, .conditional = true};
    ask_as(OK_HEAD "ETag: \"bad\"\r\nContent-Length: 2\r\n\r\n{}", &request);
    gm_poller_refuse(poller, "it is no JSON");
    ask_as(OK_ANSWER, &request);
    assert_null(strstr(last_head(), "If-None-Match"));
}

static void a_wrong_clock_is_told_once(void **state)
{
    (void)state;
    const char *const late = OK_HEAD "Date: Sat, 21 Feb 2026 10:05:00 GMT\r\nAge: 12\r\n"
                                     "Content-Length: 2\r\n\r\n{}";
    assert_int_equal(health().skew_us, GM_TIME_NONE);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(ask(late), GM_POLL_ANSWER);
        gm_poller_accept(poller, 0);
    }
    assert_int_equal(health().skew_us, 312500 * (int64_t)GM_US_PER_MS);
    assert_non_null(strstr(health().notice, "clock is 312 s behind the server's"));
    assert_true(health().warning);
    assert_int_equal(health().notices, 2); // answers, skewed
    ask(OK_HEAD "Date: Sat, 21 Feb 2026 10:00:00 GMT\r\nContent-Length: 2\r\n\r\n{}");
    gm_poller_accept(poller, 0);
    assert_non_null(strstr(health().notice, "agrees"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_good_answer_is_seen_and_the_next_one_waits),
        TEST(no_call_is_made_sooner_than_the_gap),
        TEST(without_time_to_wait_nothing_is_called),
        TEST(failures_wait_longer_each_time_up_to_a_limit),
        TEST(every_refusal_says_what_it_means_and_what_is_next),
        TEST(no_secret_is_repeated),
        TEST(a_status_that_is_wanted_is_an_answer),
        TEST(what_did_not_change_is_not_fetched_again),
        TEST(an_answer_that_was_refused_is_asked_for_again),
        TEST(a_wrong_clock_is_told_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
