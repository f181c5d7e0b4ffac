#include "feed/live/coinbase_message.h"

#include "base/json.h"
#include "base/number.h"
#include "event/event.h"
#include "event/timestamp.h"

// What of a message is looked at, as it stands there; data is NULL where it does not.
struct fields {
    struct gm_str type, product_id, price, time, message, reason;
    int64_t sequence, trade_id, last_trade_id;
    bool has_sequence, has_trade_id, has_last_trade_id;
};

static enum gm_err read_integer(struct gm_json *json, int64_t *ret, bool *ret_has,
                                struct gm_error *error)
{
    const enum gm_err err = gm_json_integer(json, ret, error);
    *ret_has = err == GM_OK;
    return err;
}

static enum gm_err read_field(struct gm_json *json, struct gm_str name, struct fields *fields,
                              struct gm_error *error)
{
    const struct {
        const char *name;
        struct gm_str *text;
    } texts[] = {
        {"type", &fields->type}, {"product_id", &fields->product_id}, {"price", &fields->price},
        {"time", &fields->time}, {"message", &fields->message},       {"reason", &fields->reason},
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (gm_str_equal(name, gm_str(texts[i].name)))
            return gm_json_string(json, texts[i].text, error);
    if (gm_str_equal(name, gm_str("sequence")))
        return read_integer(json, &fields->sequence, &fields->has_sequence, error);
    if (gm_str_equal(name, gm_str("trade_id")))
        return read_integer(json, &fields->trade_id, &fields->has_trade_id, error);
    if (gm_str_equal(name, gm_str("last_trade_id")))
        return read_integer(json, &fields->last_trade_id, &fields->has_last_trade_id, error);
    return gm_json_skip(json, error);
}

static enum gm_err read_fields(struct gm_str text, struct gm_arena *arena, struct fields *fields,
                               struct gm_error *error)
{
    struct gm_json json;
    struct gm_str name;
    bool more;
    gm_json_init(&json, text, arena);
    enum gm_err err = gm_json_object_begin(&json, error);
    if (err)
        return err;
    while (!(err = gm_json_object_next(&json, &more, &name, error)) && more)
        if ((err = read_field(&json, name, fields, error))) {
            gm_error_prefix(error, "%.*s", GM_STR_ARG(name));
            return err;
        }
    return err ? err : gm_json_end(&json, error);
}

static enum gm_err missing(const char *name, struct gm_error *error)
{
    return gm_error_set(error, GM_ERR_INVALID, "%s: it is missing", name);
}

// What a price and a heartbeat have in common.
static enum gm_err take_common(const struct fields *fields, struct gm_coinbase_message *message,
                               struct gm_error *error)
{
    if (fields->product_id.len == 0)
        return missing("product_id", error);
    if (!fields->has_sequence)
        return missing("sequence", error);
    message->product = fields->product_id;
    message->sequence = fields->sequence;
    const enum gm_err err = gm_timestamp_parse(fields->time, &message->time_us, error);
    if (err)
        gm_error_prefix(error, "time");
    return err;
}

static enum gm_err take_ticker(const struct fields *fields, struct gm_coinbase_message *message,
                               struct gm_error *error)
{
    if (!gm_number_read(fields->price.data, fields->price.len, &message->price_usd) ||
        message->price_usd < GM_PRICE_MIN || message->price_usd > GM_PRICE_MAX)
        return gm_error_set(error, GM_ERR_INVALID, "price: \"%.*s\" is none",
                            GM_STR_ARG(fields->price));
    if (!fields->has_trade_id)
        return missing("trade_id", error);
    message->trade = fields->trade_id;
    return take_common(fields, message, error);
}

static enum gm_err take_heartbeat(const struct fields *fields, struct gm_coinbase_message *message,
                                  struct gm_error *error)
{
    if (!fields->has_last_trade_id)
        return missing("last_trade_id", error);
    message->trade = fields->last_trade_id;
    return take_common(fields, message, error);
}

enum gm_err gm_coinbase_read(struct gm_str json, struct gm_arena *arena,
                             struct gm_coinbase_message *ret_message, struct gm_error *error)
{
    struct fields fields = {0};
    struct gm_coinbase_message message = {0};
    enum gm_err err = read_fields(json, arena, &fields, error);
    if (err)
        return err;
    if (!fields.type.data)
        return missing("type", error);
    if (gm_str_equal(fields.type, gm_str("ticker"))) {
        message.kind = GM_COINBASE_TICKER;
        err = take_ticker(&fields, &message, error);
    } else if (gm_str_equal(fields.type, gm_str("heartbeat"))) {
        message.kind = GM_COINBASE_HEARTBEAT;
        err = take_heartbeat(&fields, &message, error);
    } else if (gm_str_equal(fields.type, gm_str("subscriptions"))) {
        message.kind = GM_COINBASE_SUBSCRIPTIONS;
    } else if (gm_str_equal(fields.type, gm_str("error"))) {
        message.kind = GM_COINBASE_ERROR;
        message.message = fields.message;
        message.reason = fields.reason;
    }
    if (err)
        return err;
    *ret_message = message;
    return GM_OK;
}

void gm_coinbase_write_subscribe(const char *const *products, size_t count, struct gm_buffer *out)
{
    gm_buffer_append_c(out, "{\"type\":\"subscribe\",\"product_ids\":[");
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            gm_buffer_append_byte(out, ',');
        gm_json_write_string(out, gm_str(products[i]));
    }
    gm_buffer_append_c(out, "],\"channels\":[\"ticker\",\"heartbeat\"]}");
}
