// Topics: names, and the partition that every Kafka client would choose too.
#include "../test.h"

#include "event/topic.h"

static void names_lead_back(void **state)
{
    (void)state;
    for (int topic = 0; topic < GM_TOPIC_COUNT; topic++) {
        struct gm_str name = gm_str(gm_topic_name((enum gm_topic)topic));
        assert_int_equal(gm_topic_of(name), topic);
        assert_int_equal(gm_topic_of((struct gm_str){name.data, name.len - 1}), GM_TOPIC_COUNT);
    }
    assert_string_equal(gm_topic_name(GM_TOPIC_MARKET_SIGNALS), "market-signals");
    assert_int_equal(gm_topic_of(gm_str("")), GM_TOPIC_COUNT);
    assert_int_equal(gm_topic_of(gm_str("Live-Prices")), GM_TOPIC_COUNT);
}

// The hashes that Kafka's own test of its murmur2 expects; the partitioner drops the sign bit.
static void partitions_are_kafkas(void **state)
{
    (void)state;
    static const struct {
        const char *key;
        int32_t hash;
    } cases[] = {
        {"21", -973932308},
        {"foobar", -790332482},
        {"a-little-bit-long-string", -985981536},
        {"a-little-bit-longer-string", -1486304829},
        {"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971},
        {"abc", 479470107},
    };
    static const int partitions[] = {1, 2, 3, 12, 50, INT32_MAX};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        for (size_t p = 0; p < sizeof(partitions) / sizeof(partitions[0]); p++)
            assert_int_equal(gm_topic_partition(gm_str(cases[i].key), partitions[p]),
                             (cases[i].hash & INT32_MAX) % partitions[p]);
}

static void tickers_spread(void **state)
{
    (void)state;
    int counts[8] = {0};
    for (int i = 0; i < 8000; i++) {
        char ticker[16] = "t0000";
        for (int at = 4, left = i; at > 0; at--, left /= 10)
            ticker[at] = (char)('0' + left % 10);
        counts[gm_topic_partition(gm_str(ticker), 8)]++;
    }
    for (int i = 0; i < 8; i++)
        assert_in_range(counts[i], 800, 1200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_lead_back),
        cmocka_unit_test(partitions_are_kafkas),
        cmocka_unit_test(tickers_spread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
