// What the embedded log can do: commits, reading, and waking who waits.
//
//     bench_bus [FOLDER]      a folder on the disk to measure; default: TMPDIR or /tmp
//
// Messages have 300 bytes and go to three topics of 8 partitions. A commit is synchronous: it
// returns when the disk has it. Reported are the fastest of several rounds, since others use the
// machine too, and for waking the median and the 99th percentile.
//
// What limits it: small commits wait for the disk (two flushes, one for the pages, one for LMDB's
// meta page). From about 1,000 messages on, the work is LMDB's: putting a message into its page and
// writing the pages out. Reading waits for memory: each message's header is a line that was not in
// the cache (perf: 40 % of the time on one load in LMDB's cursor), so the next one is fetched
// ahead.
#include "bus/bus.h"

#include "base/clock.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MESSAGE_BYTES = 300, TICKERS = 64, PARTITIONS = 8, TOTAL = 400000, WAKES = 2000 };

#define TOPICS                                                                                     \
    (1u << GM_TOPIC_LIVE_PRICES | 1u << GM_TOPIC_LIVE_SOCIAL | 1u << GM_TOPIC_MARKET_SIGNALS)

static struct gm_error error;

static void must(enum gm_err err)
{
    if (err) {
        fprintf(stderr, "bench_bus: %s\n", error.message);
        exit(1);
    }
}

static struct gm_bus *open_bus(const char *path, bool sync)
{
    struct gm_bus_config config = {
        .backend = "embedded",
        .path = path,
        .partitions = PARTITIONS,
        .size_max_bytes = (int64_t)8 << 30,
        .sync = sync,
    };
    struct gm_bus *bus;
    must(gm_bus_open(&config, &bus, &error));
    return bus;
}

static int64_t cpu_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * GM_US_PER_S + now.tv_nsec / 1000;
}

// ------------------------------------------------------------------------- commits and reading

static void bench_commits(struct gm_bus *bus, int batch, int messages)
{
    static char value[MESSAGE_BYTES];
    char keys[TICKERS][16];
    struct gm_bus_txn *txn;
    int64_t best_us = INT64_MAX, best_cpu_us = INT64_MAX, commits = messages / batch;
    memset(value, 'v', sizeof value);
    for (int i = 0; i < TICKERS; i++)
        snprintf(keys[i], sizeof keys[i], "ticker-%d", i);
    must(gm_bus_txn_create(bus, "bench", &txn, &error));
    for (int64_t c = 0; c < commits; c++) {
        int64_t start_us = gm_monotonic_us(), start_cpu_us = cpu_us();
        for (int i = 0; i < batch; i++) {
            struct gm_str key = gm_str(keys[i * 31 % TICKERS]);
            struct gm_str text = {value, MESSAGE_BYTES - key.len};
            must(gm_bus_txn_append(txn, (enum gm_topic)(i % 3), key, text, &error));
        }
        must(gm_bus_txn_commit(txn, &error));
        int64_t took_us = gm_monotonic_us() - start_us, took_cpu_us = cpu_us() - start_cpu_us;
        best_us = took_us < best_us ? took_us : best_us;
        best_cpu_us = took_cpu_us < best_cpu_us ? took_cpu_us : best_cpu_us;
    }
    gm_bus_txn_destroy(txn);
    printf("commit of %5d   %8.3f ms   %10.0f messages/s   %6.0f ns of processor a message\n",
           batch, (double)best_us / 1000, batch * 1e6 / (double)best_us,
           (double)best_cpu_us * 1000 / batch);
}

static void bench_read(struct gm_bus *bus, unsigned topics, size_t batch_size)
{
    int64_t best_us = INT64_MAX, best_cpu_us = INT64_MAX, count = 0;
    for (int round = 0; round < 10; round++) {
        struct gm_bus_consumer *c;
        struct gm_batch batch;
        count = 0;
        must(gm_bus_consumer_open(bus, NULL, topics, GM_BUS_EARLIEST, &c, &error));
        int64_t start_us = gm_monotonic_us(), start_cpu_us = cpu_us();
        do {
            must(gm_bus_poll(c, batch_size, 0, &batch, &error));
            count += (int64_t)batch.count;
        } while (batch.count > 0);
        int64_t took_us = gm_monotonic_us() - start_us, took_cpu_us = cpu_us() - start_cpu_us;
        best_us = took_us < best_us ? took_us : best_us;
        best_cpu_us = took_cpu_us < best_cpu_us ? took_cpu_us : best_cpu_us;
        gm_bus_consumer_close(c);
    }
    printf("read %d topic(s), %5zu a poll   %6.1f million messages/s   %6.0f ns of processor a "
           "message\n",
           __builtin_popcount(topics), batch_size, (double)count / (double)best_us,
           (double)best_cpu_us * 1000 / (double)count);
}

// ------------------------------------------------------------------------- waking

// Who waits answers each message through a second topic, so that there is one message under way.
static void answer(struct gm_bus *bus)
{
    struct gm_bus_consumer *c;
    struct gm_batch batch;
    struct gm_bus_txn *txn;
    must(
        gm_bus_consumer_open(bus, NULL, 1u << GM_TOPIC_MARKET_ALERTS, GM_BUS_EARLIEST, &c, &error));
    must(gm_bus_txn_create(bus, "answer", &txn, &error));
    for (int i = 0; i < WAKES;) {
        must(gm_bus_poll(c, 1, 60 * GM_US_PER_S, &batch, &error));
        int64_t now_us = gm_monotonic_us(), sent_us;
        if (batch.count == 0)
            continue;
        memcpy(&sent_us, batch.messages[0].value.data, sizeof sent_us);
        now_us -= sent_us;
        must(gm_bus_txn_append(txn, GM_TOPIC_DEAD_LETTERS, gm_str(""),
                               (struct gm_str){(char *)&now_us, sizeof now_us}, &error));
        must(gm_bus_txn_commit(txn, &error));
        i++;
    }
    gm_bus_txn_destroy(txn);
    gm_bus_consumer_close(c);
}

static void *answer_in_thread(void *bus)
{
    answer(bus);
    return NULL;
}

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void ask(struct gm_bus *bus, const char *what)
{
    static int64_t took_us[WAKES];
    struct gm_bus_consumer *c;
    struct gm_batch batch;
    struct gm_bus_txn *txn;
    must(gm_bus_consumer_open(bus, NULL, 1u << GM_TOPIC_DEAD_LETTERS, GM_BUS_LATEST, &c, &error));
    must(gm_bus_txn_create(bus, "ask", &txn, &error));
    for (int i = 0; i < WAKES; i++) {
        int64_t now_us = gm_monotonic_us();
        must(gm_bus_txn_append(txn, GM_TOPIC_MARKET_ALERTS, gm_str(""),
                               (struct gm_str){(char *)&now_us, sizeof now_us}, &error));
        must(gm_bus_txn_commit(txn, &error));
        do {
            must(gm_bus_poll(c, 1, 60 * GM_US_PER_S, &batch, &error));
        } while (batch.count == 0);
        memcpy(&took_us[i], batch.messages[0].value.data, sizeof took_us[i]);
    }
    qsort(took_us, WAKES, sizeof *took_us, compare);
    printf("append to waiting %-8s (no fdatasync)   p50 %lld µs   p99 %lld µs\n", what,
           (long long)took_us[WAKES / 2], (long long)took_us[WAKES * 99 / 100]);
    gm_bus_txn_destroy(txn);
    gm_bus_consumer_close(c);
}

static void bench_wake(const char *path, bool process)
{
    pthread_t thread;
    pid_t child = process ? fork() : -1;
    if (child == 0) {
        struct gm_bus *bus = open_bus(path, false);
        answer(bus);
        gm_bus_close(bus);
        _exit(0);
    }
    struct gm_bus *bus = open_bus(path, false);
    if (!process && pthread_create(&thread, NULL, answer_in_thread, bus) != 0)
        exit(1);
    ask(bus, process ? "process" : "thread");
    if (process)
        waitpid(child, NULL, 0);
    else
        pthread_join(thread, NULL);
    gm_bus_close(bus);
}

static void remove_log(const char *path)
{
    static const char *const files[] = {"data.mdb", "lock.mdb", "wake", "groups", ""};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char file[4096];
        snprintf(file, sizeof file, "%s/%s", path, files[i]);
        remove(file);
    }
}

int main(int argc, char **argv)
{
    const char *base = argc > 1 ? argv[1] : getenv("TMPDIR");
    char path[2048];
    snprintf(path, sizeof path, "%s/gm-bench-bus-XXXXXX", base && *base ? base : "/tmp");
    if (!mkdtemp(path)) {
        perror(path);
        return 1;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    struct gm_bus *bus = open_bus(path, true);
    bench_commits(bus, 1, 500);
    bench_commits(bus, 100, 500 * 100);
    bench_commits(bus, 1000, TOTAL);
    bench_commits(bus, 10000, 2 * TOTAL);
    bench_read(bus, 1u << GM_TOPIC_LIVE_PRICES, 1000);
    bench_read(bus, TOPICS, 1000);
    bench_read(bus, TOPICS, 10000);
    gm_bus_close(bus);
    remove_log(path);

    bench_wake(path, false);
    remove_log(path);
    bench_wake(path, true);
    remove_log(path);
    return 0;
}
