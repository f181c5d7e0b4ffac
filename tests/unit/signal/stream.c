// The generator of awkward streams.
#include "stream.h"

#define PICK(random, ...)                                                                          \
    (((const double[]){__VA_ARGS__})[random_below(random, sizeof((const double[]){__VA_ARGS__}) /  \
                                                              sizeof(double))])

void stream_init(struct stream *stream, uint64_t seed)
{
    struct random *random = &stream->random;
    random->state = seed;
    const int64_t window_us = 1 + random_below(random, 40);
    stream->rule = (struct gm_rule){
        .window_us = window_us,
        .cooldown_us = (int64_t)((double)window_us * PICK(random, 0, 0, 0.5, 1, 3, 10)),
        .momentum_min = PICK(random, -1, 0, 0, 0.25, 1, 3),
        .delta_price_max = PICK(random, -0.01, 0, 0.001, 0.02),
        .entries_max = (size_t)PICK(random, 1, 2, 3, 5, 8, 17, 1000, 1000, 1000, 1000),
    };
    stream->grid = random_below(random, 2) == 0;
    stream->step_max = 1 + random_below(random, 4);
    stream->price_base = PICK(random, 100, 100, 1e-12, 1e12);
    // Around 0 or around now: nothing may depend on where the epoch is.
    stream->last = (struct naive_event){
        .time_us = random_below(random, 2) == 0 ? 0 : INT64_C(1700000000000000),
        .value = -2, // of no event: the first one is no duplicate
    };
}

static double price(struct stream *stream)
{
    if (stream->grid)
        return 100 + (double)random_below(&stream->random, 33) * 0.25;
    return stream->price_base * (1 + 0.05 * random_unit(&stream->random));
}

static double vibe(struct stream *stream)
{
    if (stream->grid)
        return (double)(random_below(&stream->random, 17) - 8) * 0.125;
    return random_unit(&stream->random) * 2 - 1;
}

struct naive_event stream_next(struct stream *stream)
{
    struct random *random = &stream->random;
    const int64_t what = random_below(random, 20);
    if (what == 0 && stream->last.value >= -1)
        return stream->last;

    struct naive_event event = stream->last;
    event.kind = random_below(random, 2) == 0 ? GM_TRACKER_PRICE : GM_TRACKER_VIBE;
    event.value = event.kind == GM_TRACKER_PRICE ? price(stream) : vibe(stream);
    if (what <= 4) { // out of order, half of the time too late; time itself stands still
        event.time_us -= random_below(random, 2 * stream->rule.window_us + 2);
        return event;
    }
    if (what == 5) // a gap, mostly longer than the window, so that it runs empty
        event.time_us += random_below(random, 3 * stream->rule.window_us);
    else
        event.time_us += random_below(random, stream->step_max + 1);
    stream->last = event;
    return event;
}
