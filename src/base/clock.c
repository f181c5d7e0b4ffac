// The real clock, the virtual one and the monotonic one.
#include "base/clock.h"

#include <time.h>

static int64_t read_us(clockid_t id)
{
    struct timespec now;
    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * GM_US_PER_S + now.tv_nsec / 1000;
}

static int64_t real_now_us(const struct gm_clock *clock)
{
    (void)clock;
    return read_us(CLOCK_REALTIME);
}

const struct gm_clock gm_clock_real = {.now_us = real_now_us};

static int64_t virtual_now_us(const struct gm_clock *clock)
{
    const struct gm_clock_virtual *self = (const struct gm_clock_virtual *)clock;
    return atomic_load_explicit(&self->us, memory_order_acquire);
}

void gm_clock_virtual_init(struct gm_clock_virtual *clock, int64_t start_us)
{
    clock->clock.now_us = virtual_now_us;
    atomic_init(&clock->us, start_us);
}

void gm_clock_virtual_set(struct gm_clock_virtual *clock, int64_t us)
{
    atomic_store_explicit(&clock->us, us, memory_order_release);
}

int64_t gm_monotonic_us(void)
{
    return read_us(CLOCK_MONOTONIC);
}
