// What the contract tests share: a table of backends, and a fresh bus of the one under test.
#ifndef GM_TEST_BUS_CONTRACT_H
#define GM_TEST_BUS_CONTRACT_H

#include "fixture.h"

struct fixture {
    char *path;
    struct gm_bus_config config;
    struct gm_bus *bus;
    struct gm_bus_txn *txn;
};

int contract_set_up(void **state);
int contract_tear_down(void **state);

#define CASE(name) cmocka_unit_test_setup_teardown(name, contract_set_up, contract_tear_down)

// Runs the tests once for each backend; returns main's exit status.
#define run_contract(tests) run_contract_tests((tests), sizeof(tests) / sizeof *(tests))
int run_contract_tests(const struct CMUnitTest *tests, size_t count);

// Closes the bus and opens it anew, with f->config.
void reopen(struct fixture *f);

struct gm_bus_consumer *consumer(struct fixture *f, const char *group, unsigned topics,
                                 enum gm_bus_start start);

// Polls once, with time enough to wait, and expects so many messages.
struct gm_batch poll_for(struct gm_bus_consumer *c, size_t max, size_t expected);

// Commits f->txn with the consumer past `count` messages.
void advance(struct fixture *f, struct gm_bus_consumer *c, size_t count);

#endif
