// The table `minutes`: what charts of long times are drawn from.
//
// 30 days of a ticker's one-second rows are 2.6 million, and reading them takes half a second; as
// minutes they are 43,200. The writer rolls rows up in the order of seq, SLICE_ROWS at a time, each
// slice into one row for each ticker and minute that it meets: a *part*. A row is in exactly one
// part, also when it came late, so parts of the same minute add up to the truth. Rows behind the
// last slice are not rolled up yet; who reads takes them as parts of one row each. Rows that are
// marked `late` are left out: what stands in them is not of their own time. Where a minute has
// several parts, its last price is that of the part with the newest row among those that know one.
#ifndef GM_STORE_MINUTES_H
#define GM_STORE_MINUTES_H

#include "store/internal.h"
#include "store/statement.h"

// Makes the table; a step of the schema.
#define GM_MINUTES_TABLE_SQL                                                                       \
    "CREATE TABLE gm.minutes (minute TIMESTAMPTZ,"                                                 \
    " ticker VARCHAR USING COMPRESSION dictionary, rows BIGINT, first_at TIMESTAMPTZ,"             \
    " first_seq BIGINT, last_at TIMESTAMPTZ, last_seq BIGINT, price_first DOUBLE,"                 \
    " price_last DOUBLE, price_min DOUBLE, price_max DOUBLE, vibe_sum DOUBLE, vibe_count BIGINT,"  \
    " vibe_last DOUBLE, vibe_mean_last DOUBLE, velocity_max INTEGER, momentum_min DOUBLE, "        \
    "momentum_max DOUBLE,"                                                                         \
    " delta_price_last DOUBLE, seq BIGINT)"

// Writer: rolls up what is committed and makes a slice, a bounded number of slices a call. On
// failure nothing is lost; the database is to be opened anew.
enum gm_err gm_minutes_roll(struct gm_store *store, struct gm_error *error);

// How far rows are rolled up: up to and including this seq. Inside a reader's transaction, so that
// it fits the statements that follow.
enum gm_err gm_minutes_rolled(duckdb_connection connection, int64_t *ret_seq,
                              struct gm_error *error);

// What parts to read.
struct gm_minutes_range {
    int64_t rolled_seq;
    const char *ticker;     // NULL: all
    int64_t from_us, to_us; // from ≤ t < to; GM_TIME_NONE: open
    bool exact;             // rows alone, for stretches that do not lie on minutes; else `from` and
                            // `to` must
};

// Appends "(SELECT … )": the parts, with the columns of the table but `minute` and `seq`, which are
// one column `begins_at`.
void gm_minutes_append_parts(struct gm_statement *statement, const struct gm_minutes_range *range);

struct gm_minutes_bounds {
    int64_t oldest_us, newest_us; // GM_TIME_NONE: no row
};

// The time of the first and of the last row of a ticker (NULL: of any), both included.
enum gm_err gm_minutes_find_bounds(duckdb_connection connection, const char *ticker,
                                   int64_t rolled_seq, struct gm_minutes_bounds *ret,
                                   struct gm_error *error);

#endif
