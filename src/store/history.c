// Charts: rows gathered into buckets of equal time.
#include "store/history.h"

#include "base/json.h"
#include "event/timestamp.h"
#include "store/compose.h"
#include "store/minutes.h"
#include "store/outcome.h"
#include "store/row_text.h"

#include <inttypes.h>

enum { BUCKETS_MAX = 5000, ALERTS_MAX = 1000, TICKERS_MAX = 4096 };

#define SECOND ((int64_t)GM_US_PER_S)

// The widths that a bucket may have. From a minute on, each is whole minutes.
static const int64_t WIDTHS_US[] = {
    1 * SECOND,          2 * SECOND,         5 * SECOND,         10 * SECOND,
    15 * SECOND,         30 * SECOND,        1 * GM_US_PER_MIN,  2 * GM_US_PER_MIN,
    5 * GM_US_PER_MIN,   10 * GM_US_PER_MIN, 15 * GM_US_PER_MIN, 30 * GM_US_PER_MIN,
    60 * GM_US_PER_MIN,  2 * GM_US_PER_HOUR, 4 * GM_US_PER_HOUR, 6 * GM_US_PER_HOUR,
    12 * GM_US_PER_HOUR, GM_US_PER_DAY,      2 * GM_US_PER_DAY,  7 * GM_US_PER_DAY,
};

static int64_t width_for(int64_t span_us, int points)
{
    size_t count = sizeof(WIDTHS_US) / sizeof(WIDTHS_US[0]);
    for (size_t i = 0; i < count; i++)
        if (span_us <= WIDTHS_US[i] * points)
            return WIDTHS_US[i];
    return WIDTHS_US[count - 1];
}

static int64_t floor_to(int64_t us, int64_t width_us)
{
    int64_t rest = us % width_us;
    return us - (rest < 0 ? rest + width_us : rest);
}

// Where the buckets lie: [from, to), both multiples of the width.
struct grid {
    int64_t from_us, to_us, width_us;
};

static struct grid grid_of(int64_t to_us, int64_t span_us, int points)
{
    int64_t width_us = width_for(span_us, points);
    struct grid grid = {.width_us = width_us};
    grid.to_us = floor_to(to_us + width_us - 1, width_us);
    grid.from_us = floor_to(to_us - span_us, width_us);
    return grid;
}

static struct gm_minutes_range range_of(const struct grid *grid, const char *ticker,
                                        int64_t rolled_seq)
{
    return (struct gm_minutes_range){
        .rolled_seq = rolled_seq,
        .ticker = ticker,
        .from_us = grid->from_us,
        .to_us = grid->to_us,
        .exact = grid->width_us < GM_US_PER_MIN,
    };
}

// ------------------------------------------------------------------------- history

// Unknown values are skipped, so the last price of a bucket is the last that was known.
static const char BUCKET_COLUMNS[] =
    " sum(rows)::BIGINT AS rows, arg_min(price_first, first_key) AS price_first,"
    " arg_max(price_last, last_key) AS price_last, min(price_min) AS price_min,"
    " max(price_max) AS price_max, sum(vibe_sum) / nullif(sum(vibe_count), 0) AS vibe_avg,"
    " arg_max(vibe_last, last_key) AS vibe_last, arg_max(vibe_mean_last, last_key) AS "
    "vibe_mean_last,"
    " max(velocity_max) AS velocity_max, max(momentum_max) AS momentum_max,"
    " min(momentum_min) AS momentum_min, arg_max(delta_price_last, last_key) AS delta_price_last,"
    " NULL::DOUBLE AS coverage_min FROM (SELECT *, {'at': first_at, 'seq': first_seq} AS first_key,"
    " {'at': last_at, 'seq': last_seq} AS last_key,";

// The time of a bucket: a number for a chart, a time for a table.
enum time_form { TIME_AS_NUMBER, TIME_AS_TIME };

static void append_buckets(struct gm_statement *statement, enum time_form form,
                           const struct grid *grid, const char *ticker, int64_t rolled_seq)
{
    struct gm_minutes_range range = range_of(grid, ticker, rolled_seq);
    int width = gm_statement_bind_int(statement, grid->width_us);
    if (form == TIME_AS_NUMBER)
        gm_buffer_printf(&statement->sql, "SELECT bucket * $%d // 1000 AS time_ms", width);
    else
        gm_buffer_printf(&statement->sql, "SELECT make_timestamptz(bucket * $%d) AS timestamp",
                         width);
    gm_buffer_printf(&statement->sql, ",%s epoch_us(begins_at) // $%d AS bucket FROM ",
                     BUCKET_COLUMNS, width);
    gm_minutes_append_parts(statement, &range);
    gm_buffer_append_c(&statement->sql, ") GROUP BY bucket ORDER BY bucket");
}

static void write_time_field(struct gm_buffer *out, const char *name, int64_t us)
{
    char text[GM_TIMESTAMP_BYTES];
    gm_buffer_printf(out, ",\"%s\":", name);
    if (us == GM_TIME_NONE) {
        gm_buffer_append_c(out, "null");
        return;
    }
    gm_timestamp_write(us, text);
    gm_json_write_string(out, gm_str(text));
}

static const char HISTORY_COLUMNS[] =
    ",\"columns\":[\"time_ms\",\"rows\",\"price_first\",\"price_last\",\"price_min\","
    "\"price_max\",\"vibe_avg\",\"vibe_last\",\"vibe_mean_last\",\"velocity_max\","
    "\"momentum_max\",\"momentum_min\",\"delta_price_last\",\"coverage_min\"],\"buckets\":";

static enum gm_err check(const struct gm_store_history *history, struct gm_error *error)
{
    if (history->points < 1 || history->points > BUCKETS_MAX)
        return gm_error_set(error, GM_ERR_INVALID, "points: must be 1 to %d", BUCKETS_MAX);
    if (history->span_us < SECOND || history->span_us > GM_STORE_SPAN_MAX_US)
        return gm_error_set(error, GM_ERR_INVALID, "span: must be a second to 31 days");
    return GM_OK;
}

// The grid and what there is, on a connection whose transaction is begun.
static enum gm_err place(duckdb_connection connection, const struct gm_store_history *history,
                         int64_t *ret_rolled_seq, struct gm_minutes_bounds *ret_bounds,
                         struct grid *ret_grid, struct gm_error *error)
{
    enum gm_err err = check(history, error);
    if (!err)
        err = gm_db_run(connection, "BEGIN", error);
    if (!err)
        err = gm_minutes_rolled(connection, ret_rolled_seq, error);
    if (!err)
        err =
            gm_minutes_find_bounds(connection, history->ticker, *ret_rolled_seq, ret_bounds, error);
    if (err)
        return err;
    int64_t to_us = history->to_us;
    if (to_us == GM_TIME_NONE)
        to_us = ret_bounds->newest_us == GM_TIME_NONE ? 0 : ret_bounds->newest_us + 1;
    *ret_grid = grid_of(to_us, history->span_us, history->points);
    return GM_OK;
}

static enum gm_err write_buckets(duckdb_connection connection,
                                 const struct gm_store_history *history, struct gm_buffer *out,
                                 struct gm_error *error)
{
    int64_t rolled_seq;
    struct gm_minutes_bounds bounds;
    struct grid grid;
    enum gm_err err = place(connection, history, &rolled_seq, &bounds, &grid, error);
    if (err)
        return err;
    gm_buffer_append_c(out, "{\"ticker\":");
    gm_json_write_string(out, gm_str(history->ticker));
    write_time_field(out, "from", grid.from_us);
    write_time_field(out, "to", grid.to_us);
    write_time_field(out, "oldest", bounds.oldest_us);
    write_time_field(out, "newest", bounds.newest_us);
    gm_buffer_printf(out, ",\"bucket_us\":%" PRId64, grid.width_us);
    gm_buffer_append_c(out, HISTORY_COLUMNS);
    struct gm_statement statement;
    gm_statement_init(&statement);
    append_buckets(&statement, TIME_AS_NUMBER, &grid, history->ticker, rolled_seq);
    err = gm_statement_write(&statement, connection, gm_row_write_json_values, out, error);
    gm_statement_finish(&statement);
    if (err)
        return err;
    const struct gm_store_query alerts = {.ticker = history->ticker,
                                          .from_us = grid.from_us,
                                          .to_us = grid.to_us,
                                          .limit = ALERTS_MAX};
    gm_buffer_append_c(out, ",\"alerts\":");
    err = gm_outcome_write_alerts(connection, &alerts, out, error);
    gm_buffer_append_c(out, ",\"gaps\":[]}");
    return err ? err : gm_buffer_ok(out, error);
}

enum gm_err gm_compose_history(struct gm_statement *statement, duckdb_connection connection,
                               const struct gm_store_history *history, struct gm_error *error)
{
    int64_t rolled_seq;
    struct gm_minutes_bounds bounds;
    struct grid grid;
    enum gm_err err = place(connection, history, &rolled_seq, &bounds, &grid, error);
    if (!err)
        append_buckets(statement, TIME_AS_TIME, &grid, history->ticker, rolled_seq);
    return err;
}

// ------------------------------------------------------------------------- sparklines

static void append_sparks(struct gm_statement *statement, const struct grid *grid,
                          int64_t rolled_seq)
{
    struct gm_minutes_range range = range_of(grid, NULL, rolled_seq);
    int from = gm_statement_bind_int(statement, grid->from_us);
    int width = gm_statement_bind_int(statement, grid->width_us);
    gm_buffer_printf(&statement->sql,
                     "SELECT ticker, bucket, arg_max(price_last, last_key),"
                     " arg_max(vibe_last, last_key) FROM (SELECT *,"
                     " {'at': last_at, 'seq': last_seq} AS last_key,"
                     " (epoch_us(begins_at) - $%d) // $%d AS bucket FROM ",
                     from, width);
    gm_minutes_append_parts(statement, &range);
    gm_buffer_append_c(&statement->sql, ") GROUP BY ticker, bucket ORDER BY ticker, bucket");
}

// Two lines that grow beside each other; the vibes wait until the prices are written.
struct sparks {
    struct gm_buffer *out, vibes;
    int64_t next, count; // buckets
    bool open;           // a ticker is being written
    int tickers;
};

static void add_value(struct gm_buffer *out, const struct gm_rows *rows, int column)
{
    if (!rows || gm_rows_is_null(rows, column))
        gm_buffer_append_c(out, "null");
    else
        gm_json_write_number(out, gm_rows_double(rows, column));
}

// Buckets without a row before `bucket`, and that one where there are rows.
static void add_bucket(struct sparks *sparks, int64_t bucket, const struct gm_rows *rows)
{
    for (; sparks->next < bucket + (rows != NULL); sparks->next++) {
        const struct gm_rows *known = sparks->next == bucket ? rows : NULL;
        if (sparks->next > 0) {
            gm_buffer_append_byte(sparks->out, ',');
            gm_buffer_append_byte(&sparks->vibes, ',');
        }
        add_value(sparks->out, known, 2);
        add_value(&sparks->vibes, known, 3);
    }
}

static void end_ticker(struct sparks *sparks)
{
    if (!sparks->open)
        return;
    add_bucket(sparks, sparks->count, NULL);
    gm_buffer_append_c(sparks->out, "],\"vibes\":[");
    gm_buffer_append_str(sparks->out, gm_buffer_str(&sparks->vibes));
    gm_buffer_append_c(sparks->out, "]}");
    sparks->open = false;
}

static void begin_ticker(struct sparks *sparks, struct gm_str ticker)
{
    gm_buffer_append_c(sparks->out, sparks->tickers++ ? ",{\"ticker\":" : "{\"ticker\":");
    gm_json_write_string(sparks->out, ticker);
    gm_buffer_append_c(sparks->out, ",\"prices\":[");
    gm_buffer_reset(&sparks->vibes);
    sparks->next = 0;
    sparks->open = true;
}

static enum gm_err write_sparks(struct gm_rows *rows, struct sparks *sparks, struct gm_error *error)
{
    char name[GM_TICKER_BYTES_MAX + 1] = "";
    bool more;
    enum gm_err err;
    while (!(err = gm_rows_next(rows, &more, error)) && more && sparks->tickers <= TICKERS_MAX) {
        struct gm_str ticker = gm_rows_text(rows, 0);
        if (!gm_str_equal(ticker, gm_str(name)) && ticker.len < sizeof(name)) {
            end_ticker(sparks);
            begin_ticker(sparks, ticker);
            memcpy(name, ticker.data, ticker.len);
            name[ticker.len] = '\0';
        }
        add_bucket(sparks, gm_rows_int(rows, 1), rows);
    }
    end_ticker(sparks);
    return err ? err : gm_buffer_ok(&sparks->vibes, error);
}

static enum gm_err write_sparklines(duckdb_connection connection,
                                    const struct gm_store_history *history, struct gm_buffer *out,
                                    struct gm_error *error)
{
    int64_t rolled_seq;
    struct gm_minutes_bounds bounds;
    struct grid grid;
    enum gm_err err = place(connection, history, &rolled_seq, &bounds, &grid, error);
    if (err)
        return err;
    gm_buffer_printf(out, "{\"bucket_us\":%" PRId64, grid.width_us);
    write_time_field(out, "from", grid.from_us);
    write_time_field(out, "to", grid.to_us);
    gm_buffer_append_c(out, ",\"tickers\":[");
    struct gm_statement statement;
    gm_statement_init(&statement);
    append_sparks(&statement, &grid, rolled_seq);
    struct gm_rows rows;
    err = gm_statement_open(&statement, connection, &rows, error);
    if (!err) {
        struct sparks sparks = {.out = out, .count = (grid.to_us - grid.from_us) / grid.width_us};
        gm_buffer_init(&sparks.vibes, out->limit);
        err = write_sparks(&rows, &sparks, error);
        gm_buffer_finish(&sparks.vibes);
        gm_rows_finish(&rows);
    }
    gm_statement_finish(&statement);
    gm_buffer_append_c(out, "]}");
    return err ? err : gm_buffer_ok(out, error);
}

// ------------------------------------------------------------------------- the questions

typedef enum gm_err write_fn(duckdb_connection connection, const struct gm_store_history *history,
                             struct gm_buffer *out, struct gm_error *error);

static enum gm_err ask(struct gm_store *store, write_fn *write,
                       const struct gm_store_history *history, struct gm_buffer *out,
                       struct gm_error *error)
{
    duckdb_connection connection;
    enum gm_err err = gm_store_reader_begin(store, &connection, error);
    if (err)
        return err;
    size_t len = out->len;
    err = write(connection, history, out, error);
    if (err)
        out->len = len;
    gm_store_reader_end(store, &connection);
    return err;
}

enum gm_err gm_store_query_history(struct gm_store *store, const struct gm_store_history *history,
                                   struct gm_buffer *out, struct gm_error *error)
{
    return ask(store, write_buckets, history, out, error);
}

enum gm_err gm_store_query_sparklines(struct gm_store *store,
                                      const struct gm_store_history *history, struct gm_buffer *out,
                                      struct gm_error *error)
{
    return ask(store, write_sparklines, history, out, error);
}
