// The Coinbase feed: of all trades of a product, at most one price each interval goes on, the
// newest.
//
// Sight: each product has a heartbeat a second. One that is missing for HEARTBEAT_US_MAX, or that
// tells of a trade whose price did not come by the next heartbeat, means that something is lost on
// the way: the wire is opened anew, and the product's next price, which says all that the lost ones
// said, comes with the subscription.
#include "feed/live/live.h"

#include "feed/live/coinbase_message.h"
#include "feed/live/wire.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEARTBEAT_US_MAX ((int64_t)10 * GM_US_PER_S)
#define IDLE_US_MAX      ((int64_t)30 * GM_US_PER_S)
#define RETRY_US_MIN     ((int64_t)1 * GM_US_PER_S)
#define RETRY_US_MAX     ((int64_t)60 * GM_US_PER_S)

struct product {
    char *ticker, *symbol;
    double price_usd;     // the newest, where `waiting`
    int64_t time_us;      // its event time
    int64_t observed_us;  // when it came
    bool waiting;         // to be given
    int64_t given_us;     // monotonic; when one was last given
    int64_t sequence;     // of the newest price
    int64_t trade;        // of the newest price
    int64_t expected;     // the trade that the last heartbeat told of; 0: none
    int64_t heartbeat_us; // monotonic
};

struct coinbase {
    struct gm_feed_monitor monitor;
    struct gm_wire wire;
    const struct gm_clock *clock;
    int64_t interval_us;
    struct gm_arena arena; // one message
    struct product *products;
    size_t product_count;
    const char **symbols; // product_count, for the subscription
    size_t next_product;  // whose turn it is to be given
};

// ------------------------------------------------------------------------- what comes

static struct product *find(struct coinbase *feed, struct gm_str symbol)
{
    for (size_t i = 0; i < feed->product_count; i++)
        if (gm_str_equal(gm_str(feed->products[i].symbol), symbol))
            return &feed->products[i];
    return NULL;
}

static void take_price(struct coinbase *feed, struct product *product,
                       const struct gm_coinbase_message *message)
{
    if (message->sequence <= product->sequence)
        return; // overtaken on the way by a newer one
    product->sequence = message->sequence;
    product->trade = message->trade;
    product->price_usd = message->price_usd;
    product->time_us = message->time_us;
    product->observed_us = gm_clock_now_us(feed->clock);
    product->waiting = true;
}

static void take_heartbeat(struct coinbase *feed, struct product *product,
                           const struct gm_coinbase_message *message)
{
    product->heartbeat_us = gm_monotonic_us();
    if (product->expected > product->trade && product->trade > 0) {
        char why[160];
        snprintf(why, sizeof why,
                 "coinbase: trade %" PRId64 " of %.40s did not come, only %" PRId64,
                 product->expected, product->symbol, product->trade);
        gm_feed_monitor_gap(&feed->monitor);
        gm_wire_break(&feed->wire, why);
        return;
    }
    product->expected = message->trade;
}

static void take_message(struct coinbase *feed, struct gm_str text)
{
    struct gm_coinbase_message message;
    struct gm_error fault;
    gm_arena_reset(&feed->arena);
    if (gm_coinbase_read(text, &feed->arena, &message, &fault)) {
        char why[GM_ERROR_MESSAGE_BYTES + 64];
        snprintf(why, sizeof why, "coinbase: a message that cannot be read: %s", fault.message);
        gm_wire_break(&feed->wire, why);
        return;
    }
    if (message.kind == GM_COINBASE_ERROR) {
        char why[512];
        snprintf(why, sizeof why, "coinbase refuses: %.200s: %.200s",
                 message.message.len > 0 ? gm_arena_copy(&feed->arena, message.message).data : "",
                 message.reason.len > 0 ? gm_arena_copy(&feed->arena, message.reason).data : "");
        gm_wire_break(&feed->wire, why);
        return;
    }
    struct product *product = find(feed, message.product);
    if (product && message.kind == GM_COINBASE_TICKER)
        take_price(feed, product, &message);
    if (product && message.kind == GM_COINBASE_HEARTBEAT)
        take_heartbeat(feed, product, &message);
}

static void begin_connection(struct coinbase *feed)
{
    for (size_t i = 0; i < feed->product_count; i++) {
        struct product *product = &feed->products[i];
        product->heartbeat_us = gm_monotonic_us();
        product->expected = product->trade = 0;
    }
}

static void watch_heartbeats(struct coinbase *feed)
{
    const int64_t now_us = gm_monotonic_us();
    for (size_t i = 0; feed->wire.socket && i < feed->product_count; i++) {
        if (now_us - feed->products[i].heartbeat_us < HEARTBEAT_US_MAX)
            continue;
        char why[128];
        snprintf(why, sizeof why, "coinbase: no heartbeat of %.40s for %d s",
                 feed->products[i].symbol, (int)(HEARTBEAT_US_MAX / GM_US_PER_S));
        gm_wire_break(&feed->wire, why);
    }
}

// ------------------------------------------------------------------------- what goes on

// The next product whose price may be given now; else *ret_wait_us is shortened to when one may.
static struct product *due(struct coinbase *feed, int64_t *ret_wait_us)
{
    const int64_t now_us = gm_monotonic_us();
    for (size_t i = 0; i < feed->product_count; i++) {
        struct product *product = &feed->products[(feed->next_product + i) % feed->product_count];
        const int64_t left_us = product->given_us + feed->interval_us - now_us;
        if (!product->waiting)
            continue;
        if (left_us <= 0)
            return product;
        if (left_us < *ret_wait_us)
            *ret_wait_us = left_us;
    }
    return NULL;
}

static void give(struct coinbase *feed, struct product *product, struct gm_feed_item *ret_item)
{
    product->waiting = false;
    product->given_us = gm_monotonic_us();
    feed->next_product = (size_t)(product - feed->products) + 1;
    gm_feed_monitor_item(&feed->monitor, product->observed_us);
    *ret_item = (struct gm_feed_item){
        .kind = GM_FEED_TICK,
        .tick = {.ticker = gm_str(product->ticker),
                 .price_usd = product->price_usd,
                 .timestamp_us = product->time_us,
                 .observed_at_us = product->observed_us,
                 .source = gm_str("coinbase")},
    };
}

static enum gm_err next(void *context, struct gm_arena *arena, struct gm_stop *stop,
                        int64_t wait_us, enum gm_feed_state *ret_state,
                        struct gm_feed_item *ret_item, struct gm_error *error)
{
    (void)arena;
    struct coinbase *feed = context;
    const int64_t end_us = gm_monotonic_us() + wait_us;
    for (;;) {
        int64_t left_us = end_us - gm_monotonic_us();
        left_us = left_us > 0 ? left_us : 0;
        const bool last = left_us == 0 || gm_stop_raised(stop);
        struct product *product = due(feed, &left_us);
        if (product) {
            give(feed, product, ret_item);
            *ret_state = GM_FEED_ITEM;
            return GM_OK;
        }
        bool opened, got;
        struct gm_str message;
        enum gm_err err = gm_wire_next(&feed->wire, stop, left_us, &opened, &got, &message, error);
        if (err)
            return err;
        if (opened)
            begin_connection(feed);
        if (got)
            take_message(feed, message);
        watch_heartbeats(feed);
        if (last && !got) {
            *ret_state = GM_FEED_IDLE;
            return GM_OK;
        }
    }
}

// Prices are not caught up with: after a restart the newest one counts.
static void cursor(void *context, char *ret_cursor, size_t cursor_bytes)
{
    (void)context;
    snprintf(ret_cursor, cursor_bytes, "live");
}

static void health(void *context, struct gm_feed_health *ret_health)
{
    struct coinbase *feed = context;
    gm_feed_monitor_read(&feed->monitor, ret_health);
}

// ------------------------------------------------------------------------- open, close

static void greet(void *context, struct gm_buffer *message)
{
    struct coinbase *feed = context;
    gm_coinbase_write_subscribe(feed->symbols, feed->product_count, message);
}

static void close_feed(void *context)
{
    struct coinbase *feed = context;
    if (!feed)
        return;
    gm_wire_finish(&feed->wire);
    gm_feed_monitor_finish(&feed->monitor);
    gm_arena_finish(&feed->arena);
    for (size_t i = 0; i < feed->product_count; i++) {
        free(feed->products[i].ticker);
        free(feed->products[i].symbol);
    }
    free(feed->products);
    free(feed->symbols);
    free(feed);
}

static enum gm_err add_products(struct coinbase *feed, const struct gm_live_config *config,
                                struct gm_error *error)
{
    feed->products = calloc(config->ticker_count + 1, sizeof *feed->products);
    feed->symbols = calloc(config->ticker_count + 1, sizeof *feed->symbols);
    if (!feed->products || !feed->symbols)
        return gm_error_set(error, GM_ERR_NOMEM, "out of memory");
    for (size_t i = 0; i < config->ticker_count; i++) {
        if (!config->tickers[i].symbol)
            continue;
        struct product *product = &feed->products[feed->product_count++];
        product->ticker = strdup(config->tickers[i].name);
        product->symbol = strdup(config->tickers[i].symbol);
        product->given_us = -feed->interval_us;
        if (!product->ticker || !product->symbol)
            return gm_error_set(error, GM_ERR_NOMEM, "out of memory");
        feed->symbols[feed->product_count - 1] = product->symbol;
    }
    if (feed->product_count == 0)
        return gm_error_set(error, GM_ERR_NOT_FOUND,
                            "no ticker has a product at Coinbase: give one its `coinbase`, like "
                            "BTC-USD");
    return GM_OK;
}

static enum gm_err open_feed(const struct gm_live_config *config, void **ret_feed,
                             struct gm_error *error)
{
    const struct gm_coinbase_options *options = (const void *)config->options;
    struct coinbase *feed = calloc(1, sizeof *feed);
    if (!feed)
        return gm_error_set(error, GM_ERR_NOMEM, "out of memory");
    feed->clock = config->clock;
    feed->interval_us = options->interval_us;
    gm_feed_monitor_init(&feed->monitor, gm_clock_now_us(config->clock));
    gm_arena_init(&feed->arena, 4096, 16 * 1024 * 1024);
    const struct gm_wire_config wire = {
        .urls = {options->live.url ? options->live.url : gm_live_coinbase.url},
        .url_count = 1,
        .ca_file = config->ca_file,
        .idle_us_max = IDLE_US_MAX,
        .retry_us_min = RETRY_US_MIN,
        .retry_us_max = RETRY_US_MAX,
        .greet = greet,
        .context = feed,
    };
    enum gm_err err = add_products(feed, config, error);
    if (!err)
        err = gm_wire_init(&feed->wire, &wire, config->clock, &feed->monitor, error);
    if (err) {
        close_feed(feed);
        return err;
    }
    *ret_feed = feed;
    return GM_OK;
}

const struct gm_live_ops gm_live_coinbase = {
    .feed =
        {
            .name = "coinbase",
            .description = "prices of Coinbase Exchange, by WebSocket, no key",
            .next = next,
            .cursor = cursor,
            .close = close_feed,
        },
    .kind = "prices",
    .url = "wss://ws-feed.exchange.coinbase.com",
    .open = open_feed,
    .health = health,
};
