// replay: a recording through the pipeline.
#include "app/command/commands.h"

#include "app/replay.h"

struct args {
    const char *prices, *social;
    double speed;
    bool serve, json;
};

static const struct gm_option options[] = {
    {"prices", "FILE", GM_OPTION_TEXT, offsetof(struct args, prices),
     .help = "recorded prices: JSON Lines in the wire format, plain or gzip"},
    {"social", "FILE", GM_OPTION_TEXT, offsetof(struct args, social),
     .help = "recorded posts, likewise"},
    {"speed", "N|max", GM_OPTION_NUMBER, offsetof(struct args, speed), .min = 0.001, .max = 1e9,
     .zero_word = "max", .standard = "max", .help = "event seconds a second"},
    {"serve", NULL, GM_OPTION_FLAG, offsetof(struct args, serve),
     .help = "serve the page while it runs"},
    {"json", NULL, GM_OPTION_FLAG, offsetof(struct args, json),
     .help = "print the summary as JSON"},
    {NULL},
};

static int replay(const struct gm_invocation *invocation)
{
    const struct args *args = (const void *)invocation->args;
    struct gm_error error;
    if (!args->prices && !args->social) {
        gm_error_set(&error, GM_ERR_INVALID,
                     "replay: nothing to replay: give --prices FILE, --social FILE or both");
        return gm_fail_usage(&error);
    }
    int status;
    struct gm_config config;
    if (!gm_load_config(invocation, &config, &status))
        return status;
    const struct gm_replay_order order = {
        .prices_path = args->prices,
        .social_path = args->social,
        .speed = args->speed,
        .serve = args->serve,
        .quiet = args->json,
    };
    struct gm_replay_summary summary;
    enum gm_err err = gm_replay_run(&config, &order, &summary, &error);
    gm_config_finish(&config);
    if (err)
        return gm_fail(&error);
    gm_replay_print(&summary, args->json);
    return GM_EXIT_DONE;
}

const struct gm_command gm_command_replay = {
    .name = "replay",
    .summary = "feed a recording through the pipeline",
    .description =
        "Merges prices and posts by time and ends when every row is committed. Cut off by a\n"
        "signal or a crash, the same command goes on where it was. Where `ghostmarket run` works\n"
        "on the data directory, that one processes and stores; else this command does it itself.\n",
    .examples = "ghostmarket replay --prices prices.jsonl.gz --social posts.jsonl.gz\n"
                "ghostmarket replay --prices p.jsonl --social s.jsonl --speed 60 --serve\n",
    .options = options,
    .args_bytes = sizeof(struct args),
    .run = replay,
};
