// Rows of market_signals rolled up by the minute.
#include "store/minutes.h"

#include <inttypes.h>
#include <stdio.h>

enum {
    // Fewer than a row group, so that DuckDB takes a slice's parts through its log: see
    // docs/decisions/duckdb.md on larger transactions.
    SLICE_ROWS = 16000,
    SLICES_A_ROLL = 32,
    SQL_BYTES_MAX = 4096,
};

// Unknown values are skipped, so the last price of a minute is the last that was known.
static const char ROLL_SQL[] =
    "INSERT INTO gm.minutes"
    " SELECT make_timestamptz(epoch_us(timestamp) // 60000000 * 60000000) AS minute, ticker,"
    " count(*), min(key).at, min(key).seq, max(key).at, max(key).seq,"
    " arg_min(price_usd, key), arg_max(price_usd, key), min(price_usd), max(price_usd),"
    " sum(vibe_score), count(vibe_score), arg_max(vibe_score, key),"
    " arg_max(vibe_score - delta_vibe, key), max(msg_velocity),"
    " min(hype_momentum), max(hype_momentum), arg_max(delta_price, key), %" PRId64
    " FROM (SELECT *, {'at': timestamp, 'seq': seq} AS key FROM gm.market_signals"
    " WHERE seq > %" PRId64 " AND seq <= %" PRId64 " AND NOT late) GROUP BY minute, ticker";

static enum gm_err roll_slice(struct gm_store *store, struct gm_error *error)
{
    char sql[SQL_BYTES_MAX];
    int64_t end = store->minutes_seq + SLICE_ROWS;
    snprintf(sql, sizeof(sql), ROLL_SQL, end, store->minutes_seq, end);
    enum gm_err err = gm_db_run(store->db.connection, sql, error);
    if (!err)
        store->minutes_seq = end;
    return err;
}

enum gm_err gm_minutes_roll(struct gm_store *store, struct gm_error *error)
{
    enum gm_err err = GM_OK;
    int64_t committed = store->seq_committed[GM_STORE_MARKET_SIGNALS];
    for (int i = 0; !err && i < SLICES_A_ROLL && store->minutes_seq + SLICE_ROWS <= committed; i++)
        err = roll_slice(store, error);
    return err;
}

enum gm_err gm_minutes_rolled(duckdb_connection connection, int64_t *ret_seq,
                              struct gm_error *error)
{
    return gm_db_number(connection, "SELECT coalesce(max(seq), 0) FROM gm.minutes", ret_seq, error);
}

static void append_bounds(struct gm_statement *statement, const char *time,
                          const struct gm_minutes_range *range)
{
    int from = gm_statement_bind_time(statement, range->from_us, GM_TIME_FIRST);
    int to = gm_statement_bind_time(statement, range->to_us, GM_TIME_LAST);
    gm_buffer_printf(&statement->sql, " WHERE %s >= $%d AND %s < $%d", time, from, time, to);
    if (range->ticker)
        gm_buffer_printf(&statement->sql, " AND ticker = $%d",
                         gm_statement_bind_text(statement, range->ticker));
}

void gm_minutes_append_parts(struct gm_statement *statement, const struct gm_minutes_range *range)
{
    gm_buffer_append_c(
        &statement->sql,
        "(SELECT timestamp AS begins_at, ticker, 1::BIGINT AS rows, timestamp AS first_at,"
        " seq AS first_seq, timestamp AS last_at, seq AS last_seq, price_usd AS price_first,"
        " price_usd AS price_last, price_usd AS price_min, price_usd AS price_max,"
        " vibe_score AS vibe_sum, (vibe_score IS NOT NULL)::BIGINT AS vibe_count,"
        " vibe_score AS vibe_last, vibe_score - delta_vibe AS vibe_mean_last,"
        " msg_velocity AS velocity_max, hype_momentum AS momentum_min,"
        " hype_momentum AS momentum_max, delta_price AS delta_price_last FROM gm.market_signals");
    append_bounds(statement, "timestamp", range);
    gm_buffer_append_c(&statement->sql, " AND NOT late");
    if (!range->exact) {
        gm_buffer_printf(&statement->sql, " AND seq > $%d",
                         gm_statement_bind_int(statement, range->rolled_seq));
        gm_buffer_append_c(&statement->sql,
                           " UNION ALL SELECT minute AS begins_at, * EXCLUDE (minute, seq)"
                           " FROM gm.minutes");
        append_bounds(statement, "minute", range);
    }
    gm_buffer_append_byte(&statement->sql, ')');
}

enum gm_err gm_minutes_find_bounds(duckdb_connection connection, const char *ticker,
                                   int64_t rolled_seq, struct gm_minutes_bounds *ret,
                                   struct gm_error *error)
{
    struct gm_statement statement;
    struct gm_minutes_range range = {
        .rolled_seq = rolled_seq,
        .ticker = ticker,
        .from_us = GM_TIME_NONE,
        .to_us = GM_TIME_NONE,
    };
    gm_statement_init(&statement);
    gm_buffer_append_c(&statement.sql, "SELECT min(first_at), max(last_at) FROM ");
    gm_minutes_append_parts(&statement, &range);
    struct gm_rows rows;
    enum gm_err err = gm_statement_open(&statement, connection, &rows, error);
    if (err)
        goto finish;
    bool more = false;
    err = gm_rows_next(&rows, &more, error);
    if (!err) {
        bool none = !more || gm_rows_is_null(&rows, 0);
        ret->oldest_us = none ? GM_TIME_NONE : gm_rows_int(&rows, 0);
        ret->newest_us = none ? GM_TIME_NONE : gm_rows_int(&rows, 1);
    }
    gm_rows_finish(&rows);

finish:
    gm_statement_finish(&statement);
    return err;
}
