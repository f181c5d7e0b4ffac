#include "feed/live/jetstream_message.h"

#include "base/clock.h"
#include "base/json.h"
#include "event/timestamp.h"

struct fields {
    struct gm_str did, kind, operation, collection, rkey, text, created_at;
    int64_t time_us;
    bool has_time, has_text;
};

typedef enum gm_err member_fn(struct gm_json *json, struct gm_str name, struct fields *fields,
                              struct gm_error *error);

// Reads the object that comes next, member by member.
static enum gm_err read_object(struct gm_json *json, member_fn *read_member, struct fields *fields,
                               struct gm_error *error)
{
    struct gm_str name;
    bool more;
    enum gm_err err = gm_json_object_begin(json, error);
    if (err)
        return err;
    while (!(err = gm_json_object_next(json, &more, &name, error)) && more)
        if ((err = read_member(json, name, fields, error))) {
            gm_error_prefix(error, "%.*s", GM_STR_ARG(name));
            return err;
        }
    return err;
}

// A text that counts if it is one; anything else is passed over.
static enum gm_err read_text(struct gm_json *json, struct gm_str *ret, struct gm_error *error)
{
    return gm_json_peek(json) == GM_JSON_STRING ? gm_json_string(json, ret, error)
                                                : gm_json_skip(json, error);
}

static enum gm_err read_record(struct gm_json *json, struct gm_str name, struct fields *fields,
                               struct gm_error *error)
{
    if (gm_str_equal(name, gm_str("text"))) {
        fields->has_text = gm_json_peek(json) == GM_JSON_STRING;
        return read_text(json, &fields->text, error);
    }
    if (gm_str_equal(name, gm_str("createdAt")))
        return read_text(json, &fields->created_at, error);
    return gm_json_skip(json, error);
}

static enum gm_err read_commit(struct gm_json *json, struct gm_str name, struct fields *fields,
                               struct gm_error *error)
{
    if (gm_str_equal(name, gm_str("operation")))
        return read_text(json, &fields->operation, error);
    if (gm_str_equal(name, gm_str("collection")))
        return read_text(json, &fields->collection, error);
    if (gm_str_equal(name, gm_str("rkey")))
        return read_text(json, &fields->rkey, error);
    if (gm_str_equal(name, gm_str("record")) && gm_json_peek(json) == GM_JSON_OBJECT)
        return read_object(json, read_record, fields, error);
    return gm_json_skip(json, error);
}

static enum gm_err read_event(struct gm_json *json, struct gm_str name, struct fields *fields,
                              struct gm_error *error)
{
    if (gm_str_equal(name, gm_str("time_us"))) {
        const enum gm_err err = gm_json_integer(json, &fields->time_us, error);
        fields->has_time = err == GM_OK;
        return err;
    }
    if (gm_str_equal(name, gm_str("did")))
        return read_text(json, &fields->did, error);
    if (gm_str_equal(name, gm_str("kind")))
        return read_text(json, &fields->kind, error);
    if (gm_str_equal(name, gm_str("commit")) && gm_json_peek(json) == GM_JSON_OBJECT)
        return read_object(json, read_commit, fields, error);
    return gm_json_skip(json, error);
}

static bool is_post(const struct fields *fields)
{
    return gm_str_equal(fields->kind, gm_str("commit")) &&
           gm_str_equal(fields->operation, gm_str("create")) &&
           gm_str_equal(fields->collection, gm_str("app.bsky.feed.post"));
}

enum gm_err gm_jetstream_read(struct gm_str text, struct gm_arena *arena,
                              struct gm_jetstream_message *ret_message, struct gm_error *error)
{
    struct fields fields = {0};
    struct gm_json json;
    gm_json_init(&json, text, arena);
    enum gm_err err = read_object(&json, read_event, &fields, error);
    if (!err)
        err = gm_json_end(&json, error);
    if (err)
        return err;
    if (!fields.has_time || fields.time_us <= 0)
        return gm_error_set(error, GM_ERR_INVALID, "time_us: it is missing");
    struct gm_jetstream_message message = {.time_us = fields.time_us, .is_post = is_post(&fields)};
    if (message.is_post) {
        if (fields.did.len == 0 || fields.rkey.len == 0 || !fields.has_text)
            return gm_error_set(error, GM_ERR_INVALID, "a post without did, rkey or text");
        message.did = fields.did;
        message.rkey = fields.rkey;
        message.text = fields.text;
        if (gm_timestamp_parse(fields.created_at, &message.created_us, NULL))
            message.created_us = GM_TIME_NONE;
    }
    *ret_message = message;
    return GM_OK;
}
