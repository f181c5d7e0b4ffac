// Alerts, and what the price did after them.
//
// The price after N minutes is the newest that was quoted by then, if it is at most five minutes
// old; it is known once the ticker's rows have come past that moment. Prices are looked up by the
// minute that they lie in, so that one pass over the stretch of time finds all of them.
#include "store/outcome.h"

#include "event/event.h"
#include "store/minutes.h"
#include "store/row_text.h"

#include <inttypes.h>

enum { OUTCOMES = 3, SUMMARY_ALERTS_MAX = 10000 };

static const int MINUTES[OUTCOMES] = {5, 15, 60};

// Of the CTE `alert`: `priced` has a row for each alert and moment whose price is known.
static const char PRICED_SQL[] =
    ", target AS (SELECT seq, ticker, price_usd AS price_then, minutes,"
    " timestamp + to_minutes(minutes) AS due FROM alert, (SELECT unnest([5, 15, 60]) AS minutes)),"
    // Every minute in which the price may have been quoted.
    " look AS (SELECT *, epoch_us(due) // 60000000 - unnest(range(6)) AS minute FROM target),"
    " quote AS (SELECT timestamp, ticker, value, seq, epoch_us(timestamp) // 60000000 AS minute"
    " FROM gm.market_signals WHERE timestamp >= $%d AND timestamp <= $%d AND kind = 'price'"
    " AND NOT late),"
    " reached AS (SELECT ticker, max(last_at) AS newest FROM ";

static const char PRICED_END_SQL[] =
    " GROUP BY ticker),"
    " priced AS (SELECT look.seq, look.minutes, any_value(price_then) AS price_then,"
    " arg_max(quote.value, {'at': quote.timestamp, 'seq': quote.seq}) AS price"
    " FROM look JOIN quote ON quote.ticker = look.ticker AND quote.minute = look.minute"
    " AND quote.timestamp <= look.due AND quote.timestamp > look.due - INTERVAL 5 MINUTE"
    " JOIN reached ON reached.ticker = look.ticker AND reached.newest >= look.due"
    " GROUP BY look.seq, look.minutes)";

// The CTE `alert`: the newest alerts that the query meets.
static void append_alerts(struct gm_statement *statement, const struct gm_store_query *query)
{
    int from = gm_statement_bind_time(statement, query->from_us, GM_TIME_FIRST);
    int to = gm_statement_bind_time(statement, query->to_us, GM_TIME_LAST);
    gm_buffer_printf(&statement->sql,
                     "WITH alert AS (SELECT * FROM gm.alerts WHERE timestamp >= $%d"
                     " AND timestamp < $%d",
                     from, to);
    if (query->ticker)
        gm_buffer_printf(&statement->sql, " AND ticker = $%d",
                         gm_statement_bind_text(statement, query->ticker));
    gm_buffer_printf(&statement->sql, " ORDER BY timestamp DESC, seq DESC LIMIT %" PRId32 ")",
                     query->limit);
}

// The stretch of time in which the prices after those alerts lie.
static enum gm_err find_stretch(duckdb_connection connection, const struct gm_store_query *query,
                                int64_t *ret_first_us, int64_t *ret_last_us, struct gm_error *error)
{
    struct gm_statement statement;
    gm_statement_init(&statement);
    append_alerts(&statement, query);
    gm_buffer_append_c(&statement.sql, " SELECT min(timestamp), max(timestamp) FROM alert");
    struct gm_rows rows;
    enum gm_err err = gm_statement_open(&statement, connection, &rows, error);
    if (!err) {
        bool more = false;
        err = gm_rows_next(&rows, &more, error);
        if (!err && more) {
            *ret_first_us = gm_rows_int(&rows, 0);
            *ret_last_us = gm_rows_int(&rows, 1) + MINUTES[OUTCOMES - 1] * GM_US_PER_MIN;
        }
        gm_rows_finish(&rows);
    }
    gm_statement_finish(&statement);
    return err;
}

static enum gm_err append_priced(struct gm_statement *statement, duckdb_connection connection,
                                 const struct gm_store_query *query, struct gm_error *error)
{
    int64_t first_us = 0, last_us = 0;
    struct gm_minutes_range all = {
        .ticker = query->ticker, .from_us = GM_TIME_NONE, .to_us = GM_TIME_NONE};
    enum gm_err err = find_stretch(connection, query, &first_us, &last_us, error);
    if (!err)
        err = gm_minutes_rolled(connection, &all.rolled_seq, error);
    if (err)
        return err;
    append_alerts(statement, query);
    int first = gm_statement_bind_time(statement, first_us, 0);
    int last = gm_statement_bind_time(statement, last_us, 0);
    gm_buffer_printf(&statement->sql, PRICED_SQL, first, last);
    gm_minutes_append_parts(statement, &all);
    gm_buffer_append_c(&statement->sql, PRICED_END_SQL);
    return GM_OK;
}

// ------------------------------------------------------------------------- each alert

// The alert's own columns, then a price and a change for each of MINUTES.
static void write_alert(const struct gm_rows *rows, struct gm_buffer *out)
{
    int column = rows->columns_count - 2 * OUTCOMES;
    gm_row_write_json_fields(rows, column, out);
    gm_buffer_append_c(out, ",\"outcomes\":[");
    for (int i = 0; i < OUTCOMES; i++, column += 2) {
        gm_buffer_printf(out, "%s{\"minutes\":%d,\"price_usd\":", i > 0 ? "," : "", MINUTES[i]);
        gm_row_write_json_value(rows, column, out);
        gm_buffer_append_c(out, ",\"change\":");
        gm_row_write_json_value(rows, column + 1, out);
        gm_buffer_append_byte(out, '}');
    }
    gm_buffer_append_c(out, "]}");
}

enum gm_err gm_outcome_write_alerts(duckdb_connection connection,
                                    const struct gm_store_query *query, struct gm_buffer *out,
                                    struct gm_error *error)
{
    struct gm_statement statement;
    gm_statement_init(&statement);
    enum gm_err err = append_priced(&statement, connection, query, error);
    gm_buffer_append_c(&statement.sql, " SELECT alert.*");
    for (int i = 0; i < OUTCOMES; i++)
        gm_buffer_printf(&statement.sql, ", after%d.price, after%d.price / price_usd - 1", i, i);
    gm_buffer_append_c(&statement.sql, " FROM alert");
    for (int i = 0; i < OUTCOMES; i++)
        gm_buffer_printf(&statement.sql,
                         " LEFT JOIN (SELECT seq, price FROM priced WHERE minutes = %d) AS after%d"
                         " ON after%d.seq = alert.seq",
                         MINUTES[i], i, i);
    gm_buffer_append_c(&statement.sql, " ORDER BY alert.timestamp, alert.seq");
    if (!err)
        err = gm_statement_write(&statement, connection, write_alert, out, error);
    gm_statement_finish(&statement);
    return err;
}

// ------------------------------------------------------------------------- all of them

static void write_summary(const struct gm_rows *rows, struct gm_buffer *out)
{
    gm_buffer_append_c(out, "{\"alerts\":");
    gm_row_write_json_value(rows, 0, out);
    gm_buffer_append_c(out, ",\"outcomes\":[");
    for (int i = 0; i < OUTCOMES; i++) {
        gm_buffer_printf(out, "%s{\"minutes\":%d,\"known\":", i > 0 ? "," : "", MINUTES[i]);
        gm_row_write_json_value(rows, 1 + 2 * i, out);
        gm_buffer_append_c(out, ",\"rose\":");
        gm_row_write_json_value(rows, 2 + 2 * i, out);
        gm_buffer_append_byte(out, '}');
    }
    gm_buffer_append_c(out, "]}");
}

static enum gm_err write_outcomes(struct gm_statement *statement, duckdb_connection connection,
                                  const char *ticker, struct gm_buffer *out, struct gm_error *error)
{
    struct gm_store_query query = {.ticker = ticker,
                                   .from_us = GM_TIME_NONE,
                                   .to_us = GM_TIME_NONE,
                                   .limit = SUMMARY_ALERTS_MAX};
    enum gm_err err = append_priced(statement, connection, &query, error);
    if (err)
        return err;
    gm_buffer_append_c(&statement->sql, " SELECT (SELECT count(*) FROM alert)");
    for (int i = 0; i < OUTCOMES; i++)
        gm_buffer_printf(&statement->sql,
                         ", count(*) FILTER (minutes = %d),"
                         " count(*) FILTER (minutes = %d AND price > price_then)",
                         MINUTES[i], MINUTES[i]);
    gm_buffer_append_c(&statement->sql, " FROM priced WHERE price_then IS NOT NULL");
    struct gm_rows rows;
    if ((err = gm_statement_open(statement, connection, &rows, error)))
        return err;
    bool more = false;
    err = gm_rows_next(&rows, &more, error);
    if (!err && more)
        write_summary(&rows, out);
    gm_rows_finish(&rows);
    return err ? err : gm_buffer_ok(out, error);
}

enum gm_err gm_outcome_write_summary(duckdb_connection connection, const char *ticker,
                                     struct gm_buffer *out, struct gm_error *error)
{
    struct gm_statement statement;
    gm_statement_init(&statement);
    enum gm_err err = write_outcomes(&statement, connection, ticker, out, error);
    gm_statement_finish(&statement);
    return err;
}
