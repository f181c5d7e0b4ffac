// The HTTP client against a peer that answers well, badly, slowly, or not at all.
#include "../test.h"

#include "base/buffer.h"
#include "base/clock.h"
#include "base/http_client.h"
#include "http_peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { BODY_BYTES_MAX = 100 * 1000, BOMB_BYTES = 10 * 1000 * 1000 };

static struct peer here, there; // two origins
static struct gm_http_client *client;

// ------------------------------------------------------------------------- the peer's answers

static bool asks(const char *head, const char *path)
{
    const char *target = strchr(head, ' ');
    size_t len = strlen(path);
    return target && strncmp(target + 1, path, len) == 0 && target[1 + len] == ' ';
}

static void send_text(int fd, const char *status, const char *fields, const char *body)
{
    char head[1024];
    snprintf(head, sizeof head, "HTTP/1.1 %s\r\nContent-Length: %zu\r\nConnection: close\r\n%s\r\n",
             status, strlen(body), fields);
    peer_send(fd, head);
    peer_send(fd, body);
}

static void send_redirect(int fd, const char *location)
{
    char field[512];
    snprintf(field, sizeof field, "Location: %s\r\n", location);
    send_text(fd, "302 Found", field, "over there");
}

static void send_gzip(int fd, size_t zeros)
{
    unsigned char *plain = calloc(1, zeros), *packed = malloc(zeros);
    z_stream stream = {
        .next_in = plain, .avail_in = (uInt)zeros, .next_out = packed, .avail_out = (uInt)zeros};
    deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
    deflate(&stream, Z_FINISH);
    char head[128];
    snprintf(head, sizeof head,
             "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %lu\r\n\r\n",
             stream.total_out);
    peer_send(fd, head);
    peer_send_bytes(fd, packed, stream.total_out);
    deflateEnd(&stream);
    free(plain);
    free(packed);
}

static void send_endless(int fd, const char *status)
{
    char block[4096];
    memset(block, 'x', sizeof block);
    peer_send(fd, "HTTP/1.1 ");
    peer_send(fd, status);
    peer_send(fd, "\r\n\r\n");
    for (int i = 0; i < 1000 && peer_send_bytes(fd, block, sizeof block); i++)
        ;
}

static void drip(struct peer *peer, int fd)
{
    peer_send(fd, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
    struct gm_stop never;
    gm_stop_init(&never, NULL);
    while (!atomic_load(&peer->finished) && peer_send_bytes(fd, "x", 1))
        gm_stop_wait(&never, 10 * GM_US_PER_MS);
    gm_stop_finish(&never);
}

static void send_elsewhere(const char *path, int fd, int port)
{
    char location[128];
    snprintf(location, sizeof location, "http://127.0.0.1:%d%s", port, path);
    send_redirect(fd, location);
}

static bool answer_redirect(int fd, const char *head)
{
    if (asks(head, "/to-echo"))
        send_redirect(fd, "/echo");
    else if (asks(head, "/to-to-echo"))
        send_redirect(fd, "to-echo?signature=SECRETSIG");
    else if (asks(head, "/to-echo?signature=SECRETSIG"))
        send_redirect(fd, "/echo");
    else if (asks(head, "/loop"))
        send_redirect(fd, "/loop");
    else if (asks(head, "/to-file"))
        send_redirect(fd, "file:///etc/passwd");
    else if (asks(head, "/away"))
        send_elsewhere("/echo", fd, there.port);
    else if (asks(head, "/away-and-back"))
        send_elsewhere("/back", fd, there.port);
    else if (asks(head, "/back"))
        send_elsewhere("/echo", fd, here.port);
    else
        return false;
    return true;
}

static void answer(struct peer *peer, int fd, const char *head)
{
    if (answer_redirect(fd, head))
        return;
    if (asks(head, "/hello"))
        send_text(fd, "200 OK", "ETag: \"abc\"\r\nX-Odd:   spaced  \r\n",
                  strncmp(head, "HEAD", 4) == 0 ? "" : "hello");
    else if (asks(head, "/echo"))
        send_text(fd, "200 OK", "", head);
    else if (asks(head, "/chunked"))
        peer_send(fd, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                      "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n");
    else if (asks(head, "/gzip"))
        send_gzip(fd, 1000);
    else if (asks(head, "/bomb"))
        send_gzip(fd, BOMB_BYTES);
    else if (asks(head, "/announced"))
        peer_send(fd, "HTTP/1.1 200 OK\r\nContent-Length: 100001\r\n\r\nx");
    else if (asks(head, "/endless"))
        send_endless(fd, "200 OK");
    else if (asks(head, "/endless-failure"))
        send_endless(fd, "500 Oops");
    else if (asks(head, "/cut"))
        peer_send(fd, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this");
    else if (asks(head, "/rubbish"))
        peer_send(fd, "\x16\x03\x01 no HTTP at all\r\n\r\n");
    else if (asks(head, "/nothing"))
        return;
    else if (asks(head, "/silent"))
        peer_stall(peer, fd);
    else if (asks(head, "/half")) {
        peer_send(fd, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
        peer_stall(peer, fd);
    } else if (asks(head, "/drip"))
        drip(peer, fd);
    else if (asks(head, "/missing"))
        send_text(fd, "404 Not Found", "Retry-After: 7\r\n", "no such thing");
    else if (asks(head, "/empty"))
        send_text(fd, "204 No Content", "", "");
    else
        send_text(fd, "400 Bad Request", "", "the test asks for what is not there");
}

static int set_up(void **state)
{
    (void)state;
    peer_start(&here, answer, NULL);
    peer_start(&there, answer, NULL);
    return gm_http_client_create(NULL, &client, NULL);
}

static int tear_down(void **state)
{
    (void)state;
    gm_http_client_destroy(client);
    peer_finish(&here);
    peer_finish(&there);
    return 0;
}

// ------------------------------------------------------------------------- calls

static char url_text[128];

static const char *url_of(const char *path)
{
    snprintf(url_text, sizeof url_text, "http://127.0.0.1:%d%s", here.port, path);
    return url_text;
}

static struct gm_http_call get(const char *path)
{
    return (struct gm_http_call){
        .url = url_of(path),
        .body_bytes_max = BODY_BYTES_MAX,
        .total_us_max = 20 * GM_US_PER_S,
        .follow = GM_HTTP_FOLLOW_ANY,
    };
}

// The call succeeds with that status and body.
static void expect(const struct gm_http_call *call, int status, const char *body)
{
    struct gm_error error = {0};
    struct gm_http_reply reply;
    enum gm_err err = gm_http_client_call(client, call, &reply, &error);
    if (err)
        print_error("%s\n", error.message);
    assert_int_equal(err, GM_OK);
    assert_int_equal(reply.status, status);
    if (body) {
        assert_int_equal(reply.body.len, strlen(body));
        assert_memory_equal(reply.body.data, body, reply.body.len);
    }
}

// The call fails; the message names the URL and holds `word`.
static void expect_failure(const struct gm_http_call *call, enum gm_err code, bool retriable,
                           const char *word)
{
    struct gm_error error = {0};
    struct gm_http_reply reply = {.status = -1};
    assert_int_equal(gm_http_client_call(client, call, &reply, &error), code);
    assert_int_equal(error.code, code);
    assert_int_equal(error.retriable, retriable);
    assert_int_equal(reply.status, -1);
    if (!strstr(error.message, word))
        fail_msg("\"%s\" is not in: %s", word, error.message);
    assert_null(strstr(error.message, "SECRET"));
}

static void echoes(const struct gm_http_call *call, const char *text, bool holds)
{
    struct gm_error error = {0};
    struct gm_http_reply reply;
    assert_int_equal(gm_http_client_call(client, call, &reply, &error), GM_OK);
    assert_int_equal(reply.status, 200);
    bool found = memmem(reply.body.data, reply.body.len, text, strlen(text)) != NULL;
    if (found != holds)
        fail_msg("%s: %s in %.*s", text, holds ? "not" : "stands", GM_STR_ARG(reply.body));
}

// ------------------------------------------------------------------------- tests

static void answers_come_whole(void **state)
{
    (void)state;
    struct gm_http_call call = get("/hello");
    expect(&call, 200, "hello");
    assert_string_equal(gm_http_client_field(client, "etag").data, "\"abc\"");
    assert_string_equal(gm_http_client_field(client, "X-ODD").data, "spaced");
    assert_null(gm_http_client_field(client, "X-None").data);
    call.verb = GM_HTTP_VERB_HEAD;
    expect(&call, 200, "");
    call = get("/chunked");
    expect(&call, 200, "hello world");
    call = get("/empty");
    expect(&call, 204, "");
    call = get("/missing");
    expect(&call, 404, "no such thing");
    assert_string_equal(gm_http_client_field(client, "retry-after").data, "7");
}

static void what_is_sent(void **state)
{
    (void)state;
    const struct gm_http_field fields[] = {{"X-Plain", "1", false},
                                           {"Authorization", "Bearer SECRET", true}};
    struct gm_http_call call = get("/echo");
    call.fields = fields;
    call.field_count = 2;
    echoes(&call, "User-Agent: ghostmarket\r\n", true);
    echoes(&call, "Accept-Encoding: identity\r\n", true);
    echoes(&call, "X-Plain: 1\r\n", true);
    echoes(&call, "Authorization: Bearer SECRET\r\n", true);
    call.compressed = true;
    echoes(&call, "Accept-Encoding: gzip\r\n", true);
    call.verb = GM_HTTP_VERB_POST;
    call.body = gm_str("{\"a\":1}");
    echoes(&call, "\r\n\r\n{\"a\":1}", true);
}

static void secrets_stay_with_the_origin(void **state)
{
    (void)state;
    const struct gm_http_field fields[] = {{"X-Plain", "1", false}, {"X-Key", "SECRET", true}};
    struct gm_http_call call = get("/to-echo");
    call.fields = fields;
    call.field_count = 2;
    echoes(&call, "SECRET", true);
    call.url = url_of("/away");
    echoes(&call, "SECRET", false);
    echoes(&call, "X-Plain: 1\r\n", true);
    call.url = url_of("/away-and-back");
    echoes(&call, "SECRET", false);
}

static void redirects_have_limits(void **state)
{
    (void)state;
    struct gm_http_call call = get("/to-to-echo");
    echoes(&call, "GET /echo ", true);
    call = get("/loop");
    int asked = atomic_load(&here.asked);
    expect_failure(&call, GM_ERR_NETWORK, false, "/loop: sends us on without end");
    assert_int_equal(atomic_load(&here.asked), asked + 1 + GM_HTTP_REDIRECTS_MAX);
    call = get("/to-file");
    expect_failure(&call, GM_ERR_NETWORK, false, "neither http");
    call = get("/to-echo");
    call.follow = GM_HTTP_FOLLOW_NONE;
    expect(&call, 302, NULL);
    call = get("/to-echo");
    call.follow = GM_HTTP_FOLLOW_ORIGIN;
    expect(&call, 200, NULL);
    call = get("/away");
    call.follow = GM_HTTP_FOLLOW_ORIGIN;
    expect(&call, 302, NULL);
    assert_non_null(gm_http_client_field(client, "Location").data);
    call = get("/to-echo");
    call.verb = GM_HTTP_VERB_POST;
    expect(&call, 302, NULL);
}

static void bodies_have_a_limit(void **state)
{
    (void)state;
    struct gm_http_call call = get("/gzip");
    call.compressed = true;
    call.body_bytes_max = 1000;
    expect(&call, 200, NULL);
    call.body_bytes_max = 999;
    expect_failure(&call, GM_ERR_LIMIT, false, "/gzip: the answer is larger than 999 bytes");
    call = get("/bomb");
    call.compressed = true;
    expect_failure(&call, GM_ERR_LIMIT, false, "larger than 100000 bytes");
    call = get("/announced");
    expect_failure(&call, GM_ERR_LIMIT, false, "larger than 100000 bytes");
    call = get("/endless");
    expect_failure(&call, GM_ERR_LIMIT, false, "larger than 100000 bytes");
    // Of an error's body only so much is read, and it is no error to have more.
    struct gm_http_reply reply;
    call = get("/endless-failure");
    assert_int_equal(gm_http_client_call(client, &call, &reply, NULL), GM_OK);
    assert_int_equal(reply.status, 500);
    assert_int_equal(reply.body.len, GM_HTTP_ERROR_BODY_BYTES_MAX);
}

static void broken_connections_can_be_tried_again(void **state)
{
    (void)state;
    struct gm_http_call call = get("/cut");
    expect_failure(&call, GM_ERR_NETWORK, true, "/cut");
    call = get("/nothing");
    expect_failure(&call, GM_ERR_NETWORK, true, "/nothing");
    call = get("/rubbish?key=SECRET");
    expect(&call, 400, NULL);
    call = get("/rubbish");
    expect_failure(&call, GM_ERR_NETWORK, false, "/rubbish");
    call.url = "http://127.0.0.1:1/closed?key=SECRET";
    expect_failure(&call, GM_ERR_NETWORK, true, "127.0.0.1:1/closed: ");
    call.url = "http://SECRETUSER:SECRETPASSWORD@name.invalid/";
    expect_failure(&call, GM_ERR_NETWORK, true, "name.invalid/: ");
}

static void wrong_calls_are_refused(void **state)
{
    (void)state;
    struct gm_http_call call = get("/hello");
    call.url = "ftp://127.0.0.1/";
    expect_failure(&call, GM_ERR_INVALID, false, "neither https:// nor http://");
    call.url = "http://:SECRET@/";
    expect_failure(&call, GM_ERR_INVALID, false, "the URL");
    const struct gm_http_field broken[] = {{"X-Key", "SECRET\r\nX-More: 1", true}};
    call = get("/hello");
    call.fields = broken;
    call.field_count = 1;
    expect_failure(&call, GM_ERR_INVALID, false, "X-Key");
}

static void silence_and_slowness_end(void **state)
{
    (void)state;
    struct gm_http_call call = get("/silent");
    call.idle_us_max = 200 * GM_US_PER_MS;
    int64_t begin_us = gm_monotonic_us();
    expect_failure(&call, GM_ERR_NETWORK, true, "no more than 0 bytes came in 0.2 s");
    call.url = url_of("/half");
    expect_failure(&call, GM_ERR_NETWORK, true, "no more than 0 bytes came in 0.2 s");
    call.url = url_of("/drip");
    call.idle_bytes_min = 1000;
    expect_failure(&call, GM_ERR_NETWORK, true, "bytes came in 0.2 s");
    call.idle_us_max = 0;
    call.total_us_max = 200 * GM_US_PER_MS;
    expect_failure(&call, GM_ERR_NETWORK, true, "took too long");
    assert_true(gm_monotonic_us() - begin_us < 10 * GM_US_PER_S);
}

// ------------------------------------------------------------------------- stopping

static void *raise_when_asked(void *arg)
{
    struct gm_stop *stop = arg;
    int asked = atomic_load(&here.asked);
    for (int64_t end_us = gm_monotonic_us() + 10 * GM_US_PER_S;
         atomic_load(&here.asked) == asked && gm_monotonic_us() < end_us;)
        gm_stop_wait(stop, GM_US_PER_MS);
    gm_stop_raise(stop);
    return NULL;
}

static void a_stop_ends_the_call(void **state)
{
    (void)state;
    struct gm_stop stop;
    pthread_t thread;
    assert_int_equal(gm_stop_init(&stop, NULL), GM_OK);
    assert_int_equal(pthread_create(&thread, NULL, raise_when_asked, &stop), 0);
    struct gm_http_call call = get("/silent");
    call.stop = &stop;
    int64_t begin_us = gm_monotonic_us();
    expect_failure(&call, GM_ERR_STOPPED, false, "/silent: stopped");
    assert_true(gm_monotonic_us() - begin_us < 10 * GM_US_PER_S);
    pthread_join(thread, NULL);
    // Raised before, the call does not begin to wait.
    expect_failure(&call, GM_ERR_STOPPED, false, "stopped");
    gm_stop_finish(&stop);
    call = get("/hello");
    expect(&call, 200, "hello");
}

// ------------------------------------------------------------------------- sinks

struct taken {
    int begun, status;
    struct gm_buffer data;
    size_t refuse_after; // bytes
};

static enum gm_err begin(void *context, int status, struct gm_error *error)
{
    struct taken *taken = context;
    taken->begun++;
    taken->status = status;
    return taken->refuse_after == 0 ? gm_error_set(error, GM_ERR_FULL, "no room") : GM_OK;
}

static enum gm_err take(void *context, const void *data, size_t len, struct gm_error *error)
{
    struct taken *taken = context;
    assert_int_equal(taken->begun, 1);
    gm_buffer_append(&taken->data, data, len);
    if (taken->data.len > taken->refuse_after)
        return gm_error_set(error, GM_ERR_FULL, "no room");
    return gm_buffer_ok(&taken->data, error);
}

static void a_sink_takes_what_succeeds(void **state)
{
    (void)state;
    struct taken taken = {.refuse_after = SIZE_MAX};
    gm_buffer_init(&taken.data, BODY_BYTES_MAX);
    const struct gm_http_sink sink = {begin, take, &taken};
    struct gm_http_call call = get("/chunked");
    call.sink = &sink;
    expect(&call, 200, "");
    assert_int_equal(taken.data.len, strlen("hello world"));
    // An answer without a body begins as well, one that is no success does not.
    taken.begun = 0;
    call.url = url_of("/empty");
    expect(&call, 204, "");
    assert_int_equal(taken.begun, 1);
    assert_int_equal(taken.status, 204);
    call.url = url_of("/missing");
    expect(&call, 404, "no such thing");
    assert_int_equal(taken.begun, 1);
    // What the sink says ends the call.
    taken.begun = 0;
    taken.refuse_after = 5000;
    gm_buffer_reset(&taken.data);
    struct gm_error error;
    struct gm_http_reply reply;
    call.url = url_of("/endless");
    assert_int_equal(gm_http_client_call(client, &call, &reply, &error), GM_ERR_FULL);
    assert_string_equal(error.message, "no room");
    taken.begun = 0;
    taken.refuse_after = 0;
    assert_int_equal(gm_http_client_call(client, &call, &reply, &error), GM_ERR_FULL);
    assert_int_equal(taken.begun, 1);
    gm_buffer_finish(&taken.data);
}

static void statuses_that_pass(void **state)
{
    (void)state;
    const int passing[] = {408, 425, 429, 500, 502, 503, 504, 522, 599};
    const int staying[] = {200, 301, 400, 401, 403, 404, 410, 416, 501, 505, 600};
    for (size_t i = 0; i < sizeof passing / sizeof passing[0]; i++)
        assert_true(gm_http_status_retriable(passing[i]));
    for (size_t i = 0; i < sizeof staying / sizeof staying[0]; i++)
        assert_false(gm_http_status_retriable(staying[i]));
}

int main(void)
{
    // A proxy of the machine that tests has no business here.
    const char *const proxies[] = {"http_proxy", "https_proxy", "all_proxy", "HTTPS_PROXY",
                                   "ALL_PROXY"};
    for (size_t i = 0; i < sizeof proxies / sizeof proxies[0]; i++)
        unsetenv(proxies[i]);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_come_whole),
        cmocka_unit_test(what_is_sent),
        cmocka_unit_test(secrets_stay_with_the_origin),
        cmocka_unit_test(redirects_have_limits),
        cmocka_unit_test(bodies_have_a_limit),
        cmocka_unit_test(broken_connections_can_be_tried_again),
        cmocka_unit_test(wrong_calls_are_refused),
        cmocka_unit_test(silence_and_slowness_end),
        cmocka_unit_test(a_stop_ends_the_call),
        cmocka_unit_test(a_sink_takes_what_succeeds),
        cmocka_unit_test(statuses_that_pass),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
