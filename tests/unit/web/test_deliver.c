// Deliveries over real sockets: the token, bodies, limits, what the source says.
#include "../test.h"

#include "client.h"
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TOKEN "a-token-for-tests"
#define AUTH  "Authorization: Bearer " TOKEN "\r\n"

static struct harness h;

static int start(void **state)
{
    (void)state;
    harness_start(&h, (struct gm_web_config){.ingest_token = TOKEN, .body_ms = 500});
    return 0;
}

static int start_without_token(void **state)
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

// Sends the head and then `body`, and reads the answer.
static void post(struct client *client, const char *target, const char *fields, const char *body,
                 struct reply *reply)
{
    client_ask(client, h.port, "POST", target, fields);
    client_send(client, body);
    client_reply(client, false, reply);
}

static void expect(const char *method, const char *target, const char *fields, const char *body,
                   int status, const char *answer)
{
    struct client client;
    struct reply reply;
    client_open(&client, h.port);
    client_ask(&client, h.port, method, target, fields);
    client_send(&client, body);
    client_reply(&client, false, &reply);
    if (reply.status != status || !strstr(reply.body, answer))
        fail_msg("%s %s %s gives %d %s", method, target, fields, reply.status, reply.body);
    reply_finish(&reply);
    client_close(&client);
}

static void hands_bodies_on(void **state)
{
    (void)state;
    expect("POST", "/ingest/social", AUTH "Content-Length: 5\r\n", "hello", 200,
           "{\"path\":\"/ingest/social\",\"bytes\":5,\"key\":\"\"}");
    expect("POST", "/ingest/prices", AUTH "Transfer-Encoding: chunked\r\n",
           "2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n", 200, "\"path\":\"/ingest/prices\",\"bytes\":5");
    expect("POST", "/ingest/social", AUTH "Idempotency-Key: k-1\r\nContent-Length: 0\r\n", "", 200,
           "\"bytes\":0,\"key\":\"k-1\"");
}

static void refuses_by_the_head(void **state)
{
    (void)state;
    static const struct {
        int status;
        const char *method, *target, *fields, *answer;
    } cases[] = {
        {401, "POST", "/ingest/social", "Content-Length: 5\r\n", "ingest.token"},
        {401, "POST", "/ingest/social", "Authorization: Bearer x\r\nContent-Length: 5\r\n", ""},
        {401, "POST", "/ingest/social", "Authorization: Basic eDp5\r\nContent-Length: 5\r\n", ""},
        {405, "GET", "/ingest/social", AUTH, "answers POST"},
        {405, "PUT", "/ingest/prices", AUTH, "answers POST"},
        {404, "POST", "/ingest/", AUTH, "no such path"},
        {404, "POST", "/ingest", AUTH, "no such path"},
        {400, "POST", "/ingest/social?token=x", AUTH "Content-Length: 5\r\n", "token: not known"},
        {400, "POST", "/ingest/social", AUTH "Content-Length: x\r\n", "no number"},
        {400, "POST", "/ingest/social", AUTH "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
         "exclude"},
        {400, "POST", "/ingest/social", AUTH "Idempotency-Key: a b\r\nContent-Length: 5\r\n",
         "Idempotency-Key"},
        {400, "POST", "/ingest/social", AUTH "Idempotency-Key:\r\nContent-Length: 5\r\n",
         "Idempotency-Key"},
        {411, "POST", "/ingest/social", AUTH, "Content-Length"},
        {413, "POST", "/ingest/social", AUTH "Content-Length: 1048577\r\n", "too long"},
        {415, "POST", "/ingest/social", AUTH "Content-Encoding: gzip\r\nContent-Length: 5\r\n",
         "compressed"},
        {417, "POST", "/ingest/social", AUTH "Expect: wonders\r\nContent-Length: 5\r\n", ""},
        {403, "POST", "/ingest/social", AUTH "Origin: http://evil.example\r\nContent-Length: 5\r\n",
         "origins"},
        {403, "POST", "/ingest/social", AUTH "Sec-Fetch-Site: cross-site\r\nContent-Length: 5\r\n",
         "sites"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        expect(cases[i].method, cases[i].target, cases[i].fields, "", cases[i].status,
               cases[i].answer);
    assert_int_equal(harness_metric(&h, "ghostmarket_web_unauthorized_total") > 0, true);
}

static void takes_nothing_without_a_token(void **state)
{
    (void)state;
    expect("POST", "/ingest/social", "Content-Length: 5\r\n", "", 404, "ingest.token");
    expect("POST", "/ingest/social", "Authorization: Bearer \r\nContent-Length: 5\r\n", "", 404,
           "ingest.token");
}

static void tells_who_waits_to_go_on(void **state)
{
    (void)state;
    struct client client;
    struct reply reply;
    client_open(&client, h.port);
    client_ask(&client, h.port, "POST", "/ingest/social",
               AUTH "Expect: 100-continue\r\nContent-Length: 5\r\n");
    client_expect(&client, "HTTP/1.1 100 Continue\r\n\r\n", NULL);
    client_send(&client, "hello");
    client_reply(&client, false, &reply);
    assert_int_equal(reply.status, 200);
    reply_finish(&reply);
    // The connection goes on; who is refused is not told to.
    post(&client, "/ingest/social", "Expect: 100-continue\r\nContent-Length: 5\r\n", "", &reply);
    assert_int_equal(reply.status, 401);
    reply_finish(&reply);
    client_close(&client);
}

static void keeps_what_follows_a_body(void **state)
{
    (void)state;
    struct client client;
    struct reply reply;
    char text[1024];
    client_open(&client, h.port);
    snprintf(text, sizeof(text),
             "POST /ingest/social HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n" AUTH
             "Content-Length: 5\r\n\r\nhelloGET /healthz HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n",
             h.port, h.port);
    client_send(&client, text);
    client_reply(&client, false, &reply);
    assert_non_null(strstr(reply.body, "\"bytes\":5"));
    reply_finish(&reply);
    client_reply(&client, false, &reply);
    assert_string_equal(reply.body, "ok\n");
    reply_finish(&reply);
    client_close(&client);
}

static void takes_the_largest_body(void **state)
{
    (void)state;
    struct client client;
    struct reply reply;
    char *body = malloc(GM_WEB_BODY_BYTES_MAX);
    assert_non_null(body);
    memset(body, 'x', GM_WEB_BODY_BYTES_MAX);
    client_open(&client, h.port);
    client_ask(&client, h.port, "POST", "/ingest/social", AUTH "Content-Length: 1048576\r\n");
    assert_true(client_try_send(&client, body, GM_WEB_BODY_BYTES_MAX));
    client_reply(&client, false, &reply);
    assert_non_null(strstr(reply.body, "\"bytes\":1048576"));
    reply_finish(&reply);
    // One byte more in chunks is refused before it comes.
    client_ask(&client, h.port, "POST", "/ingest/social", AUTH "Transfer-Encoding: chunked\r\n");
    client_send(&client, "100000\r\n");
    assert_true(client_try_send(&client, body, GM_WEB_BODY_BYTES_MAX));
    client_send(&client, "\r\n1\r\n");
    client_reply(&client, false, &reply);
    assert_int_equal(reply.status, 413);
    reply_finish(&reply);
    client_expect_end(&client);
    client_close(&client);
    free(body);
}

static void does_not_wait_for_ever(void **state)
{
    (void)state;
    struct client client;
    struct reply reply;
    client_open(&client, h.port);
    post(&client, "/ingest/social", AUTH "Content-Length: 5\r\n", "hell", &reply);
    assert_int_equal(reply.status, 408);
    reply_finish(&reply);
    client_expect_end(&client);
    client_close(&client);
}

static void says_what_the_source_says(void **state)
{
    (void)state;
    static const struct {
        enum gm_err err;
        int status;
    } cases[] = {{GM_ERR_FULL, 503},
                 {GM_ERR_BUSY, 503},
                 {GM_ERR_STOPPED, 503},
                 {GM_ERR_LIMIT, 422},
                 {GM_ERR_CORRUPT, 500}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct client client;
        struct reply reply;
        harness_answer_with(&h, cases[i].err, 0);
        client_open(&client, h.port);
        post(&client, "/ingest/social", AUTH "Content-Length: 1\r\n", "x", &reply);
        assert_int_equal(reply.status, cases[i].status);
        assert_string_equal(reply.body, "{\"error\":\"the \\\"source\\\" says no\"}\n");
        assert_int_equal(strstr(reply.head, "\r\nRetry-After: ") != NULL, reply.status == 503);
        reply_finish(&reply);
        client_close(&client);
    }
}

static void bounds_what_waits(void **state)
{
    (void)state;
    static struct client clients[GM_WEB_DELIVERIES_MAX];
    struct reply reply;
    harness_hold(&h, true);
    for (int i = 0; i < GM_WEB_DELIVERIES_MAX; i++) {
        client_open(&clients[i], h.port);
        client_ask(&clients[i], h.port, "POST", "/ingest/social", AUTH "Content-Length: 1\r\n");
        client_send(&clients[i], "x");
    }
    harness_await_metric(&h, "ghostmarket_web_deliveries", GM_WEB_DELIVERIES_MAX);
    expect("POST", "/ingest/social", AUTH "Content-Length: 1\r\n", "x", 503, "too many deliveries");
    client_close(&clients[0]); // whose delivery is under way, or whose turn has not come
    harness_hold(&h, false);
    for (int i = 1; i < GM_WEB_DELIVERIES_MAX; i++) {
        client_reply(&clients[i], false, &reply);
        assert_int_equal(reply.status, 200);
        reply_finish(&reply);
        client_close(&clients[i]);
    }
    harness_await_metric(&h, "ghostmarket_web_deliveries", 0);
    expect("POST", "/ingest/social", AUTH "Content-Length: 1\r\n", "x", 200, "\"bytes\":1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(hands_bodies_on, start, stop),
        cmocka_unit_test_setup_teardown(refuses_by_the_head, start, stop),
        cmocka_unit_test_setup_teardown(takes_nothing_without_a_token, start_without_token, stop),
        cmocka_unit_test_setup_teardown(tells_who_waits_to_go_on, start, stop),
        cmocka_unit_test_setup_teardown(keeps_what_follows_a_body, start, stop),
        cmocka_unit_test_setup_teardown(takes_the_largest_body, start, stop),
        cmocka_unit_test_setup_teardown(does_not_wait_for_ever, start, stop),
        cmocka_unit_test_setup_teardown(says_what_the_source_says, start, stop),
        cmocka_unit_test_setup_teardown(bounds_what_waits, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
