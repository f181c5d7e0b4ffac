// live-prices: a price.
#include "event/field.h"

// `known_` is the presence of what can be filled in where it is missing.
#define FIELDS(known_)                                                                             \
    GM_FIELD(struct gm_tick, ticker, "ticker", GM_REQUIRED, gm_read_ticker, GM_TICKER_BYTES_MAX),  \
        GM_FIELD(struct gm_tick, price_usd, "price_usd", GM_REQUIRED, gm_read_price, 0),           \
        GM_FIELD(struct gm_tick, timestamp_us, "timestamp", known_, gm_read_time, 0),              \
        GM_FIELD(struct gm_tick, source, "source", known_, gm_read_text, GM_NAME_BYTES_MAX),       \
        GM_FIELD(struct gm_tick, observed_at_us, "observed_at", GM_OPTIONAL, gm_read_time, 0)

static const struct gm_field fields[] = {FIELDS(GM_REQUIRED)};
static const struct gm_field offered[] = {FIELDS(GM_OPTIONAL)};
static const struct gm_message message = GM_MESSAGE(fields, GM_MESSAGE_BYTES_MAX);
static const struct gm_message offer = GM_MESSAGE(offered, GM_MESSAGE_BYTES_MAX);

static enum gm_err read(const struct gm_message *as, struct gm_str json, struct gm_arena *arena,
                        struct gm_tick *ret_tick, struct gm_error *error)
{
    struct gm_tick tick = {.timestamp_us = GM_TIME_NONE, .observed_at_us = GM_TIME_NONE};
    enum gm_err err = gm_message_read(as, json, arena, &tick, error);
    if (err)
        return err;
    *ret_tick = tick;
    return GM_OK;
}

enum gm_err gm_tick_decode(struct gm_str json, struct gm_arena *arena, struct gm_tick *ret_tick,
                           struct gm_error *error)
{
    return read(&message, json, arena, ret_tick, error);
}

enum gm_err gm_tick_decode_offer(struct gm_str json, struct gm_arena *arena,
                                 struct gm_tick *ret_tick, struct gm_error *error)
{
    return read(&offer, json, arena, ret_tick, error);
}

void gm_tick_encode(const struct gm_tick *tick, struct gm_buffer *out)
{
    GM_PUT(out, "{\"ticker\":");
    gm_json_write_string(out, tick->ticker);
    GM_PUT(out, ",\"price_usd\":");
    gm_json_write_number(out, tick->price_usd);
    GM_PUT(out, ",\"timestamp\":");
    gm_put_time(out, tick->timestamp_us);
    GM_PUT(out, ",\"source\":");
    gm_json_write_string(out, tick->source);
    gm_put_observed_at_if_any(out, tick->observed_at_us);
    GM_PUT(out, "}");
}
