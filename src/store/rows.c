// Running a statement and walking over its rows, chunk by chunk.
#include "store/rows.h"

#include "store/db.h"

#include <assert.h>
#include <string.h>

enum { VALIDITY_BITS = 64 };

static duckdb_state bind(duckdb_prepared_statement statement, idx_t at,
                         const struct gm_param *param)
{
    switch (param->type) {
    case GM_PARAM_TEXT:
        return duckdb_bind_varchar(statement, at, param->text);
    case GM_PARAM_TIME:
        return duckdb_bind_timestamp_tz(statement, at, (duckdb_timestamp){param->number});
    case GM_PARAM_INT:
        return duckdb_bind_int64(statement, at, param->number);
    }
    return DuckDBError;
}

static enum gm_err prepare(struct gm_rows *rows, duckdb_connection connection, const char *sql,
                           const struct gm_param *params, int params_count, struct gm_error *error)
{
    if (duckdb_prepare(connection, sql, &rows->statement) != DuckDBSuccess)
        return gm_db_error(error, DUCKDB_ERROR_INVALID, duckdb_prepare_error(rows->statement));
    for (int i = 0; i < params_count; i++)
        if (bind(rows->statement, (idx_t)i + 1, &params[i]) != DuckDBSuccess)
            return gm_error_set(error, GM_ERR_INTERNAL, "database: parameter %d does not fit", i);
    return GM_OK;
}

enum gm_err gm_rows_open(struct gm_rows *rows, duckdb_connection connection, const char *sql,
                         const struct gm_param *params, int params_count, struct gm_error *error)
{
    memset(rows, 0, sizeof(*rows));
    enum gm_err err = prepare(rows, connection, sql, params, params_count, error);
    if (!err && duckdb_execute_prepared_streaming(rows->statement, &rows->result) != DuckDBSuccess)
        err = gm_db_error(error, duckdb_result_error_type(&rows->result),
                          duckdb_result_error(&rows->result));
    if (err) {
        gm_rows_finish(rows);
        return err;
    }
    rows->columns_count = (int)duckdb_column_count(&rows->result);
    assert(rows->columns_count <= GM_ROWS_COLUMNS_MAX);
    for (int i = 0; i < rows->columns_count; i++) {
        rows->columns[i].name = gm_str(duckdb_column_name(&rows->result, (idx_t)i));
        rows->columns[i].type = duckdb_column_type(&rows->result, (idx_t)i);
    }
    return GM_OK;
}

void gm_rows_finish(struct gm_rows *rows)
{
    duckdb_destroy_data_chunk(&rows->chunk);
    duckdb_destroy_result(&rows->result);
    duckdb_destroy_prepare(&rows->statement);
}

static void enter_chunk(struct gm_rows *rows)
{
    rows->row = 0;
    rows->rows_count = duckdb_data_chunk_get_size(rows->chunk);
    for (int i = 0; i < rows->columns_count; i++) {
        duckdb_vector vector = duckdb_data_chunk_get_vector(rows->chunk, (idx_t)i);
        rows->columns[i].data = duckdb_vector_get_data(vector);
        rows->columns[i].validity = duckdb_vector_get_validity(vector);
    }
}

enum gm_err gm_rows_next(struct gm_rows *rows, bool *ret_more, struct gm_error *error)
{
    rows->row++;
    while (rows->row >= rows->rows_count) {
        duckdb_destroy_data_chunk(&rows->chunk);
        rows->chunk = duckdb_fetch_chunk(rows->result);
        if (!rows->chunk) {
            const char *message = duckdb_result_error(&rows->result);
            if (message && message[0])
                return gm_db_error(error, duckdb_result_error_type(&rows->result), message);
            rows->rows_count = 0;
            *ret_more = false;
            return GM_OK;
        }
        enter_chunk(rows);
    }
    *ret_more = true;
    return GM_OK;
}

bool gm_rows_is_null(const struct gm_rows *rows, int column)
{
    const uint64_t *validity = rows->columns[column].validity;
    return validity && !(validity[rows->row / VALIDITY_BITS] >> rows->row % VALIDITY_BITS & 1);
}

int64_t gm_rows_int(const struct gm_rows *rows, int column)
{
    if (gm_rows_is_null(rows, column))
        return 0;
    const void *data = rows->columns[column].data;
    if (rows->columns[column].type == DUCKDB_TYPE_INTEGER)
        return ((const int32_t *)data)[rows->row];
    return ((const int64_t *)data)[rows->row];
}

double gm_rows_double(const struct gm_rows *rows, int column)
{
    return ((const double *)rows->columns[column].data)[rows->row];
}

bool gm_rows_bool(const struct gm_rows *rows, int column)
{
    return ((const bool *)rows->columns[column].data)[rows->row];
}

struct gm_str gm_rows_text(const struct gm_rows *rows, int column)
{
    if (gm_rows_is_null(rows, column))
        return (struct gm_str){NULL, 0};
    const duckdb_string_t *string = (const duckdb_string_t *)rows->columns[column].data + rows->row;
    size_t len = string->value.inlined.length;
    if (len <= sizeof(string->value.inlined.inlined))
        return (struct gm_str){string->value.inlined.inlined, len};
    return (struct gm_str){string->value.pointer.ptr, len};
}
