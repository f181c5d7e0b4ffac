#include "feed/ingest/seen.h"

#include "base/arena.h"
#include "event/base64.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    RING = 32768,
    TABLE = 2 * RING,
    SLOT_VERSION = 1,
    KEPT_MAX = GM_SEEN_SLOTS * GM_SEEN_SLOT_HASHES,
    HASH_BYTES = 8,
};
_Static_assert(KEPT_MAX + GM_SEEN_NEW_MAX <= RING, "what is new pushes out nothing that is kept");

enum gm_err gm_seen_init(struct gm_seen *seen, struct gm_error *error)
{
    *seen = (struct gm_seen){
        .hashes = calloc(RING, sizeof *seen->hashes),
        .table = calloc(TABLE, sizeof *seen->table),
    };
    if (seen->hashes && seen->table)
        return GM_OK;
    gm_seen_finish(seen);
    return gm_error_set(error, GM_ERR_NOMEM, "out of memory");
}

void gm_seen_finish(struct gm_seen *seen)
{
    free(seen->hashes);
    free(seen->table);
    *seen = (struct gm_seen){0};
}

// ------------------------------------------------------------------------- the table

static size_t home_of(uint64_t hash)
{
    return (size_t)(hash % TABLE);
}

// Where the hash stands in the table, or the free place where it would.
static size_t find(const struct gm_seen *seen, uint64_t hash)
{
    size_t at = home_of(hash);
    while (seen->table[at] != 0 && seen->hashes[seen->table[at] - 1] != hash)
        at = (at + 1) % TABLE;
    return at;
}

// Frees a place, and moves what would not be found any more because of that.
static void remove_at(struct gm_seen *seen, size_t at)
{
    size_t gap = at;
    for (size_t i = (at + 1) % TABLE; seen->table[i] != 0; i = (i + 1) % TABLE) {
        const size_t home = home_of(seen->hashes[seen->table[i] - 1]);
        if ((i - home) % TABLE < (i - gap) % TABLE)
            continue; // its home lies behind the gap
        seen->table[gap] = seen->table[i];
        gap = i;
    }
    seen->table[gap] = 0;
}

static void remove_number(struct gm_seen *seen, int64_t number)
{
    remove_at(seen, find(seen, seen->hashes[number % RING]));
}

bool gm_seen_has(const struct gm_seen *seen, uint64_t hash)
{
    return seen->table[find(seen, hash)] != 0;
}

bool gm_seen_add(struct gm_seen *seen, uint64_t hash)
{
    const size_t at = find(seen, hash);
    assert(seen->table[at] == 0);
    if (seen->next - seen->kept >= GM_SEEN_NEW_MAX)
        return false;
    seen->hashes[seen->next % RING] = hash;
    seen->table[at] = (uint32_t)(seen->next % RING) + 1;
    seen->next++;
    return true;
}

void gm_seen_keep(struct gm_seen *seen)
{
    seen->kept = seen->next;
    while (seen->next - seen->oldest > KEPT_MAX)
        remove_number(seen, seen->oldest++);
}

void gm_seen_take_back(struct gm_seen *seen)
{
    while (seen->next > seen->kept)
        remove_number(seen, --seen->next);
}

// ------------------------------------------------------------------------- slots

void gm_seen_new_slots(const struct gm_seen *seen, int64_t *ret_begin, int64_t *ret_end)
{
    *ret_begin = seen->kept / GM_SEEN_SLOT_HASHES;
    *ret_end = (seen->next + GM_SEEN_SLOT_HASHES - 1) / GM_SEEN_SLOT_HASHES;
    if (seen->next == seen->kept)
        *ret_end = *ret_begin;
}

void gm_seen_write_slot(const struct gm_seen *seen, int64_t serial, struct gm_buffer *out)
{
    unsigned char bytes[GM_SEEN_SLOT_HASHES * HASH_BYTES];
    size_t len = 0;
    int64_t number = serial * GM_SEEN_SLOT_HASHES;
    for (int i = 0; i < GM_SEEN_SLOT_HASHES && number < seen->next; i++, number++) {
        const uint64_t hash = seen->hashes[number % RING];
        for (int byte = 0; byte < HASH_BYTES; byte++)
            bytes[len++] = (unsigned char)(hash >> 8 * byte);
    }
    gm_buffer_printf(out, "%d %" PRId64 " ", SLOT_VERSION, serial);
    gm_base64_write(out, (struct gm_str){(const char *)bytes, len});
}

struct slot {
    int64_t serial;
    struct gm_str bytes;
};

static int by_serial(const void *a, const void *b)
{
    const struct slot *left = a, *right = b;
    return (left->serial > right->serial) - (left->serial < right->serial);
}

static enum gm_err read_slot(const char *text, size_t place, struct gm_arena *arena,
                             struct slot *ret_slot, struct gm_error *error)
{
    int version = 0, taken = 0;
    struct slot slot;
    if (sscanf(text, "%d %" SCNd64 " %n", &version, &slot.serial, &taken) != 2 ||
        version != SLOT_VERSION || slot.serial < 0 || slot.serial > INT64_MAX / KEPT_MAX ||
        (size_t)slot.serial % GM_SEEN_SLOTS != place || taken == 0 ||
        gm_base64_read(gm_str(text + taken), arena, &slot.bytes, NULL) ||
        slot.bytes.len % HASH_BYTES != 0 ||
        slot.bytes.len > (size_t)GM_SEEN_SLOT_HASHES * HASH_BYTES)
        return gm_error_set(error, GM_ERR_INVALID, "\"%.60s\" is no list of what was taken", text);
    *ret_slot = slot;
    return GM_OK;
}

static uint64_t hash_at(struct gm_str bytes, size_t index)
{
    uint64_t hash = 0;
    for (int byte = 0; byte < HASH_BYTES; byte++)
        hash |= (uint64_t)(unsigned char)bytes.data[index * HASH_BYTES + (size_t)byte] << 8 * byte;
    return hash;
}

// Takes the slots in their order; where one is missing, what stood in it is not known any more.
static void take_slots(struct gm_seen *seen, const struct slot *slots, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const size_t hashes = slots[i].bytes.len / HASH_BYTES;
        const int64_t begin = slots[i].serial * GM_SEEN_SLOT_HASHES;
        if (begin != seen->next) {
            while (seen->oldest < seen->next)
                remove_number(seen, seen->oldest++);
            seen->oldest = seen->kept = seen->next = begin;
        }
        for (size_t h = 0; h < hashes; h++) {
            const uint64_t hash = hash_at(slots[i].bytes, h);
            if (!gm_seen_has(seen, hash))
                (void)gm_seen_add(seen, hash);
        }
        gm_seen_keep(seen);
    }
}

enum gm_err gm_seen_read(struct gm_seen *seen, const char *const *texts, struct gm_error *error)
{
    struct slot slots[GM_SEEN_SLOTS];
    struct gm_arena arena;
    size_t count = 0;
    enum gm_err err = GM_OK;
    assert(seen->next == 0);
    gm_arena_init(&arena, 64 * 1024, 1024 * 1024);
    for (size_t i = 0; !err && i < GM_SEEN_SLOTS; i++)
        if (texts[i] && !(err = read_slot(texts[i], i, &arena, &slots[count], error)))
            count++;
    if (!err) {
        qsort(slots, count, sizeof slots[0], by_serial);
        take_slots(seen, slots, count);
    }
    gm_arena_finish(&arena);
    return err;
}
