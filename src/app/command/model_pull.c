// model pull: fetches a model from the hub and installs it below the data directory.
#include "app/command/commands.h"

#include "app/progress.h"
#include "app/version.h"
#include "base/clock.h"
#include "base/json.h"
#include "vibe/finbert/finbert.h"
#include "vibe/model/pull.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

struct args {
    const char *revision;
    int attempts;
    double timeout_s;
    bool force, json;
};

static const struct args args_default = {.attempts = 5, .timeout_s = 30};

static const struct gm_option options[] = {
    {"revision", "NAME", GM_OPTION_TEXT, offsetof(struct args, revision),
     .standard = GM_HUB_REVISION_DEFAULT, .help = "a branch, a tag or a commit"},
    {"force", NULL, GM_OPTION_FLAG, offsetof(struct args, force),
     .help = "fetch and install although it is there"},
    {"attempts", "N", GM_OPTION_INT, offsetof(struct args, attempts), .min = 1, .max = 1000,
     .standard = "5", .help = "failures in a row before giving up"},
    {"timeout", "SECONDS", GM_OPTION_NUMBER, offsetof(struct args, timeout_s), .min = 0.1,
     .max = 3600, .standard = "30",
     .help = "a server that sends less than 1 KiB/s for so long has failed"},
    {"json", NULL, GM_OPTION_FLAG, offsetof(struct args, json),
     .help = "print the summary as JSON"},
    {NULL},
};

static void show_progress(void *context, int64_t done_bytes, int64_t total_bytes)
{
    gm_progress_show(context, done_bytes, total_bytes);
}

static void show_notice(void *context, const char *message)
{
    gm_progress_end(context);
    fprintf(stderr, "%s\n", message);
}

static void write_member(struct gm_buffer *out, const char *before, const char *name,
                         const char *text)
{
    gm_buffer_printf(out, "%s\"%s\":", before, name);
    gm_json_write_string(out, gm_str(text));
}

static enum gm_err print_summary(const struct gm_pull_summary *summary, bool json,
                                 struct gm_error *error)
{
    const struct gm_manifest *manifest = &summary->manifest;
    double megabytes = (double)gm_manifest_bytes(manifest) / 1e6;
    struct gm_buffer out;
    gm_buffer_init(&out, 64 * 1024);
    if (json) {
        write_member(&out, "{", "model", manifest->name);
        write_member(&out, ",", "revision", manifest->commit);
        write_member(&out, ",", "folder", summary->path);
        gm_buffer_printf(&out, ",\"already\":%s,\"bytes\":%lld,\"fetched_bytes\":%lld}\n",
                         summary->already ? "true" : "false",
                         (long long)gm_manifest_bytes(manifest), (long long)summary->fetched_bytes);
    } else if (summary->already) {
        gm_buffer_printf(&out,
                         "%s is installed already: revision %.12s in %s, %.1f MB\n"
                         "--force fetches it anew.\n",
                         manifest->name, manifest->commit, summary->path, megabytes);
    } else {
        gm_buffer_printf(&out, "%s: revision %.12s installed in %s, %.1f MB, %.1f MB fetched\n",
                         manifest->name, manifest->commit, summary->path, megabytes,
                         (double)summary->fetched_bytes / 1e6);
    }
    enum gm_err err = gm_buffer_ok(&out, error);
    if (!err && fwrite(out.data, 1, out.len, stdout) != out.len)
        err = gm_error_errno(error, errno, "stdout");
    gm_buffer_finish(&out);
    return err;
}

// An empty variable counts as one that is not set.
static const char *environment(const char *name)
{
    const char *value = getenv(name);
    return value && value[0] ? value : NULL;
}

// Packs the weights for this processor now, so that the first start need not.
static enum gm_err pack(const struct gm_config *config, const struct gm_pull_summary *summary,
                        struct gm_progress *progress, struct gm_error *error)
{
    const struct gm_scorer_config scorer_config = {
        .data_dir = config->data_dir,
        .model_dir = summary->path,
        .precision = config->vibe.precision,
        .threads = 1,
        .notice = show_notice,
        .notice_context = progress,
    };
    struct gm_finbert finbert;
    enum gm_err err = gm_finbert_open(&finbert, &scorer_config, error);
    if (err)
        return gm_error_prefix(error, "%s is installed, but not packed", summary->manifest.name);
    gm_finbert_close(&finbert);
    return GM_OK;
}

static enum gm_err pull(const struct gm_config *config, struct gm_pull_order *order, bool json,
                        struct gm_error *error)
{
    char models_dir[GM_FOLDER_PATH_BYTES];
    int len = snprintf(models_dir, sizeof models_dir, "%s/models", config->data_dir);
    if (len < 0 || (size_t)len >= sizeof models_dir)
        return gm_error_set(error, GM_ERR_LIMIT, "data_dir: the path is too long");
    if (mkdir(config->data_dir, 0750) != 0 && errno != EEXIST)
        return gm_error_errno(error, errno, "data_dir: %s", config->data_dir);
    struct gm_stop stop; // never raised: a signal ends the process, and what is there stays
    enum gm_err err = gm_stop_init(&stop, error);
    if (err)
        return err;
    struct gm_progress progress;
    gm_progress_begin(&progress, order->name ? order->name : GM_PULL_MODEL_DEFAULT);
    order->models_dir = models_dir;
    order->stop = &stop;
    order->progress = show_progress;
    order->notice = show_notice;
    order->context = &progress;
    struct gm_pull_summary summary;
    err = gm_pull_run(order, &summary, error);
    gm_progress_end(&progress);
    gm_stop_finish(&stop);
    if (!err)
        err = pack(config, &summary, &progress, error);
    return err ? err : print_summary(&summary, json, error);
}

static int run(const struct gm_invocation *invocation)
{
    const struct args *args = (const void *)invocation->args;
    struct gm_pull_order order = {
        .name = invocation->arguments[0],
        .revision = args->revision,
        .endpoint = environment("HF_ENDPOINT"),
        .ca_file = environment("SSL_CERT_FILE"),
        .user_agent = "ghostmarket/" GM_VERSION,
        .attempts_max = args->attempts,
        .idle_us_max = (int64_t)(args->timeout_s * GM_US_PER_S),
        .force = args->force,
    };
    int status;
    struct gm_config config;
    struct gm_error error;
    if (!gm_load_config(invocation, &config, &status))
        return status;
    order.token = config.vibe.hub_token;
    if (gm_pull_check(&order, &error)) {
        gm_config_finish(&config);
        return gm_fail_usage(&error);
    }
    enum gm_err err = pull(&config, &order, args->json, &error);
    gm_config_finish(&config);
    return err ? gm_fail(&error) : GM_EXIT_DONE;
}

const struct gm_command gm_command_model_pull = {
    .name = "model pull",
    .arguments = "[NAME]",
    .arguments_max = 1,
    .summary = "fetch a model from the Hugging Face hub and install it",
    .description =
        "Without a name, " GM_PULL_MODEL_DEFAULT " is fetched: 440 MB. It is verified and goes to\n"
        "models/ in the data directory, complete or not at all. Cut off, the same command goes on\n"
        "where it was.\n"
        "\n"
        "Environment: HF_TOKEN for models that are not open to all; HF_ENDPOINT for a mirror;\n"
        "https_proxy and no_proxy; SSL_CERT_FILE for certificates to trust instead of the\n"
        "system's.\n",
    .examples = "ghostmarket model pull\n"
                "HF_TOKEN=hf_… ghostmarket model pull my-team/finbert-crypto --revision v2\n",
    .options = options,
    .args_bytes = sizeof(struct args),
    .args_default = &args_default,
    .run = run,
};
