// A running web server with a source that the test steers.
#ifndef TESTS_WEB_HARNESS_H
#define TESTS_WEB_HARNESS_H

#include "web/web.h"

#include <pthread.h>
#include <stdatomic.h>

struct harness {
    struct gm_web *web;
    int port;
    struct gm_metrics metrics;
    struct gm_web_source source;
    pthread_t thread;
    atomic_bool healthy;

    pthread_mutex_t mutex; // over all that follows
    pthread_cond_t cond;
    bool held;   // queries and deliveries wait until this is false
    int entered; // queries that have begun
    enum gm_err
        err; // what they answer; for queries GM_OK: the parameters as JSON, then `padding` spaces
    size_t padding;
};

// `config` gives the limits; its address, source and metrics are filled in.
void harness_start(struct harness *harness, struct gm_web_config config);
void harness_stop(struct harness *harness);

void harness_hold(struct harness *harness, bool held);
void harness_await_entered(struct harness *harness, int entered);
void harness_answer_with(struct harness *harness, enum gm_err err, size_t padding);

// Waits until the metric in /metrics has the value.
void harness_await_metric(struct harness *harness, const char *name, long value);
long harness_metric(struct harness *harness, const char *name);

void harness_publish(struct harness *harness, int64_t id, const char *ticker, const char *json);

#endif
