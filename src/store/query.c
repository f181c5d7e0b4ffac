// The questions that the web API asks. Each runs on a connection of its own, beside the writer.
//
// Which rows to show is decided on the narrow columns (time, seq) alone; the wide rows are fetched
// by seq afterwards, which touches only the row groups that hold them.
#include "store/compose.h"
#include "store/internal.h"
#include "store/minutes.h"
#include "store/outcome.h"
#include "store/row_text.h"
#include "store/statement.h"

#include <inttypes.h>

enum { QUERY_ROWS_MAX = 100000 };

// ------------------------------------------------------------------------- picking rows

static enum gm_err check(const struct gm_store_query *query, struct gm_error *error)
{
    if (query->limit < 1 || query->limit > QUERY_ROWS_MAX)
        return gm_error_set(error, GM_ERR_INVALID, "limit: must be 1 to %d", QUERY_ROWS_MAX);
    if (query->points_max < 0)
        return gm_error_set(error, GM_ERR_INVALID, "points_max: must not be negative");
    if (query->telling_window_us > 0 && !query->ticker)
        return gm_error_set(error, GM_ERR_INVALID, "ticker: is needed for the most telling posts");
    return GM_OK;
}

static void append_from(struct gm_statement *statement, const char *table,
                        const struct gm_store_query *query)
{
    int from = gm_statement_bind_time(statement, query->from_us, GM_TIME_FIRST);
    int to = gm_statement_bind_time(statement, query->to_us, GM_TIME_LAST);
    gm_buffer_printf(&statement->sql, " FROM gm.%s WHERE timestamp >= $%d AND timestamp < $%d",
                     table, from, to);
    if (!query->ticker)
        return;
    int ticker = gm_statement_bind_text(statement, query->ticker);
    gm_buffer_printf(&statement->sql, " AND ticker = $%d", ticker);
}

// The seqs of the newest rows, as a list for IN.
static void append_newest(struct gm_statement *statement, const char *table,
                          const struct gm_store_query *query)
{
    gm_buffer_append_c(&statement->sql, "(SELECT seq");
    append_from(statement, table, query);
    gm_buffer_printf(&statement->sql, " ORDER BY timestamp DESC, seq DESC LIMIT %" PRId32 ")",
                     query->limit);
}

// The first and the last time that the query meets, both included.
static enum gm_err find_span(duckdb_connection connection, const struct gm_store_query *query,
                             int64_t *ret_first_us, int64_t *ret_last_us, struct gm_error *error)
{
    struct gm_statement statement;
    gm_statement_init(&statement);
    gm_buffer_append_c(&statement.sql, "SELECT min(timestamp), max(timestamp)");
    append_from(&statement, "market_signals", query);
    struct gm_rows rows;
    enum gm_err err = gm_statement_open(&statement, connection, &rows, error);
    if (err)
        goto finish;
    bool more = false;
    err = gm_rows_next(&rows, &more, error);
    if (!err && more) {
        *ret_first_us = gm_rows_int(&rows, 0);
        *ret_last_us = gm_rows_int(&rows, 1);
    }
    gm_rows_finish(&rows);

finish:
    gm_statement_finish(&statement);
    return err;
}

// The seqs of the last row of each of points_max equal stretches of time, and of every alert.
static enum gm_err append_points(struct gm_statement *statement, duckdb_connection connection,
                                 const struct gm_store_query *query, struct gm_error *error)
{
    int64_t first_us = 0, last_us = 0;
    enum gm_err err = find_span(connection, query, &first_us, &last_us, error);
    if (err)
        return err;
    int64_t width_us = (last_us - first_us) / query->points_max + 1;
    gm_buffer_append_c(&statement->sql,
                       "(WITH met AS (SELECT {'at': timestamp, 'seq': seq} AS key, timestamp,"
                       " alert_status");
    append_from(statement, "market_signals", query);
    gm_buffer_printf(&statement->sql,
                     ") SELECT key.seq FROM (SELECT max(key) AS key FROM met"
                     " GROUP BY (epoch_us(timestamp) - $%d) // $%d UNION"
                     " SELECT key FROM met WHERE alert_status IS NOT NULL)"
                     " ORDER BY key DESC LIMIT %" PRId32 ")",
                     gm_statement_bind_int(statement, first_us),
                     gm_statement_bind_int(statement, width_us), query->limit);
    return GM_OK;
}

// ------------------------------------------------------------------------- the questions

static enum gm_err ask(struct gm_store *store, gm_compose_fn *compose_statement,
                       const struct gm_store_query *query, struct gm_buffer *out,
                       struct gm_error *error)
{
    duckdb_connection connection;
    enum gm_err err = check(query, error);
    if (!err)
        err = gm_store_reader_begin(store, &connection, error);
    if (err)
        return err;
    struct gm_statement statement;
    gm_statement_init(&statement);
    err = compose_statement(&statement, connection, query, error);
    if (!err)
        err = gm_statement_write(&statement, connection, gm_row_write_json, out, error);
    gm_statement_finish(&statement);
    gm_store_reader_end(store, &connection);
    return err;
}

enum gm_err gm_compose_signals(struct gm_statement *statement, duckdb_connection connection,
                               const struct gm_store_query *query, struct gm_error *error)
{
    enum gm_err err = GM_OK;
    gm_buffer_append_c(&statement->sql, "SELECT * FROM gm.market_signals WHERE seq IN ");
    if (query->points_max > 0)
        err = append_points(statement, connection, query, error);
    else
        append_newest(statement, "market_signals", query);
    gm_buffer_append_c(&statement->sql, " ORDER BY timestamp, seq");
    return err;
}

// A link is only what a browser may follow without harm; what else feeds call an address is null.
#define LINK_OF(url)                                                                               \
    "CASE WHEN regexp_full_match(" url ", '[Hh][Tt][Tt][Pp][Ss]?://[!#-;=?-~]+') THEN " url " END"

// Offsets begin anew with a new log; the id tells the two posts apart.
static const char POST_OF_SIGNAL[] = " ON signal.post_id = post.id"
                                     " AND signal.input_partition = post.input_partition"
                                     " AND signal.input_offset = post.input_offset";

static void append_newest_posts(struct gm_statement *statement, const struct gm_store_query *query)
{
    gm_buffer_append_c(&statement->sql, "WITH post AS (SELECT * REPLACE (" LINK_OF(
                                            "url") " AS url) FROM gm.posts WHERE seq IN ");
    append_newest(statement, "posts", query);
    gm_buffer_printf(&statement->sql,
                     ") SELECT post.*, signal.value AS vibe, signal.label, signal.scorer FROM post"
                     " LEFT JOIN gm.market_signals AS signal%s AND signal.input_topic = '%s'"
                     " ORDER BY post.timestamp, post.seq",
                     POST_OF_SIGNAL, gm_topic_name(GM_TOPIC_LIVE_SOCIAL));
}

// The posts of the ticker's window as it is now, the greatest |vibe| first.
static enum gm_err append_telling_posts(struct gm_statement *statement,
                                        duckdb_connection connection,
                                        const struct gm_store_query *query, struct gm_error *error)
{
    int64_t rolled_seq;
    struct gm_minutes_bounds bounds;
    enum gm_err err = gm_db_run(connection, "BEGIN", error);
    if (!err)
        err = gm_minutes_rolled(connection, &rolled_seq, error);
    if (!err)
        err = gm_minutes_find_bounds(connection, query->ticker, rolled_seq, &bounds, error);
    if (err)
        return err;
    int64_t from_us =
        bounds.newest_us == GM_TIME_NONE ? 0 : bounds.newest_us - query->telling_window_us;
    int from = gm_statement_bind_time(statement, from_us, 0);
    int ticker = gm_statement_bind_text(statement, query->ticker);
    gm_buffer_printf(
        &statement->sql,
        "WITH signal AS (SELECT * FROM gm.market_signals WHERE timestamp >= $%d"
        " AND ticker = $%d AND kind = 'social' AND NOT late"
        " ORDER BY abs(value) DESC, timestamp DESC, seq DESC LIMIT %" PRId32 "),"
        " post AS (SELECT * REPLACE (" LINK_OF(
            "url") " AS url) FROM gm.posts"
                   " WHERE timestamp >= $%d AND ticker = $%d)"
                   " SELECT post.*, signal.value AS vibe, signal.label, signal.scorer FROM signal"
                   " JOIN post%s ORDER BY abs(signal.value) DESC, post.timestamp DESC,"
                   " post.seq DESC",
        from, ticker, query->limit, from, ticker, POST_OF_SIGNAL);
    return GM_OK;
}

enum gm_err gm_compose_posts(struct gm_statement *statement, duckdb_connection connection,
                             const struct gm_store_query *query, struct gm_error *error)
{
    if (query->telling_window_us > 0)
        return append_telling_posts(statement, connection, query, error);
    append_newest_posts(statement, query);
    return GM_OK;
}

enum gm_err gm_compose_alerts(struct gm_statement *statement, duckdb_connection connection,
                              const struct gm_store_query *query, struct gm_error *error)
{
    (void)connection;
    (void)error;
    gm_buffer_append_c(&statement->sql, "SELECT * FROM gm.alerts WHERE seq IN ");
    append_newest(statement, "alerts", query);
    gm_buffer_append_c(&statement->sql, " ORDER BY timestamp, seq");
    return GM_OK;
}

static enum gm_err compose_tickers(struct gm_statement *statement, duckdb_connection connection,
                                   const struct gm_store_query *query, struct gm_error *error)
{
    (void)connection;
    (void)query;
    (void)error;
    gm_buffer_append_c(
        &statement->sql,
        "WITH newest AS (SELECT max({'at': timestamp, 'seq': seq}).seq AS seq, count(*) AS rows"
        " FROM gm.market_signals GROUP BY ticker),"
        " post AS (SELECT ticker, count(*) AS posts FROM gm.posts GROUP BY ticker),"
        " alert AS (SELECT ticker, count(*) AS alerts FROM gm.alerts GROUP BY ticker)"
        " SELECT signal.*, newest.rows, coalesce(post.posts, 0) AS posts,"
        " coalesce(alert.alerts, 0) AS alerts"
        " FROM gm.market_signals AS signal JOIN newest ON newest.seq = signal.seq"
        " LEFT JOIN post ON post.ticker = signal.ticker"
        " LEFT JOIN alert ON alert.ticker = signal.ticker ORDER BY signal.ticker");
    return GM_OK;
}

enum gm_err gm_store_query_signals(struct gm_store *store, const struct gm_store_query *query,
                                   struct gm_buffer *out, struct gm_error *error)
{
    return ask(store, gm_compose_signals, query, out, error);
}

enum gm_err gm_store_query_posts(struct gm_store *store, const struct gm_store_query *query,
                                 struct gm_buffer *out, struct gm_error *error)
{
    return ask(store, gm_compose_posts, query, out, error);
}

enum gm_err gm_store_query_alerts(struct gm_store *store, const struct gm_store_query *query,
                                  struct gm_buffer *out, struct gm_error *error)
{
    duckdb_connection connection;
    enum gm_err err = check(query, error);
    if (!err)
        err = gm_store_reader_begin(store, &connection, error);
    if (err)
        return err;
    err = gm_db_run(connection, "BEGIN", error);
    if (!err)
        err = gm_outcome_write_alerts(connection, query, out, error);
    gm_store_reader_end(store, &connection);
    return err;
}

enum gm_err gm_store_query_outcomes(struct gm_store *store, const char *ticker,
                                    struct gm_buffer *out, struct gm_error *error)
{
    duckdb_connection connection;
    enum gm_err err = gm_store_reader_begin(store, &connection, error);
    if (err)
        return err;
    err = gm_db_run(connection, "BEGIN", error);
    if (!err)
        err = gm_outcome_write_summary(connection, ticker, out, error);
    gm_store_reader_end(store, &connection);
    return err;
}

enum gm_err gm_store_query_tickers(struct gm_store *store, struct gm_buffer *out,
                                   struct gm_error *error)
{
    const struct gm_store_query all = {
        .from_us = GM_TIME_NONE, .to_us = GM_TIME_NONE, .limit = QUERY_ROWS_MAX};
    return ask(store, compose_tickers, &all, out, error);
}
