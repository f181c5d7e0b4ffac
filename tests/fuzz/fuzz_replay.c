// Any bytes as two recordings, prices and posts, with a line "====" between them.
//
// Every replay ends; what is given is well-formed; and a replay that is stopped in the middle and
// resumed from its cursor gives the same items as one that is not.
#include "feed/replay.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PATH_BYTES = 64, CURSOR_BYTES = 4096 };

static void must(bool holds)
{
    if (!holds)
        abort();
}

// A file in memory that can be opened by its path.
static int make_file(struct gm_str content, char ret_path[PATH_BYTES])
{
    int fd = memfd_create("recording", MFD_CLOEXEC);
    must(fd >= 0);
    must(write(fd, content.data, content.len) == (ssize_t)content.len);
    snprintf(ret_path, PATH_BYTES, "/proc/self/fd/%d", fd);
    return fd;
}

static uint64_t mix(uint64_t hash, const void *data, size_t len)
{
    uint64_t pair[2] = {hash, gm_hash64(data, len)};
    return gm_hash64(pair, sizeof pair);
}

static uint64_t mix_bad(uint64_t hash, const struct gm_dead_letter *bad)
{
    must(bad->reason.len > 0 && memchr(bad->origin.data, ':', bad->origin.len));
    must(bad->payload_bytes >= (int64_t)bad->payload.len);
    hash = mix(hash, bad->origin.data, bad->origin.len);
    hash = mix(hash, bad->reason.data, bad->reason.len);
    return mix(hash, bad->payload.data, bad->payload.len);
}

static uint64_t mix_item(uint64_t hash, const struct gm_feed_item *item, struct gm_arena *arena)
{
    if (item->kind == GM_FEED_BAD)
        return mix_bad(hash, &item->bad);
    bool is_tick = item->kind == GM_FEED_TICK;
    struct gm_tick tick = item->tick;
    struct gm_post post = item->post;
    if (item->raw.len > 0)
        must((is_tick ? gm_tick_decode(item->raw, arena, &tick, NULL)
                      : gm_post_decode(item->raw, arena, &post, NULL)) == GM_OK);
    struct gm_buffer given, encoded;
    gm_buffer_init(&given, 8 * GM_MESSAGE_BYTES_MAX);
    gm_buffer_init(&encoded, 8 * GM_MESSAGE_BYTES_MAX);
    if (is_tick) {
        gm_tick_encode(&item->tick, &given);
        gm_tick_encode(&tick, &encoded);
    } else {
        gm_post_encode(&item->post, &given);
        gm_post_encode(&post, &encoded);
    }
    must(gm_buffer_ok(&given, NULL) == GM_OK);
    must(gm_str_equal(gm_buffer_str(&given), gm_buffer_str(&encoded)));
    hash = mix(hash, given.data, given.len);
    gm_buffer_finish(&given);
    gm_buffer_finish(&encoded);
    return hash;
}

// Gives at most `items_max` items, mixes them into *hash and says how many there were.
static size_t replay(struct gm_replay_config config, const char *cursor, size_t items_max,
                     char *ret_cursor, uint64_t *hash)
{
    void *feed;
    config.cursor = cursor;
    must(gm_replay_open(&config, &feed, NULL) == GM_OK);
    struct gm_arena arena;
    gm_arena_init(&arena, 4096, 64 * 1024 * 1024);
    size_t count = 0;
    for (; count < items_max; count++) {
        enum gm_feed_state state;
        struct gm_feed_item item;
        must(gm_feed_replay.next(feed, &arena, NULL, 0, &state, &item, NULL) == GM_OK);
        if (state == GM_FEED_DONE)
            break;
        *hash = mix_item(*hash, &item, &arena);
        gm_arena_reset(&arena);
    }
    gm_feed_replay.cursor(feed, ret_cursor, CURSOR_BYTES);
    gm_feed_replay.close(feed);
    gm_arena_finish(&arena);
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char between[] = "\n====\n";
    struct gm_str all = {(const char *)data, size}, posts = {0};
    const char *found = memmem(data, size, between, sizeof between - 1);
    if (found) {
        all.len = (size_t)(found - all.data) + 1;
        posts.data = found + sizeof between - 1;
        posts.len = size - all.len - (sizeof between - 2);
    }
    char prices_path[PATH_BYTES], social_path[PATH_BYTES];
    int prices_fd = make_file(all, prices_path), social_fd = make_file(posts, social_path);
    struct gm_clock_virtual clock;
    gm_clock_virtual_init(&clock, (int64_t)1771675200 * GM_US_PER_S);
    struct gm_replay_config config = {
        .prices_path = prices_path, .social_path = social_path, .clock = &clock.clock};
    char cursor[CURSOR_BYTES], end_cursor[CURSOR_BYTES], resumed_cursor[CURSOR_BYTES];
    uint64_t whole = 0, parts = 0;
    size_t count = replay(config, NULL, SIZE_MAX, end_cursor, &whole);
    size_t half = replay(config, NULL, count / 2, cursor, &parts);
    must(half == count / 2);
    must(replay(config, cursor, SIZE_MAX, resumed_cursor, &parts) == count - half);
    must(parts == whole);
    must(strcmp(end_cursor, resumed_cursor) == 0);
    close(prices_fd);
    close(social_fd);
    return 0;
}
