// Reading a topic of the embedded log backwards, newest first over all its partitions.
#include "bus/embedded.h"

struct tail {
    MDB_cursor *cursor;
    struct gm_message head; // offset -1: nothing is left
};

static enum gm_err tail_read(struct gm_embedded *log, struct tail *tail, MDB_cursor_op op,
                             struct gm_error *error)
{
    MDB_val key, data;
    int rc = mdb_cursor_get(tail->cursor, &key, &data, op);
    if (rc == MDB_NOTFOUND) {
        tail->head.offset = -1;
        return GM_OK;
    }
    if (rc)
        return gm_embedded_fail(log, rc, "reading backwards", error);
    if (!gm_record_read(key, data, &tail->head))
        return gm_embedded_corrupt(log->data_path, "a message is damaged", error);
    return GM_OK;
}

static enum gm_err visit_all(struct gm_embedded *log, struct tail *tails, gm_bus_visit_fn *visit,
                             void *context, struct gm_error *error)
{
    for (;;) {
        struct tail *newest = NULL;
        for (int p = 0; p < log->partitions; p++) {
            if (tails[p].head.offset >= 0 &&
                (!newest || tails[p].head.sequence > newest->head.sequence))
                newest = &tails[p];
        }
        if (!newest || !visit(context, &newest->head))
            return GM_OK;
        enum gm_err err = tail_read(log, newest, MDB_PREV, error);
        if (err)
            return err;
    }
}

enum gm_err gm_embedded_read_back(void *backend, enum gm_topic topic, gm_bus_visit_fn *visit,
                                  void *context, struct gm_error *error)
{
    struct gm_embedded *log = backend;
    struct tail tails[GM_BUS_PARTITIONS_MAX] = {0};
    enum gm_err err = GM_OK;
    MDB_txn *txn;
    int rc = mdb_txn_begin(log->env, NULL, MDB_RDONLY, &txn);
    if (rc)
        return gm_embedded_fail(log, rc, "beginning to read", error);
    for (int p = 0; !err && p < log->partitions; p++) {
        tails[p].head.topic = topic;
        tails[p].head.partition = p;
        rc = mdb_cursor_open(txn, log->messages[topic][p], &tails[p].cursor);
        err = rc ? gm_embedded_fail(log, rc, "reading backwards", error)
                 : tail_read(log, &tails[p], MDB_LAST, error);
    }
    if (!err)
        err = visit_all(log, tails, visit, context, error);
    for (int p = 0; p < log->partitions && tails[p].cursor; p++)
        mdb_cursor_close(tails[p].cursor);
    mdb_txn_abort(txn);
    return err;
}
