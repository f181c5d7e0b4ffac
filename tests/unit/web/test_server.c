// The server over real sockets: routes, answers, streams, limits.
#include "../test.h"

#include "client.h"
#include "harness.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static struct harness h;

static int start(void **state)
{
    (void)state;
    harness_start(&h, (struct gm_web_config){0});
    return 0;
}

static int stop(void **state)
{
    (void)state;
    harness_stop(&h);
    return 0;
}

static void ask(const char *method, const char *target, const char *fields, struct reply *reply)
{
    struct client client;
    client_open(&client, h.port);
    client_ask(&client, h.port, method, target, fields);
    client_reply(&client, strcmp(method, "HEAD") == 0, reply);
    client_close(&client);
}

static void answers_every_path(void **state)
{
    (void)state;
    static const struct {
        int status;
        const char *method, *target, *fields, *body;
    } cases[] = {
        {200, "GET", "/api/tickers", NULL, "\"path\":\"/api/tickers\""},
        {200, "GET", "/api/signals?ticker=gme", NULL,
         "\"ticker\":\"gme\",\"limit\":1000,\"points\":0"},
        {200, "GET", "/api/signals?points=5", NULL, "\"limit\":20000,\"points\":5"},
        {200, "GET", "/api/signals?points=5&limit=7", NULL, "\"limit\":7,\"points\":5"},
        {200, "GET", "/api/posts", NULL, "\"limit\":100,"},
        {200, "GET", "/api/alerts?limit=3", NULL, "\"limit\":3,"},
        {200, "GET", "/api/health", NULL, "\"path\":\"/api/health\""},
        {200, "GET", "/healthz", NULL, "ok\n"},
        {200, "GET", "/metrics", NULL, "# TYPE ghostmarket_web_query_seconds histogram"},
        {200, "GET", "/?ticker=gme", NULL, "<!doctype html>"},
        {200, "GET", "/app.js", NULL, ""},
        {200, "HEAD", "/app.js", NULL, ""},
        {200, "HEAD", "/api/tickers", NULL, ""},
        {200, "HEAD", "/api/stream", NULL, ""},
        {400, "GET", "/api/signals?limit=x", NULL, "{\"error\":\"limit: must be"},
        {400, "GET", "/api/tickers?ticker=a", NULL, "{\"error\":\"ticker: not known to this path"},
        {400, "GET", "/api/stream?backlog=x", NULL, "{\"error\":\"backlog: "},
        {404, "GET", "/api", NULL, "{\"error\":\"no such path"},
        {404, "GET", "/api/tickers/", NULL, "{\"error\":"},
        {404, "GET", "/../etc/passwd", NULL, "{\"error\":"},
        {404, "GET", "/%61pp.js", NULL, "{\"error\":"},
        {405, "POST", "/api/tickers", NULL, "{\"error\":"},
        {405, "DELETE", "/", "Content-Length: 0\r\n", "{\"error\":"},
        {413, "POST", "/api/tickers", "Content-Length: 5\r\n", "{\"error\":"},
        {413, "GET", "/", "Transfer-Encoding: chunked\r\n", "{\"error\":"},
        {403, "GET", "/api/tickers", "Origin: http://evil.example\r\n", "{\"error\":"},
        {403, "GET", "/api/tickers", "Origin: null\r\n", "{\"error\":"},
        {403, "GET", "/api/tickers", "Sec-Fetch-Site: cross-site\r\n", "{\"error\":"},
        {200, "GET", "/", "Sec-Fetch-Site: cross-site\r\n", ""},
        {200, "GET", "/api/tickers", "Sec-Fetch-Site: same-origin\r\n", ""},
        {400, "GET", "/", "Host: 127.0.0.1\r\n", "twice"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct reply reply;
        ask(cases[i].method, cases[i].target, cases[i].fields, &reply);
        if (reply.status != cases[i].status || !strstr(reply.body, cases[i].body))
            fail_msg("%s %s gives %d %s", cases[i].method, cases[i].target, reply.status,
                     reply.body);
        assert_non_null(strstr(reply.head, "\r\nContent-Security-Policy: default-src 'none'"));
        assert_non_null(strstr(reply.head, "\r\nX-Content-Type-Options: nosniff\r\n"));
        assert_non_null(strstr(reply.head, "\r\nDate: "));
        assert_int_equal(reply.status == 405,
                         strstr(reply.head, "\r\nAllow: GET, HEAD\r\n") != NULL);
        reply_finish(&reply);
    }
}

// DNS rebinding: a name of another site that has come to point to this machine.
static void answers_to_its_own_name_alone(void **state)
{
    (void)state;
    static const char *const hosts[] = {"", "Host: evil.example:80\r\n", "Host: 127.0.0.1:1\r\n"};
    for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
        struct client client;
        struct reply reply;
        char text[128];
        client_open(&client, h.port);
        snprintf(text, sizeof(text), "GET / HTTP/1.1\r\n%s\r\n", hosts[i]);
        client_send(&client, text);
        client_reply(&client, false, &reply);
        assert_int_equal(reply.status, 421);
        client_expect_end(&client);
        client_close(&client);
        reply_finish(&reply);
    }
    char origin[64];
    snprintf(origin, sizeof(origin), "Origin: http://127.0.0.1:%d\r\n", h.port);
    assert_int_equal(client_status(h.port, "GET", "/api/tickers", origin), 200);
}

static void sends_files_from_memory(void **state)
{
    (void)state;
    struct reply plain, gzip, same;
    ask("GET", "/app.js", NULL, &plain);
    ask("GET", "/app.js", "Accept-Encoding: gzip\r\n", &gzip);
    assert_null(strstr(plain.head, "Content-Encoding"));
    assert_non_null(strstr(gzip.head, "\r\nContent-Encoding: gzip\r\n"));
    assert_non_null(strstr(gzip.head, "\r\nVary: Accept-Encoding\r\n"));
    assert_memory_equal(gzip.body, "\x1f\x8b", 2);
    char etag[64], fields[128];
    assert_int_equal(sscanf(strstr(plain.head, "\r\nETag: "), " ETag: %63s", etag), 1);
    snprintf(fields, sizeof(fields), "If-None-Match: %s\r\n", etag);
    ask("GET", "/app.js", fields, &same);
    assert_int_equal(same.status, 304);
    assert_int_equal(same.body_len, 0);
    reply_finish(&plain);
    reply_finish(&gzip);
    reply_finish(&same);
}

static void keeps_a_connection_for_many_requests(void **state)
{
    (void)state;
    struct client client;
    struct reply reply;
    client_open(&client, h.port);
    for (int i = 0; i < 200; i++) {
        client_ask(&client, h.port, i % 2 ? "HEAD" : "GET", "/healthz", NULL);
        client_ask(&client, h.port, "GET", "/api/tickers", NULL);
        client_ask(&client, h.port, i % 2 ? "HEAD" : "POST", "/nowhere", NULL);
    }
    for (int i = 0; i < 200; i++) {
        client_reply(&client, i % 2, &reply);
        assert_int_equal(reply.status, 200);
        reply_finish(&reply);
        client_reply(&client, false, &reply);
        assert_int_equal(reply.status, 200);
        assert_non_null(strstr(reply.body, "/api/tickers"));
        reply_finish(&reply);
        client_reply(&client, i % 2, &reply);
        assert_int_equal(reply.status, 404);
        reply_finish(&reply);
    }
    client_ask(&client, h.port, "GET", "/healthz", "Connection: close\r\n");
    client_reply(&client, false, &reply);
    assert_non_null(strstr(reply.head, "\r\nConnection: close\r\n"));
    reply_finish(&reply);
    client_expect_end(&client);
    client_close(&client);
}

static void tells_health(void **state)
{
    (void)state;
    atomic_store(&h.healthy, false);
    assert_int_equal(client_status(h.port, "GET", "/healthz", NULL), 503);
    atomic_store(&h.healthy, true);
    assert_int_equal(client_status(h.port, "GET", "/healthz", NULL), 200);
}

static void passes_on_the_sources_errors(void **state)
{
    (void)state;
    static const struct {
        enum gm_err err;
        int status;
    } cases[] = {{GM_ERR_INVALID, 400},
                 {GM_ERR_LIMIT, 400},
                 {GM_ERR_NOT_FOUND, 404},
                 {GM_ERR_BUSY, 503},
                 {GM_ERR_IO, 500}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct reply reply;
        harness_answer_with(&h, cases[i].err, 0);
        ask("GET", "/api/tickers", NULL, &reply);
        assert_int_equal(reply.status, cases[i].status);
        assert_string_equal(reply.body, "{\"error\":\"the \\\"source\\\" says no\"}\n");
        reply_finish(&reply);
    }
    harness_answer_with(&h, GM_OK, GM_WEB_ANSWER_BYTES_MAX + 1);
    assert_int_equal(client_status(h.port, "GET", "/api/tickers", NULL), 400);
}

static void sends_large_answers_in_parts(void **state)
{
    (void)state;
    struct reply reply;
    harness_answer_with(&h, GM_OK, 20 * 1024 * 1024);
    ask("GET", "/api/signals", NULL, &reply);
    assert_int_equal(reply.status, 200);
    assert_true(reply.body_len > 20 * 1024 * 1024);
    assert_int_equal(reply.body[reply.body_len - 1], ' ');
    reply_finish(&reply);
}

static void refuses_queries_when_too_many_wait(void **state)
{
    (void)state;
    enum { ASKED = GM_WEB_QUERIES_MAX + 3 };
    static struct client clients[ASKED];
    harness_hold(&h, true);
    client_open(&clients[0], h.port);
    client_ask(&clients[0], h.port, "GET", "/api/tickers", NULL);
    harness_await_entered(&h, 1);
    for (int i = 1; i < ASKED; i++) {
        client_open(&clients[i], h.port);
        client_ask(&clients[i], h.port, "GET", "/api/tickers", NULL);
        if (i <= GM_WEB_QUERIES_MAX)
            continue;
        struct reply reply;
        client_reply(&clients[i], false, &reply);
        assert_int_equal(reply.status, 503);
        assert_non_null(strstr(reply.head, "\r\nRetry-After: 1\r\n"));
        reply_finish(&reply);
    }
    // A stream and the page do not wait for the database.
    assert_int_equal(client_status(h.port, "GET", "/", NULL), 200);
    assert_int_equal(client_status(h.port, "HEAD", "/api/stream", NULL), 200);
    harness_hold(&h, false);
    for (int i = 0; i < ASKED; i++) {
        struct reply reply;
        if (i <= GM_WEB_QUERIES_MAX) {
            client_reply(&clients[i], false, &reply);
            assert_int_equal(reply.status, 200);
            reply_finish(&reply);
        }
        client_close(&clients[i]);
    }
}

static void forgets_a_client_that_leaves_while_its_query_runs(void **state)
{
    (void)state;
    struct client running, waiting;
    long before = harness_metric(&h, "ghostmarket_web_query_seconds_count");
    harness_hold(&h, true);
    client_open(&running, h.port);
    client_ask(&running, h.port, "GET", "/api/tickers", NULL);
    harness_await_entered(&h, 1);
    client_open(&waiting, h.port);
    client_ask(&waiting, h.port, "GET", "/api/posts", NULL);
    harness_await_metric(&h, "ghostmarket_web_clients", 3); // the two and the one that asks this
    client_close(&running);
    client_close(&waiting);
    harness_await_metric(&h, "ghostmarket_web_clients", 1);
    harness_hold(&h, false);
    assert_int_equal(client_status(h.port, "GET", "/api/tickers", NULL), 200);
    // The one that waited was never asked of the source.
    assert_int_equal(harness_metric(&h, "ghostmarket_web_query_seconds_count"), before + 2);
}

// ------------------------------------------------------------------------- streams

static void open_stream(struct client *client, const char *target, const char *fields)
{
    client_open(client, h.port);
    client_ask(client, h.port, "GET", target, fields);
    client_expect(client, "\r\nContent-Type: text/event-stream\r\n", NULL);
    client_expect(client, "event: hello\ndata: {\"version\":\"1.2.3\",\"instance\":\"", NULL);
    client_expect(client, "\n\n", NULL);
}

static void streams_what_is_published(void **state)
{
    (void)state;
    struct client all, one;
    char *text;
    open_stream(&all, "/api/stream", NULL);
    open_stream(&one, "/api/stream?ticker=gme", NULL);
    harness_publish(&h, 1, "gme", "{\"n\":1}");
    harness_publish(&h, 2, "btc", "{\"n\":2}");
    gm_web_publish(h.web, "alert", 5, gm_str("gme"), gm_str("{\"n\":5}"));
    client_expect(&all, "data: {\"n\":5}\n\n", &text);
    assert_string_equal(text, "id: 1\nevent: signal\ndata: {\"n\":1}\n\n"
                              "id: 2\nevent: signal\ndata: {\"n\":2}\n\n"
                              "id: 5\nevent: alert\ndata: {\"n\":5}\n\n");
    free(text);
    client_expect(&one, "data: {\"n\":5}\n\n", &text);
    assert_string_equal(text, "id: 1\nevent: signal\ndata: {\"n\":1}\n\n"
                              "id: 5\nevent: alert\ndata: {\"n\":5}\n\n");
    free(text);
    client_close(&all);
    client_close(&one);
    harness_await_metric(&h, "ghostmarket_web_streams", 0);
}

static void refuses_events_that_break_the_contract(void **state)
{
    (void)state;
    struct client client;
    char *text;
    static char big[GM_WEB_EVENT_BYTES_MAX + 2];
    memset(big, 'x', GM_WEB_EVENT_BYTES_MAX + 1);
    long before = harness_metric(&h, "ghostmarket_web_events_refused_total");
    open_stream(&client, "/api/stream", NULL);
    harness_publish(&h, 7, "a", "{}");
    harness_publish(&h, 7, "a", "{\"again\":1}");
    harness_publish(&h, 8, "a", big);
    harness_publish(&h, 9, "a", "{\"last\":1}");
    client_expect(&client, "last", &text);
    assert_null(strstr(text, "again"));
    assert_null(strstr(text, "xx"));
    free(text);
    assert_int_equal(harness_metric(&h, "ghostmarket_web_events_refused_total"), before + 2);
    client_close(&client);
}

static void goes_on_where_a_reader_left(void **state)
{
    (void)state;
    struct client client;
    char *text;
    for (int64_t id = 1; id <= 10; id++)
        harness_publish(&h, id, "a", id == 10 ? "{\"last\":1}" : "{}");
    // By the field that browsers send, by the parameter; the field is newer, so it wins.
    static const char *const fields[] = {"Last-Event-ID: 8\r\n", NULL, "Last-Event-ID: 8\r\n"};
    static const char *const targets[] = {"/api/stream?backlog=5", "/api/stream?last_event_id=8",
                                          "/api/stream?last_event_id=2"};
    for (int i = 0; i < 3; i++) {
        open_stream(&client, targets[i], fields[i]);
        client_expect(&client, "last\":1}\n\n", &text);
        assert_string_equal(text, "id: 9\nevent: signal\ndata: {}\n\n"
                                  "id: 10\nevent: signal\ndata: {\"last\":1}\n\n");
        free(text);
        client_close(&client);
    }
    open_stream(&client, "/api/stream?backlog=2", NULL);
    client_expect(&client, "last", &text);
    assert_memory_equal(text, "id: 9\n", 6);
    free(text);
    client_close(&client);
    // Ids that are not ours: from before, from another life, no id at all.
    static const char *const strange[] = {"Last-Event-ID: 11\r\n", "Last-Event-ID: x\r\n",
                                          "Last-Event-ID:\r\n", "Last-Event-ID: -1\r\n"};
    for (int i = 0; i < 4; i++) {
        open_stream(&client, "/api/stream", strange[i]);
        client_expect(&client, "event: reset\ndata: {}\n\n", &text);
        assert_null(strstr(text, "id: "));
        free(text);
        client_close(&client);
    }
}

static void tells_a_reader_whose_place_is_gone(void **state)
{
    (void)state;
    struct client client;
    char *text;
    for (int64_t id = 1; id <= 100; id++)
        harness_publish(&h, id, "a", "{}");
    open_stream(&client, "/api/stream?last_event_id=5", NULL);
    client_expect(&client, "event: reset\n", NULL);
    harness_publish(&h, 101, "a", "{\"new\":1}");
    client_expect(&client, "new", &text);
    assert_memory_equal(text, "data: {}\n\nid: 101\n", 18);
    free(text);
    client_close(&client);
}

static void hangs_up_on_a_slow_reader(void **state)
{
    (void)state;
    struct client slow, quick;
    static char json[GM_WEB_EVENT_BYTES_MAX + 1];
    memset(json, 'x', GM_WEB_EVENT_BYTES_MAX);
    long before = harness_metric(&h, "ghostmarket_web_streams_dropped_total");
    open_stream(&slow, "/api/stream", NULL);
    open_stream(&quick, "/api/stream", NULL);
    int64_t id = 0;
    // The ring keeps 64 events; the sockets take a few megabytes.
    for (int i = 0; i < 100; i++) {
        for (int k = 0; k < 30; k++)
            harness_publish(&h, ++id, "a", json);
        char mark[64];
        snprintf(mark, sizeof(mark), "{\"mark\":%d}", i);
        harness_publish(&h, ++id, "a", mark);
        client_expect(&quick, mark, NULL);
    }
    client_expect_end(&slow);
    assert_int_equal(harness_metric(&h, "ghostmarket_web_streams_dropped_total"), before + 1);
    client_close(&slow);
    client_close(&quick);
}

static void beats_when_nothing_happens(void **state)
{
    (void)state;
    struct client client;
    open_stream(&client, "/api/stream", NULL);
    client_expect(&client, ":\n\n:\n\n", NULL);
    client_close(&client);
}

static void gives_up_on_half_a_request(void **state)
{
    (void)state;
    struct client silent, half;
    struct reply reply;
    client_open(&silent, h.port);
    client_open(&half, h.port);
    client_send(&half, "GET / HTTP/1.1\r\nHost: 127");
    client_reply(&half, false, &reply);
    assert_int_equal(reply.status, 408);
    reply_finish(&reply);
    client_expect_end(&half);
    client_expect_end(&silent);
    client_close(&half);
    client_close(&silent);
}

static void refuses_connections_over_the_limit(void **state)
{
    (void)state;
    enum { LIMIT = 4 };
    struct client streams[LIMIT], more;
    struct reply reply;
    for (int i = 0; i < LIMIT; i++)
        open_stream(&streams[i], "/api/stream", NULL);
    client_open(&more, h.port);
    client_reply(&more, false, &reply); // without having asked for anything
    assert_int_equal(reply.status, 503);
    assert_non_null(strstr(reply.head, "\r\nRetry-After: 5\r\n"));
    assert_non_null(strstr(reply.body, "too many connections"));
    reply_finish(&reply);
    client_close(&more);
    // A flood of them is survived, and places become free again.
    static struct client flood[200];
    for (int i = 0; i < 200; i++)
        client_open(&flood[i], h.port);
    for (int i = 0; i < 200; i++)
        client_close(&flood[i]);
    harness_publish(&h, 1, "a", "{\"still\":1}");
    for (int i = 0; i < LIMIT; i++) {
        client_expect(&streams[i], "still", NULL);
        client_close(&streams[i]);
    }
    harness_await_metric(&h, "ghostmarket_web_streams", 0);
    harness_await_metric(&h, "ghostmarket_web_clients", 1);
}

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

// The newest status alone, at the beginning of a stream and at each change, without an id.
static void streams_are_told_the_status(void **state)
{
    (void)state;
    struct client early, late;
    char *text;
    open_stream(&early, "/api/stream", NULL);
    gm_web_tell_status(h.web, gm_str("{\"n\":1}"));
    client_expect(&early, "event: status\ndata: {\"n\":1}\n\n", NULL);
    gm_web_tell_status(h.web, gm_str("{\"n\":2}"));
    client_expect(&early, "event: status\ndata: {\"n\":2}\n\n", NULL);
    open_stream(&late, "/api/stream?ticker=gme", NULL);
    harness_publish(&h, 7, "gme", "{}");
    client_expect(&late, "data: {}\n\n", &text);
    assert_string_equal(text, "event: status\ndata: {\"n\":2}\n\n"
                              "id: 7\nevent: signal\ndata: {}\n\n");
    free(text);
    client_close(&early);
    client_close(&late);
}

// From gm_web_publish to the client, at 1,000 events/s.
static void is_quick(void **state)
{
    (void)state;
    enum { EVENTS = 1000 };
    static int64_t took_us[EVENTS];
    struct client client;
    char *text;
    open_stream(&client, "/api/stream", NULL);
    int64_t next_us = gm_monotonic_us();
    for (int i = 0; i < EVENTS; i++) {
        char json[64];
        next_us += 1000;
        while (gm_monotonic_us() < next_us)
            ;
        snprintf(json, sizeof(json), "{\"at\":%lld}", (long long)gm_monotonic_us());
        harness_publish(&h, i, "a", json);
        client_expect(&client, "}\n\n", &text);
        took_us[i] = gm_monotonic_us() - strtoll(strstr(text, "at\":") + 4, NULL, 10);
        free(text);
    }
    qsort(took_us, EVENTS, sizeof(took_us[0]), compare);
    print_message("publish to client: p50 %lld us, p99 %lld us, max %lld us\n",
                  (long long)took_us[EVENTS / 2], (long long)took_us[EVENTS * 99 / 100],
                  (long long)took_us[EVENTS - 1]);
    client_close(&client);
}

static void says_why_it_cannot_listen(void **state)
{
    (void)state;
    struct gm_web *web = NULL;
    struct gm_error error;
    struct gm_web_config config = {.address = "127.0.0.1",
                                   .port = h.port,
                                   .version = "",
                                   .source = &h.source,
                                   .metrics = &h.metrics};
    assert_int_equal(gm_web_create(&config, &web, &error), GM_ERR_BUSY);
    assert_non_null(strstr(error.message, "is taken"));
    config.address = "0.0.0.0";
    assert_int_equal(gm_web_create(&config, &web, &error), GM_ERR_INVALID);
    assert_non_null(strstr(error.message, "address 0.0.0.0"));
    assert_null(web);
}

// The publisher and the stopper come from other threads than the loop.
static void *publish_many(void *context)
{
    (void)context;
    for (int64_t id = 0; id < 20000; id++)
        harness_publish(&h, id, "a", id == 19999 ? "{\"last\":1}" : "{\"some\":\"event\"}");
    return NULL;
}

static void loses_nothing_in_a_storm(void **state)
{
    (void)state;
    struct client client;
    pthread_t thread;
    char *text;
    open_stream(&client, "/api/stream", NULL);
    assert_int_equal(pthread_create(&thread, NULL, publish_many, NULL), 0);
    client_expect(&client, "last\":1}\n\n", &text);
    pthread_join(thread, NULL);
    int64_t expected = 0;
    for (const char *at = text; (at = strstr(at, "id: ")); at += 4)
        assert_int_equal(strtoll(at + 4, NULL, 10), expected++);
    assert_int_equal(expected, 20000);
    free(text);
    client_close(&client);
}

static int start_small(void **state)
{
    (void)state;
    harness_start(&h,
                  (struct gm_web_config){
                      .clients_max = 4, .heartbeat_ms = 80, .request_ms = 200, .ring_events = 64});
    return 0;
}

#define CASE(test)       cmocka_unit_test_setup_teardown(test, start, stop)
#define CASE_SMALL(test) cmocka_unit_test_setup_teardown(test, start_small, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(answers_every_path),
        CASE(answers_to_its_own_name_alone),
        CASE(sends_files_from_memory),
        CASE(keeps_a_connection_for_many_requests),
        CASE(tells_health),
        CASE(passes_on_the_sources_errors),
        CASE(sends_large_answers_in_parts),
        CASE(refuses_queries_when_too_many_wait),
        CASE(forgets_a_client_that_leaves_while_its_query_runs),
        CASE(streams_what_is_published),
        CASE(refuses_events_that_break_the_contract),
        CASE(goes_on_where_a_reader_left),
        CASE_SMALL(tells_a_reader_whose_place_is_gone),
        CASE_SMALL(hangs_up_on_a_slow_reader),
        CASE_SMALL(beats_when_nothing_happens),
        CASE_SMALL(gives_up_on_half_a_request),
        CASE_SMALL(refuses_connections_over_the_limit),
        CASE(streams_are_told_the_status),
        CASE(is_quick),
        CASE(says_why_it_cannot_listen),
        CASE(loses_nothing_in_a_storm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
