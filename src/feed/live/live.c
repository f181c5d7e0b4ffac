// The tables of live feeds.
#include "feed/live/live.h"

#include <string.h>

const struct gm_live_ops *const gm_live_prices[] = {&gm_live_coinbase, NULL};
const struct gm_live_ops *const gm_live_social[] = {&gm_live_bluesky, NULL};

const struct gm_live_ops *gm_live_find(const struct gm_live_ops *const *table, const char *name)
{
    for (; *table; table++)
        if (strcmp((*table)->feed.name, name) == 0)
            return *table;
    return NULL;
}
