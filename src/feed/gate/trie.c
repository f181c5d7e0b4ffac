// Edges live in one open hash table, half full at most: a step costs about one look into memory,
// however many children a node has.
#include "feed/gate/trie.h"

#include <stdlib.h>
#include <string.h>

enum { SLOTS_FIRST = 1024, NODES_FIRST = 512 };

static size_t slot_of(const uint64_t *edges, size_t slots, uint64_t key)
{
    size_t slot = (size_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> 20) & (slots - 1);
    while (edges[2 * slot] != 0 && edges[2 * slot] != key)
        slot = (slot + 1) & (slots - 1);
    return slot;
}

static uint64_t key_of(uint32_t node, unsigned char byte)
{
    return ((uint64_t)node << 8 | byte) + 1;
}

static enum gm_err out_of_memory(struct gm_error *error)
{
    return gm_error_set(error, GM_ERR_NOMEM, "out of memory for the keywords");
}

enum gm_err gm_trie_init(struct gm_trie *trie, struct gm_error *error)
{
    *trie = (struct gm_trie){
        .edges = calloc(2 * SLOTS_FIRST, sizeof *trie->edges),
        .edge_slots = SLOTS_FIRST,
        .keywords = calloc(NODES_FIRST, sizeof *trie->keywords),
        .node_count = 1,
        .node_capacity = NODES_FIRST,
    };
    if (trie->edges && trie->keywords)
        return GM_OK;
    gm_trie_finish(trie);
    return out_of_memory(error);
}

void gm_trie_finish(struct gm_trie *trie)
{
    free(trie->edges);
    free(trie->keywords);
    *trie = (struct gm_trie){0};
}

uint32_t gm_trie_child(const struct gm_trie *trie, uint32_t node, unsigned char byte)
{
    const size_t slot = slot_of(trie->edges, trie->edge_slots, key_of(node, byte));
    return (uint32_t)trie->edges[2 * slot + 1]; // a free slot is zeroed
}

static enum gm_err grow_edges(struct gm_trie *trie, struct gm_error *error)
{
    const size_t slots = 2 * trie->edge_slots;
    uint64_t *edges = calloc(2 * slots, sizeof *edges);
    if (!edges)
        return out_of_memory(error);
    for (size_t i = 0; i < trie->edge_slots; i++) {
        if (trie->edges[2 * i] == 0)
            continue;
        const size_t slot = slot_of(edges, slots, trie->edges[2 * i]);
        memcpy(edges + 2 * slot, trie->edges + 2 * i, 2 * sizeof *edges);
    }
    free(trie->edges);
    trie->edges = edges;
    trie->edge_slots = slots;
    return GM_OK;
}

static enum gm_err grow_nodes(struct gm_trie *trie, struct gm_error *error)
{
    const size_t capacity = 2 * (size_t)trie->node_capacity;
    uint32_t *keywords = realloc(trie->keywords, capacity * sizeof *keywords);
    if (!keywords)
        return out_of_memory(error);
    memset(keywords + trie->node_capacity, 0, trie->node_capacity * sizeof *keywords);
    trie->keywords = keywords;
    trie->node_capacity = (uint32_t)capacity;
    return GM_OK;
}

enum gm_err gm_trie_grow(struct gm_trie *trie, uint32_t node, unsigned char byte,
                         uint32_t *ret_child, struct gm_error *error)
{
    *ret_child = gm_trie_child(trie, node, byte);
    if (*ret_child != 0)
        return GM_OK;
    enum gm_err err = GM_OK;
    if (2 * (trie->edge_count + 1) > trie->edge_slots)
        err = grow_edges(trie, error);
    if (!err && trie->node_count == trie->node_capacity)
        err = grow_nodes(trie, error);
    if (err)
        return err;
    const uint64_t key = key_of(node, byte);
    const size_t slot = slot_of(trie->edges, trie->edge_slots, key);
    trie->edges[2 * slot] = key;
    trie->edges[2 * slot + 1] = trie->node_count;
    trie->edge_count++;
    *ret_child = trie->node_count++;
    return GM_OK;
}
