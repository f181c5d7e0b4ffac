// Parameters of the API and the names of this machine.
#include "../test.h"

#include "web/loopback.h"
#include "web/params.h"

#include <arpa/inet.h>
#include <netinet/in.h>

enum { ALL = 0x7ff };

static void reads_all(void **state)
{
    (void)state;
    struct gm_params params;
    struct gm_error error;
    struct gm_str query =
        gm_str("ticker=btc-usd.x_1&from=2026-02-21T10:05:00Z&to=2026-02-21T12:05:00.5+01:00"
               "&limit=20000&points=1&last_event_id=9223372036854775807&backlog=0"
               "&span=2678400&order=telling&table=history&format=parquet");
    assert_int_equal(gm_params_read(query, ALL, &params, &error), GM_OK);
    assert_int_equal(params.given, ALL);
    assert_string_equal(params.ticker, "btc-usd.x_1");
    assert_true(params.from_us == INT64_C(1771668300000000));
    assert_true(params.to_us == INT64_C(1771671900500000));
    assert_int_equal(params.limit, 20000);
    assert_int_equal(params.points, 1);
    assert_true(params.last_event_id == INT64_MAX);
    assert_int_equal(params.span, 2678400);
    assert_string_equal(params.order, "telling");
    assert_string_equal(params.table, "history");
    assert_string_equal(params.format, "parquet");
    assert_int_equal(gm_params_read(gm_str(""), 0, &params, &error), GM_OK);
    assert_true(params.from_us == GM_TIME_NONE && params.to_us == GM_TIME_NONE);
    assert_int_equal(params.given, 0);
}

// Every refusal names the parameter.
static void names_what_is_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *query, *message;
    } cases[] = {
        {"ticker=", "ticker: "},
        {"ticker=GME", "ticker: "},
        {"ticker=a%27b", "ticker: "},
        {"ticker=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "ticker: "},
        {"from=yesterday", "from: "},
        {"from=2026-02-21T10:05:00", "from: "},
        {"to=2026-02-30T10:05:00Z", "to: "},
        {"from=2026-02-21T10:05:00Z&to=2026-02-21T10:05:00Z", "from: must be before to"},
        {"limit=0", "limit: must be a whole number from 1 to 20000"},
        {"limit=20001", "limit: "},
        {"limit=1e3", "limit: "},
        {"limit=-1", "limit: "},
        {"limit=%201", "limit: "},
        {"limit=99999999999999999999999", "limit: "},
        {"points=", "points: "},
        {"backlog=10001", "backlog: "},
        {"span=59", "span: must be a whole number from 60 to 2678400"},
        {"order=oldest", "order: must be one of newest, telling"},
        {"table=market_signals", "table: must be one of history, signals, posts, alerts"},
        {"format=csv%0d%0aX:", "format: must be one of csv, parquet"},
        {"last_event_id=9223372036854775808", "last_event_id: "},
        {"limit=1&limit=1", "limit: stands there twice"},
        {"tikcer=a", "tikcer: not known to this path"},
        {"%3Cscript%3E=1", "a parameter's name is not known"},
        {"limit", "the part behind '?'"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct gm_params params;
        struct gm_error error = {0};
        if (gm_params_read(gm_str(cases[i].query), ALL, &params, &error) != GM_ERR_INVALID ||
            strncmp(error.message, cases[i].message, strlen(cases[i].message)) != 0)
            fail_msg("%s gives \"%s\"", cases[i].query, error.message);
    }
    struct gm_params params;
    struct gm_error error;
    assert_int_equal(gm_params_read(gm_str("limit=1"), ALL & ~GM_PARAM_LIMIT, &params, &error),
                     GM_ERR_INVALID);
    assert_string_equal(error.message, "limit: not known to this path");
}

static void knows_this_machine(void **state)
{
    (void)state;
    static const char *const ours[] = {"127.0.0.1:8080", "localhost:8080", "LocalHost:8080",
                                       "127.9.9.9:8080", "[::1]:8080"};
    static const char *const others[] = {"",
                                         "127.0.0.1",
                                         "127.0.0.1:80",
                                         "localhost",
                                         "::1:8080",
                                         "[::1]",
                                         "[::2]:8080",
                                         "[::1:8080",
                                         "128.0.0.1:8080",
                                         "127.0.0.1.evil.com:8080",
                                         "evil.com:8080",
                                         "localhost.:8080",
                                         "127.0.0.1:8080x",
                                         "127.0.0.1: 8080",
                                         "127.0.0.1:",
                                         "127.0.0.1:808080",
                                         "[127.0.0.1]:8080",
                                         "0x7f.1:8080",
                                         "localhost:8080:8080",
                                         "[]:8080"};
    for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
        if (!gm_loopback_is_host(gm_str(ours[i]), 8080))
            fail_msg("%s", ours[i]);
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        if (gm_loopback_is_host(gm_str(others[i]), 8080))
            fail_msg("%s", others[i]);
    assert_false(gm_loopback_is_host((struct gm_str){"localhost\0:8080", 15}, 8080));
    assert_true(gm_loopback_is_host(gm_str("localhost"), 80));
    struct gm_str host = gm_str("localhost:8080");
    assert_true(gm_loopback_is_origin(gm_str("http://localhost:8080"), host));
    assert_false(gm_loopback_is_origin(gm_str("https://localhost:8080"), host));
    assert_false(gm_loopback_is_origin(gm_str("http://localhost:8081"), host));
    assert_false(gm_loopback_is_origin(gm_str("null"), host));
}

static void listens_on_loopback_alone(void **state)
{
    (void)state;
    struct sockaddr_storage address;
    socklen_t len;
    struct gm_error error;
    static const char *const good[] = {"127.0.0.1", "127.1.2.3", "localhost", "::1", "[::1]"};
    static const char *const bad[] = {"0.0.0.0", "::",          "192.168.1.1",      "example.com",
                                      "",        "[127.0.0.1]", "::ffff:127.0.0.1", "fe80::1"};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        assert_int_equal(gm_loopback_resolve(good[i], 80, &address, &len, &error), GM_OK);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(gm_loopback_resolve(bad[i], 80, &address, &len, &error), GM_ERR_INVALID);
    assert_int_equal(gm_loopback_resolve("127.0.0.1", 65536, &address, &len, &error),
                     GM_ERR_INVALID);
    assert_int_equal(gm_loopback_resolve("127.0.0.1", -1, &address, &len, &error), GM_ERR_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_all),
        cmocka_unit_test(names_what_is_wrong),
        cmocka_unit_test(knows_this_machine),
        cmocka_unit_test(listens_on_loopback_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
