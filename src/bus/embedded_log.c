// The format of the embedded log, and the reading of its single records.
//
// The log is a folder:
//   data.mdb, lock.mdb   an LMDB environment; lock.mdb holds nothing that outlives its processes
//   wake                 a counter that rings when something was committed (wake.c)
//   groups/NAME.lock     locked by the owner of group NAME; holds its process id, as text
//
// data.mdb holds these databases of LMDB. Numbers are little-endian; u64 are below 2^63.
//
// `meta`
//   "format"      u32 version (1), u32 partitions of every topic,
//                 u64 a random number that tells this log from all others
//   "state"       u64 LMDB's number of the transaction that last wrote to the log,
//                 u64 sequence of the next message
//   TOPIC         for each partition: u64 offset of the oldest message, u64 offset of the next one.
//                 It stands here because a partition that retention has emptied goes on counting
//
// "TOPIC.PARTITION" ("live-prices.0", …), MDB_INTEGERKEY: key u64 offset →
//    0  u64  sequence, over all topics, from 0
//    8  i64  time of the append, µs since 1970
//   16  u32  bytes of the message's key
//   20       the key, then the value up to the record's end
//   Offsets of a database follow one another without a gap, and so do the sequences of what has
//   been appended to all of them.
//
// `groups`
//   GROUP NUL "TOPIC.PARTITION"   u64 offset of the next message that the group will read
//   GROUP NUL                     u64 epoch: how often the group was taken over
//
// `cursors`
//   NAME          the cursor's text
#include "bus/embedded.h"

#include <errno.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/statvfs.h>

enum { FORMAT_VERSION = 1 };

struct format_record {
    uint32_t version, partitions;
    int64_t identity;
};

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "records are stored as they lie in memory");
_Static_assert(sizeof(size_t) == 8, "MDB_INTEGERKEY holds an offset");

static MDB_val val_of(const char *text)
{
    return (MDB_val){strlen(text), (void *)(uintptr_t)text};
}

// ------------------------------------------------------------------------- errors

enum gm_err gm_embedded_corrupt(const char *data_path, const char *what, struct gm_error *error)
{
    int folder = (int)(strlen(data_path) - strlen("/data.mdb"));
    return gm_error_set(error, GM_ERR_CORRUPT,
                        "%s: %s. Move the folder %.*s away and start again: a new log is made, and "
                        "rows that are already in the database stay",
                        data_path, what, folder, data_path);
}

// LMDB answers a write that stopped short with EIO, and short writes come from full disks.
static bool disk_is_full(const struct gm_embedded *log)
{
    struct statvfs status;
    return statvfs(log->path, &status) == 0 &&
           status.f_bavail * status.f_frsize < (unsigned)log->page_bytes * 16;
}

enum gm_err gm_embedded_fail(const struct gm_embedded *log, int rc, const char *what,
                             struct gm_error *error)
{
    if (rc == EIO && disk_is_full(log))
        rc = ENOSPC;
    switch (rc) {
    case MDB_MAP_FULL:
        return gm_error_set(error, GM_ERR_FULL,
                            "%s: the log is full: bus.size_max is %lld bytes. Raise it, or keep "
                            "less (bus.retention)",
                            log->path, (long long)log->size_max_bytes);
    case ENOSPC:
    case EDQUOT:
        return gm_error_errno(error, rc, "%s: %s: the disk is full; free some of it", log->path,
                              what);
    case MDB_TXN_FULL:
        return gm_error_set(error, GM_ERR_LIMIT, "%s: the transaction is too big for the log",
                            log->path);
    case MDB_READERS_FULL:
        return gm_error_set(error, GM_ERR_BUSY, "%s: too many consumers read the log at once",
                            log->path);
    case MDB_MAP_RESIZED:
        return gm_error_set(error, GM_ERR_INVALID,
                            "%s: another process has grown the log past this one's bus.size_max "
                            "of %lld bytes: give both the same and start again",
                            log->path, (long long)log->size_max_bytes);
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INVALID:
    case MDB_VERSION_MISMATCH:
    case MDB_INCOMPATIBLE:
    case MDB_NOTFOUND: // what must be there is not
    case MDB_KEYEXIST: // and the other way round
        return gm_embedded_corrupt(log->data_path, mdb_strerror(rc), error);
    case MDB_PANIC:
        return gm_error_set(error, GM_ERR_IO,
                            "%s: an earlier write to the disk failed; check the "
                            "disk and start again",
                            log->data_path);
    }
    if (rc > 0)
        return gm_error_errno(error, rc, "%s: %s", log->data_path, what);
    return gm_error_set(error, GM_ERR_INTERNAL, "%s: %s: %s", log->data_path, what,
                        mdb_strerror(rc));
}

// ------------------------------------------------------------------------- records

bool gm_record_read(MDB_val key, MDB_val record, struct gm_message *message)
{
    const char *data = record.mv_data;
    uint32_t key_len;
    if (key.mv_size != sizeof message->offset || record.mv_size < GM_RECORD_HEADER_BYTES)
        return false;
    memcpy(&key_len, data + 16, sizeof key_len);
    if (key_len > record.mv_size - GM_RECORD_HEADER_BYTES)
        return false;
    memcpy(&message->offset, key.mv_data, sizeof message->offset);
    memcpy(&message->sequence, data, sizeof message->sequence);
    memcpy(&message->time_us, data + 8, sizeof message->time_us);
    message->key = (struct gm_str){data + GM_RECORD_HEADER_BYTES, key_len};
    message->value = (struct gm_str){data + GM_RECORD_HEADER_BYTES + key_len,
                                     record.mv_size - GM_RECORD_HEADER_BYTES - key_len};
    return true;
}

void gm_record_write(char *out, struct gm_str key, struct gm_str value)
{
    uint32_t key_len = (uint32_t)key.len;
    memset(out, 0, 16);
    memcpy(out + 16, &key_len, sizeof key_len);
    if (key.len)
        memcpy(out + GM_RECORD_HEADER_BYTES, key.data, key.len);
    if (value.len)
        memcpy(out + GM_RECORD_HEADER_BYTES + key.len, value.data, value.len);
}

enum gm_err gm_embedded_bounds(struct gm_embedded *log, MDB_txn *txn, enum gm_topic topic,
                               struct gm_bounds ret_bounds[GM_BUS_PARTITIONS_MAX],
                               struct gm_error *error)
{
    MDB_val key = val_of(gm_topic_name(topic)), data;
    size_t bytes = (size_t)log->partitions * sizeof *ret_bounds;
    int rc = mdb_get(txn, log->meta, &key, &data);
    if (rc)
        return gm_embedded_fail(log, rc, "reading a topic's bounds", error);
    if (data.mv_size != bytes)
        return gm_embedded_corrupt(log->data_path, "a topic's bounds have the wrong size", error);
    memcpy(ret_bounds, data.mv_data, bytes);
    return GM_OK;
}

size_t gm_embedded_group_key(char out[GM_GROUP_KEY_BYTES], const char *group, enum gm_topic topic,
                             int32_t partition)
{
    size_t len = strlen(group) + 1;
    memcpy(out, group, len);
    if (topic == GM_TOPIC_COUNT)
        return len;
    return len + (size_t)snprintf(out + len, GM_GROUP_KEY_BYTES - len, "%s.%d",
                                  gm_topic_name(topic), (int)partition);
}

enum gm_err gm_embedded_group_get(struct gm_embedded *log, MDB_txn *txn, const char *group,
                                  enum gm_topic topic, int32_t partition, int64_t *ret_value,
                                  struct gm_error *error)
{
    char text[GM_GROUP_KEY_BYTES];
    MDB_val key = {gm_embedded_group_key(text, group, topic, partition), text}, data;
    int64_t value = -1;
    int rc = mdb_get(txn, log->groups, &key, &data);
    if (rc && rc != MDB_NOTFOUND)
        return gm_embedded_fail(log, rc, "reading a group", error);
    if (!rc && data.mv_size != sizeof value)
        return gm_embedded_corrupt(log->data_path, "a group's record has the wrong size", error);
    if (!rc)
        memcpy(&value, data.mv_data, sizeof value);
    *ret_value = value;
    return GM_OK;
}

// ------------------------------------------------------------------------- loading

// Opens `meta`; *ret_format has version 0 where the log is new.
static enum gm_err load_format(struct gm_embedded *log, MDB_txn *txn,
                               struct format_record *ret_format, struct gm_error *error)
{
    struct format_record format = {0};
    MDB_val key = val_of("format"), data;
    MDB_dbi names;
    MDB_stat stat;
    int rc = mdb_dbi_open(txn, NULL, 0, &names);
    if (!rc)
        rc = mdb_stat(txn, names, &stat);
    if (rc)
        return gm_embedded_fail(log, rc, "reading", error);
    if (stat.ms_entries == 0) {
        *ret_format = format;
        return GM_OK;
    }
    rc = mdb_dbi_open(txn, "meta", 0, &log->meta);
    if (!rc)
        rc = mdb_get(txn, log->meta, &key, &data);
    if (rc || data.mv_size != sizeof format)
        return gm_embedded_corrupt(log->data_path, "it is damaged, or not a log of GhostMarket",
                                   error);
    memcpy(&format, data.mv_data, sizeof format);
    if (format.version != FORMAT_VERSION) {
        char what[96];
        snprintf(what, sizeof what, "its format is version %u; this program knows version %d",
                 format.version, FORMAT_VERSION);
        return gm_embedded_corrupt(log->data_path, what, error);
    }
    if (format.partitions < 1 || format.partitions > GM_BUS_PARTITIONS_MAX)
        return gm_embedded_corrupt(log->data_path, "it has an impossible number of partitions",
                                   error);
    *ret_format = format;
    return GM_OK;
}

static enum gm_err create_log(struct gm_writer *writer, int partitions, struct gm_error *error)
{
    struct gm_embedded *log = writer->log;
    struct format_record format = {.version = FORMAT_VERSION, .partitions = (uint32_t)partitions};
    if (getrandom(&format.identity, sizeof format.identity, 0) != sizeof format.identity)
        return gm_error_errno(error, errno, "random numbers cannot be had");
    format.identity &= INT64_MAX;
    log->partitions = partitions;
    log->identity = format.identity;
    int rc = mdb_dbi_open(writer->txn, "meta", MDB_CREATE, &log->meta);
    if (rc)
        return gm_embedded_fail(log, rc, "creating", error);
    return gm_writer_put(writer, log->meta, gm_str("format"), &format, sizeof format, error);
}

// The record says where the partition begins and ends; its messages must say the same.
static enum gm_err check_partition(struct gm_embedded *log, MDB_txn *txn, MDB_dbi dbi,
                                   struct gm_bounds bounds, struct gm_error *error)
{
    struct gm_message first = {.offset = 0}, last = {.offset = -1};
    MDB_cursor *cursor;
    MDB_val key, data;
    bool whole = bounds.begin >= 0 && bounds.begin <= bounds.end;
    int rc = mdb_cursor_open(txn, dbi, &cursor);
    if (rc)
        return gm_embedded_fail(log, rc, "reading", error);
    rc = mdb_cursor_get(cursor, &key, &data, MDB_FIRST);
    if (!rc) {
        whole = whole && gm_record_read(key, data, &first);
        rc = mdb_cursor_get(cursor, &key, &data, MDB_LAST);
        whole = whole && !rc && gm_record_read(key, data, &last) && first.offset == bounds.begin &&
                last.offset == bounds.end - 1;
    } else if (rc == MDB_NOTFOUND) {
        whole = whole && bounds.begin == bounds.end;
        rc = 0;
    }
    mdb_cursor_close(cursor);
    if (rc)
        return gm_embedded_fail(log, rc, "reading", error);
    return whole ? GM_OK
                 : gm_embedded_corrupt(log->data_path, "a partition is not as its record says",
                                       error);
}

static enum gm_err load_topic(struct gm_writer *writer, enum gm_topic topic, struct gm_error *error)
{
    struct gm_embedded *log = writer->log;
    MDB_val key = val_of(gm_topic_name(topic)), data;
    int rc = mdb_get(writer->txn, log->meta, &key, &data);
    bool missing = rc == MDB_NOTFOUND;
    enum gm_err err = GM_OK;
    if (missing) {
        size_t bytes = (size_t)log->partitions * sizeof(struct gm_bounds);
        memset(writer->bounds[topic], 0, sizeof writer->bounds[topic]);
        err = gm_writer_put(writer, log->meta, gm_str(gm_topic_name(topic)), writer->bounds[topic],
                            bytes, error);
    }
    if (!err)
        err = gm_writer_bounds(writer, topic, error);
    for (int p = 0; !err && p < log->partitions; p++) {
        char name[64];
        snprintf(name, sizeof name, "%s.%d", gm_topic_name(topic), p);
        rc = mdb_dbi_open(writer->txn, name, MDB_INTEGERKEY | (missing ? MDB_CREATE : 0),
                          &log->messages[topic][p]);
        if (rc)
            return gm_embedded_fail(log, rc, "opening a partition", error);
        err = check_partition(log, writer->txn, log->messages[topic][p], writer->bounds[topic][p],
                              error);
    }
    return err;
}

static enum gm_err load_all(struct gm_writer *writer, int partitions, struct gm_error *error)
{
    struct gm_embedded *log = writer->log;
    struct format_record format = {0};
    enum gm_err err = gm_embedded_check_length(log, writer->txn, error);
    if (!err)
        err = load_format(log, writer->txn, &format, error);
    if (err)
        return err;
    bool fresh = format.version == 0;
    if (!fresh && partitions != 0 && (uint32_t)partitions != format.partitions)
        return gm_error_set(error, GM_ERR_INVALID,
                            "%s: the log was made with %u partitions, bus.partitions is %d: set it "
                            "to %u, or move the folder away to begin a new log",
                            log->path, format.partitions, partitions, format.partitions);
    if (fresh) {
        err = create_log(writer, partitions ? partitions : 1, error);
    } else {
        log->partitions = (int)format.partitions;
        log->identity = format.identity;
        err = gm_writer_state(writer, error);
    }
    for (int topic = 0; !err && topic < GM_TOPIC_COUNT; topic++)
        err = load_topic(writer, (enum gm_topic)topic, error);
    if (err)
        return err;
    int rc = mdb_dbi_open(writer->txn, "groups", fresh ? MDB_CREATE : 0, &log->groups);
    if (!rc)
        rc = mdb_dbi_open(writer->txn, "cursors", fresh ? MDB_CREATE : 0, &log->cursors);
    return rc ? gm_embedded_fail(log, rc, "opening", error) : GM_OK;
}

enum gm_err gm_embedded_load(struct gm_embedded *log, int partitions, struct gm_error *error)
{
    struct gm_writer *writer = &log->writer;
    enum gm_err err = gm_writer_begin(writer, log, error);
    if (err)
        return err;
    err = load_all(writer, partitions, error);
    if (err) {
        gm_writer_abort(writer);
        return err;
    }
    return gm_writer_commit(writer, error);
}
