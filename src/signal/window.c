// The window: a ring of entries sorted by (time, arrival), and their exact sum.
#include "signal/window.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

enum { CAPACITY_FIRST = 16 };

void gm_window_init(struct gm_window *window, size_t limit)
{
    assert(limit >= 1);
    *window = (struct gm_window){.limit = limit};
}

void gm_window_finish(struct gm_window *window)
{
    free(window->ring);
    *window = (struct gm_window){.limit = window->limit};
}

// The place of the entry that has `index` older ones.
static struct gm_window_entry *entry_at(const struct gm_window *window, size_t index)
{
    return &window->ring[(window->head + index) & (window->capacity - 1)];
}

enum gm_err gm_window_reserve(struct gm_window *window, struct gm_error *error)
{
    if (window->count < window->capacity || window->count == window->limit)
        return GM_OK;
    const size_t capacity = window->capacity == 0 ? CAPACITY_FIRST : window->capacity * 2;
    struct gm_window_entry *ring = NULL;
    if (capacity <= SIZE_MAX / 2 / sizeof *ring)
        ring = malloc(capacity * sizeof *ring);
    if (ring == NULL)
        return gm_error_set(error, GM_ERR_NOMEM, "no memory for a window of %zu entries", capacity);

    for (size_t i = 0; i < window->count; i++)
        ring[i] = *entry_at(window, i);
    free(window->ring);
    window->ring = ring;
    window->head = 0;
    window->capacity = capacity;
    return GM_OK;
}

static void drop_oldest(struct gm_window *window)
{
    gm_exact_sum_subtract(&window->sum, entry_at(window, 0)->value);
    window->head = (window->head + 1) & (window->capacity - 1);
    window->count--;
}

// How many entries are older than `time_us`.
static size_t count_older(const struct gm_window *window, int64_t time_us)
{
    size_t low = 0, high = window->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (entry_at(window, middle)->time_us < time_us)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

// How many entries are older than `time_us` or as old.
static size_t count_not_newer(const struct gm_window *window, int64_t time_us)
{
    const size_t count = window->count;
    if (count == 0 || entry_at(window, count - 1)->time_us <= time_us)
        return count;                        // in order: the usual case
    return count_older(window, time_us + 1); // cannot overflow: a newer entry is there
}

// Makes a gap with `index` entries before it by moving the shorter side. Wants room for one more.
static void open_gap(struct gm_window *window, size_t index)
{
    if (index >= window->count / 2) {
        for (size_t i = window->count; i > index; i--)
            *entry_at(window, i) = *entry_at(window, i - 1);
    } else {
        window->head = (window->head - 1) & (window->capacity - 1);
        for (size_t i = 0; i < index; i++)
            *entry_at(window, i) = *entry_at(window, i + 1);
    }
    window->count++;
}

// `index`: how many of the present entries the new one comes after. Wants room for one more.
static void insert_at(struct gm_window *window, size_t index, int64_t time_us, double value)
{
    if (window->count == window->limit) {
        window->overflow++;
        if (index == 0) // the new one is itself the oldest
            return;
        drop_oldest(window);
        index--;
    }
    open_gap(window, index);
    *entry_at(window, index) = (struct gm_window_entry){time_us, value};
    gm_exact_sum_add(&window->sum, value);
}

enum gm_err gm_window_insert(struct gm_window *window, int64_t time_us, double value,
                             struct gm_error *error)
{
    const enum gm_err err = gm_window_reserve(window, error);
    if (err != GM_OK)
        return err;
    insert_at(window, count_not_newer(window, time_us), time_us, value);
    return GM_OK;
}

enum gm_err gm_window_insert_earlier(struct gm_window *window, int64_t time_us, double value,
                                     struct gm_error *error)
{
    const enum gm_err err = gm_window_reserve(window, error);
    if (err != GM_OK)
        return err;
    insert_at(window, count_older(window, time_us), time_us, value);
    return GM_OK;
}

void gm_window_evict(struct gm_window *window, int64_t oldest_us)
{
    while (window->count > 0 && entry_at(window, 0)->time_us < oldest_us)
        drop_oldest(window);
}

double gm_window_newest(const struct gm_window *window)
{
    return window->count == 0 ? (double)NAN : entry_at(window, window->count - 1)->value;
}

double gm_window_average(const struct gm_window *window)
{
    return window->count == 0 ? (double)NAN : gm_exact_sum_average(&window->sum, window->count);
}
