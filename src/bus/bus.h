// The bus: topics with partitions, consumer groups, and transactions over both.
//
// Two backends stand behind this header: `embedded` (LMDB, in this folder) and, later, `kafka`.
// What they have in common is promised here and held by tests/unit/bus, which runs over each.
//
// * A topic has the same number of partitions as every other. A message's key (the ticker) picks
//   the partition (gm_topic_partition); inside a partition, order is the order of the commits.
// * An offset counts the messages of one partition from 0. Offsets only grow; retention removes
//   from the low end.
// * A consumer belongs to a group, which remembers how far it has come. A partition has at most one
//   owner in a group. When an owner dies or leaves, another consumer of the group, in this process
//   or another, takes its partitions over and goes on where the group's last commit stood.
// * A transaction appends messages to any topics, advances the positions of a consumer's group and
//   sets cursors, all or nothing. Nobody reads a message before its transaction is committed.
// * A cursor is a short text that a feed keeps with what it produced, so that it resumes without a
//   gap and without a double.
//
// The embedded backend also gives every message a number in one sequence over all topics, and a
// consumer gets the messages of its topics in that order. Its one owner of a group owns all
// partitions. Commits reach the disk before they return (fdatasync); commits of several threads
// that meet are written together.
//
// Threads: a bus may be used by any number of threads. A consumer or a transaction belongs to one
// thread at a time. Everything opened from a bus is closed before it. A process opens an embedded
// log once and shares the bus between its threads; a forked child opens its own.
#ifndef GM_BUS_BUS_H
#define GM_BUS_BUS_H

#include "base/error.h"
#include "base/stop.h"
#include "base/str.h"
#include "event/topic.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    GM_BUS_PARTITIONS_MAX = 64,
    GM_BUS_GROUP_BYTES_MAX = 128, // [A-Za-z0-9._-]+, no dot first
    GM_BUS_CURSOR_BYTES_MAX = 4096,
    GM_BUS_MESSAGE_BYTES_MAX = 1024 * 1024,    // key + value of one message
    GM_BUS_TXN_BYTES_MAX = 256 * 1024 * 1024,  // messages of one transaction, with about 30 bytes
                                               // of the bus's own for each
    GM_BUS_BATCH_MESSAGES_MAX = 65536,         // what one poll gives at most
    GM_BUS_BATCH_BYTES_MAX = 64 * 1024 * 1024, // … as soon as it has a message
};

struct gm_bus;
struct gm_bus_consumer;
struct gm_bus_txn;

struct gm_bus_config {
    const char *backend;    // "embedded"
    const char *path;       // embedded: the log's folder; made if missing
    int partitions;         // 1 … GM_BUS_PARTITIONS_MAX; fixed when the log is made: opening an
                            // existing log with another number is GM_ERR_INVALID; 0: as it is,
                            // or 1 when new
    int64_t size_max_bytes; // embedded: the most the log may take on disk
    int64_t retention_us;   // messages older than this may be removed; 0: never
    bool sync;              // embedded: false skips fdatasync: a crash of the program loses
                            // nothing, one of the machine the last commits or even the log
};

// Opens the bus; the embedded log is created where there is none and recovered where its last
// writer was killed. GM_ERR_CORRUPT: the log cannot be read, the message names the file and what to
// do. GM_ERR_DENIED: a read-only folder. GM_ERR_BUSY: this process has it open already.
// GM_ERR_INVALID: the log is bigger than size_max_bytes, or has other partitions.
// GM_ERR_UNSUPPORTED: no such backend.
enum gm_err gm_bus_open(const struct gm_bus_config *config, struct gm_bus **ret_bus,
                        struct gm_error *error);
void gm_bus_close(struct gm_bus *bus);

int gm_bus_partitions(const struct gm_bus *bus);

// A number drawn at random when the log was made, below 2^63. Whoever keeps offsets elsewhere (a
// database) keeps it with them: where it differs, the log is another one, and its offsets begin
// anew.
int64_t gm_bus_identity(const struct gm_bus *bus);

// The version of the library behind the embedded backend: "LMDB 0.9.24: (July 24, 2019)".
const char *gm_bus_library_version(void);

// Wakes every poll on this bus in this process at once, for instance to stop. A consumer that is
// not waiting is woken in its next poll, so no wake is lost.
void gm_bus_wake(struct gm_bus *bus);

// ------------------------------------------------------------------------- reading

struct gm_message {
    enum gm_topic topic;
    int32_t partition;
    int64_t offset;
    int64_t sequence; // embedded: the place among all messages of all topics; else -1
    int64_t time_us;  // when it was appended, real time
    struct gm_str key, value;
};

struct gm_batch {
    const struct gm_message *messages;
    size_t count;
    // Grows by one whenever the set of this consumer's partitions has changed since the poll
    // before: what it knows of its partitions must then be rebuilt before the messages are handled.
    // 0 means that it never owned any; with its first ones it is 1.
    int64_t generation;
    // Messages that retention removed before this group read them, since the poll before.
    int64_t lost;
};

enum gm_bus_start {
    GM_BUS_EARLIEST, // a group without a position begins with the oldest message
    GM_BUS_LATEST,   // … with the next one that is appended
};

// `topics` is a set: bits 1u << GM_TOPIC_…. `group` NULL: an independent reader that owns all
// partitions at once and remembers nothing. Does not wait for ownership; gm_bus_poll does.
enum gm_err gm_bus_consumer_open(struct gm_bus *bus, const char *group, unsigned topics,
                                 enum gm_bus_start start, struct gm_bus_consumer **ret_consumer,
                                 struct gm_error *error);

// Gives the partitions back, so that another consumer of the group can go on at once.
void gm_bus_consumer_close(struct gm_bus_consumer *consumer);

// Waits until there are messages, `timeout_us` have passed, gm_bus_wake is called, or ownership has
// changed; then gives up to `max_messages` of them (≥ 1, and at most GM_BUS_BATCH_MESSAGES_MAX and
// …_BYTES_MAX). An empty batch is no error. The messages stay valid until the next poll or seek,
// gm_bus_release, or the commit of a transaction that advances this consumer, whichever comes
// first. The next poll goes on after this batch, or where such a commit or a seek has moved it; an
// abort moves nothing. A failed poll moves nothing either.
enum gm_err gm_bus_poll(struct gm_bus_consumer *consumer, size_t max_messages, int64_t timeout_us,
                        struct gm_batch *ret_batch, struct gm_error *error);

// Lets go of the last batch: its memory may be reused by the bus. An idle consumer should not hold
// one: the embedded log grows as long as a batch keeps old pages. The position is not moved, and a
// transaction can still advance past the batch.
void gm_bus_release(struct gm_bus_consumer *consumer);

// Moves the next poll to `offset` of a partition (where older ones are gone: to the oldest kept;
// past the end is GM_ERR_INVALID). What the group remembers changes only by a commit: the next
// transaction that advances the consumer, be it by 0 messages, takes the group there. Taking over a
// group sets the positions anew, so a consumer seeks after the poll that told it of the change.
enum gm_err gm_bus_seek(struct gm_bus_consumer *consumer, enum gm_topic topic, int32_t partition,
                        int64_t offset, struct gm_error *error);

// Reads a topic's owned or all partitions backwards, newest first, until `visit` returns false or
// the oldest is reached. Messages live for the call of `visit` alone. For rebuilding state.
typedef bool gm_bus_visit_fn(void *context, const struct gm_message *message);
enum gm_err gm_bus_read_back(struct gm_bus *bus, enum gm_topic topic, gm_bus_visit_fn *visit,
                             void *context, struct gm_error *error);

// ------------------------------------------------------------------------- writing

// `name` identifies the producer over restarts (kafka's transactional.id); one live transaction
// object a name. May be reused after each commit or abort.
enum gm_err gm_bus_txn_create(struct gm_bus *bus, const char *name, struct gm_bus_txn **ret_txn,
                              struct gm_error *error);
void gm_bus_txn_destroy(struct gm_bus_txn *txn); // aborts what is not committed

// Copies key and value. GM_ERR_LIMIT: a message over GM_BUS_MESSAGE_BYTES_MAX, or the transaction
// over GM_BUS_TXN_BYTES_MAX; the transaction is then as before.
enum gm_err gm_bus_txn_append(struct gm_bus_txn *txn, enum gm_topic topic, struct gm_str key,
                              struct gm_str value, struct gm_error *error);

// Advances the consumer's group past the first `count` messages of its last batch; the commit moves
// the consumer there, too. Closing the consumer before the commit makes that GM_ERR_FENCED. Only
// one transaction at a time may advance a consumer (GM_ERR_INVALID).
enum gm_err gm_bus_txn_advance(struct gm_bus_txn *txn, struct gm_bus_consumer *consumer,
                               size_t count, struct gm_error *error);

// Sets cursor `name` (rules as for a group) to `text`, at most GM_BUS_CURSOR_BYTES_MAX, without
// NUL.
enum gm_err gm_bus_txn_set_cursor(struct gm_bus_txn *txn, const char *name, struct gm_str text,
                                  struct gm_error *error);

// Commits all or nothing and empties the transaction. On failure nothing was written and the
// transaction still holds everything: call again (error->retriable) or abort. GM_ERR_FULL: the disk
// or size_max_bytes is used up; the message says which. GM_ERR_FENCED: the group's partitions have
// another owner by now. An empty transaction is GM_OK and writes nothing.
enum gm_err gm_bus_txn_commit(struct gm_bus_txn *txn, struct gm_error *error);

// Empties the transaction without writing.
void gm_bus_txn_abort(struct gm_bus_txn *txn);

// The cursor's text, copied into `ret_text` (a buffer of GM_BUS_CURSOR_BYTES_MAX + 1 bytes) with a
// NUL; GM_ERR_NOT_FOUND when it was never set.
enum gm_err gm_bus_get_cursor(struct gm_bus *bus, const char *name, char *ret_text,
                              struct gm_error *error);

// ------------------------------------------------------------------------- looking

struct gm_bus_partition_info {
    enum gm_topic topic;
    int32_t partition;
    int64_t begin, end; // oldest kept offset, and one past the newest
    int64_t bytes;      // about what it takes on disk
};

struct gm_bus_group_info {
    char group[GM_BUS_GROUP_BYTES_MAX + 1];
    enum gm_topic topic;
    int32_t partition;
    int64_t offset; // the next message that the group will read
    int64_t lag;    // messages from there to the end
    bool owned;     // a live consumer owns the group's partitions
};

// All partitions of all topics, and all positions of all groups, at one moment. `visit` is called
// once each. Thread-safe.
enum gm_err gm_bus_describe(struct gm_bus *bus,
                            void (*visit_partition)(void *, const struct gm_bus_partition_info *),
                            void (*visit_group)(void *, const struct gm_bus_group_info *),
                            void *context, struct gm_error *error);

// The housekeeping, to be called every second or so. Lets go of mapped memory, and removes what is
// older than the retention, up to `max_messages` of it (so that one call stays short); *ret_removed
// says how many. Groups that had not read them are told by gm_batch.lost.
enum gm_err gm_bus_retain(struct gm_bus *bus, int64_t now_us, size_t max_messages,
                          int64_t *ret_removed, struct gm_error *error);

#endif
