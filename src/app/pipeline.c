// A pipeline's life: open what the stages need, run them as threads, stop all when one fails.
#include "app/pipeline.h"

#include "app/control.h"
#include "app/feeds.h"
#include "app/ingest.h"
#include "app/open_scorer.h"
#include "app/source.h"
#include "app/stage/stages.h"
#include "app/version.h"
#include "base/log.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

enum { RETRY_US = GM_US_PER_S, POLL_WAIT_US = 500 * GM_US_PER_MS };

// ------------------------------------------------------------------------- opening

enum gm_err gm_pipeline_open_bus(const struct gm_config *config, struct gm_bus **ret_bus,
                                 struct gm_error *error)
{
    char path[PATH_MAX];
    if ((size_t)snprintf(path, sizeof path, "%s/log", config->data_dir) >= sizeof path)
        return gm_error_set(error, GM_ERR_LIMIT, "data_dir: the path is too long");
    const struct gm_bus_config bus = {
        .backend = config->bus.backend,
        .path = path,
        .partitions = config->bus.partitions,
        .size_max_bytes = config->bus.size_max_bytes,
        .retention_us = config->bus.retention_us,
        .sync = config->bus.sync,
    };
    return gm_bus_open(&bus, ret_bus, error);
}

static enum gm_err make_data_dir(const char *path, struct gm_error *error)
{
    if (mkdir(path, 0750) == 0 || errno == EEXIST)
        return GM_OK;
    return gm_error_errno(error, errno, "data_dir: %s", path);
}

// Blocks the signals in this thread, whose children inherit that, and takes them as a descriptor.
static enum gm_err take_signals(struct gm_pipeline *pipeline, struct gm_error *error)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    pipeline->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    pipeline->ended_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (pipeline->signal_fd < 0 || pipeline->ended_fd < 0)
        return gm_error_errno(error, errno, "signals");
    return GM_OK;
}

static enum gm_err serve_control(struct gm_pipeline *pipeline, void *context,
                                 struct gm_error *error)
{
    (void)context;
    return gm_control_serve(pipeline->control, &pipeline->stop, error);
}

static enum gm_err open_process(struct gm_pipeline *pipeline, struct gm_error *error)
{
    const struct gm_config *config = pipeline->config;
    enum gm_err err = gm_open_scorer_behind(config, &pipeline->scorer, error);
    if (err)
        return gm_error_prefix(error, "vibe.scorer");
    gm_stage_process_register(&pipeline->metrics);
    gm_pipeline_add(pipeline, "process", gm_stage_process, NULL);
    return GM_OK;
}

static enum gm_err open_store(struct gm_pipeline *pipeline, struct gm_error *error)
{
    const struct gm_config *config = pipeline->config;
    const struct gm_store_config store = {
        .path = config->store.path,
        .memory_max_bytes = config->store.memory_max_bytes,
        .threads = config->store.threads,
    };
    enum gm_err err = gm_store_open(&store, &pipeline->store, error);
    if (!err)
        err = gm_control_open(config->data_dir, pipeline->store, &pipeline->control, error);
    if (err)
        return err;
    gm_stage_store_register(&pipeline->metrics);
    gm_pipeline_add(pipeline, "store", gm_stage_store, NULL);
    gm_pipeline_add(pipeline, "control", serve_control, NULL);
    return GM_OK;
}

static enum gm_err open_web(struct gm_pipeline *pipeline, struct gm_error *error)
{
    enum gm_err err = pipeline->config->ingest.token
                          ? gm_deliveries_open(pipeline, &pipeline->deliveries, error)
                          : GM_OK;
    if (err)
        return err;
    pipeline->web_source = gm_source_of(pipeline);
    const struct gm_web_config web = {
        .address = pipeline->config->web.address,
        .port = pipeline->config->web.port,
        .source = &pipeline->web_source,
        .ingest_token = pipeline->config->ingest.token,
        .metrics = &pipeline->metrics,
        .version = GM_VERSION,
    };
    err = gm_web_create(&web, &pipeline->web, error);
    if (err)
        return err;
    gm_pipeline_add(pipeline, "web", gm_stage_web, NULL);
    gm_pipeline_add(pipeline, "publish", gm_stage_publish, NULL);
    return GM_OK;
}

enum gm_err gm_pipeline_init(struct gm_pipeline *pipeline, const struct gm_config *config,
                             unsigned parts, struct gm_error *error)
{
    *pipeline = (struct gm_pipeline){.config = config, .ended_fd = -1, .signal_fd = -1};
    enum gm_err err = gm_stop_init(&pipeline->stop, error);
    if (err)
        return err;
    if ((err = gm_metrics_init(&pipeline->metrics, error))) {
        gm_stop_finish(&pipeline->stop);
        return err;
    }
    err = take_signals(pipeline, error);
    if (!err)
        err = make_data_dir(config->data_dir, error);
    if (!err)
        err = gm_pipeline_open_bus(config, &pipeline->bus, error);
    if (!err && parts & GM_PART_PROCESS)
        err = open_process(pipeline, error);
    if (!err && parts & GM_PART_STORE)
        err = open_store(pipeline, error);
    if (!err && parts & GM_PART_WEB)
        err = open_web(pipeline, error);
    if (!err && parts & GM_PART_NOTIFY && config->notify.command.count > 0)
        gm_pipeline_add(pipeline, "notify", gm_stage_notify, NULL);
    if (!err)
        err = gm_feeds_open(pipeline, parts, error);
    if (!err && parts != 0)
        gm_pipeline_add(pipeline, "keep", gm_stage_keep, NULL);
    if (err)
        gm_pipeline_finish(pipeline);
    return err;
}

void gm_pipeline_finish(struct gm_pipeline *pipeline)
{
    gm_feeds_close(pipeline);
    gm_web_destroy(pipeline->web);
    gm_deliveries_close(pipeline->deliveries);
    gm_control_close(pipeline->control);
    gm_store_close(pipeline->store);
    gm_scorer_close(pipeline->scorer);
    gm_bus_close(pipeline->bus);
    gm_metrics_finish(&pipeline->metrics);
    gm_stop_finish(&pipeline->stop);
    if (pipeline->signal_fd >= 0)
        close(pipeline->signal_fd);
    if (pipeline->ended_fd >= 0)
        close(pipeline->ended_fd);
}

// ------------------------------------------------------------------------- running

void gm_pipeline_add(struct gm_pipeline *pipeline, const char *name, gm_stage_run_fn *run,
                     void *context)
{
    assert(pipeline->stage_count < GM_STAGES_MAX);
    struct gm_stage *stage = &pipeline->stages[pipeline->stage_count++];
    *stage = (struct gm_stage){.name = name, .run = run, .context = context, .pipeline = pipeline};
}

static void *stage_main(void *argument)
{
    struct gm_stage *stage = argument;
    struct gm_error error = {0};
    enum gm_err err = stage->run(stage->pipeline, stage->context, &error);
    if (err) {
        stage->error = error;
        gm_error_prefix(&stage->error, "%s", stage->name);
    }
    atomic_store(&stage->state, err ? GM_STAGE_FAILED : GM_STAGE_DONE);
    uint64_t one = 1;
    (void)!write(stage->pipeline->ended_fd, &one, sizeof one);
    return NULL;
}

enum gm_err gm_pipeline_start(struct gm_pipeline *pipeline, struct gm_error *error)
{
    for (size_t i = 0; i < pipeline->stage_count; i++) {
        struct gm_stage *stage = &pipeline->stages[i];
        int failed = pthread_create(&stage->thread, NULL, stage_main, stage);
        if (failed) {
            pipeline->stage_count = i;
            gm_error_errno(error, failed, "starting the stage %s", stage->name);
            (void)gm_pipeline_join(pipeline, NULL);
            return error ? error->code : GM_ERR_IO;
        }
        char name[16];
        snprintf(name, sizeof name, "gm-%s", stage->name);
        pthread_setname_np(stage->thread, name);
    }
    return GM_OK;
}

enum gm_wake gm_pipeline_wait(struct gm_pipeline *pipeline, int timeout_ms)
{
    struct pollfd fds[2] = {
        {.fd = pipeline->signal_fd, .events = POLLIN},
        {.fd = pipeline->ended_fd, .events = POLLIN},
    };
    if (poll(fds, 2, timeout_ms) <= 0)
        return GM_WAKE_TIMEOUT;
    if (fds[0].revents & POLLIN) {
        struct signalfd_siginfo info;
        (void)!read(pipeline->signal_fd, &info, sizeof info);
        return GM_WAKE_SIGNAL;
    }
    uint64_t count;
    (void)!read(pipeline->ended_fd, &count, sizeof count);
    return GM_WAKE_STAGE_ENDED;
}

bool gm_pipeline_failed(struct gm_pipeline *pipeline)
{
    for (size_t i = 0; i < pipeline->stage_count; i++)
        if (atomic_load(&pipeline->stages[i].state) == GM_STAGE_FAILED)
            return true;
    return false;
}

enum gm_err gm_pipeline_join(struct gm_pipeline *pipeline, struct gm_error *error)
{
    gm_stop_raise(&pipeline->stop);
    gm_bus_wake(pipeline->bus);
    if (pipeline->web)
        gm_web_stop(pipeline->web);
    enum gm_err err = GM_OK;
    for (size_t i = 0; i < pipeline->stage_count; i++) {
        struct gm_stage *stage = &pipeline->stages[i];
        pthread_join(stage->thread, NULL);
        if (!err && atomic_load(&stage->state) == GM_STAGE_FAILED) {
            err = stage->error.code;
            if (error)
                *error = stage->error;
        }
    }
    pipeline->stage_count = 0;
    return err;
}

// ------------------------------------------------------------------------- helpers of stages

enum gm_err gm_pipeline_poll(struct gm_pipeline *pipeline, const char *stage,
                             struct gm_bus_consumer *consumer, size_t max_messages,
                             struct gm_batch *ret_batch, struct gm_error *error)
{
    struct gm_error cause = {0};
    enum gm_err err = gm_bus_poll(consumer, max_messages, POLL_WAIT_US, ret_batch, &cause);
    if (!err)
        return GM_OK;
    if (!cause.retriable) {
        *error = cause;
        return err;
    }
    gm_log(GM_LOG_ERROR, stage, "%s: nothing is lost, trying again every second", cause.message);
    gm_stop_wait(&pipeline->stop, RETRY_US);
    *ret_batch = (struct gm_batch){0};
    return GM_OK;
}

enum gm_err gm_pipeline_commit(struct gm_pipeline *pipeline, const char *stage,
                               struct gm_bus_txn *txn, struct gm_error *error)
{
    struct gm_error cause = {0};
    for (bool told = false;; told = true) {
        enum gm_err err = gm_bus_txn_commit(txn, &cause);
        if (!err || !cause.retriable) {
            if (err && error)
                *error = cause;
            if (!err && told)
                gm_log(GM_LOG_INFO, stage, "the commit has succeeded now");
            return err;
        }
        if (!told)
            gm_log(GM_LOG_ERROR, stage, "%s: nothing is lost, trying again every second",
                   cause.message);
        if (gm_stop_wait(&pipeline->stop, RETRY_US))
            return gm_error_set(error, GM_ERR_STOPPED, "stopped while waiting to commit");
    }
}

struct catch_up {
    const char *group;
    unsigned topics;
    int64_t begin[GM_TOPIC_COUNT][GM_BUS_PARTITIONS_MAX];
    int64_t end[GM_TOPIC_COUNT][GM_BUS_PARTITIONS_MAX];
    int64_t offset[GM_TOPIC_COUNT][GM_BUS_PARTITIONS_MAX];
};

static void note_partition(void *context, const struct gm_bus_partition_info *info)
{
    struct catch_up *catch_up = context;
    catch_up->begin[info->topic][info->partition] = info->begin;
    catch_up->end[info->topic][info->partition] = info->end;
}

static void note_group(void *context, const struct gm_bus_group_info *info)
{
    struct catch_up *catch_up = context;
    if (strcmp(info->group, catch_up->group) == 0)
        catch_up->offset[info->topic][info->partition] = info->offset;
}

struct lag {
    const char *group;
    unsigned topics;
    int64_t messages;
};

static void skip_partition(void *context, const struct gm_bus_partition_info *info)
{
    (void)context, (void)info;
}

static void add_lag(void *context, const struct gm_bus_group_info *info)
{
    struct lag *lag = context;
    if (lag->topics >> info->topic & 1 && strcmp(info->group, lag->group) == 0)
        lag->messages += info->lag;
}

enum gm_err gm_pipeline_lag(struct gm_bus *bus, const char *group, unsigned topics,
                            int64_t *ret_lag, struct gm_error *error)
{
    struct lag lag = {group, topics, 0};
    enum gm_err err = gm_bus_describe(bus, skip_partition, add_lag, &lag, error);
    if (!err)
        *ret_lag = lag.messages;
    return err;
}

enum gm_err gm_pipeline_caught_up(struct gm_bus *bus, const char *group, unsigned topics,
                                  bool *ret_caught_up, struct gm_error *error)
{
    struct catch_up *catch_up = calloc(1, sizeof *catch_up);
    if (!catch_up)
        return gm_error_set(error, GM_ERR_NOMEM, "out of memory");
    catch_up->group = group;
    enum gm_err err = gm_bus_describe(bus, note_partition, note_group, catch_up, error);
    bool caught_up = true;
    for (int topic = 0; topic < GM_TOPIC_COUNT; topic++)
        for (int p = 0; topics >> topic & 1 && p < gm_bus_partitions(bus); p++)
            // A partition without a message, or with a reader at its end.
            caught_up = caught_up && (catch_up->begin[topic][p] == catch_up->end[topic][p] ||
                                      catch_up->offset[topic][p] >= catch_up->end[topic][p]);
    free(catch_up);
    if (!err)
        *ret_caught_up = caught_up;
    return err;
}
