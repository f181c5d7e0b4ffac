// What the store costs: writing by size of the transaction, then queries and exports of the result.
//
// Usage: bench_store [ROWS]. Seven of ten rows are posts with a text of about 400 bytes, as in the
// recorded sessions. Times of writing are CPU time of the whole process, DuckDB's threads included.
#include "store/history.h"
#include "store/store.h"

#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { ROWS_DEFAULT = 1000000, ROUNDS = 5, ANSWER_BYTES_MAX = 256 << 20, MINUTE_US = 60000000 };

static const int64_t START_US = (int64_t)1771668000 * 1000000;
static const char *const TICKERS[] = {"bitcoin", "ethereum", "gme"};
static const char *const WORDS[] = {"the",  "stock", "is",    "going", "to",      "moon",
                                    "hold", "gme",   "buy",   "calls", "squeeze", "yolo",
                                    "puts", "short", "hands", "apes"};

static double seconds(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void must(enum gm_err err, const struct gm_error *error)
{
    if (!err)
        return;
    fprintf(stderr, "bench_store: %s\n", error->message);
    exit(1);
}

static long resident_mb(const char *field)
{
    FILE *file = fopen("/proc/self/status", "r");
    char line[128];
    long kb = 0;
    while (file && fgets(line, sizeof(line), file))
        if (strncmp(line, field, strlen(field)) == 0)
            kb = strtol(line + strlen(field), NULL, 10);
    if (file)
        fclose(file);
    return kb / 1024;
}

// ------------------------------------------------------------------------- rows

static uint64_t next_random(void)
{
    static uint64_t state = 88172645463325252u;
    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
}

// A slice of a pool of words, so that every text is another one and making them costs nothing.
static struct gm_str next_text(void)
{
    enum { POOL_BYTES = 1 << 20, TEXT_BYTES_MIN = 150, TEXT_BYTES_MAX = 650 };
    static char pool[POOL_BYTES];
    for (size_t len = 0; !pool[0] || len;) {
        int written = snprintf(pool + len, POOL_BYTES - len, "%s ", WORDS[next_random() % 16]);
        len = len + (size_t)written < POOL_BYTES ? len + (size_t)written : 0;
    }
    uint64_t random = next_random();
    return (struct gm_str){pool + random % (POOL_BYTES - TEXT_BYTES_MAX),
                           TEXT_BYTES_MIN + (random >> 32) % (TEXT_BYTES_MAX - TEXT_BYTES_MIN)};
}

static double random_double(void)
{
    return (double)(next_random() >> 11) / 9007199254740992.0;
}

static void add_row(struct gm_store *store, int64_t offset, struct gm_error *error)
{
    bool social = offset % 10 < 7;
    char id[32], url[96];
    struct gm_str post_id = {id, (size_t)snprintf(id, sizeof(id), "t3_%07" PRIx64, offset)};
    struct gm_signal signal = {
        .timestamp_us = START_US + offset * 1000,
        .ticker = gm_str(TICKERS[offset % 3]),
        .price_usd = 62000 + 100 * random_double(),
        .vibe_score = random_double(),
        .msg_velocity = (int32_t)(next_random() % 300),
        .delta_price = random_double(),
        .delta_vibe = random_double(),
        .hype_momentum = 100 * random_double(),
        .alert = offset % 50000 == 7,
        .kind = social ? GM_SIGNAL_SOCIAL : GM_SIGNAL_PRICE,
        .value = random_double(),
        .watermark_us = START_US + offset * 1000,
        .label = gm_str(social ? "positive" : NULL),
        .scorer = gm_str(social ? "lexicon" : NULL),
        .post_id = social ? post_id : gm_str(NULL),
        .input = {social ? GM_TOPIC_LIVE_SOCIAL : GM_TOPIC_LIVE_PRICES, 0, offset},
    };
    must(gm_store_add_signal(store, &signal, error), error);
    if (!social)
        return;
    struct gm_post post = {
        .ticker = signal.ticker,
        .text = next_text(),
        .source = gm_str("reddit"),
        .id = post_id,
        .subreddit = gm_str("wallstreetbets"),
        .author = gm_str("u_5f3a9c1e77b04d21"),
        .url = {url, (size_t)snprintf(url, sizeof(url),
                                      "https://www.reddit.com/r/wallstreetbets/comments/%s/", id)},
        .timestamp_us = signal.timestamp_us,
        .observed_at_us = signal.timestamp_us,
    };
    must(gm_store_add_post(store, &post, 0, offset, error), error);
}

static void write_rows(const char *path, int64_t rows, int64_t batch)
{
    struct gm_store_config config = {.path = path};
    struct gm_store *store;
    struct gm_error error;
    must(gm_store_open(&config, &store, &error), &error);
    double cpu = seconds(CLOCK_PROCESS_CPUTIME_ID), wall = seconds(CLOCK_MONOTONIC);
    double slowest = 0;
    for (int64_t first = 0; first < rows; first += batch) {
        must(gm_store_begin(store, &error), &error);
        int64_t end = first + batch < rows ? first + batch : rows;
        for (int64_t offset = first; offset < end; offset++)
            add_row(store, offset, &error);
        must(gm_store_set_offset(store, GM_TOPIC_LIVE_SOCIAL, 0, end, &error), &error);
        double start = seconds(CLOCK_MONOTONIC);
        must(gm_store_commit(store, &error), &error);
        double took = seconds(CLOCK_MONOTONIC) - start;
        slowest = took > slowest ? took : slowest;
    }
    cpu = seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    wall = seconds(CLOCK_MONOTONIC) - wall;
    long peak_mb = resident_mb("VmHWM:"), now_mb = resident_mb("VmRSS:");
    gm_store_close(store);
    struct stat status = {0};
    stat(path, &status);
    printf("write  %6" PRId64 " rows a transaction  %5.2f us CPU/row  %7.0f rows/s"
           "  slowest commit %4.0f ms  resident %ld MB, at most %ld  file %.0f bytes/row\n",
           batch, cpu * 1e6 / (double)rows, (double)rows / wall, slowest * 1e3, now_mb, peak_mb,
           (double)status.st_size / (double)rows);
}

// ------------------------------------------------------------------------- queries and exports

typedef enum gm_err question(struct gm_store *store, const struct gm_store_query *query,
                             struct gm_buffer *out, struct gm_error *error);

static enum gm_err tickers(struct gm_store *store, const struct gm_store_query *query,
                           struct gm_buffer *out, struct gm_error *error)
{
    (void)query;
    return gm_store_query_tickers(store, out, error);
}

static void ask(struct gm_store *store, const char *name, question *ask_store,
                const struct gm_store_query *query)
{
    double best = 1e9;
    size_t bytes = 0;
    for (int round = 0; round < ROUNDS; round++) {
        struct gm_buffer out;
        struct gm_error error;
        gm_buffer_init(&out, ANSWER_BYTES_MAX);
        double start = seconds(CLOCK_MONOTONIC);
        must(ask_store(store, query, &out, &error), &error);
        double took = seconds(CLOCK_MONOTONIC) - start;
        best = took < best ? took : best;
        bytes = out.len;
        gm_buffer_finish(&out);
    }
    printf("query  %-44s %7.1f ms  %zu bytes\n", name, best * 1e3, bytes);
}

static void ask_all(struct gm_store *store, int64_t rows)
{
    int64_t end_us = START_US + rows * 1000;
    struct gm_store_query newest = {NULL, GM_TIME_NONE, GM_TIME_NONE, 1000, 0};
    struct gm_store_query ticker = {"bitcoin", GM_TIME_NONE, GM_TIME_NONE, 1000, 0};
    struct gm_store_query minute = {"bitcoin", end_us - MINUTE_US, GM_TIME_NONE, 100000, 0};
    struct gm_store_query points = {"bitcoin", GM_TIME_NONE, GM_TIME_NONE, 100000, 1000};
    struct gm_store_query posts = {"bitcoin", GM_TIME_NONE, GM_TIME_NONE, 100, 0};
    ask(store, "signals: newest 1,000", gm_store_query_signals, &newest);
    ask(store, "signals: newest 1,000 of a ticker", gm_store_query_signals, &ticker);
    ask(store, "signals: the last minute of a ticker", gm_store_query_signals, &minute);
    ask(store, "signals: 1,000 points over all of a ticker", gm_store_query_signals, &points);
    ask(store, "posts: newest 100 of a ticker", gm_store_query_posts, &posts);
    ask(store, "alerts: newest 100", gm_store_query_alerts, &posts);
    ask(store, "tickers", tickers, NULL);
}

static void export(struct gm_store *store, const char *name, enum gm_store_table table,
                   enum gm_store_format format, const char *path)
{
    int64_t rows;
    struct gm_error error;
    double start = seconds(CLOCK_MONOTONIC);
    must(gm_store_export(store, table, format, path, &rows, &error), &error);
    double took = seconds(CLOCK_MONOTONIC) - start;
    struct stat status = {0};
    stat(path, &status);
    printf("export %-44s %7.0f rows/s  %.0f bytes/row  resident at most %ld MB\n", name,
           (double)rows / took, (double)status.st_size / (double)rows, resident_mb("VmHWM:"));
}

// ------------------------------------------------------------------------- a month of seconds

// 30 days of three tickers, a price each second: 7.8 million rows.
static void write_month(struct gm_store *store)
{
    enum { SECONDS = 30 * 86400, BATCH = 50000 };
    struct gm_error error;
    for (int64_t first = 0; first < SECONDS; first += BATCH) {
        must(gm_store_begin(store, &error), &error);
        for (int64_t second = first; second < first + BATCH && second < SECONDS; second++)
            for (int ticker = 0; ticker < 3; ticker++) {
                struct gm_signal signal = {
                    .timestamp_us = START_US + second * 1000000,
                    .ticker = gm_str(TICKERS[ticker]),
                    .price_usd = 62000 + 100 * random_double(),
                    .vibe_score = random_double(),
                    .msg_velocity = (int32_t)(next_random() % 300),
                    .delta_price = random_double(),
                    .delta_vibe = random_double(),
                    .hype_momentum = 100 * random_double(),
                    .kind = GM_SIGNAL_PRICE,
                    .value = 62000,
                    .watermark_us = START_US + second * 1000000,
                    .input = {GM_TOPIC_LIVE_PRICES, 0, 3 * second + ticker},
                };
                must(gm_store_add_signal(store, &signal, &error), &error);
            }
        must(gm_store_commit(store, &error), &error);
    }
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

typedef enum gm_err chart_fn(struct gm_store *store, const struct gm_store_history *history,
                             struct gm_buffer *out, struct gm_error *error);

static void draw(struct gm_store *store, const char *name, chart_fn *chart, int64_t span_s,
                 int points)
{
    enum { TIMES = 11 };
    const struct gm_store_history history = {
        .ticker = TICKERS[0], .span_us = span_s * 1000000, .to_us = GM_TIME_NONE, .points = points};
    double took[TIMES];
    size_t bytes = 0;
    for (int i = 0; i < TIMES; i++) {
        struct gm_buffer out;
        struct gm_error error;
        gm_buffer_init(&out, ANSWER_BYTES_MAX);
        double start = seconds(CLOCK_MONOTONIC);
        must(chart(store, &history, &out, &error), &error);
        took[i] = seconds(CLOCK_MONOTONIC) - start;
        bytes = out.len;
        gm_buffer_finish(&out);
    }
    qsort(took, TIMES, sizeof(took[0]), compare);
    printf("chart  %-30s median %6.1f ms, slowest %6.1f ms, %zu bytes\n", name,
           took[TIMES / 2] * 1e3, took[TIMES - 1] * 1e3, bytes);
}

static void draw_month(const char *path)
{
    struct gm_store_config config = {.path = path};
    struct gm_store *store;
    struct gm_error error;
    must(gm_store_open(&config, &store, &error), &error);
    write_month(store);
    enum { HOUR = 3600, DAY = 24 * HOUR };
    draw(store, "5 minutes, 1000 points", gm_store_query_history, 300, 1000);
    draw(store, "1 hour, 1000 points", gm_store_query_history, HOUR, 1000);
    draw(store, "8 hours, 1000 points", gm_store_query_history, 8 * HOUR, 1000);
    draw(store, "1 day, 1000 points", gm_store_query_history, DAY, 1000);
    draw(store, "30 days, 1000 points", gm_store_query_history, 30 * DAY, 1000);
    draw(store, "30 days, 5000 points", gm_store_query_history, 30 * DAY, 5000);
    draw(store, "sparklines of an hour", gm_store_query_sparklines, HOUR, 60);
    gm_store_close(store);
}

static int remove_entry(const char *path, const struct stat *status, int flag, struct FTW *ftw)
{
    (void)status;
    (void)flag;
    (void)ftw;
    return remove(path);
}

int main(int argc, char **argv)
{
    int64_t rows = argc > 1 ? strtoll(argv[1], NULL, 10) : ROWS_DEFAULT;
    char folder[] = "bench-store-XXXXXX", path[64], out[64];
    if (rows < 1 || !mkdtemp(folder)) {
        fprintf(stderr, "usage: bench_store [ROWS], in a folder that can be written to\n");
        return 2;
    }
    printf("DuckDB %s, %" PRId64 " rows\n", gm_store_library_version(), rows);
    static const int64_t BATCHES[] = {1000, 50000, 10000};
    for (size_t i = 0; i < sizeof(BATCHES) / sizeof(BATCHES[0]); i++) {
        snprintf(path, sizeof(path), "%s/%" PRId64 ".duckdb", folder, BATCHES[i]);
        write_rows(path, rows, BATCHES[i]);
    }
    struct gm_store_config config = {.path = path};
    struct gm_store *store;
    struct gm_error error;
    must(gm_store_open(&config, &store, &error), &error);
    ask_all(store, rows);
    snprintf(out, sizeof(out), "%s/out", folder);
    export(store, "market_signals as jsonl", GM_STORE_MARKET_SIGNALS, GM_STORE_JSONL, out);
    export(store, "market_signals as csv", GM_STORE_MARKET_SIGNALS, GM_STORE_CSV, out);
    export(store, "market_signals as parquet", GM_STORE_MARKET_SIGNALS, GM_STORE_PARQUET, out);
    export(store, "posts as parquet", GM_STORE_POSTS, GM_STORE_PARQUET, out);
    gm_store_close(store);
    snprintf(path, sizeof(path), "%s/month.duckdb", folder);
    draw_month(path);
    return nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}
