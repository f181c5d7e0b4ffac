// What the files of the embedded backend share. Nothing outside them includes this.
//
//   embedded.c           open, close, describe, the table of functions
//   embedded_check.c     is data.mdb whole? asked before LMDB trusts it
//   embedded_log.c       the format; reading single records; LMDB's errors as ours
//   embedded_writer.c    one write transaction of LMDB, and the room that is left
//   embedded_commit.c    the queue of commits that are written together
//   embedded_txn.c       what a transaction collects until its commit
//   embedded_consumer.c  poll, seek, read_back
//   embedded_group.c     who owns a group
#ifndef GM_BUS_EMBEDDED_H
#define GM_BUS_EMBEDDED_H

#include "bus/backend.h"
#include "bus/wake.h"

#include <lmdb.h>
#include <pthread.h>
#include <stdatomic.h>

enum { GM_RECORD_HEADER_BYTES = 20 };

// Offsets of one partition: the oldest kept, and one past the newest.
struct gm_bounds {
    int64_t begin, end;
};

struct gm_embedded;

// One write transaction of LMDB. Belongs to whoever leads the commits.
struct gm_writer {
    struct gm_embedded *log;
    MDB_txn *txn;
    int64_t now_us;
    int64_t sequence;   // of the next message
    int64_t pages;      // that this transaction may take, at most
    int64_t pages_free; // in the file, for reuse; -1: not counted yet
    bool changed;       // something was written
    bool torn;          // a write failed half-way: only abort is left
    bool loaded[GM_TOPIC_COUNT], moved[GM_TOPIC_COUNT];
    struct gm_bounds bounds[GM_TOPIC_COUNT][GM_BUS_PARTITIONS_MAX];
    MDB_cursor *cursors[GM_TOPIC_COUNT][GM_BUS_PARTITIONS_MAX];
};

// One caller's share of a write transaction. `apply` writes through the writer; it checks all it
// wants to check before it writes, because a refusal (any error without writer->torn) takes nothing
// back. It may be called a second time, after the first was rolled back.
struct gm_commit {
    enum gm_err (*apply)(struct gm_writer *writer, void *context, struct gm_error *error);
    void *context;
    size_t bytes; // about what it writes
    bool done;
    struct gm_error error; // .code: how it went
    struct gm_commit *next;
};

struct gm_embedded {
    char *path;      // the folder
    char *data_path; // path/data.mdb
    struct gm_embedded *next_open;
    uint64_t device, inode; // of the folder
    int partitions;
    int64_t identity;
    int64_t size_max_bytes, retention_us;
    int64_t page_bytes;

    MDB_env *env;
    MDB_dbi meta, groups, cursors;
    MDB_dbi messages[GM_TOPIC_COUNT][GM_BUS_PARTITIONS_MAX];

    struct gm_wake wake;
    _Atomic uint32_t wakes; // calls of gm_bus_wake

    pthread_mutex_t mutex; // guards the queue
    pthread_cond_t turn;   // a commit is done, or the lead is free
    struct gm_commit *first, *last;
    bool leading; // somebody writes
    struct gm_writer writer;
};

// A partition that a consumer reads.
struct gm_source {
    enum gm_topic topic;
    int32_t partition;
    MDB_cursor *cursor;     // NULL until first used
    int64_t position;       // the next offset to read
    int64_t end;            // in the snapshot
    int64_t pending;        // the position that a transaction carries or will; -1: none
    struct gm_message head; // the message at `position`, while a batch is filled
};

struct gm_embedded_txn;

struct gm_embedded_consumer {
    struct gm_embedded *log;
    unsigned topics;
    enum gm_bus_start start;
    struct gm_source *sources; // topic by topic, partition by partition
    size_t sources_count;
    struct gm_source **heap; // sources with messages left, least sequence first
    size_t heap_count;

    bool grouped;
    char group[GM_BUS_GROUP_BYTES_MAX + 1];
    int lock_fd; // the group's lock file; -1 without a group
    bool owned;
    int64_t epoch; // the group's when this consumer took it over
    int64_t generation, lost;
    uint32_t wakes_seen;

    MDB_txn *snapshot; // reset while nothing is read
    bool reading;
    struct gm_message *messages; // the last batch
    size_t count, capacity;

    struct gm_embedded_txn *txn; // carries this consumer's pending positions
    struct gm_embedded_consumer *next_in_txn;
};

// ------------------------------------------------------------------------- embedded_check.c

// Reads the first pages of data.mdb without LMDB. *ret_new: there is no file yet, or an empty one.
// GM_ERR_CORRUPT: LMDB would be led astray. GM_ERR_INVALID: it is bigger than it may be.
enum gm_err gm_embedded_check_header(const char *data_path, int64_t size_max_bytes, bool *ret_new,
                                     struct gm_error *error);

// Makes sure that every page in use lies inside the file, since reading past its end would kill
// the process. `txn` is a write transaction that has not read anything yet.
enum gm_err gm_embedded_check_length(struct gm_embedded *log, MDB_txn *txn, struct gm_error *error);

// ------------------------------------------------------------------------- embedded_log.c

// An error of LMDB (MDB_… or errno) as ours; `what` was being done.
enum gm_err gm_embedded_fail(const struct gm_embedded *log, int rc, const char *what,
                             struct gm_error *error);
enum gm_err gm_embedded_corrupt(const char *data_path, const char *what, struct gm_error *error);

// Opens the databases, creates what is missing, and checks that they agree with one another.
// `partitions`: as configured; 0: any.
enum gm_err gm_embedded_load(struct gm_embedded *log, int partitions, struct gm_error *error);

// The bounds of all partitions of a topic.
enum gm_err gm_embedded_bounds(struct gm_embedded *log, MDB_txn *txn, enum gm_topic topic,
                               struct gm_bounds ret_bounds[GM_BUS_PARTITIONS_MAX],
                               struct gm_error *error);

enum { GM_GROUP_KEY_BYTES = GM_BUS_GROUP_BYTES_MAX + 32 };

// The key of a group's position, or of its epoch (topic GM_TOPIC_COUNT), in `groups`.
size_t gm_embedded_group_key(char out[GM_GROUP_KEY_BYTES], const char *group, enum gm_topic topic,
                             int32_t partition);

// The number under that key; -1 where there is none.
enum gm_err gm_embedded_group_get(struct gm_embedded *log, MDB_txn *txn, const char *group,
                                  enum gm_topic topic, int32_t partition, int64_t *ret_value,
                                  struct gm_error *error);

// Fills all but the topic and the partition from a record; false when it is no record.
bool gm_record_read(MDB_val key, MDB_val record, struct gm_message *message);

// Writes a record without sequence and time, which gm_writer_append adds.
void gm_record_write(char *out, struct gm_str key, struct gm_str value);

// ------------------------------------------------------------------------- embedded_writer.c

enum gm_err gm_writer_begin(struct gm_writer *writer, struct gm_embedded *log,
                            struct gm_error *error);

// Reads the sequence, and checks that nobody else writes to the log. Before the first append.
enum gm_err gm_writer_state(struct gm_writer *writer, struct gm_error *error);

// Either of these ends it; a failed commit has written nothing.
enum gm_err gm_writer_commit(struct gm_writer *writer, struct gm_error *error);
void gm_writer_abort(struct gm_writer *writer);

// What records of `record_bytes` may take: pages of the file.
int64_t gm_writer_pages(const struct gm_embedded *log, size_t record_bytes);

// GM_ERR_FULL when `pages` more do not fit; else they are counted as taken. A reserve stays, from
// which retention and groups work on a full log.
enum gm_err gm_writer_claim_room(struct gm_writer *writer, int64_t pages, struct gm_error *error);

// Loads writer->bounds[topic].
enum gm_err gm_writer_bounds(struct gm_writer *writer, enum gm_topic topic, struct gm_error *error);

// Puts the record of gm_record_write at the end of the partition.
enum gm_err gm_writer_append(struct gm_writer *writer, enum gm_topic topic, int32_t partition,
                             char *record, size_t record_bytes, struct gm_error *error);

enum gm_err gm_writer_put(struct gm_writer *writer, MDB_dbi dbi, struct gm_str key,
                          const void *data, size_t data_bytes, struct gm_error *error);

// As gm_embedded_group_get, for writing.
enum gm_err gm_writer_group_put(struct gm_writer *writer, const char *group, enum gm_topic topic,
                                int32_t partition, int64_t value, struct gm_error *error);

// Removes up to `max_messages` from a partition's low end, as long as they are older than
// `before_us`; adds their number to *removed.
enum gm_err gm_writer_trim(struct gm_writer *writer, enum gm_topic topic, int32_t partition,
                           int64_t before_us, int64_t max_messages, int64_t *removed,
                           struct gm_error *error);

// ------------------------------------------------------------------------- embedded_commit.c

// Runs commit->apply in a write transaction, together with what other threads commit meanwhile,
// and returns when it has reached the disk, or why it has not.
enum gm_err gm_embedded_commit(struct gm_embedded *log, struct gm_commit *commit,
                               struct gm_error *error);

// ------------------------------------------------------------------------- embedded_txn.c

enum gm_err gm_embedded_txn_create(void *backend, const char *name, void **ret_txn,
                                   struct gm_error *error);
void gm_embedded_txn_destroy(void *txn);
enum gm_err gm_embedded_txn_append(void *txn, enum gm_topic topic, struct gm_str key,
                                   struct gm_str value, struct gm_error *error);
enum gm_err gm_embedded_txn_advance(void *txn, void *consumer, size_t count,
                                    struct gm_error *error);
enum gm_err gm_embedded_txn_set_cursor(void *txn, const char *name, struct gm_str text,
                                       struct gm_error *error);
enum gm_err gm_embedded_txn_commit(void *txn, struct gm_error *error);
void gm_embedded_txn_abort(void *txn);

// The consumer is about to go: a transaction that carries its positions can only be aborted now.
void gm_embedded_txn_orphan(struct gm_embedded_consumer *consumer);

// ------------------------------------------------------------------------- embedded_consumer.c

enum gm_err gm_embedded_consumer_open(void *backend, const char *group, unsigned topics,
                                      enum gm_bus_start start, void **ret_consumer,
                                      struct gm_error *error);
void gm_embedded_consumer_close(void *consumer);
enum gm_err gm_embedded_poll(void *consumer, size_t max_messages, int64_t timeout_us,
                             struct gm_batch *ret_batch, struct gm_error *error);
void gm_embedded_release(void *consumer);
enum gm_err gm_embedded_seek(void *consumer, enum gm_topic topic, int32_t partition, int64_t offset,
                             struct gm_error *error);
enum gm_err gm_embedded_read_back(void *backend, enum gm_topic topic, gm_bus_visit_fn *visit,
                                  void *context, struct gm_error *error);

// The source of a topic's partition, which the consumer reads.
struct gm_source *gm_embedded_source(struct gm_embedded_consumer *consumer, enum gm_topic topic,
                                     int32_t partition);

// ------------------------------------------------------------------------- embedded_group.c

// Opens the group's lock file; takes nothing yet.
enum gm_err gm_group_open(struct gm_embedded_consumer *consumer, struct gm_error *error);

// Gives the group back.
void gm_group_close(struct gm_embedded_consumer *consumer);

// Tries to take the group over, without waiting for its owner. On success `owned` is set and the
// sources stand where the group's last commit left them; GM_OK without `owned`: somebody else is.
enum gm_err gm_group_claim(struct gm_embedded_consumer *consumer, struct gm_error *error);

// The group has passed to somebody else.
void gm_group_lost(struct gm_embedded_consumer *consumer);

// GM_ERR_FENCED when, in `txn`, the group has passed to somebody else.
enum gm_err gm_group_check(struct gm_embedded_consumer *consumer, MDB_txn *txn,
                           struct gm_error *error);

// True when a consumer, of any process, owns the group.
bool gm_group_is_owned(struct gm_embedded *log, const char *group);

// ------------------------------------------------------------------------- embedded_pages.c

// Gives mapped pages that were read back to the page cache. Any thread; readers go on.
void gm_embedded_release_pages(const struct gm_embedded *log);

#endif
