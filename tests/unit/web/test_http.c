// Reading HTTP request heads: what is taken, what is refused, and with which status.
#include "../test.h"

#include "web/http.h"

#include <stdio.h>
#include <stdlib.h>

static void assert_slice(struct gm_str slice, const char *expected)
{
    if (!gm_str_equal(slice, gm_str(expected)))
        fail_msg("\"%.*s\" is not \"%s\"", GM_STR_ARG(slice), expected);
}

static int read_text(const char *text, struct gm_http_request *request)
{
    const char *reason = NULL;
    int status = gm_http_read(text, strlen(text), 0, request, &reason);
    assert_true(status == 0 || status == 200 || (reason && *reason));
    return status;
}

static void takes_a_browsers_request(void **state)
{
    (void)state;
    static const char text[] = "GET /api/signals?ticker=gme&points=200 HTTP/1.1\r\n"
                               "Host: 127.0.0.1:8080\r\n"
                               "origin:http://127.0.0.1:8080\r\n"
                               "Last-Event-ID: \t 17 \r\n"
                               "Accept-Encoding: gzip, deflate\r\n"
                               "IF-NONE-MATCH: \"a\"\r\n"
                               "Sec-Fetch-Site: same-origin\r\n"
                               "X-Empty:\r\n"
                               "\r\nGET /next";
    struct gm_http_request request;
    assert_int_equal(read_text(text, &request), 200);
    assert_int_equal(request.method, GM_HTTP_GET);
    assert_slice(request.path, "/api/signals");
    assert_slice(request.query, "ticker=gme&points=200");
    assert_slice(request.host, "127.0.0.1:8080");
    assert_slice(request.origin, "http://127.0.0.1:8080");
    assert_slice(request.last_event_id, "17");
    assert_slice(request.if_none_match, "\"a\"");
    assert_slice(request.fetch_site, "same-origin");
    assert_true(request.last_event_id_given && request.keep_alive && !request.has_body);
    assert_int_equal(request.bytes, strlen(text) - strlen("GET /next"));
}

// Whatever way the bytes arrive, the head is complete with its last byte and not before.
static void takes_it_byte_by_byte(void **state)
{
    (void)state;
    static const char text[] = "\r\nHEAD /a HTTP/1.0\r\nHost: localhost\r\n\r\n";
    size_t len = strlen(text), seen = 0;
    struct gm_http_request request;
    const char *reason;
    for (size_t n = 0; n < len; n++) {
        assert_int_equal(gm_http_read(text, n, seen, &request, &reason), 0);
        seen = n;
    }
    assert_int_equal(gm_http_read(text, len, seen, &request, &reason), 200);
    assert_int_equal(request.method, GM_HTTP_HEAD);
    assert_false(request.keep_alive);
}

static void refuses(void **state)
{
    (void)state;
    static const struct {
        int status;
        const char *text;
    } cases[] = {
        {400, "\r\n\r\n\r\n"},
        {400, " GET / HTTP/1.1\r\n\r\n"},
        {400, "GET  / HTTP/1.1\r\n\r\n"},
        {400, "GET / HTTP/1.1 \r\n\r\n"},
        {400, "GET /\r\n\r\n"},
        {400, "G<T / HTTP/1.1\r\n\r\n"},
        {400, "GET http://a/ HTTP/1.1\r\n\r\n"},
        {400, "OPTIONS * HTTP/1.1\r\n\r\n"},
        {400, "GET /\x7f HTTP/1.1\r\n\r\n"},
        {400, "GET /\xc3\xa4 HTTP/1.1\r\n\r\n"},
        {400, "GET / http/1.1\r\n\r\n"},
        {505, "GET / HTTP/2.0\r\n\r\n"},
        {505, "PRI / HTTP/2.0\r\n\r\n"},
        {400, "GET / HTTP/1.1\nHost: a\r\n\r\n"},
        {400, "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n"},
        {400, "GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n"},
        {400, "GET / HTTP/1.1\r\nHost : a\r\n\r\n"},
        {400, "GET / HTTP/1.1\r\n: a\r\n\r\n"},
        {400, "GET / HTTP/1.1\r\nHost\r\n\r\n"},
        {400, "GET / HTTP/1.1\r\nX: a\r\n b\r\n\r\n"},
        {400, "GET / HTTP/1.1\r\nX: a\x01\r\n\r\n"},
        {400, "GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n"},
    };
    struct gm_http_request request;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (read_text(cases[i].text, &request) != cases[i].status)
            fail_msg("case %zu gives %d", i, read_text(cases[i].text, &request));
}

static void knows_bodies_and_connections(void **state)
{
    (void)state;
    static const struct {
        const char *fields;
        bool has_body, keep_alive;
    } cases[] = {
        {"Content-Length: 0\r\n", false, true},
        {"Content-Length: 1\r\n", true, true},
        {"Content-Length: 00\r\n", true, true},
        {"Content-Length: -1\r\n", true, true},
        {"Transfer-Encoding: chunked\r\n", true, true},
        {"Connection: close\r\n", false, false},
        {"Connection: Upgrade, CLOSE\r\n", false, false},
        {"Connection: upgrade\r\nUpgrade: h2c\r\n", false, true},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[256];
        struct gm_http_request request;
        snprintf(text, sizeof(text), "POST / HTTP/1.1\r\n%s\r\n", cases[i].fields);
        assert_int_equal(read_text(text, &request), 200);
        assert_int_equal(request.method, GM_HTTP_POST);
        assert_int_equal(request.has_body, cases[i].has_body);
        assert_int_equal(request.keep_alive, cases[i].keep_alive);
    }
}

static char *repeat(const char *before, char c, size_t count, const char *after)
{
    char *text = malloc(strlen(before) + count + strlen(after) + 1);
    assert_non_null(text);
    strcpy(text, before);
    memset(text + strlen(before), c, count);
    strcpy(text + strlen(before) + count, after);
    return text;
}

static void keeps_to_limits(void **state)
{
    (void)state;
    struct gm_http_request request;
    char *text = repeat("GET /", 'a', GM_HTTP_TARGET_BYTES_MAX - 1, " HTTP/1.1\r\n\r\n");
    assert_int_equal(read_text(text, &request), 200);
    free(text);
    text = repeat("GET /", 'a', GM_HTTP_TARGET_BYTES_MAX, " HTTP/1.1\r\n\r\n");
    assert_int_equal(read_text(text, &request), 414);
    free(text);
    text = repeat("GET /", 'a', GM_HTTP_HEAD_BYTES_MAX, "");
    assert_int_equal(read_text(text, &request), 414);
    free(text);
    size_t rest = strlen("GET / HTTP/1.1\r\nX: \r\n\r\n");
    text = repeat("GET / HTTP/1.1\r\nX: ", 'a', GM_HTTP_HEAD_BYTES_MAX - rest, "\r\n\r\n");
    assert_int_equal(read_text(text, &request), 200);
    free(text);
    text = repeat("GET / HTTP/1.1\r\nX: ", 'a', GM_HTTP_HEAD_BYTES_MAX - rest + 1, "\r\n\r\n");
    assert_int_equal(read_text(text, &request), 431);
    free(text);

    char fields[16 + (GM_HTTP_FIELDS_MAX + 1) * 6 + 8] = "GET / HTTP/1.1\r\n";
    for (int i = 0; i < GM_HTTP_FIELDS_MAX; i++)
        strcat(fields, "X: a\r\n");
    size_t len = strlen(fields);
    strcpy(fields + len, "\r\n");
    assert_int_equal(read_text(fields, &request), 200);
    strcpy(fields + len, "X: a\r\n\r\n");
    assert_int_equal(read_text(fields, &request), 431);
}

static void decodes_parameters(void **state)
{
    (void)state;
    char text[128];
    struct gm_str query = gm_str("a=1&&b%2b=x+y%C3%a4&c=&d=="), name, value;
    assert_int_equal(gm_http_next_param(&query, text, &name, &value), 1);
    assert_slice(name, "a");
    assert_slice(value, "1");
    assert_int_equal(gm_http_next_param(&query, text, &name, &value), 1);
    assert_slice(name, "b+");
    assert_slice(value, "x y\xc3\xa4");
    assert_int_equal(gm_http_next_param(&query, text, &name, &value), 1);
    assert_slice(name, "c");
    assert_slice(value, "");
    assert_int_equal(gm_http_next_param(&query, text, &name, &value), 1);
    assert_slice(value, "=");
    assert_int_equal(gm_http_next_param(&query, text, &name, &value), 0);

    static const char *const broken[] = {"a", "a=%", "a=%1", "a=%g0", "a=%00", "%=1", "a=%0g"};
    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
        query = gm_str(broken[i]);
        assert_int_equal(gm_http_next_param(&query, text, &name, &value), -1);
    }
}

static void weighs_lists(void **state)
{
    (void)state;
    assert_true(gm_http_accepts(gm_str("gzip, deflate, br"), "gzip"));
    assert_true(gm_http_accepts(gm_str("br;q=1.0, GZIP ; q=0.1"), "gzip"));
    assert_false(gm_http_accepts(gm_str("br, gzip;q=0"), "gzip"));
    assert_false(gm_http_accepts(gm_str("gzip; q=0.000"), "gzip"));
    assert_false(gm_http_accepts(gm_str("xgzip"), "gzip"));
    assert_false(gm_http_accepts((struct gm_str){0}, "gzip"));
    assert_true(gm_http_etag_matches(gm_str("\"a\", W/\"b\""), "\"b\""));
    assert_true(gm_http_etag_matches(gm_str("*"), "\"b\""));
    assert_false(gm_http_etag_matches(gm_str("\"bb\""), "\"b\""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_a_browsers_request),
        cmocka_unit_test(takes_it_byte_by_byte),
        cmocka_unit_test(refuses),
        cmocka_unit_test(knows_bodies_and_connections),
        cmocka_unit_test(keeps_to_limits),
        cmocka_unit_test(decodes_parameters),
        cmocka_unit_test(weighs_lists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
