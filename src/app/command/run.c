// run, process, serve: the pipeline, whole or by stage, until a signal.
#include "app/command/commands.h"

#include "app/command/run.h"
#include "app/open_scorer.h"
#include "app/pipeline.h"
#include "base/log.h"
#include "bus/bus.h"

#include <inttypes.h>

struct run_args {
    bool no_feeds;
};

static const struct gm_option run_options[] = {
    {"no-feeds", NULL, GM_OPTION_FLAG, offsetof(struct run_args, no_feeds),
     .help = "take no live prices and posts: only what others put on the bus"},
    {NULL},
};

static void tell_start(const struct gm_pipeline *pipeline)
{
    const struct gm_config *config = pipeline->config;
    gm_log(GM_LOG_INFO, "run", "configuration %s, data in %s",
           config->path ? config->path : "built in", config->data_dir);
    if (pipeline->scorer) {
        char note[GM_SCORER_NOTE_BYTES];
        gm_scorer_note(config, pipeline->scorer, note);
        gm_log(GM_LOG_INFO, "run", "scorer %s: %s", gm_scorer_name(pipeline->scorer), note);
    }
    if (pipeline->web)
        gm_log(GM_LOG_INFO, "run", "page on http://%s:%d/", config->web.address,
               gm_web_port(pipeline->web));
}

int gm_run_parts(const struct gm_invocation *invocation, unsigned parts)
{
    int status;
    struct gm_config config;
    struct gm_error error;
    struct gm_pipeline pipeline;
    if (!gm_load_config(invocation, &config, &status))
        return status;
    if (!config.web.enabled)
        parts &= ~(unsigned)GM_PART_WEB;
    enum gm_err err = gm_pipeline_init(&pipeline, &config, parts, &error);
    if (err) {
        gm_config_finish(&config);
        return err == GM_ERR_INVALID ? gm_fail_usage(&error) : gm_fail(&error);
    }
    tell_start(&pipeline);
    err = gm_pipeline_start(&pipeline, &error);
    if (!err) {
        if (gm_pipeline_wait(&pipeline, -1) == GM_WAKE_SIGNAL)
            gm_log(GM_LOG_INFO, "run", "stopping: what is in flight is committed first");
        err = gm_pipeline_join(&pipeline, &error);
    }
    gm_pipeline_finish(&pipeline);
    gm_config_finish(&config);
    if (err)
        return gm_fail(&error);
    gm_log(GM_LOG_INFO, "run", "stopped");
    return GM_EXIT_DONE;
}

static int run(const struct gm_invocation *invocation)
{
    const struct run_args *args = (const void *)invocation->args;
    const unsigned feeds = args->no_feeds ? 0 : GM_PART_PRICES | GM_PART_SOCIAL;
    return gm_run_parts(invocation,
                        feeds | GM_PART_PROCESS | GM_PART_STORE | GM_PART_WEB | GM_PART_NOTIFY);
}

static int process(const struct gm_invocation *invocation)
{
    return gm_run_parts(invocation, GM_PART_PROCESS);
}

static int serve(const struct gm_invocation *invocation)
{
    return gm_run_parts(invocation, GM_PART_STORE | GM_PART_WEB | GM_PART_NOTIFY);
}

const struct gm_command gm_command_run = {
    .name = "run",
    .summary = "run the whole pipeline in this process",
    .description =
        "Takes live prices (Coinbase) and posts (Bluesky), scores, keeps the windows, raises\n"
        "alerts, stores rows, serves the page. Runs until SIGINT or SIGTERM. Needs no account.\n"
        "For a recording, `ghostmarket replay` into the same data directory, leave the live feeds\n"
        "out: next to today's prices everything that was recorded is late.\n",
    .examples = "ghostmarket run\n"
                "ghostmarket run --no-feeds\n"
                "ghostmarket run --config /etc/ghostmarket.yaml --data-dir /var/lib/ghostmarket\n",
    .options = run_options,
    .args_bytes = sizeof(struct run_args),
    .run = run,
};

const struct gm_command gm_command_process = {
    .name = "process",
    .summary = "run the scoring and the windows alone",
    .description = "live-prices, live-social → market-signals, market-alerts. A second process\n"
                   "stands by and takes over when the first one ends.\n",
    .examples = "ghostmarket process --data-dir /var/lib/ghostmarket\n",
    .run = process,
};

const struct gm_command gm_command_serve = {
    .name = "serve",
    .summary = "run the store, the page and the notifications alone",
    .description = "market-signals, market-alerts, live-social, dead-letters → the database, the\n"
                   "HTTP API and page, and the configured command.\n",
    .examples = "ghostmarket serve --data-dir /var/lib/ghostmarket\n",
    .run = serve,
};
