#include "feed/live/health.h"

#include "base/clock.h"

#include <stdarg.h>
#include <stdio.h>

const char *gm_feed_sight_name(enum gm_feed_sight sight)
{
    static const char *const names[] = {"starting", "seeing", "blind"};
    return names[sight];
}

void gm_feed_monitor_init(struct gm_feed_monitor *monitor, int64_t now_us)
{
    *monitor = (struct gm_feed_monitor){
        .health = {.since_us = now_us,
                   .success_us = GM_TIME_NONE,
                   .item_us = GM_TIME_NONE,
                   .skew_us = GM_TIME_NONE},
    };
    pthread_mutex_init(&monitor->mutex, NULL);
}

void gm_feed_monitor_finish(struct gm_feed_monitor *monitor)
{
    pthread_mutex_destroy(&monitor->mutex);
}

void gm_feed_monitor_read(struct gm_feed_monitor *monitor, struct gm_feed_health *ret_health)
{
    pthread_mutex_lock(&monitor->mutex);
    *ret_health = monitor->health;
    pthread_mutex_unlock(&monitor->mutex);
}

static void set_sight(struct gm_feed_health *health, enum gm_feed_sight sight, int64_t now_us)
{
    if (health->sight != sight)
        health->since_us = now_us;
    health->sight = sight;
}

void gm_feed_monitor_call(struct gm_feed_monitor *monitor)
{
    pthread_mutex_lock(&monitor->mutex);
    monitor->health.calls++;
    pthread_mutex_unlock(&monitor->mutex);
}

void gm_feed_monitor_success(struct gm_feed_monitor *monitor, int64_t now_us)
{
    pthread_mutex_lock(&monitor->mutex);
    set_sight(&monitor->health, GM_FEED_SEEING, now_us);
    monitor->health.success_us = now_us;
    pthread_mutex_unlock(&monitor->mutex);
}

void gm_feed_monitor_item(struct gm_feed_monitor *monitor, int64_t now_us)
{
    pthread_mutex_lock(&monitor->mutex);
    monitor->health.item_us = now_us;
    monitor->health.items++;
    pthread_mutex_unlock(&monitor->mutex);
}

void gm_feed_monitor_gap(struct gm_feed_monitor *monitor)
{
    pthread_mutex_lock(&monitor->mutex);
    monitor->health.gaps++;
    pthread_mutex_unlock(&monitor->mutex);
}

void gm_feed_monitor_skew(struct gm_feed_monitor *monitor, int64_t skew_us)
{
    pthread_mutex_lock(&monitor->mutex);
    monitor->health.skew_us = skew_us;
    pthread_mutex_unlock(&monitor->mutex);
}

void gm_feed_monitor_failure(struct gm_feed_monitor *monitor, int64_t now_us)
{
    pthread_mutex_lock(&monitor->mutex);
    monitor->health.refused++;
    set_sight(&monitor->health, GM_FEED_BLIND, now_us);
    pthread_mutex_unlock(&monitor->mutex);
}

void gm_feed_monitor_notice(struct gm_feed_monitor *monitor, bool warning, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    pthread_mutex_lock(&monitor->mutex);
    vsnprintf(monitor->health.notice, sizeof monitor->health.notice, format, args);
    monitor->health.warning = warning;
    monitor->health.notices++;
    pthread_mutex_unlock(&monitor->mutex);
    va_end(args);
}
