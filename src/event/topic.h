// The topics of the bus and what they carry.
#ifndef GM_EVENT_TOPIC_H
#define GM_EVENT_TOPIC_H

#include "base/str.h"

enum gm_topic {
    GM_TOPIC_LIVE_PRICES,    // struct gm_tick
    GM_TOPIC_LIVE_SOCIAL,    // struct gm_post
    GM_TOPIC_MARKET_SIGNALS, // struct gm_signal
    GM_TOPIC_MARKET_ALERTS,  // struct gm_alert
    GM_TOPIC_DEAD_LETTERS,   // struct gm_dead_letter
    GM_TOPIC_COUNT,
};

// "live-prices", … Static text, never NULL for a topic.
const char *gm_topic_name(enum gm_topic topic);

// The topic of that name, or GM_TOPIC_COUNT.
enum gm_topic gm_topic_of(struct gm_str name);

// Which of `partitions` (≥ 1) a ticker belongs to: murmur2 as Kafka's own default partitioner, so
// that every client of either bus agrees.
int gm_topic_partition(struct gm_str ticker, int partitions);

#endif
