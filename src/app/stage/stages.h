// The stages, each in the file of its name; see pipeline.h for how they live.
#ifndef GM_APP_STAGES_H
#define GM_APP_STAGES_H

#include "app/pipeline.h"

// Takes what a feed gives, appends it with the feed's cursor in one transaction, ends when the feed
// is done. `context`: struct gm_feed_stage.
gm_stage_run_fn gm_stage_feed;

// live-prices, live-social → score → windows → market-signals, market-alerts, dead-letters, each
// batch in one transaction. `context`: unused.
gm_stage_run_fn gm_stage_process;

// market-signals, market-alerts, live-social, dead-letters → the database. `context`: unused.
gm_stage_run_fn gm_stage_store;

// market-signals, market-alerts → the web server's streams.
gm_stage_run_fn gm_stage_publish;

// The web server's event loop.
gm_stage_run_fn gm_stage_web;

// market-alerts → the configured command.
gm_stage_run_fn gm_stage_notify;

// Retention of the log, gauges of its size and of every group's lag; once a second.
gm_stage_run_fn gm_stage_keep;

// The topics that `process` and `store` read.
#define GM_PROCESS_TOPICS (1u << GM_TOPIC_LIVE_PRICES | 1u << GM_TOPIC_LIVE_SOCIAL)
#define GM_STORE_TOPICS                                                                            \
    (1u << GM_TOPIC_MARKET_SIGNALS | 1u << GM_TOPIC_MARKET_ALERTS | 1u << GM_TOPIC_LIVE_SOCIAL |   \
     1u << GM_TOPIC_DEAD_LETTERS)

// Puts the stages' metrics on the list.
void gm_stage_feed_register(struct gm_metrics *metrics);
void gm_stage_process_register(struct gm_metrics *metrics);
void gm_stage_store_register(struct gm_metrics *metrics);

// What this process's stages have committed since it started, for summaries.
struct gm_process_totals {
    int64_t signals, alerts, dead_letters;
};
struct gm_process_totals gm_stage_process_totals(void);
int64_t gm_stage_store_rows(void);           // all tables
int64_t gm_stage_store_last_commit_us(void); // GM_TIME_NONE: none yet

#endif
