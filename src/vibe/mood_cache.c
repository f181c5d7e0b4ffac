// The mood cache; see mood_cache.h. A hash table with chains, whose entries also stand in a ring in
// the order of their use; entry 0 is the ring's beginning and holds no mood.
#include "vibe/mood_cache.h"

#include <stdint.h>
#include <stdlib.h>

enum { RING = 0 }; // no entry: the end of a chain, both ends of the ring

struct entry {
    struct gm_hash128 hash;
    float score;
    uint32_t label;        // enum gm_label
    uint32_t chain;        // the next entry of the bucket
    uint32_t newer, older; // in the ring
};

struct gm_mood_cache {
    struct gm_siphash_key key;
    size_t entries, count;
    struct entry *list; // entries + 1
    uint32_t *buckets;  // bucket_mask + 1: a power of two, at least `entries`
    size_t bucket_mask;
};

enum gm_err gm_mood_cache_create(size_t entries, struct gm_mood_cache **ret_cache,
                                 struct gm_error *error)
{
    if (entries > GM_MOOD_CACHE_ENTRIES_MAX)
        return gm_error_set(error, GM_ERR_LIMIT, "a cache of %zu moods is over the limit of %d",
                            entries, GM_MOOD_CACHE_ENTRIES_MAX);
    struct gm_mood_cache *cache = calloc(1, sizeof *cache);
    if (!cache)
        return gm_error_set(error, GM_ERR_NOMEM, "out of memory");
    size_t buckets = 1;
    while (buckets < entries)
        buckets *= 2;
    cache->entries = entries;
    cache->bucket_mask = buckets - 1;
    cache->list = calloc(entries + 1, sizeof *cache->list);
    cache->buckets = calloc(buckets, sizeof *cache->buckets);
    enum gm_err err = GM_OK;
    if (!cache->list || !cache->buckets)
        err = gm_error_set(error, GM_ERR_NOMEM, "out of memory for a cache of %zu moods", entries);
    if (!err)
        err = gm_siphash_key_draw(&cache->key, error);
    if (err) {
        gm_mood_cache_destroy(cache);
        return err;
    }
    *ret_cache = cache;
    return GM_OK;
}

void gm_mood_cache_destroy(struct gm_mood_cache *cache)
{
    if (!cache)
        return;
    free(cache->list);
    free(cache->buckets);
    free(cache);
}

struct gm_hash128 gm_mood_cache_hash(const struct gm_mood_cache *cache, const void *key,
                                     size_t bytes)
{
    return gm_siphash(&cache->key, key, bytes);
}

static bool same(struct gm_hash128 a, struct gm_hash128 b)
{
    return a.words[0] == b.words[0] && a.words[1] == b.words[1];
}

static uint32_t *bucket_of(struct gm_mood_cache *cache, struct gm_hash128 hash)
{
    return &cache->buckets[hash.words[0] & cache->bucket_mask];
}

static uint32_t find(struct gm_mood_cache *cache, struct gm_hash128 hash)
{
    uint32_t at = *bucket_of(cache, hash);
    while (at != RING && !same(cache->list[at].hash, hash))
        at = cache->list[at].chain;
    return at;
}

static void take_out_of_ring(struct gm_mood_cache *cache, uint32_t at)
{
    struct entry *list = cache->list;
    list[list[at].newer].older = list[at].older;
    list[list[at].older].newer = list[at].newer;
}

static void put_in_front(struct gm_mood_cache *cache, uint32_t at)
{
    struct entry *list = cache->list;
    list[at].newer = RING;
    list[at].older = list[RING].older;
    list[list[at].older].newer = at;
    list[RING].older = at;
}

bool gm_mood_cache_get(struct gm_mood_cache *cache, struct gm_hash128 hash,
                       struct gm_mood *ret_mood)
{
    uint32_t at = find(cache, hash);
    if (at == RING)
        return false;
    take_out_of_ring(cache, at);
    put_in_front(cache, at);
    *ret_mood = gm_mood_of((enum gm_label)cache->list[at].label, cache->list[at].score);
    return true;
}

// A place for a new entry, in no chain and not in the ring.
static uint32_t make_room(struct gm_mood_cache *cache)
{
    if (cache->count < cache->entries)
        return (uint32_t)++cache->count;
    uint32_t oldest = cache->list[RING].newer;
    take_out_of_ring(cache, oldest);
    uint32_t *link = bucket_of(cache, cache->list[oldest].hash);
    while (*link != oldest)
        link = &cache->list[*link].chain;
    *link = cache->list[oldest].chain;
    return oldest;
}

void gm_mood_cache_put(struct gm_mood_cache *cache, struct gm_hash128 hash,
                       const struct gm_mood *mood)
{
    if (cache->entries == 0)
        return;
    uint32_t at = find(cache, hash);
    if (at != RING) {
        take_out_of_ring(cache, at);
    } else {
        at = make_room(cache);
        uint32_t *bucket = bucket_of(cache, hash);
        cache->list[at].hash = hash;
        cache->list[at].chain = *bucket;
        *bucket = at;
    }
    cache->list[at].label = mood->label;
    cache->list[at].score = (float)mood->score;
    put_in_front(cache, at);
}

size_t gm_mood_cache_count(const struct gm_mood_cache *cache)
{
    return cache->count;
}
