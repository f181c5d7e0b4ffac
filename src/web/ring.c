// The ring of published events.
//
// Bytes are placed one behind the other in a circular buffer; an event never wraps, so the end of
// the buffer may stay unused for a round.
#include "web/ring.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Events that one gm_ring_read looks at, so that a filter which matches little never holds the
// mutex for long.
enum { SCAN_MAX = 4096 };

enum gm_err gm_ring_init(struct gm_ring *ring, size_t events_max, size_t bytes_max,
                         struct gm_error *error)
{
    assert(events_max > 0 && bytes_max > 0);
    struct gm_ring fresh = {
        .events_max = events_max,
        .bytes_max = bytes_max,
        .lost_id = INT64_MAX,
        .latest_id = -1,
    };
    fresh.entries = calloc(events_max, sizeof(*fresh.entries));
    fresh.bytes = malloc(bytes_max);
    if (!fresh.entries || !fresh.bytes) {
        free(fresh.entries);
        free(fresh.bytes);
        return gm_error_set(error, GM_ERR_NOMEM, "no memory for %zu events", events_max);
    }
    pthread_mutex_init(&fresh.mutex, NULL);
    *ring = fresh;
    return GM_OK;
}

void gm_ring_finish(struct gm_ring *ring)
{
    if (!ring->entries) {
        return;
    }
    pthread_mutex_destroy(&ring->mutex);
    free(ring->entries);
    free(ring->bytes);
    *ring = (struct gm_ring){0};
}

static struct gm_ring_entry *entry_at(struct gm_ring *ring, uint64_t sequence)
{
    return &ring->entries[sequence % ring->events_max];
}

static char *bytes_at(struct gm_ring *ring, const struct gm_ring_entry *entry)
{
    return ring->bytes + entry->at % ring->bytes_max;
}

// Finds `len` bytes in one piece and lets the events go that lie there or that are too many.
static uint64_t make_room(struct gm_ring *ring, size_t len)
{
    uint64_t at = ring->bytes_next;
    size_t left = ring->bytes_max - at % ring->bytes_max;
    if (left < len) {
        at += left;
    }
    while (ring->first < ring->next &&
           (ring->next - ring->first == ring->events_max ||
            entry_at(ring, ring->first)->at + ring->bytes_max < at + len)) {
        ring->lost_id = entry_at(ring, ring->first)->id;
        ring->first++;
    }
    ring->bytes_next = at + len;
    return at;
}

// A raw line break can only be white space between JSON tokens; in a frame it would end the data.
static void copy_line(char *out, struct gm_str json)
{
    for (size_t i = 0; i < json.len; i++) {
        out[i] = json.data[i] == '\n' || json.data[i] == '\r' ? ' ' : json.data[i];
    }
}

bool gm_ring_push(struct gm_ring *ring, const char *event, int64_t id, struct gm_str ticker,
                  struct gm_str json)
{
    char head[96];
    int head_len =
        snprintf(head, sizeof(head), "id: %lld\nevent: %s\ndata: ", (long long)id, event);
    assert(head_len > 0 && (size_t)head_len < sizeof(head));
    size_t frame_len = (size_t)head_len + json.len + 2;
    size_t len = ticker.len + frame_len;

    pthread_mutex_lock(&ring->mutex);
    bool taken = id > ring->latest_id && len <= ring->bytes_max;
    if (taken) {
        if (ring->latest_id < 0) {
            ring->lost_id = id - 1;
        }
        uint64_t at = make_room(ring, len);
        struct gm_ring_entry *entry = entry_at(ring, ring->next);
        *entry = (struct gm_ring_entry){id, at, (uint32_t)ticker.len, (uint32_t)frame_len};
        char *out = bytes_at(ring, entry);
        if (ticker.len) {
            memcpy(out, ticker.data, ticker.len);
        }
        out += ticker.len;
        memcpy(out, head, (size_t)head_len);
        copy_line(out + head_len, json);
        out[frame_len - 2] = out[frame_len - 1] = '\n';
        ring->latest_id = id;
        ring->next++;
    }
    pthread_mutex_unlock(&ring->mutex);
    return taken;
}

uint64_t gm_ring_tail(struct gm_ring *ring, size_t backlog, int64_t *ret_latest_id)
{
    pthread_mutex_lock(&ring->mutex);
    uint64_t kept = ring->next - ring->first;
    uint64_t cursor = ring->next - (backlog < kept ? backlog : kept);
    *ret_latest_id = ring->latest_id;
    pthread_mutex_unlock(&ring->mutex);
    return cursor;
}

bool gm_ring_resume(struct gm_ring *ring, int64_t id, uint64_t *ret_cursor)
{
    pthread_mutex_lock(&ring->mutex);
    bool known = id >= ring->lost_id && id <= ring->latest_id;
    uint64_t low = ring->first, high = ring->next;
    while (known && low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (entry_at(ring, middle)->id > id) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    *ret_cursor = known ? low : ring->next;
    pthread_mutex_unlock(&ring->mutex);
    return known;
}

struct gm_ring_slice gm_ring_read(struct gm_ring *ring, uint64_t *cursor, struct gm_str ticker,
                                  char *out, size_t capacity)
{
    pthread_mutex_lock(&ring->mutex);
    struct gm_ring_slice slice = {.kept = *cursor >= ring->first};
    for (int scanned = 0; slice.kept && *cursor < ring->next && scanned < SCAN_MAX; scanned++) {
        const struct gm_ring_entry *entry = entry_at(ring, *cursor);
        const char *bytes = bytes_at(ring, entry);
        if (!ticker.len || gm_str_equal(ticker, (struct gm_str){bytes, entry->ticker_len})) {
            if (entry->frame_len > capacity - slice.bytes) {
                break;
            }
            memcpy(out + slice.bytes, bytes + entry->ticker_len, entry->frame_len);
            slice.bytes += entry->frame_len;
            slice.events++;
        }
        (*cursor)++;
    }
    slice.more = slice.kept && *cursor < ring->next;
    pthread_mutex_unlock(&ring->mutex);
    return slice;
}
