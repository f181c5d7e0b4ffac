#include "feed/live/recent.h"

#include <inttypes.h>
#include <stdio.h>

uint64_t gm_recent_hash(const void *data, size_t len)
{
    return gm_hash64(data, len) | 1;
}

bool gm_recent_has(const struct gm_recent *recent, uint64_t hash)
{
    for (size_t i = 0; i < GM_RECENT_MAX; i++)
        if (recent->hashes[i] == hash)
            return true;
    return false;
}

void gm_recent_add(struct gm_recent *recent, uint64_t hash)
{
    recent->hashes[recent->next] = hash;
    recent->next = (recent->next + 1) % GM_RECENT_MAX;
}

void gm_recent_write(const struct gm_recent *recent, struct gm_buffer *out)
{
    for (size_t i = 1; i <= GM_RECENT_KEPT; i++) {
        const uint64_t hash = recent->hashes[(recent->next + GM_RECENT_MAX - i) % GM_RECENT_MAX];
        if (hash == 0)
            break;
        gm_buffer_printf(out, " %" PRIx64, hash);
    }
}

void gm_recent_read(struct gm_recent *recent, const char *text)
{
    uint64_t hashes[GM_RECENT_KEPT];
    size_t count = 0;
    int taken = 0;
    for (const char *at = text;
         count < GM_RECENT_KEPT && sscanf(at, " %" SCNx64 "%n", &hashes[count], &taken) == 1;
         at += taken)
        count++;
    while (count > 0)
        gm_recent_add(recent, hashes[--count]);
}
