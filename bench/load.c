// Puts events on the bus of a running pipeline at a steady rate, from a process of its own.
//
//   load DATA_DIR RATE SECONDS
//
// Two prices for three posts over the built-in tickers. Every message carries the moment at which
// it was appended as observed_at, so that whoever sees its row can tell how long it took.
#include "base/buffer.h"
#include "base/clock.h"
#include "bus/bus.h"
#include "event/event.h"

#include <stdio.h>
#include <stdlib.h>

static const char *const tickers[] = {"bitcoin", "dogecoin", "gamestop"};
static const char *const texts[] = {
    "to the moon, buying more",
    "this looks like a scam to me",
    "what time are earnings",
    "diamond hands \xf0\x9f\x92\x8e never selling",
    "sold everything, the chart is broken",
};

static enum gm_err append(struct gm_bus_txn *txn, struct gm_buffer *out, long i,
                          struct gm_error *error)
{
    int64_t now_us = gm_clock_now_us(&gm_clock_real);
    struct gm_str ticker = gm_str(tickers[i % 3]);
    bool price = i % 5 < 2;
    char id[32];
    gm_buffer_reset(out);
    if (price) {
        struct gm_tick tick = {
            .ticker = ticker,
            .price_usd = 100 + (double)(i % 100) / 100,
            .timestamp_us = now_us,
            .observed_at_us = now_us,
            .source = gm_str("load"),
        };
        gm_tick_encode(&tick, out);
    } else {
        struct gm_post post = {
            .ticker = ticker,
            .text = gm_str(texts[i % 5]),
            .source = gm_str("load"),
            .id = {id, (size_t)snprintf(id, sizeof id, "load-%ld", i)},
            .timestamp_us = now_us,
            .observed_at_us = now_us,
        };
        gm_post_encode(&post, out);
    }
    return gm_bus_txn_append(txn, price ? GM_TOPIC_LIVE_PRICES : GM_TOPIC_LIVE_SOCIAL, ticker,
                             gm_buffer_str(out), error);
}

// Appends what is due each millisecond in one commit.
static enum gm_err load(struct gm_bus_txn *txn, long rate, long seconds, struct gm_error *error)
{
    enum gm_err err = GM_OK;
    struct gm_stop never;
    struct gm_buffer out;
    gm_buffer_init(&out, GM_MESSAGE_BYTES_MAX);
    if ((err = gm_stop_init(&never, error)))
        return err;
    int64_t begin_us = gm_monotonic_us();
    for (long sent = 0; !err && sent < rate * seconds;) {
        long due = (long)((gm_monotonic_us() - begin_us) * rate / GM_US_PER_S);
        due = due < rate * seconds ? due : rate * seconds;
        if (sent == due)
            gm_stop_wait(&never, GM_US_PER_MS / 2);
        while (!err && sent < due)
            err = append(txn, &out, sent++, error);
        if (!err)
            err = gm_bus_txn_commit(txn, error);
    }
    gm_stop_finish(&never);
    gm_buffer_finish(&out);
    return err;
}

int main(int argc, char **argv)
{
    char path[4096];
    struct gm_error error;
    struct gm_bus *bus;
    struct gm_bus_txn *txn;
    if (argc != 4) {
        fprintf(stderr, "usage: load DATA_DIR RATE SECONDS\n");
        return 2;
    }
    snprintf(path, sizeof path, "%s/log", argv[1]);
    const struct gm_bus_config config = {
        .backend = "embedded", .path = path, .size_max_bytes = (int64_t)8 << 30, .sync = true};
    enum gm_err err = gm_bus_open(&config, &bus, &error);
    if (!err) {
        err = gm_bus_txn_create(bus, "load", &txn, &error);
        if (!err) {
            err = load(txn, atol(argv[2]), atol(argv[3]), &error);
            gm_bus_txn_destroy(txn);
        }
        gm_bus_close(bus);
    }
    if (err)
        fprintf(stderr, "load: %s\n", error.message);
    return err != GM_OK;
}
