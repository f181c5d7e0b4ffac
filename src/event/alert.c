// market-alerts: an alert, and the rule that raised it.
#include "event/field.h"

#define FIELD(member_, name_, presence_, read_, bytes_max_)                                        \
    GM_FIELD(struct gm_alert, member_, name_, presence_, read_, bytes_max_)

static const struct gm_field fields[] = {
    FIELD(timestamp_us, "timestamp", GM_REQUIRED, gm_read_time, 0),
    FIELD(ticker, "ticker", GM_REQUIRED, gm_read_ticker, GM_TICKER_BYTES_MAX),
    FIELD(status, "alert_status", GM_REQUIRED, gm_read_status, 0),
    FIELD(price_usd, "price_usd", GM_NULLABLE, gm_read_price, 0),
    FIELD(vibe_score, "vibe_score", GM_NULLABLE, gm_read_vibe, 0),
    FIELD(msg_velocity, "msg_velocity", GM_REQUIRED, gm_read_count, 0),
    FIELD(delta_price, "delta_price", GM_NULLABLE, gm_read_number, 0),
    FIELD(delta_vibe, "delta_vibe", GM_NULLABLE, gm_read_number, 0),
    FIELD(hype_momentum, "hype_momentum", GM_NULLABLE, gm_read_number, 0),
    FIELD(threshold_momentum, "threshold_momentum", GM_REQUIRED, gm_read_number, 0),
    FIELD(threshold_delta_price, "threshold_delta_price", GM_REQUIRED, gm_read_number, 0),
    FIELD(input.topic, "topic", GM_REQUIRED, gm_read_topic, 0),
    FIELD(input.partition, "partition", GM_REQUIRED, gm_read_count, 0),
    FIELD(input.offset, "offset", GM_REQUIRED, gm_read_size, 0),
    FIELD(observed_at_us, "observed_at", GM_OPTIONAL, gm_read_time, 0),
};
static const struct gm_message message = GM_MESSAGE(fields, GM_MESSAGE_BYTES_MAX);

enum gm_err gm_alert_decode(struct gm_str json, struct gm_arena *arena, struct gm_alert *ret_alert,
                            struct gm_error *error)
{
    struct gm_alert alert = {
        .price_usd = GM_UNKNOWN,
        .vibe_score = GM_UNKNOWN,
        .delta_price = GM_UNKNOWN,
        .delta_vibe = GM_UNKNOWN,
        .hype_momentum = GM_UNKNOWN,
        .observed_at_us = GM_TIME_NONE,
    };
    enum gm_err err = gm_message_read(&message, json, arena, &alert, error);
    if (err)
        return err;
    *ret_alert = alert;
    return GM_OK;
}

void gm_alert_encode(const struct gm_alert *alert, struct gm_buffer *out)
{
    GM_PUT(out, "{\"timestamp\":");
    gm_put_time(out, alert->timestamp_us);
    GM_PUT(out, ",\"ticker\":");
    gm_json_write_string(out, alert->ticker);
    GM_PUT(out, ",\"alert_status\":");
    gm_json_write_string(out, alert->status);
    GM_PUT(out, ",\"price_usd\":");
    gm_json_write_number(out, alert->price_usd);
    GM_PUT(out, ",\"vibe_score\":");
    gm_json_write_number(out, alert->vibe_score);
    GM_PUT(out, ",\"msg_velocity\":");
    gm_json_write_integer(out, alert->msg_velocity);
    GM_PUT(out, ",\"delta_price\":");
    gm_json_write_number(out, alert->delta_price);
    GM_PUT(out, ",\"delta_vibe\":");
    gm_json_write_number(out, alert->delta_vibe);
    GM_PUT(out, ",\"hype_momentum\":");
    gm_json_write_number(out, alert->hype_momentum);
    GM_PUT(out, ",\"threshold_momentum\":");
    gm_json_write_number(out, alert->threshold_momentum);
    GM_PUT(out, ",\"threshold_delta_price\":");
    gm_json_write_number(out, alert->threshold_delta_price);
    gm_put_origin(out, &alert->input);
    gm_put_observed_at_if_any(out, alert->observed_at_us);
    GM_PUT(out, "}");
}
