// A pipeline: the stages of this process, the things that they share, and their life together.
//
// A stage is one thread that reads topics and writes topics. Which stages a process runs is the
// only difference between `run`, `process`, `serve` and `replay`. What the stages of one process
// share is only what the process has once: the open bus, the open database, the stop flag, the
// metrics. When a stage fails, all stop and the process ends with its error; what was not committed
// is done again at the next start.
#ifndef GM_APP_PIPELINE_H
#define GM_APP_PIPELINE_H

#include "app/config/config.h"
#include "base/error.h"
#include "base/metrics.h"
#include "base/stop.h"
#include "bus/bus.h"
#include "feed/feed.h"
#include "feed/live/health.h"
#include "store/store.h"
#include "vibe/scorer.h"
#include "web/web.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

struct gm_pipeline;
struct gm_control;
struct gm_deliveries;

enum gm_stage_state { GM_STAGE_RUNNING, GM_STAGE_DONE, GM_STAGE_FAILED };

// Runs until it is done or the pipeline's stop is raised; GM_OK in both cases.
typedef enum gm_err gm_stage_run_fn(struct gm_pipeline *pipeline, void *context,
                                    struct gm_error *error);

struct gm_stage {
    const char *name;
    gm_stage_run_fn *run;
    void *context;
    struct gm_pipeline *pipeline;
    pthread_t thread;
    atomic_int state;      // enum gm_stage_state
    struct gm_error error; // written by the stage's thread before state turns to FAILED
};

enum { GM_STAGES_MAX = 24, GM_LIVE_FEEDS_MAX = 12 };

// What a feed stage works on. Counters may be read while it runs.
struct gm_feed_stage {
    const struct gm_feed_ops *ops;
    void *feed;         // lent
    const char *cursor; // the name under which its cursor is kept
    // What the feed knows of its own sight; its notices go to the log. NULL: nothing.
    void (*health)(void *feed, struct gm_feed_health *ret_health);
    atomic_llong ticks, posts, bad;
};

// A live feed and its stage.
struct gm_live_ops;
struct gm_live_feed {
    const struct gm_live_ops *ops;
    struct gm_feed_stage stage;
    char cursor[64]; // its name on the bus
};

enum gm_part {
    GM_PART_PROCESS = 1 << 0, // opens a scorer
    GM_PART_STORE = 1 << 1,   // opens the database and the control socket
    GM_PART_WEB = 1 << 2,     // needs the store
    GM_PART_NOTIFY = 1 << 3,
    GM_PART_PRICES = 1 << 4, // live feeds of prices
    GM_PART_SOCIAL = 1 << 5, // live feeds of posts
};

struct gm_pipeline {
    const struct gm_config *config; // lent
    struct gm_stop stop;
    struct gm_metrics metrics;
    struct gm_bus *bus;
    struct gm_scorer *scorer;         // NULL without GM_PART_PROCESS
    struct gm_store *store;           // NULL without GM_PART_STORE
    struct gm_web *web;               // NULL without GM_PART_WEB
    struct gm_deliveries *deliveries; // NULL without GM_PART_WEB or an ingest.token
    struct gm_control *control;       // NULL without GM_PART_STORE
    struct gm_web_source web_source;
    atomic_llong rows_lately; // that process made in the last 10 s, as the publish stage sees it
    struct gm_live_feed live[GM_LIVE_FEEDS_MAX]; // live_count
    size_t live_count;
    struct gm_stage stages[GM_STAGES_MAX];
    size_t stage_count;
    int ended_fd;  // eventfd: a stage has ended
    int signal_fd; // SIGINT and SIGTERM, blocked in every thread
};

// Makes the data directory, opens what `parts` (a set of enum gm_part) need and adds their stages.
// Starts no thread. On failure nothing is left open.
enum gm_err gm_pipeline_init(struct gm_pipeline *pipeline, const struct gm_config *config,
                             unsigned parts, struct gm_error *error);

// Closes all; every stage must have ended (gm_pipeline_join).
void gm_pipeline_finish(struct gm_pipeline *pipeline);

// Adds a stage; before gm_pipeline_start. `context` is lent until gm_pipeline_join.
void gm_pipeline_add(struct gm_pipeline *pipeline, const char *name, gm_stage_run_fn *run,
                     void *context);

enum gm_err gm_pipeline_start(struct gm_pipeline *pipeline, struct gm_error *error);

enum gm_wake { GM_WAKE_TIMEOUT, GM_WAKE_SIGNAL, GM_WAKE_STAGE_ENDED };

// Waits for a signal, the end of any stage, or `timeout_ms` (−1: for ever).
enum gm_wake gm_pipeline_wait(struct gm_pipeline *pipeline, int timeout_ms);

// True when a stage has failed.
bool gm_pipeline_failed(struct gm_pipeline *pipeline);

// Raises stop, wakes everybody, waits for all stages. The first stage's failure is the result.
enum gm_err gm_pipeline_join(struct gm_pipeline *pipeline, struct gm_error *error);

// True when `group` has committed everything that is in `topics` (a set of bits) now.
enum gm_err gm_pipeline_caught_up(struct gm_bus *bus, const char *group, unsigned topics,
                                  bool *ret_caught_up, struct gm_error *error);

// Messages of `topics` (a set of bits) that `group` has not committed yet; 0 for a group that
// nobody knows.
enum gm_err gm_pipeline_lag(struct gm_bus *bus, const char *group, unsigned topics,
                            int64_t *ret_lag, struct gm_error *error);

// The bus as the configuration describes it.
enum gm_err gm_pipeline_open_bus(const struct gm_config *config, struct gm_bus **ret_bus,
                                 struct gm_error *error);

// Polls for at most half a second. A failure that may pass (a full disk, on which not even the
// ownership of a group can be written down) is logged, waited out for a second, and gives an empty
// batch.
enum gm_err gm_pipeline_poll(struct gm_pipeline *pipeline, const char *stage,
                             struct gm_bus_consumer *consumer, size_t max_messages,
                             struct gm_batch *ret_batch, struct gm_error *error);

// Commits, and waits and tries again while the failure is retriable and nobody asks to stop. The
// first failure is logged; GM_ERR_STOPPED after a stop.
enum gm_err gm_pipeline_commit(struct gm_pipeline *pipeline, const char *stage,
                               struct gm_bus_txn *txn, struct gm_error *error);

#endif
