// The request to stop.
#include "base/stop.h"

#include "base/clock.h"

#include <errno.h>
#include <time.h>

enum gm_err gm_stop_init(struct gm_stop *stop, struct gm_error *error)
{
    pthread_condattr_t attr;
    int failed = pthread_condattr_init(&attr);
    if (failed)
        return gm_error_errno(error, failed, "cannot make a condition variable");
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    failed = pthread_cond_init(&stop->cond, &attr);
    pthread_condattr_destroy(&attr);
    if (failed)
        return gm_error_errno(error, failed, "cannot make a condition variable");
    failed = pthread_mutex_init(&stop->mutex, NULL);
    if (failed) {
        pthread_cond_destroy(&stop->cond);
        return gm_error_errno(error, failed, "cannot make a mutex");
    }
    atomic_init(&stop->raised, false);
    return GM_OK;
}

void gm_stop_finish(struct gm_stop *stop)
{
    pthread_mutex_destroy(&stop->mutex);
    pthread_cond_destroy(&stop->cond);
}

void gm_stop_raise(struct gm_stop *stop)
{
    pthread_mutex_lock(&stop->mutex);
    atomic_store_explicit(&stop->raised, true, memory_order_release);
    pthread_cond_broadcast(&stop->cond);
    pthread_mutex_unlock(&stop->mutex);
}

bool gm_stop_wait(struct gm_stop *stop, int64_t timeout_us)
{
    if (gm_stop_raised(stop) || timeout_us <= 0)
        return gm_stop_raised(stop);
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    const int64_t wait_s_max = INT32_MAX; // keeps tv_sec far from overflow
    int64_t wait_s = timeout_us / GM_US_PER_S;
    until.tv_sec += (time_t)(wait_s < wait_s_max ? wait_s : wait_s_max);
    until.tv_nsec += (timeout_us % GM_US_PER_S) * 1000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_nsec -= 1000000000;
        until.tv_sec++;
    }
    pthread_mutex_lock(&stop->mutex);
    while (!gm_stop_raised(stop))
        if (pthread_cond_timedwait(&stop->cond, &stop->mutex, &until) == ETIMEDOUT)
            break;
    pthread_mutex_unlock(&stop->mutex);
    return gm_stop_raised(stop);
}
