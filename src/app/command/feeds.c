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
#include <string.h>

enum { WAIT_US = 200 * GM_US_PER_MS, ARENA_LIMIT_BYTES = 16 * 1024 * 1024 };

struct args {
    bool once, dry_run;
    const char *feed; // NULL: those that are enabled
};

static const struct gm_option options[] = {
    {"once", NULL, GM_OPTION_FLAG, offsetof(struct args, once),
     .help = "print each feed's first message of each ticker and end; nothing goes on the bus"},
    {"dry-run", NULL, GM_OPTION_FLAG, offsetof(struct args, dry_run),
     .help = "print messages as they come; nothing goes on the bus"},
    {"feed", "NAME", GM_OPTION_TEXT, offsetof(struct args, feed),
     .help = "with these two: this feed alone, enabled or not"},
    {NULL},
};

// A feed that is tried.
struct trial {
    const struct gm_live_ops *ops;
    void *feed;
    int64_t notices;
    bool *seen;  // by ticker
    size_t left; // tickers of which nothing came yet
};

struct trials {
    const struct gm_config *config;
    bool once;
    struct trial trials[GM_LIVE_FEEDS_MAX];
    size_t count;
    struct gm_stop stop; // never raised: a signal is seen between two waits
    struct gm_arena arena;
    struct gm_buffer out;
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

// Prints the message; with --once, only the feed's first of its ticker.
static enum gm_err print_item(struct trials *trials, struct trial *trial,
                              const struct gm_feed_item *item, struct gm_error *error)
{
    const struct gm_config *config = trials->config;
    const struct gm_str name = item->kind == GM_FEED_TICK ? item->tick.ticker : item->post.ticker;
    const struct gm_config_ticker *ticker =
        item->kind == GM_FEED_BAD ? NULL : gm_config_ticker_find(config, name);
    if (trials->once && (!ticker || trial->seen[ticker - config->tickers]))
        return GM_OK;
    gm_buffer_reset(&trials->out);
    if (item->kind == GM_FEED_TICK)
        gm_tick_encode(&item->tick, &trials->out);
    else if (item->kind == GM_FEED_POST)
        gm_post_encode(&item->post, &trials->out);
    else
        gm_dead_letter_encode(&item->bad, &trials->out);
    gm_buffer_append_byte(&trials->out, '\n');
    enum gm_err err = gm_buffer_ok(&trials->out, error);
    if (err)
        return err;
    const struct gm_str line = gm_buffer_str(&trials->out);
    if (fwrite(line.data, 1, line.len, stdout) != line.len || fflush(stdout) != 0)
        return gm_error_errno(error, errno, "stdout");
    if (trials->once) {
        trial->seen[ticker - config->tickers] = true;
        trial->left--;
    }
    return GM_OK;
}

// Asks the feeds in turn until nothing is left to wait for.
static enum gm_err try_feeds(struct trials *trials, struct gm_error *error)
{
    size_t left = trials->count;
    while (left > 0 && !signal_came()) {
        left = 0;
        for (size_t i = 0; i < trials->count; i++) {
            struct trial *trial = &trials->trials[i];
            enum gm_feed_state state;
            struct gm_feed_item item;
            if (trial->left == 0)
                continue;
            gm_arena_reset(&trials->arena);
            enum gm_err err = trial->ops->feed.next(trial->feed, &trials->arena, &trials->stop,
                                                    WAIT_US, &state, &item, error);
            log_notice(trial);
            if (!err && state == GM_FEED_ITEM)
                err = print_item(trials, trial, &item, error);
            if (err)
                return err;
            left += trial->left > 0;
        }
    }
    return GM_OK;
}

static enum gm_err open_trial(struct trials *trials, const struct gm_feed_entry *entry,
                              struct gm_error *error)
{
    const struct gm_config *config = trials->config;
    struct trial *trial = &trials->trials[trials->count];
    struct gm_live_config live;
    struct gm_live_ticker *tickers = NULL;
    *trial = (struct trial){.ops = entry->ops};
    enum gm_err err = gm_feeds_config(config, entry, NULL, &live, &tickers, error);
    if (err)
        return err;
    err = entry->ops->open(&live, &trial->feed, error);
    free(tickers);
    if (err)
        return err;
    trials->count++;
    for (size_t i = 0; i < config->ticker_count; i++)
        trial->left += gm_feed_knows(entry, &config->tickers[i]);
    trial->seen = calloc(config->ticker_count + 1, sizeof *trial->seen);
    return trial->seen ? GM_OK : gm_error_set(error, GM_ERR_NOMEM, "out of memory");
}

// Opens the feed named by --feed, or those that are enabled.
static enum gm_err open_trials(struct trials *trials, unsigned part, const char *name,
                               struct gm_error *error)
{
    struct gm_error reason;
    gm_error_set(&reason, GM_ERR_NOT_FOUND, "no feed is enabled");
    if (name)
        gm_error_set(&reason, GM_ERR_INVALID, "--feed: no feed has the name \"%s\"", name);
    for (const struct gm_feed_entry *entry = gm_feed_entries; entry->ops; entry++) {
        const bool wanted = name ? strcmp(entry->ops->feed.name, name) == 0
                                 : gm_feed_options(trials->config, entry)->enabled;
        if (entry->part != part || !wanted)
            continue;
        const enum gm_err err = open_trial(trials, entry, &reason);
        if (err == GM_ERR_NOT_FOUND && !name)
            gm_log(GM_LOG_WARN, entry->ops->feed.name, "%s", reason.message);
        else if (err) {
            *error = reason;
            return err;
        }
    }
    if (trials->count > 0)
        return GM_OK;
    *error = reason;
    return reason.code;
}

static enum gm_err run_trials(const struct gm_config *config, unsigned part,
                              const struct args *args, struct gm_error *error)
{
    struct trials trials = {.config = config, .once = args->once};
    enum gm_err err = gm_stop_init(&trials.stop, error);
    if (err)
        return err;
    gm_arena_init(&trials.arena, 64 * 1024, ARENA_LIMIT_BYTES);
    gm_buffer_init(&trials.out, ARENA_LIMIT_BYTES);
    block_signals();
    err = open_trials(&trials, part, args->feed, error);
    if (!err)
        err = try_feeds(&trials, error);
    for (size_t i = 0; i < trials.count; i++) {
        trials.trials[i].ops->feed.close(trials.trials[i].feed);
        free(trials.trials[i].seen);
    }
    gm_buffer_finish(&trials.out);
    gm_arena_finish(&trials.arena);
    gm_stop_finish(&trials.stop);
    return err;
}

static int run(const struct gm_invocation *invocation, unsigned part)
{
    const struct args *args = (const void *)invocation->args;
    int status;
    struct gm_config config;
    struct gm_error error;
    if (args->feed && !args->once && !args->dry_run) {
        gm_error_set(&error, GM_ERR_INVALID, "--feed goes with --once or --dry-run");
        return gm_fail_usage(&error);
    }
    if (!args->once && !args->dry_run)
        return gm_run_parts(invocation, part);
    if (!gm_load_config(invocation, &config, &status))
        return status;
    const enum gm_err err = run_trials(&config, part, args, &error);
    gm_config_finish(&config);
    if (err == GM_ERR_INVALID)
        return gm_fail_usage(&error);
    return err ? gm_fail(&error) : GM_EXIT_DONE;
}

static int prices(const struct gm_invocation *invocation)
{
    return run(invocation, GM_PART_PRICES);
}

static int social(const struct gm_invocation *invocation)
{
    return run(invocation, GM_PART_SOCIAL);
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
