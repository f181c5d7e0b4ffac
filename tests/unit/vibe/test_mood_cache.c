// The mood cache against a naive one: a list in the order of use, searched from its front.
#include "../test.h"

#include "vibe/mood_cache.h"

#include <stdlib.h>
#include <string.h>

enum { KEYS = 64, STEPS = 20000 };

struct naive {
    size_t entries, count;
    struct {
        uint32_t key;
        struct gm_mood mood;
    } list[KEYS + 1]; // newest first
};

static size_t naive_find(const struct naive *naive, uint32_t key)
{
    size_t at = 0;
    while (at < naive->count && naive->list[at].key != key)
        at++;
    return at;
}

static void naive_move_to_front(struct naive *naive, size_t at)
{
    const __typeof__(naive->list[0]) entry = naive->list[at];
    memmove(&naive->list[1], &naive->list[0], at * sizeof entry);
    naive->list[0] = entry;
}

static bool naive_get(struct naive *naive, uint32_t key, struct gm_mood *ret_mood)
{
    const size_t at = naive_find(naive, key);
    if (at == naive->count)
        return false;
    *ret_mood = naive->list[at].mood;
    naive_move_to_front(naive, at);
    return true;
}

static void naive_put(struct naive *naive, uint32_t key, const struct gm_mood *mood)
{
    if (naive->entries == 0)
        return;
    size_t at = naive_find(naive, key);
    if (at == naive->count && naive->count < naive->entries)
        naive->count++;
    else if (at == naive->count)
        at--; // over the oldest
    naive->list[at].key = key;
    naive->list[at].mood = *mood;
    naive_move_to_front(naive, at);
}

static struct gm_mood random_mood(struct test_random *random)
{
    const enum gm_label label = (enum gm_label)(test_random(random) % 3);
    return gm_mood_of(label, (float)(test_random(random) % 65535 + 1) / 65536.0F);
}

static void behaves_as_the_naive_one(size_t entries)
{
    struct test_random random = {entries + 1};
    struct naive naive = {.entries = entries};
    struct gm_mood_cache *cache;
    assert_int_equal(gm_mood_cache_create(entries, &cache, NULL), GM_OK);
    for (int step = 0; step < STEPS; step++) {
        const uint32_t key = (uint32_t)(test_random(&random) % KEYS);
        const struct gm_hash128 hash = gm_mood_cache_hash(cache, &key, sizeof key);
        if (test_random(&random) % 2) {
            const struct gm_mood mood = random_mood(&random);
            gm_mood_cache_put(cache, hash, &mood);
            naive_put(&naive, key, &mood);
        } else {
            struct gm_mood mood, expected;
            const bool found = gm_mood_cache_get(cache, hash, &mood);
            assert_int_equal(found, naive_get(&naive, key, &expected));
            if (found) {
                assert_int_equal(mood.label, expected.label);
                assert_memory_equal(&mood.score, &expected.score, sizeof mood.score);
                assert_memory_equal(&mood.vibe, &expected.vibe, sizeof mood.vibe);
            }
        }
        assert_int_equal(gm_mood_cache_count(cache), naive.count);
    }
    gm_mood_cache_destroy(cache);
}

static void any_size_behaves_as_the_naive_one(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 2, 3, 5, 8, 31, KEYS - 1, KEYS, KEYS + 1, 1000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        behaves_as_the_naive_one(sizes[i]);
}

static void the_hash_depends_on_the_cache(void **state)
{
    (void)state;
    struct gm_mood_cache *a, *b;
    assert_int_equal(gm_mood_cache_create(1, &a, NULL), GM_OK);
    assert_int_equal(gm_mood_cache_create(1, &b, NULL), GM_OK);
    const struct gm_hash128 in_a = gm_mood_cache_hash(a, "moon", 4);
    const struct gm_hash128 in_b = gm_mood_cache_hash(b, "moon", 4);
    assert_memory_not_equal(&in_a, &in_b, sizeof in_a);
    gm_mood_cache_destroy(a);
    gm_mood_cache_destroy(b);
}

static void a_size_over_the_limit_is_refused(void **state)
{
    (void)state;
    struct gm_mood_cache *const untouched =
        (struct gm_mood_cache *)&a_size_over_the_limit_is_refused;
    struct gm_mood_cache *cache = untouched;
    struct gm_error error;
    assert_int_equal(gm_mood_cache_create((size_t)GM_MOOD_CACHE_ENTRIES_MAX + 1, &cache, &error),
                     GM_ERR_LIMIT);
    assert_ptr_equal(cache, untouched);
    assert_non_null(strstr(error.message, "67108865"));
    gm_mood_cache_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_size_behaves_as_the_naive_one),
        cmocka_unit_test(the_hash_depends_on_the_cache),
        cmocka_unit_test(a_size_over_the_limit_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
