// market-signals: a row.
#include "event/field.h"

static GM_READER(read_kind)
{
    (void)field;
    struct gm_str name = {NULL, 0};
    enum gm_err err = gm_json_string(json, &name, error);
    if (err)
        return err;
    if (gm_str_equal(name, gm_str("price")))
        *(enum gm_signal_kind *)to = GM_SIGNAL_PRICE;
    else if (gm_str_equal(name, gm_str("social")))
        *(enum gm_signal_kind *)to = GM_SIGNAL_SOCIAL;
    else
        return gm_error_set(error, GM_ERR_INVALID, "\"%.*s\" is neither price nor social",
                            GM_STR_ARG(name));
    return GM_OK;
}

static GM_READER(read_alert)
{
    struct gm_str status;
    enum gm_err err = gm_read_status(json, field, &status, error);
    if (!err)
        *(bool *)to = true;
    return err;
}

#define FIELD(member_, name_, presence_, read_, bytes_max_)                                        \
    GM_FIELD(struct gm_signal, member_, name_, presence_, read_, bytes_max_)

static const struct gm_field fields[] = {
    FIELD(timestamp_us, "timestamp", GM_REQUIRED, gm_read_time, 0),
    FIELD(ticker, "ticker", GM_REQUIRED, gm_read_ticker, GM_TICKER_BYTES_MAX),
    FIELD(price_usd, "price_usd", GM_NULLABLE, gm_read_price, 0),
    FIELD(vibe_score, "vibe_score", GM_NULLABLE, gm_read_vibe, 0),
    FIELD(msg_velocity, "msg_velocity", GM_REQUIRED, gm_read_count, 0),
    FIELD(delta_price, "delta_price", GM_NULLABLE, gm_read_number, 0),
    FIELD(delta_vibe, "delta_vibe", GM_NULLABLE, gm_read_number, 0),
    FIELD(hype_momentum, "hype_momentum", GM_NULLABLE, gm_read_number, 0),
    FIELD(alert, "alert_status", GM_NULLABLE, read_alert, 0),
    FIELD(kind, "kind", GM_REQUIRED, read_kind, 0),
    FIELD(value, "value", GM_REQUIRED, gm_read_number, 0),
    FIELD(late, "late", GM_REQUIRED, gm_read_bool, 0),
    FIELD(watermark_us, "watermark", GM_REQUIRED, gm_read_time, 0),
    FIELD(label, "label", GM_OPTIONAL, gm_read_text, GM_NAME_BYTES_MAX),
    FIELD(scorer, "scorer", GM_OPTIONAL, gm_read_text, GM_NAME_BYTES_MAX),
    FIELD(post_id, "post_id", GM_OPTIONAL, gm_read_text, GM_NAME_BYTES_MAX),
    FIELD(input.topic, "topic", GM_REQUIRED, gm_read_topic, 0),
    FIELD(input.partition, "partition", GM_REQUIRED, gm_read_count, 0),
    FIELD(input.offset, "offset", GM_REQUIRED, gm_read_size, 0),
    FIELD(observed_at_us, "observed_at", GM_OPTIONAL, gm_read_time, 0),
};
static const struct gm_message message = GM_MESSAGE(fields, GM_MESSAGE_BYTES_MAX);

// `value` goes back into a window when windows are rebuilt, so it must be what a window may hold.
static enum gm_err check_value(const struct gm_signal *signal, struct gm_error *error)
{
    bool price = signal->kind == GM_SIGNAL_PRICE;
    double low = price ? GM_PRICE_MIN : -1, high = price ? GM_PRICE_MAX : 1;
    if (signal->value >= low && signal->value <= high)
        return GM_OK;
    return gm_error_set(error, GM_ERR_INVALID, "value: %g is no %s: it must lie between %g and %g",
                        signal->value, price ? "price" : "vibe", low, high);
}

enum gm_err gm_signal_decode(struct gm_str json, struct gm_arena *arena,
                             struct gm_signal *ret_signal, struct gm_error *error)
{
    struct gm_signal signal = {
        .price_usd = GM_UNKNOWN,
        .vibe_score = GM_UNKNOWN,
        .delta_price = GM_UNKNOWN,
        .delta_vibe = GM_UNKNOWN,
        .hype_momentum = GM_UNKNOWN,
        .observed_at_us = GM_TIME_NONE,
    };
    enum gm_err err = gm_message_read(&message, json, arena, &signal, error);
    if (!err)
        err = check_value(&signal, error);
    if (err)
        return err;
    *ret_signal = signal;
    return GM_OK;
}

static void put_nine_columns(const struct gm_signal *signal, struct gm_buffer *out)
{
    GM_PUT(out, "{\"timestamp\":");
    gm_put_time(out, signal->timestamp_us);
    GM_PUT(out, ",\"ticker\":");
    gm_json_write_string(out, signal->ticker);
    GM_PUT(out, ",\"price_usd\":");
    gm_json_write_number(out, signal->price_usd);
    GM_PUT(out, ",\"vibe_score\":");
    gm_json_write_number(out, signal->vibe_score);
    GM_PUT(out, ",\"msg_velocity\":");
    gm_json_write_integer(out, signal->msg_velocity);
    GM_PUT(out, ",\"delta_price\":");
    gm_json_write_number(out, signal->delta_price);
    GM_PUT(out, ",\"delta_vibe\":");
    gm_json_write_number(out, signal->delta_vibe);
    GM_PUT(out, ",\"hype_momentum\":");
    gm_json_write_number(out, signal->hype_momentum);
    if (signal->alert)
        GM_PUT(out, ",\"alert_status\":\"IMMINENT_HYPE_PUMP\"");
    else
        GM_PUT(out, ",\"alert_status\":null");
}

void gm_signal_encode(const struct gm_signal *signal, struct gm_buffer *out)
{
    put_nine_columns(signal, out);
    if (signal->kind == GM_SIGNAL_PRICE)
        GM_PUT(out, ",\"kind\":\"price\",\"value\":");
    else
        GM_PUT(out, ",\"kind\":\"social\",\"value\":");
    gm_json_write_number(out, signal->value);
    if (signal->late)
        GM_PUT(out, ",\"late\":true,\"watermark\":");
    else
        GM_PUT(out, ",\"late\":false,\"watermark\":");
    gm_put_time(out, signal->watermark_us);
    gm_put_text_if_any(out, ",\"label\":", signal->label);
    gm_put_text_if_any(out, ",\"scorer\":", signal->scorer);
    gm_put_text_if_any(out, ",\"post_id\":", signal->post_id);
    gm_put_origin(out, &signal->input);
    gm_put_observed_at_if_any(out, signal->observed_at_us);
    GM_PUT(out, "}");
}
