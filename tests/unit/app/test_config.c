// The configuration: defaults, files good and bad, the order of the five places, secrets, and that
// the committed example and manual are what the table says.
#include "app/config/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static enum gm_err parse(const char *yaml, struct gm_config *config, struct gm_error *error)
{
    return gm_config_parse(gm_str(yaml), "f.yaml", false, NULL, 0, config, error);
}

static void parse_good(const char *yaml, struct gm_config *config)
{
    struct gm_error error = {0};
    if (parse(yaml, config, &error)) {
        fail_msg("%s\n%s", error.message, yaml);
    }
}

static void expect_error(const char *yaml, enum gm_err code, const char *message)
{
    struct gm_config config;
    struct gm_error error = {0};
    memset(&config, 0x5a, sizeof(config));
    struct gm_config before = config;
    if (parse(yaml, &config, &error) != code || strcmp(error.message, message) != 0) {
        fail_msg("%s\ngave %d, %s\nnot      %s", yaml, error.code, error.message, message);
    }
    assert_memory_equal(&config, &before, sizeof(config)); // outputs untouched
}

static void has_defaults(void **state)
{
    (void)state;
    struct gm_config config;
    parse_good("", &config);
    assert_null(config.path);
    assert_string_equal(config.data_dir, "data");
    assert_int_equal(config.log.level, GM_LOG_INFO);
    assert_int_equal(config.log.format, GM_LOG_TEXT);
    assert_string_equal(config.bus.backend, "embedded");
    assert_int_equal(config.bus.partitions, 1);
    assert_int_equal(config.bus.size_max_bytes, (int64_t)8 << 30);
    assert_int_equal(config.bus.retention_us, (int64_t)7 * 86400 * 1000000);
    assert_true(config.bus.sync);
    assert_string_equal(config.process.group, "process");
    assert_int_equal(config.process.batch_max, 10000);
    assert_int_equal(config.process.score_budget_us, 200000);
    assert_string_equal(config.vibe.scorer, "auto");
    assert_null(config.vibe.model);
    assert_null(config.vibe.model_dir);
    assert_string_equal(config.vibe.precision, "int8");
    assert_int_equal(config.vibe.threads, 0);
    assert_int_equal(config.vibe.cache_entries, 65536);
    assert_string_equal(config.store.path, "data/ghostmarket.duckdb");
    assert_int_equal(config.store.memory_max_bytes, 64 << 20);
    assert_int_equal(config.store.commit_interval_us, 250000);
    assert_true(config.web.enabled);
    assert_string_equal(config.web.address, "127.0.0.1");
    assert_int_equal(config.web.port, 8787);
    assert_int_equal(config.notify.command.count, 0);
    assert_int_equal(config.rule.window_us, 300000000);
    assert_int_equal(config.rule.cooldown_us, 600000000);
    assert_true(config.rule.momentum_min == 100);
    assert_true(config.rule.delta_price_max == 0.02);
    assert_int_equal(config.rule.entries_max, 1048576);
    assert_int_equal(config.ticker_count, 3);
    assert_string_equal(config.tickers[0].name, "bitcoin");
    assert_string_equal(config.tickers[1].name, "dogecoin");
    assert_string_equal(config.tickers[2].name, "gamestop");
    assert_memory_equal(&config.tickers[2].rule, &config.rule, sizeof(config.rule));
    gm_config_finish(&config);
    gm_config_finish(&config); // twice is fine
}

static void reads_a_file_with_everything(void **state)
{
    (void)state;
    struct gm_config config;
    parse_good("tickers:\n"
               "  - name: bitcoin\n"
               "    keywords: [btc, \"to the moon\", 🚀]\n"
               "    window: 90s\n"
               "    momentum_min: -2.5e1\n"
               "  - {name: gme, cooldown: 0, entries_max: 10}\n"
               "rule:\n"
               "  window: 1h\n"
               "  delta_price_max: 0.5\n"
               "bus: {size_max: 20000000, retention: 0, sync: false}\n"
               "store:\n"
               "  memory_max: 1 GiB\n"
               "  commit_interval: 5ms\n"
               "data_dir: /srv/gm\n"
               "log: {level: debug, format: json}\n"
               "web:\n"
               "notify:\n"
               "  command: [sh, -c, 'cat >> \"$0\"', out]\n",
               &config);
    assert_int_equal(config.ticker_count, 2);
    const struct gm_config_ticker *bitcoin = &config.tickers[0], *gme = &config.tickers[1];
    assert_int_equal(bitcoin->keywords.count, 3);
    assert_string_equal(bitcoin->keywords.items[1], "to the moon");
    assert_string_equal(bitcoin->keywords.items[2], "🚀");
    assert_null(bitcoin->keywords.items[3]);
    assert_int_equal(bitcoin->rule.window_us, 90000000);
    assert_true(bitcoin->rule.momentum_min == -25);
    // What a ticker does not set comes from `rule`, even where that stands behind it.
    assert_true(bitcoin->rule.delta_price_max == 0.5);
    assert_int_equal(bitcoin->rule.cooldown_us, 600000000);
    assert_int_equal(gme->rule.window_us, 3600000000);
    assert_int_equal(gme->rule.cooldown_us, 0);
    assert_int_equal(gme->rule.entries_max, 10);
    assert_int_equal(gme->keywords.count, 1);
    assert_string_equal(gme->keywords.items[0], "gme");
    assert_int_equal(config.bus.size_max_bytes, 20000000);
    assert_int_equal(config.bus.retention_us, 0);
    assert_false(config.bus.sync);
    assert_int_equal(config.store.memory_max_bytes, 1 << 30);
    assert_int_equal(config.store.commit_interval_us, 5000);
    assert_string_equal(config.store.path, "/srv/gm/ghostmarket.duckdb");
    assert_int_equal(config.log.level, GM_LOG_DEBUG);
    assert_int_equal(config.log.format, GM_LOG_JSON);
    assert_int_equal(config.notify.command.count, 4);
    assert_string_equal(config.notify.command.items[2], "cat >> \"$0\"");
    assert_null(config.notify.command.items[4]);
    assert_ptr_equal(gm_config_ticker_find(&config, gm_str("gme")), gme);
    assert_null(gm_config_ticker_find(&config, gm_str("gm")));
    gm_config_finish(&config);
}

static void names_what_is_wrong(void **state)
{
    (void)state;
    expect_error("web:\n  port: 1\ntikers: []\n", GM_ERR_INVALID,
                 "f.yaml:3: unknown key \"tikers\": did you mean \"tickers\"?");
    expect_error("web:\n  adress: x\n", GM_ERR_INVALID,
                 "f.yaml:2: unknown key \"adress\": did you mean \"address\"?");
    expect_error("tickers:\n  - name: a\n    keyword: [b]\n", GM_ERR_INVALID,
                 "f.yaml:3: unknown key \"keyword\": did you mean \"keywords\"?");
    expect_error("kafka: 1\n", GM_ERR_INVALID, "f.yaml:1: unknown key \"kafka\"");
    expect_error("web:\n  port: 99999\n", GM_ERR_INVALID,
                 "f.yaml:2: web.port: \"99999\" is not within 0 … 65535");
    expect_error("web:\n\n  port: http\n", GM_ERR_INVALID,
                 "f.yaml:3: web.port: \"http\" is not a whole number: allowed is 0 … 65535");
    expect_error("web:\n  enabled: yes\n", GM_ERR_INVALID,
                 "f.yaml:2: web.enabled: \"yes\" is not known: allowed is true or false");
    expect_error("log:\n  level: loud\n", GM_ERR_INVALID,
                 "f.yaml:2: log.level: \"loud\" is not known: allowed is error, warn, info or "
                 "debug");
    expect_error("bus: {retention: 5}", GM_ERR_INVALID,
                 "f.yaml:1: bus.retention: \"5\" is not a duration (250ms, 30s, 5m, 2h, 7d): "
                 "allowed is 0 … 36600d");
    expect_error("store: {commit_interval: 2m}", GM_ERR_INVALID,
                 "f.yaml:1: store.commit_interval: \"2m\" is not within 1ms … 1m");
    expect_error("bus: {size_max: 1MiB}", GM_ERR_INVALID,
                 "f.yaml:1: bus.size_max: \"1MiB\" is not within 16MiB … 16TiB");
    expect_error("bus: {size_max: 8GB}", GM_ERR_INVALID,
                 "f.yaml:1: bus.size_max: \"8GB\" is not a size (65536, 512KiB, 96MiB, 8GiB): "
                 "allowed is 16MiB … 16TiB");
    expect_error("bus: {size_max: 99999999999999999999}", GM_ERR_INVALID,
                 "f.yaml:1: bus.size_max: \"99999999999999999999\" is not a size (65536, 512KiB, "
                 "96MiB, 8GiB): allowed is 16MiB … 16TiB");
    expect_error("rule: {momentum_min: .nan}", GM_ERR_INVALID,
                 "f.yaml:1: rule.momentum_min: \".nan\" is not a number: allowed is -1000000000 … "
                 "1000000000");
    expect_error("store: {group: a b}", GM_ERR_INVALID,
                 "f.yaml:1: store.group: \"a b\" is no name: allowed is 1 … 128 of A-Z a-z 0-9 . "
                 "_ -");
    expect_error("data_dir: \"a\\0b\"", GM_ERR_INVALID,
                 "f.yaml:1: data_dir: a NUL cannot stand in a value");
}

static void refuses_wrong_shapes(void **state)
{
    (void)state;
    expect_error("- a\n", GM_ERR_INVALID, "f.yaml:1: sections must stand here, as \"web:\"");
    expect_error("hello", GM_ERR_INVALID, "f.yaml:1: sections must stand here, as \"web:\"");
    expect_error("web: 80\n", GM_ERR_INVALID,
                 "f.yaml:1: \"web\" is a section: its options stand below it, indented");
    expect_error("web:\n  port:\n", GM_ERR_INVALID, "f.yaml:2: web.port: a value must stand here");
    expect_error("web:\n  port: [80]\n", GM_ERR_INVALID,
                 "f.yaml:2: web.port: a value must stand here");
    expect_error("data_dir: ''\n", GM_ERR_INVALID, "f.yaml:1: data_dir: a value must stand here");
    expect_error("? [a]\n: b\n", GM_ERR_INVALID, "f.yaml:1: a key must stand here");
    expect_error("web:\n  port: 1\n  address: 127.0.0.1\n  port: 2\n", GM_ERR_INVALID,
                 "f.yaml:4: key \"port\" stands twice, first in line 2");
    expect_error("web: {port: 1}\nweb: {port: 2}\n", GM_ERR_INVALID,
                 "f.yaml:2: key \"web\" stands twice, first in line 1");
    expect_error("a: &x 1\n", GM_ERR_INVALID, "f.yaml:1: unknown key \"a\"");
    expect_error("web: {port: &x 1}\nbus: {partitions: *x}\n", GM_ERR_INVALID,
                 "f.yaml:2: an alias (*x) cannot stand here: write the value out");
    expect_error("--- {}\n--- {}\n", GM_ERR_INVALID,
                 "f.yaml:2: a second document (---) cannot stand in this file");
    expect_error("web: {port: 1\n", GM_ERR_INVALID,
                 "f.yaml:2: not YAML: did not find expected ',' or '}'");
    expect_error("\x01", GM_ERR_INVALID,
                 "f.yaml: not UTF-8 text, at byte 0: control characters are not allowed");
    expect_error("a: \xff", GM_ERR_INVALID,
                 "f.yaml: not UTF-8 text, at byte 3: invalid leading UTF-8 octet");
    expect_error("notify: {command: page-me}", GM_ERR_INVALID,
                 "f.yaml:1: notify.command: a list must stand here: [first, second]");
    expect_error("notify: {command: [[a]]}", GM_ERR_INVALID,
                 "f.yaml:1: notify.command: only texts can stand in this list");
    expect_error("notify: {command: ['']}", GM_ERR_INVALID,
                 "f.yaml:1: notify.command: an empty text or a NUL cannot stand in a list");
}

static void checks_tickers(void **state)
{
    (void)state;
    expect_error("tickers: []\n", GM_ERR_INVALID,
                 "f.yaml:1: tickers: the list is empty: name one ticker or leave it out");
    expect_error("tickers: bitcoin\n", GM_ERR_INVALID,
                 "f.yaml:1: tickers: a list must stand here: - name: bitcoin");
    expect_error("tickers: [bitcoin]\n", GM_ERR_INVALID,
                 "f.yaml:1: a ticker must stand here: - name: bitcoin");
    expect_error("tickers:\n - window: 5m\n", GM_ERR_INVALID, "f.yaml:2: this ticker has no name");
    expect_error("tickers:\n - name: a\n - name: b\n - window: 5m\n   name: a\n", GM_ERR_INVALID,
                 "f.yaml:4: ticker \"a\" stands twice, first in line 2");
    expect_error("tickers:\n - name: a\n   name: b\n", GM_ERR_INVALID,
                 "f.yaml:3: key \"name\" stands twice, first in line 2");
    expect_error("tickers: [{name: Bitcoin}]\n", GM_ERR_INVALID,
                 "f.yaml:1: name: \"Bitcoin\" is no name: allowed is 1 … 64 of a-z 0-9 . _ -");
    expect_error("tickers: [{name: "
                 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa}]\n",
                 GM_ERR_INVALID,
                 "f.yaml:1: name: \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\" "
                 "is no name: allowed is 1 … 64 of a-z 0-9 . _ -");
    struct gm_config config;
    parse_good("tickers: [{name: a.b_c-9}]", &config);
    assert_string_equal(config.tickers[0].name, "a.b_c-9");
    gm_config_finish(&config);
}

// Texts made to cost time or memory: each must end in an error, at once.
static void keeps_its_limits(void **state)
{
    (void)state;
    size_t bytes = (size_t)10 * 1024 * 1024;
    char *text = malloc(bytes);
    struct gm_config config;
    struct gm_error error = {0};
    assert_non_null(text);

    memset(text, '#', bytes);
    struct gm_str large = {text, bytes};
    assert_int_equal(gm_config_parse(large, "f.yaml", false, NULL, 0, &config, &error),
                     GM_ERR_LIMIT);
    assert_string_equal(error.message, "f.yaml: over the limit of 1048576 bytes");

    static const char *const deep[] = {"[", "{", "- ", "? ", "&a ", "a: {"};
    for (size_t i = 0; i < sizeof(deep) / sizeof(deep[0]); i++) {
        size_t len = strlen(deep[i]), count = GM_CONFIG_FILE_BYTES_MAX / len;
        for (size_t j = 0; j < count; j++) {
            memcpy(text + j * len, deep[i], len);
        }
        struct gm_str nested = {text, count * len};
        assert_int_equal(gm_config_parse(nested, "f.yaml", false, NULL, 0, &config, &error),
                         GM_ERR_INVALID);
    }

    int at = sprintf(text, "tickers:\n");
    for (int i = 0; i <= GM_CONFIG_TICKERS_MAX; i++) {
        at += sprintf(text + at, "- name: t%d\n", i);
    }
    assert_int_equal(parse(text, &config, &error), GM_ERR_LIMIT);
    assert_string_equal(error.message, "f.yaml:4098: more than 4096 tickers");

    at = sprintf(text, "notify:\n  command: [a");
    for (int i = 0; i < GM_CONFIG_LIST_MAX; i++) {
        at += sprintf(text + at, ", a");
    }
    sprintf(text + at, "]\n");
    assert_int_equal(parse(text, &config, &error), GM_ERR_LIMIT);

    at = sprintf(text, "data_dir: ");
    memset(text + at, 'a', GM_CONFIG_TEXT_BYTES_MAX + 1);
    text[at + GM_CONFIG_TEXT_BYTES_MAX + 1] = '\0';
    assert_int_equal(parse(text, &config, &error), GM_ERR_LIMIT);
    free(text);
}

static void takes_the_later_of_the_places(void **state)
{
    (void)state;
    struct gm_config config;
    struct gm_error error = {0};
    struct gm_config_override overrides[] = {{"data_dir", "/cli", "--data-dir"}};
    struct gm_str yaml = gm_str("data_dir: /file\nweb: {port: 1}\nstore: {threads: 2}\n");
    setenv("GHOSTMARKET_DATA_DIR", "/env", 1);
    setenv("GHOSTMARKET_WEB_PORT", "2", 1);
    setenv("GHOSTMARKET_WEB_ADDRESS", "", 1); // empty: not set
    setenv("GHOSTMARKET_RULE_WINDOW", "7m", 1);
    assert_int_equal(gm_config_parse(yaml, "f", true, overrides, 1, &config, &error), GM_OK);
    assert_string_equal(config.data_dir, "/cli");
    assert_string_equal(config.store.path, "/cli/ghostmarket.duckdb");
    assert_int_equal(config.web.port, 2);
    assert_int_equal(config.store.threads, 2);
    assert_string_equal(config.web.address, "127.0.0.1");
    assert_int_equal(config.tickers[0].rule.window_us, 420000000);
    gm_config_finish(&config);

    setenv("GHOSTMARKET_WEB_PORT", "-1", 1);
    assert_int_equal(gm_config_parse(yaml, "f", true, NULL, 0, &config, &error), GM_ERR_INVALID);
    assert_string_equal(
        error.message, "environment variable GHOSTMARKET_WEB_PORT: \"-1\" is not within 0 … 65535");
    unsetenv("GHOSTMARKET_DATA_DIR");
    unsetenv("GHOSTMARKET_WEB_PORT");
    unsetenv("GHOSTMARKET_WEB_ADDRESS");
    unsetenv("GHOSTMARKET_RULE_WINDOW");

    overrides[0] = (struct gm_config_override){"log.level", "x", "--log-level"};
    assert_int_equal(gm_config_parse(yaml, "f", true, overrides, 1, &config, &error),
                     GM_ERR_INVALID);
    assert_string_equal(error.message, "--log-level: \"x\" is not known: allowed is error, warn, "
                                       "info or debug");
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fputs(text, file) < 0, 0);
    assert_int_equal(fclose(file), 0);
}

static void loads_files(void **state)
{
    (void)state;
    char folder[] = "/tmp/gm-config-XXXXXX";
    struct gm_config config;
    struct gm_error error = {0};
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chdir(folder), 0);

    assert_int_equal(gm_config_load(NULL, NULL, NULL, 0, &config, &error), GM_OK);
    assert_null(config.path);
    gm_config_finish(&config);
    assert_int_equal(gm_config_load("other.yaml", NULL, NULL, 0, &config, &error),
                     GM_ERR_NOT_FOUND);
    assert_string_equal(error.message, "configuration other.yaml: No such file or directory");
    assert_int_equal(gm_config_load(folder, NULL, NULL, 0, &config, &error), GM_ERR_IO);

    write_file("ghostmarket.yaml", "web: {port: 7}\n");
    write_file("other.yaml", "web: {port: 8}\n");
    assert_int_equal(gm_config_load(NULL, NULL, NULL, 0, &config, &error), GM_OK);
    assert_string_equal(config.path, "ghostmarket.yaml");
    assert_int_equal(config.web.port, 7);
    gm_config_finish(&config);
    assert_int_equal(gm_config_load("other.yaml", NULL, NULL, 0, &config, &error), GM_OK);
    assert_int_equal(config.web.port, 8);
    gm_config_finish(&config);
    assert_int_equal(gm_config_load("/dev/zero", NULL, NULL, 0, &config, &error), GM_ERR_LIMIT);

    assert_int_equal(unlink("ghostmarket.yaml") | unlink("other.yaml"), 0);
    assert_int_equal(chdir("/"), 0);
    assert_int_equal(rmdir(folder), 0);
}

static void expect_load_error(const char *env_path, enum gm_err code, const char *message)
{
    struct gm_config config;
    struct gm_error error = {0};
    if (gm_config_load(NULL, env_path, NULL, 0, &config, &error) != code ||
        strcmp(error.message, message) != 0) {
        fail_msg("gave %d, %s\nnot      %s", error.code, error.message, message);
    }
}

static void expect_token(const char *env_path, const char *token)
{
    struct gm_config config;
    struct gm_error error = {0};
    if (gm_config_load(NULL, env_path, NULL, 0, &config, &error)) {
        fail_msg("%s", error.message);
    }
    assert_string_equal(config.vibe.hub_token, token);
    assert_string_equal(config.env_path, env_path ? env_path : ".env");
    gm_config_finish(&config);
}

// .env < environment, and in each the customary name < GHOSTMARKET_….
static void takes_secrets_from_two_places(void **state)
{
    (void)state;
    char folder[] = "/tmp/gm-config-XXXXXX";
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chdir(folder), 0);
    write_file("other.env", "HF_TOKEN=other\n");
    write_file(".env", "HF_TOKEN=a\nOTHER=x\nGHOSTMARKET_WEB_PORT=5\n");
    expect_token(NULL, "a");
    expect_token("other.env", "other");
    write_file(".env", "GHOSTMARKET_VIBE_HUB_TOKEN=b\nHF_TOKEN=a\n");
    expect_token(NULL, "b");
    setenv("HF_TOKEN", "", 1); // empty: not set
    expect_token(NULL, "b");
    setenv("HF_TOKEN", "c", 1);
    expect_token(NULL, "c");
    setenv("GHOSTMARKET_VIBE_HUB_TOKEN", "d", 1);
    expect_token(NULL, "d");
    unsetenv("GHOSTMARKET_VIBE_HUB_TOKEN");
    unsetenv("HF_TOKEN");

    expect_load_error("none.env", GM_ERR_NOT_FOUND,
                      "environment file none.env: No such file or directory");
    expect_load_error("/dev/zero", GM_ERR_LIMIT, "/dev/zero: over the limit of 65536 bytes");
    write_file(".env", "\nGHOSTMARKET_WEB_PROT=1\n");
    expect_load_error(NULL, GM_ERR_INVALID,
                      ".env:2: no option has the variable GHOSTMARKET_WEB_PROT: did you mean "
                      "\"GHOSTMARKET_WEB_PORT\"?");
    write_file(".env", "GHOSTMARKET_WEB_PORT=x\n");
    expect_load_error(NULL, GM_ERR_INVALID,
                      ".env:1: GHOSTMARKET_WEB_PORT: \"x\" is not a whole number: allowed is 0 … "
                      "65535");
    write_file(".env", "HF_TOKEN='hunter2 '\n");
    expect_load_error(NULL, GM_ERR_INVALID,
                      ".env:1: HF_TOKEN: a secret neither begins nor ends with a blank");
    write_file(".env", "HF_TOKEN=\"hunter2\\nX: y\"\n");
    expect_load_error(NULL, GM_ERR_INVALID, ".env:1: HF_TOKEN: a secret has no control character");
    assert_int_equal(unlink(".env") | unlink("other.env"), 0);
    setenv("HF_TOKEN", "hunter2\xff", 1);
    expect_load_error(NULL, GM_ERR_INVALID,
                      "environment variable HF_TOKEN: the secret is not UTF-8 text");
    unsetenv("HF_TOKEN");
    expect_error(
        "vibe:\n  hub_token: hunter2\n", GM_ERR_INVALID,
        "f.yaml:2: vibe.hub_token: a secret cannot stand in this file: set HF_TOKEN in the "
        "environment or in .env");
    assert_int_equal(chdir("/"), 0);
    assert_int_equal(rmdir(folder), 0);
}

// A file that others may read or change is known as such; a pipe is nobody's.
static void sees_who_may_read_the_secrets(void **state)
{
    (void)state;
    static const struct {
        mode_t mode;
        bool shown;
    } cases[] = {{0600, false}, {0640, false}, {0400, false}, {0660, true},
                 {0604, true},  {0602, true},  {0644, true}};
    char folder[] = "/tmp/gm-config-XXXXXX";
    struct gm_config config;
    struct gm_error error = {0};
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chdir(folder), 0);
    write_file(".env", "A=b\n");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_int_equal(chmod(".env", cases[i].mode), 0);
        assert_int_equal(gm_config_load(NULL, NULL, NULL, 0, &config, &error), GM_OK);
        assert_int_equal(config.env_shown, cases[i].shown);
        gm_config_finish(&config);
    }
    assert_int_equal(unlink(".env"), 0);
    assert_int_equal(mkfifo(".env", 0666), 0); // nobody writes: the start does not wait for it
    assert_int_equal(gm_config_load(NULL, NULL, NULL, 0, &config, &error), GM_OK);
    assert_false(config.env_shown);
    gm_config_finish(&config);
    assert_int_equal(unlink(".env"), 0);
    assert_int_equal(chdir("/"), 0);
    assert_int_equal(rmdir(folder), 0);
}

static char *text_of(struct gm_buffer *buffer)
{
    assert_int_equal(gm_buffer_ok(buffer, NULL), GM_OK);
    gm_buffer_append_byte(buffer, '\0');
    return buffer->data;
}

// What is in force, written out, reads back to itself.
static void writes_what_it_reads(void **state)
{
    (void)state;
    struct gm_buffer first, second;
    struct gm_config config;
    gm_buffer_init(&first, 1 << 20);
    gm_buffer_init(&second, 1 << 20);
    parse_good("data_dir: \"a \\\"b\\\" \\\\ \\n\\t \\u2028 \\x85 🚀 é : #\"\n"
               "rule: {delta_price_max: 0.1, window: 90s}\n"
               "bus: {size_max: 20000001}\n"
               "tickers: [{name: a, keywords: ['x y', '=X', '-a #']}, {name: b, window: 1h}]\n",
               &config);
    gm_config_write(&config, &first);
    gm_config_finish(&config);
    parse_good(text_of(&first), &config);
    assert_string_equal(config.data_dir, "a \"b\" \\ \n\t \u2028 \xc2\x85 🚀 é : #");
    gm_config_write(&config, &second);
    gm_config_finish(&config);
    assert_string_equal(first.data, text_of(&second));
    gm_buffer_finish(&first);
    gm_buffer_finish(&second);
}

static void prints_no_secret(void **state)
{
    (void)state;
    struct gm_config config;
    struct gm_buffer out;
    gm_buffer_init(&out, 1 << 20);
    setenv("HF_TOKEN", "hunter2", 1);
    assert_int_equal(gm_config_parse(gm_str(""), "f.yaml", true, NULL, 0, &config, NULL), GM_OK);
    unsetenv("HF_TOKEN");
    gm_config_write(&config, &out);
    gm_config_finish(&config);
    assert_null(strstr(text_of(&out), "hunter2"));
    assert_non_null(strstr(out.data, "  # hub_token is set, and hidden\n"));
    parse_good(out.data, &config);
    assert_null(config.vibe.hub_token);
    gm_config_finish(&config);
    gm_buffer_finish(&out);
}

// The example parses to the built-in defaults, as it stands and with every option uncommented.
static void example_is_the_defaults(void **state)
{
    (void)state;
    struct gm_buffer example, standard, read;
    struct gm_config config;
    gm_buffer_init(&example, 1 << 20);
    gm_buffer_init(&standard, 1 << 20);
    gm_buffer_init(&read, 1 << 20);
    parse_good("", &config);
    gm_config_write(&config, &standard);
    gm_config_finish(&config);

    gm_config_write_example(&example);
    parse_good(text_of(&example), &config);
    gm_config_write(&config, &read);
    gm_config_finish(&config);
    assert_string_equal(text_of(&read), text_of(&standard));

    for (char *line = example.data; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : 0) {
        char *mark = line + strspn(line, " ");
        if (mark[0] == '#' && mark[1] != ' ') {
            memmove(mark, mark + 1, strlen(mark));
        }
    }
    parse_good(example.data, &config);
    assert_string_equal(config.vibe.model, "ProsusAI/finbert");
    assert_string_equal(config.vibe.model_dir, "data/models/ProsusAI--finbert");
    assert_int_equal(config.notify.command.count, 2);
    gm_config_finish(&config);
    gm_buffer_finish(&example);
    gm_buffer_finish(&standard);
    gm_buffer_finish(&read);
}

static void is_committed(const char *path, void (*write)(struct gm_buffer *))
{
    char full[4096];
    const char *root = getenv("GM_SOURCE_ROOT");
    assert_non_null(root);
    snprintf(full, sizeof(full), "%s/%s", root, path);
    FILE *file = fopen(full, "r");
    assert_non_null(file);
    static char text[1 << 20];
    size_t len = fread(text, 1, sizeof(text) - 1, file);
    fclose(file);
    text[len] = '\0';
    struct gm_buffer out;
    gm_buffer_init(&out, 1 << 20);
    write(&out);
    if (strcmp(text_of(&out), text) != 0) {
        fail_msg("%s is not what the table of options says: run `make docs`", path);
    }
    gm_buffer_finish(&out);
}

static void committed_texts_are_current(void **state)
{
    (void)state;
    is_committed("docs/configuration.md", gm_config_write_docs);
    is_committed("packaging/ghostmarket.example.yaml", gm_config_write_example);
}

// Half a file, at every length: never a crash, and no leak where sanitizers look.
static void survives_every_cut(void **state)
{
    (void)state;
    struct gm_buffer example;
    gm_buffer_init(&example, 1 << 20);
    struct gm_config config;
    parse_good("notify: {command: [a, b]}\ntickers: [{name: a, keywords: [x]}]\n", &config);
    gm_config_write(&config, &example);
    gm_config_finish(&config);
    for (size_t len = 0; len <= example.len; len++) {
        struct gm_str cut = {example.data, len};
        struct gm_error error = {0};
        if (gm_config_parse(cut, "f.yaml", false, NULL, 0, &config, &error) == GM_OK) {
            gm_config_finish(&config);
        } else {
            assert_non_null(strstr(error.message, "f.yaml"));
        }
    }
    gm_buffer_finish(&example);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(has_defaults),
        cmocka_unit_test(reads_a_file_with_everything),
        cmocka_unit_test(names_what_is_wrong),
        cmocka_unit_test(refuses_wrong_shapes),
        cmocka_unit_test(checks_tickers),
        cmocka_unit_test(keeps_its_limits),
        cmocka_unit_test(takes_the_later_of_the_places),
        cmocka_unit_test(loads_files),
        cmocka_unit_test(takes_secrets_from_two_places),
        cmocka_unit_test(sees_who_may_read_the_secrets),
        cmocka_unit_test(writes_what_it_reads),
        cmocka_unit_test(prints_no_secret),
        cmocka_unit_test(example_is_the_defaults),
        cmocka_unit_test(committed_texts_are_current),
        cmocka_unit_test(survives_every_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
