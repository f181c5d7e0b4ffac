// Rows on their way into one table: columns are filled in place, in DuckDB's own vectors, and
// handed to the open transaction a few thousand rows at a time.
//
// A row is put column by column in the table's order and closed with gm_store_batch_end_row. Errors
// are kept until then.
#ifndef GM_STORE_BATCH_H
#define GM_STORE_BATCH_H

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

#include <duckdb.h>
#include <stdint.h>

enum { GM_STORE_BATCH_COLUMNS_MAX = 24 };

struct gm_store_batch {
    duckdb_appender appender; // NULL: not initialised; it holds no rows between two calls
    duckdb_data_chunk chunk;
    struct gm_store_batch_column {
        duckdb_type type;
        void *data;         // a value a row
        uint64_t *validity; // a bit a row, 0: NULL
    } columns[GM_STORE_BATCH_COLUMNS_MAX];
    int columns_count;
    int column;            // the next one to put
    idx_t rows, rows_max;  // in the chunk
    struct gm_arena texts; // what the chunk's longer texts point into
    enum gm_err failed;    // of the row that is being put
};

enum gm_err gm_store_batch_init(struct gm_store_batch *batch, duckdb_connection connection,
                                const char *table, struct gm_error *error);
// To be called inside the transaction, if there is one. A batch of zeroes is fine.
void gm_store_batch_finish(struct gm_store_batch *batch);

// An absent text (len 0), NaN and GM_TIME_NONE become NULL.
void gm_store_batch_put_time(struct gm_store_batch *batch, int64_t us);
void gm_store_batch_put_text(struct gm_store_batch *batch, struct gm_str text);
void gm_store_batch_put_blob(struct gm_store_batch *batch,
                             struct gm_str bytes); // empty is not NULL
void gm_store_batch_put_double(struct gm_store_batch *batch, double value);
void gm_store_batch_put_int32(struct gm_store_batch *batch, int32_t value);
void gm_store_batch_put_int64(struct gm_store_batch *batch, int64_t value);
void gm_store_batch_put_bool(struct gm_store_batch *batch, bool value);

// Closes the row; flushes where the chunk is full.
enum gm_err gm_store_batch_end_row(struct gm_store_batch *batch, struct gm_error *error);

// Hands all rows to the connection's open transaction. On failure the batch is finished.
enum gm_err gm_store_batch_flush(struct gm_store_batch *batch, struct gm_error *error);

// Forgets the rows that were not flushed.
void gm_store_batch_reset(struct gm_store_batch *batch);

#endif
