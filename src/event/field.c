// The loop over a message's fields, and the readers and writers of their values.
#include "event/field.h"

#include "event/timestamp.h"

#include <assert.h>

const char GM_ALERT_HYPE_PUMP[] = "IMMINENT_HYPE_PUMP";

// ---------------------------------------------------------------------------------- the loop

static const struct gm_field *find(const struct gm_message *message, struct gm_str name)
{
    for (size_t i = 0; i < message->count; i++) {
        const struct gm_field *field = &message->fields[i];
        if (field->name_len == name.len && memcmp(field->name, name.data, name.len) == 0)
            return field;
    }
    return NULL;
}

// Moves to the next member that is a field, past those that are not; NULL behind the last. Our own
// encoders write in the table's order, so the field at `likely` is tried first.
static enum gm_err next_field(struct gm_json *json, const struct gm_message *message, size_t likely,
                              const struct gm_field **ret_field, struct gm_error *error)
{
    if (likely < message->count) {
        const struct gm_field *field = &message->fields[likely];
        if (gm_json_object_next_is(json, (struct gm_str){field->name, field->name_len})) {
            *ret_field = field;
            return GM_OK;
        }
    }
    for (;;) {
        bool more = false;
        struct gm_str name = {NULL, 0};
        enum gm_err err = gm_json_object_next(json, &more, &name, error);
        if (err)
            return err;
        const struct gm_field *field = more ? find(message, name) : NULL;
        if (field || !more) {
            *ret_field = field;
            return GM_OK;
        }
        err = gm_json_skip(json, error);
        if (err)
            return err;
    }
}

static enum gm_err read_value(struct gm_json *json, const struct gm_field *field, char *to,
                              struct gm_error *error)
{
    if (field->presence != GM_REQUIRED && gm_json_peek(json) == GM_JSON_NULL)
        return gm_json_null(json, error);
    return field->read(json, field, to + field->offset, error);
}

static enum gm_err read_fields(struct gm_json *json, const struct gm_message *message, char *to,
                               uint32_t *ret_seen, struct gm_error *error)
{
    uint32_t seen = 0;
    size_t likely = 0;
    for (;;) {
        const struct gm_field *field = NULL;
        enum gm_err err = next_field(json, message, likely, &field, error);
        if (err)
            return err;
        if (!field)
            break;
        size_t index = (size_t)(field - message->fields);
        if (seen & UINT32_C(1) << index)
            return gm_error_set(error, GM_ERR_INVALID, "%s: it stands there twice", field->name);
        seen |= UINT32_C(1) << index;
        likely = index + 1;
        err = read_value(json, field, to, error);
        if (err) {
            gm_error_prefix(error, "%s", field->name);
            return err;
        }
    }
    *ret_seen = seen;
    return GM_OK;
}

enum gm_err gm_message_read(const struct gm_message *message, struct gm_str text,
                            struct gm_arena *arena, void *to, struct gm_error *error)
{
    assert(message->count <= 32);
    if (text.len > message->bytes_max)
        return gm_error_set(error, GM_ERR_LIMIT, "a message of %zu bytes; at most %zu are taken",
                            text.len, message->bytes_max);
    struct gm_json json;
    uint32_t seen = 0;
    gm_json_init(&json, text, arena);
    enum gm_err err = gm_json_object_begin(&json, error);
    if (!err)
        err = read_fields(&json, message, to, &seen, error);
    if (!err)
        err = gm_json_end(&json, error);
    for (size_t i = 0; !err && i < message->count; i++)
        if (message->fields[i].presence != GM_OPTIONAL && !(seen & UINT32_C(1) << i))
            err = gm_error_set(error, GM_ERR_INVALID, "%s: it is missing", message->fields[i].name);
    return err;
}

// ---------------------------------------------------------------------------------- readers

static enum gm_err read_limited(struct gm_json *json, size_t bytes_max, struct gm_str *ret_text,
                                struct gm_error *error)
{
    struct gm_str text = {NULL, 0};
    enum gm_err err = gm_json_string(json, &text, error);
    if (err)
        return err;
    if (text.len > bytes_max)
        return gm_error_set(error, GM_ERR_LIMIT, "a text of %zu bytes; at most %zu are taken",
                            text.len, bytes_max);
    *ret_text = text;
    return GM_OK;
}

static bool is_ticker_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

GM_READER(gm_read_ticker)
{
    struct gm_str ticker = {NULL, 0};
    enum gm_err err = read_limited(json, field->bytes_max, &ticker, error);
    if (err)
        return err;
    bool good = ticker.len > 0;
    for (size_t i = 0; good && i < ticker.len; i++)
        good = is_ticker_byte(ticker.data[i]);
    if (!good)
        return gm_error_set(error, GM_ERR_INVALID,
                            "\"%.*s\" is no ticker: those are made of a-z, 0-9, '.', '_' and '-'",
                            GM_STR_ARG(ticker));
    *(struct gm_str *)to = ticker;
    return GM_OK;
}

GM_READER(gm_read_text)
{
    struct gm_str text = {NULL, 0};
    enum gm_err err = read_limited(json, field->bytes_max, &text, error);
    if (err)
        return err;
    if (text.len == 0 && field->presence == GM_REQUIRED)
        return gm_error_set(error, GM_ERR_INVALID, "it is empty");
    *(struct gm_str *)to = text;
    return GM_OK;
}

GM_READER(gm_read_number)
{
    (void)field;
    return gm_json_number(json, to, error);
}

static enum gm_err read_between(struct gm_json *json, double low, double high, const char *what,
                                double *ret_value, struct gm_error *error)
{
    double value = 0;
    enum gm_err err = gm_json_number(json, &value, error);
    if (err)
        return err;
    if (value < low || value > high)
        return gm_error_set(error, GM_ERR_INVALID, "%g is no %s: it must lie between %g and %g",
                            value, what, low, high);
    *ret_value = value;
    return GM_OK;
}

GM_READER(gm_read_price)
{
    (void)field;
    return read_between(json, GM_PRICE_MIN, GM_PRICE_MAX, "price", to, error);
}

GM_READER(gm_read_vibe)
{
    (void)field;
    return read_between(json, -1, 1, "vibe", to, error);
}

GM_READER(gm_read_time)
{
    (void)field;
    struct gm_str text = {NULL, 0};
    enum gm_err err = gm_json_string(json, &text, error);
    return err ? err : gm_timestamp_parse(text, to, error);
}

static enum gm_err read_whole(struct gm_json *json, int64_t high, int64_t *ret_value,
                              struct gm_error *error)
{
    int64_t value = 0;
    enum gm_err err = gm_json_integer(json, &value, error);
    if (err)
        return err;
    if (value < 0 || value > high)
        return gm_error_set(error, GM_ERR_INVALID, "%lld must lie between 0 and %lld",
                            (long long)value, (long long)high);
    *ret_value = value;
    return GM_OK;
}

GM_READER(gm_read_count)
{
    (void)field;
    int64_t value = 0;
    enum gm_err err = read_whole(json, INT32_MAX, &value, error);
    if (!err)
        *(int32_t *)to = (int32_t)value;
    return err;
}

GM_READER(gm_read_size)
{
    (void)field;
    return read_whole(json, INT64_MAX, to, error);
}

GM_READER(gm_read_bool)
{
    (void)field;
    return gm_json_bool(json, to, error);
}

GM_READER(gm_read_topic)
{
    (void)field;
    struct gm_str name = {NULL, 0};
    enum gm_err err = gm_json_string(json, &name, error);
    if (err)
        return err;
    enum gm_topic topic = gm_topic_of(name);
    if (topic == GM_TOPIC_COUNT)
        return gm_error_set(error, GM_ERR_INVALID, "\"%.*s\" is no topic", GM_STR_ARG(name));
    *(enum gm_topic *)to = topic;
    return GM_OK;
}

GM_READER(gm_read_status)
{
    (void)field;
    struct gm_str status = {NULL, 0};
    enum gm_err err = gm_json_string(json, &status, error);
    if (err)
        return err;
    if (!gm_str_equal(status, gm_str(GM_ALERT_HYPE_PUMP)))
        return gm_error_set(error, GM_ERR_INVALID, "\"%.*s\" is no alert status; %s is",
                            GM_STR_ARG(status), GM_ALERT_HYPE_PUMP);
    *(struct gm_str *)to = status;
    return GM_OK;
}

// ---------------------------------------------------------------------------------- writers

void gm_put_time(struct gm_buffer *out, int64_t us)
{
    char *to = gm_buffer_reserve(out, GM_TIMESTAMP_BYTES + 2);
    if (!to)
        return;
    size_t len = gm_timestamp_write(us, to + 1);
    to[0] = '"';
    to[1 + len] = '"';
    out->len += len + 2;
}

void gm_put_text_if_any(struct gm_buffer *out, const char *lead, struct gm_str text)
{
    if (text.len == 0)
        return;
    gm_buffer_append_c(out, lead);
    gm_json_write_string(out, text);
}

void gm_put_observed_at_if_any(struct gm_buffer *out, int64_t us)
{
    if (us == GM_TIME_NONE)
        return;
    GM_PUT(out, ",\"observed_at\":");
    gm_put_time(out, us);
}

void gm_put_origin(struct gm_buffer *out, const struct gm_origin *origin)
{
    GM_PUT(out, ",\"topic\":\"");
    gm_buffer_append_c(out, gm_topic_name(origin->topic));
    GM_PUT(out, "\",\"partition\":");
    gm_json_write_integer(out, origin->partition);
    GM_PUT(out, ",\"offset\":");
    gm_json_write_integer(out, origin->offset);
}
