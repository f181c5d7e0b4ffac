// What somebody looks at, as a file.
#include "store/download.h"

#include "store/compose.h"
#include "store/internal.h"
#include "store/row_text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static enum gm_err compose(struct gm_statement *statement, duckdb_connection connection,
                           const struct gm_store_download *download, struct gm_error *error)
{
    static gm_compose_fn *const COMPOSE[] = {[GM_VIEW_SIGNALS] = gm_compose_signals,
                                             [GM_VIEW_POSTS] = gm_compose_posts,
                                             [GM_VIEW_ALERTS] = gm_compose_alerts};
    if (download->view == GM_VIEW_HISTORY)
        return gm_compose_history(statement, connection, &download->history, error);
    const struct gm_store_query query = {
        .ticker = download->ticker,
        .from_us = download->from_us,
        .to_us = download->to_us,
        .limit = GM_STORE_DOWNLOAD_ROWS_MAX + 1, // one more, to know that there are more
    };
    return COMPOSE[download->view](statement, connection, &query, error);
}

static enum gm_err too_many(struct gm_error *error)
{
    return gm_error_set(error, GM_ERR_LIMIT,
                        "a download has at most %d rows: ask for a shorter time, or use "
                        "`ghostmarket export`",
                        GM_STORE_DOWNLOAD_ROWS_MAX);
}

// ------------------------------------------------------------------------- CSV

static enum gm_err write_csv(struct gm_statement *statement, duckdb_connection connection,
                             struct gm_buffer *out, struct gm_error *error)
{
    struct gm_rows rows;
    enum gm_err err = gm_statement_open(statement, connection, &rows, error);
    if (err)
        return err;
    gm_row_write_csv_header(&rows, out);
    int64_t count = 0;
    bool more;
    while (!(err = gm_rows_next(&rows, &more, error)) && more && !out->failed) {
        if (++count > GM_STORE_DOWNLOAD_ROWS_MAX) {
            err = too_many(error);
            break;
        }
        gm_row_write_csv(&rows, out);
    }
    gm_rows_finish(&rows);
    return err;
}

// ------------------------------------------------------------------------- Parquet

static enum gm_err read_file(int fd, struct gm_buffer *out, struct gm_error *error)
{
    struct stat status;
    if (fstat(fd, &status) != 0)
        return gm_error_errno(error, errno, "download");
    char *to = gm_buffer_reserve(out, (size_t)status.st_size);
    for (off_t at = 0; to && at < status.st_size;) {
        ssize_t n = pread(fd, to + at, (size_t)(status.st_size - at), at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return gm_error_errno(error, n < 0 ? errno : EIO, "download");
        at += n;
    }
    if (to)
        out->len += (size_t)status.st_size;
    return GM_OK;
}

// COPY takes no parameters, so the rows are picked into a table of the connection's own first.
static enum gm_err copy_rows(struct gm_statement *statement, duckdb_connection connection, int fd,
                             struct gm_error *error)
{
    struct gm_rows picked;
    enum gm_err err = gm_statement_open(statement, connection, &picked, error);
    if (err)
        return err;
    gm_rows_finish(&picked);
    int64_t count = 0;
    err = gm_db_number(connection, "SELECT count(*) FROM temp.download", &count, error);
    if (err)
        return err;
    if (count > GM_STORE_DOWNLOAD_ROWS_MAX)
        return too_many(error);
    char sql[128];
    snprintf(sql, sizeof(sql),
             "COPY temp.download TO '/proc/self/fd/%d'"
             " (FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false)",
             fd);
    return gm_db_run(connection, sql, error);
}

static enum gm_err write_parquet(struct gm_statement *statement, duckdb_connection connection,
                                 struct gm_buffer *out, struct gm_error *error)
{
    int fd = memfd_create("download", MFD_CLOEXEC);
    if (fd < 0)
        return gm_error_errno(error, errno, "download");
    enum gm_err err = copy_rows(statement, connection, fd, error);
    if (!err)
        err = read_file(fd, out, error);
    close(fd);
    return err;
}

// ------------------------------------------------------------------------- the file

static enum gm_err write_file(duckdb_connection connection,
                              const struct gm_store_download *download, struct gm_buffer *out,
                              struct gm_error *error)
{
    bool parquet = download->format == GM_STORE_PARQUET;
    struct gm_statement statement;
    gm_statement_init(&statement);
    if (parquet)
        gm_buffer_append_c(&statement.sql, "CREATE TEMP TABLE download AS ");
    enum gm_err err = compose(&statement, connection, download, error);
    if (!err)
        err = parquet ? write_parquet(&statement, connection, out, error)
                      : write_csv(&statement, connection, out, error);
    gm_statement_finish(&statement);
    if (!err && gm_buffer_ok(out, NULL))
        err = gm_error_set(error, GM_ERR_LIMIT,
                           "a download has at most %zu MiB: ask for a shorter time, or use "
                           "`ghostmarket export`",
                           out->limit >> 20);
    return err;
}

enum gm_err gm_store_download(struct gm_store *store, const struct gm_store_download *download,
                              struct gm_buffer *out, struct gm_error *error)
{
    if (download->format == GM_STORE_JSONL)
        return gm_error_set(error, GM_ERR_INVALID, "format: must be csv or parquet");
    duckdb_connection connection;
    enum gm_err err = gm_store_reader_begin(store, &connection, error);
    if (err)
        return err;
    size_t len = out->len;
    err = write_file(connection, download, out, error);
    if (err)
        out->len = len;
    gm_store_reader_end(store, &connection);
    return err;
}
