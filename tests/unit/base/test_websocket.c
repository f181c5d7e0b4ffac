// The WebSocket client against a peer that keeps the rules, breaks them, or says nothing.
#include "../test.h"

#include "base/clock.h"
#include "base/http_client.h"
#include "base/websocket.h"
#include "http_peer.h"

#include <openssl/evp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { MESSAGE_BYTES_MAX = 1000, WAIT_US = 10 * GM_US_PER_S };

// What the peer does once it has been asked.
struct script {
    const char *status; // NULL: shakes hands
    const char *bytes;  // sent at once, after the handshake
    size_t len;
    bool one_by_one;
    bool answers_pings;
    bool stalls;
    bool drips;      // a blank each 10 ms, as a part of what was begun
    bool floods;     // pings without end
    char heard[256]; // what came after the handshake, as it came
    _Atomic size_t heard_len;
};

static struct peer peer;
static struct script script;
static int64_t retry_after_us;

static void send_accept(int fd, const char *head)
{
    char text[128], answer[512];
    unsigned char digest[20], accept[32];
    const char *key = strstr(head, "Sec-WebSocket-Key: ");
    assert_non_null(key);
    snprintf(text, sizeof text, "%.24s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", key + 19);
    EVP_Digest(text, strlen(text), digest, NULL, EVP_sha1(), NULL);
    EVP_EncodeBlock(accept, digest, sizeof digest);
    snprintf(answer, sizeof answer,
             "HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\n"
             "Sec-WebSocket-Accept: %s\r\n\r\n",
             (const char *)accept);
    peer_send(fd, answer);
}

// Keeps what comes until the client hangs up.
static void listen_on(struct peer *self, int fd)
{
    while (!atomic_load(&self->finished)) {
        struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
        if (poll(&poll_fd, 1, 10) <= 0)
            continue;
        const size_t len = atomic_load(&script.heard_len);
        const ssize_t got = recv(fd, script.heard + len, sizeof script.heard - len, 0);
        if (got <= 0)
            return;
        if (script.answers_pings && (unsigned char)script.heard[len] == 0x89)
            peer_send_bytes(fd, "\x8a\x00", 2);
        atomic_store(&script.heard_len, len + (size_t)got);
    }
}

static void answer(struct peer *self, int fd, const char *head)
{
    if (script.stalls) {
        peer_stall(self, fd);
        return;
    }
    if (script.status) {
        peer_send(fd, script.status);
        return;
    }
    send_accept(fd, head);
    for (size_t i = 0; script.one_by_one && i < script.len; i++)
        peer_send_bytes(fd, script.bytes + i, 1);
    if (!script.one_by_one)
        peer_send_bytes(fd, script.bytes, script.len);
    while (script.drips && !atomic_load(&self->finished) && send(fd, " ", 1, MSG_NOSIGNAL) == 1)
        poll(NULL, 0, 10);
    while (script.floods && !atomic_load(&self->finished) &&
           send(fd, "\x89\x00", 2, MSG_NOSIGNAL) == 2)
        continue;
    listen_on(self, fd);
}

static enum gm_err open_peer(int64_t idle_us_max, struct gm_stop *stop,
                             struct gm_websocket **socket, struct gm_error *error)
{
    char url[96];
    snprintf(url, sizeof url, "ws://user:secret@127.0.0.1:%d/subscribe?token=secret", peer.port);
    const struct gm_websocket_config config = {
        .url = url,
        .connect_us_max = 2 * GM_US_PER_S,
        .idle_us_max = idle_us_max,
        .message_bytes_max = MESSAGE_BYTES_MAX,
        .ret_retry_after_us = &retry_after_us,
    };
    return gm_websocket_open(&config, stop, socket, error);
}

static void set_script(const char *bytes, size_t len)
{
    memset(&script, 0, sizeof script);
    script.bytes = bytes;
    script.len = len;
}

static int start(void **state)
{
    (void)state;
    set_script("", 0);
    peer_start(&peer, answer, NULL);
    return 0;
}

static int finish(void **state)
{
    (void)state;
    peer_finish(&peer);
    return 0;
}

static void expect_message(struct gm_websocket *socket, const char *text)
{
    bool got;
    struct gm_str message;
    struct gm_error error;
    assert_int_equal(gm_websocket_receive(socket, NULL, WAIT_US, &got, &message, &error), GM_OK);
    assert_true(got);
    assert_int_equal(message.len, strlen(text));
    assert_memory_equal(message.data, text, message.len);
}

static enum gm_err expect_failure(struct gm_websocket *socket, const char *text)
{
    bool got;
    struct gm_str message;
    struct gm_error error = {0};
    const enum gm_err err = gm_websocket_receive(socket, NULL, WAIT_US, &got, &message, &error);
    assert_int_not_equal(err, GM_OK);
    if (!strstr(error.message, text))
        fail_msg("%s", error.message);
    assert_null(strstr(error.message, "secret"));
    assert_true(error.retriable);
    // It stays broken.
    assert_int_equal(gm_websocket_receive(socket, NULL, 0, &got, &message, &error), GM_ERR_NETWORK);
    assert_int_equal(gm_websocket_send(socket, gm_str("x"), NULL, &error), GM_ERR_NETWORK);
    return err;
}

static void wait_until_heard(size_t bytes)
{
    for (int64_t end_us = gm_monotonic_us() + WAIT_US; atomic_load(&script.heard_len) < bytes;) {
        assert_true(gm_monotonic_us() < end_us);
        poll(NULL, 0, 1);
    }
}

#define SCRIPT(text) set_script(text, sizeof(text) - 1)

static void messages_come_whole_whatever_their_parts(void **state)
{
    (void)state;
    for (int one_by_one = 0; one_by_one < 2; one_by_one++) {
        SCRIPT("\x81\x03one"
               "\x01\x02tw\x89\x01?\x80\x01o"
               "\x8a\x00"
               "\x82\x02\xff\xfe"
               "\x81\x00"
               "\x81\x05three");
        script.one_by_one = one_by_one;
        struct gm_websocket *socket;
        assert_int_equal(open_peer(0, NULL, &socket, NULL), GM_OK);
        expect_message(socket, "one");
        expect_message(socket, "two");
        expect_message(socket, "\xff\xfe");
        expect_message(socket, "");
        expect_message(socket, "three");
        wait_until_heard(7); // the pong: head, mask, one byte
        assert_int_equal((unsigned char)script.heard[0], 0x8a);
        assert_int_equal((unsigned char)script.heard[1], 0x81);
        assert_int_equal(script.heard[2] ^ script.heard[6], '?');
        gm_websocket_close(socket);
        wait_until_heard(7 + 8); // the good-bye: before it, the next round is not this one's
    }
}

static void what_is_sent_arrives_masked_and_a_close_says_good_bye(void **state)
{
    (void)state;
    struct gm_websocket *socket;
    assert_int_equal(open_peer(0, NULL, &socket, NULL), GM_OK);
    assert_int_equal(gm_websocket_send(socket, gm_str("hello"), NULL, NULL), GM_OK);
    gm_websocket_close(socket);
    wait_until_heard(11 + 8);
    assert_int_equal((unsigned char)script.heard[0], 0x81);
    for (int i = 0; i < 5; i++)
        assert_int_equal(script.heard[6 + i] ^ script.heard[2 + i % 4], "hello"[i]);
    assert_int_equal((unsigned char)script.heard[11], 0x88);
}

static void nothing_within_the_time_is_no_failure(void **state)
{
    (void)state;
    struct gm_websocket *socket;
    bool got = true;
    struct gm_str message;
    assert_int_equal(open_peer(0, NULL, &socket, NULL), GM_OK);
    assert_int_equal(gm_websocket_receive(socket, NULL, 1000, &got, &message, NULL), GM_OK);
    assert_false(got);
    struct gm_stop stop;
    assert_int_equal(gm_stop_init(&stop, NULL), GM_OK);
    gm_stop_raise(&stop);
    assert_int_equal(gm_websocket_receive(socket, &stop, WAIT_US, &got, &message, NULL), GM_OK);
    assert_false(got);
    gm_websocket_close(socket);
    gm_stop_finish(&stop);
}

static void what_breaks_the_rules_breaks_the_connection(void **state)
{
    (void)state;
    static const struct {
        struct gm_str bytes;
        enum gm_err err;
        const char *message;
    } cases[] = {
        {{"\x88\x02\x03\xf3", 4}, GM_ERR_NETWORK, "closed the connection (code 1011)"},
        {{"\x88\x00", 2}, GM_ERR_NETWORK, "closed the connection"},
        {{"\x80\x00", 2}, GM_ERR_INVALID, "goes on that never began"},
        {{"\x01\x00\x81\x00", 4}, GM_ERR_INVALID, "begins inside another"},
        {{"\x81\x02\xc3\x28", 4}, GM_ERR_INVALID, "no UTF-8"},
        {{"\xf1\x00", 2}, GM_ERR_INVALID, "reserved bits"},
        {{"\x81\x7e\x03\xe9", 4}, GM_ERR_LIMIT, "1001 bytes"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        set_script(cases[i].bytes.data, cases[i].bytes.len);
        struct gm_websocket *socket;
        assert_int_equal(open_peer(0, NULL, &socket, NULL), GM_OK);
        assert_int_equal(expect_failure(socket, cases[i].message), cases[i].err);
        gm_websocket_close(socket);
    }
}

static void parts_together_have_the_limit_of_one(void **state)
{
    (void)state;
    static char bytes[2 * (4 + 600)];
    for (int part = 0; part < 2; part++)
        memcpy(bytes + part * 604, part == 0 ? "\x02\x7e\x02\x58" : "\x80\x7e\x02\x58", 4);
    set_script(bytes, sizeof bytes);
    struct gm_websocket *socket;
    assert_int_equal(open_peer(0, NULL, &socket, NULL), GM_OK);
    assert_int_equal(expect_failure(socket, "limit of 1000 bytes"), GM_ERR_LIMIT);
    gm_websocket_close(socket);
}

static void a_silent_peer_is_asked_and_then_given_up(void **state)
{
    (void)state;
    struct gm_websocket *socket;
    assert_int_equal(open_peer(200 * GM_US_PER_MS, NULL, &socket, NULL), GM_OK);
    assert_int_equal(expect_failure(socket, "silent"), GM_ERR_NETWORK);
    gm_websocket_close(socket);
    assert_int_equal((unsigned char)script.heard[0], 0x89);
}

static void a_sign_of_life_keeps_the_connection(void **state)
{
    (void)state;
    script.answers_pings = true;
    struct gm_websocket *socket;
    bool got;
    struct gm_str message;
    assert_int_equal(open_peer(200 * GM_US_PER_MS, NULL, &socket, NULL), GM_OK);
    assert_int_equal(gm_websocket_receive(socket, NULL, 600 * GM_US_PER_MS, &got, &message, NULL),
                     GM_OK);
    assert_false(got);
    assert_true(atomic_load(&script.heard_len) >= 2 * 6);
    gm_websocket_close(socket);
}

static void a_message_that_drips_without_end_is_given_up(void **state)
{
    (void)state;
    set_script("\x81\x7e\x03\xe0", 4); // the head of a text of 992 bytes
    script.drips = true;
    struct gm_websocket *socket;
    assert_int_equal(open_peer(200 * GM_US_PER_MS, NULL, &socket, NULL), GM_OK);
    assert_int_equal(expect_failure(socket, "does not come to its end"), GM_ERR_NETWORK);
    gm_websocket_close(socket);
}

// Were the time not looked at while bytes come, this would never end.
static void a_flood_that_is_no_message_ends_the_wait_in_time(void **state)
{
    (void)state;
    script.floods = true;
    struct gm_websocket *socket;
    bool got;
    struct gm_str message;
    assert_int_equal(open_peer(0, NULL, &socket, NULL), GM_OK);
    const enum gm_err err =
        gm_websocket_receive(socket, NULL, 100 * GM_US_PER_MS, &got, &message, NULL);
    assert_true(err == GM_OK ? !got : err == GM_ERR_NETWORK); // it may not take our answers in
    gm_websocket_close(socket);
}

static void a_refusal_says_when_to_come_back(void **state)
{
    (void)state;
    static const struct {
        const char *answer;
        int64_t s;
    } cases[] = {
        {"HTTP/1.1 429 No\r\nRetry-After: 7\r\n\r\n", 7},
        {"HTTP/1.1 503 No\r\nretry-after:120\r\n\r\n", 120},
        {"HTTP/1.1 503 No\r\nRetry-After: soon\r\n\r\n", 0},
        {"HTTP/1.1 503 No\r\n\r\n", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        script.status = cases[i].answer;
        struct gm_websocket *socket;
        retry_after_us = -1;
        assert_int_equal(open_peer(0, NULL, &socket, NULL), GM_ERR_NETWORK);
        assert_int_equal(retry_after_us, cases[i].s * GM_US_PER_S);
    }
}

static void an_answer_that_is_no_handshake_is_told(void **state)
{
    (void)state;
    static const struct {
        const char *answer;
        enum gm_err err;
        const char *message;
        bool retriable;
    } cases[] = {
        {"HTTP/1.1 503 Busy\r\n\r\n", GM_ERR_NETWORK, "status 503", true},
        {"HTTP/1.1 403 No\r\n\r\n", GM_ERR_NETWORK, "status 403", false},
        {"HTTP/1.1 200 OK\r\n\r\n<html>", GM_ERR_NETWORK, "status 200", false},
        {"+OK POP3 ready\r\n\r\n", GM_ERR_INVALID, "no HTTP/1.1", true},
        {"HTTP/1.1 101 x\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: x\r\n\r\n", GM_ERR_INVALID,
         "another key", true},
        {"HTTP/1.1 101", GM_ERR_NETWORK, "broken off", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        script.status = cases[i].answer;
        struct gm_websocket *socket = NULL;
        struct gm_error error = {0};
        assert_int_equal(open_peer(0, NULL, &socket, &error), cases[i].err);
        assert_null(socket);
        if (!strstr(error.message, cases[i].message))
            fail_msg("%s", error.message);
        assert_null(strstr(error.message, "secret"));
        assert_int_equal(error.retriable, cases[i].retriable);
    }
}

static void a_handshake_ends_by_time_or_by_a_stop(void **state)
{
    (void)state;
    script.stalls = true;
    struct gm_websocket *socket;
    struct gm_error error;
    assert_int_equal(open_peer(0, NULL, &socket, &error), GM_ERR_NETWORK);
    assert_non_null(strstr(error.message, "took too long"));
    struct gm_stop stop;
    assert_int_equal(gm_stop_init(&stop, NULL), GM_OK);
    gm_stop_raise(&stop);
    assert_int_equal(open_peer(0, &stop, &socket, &error), GM_ERR_STOPPED);
    gm_stop_finish(&stop);
}

static void other_urls_are_refused(void **state)
{
    (void)state;
    static const char *const urls[] = {"http://127.0.0.1/", "file:///etc/passwd", "127.0.0.1", ""};
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        const struct gm_websocket_config config = {.url = urls[i]};
        struct gm_websocket *socket;
        struct gm_error error;
        assert_int_equal(gm_websocket_open(&config, NULL, &socket, &error), GM_ERR_INVALID);
        assert_false(error.retriable);
    }
    gm_websocket_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(messages_come_whole_whatever_their_parts, start, finish),
        cmocka_unit_test_setup_teardown(what_is_sent_arrives_masked_and_a_close_says_good_bye,
                                        start, finish),
        cmocka_unit_test_setup_teardown(nothing_within_the_time_is_no_failure, start, finish),
        cmocka_unit_test_setup_teardown(what_breaks_the_rules_breaks_the_connection, start, finish),
        cmocka_unit_test_setup_teardown(parts_together_have_the_limit_of_one, start, finish),
        cmocka_unit_test_setup_teardown(a_silent_peer_is_asked_and_then_given_up, start, finish),
        cmocka_unit_test_setup_teardown(a_sign_of_life_keeps_the_connection, start, finish),
        cmocka_unit_test_setup_teardown(a_message_that_drips_without_end_is_given_up, start,
                                        finish),
        cmocka_unit_test_setup_teardown(a_flood_that_is_no_message_ends_the_wait_in_time, start,
                                        finish),
        cmocka_unit_test_setup_teardown(a_refusal_says_when_to_come_back, start, finish),
        cmocka_unit_test_setup_teardown(an_answer_that_is_no_handshake_is_told, start, finish),
        cmocka_unit_test_setup_teardown(a_handshake_ends_by_time_or_by_a_stop, start, finish),
        cmocka_unit_test(other_urls_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
