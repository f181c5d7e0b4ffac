// Every option of the configuration, once: type, place, default, range, help.
//
// Adding an option: a member in config.h, an entry here, and `make docs`.
#include "app/config/option.h"

#include <ctype.h>
#include <stdio.h>

#define MS   1e3
#define S    1e6
#define MIN  (60 * S)
#define DAY  (86400 * S)
#define YEAR (366 * DAY)
#define KIB  1024.0
#define MIB  (1024 * KIB)
#define GIB  (1024 * MIB)
#define TIB  (1024 * GIB)

#define AT(member)        .offset = offsetof(struct gm_config, member)
#define TICKER_AT(member) .offset = offsetof(struct gm_config_ticker, member)

// What `rule` and a ticker have in common.
#define WINDOW_RANGE      .min = 1 * S, .max = 7 * DAY
#define COOLDOWN_RANGE    .min = 0, .max = 30 * DAY
#define MOMENTUM_RANGE    .min = -1e9, .max = 1e9
#define DELTA_PRICE_RANGE .min = -1, .max = 1e9
#define ENTRIES_RANGE     .min = 1, .max = 1 << 28

_Static_assert(GM_LOG_ERROR == 0 && GM_LOG_WARN == 1 && GM_LOG_INFO == 2 && GM_LOG_DEBUG == 3,
               "the choices of log.level stand in the order of enum gm_log_level");
_Static_assert(GM_LOG_TEXT == 0 && GM_LOG_JSON == 1,
               "the choices of log.format stand in the order of enum gm_log_format");

const struct gm_config_section gm_config_sections[] = {
    {"", "Where GhostMarket keeps what it has."},
    {"log", "The program's own log, on standard error."},
    {"bus", "The log of messages between the stages. It is kept in `DATA_DIR/log`."},
    {"feed", "What all live feeds have in common."},
    {"coinbase", "Prices of Coinbase Exchange, live; no key is needed."},
    {"bluesky", "Posts of Bluesky, live; no key is needed. A post counts for the tickers of whose "
                "keywords it has one."},
    {"ingest", "What other programs deliver: `POST /ingest/social` and `/ingest/prices`, see "
               "[http-api.md](http-api.md)."},
    {"process", "The stage that scores posts, keeps the windows and applies the rule."},
    {"vibe", "How a post's text becomes a mood in [-1, +1]."},
    {"store", "The database that all rows end in."},
    {"web", "The HTTP API and the dashboard."},
    {"notify", "Who is told of an alert."},
    {"rule", "The windows and thresholds of every ticker that does not set its own."},
    {NULL, NULL},
};

const struct gm_config_option gm_config_options[] = {
    {"data_dir", GM_CONFIG_TEXT, AT(data_dir), .standard = "data",
     .help = "The folder that holds everything GhostMarket keeps: log, database, models. It is "
             "made if it is missing. A relative path starts at the working directory."},

    {"log.level", GM_CONFIG_CHOICE, AT(log.level), .standard = "info",
     .choices = {"error", "warn", "info", "debug"},
     .help = "What is written: this level and those before it."},
    {"log.format", GM_CONFIG_CHOICE, AT(log.format), .standard = "text",
     .choices = {"text", "json"},
     .help = "`text` for people, `json` (one object a line) for machines."},

    {"bus.backend", GM_CONFIG_TEXT, AT(bus.backend), .standard = "embedded",
     .choices = {"embedded"}, .help = "`embedded` keeps the log in this machine's data folder."},
    {"bus.partitions", GM_CONFIG_INT, AT(bus.partitions), .standard = "1", .min = 1, .max = 64,
     .help = "Partitions of every topic. It is fixed when the log is made; a log that exists must "
             "be opened with the number it has."},
    {"bus.size_max", GM_CONFIG_SIZE, AT(bus.size_max_bytes), .standard = "8GiB", .min = 16 * MIB,
     .max = 16 * TIB,
     .help = "The most that the log may take on disk. When it is full, feeds wait until retention "
             "has made room."},
    {"bus.retention", GM_CONFIG_DURATION, AT(bus.retention_us), .standard = "7d", .min = 0,
     .max = 100 * YEAR,
     .help = "How long messages are kept; `0` keeps them for ever. What a stage has not read by "
             "then is lost to it, and counted."},
    {"bus.sync", GM_CONFIG_BOOL, AT(bus.sync), .standard = "true",
     .help = "`true` waits for the disk at every commit. With `false` a crash of the machine may "
             "lose the last commits; a crash of the program loses none."},

    {"feed.ca_file", GM_CONFIG_TEXT, AT(feed.ca_file), .example = "/etc/ssl/certs/proxy.pem",
     .help = "Certificates (PEM) to trust instead of the system's, where a proxy stands between."},
    {"feed.timeout", GM_CONFIG_DURATION, AT(feed.timeout_us), .standard = "30s", .min = 1 * S,
     .max = 10 * MIN,
     .help = "How long one HTTP call of a feed may take, from its beginning to the last byte."},

    {"coinbase.enabled", GM_CONFIG_BOOL, AT(coinbase.live.enabled), .standard = "true",
     .help = "Whether `run` and `prices` take prices from there, for tickers that have a "
             "`coinbase`."},
    {"coinbase.url", GM_CONFIG_TEXT, AT(coinbase.live.url),
     .standard = "wss://ws-feed.exchange.coinbase.com", .help = "The feed's address."},
    {"coinbase.interval", GM_CONFIG_DURATION, AT(coinbase.interval_us), .standard = "1s", .min = 0,
     .max = 60 * MIN,
     .help = "The least time between two prices of a ticker: of all that come, the newest goes on. "
             "`0` passes every trade."},

    {"bluesky.enabled", GM_CONFIG_BOOL, AT(bluesky.enabled), .standard = "true",
     .help = "Whether `run` and `social` take posts from there."},
    {"bluesky.url", GM_CONFIG_TEXT, AT(bluesky.url),
     .example = "wss://jetstream2.us-east.bsky.network/subscribe",
     .help = "A Jetstream's address. Not set: the four public ones, one after the other when one "
             "fails."},

    {"ingest.token", GM_CONFIG_SECRET, AT(ingest.token),
     .help = "Who shows this token may deliver posts and prices, which then count as a feed's do. "
             "At least 16 characters, for instance of `openssl rand -hex 24`. Not set: nothing is "
             "taken."},

    {"process.group", GM_CONFIG_NAME, AT(process.group), .standard = "process",
     .help = "The consumer group. Processes with the same group share the work; a new name reads "
             "all messages again."},
    {"process.batch_max", GM_CONFIG_INT, AT(process.batch_max), .standard = "10000", .min = 1,
     .max = 1000000,
     .help = "The most messages of one transaction. A larger batch is faster under load and takes "
             "more memory; batches are small by themselves when little happens."},
    {"process.score_budget", GM_CONFIG_DURATION, AT(process.score_budget_us), .standard = "200ms",
     .min = 1 * MS, .max = 1 * MIN,
     .help = "How long one transaction may score posts. What has been scored by then is committed, "
             "and the rest goes on in the next one, so rows, alerts and a request to stop wait no "
             "longer than this. A longer one makes a scorer with a model a little faster under "
             "load."},

    {"vibe.scorer", GM_CONFIG_NAME, AT(vibe.scorer), .standard = "auto",
     .help = "The scorer's name, or `auto` for the best that is installed here: `finbert` where "
             "there is a model, else `lexicon`, which needs none."},
    {"vibe.model", GM_CONFIG_TEXT, AT(vibe.model), .example = "ProsusAI/finbert",
     .help = "The model's name, as `ghostmarket model pull` installs it in `DATA_DIR/models` or "
             "Hugging Face's tools in their cache. Not set: `ProsusAI/finbert`, if it is there; a "
             "name that is set must be there."},
    {"vibe.model_dir", GM_CONFIG_TEXT, AT(vibe.model_dir),
     .example = "data/models/ProsusAI--finbert",
     .help = "The model's folder itself, instead of looking for `vibe.model`."},
    {"vibe.hub_token", GM_CONFIG_SECRET, AT(vibe.hub_token), .alias = "HF_TOKEN",
     .help = "The Hugging Face hub's token, with which `model pull` fetches models that are "
             "private or gated."},
    {"vibe.precision", GM_CONFIG_TEXT, AT(vibe.precision), .standard = "int8",
     .choices = {"int8", "f32"},
     .help = "What the model computes with. `f32` is what it was trained with, `int8` is several "
             "times faster, takes a quarter of the memory, and nearly always says the same."},
    {"vibe.threads", GM_CONFIG_INT, AT(vibe.threads), .standard = "0", .min = 0, .max = 1024,
     .help = "Threads of the model; `0` is one a processor that the program may use."},
    {"vibe.cache_entries", GM_CONFIG_COUNT, AT(vibe.cache_entries), .standard = "65536", .min = 0,
     .max = 1 << 26,
     .help = "How many texts' moods the model's scorer remembers, so that copied texts are scored "
             "once; `0`: none. An entry takes 48 bytes."},

    {"store.group", GM_CONFIG_NAME, AT(store.group), .standard = "store",
     .help = "The consumer group of the database's writer."},
    {"store.path", GM_CONFIG_TEXT, AT(store.path), .example = "data/ghostmarket.duckdb",
     .help = "The DuckDB database file; not set: `DATA_DIR/ghostmarket.duckdb`. One process at a "
             "time can have it open."},
    {"store.memory_max", GM_CONFIG_SIZE, AT(store.memory_max_bytes), .standard = "64MiB",
     .min = 32 * MIB, .max = 1 * TIB, .help = "The most memory for the database's buffers."},
    {"store.threads", GM_CONFIG_INT, AT(store.threads), .standard = "1", .min = 1, .max = 256,
     .help = "Threads that the database uses for one query."},
    {"store.batch_max", GM_CONFIG_INT, AT(store.batch_max), .standard = "250000", .min = 1,
     .max = 1000000,
     .help = "The most messages of one transaction. While the writer keeps up, "
             "store.commit_interval ends it long before."},
    {"store.commit_interval", GM_CONFIG_DURATION, AT(store.commit_interval_us), .standard = "250ms",
     .min = 1 * MS, .max = 1 * MIN,
     .help = "How long rows are gathered before they are committed. Shorter shows them sooner in "
             "queries; longer makes fewer, larger commits. The live stream does not wait for it."},
    {"store.retention", GM_CONFIG_DURATION, AT(store.retention_us), .standard = "0", .min = 0,
     .max = 100 * YEAR,
     .help = "How long rows are kept, by their own time; `0` keeps them for ever."},

    {"web.enabled", GM_CONFIG_BOOL, AT(web.enabled), .standard = "true",
     .help = "Whether `run` and `serve` answer HTTP."},
    {"web.address", GM_CONFIG_TEXT, AT(web.address), .standard = "127.0.0.1",
     .help = "The address to listen on. Addresses beyond this machine are refused, for there is "
             "no access control: put a proxy that has one in front."},
    {"web.port", GM_CONFIG_INT, AT(web.port), .standard = "8787", .min = 0, .max = 65535,
     .help = "The port to listen on; `0` is any free one, which the log names."},

    {"notify.command", GM_CONFIG_LIST, AT(notify.command),
     .example = "[/usr/local/bin/page-me, --urgent]",
     .help = "A program and its arguments, run once for each alert with the alert's JSON on "
             "standard input. No shell is involved. Not set: none."},
    {"notify.timeout", GM_CONFIG_DURATION, AT(notify.timeout_us), .standard = "10s",
     .min = 100 * MS, .max = 60 * MIN, .help = "How long the program may take before it is ended."},

    {"rule.window", GM_CONFIG_DURATION, AT(rule.window_us), .standard = "5m", WINDOW_RANGE,
     .help = "The length of both sliding windows, prices and vibes, in event time."},
    {"rule.cooldown", GM_CONFIG_DURATION, AT(rule.cooldown_us), .standard = "10m", COOLDOWN_RANGE,
     .help = "How long a ticker stays quiet after an alert, in its own event time."},
    {"rule.momentum_min", GM_CONFIG_NUMBER, AT(rule.momentum_min), .standard = "100",
     MOMENTUM_RANGE, .help = "An alert needs a hype momentum above this."},
    {"rule.delta_price_max", GM_CONFIG_NUMBER, AT(rule.delta_price_max), .standard = "0.02",
     DELTA_PRICE_RANGE, .help = "An alert needs a price change below this; 0.02 is 2 %."},
    {"rule.entries_max", GM_CONFIG_COUNT, AT(rule.entries_max), .standard = "1048576",
     ENTRIES_RANGE,
     .help = "The most entries of one window. A full window lets its oldest entry go, and the "
             "loss is counted. An entry takes 16 bytes."},
    {NULL},
};

const struct gm_config_option gm_config_ticker_options[] = {
    {"name", GM_CONFIG_TICKER, TICKER_AT(name),
     .help = "The ticker as it stands in messages and rows. Needed."},
    {"keywords", GM_CONFIG_LIST, TICKER_AT(keywords),
     .help =
         "What a post must have one of to count for this ticker: `bitcoin` a word or phrase in "
         "any case, also as $bitcoin and #bitcoin; `$ON` only as a cashtag; `\"#gme\"` only as a "
         "hashtag; `=ARE` only as written; `-airdrop` speaks against the ticker. Not set: the "
         "name itself, and for bitcoin, dogecoin and gamestop what is built in. Feeds use them; "
         "messages that already carry a ticker pass."},
    {"coinbase", GM_CONFIG_TEXT, TICKER_AT(coinbase), .example = "BTC-USD",
     .help = "The product at Coinbase Exchange whose price counts. Not set: none, and for bitcoin "
             "and dogecoin the built-in one."},
    {"window", GM_CONFIG_DURATION, TICKER_AT(rule.window_us), .inherits = "rule.window",
     WINDOW_RANGE, .help = "Instead of `rule.window`."},
    {"cooldown", GM_CONFIG_DURATION, TICKER_AT(rule.cooldown_us), .inherits = "rule.cooldown",
     COOLDOWN_RANGE, .help = "Instead of `rule.cooldown`."},
    {"momentum_min", GM_CONFIG_NUMBER, TICKER_AT(rule.momentum_min),
     .inherits = "rule.momentum_min", MOMENTUM_RANGE, .help = "Instead of `rule.momentum_min`."},
    {"delta_price_max", GM_CONFIG_NUMBER, TICKER_AT(rule.delta_price_max),
     .inherits = "rule.delta_price_max", DELTA_PRICE_RANGE,
     .help = "Instead of `rule.delta_price_max`."},
    {"entries_max", GM_CONFIG_COUNT, TICKER_AT(rule.entries_max), .inherits = "rule.entries_max",
     ENTRIES_RANGE, .help = "Instead of `rule.entries_max`."},
    {NULL},
};

_Static_assert(sizeof(gm_config_options) / sizeof(gm_config_options[0]) <= GM_CONFIG_OPTIONS_MAX,
               "gm_config_reader.lines has a place for every option");
_Static_assert(sizeof(gm_config_ticker_options) / sizeof(gm_config_ticker_options[0]) <= 32,
               "gm_config_reader.ticker_set has a bit for every option");

const struct gm_config_preset gm_config_presets[] = {
    {"bitcoin", {"bitcoin", "btc", "sats"}, {{"coinbase", "BTC-USD"}}},
    {"dogecoin", {"dogecoin", "doge"}, {{"coinbase", "DOGE-USD"}}},
    {"gamestop", {"gamestop", "gme"}, {{NULL, NULL}}},
    {NULL, {NULL}, {{NULL, NULL}}},
};

const struct gm_config_option *gm_config_option_find(const struct gm_config_option *table,
                                                     struct gm_str name)
{
    for (; table->name; table++) {
        if (gm_str_equal(gm_str(table->name), name)) {
            return table;
        }
    }
    return NULL;
}

void gm_config_variable(const struct gm_config_option *option, char ret[GM_CONFIG_VARIABLE_BYTES])
{
    snprintf(ret, GM_CONFIG_VARIABLE_BYTES, "GHOSTMARKET_%s", option->name);
    for (char *c = ret; *c; c++) {
        *c = *c == '.' ? '_' : (char)toupper((unsigned char)*c);
    }
}

bool gm_config_option_in(const struct gm_config_option *option, struct gm_str section)
{
    const char *dot = strchr(option->name, '.');
    size_t len = dot ? (size_t)(dot - option->name) : 0;
    return gm_str_equal((struct gm_str){option->name, len}, section);
}

const char *gm_config_option_key(const struct gm_config_option *option)
{
    const char *dot = strchr(option->name, '.');
    return dot ? dot + 1 : option->name;
}
