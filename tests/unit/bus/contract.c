// See contract.h.
#include "contract.h"

#include <stdlib.h>
#include <string.h>

// A backend, and how a test gets a fresh bus of it.
struct backend {
    const char *name;
    struct gm_bus_config (*config)(const char *path);
};

static const struct backend backends[] = {
    {"embedded", embedded_config},
};

static const struct backend *backend; // the one under test

int contract_set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    f->path = make_folder();
    f->config = backend->config(f->path);
    f->config.backend = backend->name;
    OK(gm_bus_open(&f->config, &f->bus, &error));
    OK(gm_bus_txn_create(f->bus, "test", &f->txn, &error));
    *state = f;
    return 0;
}

int contract_tear_down(void **state)
{
    struct fixture *f = *state;
    gm_bus_txn_destroy(f->txn);
    gm_bus_close(f->bus);
    remove_folder(f->path);
    free(f);
    return 0;
}

void reopen(struct fixture *f)
{
    gm_bus_txn_destroy(f->txn);
    gm_bus_close(f->bus);
    OK(gm_bus_open(&f->config, &f->bus, &error));
    OK(gm_bus_txn_create(f->bus, "test", &f->txn, &error));
}

struct gm_bus_consumer *consumer(struct fixture *f, const char *group, unsigned topics,
                                 enum gm_bus_start start)
{
    struct gm_bus_consumer *c;
    OK(gm_bus_consumer_open(f->bus, group, topics, start, &c, &error));
    return c;
}

struct gm_batch poll_for(struct gm_bus_consumer *c, size_t max, size_t expected)
{
    struct gm_batch batch;
    OK(gm_bus_poll(c, max, expected > 0 ? DEADLINE_US : 0, &batch, &error));
    assert_int_equal(batch.count, expected);
    return batch;
}

void advance(struct fixture *f, struct gm_bus_consumer *c, size_t count)
{
    OK(gm_bus_txn_advance(f->txn, c, count, &error));
    OK(gm_bus_txn_commit(f->txn, &error));
}

// cmocka's macro wants an array of known length; the function behind it takes a count.
int run_contract_tests(const struct CMUnitTest *tests, size_t count)
{
    size_t known = sizeof backends / sizeof *backends;
    int failed = 0;
    for (size_t i = 0; i < known; i++) {
        backend = &backends[i];
        failed += _cmocka_run_group_tests(backend->name, tests, count, NULL, NULL);
    }
    for (size_t i = 0; gm_bus_backends[i]; i++) {
        if (i >= known || strcmp(gm_bus_backends[i]->name, backends[i].name) != 0) {
            print_error("backend %s is not tested\n", gm_bus_backends[i]->name);
            failed++;
        }
    }
    return failed != 0;
}
