// Rubbish from the network: whatever comes, the server answers the next one.
#include "../test.h"

#include "client.h"
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static struct harness h;

static int start(void **state)
{
    (void)state;
    harness_start(&h, (struct gm_web_config){.request_ms = 300});
    return 0;
}

static int stop(void **state)
{
    (void)state;
    harness_stop(&h);
    return 0;
}

static void lives(void)
{
    assert_int_equal(client_status(h.port, "GET", "/healthz", NULL), 200);
}

static void survives_random_bytes(void **state)
{
    (void)state;
    unsigned seed = 1;
    for (int i = 0; i < 300; i++) {
        char bytes[3000];
        size_t len = 1 + (size_t)rand_r(&seed) % sizeof(bytes);
        for (size_t k = 0; k < len; k++)
            bytes[k] = (char)(rand_r(&seed) >> 8);
        if (i % 3 == 0)
            memcpy(bytes + len - (len < 4 ? len : 4), "\r\n\r\n", len < 4 ? len : 4);
        struct client client;
        client_open(&client, h.port);
        client_try_send(&client, bytes, len);
        client_close(&client);
    }
    lives();
}

// A valid request with bytes changed, dropped and doubled.
static void survives_broken_requests(void **state)
{
    (void)state;
    static const char valid[] = "GET /api/signals?ticker=gme&from=2026-01-01T00:00:00Z HTTP/1.1\r\n"
                                "Host: 127.0.0.1:8080\r\nAccept-Encoding: gzip\r\n\r\n";
    unsigned seed = 2;
    for (int i = 0; i < 1000; i++) {
        char text[sizeof(valid) + 16];
        size_t len = sizeof(valid) - 1;
        memcpy(text, valid, len);
        for (int k = rand_r(&seed) % 3; k >= 0; k--) {
            size_t at = (size_t)rand_r(&seed) % len;
            if (rand_r(&seed) % 2)
                text[at] = (char)rand_r(&seed);
            else
                memmove(text + at, text + at + 1, --len - at);
        }
        struct client client;
        client_open(&client, h.port);
        client_try_send(&client, text, len);
        client_close(&client);
    }
    lives();
}

static void refuses_what_is_too_large(void **state)
{
    (void)state;
    static char huge[1024 * 1024];
    static const struct {
        const char *before;
        int status;
    } cases[] = {{"GET /", 414}, {"GET / HTTP/1.1\r\nX: ", 431}, {"", 414}};
    memset(huge, 'a', sizeof(huge));
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct client client;
        struct reply reply;
        client_open(&client, h.port);
        client_send(&client, cases[i].before);
        client_try_send(&client, huge, 64 * 1024);
        client_reply(&client, false, &reply);
        assert_int_equal(reply.status, cases[i].status);
        reply_finish(&reply);
        client_try_send(&client, huge, sizeof(huge));
        client_close(&client);
    }
    // A body is refused before it is read.
    struct client client;
    struct reply reply;
    client_open(&client, h.port);
    client_ask(&client, h.port, "POST", "/api/tickers", "Content-Length: 1000000000\r\n");
    client_try_send(&client, huge, 100 * 1024);
    client_reply(&client, false, &reply);
    assert_int_equal(reply.status, 413);
    reply_finish(&reply);
    // The server still listens: a reset might have destroyed the answer on its way.
    for (int i = 0; i < 2; i++) {
        lives(); // by now the loop has done what it does after an answer
        assert_true(client_try_send(&client, huge, 100));
    }
    shutdown(client.fd, SHUT_WR);
    client_expect_end(&client);
    client_close(&client);
    lives();
}

static void does_not_wait_for_slow_senders(void **state)
{
    (void)state;
    enum { SLOW = 100 };
    static struct client clients[SLOW];
    for (int i = 0; i < SLOW; i++) {
        client_open(&clients[i], h.port);
        client_send(&clients[i], "GET / HTTP/1.1\r\nX-");
    }
    lives();
    for (int i = 0; i < SLOW; i++) {
        client_expect(&clients[i], "408", NULL);
        client_expect_end(&clients[i]);
        client_close(&clients[i]);
    }
}

// Talking into a stream, half closing, resetting: each ends that connection and nothing else.
static void ends_streams_that_misbehave(void **state)
{
    (void)state;
    for (int i = 0; i < 60; i++) {
        struct client client;
        client_open(&client, h.port);
        client_ask(&client, h.port, "GET", "/api/stream", NULL);
        client_expect(&client, "event: hello", NULL);
        if (i % 3 == 0) {
            client_try_send(&client, "GET / HTTP/1.1\r\n\r\n", 18);
            client_expect_end(&client);
        } else if (i % 3 == 1) {
            shutdown(client.fd, SHUT_WR);
            client_expect_end(&client);
        } else {
            struct linger reset = {.l_onoff = 1};
            setsockopt(client.fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
        }
        client_close(&client);
    }
    harness_await_metric(&h, "ghostmarket_web_streams", 0);
    lives();
}

// Asking without ever reading the answers: the server stops reading, and goes on for the others.
static void outlives_a_client_that_never_reads(void **state)
{
    (void)state;
    struct client client;
    client_open(&client, h.port);
    int small = 4096;
    setsockopt(client.fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
    char text[128];
    int len =
        snprintf(text, sizeof(text), "GET /app.js HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n", h.port);
    for (int i = 0; i < 2000; i++)
        if (send(client.fd, text, (size_t)len, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
            break;
    lives();
    client_close(&client);
    lives();
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(survives_random_bytes),       CASE(survives_broken_requests),
        CASE(refuses_what_is_too_large),   CASE(does_not_wait_for_slow_senders),
        CASE(ends_streams_that_misbehave), CASE(outlives_a_client_that_never_reads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
