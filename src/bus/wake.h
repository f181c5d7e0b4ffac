// A bell that wakes waiting threads of this and other processes: a counter in a small shared file,
// and futexes on it.
//
// No ring is lost: read the counter, then look for work, then wait on the value that was read.
#ifndef GM_BUS_WAKE_H
#define GM_BUS_WAKE_H

#include "base/error.h"

#include <stdatomic.h>
#include <stdint.h>

struct gm_wake {
    _Atomic uint32_t *counter; // in the shared file
};

// Maps the file, which is made if missing. Whoever opens the same file shares the bell.
enum gm_err gm_wake_open(struct gm_wake *wake, const char *path, struct gm_error *error);
void gm_wake_close(struct gm_wake *wake);

static inline uint32_t gm_wake_seen(const struct gm_wake *wake)
{
    return atomic_load_explicit(wake->counter, memory_order_acquire);
}

// Any thread; does not block.
void gm_wake_ring(struct gm_wake *wake);

// Waits until the counter is no longer `seen`, `timeout_us` have passed or a signal came; returns
// at once when it already differs.
void gm_wake_wait(struct gm_wake *wake, uint32_t seen, int64_t timeout_us);

#endif
