// A request to stop that any number of threads can wait on.
//
// The main thread owns it, takes SIGINT and SIGTERM and raises it; stages look at it between
// batches and wait on it instead of sleeping.
#ifndef GM_BASE_STOP_H
#define GM_BASE_STOP_H

#include "base/error.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct gm_stop {
    atomic_bool raised;
    pthread_mutex_t mutex;
    pthread_cond_t cond; // on CLOCK_MONOTONIC
};

enum gm_err gm_stop_init(struct gm_stop *stop, struct gm_error *error);
void gm_stop_finish(struct gm_stop *stop);

// Thread-safe, not async-signal-safe. Raising twice is fine.
void gm_stop_raise(struct gm_stop *stop);

static inline bool gm_stop_raised(const struct gm_stop *stop)
{
    return atomic_load_explicit(&stop->raised, memory_order_acquire);
}

// Waits until it is raised (true) or `timeout_us` have passed (false).
bool gm_stop_wait(struct gm_stop *stop, int64_t timeout_us);

#endif
