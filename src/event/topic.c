// Topics: their names, and which partition a ticker belongs to.
#include "event/topic.h"

#include <assert.h>

static const char *const names[GM_TOPIC_COUNT] = {
    [GM_TOPIC_LIVE_PRICES] = "live-prices",       [GM_TOPIC_LIVE_SOCIAL] = "live-social",
    [GM_TOPIC_MARKET_SIGNALS] = "market-signals", [GM_TOPIC_MARKET_ALERTS] = "market-alerts",
    [GM_TOPIC_DEAD_LETTERS] = "dead-letters",
};

const char *gm_topic_name(enum gm_topic topic)
{
    assert((unsigned)topic < GM_TOPIC_COUNT);
    return names[topic];
}

enum gm_topic gm_topic_of(struct gm_str name)
{
    int topic = 0;
    while (topic < GM_TOPIC_COUNT && !gm_str_equal(name, gm_str(names[topic])))
        topic++;
    return (enum gm_topic)topic;
}

static uint32_t load_little_endian(const unsigned char *bytes, size_t count)
{
    uint32_t word = 0;
    for (size_t i = 0; i < count; i++)
        word |= (uint32_t)bytes[i] << (8 * i);
    return word;
}

// MurmurHash2, 32 bits, with the multiplier of its author and the seed that Kafka's clients use.
static uint32_t murmur2(struct gm_str key)
{
    const uint32_t multiplier = 0x5bd1e995, seed = 0x9747b28c;
    const unsigned char *bytes = (const unsigned char *)key.data;
    uint32_t hash = seed ^ (uint32_t)key.len;
    size_t left = key.len;
    for (; left >= 4; left -= 4, bytes += 4) {
        uint32_t word = load_little_endian(bytes, 4) * multiplier;
        word = (word ^ word >> 24) * multiplier;
        hash = hash * multiplier ^ word;
    }
    if (left)
        hash = (hash ^ load_little_endian(bytes, left)) * multiplier;
    hash = (hash ^ hash >> 13) * multiplier;
    return hash ^ hash >> 15;
}

int gm_topic_partition(struct gm_str ticker, int partitions)
{
    assert(partitions >= 1);
    return (int)(murmur2(ticker) & INT32_MAX) % partitions;
}
