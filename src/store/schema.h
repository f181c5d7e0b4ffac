// The tables, and how a database of an earlier version becomes one of this version.
#ifndef GM_STORE_SCHEMA_H
#define GM_STORE_SCHEMA_H

#include "base/error.h"

#include <duckdb.h>
#include <stdbool.h>

// The version that this program reads and writes.
enum { GM_SCHEMA_VERSION = 2 };

// Makes the tables in an empty database and brings older ones up to date, in one transaction.
// GM_ERR_CORRUPT: of a newer version, or somebody else's database. `path` is for messages.
enum gm_err gm_schema_prepare(duckdb_connection connection, const char *path, bool read_only,
                              struct gm_error *error);

#endif
