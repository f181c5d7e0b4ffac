// Filling DuckDB's vectors in place: a quarter of what its appender takes value by value, and an
// appender that is empty between calls, so that a rollback has nothing to undo there.
#include "store/batch.h"

#include "base/clock.h"
#include "store/db.h"

#include <assert.h>
#include <limits.h>
#include <math.h>
#include <string.h>

enum {
    TEXTS_BYTES_FLUSH = 1024 * 1024, // a chunk with more text than this is flushed early
    TEXTS_BYTES_MAX = 8 * TEXTS_BYTES_FLUSH,
    VALIDITY_BITS = 64,
};

// After a reset the vectors may lie elsewhere.
static void find_vectors(struct gm_store_batch *batch)
{
    for (int i = 0; i < batch->columns_count; i++) {
        duckdb_vector vector = duckdb_data_chunk_get_vector(batch->chunk, (idx_t)i);
        duckdb_vector_ensure_validity_writable(vector);
        batch->columns[i].data = duckdb_vector_get_data(vector);
        batch->columns[i].validity = duckdb_vector_get_validity(vector);
    }
}

enum gm_err gm_store_batch_init(struct gm_store_batch *batch, duckdb_connection connection,
                                const char *table, struct gm_error *error)
{
    memset(batch, 0, sizeof(*batch));
    gm_arena_init(&batch->texts, TEXTS_BYTES_FLUSH, TEXTS_BYTES_MAX);
    if (duckdb_appender_create_ext(connection, GM_DB_NAME, "main", table, &batch->appender) !=
        DuckDBSuccess) {
        enum gm_err err =
            gm_db_error(error, DUCKDB_ERROR_CATALOG, duckdb_appender_error(batch->appender));
        gm_store_batch_finish(batch);
        return err;
    }
    batch->columns_count = (int)duckdb_appender_column_count(batch->appender);
    assert(batch->columns_count <= GM_STORE_BATCH_COLUMNS_MAX);
    duckdb_logical_type types[GM_STORE_BATCH_COLUMNS_MAX];
    for (int i = 0; i < batch->columns_count; i++) {
        types[i] = duckdb_appender_column_type(batch->appender, (idx_t)i);
        batch->columns[i].type = duckdb_get_type_id(types[i]);
    }
    batch->chunk = duckdb_create_data_chunk(types, (idx_t)batch->columns_count);
    for (int i = 0; i < batch->columns_count; i++)
        duckdb_destroy_logical_type(&types[i]);
    batch->rows_max = duckdb_vector_size();
    find_vectors(batch);
    return GM_OK;
}

void gm_store_batch_finish(struct gm_store_batch *batch)
{
    duckdb_destroy_data_chunk(&batch->chunk);
    duckdb_appender_destroy(&batch->appender);
    gm_arena_finish(&batch->texts);
    memset(batch, 0, sizeof(*batch));
}

void gm_store_batch_reset(struct gm_store_batch *batch)
{
    if (!batch->appender)
        return;
    duckdb_data_chunk_reset(batch->chunk);
    find_vectors(batch);
    gm_arena_reset(&batch->texts);
    batch->rows = 0;
    batch->column = 0;
    batch->failed = GM_OK;
}

// ------------------------------------------------------------------------- values

static void *next_value(struct gm_store_batch *batch, duckdb_type type, size_t bytes)
{
    assert(batch->column < batch->columns_count);
    struct gm_store_batch_column *column = &batch->columns[batch->column++];
    assert(column->type == type);
    (void)type;
    return (char *)column->data + batch->rows * bytes;
}

static void put_null(struct gm_store_batch *batch)
{
    assert(batch->column < batch->columns_count);
    struct gm_store_batch_column *column = &batch->columns[batch->column++];
    column->validity[batch->rows / VALIDITY_BITS] &= ~(1ull << batch->rows % VALIDITY_BITS);
}

void gm_store_batch_put_time(struct gm_store_batch *batch, int64_t us)
{
    if (us == GM_TIME_NONE)
        put_null(batch);
    else
        *(int64_t *)next_value(batch, DUCKDB_TYPE_TIMESTAMP_TZ, sizeof(us)) = us;
}

static void put_string(struct gm_store_batch *batch, duckdb_type type, struct gm_str text)
{
    duckdb_string_t *string = next_value(batch, type, sizeof(*string));
    memset(string, 0, sizeof(*string));
    if (text.len > UINT32_MAX) {
        batch->failed = GM_ERR_LIMIT;
        return;
    }
    string->value.inlined.length = (uint32_t)text.len;
    if (text.len <= sizeof(string->value.inlined.inlined)) {
        if (text.len)
            memcpy(string->value.inlined.inlined, text.data, text.len);
        return;
    }
    struct gm_str copy = gm_arena_copy(&batch->texts, text);
    if (!copy.data) {
        string->value.inlined.length = 0;
        batch->failed = GM_ERR_NOMEM;
        return;
    }
    memcpy(string->value.pointer.prefix, copy.data, sizeof(string->value.pointer.prefix));
    string->value.pointer.ptr = (char *)copy.data;
}

void gm_store_batch_put_text(struct gm_store_batch *batch, struct gm_str text)
{
    if (text.len == 0)
        put_null(batch);
    else
        put_string(batch, DUCKDB_TYPE_VARCHAR, text);
}

void gm_store_batch_put_blob(struct gm_store_batch *batch, struct gm_str bytes)
{
    put_string(batch, DUCKDB_TYPE_BLOB, bytes);
}

void gm_store_batch_put_double(struct gm_store_batch *batch, double value)
{
    if (isnan(value))
        put_null(batch);
    else
        *(double *)next_value(batch, DUCKDB_TYPE_DOUBLE, sizeof(value)) = value;
}

void gm_store_batch_put_int32(struct gm_store_batch *batch, int32_t value)
{
    *(int32_t *)next_value(batch, DUCKDB_TYPE_INTEGER, sizeof(value)) = value;
}

void gm_store_batch_put_int64(struct gm_store_batch *batch, int64_t value)
{
    *(int64_t *)next_value(batch, DUCKDB_TYPE_BIGINT, sizeof(value)) = value;
}

void gm_store_batch_put_bool(struct gm_store_batch *batch, bool value)
{
    *(bool *)next_value(batch, DUCKDB_TYPE_BOOLEAN, sizeof(value)) = value;
}

// ------------------------------------------------------------------------- rows

enum gm_err gm_store_batch_end_row(struct gm_store_batch *batch, struct gm_error *error)
{
    assert(batch->column == batch->columns_count);
    batch->column = 0;
    if (batch->failed)
        return gm_error_set(error, batch->failed, "database: the row's texts take too much memory");
    batch->rows++;
    if (batch->rows < batch->rows_max && batch->texts.used_bytes < TEXTS_BYTES_FLUSH)
        return GM_OK;
    return gm_store_batch_flush(batch, error);
}

enum gm_err gm_store_batch_flush(struct gm_store_batch *batch, struct gm_error *error)
{
    if (batch->rows == 0)
        return GM_OK;
    duckdb_data_chunk_set_size(batch->chunk, batch->rows);
    if (duckdb_append_data_chunk(batch->appender, batch->chunk) != DuckDBSuccess ||
        duckdb_appender_flush(batch->appender) != DuckDBSuccess) {
        duckdb_error_data data = duckdb_appender_error_data(batch->appender);
        enum gm_err err =
            gm_db_error(error, duckdb_error_data_error_type(data), duckdb_error_data_message(data));
        duckdb_destroy_error_data(&data);
        // The appender still holds the rows and would add them again to the next transaction.
        gm_store_batch_finish(batch);
        return err;
    }
    gm_store_batch_reset(batch);
    return GM_OK;
}
