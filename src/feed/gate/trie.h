// All keywords, folded, as one trie: from a place in a text it says in one walk which of them stand
// there.
#ifndef GM_FEED_GATE_TRIE_H
#define GM_FEED_GATE_TRIE_H

#include "base/error.h"
#include "base/str.h"

#include <stddef.h>
#include <stdint.h>

enum gm_keyword_kind {
    GM_KEYWORD_WORD,    // in any case
    GM_KEYWORD_CASHTAG, // with $ before it
    GM_KEYWORD_HASHTAG, // with # before it
    GM_KEYWORD_EXACT,   // as it is written
    GM_KEYWORD_EXCLUDE, // in any case; speaks against its ticker
};

struct gm_keyword {
    uint32_t ticker;
    enum gm_keyword_kind kind;
    struct gm_str text; // without the sign of its kind
    uint32_t next;      // index + 1 of another keyword that ends at the same node; 0: none
};

struct gm_trie {
    uint64_t *edges; // (node << 8 | byte) + 1 at slot 2i, the child at 2i + 1; 0: free
    size_t edge_slots, edge_count;
    uint32_t *keywords; // by node: index + 1 of the first keyword that ends there; 0: none
    uint32_t node_count, node_capacity;
};

enum gm_err gm_trie_init(struct gm_trie *trie, struct gm_error *error);
void gm_trie_finish(struct gm_trie *trie); // a zeroed trie is fine

// The node after `node` by `byte`; 0, which is the root and no child of any, where there is none.
uint32_t gm_trie_child(const struct gm_trie *trie, uint32_t node, unsigned char byte);

// As gm_trie_child, but makes it where there is none.
enum gm_err gm_trie_grow(struct gm_trie *trie, uint32_t node, unsigned char byte,
                         uint32_t *ret_child, struct gm_error *error);

#endif
