// Opening and closing the store, and what it remembers between transactions.
#include "store/internal.h"
#include "store/minutes.h"
#include "store/rows.h"
#include "store/schema.h"

#include <assert.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char *const TABLES[GM_STORE_TABLE_COUNT] = {
    [GM_STORE_MARKET_SIGNALS] = "market_signals",
    [GM_STORE_POSTS] = "posts",
    [GM_STORE_ALERTS] = "alerts",
    [GM_STORE_DEAD_LETTERS] = "dead_letters",
};

const char *gm_store_table_name(enum gm_store_table table)
{
    assert(table < GM_STORE_TABLE_COUNT);
    return TABLES[table];
}

enum gm_store_table gm_store_table_of(const char *name)
{
    int table = 0;
    while (table < GM_STORE_TABLE_COUNT && strcmp(TABLES[table], name) != 0)
        table++;
    return (enum gm_store_table)table;
}

const char *gm_store_library_version(void)
{
    return duckdb_library_version();
}

int64_t gm_store_wal_bytes(const struct gm_store *store)
{
    char path[PATH_MAX + 8];
    snprintf(path, sizeof(path), "%s.wal", store->config.path);
    struct stat status;
    return stat(path, &status) == 0 ? (int64_t)status.st_size : 0;
}

// ------------------------------------------------------------------------- offsets

struct gm_store_offset *gm_store_offset_of(struct gm_store *store, enum gm_topic topic,
                                           int32_t partition)
{
    for (int i = 0; i < store->offsets_count; i++)
        if (store->offsets[i].topic == topic && store->offsets[i].partition == partition)
            return &store->offsets[i];
    if (store->offsets_count == store->offsets_capacity) {
        int capacity = store->offsets_capacity ? 2 * store->offsets_capacity : 16;
        void *grown = realloc(store->offsets, (size_t)capacity * sizeof(*store->offsets));
        if (!grown)
            return NULL;
        store->offsets = grown;
        store->offsets_capacity = capacity;
    }
    struct gm_store_offset *offset = &store->offsets[store->offsets_count++];
    *offset = (struct gm_store_offset){topic, partition, -1, -1};
    return offset;
}

static enum gm_err load_offset(struct gm_store *store, const struct gm_rows *rows,
                               struct gm_error *error)
{
    struct gm_str name = gm_rows_text(rows, 0);
    enum gm_topic topic = gm_topic_of(name);
    if (topic == GM_TOPIC_COUNT)
        return gm_error_set(error, GM_ERR_CORRUPT, "database %s: bus_offsets: no topic '%.*s'",
                            store->config.path, GM_STR_ARG(name));
    struct gm_store_offset *offset =
        gm_store_offset_of(store, topic, (int32_t)gm_rows_int(rows, 1));
    if (!offset)
        return gm_error_set(error, GM_ERR_NOMEM, "database %s: out of memory", store->config.path);
    offset->committed = offset->next = gm_rows_int(rows, 2);
    return GM_OK;
}

static enum gm_err load_offsets(struct gm_store *store, struct gm_error *error)
{
    store->offsets_count = 0;
    struct gm_rows rows;
    enum gm_err err = gm_rows_open(&rows, store->db.connection,
                                   "SELECT topic, partition::BIGINT, next_offset "
                                   "FROM gm.bus_offsets",
                                   NULL, 0, error);
    if (err)
        return err;
    bool more;
    while (!(err = gm_rows_next(&rows, &more, error)) && more)
        if ((err = load_offset(store, &rows, error)))
            break;
    gm_rows_finish(&rows);
    return err;
}

// ------------------------------------------------------------------------- open and close

static enum gm_err init_batches(struct gm_store *store, struct gm_error *error)
{
    if (store->config.read_only)
        return GM_OK;
    enum gm_err err =
        gm_store_batch_init(&store->offsets_batch, store->db.connection, "bus_offsets", error);
    for (int table = 0; !err && table < GM_STORE_TABLE_COUNT; table++)
        err =
            gm_store_batch_init(&store->batches[table], store->db.connection, TABLES[table], error);
    return err;
}

// A large transaction writes its rows into the file before its end stands in the log. Where the
// process dies in between, DuckDB (seen in 1.4.4) keeps the rows of one table without those of the
// others. What the last whole transaction did not count is taken out.
static enum gm_err remove_torn_rows(struct gm_store *store, enum gm_store_table table,
                                    struct gm_error *error)
{
    int64_t newest;
    char sql[128];
    snprintf(sql, sizeof(sql), "SELECT max(seq) FROM gm.%s", TABLES[table]);
    enum gm_err err = gm_db_number(store->db.connection, sql, &newest, error);
    if (err || newest <= store->seq_committed[table])
        return err;
    if (store->config.read_only)
        return gm_error_set(error, GM_ERR_UNSUPPORTED,
                            "database %s: the last transaction was cut off; opening it for writing "
                            "mends that",
                            store->config.path);
    snprintf(sql, sizeof(sql), "DELETE FROM gm.%s WHERE seq > %" PRId64, TABLES[table],
             store->seq_committed[table]);
    return gm_db_run(store->db.connection, sql, error);
}

static enum gm_err load_sequences(struct gm_store *store, struct gm_error *error)
{
    enum gm_err err = GM_OK;
    for (int table = 0; !err && table < GM_STORE_TABLE_COUNT; table++) {
        char sql[128];
        snprintf(sql, sizeof(sql), "SELECT max(seq) FROM gm.committed_rows WHERE table_name = '%s'",
                 TABLES[table]);
        err = gm_db_number(store->db.connection, sql, &store->seq_committed[table], error);
        if (!err)
            err = remove_torn_rows(store, (enum gm_store_table)table, error);
    }
    return err ? err : gm_minutes_rolled(store->db.connection, &store->minutes_seq, error);
}

enum gm_err gm_store_load(struct gm_store *store, struct gm_error *error)
{
    enum gm_err err = gm_db_open(&store->config, &store->db, error);
    if (err)
        return err;
    if ((err = gm_schema_prepare(store->db.connection, store->config.path, store->config.read_only,
                                 error)) ||
        (err = load_sequences(store, error)) || (err = load_offsets(store, error)) ||
        (err = init_batches(store, error))) {
        gm_store_unload(store);
        return err;
    }
    return GM_OK;
}

void gm_store_unload(struct gm_store *store)
{
    for (int table = 0; table < GM_STORE_TABLE_COUNT; table++)
        gm_store_batch_finish(&store->batches[table]);
    gm_store_batch_finish(&store->offsets_batch);
    gm_db_close(&store->db);
}

// Readers come and go all the time; without this a writer that waits might never get its turn.
static int lock_init(pthread_rwlock_t *lock)
{
    pthread_rwlockattr_t attributes;
    int status = pthread_rwlockattr_init(&attributes);
    if (status)
        return status;
    pthread_rwlockattr_setkind_np(&attributes, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
    status = pthread_rwlock_init(lock, &attributes);
    pthread_rwlockattr_destroy(&attributes);
    return status;
}

enum gm_err gm_store_open(const struct gm_store_config *config, struct gm_store **ret_store,
                          struct gm_error *error)
{
    if (strlen(config->path) >= PATH_MAX)
        return gm_error_set(error, GM_ERR_LIMIT, "database: the path is too long");
    enum gm_err err = GM_ERR_NOMEM;
    char *path = strdup(config->path);
    struct gm_store *store = calloc(1, sizeof(*store));
    if (!path || !store || lock_init(&store->lock)) {
        gm_error_set(error, err, "database %s: out of memory", config->path);
        goto free;
    }
    store->config = *config;
    store->config.path = path;
    err = gm_store_load(store, error);
    if (err)
        goto destroy_lock;
    *ret_store = store;
    return GM_OK;

destroy_lock:
    pthread_rwlock_destroy(&store->lock);
    free(store->offsets);
free:
    free(store);
    free(path);
    return err;
}

void gm_store_close(struct gm_store *store)
{
    if (!store)
        return;
    if (store->in_transaction)
        gm_store_rollback(store);
    gm_store_unload(store);
    pthread_rwlock_destroy(&store->lock);
    free(store->offsets);
    free((char *)store->config.path);
    free(store);
}

// ------------------------------------------------------------------------- readers

enum gm_err gm_store_reader_begin(struct gm_store *store, duckdb_connection *ret_connection,
                                  struct gm_error *error)
{
    pthread_rwlock_rdlock(&store->lock);
    if (store->db.database && duckdb_connect(store->db.database, ret_connection) == DuckDBSuccess)
        return GM_OK;
    pthread_rwlock_unlock(&store->lock);
    return gm_error_set(error, GM_ERR_IO, "database %s is not open at the moment",
                        store->config.path);
}

void gm_store_reader_end(struct gm_store *store, duckdb_connection *connection)
{
    duckdb_disconnect(connection);
    pthread_rwlock_unlock(&store->lock);
}

enum gm_err gm_store_count(struct gm_store *store, enum gm_store_table table, int64_t *ret_rows,
                           struct gm_error *error)
{
    duckdb_connection connection;
    enum gm_err err = gm_store_reader_begin(store, &connection, error);
    if (err)
        return err;
    char sql[64];
    snprintf(sql, sizeof(sql), "SELECT count(*) FROM gm.%s", gm_store_table_name(table));
    err = gm_db_number(connection, sql, ret_rows, error);
    gm_store_reader_end(store, &connection);
    return err;
}
