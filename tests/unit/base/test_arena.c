// The arena: alignment, blocks, the limit, what a reset keeps.
#include "../test.h"

#include "base/arena.h"

static void memory_is_aligned_and_apart(void **state)
{
    (void)state;
    struct gm_arena arena;
    struct test_random random = {1};
    gm_arena_init(&arena, 1000, SIZE_MAX);
    unsigned char *all[500];
    size_t sizes[500];
    for (int i = 0; i < 500; i++) {
        sizes[i] = test_random_below(&random, 3000);
        all[i] = gm_arena_alloc(&arena, sizes[i]);
        assert_non_null(all[i]);
        assert_int_equal((uintptr_t)all[i] % 16, 0);
        memset(all[i], i & 0xff, sizes[i]);
    }
    for (int i = 0; i < 500; i++)
        for (size_t at = 0; at < sizes[i]; at++)
            assert_int_equal(all[i][at], i & 0xff);
    gm_arena_finish(&arena);
}

static void nothing_is_a_valid_pointer(void **state)
{
    (void)state;
    struct gm_arena arena;
    gm_arena_init(&arena, 256, 256);
    void *first = gm_arena_alloc(&arena, 0), *second = gm_arena_alloc(&arena, 0);
    assert_non_null(first);
    assert_non_null(second);
    assert_ptr_not_equal(first, second);
    gm_arena_finish(&arena);
}

static void limit_holds_and_reset_lifts_it(void **state)
{
    (void)state;
    struct gm_arena arena;
    gm_arena_init(&arena, 256, 1024);
    for (int round = 0; round < 3; round++) {
        assert_non_null(gm_arena_alloc(&arena, 1000));
        assert_int_equal(arena.used_bytes, 1008);
        assert_null(gm_arena_alloc(&arena, 17));
        assert_non_null(gm_arena_alloc(&arena, 16));
        assert_null(gm_arena_alloc(&arena, 0));
        gm_arena_reset(&arena);
        assert_int_equal(arena.used_bytes, 0);
    }
    assert_null(gm_arena_alloc(&arena, 1025));
    assert_null(gm_arena_alloc(&arena, SIZE_MAX));
    assert_null(gm_arena_alloc(&arena, SIZE_MAX - 8));
    gm_arena_finish(&arena);
}

static void rounding_up_does_not_pass_the_limit(void **state)
{
    (void)state;
    struct gm_arena arena;
    gm_arena_init(&arena, 256, 100);
    assert_null(gm_arena_alloc(&arena, 100)); // would take 112
    assert_non_null(gm_arena_alloc(&arena, 96));
    gm_arena_finish(&arena);
}

static void large_block_leaves_the_regular_one_in_use(void **state)
{
    (void)state;
    struct gm_arena arena;
    gm_arena_init(&arena, 256, SIZE_MAX);
    char *before = gm_arena_alloc(&arena, 16);
    assert_non_null(gm_arena_alloc(&arena, 5000));
    char *after = gm_arena_alloc(&arena, 16);
    assert_ptr_equal(after, before + 16);
    gm_arena_finish(&arena);
}

static void reset_keeps_one_regular_block(void **state)
{
    (void)state;
    struct gm_arena arena;
    gm_arena_init(&arena, 256, SIZE_MAX);
    gm_arena_alloc(&arena, 5000); // the only block, and no regular one
    gm_arena_reset(&arena);
    assert_null(arena.head);
    char *first = gm_arena_alloc(&arena, 256);
    gm_arena_reset(&arena);
    assert_non_null(arena.head);
    assert_ptr_equal(gm_arena_alloc(&arena, 256), first);
    gm_arena_finish(&arena);
    assert_null(arena.head);
    assert_non_null(gm_arena_alloc(&arena, 1)); // usable again
    gm_arena_finish(&arena);
}

static void copy_ends_with_nul(void **state)
{
    (void)state;
    struct gm_arena arena;
    gm_arena_init(&arena, 256, 64);
    struct gm_str copy = gm_arena_copy(&arena, (struct gm_str){"price now", 5});
    assert_int_equal(copy.len, 5);
    assert_string_equal(copy.data, "price");
    copy = gm_arena_copy(&arena, (struct gm_str){NULL, 0});
    assert_int_equal(copy.len, 0);
    assert_string_equal(copy.data, "");
    char text[64] = {0};
    assert_null(gm_arena_copy(&arena, (struct gm_str){text, sizeof(text)}).data);
    gm_arena_finish(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_aligned_and_apart),
        cmocka_unit_test(nothing_is_a_valid_pointer),
        cmocka_unit_test(limit_holds_and_reset_lifts_it),
        cmocka_unit_test(rounding_up_does_not_pass_the_limit),
        cmocka_unit_test(large_block_leaves_the_regular_one_in_use),
        cmocka_unit_test(reset_keeps_one_regular_block),
        cmocka_unit_test(copy_ends_with_nul),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
