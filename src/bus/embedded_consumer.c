// Consumers of the embedded log, and reading backwards.
//
// A batch is taken from one snapshot: the sources (the partitions that are read) are merged by
// sequence, and its messages point into LMDB's map. The snapshot is kept as long as the batch,
// since it keeps the pages from being reused; an idle consumer holds none.
#include "bus/embedded.h"

#include "base/clock.h"

#include <stdlib.h>

// A waiting consumer looks at least this often, rung for or not: a writer may be killed after its
// commit and before it rings, and a dying owner of a group never rings.
#define LOOK_INTERVAL_US  ((int64_t)GM_US_PER_S)
#define CLAIM_INTERVAL_US ((int64_t)50 * GM_US_PER_MS)

enum { NODE_BYTES = 16 }; // LMDB's header of a record in a page, and the record's key

// ------------------------------------------------------------------------- the heap of sources

static void heap_sift_down(struct gm_source **heap, size_t count, size_t at)
{
    struct gm_source *source = heap[at];
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= count)
            break;
        if (child + 1 < count && heap[child + 1]->head.sequence < heap[child]->head.sequence)
            child++;
        if (source->head.sequence <= heap[child]->head.sequence)
            break;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = source;
}

static void heap_build(struct gm_source **heap, size_t count)
{
    for (size_t at = count / 2; at-- > 0;)
        heap_sift_down(heap, count, at);
}

// ------------------------------------------------------------------------- snapshots

static enum gm_err snapshot_begin(struct gm_embedded_consumer *consumer, struct gm_error *error)
{
    int rc;
    if (consumer->snapshot)
        rc = mdb_txn_renew(consumer->snapshot);
    else
        rc = mdb_txn_begin(consumer->log->env, NULL, MDB_RDONLY, &consumer->snapshot);
    if (rc)
        return gm_embedded_fail(consumer->log, rc, "beginning to read", error);
    consumer->reading = true;
    return GM_OK;
}

void gm_embedded_release(void *context)
{
    struct gm_embedded_consumer *consumer = context;
    if (consumer->reading)
        mdb_txn_reset(consumer->snapshot);
    consumer->reading = false;
}

struct gm_source *gm_embedded_source(struct gm_embedded_consumer *consumer, enum gm_topic topic,
                                     int32_t partition)
{
    unsigned before = consumer->topics & ((1u << topic) - 1);
    return &consumer->sources[__builtin_popcount(before) * consumer->log->partitions + partition];
}

// Loads where each source ends, and moves those that retention has overtaken.
static enum gm_err sources_load(struct gm_embedded_consumer *consumer, struct gm_error *error)
{
    struct gm_embedded *log = consumer->log;
    struct gm_bounds bounds[GM_BUS_PARTITIONS_MAX];
    struct gm_source *source = consumer->sources;
    for (int topic = 0; topic < GM_TOPIC_COUNT; topic++) {
        if (!(consumer->topics & 1u << topic))
            continue;
        enum gm_err err =
            gm_embedded_bounds(log, consumer->snapshot, (enum gm_topic)topic, bounds, error);
        if (err)
            return err;
        for (int p = 0; p < log->partitions; p++, source++) {
            if (source->position > bounds[p].end)
                return gm_embedded_corrupt(log->data_path, "a group has read past the end", error);
            if (source->position < bounds[p].begin) {
                consumer->lost += bounds[p].begin - source->position;
                source->position = bounds[p].begin;
            }
            source->end = bounds[p].end;
        }
    }
    return GM_OK;
}

// Reads the message at source->position into its head. `op`: MDB_SET_KEY to go there, MDB_NEXT from
// the one before.
static enum gm_err source_read(struct gm_embedded *log, struct gm_source *source, MDB_cursor_op op,
                               struct gm_error *error)
{
    MDB_val key = {sizeof source->position, &source->position}, data;
    int rc = mdb_cursor_get(source->cursor, &key, &data, op);
    if (rc)
        return gm_embedded_fail(log, rc, "reading", error);
    if (!gm_record_read(key, data, &source->head) || source->head.offset != source->position)
        return gm_embedded_corrupt(log->data_path, "a message is damaged", error);
    // Reading waits for memory: fetch the next message while others are merged. LMDB fills a page
    // from its end, so if that one has about this size, its node lies just below this record's.
    const char *node = (const char *)data.mv_data - data.mv_size - 2 * NODE_BYTES;
    __builtin_prefetch(node);
    __builtin_prefetch(node + NODE_BYTES + GM_RECORD_HEADER_BYTES);
    return GM_OK;
}

static enum gm_err source_start(struct gm_embedded_consumer *consumer, struct gm_source *source,
                                struct gm_error *error)
{
    struct gm_embedded *log = consumer->log;
    int rc;
    if (source->cursor)
        rc = mdb_cursor_renew(consumer->snapshot, source->cursor);
    else
        rc = mdb_cursor_open(consumer->snapshot, log->messages[source->topic][source->partition],
                             &source->cursor);
    if (rc)
        return gm_embedded_fail(log, rc, "reading", error);
    return source_read(log, source, MDB_SET_KEY, error);
}

// ------------------------------------------------------------------------- poll

static enum gm_err messages_push(struct gm_embedded_consumer *consumer,
                                 const struct gm_message *message, struct gm_error *error)
{
    if (consumer->count == consumer->capacity) {
        size_t capacity = consumer->capacity ? consumer->capacity * 2 : 64;
        void *grown = realloc(consumer->messages, capacity * sizeof *consumer->messages);
        if (!grown)
            return gm_error_set(error, GM_ERR_NOMEM, "out of memory");
        consumer->messages = grown;
        consumer->capacity = capacity;
    }
    consumer->messages[consumer->count++] = *message;
    return GM_OK;
}

static enum gm_err merge(struct gm_embedded_consumer *consumer, size_t max_messages,
                         struct gm_error *error)
{
    struct gm_source **heap = consumer->heap;
    size_t heads = 0, bytes = 0;
    enum gm_err err = GM_OK;
    for (size_t i = 0; !err && i < consumer->sources_count; i++) {
        struct gm_source *source = &consumer->sources[i];
        if (source->position < source->end) {
            err = source_start(consumer, source, error);
            heap[heads++] = source;
        }
    }
    if (err)
        return err;
    heap_build(heap, heads);
    while (!err && heads > 0 && consumer->count < max_messages) {
        struct gm_source *source = heap[0];
        bytes += source->head.key.len + source->head.value.len;
        if (bytes > GM_BUS_BATCH_BYTES_MAX && consumer->count > 0)
            break;
        err = messages_push(consumer, &source->head, error);
        if (err)
            break;
        source->position++;
        if (source->position < source->end)
            err = source_read(consumer->log, source, MDB_NEXT, error);
        else
            heap[0] = heap[--heads];
        if (heads > 1)
            heap_sift_down(heap, heads, 0);
    }
    return err;
}

// Fills a batch with what there is. Keeps the snapshot only where the batch is not empty.
static enum gm_err look(struct gm_embedded_consumer *consumer, size_t max_messages,
                        struct gm_error *error)
{
    enum gm_err err = snapshot_begin(consumer, error);
    if (err)
        return err;
    if (consumer->grouped) {
        struct gm_error check;
        err = gm_group_check(consumer, consumer->snapshot, &check);
        if (err == GM_ERR_FENCED) {
            gm_embedded_release(consumer);
            gm_group_lost(consumer);
            return GM_OK;
        }
        if (err && error)
            *error = check;
    }
    if (!err)
        err = sources_load(consumer, error);
    if (!err)
        err = merge(consumer, max_messages, error);
    if (err) {
        // Go back, so that a later poll does not skip what this one could not give.
        while (consumer->count > 0) {
            const struct gm_message *m = &consumer->messages[--consumer->count];
            gm_embedded_source(consumer, m->topic, m->partition)->position = m->offset;
        }
    }
    if (consumer->count == 0)
        gm_embedded_release(consumer);
    return err;
}

enum gm_err gm_embedded_poll(void *context, size_t max_messages, int64_t timeout_us,
                             struct gm_batch *ret_batch, struct gm_error *error)
{
    struct gm_embedded_consumer *consumer = context;
    struct gm_embedded *log = consumer->log;
    int64_t start_us = gm_monotonic_us();
    int64_t generation = consumer->generation;
    gm_embedded_release(consumer);
    consumer->count = 0;
    for (;;) {
        uint32_t rung = gm_wake_seen(&log->wake);
        enum gm_err err = GM_OK;
        if (!consumer->owned)
            err = gm_group_claim(consumer, error);
        if (!err && consumer->owned)
            err = look(consumer, max_messages, error);
        if (err)
            return err;

        uint32_t wakes = atomic_load_explicit(&log->wakes, memory_order_acquire);
        bool woken = wakes != consumer->wakes_seen;
        consumer->wakes_seen = wakes;
        int64_t left_us = timeout_us - (gm_monotonic_us() - start_us);
        if (consumer->count > 0 || consumer->lost > 0 || consumer->generation != generation ||
            woken || left_us <= 0)
            break;
        int64_t interval_us = consumer->owned ? LOOK_INTERVAL_US : CLAIM_INTERVAL_US;
        gm_wake_wait(&log->wake, rung, left_us < interval_us ? left_us : interval_us);
    }
    *ret_batch = (struct gm_batch){
        .messages = consumer->messages,
        .count = consumer->count,
        .generation = consumer->generation,
        .lost = consumer->lost,
    };
    consumer->lost = 0;
    return GM_OK;
}

enum gm_err gm_embedded_seek(void *context, enum gm_topic topic, int32_t partition, int64_t offset,
                             struct gm_error *error)
{
    struct gm_embedded_consumer *consumer = context;
    struct gm_embedded *log = consumer->log;
    struct gm_bounds bounds[GM_BUS_PARTITIONS_MAX];
    if (!(consumer->topics & 1u << topic) || partition >= log->partitions)
        return gm_error_set(error, GM_ERR_INVALID, "%s, partition %d: not read by this consumer",
                            gm_topic_name(topic), (int)partition);
    gm_embedded_release(consumer);
    consumer->count = 0;
    enum gm_err err = snapshot_begin(consumer, error);
    if (err)
        return err;
    err = gm_embedded_bounds(log, consumer->snapshot, topic, bounds, error);
    gm_embedded_release(consumer);
    if (err)
        return err;
    if (offset > bounds[partition].end)
        return gm_error_set(error, GM_ERR_INVALID,
                            "%s, partition %d: offset %lld is past the end, %lld: has the log been "
                            "replaced?",
                            gm_topic_name(topic), (int)partition, (long long)offset,
                            (long long)bounds[partition].end);
    if (offset < bounds[partition].begin)
        offset = bounds[partition].begin;
    struct gm_source *source = gm_embedded_source(consumer, topic, partition);
    source->position = source->pending = offset;
    return GM_OK;
}

// ------------------------------------------------------------------------- open and close

// A reader without a group owns everything at once and begins where it was told to.
static enum gm_err start_independent(struct gm_embedded_consumer *consumer, struct gm_error *error)
{
    enum gm_err err = snapshot_begin(consumer, error);
    if (err)
        return err;
    err = sources_load(consumer, error);
    gm_embedded_release(consumer);
    if (err)
        return err;
    for (size_t i = 0; consumer->start == GM_BUS_LATEST && i < consumer->sources_count; i++)
        consumer->sources[i].position = consumer->sources[i].end;
    consumer->lost = 0;
    consumer->owned = true;
    consumer->generation = 1;
    return GM_OK;
}

enum gm_err gm_embedded_consumer_open(void *backend, const char *group, unsigned topics,
                                      enum gm_bus_start start, void **ret_consumer,
                                      struct gm_error *error)
{
    struct gm_embedded *log = backend;
    size_t sources = (size_t)__builtin_popcount(topics) * (size_t)log->partitions;
    struct gm_embedded_consumer *consumer = calloc(1, sizeof *consumer);
    if (!consumer)
        return gm_error_set(error, GM_ERR_NOMEM, "out of memory");
    consumer->log = log;
    consumer->topics = topics;
    consumer->start = start;
    consumer->lock_fd = -1;
    consumer->wakes_seen = atomic_load_explicit(&log->wakes, memory_order_acquire);
    consumer->sources = calloc(sources, sizeof *consumer->sources);
    consumer->heap = calloc(sources, sizeof(struct gm_source *));
    enum gm_err err = GM_OK;
    if (!consumer->sources || !consumer->heap) {
        err = gm_error_set(error, GM_ERR_NOMEM, "out of memory");
        goto fail;
    }
    for (int topic = 0; topic < GM_TOPIC_COUNT; topic++) {
        for (int p = 0; (topics & 1u << topic) && p < log->partitions; p++) {
            struct gm_source *source = &consumer->sources[consumer->sources_count++];
            source->topic = source->head.topic = (enum gm_topic)topic;
            source->partition = source->head.partition = p;
            source->pending = -1;
        }
    }
    if (group) {
        consumer->grouped = true;
        strcpy(consumer->group, group);
        err = gm_group_open(consumer, error);
    } else {
        err = start_independent(consumer, error);
    }
    if (err)
        goto fail;
    *ret_consumer = consumer;
    return GM_OK;
fail:
    gm_embedded_consumer_close(consumer);
    return err;
}

void gm_embedded_consumer_close(void *context)
{
    struct gm_embedded_consumer *consumer = context;
    gm_embedded_txn_orphan(consumer);
    for (size_t i = 0; i < consumer->sources_count; i++) {
        if (consumer->sources[i].cursor)
            mdb_cursor_close(consumer->sources[i].cursor);
    }
    if (consumer->snapshot)
        mdb_txn_abort(consumer->snapshot);
    gm_group_close(consumer);
    free(consumer->sources);
    free(consumer->heap);
    free(consumer->messages);
    free(consumer);
}
