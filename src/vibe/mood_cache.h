// The mood cache: what has been scored once is not scored again while it is remembered.
//
// A wave of hype is copied and pasted, and "GME to the moon" comes in every spelling. Whatever a
// scorer turns a text into before the expensive part (the ids of its word pieces) is the key; its
// 128-bit hash under a random key of this process stands for it (base/siphash.h), so that nobody
// can write a text that gets another text's mood. Of `entries` moods the one that was not asked for
// the longest goes first. Every operation takes the same time however full it is, and the memory,
// 48 bytes an entry, is taken once. One thread at a time.
#ifndef GM_VIBE_MOOD_CACHE_H
#define GM_VIBE_MOOD_CACHE_H

#include "base/error.h"
#include "base/siphash.h"
#include "vibe/scorer.h"

#include <stdbool.h>
#include <stddef.h>

enum { GM_MOOD_CACHE_ENTRIES_MAX = 1 << 26 };

struct gm_mood_cache;

// `entries` 0 … GM_MOOD_CACHE_ENTRIES_MAX; with 0 it remembers nothing.
enum gm_err gm_mood_cache_create(size_t entries, struct gm_mood_cache **ret_cache,
                                 struct gm_error *error);
void gm_mood_cache_destroy(struct gm_mood_cache *cache); // NULL is fine

struct gm_hash128 gm_mood_cache_hash(const struct gm_mood_cache *cache, const void *key,
                                     size_t bytes);

// True, the mood as it was put, to the bit, and the entry is now the newest; or false.
bool gm_mood_cache_get(struct gm_mood_cache *cache, struct gm_hash128 hash,
                       struct gm_mood *ret_mood);

// Remembers a mood, or another one for a hash that is there, as the newest.
void gm_mood_cache_put(struct gm_mood_cache *cache, struct gm_hash128 hash,
                       const struct gm_mood *mood);

// How many moods are remembered.
size_t gm_mood_cache_count(const struct gm_mood_cache *cache);

#endif
