// One open DuckDB database: its settings, and DuckDB's errors as ours.
#ifndef GM_STORE_DB_H
#define GM_STORE_DB_H

#include "base/error.h"
#include "store/store.h"

#include <duckdb.h>
#include <stdbool.h>

// The name under which the file is attached; SQL says gm.posts.
#define GM_DB_NAME "gm"

struct gm_db {
    duckdb_database database;     // NULL: not open
    duckdb_connection connection; // the writing thread's
};

// Opens the file, and makes it where there is none. Reads no table yet.
enum gm_err gm_db_open(const struct gm_store_config *config, struct gm_db *ret_db,
                       struct gm_error *error);
// Checkpoints and closes; a db that is not open is fine.
void gm_db_close(struct gm_db *db);

// Runs SQL that has no parameters and no interesting result.
enum gm_err gm_db_run(duckdb_connection connection, const char *sql, struct gm_error *error);

// The one number that `sql` gives; NULL reads as 0.
enum gm_err gm_db_number(duckdb_connection connection, const char *sql, int64_t *ret_number,
                         struct gm_error *error);

// Turns what DuckDB says into an error of ours, whose code it returns.
enum gm_err gm_db_error(struct gm_error *error, duckdb_error_type type, const char *message);

#endif
