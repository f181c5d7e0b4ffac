// Metrics: Prometheus' text format, buckets, grouping by name.
#include "../test.h"

#include "base/metrics.h"

#include <pthread.h>

static const char *rendered(struct gm_metrics *metrics, struct gm_buffer *out)
{
    gm_buffer_reset(out);
    gm_metrics_write(metrics, out);
    gm_buffer_append_byte(out, '\0');
    assert_int_equal(gm_buffer_ok(out, NULL), GM_OK);
    return out->data;
}

static void metrics_of_one_name_stand_together(void **state)
{
    (void)state;
    struct gm_metric a = GM_METRIC(GM_METRIC_COUNTER, "gm_messages_total", "topic=\"a\"", "Seen.");
    struct gm_metric gauge = GM_METRIC(GM_METRIC_GAUGE, "gm_lag", "", "Behind.");
    struct gm_metric b = GM_METRIC(GM_METRIC_COUNTER, "gm_messages_total", "topic=\"b\"", "Seen.");
    struct gm_metrics metrics;
    struct gm_buffer out;
    gm_buffer_init(&out, 100000);
    assert_int_equal(gm_metrics_init(&metrics, NULL), GM_OK);
    assert_string_equal(rendered(&metrics, &out), "");
    gm_metrics_register(&metrics, &a);
    gm_metrics_register(&metrics, &gauge);
    gm_metrics_register(&metrics, &b);
    gm_metric_add(&a, 3);
    gm_metric_add(&a, 4);
    gm_metric_set(&gauge, -2);
    assert_int_equal(gm_metric_get(&a), 7);
    assert_string_equal(rendered(&metrics, &out), "# HELP gm_messages_total Seen.\n"
                                                  "# TYPE gm_messages_total counter\n"
                                                  "gm_messages_total{topic=\"a\"} 7\n"
                                                  "gm_messages_total{topic=\"b\"} 0\n"
                                                  "# HELP gm_lag Behind.\n"
                                                  "# TYPE gm_lag gauge\n"
                                                  "gm_lag -2\n");
    gm_metrics_finish(&metrics);
    gm_buffer_finish(&out);
}

static void a_duration_lands_in_the_bucket_that_bounds_it(void **state)
{
    (void)state;
    for (int bucket = 0; bucket < GM_METRIC_BUCKETS; bucket++) {
        struct gm_metric metric = GM_METRIC(GM_METRIC_HISTOGRAM, "x", "", "");
        int64_t bound = (int64_t)1 << bucket;
        int64_t least = bucket == 0 ? -5 : bound / 2 + 1;
        gm_metric_observe(&metric, least);
        gm_metric_observe(&metric, bucket == GM_METRIC_BUCKETS - 1 ? INT64_MAX / 2 : bound);
        for (int i = 0; i < GM_METRIC_BUCKETS; i++)
            assert_int_equal(metric.buckets[i], i == bucket ? 2 : 0);
    }
}

static void histogram_is_cumulative_and_in_seconds(void **state)
{
    (void)state;
    struct gm_metric plain = GM_METRIC(GM_METRIC_HISTOGRAM, "gm_commit_seconds", "", "Commits.");
    struct gm_metric labelled =
        GM_METRIC(GM_METRIC_HISTOGRAM, "gm_commit_seconds", "stage=\"store\"", "Commits.");
    struct gm_metrics metrics;
    struct gm_buffer out;
    gm_buffer_init(&out, 100000);
    assert_int_equal(gm_metrics_init(&metrics, NULL), GM_OK);
    gm_metrics_register(&metrics, &plain);
    gm_metrics_register(&metrics, &labelled);
    gm_metric_observe(&plain, 1);
    gm_metric_observe(&plain, 3);
    gm_metric_observe(&plain, 60000000);
    const char *text = rendered(&metrics, &out);
    assert_non_null(strstr(text, "# TYPE gm_commit_seconds histogram\n"
                                 "gm_commit_seconds_bucket{le=\"1e-06\"} 1\n"
                                 "gm_commit_seconds_bucket{le=\"2e-06\"} 1\n"
                                 "gm_commit_seconds_bucket{le=\"4e-06\"} 2\n"));
    assert_non_null(strstr(text, "gm_commit_seconds_bucket{le=\"16.777216\"} 2\n"
                                 "gm_commit_seconds_bucket{le=\"+Inf\"} 3\n"
                                 "gm_commit_seconds_sum 60.000004\n"
                                 "gm_commit_seconds_count 3\n"
                                 "gm_commit_seconds_bucket{stage=\"store\",le=\"1e-06\"} 0\n"));
    assert_non_null(strstr(text, "gm_commit_seconds_sum{stage=\"store\"} 0\n"
                                 "gm_commit_seconds_count{stage=\"store\"} 0\n"));
    gm_metrics_finish(&metrics);
    gm_buffer_finish(&out);
}

static void sizes_have_no_unit(void **state)
{
    (void)state;
    struct gm_metric metric = GM_METRIC(GM_METRIC_SIZES, "gm_batch_texts", "", "Texts of a batch.");
    struct gm_metrics metrics;
    struct gm_buffer out;
    gm_buffer_init(&out, 100000);
    assert_int_equal(gm_metrics_init(&metrics, NULL), GM_OK);
    gm_metrics_register(&metrics, &metric);
    gm_metric_observe(&metric, 1);
    gm_metric_observe(&metric, 3000000);
    const char *text = rendered(&metrics, &out);
    assert_non_null(strstr(text, "# TYPE gm_batch_texts histogram\n"
                                 "gm_batch_texts_bucket{le=\"1\"} 1\n"
                                 "gm_batch_texts_bucket{le=\"2\"} 1\n"));
    assert_non_null(strstr(text, "gm_batch_texts_bucket{le=\"2097152\"} 1\n"
                                 "gm_batch_texts_bucket{le=\"4194304\"} 2\n"));
    assert_non_null(strstr(text, "gm_batch_texts_sum 3000001\ngm_batch_texts_count 2\n"));
    gm_metrics_finish(&metrics);
    gm_buffer_finish(&out);
}

enum { THREADS = 4, ADDS = 20000 };

static void *add_many(void *arg)
{
    struct gm_metric *both = arg;
    for (int i = 0; i < ADDS; i++) {
        gm_metric_add(&both[0], 1);
        gm_metric_observe(&both[1], i);
    }
    return NULL;
}

static void no_update_is_lost_between_threads(void **state)
{
    (void)state;
    struct gm_metric both[] = {GM_METRIC(GM_METRIC_COUNTER, "a", "", ""),
                               GM_METRIC(GM_METRIC_HISTOGRAM, "b", "", "")};
    struct gm_metrics metrics;
    struct gm_buffer out;
    pthread_t threads[THREADS];
    gm_buffer_init(&out, 100000);
    assert_int_equal(gm_metrics_init(&metrics, NULL), GM_OK);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, add_many, both), 0);
    gm_metrics_register(&metrics, &both[0]);
    gm_metrics_register(&metrics, &both[1]);
    rendered(&metrics, &out);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(gm_metric_get(&both[0]), THREADS * ADDS);
    assert_int_equal(both[1].sum, (int64_t)THREADS * ADDS * (ADDS - 1) / 2);
    assert_non_null(strstr(rendered(&metrics, &out), "b_count 80000\n"));
    gm_metrics_finish(&metrics);
    gm_buffer_finish(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(metrics_of_one_name_stand_together),
        cmocka_unit_test(a_duration_lands_in_the_bucket_that_bounds_it),
        cmocka_unit_test(histogram_is_cumulative_and_in_seconds),
        cmocka_unit_test(sizes_have_no_unit),
        cmocka_unit_test(no_update_is_lost_between_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
