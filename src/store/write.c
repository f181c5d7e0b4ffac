// Transactions: rows and the offsets they came from, all or nothing.
//
// DuckDB checkpoints by itself inside a commit, and gives the whole database up when the disk is
// full half-way. So that a commit has but two outcomes, it is kept from doing that: a commit only
// appends to the write-ahead log, and the log is folded into the file afterwards. Where that
// fails, the rows are safe in the log.
//
// After a failure DuckDB's memory is not to be trusted (a rollback that runs out of memory leaves
// rows marked as deleted by nobody), but its files are: the next transaction opens them anew.
#include "store/internal.h"
#include "store/minutes.h"
#include "store/rows.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { CHECKPOINT_WAL_BYTES = 16 * 1024 * 1024, SQL_BYTES_MAX = 4096 };

// ------------------------------------------------------------------------- begin and end

static enum gm_err reopen(struct gm_store *store, struct gm_error *error)
{
    pthread_rwlock_wrlock(&store->lock);
    gm_store_unload(store);
    enum gm_err err = gm_store_load(store, error);
    pthread_rwlock_unlock(&store->lock);
    store->broken = err != GM_OK;
    return err;
}

enum gm_err gm_store_begin(struct gm_store *store, struct gm_error *error)
{
    assert(!store->in_transaction);
    assert(!store->config.read_only);
    enum gm_err err = store->broken ? reopen(store, error) : GM_OK;
    if (!err)
        err = gm_db_run(store->db.connection, "BEGIN", error);
    if (err)
        return err;
    memcpy(store->seq, store->seq_committed, sizeof(store->seq));
    store->offsets_changed = false;
    store->in_transaction = true;
    return GM_OK;
}

void gm_store_rollback(struct gm_store *store)
{
    if (!store->in_transaction)
        return;
    store->in_transaction = false;
    for (int table = 0; table < GM_STORE_TABLE_COUNT; table++)
        gm_store_batch_reset(&store->batches[table]);
    gm_store_batch_reset(&store->offsets_batch);
    for (int i = 0; i < store->offsets_count; i++)
        store->offsets[i].next = store->offsets[i].committed;
    if (gm_db_run(store->db.connection, "ROLLBACK", NULL) != GM_OK)
        store->broken = true;
}

static enum gm_err write_offsets(struct gm_store *store, struct gm_error *error)
{
    struct gm_store_batch *batch = &store->offsets_batch;
    enum gm_err err = gm_db_run(store->db.connection, "DELETE FROM gm.bus_offsets", error);
    for (int i = 0; !err && i < store->offsets_count; i++) {
        const struct gm_store_offset *offset = &store->offsets[i];
        if (offset->next < 0)
            continue;
        gm_store_batch_put_text(batch, gm_str(gm_topic_name(offset->topic)));
        gm_store_batch_put_int32(batch, offset->partition);
        gm_store_batch_put_int64(batch, offset->next);
        err = gm_store_batch_end_row(batch, error);
    }
    return err ? err : gm_store_batch_flush(batch, error);
}

// What makes the transaction's rows count: see remove_torn_rows in store.c.
static enum gm_err write_row_counts(struct gm_store *store, struct gm_error *error)
{
    struct gm_buffer sql;
    gm_buffer_init(&sql, SQL_BYTES_MAX);
    gm_buffer_append_c(&sql,
                       "DELETE FROM gm.committed_rows; INSERT INTO gm.committed_rows VALUES ");
    for (int table = 0; table < GM_STORE_TABLE_COUNT; table++)
        gm_buffer_printf(&sql, "%s('%s', %" PRId64 ")", table > 0 ? ", " : "",
                         gm_store_table_name((enum gm_store_table)table), store->seq[table]);
    gm_buffer_append_byte(&sql, '\0');
    enum gm_err err = gm_buffer_ok(&sql, error);
    if (!err)
        err = gm_db_run(store->db.connection, sql.data, error);
    gm_buffer_finish(&sql);
    return err;
}

static enum gm_err flush(struct gm_store *store, struct gm_error *error)
{
    enum gm_err err = GM_OK;
    for (int table = 0; !err && table < GM_STORE_TABLE_COUNT; table++)
        err = gm_store_batch_flush(&store->batches[table], error);
    if (!err && store->offsets_changed)
        err = write_offsets(store, error);
    return err ? err : write_row_counts(store, error);
}

static void checkpoint_if_due(struct gm_store *store)
{
    int64_t wal_bytes = gm_store_wal_bytes(store);
    if (wal_bytes < CHECKPOINT_WAL_BYTES || wal_bytes < store->checkpoint_wal_bytes)
        return;
    store->checkpoint_wal_bytes = 0;
    if (gm_db_run(store->db.connection, "CHECKPOINT " GM_DB_NAME, NULL) == GM_OK)
        return;
    // Not every commit from now on shall pay for an attempt.
    store->checkpoint_wal_bytes = wal_bytes + CHECKPOINT_WAL_BYTES;
    // Now, not when the next rows come: readers shall not have to wait for these.
    reopen(store, NULL);
}

enum gm_err gm_store_commit(struct gm_store *store, struct gm_error *error)
{
    assert(store->in_transaction);
    enum gm_err err = flush(store, error);
    if (!err)
        err = gm_db_run(store->db.connection, "COMMIT", error);
    if (err) {
        gm_store_rollback(store);
        store->broken = true;
        return err;
    }
    store->in_transaction = false;
    memcpy(store->seq_committed, store->seq, sizeof(store->seq));
    for (int i = 0; i < store->offsets_count; i++)
        store->offsets[i].committed = store->offsets[i].next;
    if (gm_minutes_roll(store, NULL) != GM_OK)
        reopen(store, NULL); // the rows are in; the next commit tries again
    else
        checkpoint_if_due(store);
    return GM_OK;
}

// ------------------------------------------------------------------------- rows

static enum gm_err end_row(struct gm_store *store, enum gm_store_table table,
                           struct gm_error *error)
{
    enum gm_err err = gm_store_batch_end_row(&store->batches[table], error);
    if (err)
        store->broken = true;
    return err;
}

static const char *kind_name(enum gm_signal_kind kind)
{
    return kind == GM_SIGNAL_PRICE ? "price" : "social";
}

static void put_origin(struct gm_store_batch *batch, const struct gm_origin *origin)
{
    gm_store_batch_put_text(batch, gm_str(gm_topic_name(origin->topic)));
    gm_store_batch_put_int32(batch, origin->partition);
    gm_store_batch_put_int64(batch, origin->offset);
}

enum gm_err gm_store_add_signal(struct gm_store *store, const struct gm_signal *signal,
                                struct gm_error *error)
{
    assert(store->in_transaction);
    struct gm_store_batch *batch = &store->batches[GM_STORE_MARKET_SIGNALS];
    gm_store_batch_put_time(batch, signal->timestamp_us);
    gm_store_batch_put_text(batch, signal->ticker);
    gm_store_batch_put_double(batch, signal->price_usd);
    gm_store_batch_put_double(batch, signal->vibe_score);
    gm_store_batch_put_int32(batch, signal->msg_velocity);
    gm_store_batch_put_double(batch, signal->delta_price);
    gm_store_batch_put_double(batch, signal->delta_vibe);
    gm_store_batch_put_double(batch, signal->hype_momentum);
    gm_store_batch_put_text(batch, gm_str(signal->alert ? GM_ALERT_HYPE_PUMP : NULL));
    gm_store_batch_put_text(batch, gm_str(kind_name(signal->kind)));
    gm_store_batch_put_double(batch, signal->value);
    gm_store_batch_put_bool(batch, signal->late);
    gm_store_batch_put_time(batch, signal->watermark_us);
    gm_store_batch_put_text(batch, signal->label);
    gm_store_batch_put_text(batch, signal->scorer);
    gm_store_batch_put_text(batch, signal->post_id);
    put_origin(batch, &signal->input);
    gm_store_batch_put_int64(batch, ++store->seq[GM_STORE_MARKET_SIGNALS]);
    return end_row(store, GM_STORE_MARKET_SIGNALS, error);
}

enum gm_err gm_store_add_post(struct gm_store *store, const struct gm_post *post, int32_t partition,
                              int64_t offset, struct gm_error *error)
{
    assert(store->in_transaction);
    struct gm_store_batch *batch = &store->batches[GM_STORE_POSTS];
    gm_store_batch_put_time(batch, post->timestamp_us);
    gm_store_batch_put_text(batch, post->ticker);
    gm_store_batch_put_text(batch, post->id);
    gm_store_batch_put_text(batch, post->text);
    gm_store_batch_put_text(batch, post->source);
    gm_store_batch_put_text(batch, post->subreddit);
    gm_store_batch_put_text(batch, post->author);
    gm_store_batch_put_text(batch, post->url);
    gm_store_batch_put_time(batch, post->observed_at_us);
    gm_store_batch_put_int32(batch, partition);
    gm_store_batch_put_int64(batch, offset);
    gm_store_batch_put_int64(batch, ++store->seq[GM_STORE_POSTS]);
    return end_row(store, GM_STORE_POSTS, error);
}

enum gm_err gm_store_add_alert(struct gm_store *store, const struct gm_alert *alert,
                               struct gm_error *error)
{
    assert(store->in_transaction);
    struct gm_store_batch *batch = &store->batches[GM_STORE_ALERTS];
    gm_store_batch_put_time(batch, alert->timestamp_us);
    gm_store_batch_put_text(batch, alert->ticker);
    gm_store_batch_put_text(batch, alert->status);
    gm_store_batch_put_double(batch, alert->price_usd);
    gm_store_batch_put_double(batch, alert->vibe_score);
    gm_store_batch_put_int32(batch, alert->msg_velocity);
    gm_store_batch_put_double(batch, alert->delta_price);
    gm_store_batch_put_double(batch, alert->delta_vibe);
    gm_store_batch_put_double(batch, alert->hype_momentum);
    gm_store_batch_put_double(batch, alert->threshold_momentum);
    gm_store_batch_put_double(batch, alert->threshold_delta_price);
    put_origin(batch, &alert->input);
    gm_store_batch_put_int64(batch, ++store->seq[GM_STORE_ALERTS]);
    return end_row(store, GM_STORE_ALERTS, error);
}

enum gm_err gm_store_add_dead_letter(struct gm_store *store, const struct gm_dead_letter *letter,
                                     struct gm_error *error)
{
    assert(store->in_transaction);
    struct gm_store_batch *batch = &store->batches[GM_STORE_DEAD_LETTERS];
    gm_store_batch_put_time(batch, letter->observed_at_us);
    gm_store_batch_put_text(batch, letter->stage);
    gm_store_batch_put_text(batch, letter->reason);
    gm_store_batch_put_text(batch, letter->origin);
    gm_store_batch_put_text(batch, letter->key);
    gm_store_batch_put_blob(batch, letter->payload);
    gm_store_batch_put_int64(batch, letter->payload_bytes);
    gm_store_batch_put_int64(batch, ++store->seq[GM_STORE_DEAD_LETTERS]);
    return end_row(store, GM_STORE_DEAD_LETTERS, error);
}

// ------------------------------------------------------------------------- offsets

enum gm_err gm_store_set_offset(struct gm_store *store, enum gm_topic topic, int32_t partition,
                                int64_t next_offset, struct gm_error *error)
{
    assert(store->in_transaction);
    assert(next_offset >= 0);
    struct gm_store_offset *offset = gm_store_offset_of(store, topic, partition);
    if (!offset)
        return gm_error_set(error, GM_ERR_NOMEM, "database: out of memory");
    offset->next = next_offset;
    store->offsets_changed = true;
    return GM_OK;
}

enum gm_err gm_store_get_offset(struct gm_store *store, enum gm_topic topic, int32_t partition,
                                int64_t *ret_next_offset, struct gm_error *error)
{
    // After a commit that failed on its way to the disk, only the disk knows.
    enum gm_err err = store->broken ? reopen(store, error) : GM_OK;
    if (err)
        return err;
    struct gm_store_offset *offset = gm_store_offset_of(store, topic, partition);
    if (!offset)
        return gm_error_set(error, GM_ERR_NOMEM, "database: out of memory");
    *ret_next_offset = offset->committed < 0 ? 0 : offset->committed;
    return GM_OK;
}

enum gm_err gm_store_use_log(struct gm_store *store, int64_t identity, struct gm_error *error)
{
    assert(!store->in_transaction);
    int64_t known = -1;
    enum gm_err err = store->broken ? reopen(store, error) : GM_OK;
    if (!err)
        err = gm_db_number(store->db.connection,
                           "SELECT coalesce(max(identity), -1) FROM gm.bus_log", &known, error);
    if (err || known == identity)
        return err;
    char sql[256];
    snprintf(sql, sizeof(sql),
             "BEGIN; DELETE FROM gm.bus_offsets; DELETE FROM gm.bus_log;"
             "INSERT INTO gm.bus_log VALUES (%" PRId64 "); COMMIT",
             identity);
    err = gm_db_run(store->db.connection, sql, error);
    if (err) {
        store->broken = true;
        return err;
    }
    // In memory, too, and without opening the file anew: another process could get in between.
    for (int i = 0; i < store->offsets_count; i++)
        store->offsets[i].next = store->offsets[i].committed = -1;
    return GM_OK;
}

// ------------------------------------------------------------------------- retention

static enum gm_err remove_old(struct gm_store *store, const char *sql, int64_t before_us,
                              int64_t *removed, struct gm_error *error)
{
    struct gm_param before = {.type = GM_PARAM_TIME, .number = before_us};
    struct gm_rows rows;
    enum gm_err err = gm_rows_open(&rows, store->db.connection, sql, &before, 1, error);
    if (err)
        return err;
    bool more;
    while (!(err = gm_rows_next(&rows, &more, error)) && more)
        *removed += gm_rows_int(&rows, 0);
    gm_rows_finish(&rows);
    return err;
}

enum gm_err gm_store_retain(struct gm_store *store, int64_t before_us, int64_t *ret_removed,
                            struct gm_error *error)
{
    static const char *const SQL[GM_STORE_TABLE_COUNT] = {
        [GM_STORE_MARKET_SIGNALS] = "DELETE FROM gm.market_signals WHERE timestamp < $1",
        [GM_STORE_POSTS] = "DELETE FROM gm.posts WHERE timestamp < $1",
        [GM_STORE_ALERTS] = "DELETE FROM gm.alerts WHERE timestamp < $1",
        [GM_STORE_DEAD_LETTERS] = "DELETE FROM gm.dead_letters WHERE observed_at < $1",
    };
    enum gm_err err = gm_store_begin(store, error);
    if (err)
        return err;
    int64_t removed = 0, parts = 0;
    for (int table = 0; !err && table < GM_STORE_TABLE_COUNT; table++)
        err = remove_old(store, SQL[table], before_us, &removed, error);
    // Minutes are no rows of the pipeline's, so they are not counted.
    if (!err)
        err = remove_old(store, "DELETE FROM gm.minutes WHERE minute + INTERVAL 1 MINUTE <= $1",
                         before_us, &parts, error);
    if (err) {
        gm_store_rollback(store);
        return err;
    }
    if ((err = gm_store_commit(store, error)))
        return err;
    if (removed && gm_db_run(store->db.connection, "CHECKPOINT " GM_DB_NAME, NULL) != GM_OK)
        reopen(store, NULL);
    *ret_removed = removed;
    return GM_OK;
}
