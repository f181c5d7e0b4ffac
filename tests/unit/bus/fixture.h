// What the tests of the bus share: a folder of their own, a log in it, short ways to write and
// read.
#ifndef GM_TEST_BUS_FIXTURE_H
#define GM_TEST_BUS_FIXTURE_H

#include "bus/backend.h"
#include "bus/bus.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <cmocka.h>

enum { PRICES = 1u << GM_TOPIC_LIVE_PRICES, SOCIAL = 1u << GM_TOPIC_LIVE_SOCIAL };

// Long enough for any machine; a test that waits this long has failed.
#define DEADLINE_US ((int64_t)30 * 1000000)

extern struct gm_error error; // of the last call in OK or FAILS

// `expression` must succeed; else the test fails with the message.
#define OK(expression) check_ok((expression), #expression, __FILE__, __LINE__)
void check_ok(enum gm_err err, const char *expression, const char *file, int line);

// `expression` must fail with `code`, and the message must hold `text`.
#define FAILS(expression, code, text)                                                              \
    check_fails((expression), (code), (text), #expression, __FILE__, __LINE__)
void check_fails(enum gm_err err, enum gm_err code, const char *text, const char *expression,
                 const char *file, int line);

// As assert_true, but also for a child process.
#define CHECK(expression) check_true((expression), #expression, __FILE__, __LINE__)
void check_true(bool holds, const char *expression, const char *file, int line);

// A new folder under TMPDIR or /tmp; remove_folder removes it with all that is in it.
char *make_folder(void);
void remove_folder(char *path);

// A file's path in a folder; freed by the caller.
char *path_in(const char *folder, const char *name);

struct bytes {
    char *data;
    size_t len;
};

void write_file(const char *folder, const char *name, struct bytes bytes);
struct bytes read_file(const char *folder, const char *name); // data is freed by the caller

// An embedded log in `path`: 3 partitions, 64 MiB, no retention, no fdatasync.
struct gm_bus_config embedded_config(const char *path);

// One message in a transaction that is not committed.
void append(struct gm_bus_txn *txn, enum gm_topic topic, const char *key, const char *value);

// One message, committed.
void publish(struct gm_bus *bus, enum gm_topic topic, const char *key, const char *value);

// Polls until `count` messages have come, and joins their values as "a b c"; commits nothing. The
// text is freed by the caller.
char *read_values(struct gm_bus_consumer *consumer, size_t count);

// As read_values, compared with `expected`, which holds as many values.
#define assert_reads(consumer, expected) check_reads((consumer), (expected), __FILE__, __LINE__)
void check_reads(struct gm_bus_consumer *consumer, const char *expected, const char *file,
                 int line);

// A poll that does not wait finds nothing.
#define assert_nothing(consumer) check_nothing((consumer), __FILE__, __LINE__)
void check_nothing(struct gm_bus_consumer *consumer, const char *file, int line);

// The keys of the first tickers that fall into partitions 0, 1 and 2 of 3.
extern const char *const KEYS[3];

// Runs `body` in a child process, which exits with what it returns; waits, and returns the exit
// status, or 1000 + the signal that killed it.
int in_child(int (*body)(void *), void *context);
pid_t start_child(int (*body)(void *), void *context);
int end_child(pid_t child);

#endif
