// SipHash-2-4 with 128 bits (Aumasson and Bernstein): a hash under a secret key.
//
// Whoever does not know the key cannot find two inputs of one hash, nor tell the hashes from random
// numbers: for tables whose keys come from outside, where a collision would let a stranger put one
// thing in another's place.
#ifndef GM_BASE_SIPHASH_H
#define GM_BASE_SIPHASH_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

struct gm_siphash_key {
    uint64_t words[2];
};

struct gm_hash128 {
    uint64_t words[2];
};

// A key from the system's random numbers.
enum gm_err gm_siphash_key_draw(struct gm_siphash_key *ret_key, struct gm_error *error);

// About a byte a cycle.
struct gm_hash128 gm_siphash(const struct gm_siphash_key *key, const void *data, size_t bytes);

#endif
