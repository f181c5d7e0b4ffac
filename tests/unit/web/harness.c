// A running web server for tests.
#include "../test.h"

#include "client.h"
#include "harness.h"

#include "base/clock.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

static enum gm_err answer(void *context, const struct gm_web_query *query, struct gm_buffer *out,
                          struct gm_error *error)
{
    struct harness *harness = context;
    pthread_mutex_lock(&harness->mutex);
    harness->entered++;
    pthread_cond_broadcast(&harness->cond);
    while (harness->held)
        pthread_cond_wait(&harness->cond, &harness->mutex);
    enum gm_err err = harness->err;
    size_t padding = harness->padding;
    pthread_mutex_unlock(&harness->mutex);
    if (err)
        return gm_error_set(error, err, "the \"source\" says no");
    gm_buffer_printf(out, "{\"path\":\"%.*s\",\"ticker\":\"%s\",\"limit\":%d,\"points\":%d}",
                     GM_STR_ARG(query->path), query->ticker ? query->ticker : "", query->limit,
                     query->points_max);
    char *room = gm_buffer_reserve(out, padding);
    if (room) {
        memset(room, ' ', padding);
        out->len += padding;
    }
    return GM_OK;
}

static enum gm_err deliver(void *context, const struct gm_web_delivery *delivery, int *ret_status,
                           struct gm_buffer *out, struct gm_error *error)
{
    struct harness *harness = context;
    (void)ret_status;
    pthread_mutex_lock(&harness->mutex);
    while (harness->held)
        pthread_cond_wait(&harness->cond, &harness->mutex);
    enum gm_err err = harness->err;
    pthread_mutex_unlock(&harness->mutex);
    if (err)
        return gm_error_set(error, err, "the \"source\" says no");
    gm_buffer_printf(out, "{\"path\":\"%.*s\",\"bytes\":%zu,\"key\":\"%s\"}",
                     GM_STR_ARG(delivery->path), delivery->body.len,
                     delivery->key ? delivery->key : "");
    return GM_OK;
}

static bool healthy(void *context)
{
    return atomic_load(&((struct harness *)context)->healthy);
}

static void *run(void *context)
{
    struct harness *harness = context;
    struct gm_error error;
    return (void *)(intptr_t)gm_web_run(harness->web, &error);
}

void harness_start(struct harness *harness, struct gm_web_config config)
{
    struct gm_error error;
    *harness = (struct harness){
        .source = {.context = harness, .query = answer, .deliver = deliver, .healthy = healthy}};
    atomic_store(&harness->healthy, true);
    pthread_mutex_init(&harness->mutex, NULL);
    pthread_cond_init(&harness->cond, NULL);
    assert_int_equal(gm_metrics_init(&harness->metrics, NULL), GM_OK);
    config.address = "127.0.0.1";
    config.version = "1.2.3";
    config.source = &harness->source;
    config.metrics = &harness->metrics;
    if (gm_web_create(&config, &harness->web, &error))
        fail_msg("%s", error.message);
    harness->port = gm_web_port(harness->web);
    assert_int_equal(pthread_create(&harness->thread, NULL, run, harness), 0);
}

void harness_stop(struct harness *harness)
{
    void *err;
    harness_hold(harness, false);
    gm_web_stop(harness->web);
    assert_int_equal(pthread_join(harness->thread, &err), 0);
    assert_int_equal((intptr_t)err, GM_OK);
    gm_web_destroy(harness->web);
    gm_metrics_finish(&harness->metrics);
    pthread_cond_destroy(&harness->cond);
    pthread_mutex_destroy(&harness->mutex);
}

void harness_hold(struct harness *harness, bool held)
{
    pthread_mutex_lock(&harness->mutex);
    harness->held = held;
    pthread_cond_broadcast(&harness->cond);
    pthread_mutex_unlock(&harness->mutex);
}

void harness_await_entered(struct harness *harness, int entered)
{
    pthread_mutex_lock(&harness->mutex);
    while (harness->entered < entered)
        pthread_cond_wait(&harness->cond, &harness->mutex);
    pthread_mutex_unlock(&harness->mutex);
}

void harness_answer_with(struct harness *harness, enum gm_err err, size_t padding)
{
    pthread_mutex_lock(&harness->mutex);
    harness->err = err;
    harness->padding = padding;
    pthread_mutex_unlock(&harness->mutex);
}

long harness_metric(struct harness *harness, const char *name)
{
    struct client client;
    struct reply reply;
    char line[128];
    client_open(&client, harness->port);
    client_ask(&client, harness->port, "GET", "/metrics", NULL);
    client_reply(&client, false, &reply);
    client_close(&client);
    assert_int_equal(reply.status, 200);
    snprintf(line, sizeof(line), "\n%s ", name);
    const char *found = strstr(reply.body, line);
    if (!found)
        fail_msg("no %s in:\n%s", name, reply.body);
    long value = strtol(found + strlen(line), NULL, 10);
    reply_finish(&reply);
    return value;
}

void harness_await_metric(struct harness *harness, const char *name, long value)
{
    int64_t deadline = gm_monotonic_us() + 10 * (int64_t)GM_US_PER_S;
    long now;
    while ((now = harness_metric(harness, name)) != value) {
        if (gm_monotonic_us() > deadline)
            fail_msg("%s is %ld, not %ld", name, now, value);
        sched_yield();
    }
}

void harness_publish(struct harness *harness, int64_t id, const char *ticker, const char *json)
{
    gm_web_publish(harness->web, "signal", id, gm_str(ticker), gm_str(json));
}
