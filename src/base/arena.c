// The arena: a list of blocks, allocation by moving an end forward in the newest one.
//
// What is larger than a regular block gets a block of its own, put behind the newest so that the
// room left there stays in use. Under AddressSanitizer the bytes that are not handed out are
// poisoned: a slice that outlives a reset is caught at its first use.
#include "base/arena.h"

#include <assert.h>
#include <stdalign.h>
#include <stdlib.h>

#if defined(__SANITIZE_ADDRESS__)
#define GM_ARENA_POISONS 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define GM_ARENA_POISONS 1
#endif
#endif

#ifdef GM_ARENA_POISONS
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(address, bytes)   ((void)(address), (void)(bytes))
#define ASAN_UNPOISON_MEMORY_REGION(address, bytes) ((void)(address), (void)(bytes))
#endif

enum { ALIGN = 16 };

struct gm_arena_block {
    struct gm_arena_block *next;
    size_t capacity, used;
    alignas(ALIGN) char data[];
};

void gm_arena_init(struct gm_arena *arena, size_t block_bytes, size_t limit_bytes)
{
    assert(block_bytes >= 256);
    *arena = (struct gm_arena){.block_bytes = block_bytes & ~(size_t)(ALIGN - 1),
                               .limit_bytes = limit_bytes};
}

static void block_free(struct gm_arena_block *block)
{
    ASAN_UNPOISON_MEMORY_REGION(block->data, block->capacity);
    free(block);
}

void gm_arena_finish(struct gm_arena *arena)
{
    for (struct gm_arena_block *block = arena->head, *next; block; block = next) {
        next = block->next;
        block_free(block);
    }
    arena->head = NULL;
    arena->used_bytes = 0;
}

void gm_arena_reset(struct gm_arena *arena)
{
    struct gm_arena_block *kept = NULL;
    for (struct gm_arena_block *block = arena->head, *next; block; block = next) {
        next = block->next;
        if (!kept && block->capacity == arena->block_bytes)
            kept = block;
        else
            block_free(block);
    }
    if (kept) {
        kept->next = NULL;
        kept->used = 0;
        ASAN_POISON_MEMORY_REGION(kept->data, kept->capacity);
    }
    arena->head = kept;
    arena->used_bytes = 0;
}

static struct gm_arena_block *block_add(struct gm_arena *arena, size_t bytes)
{
    size_t capacity = bytes > arena->block_bytes ? bytes : arena->block_bytes;
    struct gm_arena_block *block = malloc(sizeof(*block) + capacity);
    if (!block)
        return NULL;
    block->capacity = capacity;
    block->used = 0;
    ASAN_POISON_MEMORY_REGION(block->data, capacity);
    if (arena->head && capacity > arena->block_bytes) {
        block->next = arena->head->next;
        arena->head->next = block;
    } else {
        block->next = arena->head;
        arena->head = block;
    }
    return block;
}

void *gm_arena_alloc(struct gm_arena *arena, size_t bytes)
{
    if (bytes > arena->limit_bytes)
        return NULL;
    size_t rounded = bytes ? (bytes + ALIGN - 1) & ~(size_t)(ALIGN - 1) : ALIGN;
    if (rounded > arena->limit_bytes - arena->used_bytes)
        return NULL;
    struct gm_arena_block *block = arena->head;
    if (!block || block->capacity - block->used < rounded) {
        block = block_add(arena, rounded);
        if (!block)
            return NULL;
    }
    char *memory = block->data + block->used;
    block->used += rounded;
    arena->used_bytes += rounded;
    ASAN_UNPOISON_MEMORY_REGION(memory, bytes);
    return memory;
}

struct gm_str gm_arena_copy(struct gm_arena *arena, struct gm_str text)
{
    char *copy = text.len < SIZE_MAX ? gm_arena_alloc(arena, text.len + 1) : NULL;
    if (!copy)
        return (struct gm_str){NULL, 0};
    if (text.len)
        memcpy(copy, text.data, text.len);
    copy[text.len] = '\0';
    return (struct gm_str){copy, text.len};
}
