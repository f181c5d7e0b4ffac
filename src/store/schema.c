// The tables' history: step N takes a database from version N to N + 1; version 0 is an empty one.
// A step that has been released is never edited, since databases made by it exist.
#include "store/schema.h"

#include "store/db.h"
#include "store/minutes.h"

#include <inttypes.h>
#include <stdio.h>

// Left alone, a checkpoint tries every compression on every column of every row group, which is a
// third of what writing a row costs. Few-valued texts do well as a dictionary; posts' texts and ids
// would only give back a third of their room for as much time again.
#define FEW  " VARCHAR USING COMPRESSION dictionary"
#define MANY " VARCHAR USING COMPRESSION uncompressed"

static const char *const STEPS[GM_SCHEMA_VERSION] = {
    "CREATE TABLE gm.market_signals (timestamp TIMESTAMPTZ, ticker" FEW ", price_usd DOUBLE,"
    " vibe_score DOUBLE, msg_velocity INTEGER, delta_price DOUBLE, delta_vibe DOUBLE,"
    " hype_momentum DOUBLE, alert_status" FEW ", kind" FEW ", value DOUBLE, late BOOLEAN,"
    " watermark TIMESTAMPTZ, label" FEW ", scorer" FEW ", post_id" MANY ", input_topic" FEW ","
    " input_partition INTEGER, input_offset BIGINT, seq BIGINT);"
    "CREATE TABLE gm.posts (timestamp TIMESTAMPTZ, ticker" FEW ", id" MANY ", text" MANY ","
    " source" FEW ", subreddit" FEW ", author" MANY ", url" MANY ", observed_at TIMESTAMPTZ,"
    " input_partition INTEGER, input_offset BIGINT, seq BIGINT);"
    "CREATE TABLE gm.alerts (timestamp TIMESTAMPTZ, ticker" FEW ", alert_status" FEW ","
    " price_usd DOUBLE, vibe_score DOUBLE, msg_velocity INTEGER, delta_price DOUBLE,"
    " delta_vibe DOUBLE, hype_momentum DOUBLE, threshold_momentum DOUBLE,"
    " threshold_delta_price DOUBLE, input_topic" FEW ", input_partition INTEGER,"
    " input_offset BIGINT, seq BIGINT);"
    "CREATE TABLE gm.dead_letters (observed_at TIMESTAMPTZ, stage VARCHAR, reason VARCHAR,"
    " origin VARCHAR, key VARCHAR, payload BLOB, payload_bytes BIGINT, seq BIGINT);"
    "CREATE TABLE gm.bus_offsets (topic VARCHAR, partition INTEGER, next_offset BIGINT);"
    "CREATE TABLE gm.bus_log (identity BIGINT);"
    "CREATE TABLE gm.committed_rows (table_name VARCHAR, seq BIGINT);"
    "CREATE TABLE gm.schema_version (version INTEGER);"
    "INSERT INTO gm.schema_version VALUES (0)",

    // 2: rows rolled up by the minute, for charts of long times
    GM_MINUTES_TABLE_SQL,
};

static enum gm_err count_tables(duckdb_connection connection, const char *condition,
                                int64_t *ret_count, struct gm_error *error)
{
    char sql[256];
    snprintf(sql, sizeof(sql),
             "SELECT count(*) FROM duckdb_tables() WHERE database_name = '" GM_DB_NAME "'%s",
             condition);
    return gm_db_number(connection, sql, ret_count, error);
}

static enum gm_err read_version(duckdb_connection connection, const char *path,
                                int64_t *ret_version, struct gm_error *error)
{
    int64_t ours, any;
    enum gm_err err = count_tables(connection, " AND table_name = 'schema_version'", &ours, error);
    if (!err && ours)
        return gm_db_number(connection, "SELECT max(version) FROM gm.schema_version", ret_version,
                            error);
    if (!err)
        err = count_tables(connection, "", &any, error);
    if (err)
        return err;
    if (any)
        return gm_error_set(error, GM_ERR_CORRUPT,
                            "database %s holds tables that are not GhostMarket's: give another "
                            "path",
                            path);
    *ret_version = 0;
    return GM_OK;
}

static enum gm_err climb(duckdb_connection connection, int64_t version, struct gm_error *error)
{
    enum gm_err err = gm_db_run(connection, "BEGIN", error);
    for (; !err && version < GM_SCHEMA_VERSION; version++)
        err = gm_db_run(connection, STEPS[version], error);
    char sql[64];
    snprintf(sql, sizeof(sql), "UPDATE gm.schema_version SET version = %d", GM_SCHEMA_VERSION);
    if (!err)
        err = gm_db_run(connection, sql, error);
    if (!err)
        err = gm_db_run(connection, "COMMIT", error);
    if (err)
        gm_db_run(connection, "ROLLBACK", NULL);
    return err;
}

enum gm_err gm_schema_prepare(duckdb_connection connection, const char *path, bool read_only,
                              struct gm_error *error)
{
    int64_t version;
    enum gm_err err = read_version(connection, path, &version, error);
    if (err)
        return err;
    if (version == GM_SCHEMA_VERSION)
        return GM_OK;
    if (version > GM_SCHEMA_VERSION || version < 0)
        return gm_error_set(error, GM_ERR_CORRUPT,
                            "database %s is of version %" PRId64
                            ", this program knows version %d: install a newer ghostmarket",
                            path, version, GM_SCHEMA_VERSION);
    if (read_only)
        return gm_error_set(error, GM_ERR_NOT_FOUND,
                            "database %s is of version %" PRId64
                            " and opened to read only: open it to write once",
                            path, version);
    return climb(connection, version, error);
}
