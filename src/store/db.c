// Opening DuckDB so that it stays small, stays off the network, and says plainly what is wrong.
//
// The file is attached to an in-memory database because only ATTACH can set the row group's size:
// see docs/decisions/duckdb.md for it and for every other setting here.
#include "store/db.h"

#include "base/buffer.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    MEMORY_BYTES_DEFAULT = 64 * 1024 * 1024,
    MEMORY_BYTES_MIN = 32 * 1024 * 1024,
    ROW_GROUP_ROWS = 16384, // a multiple of DuckDB's vector, 2,048
    SQL_BYTES_MAX = 4 * PATH_MAX,
    FILE_HEADER_BYTES = 3 * 4096, // before the first block of a database file
};

#if defined(__has_feature)
#define HAS_FEATURE(name) __has_feature(name)
#else
#define HAS_FEATURE(name) 0
#endif
#if defined(__SANITIZE_THREAD__) || HAS_FEATURE(thread_sanitizer)
// The library is built without ThreadSanitizer, which therefore does not see its atomics and takes
// what they order for races. Here, so that every program with a store in it is spared them.
const char *__tsan_default_suppressions(void);
const char *__tsan_default_suppressions(void)
{
    return "race:libduckdb.so\n";
}
#endif

// ------------------------------------------------------------------------- errors

// DuckDB tells the reason of a failed system call only in its text, and sometimes only behind the
// first line of it.
static const struct {
    const char *text;
    enum gm_err code;
} REASONS[] = {
    {"Could not set lock", GM_ERR_BUSY},
    {"No space left on device", GM_ERR_FULL},
    {"Disk quota exceeded", GM_ERR_FULL},
    {"failed to offload data block", GM_ERR_FULL}, // memory is full, and so is the disk
    {"Permission denied", GM_ERR_DENIED},
    {"Read-only file system", GM_ERR_DENIED},
    {"Operation not permitted", GM_ERR_DENIED},
    {"not a valid DuckDB", GM_ERR_CORRUPT},
    {"Corrupt", GM_ERR_CORRUPT},
    {"checksum", GM_ERR_CORRUPT},
    {"Could not read enough bytes", GM_ERR_CORRUPT}, // the file is shorter than it says
};

static enum gm_err code_of(duckdb_error_type type, const char *message)
{
    for (size_t i = 0; i < sizeof(REASONS) / sizeof(REASONS[0]); i++)
        if (strstr(message, REASONS[i].text))
            return REASONS[i].code;
    switch (type) {
    case DUCKDB_ERROR_OUT_OF_MEMORY:
        return GM_ERR_NOMEM;
    case DUCKDB_ERROR_IO:
    case DUCKDB_ERROR_FATAL:
        return GM_ERR_IO;
    case DUCKDB_ERROR_INVALID_INPUT:
        return GM_ERR_INVALID;
    default:
        return GM_ERR_INTERNAL;
    }
}

enum gm_err gm_db_error(struct gm_error *error, duckdb_error_type type, const char *message)
{
    if (!message)
        message = "no reason given";
    enum gm_err code = code_of(type, message);
    if (code == GM_ERR_FULL)
        return gm_error_set(error, code, "database: the disk is full: free some room");
    // What follows the first line is advice for somebody who types SQL.
    int len = (int)strcspn(message, "\n");
    return gm_error_set(error, code, "database: %.*s", len, message);
}

enum gm_err gm_db_run(duckdb_connection connection, const char *sql, struct gm_error *error)
{
    duckdb_result result;
    enum gm_err err = GM_OK;
    if (duckdb_query(connection, sql, &result) != DuckDBSuccess)
        err = gm_db_error(error, duckdb_result_error_type(&result), duckdb_result_error(&result));
    duckdb_destroy_result(&result);
    return err;
}

enum gm_err gm_db_number(duckdb_connection connection, const char *sql, int64_t *ret_number,
                         struct gm_error *error)
{
    duckdb_result result;
    enum gm_err err = GM_OK;
    if (duckdb_query(connection, sql, &result) != DuckDBSuccess)
        err = gm_db_error(error, duckdb_result_error_type(&result), duckdb_result_error(&result));
    else
        *ret_number = duckdb_value_int64(&result, 0, 0);
    duckdb_destroy_result(&result);
    return err;
}

// ------------------------------------------------------------------------- opening

// Asks the file system first: its answers have a code, DuckDB's are only text.
static enum gm_err check_path(const struct gm_store_config *config, struct gm_error *error)
{
    const char *path = config->path;
    struct stat status;
    bool exists = stat(path, &status) == 0;
    if (!exists && (errno != ENOENT || config->read_only))
        return gm_error_errno(error, errno, "database %s", path);
    if (exists && !S_ISREG(status.st_mode))
        return gm_error_set(error, GM_ERR_INVALID, "database %s: not a regular file", path);
    if (exists && access(path, config->read_only ? R_OK : R_OK | W_OK) != 0)
        return gm_error_errno(error, errno, "database %s", path);
    if (config->read_only)
        return GM_OK;

    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    size_t len = slash ? (size_t)(slash - path) + 1 : 1;
    if (len >= sizeof(folder))
        return gm_error_errno(error, ENAMETOOLONG, "database %s", path);
    memcpy(folder, slash ? path : ".", len);
    folder[len] = '\0';
    if (access(folder, W_OK | X_OK) != 0)
        return gm_error_errno(error, errno, "database %s: cannot write to the folder %s", path,
                              folder);
    return GM_OK;
}

static enum gm_err set_config(duckdb_config settings, const char *name, const char *value,
                              struct gm_error *error)
{
    if (duckdb_set_config(settings, name, value) == DuckDBSuccess)
        return GM_OK;
    return gm_error_set(error, GM_ERR_INTERNAL, "database: the library refuses %s = %s", name,
                        value);
}

static enum gm_err configure(duckdb_config settings, const struct gm_store_config *config,
                             struct gm_error *error)
{
    int64_t memory_bytes =
        config->memory_max_bytes ? config->memory_max_bytes : (int64_t)MEMORY_BYTES_DEFAULT;
    if (memory_bytes < MEMORY_BYTES_MIN)
        return gm_error_set(error, GM_ERR_INVALID, "database: %d MiB of memory are needed",
                            MEMORY_BYTES_MIN / 1024 / 1024);
    char memory[32], threads[16], spill[PATH_MAX + 8];
    snprintf(memory, sizeof(memory), "%" PRId64 "B", memory_bytes);
    snprintf(threads, sizeof(threads), "%d", config->threads > 0 ? config->threads : 1);
    snprintf(spill, sizeof(spill), "%s.tmp", config->path);
    const char *const pairs[][2] = {
        {"memory_limit", memory},
        {"threads", threads},
        {"temp_directory", spill},
        {"autoinstall_known_extensions", "false"},
        {"autoload_known_extensions", "false"},
        {"allow_community_extensions", "false"},
        {"enable_external_file_cache", "false"},
        // The writer checkpoints itself, after a commit and never as part of one.
        {"checkpoint_threshold", "1TB"},
    };
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        enum gm_err err = set_config(settings, pairs[i][0], pairs[i][1], error);
        if (err)
            return err;
    }
    return GM_OK;
}

// The path as an SQL string. A leading "./" keeps DuckDB from reading "md:x" as a service.
static void append_path(struct gm_buffer *sql, const char *path)
{
    gm_buffer_append_byte(sql, '\'');
    if (path[0] != '/')
        gm_buffer_append_c(sql, "./");
    for (; *path; path++) {
        if (*path == '\'')
            gm_buffer_append_byte(sql, '\'');
        gm_buffer_append_byte(sql, *path);
    }
    gm_buffer_append_byte(sql, '\'');
}

// The default is what is free at the first spill: nothing, for good, if the disk is full then. The
// library takes this setting only when it runs.
static enum gm_err unlimit_spill(duckdb_connection connection, struct gm_error *error)
{
    return gm_db_run(connection, "SET max_temp_directory_size = '1TB'", error);
}

static enum gm_err run_attach(duckdb_connection connection, const char *path, const char *name,
                              bool read_only, struct gm_error *error)
{
    struct gm_buffer sql;
    gm_buffer_init(&sql, SQL_BYTES_MAX);
    gm_buffer_append_c(&sql, "ATTACH ");
    append_path(&sql, path);
    gm_buffer_printf(&sql, " AS %s (TYPE duckdb, ROW_GROUP_SIZE %d%s)", name, ROW_GROUP_ROWS,
                     read_only ? ", READ_ONLY" : "");
    gm_buffer_append_byte(&sql, '\0');
    enum gm_err err = gm_buffer_ok(&sql, error);
    if (!err)
        err = gm_db_run(connection, sql.data, error);
    gm_buffer_finish(&sql);
    return err;
}

// Makes an empty database where there is none. Under a name of its own first: DuckDB writes a new
// file in several steps, and what a crash leaves between them is no database.
static enum gm_err make_file(duckdb_connection connection, const struct gm_store_config *config,
                             struct gm_error *error)
{
    if (config->read_only || access(config->path, F_OK) == 0)
        return GM_OK;
    char made[PATH_MAX + 8];
    snprintf(made, sizeof(made), "%s.new", config->path);
    (void)unlink(made); // a crash has left it
    enum gm_err err = run_attach(connection, made, "made", false, error);
    if (!err)
        err = gm_db_run(connection, "DETACH made", error);
    if (err)
        return gm_error_prefix(error, "database %s", config->path);
    // Unlike a rename, a link never replaces what another process has made meanwhile.
    if (link(made, config->path) != 0 && errno != EEXIST)
        err = gm_error_errno(error, errno, "database %s", config->path);
    (void)unlink(made);
    return err;
}

// "… Conflicting lock is held in /usr/bin/ghostmarket (PID 4711) by user …"
static enum gm_err busy(struct gm_error *error, const char *path, const char *message)
{
    const char *at = strstr(message, "(PID ");
    long pid = at ? strtol(at + 5, NULL, 10) : 0;
    if (pid <= 0)
        return gm_error_set(error, GM_ERR_BUSY,
                            "database %s is in use by another process: stop it first", path);
    return gm_error_set(error, GM_ERR_BUSY,
                        "database %s is in use by process %ld: stop it first, or ask it", path,
                        pid);
}

static enum gm_err attach(duckdb_connection connection, const struct gm_store_config *config,
                          struct gm_error *error)
{
    struct gm_error cause;
    enum gm_err err = run_attach(connection, config->path, GM_DB_NAME, config->read_only, &cause);
    switch (err) {
    case GM_OK:
        return GM_OK;
    case GM_ERR_BUSY:
        return busy(error, config->path, cause.message);
    case GM_ERR_FULL:
    case GM_ERR_DENIED:
    case GM_ERR_NOMEM:
        return gm_error_set(error, err, "database %s: %s", config->path, cause.message);
    default:
        return gm_error_set(error, GM_ERR_CORRUPT,
                            "database %s cannot be read; move it and its .wal away, or put a copy "
                            "back (%s)",
                            config->path, cause.message);
    }
}

// A file that was cut short opens well and fails only where a missing block is read. The blocks in
// use are counted, not those of the header: DuckDB itself cuts off free ones behind them.
static enum gm_err check_size(duckdb_connection connection, const char *path,
                              struct gm_error *error)
{
    int64_t block_bytes;
    enum gm_err err = gm_db_number(
        connection,
        "SELECT block_size * greatest(used_blocks,"
        " (SELECT max(block_id) + 1 FROM pragma_metadata_info('" GM_DB_NAME "')))::BIGINT"
        " FROM pragma_database_size() WHERE database_name = '" GM_DB_NAME "'",
        &block_bytes, error);
    if (err)
        return err;
    struct stat status;
    if (stat(path, &status) != 0)
        return gm_error_errno(error, errno, "database %s", path);
    if (status.st_size >= FILE_HEADER_BYTES + block_bytes)
        return GM_OK;
    return gm_error_set(error, GM_ERR_CORRUPT,
                        "database %s was cut short: %" PRId64 " bytes of %" PRId64
                        " are left; put a copy back, or move it away",
                        path, (int64_t)status.st_size, FILE_HEADER_BYTES + block_bytes);
}

// From here on the database reads and writes no file but its own and the descriptors that an
// export lends it, and nothing can change that.
static enum gm_err lock_down(duckdb_connection connection, struct gm_error *error)
{
    return gm_db_run(connection,
                     "SET allowed_directories = ['/proc/self/fd/'];"
                     "SET enable_external_access = false;"
                     "SET lock_configuration = true",
                     error);
}

static enum gm_err open_instance(const struct gm_store_config *config,
                                 duckdb_database *ret_database, struct gm_error *error)
{
    duckdb_config settings;
    if (duckdb_create_config(&settings) != DuckDBSuccess)
        return gm_error_set(error, GM_ERR_NOMEM, "database: out of memory");
    enum gm_err err = configure(settings, config, error);
    char *reason = NULL;
    if (!err && duckdb_open_ext(NULL, ret_database, settings, &reason) != DuckDBSuccess) {
        err = gm_db_error(error, DUCKDB_ERROR_INTERNAL, reason);
        duckdb_free(reason);
    }
    duckdb_destroy_config(&settings);
    return err;
}

enum gm_err gm_db_open(const struct gm_store_config *config, struct gm_db *ret_db,
                       struct gm_error *error)
{
    enum gm_err err = check_path(config, error);
    if (err)
        return err;
    struct gm_db db = {NULL, NULL};
    err = open_instance(config, &db.database, error);
    if (err)
        return err;
    if (duckdb_connect(db.database, &db.connection) != DuckDBSuccess) {
        err = gm_error_set(error, GM_ERR_NOMEM, "database %s: no connection", config->path);
        goto close;
    }
    if ((err = unlimit_spill(db.connection, error)) ||
        (err = make_file(db.connection, config, error)) ||
        (err = attach(db.connection, config, error)) ||
        (err = check_size(db.connection, config->path, error)) ||
        (err = lock_down(db.connection, error)))
        goto close;
    *ret_db = db;
    return GM_OK;

close:
    gm_db_close(&db);
    return err;
}

void gm_db_close(struct gm_db *db)
{
    duckdb_disconnect(&db->connection);
    duckdb_close(&db->database);
}
