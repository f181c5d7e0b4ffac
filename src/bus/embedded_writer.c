// One write transaction of LMDB: appending, trimming, positions, and the room that is left.
#include "bus/embedded.h"

#include "base/clock.h"

struct state_record {
    uint64_t txn_id;
    int64_t sequence;
};

static enum gm_err torn(struct gm_writer *writer, int rc, const char *what, struct gm_error *error)
{
    writer->torn = true;
    return gm_embedded_fail(writer->log, rc, what, error);
}

enum gm_err gm_writer_begin(struct gm_writer *writer, struct gm_embedded *log,
                            struct gm_error *error)
{
    memset(writer, 0, sizeof *writer);
    writer->log = log;
    writer->pages_free = -1;
    int rc = mdb_txn_begin(log->env, NULL, 0, &writer->txn);
    if (rc)
        return gm_embedded_fail(log, rc, "beginning to write", error);
    writer->now_us = gm_clock_now_us(&gm_clock_real);
    return GM_OK;
}

enum gm_err gm_writer_state(struct gm_writer *writer, struct gm_error *error)
{
    struct gm_embedded *log = writer->log;
    struct state_record state;
    MDB_val key = {strlen("state"), (void *)(uintptr_t) "state"}, data;
    int rc = mdb_get(writer->txn, log->meta, &key, &data);
    if (rc)
        return gm_embedded_fail(log, rc, "reading the log's state", error);
    if (data.mv_size != sizeof state)
        return gm_embedded_corrupt(log->data_path, "the log's state has the wrong size", error);
    memcpy(&state, data.mv_data, sizeof state);
    // A damaged first page can lead LMDB to an older tree, which looks whole but is stale.
    if (state.txn_id + 1 != mdb_txn_id(writer->txn))
        return gm_embedded_corrupt(log->data_path,
                                   "its first pages do not belong to its newest data", error);
    writer->sequence = state.sequence;
    return GM_OK;
}

void gm_writer_abort(struct gm_writer *writer)
{
    mdb_txn_abort(writer->txn);
    writer->txn = NULL;
}

enum gm_err gm_writer_put(struct gm_writer *writer, MDB_dbi dbi, struct gm_str key,
                          const void *data, size_t data_bytes, struct gm_error *error)
{
    MDB_val k = {key.len, (void *)(uintptr_t)key.data};
    MDB_val v = {data_bytes, (void *)(uintptr_t)data};
    int rc = mdb_put(writer->txn, dbi, &k, &v, 0);
    if (rc)
        return torn(writer, rc, "writing", error);
    writer->changed = true;
    return GM_OK;
}

enum gm_err gm_writer_group_put(struct gm_writer *writer, const char *group, enum gm_topic topic,
                                int32_t partition, int64_t value, struct gm_error *error)
{
    char key[GM_GROUP_KEY_BYTES];
    size_t len = gm_embedded_group_key(key, group, topic, partition);
    return gm_writer_put(writer, writer->log->groups, (struct gm_str){key, len}, &value,
                         sizeof value, error);
}

enum gm_err gm_writer_commit(struct gm_writer *writer, struct gm_error *error)
{
    struct gm_embedded *log = writer->log;
    enum gm_err err = GM_OK;
    for (int topic = 0; !err && topic < GM_TOPIC_COUNT; topic++) {
        if (writer->moved[topic])
            err = gm_writer_put(writer, log->meta, gm_str(gm_topic_name((enum gm_topic)topic)),
                                writer->bounds[topic],
                                (size_t)log->partitions * sizeof(struct gm_bounds), error);
    }
    if (!err && writer->changed) {
        struct state_record state = {mdb_txn_id(writer->txn), writer->sequence};
        err = gm_writer_put(writer, log->meta, gm_str("state"), &state, sizeof state, error);
    }
    if (err) {
        gm_writer_abort(writer);
        return err;
    }
    int rc = mdb_txn_commit(writer->txn);
    writer->txn = NULL;
    return rc ? gm_embedded_fail(log, rc, "writing", error) : GM_OK;
}

// ------------------------------------------------------------------------- room

int64_t gm_writer_pages(const struct gm_embedded *log, size_t record_bytes)
{
    // A record over about half a page has pages of its own; of smaller ones a page holds two at
    // least, and is at least half full.
    size_t page = (size_t)log->page_bytes;
    if (record_bytes > page / 2 - 32)
        return (int64_t)((record_bytes + 16 + page - 1) / page);
    return 0;
}

// Pages that the file holds for reuse.
static int64_t count_free(struct gm_embedded *log)
{
    MDB_txn *txn;
    MDB_cursor *cursor;
    MDB_val key, data;
    int64_t free_pages = 0;
    if (mdb_txn_begin(log->env, NULL, MDB_RDONLY, &txn) != 0)
        return 0;
    if (mdb_cursor_open(txn, 0, &cursor) == 0) { // database 0 is LMDB's list of free pages
        while (mdb_cursor_get(cursor, &key, &data, MDB_NEXT) == 0) {
            size_t count;
            memcpy(&count, data.mv_data, sizeof count);
            free_pages += (int64_t)count;
        }
        mdb_cursor_close(cursor);
    }
    mdb_txn_abort(txn);
    return free_pages;
}

enum gm_err gm_writer_claim_room(struct gm_writer *writer, int64_t pages, struct gm_error *error)
{
    struct gm_embedded *log = writer->log;
    int64_t limit = log->size_max_bytes / log->page_bytes;
    int64_t reserve = limit / 16 < 1024 ? limit / 16 : 1024;
    MDB_envinfo info;
    mdb_env_info(log->env, &info);
    int64_t used = (int64_t)info.me_last_pgno + 1 + writer->pages + pages;
    if (used > limit - reserve) {
        if (writer->pages_free < 0)
            writer->pages_free = count_free(log);
        if (used - writer->pages_free > limit - reserve)
            return gm_embedded_fail(log, MDB_MAP_FULL, "appending", error);
    }
    writer->pages += pages;
    return GM_OK;
}

// ------------------------------------------------------------------------- messages

enum gm_err gm_writer_bounds(struct gm_writer *writer, enum gm_topic topic, struct gm_error *error)
{
    if (writer->loaded[topic])
        return GM_OK;
    enum gm_err err =
        gm_embedded_bounds(writer->log, writer->txn, topic, writer->bounds[topic], error);
    writer->loaded[topic] = !err;
    return err;
}

// Makes the bounds and the cursor of a partition ready.
static enum gm_err open_partition(struct gm_writer *writer, enum gm_topic topic, int32_t partition,
                                  struct gm_error *error)
{
    MDB_cursor **cursor = &writer->cursors[topic][partition];
    enum gm_err err = gm_writer_bounds(writer, topic, error);
    if (err || *cursor)
        return err;
    int rc = mdb_cursor_open(writer->txn, writer->log->messages[topic][partition], cursor);
    return rc ? gm_embedded_fail(writer->log, rc, "writing", error) : GM_OK;
}

enum gm_err gm_writer_append(struct gm_writer *writer, enum gm_topic topic, int32_t partition,
                             char *record, size_t record_bytes, struct gm_error *error)
{
    enum gm_err err = open_partition(writer, topic, partition, error);
    if (err) {
        writer->torn = true;
        return err;
    }
    memcpy(record, &writer->sequence, sizeof writer->sequence);
    memcpy(record + 8, &writer->now_us, sizeof writer->now_us);
    struct gm_bounds *bounds = &writer->bounds[topic][partition];
    MDB_val key = {sizeof bounds->end, &bounds->end};
    MDB_val data = {record_bytes, record};
    int rc = mdb_cursor_put(writer->cursors[topic][partition], &key, &data, MDB_APPEND);
    if (rc)
        return torn(writer, rc, "appending", error);
    bounds->end++;
    writer->sequence++;
    writer->moved[topic] = true;
    return GM_OK;
}

enum gm_err gm_writer_trim(struct gm_writer *writer, enum gm_topic topic, int32_t partition,
                           int64_t before_us, int64_t max_messages, int64_t *removed,
                           struct gm_error *error)
{
    struct gm_embedded *log = writer->log;
    struct gm_message message;
    MDB_val key, data;
    enum gm_err err = open_partition(writer, topic, partition, error);
    if (err)
        return err;
    MDB_cursor *cursor = writer->cursors[topic][partition];
    struct gm_bounds *bounds = &writer->bounds[topic][partition];
    for (int64_t i = 0; i < max_messages && bounds->begin < bounds->end; i++) {
        int rc = mdb_cursor_get(cursor, &key, &data, MDB_FIRST);
        if (rc)
            return torn(writer, rc, "removing old messages", error);
        if (!gm_record_read(key, data, &message) || message.offset != bounds->begin) {
            writer->torn = true;
            return gm_embedded_corrupt(log->data_path, "a partition has a gap", error);
        }
        if (message.time_us >= before_us)
            break;
        rc = mdb_cursor_del(cursor, 0);
        if (rc)
            return torn(writer, rc, "removing old messages", error);
        bounds->begin++;
        writer->moved[topic] = true;
        ++*removed;
    }
    return GM_OK;
}
