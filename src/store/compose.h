// The questions as SQL: what the API answers as JSON is also what it gives as a file.
#ifndef GM_STORE_COMPOSE_H
#define GM_STORE_COMPOSE_H

#include "store/history.h"
#include "store/statement.h"
#include "store/store.h"

// Each appends a whole SELECT to an empty statement, and may ask the connection first. Limits are
// for the caller to check.
typedef enum gm_err gm_compose_fn(struct gm_statement *statement, duckdb_connection connection,
                                  const struct gm_store_query *query, struct gm_error *error);

gm_compose_fn gm_compose_signals, gm_compose_posts, gm_compose_alerts;

// Begins a transaction on the connection.
enum gm_err gm_compose_history(struct gm_statement *statement, duckdb_connection connection,
                               const struct gm_store_history *history, struct gm_error *error);

#endif
