// topics create, topics describe: the bus from outside.
#include "app/command/commands.h"

#include "app/bus_state.h"
#include "app/pipeline.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <sys/stat.h>

struct args {
    bool json;
};

static const struct gm_option describe_options[] = {
    {"json", NULL, GM_OPTION_FLAG, offsetof(struct args, json), .help = "one JSON object"},
    {NULL},
};

static enum gm_err open_bus(const struct gm_config *config, bool make, struct gm_bus **ret_bus,
                            struct gm_error *error)
{
    struct stat status;
    if (make && mkdir(config->data_dir, 0750) != 0 && errno != EEXIST)
        return gm_error_errno(error, errno, "data_dir: %s", config->data_dir);
    if (!make && stat(config->data_dir, &status) != 0)
        return gm_error_set(error, GM_ERR_NOT_FOUND,
                            "%s: no data here yet: run the pipeline or `ghostmarket topics "
                            "create` first",
                            config->data_dir);
    return gm_pipeline_open_bus(config, ret_bus, error);
}

static int create(const struct gm_invocation *invocation)
{
    int status;
    struct gm_config config;
    struct gm_error error;
    struct gm_bus *bus;
    if (!gm_load_config(invocation, &config, &status))
        return status;
    enum gm_err err = open_bus(&config, true, &bus, &error);
    if (!err) {
        printf("%d topics, each with %d partition%s, in %s\n", GM_TOPIC_COUNT,
               gm_bus_partitions(bus), gm_bus_partitions(bus) == 1 ? "" : "s", config.data_dir);
        gm_bus_close(bus);
    }
    gm_config_finish(&config);
    return err ? gm_fail(&error) : GM_EXIT_DONE;
}

// ------------------------------------------------------------------------- describe

static void print_partition(void *context, const struct gm_bus_partition_info *info)
{
    (void)context;
    printf("%-16s %9" PRId32 " %12" PRId64 " %12" PRId64 " %12" PRId64 " %14" PRId64 "\n",
           gm_topic_name(info->topic), info->partition, info->begin, info->end,
           info->end - info->begin, info->bytes);
}

static void print_group(void *context, const struct gm_bus_group_info *info)
{
    int *count = context;
    if ((*count)++ == 0)
        printf("\n%-16s %-16s %9s %12s %12s %s\n", "group", "topic", "partition", "offset", "lag",
               "owned");
    printf("%-16s %-16s %9" PRId32 " %12" PRId64 " %12" PRId64 " %s\n", info->group,
           gm_topic_name(info->topic), info->partition, info->offset, info->lag,
           info->owned ? "yes" : "no");
}

static enum gm_err print_json(struct gm_bus *bus, struct gm_error *error)
{
    json_t *json = json_object();
    enum gm_err err = gm_bus_state_json(bus, json, error);
    if (!err) {
        json_dumpf(json, stdout, JSON_COMPACT);
        printf("\n");
    }
    json_decref(json);
    return err;
}

static int describe(const struct gm_invocation *invocation)
{
    const struct args *args = (const void *)invocation->args;
    int status, groups = 0;
    struct gm_config config;
    struct gm_error error;
    struct gm_bus *bus;
    if (!gm_load_config(invocation, &config, &status))
        return status;
    enum gm_err err = open_bus(&config, false, &bus, &error);
    if (!err) {
        if (!args->json)
            printf("%-16s %9s %12s %12s %12s %14s\n", "topic", "partition", "begin", "end",
                   "messages", "bytes");
        err = args->json ? print_json(bus, &error)
                         : gm_bus_describe(bus, print_partition, print_group, &groups, &error);
        gm_bus_close(bus);
    }
    gm_config_finish(&config);
    return err ? gm_fail(&error) : GM_EXIT_DONE;
}

const struct gm_command gm_command_topics_create = {
    .name = "topics create",
    .summary = "make the topics of the bus",
    .description = "The pipeline makes them by itself; this is for setting a number of partitions\n"
                   "before the first message.\n",
    .examples = "ghostmarket topics create\n",
    .run = create,
};

const struct gm_command gm_command_topics_describe = {
    .name = "topics describe",
    .summary = "show topics, groups and their lag",
    .examples = "ghostmarket topics describe\nghostmarket topics describe --json\n",
    .options = describe_options,
    .args_bytes = sizeof(struct args),
    .run = describe,
};
