// A thread that answers, and its queue.
#include "web/queries.h"

#include "base/clock.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>

struct gm_web_job *gm_web_job_create(const char *path, const struct gm_params *params, void *asker)
{
    struct gm_web_job *job = calloc(1, sizeof(*job));
    if (!job) {
        return NULL;
    }
    job->path = path;
    job->params = *params;
    job->asker = asker;
    gm_buffer_init(&job->answer, GM_WEB_ANSWER_BYTES_MAX);
    return job;
}

void gm_web_job_destroy(struct gm_web_job *job)
{
    if (!job) {
        return;
    }
    if (job->count) {
        (*job->count)--;
    }
    gm_buffer_finish(&job->body);
    gm_buffer_finish(&job->answer);
    free(job);
}

static void list_init(struct gm_web_job_list *list)
{
    list->first = NULL;
    list->end = &list->first;
}

static void list_append(struct gm_web_job_list *list, struct gm_web_job *job)
{
    job->next = NULL;
    *list->end = job;
    list->end = &job->next;
}

static struct gm_web_job *list_take(struct gm_web_job_list *list)
{
    struct gm_web_job *job = list->first;
    if (job) {
        list->first = job->next;
        if (!list->first) {
            list->end = &list->first;
        }
    }
    return job;
}

static bool list_remove(struct gm_web_job_list *list, const struct gm_web_job *job)
{
    for (struct gm_web_job **at = &list->first; *at; at = &(*at)->next) {
        if (*at != job) {
            continue;
        }
        *at = job->next;
        if (!*at) {
            list->end = at;
        }
        return true;
    }
    return false;
}

void gm_queries_init(struct gm_queries *queries, const char *name,
                     const struct gm_web_source *source, struct gm_metric *seconds, int wake_fd)
{
    *queries =
        (struct gm_queries){.name = name, .source = source, .seconds = seconds, .wake_fd = wake_fd};
    pthread_mutex_init(&queries->mutex, NULL);
    pthread_cond_init(&queries->cond, NULL);
    list_init(&queries->waiting);
    list_init(&queries->done);
}

static enum gm_err deliver(const struct gm_web_source *source, struct gm_web_job *job)
{
    const struct gm_web_delivery delivery = {
        .path = gm_str(job->path),
        .body = gm_buffer_str(&job->body),
        .key = job->key[0] ? job->key : NULL,
    };
    return source->deliver(source->context, &delivery, &job->status, &job->answer, &job->error);
}

static enum gm_err query(const struct gm_web_source *source, struct gm_web_job *job)
{
    const struct gm_params *params = &job->params;
    struct gm_web_query query = {
        .path = gm_str(job->path),
        .ticker = params->ticker[0] ? params->ticker : NULL,
        .from_us = params->from_us,
        .to_us = params->to_us,
        .limit = (int32_t)params->limit,
        .points_max = (int32_t)params->points,
        .span_s = (int32_t)params->span,
        .order = params->order,
        .table = params->table,
        .format = params->format,
    };
    return source->query(source->context, &query, &job->answer, &job->error);
}

static void answer(struct gm_queries *queries, struct gm_web_job *job)
{
    int64_t start_us = gm_monotonic_us();
    job->err = job->delivery ? deliver(queries->source, job) : query(queries->source, job);
    if (!job->err) {
        job->err = gm_buffer_ok(&job->answer, &job->error);
    }
    gm_metric_observe(queries->seconds, gm_monotonic_us() - start_us);
}

static void *query_main(void *context)
{
    struct gm_queries *queries = context;
    pthread_mutex_lock(&queries->mutex);
    while (!queries->stopping) {
        struct gm_web_job *job = list_take(&queries->waiting);
        if (!job) {
            pthread_cond_wait(&queries->cond, &queries->mutex);
            continue;
        }
        queries->waiting_count--;
        pthread_mutex_unlock(&queries->mutex);
        answer(queries, job);
        pthread_mutex_lock(&queries->mutex);
        list_append(&queries->done, job);
        eventfd_write(queries->wake_fd, 1);
    }
    pthread_mutex_unlock(&queries->mutex);
    return NULL;
}

enum gm_err gm_queries_start(struct gm_queries *queries, struct gm_error *error)
{
    int failed = pthread_create(&queries->thread, NULL, query_main, queries);
    if (failed) {
        return gm_error_errno(error, failed, "cannot start the thread %s", queries->name);
    }
    pthread_setname_np(queries->thread, queries->name);
    queries->started = true;
    return GM_OK;
}

void gm_queries_stop(struct gm_queries *queries)
{
    if (!queries->started) {
        return;
    }
    pthread_mutex_lock(&queries->mutex);
    queries->stopping = true;
    pthread_cond_signal(&queries->cond);
    pthread_mutex_unlock(&queries->mutex);
    pthread_join(queries->thread, NULL);
    queries->started = false;
}

void gm_queries_finish(struct gm_queries *queries)
{
    gm_queries_stop(queries);
    struct gm_web_job *job;
    while ((job = list_take(&queries->waiting)) || (job = list_take(&queries->done))) {
        gm_web_job_destroy(job);
    }
    pthread_cond_destroy(&queries->cond);
    pthread_mutex_destroy(&queries->mutex);
}

enum gm_err gm_queries_submit(struct gm_queries *queries, struct gm_web_job *job,
                              struct gm_error *error)
{
    pthread_mutex_lock(&queries->mutex);
    bool full = queries->waiting_count >= GM_WEB_QUERIES_MAX;
    if (!full) {
        list_append(&queries->waiting, job);
        queries->waiting_count++;
        pthread_cond_signal(&queries->cond);
    }
    pthread_mutex_unlock(&queries->mutex);
    if (full) {
        return gm_error_set(error, GM_ERR_FULL,
                            "%d requests are waiting already; try again shortly",
                            GM_WEB_QUERIES_MAX);
    }
    return GM_OK;
}

struct gm_web_job *gm_queries_collect(struct gm_queries *queries)
{
    pthread_mutex_lock(&queries->mutex);
    struct gm_web_job *job = list_take(&queries->done);
    pthread_mutex_unlock(&queries->mutex);
    return job;
}

void gm_queries_forget(struct gm_queries *queries, struct gm_web_job *job)
{
    pthread_mutex_lock(&queries->mutex);
    bool removed = list_remove(&queries->waiting, job);
    queries->waiting_count -= removed;
    pthread_mutex_unlock(&queries->mutex);
    job->asker = NULL; // its thread never looks at it
    if (removed) {
        gm_web_job_destroy(job);
    }
}
