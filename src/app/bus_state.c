// gm_bus_describe as JSON.
#include "app/bus_state.h"

struct state {
    json_t *topics, *groups;
};

static void add_partition(void *context, const struct gm_bus_partition_info *info)
{
    struct state *state = context;
    json_array_append_new(state->topics,
                          json_pack("{s:s,s:i,s:I,s:I,s:I}", "topic", gm_topic_name(info->topic),
                                    "partition", (int)info->partition, "begin",
                                    (json_int_t)info->begin, "end", (json_int_t)info->end, "bytes",
                                    (json_int_t)info->bytes));
}

static void add_group(void *context, const struct gm_bus_group_info *info)
{
    struct state *state = context;
    json_array_append_new(state->groups,
                          json_pack("{s:s,s:s,s:i,s:I,s:I,s:b}", "group", info->group, "topic",
                                    gm_topic_name(info->topic), "partition", (int)info->partition,
                                    "offset", (json_int_t)info->offset, "lag",
                                    (json_int_t)info->lag, "owned", info->owned));
}

enum gm_err gm_bus_state_json(struct gm_bus *bus, json_t *object, struct gm_error *error)
{
    struct state state = {json_array(), json_array()};
    enum gm_err err = gm_bus_describe(bus, add_partition, add_group, &state, error);
    if (!err && (json_object_set(object, "topics", state.topics) ||
                 json_object_set(object, "groups", state.groups)))
        err = gm_error_set(error, GM_ERR_NOMEM, "out of memory for the state of the bus");
    json_decref(state.topics);
    json_decref(state.groups);
    return err;
}
