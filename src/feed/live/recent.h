// What was given lately: the hashes of posts, so that none is given twice.
//
// A ring: the oldest makes room for the newest. A feed's cursor keeps the newest of them as text,
// " HASH HASH …" in hexadecimal, the newest first. One thread at a time.
#ifndef GM_FEED_LIVE_RECENT_H
#define GM_FEED_LIVE_RECENT_H

#include "base/buffer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    GM_RECENT_MAX = 2048,
    GM_RECENT_KEPT = 200,                          // of them in a cursor
    GM_RECENT_TEXT_BYTES_MAX = GM_RECENT_KEPT * 17 // what they take there
};

struct gm_recent {
    uint64_t hashes[GM_RECENT_MAX]; // 0: free
    size_t next;
};

// Never 0, as a post's hash must be.
uint64_t gm_recent_hash(const void *data, size_t len);

bool gm_recent_has(const struct gm_recent *recent, uint64_t hash);
void gm_recent_add(struct gm_recent *recent, uint64_t hash);

void gm_recent_write(const struct gm_recent *recent, struct gm_buffer *out);
void gm_recent_read(struct gm_recent *recent, const char *text); // up to what is no hash

#endif
