// Any bytes as a delivery of posts and of prices: every line is accepted, about nothing, or
// rejected with a reason; what is given decodes as a message, and given again with the same key
// makes none.
#include "feed/ingest/ingest.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const names[] = {"bitcoin", "gamestop"};
static const char *const bitcoin_words[] = {"bitcoin", "btc"};
static const char *const gamestop_words[] = {"$gme"};
static const struct gm_gate_ticker gated[] = {{bitcoin_words, 2}, {gamestop_words, 1}};

static void check(bool holds)
{
    if (!holds)
        abort();
}

static enum gm_err put(void *context, const struct gm_feed_item *item, struct gm_error *error)
{
    struct gm_buffer text;
    struct gm_arena arena;
    struct gm_feed_item again;
    (void)context;
    gm_buffer_init(&text, (size_t)4 * 1024 * 1024);
    gm_arena_init(&arena, 4096, (size_t)4 * 1024 * 1024);
    if (item->kind == GM_FEED_POST)
        gm_post_encode(&item->post, &text);
    else
        gm_tick_encode(&item->tick, &text);
    check(!gm_buffer_ok(&text, NULL));
    if (item->kind == GM_FEED_POST)
        check(!gm_post_decode(gm_buffer_str(&text), &arena, &again.post, error));
    else
        check(!gm_tick_decode(gm_buffer_str(&text), &arena, &again.tick, error));
    gm_arena_finish(&arena);
    gm_buffer_finish(&text);
    return GM_OK;
}

static void deliver(enum gm_ingest_kind kind, struct gm_str body)
{
    static const char *no_slots[GM_SEEN_SLOTS];
    struct gm_ingest *ingest;
    struct gm_error error;
    check(!gm_ingest_create(names, gated, 2, 1, no_slots, &ingest, &error));
    for (int round = 0; round < 2; round++) {
        struct gm_ingest_counts counts;
        struct gm_buffer answer;
        error.message[0] = '\0';
        gm_buffer_init(&answer, (size_t)1024 * 1024);
        const enum gm_err err =
            gm_ingest_take(ingest, kind, body, "key", (int64_t)1771668300 * GM_US_PER_S, put, NULL,
                           &counts, &answer, &error);
        check(err ? error.message[0] && answer.len == 0 : !gm_buffer_ok(&answer, NULL));
        check(err || counts.accepted + counts.unmatched + counts.rejected > 0);
        check(err || round == 0 || counts.messages == 0);
        if (err)
            gm_ingest_take_back(ingest);
        else
            gm_ingest_keep(ingest);
        gm_buffer_finish(&answer);
    }
    gm_ingest_destroy(ingest);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct gm_str body = {(const char *)data, size};
    deliver(GM_INGEST_POSTS, body);
    deliver(GM_INGEST_PRICES, body);
    return 0;
}
