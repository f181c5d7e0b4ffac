// What the tests of the store share: a folder for each test, and rows to put in.
#ifndef TESTS_STORE_FIXTURE_H
#define TESTS_STORE_FIXTURE_H

#include "store/internal.h"
#include "store/store.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct fixture {
    char folder[64];
    char path[128]; // FOLDER/gm.duckdb
};

// For cmocka: *state is a struct fixture; the folder and all in it goes with it.
int fixture_setup(void **state);
int fixture_teardown(void **state);

// FOLDER/NAME, in static memory until the next call.
const char *fixture_path(const struct fixture *fixture, const char *name);

// Opens PATH or fails the test.
struct gm_store *fixture_open(const char *path);

// Fails the test unless `err` is GM_OK, with the message.
void must(enum gm_err err, const struct gm_error *error);

// A social row and a price row about bitcoin, `offset` minutes after 2026-02-21T10:00:00Z.
struct gm_signal sample_signal(int64_t offset);
struct gm_signal sample_price(int64_t offset);
struct gm_post sample_post(int64_t offset);
struct gm_alert sample_alert(int64_t offset);
struct gm_dead_letter sample_letter(const char *payload, size_t len);
int64_t sample_time(int64_t minutes);

// One transaction: rows first … first + count - 1 of market_signals and of posts, and the offset of
// live-social behind them.
enum gm_err add_rows(struct gm_store *store, int64_t first, int64_t count, struct gm_error *error);

int64_t count_rows(struct gm_store *store, enum gm_store_table table);
int64_t get_offset(struct gm_store *store);

// A private mount namespace for this process with a tmpfs of `bytes` at `folder`; false where this
// machine forbids it. It ends with the process.
bool mount_small_disk(const char *folder, size_t bytes);

#endif
