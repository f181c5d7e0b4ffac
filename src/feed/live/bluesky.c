// The Bluesky feed: every new public post by Jetstream; those that pass the keyword gate go on.
//
// Nothing is missed and nothing is given twice, through broken connections and restarts. The stream
// is asked for from REWIND_US before the newest event seen, because each of the four hosts has a
// clock and an order of its own, and what was given already is dropped: on the host that it came
// from by time, on the others by the hashes of the last RECENT_MAX posts given. The cursor holds
// all that: "1 TIME HOST PARTIAL DONE HASH HASH …", hashes in hexadecimal, the newest first.
//
// A post about two tickers is two messages. When the cursor is kept between them, PARTIAL is the
// post's hash and DONE how many of its messages were given.
#include "feed/live/live.h"

#include "event/event.h"
#include "feed/gate/gate.h"
#include "feed/live/jetstream_message.h"
#include "feed/live/wire.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REWIND_US    ((int64_t)5 * GM_US_PER_S)
#define GAP_US       ((int64_t)30 * GM_US_PER_S) // the network is never silent for so long
#define IDLE_US_MAX  ((int64_t)30 * GM_US_PER_S)
#define RETRY_US_MIN ((int64_t)1 * GM_US_PER_S)
#define RETRY_US_MAX ((int64_t)60 * GM_US_PER_S)

enum {
    RECENT_MAX = 2048,
    RECENT_KEPT = 200, // of them in a cursor
    CURSOR_VERSION = 1,
    ID_BYTES = GM_NAME_BYTES_MAX + 1,
    URL_BYTES = 256,
};

static const char *const hosts[] = {
    "wss://jetstream2.us-east.bsky.network/subscribe",
    "wss://jetstream1.us-east.bsky.network/subscribe",
    "wss://jetstream2.us-west.bsky.network/subscribe",
    "wss://jetstream1.us-west.bsky.network/subscribe",
};
enum { HOSTS = sizeof hosts / sizeof hosts[0] };

struct bluesky {
    struct gm_feed_monitor monitor;
    struct gm_wire wire;
    const struct gm_clock *clock;
    struct gm_gate *gate;
    char **tickers; // ticker_count
    size_t ticker_count;
    struct gm_arena arena; // one message

    int64_t position_us; // the newest event taken, by the stream's clock; 0: none yet
    size_t position_host;
    int64_t asked_us; // where this connection was asked to begin; 0: now, or it has begun
    uint64_t recent[RECENT_MAX]; // a ring of hashes of posts given, 0: free
    size_t recent_next;

    // The post that is being given, once for each ticker.
    struct gm_jetstream_message post;
    char id[ID_BYTES], url[URL_BYTES];
    uint64_t hash;
    int64_t observed_us;
    const uint32_t *matches; // the gate's
    size_t match_count, given;

    uint64_t partial; // a post whose first `partial_done` messages an earlier run gave
    size_t partial_done;
};

// ------------------------------------------------------------------------- what was given

static bool is_recent(const struct bluesky *feed, uint64_t hash)
{
    for (size_t i = 0; i < RECENT_MAX; i++)
        if (feed->recent[i] == hash)
            return true;
    return false;
}

static void remember(struct bluesky *feed, uint64_t hash)
{
    feed->recent[feed->recent_next] = hash;
    feed->recent_next = (feed->recent_next + 1) % RECENT_MAX;
}

static void write_cursor(void *context, char *ret_cursor, size_t cursor_bytes)
{
    struct bluesky *feed = context;
    const bool within = feed->given < feed->match_count;
    struct gm_buffer text;
    gm_buffer_init(&text, cursor_bytes);
    gm_buffer_printf(&text, "%d %" PRId64 " %zu %" PRIx64 " %zu", CURSOR_VERSION, feed->position_us,
                     feed->position_host, within ? feed->hash : 0, within ? feed->given : 0);
    for (size_t i = 1; i <= RECENT_KEPT; i++) {
        const uint64_t hash = feed->recent[(feed->recent_next + RECENT_MAX - i) % RECENT_MAX];
        if (hash == 0)
            break;
        gm_buffer_printf(&text, " %" PRIx64, hash);
    }
    // Only without memory it is cut, and then some posts may come twice.
    snprintf(ret_cursor, cursor_bytes, "%.*s", GM_STR_ARG(gm_buffer_str(&text)));
    gm_buffer_finish(&text);
}

static enum gm_err read_cursor(struct bluesky *feed, const char *cursor, struct gm_error *error)
{
    int version = 0, taken = 0;
    if (sscanf(cursor, "%d %" SCNd64 " %zu %" SCNx64 " %zu%n", &version, &feed->position_us,
               &feed->position_host, &feed->partial, &feed->partial_done, &taken) != 5 ||
        version != CURSOR_VERSION || feed->position_us < 0)
        return gm_error_set(error, GM_ERR_INVALID, "bluesky: the cursor \"%.100s\" is none",
                            cursor);
    uint64_t hashes[RECENT_KEPT];
    size_t count = 0;
    int more = 0;
    for (const char *at = cursor + taken;
         count < RECENT_KEPT && sscanf(at, " %" SCNx64 "%n", &hashes[count], &more) == 1;
         at += more)
        count++;
    while (count > 0)
        remember(feed, hashes[--count]);
    return GM_OK;
}

// ------------------------------------------------------------------------- what comes

static void note_gap(struct bluesky *feed, int64_t first_us)
{
    const int64_t missed_us = first_us - feed->position_us;
    if (feed->asked_us > 0 && missed_us > GAP_US) {
        gm_feed_monitor_gap(&feed->monitor);
        gm_feed_monitor_notice(&feed->monitor, true,
                               "bluesky: %.0f s of posts were missed: the server does not have "
                               "them any more",
                               (double)missed_us / GM_US_PER_S);
    }
    feed->asked_us = 0;
}

// The post's own time: what its author says, but not later than when the stream had it.
static int64_t time_of(const struct gm_jetstream_message *post)
{
    return post->created_us >= GM_TIME_MIN_US && post->created_us < post->time_us ? post->created_us
                                                                                  : post->time_us;
}

// Prepares a post to be given, unless nobody follows what it is about or it was given already.
static bool take_post(struct bluesky *feed)
{
    const struct gm_jetstream_message *post = &feed->post;
    feed->matches = gm_gate_match(feed->gate, post->text, &feed->match_count);
    feed->given = 0;
    if (feed->match_count == 0)
        return true;
    const int id_len = snprintf(feed->id, sizeof feed->id, "%.*s/%.*s", GM_STR_ARG(post->did),
                                GM_STR_ARG(post->rkey));
    const int url_len =
        snprintf(feed->url, sizeof feed->url, "https://bsky.app/profile/%.*s/post/%.*s",
                 GM_STR_ARG(post->did), GM_STR_ARG(post->rkey));
    if ((size_t)id_len >= sizeof feed->id || (size_t)url_len >= sizeof feed->url ||
        post->text.len > GM_TEXT_BYTES_MAX) {
        feed->match_count = 0;
        return false;
    }
    feed->hash = gm_hash64(feed->id, (size_t)id_len) | 1;
    feed->observed_us = gm_clock_now_us(feed->clock);
    if (is_recent(feed, feed->hash))
        feed->match_count = 0;
    else if (feed->hash == feed->partial)
        feed->given =
            feed->partial_done < feed->match_count ? feed->partial_done : feed->match_count;
    if (feed->match_count > 0 && feed->given == feed->match_count)
        remember(feed, feed->hash);
    return true;
}

static void bury(struct bluesky *feed, struct gm_str text, const char *reason,
                 struct gm_feed_item *ret_item)
{
    const size_t kept = text.len < GM_MESSAGE_BYTES_MAX ? text.len : GM_MESSAGE_BYTES_MAX;
    *ret_item = (struct gm_feed_item){
        .kind = GM_FEED_BAD,
        .bad = {.stage = gm_str("bluesky"),
                .reason = gm_str(reason),
                .origin = gm_str(feed->wire.urls[feed->wire.url_index]),
                .payload = {text.data, kept},
                .payload_bytes = (int64_t)text.len,
                .observed_at_us = gm_clock_now_us(feed->clock)},
    };
}

// Takes what came; true: it is a dead letter, which *ret_item is.
static bool take_message(struct bluesky *feed, struct gm_str text, struct gm_arena *arena,
                         struct gm_feed_item *ret_item)
{
    struct gm_jetstream_message message;
    struct gm_error fault;
    gm_arena_reset(&feed->arena);
    if (gm_jetstream_read(text, &feed->arena, &message, &fault)) {
        bury(feed, text, gm_arena_copy(arena, gm_str(fault.message)).data, ret_item);
        return true;
    }
    const size_t host = feed->wire.url_index;
    if (feed->asked_us > 0)
        note_gap(feed, message.time_us);
    if (host == feed->position_host && message.time_us < feed->position_us)
        return false; // taken already
    if (message.time_us > feed->position_us || host != feed->position_host) {
        feed->position_us = message.time_us;
        feed->position_host = host;
    }
    if (!message.is_post)
        return false;
    feed->post = message;
    if (take_post(feed))
        return false;
    bury(feed, text, "a name or text over its limit", ret_item);
    return true;
}

// ------------------------------------------------------------------------- what goes on

static void give(struct bluesky *feed, struct gm_feed_item *ret_item)
{
    const uint32_t ticker = feed->matches[feed->given++];
    if (feed->given == feed->match_count)
        remember(feed, feed->hash);
    gm_feed_monitor_item(&feed->monitor, feed->observed_us);
    *ret_item = (struct gm_feed_item){
        .kind = GM_FEED_POST,
        .post = {.ticker = gm_str(feed->tickers[ticker]),
                 .text = feed->post.text,
                 .source = gm_str("bluesky"),
                 .id = gm_str(feed->id),
                 .author = feed->post.did,
                 .url = gm_str(feed->url),
                 .timestamp_us = time_of(&feed->post),
                 .observed_at_us = feed->observed_us},
    };
}

static enum gm_err next(void *context, struct gm_arena *arena, struct gm_stop *stop,
                        int64_t wait_us, enum gm_feed_state *ret_state,
                        struct gm_feed_item *ret_item, struct gm_error *error)
{
    struct bluesky *feed = context;
    const int64_t end_us = gm_monotonic_us() + wait_us;
    *ret_state = GM_FEED_ITEM;
    while (feed->given == feed->match_count) {
        const int64_t left_us = end_us - gm_monotonic_us();
        const bool last = left_us <= 0 || gm_stop_raised(stop);
        bool opened, got;
        struct gm_str message;
        enum gm_err err = gm_wire_next(&feed->wire, stop, left_us > 0 ? left_us : 0, &opened, &got,
                                       &message, error);
        if (err)
            return err;
        if (got && take_message(feed, message, arena, ret_item))
            return GM_OK;
        if (last && !got) {
            *ret_state = GM_FEED_IDLE;
            return GM_OK;
        }
    }
    give(feed, ret_item);
    return GM_OK;
}

static void health(void *context, struct gm_feed_health *ret_health)
{
    struct bluesky *feed = context;
    gm_feed_monitor_read(&feed->monitor, ret_health);
}

// ------------------------------------------------------------------------- open, close

static void complete(void *context, size_t url_index, struct gm_buffer *url)
{
    (void)url_index;
    struct bluesky *feed = context;
    const bool has_query = memchr(url->data, '?', url->len) != NULL;
    gm_buffer_append_c(url, has_query ? "&" : "?");
    gm_buffer_append_c(url, "wantedCollections=app.bsky.feed.post");
    feed->asked_us = feed->position_us > REWIND_US ? feed->position_us - REWIND_US : 0;
    if (feed->asked_us > 0)
        gm_buffer_printf(url, "&cursor=%" PRId64, feed->asked_us);
}

static void close_feed(void *context)
{
    struct bluesky *feed = context;
    if (!feed)
        return;
    gm_wire_finish(&feed->wire);
    gm_feed_monitor_finish(&feed->monitor);
    gm_arena_finish(&feed->arena);
    gm_gate_destroy(feed->gate);
    for (size_t i = 0; feed->tickers && i < feed->ticker_count; i++)
        free(feed->tickers[i]);
    free(feed->tickers);
    free(feed);
}

static enum gm_err add_tickers(struct bluesky *feed, const struct gm_live_config *config,
                               struct gm_error *error)
{
    struct gm_gate_ticker *gated = calloc(config->ticker_count + 1, sizeof *gated);
    feed->ticker_count = config->ticker_count;
    feed->tickers = calloc(config->ticker_count + 1, sizeof *feed->tickers);
    bool whole = gated && feed->tickers;
    for (size_t i = 0; whole && i < config->ticker_count; i++) {
        gated[i].keywords = config->tickers[i].keywords;
        gated[i].keyword_count = config->tickers[i].keyword_count;
        feed->tickers[i] = strdup(config->tickers[i].name);
        whole = feed->tickers[i] != NULL;
    }
    const enum gm_err err = whole ? gm_gate_create(gated, config->ticker_count, &feed->gate, error)
                                  : gm_error_set(error, GM_ERR_NOMEM, "out of memory");
    free(gated);
    return err;
}

static enum gm_err open_wire(struct bluesky *feed, const struct gm_live_config *config,
                             struct gm_error *error)
{
    struct gm_wire_config wire = {
        .ca_file = config->ca_file,
        .idle_us_max = IDLE_US_MAX,
        .retry_us_min = RETRY_US_MIN,
        .retry_us_max = RETRY_US_MAX,
        .complete = complete,
        .context = feed,
    };
    wire.url_count = config->url ? 1 : HOSTS;
    for (size_t i = 0; i < wire.url_count; i++)
        wire.urls[i] = config->url ? config->url : hosts[i];
    const enum gm_err err = gm_wire_init(&feed->wire, &wire, config->clock, &feed->monitor, error);
    if (!err && feed->position_host < wire.url_count)
        feed->wire.url_index = feed->position_host; // where nothing is missed
    return err;
}

static enum gm_err open_feed(const struct gm_live_config *config, void **ret_feed,
                             struct gm_error *error)
{
    struct bluesky *feed = calloc(1, sizeof *feed);
    if (!feed)
        return gm_error_set(error, GM_ERR_NOMEM, "out of memory");
    feed->clock = config->clock;
    gm_feed_monitor_init(&feed->monitor, gm_clock_now_us(config->clock));
    gm_arena_init(&feed->arena, 16 * 1024, 16 * 1024 * 1024);
    enum gm_err err = add_tickers(feed, config, error);
    if (!err && config->cursor)
        err = read_cursor(feed, config->cursor, error);
    if (!err)
        err = open_wire(feed, config, error);
    if (err) {
        close_feed(feed);
        return err;
    }
    *ret_feed = feed;
    return GM_OK;
}

const struct gm_live_ops gm_live_bluesky = {
    .feed =
        {
            .name = "bluesky",
            .description = "posts of Bluesky, by Jetstream, no key",
            .next = next,
            .cursor = write_cursor,
            .close = close_feed,
        },
    .kind = "posts",
    .url = "wss://jetstream2.us-east.bsky.network/subscribe",
    .open = open_feed,
    .health = health,
};
