// An SQL statement that is put together piece by piece: its text, and the values bound to it, which
// are never spliced into the text.
#ifndef GM_STORE_STATEMENT_H
#define GM_STORE_STATEMENT_H

#include "base/buffer.h"
#include "event/event.h"
#include "store/rows.h"

#include <stdint.h>

enum { GM_STATEMENT_SQL_BYTES_MAX = 16 * 1024, GM_STATEMENT_PARAMS_MAX = 16 };

// DuckDB's own infinities, so that an open end is a bound like any other.
#define GM_TIME_FIRST (-INT64_MAX)
#define GM_TIME_LAST  INT64_MAX

struct gm_statement {
    struct gm_buffer sql; // appended to by whoever composes
    struct gm_param params[GM_STATEMENT_PARAMS_MAX];
    int params_count;
};

void gm_statement_init(struct gm_statement *statement);
void gm_statement_finish(struct gm_statement *statement);

// Each returns the parameter's number, for "$%d". A text must outlive the statement. GM_TIME_NONE
// is bound as `open_end`.
int gm_statement_bind_text(struct gm_statement *statement, const char *text);
int gm_statement_bind_int(struct gm_statement *statement, int64_t number);
int gm_statement_bind_time(struct gm_statement *statement, int64_t us, int64_t open_end);

// Runs it once; rows are for the caller to finish, before the statement.
enum gm_err gm_statement_open(struct gm_statement *statement, duckdb_connection connection,
                              struct gm_rows *rows, struct gm_error *error);

// Appends one row of an answer.
typedef void gm_row_writer(const struct gm_rows *rows, struct gm_buffer *out);

// Runs it once and appends its rows, each as `write_row` does, as a JSON array. On failure `out` is
// as it was.
enum gm_err gm_statement_write(struct gm_statement *statement, duckdb_connection connection,
                               gm_row_writer *write_row, struct gm_buffer *out,
                               struct gm_error *error);

#endif
