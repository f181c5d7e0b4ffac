// prices, social: the live feeds alone, onto the bus or, to try them, onto stdout.
#include "app/command/commands.h"

#include "app/command/run.h"
#include "app/feeds.h"
#include "base/log.h"
#include "event/event.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

enum { WAIT_US = 200 * GM_US_PER_MS, ARENA_LIMIT_BYTES = 16 * 1024 * 1024 };

struct args {
    bool once, dry_run;
};

static const struct gm_option options[] = {
    {"once", NULL, GM_OPTION_FLAG, offsetof(struct args, once),
     .help = "print one message of each ticker and end; nothing goes on the bus"},
    {"dry-run", NULL, GM_OPTION_FLAG, offsetof(struct args, dry_run),
     .help = "print messages as they come; nothing goes on the bus"},
    {NULL},
};

// A feed that is tried.
struct trial {
    const struct gm_live_ops *ops;
    void *feed;
    int64_t notices;
    struct gm_stop stop; // never raised: a signal is seen between two waits
    struct gm_arena arena;
    struct gm_buffer out;
    bool *seen; // by ticker
    size_t left;
};

static bool signal_came(void)
{
    sigset_t set;
    const struct timespec now = {0, 0};
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    return sigtimedwait(&set, NULL, &now) > 0;
}

static void block_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
}

static void log_notice(struct trial *trial)
{
    struct gm_feed_health health;
    trial->ops->health(trial->feed, &health);
    if (health.notices > trial->notices)
        gm_log(health.warning ? GM_LOG_WARN : GM_LOG_INFO, trial->ops->feed.name, "%s",
               health.notice);
    trial->notices = health.notices;
}

// Prints the message; with `once`, only the first of its ticker.
static enum gm_err print_item(struct trial *trial, const struct gm_config *config,
                              const struct gm_feed_item *item, bool once, struct gm_error *error)
{
    const struct gm_str name = item->kind == GM_FEED_TICK ? item->tick.ticker : item->post.ticker;
    const struct gm_config_ticker *ticker =
        item->kind == GM_FEED_BAD ? NULL : gm_config_ticker_find(config, name);
    if (once && (!ticker || trial->seen[ticker - config->tickers]))
        return GM_OK;
    gm_buffer_reset(&trial->out);
    if (item->kind == GM_FEED_TICK)
        gm_tick_encode(&item->tick, &trial->out);
    else if (item->kind == GM_FEED_POST)
        gm_post_encode(&item->post, &trial->out);
    else
        gm_dead_letter_encode(&item->bad, &trial->out);
    gm_buffer_append_byte(&trial->out, '\n');
    enum gm_err err = gm_buffer_ok(&trial->out, error);
    if (err)
        return err;
    if (fwrite(trial->out.data, 1, trial->out.len, stdout) != trial->out.len || fflush(stdout) != 0)
        return gm_error_errno(error, errno, "stdout");
    if (once) {
        trial->seen[ticker - config->tickers] = true;
        trial->left--;
    }
    return GM_OK;
}

static enum gm_err try_feed(struct trial *trial, const struct gm_config *config, bool once,
                            struct gm_error *error)
{
    while (trial->left > 0 && !signal_came()) {
        enum gm_feed_state state;
        struct gm_feed_item item;
        gm_arena_reset(&trial->arena);
        enum gm_err err = trial->ops->feed.next(trial->feed, &trial->arena, &trial->stop, WAIT_US,
                                                &state, &item, error);
        log_notice(trial);
        if (!err && state == GM_FEED_ITEM)
            err = print_item(trial, config, &item, once, error);
        if (err)
            return err;
    }
    return GM_OK;
}

// Tickers that the feed can say something about.
static size_t count_tickers(const struct gm_config *config, bool prices)
{
    size_t count = 0;
    for (size_t i = 0; i < config->ticker_count; i++)
        count += !prices || config->tickers[i].coinbase;
    return count;
}

static enum gm_err run_trial(const struct gm_config *config, const struct gm_live_ops *ops,
                             bool once, struct gm_error *error)
{
    struct trial trial = {.ops = ops, .left = count_tickers(config, ops == &gm_live_coinbase)};
    struct gm_live_config live;
    struct gm_live_ticker *tickers = NULL;
    enum gm_err err = gm_stop_init(&trial.stop, error);
    if (err)
        return err;
    gm_arena_init(&trial.arena, 64 * 1024, ARENA_LIMIT_BYTES);
    gm_buffer_init(&trial.out, ARENA_LIMIT_BYTES);
    trial.seen = calloc(config->ticker_count, sizeof *trial.seen);
    err = trial.seen ? gm_feeds_config(config, ops, NULL, &live, &tickers, error)
                     : gm_error_set(error, GM_ERR_NOMEM, "out of memory");
    if (!err)
        err = ops->open(&live, &trial.feed, error);
    free(tickers);
    block_signals();
    if (!err)
        err = try_feed(&trial, config, once, error);
    ops->feed.close(trial.feed);
    free(trial.seen);
    gm_buffer_finish(&trial.out);
    gm_arena_finish(&trial.arena);
    gm_stop_finish(&trial.stop);
    return err;
}

static int run(const struct gm_invocation *invocation, unsigned part, const struct gm_live_ops *ops)
{
    const struct args *args = (const void *)invocation->args;
    int status;
    struct gm_config config;
    struct gm_error error;
    if (!args->once && !args->dry_run)
        return gm_run_parts(invocation, part);
    if (!gm_load_config(invocation, &config, &status))
        return status;
    const enum gm_err err = run_trial(&config, ops, args->once, &error);
    gm_config_finish(&config);
    return err ? gm_fail(&error) : GM_EXIT_DONE;
}

static int prices(const struct gm_invocation *invocation)
{
    return run(invocation, GM_PART_PRICES, &gm_live_coinbase);
}

static int social(const struct gm_invocation *invocation)
{
    return run(invocation, GM_PART_SOCIAL, &gm_live_bluesky);
}

const struct gm_command gm_command_prices = {
    .name = "prices",
    .summary = "run the live feeds of prices alone",
    .description =
        "Coinbase → live-prices. What a feed gives can be looked at first: --once, --dry-run.\n",
    .examples = "ghostmarket prices --once\n"
                "ghostmarket prices --data-dir /var/lib/ghostmarket\n",
    .options = options,
    .args_bytes = sizeof(struct args),
    .run = prices,
};

const struct gm_command gm_command_social = {
    .name = "social",
    .summary = "run the live feeds of posts alone",
    .description =
        "Bluesky → live-social: posts that have a keyword of a ticker. What a feed gives\n"
        "can be looked at first: --once, --dry-run.\n",
    .examples = "ghostmarket social --dry-run\n"
                "ghostmarket social --data-dir /var/lib/ghostmarket\n",
    .options = options,
    .args_bytes = sizeof(struct args),
    .run = social,
};
