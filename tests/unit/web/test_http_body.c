// Bodies of requests: by length and in chunks, at once and byte by byte.
#include "../test.h"

#include "web/http_body.h"
#include "web/token.h"

#include <stdio.h>
#include <string.h>

enum { BYTES_MAX = 100 };

// Reads the head "POST /" with `fields`, then the body `text` in parts of `step` bytes. Returns the
// status; what was left of `text` is in *ret_rest.
static int read_body(const char *fields, const char *text, size_t step, struct gm_buffer *out,
                     const char **ret_rest)
{
    char head[512];
    struct gm_http_request request;
    struct gm_http_body body;
    const char *reason = "";
    snprintf(head, sizeof(head), "POST / HTTP/1.1\r\n%s\r\n", fields);
    int status = gm_http_read(head, strlen(head), 0, &request, &reason);
    if (status == 200)
        status = gm_http_body_begin(&body, &request, BYTES_MAX, &reason);
    if (status != 200)
        return status;
    status = body.state == GM_HTTP_BODY_WHOLE ? 200 : 0;
    while (status == 0 && *text) {
        const size_t part = strlen(text) < step ? strlen(text) : step;
        size_t taken;
        status = gm_http_body_take(&body, text, part, &taken, out, &reason);
        assert_true(status != 0 || taken == part);
        text += taken;
    }
    assert_true(status == 0 || status == 200 || reason[0]);
    *ret_rest = text;
    return status;
}

#define CHUNKED "Transfer-Encoding: chunked\r\n"
#define Z50     "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"
#define X64     "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

static void takes_what_is_framed(void **state)
{
    (void)state;
    static const struct {
        int status;
        const char *fields, *text, *body, *rest;
    } cases[] = {
        {200, "Content-Length: 3\r\n", "abcGET", "abc", "GET"},
        {200, "Content-Length: 0\r\n", "GET", "", "GET"},
        {0, "Content-Length: 4\r\n", "abc", "abc", ""},
        {413, "Content-Length: 101\r\n", "", "", ""},
        {413, "Content-Length: 1000000000000000000000\r\n", "", "", ""},
        {400, "Content-Length: -1\r\n", "", "", ""},
        {400, "Content-Length: \r\n", "", "", ""},
        {400, "Content-Length: 1\r\nContent-Length: 1\r\n", "", "", ""},
        {400, "Content-Length: 1\r\n" CHUNKED, "", "", ""},
        {400, CHUNKED CHUNKED, "", "", ""},
        {411, "", "", "", ""},
        {501, "Transfer-Encoding: gzip, chunked\r\n", "", "", ""},
        {200, "Transfer-Encoding: CHUNKED\r\n", "0\r\n\r\n", "", ""},
        {200, CHUNKED, "3\r\nabc\r\nA;x=\"y\"\r\n0123456789\r\n0\r\nX: y\r\n\r\nGET",
         "abc0123456789", "GET"},
        {0, CHUNKED, "3\r\nabc\r\n0\r\n", "abc", ""},
        {400, CHUNKED, "\r\n", NULL, NULL},
        {400, CHUNKED, "x\r\n", NULL, NULL},
        {400, CHUNKED, "-3\r\n", NULL, NULL},
        {400, CHUNKED, "0x3\r\nabc\r\n", NULL, NULL},
        {400, CHUNKED, "3\nabc\r\n", NULL, NULL},
        {400, CHUNKED, "3\rabc\r\n", NULL, NULL},
        {400, CHUNKED, "3\r\nabcd\r\n", NULL, NULL},
        {400, CHUNKED, "0\r\nX: y\n\r\n", NULL, NULL},
        {413, CHUNKED, "65\r\n", NULL, NULL},
        {413, CHUNKED, "ffffffffffffffff1\r\n", NULL, NULL},
        {413, CHUNKED, "32\r\n" Z50 "\r\n32\r\n" Z50 "\r\n1\r\n", NULL, NULL},
        {400, CHUNKED, "1;" X64 X64 X64 X64 "\r\n", NULL, NULL},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        for (size_t step = 1; step < 64; step = step * 2 + 1) {
            struct gm_buffer out;
            const char *rest = "";
            gm_buffer_init(&out, 1024);
            const int status = read_body(cases[i].fields, cases[i].text, step, &out, &rest);
            if (status != cases[i].status)
                fail_msg("case %zu by %zu gives %d", i, step, status);
            if (cases[i].body) {
                assert_int_equal(out.len, strlen(cases[i].body));
                assert_memory_equal(out.data ? out.data : "", cases[i].body, out.len);
            }
            if (cases[i].rest && status == 200)
                assert_int_equal(strncmp(rest, cases[i].rest, strlen(cases[i].rest)), 0);
            gm_buffer_finish(&out);
        }
    }
}

static void bounds_trailers(void **state)
{
    (void)state;
    char text[GM_HTTP_TRAILER_BYTES_MAX + 16] = "0\r\n";
    const char *rest;
    struct gm_buffer out;
    gm_buffer_init(&out, 1024);
    memset(text + 3, 'x', sizeof(text) - 4);
    assert_int_equal(read_body(CHUNKED, text, 1000, &out, &rest), 431);
    gm_buffer_finish(&out);
}

static void tells_tokens_apart(void **state)
{
    (void)state;
    static const struct {
        const char *field;
        bool is;
    } cases[] = {
        {"Bearer secret-token", true},
        {"bearer  secret-token", true},
        {"Bearer secret-toke", false},
        {"Bearer secret-token2", false},
        {"Bearer Secret-token", false},
        {"Bearer ", false},
        {"Basic secret-token", false},
        {"secret-token", false},
        {"", false},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(gm_token_equal(gm_token_bearer(gm_str(cases[i].field)), "secret-token"),
                         cases[i].is);
    assert_false(gm_token_equal(gm_str(""), ""));
    assert_false(gm_token_equal((struct gm_str){"a\0", 2}, "a"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_what_is_framed),
        cmocka_unit_test(bounds_trailers),
        cmocka_unit_test(tells_tokens_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
