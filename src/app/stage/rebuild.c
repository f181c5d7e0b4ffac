// Rebuilding the windows; see rebuild.h.
#include "app/stage/rebuild.h"

#include "base/arena.h"
#include "event/event.h"

#include <inttypes.h>

struct rebuild {
    struct gm_tickers *tickers;
    struct gm_arena arena;
    size_t open_tickers; // not complete yet
    int64_t rows;
    struct gm_error error;
};

static bool rebuild_row(void *context, const struct gm_message *message)
{
    struct rebuild *rebuild = context;
    struct gm_ticker *ticker = gm_tickers_find(rebuild->tickers, message->key);
    if (!ticker || ticker->restored)
        return rebuild->open_tickers > 0;
    struct gm_signal row;
    gm_arena_reset(&rebuild->arena);
    if (gm_signal_decode(message->value, &rebuild->arena, &row, &rebuild->error)) {
        gm_error_prefix(&rebuild->error, "market-signals/%" PRId32 "/%" PRId64, message->partition,
                        message->offset);
        return false;
    }
    rebuild->rows++;
    enum gm_tracker_kind kind = row.kind == GM_SIGNAL_PRICE ? GM_TRACKER_PRICE : GM_TRACKER_VIBE;
    if (gm_tracker_restore(&ticker->tracker, kind, row.timestamp_us, row.value, row.late, row.alert,
                           row.watermark_us, &ticker->restored, &rebuild->error))
        return false;
    rebuild->open_tickers -= ticker->restored;
    return rebuild->open_tickers > 0;
}

enum gm_err gm_rebuild_tickers(struct gm_tickers *tickers, struct gm_bus *bus, int64_t *ret_rows,
                               struct gm_error *error)
{
    gm_tickers_reset(tickers);
    struct rebuild rebuild = {.tickers = tickers, .open_tickers = tickers->count};
    gm_arena_init(&rebuild.arena, 4096, GM_MESSAGE_BYTES_MAX * 4);
    enum gm_err err = gm_bus_read_back(bus, GM_TOPIC_MARKET_SIGNALS, rebuild_row, &rebuild, error);
    gm_arena_finish(&rebuild.arena);
    if (!err && rebuild.error.code) {
        *error = rebuild.error;
        err = rebuild.error.code;
    }
    if (err)
        return gm_error_prefix(error, "rebuilding the windows");
    *ret_rows = rebuild.rows;
    return GM_OK;
}
