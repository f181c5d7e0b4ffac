// The events that streams read from: the newest ones, as they go over the wire.
//
// One thread pushes, another reads; a mutex stands between them and is held for a copy. A full ring
// lets its oldest events go. A reader has a cursor: the sequence number (0, 1, 2 …) of the next
// event that it wants.
#ifndef GM_WEB_RING_H
#define GM_WEB_RING_H

#include "base/error.h"
#include "base/str.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gm_ring_entry {
    int64_t id;
    uint64_t at;         // of the ticker in the stream of all bytes ever stored
    uint32_t ticker_len; // then comes
    uint32_t frame_len;  // "id: …\nevent: …\ndata: …\n\n"
};

struct gm_ring {
    pthread_mutex_t mutex;
    struct gm_ring_entry *entries; // event `n` is entries[n % events_max]
    size_t events_max;
    uint64_t first, next; // sequence numbers: the oldest kept, and the next to come
    char *bytes;
    size_t bytes_max;
    uint64_t bytes_next; // where the next event goes, in the stream of all bytes
    int64_t lost_id;     // the greatest id that may be missing; INT64_MAX before the first event
    int64_t latest_id;   // -1: none yet
};

enum gm_err gm_ring_init(struct gm_ring *ring, size_t events_max, size_t bytes_max,
                         struct gm_error *error);
void gm_ring_finish(struct gm_ring *ring);

// False: `id` is not over the one before, or the event does not fit; nothing is stored then.
bool gm_ring_push(struct gm_ring *ring, const char *event, int64_t id, struct gm_str ticker,
                  struct gm_str json);

// Where a reader begins that wants what comes from now on, and up to `backlog` events before that.
uint64_t gm_ring_tail(struct gm_ring *ring, size_t backlog, int64_t *ret_latest_id);

// Where a reader goes on that has everything up to `id`. False: it may have missed events that are
// gone, or the id is of another life; *ret_cursor is then the end.
bool gm_ring_resume(struct gm_ring *ring, int64_t id, uint64_t *ret_cursor);

struct gm_ring_slice {
    size_t bytes, events; // copied
    bool more;            // there is more to read
    bool kept;            // false: the cursor has fallen out of the ring
};

// Copies events from *cursor on, as many as fit into `capacity` (≥ what one event may take), and
// moves the cursor past them. A `ticker` that is not empty skips the events of other tickers.
struct gm_ring_slice gm_ring_read(struct gm_ring *ring, uint64_t *cursor, struct gm_str ticker,
                                  char *out, size_t capacity);

#endif
