// What happens when memory cannot be had: every allocation fails in its turn.
#include "../test.h"

#include "base/arena.h"
#include "base/buffer.h"
#include "base/json.h"

#include <stdlib.h>

// How many allocations still succeed; negative: all.
static int left = -1;

void *__real_malloc(size_t bytes);
void *__real_realloc(void *memory, size_t bytes);
void *__wrap_malloc(size_t bytes);
void *__wrap_realloc(void *memory, size_t bytes);

void *__wrap_malloc(size_t bytes)
{
    return left == 0 ? NULL : (left -= left > 0, __real_malloc(bytes));
}

void *__wrap_realloc(void *memory, size_t bytes)
{
    return left == 0 ? NULL : (left -= left > 0, __real_realloc(memory, bytes));
}

static void arena_gives_null_and_stays_usable(void **state)
{
    (void)state;
    struct gm_arena arena;
    gm_arena_init(&arena, 256, SIZE_MAX);
    left = 0;
    assert_null(gm_arena_alloc(&arena, 1));
    assert_null(gm_arena_copy(&arena, gm_str("x")).data);
    left = 1;
    assert_non_null(gm_arena_alloc(&arena, 200));
    assert_null(gm_arena_alloc(&arena, 200));
    assert_int_equal(arena.used_bytes, 208);
    left = -1;
    assert_non_null(gm_arena_alloc(&arena, 200));
    gm_arena_finish(&arena);
}

static void buffer_keeps_what_it_holds(void **state)
{
    (void)state;
    struct gm_buffer buffer;
    struct gm_error error;
    char text[1000] = {0};
    gm_buffer_init(&buffer, 100000);
    gm_buffer_append_c(&buffer, "kept");
    left = 0;
    gm_buffer_append(&buffer, text, sizeof(text));
    left = -1;
    assert_int_equal(gm_buffer_ok(&buffer, &error), GM_ERR_NOMEM);
    assert_string_equal(error.message, "out of memory");
    assert_int_equal(buffer.len, 4);
    assert_memory_equal(buffer.data, "kept", 4);
    gm_buffer_finish(&buffer);
}

static void printf_at_the_limit_needs_memory_of_its_own(void **state)
{
    (void)state;
    struct gm_buffer buffer;
    gm_buffer_init(&buffer, 4);
    left = 1;
    gm_buffer_printf(&buffer, "%s", "1234");
    left = -1;
    assert_int_equal(buffer.failed, GM_ERR_NOMEM);
    assert_int_equal(buffer.len, 0);
    gm_buffer_finish(&buffer);
}

static void escaped_string_needs_the_arena(void **state)
{
    (void)state;
    struct gm_arena arena;
    struct gm_json json;
    struct gm_error error;
    struct gm_str text = gm_str("untouched");
    gm_arena_init(&arena, 256, 16);
    gm_json_init(&json, gm_str("\"more than sixteen bytes\\n\""), &arena);
    assert_int_equal(gm_json_string(&json, &text, &error), GM_ERR_NOMEM);
    assert_string_equal(text.data, "untouched");
    gm_json_init(&json, gm_str("\"a\\n\""), &arena);
    left = 0;
    assert_int_equal(gm_json_string(&json, &text, &error), GM_ERR_NOMEM);
    left = -1;
    assert_string_equal(text.data, "untouched");
    gm_arena_finish(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arena_gives_null_and_stays_usable),
        cmocka_unit_test(buffer_keeps_what_it_holds),
        cmocka_unit_test(printf_at_the_limit_needs_memory_of_its_own),
        cmocka_unit_test(escaped_string_needs_the_arena),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
