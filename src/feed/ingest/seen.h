// Which messages were taken already: the hashes of the newest GM_SEEN_KEPT_MIN of them and more.
//
// What is added counts at once, and is kept or taken back together with the transaction that it
// belongs to. It is written down in slots, each a short text that holds GM_SEEN_SLOT_HASHES hashes
// in the order in which they came; when all slots are full, the oldest is begun anew. One thread at
// a time.
//
// A slot is "1 SERIAL HASHES": SERIAL counts the slots ever begun, so it stands in slot SERIAL mod
// GM_SEEN_SLOTS; the hashes are 64-bit numbers, little-endian, in base64.
#ifndef GM_FEED_INGEST_SEEN_H
#define GM_FEED_INGEST_SEEN_H

#include "base/buffer.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    GM_SEEN_SLOTS = 48,
    GM_SEEN_SLOT_HASHES = 368,
    GM_SEEN_KEPT_MIN = (GM_SEEN_SLOTS - 1) * GM_SEEN_SLOT_HASHES,
    GM_SEEN_NEW_MAX = 8192, // added and not yet kept
};

struct gm_seen {
    uint64_t *hashes;           // a ring of RING places, by number mod RING
    uint32_t *table;            // places + 1 by hash, open addressing; 0: free
    int64_t oldest, kept, next; // numbers: the first that counts, past the last kept, past the last
};

// GM_ERR_NOMEM.
enum gm_err gm_seen_init(struct gm_seen *seen, struct gm_error *error);
void gm_seen_finish(struct gm_seen *seen); // a zeroed one is fine

bool gm_seen_has(const struct gm_seen *seen, uint64_t hash);

// Adds a hash that it does not have. False: GM_SEEN_NEW_MAX are new already.
bool gm_seen_add(struct gm_seen *seen, uint64_t hash);

// What is new stays, and the oldest may go; or what is new goes.
void gm_seen_keep(struct gm_seen *seen);
void gm_seen_take_back(struct gm_seen *seen);

// The slots to be written before what is new is kept: serials [*ret_begin, *ret_end).
void gm_seen_new_slots(const struct gm_seen *seen, int64_t *ret_begin, int64_t *ret_end);
// Appends the text of a slot, at most 4,096 bytes.
void gm_seen_write_slot(const struct gm_seen *seen, int64_t serial, struct gm_buffer *out);

// Reads GM_SEEN_SLOTS texts, NULL for those never written, into an empty set. GM_ERR_INVALID: one
// of them is none.
enum gm_err gm_seen_read(struct gm_seen *seen, const char *const *slots, struct gm_error *error);

#endif
