// The questions that the web API asks. Each runs on a connection of its own, beside the writer.
//
// Which rows to show is decided on the narrow columns (time, seq) alone; the wide rows are fetched
// by seq afterwards, which touches only the row groups that hold them.
#include "store/internal.h"
#include "store/row_text.h"
#include "store/rows.h"

#include <inttypes.h>
#include <stdio.h>

enum {
    QUERY_ROWS_MAX = 100000,
    SQL_BYTES_MAX = 4096,
    PARAMS_MAX = 8,
};

// DuckDB's own infinities, so that an open end is a bound like any other.
#define TIME_FIRST (-INT64_MAX)
#define TIME_LAST  INT64_MAX

struct statement {
    struct gm_buffer sql;
    struct gm_param params[PARAMS_MAX];
    int params_count;
};

static void statement_init(struct statement *statement)
{
    gm_buffer_init(&statement->sql, SQL_BYTES_MAX);
    statement->params_count = 0;
}

// Returns the parameter's number in the SQL.
static int bind(struct statement *statement, struct gm_param param)
{
    statement->params[statement->params_count++] = param;
    return statement->params_count;
}

static int bind_int(struct statement *statement, int64_t number)
{
    return bind(statement, (struct gm_param){.type = GM_PARAM_INT, .number = number});
}

static int bind_time(struct statement *statement, int64_t us, int64_t open_end)
{
    return bind(statement, (struct gm_param){.type = GM_PARAM_TIME,
                                             .number = us == GM_TIME_NONE ? open_end : us});
}

// ------------------------------------------------------------------------- running

static enum gm_err write_array(struct gm_rows *rows, struct gm_buffer *out, struct gm_error *error)
{
    gm_buffer_append_byte(out, '[');
    bool more, first = true;
    enum gm_err err;
    while (!(err = gm_rows_next(rows, &more, error)) && more && !out->failed) {
        if (!first)
            gm_buffer_append_byte(out, ',');
        gm_row_write_json(rows, out);
        first = false;
    }
    gm_buffer_append_byte(out, ']');
    return err ? err : gm_buffer_ok(out, error);
}

static enum gm_err statement_open(struct statement *statement, duckdb_connection connection,
                                  struct gm_rows *rows, struct gm_error *error)
{
    gm_buffer_append_byte(&statement->sql, '\0');
    enum gm_err err = gm_buffer_ok(&statement->sql, error);
    return err ? err
               : gm_rows_open(rows, connection, statement->sql.data, statement->params,
                              statement->params_count, error);
}

static enum gm_err statement_write(struct statement *statement, duckdb_connection connection,
                                   struct gm_buffer *out, struct gm_error *error)
{
    struct gm_rows rows;
    enum gm_err err = statement_open(statement, connection, &rows, error);
    if (err)
        return err;
    size_t len = out->len;
    err = write_array(&rows, out, error);
    if (err)
        out->len = len;
    gm_rows_finish(&rows);
    return err;
}

// ------------------------------------------------------------------------- picking rows

static enum gm_err check(const struct gm_store_query *query, struct gm_error *error)
{
    if (query->limit < 1 || query->limit > QUERY_ROWS_MAX)
        return gm_error_set(error, GM_ERR_INVALID, "limit: must be 1 to %d", QUERY_ROWS_MAX);
    if (query->points_max < 0)
        return gm_error_set(error, GM_ERR_INVALID, "points_max: must not be negative");
    return GM_OK;
}

static void append_from(struct statement *statement, const char *table,
                        const struct gm_store_query *query)
{
    int from = bind_time(statement, query->from_us, TIME_FIRST);
    int to = bind_time(statement, query->to_us, TIME_LAST);
    gm_buffer_printf(&statement->sql, " FROM gm.%s WHERE timestamp >= $%d AND timestamp < $%d",
                     table, from, to);
    if (!query->ticker)
        return;
    int ticker = bind(statement, (struct gm_param){.type = GM_PARAM_TEXT, .text = query->ticker});
    gm_buffer_printf(&statement->sql, " AND ticker = $%d", ticker);
}

// The seqs of the newest rows, as a list for IN.
static void append_newest(struct statement *statement, const char *table,
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
    struct statement statement;
    statement_init(&statement);
    gm_buffer_append_c(&statement.sql, "SELECT min(timestamp), max(timestamp)");
    append_from(&statement, "market_signals", query);
    struct gm_rows rows;
    enum gm_err err = statement_open(&statement, connection, &rows, error);
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
    gm_buffer_finish(&statement.sql);
    return err;
}

// The seqs of the last row of each of points_max equal stretches of time, and of every alert.
static enum gm_err append_points(struct statement *statement, duckdb_connection connection,
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
                     bind_int(statement, first_us), bind_int(statement, width_us), query->limit);
    return GM_OK;
}

// ------------------------------------------------------------------------- the questions

typedef enum gm_err compose(struct statement *statement, duckdb_connection connection,
                            const struct gm_store_query *query, struct gm_error *error);

static enum gm_err ask(struct gm_store *store, compose *compose_statement,
                       const struct gm_store_query *query, struct gm_buffer *out,
                       struct gm_error *error)
{
    duckdb_connection connection;
    enum gm_err err = gm_store_reader_begin(store, &connection, error);
    if (err)
        return err;
    struct statement statement;
    statement_init(&statement);
    err = compose_statement(&statement, connection, query, error);
    if (!err)
        err = statement_write(&statement, connection, out, error);
    gm_buffer_finish(&statement.sql);
    gm_store_reader_end(store, &connection);
    return err;
}

static enum gm_err compose_signals(struct statement *statement, duckdb_connection connection,
                                   const struct gm_store_query *query, struct gm_error *error)
{
    enum gm_err err = check(query, error);
    if (err)
        return err;
    gm_buffer_append_c(&statement->sql, "SELECT * FROM gm.market_signals WHERE seq IN ");
    if (query->points_max > 0)
        err = append_points(statement, connection, query, error);
    else
        append_newest(statement, "market_signals", query);
    gm_buffer_append_c(&statement->sql, " ORDER BY timestamp, seq");
    return err;
}

static enum gm_err compose_posts(struct statement *statement, duckdb_connection connection,
                                 const struct gm_store_query *query, struct gm_error *error)
{
    (void)connection;
    enum gm_err err = check(query, error);
    if (err)
        return err;
    gm_buffer_append_c(&statement->sql, "WITH post AS (SELECT * FROM gm.posts WHERE seq IN ");
    append_newest(statement, "posts", query);
    gm_buffer_printf(&statement->sql,
                     ") SELECT post.*, signal.value AS vibe, signal.label, signal.scorer FROM post"
                     " LEFT JOIN gm.market_signals AS signal ON signal.input_topic = '%s'"
                     // Offsets begin anew with a new log; the id tells the two posts apart.
                     " AND signal.post_id = post.id"
                     " AND signal.input_partition = post.input_partition"
                     " AND signal.input_offset = post.input_offset"
                     " ORDER BY post.timestamp, post.seq",
                     gm_topic_name(GM_TOPIC_LIVE_SOCIAL));
    return GM_OK;
}

static enum gm_err compose_alerts(struct statement *statement, duckdb_connection connection,
                                  const struct gm_store_query *query, struct gm_error *error)
{
    (void)connection;
    enum gm_err err = check(query, error);
    if (err)
        return err;
    gm_buffer_append_c(&statement->sql, "SELECT * FROM gm.alerts WHERE seq IN ");
    append_newest(statement, "alerts", query);
    gm_buffer_append_c(&statement->sql, " ORDER BY timestamp, seq");
    return GM_OK;
}

static enum gm_err compose_tickers(struct statement *statement, duckdb_connection connection,
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
    return ask(store, compose_signals, query, out, error);
}

enum gm_err gm_store_query_posts(struct gm_store *store, const struct gm_store_query *query,
                                 struct gm_buffer *out, struct gm_error *error)
{
    return ask(store, compose_posts, query, out, error);
}

enum gm_err gm_store_query_alerts(struct gm_store *store, const struct gm_store_query *query,
                                  struct gm_buffer *out, struct gm_error *error)
{
    return ask(store, compose_alerts, query, out, error);
}

enum gm_err gm_store_query_tickers(struct gm_store *store, struct gm_buffer *out,
                                   struct gm_error *error)
{
    return ask(store, compose_tickers, NULL, out, error);
}
