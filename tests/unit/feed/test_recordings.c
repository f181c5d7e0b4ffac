// Recordings of the real thing come through whole, and a replay of them resumes anywhere.
//
//     test_recordings FOLDER     with live-prices.jsonl.gz and live-social.jsonl.gz; exits 77,
//                                skipped, where they are missing
#include "feed/replay.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PATH_BYTES = 4096, CURSOR_BYTES = 4096, STOPS = 6 };

struct counts {
    size_t ticks, posts, bad;
    uint64_t hash; // of all messages, in order
};

static void count_item(const struct gm_feed_item *item, struct counts *counts)
{
    counts->ticks += item->kind == GM_FEED_TICK;
    counts->posts += item->kind == GM_FEED_POST;
    counts->bad += item->kind == GM_FEED_BAD;
    uint64_t pair[2] = {counts->hash, gm_hash64(item->raw.data, item->raw.len)};
    counts->hash = gm_hash64(pair, sizeof pair);
}

// Gives at most `items_max` items and the cursor behind them.
static enum gm_err replay(struct gm_replay_config config, const char *cursor, size_t items_max,
                          struct counts *counts, char ret_cursor[CURSOR_BYTES],
                          struct gm_error *error)
{
    void *feed;
    config.cursor = cursor;
    enum gm_err err = gm_replay_open(&config, &feed, error);
    if (err)
        return err;
    struct gm_arena arena;
    gm_arena_init(&arena, 64 * 1024, 64 * 1024 * 1024);
    for (size_t i = 0; i < items_max; i++) {
        enum gm_feed_state state;
        struct gm_feed_item item;
        err = gm_feed_replay.next(feed, &arena, NULL, 0, &state, &item, error);
        if (err || state == GM_FEED_DONE)
            break;
        count_item(&item, counts);
        gm_arena_reset(&arena);
    }
    gm_feed_replay.cursor(feed, ret_cursor, CURSOR_BYTES);
    gm_feed_replay.close(feed);
    gm_arena_finish(&arena);
    return err;
}

static enum gm_err check(const struct gm_replay_config *config, struct gm_error *error)
{
    char cursor[CURSOR_BYTES], end[CURSOR_BYTES];
    struct counts whole = {0};
    enum gm_err err = replay(*config, NULL, SIZE_MAX, &whole, end, error);
    if (err)
        return err;
    printf("%zu prices, %zu posts, %zu bad\n", whole.ticks, whole.posts, whole.bad);
    if (whole.ticks != 7243 || whole.posts != 17624 || whole.bad != 0)
        return gm_error_set(error, GM_ERR_INTERNAL, "7243, 17624 and 0 are in these files");
    for (size_t i = 1; i < STOPS; i++) {
        struct counts parts = {0};
        size_t stop = (whole.ticks + whole.posts) * i / STOPS;
        err = replay(*config, NULL, stop, &parts, cursor, error);
        if (!err)
            err = replay(*config, cursor, SIZE_MAX, &parts, cursor, error);
        if (err)
            return err;
        if (parts.hash != whole.hash || strcmp(cursor, end) != 0)
            return gm_error_set(error, GM_ERR_INTERNAL, "stopped after %zu, the rest is another",
                                stop);
    }
    return GM_OK;
}

int main(int argc, char **argv)
{
    char prices[PATH_BYTES], social[PATH_BYTES];
    if (argc != 2)
        return 2;
    snprintf(prices, sizeof prices, "%s/live-prices.jsonl.gz", argv[1]);
    snprintf(social, sizeof social, "%s/live-social.jsonl.gz", argv[1]);
    if (access(prices, R_OK) != 0 || access(social, R_OK) != 0) {
        printf("skipped: no recordings in %s\n", argv[1]);
        return 77;
    }
    struct gm_replay_config config = {
        .prices_path = prices, .social_path = social, .clock = &gm_clock_real};
    struct gm_error error;
    if (check(&config, &error)) {
        fprintf(stderr, "%s\n", error.message);
        return 1;
    }
    return 0;
}
