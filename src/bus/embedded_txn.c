// A transaction before its commit: messages as finished records in one growing buffer, cursors in
// another, and a list of the consumers whose positions it carries.
#include "bus/embedded.h"

#include "base/buffer.h"

#include <stdlib.h>

enum {
    // After a commit a transaction keeps no more memory than this.
    KEEP_BYTES = 4 * 1024 * 1024,
    CURSORS_BYTES_MAX = 1024 * 1024,
};

// Precedes each record in the buffer.
struct entry {
    uint32_t record_bytes;
    uint16_t topic, partition;
};

// Precedes each cursor's name and text in the buffer.
struct cursor_entry {
    uint32_t name_len, text_len;
};

struct gm_embedded_txn {
    struct gm_embedded *log;
    struct gm_buffer messages; // struct entry and record, over and over
    size_t small_bytes;        // of records that share pages
    int64_t own_pages;         // of records that do not
    struct gm_buffer cursors;  // struct cursor_entry, name, text
    struct gm_embedded_consumer *consumers;
    bool orphaned; // a consumer was closed before the commit
};

enum gm_err gm_embedded_txn_create(void *backend, const char *name, void **ret_txn,
                                   struct gm_error *error)
{
    (void)name; // one writer at a time: there is nobody to tell apart
    struct gm_embedded_txn *txn = calloc(1, sizeof *txn);
    if (!txn)
        return gm_error_set(error, GM_ERR_NOMEM, "out of memory");
    txn->log = backend;
    gm_buffer_init(&txn->messages, GM_BUS_TXN_BYTES_MAX);
    gm_buffer_init(&txn->cursors, CURSORS_BYTES_MAX);
    *ret_txn = txn;
    return GM_OK;
}

void gm_embedded_txn_destroy(void *context)
{
    struct gm_embedded_txn *txn = context;
    gm_embedded_txn_abort(txn);
    gm_buffer_finish(&txn->messages);
    gm_buffer_finish(&txn->cursors);
    free(txn);
}

// Room for `bytes` more, or the buffer as it was.
static char *reserve(struct gm_buffer *buffer, size_t bytes, struct gm_error *error)
{
    char *at = gm_buffer_reserve(buffer, bytes);
    if (!at) {
        gm_buffer_ok(buffer, error);
        gm_error_prefix(error, "transaction");
        buffer->failed = GM_OK;
    }
    return at;
}

enum gm_err gm_embedded_txn_append(void *context, enum gm_topic topic, struct gm_str key,
                                   struct gm_str value, struct gm_error *error)
{
    struct gm_embedded_txn *txn = context;
    struct gm_error own;
    size_t bytes = GM_RECORD_HEADER_BYTES + key.len + value.len;
    struct entry entry = {
        .record_bytes = (uint32_t)bytes,
        .topic = (uint16_t)topic,
        .partition = (uint16_t)gm_topic_partition(key, txn->log->partitions),
    };
    error = error ? error : &own;
    char *at = reserve(&txn->messages, sizeof entry + bytes, error);
    if (!at)
        return error->code;
    memcpy(at, &entry, sizeof entry);
    gm_record_write(at + sizeof entry, key, value);
    txn->messages.len += sizeof entry + bytes;

    int64_t pages = gm_writer_pages(txn->log, bytes);
    txn->own_pages += pages;
    if (pages == 0)
        txn->small_bytes += bytes + 32; // LMDB's node and index
    return GM_OK;
}

enum gm_err gm_embedded_txn_set_cursor(void *context, const char *name, struct gm_str text,
                                       struct gm_error *error)
{
    struct gm_embedded_txn *txn = context;
    struct gm_error own;
    struct cursor_entry entry = {(uint32_t)strlen(name), (uint32_t)text.len};
    size_t bytes = sizeof entry + entry.name_len + entry.text_len;
    error = error ? error : &own;
    char *at = reserve(&txn->cursors, bytes, error);
    if (!at)
        return error->code;
    memcpy(at, &entry, sizeof entry);
    memcpy(at + sizeof entry, name, entry.name_len);
    if (text.len)
        memcpy(at + sizeof entry + entry.name_len, text.data, text.len);
    txn->cursors.len += bytes;
    return GM_OK;
}

enum gm_err gm_embedded_txn_advance(void *context, void *consumer_context, size_t count,
                                    struct gm_error *error)
{
    struct gm_embedded_txn *txn = context;
    struct gm_embedded_consumer *consumer = consumer_context;
    if (count > consumer->count)
        return gm_error_set(error, GM_ERR_INVALID,
                            "group %s: %zu messages to advance past, the last batch had %zu",
                            consumer->group, count, consumer->count);
    if (consumer->txn && consumer->txn != txn)
        return gm_error_set(error, GM_ERR_INVALID,
                            "group %s: another transaction carries its position", consumer->group);
    if (!consumer->txn) {
        consumer->txn = txn;
        consumer->next_in_txn = txn->consumers;
        txn->consumers = consumer;
    }
    // Backwards, so that what stays is the first message that is not passed, or else the place
    // after the last one that is.
    for (size_t i = consumer->count; i-- > count;) {
        const struct gm_message *m = &consumer->messages[i];
        gm_embedded_source(consumer, m->topic, m->partition)->pending = m->offset;
    }
    for (size_t i = 0; i < count; i++) {
        const struct gm_message *m = &consumer->messages[i];
        gm_embedded_source(consumer, m->topic, m->partition)->pending = m->offset + 1;
    }
    return GM_OK;
}

// ------------------------------------------------------------------------- committing

static enum gm_err check(struct gm_embedded_txn *txn, struct gm_writer *writer,
                         struct gm_error *error)
{
    enum gm_err err = GM_OK;
    if (txn->orphaned)
        return gm_error_set(error, GM_ERR_FENCED,
                            "the consumer whose position it carries was closed");
    for (struct gm_embedded_consumer *c = txn->consumers; !err && c; c = c->next_in_txn)
        err = gm_group_check(c, writer->txn, error);
    if (err || (txn->messages.len == 0 && txn->cursors.len == 0))
        return err;
    size_t shared_bytes = txn->small_bytes + txn->cursors.len;
    int64_t pages = (int64_t)(2 * shared_bytes / (size_t)txn->log->page_bytes) + txn->own_pages + 8;
    return gm_writer_claim_room(writer, pages, error);
}

static enum gm_err put_positions(struct gm_embedded_consumer *consumer, struct gm_writer *writer,
                                 struct gm_error *error)
{
    enum gm_err err = GM_OK;
    for (size_t i = 0; !err && i < consumer->sources_count; i++) {
        const struct gm_source *s = &consumer->sources[i];
        if (s->pending >= 0)
            err = gm_writer_group_put(writer, consumer->group, s->topic, s->partition, s->pending,
                                      error);
    }
    return err;
}

static enum gm_err apply(struct gm_writer *writer, void *context, struct gm_error *error)
{
    struct gm_embedded_txn *txn = context;
    enum gm_err err = check(txn, writer, error);
    for (size_t at = 0; !err && at < txn->messages.len;) {
        struct entry entry;
        memcpy(&entry, txn->messages.data + at, sizeof entry);
        err = gm_writer_append(writer, (enum gm_topic)entry.topic, entry.partition,
                               txn->messages.data + at + sizeof entry, entry.record_bytes, error);
        at += sizeof entry + entry.record_bytes;
    }
    for (size_t at = 0; !err && at < txn->cursors.len;) {
        struct cursor_entry entry;
        memcpy(&entry, txn->cursors.data + at, sizeof entry);
        const char *name = txn->cursors.data + at + sizeof entry;
        err = gm_writer_put(writer, txn->log->cursors, (struct gm_str){name, entry.name_len},
                            name + entry.name_len, entry.text_len, error);
        at += sizeof entry + entry.name_len + entry.text_len;
    }
    for (struct gm_embedded_consumer *c = txn->consumers; !err && c; c = c->next_in_txn)
        err = put_positions(c, writer, error);
    return err;
}

static void empty_buffer(struct gm_buffer *buffer)
{
    size_t limit = buffer->limit;
    if (buffer->capacity > KEEP_BYTES) {
        gm_buffer_finish(buffer);
        gm_buffer_init(buffer, limit);
    }
    gm_buffer_reset(buffer);
}

// Forgets all that was collected; committed positions become the consumers'.
static void empty(struct gm_embedded_txn *txn, bool committed)
{
    for (struct gm_embedded_consumer *c = txn->consumers, *next; c; c = next) {
        next = c->next_in_txn;
        c->txn = NULL;
        c->next_in_txn = NULL;
        for (size_t i = 0; i < c->sources_count; i++) {
            if (committed && c->sources[i].pending >= 0)
                c->sources[i].position = c->sources[i].pending;
            c->sources[i].pending = -1;
        }
        if (committed)
            gm_embedded_release(c);
    }
    txn->consumers = NULL;
    txn->orphaned = false;
    txn->small_bytes = 0;
    txn->own_pages = 0;
    empty_buffer(&txn->messages);
    empty_buffer(&txn->cursors);
}

enum gm_err gm_embedded_txn_commit(void *context, struct gm_error *error)
{
    struct gm_embedded_txn *txn = context;
    struct gm_commit commit = {
        .apply = apply,
        .context = txn,
        .bytes = txn->messages.len + txn->cursors.len,
    };
    enum gm_err err = gm_embedded_commit(txn->log, &commit, error);
    if (err)
        return err;
    empty(txn, true);
    return GM_OK;
}

void gm_embedded_txn_abort(void *context)
{
    empty(context, false);
}

void gm_embedded_txn_orphan(struct gm_embedded_consumer *consumer)
{
    struct gm_embedded_txn *txn = consumer->txn;
    if (!txn)
        return;
    struct gm_embedded_consumer **link = &txn->consumers;
    while (*link != consumer)
        link = &(*link)->next_in_txn;
    *link = consumer->next_in_txn;
    txn->orphaned = true;
}
