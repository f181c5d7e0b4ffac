// A thread that answers what the loop must not wait for, one question after another: one of them
// asks the database, another hands deliveries on.
//
// The loop's thread submits and collects, the thread answers; a mutex stands between them. A
// job belongs to the loop before it is submitted and after it is collected, and to the queue in
// between. The queue refuses when GM_WEB_QUERIES_MAX jobs wait.
#ifndef GM_WEB_QUERIES_H
#define GM_WEB_QUERIES_H

#include "web/params.h"
#include "web/web.h"

#include <pthread.h>
#include <stdbool.h>

struct gm_web_job {
    const char *path; // static
    struct gm_params params;
    void *asker; // the loop's: NULL when the client is gone

    // A delivery.
    bool delivery;
    struct gm_buffer body;
    char key[GM_WEB_KEY_BYTES_MAX + 1]; // "": none
    int status;                         // the answer's
    int *count; // one less when the job is destroyed; the loop's; may be NULL

    struct gm_buffer answer;
    enum gm_err err;
    struct gm_error error;
    struct gm_web_job *next;
};

struct gm_web_job_list {
    struct gm_web_job *first, **end;
};

struct gm_queries {
    const char *name; // the thread's
    const struct gm_web_source *source;
    struct gm_metric *seconds; // a histogram, observed on the thread
    int wake_fd;               // an eventfd, written when there is something to collect
    pthread_t thread;
    bool started;

    pthread_mutex_t mutex; // over all that follows
    pthread_cond_t cond;
    struct gm_web_job_list waiting, done;
    int waiting_count;
    bool stopping;
};

void gm_queries_init(struct gm_queries *queries, const char *name,
                     const struct gm_web_source *source, struct gm_metric *seconds, int wake_fd);
enum gm_err gm_queries_start(struct gm_queries *queries, struct gm_error *error);
// Lets the running query end. Started or not.
void gm_queries_stop(struct gm_queries *queries);
// Stops and frees all jobs.
void gm_queries_finish(struct gm_queries *queries);

// Takes the job. GM_ERR_FULL: it stays the caller's.
enum gm_err gm_queries_submit(struct gm_queries *queries, struct gm_web_job *job,
                              struct gm_error *error);

// The next answered job, or NULL. The caller frees it.
struct gm_web_job *gm_queries_collect(struct gm_queries *queries);

// The asker is gone: a job that still waits is freed, another one comes back with asker NULL.
void gm_queries_forget(struct gm_queries *queries, struct gm_web_job *job);

struct gm_web_job *gm_web_job_create(const char *path, const struct gm_params *params, void *asker);
void gm_web_job_destroy(struct gm_web_job *job); // NULL is fine

#endif
