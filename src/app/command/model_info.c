// model info: which models are installed, where, and what this processor has for them.
#include "app/command/commands.h"

#include "vibe/bert/bert.h"
#include "vibe/model/find.h"
#include "vibe/model/installed.h"
#include "vibe/model/pull.h"

#include <jansson.h>
#include <stdio.h>

struct args {
    bool json;
};

static const struct gm_option options[] = {
    {"json", NULL, GM_OPTION_FLAG, offsetof(struct args, json), .help = "one JSON object"},
    {NULL},
};

static const enum gm_bert_isa isas[] = {GM_BERT_PLAIN, GM_BERT_AVX2, GM_BERT_AVX512};
enum { ISA_COUNT = sizeof isas / sizeof isas[0] };

static const char *const places[] = {
    [GM_INSTALLED_DATA] = "data",
    [GM_INSTALLED_PARTIAL] = "partial",
    [GM_INSTALLED_CACHE] = "cache",
};

// ------------------------------------------------------------------------- as text

static double megabytes(int64_t bytes)
{
    return (double)bytes / 1e6;
}

static void print_config(const struct gm_bert_config *config)
{
    printf("  network    %d layers, %d wide, %d heads, %d word pieces, up to %d tokens\n",
           config->layers, config->hidden, config->heads, config->vocab_size, config->positions);
    printf("  labels     ");
    for (int i = 0; i < config->label_count; i++)
        printf("%s%s", i > 0 ? ", " : "", gm_label_name(config->labels[i]));
    printf("\n");
}

static void print_model(void *context, const struct gm_installed *installed)
{
    int *count = context;
    (*count)++;
    printf("%s\n  folder     %s%s\n", installed->name, installed->dir,
           installed->place == GM_INSTALLED_CACHE ? " (Hugging Face cache)" : "");
    if (installed->revision[0])
        printf("  revision   %s\n", installed->revision);
    printf("  size       %.1f MB\n", megabytes(installed->bytes));
    if (!installed->usable) {
        printf("  problem    %s\n", installed->problem.message);
        return;
    }
    print_config(&installed->config);
    for (size_t i = 0; i < installed->pack_count; i++)
        printf("  packed     %s, %.1f MB\n", installed->packs[i].kernels,
               megabytes(installed->packs[i].bytes));
}

static void print_kernels(void)
{
    printf("kernels of this processor\n");
    for (int i = 0; i < ISA_COUNT; i++)
        printf("  %-11s %s\n", gm_bert_isa_name(isas[i]),
               isas[i] == gm_bert_isa_best() ? "used"
               : gm_bert_isa_runs(isas[i])   ? "there"
                                             : "not there");
}

// ------------------------------------------------------------------------- as JSON

static void add_json(void *context, const struct gm_installed *installed)
{
    const struct gm_bert_config *config = &installed->config;
    json_t *packs = json_array(), *labels = json_array();
    for (size_t i = 0; i < installed->pack_count; i++)
        json_array_append_new(packs, json_pack("{s:s, s:I}", "kernels", installed->packs[i].kernels,
                                               "bytes", (json_int_t)installed->packs[i].bytes));
    for (int i = 0; installed->usable && i < config->label_count; i++)
        json_array_append_new(labels, json_string(gm_label_name(config->labels[i])));
    json_t *model =
        json_pack("{s:s, s:s, s:s, s:o, s:I, s:b, s:o, s:o}", "name", installed->name, "place",
                  places[installed->place], "folder", installed->dir, "revision",
                  installed->revision[0] ? json_string(installed->revision) : json_null(), "bytes",
                  (json_int_t)installed->bytes, "usable", installed->usable, "labels", labels,
                  "packs", packs);
    if (installed->usable)
        json_object_set_new(model, "network",
                            json_pack("{s:i, s:i, s:i, s:i, s:i}", "layers", config->layers,
                                      "hidden", config->hidden, "heads", config->heads,
                                      "vocabulary", config->vocab_size, "tokens_max",
                                      config->positions));
    else
        json_object_set_new(model, "problem", json_string(installed->problem.message));
    json_array_append_new(context, model);
}

static void print_json(json_t *models)
{
    json_t *kernels = json_array();
    for (int i = 0; i < ISA_COUNT; i++)
        if (gm_bert_isa_runs(isas[i]))
            json_array_append_new(kernels, json_string(gm_bert_isa_name(isas[i])));
    json_t *all = json_pack("{s:O, s:o, s:s}", "models", models, "kernels", kernels, "kernels_used",
                            gm_bert_isa_name(gm_bert_isa_best()));
    json_dumpf(all, stdout, JSON_COMPACT);
    printf("\n");
    json_decref(all);
}

// ------------------------------------------------------------------------- the command

// The one model of that name, wherever it is.
static enum gm_err show_named(const char *data_dir, const char *name, gm_installed_fn *show,
                              void *context, struct gm_error *error)
{
    char dir[GM_MODEL_PATH_BYTES_MAX];
    enum gm_err err = gm_model_find(data_dir, name, NULL, dir, error);
    if (err)
        return err;
    bool below = strncmp(dir, data_dir, strlen(data_dir)) == 0 && dir[strlen(data_dir)] == '/';
    struct gm_installed installed;
    gm_installed_look(name, below ? GM_INSTALLED_DATA : GM_INSTALLED_CACHE, dir, &installed);
    show(context, &installed);
    return GM_OK;
}

static enum gm_err show_models(const struct gm_config *config, const char *name,
                               gm_installed_fn *show, void *context, struct gm_error *error)
{
    return name ? show_named(config->data_dir, name, show, context, error)
                : gm_installed_each(config->data_dir, show, context, error);
}

static enum gm_err info(const struct gm_config *config, const char *name, bool json,
                        struct gm_error *error)
{
    int count = 0;
    if (!json) {
        enum gm_err err = show_models(config, name, print_model, &count, error);
        if (err)
            return err;
        if (count == 0)
            printf("No model is installed: moods come from a word list. `ghostmarket model pull`\n"
                   "fetches %s (440 MB).\n",
                   GM_PULL_MODEL_DEFAULT);
        print_kernels();
        return GM_OK;
    }
    json_t *models = json_array();
    enum gm_err err = show_models(config, name, add_json, models, error);
    if (!err)
        print_json(models);
    json_decref(models);
    return err;
}

static int run(const struct gm_invocation *invocation)
{
    const struct args *args = (const void *)invocation->args;
    int status;
    struct gm_config config;
    struct gm_error error;
    const char *name = invocation->arguments[0];
    if (name && !gm_model_name_valid(name)) {
        gm_error_set(&error, GM_ERR_INVALID, "\"%s\" is no name of a model: they look like %s",
                     name, GM_PULL_MODEL_DEFAULT);
        return gm_fail_usage(&error);
    }
    if (!gm_load_config(invocation, &config, &status))
        return status;
    enum gm_err err = info(&config, name, args->json, &error);
    gm_config_finish(&config);
    return err ? gm_fail(&error) : GM_EXIT_DONE;
}

const struct gm_command gm_command_model_info = {
    .name = "model info",
    .arguments = "[NAME]",
    .arguments_max = 1,
    .summary = "show the models that are installed, and the kernels of this processor",
    .description = "Looks in models/ of the data directory and in the Hugging Face cache.\n",
    .examples = "ghostmarket model info\nghostmarket model info ProsusAI/finbert --json\n",
    .options = options,
    .args_bytes = sizeof(struct args),
    .run = run,
};
