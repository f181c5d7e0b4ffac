// The store: the rows of the pipeline in a DuckDB database.
//
// One process at a time has the database open (DuckDB allows one writer, and then no other reader);
// GM_ERR_BUSY names the process that has it. Within a process, open a file once: the lock that
// keeps other processes away does not see a second time. Rows and the bus offsets that they came
// from go in together, so after a crash the store tells the pipeline where to go on.
//
// Beside the file there may be PATH.wal (rows that are committed, but not in the file yet: it
// belongs to the database) and PATH.tmp (what did not fit into memory: worthless after a crash).
//
// Tables (columns in this order; docs/messages.md tells what each means):
//   market_signals  timestamp TIMESTAMPTZ, ticker VARCHAR, price_usd DOUBLE, vibe_score DOUBLE,
//                   msg_velocity INTEGER, delta_price DOUBLE, delta_vibe DOUBLE,
//                   hype_momentum DOUBLE, alert_status VARCHAR,
//                   kind VARCHAR, value DOUBLE, late BOOLEAN, watermark TIMESTAMPTZ,
//                   label VARCHAR, scorer VARCHAR, post_id VARCHAR,
//                   input_topic VARCHAR, input_partition INTEGER, input_offset BIGINT,
//                   seq BIGINT  -- 1, 2, 3 … in the order in which they were processed
//   posts           timestamp, ticker, id, text, source, subreddit, author, url, observed_at,
//                   input_partition INTEGER, input_offset BIGINT, seq BIGINT
//   alerts          timestamp, ticker, alert_status, price_usd, vibe_score, msg_velocity,
//                   delta_price, delta_vibe, hype_momentum, threshold_momentum,
//                   threshold_delta_price, input_topic, input_partition, input_offset, seq
//   dead_letters    observed_at, stage, reason, origin, key, payload BLOB, payload_bytes, seq
//   minutes         market_signals rolled up, for charts: see minutes.h
//   bus_offsets     topic VARCHAR, partition INTEGER, next_offset BIGINT
//   committed_rows  table_name VARCHAR, seq BIGINT -- of the last row of the last transaction
//   bus_log         identity BIGINT -- of the log that the offsets are about
//   schema_version  version INTEGER
#ifndef GM_STORE_STORE_H
#define GM_STORE_STORE_H

#include "base/buffer.h"
#include "base/error.h"
#include "event/event.h"

#include <stdbool.h>
#include <stdint.h>

enum gm_store_table {
    GM_STORE_MARKET_SIGNALS,
    GM_STORE_POSTS,
    GM_STORE_ALERTS,
    GM_STORE_DEAD_LETTERS,
    GM_STORE_TABLE_COUNT,
};

// "market_signals", "posts", "alerts", "dead_letters".
const char *gm_store_table_name(enum gm_store_table table);
// GM_STORE_TABLE_COUNT: no such table.
enum gm_store_table gm_store_table_of(const char *name);

struct gm_store; // thread-safe to query and export; one thread writes

struct gm_store_config {
    const char *path;         // the database file; made if missing
    int64_t memory_max_bytes; // DuckDB's buffers, at least 32 MiB; 0: 64 MiB, about 100 resident
    int threads;              // DuckDB's own; 0: 1
    bool read_only;
};

// Opens or makes the database and its tables. GM_ERR_BUSY: another process has it (the message
// gives its id). GM_ERR_CORRUPT: not a database, cut short, or of a newer version. GM_ERR_DENIED:
// no right to the file or to its folder. GM_ERR_NOT_FOUND: no such folder; or to be opened
// read-only, and not there. GM_ERR_FULL: the disk is full.
enum gm_err gm_store_open(const struct gm_store_config *config, struct gm_store **ret_store,
                          struct gm_error *error);
// Checkpoints and closes. NULL is fine.
void gm_store_close(struct gm_store *store);

// The library's version, "v1.4.4".
const char *gm_store_library_version(void);

// ------------------------------------------------------------------------- writing, one thread

// Begins a transaction; ends with gm_store_commit or gm_store_rollback. Opens the database anew
// where DuckDB gave it up after a failure, and then fails as gm_store_open does.
enum gm_err gm_store_begin(struct gm_store *store, struct gm_error *error);

// Add a row to the open transaction; texts are UTF-8, as decoding leaves them. After an error only
// gm_store_rollback may follow. Each table numbers its rows in seq from 1; committed_rows remembers
// how far, also when retention has emptied a table.
enum gm_err gm_store_add_signal(struct gm_store *store, const struct gm_signal *signal,
                                struct gm_error *error);
enum gm_err gm_store_add_post(struct gm_store *store, const struct gm_post *post, int32_t partition,
                              int64_t offset, struct gm_error *error);
enum gm_err gm_store_add_alert(struct gm_store *store, const struct gm_alert *alert,
                               struct gm_error *error);
enum gm_err gm_store_add_dead_letter(struct gm_store *store, const struct gm_dead_letter *letter,
                                     struct gm_error *error);

// Records in the transaction that the rows of this partition are in up to next_offset (not
// included).
enum gm_err gm_store_set_offset(struct gm_store *store, enum gm_topic topic, int32_t partition,
                                int64_t next_offset, struct gm_error *error);

// All or nothing, durable when it returns. On failure everything is rolled back and the rows can be
// given again, from where gm_store_get_offset then says: asking is what makes it certain, should
// the disk have failed after it took the rows. GM_ERR_FULL: the disk is full; once there is room,
// the same store goes on. Every 16 MiB or so the rows are also moved from the log to the file,
// which takes a few tenths of a second.
enum gm_err gm_store_commit(struct gm_store *store, struct gm_error *error);
void gm_store_rollback(struct gm_store *store);

// The committed next_offset; 0 when there is none. Outside a transaction.
enum gm_err gm_store_get_offset(struct gm_store *store, enum gm_topic topic, int32_t partition,
                                int64_t *ret_next_offset, struct gm_error *error);

// Says which log the offsets are about (gm_bus_identity, ≥ 0); outside a transaction, before the
// offsets are asked for. Where it is another one than before, because the old one was damaged and
// moved away, the offsets begin anew at 0; rows stay.
enum gm_err gm_store_use_log(struct gm_store *store, int64_t identity, struct gm_error *error);

// Removes rows whose timestamp (dead letters: observed_at) lies before `before_us`, in a
// transaction of its own, and gives their room in the file to later rows.
enum gm_err gm_store_retain(struct gm_store *store, int64_t before_us, int64_t *ret_removed,
                            struct gm_error *error);

// ------------------------------------------------------------------------- reading, any thread
//
// Readers see what is committed and wait for nobody but a writer that opens the database anew.

enum gm_err gm_store_count(struct gm_store *store, enum gm_store_table table, int64_t *ret_rows,
                           struct gm_error *error);

struct gm_store_query {
    const char *ticker;     // NULL: all; else bound as a parameter, never spliced
    int64_t from_us, to_us; // event time, from ≤ t < to; GM_TIME_NONE: open
    int32_t limit;          // 1 … 100,000
    int32_t points_max;     // signals: > 0: at most about so many rows, evenly over the time, each
                            // the last of its bucket (alerts are always kept); 0: every row
    int64_t telling_window_us; // posts: > 0: those of the ticker's newest stretch of this length,
                               // the greatest |vibe| first; from_us and to_us are not looked at
};

// Append a JSON array of objects to `out`, oldest first; where `limit` cuts, the newest stay. Field
// names are the columns'; times are RFC 3339 UTC; NULL is null.
// Posts carry "vibe", "label" and "scorer" of their row as well, and their "url" is null where it
// is not one of http or https. Alerts carry "outcomes", for 5, 15 and 60 minutes after them
// {"minutes","price_usd","change"}: the newest price by then, at most five minutes old, and its
// change against the alert's own; null while or where that is not known. A limit that is out of
// range is GM_ERR_INVALID.
enum gm_err gm_store_query_signals(struct gm_store *store, const struct gm_store_query *query,
                                   struct gm_buffer *out, struct gm_error *error);
enum gm_err gm_store_query_posts(struct gm_store *store, const struct gm_store_query *query,
                                 struct gm_buffer *out, struct gm_error *error);
enum gm_err gm_store_query_alerts(struct gm_store *store, const struct gm_store_query *query,
                                  struct gm_buffer *out, struct gm_error *error);
// {"alerts":N,"outcomes":[{"minutes","known","rose"},…]} over the newest 10,000 alerts of a ticker
// (NULL: of all): how many, of how many the price after so many minutes is known, and how often it
// had risen.
enum gm_err gm_store_query_outcomes(struct gm_store *store, const char *ticker,
                                    struct gm_buffer *out, struct gm_error *error);
// One object a ticker, by name: the columns of its newest row by event time (of equals, the last
// processed), and the counts "rows", "posts" and "alerts".
enum gm_err gm_store_query_tickers(struct gm_store *store, struct gm_buffer *out,
                                   struct gm_error *error);

enum gm_store_format { GM_STORE_JSONL, GM_STORE_CSV, GM_STORE_PARQUET };

// Writes a whole table to a file, in the order of seq, times as RFC 3339 in UTC (Parquet: as
// timestamps with zone). JSON Lines and CSV give numbers in their shortest exact form, and a dead
// letter's bytes as "payload" where they are UTF-8 without NUL, else as "payload_base64". CSV has a
// header; NULL is an empty field, the empty text is "". The file is complete under its name or not
// there at all: it is written beside it under another name. GM_ERR_INVALID: `path` is there and is
// not a regular file.
enum gm_err gm_store_export(struct gm_store *store, enum gm_store_table table,
                            enum gm_store_format format, const char *path, int64_t *ret_rows,
                            struct gm_error *error);

// The same into a descriptor, say 1. No Parquet (GM_ERR_INVALID). On failure a part may have been
// written.
enum gm_err gm_store_export_fd(struct gm_store *store, enum gm_store_table table,
                               enum gm_store_format format, int fd, int64_t *ret_rows,
                               struct gm_error *error);

#endif
