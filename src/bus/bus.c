// The front of the bus: picks the backend and checks arguments, so that no backend has to.
#include "bus/bus.h"

#include "bus/backend.h"

#include <assert.h>
#include <stdlib.h>

const struct gm_bus_ops *const gm_bus_backends[] = {
    &gm_bus_embedded,
    NULL,
};

struct gm_bus {
    const struct gm_bus_ops *ops;
    void *backend;
};

struct gm_bus_consumer {
    const struct gm_bus_ops *ops;
    void *backend;
    bool grouped;
};

struct gm_bus_txn {
    const struct gm_bus_ops *ops;
    void *backend;
    bool empty;
};

static enum gm_err check_name(const char *what, const char *name, struct gm_error *error)
{
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    size_t len = name ? strlen(name) : 0;
    if (len == 0)
        return gm_error_set(error, GM_ERR_INVALID, "a %s's name must not be empty", what);
    if (len > GM_BUS_GROUP_BYTES_MAX)
        return gm_error_set(error, GM_ERR_INVALID, "%s %.16s…: a name has at most %d bytes", what,
                            name, GM_BUS_GROUP_BYTES_MAX);
    if (strspn(name, allowed) != len || name[0] == '.')
        return gm_error_set(error, GM_ERR_INVALID,
                            "%s '%s': a name is made of A-Z a-z 0-9 . _ - and begins with no dot",
                            what, name);
    return GM_OK;
}

static bool is_topic(enum gm_topic topic)
{
    return (unsigned)topic < GM_TOPIC_COUNT;
}

enum gm_err gm_bus_open(const struct gm_bus_config *config, struct gm_bus **ret_bus,
                        struct gm_error *error)
{
    const struct gm_bus_ops *const *ops = gm_bus_backends;
    while (*ops && (!config->backend || strcmp((*ops)->name, config->backend) != 0))
        ops++;
    if (!*ops)
        return gm_error_set(error, GM_ERR_UNSUPPORTED, "bus.backend: there is no backend '%s'",
                            config->backend ? config->backend : "");
    if (config->partitions < 0 || config->partitions > GM_BUS_PARTITIONS_MAX)
        return gm_error_set(error, GM_ERR_INVALID, "bus.partitions: %d is not in 1 … %d",
                            config->partitions, GM_BUS_PARTITIONS_MAX);
    if (config->retention_us < 0)
        return gm_error_set(error, GM_ERR_INVALID, "bus.retention: must not be negative");

    struct gm_bus *bus = calloc(1, sizeof *bus);
    if (!bus)
        return gm_error_set(error, GM_ERR_NOMEM, "out of memory");
    bus->ops = *ops;
    enum gm_err err = bus->ops->open(config, &bus->backend, error);
    if (err) {
        free(bus);
        return err;
    }
    *ret_bus = bus;
    return GM_OK;
}

void gm_bus_close(struct gm_bus *bus)
{
    if (!bus)
        return;
    bus->ops->close(bus->backend);
    free(bus);
}

int gm_bus_partitions(const struct gm_bus *bus)
{
    return bus->ops->partitions(bus->backend);
}

int64_t gm_bus_identity(const struct gm_bus *bus)
{
    return bus->ops->identity(bus->backend);
}

void gm_bus_wake(struct gm_bus *bus)
{
    bus->ops->wake(bus->backend);
}

// ------------------------------------------------------------------------- reading

enum gm_err gm_bus_consumer_open(struct gm_bus *bus, const char *group, unsigned topics,
                                 enum gm_bus_start start, struct gm_bus_consumer **ret_consumer,
                                 struct gm_error *error)
{
    enum gm_err err = group ? check_name("group", group, error) : GM_OK;
    if (err)
        return err;
    if (topics == 0 || topics >= 1u << GM_TOPIC_COUNT)
        return gm_error_set(error, GM_ERR_INVALID, "a consumer needs a set of known topics");

    struct gm_bus_consumer *consumer = calloc(1, sizeof *consumer);
    if (!consumer)
        return gm_error_set(error, GM_ERR_NOMEM, "out of memory");
    consumer->ops = bus->ops;
    consumer->grouped = group != NULL;
    err = bus->ops->consumer_open(bus->backend, group, topics, start, &consumer->backend, error);
    if (err) {
        free(consumer);
        return err;
    }
    *ret_consumer = consumer;
    return GM_OK;
}

void gm_bus_consumer_close(struct gm_bus_consumer *consumer)
{
    if (!consumer)
        return;
    consumer->ops->consumer_close(consumer->backend);
    free(consumer);
}

enum gm_err gm_bus_poll(struct gm_bus_consumer *consumer, size_t max_messages, int64_t timeout_us,
                        struct gm_batch *ret_batch, struct gm_error *error)
{
    if (max_messages == 0)
        return gm_error_set(error, GM_ERR_INVALID, "a poll must ask for at least one message");
    if (max_messages > GM_BUS_BATCH_MESSAGES_MAX)
        max_messages = GM_BUS_BATCH_MESSAGES_MAX;
    return consumer->ops->poll(consumer->backend, max_messages, timeout_us > 0 ? timeout_us : 0,
                               ret_batch, error);
}

void gm_bus_release(struct gm_bus_consumer *consumer)
{
    consumer->ops->release(consumer->backend);
}

enum gm_err gm_bus_seek(struct gm_bus_consumer *consumer, enum gm_topic topic, int32_t partition,
                        int64_t offset, struct gm_error *error)
{
    if (!is_topic(topic) || partition < 0 || offset < 0)
        return gm_error_set(error, GM_ERR_INVALID,
                            "topic %d, partition %d, offset %lld: no such place", (int)topic,
                            (int)partition, (long long)offset);
    return consumer->ops->seek(consumer->backend, topic, partition, offset, error);
}

enum gm_err gm_bus_read_back(struct gm_bus *bus, enum gm_topic topic, gm_bus_visit_fn *visit,
                             void *context, struct gm_error *error)
{
    if (!is_topic(topic))
        return gm_error_set(error, GM_ERR_INVALID, "topic %d: no such topic", (int)topic);
    return bus->ops->read_back(bus->backend, topic, visit, context, error);
}

// ------------------------------------------------------------------------- writing

enum gm_err gm_bus_txn_create(struct gm_bus *bus, const char *name, struct gm_bus_txn **ret_txn,
                              struct gm_error *error)
{
    enum gm_err err = check_name("transaction", name, error);
    if (err)
        return err;
    struct gm_bus_txn *txn = calloc(1, sizeof *txn);
    if (!txn)
        return gm_error_set(error, GM_ERR_NOMEM, "out of memory");
    txn->ops = bus->ops;
    txn->empty = true;
    err = bus->ops->txn_create(bus->backend, name, &txn->backend, error);
    if (err) {
        free(txn);
        return err;
    }
    *ret_txn = txn;
    return GM_OK;
}

void gm_bus_txn_destroy(struct gm_bus_txn *txn)
{
    if (!txn)
        return;
    txn->ops->txn_destroy(txn->backend);
    free(txn);
}

enum gm_err gm_bus_txn_append(struct gm_bus_txn *txn, enum gm_topic topic, struct gm_str key,
                              struct gm_str value, struct gm_error *error)
{
    if (!is_topic(topic))
        return gm_error_set(error, GM_ERR_INVALID, "topic %d: no such topic", (int)topic);
    if (key.len > GM_BUS_MESSAGE_BYTES_MAX || value.len > GM_BUS_MESSAGE_BYTES_MAX - key.len)
        return gm_error_set(error, GM_ERR_LIMIT,
                            "%s: a message of %zu bytes; key and value have at most %d",
                            gm_topic_name(topic), key.len + value.len, GM_BUS_MESSAGE_BYTES_MAX);
    enum gm_err err = txn->ops->txn_append(txn->backend, topic, key, value, error);
    if (!err)
        txn->empty = false;
    return err;
}

enum gm_err gm_bus_txn_advance(struct gm_bus_txn *txn, struct gm_bus_consumer *consumer,
                               size_t count, struct gm_error *error)
{
    if (!consumer->grouped)
        return gm_error_set(error, GM_ERR_INVALID, "a reader without a group has no position");
    assert(txn->ops == consumer->ops);
    enum gm_err err = txn->ops->txn_advance(txn->backend, consumer->backend, count, error);
    if (!err)
        txn->empty = false;
    return err;
}

enum gm_err gm_bus_txn_set_cursor(struct gm_bus_txn *txn, const char *name, struct gm_str text,
                                  struct gm_error *error)
{
    enum gm_err err = check_name("cursor", name, error);
    if (err)
        return err;
    if (text.len > GM_BUS_CURSOR_BYTES_MAX)
        return gm_error_set(error, GM_ERR_LIMIT, "cursor %s: %zu bytes; at most %d", name, text.len,
                            GM_BUS_CURSOR_BYTES_MAX);
    if (text.len > 0 && memchr(text.data, '\0', text.len))
        return gm_error_set(error, GM_ERR_INVALID, "cursor %s: the text holds a NUL", name);
    err = txn->ops->txn_set_cursor(txn->backend, name, text, error);
    if (!err)
        txn->empty = false;
    return err;
}

enum gm_err gm_bus_txn_commit(struct gm_bus_txn *txn, struct gm_error *error)
{
    if (txn->empty)
        return GM_OK;
    enum gm_err err = txn->ops->txn_commit(txn->backend, error);
    if (!err)
        txn->empty = true;
    return err;
}

void gm_bus_txn_abort(struct gm_bus_txn *txn)
{
    txn->ops->txn_abort(txn->backend);
    txn->empty = true;
}

enum gm_err gm_bus_get_cursor(struct gm_bus *bus, const char *name, char *ret_text,
                              struct gm_error *error)
{
    enum gm_err err = check_name("cursor", name, error);
    return err ? err : bus->ops->get_cursor(bus->backend, name, ret_text, error);
}

// ------------------------------------------------------------------------- looking

enum gm_err gm_bus_describe(struct gm_bus *bus,
                            void (*visit_partition)(void *, const struct gm_bus_partition_info *),
                            void (*visit_group)(void *, const struct gm_bus_group_info *),
                            void *context, struct gm_error *error)
{
    return bus->ops->describe(bus->backend, visit_partition, visit_group, context, error);
}

enum gm_err gm_bus_retain(struct gm_bus *bus, int64_t now_us, size_t max_messages,
                          int64_t *ret_removed, struct gm_error *error)
{
    return bus->ops->retain(bus->backend, now_us, max_messages, ret_removed, error);
}
