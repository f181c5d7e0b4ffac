#include "feed/live/backoff.h"

// splitmix64
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

int64_t gm_backoff_next_us(struct gm_backoff *backoff, int64_t retry_after_us)
{
    int64_t wait_us = backoff->us_min;
    for (int i = 0; i < backoff->failures && wait_us < backoff->us_max; i++)
        wait_us *= 2;
    if (wait_us > backoff->us_max)
        wait_us = backoff->us_max;
    backoff->failures++;
    wait_us -= (int64_t)(next_random(&backoff->random) % (uint64_t)(wait_us / 2 + 1));
    return wait_us > retry_after_us ? wait_us : retry_after_us;
}

void gm_backoff_reset(struct gm_backoff *backoff)
{
    backoff->failures = 0;
}
