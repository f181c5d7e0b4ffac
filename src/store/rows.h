// Reading: a statement with bound parameters, and its rows one after the other. Results are
// streamed, so memory does not grow with them.
#ifndef GM_STORE_ROWS_H
#define GM_STORE_ROWS_H

#include "base/error.h"
#include "base/str.h"

#include <duckdb.h>
#include <stdbool.h>
#include <stdint.h>

enum { GM_ROWS_COLUMNS_MAX = 32 };

enum gm_param_type { GM_PARAM_TEXT, GM_PARAM_TIME, GM_PARAM_INT };

struct gm_param {
    enum gm_param_type type;
    const char *text; // GM_PARAM_TEXT
    int64_t number;   // GM_PARAM_TIME (microseconds), GM_PARAM_INT
};

struct gm_rows {
    duckdb_prepared_statement statement;
    duckdb_result result;
    duckdb_data_chunk chunk;
    struct gm_rows_column {
        struct gm_str name;
        duckdb_type type;
        const void *data;
        const uint64_t *validity; // NULL: no NULLs in this chunk
    } columns[GM_ROWS_COLUMNS_MAX];
    int columns_count;
    idx_t row, rows_count; // in the chunk
};

// Runs `sql` with params[0] as $1 and so on. The connection must outlive the rows.
enum gm_err gm_rows_open(struct gm_rows *rows, duckdb_connection connection, const char *sql,
                         const struct gm_param *params, int params_count, struct gm_error *error);
void gm_rows_finish(struct gm_rows *rows);

// Moves to the next row; the first call to the first one.
enum gm_err gm_rows_next(struct gm_rows *rows, bool *ret_more, struct gm_error *error);

// Values of the current row, by the column's type: BIGINT, INTEGER or TIMESTAMPTZ (in microseconds;
// NULL reads as 0); DOUBLE and BOOLEAN (not NULL); VARCHAR or BLOB (NULL reads as absent; lives
// until the next gm_rows_next).
bool gm_rows_is_null(const struct gm_rows *rows, int column);
int64_t gm_rows_int(const struct gm_rows *rows, int column);
double gm_rows_double(const struct gm_rows *rows, int column);
bool gm_rows_bool(const struct gm_rows *rows, int column);
struct gm_str gm_rows_text(const struct gm_rows *rows, int column);

#endif
