// The Bluesky feed: every new public post by Jetstream; those that pass the keyword gate go on.
//
// Nothing is missed and nothing is given twice, through broken connections and restarts. The stream
// is asked for from REWIND_US before the newest event seen, because each of the four hosts has a
// clock and an order of its own, and what was given already is dropped: on the host that it came
// from by time, on the others by the hashes of the last posts given. The cursor holds all that:
// "1 TIME HOST HALF DONE HASH HASH …", hashes in hexadecimal, the newest first; HALF is the post
// that the fan was within.
#include "feed/live/live.h"

#include "event/event.h"
#include "feed/live/fan.h"
#include "feed/live/jetstream_message.h"
#include "feed/live/recent.h"
#include "feed/live/wire.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REWIND_US    ((int64_t)5 * GM_US_PER_S)
#define GAP_US       ((int64_t)30 * GM_US_PER_S) // the network is never silent for so long
#define IDLE_US_MAX  ((int64_t)30 * GM_US_PER_S)
#define NEWS_US_MAX  ((int64_t)60 * GM_US_PER_S)
#define RETRY_US_MIN ((int64_t)1 * GM_US_PER_S)
#define RETRY_US_MAX ((int64_t)60 * GM_US_PER_S)

enum {
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
    struct gm_fan fan;
    struct gm_recent recent; // posts given
    struct gm_arena arena;   // one message

    int64_t position_us; // the newest event taken, by the stream's clock; 0: none yet
    size_t position_host;
    int64_t asked_us; // where this connection was asked to begin; 0: now, or it has begun
    char id[ID_BYTES], url[URL_BYTES]; // of the post in the fan
};

// ------------------------------------------------------------------------- what was given

static void write_cursor(void *context, char *ret_cursor, size_t cursor_bytes)
{
    struct bluesky *feed = context;
    uint64_t half;
    size_t done;
    gm_fan_half(&feed->fan, &half, &done);
    struct gm_buffer text;
    gm_buffer_init(&text, cursor_bytes);
    gm_buffer_printf(&text, "%d %" PRId64 " %zu %" PRIx64 " %zu", CURSOR_VERSION, feed->position_us,
                     feed->position_host, half, done);
    gm_recent_write(&feed->recent, &text);
    // Only without memory it is cut, and then some posts may come twice.
    snprintf(ret_cursor, cursor_bytes, "%.*s", GM_STR_ARG(gm_buffer_str(&text)));
    gm_buffer_finish(&text);
}

static enum gm_err read_cursor(struct bluesky *feed, const char *cursor, struct gm_error *error)
{
    uint64_t half;
    size_t done;
    int version = 0, taken = 0;
    if (sscanf(cursor, "%d %" SCNd64 " %zu %" SCNx64 " %zu%n", &version, &feed->position_us,
               &feed->position_host, &half, &done, &taken) != 5 ||
        version != CURSOR_VERSION || feed->position_us < 0)
        return gm_error_set(error, GM_ERR_INVALID, "bluesky: the cursor \"%.100s\" is none",
                            cursor);
    gm_fan_resume(&feed->fan, half, done);
    gm_recent_read(&feed->recent, cursor + taken);
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

// Puts a post into the fan, unless nobody follows what it is about or it was given already. False:
// it cannot be passed on.
static bool take_post(struct bluesky *feed, const struct gm_jetstream_message *post)
{
    if (gm_fan_count(&feed->fan, post->text) == 0)
        return true;
    const int id_len = snprintf(feed->id, sizeof feed->id, "%.*s/%.*s", GM_STR_ARG(post->did),
                                GM_STR_ARG(post->rkey));
    const int url_len =
        snprintf(feed->url, sizeof feed->url, "https://bsky.app/profile/%.*s/post/%.*s",
                 GM_STR_ARG(post->did), GM_STR_ARG(post->rkey));
    if ((size_t)id_len >= sizeof feed->id || (size_t)url_len >= sizeof feed->url ||
        post->text.len > GM_TEXT_BYTES_MAX)
        return false;
    const uint64_t hash = gm_recent_hash(feed->id, (size_t)id_len);
    if (gm_recent_has(&feed->recent, hash))
        return true;
    gm_fan_put(&feed->fan,
               &(struct gm_post){.text = post->text,
                                 .source = gm_str("bluesky"),
                                 .id = gm_str(feed->id),
                                 .author = post->did,
                                 .url = gm_str(feed->url),
                                 .timestamp_us = time_of(post),
                                 .observed_at_us = gm_clock_now_us(feed->clock)},
               hash);
    if (!gm_fan_holds(&feed->fan)) // an earlier run gave it all
        gm_recent_add(&feed->recent, hash);
    return true;
}

static void bury(struct bluesky *feed, struct gm_str text, const char *reason,
                 struct gm_feed_item *ret_item)
{
    gm_fan_bury("bluesky", gm_websocket_url(feed->wire.socket), gm_str(reason), text,
                gm_clock_now_us(feed->clock), ret_item);
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
    if (!message.is_post || take_post(feed, &message))
        return false;
    bury(feed, text, "a name or text over its limit", ret_item);
    return true;
}

// ------------------------------------------------------------------------- what goes on

static void give(struct bluesky *feed, struct gm_feed_item *ret_item)
{
    gm_fan_give(&feed->fan, ret_item);
    if (!gm_fan_holds(&feed->fan))
        gm_recent_add(&feed->recent, feed->fan.hash);
    gm_feed_monitor_item(&feed->monitor, ret_item->post.observed_at_us);
}

static enum gm_err next(void *context, struct gm_arena *arena, struct gm_stop *stop,
                        int64_t wait_us, enum gm_feed_state *ret_state,
                        struct gm_feed_item *ret_item, struct gm_error *error)
{
    struct bluesky *feed = context;
    const int64_t end_us = gm_monotonic_us() + wait_us;
    *ret_state = GM_FEED_ITEM;
    while (!gm_fan_holds(&feed->fan)) {
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
    gm_fan_finish(&feed->fan);
    free(feed);
}

static enum gm_err open_wire(struct bluesky *feed, const struct gm_live_config *config,
                             struct gm_error *error)
{
    struct gm_wire_config wire = {
        .ca_file = config->ca_file,
        .idle_us_max = IDLE_US_MAX,
        .news_us_max = NEWS_US_MAX,
        .retry_us_min = RETRY_US_MIN,
        .retry_us_max = RETRY_US_MAX,
        .complete = complete,
        .context = feed,
    };
    const char *url = config->options->url;
    wire.url_count = url ? 1 : HOSTS;
    for (size_t i = 0; i < wire.url_count; i++)
        wire.urls[i] = url ? url : hosts[i];
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
    enum gm_err err = gm_fan_init(&feed->fan, config, error);
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
