// Whole tables into files. Rows are only ever appended, so the order in which DuckDB keeps them is
// the order of seq, and nothing needs sorting; JSON Lines and CSV check that on the way.
#include "store/internal.h"
#include "store/row_text.h"
#include "store/rows.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    CHUNK_BYTES = 256 * 1024,            // written at once
    BUFFER_BYTES_MAX = 16 * 1024 * 1024, // a chunk and the largest row behind it
    PARQUET_GROUP_ROWS = 32768,
    NAME_TRIES_MAX = 100,
};

// ------------------------------------------------------------------------- into a descriptor

static enum gm_err write_all(int fd, struct gm_buffer *buffer, struct gm_error *error)
{
    for (size_t at = 0; at < buffer->len;) {
        ssize_t written = write(fd, buffer->data + at, buffer->len - at);
        if (written < 0 && errno != EINTR)
            return gm_error_errno(error, errno, "export");
        if (written > 0)
            at += (size_t)written;
    }
    gm_buffer_reset(buffer);
    return GM_OK;
}

static enum gm_err write_row(const struct gm_rows *rows, enum gm_store_format format,
                             struct gm_buffer *buffer, struct gm_error *error)
{
    if (format == GM_STORE_CSV) {
        gm_row_write_csv(rows, buffer);
    } else {
        gm_row_write_json(rows, buffer);
        gm_buffer_append_byte(buffer, '\n');
    }
    return gm_buffer_ok(buffer, error);
}

static enum gm_err check_order(const struct gm_rows *rows, int64_t *last_seq,
                               struct gm_error *error)
{
    int64_t seq = gm_rows_int(rows, rows->columns_count - 1);
    if (seq <= *last_seq)
        return gm_error_set(error, GM_ERR_CORRUPT,
                            "export: row %" PRId64 " stands behind row %" PRId64, seq, *last_seq);
    *last_seq = seq;
    return GM_OK;
}

static enum gm_err write_rows(struct gm_rows *rows, enum gm_store_format format, int fd,
                              struct gm_buffer *buffer, int64_t *ret_rows, struct gm_error *error)
{
    if (format == GM_STORE_CSV)
        gm_row_write_csv_header(rows, buffer);
    int64_t count = 0, last_seq = INT64_MIN;
    bool more;
    enum gm_err err;
    while (!(err = gm_rows_next(rows, &more, error)) && more) {
        if ((err = check_order(rows, &last_seq, error)) ||
            (err = write_row(rows, format, buffer, error)))
            return err;
        count++;
        if (buffer->len >= CHUNK_BYTES && (err = write_all(fd, buffer, error)))
            return err;
    }
    if (err || (err = write_all(fd, buffer, error)))
        return err;
    *ret_rows = count;
    return GM_OK;
}

static enum gm_err export_text(duckdb_connection connection, enum gm_store_table table,
                               enum gm_store_format format, int fd, int64_t *ret_rows,
                               struct gm_error *error)
{
    char sql[64];
    snprintf(sql, sizeof(sql), "SELECT * FROM gm.%s", gm_store_table_name(table));
    struct gm_rows rows;
    enum gm_err err = gm_rows_open(&rows, connection, sql, NULL, 0, error);
    if (err)
        return err;
    struct gm_buffer buffer;
    gm_buffer_init(&buffer, BUFFER_BYTES_MAX);
    err = write_rows(&rows, format, fd, &buffer, ret_rows, error);
    gm_buffer_finish(&buffer);
    gm_rows_finish(&rows);
    return err;
}

// DuckDB may open no path; it is lent the file that is open already.
static enum gm_err export_parquet(duckdb_connection connection, enum gm_store_table table, int fd,
                                  int64_t *ret_rows, struct gm_error *error)
{
    char sql[256];
    snprintf(sql, sizeof(sql),
             "COPY gm.%s TO '/proc/self/fd/%d'"
             " (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE %d, USE_TMP_FILE false)",
             gm_store_table_name(table), fd, PARQUET_GROUP_ROWS);
    return gm_db_number(connection, sql, ret_rows, error);
}

static enum gm_err export_to(struct gm_store *store, enum gm_store_table table,
                             enum gm_store_format format, int fd, int64_t *ret_rows,
                             struct gm_error *error)
{
    duckdb_connection connection;
    enum gm_err err = gm_store_reader_begin(store, &connection, error);
    if (err)
        return err;
    if (format == GM_STORE_PARQUET)
        err = export_parquet(connection, table, fd, ret_rows, error);
    else
        err = export_text(connection, table, format, fd, ret_rows, error);
    gm_store_reader_end(store, &connection);
    return err;
}

enum gm_err gm_store_export_fd(struct gm_store *store, enum gm_store_table table,
                               enum gm_store_format format, int fd, int64_t *ret_rows,
                               struct gm_error *error)
{
    if (format == GM_STORE_PARQUET)
        return gm_error_set(error, GM_ERR_INVALID, "export: Parquet needs a file to write to");
    return export_to(store, table, format, fd, ret_rows, error);
}

// ------------------------------------------------------------------------- into a file

struct target {
    char path[PATH_MAX];      // where the file shall be; a link is followed to its end
    char temporary[PATH_MAX]; // beside it
    int fd;
};

static enum gm_err resolve(struct target *target, const char *path, struct gm_error *error)
{
    struct stat status;
    if (stat(path, &status) == 0) {
        if (!S_ISREG(status.st_mode))
            return gm_error_set(error, GM_ERR_INVALID, "export: %s is not a regular file", path);
        if (!realpath(path, target->path))
            return gm_error_errno(error, errno, "export: %s", path);
        return GM_OK;
    }
    if (strlen(path) >= sizeof(target->path))
        return gm_error_errno(error, ENAMETOOLONG, "export: %s", path);
    strcpy(target->path, path);
    return GM_OK;
}

static enum gm_err target_open(struct target *target, const char *path, struct gm_error *error)
{
    enum gm_err err = resolve(target, path, error);
    if (err)
        return err;
    for (int i = 0; i < NAME_TRIES_MAX; i++) {
        int len = snprintf(target->temporary, sizeof(target->temporary), "%s.%ld-%d.tmp",
                           target->path, (long)getpid(), i);
        if (len >= (int)sizeof(target->temporary))
            return gm_error_errno(error, ENAMETOOLONG, "export: %s", path);
        target->fd = open(target->temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (target->fd >= 0)
            return GM_OK;
        if (errno != EEXIST)
            break;
    }
    return gm_error_errno(error, errno, "export: %s", target->temporary);
}

// A name is on the disk once its folder is.
static enum gm_err sync_folder(const char *path, struct gm_error *error)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    snprintf(folder, sizeof(folder), "%.*s", slash ? (int)(slash - path) + 1 : 1,
             slash ? path : ".");
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return gm_error_errno(error, errno, "export: %s", folder);
    int status = fsync(fd);
    int reason = errno;
    close(fd);
    return status == 0 ? GM_OK : gm_error_errno(error, reason, "export: %s", folder);
}

static enum gm_err target_finish(struct target *target, struct gm_error *error)
{
    if (fsync(target->fd) != 0 || rename(target->temporary, target->path) != 0)
        return gm_error_errno(error, errno, "export: %s", target->path);
    return sync_folder(target->path, error);
}

enum gm_err gm_store_export(struct gm_store *store, enum gm_store_table table,
                            enum gm_store_format format, const char *path, int64_t *ret_rows,
                            struct gm_error *error)
{
    struct target target;
    enum gm_err err = target_open(&target, path, error);
    if (err)
        return err;
    int64_t rows;
    err = export_to(store, table, format, target.fd, &rows, error);
    if (!err)
        err = target_finish(&target, error);
    if (err)
        unlink(target.temporary);
    close(target.fd);
    if (err)
        return err;
    *ret_rows = rows;
    return GM_OK;
}
