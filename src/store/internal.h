// What the files of this folder know of a store.
#ifndef GM_STORE_INTERNAL_H
#define GM_STORE_INTERNAL_H

#include "store/batch.h"
#include "store/db.h"
#include "store/store.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

// How far the rows of one partition of the bus are in.
struct gm_store_offset {
    enum gm_topic topic;
    int32_t partition;
    int64_t committed, next; // -1: none
};

struct gm_store {
    struct gm_store_config config; // path is the store's own copy

    // Readers hold it shared while they use `db`; the writer exclusively while it opens the
    // database anew.
    pthread_rwlock_t lock;
    struct gm_db db;

    // The writing thread's alone.
    bool in_transaction;
    bool broken; // something failed inside DuckDB: open it anew before the next transaction
    struct gm_store_batch batches[GM_STORE_TABLE_COUNT];
    int64_t seq[GM_STORE_TABLE_COUNT]; // of the last row put
    int64_t seq_committed[GM_STORE_TABLE_COUNT];
    int64_t minutes_seq; // how far market_signals is rolled up: see minutes.h
    struct gm_store_batch offsets_batch;
    struct gm_store_offset *offsets;
    int offsets_count, offsets_capacity;
    bool offsets_changed;         // in the open transaction
    int64_t checkpoint_wal_bytes; // the log's size at which to checkpoint
};

// Opens the database and reads from it where to go on.
enum gm_err gm_store_load(struct gm_store *store, struct gm_error *error);
void gm_store_unload(struct gm_store *store);

// Bytes of the write-ahead log.
int64_t gm_store_wal_bytes(const struct gm_store *store);

// The entry of a partition, made where it is missing; NULL: out of memory.
struct gm_store_offset *gm_store_offset_of(struct gm_store *store, enum gm_topic topic,
                                           int32_t partition);

// A connection of the calling thread's own, so that it reads beside the writer; the store stays
// open until gm_store_reader_end.
enum gm_err gm_store_reader_begin(struct gm_store *store, duckdb_connection *ret_connection,
                                  struct gm_error *error);
void gm_store_reader_end(struct gm_store *store, duckdb_connection *connection);

#endif
