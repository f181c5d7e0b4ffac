// What one message costs: nanoseconds for each decoder and encoder, the best of several rounds.
#include "base/json.h"
#include "event/event.h"
#include "event/timestamp.h"

#include <stdio.h>
#include <stdlib.h>

enum { ROUNDS = 15, CALLS = 20000 };

struct bench {
    struct gm_arena arena;
    struct gm_buffer out;
    struct gm_str tick_json, post_json, signal_json;
    struct gm_tick tick;
    struct gm_post post;
    struct gm_signal signal;
    int64_t time_us;
};

static void tick_decode(struct bench *b)
{
    struct gm_tick tick;
    if (gm_tick_decode(b->tick_json, &b->arena, &tick, NULL))
        abort();
}

static void tick_encode(struct bench *b)
{
    gm_tick_encode(&b->tick, &b->out);
}

static void post_decode(struct bench *b)
{
    struct gm_post post;
    if (gm_post_decode(b->post_json, &b->arena, &post, NULL))
        abort();
}

static void post_encode(struct bench *b)
{
    gm_post_encode(&b->post, &b->out);
}

static void signal_decode(struct bench *b)
{
    struct gm_signal signal;
    if (gm_signal_decode(b->signal_json, &b->arena, &signal, NULL))
        abort();
}

static void signal_encode(struct bench *b)
{
    gm_signal_encode(&b->signal, &b->out);
}

static void timestamp_parse(struct bench *b)
{
    if (gm_timestamp_parse(gm_str("2026-02-21T10:05:00.123456Z"), &b->time_us, NULL))
        abort();
}

static void timestamp_write(struct bench *b)
{
    char text[GM_TIMESTAMP_BYTES];
    gm_timestamp_write(b->time_us++, text);
}

static void measure(const char *name, void (*call)(struct bench *), struct bench *b)
{
    double best_ns = 1e300;
    for (int round = 0; round < ROUNDS; round++) {
        int64_t start_us = gm_monotonic_us();
        for (int i = 0; i < CALLS; i++) {
            gm_buffer_reset(&b->out);
            call(b);
        }
        double ns = (double)(gm_monotonic_us() - start_us) * 1e3 / CALLS;
        best_ns = ns < best_ns ? ns : best_ns;
        gm_arena_reset(&b->arena);
    }
    printf("%-16s %6.0f ns\n", name, best_ns);
}

// The JSON that is now in the buffer, in memory of its own.
static struct gm_str take_json(struct bench *b)
{
    struct gm_str json = gm_buffer_str(&b->out);
    char *copy = malloc(json.len);
    if (!copy || gm_buffer_ok(&b->out, NULL))
        abort();
    memcpy(copy, json.data, json.len);
    gm_buffer_reset(&b->out);
    return (struct gm_str){copy, json.len};
}

static void make_messages(struct bench *b, char *text, size_t text_len)
{
    static const char words[] = "shorts have not covered and the float is gone, ";
    for (size_t i = 0; i < text_len; i++)
        text[i] = words[i % (sizeof(words) - 1)];
    b->time_us = INT64_C(1771668300123456);
    b->tick = (struct gm_tick){.ticker = gm_str("bitcoin"),
                               .price_usd = 62450.37,
                               .timestamp_us = b->time_us,
                               .source = gm_str("coinbase"),
                               .observed_at_us = b->time_us + 48211};
    b->post = (struct gm_post){.ticker = gm_str("gme"),
                               .text = {text, text_len},
                               .source = gm_str("reddit"),
                               .id = gm_str("t3_l4syrd"),
                               .subreddit = gm_str("wallstreetbets"),
                               .author = gm_str("8c6fb1c0d2"),
                               .timestamp_us = b->time_us,
                               .observed_at_us = b->time_us + 48211};
    b->signal = (struct gm_signal){.timestamp_us = b->time_us,
                                   .ticker = gm_str("gme"),
                                   .price_usd = 62450.37,
                                   .vibe_score = 0.8316,
                                   .msg_velocity = 214,
                                   .delta_price = 0.0031415926535897,
                                   .delta_vibe = 0.42718281828459045,
                                   .hype_momentum = 91.41712311288836,
                                   .kind = GM_SIGNAL_SOCIAL,
                                   .value = 0.8316,
                                   .watermark_us = b->time_us,
                                   .label = gm_str("positive"),
                                   .scorer = gm_str("lexicon"),
                                   .post_id = gm_str("t3_l4syrd"),
                                   .input = {GM_TOPIC_LIVE_SOCIAL, 3, 1234567},
                                   .observed_at_us = b->time_us + 48211};
    tick_encode(b);
    b->tick_json = take_json(b);
    post_encode(b);
    b->post_json = take_json(b);
    signal_encode(b);
    b->signal_json = take_json(b);
}

int main(void)
{
    static struct bench b;
    char text[400];
    gm_arena_init(&b.arena, 1 << 16, 1 << 28);
    gm_buffer_init(&b.out, 1 << 20);
    make_messages(&b, text, sizeof(text));
    printf("tick %zu bytes, post %zu bytes (text %zu), signal %zu bytes\n", b.tick_json.len,
           b.post_json.len, sizeof(text), b.signal_json.len);
    measure("tick decode", tick_decode, &b);
    measure("tick encode", tick_encode, &b);
    measure("post decode", post_decode, &b);
    measure("post encode", post_encode, &b);
    measure("signal decode", signal_decode, &b);
    measure("signal encode", signal_encode, &b);
    measure("timestamp parse", timestamp_parse, &b);
    measure("timestamp write", timestamp_write, &b);
    free((char *)b.tick_json.data);
    free((char *)b.post_json.data);
    free((char *)b.signal_json.data);
    gm_buffer_finish(&b.out);
    gm_arena_finish(&b.arena);
    return 0;
}
