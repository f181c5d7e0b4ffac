// Fetching a model.
#include "vibe/model/pull.h"

#include "vibe/model/bert_config.h"
#include "vibe/model/bert_weights.h"
#include "vibe/model/checkpoint.h"
#include "vibe/model/download.h"
#include "vibe/wordpiece/wordpiece.h"

#include <stdio.h>
#include <unistd.h>

struct pull {
    const struct gm_pull_order *order;
    struct gm_folder folder;
    struct gm_hub *hub;
    struct gm_manifest manifest;
    int64_t done_bytes, total_bytes; // done: files that are complete
    int64_t fetched_bytes;
};

static const char *or_default(const char *text, const char *standard)
{
    return text ? text : standard;
}

// ------------------------------------------------------------------------- what is wanted

static void begin_manifest(struct pull *pull)
{
    const struct gm_pull_order *order = pull->order;
    struct gm_manifest *manifest = &pull->manifest;
    snprintf(manifest->name, sizeof manifest->name, "%s",
             or_default(order->name, GM_PULL_MODEL_DEFAULT));
    snprintf(manifest->asked, sizeof manifest->asked, "%s",
             or_default(order->revision, GM_HUB_REVISION_DEFAULT));
    snprintf(manifest->endpoint, sizeof manifest->endpoint, "%s",
             or_default(order->endpoint, GM_HUB_ENDPOINT_DEFAULT));
    for (size_t len = strlen(manifest->endpoint); len > 0 && manifest->endpoint[len - 1] == '/';)
        manifest->endpoint[--len] = '\0';
}

static struct gm_hub_config hub_config_of(const struct pull *pull)
{
    const struct gm_pull_order *order = pull->order;
    return (struct gm_hub_config){
        .endpoint = pull->manifest.endpoint,
        .token = order->token,
        .name = pull->manifest.name,
        .revision = pull->manifest.asked,
        .ca_file = order->ca_file,
        .user_agent = order->user_agent,
        .attempts_max = order->attempts_max,
        .idle_us_max = order->idle_us_max,
        .stop = order->stop,
        .notice = order->notice,
        .context = order->context,
    };
}

enum gm_err gm_pull_check(const struct gm_pull_order *order, struct gm_error *error)
{
    const char *name = or_default(order->name, GM_PULL_MODEL_DEFAULT);
    const char *revision = or_default(order->revision, GM_HUB_REVISION_DEFAULT);
    if (!gm_model_name_valid(name))
        return gm_error_set(error, GM_ERR_INVALID,
                            "\"%s\" is no name of a model: they look like %s", name,
                            GM_PULL_MODEL_DEFAULT);
    if (!revision[0] || strlen(revision) > GM_HUB_REVISION_BYTES_MAX)
        return gm_error_set(error, GM_ERR_INVALID,
                            "a revision has 1 to %d characters: a branch, a tag or a commit",
                            GM_HUB_REVISION_BYTES_MAX);
    if (order->endpoint && strlen(order->endpoint) > GM_MANIFEST_ENDPOINT_BYTES_MAX)
        return gm_error_set(error, GM_ERR_INVALID, "HF_ENDPOINT is longer than %d characters",
                            GM_MANIFEST_ENDPOINT_BYTES_MAX);
    struct pull pull = {.order = order};
    begin_manifest(&pull);
    const struct gm_hub_config config = hub_config_of(&pull);
    return gm_hub_check(&config, error);
}

// Whether the model is there. One that this command did not install is left alone.
static enum gm_err look(struct pull *pull, bool *ret_already, struct gm_error *error)
{
    const struct gm_pull_order *order = pull->order;
    struct gm_manifest there;
    enum gm_err err = gm_manifest_read(pull->folder.path, &there, error);
    *ret_already = false;
    if (order->force)
        return GM_OK;
    if (!err && gm_manifest_holds(&there, pull->folder.path) &&
        (!order->revision || strcmp(order->revision, there.asked) == 0 ||
         strcmp(order->revision, there.commit) == 0)) {
        pull->manifest = there;
        *ret_already = true;
    }
    if (!err || err == GM_ERR_CORRUPT)
        return GM_OK;
    if (err != GM_ERR_NOT_FOUND)
        return err;
    if (faccessat(pull->folder.models, pull->folder.name, F_OK, 0) == 0)
        return gm_error_set(error, GM_ERR_BUSY,
                            "%s: it is there, but not from this command: move it away, or use "
                            "--force to replace it",
                            pull->folder.path);
    return GM_OK;
}

// ------------------------------------------------------------------------- what there is

static enum gm_err ask_files(struct pull *pull, struct gm_error *error)
{
    struct gm_manifest *manifest = &pull->manifest;
    for (int file = 0; file < GM_HUB_FILE_COUNT; file++) {
        if (!(manifest->files & 1u << file))
            continue;
        struct gm_hub_file_info *info = &manifest->infos[file];
        enum gm_err err =
            gm_hub_ask_file(pull->hub, manifest->commit, (enum gm_hub_file)file, info, error);
        if (err)
            return err;
        int64_t bytes_max = file == GM_HUB_SAFETENSORS || file == GM_HUB_PYTORCH
                                ? GM_PULL_WEIGHTS_BYTES_MAX
                                : GM_PULL_TEXT_FILE_BYTES_MAX;
        if (info->size_bytes > bytes_max)
            return gm_error_set(error, GM_ERR_LIMIT,
                                "%s of %s: %lld bytes are over the limit of %lld",
                                gm_hub_file_name((enum gm_hub_file)file), manifest->name,
                                (long long)info->size_bytes, (long long)bytes_max);
        pull->total_bytes += info->size_bytes;
    }
    return GM_OK;
}

static enum gm_err ask_hub(struct pull *pull, struct gm_error *error)
{
    struct gm_manifest *manifest = &pull->manifest;
    struct gm_hub_model model;
    enum gm_err err = gm_hub_ask_model(pull->hub, &model, error);
    if (err)
        return err;
    err = gm_hub_model_choose(&model, &manifest->files, error);
    if (err)
        return gm_error_prefix(error, "%s", manifest->name);
    snprintf(manifest->commit, sizeof manifest->commit, "%s", model.commit);
    return ask_files(pull, error);
}

// ------------------------------------------------------------------------- fetching

static void on_progress(void *context, int64_t done_bytes)
{
    struct pull *pull = context;
    if (pull->order->progress)
        pull->order->progress(pull->order->context, pull->done_bytes + done_bytes,
                              pull->total_bytes);
}

static struct gm_download download_of(struct pull *pull, int file)
{
    return (struct gm_download){
        .folder = pull->folder.partial,
        .folder_path = pull->folder.partial_path,
        .commit = pull->manifest.commit,
        .file = (enum gm_hub_file)file,
        .info = pull->manifest.infos[file],
        .progress = on_progress,
        .context = pull,
    };
}

static enum gm_err check_room(struct pull *pull, struct gm_error *error)
{
    int64_t missing = pull->total_bytes, room = gm_folder_free_bytes(&pull->folder);
    for (int file = 0; file < GM_HUB_FILE_COUNT; file++) {
        struct gm_download download = download_of(pull, file);
        if (pull->manifest.files & 1u << file)
            missing -= gm_download_present(&download);
    }
    if (room >= 0 && missing > room)
        return gm_error_set(error, GM_ERR_FULL, "%s: %.1f MB are needed and %.1f MB are free",
                            pull->folder.models_path, (double)missing / 1e6, (double)room / 1e6);
    return GM_OK;
}

// Before the weights, since these are a thousand times as large.
static enum gm_err check_texts(struct pull *pull, struct gm_error *error)
{
    struct gm_bert_config config;
    struct gm_wordpiece *wordpiece;
    const char *path = pull->folder.partial_path;
    enum gm_err err = gm_bert_config_read(path, &config, error);
    if (!err && !config.classifier)
        err = gm_error_set(error, GM_ERR_UNSUPPORTED,
                           "%s tells no moods: it has no classifier (config.json: architectures)",
                           pull->manifest.name);
    if (!err)
        err = gm_wordpiece_open(path, &wordpiece, error);
    if (err)
        return err;
    size_t pieces = gm_wordpiece_size(wordpiece);
    gm_wordpiece_close(wordpiece);
    if (pieces > (size_t)config.vocab_size)
        return gm_error_set(
            error, GM_ERR_INVALID,
            "%s: the vocabulary has %zu word pieces, config.json's vocab_size is %d",
            pull->manifest.name, pieces, config.vocab_size);
    return GM_OK;
}

static enum gm_err check_weights(struct pull *pull, struct gm_error *error)
{
    struct gm_bert_config config;
    struct gm_bert_weights weights;
    struct gm_checkpoint *checkpoint = NULL;
    const char *path = pull->folder.partial_path;
    enum gm_err err = gm_bert_config_read(path, &config, error);
    if (!err)
        err = gm_checkpoint_open(path, &checkpoint, error);
    if (!err && !(err = gm_bert_weights_bind(checkpoint, &config, &weights, error)))
        gm_bert_weights_finish(&weights);
    gm_checkpoint_close(checkpoint);
    return err;
}

static enum gm_err fetch_files(struct pull *pull, struct gm_error *error)
{
    for (int file = 0; file < GM_HUB_FILE_COUNT; file++) {
        if (!(pull->manifest.files & 1u << file))
            continue;
        struct gm_download download = download_of(pull, file);
        int64_t fetched_bytes = 0;
        enum gm_err err = GM_OK;
        if (file == GM_HUB_SAFETENSORS || file == GM_HUB_PYTORCH)
            err = check_texts(pull, error);
        if (!err)
            err = gm_download_run(pull->hub, &download, &fetched_bytes, error);
        if (err)
            return err;
        pull->fetched_bytes += fetched_bytes;
        pull->done_bytes += download.info.size_bytes;
    }
    return GM_OK;
}

static bool is_ours(const char *name)
{
    for (int file = 0; file < GM_HUB_FILE_COUNT; file++)
        if (strcmp(name, gm_hub_file_name((enum gm_hub_file)file)) == 0)
            return true;
    return strcmp(name, GM_MANIFEST_FILE) == 0;
}

static enum gm_err fetch_and_install(struct pull *pull, struct gm_error *error)
{
    enum gm_err err = ask_hub(pull, error);
    if (!err)
        err = gm_folder_begin(&pull->folder, error);
    if (!err)
        err = check_room(pull, error);
    if (!err)
        err = fetch_files(pull, error);
    if (!err)
        err = check_weights(pull, error);
    if (!err)
        err = gm_manifest_write(pull->folder.partial, pull->folder.partial_path, &pull->manifest,
                                error);
    return err ? err : gm_folder_install(&pull->folder, is_ours, error);
}

static enum gm_err run(struct pull *pull, bool *ret_already, struct gm_error *error)
{
    enum gm_err err = look(pull, ret_already, error);
    if (err || *ret_already)
        return err;
    const struct gm_hub_config config = hub_config_of(pull);
    err = gm_hub_open(&config, &pull->hub, error);
    if (err)
        return err;
    err = fetch_and_install(pull, error);
    gm_hub_close(pull->hub);
    return err;
}

enum gm_err gm_pull_run(const struct gm_pull_order *order, struct gm_pull_summary *ret_summary,
                        struct gm_error *error)
{
    struct pull pull = {.order = order};
    bool already = false;
    begin_manifest(&pull);
    enum gm_err err = gm_folder_init(&pull.folder, order->models_dir, pull.manifest.name, error);
    if (err)
        return err;
    err = run(&pull, &already, error);
    gm_folder_finish(&pull.folder);
    if (err)
        return err;
    ret_summary->manifest = pull.manifest;
    ret_summary->already = already;
    ret_summary->fetched_bytes = pull.fetched_bytes;
    snprintf(ret_summary->path, sizeof ret_summary->path, "%s", pull.folder.path);
    return GM_OK;
}
