// See pool.h. A condition variable wakes the threads for a piece of work and tells its end; the
// meetings within it come every few hundred microseconds and are mostly decided by spinning.
#include "vibe/bert/pool.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

// Looks of a spinning thread before it sleeps: some 20 to 50 µs.
enum { SPINS = 1000 };

struct worker {
    struct gm_pool *pool;
    int rank;
    pthread_t thread;
};

struct gm_pool {
    int threads;
    pthread_mutex_t mutex; // guards what follows, up to the workers
    pthread_cond_t changed;
    unsigned piece; // counts pieces of work
    int busy;       // workers that have not ended the current piece
    bool stop;
    void (*work)(void *context, int rank);
    void *context;

    atomic_int arrived;      // ranks at the current meeting
    atomic_uint meeting;     // counts meetings; is changed under the mutex
    int started;             // workers that there are
    struct worker workers[]; // threads − 1
};

static void relax(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static void *work_pieces(void *argument)
{
    struct worker *worker = argument;
    struct gm_pool *pool = worker->pool;
    unsigned done = 0;
    pthread_mutex_lock(&pool->mutex);
    while (true) {
        while (pool->piece == done && !pool->stop)
            pthread_cond_wait(&pool->changed, &pool->mutex);
        if (pool->stop)
            break;
        done = pool->piece;
        pthread_mutex_unlock(&pool->mutex);
        pool->work(pool->context, worker->rank);
        pthread_mutex_lock(&pool->mutex);
        if (--pool->busy == 0)
            pthread_cond_broadcast(&pool->changed);
    }
    pthread_mutex_unlock(&pool->mutex);
    return NULL;
}

static int processors(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0)
        return CPU_COUNT(&set);
    const long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (int)online : 1;
}

// Workers take no signals: those are for the program's own threads.
static int start_workers(struct gm_pool *pool)
{
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failure = 0;
    for (int i = 0; i < pool->threads - 1 && failure == 0; i++) {
        pool->workers[i] = (struct worker){.pool = pool, .rank = i + 1};
        failure = pthread_create(&pool->workers[i].thread, NULL, work_pieces, &pool->workers[i]);
        pool->started += failure == 0;
    }
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failure;
}

enum gm_err gm_pool_create(int threads, struct gm_pool **ret_pool, struct gm_error *error)
{
    if (threads <= 0)
        threads = processors();
    if (threads > GM_POOL_THREADS_MAX)
        threads = GM_POOL_THREADS_MAX;
    struct gm_pool *pool =
        calloc(1, sizeof *pool + (size_t)(threads - 1) * sizeof pool->workers[0]);
    if (pool == NULL)
        return gm_error_set(error, GM_ERR_NOMEM, "no memory for %d threads", threads);
    pool->threads = threads;
    pthread_mutex_init(&pool->mutex, NULL);
    pthread_cond_init(&pool->changed, NULL);
    const int failure = start_workers(pool);
    if (failure != 0) {
        gm_pool_destroy(pool);
        return gm_error_errno(error, failure, "cannot start %d threads for the encoder", threads);
    }
    *ret_pool = pool;
    return GM_OK;
}

void gm_pool_destroy(struct gm_pool *pool)
{
    if (pool == NULL)
        return;
    pthread_mutex_lock(&pool->mutex);
    pool->stop = true;
    pthread_cond_broadcast(&pool->changed);
    pthread_mutex_unlock(&pool->mutex);
    for (int i = 0; i < pool->started; i++)
        pthread_join(pool->workers[i].thread, NULL);
    pthread_cond_destroy(&pool->changed);
    pthread_mutex_destroy(&pool->mutex);
    free(pool);
}

int gm_pool_threads(const struct gm_pool *pool)
{
    return pool->threads;
}

void gm_pool_run(struct gm_pool *pool, void (*work)(void *context, int rank), void *context)
{
    pthread_mutex_lock(&pool->mutex);
    pool->work = work;
    pool->context = context;
    pool->busy = pool->threads - 1;
    pool->piece++;
    pthread_cond_broadcast(&pool->changed);
    pthread_mutex_unlock(&pool->mutex);
    work(context, 0);
    pthread_mutex_lock(&pool->mutex);
    while (pool->busy > 0)
        pthread_cond_wait(&pool->changed, &pool->mutex);
    pthread_mutex_unlock(&pool->mutex);
}

void gm_pool_meet(struct gm_pool *pool)
{
    if (pool->threads == 1)
        return;
    const unsigned meeting = atomic_load(&pool->meeting);
    if (atomic_fetch_add(&pool->arrived, 1) + 1 == pool->threads) {
        atomic_store(&pool->arrived, 0);
        pthread_mutex_lock(&pool->mutex);
        atomic_store(&pool->meeting, meeting + 1);
        pthread_cond_broadcast(&pool->changed);
        pthread_mutex_unlock(&pool->mutex);
        return;
    }
    for (int i = 0; i < SPINS; i++) {
        if (atomic_load(&pool->meeting) != meeting)
            return;
        relax();
    }
    pthread_mutex_lock(&pool->mutex);
    while (atomic_load(&pool->meeting) == meeting)
        pthread_cond_wait(&pool->changed, &pool->mutex);
    pthread_mutex_unlock(&pool->mutex);
}
