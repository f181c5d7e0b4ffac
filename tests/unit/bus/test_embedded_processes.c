// The embedded log between processes: wake-ups, takeovers, and kill -9 at any moment.
#include "fixture.h"

#include "base/clock.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct peer {
    const char *path;
    int to_child[2], to_parent[2]; // pipes
    bool sync;
};

static void make_pipes(struct peer *peer)
{
    assert_int_equal(pipe(peer->to_child), 0);
    assert_int_equal(pipe(peer->to_parent), 0);
}

// The parent keeps its ends alone, so that a dead child is an end of file and not a long wait.
static void close_childs_ends(struct peer *peer)
{
    close(peer->to_child[0]);
    close(peer->to_parent[1]);
}

static void close_pipes(struct peer *peer)
{
    close(peer->to_child[1]);
    close(peer->to_parent[0]);
}

static void send_byte(int fd)
{
    CHECK(write(fd, "x", 1) == 1);
}

static bool receive_byte(int fd)
{
    char byte;
    return read(fd, &byte, 1) == 1;
}

static struct gm_bus *open_bus(const char *path, bool sync)
{
    struct gm_bus_config config = embedded_config(path);
    struct gm_bus *bus;
    config.sync = sync;
    OK(gm_bus_open(&config, &bus, &error));
    return bus;
}

static struct gm_bus_consumer *open_consumer(struct gm_bus *bus, const char *group, unsigned topics,
                                             enum gm_bus_start start)
{
    struct gm_bus_consumer *c;
    OK(gm_bus_consumer_open(bus, group, topics, start, &c, &error));
    return c;
}

// ------------------------------------------------------------------------- wake-ups

enum { ROUNDS = 200 };

// Answers each message with the microseconds from its sending to its arrival.
static int wake_child(void *context)
{
    struct peer *peer = context;
    struct gm_bus *bus = open_bus(peer->path, false);
    struct gm_bus_consumer *c = open_consumer(bus, NULL, PRICES, GM_BUS_EARLIEST);
    send_byte(peer->to_parent[1]);
    for (int i = 0; i < ROUNDS; i++) {
        struct gm_batch batch;
        int64_t sent_us, took_us;
        OK(gm_bus_poll(c, 1, DEADLINE_US, &batch, &error));
        took_us = gm_monotonic_us();
        CHECK(batch.count == 1 && batch.messages[0].value.len == sizeof sent_us);
        memcpy(&sent_us, batch.messages[0].value.data, sizeof sent_us);
        took_us -= sent_us;
        CHECK(write(peer->to_parent[1], &took_us, sizeof took_us) == sizeof took_us);
    }
    gm_bus_consumer_close(c);
    gm_bus_close(bus);
    return 0;
}

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void test_a_commit_wakes_another_process(void **state)
{
    (void)state;
    char *path = make_folder();
    struct peer peer = {.path = path};
    struct gm_bus_txn *txn;
    int64_t took_us[ROUNDS];
    make_pipes(&peer);
    pid_t child = start_child(wake_child, &peer);
    close_childs_ends(&peer);
    assert_true(receive_byte(peer.to_parent[0]));
    struct gm_bus *bus = open_bus(path, false);
    OK(gm_bus_txn_create(bus, "t", &txn, &error));
    for (int i = 0; i < ROUNDS; i++) {
        int64_t now_us = gm_monotonic_us();
        OK(gm_bus_txn_append(txn, GM_TOPIC_LIVE_PRICES, gm_str("bitcoin"),
                             (struct gm_str){(const char *)&now_us, sizeof now_us}, &error));
        OK(gm_bus_txn_commit(txn, &error));
        assert_int_equal(read(peer.to_parent[0], &took_us[i], sizeof took_us[i]),
                         sizeof took_us[i]);
    }
    assert_int_equal(end_child(child), 0);
    qsort(took_us, ROUNDS, sizeof *took_us, compare);
    print_message("commit to waiting process: p50 %lld us, p99 %lld us\n",
                  (long long)took_us[ROUNDS / 2], (long long)took_us[ROUNDS * 99 / 100]);
    // Half of them late would mean that the look once a second finds them, and not the bell.
    assert_true(took_us[ROUNDS / 2] < 200000);
    gm_bus_txn_destroy(txn);
    gm_bus_close(bus);
    close_pipes(&peer);
    remove_folder(path);
}

// ------------------------------------------------------------------------- groups

// Owns the group, commits past one message, reads another, and waits to be killed or told to end.
static int owner_child(void *context)
{
    struct peer *peer = context;
    struct gm_bus *bus = open_bus(peer->path, false);
    struct gm_bus_consumer *c = open_consumer(bus, "g", PRICES, GM_BUS_EARLIEST);
    struct gm_bus_txn *txn;
    struct gm_batch batch;
    OK(gm_bus_txn_create(bus, "t", &txn, &error));
    OK(gm_bus_poll(c, 2, DEADLINE_US, &batch, &error));
    CHECK(batch.count == 2);
    OK(gm_bus_txn_advance(txn, c, 1, &error));
    OK(gm_bus_txn_commit(txn, &error));
    OK(gm_bus_poll(c, 1, DEADLINE_US, &batch, &error));
    CHECK(batch.count == 1);
    send_byte(peer->to_parent[1]);
    receive_byte(peer->to_child[0]);
    gm_bus_txn_destroy(txn);
    gm_bus_consumer_close(c);
    gm_bus_close(bus);
    return 0;
}

static void take_over(bool with_kill)
{
    char *path = make_folder();
    struct peer peer = {.path = path};
    struct gm_bus *bus = open_bus(path, false);
    struct gm_batch batch;
    publish(bus, GM_TOPIC_LIVE_PRICES, "bitcoin", "a");
    publish(bus, GM_TOPIC_LIVE_PRICES, "bitcoin", "b");
    gm_bus_close(bus);

    make_pipes(&peer);
    pid_t child = start_child(owner_child, &peer);
    close_childs_ends(&peer);
    bus = open_bus(path, false);
    assert_true(receive_byte(peer.to_parent[0]));
    struct gm_bus_consumer *c = open_consumer(bus, "g", PRICES, GM_BUS_EARLIEST);
    OK(gm_bus_poll(c, 10, 100000, &batch, &error));
    assert_int_equal(batch.count, 0);
    assert_int_equal(batch.generation, 0);

    int64_t start_us = gm_monotonic_us();
    if (with_kill)
        kill(child, SIGKILL);
    else
        send_byte(peer.to_child[1]);
    OK(gm_bus_poll(c, 10, DEADLINE_US, &batch, &error));
    int64_t took_us = gm_monotonic_us() - start_us;
    assert_int_equal(batch.generation, 1);
    assert_int_equal(batch.count, 1);
    assert_true(gm_str_equal(batch.messages[0].value, gm_str("b")));
    print_message("taken over after %lld us\n", (long long)took_us);
    assert_int_equal(end_child(child), with_kill ? 1000 + SIGKILL : 0);
    gm_bus_consumer_close(c);
    gm_bus_close(bus);
    close_pipes(&peer);
    remove_folder(path);
}

static void test_a_group_passes_on_when_its_owner_leaves(void **state)
{
    (void)state;
    take_over(false);
}

static void test_a_group_passes_on_when_its_owner_is_killed(void **state)
{
    (void)state;
    take_over(true);
}

static void test_an_owner_that_was_replaced_is_fenced(void **state)
{
    (void)state;
    char *path = make_folder(), *lock_path;
    struct gm_bus *bus = open_bus(path, false);
    struct gm_bus_txn *txn;
    struct gm_batch batch;
    OK(gm_bus_txn_create(bus, "t", &txn, &error));
    publish(bus, GM_TOPIC_LIVE_PRICES, "bitcoin", "a");
    struct gm_bus_consumer *old = open_consumer(bus, "g", PRICES, GM_BUS_EARLIEST);
    OK(gm_bus_poll(old, 1, 0, &batch, &error));
    assert_int_equal(batch.count, 1);

    // Whoever deletes the lock file lets a second owner in.
    assert_true(asprintf(&lock_path, "%s/groups/g.lock", path) > 0);
    assert_int_equal(unlink(lock_path), 0);
    struct gm_bus_consumer *new = open_consumer(bus, "g", PRICES, GM_BUS_EARLIEST);
    OK(gm_bus_poll(new, 1, 0, &batch, &error));
    assert_int_equal(batch.count, 1);

    append(txn, GM_TOPIC_MARKET_SIGNALS, "bitcoin", "twice");
    OK(gm_bus_txn_advance(txn, old, 1, &error));
    FAILS(gm_bus_txn_commit(txn, &error), GM_ERR_FENCED, "group g");
    gm_bus_txn_abort(txn);
    OK(gm_bus_txn_advance(txn, new, 1, &error));
    OK(gm_bus_txn_commit(txn, &error));

    // The old one learns of it, and waits for its turn.
    publish(bus, GM_TOPIC_LIVE_PRICES, "bitcoin", "b");
    OK(gm_bus_poll(old, 1, DEADLINE_US, &batch, &error));
    assert_int_equal(batch.count, 0);
    assert_int_equal(batch.generation, 2);
    struct gm_bus_consumer *signals =
        open_consumer(bus, NULL, 1u << GM_TOPIC_MARKET_SIGNALS, GM_BUS_EARLIEST);
    assert_nothing(signals);
    assert_reads(new, "b");
    gm_bus_consumer_close(signals);
    gm_bus_consumer_close(old);
    gm_bus_consumer_close(new);
    gm_bus_txn_destroy(txn);
    gm_bus_close(bus);
    free(lock_path);
    remove_folder(path);
}

// ------------------------------------------------------------------------- kill -9

// Works as a stage does: produces a price and a post in one transaction, and in the next takes
// what it reads and puts it into the signals, moving its group. Tells each round by a byte.
static int worker_child(void *context)
{
    struct peer *peer = context;
    struct gm_bus *bus = open_bus(peer->path, peer->sync);
    struct gm_bus_consumer *c = open_consumer(bus, "g", PRICES | SOCIAL, GM_BUS_EARLIEST);
    struct gm_bus_txn *feed, *process;
    OK(gm_bus_txn_create(bus, "feed", &feed, &error));
    OK(gm_bus_txn_create(bus, "process", &process, &error));
    for (unsigned i = 0;; i++) {
        struct gm_batch batch;
        char text[GM_BUS_CURSOR_BYTES_MAX + 1] = "0", value[32];
        gm_bus_get_cursor(bus, "feed", text, NULL);
        int n = atoi(text);
        snprintf(value, sizeof value, "p%d", n);
        append(feed, GM_TOPIC_LIVE_PRICES, KEYS[n % 3], value);
        snprintf(value, sizeof value, "s%d", n);
        append(feed, GM_TOPIC_LIVE_SOCIAL, KEYS[n % 3], value);
        snprintf(text, sizeof text, "%d", n + 1);
        OK(gm_bus_txn_set_cursor(feed, "feed", gm_str(text), &error));
        OK(gm_bus_txn_commit(feed, &error));

        OK(gm_bus_poll(c, 1 + i % 4, 0, &batch, &error));
        for (size_t m = 0; m < batch.count; m++)
            OK(gm_bus_txn_append(process, GM_TOPIC_MARKET_SIGNALS, batch.messages[m].key,
                                 batch.messages[m].value, &error));
        OK(gm_bus_txn_advance(process, c, batch.count, &error));
        OK(gm_bus_txn_commit(process, &error));
        send_byte(peer->to_parent[1]);
    }
    return 0;
}

// All or nothing, nothing twice, nothing in between: prices and posts in pairs, and the signals
// the first so many of them in the same order.
static int64_t check_log(const char *path)
{
    struct gm_bus *bus = open_bus(path, false);
    struct gm_bus_consumer *inputs = open_consumer(bus, NULL, PRICES | SOCIAL, GM_BUS_EARLIEST);
    struct gm_bus_consumer *outputs =
        open_consumer(bus, NULL, 1u << GM_TOPIC_MARKET_SIGNALS, GM_BUS_EARLIEST);
    struct gm_bus_consumer *group = open_consumer(bus, "g", PRICES | SOCIAL, GM_BUS_EARLIEST);
    struct gm_batch in, out, rest;
    char value[32];
    OK(gm_bus_poll(inputs, GM_BUS_BATCH_MESSAGES_MAX, 0, &in, &error));
    OK(gm_bus_poll(outputs, GM_BUS_BATCH_MESSAGES_MAX, 0, &out, &error));
    OK(gm_bus_poll(group, GM_BUS_BATCH_MESSAGES_MAX, 0, &rest, &error));
    assert_int_equal(in.count % 2, 0);
    for (size_t i = 0; i < in.count; i++) {
        snprintf(value, sizeof value, "%c%zu", "ps"[i % 2], i / 2);
        assert_true(gm_str_equal(in.messages[i].value, gm_str(value)));
    }
    for (size_t i = 0; i < out.count; i++) {
        assert_true(i < in.count);
        assert_true(gm_str_equal(out.messages[i].value, in.messages[i].value));
    }
    assert_int_equal(in.count - out.count, rest.count);
    if (rest.count > 0)
        assert_int_equal(rest.messages[0].sequence, in.messages[out.count].sequence);
    // The sequence has no hole: what was read is all there is.
    int64_t last = 0;
    if (in.count > 0)
        last = in.messages[in.count - 1].sequence + 1;
    if (out.count > 0 && out.messages[out.count - 1].sequence >= last)
        last = out.messages[out.count - 1].sequence + 1;
    assert_int_equal(last, in.count + out.count);
    gm_bus_consumer_close(inputs);
    gm_bus_consumer_close(outputs);
    gm_bus_consumer_close(group);
    gm_bus_close(bus);
    return last;
}

static void test_kill_9_at_any_moment(void **state)
{
    (void)state;
    char *path = make_folder();
    uint32_t random = (uint32_t)gm_monotonic_us();
    int64_t messages = 0;
    print_message("seed %u\n", random);
    for (int round = 0; round < 30; round++) {
        struct peer peer = {.path = path, .sync = round % 2 == 0};
        make_pipes(&peer);
        pid_t child = start_child(worker_child, &peer);
        close_childs_ends(&peer);
        // So many transactions, and then a moment in the middle of the next.
        random = random * 1664525 + 1013904223;
        for (uint32_t i = 0; i < random >> 26; i++)
            assert_true(receive_byte(peer.to_parent[0]));
        int64_t until_us = gm_monotonic_us() + (random >> 16 & 1023);
        while (gm_monotonic_us() < until_us)
            continue;
        kill(child, SIGKILL);
        assert_int_equal(end_child(child), 1000 + SIGKILL);
        int64_t now = check_log(path);
        assert_true(now >= messages);
        messages = now;
        close_pipes(&peer);
    }
    assert_true(messages > 1000);
    remove_folder(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_commit_wakes_another_process),
        cmocka_unit_test(test_a_group_passes_on_when_its_owner_leaves),
        cmocka_unit_test(test_a_group_passes_on_when_its_owner_is_killed),
        cmocka_unit_test(test_an_owner_that_was_replaced_is_fenced),
        cmocka_unit_test(test_kill_9_at_any_moment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
