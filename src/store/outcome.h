// Alerts, and what the price did 5, 15 and 60 minutes after them.
#ifndef GM_STORE_OUTCOME_H
#define GM_STORE_OUTCOME_H

#include "base/buffer.h"
#include "base/error.h"
#include "store/store.h"

#include <duckdb.h>

// Append what gm_store_query_alerts and gm_store_query_outcomes give. To be called inside a
// transaction of the connection.
enum gm_err gm_outcome_write_alerts(duckdb_connection connection,
                                    const struct gm_store_query *query, struct gm_buffer *out,
                                    struct gm_error *error);
enum gm_err gm_outcome_write_summary(duckdb_connection connection, const char *ticker,
                                     struct gm_buffer *out, struct gm_error *error);

#endif
