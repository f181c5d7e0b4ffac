// An arena: many small allocations, freed all at once. One thread at a time.
//
// A stage keeps one arena a batch and resets it after the commit, so steady work allocates nothing.
#ifndef GM_BASE_ARENA_H
#define GM_BASE_ARENA_H

#include "base/str.h"

#include <stddef.h>

struct gm_arena_block;

struct gm_arena {
    struct gm_arena_block *head; // newest block first
    size_t block_bytes;          // size of a regular block
    size_t used_bytes;           // handed out since the last reset, each in multiples of 16
    size_t limit_bytes;          // used_bytes never goes past this
};

// `block_bytes` ≥ 256; `limit_bytes` bounds what may be handed out between two resets. Allocates
// nothing yet, so it cannot fail.
void gm_arena_init(struct gm_arena *arena, size_t block_bytes, size_t limit_bytes);

// Frees everything. The arena may be used again.
void gm_arena_finish(struct gm_arena *arena);

// Forgets all allocations and keeps one regular block for the next round.
void gm_arena_reset(struct gm_arena *arena);

// `bytes` of uninitialised memory aligned to 16, or NULL when memory or the limit is exhausted.
// 0 bytes gives a valid pointer.
void *gm_arena_alloc(struct gm_arena *arena, size_t bytes);

// A copy with a NUL after it (len does not count it); data is NULL when memory is exhausted.
struct gm_str gm_arena_copy(struct gm_arena *arena, struct gm_str text);

#endif
