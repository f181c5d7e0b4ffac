// demo: the session that is inside the binary, through the whole pipeline, with the page.
#include "app/command/commands.h"

#include "app/replay.h"
#include "feed/session.h"
#include "vibe/finbert/finbert.h"
#include "vibe/model/find.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SPEED_ON_TERMINAL = 120 }; // the hour in half a minute

struct args {
    bool exit;
    double speed;
    int port;
    bool json;
};

static const struct gm_option options[] = {
    {"exit", NULL, GM_OPTION_FLAG, offsetof(struct args, exit),
     .help = "end with a summary instead of staying up (so too when stdout is no terminal)"},
    {"speed", "N|max", GM_OPTION_NUMBER, offsetof(struct args, speed), .min = 0.001, .max = 1e9,
     .zero_word = "max", .standard = "120 on a terminal, else max",
     .help = "event seconds a second"},
    {"port", "N", GM_OPTION_INT, offsetof(struct args, port), .min = 0, .max = 65535,
     .standard = "any free one", .help = "the page's port"},
    {"json", NULL, GM_OPTION_FLAG, offsetof(struct args, json),
     .help = "print the summary as JSON"},
    {NULL},
};

static const struct args args_default = {.speed = -1};

// ------------------------------------------------------------------------- the files

static enum gm_err write_file(const char *dir, const char *name, const unsigned char *data,
                              size_t bytes, char ret_path[PATH_MAX], struct gm_error *error)
{
    if (snprintf(ret_path, PATH_MAX, "%s/%s", dir, name) >= PATH_MAX)
        return gm_error_set(error, GM_ERR_LIMIT, "%s: the path is too long", dir);
    FILE *file = fopen(ret_path, "wbe");
    if (!file)
        return gm_error_errno(error, errno, "%s", ret_path);
    size_t written = fwrite(data, 1, bytes, file);
    if (fclose(file) != 0 || written != bytes)
        return gm_error_errno(error, errno, "%s", ret_path);
    return GM_OK;
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status, (void)type, (void)walk;
    return remove(path);
}

// A directory of the demo's own, unless the user named one.
static enum gm_err make_dir(char ret_dir[PATH_MAX], struct gm_error *error)
{
    const char *base = getenv("TMPDIR");
    if (snprintf(ret_dir, PATH_MAX, "%s/ghostmarket-demo-XXXXXX", base && *base ? base : "/tmp") >=
        PATH_MAX)
        return gm_error_set(error, GM_ERR_LIMIT, "TMPDIR: the path is too long");
    if (!mkdtemp(ret_dir))
        return gm_error_errno(error, errno, "%s", ret_dir);
    return GM_OK;
}

// ------------------------------------------------------------------------- the command

static const char *data_dir_of(const struct gm_invocation *invocation)
{
    for (size_t i = 0; i < invocation->override_count; i++)
        if (strcmp(invocation->overrides[i].name, "data_dir") == 0)
            return invocation->overrides[i].value;
    return NULL;
}

// The folder of the model that the user's own pipeline would score with; "": none.
static enum gm_err find_model(const struct gm_config *user, char ret_dir[GM_MODEL_PATH_BYTES_MAX],
                              struct gm_error *error)
{
    const char *name = user->vibe.model ? user->vibe.model : GM_FINBERT_MODEL_DEFAULT;
    enum gm_err err = gm_model_find(user->data_dir, name, user->vibe.model_dir, ret_dir, error);
    if (err != GM_ERR_NOT_FOUND || user->vibe.model || user->vibe.model_dir)
        return err;
    ret_dir[0] = '\0';
    return GM_OK;
}

// The built-in configuration, with the demo's directory and port and the user's scorer: the user's
// own file may follow other tickers.
static enum gm_err demo_config(const struct gm_invocation *invocation, const char *dir, int port,
                               const struct gm_config *user, struct gm_config *ret_config,
                               struct gm_error *error)
{
    struct gm_config_override overrides[GM_GLOBAL_OVERRIDES_MAX + 6];
    size_t count = 0;
    char port_text[16], threads[16], model_dir[GM_MODEL_PATH_BYTES_MAX];
    enum gm_err err = find_model(user, model_dir, error);
    if (err)
        return err;
    snprintf(port_text, sizeof port_text, "%d", port);
    snprintf(threads, sizeof threads, "%d", user->vibe.threads);
    for (size_t i = 0; i < invocation->override_count; i++)
        if (strcmp(invocation->overrides[i].name, "data_dir") != 0)
            overrides[count++] = invocation->overrides[i];
    overrides[count++] = (struct gm_config_override){"data_dir", dir, "the demo"};
    overrides[count++] = (struct gm_config_override){"web.port", port_text, "--port"};
    overrides[count++] = (struct gm_config_override){"vibe.scorer", user->vibe.scorer, "yours"};
    overrides[count++] =
        (struct gm_config_override){"vibe.precision", user->vibe.precision, "yours"};
    overrides[count++] = (struct gm_config_override){"vibe.threads", threads, "yours"};
    if (model_dir[0])
        overrides[count++] = (struct gm_config_override){"vibe.model_dir", model_dir, "yours"};
    return gm_config_parse(gm_str(""), "the demo", false, overrides, count, ret_config, error);
}

static enum gm_err run_demo(const struct gm_config *config, const struct args *args, bool stay,
                            struct gm_error *error)
{
    char prices[PATH_MAX], social[PATH_MAX];
    const struct gm_session *session = &gm_session_demo;
    enum gm_err err = write_file(config->data_dir, "prices.jsonl.gz", session->prices_gz,
                                 session->prices_gz_bytes, prices, error);
    if (!err)
        err = write_file(config->data_dir, "social.jsonl.gz", session->social_gz,
                         session->social_gz_bytes, social, error);
    if (err)
        return err;
    const struct gm_replay_order order = {
        .prices_path = prices,
        .social_path = social,
        .speed = args->speed >= 0 ? args->speed
                 : stay           ? SPEED_ON_TERMINAL
                                  : 0,
        .serve = true,
        .stay = stay,
        .quiet = args->json,
    };
    struct gm_replay_summary summary;
    if (!args->json)
        printf("demo      an hour of bitcoin, dogecoin and gamestop, made for this demo\n");
    if ((err = gm_replay_run(config, &order, &summary, error)))
        return err;
    gm_replay_print(&summary, args->json);
    return GM_OK;
}

// `user`: the user's own configuration.
static enum gm_err demo_in(const struct gm_invocation *invocation, const struct gm_config *user,
                           const char *dir, struct gm_error *error)
{
    const struct args *args = (const void *)invocation->args;
    bool stay = !args->exit && !args->json && isatty(STDOUT_FILENO);
    struct gm_config config;
    enum gm_err err = demo_config(invocation, dir, args->port, user, &config, error);
    if (err)
        return err;
    gm_log_init((enum gm_log_level)config.log.level, (enum gm_log_format)config.log.format,
                STDERR_FILENO, isatty(STDERR_FILENO));
    err = run_demo(&config, args, stay, error);
    gm_config_finish(&config);
    return err;
}

static int demo(const struct gm_invocation *invocation)
{
    const char *named = data_dir_of(invocation);
    char own[PATH_MAX];
    int status;
    struct gm_error error;
    struct gm_config user;
    if (!gm_load_config(invocation, &user, &status))
        return status;
    enum gm_err err = GM_OK;
    if (!named)
        err = make_dir(own, &error);
    else if (mkdir(named, 0750) != 0 && errno != EEXIST)
        err = gm_error_errno(&error, errno, "--data-dir: %s", named);
    if (!err) {
        err = demo_in(invocation, &user, named ? named : own, &error);
        if (!named)
            nftw(own, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    }
    gm_config_finish(&user);
    return err ? gm_fail(&error) : GM_EXIT_DONE;
}

const struct gm_command gm_command_demo = {
    .name = "demo",
    .summary = "show a recorded session going through the whole pipeline",
    .description =
        "An hour of three tickers with a hype wave in it, made for the purpose and part of the\n"
        "program: no account, no network, nothing to set up. On a terminal the page stays up\n"
        "until Ctrl-C. Uses a directory of its own that goes away at the end, unless --data-dir\n"
        "names one.\n",
    .examples = "ghostmarket demo\n"
                "ghostmarket demo --exit\n",
    .options = options,
    .args_bytes = sizeof(struct args),
    .args_default = &args_default,
    .run = demo,
};
