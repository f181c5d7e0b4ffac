// The process stage against scorers that take their time: where a batch is cut changes no row, what
// is scored is committed while the rest waits, and a stop is not kept waiting.
#include "../test.h"

#include "app/pipeline.h"
#include "app/stage/stages.h"
#include "event/event.h"

#include <ftw.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS = 400 };
#define DEADLINE_US (30 * (int64_t)GM_US_PER_S)

// ------------------------------------------------------------------------- a scorer

// Scores texts only as far as it is allowed to.
static struct {
    pthread_mutex_t mutex;
    pthread_cond_t cond;
    size_t texts_max; // that one call scores
    bool gated;       // each call waits for a permit
    int permits, calls, waiting;
    size_t texts;
} allowed = {.mutex = PTHREAD_MUTEX_INITIALIZER, .cond = PTHREAD_COND_INITIALIZER};

static enum gm_err open_scorer(const struct gm_scorer_config *config, void **ret_scorer,
                               struct gm_error *error)
{
    (void)config, (void)error;
    *ret_scorer = &allowed;
    return GM_OK;
}

static void close_scorer(void *scorer)
{
    (void)scorer;
}

// A mood that any change of the text changes.
static struct gm_mood mood_of(struct gm_str text)
{
    const uint64_t hash = gm_hash64(text.data, text.len);
    const double score = (double)((float)(hash % 1000 + 1) / 1000);
    const enum gm_label label = hash / 1000 % 4 ? GM_LABEL_POSITIVE : GM_LABEL_NEGATIVE;
    return (struct gm_mood){label, score, label == GM_LABEL_POSITIVE ? score : -score};
}

static enum gm_err score(void *scorer, const struct gm_str *texts, size_t count, int64_t budget_us,
                         struct gm_mood *ret_moods, size_t *ret_scored, struct gm_error *error)
{
    (void)scorer, (void)budget_us, (void)error;
    pthread_mutex_lock(&allowed.mutex);
    allowed.waiting++;
    pthread_cond_broadcast(&allowed.cond);
    while (allowed.gated && allowed.permits == 0)
        pthread_cond_wait(&allowed.cond, &allowed.mutex);
    allowed.waiting--;
    allowed.permits--;
    allowed.calls++;
    *ret_scored = count < allowed.texts_max ? count : allowed.texts_max;
    allowed.texts += *ret_scored;
    for (size_t i = 0; i < *ret_scored; i++)
        ret_moods[i] = mood_of(texts[i]);
    pthread_mutex_unlock(&allowed.mutex);
    return GM_OK;
}

static const struct gm_scorer_ops test_scorer = {
    .name = "test",
    .description = "of this test",
    .open = open_scorer,
    .score = score,
    .close = close_scorer,
};

static void allow(size_t texts_max, bool gated)
{
    pthread_mutex_lock(&allowed.mutex);
    allowed.texts_max = texts_max;
    allowed.gated = gated;
    allowed.permits = allowed.calls = 0;
    allowed.texts = 0;
    pthread_mutex_unlock(&allowed.mutex);
}

static void permit(int calls)
{
    pthread_mutex_lock(&allowed.mutex);
    allowed.permits += calls;
    pthread_cond_broadcast(&allowed.cond);
    pthread_mutex_unlock(&allowed.mutex);
}

// Until a call stands at the gate.
static void wait_for_call(void)
{
    struct timespec deadline;
    clock_gettime(CLOCK_REALTIME, &deadline);
    deadline.tv_sec += DEADLINE_US / GM_US_PER_S;
    pthread_mutex_lock(&allowed.mutex);
    int timed_out = 0;
    while (!timed_out && (allowed.waiting == 0 || allowed.permits > 0))
        timed_out = pthread_cond_timedwait(&allowed.cond, &allowed.mutex, &deadline);
    pthread_mutex_unlock(&allowed.mutex);
    assert_int_equal(timed_out, 0);
}

// ------------------------------------------------------------------------- a pipeline

struct rig {
    char dir[64];
    struct gm_config config;
    struct gm_pipeline pipeline;
};

static void ok(enum gm_err err, const struct gm_error *error)
{
    if (err)
        fail_msg("%s", error->message);
}

static struct rig *rig_open(int batch_max)
{
    struct rig *rig = calloc(1, sizeof *rig);
    struct gm_error error;
    char batch[16];
    assert_non_null(rig);
    snprintf(rig->dir, sizeof rig->dir, "/tmp/gm-process-XXXXXX");
    assert_non_null(mkdtemp(rig->dir));
    snprintf(batch, sizeof batch, "%d", batch_max);
    const struct gm_config_override overrides[] = {
        {"data_dir", rig->dir, "the test"},
        {"process.batch_max", batch, "the test"},
        {"bus.sync", "false", "the test"},
        {"log.level", "error", "the test"},
    };
    ok(gm_config_parse(gm_str(""), "the test", false, overrides, 4, &rig->config, &error), &error);
    gm_log_init(GM_LOG_ERROR, GM_LOG_TEXT, STDERR_FILENO, false);
    ok(gm_pipeline_init(&rig->pipeline, &rig->config, 0, &error), &error);
    ok(gm_scorer_open_ops(&test_scorer, NULL, &rig->pipeline.scorer, &error), &error);
    gm_pipeline_add(&rig->pipeline, "process", gm_stage_process, NULL);
    return rig;
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status, (void)type, (void)walk;
    return remove(path);
}

static void rig_close(struct rig *rig)
{
    gm_pipeline_finish(&rig->pipeline);
    gm_config_finish(&rig->config);
    nftw(rig->dir, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    free(rig);
}

static void append(struct gm_bus_txn *txn, enum gm_topic topic, const char *key, const char *value)
{
    struct gm_error error;
    ok(gm_bus_txn_append(txn, topic, gm_str(key), gm_str(value), &error), &error);
}

// Ticks, posts and messages that nobody can take, mixed, the same ones every time.
static void publish_events(struct rig *rig, int count)
{
    static const char *const tickers[] = {"bitcoin", "dogecoin", "gamestop"};
    struct test_random random = {7};
    struct gm_bus_txn *txn;
    struct gm_error error;
    char json[512];
    ok(gm_bus_txn_create(rig->pipeline.bus, "test", &txn, &error), &error);
    for (int i = 0; i < count; i++) {
        const char *ticker = tickers[test_random(&random) % 3];
        const char *time = "2025-06-02T10:00:%02d.%06dZ";
        char at[64];
        snprintf(at, sizeof at, time, i / 20 % 60, i);
        const uint64_t kind = test_random(&random) % 10;
        if (kind == 0) {
            append(txn, GM_TOPIC_LIVE_SOCIAL, ticker, "no JSON");
        } else if (kind < 4) {
            snprintf(json, sizeof json,
                     "{\"ticker\":\"%s\",\"price_usd\":%d.5,\"timestamp\":\"%s\",\"source\":\"t\","
                     "\"observed_at\":\"2025-06-02T11:00:00Z\"}",
                     ticker, 100 + i % 7, at);
            append(txn, GM_TOPIC_LIVE_PRICES, ticker, json);
        } else {
            snprintf(json, sizeof json,
                     "{\"ticker\":\"%s\",\"text\":\"text %d\",\"source\":\"t\",\"timestamp\":"
                     "\"%s\",\"id\":\"p%d\",\"observed_at\":\"2025-06-02T11:00:00Z\"}",
                     ticker, i, at, i);
            append(txn, GM_TOPIC_LIVE_SOCIAL, ticker, json);
        }
    }
    ok(gm_bus_txn_commit(txn, &error), &error);
    gm_bus_txn_destroy(txn);
}

static void note_lag(void *context, const struct gm_bus_group_info *info)
{
    int64_t *lag = context;
    *lag += info->lag;
}

static void no_partition(void *context, const struct gm_bus_partition_info *info)
{
    (void)context, (void)info;
}

static int64_t lag_of(struct rig *rig)
{
    int64_t lag = 0;
    struct gm_error error;
    ok(gm_bus_describe(rig->pipeline.bus, no_partition, note_lag, &lag, &error), &error);
    return lag;
}

static void run_to_end(struct rig *rig)
{
    struct gm_error error;
    const int64_t begin_us = gm_monotonic_us();
    ok(gm_pipeline_start(&rig->pipeline, &error), &error);
    for (bool done = false; !done;) {
        assert_true(gm_monotonic_us() - begin_us < DEADLINE_US);
        (void)gm_pipeline_wait(&rig->pipeline, 1);
        assert_false(gm_pipeline_failed(&rig->pipeline));
        ok(gm_pipeline_caught_up(rig->pipeline.bus, rig->config.process.group, GM_PROCESS_TOPICS,
                                 &done, &error),
           &error);
    }
    ok(gm_pipeline_join(&rig->pipeline, &error), &error);
}

// All that the stage wrote, in the order of the log: rows and alerts byte by byte, dead letters
// without the time at which they were buried.
static char *written(struct rig *rig)
{
    struct gm_bus_consumer *consumer;
    struct gm_batch batch;
    struct gm_error error;
    struct gm_buffer out;
    struct gm_arena arena;
    gm_buffer_init(&out, (size_t)16 * 1024 * 1024);
    gm_arena_init(&arena, 4096, (size_t)1024 * 1024);
    ok(gm_bus_consumer_open(rig->pipeline.bus, NULL,
                            1u << GM_TOPIC_MARKET_SIGNALS | 1u << GM_TOPIC_MARKET_ALERTS |
                                1u << GM_TOPIC_DEAD_LETTERS,
                            GM_BUS_EARLIEST, &consumer, &error),
       &error);
    for (;;) {
        ok(gm_bus_poll(consumer, 1000, 0, &batch, &error), &error);
        if (batch.count == 0)
            break;
        for (size_t i = 0; i < batch.count; i++) {
            const struct gm_message *message = &batch.messages[i];
            gm_buffer_printf(&out, "%s ", gm_topic_name(message->topic));
            if (message->topic != GM_TOPIC_DEAD_LETTERS) {
                gm_buffer_append_str(&out, message->value);
            } else {
                struct gm_dead_letter letter;
                ok(gm_dead_letter_decode(message->value, &arena, &letter, &error), &error);
                gm_buffer_printf(&out, "%.*s: %.*s", GM_STR_ARG(letter.origin),
                                 GM_STR_ARG(letter.reason));
            }
            gm_buffer_append_byte(&out, '\n');
        }
    }
    gm_bus_consumer_close(consumer);
    gm_arena_finish(&arena);
    gm_buffer_append_byte(&out, '\0');
    ok(gm_buffer_ok(&out, &error), &error);
    return out.data;
}

// ------------------------------------------------------------------------- the tests

static char *rows_with(size_t texts_max, int batch_max)
{
    struct rig *rig = rig_open(batch_max);
    allow(texts_max, false);
    publish_events(rig, EVENTS);
    run_to_end(rig);
    char *rows = written(rig);
    rig_close(rig);
    return rows;
}

static void rows_do_not_depend_on_where_batches_are_cut(void **state)
{
    (void)state;
    static const struct {
        size_t texts_max;
        int batch_max;
    } cuts[] = {{1, 10000}, {2, 10000}, {7, 10000}, {1000, 1}, {3, 5}, {1, 1}, {64, 100}};
    char *whole = rows_with(SIZE_MAX, 10000);
    assert_true(strlen(whole) > EVENTS * 100);
    assert_non_null(strstr(whole, "\ndead-letters live-social/"));
    for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
        char *rows = rows_with(cuts[i].texts_max, cuts[i].batch_max);
        if (strcmp(rows, whole) != 0)
            fail_msg("rows differ with %zu texts at a time, %d messages", cuts[i].texts_max,
                     cuts[i].batch_max);
        free(rows);
    }
    free(whole);
}

static void what_is_scored_is_committed_while_the_rest_waits(void **state)
{
    (void)state;
    struct rig *rig = rig_open(10000);
    struct gm_error error;
    allow(1, true);
    publish_events(rig, EVENTS);
    ok(gm_pipeline_start(&rig->pipeline, &error), &error);
    int64_t before = EVENTS;
    for (int i = 0; i < 20; i++) {
        wait_for_call();
        const int64_t lag = lag_of(rig);
        if (i > 0)
            assert_true(lag < before);
        before = lag;
        permit(1);
    }
    permit(EVENTS);
    (void)gm_pipeline_join(&rig->pipeline, &error);
    rig_close(rig);
}

static void a_stop_waits_for_one_step_and_loses_nothing(void **state)
{
    (void)state;
    struct rig *rig = rig_open(10000);
    struct gm_error error;
    allow(3, true);
    publish_events(rig, EVENTS);
    ok(gm_pipeline_start(&rig->pipeline, &error), &error);
    permit(2);
    wait_for_call();
    const int64_t before = lag_of(rig);
    gm_stop_raise(&rig->pipeline.stop);
    permit(EVENTS);
    ok(gm_pipeline_join(&rig->pipeline, &error), &error);
    assert_int_equal(allowed.calls, 3);
    assert_int_equal(allowed.texts, 9);
    const int64_t after = lag_of(rig);
    assert_in_range(before - after, 3, 30); // the step that was in flight is committed
    rig_close(rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_do_not_depend_on_where_batches_are_cut),
        cmocka_unit_test(what_is_scored_is_committed_while_the_rest_waits),
        cmocka_unit_test(a_stop_waits_for_one_step_and_loses_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
