// Statements put together piece by piece.
#include "store/statement.h"

#include <assert.h>

void gm_statement_init(struct gm_statement *statement)
{
    gm_buffer_init(&statement->sql, GM_STATEMENT_SQL_BYTES_MAX);
    statement->params_count = 0;
}

void gm_statement_finish(struct gm_statement *statement)
{
    gm_buffer_finish(&statement->sql);
}

static int bind(struct gm_statement *statement, struct gm_param param)
{
    assert(statement->params_count < GM_STATEMENT_PARAMS_MAX);
    statement->params[statement->params_count++] = param;
    return statement->params_count;
}

int gm_statement_bind_text(struct gm_statement *statement, const char *text)
{
    return bind(statement, (struct gm_param){.type = GM_PARAM_TEXT, .text = text});
}

int gm_statement_bind_int(struct gm_statement *statement, int64_t number)
{
    return bind(statement, (struct gm_param){.type = GM_PARAM_INT, .number = number});
}

int gm_statement_bind_time(struct gm_statement *statement, int64_t us, int64_t open_end)
{
    return bind(statement, (struct gm_param){.type = GM_PARAM_TIME,
                                             .number = us == GM_TIME_NONE ? open_end : us});
}

enum gm_err gm_statement_open(struct gm_statement *statement, duckdb_connection connection,
                              struct gm_rows *rows, struct gm_error *error)
{
    gm_buffer_append_byte(&statement->sql, '\0');
    enum gm_err err = gm_buffer_ok(&statement->sql, error);
    return err ? err
               : gm_rows_open(rows, connection, statement->sql.data, statement->params,
                              statement->params_count, error);
}

static enum gm_err write_array(struct gm_rows *rows, gm_row_writer *write_row,
                               struct gm_buffer *out, struct gm_error *error)
{
    gm_buffer_append_byte(out, '[');
    bool more, first = true;
    enum gm_err err;
    while (!(err = gm_rows_next(rows, &more, error)) && more && !out->failed) {
        if (!first)
            gm_buffer_append_byte(out, ',');
        write_row(rows, out);
        first = false;
    }
    gm_buffer_append_byte(out, ']');
    return err ? err : gm_buffer_ok(out, error);
}

enum gm_err gm_statement_write(struct gm_statement *statement, duckdb_connection connection,
                               gm_row_writer *write_row, struct gm_buffer *out,
                               struct gm_error *error)
{
    struct gm_rows rows;
    enum gm_err err = gm_statement_open(statement, connection, &rows, error);
    if (err)
        return err;
    size_t len = out->len;
    err = write_array(&rows, write_row, out, error);
    if (err)
        out->len = len;
    gm_rows_finish(&rows);
    return err;
}
