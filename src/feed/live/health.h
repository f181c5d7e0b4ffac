// Quiet or blind: what a feed knows of its own sight.
//
// A feed that gives nothing may be in a calm market or cut off from it; only the feed can tell. Its
// thread writes, any thread reads.
#ifndef GM_FEED_LIVE_HEALTH_H
#define GM_FEED_LIVE_HEALTH_H

#include "base/error.h"

#include <pthread.h>
#include <stdint.h>

enum gm_feed_sight {
    GM_FEED_STARTING, // has not been answered yet, nor refused
    GM_FEED_SEEING,
    GM_FEED_BLIND,
};

// "starting", "seeing", "blind".
const char *gm_feed_sight_name(enum gm_feed_sight sight);

enum { GM_FEED_NOTICE_BYTES = 640 };

struct gm_feed_health {
    enum gm_feed_sight sight;
    int64_t since_us;                  // when that sight began
    int64_t success_us;                // when the source last answered; GM_TIME_NONE: never
    int64_t item_us;                   // when it last gave a message; GM_TIME_NONE: never
    int64_t calls;                     // calls or connections made
    int64_t refused;                   // those of them that failed or broke off
    int64_t gaps;                      // stretches that were missed for good
    int64_t items;                     // messages given
    int64_t skew_us;                   // the source's clock less ours; GM_TIME_NONE: not known
    int64_t notices;                   // how often something happened that somebody should know
    bool warning;                      // the last of them is a trouble
    char notice[GM_FEED_NOTICE_BYTES]; // what happened, and what happens next
};

struct gm_feed_monitor {
    pthread_mutex_t mutex;
    struct gm_feed_health health;
};

void gm_feed_monitor_init(struct gm_feed_monitor *monitor, int64_t now_us);
void gm_feed_monitor_finish(struct gm_feed_monitor *monitor);

// A copy of what is known.
void gm_feed_monitor_read(struct gm_feed_monitor *monitor, struct gm_feed_health *ret_health);

// For the feed's thread. Times are of its clock.
void gm_feed_monitor_call(struct gm_feed_monitor *monitor);
void gm_feed_monitor_success(struct gm_feed_monitor *monitor, int64_t now_us);
void gm_feed_monitor_item(struct gm_feed_monitor *monitor, int64_t now_us);
void gm_feed_monitor_gap(struct gm_feed_monitor *monitor);
// The source's clock less ours, as its last answer has it.
void gm_feed_monitor_skew(struct gm_feed_monitor *monitor, int64_t skew_us);
// A call failed or a connection broke: blind from now on.
void gm_feed_monitor_failure(struct gm_feed_monitor *monitor, int64_t now_us);
void gm_feed_monitor_notice(struct gm_feed_monitor *monitor, bool warning, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
