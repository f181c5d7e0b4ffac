// A replay: the feed stage over two files, the other stages beside it unless another process has
// them, and the wait until every row is committed.
#include "app/replay.h"

#include "app/control.h"
#include "app/open_scorer.h"
#include "app/pipeline.h"
#include "app/progress.h"
#include "app/stage/stages.h"
#include "base/log.h"
#include "feed/replay.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

enum { LOOK_MS = 10 };

struct replay {
    const struct gm_config *config;
    const struct gm_replay_order *order;
    struct gm_pipeline pipeline;
    struct gm_feed_stage feed;
    struct gm_progress progress;
    char name[GM_REPLAY_NAME_BYTES];
    bool elsewhere;
};

static enum gm_err open_feed(struct replay *replay, bool *ret_resumed, struct gm_error *error)
{
    char cursor[GM_BUS_CURSOR_BYTES_MAX + 1];
    enum gm_err err = gm_bus_get_cursor(replay->pipeline.bus, replay->name, cursor, error);
    if (err && err != GM_ERR_NOT_FOUND)
        return err;
    const struct gm_replay_config config = {
        .prices_path = replay->order->prices_path,
        .social_path = replay->order->social_path,
        .speed = replay->order->speed,
        .cursor = err ? NULL : cursor,
        .clock = &gm_clock_real,
    };
    *ret_resumed = !err;
    replay->feed.ops = &gm_feed_replay;
    replay->feed.cursor = replay->name;
    return gm_replay_open(&config, &replay->feed.feed, error);
}

// True when all that was replayed has become committed rows.
static enum gm_err settled(struct replay *replay, bool *ret_settled, struct gm_error *error)
{
    const struct gm_config *config = replay->config;
    struct gm_bus *bus = replay->pipeline.bus;
    bool processed = false, stored = false;
    enum gm_err err =
        gm_pipeline_caught_up(bus, config->process.group, GM_PROCESS_TOPICS, &processed, error);
    if (!err && processed)
        err = gm_pipeline_caught_up(bus, config->store.group, GM_STORE_TOPICS, &stored, error);
    if (!err)
        *ret_settled = stored;
    return err;
}

static bool feed_done(struct replay *replay)
{
    struct gm_pipeline *pipeline = &replay->pipeline;
    return atomic_load(&pipeline->stages[pipeline->stage_count - 1].state) != GM_STAGE_RUNNING;
}

// How far the recording has become rows, in its bytes: reading it is quick, scoring may not be.
static void show_progress(struct replay *replay)
{
    int64_t read_bytes, total_bytes, lag;
    if (!replay->progress.terminal ||
        gm_pipeline_lag(replay->pipeline.bus, replay->config->process.group, GM_PROCESS_TOPICS,
                        &lag, NULL))
        return;
    int64_t fed = atomic_load(&replay->feed.ticks) + atomic_load(&replay->feed.posts);
    gm_replay_progress(replay->feed.feed, &read_bytes, &total_bytes);
    double share = fed > lag ? (double)(fed - lag) / (double)fed : 0;
    gm_progress_show(&replay->progress, (int64_t)(share * (double)read_bytes), total_bytes);
}

// Until every row is committed, a stage fails, or a signal comes (*ret_stopped).
static enum gm_err wait_for_end(struct replay *replay, bool *ret_stopped, struct gm_error *error)
{
    for (;;) {
        enum gm_wake wake = gm_pipeline_wait(&replay->pipeline, LOOK_MS);
        if (wake == GM_WAKE_SIGNAL) {
            *ret_stopped = true;
            return GM_OK;
        }
        if (gm_pipeline_failed(&replay->pipeline))
            return GM_OK; // the join tells
        if (feed_done(replay)) {
            bool done;
            enum gm_err err = settled(replay, &done, error);
            if (err || done)
                return err;
        }
        show_progress(replay);
    }
}

static void tell_start(const struct replay *replay)
{
    if (replay->order->quiet)
        return;
    if (replay->pipeline.scorer) {
        char note[GM_SCORER_NOTE_BYTES];
        gm_scorer_note(replay->config, replay->pipeline.scorer, note);
        printf("scorer    %s: %s\n", gm_scorer_name(replay->pipeline.scorer), note);
    }
    if (replay->pipeline.web)
        printf("page      http://%s:%d/\n", replay->config->web.address,
               gm_web_port(replay->pipeline.web));
    fflush(stdout);
}

// Runs the opened pipeline; on return no stage runs any more.
static enum gm_err run(struct replay *replay, struct gm_replay_summary *summary,
                       struct gm_error *error)
{
    int64_t begin_us = gm_monotonic_us();
    tell_start(replay);
    enum gm_err err = gm_pipeline_start(&replay->pipeline, error);
    if (err)
        return err;
    struct gm_error wait_error;
    enum gm_err wait_err = wait_for_end(replay, &summary->stopped, &wait_error);
    gm_progress_end(&replay->progress);
    summary->seconds = (double)(gm_monotonic_us() - begin_us) / GM_US_PER_S;
    if (!wait_err && replay->order->stay && !summary->stopped &&
        !gm_pipeline_failed(&replay->pipeline)) {
        printf("The replay is over; the page stays up until Ctrl-C.\n");
        fflush(stdout);
        while (gm_pipeline_wait(&replay->pipeline, -1) != GM_WAKE_SIGNAL &&
               !gm_pipeline_failed(&replay->pipeline))
            continue;
    }
    err = gm_pipeline_join(&replay->pipeline, error);
    if (!err && wait_err) {
        *error = wait_error;
        err = wait_err;
    }
    return err;
}

static void summarize(struct replay *replay, struct gm_replay_summary *summary)
{
    struct gm_process_totals totals = gm_stage_process_totals();
    summary->prices = atomic_load(&replay->feed.ticks);
    summary->posts = atomic_load(&replay->feed.posts);
    summary->bad = atomic_load(&replay->feed.bad);
    summary->signals = totals.signals;
    summary->alerts = totals.alerts;
    summary->dead_letters = totals.dead_letters + summary->bad;
    summary->rows_committed = gm_stage_store_rows();
    summary->elsewhere = replay->elsewhere;
}

enum gm_err gm_replay_run(const struct gm_config *config, const struct gm_replay_order *order,
                          struct gm_replay_summary *ret_summary, struct gm_error *error)
{
    struct gm_replay_summary summary = {0};
    struct replay *replay = calloc(1, sizeof *replay);
    if (!replay)
        return gm_error_set(error, GM_ERR_NOMEM, "out of memory for a replay");
    replay->config = config;
    replay->order = order;
    int pid = 0;
    replay->elsewhere = gm_control_alive(config->data_dir, &pid);
    unsigned parts = replay->elsewhere ? 0 : GM_PART_PROCESS | GM_PART_STORE;
    if (order->serve && !replay->elsewhere)
        parts |= GM_PART_WEB;
    enum gm_err err = gm_replay_name(order->prices_path, order->social_path, replay->name, error);
    if (!err)
        err = gm_pipeline_init(&replay->pipeline, config, parts, error);
    if (err) {
        free(replay);
        return err;
    }
    if (replay->elsewhere)
        gm_log(GM_LOG_INFO, "replay", "process %d runs on %s: it does the rest", pid,
               config->data_dir);
    err = open_feed(replay, &summary.resumed, error);
    if (!err) {
        gm_stage_feed_register(&replay->pipeline.metrics);
        gm_pipeline_add(&replay->pipeline, "feed", gm_stage_feed, &replay->feed);
        gm_progress_begin(&replay->progress, "replay");
        err = run(replay, &summary, error);
        summarize(replay, &summary);
    }
    gm_feed_replay.close(replay->feed.feed);
    gm_pipeline_finish(&replay->pipeline);
    free(replay);
    if (!err)
        *ret_summary = summary;
    return err;
}

// ------------------------------------------------------------------------- the summary

static void print_json(const struct gm_replay_summary *summary)
{
    json_t *json = json_pack(
        "{s:I,s:I,s:I,s:I,s:I,s:I,s:f,s:b,s:b,s:b}", "prices", (json_int_t)summary->prices, "posts",
        (json_int_t)summary->posts, "signals", (json_int_t)summary->signals, "alerts",
        (json_int_t)summary->alerts, "dead_letters", (json_int_t)summary->dead_letters,
        "rows_committed", (json_int_t)summary->rows_committed, "seconds", summary->seconds,
        "resumed", summary->resumed, "stopped", summary->stopped, "elsewhere", summary->elsewhere);
    json_dumpf(json, stdout, JSON_COMPACT | JSON_REAL_PRECISION(6));
    printf("\n");
    json_decref(json);
}

void gm_replay_print(const struct gm_replay_summary *summary, bool json)
{
    if (json) {
        print_json(summary);
        return;
    }
    int64_t events = summary->prices + summary->posts;
    if (summary->stopped)
        printf("stopped   before the end; the same command goes on from here\n");
    else if (summary->resumed && events == 0)
        printf("nothing   left to do: this recording has been replayed into this data directory "
               "before (another --data-dir replays it anew)\n");
    else if (summary->resumed)
        printf("resumed   a replay that was cut off\n");
    printf("events    %" PRId64 " (%" PRId64 " prices, %" PRId64 " posts)\n", events,
           summary->prices, summary->posts);
    if (summary->elsewhere) {
        printf("rows      committed by the ghostmarket that runs on this data directory\n");
    } else {
        printf("signals   %" PRId64 "\n", summary->signals);
        printf("alerts    %" PRId64 "\n", summary->alerts);
        printf("dead      %" PRId64 " messages in dead-letters\n", summary->dead_letters);
        printf("rows      %" PRId64 " committed\n", summary->rows_committed);
    }
    printf("time      %.3f s, %.0f events/s from file to committed row\n", summary->seconds,
           summary->seconds > 0 ? (double)events / summary->seconds : 0);
}
