// What a bus backend provides. Adding one: its own file(s) in this folder and a line in the table
// of bus.c; tests/unit/bus then runs over it.
//
// Each slot has the contract of the function of that name in bus.h. The front (bus.c) has checked
// the arguments: names, sizes, NULLs.
#ifndef GM_BUS_BACKEND_H
#define GM_BUS_BACKEND_H

#include "bus/bus.h"

struct gm_bus_ops {
    const char *name;

    enum gm_err (*open)(const struct gm_bus_config *, void **ret_backend, struct gm_error *);
    void (*close)(void *backend); // any thread, once
    int (*partitions)(void *backend);
    int64_t (*identity)(void *backend);
    void (*wake)(void *backend); // any thread, does not block

    // A consumer is used by one thread at a time. Only poll may block.
    enum gm_err (*consumer_open)(void *backend, const char *group, unsigned topics,
                                 enum gm_bus_start, void **ret_consumer, struct gm_error *);
    void (*consumer_close)(void *consumer);
    enum gm_err (*poll)(void *consumer, size_t max_messages, int64_t timeout_us,
                        struct gm_batch *ret_batch, struct gm_error *);
    void (*release)(void *consumer);
    enum gm_err (*seek)(void *consumer, enum gm_topic, int32_t partition, int64_t offset,
                        struct gm_error *);
    enum gm_err (*read_back)(void *backend, enum gm_topic, gm_bus_visit_fn *, void *context,
                             struct gm_error *);

    // A transaction is used by one thread at a time. Only commit may block (on the disk).
    enum gm_err (*txn_create)(void *backend, const char *name, void **ret_txn, struct gm_error *);
    void (*txn_destroy)(void *txn);
    enum gm_err (*txn_append)(void *txn, enum gm_topic, struct gm_str key, struct gm_str value,
                              struct gm_error *);
    enum gm_err (*txn_advance)(void *txn, void *consumer, size_t count, struct gm_error *);
    enum gm_err (*txn_set_cursor)(void *txn, const char *name, struct gm_str text,
                                  struct gm_error *);
    enum gm_err (*txn_commit)(void *txn, struct gm_error *);
    void (*txn_abort)(void *txn);
    enum gm_err (*get_cursor)(void *backend, const char *name, char *ret_text, struct gm_error *);

    enum gm_err (*describe)(void *backend, void (*)(void *, const struct gm_bus_partition_info *),
                            void (*)(void *, const struct gm_bus_group_info *), void *context,
                            struct gm_error *);
    enum gm_err (*retain)(void *backend, int64_t now_us, size_t max_messages, int64_t *ret_removed,
                          struct gm_error *);
};

extern const struct gm_bus_ops gm_bus_embedded;

// All of them, and then NULL.
extern const struct gm_bus_ops *const gm_bus_backends[];

#endif
