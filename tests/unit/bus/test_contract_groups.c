// What bus.h promises of groups, their owners and waiting, held against every backend.
#include "contract.h"

#include "base/clock.h"

#include <pthread.h>

// ------------------------------------------------------------------------- groups

static void test_a_new_group_starts_where_it_is_told_to(void **state)
{
    struct fixture *f = *state;
    publish(f->bus, GM_TOPIC_LIVE_PRICES, "bitcoin", "a");
    struct gm_bus_consumer *earliest = consumer(f, "earliest", PRICES, GM_BUS_EARLIEST);
    struct gm_bus_consumer *latest = consumer(f, "latest", PRICES, GM_BUS_LATEST);
    struct gm_bus_consumer *independent = consumer(f, NULL, PRICES, GM_BUS_LATEST);
    assert_nothing(latest);
    publish(f->bus, GM_TOPIC_LIVE_PRICES, "bitcoin", "b");
    assert_reads(earliest, "a b");
    assert_reads(latest, "b");
    assert_reads(independent, "b");
    gm_bus_consumer_close(earliest);
    gm_bus_consumer_close(latest);
    gm_bus_consumer_close(independent);
    // What it has once seen as its start, it remembers.
    latest = consumer(f, "latest", PRICES, GM_BUS_LATEST);
    assert_reads(latest, "b");
    gm_bus_consumer_close(latest);
}

static void test_a_group_has_one_owner(void **state)
{
    struct fixture *f = *state;
    struct gm_batch batch;
    for (int i = 0; i < 3; i++)
        publish(f->bus, GM_TOPIC_LIVE_PRICES, KEYS[i], (const char *[]){"a", "b", "c"}[i]);
    struct gm_bus_consumer *first = consumer(f, "g", PRICES, GM_BUS_EARLIEST);
    struct gm_bus_consumer *second = consumer(f, "g", PRICES, GM_BUS_EARLIEST);
    batch = poll_for(first, 2, 2);
    assert_int_equal(batch.generation, 1);
    OK(gm_bus_poll(second, 10, 1000, &batch, &error));
    assert_int_equal(batch.count, 0);
    assert_int_equal(batch.generation, 0);
    advance(f, first, 1);
    poll_for(first, 2, 2); // read, not committed
    gm_bus_consumer_close(first);

    batch = poll_for(second, 10, 2);
    assert_int_equal(batch.generation, 1);
    assert_true(gm_str_equal(batch.messages[0].value, gm_str("b")));
    gm_bus_release(second);
    batch = poll_for(second, 10, 0);
    assert_int_equal(batch.generation, 1);
    gm_bus_consumer_close(second);
}

struct waiter {
    struct gm_bus_consumer *consumer;
    struct gm_batch batch;
    enum gm_err err;
    int64_t timeout_us, waited_us;
};

static void *wait_in_poll(void *context)
{
    struct waiter *w = context;
    int64_t start_us = gm_monotonic_us();
    w->err = gm_bus_poll(w->consumer, 10, w->timeout_us, &w->batch, NULL);
    w->waited_us = gm_monotonic_us() - start_us;
    return NULL;
}

static pthread_t start_waiting(struct waiter *w, struct gm_bus_consumer *c)
{
    pthread_t thread;
    *w = (struct waiter){.consumer = c, .timeout_us = DEADLINE_US};
    assert_int_equal(pthread_create(&thread, NULL, wait_in_poll, w), 0);
    return thread;
}

static void end_waiting(struct waiter *w, pthread_t thread)
{
    pthread_join(thread, NULL);
    assert_int_equal(w->err, GM_OK);
    assert_true(w->waited_us < w->timeout_us);
}

static void test_a_waiting_consumer_takes_over(void **state)
{
    struct fixture *f = *state;
    struct waiter w;
    struct gm_bus_consumer *first = consumer(f, "g", PRICES, GM_BUS_EARLIEST);
    struct gm_bus_consumer *second = consumer(f, "g", PRICES, GM_BUS_EARLIEST);
    assert_nothing(first);
    pthread_t thread = start_waiting(&w, second);
    gm_bus_consumer_close(first);
    end_waiting(&w, thread);
    assert_int_equal(w.batch.count, 0);
    assert_int_equal(w.batch.generation, 1);
    gm_bus_consumer_close(second);
}

static void test_groups_do_not_disturb_one_another(void **state)
{
    struct fixture *f = *state;
    publish(f->bus, GM_TOPIC_LIVE_PRICES, "bitcoin", "a");
    struct gm_bus_consumer *one = consumer(f, "one", PRICES, GM_BUS_EARLIEST);
    struct gm_bus_consumer *longer = consumer(f, "one.more", PRICES, GM_BUS_EARLIEST);
    poll_for(one, 10, 1);
    advance(f, one, 1);
    assert_reads(longer, "a");
    gm_bus_consumer_close(one);
    gm_bus_consumer_close(longer);
}

static void test_seek_moves_the_reader_and_not_the_group(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 4; i++)
        publish(f->bus, GM_TOPIC_LIVE_PRICES, "bitcoin", (const char *[]){"a", "b", "c", "d"}[i]);
    struct gm_bus_consumer *c = consumer(f, "g", PRICES, GM_BUS_EARLIEST);
    poll_for(c, 3, 3);
    advance(f, c, 3);
    OK(gm_bus_seek(c, GM_TOPIC_LIVE_PRICES, 0, 1, &error));
    assert_reads(c, "b c d");
    OK(gm_bus_seek(c, GM_TOPIC_LIVE_PRICES, 0, 4, &error));
    assert_nothing(c);
    FAILS(gm_bus_seek(c, GM_TOPIC_LIVE_PRICES, 0, 5, &error), GM_ERR_INVALID, "past the end");
    FAILS(gm_bus_seek(c, GM_TOPIC_LIVE_PRICES, 3, 0, &error), GM_ERR_INVALID, "partition 3");
    FAILS(gm_bus_seek(c, GM_TOPIC_LIVE_SOCIAL, 0, 0, &error), GM_ERR_INVALID, "live-social");
    FAILS(gm_bus_seek(c, GM_TOPIC_LIVE_PRICES, -1, 0, &error), GM_ERR_INVALID, "-1");
    gm_bus_consumer_close(c);
    c = consumer(f, "g", PRICES, GM_BUS_EARLIEST);
    assert_reads(c, "d");

    // Until a transaction takes it along.
    OK(gm_bus_seek(c, GM_TOPIC_LIVE_PRICES, 0, 2, &error));
    advance(f, c, 0);
    assert_reads(c, "c d");
    gm_bus_consumer_close(c);
    c = consumer(f, "g", PRICES, GM_BUS_EARLIEST);
    assert_reads(c, "c d");
    OK(gm_bus_seek(c, GM_TOPIC_LIVE_PRICES, 0, 4, &error));
    advance(f, c, 0);
    gm_bus_consumer_close(c);
    c = consumer(f, "g", PRICES, GM_BUS_EARLIEST);
    assert_nothing(c);
    gm_bus_consumer_close(c);
}

// ------------------------------------------------------------------------- waiting

static void test_a_commit_wakes_a_waiting_poll(void **state)
{
    struct fixture *f = *state;
    struct waiter w;
    struct gm_bus_consumer *c = consumer(f, NULL, PRICES, GM_BUS_LATEST);
    pthread_t thread = start_waiting(&w, c);
    publish(f->bus, GM_TOPIC_LIVE_PRICES, "bitcoin", "a");
    end_waiting(&w, thread);
    assert_int_equal(w.batch.count, 1);
    gm_bus_consumer_close(c);
}

static void test_wake_ends_every_poll(void **state)
{
    struct fixture *f = *state;
    struct waiter w[3];
    pthread_t threads[3];
    struct gm_bus_consumer *c[3];
    struct gm_bus_consumer *owner = consumer(f, "g", PRICES, GM_BUS_LATEST);
    assert_nothing(owner);
    c[0] = consumer(f, NULL, PRICES, GM_BUS_LATEST);
    c[1] = consumer(f, "h", PRICES, GM_BUS_LATEST);
    c[2] = consumer(f, "g", PRICES, GM_BUS_LATEST);
    assert_nothing(c[1]);
    for (int i = 0; i < 3; i++)
        threads[i] = start_waiting(&w[i], c[i]);
    gm_bus_wake(f->bus);
    for (int i = 0; i < 3; i++) {
        end_waiting(&w[i], threads[i]);
        assert_int_equal(w[i].batch.count, 0);
        gm_bus_consumer_close(c[i]);
    }
    gm_bus_consumer_close(owner);
}

static void test_a_wake_before_the_poll_is_not_lost(void **state)
{
    struct fixture *f = *state;
    struct waiter w;
    struct gm_bus_consumer *c = consumer(f, NULL, PRICES, GM_BUS_LATEST);
    gm_bus_wake(f->bus);
    w = (struct waiter){.consumer = c, .timeout_us = DEADLINE_US};
    wait_in_poll(&w);
    assert_int_equal(w.err, GM_OK);
    assert_true(w.waited_us < DEADLINE_US);
    // And it counts once: the next poll waits for its time.
    w.timeout_us = 20000;
    wait_in_poll(&w);
    assert_true(w.waited_us >= w.timeout_us);
    gm_bus_consumer_close(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_a_new_group_starts_where_it_is_told_to),
        CASE(test_a_group_has_one_owner),
        CASE(test_a_waiting_consumer_takes_over),
        CASE(test_groups_do_not_disturb_one_another),
        CASE(test_seek_moves_the_reader_and_not_the_group),
        CASE(test_a_commit_wakes_a_waiting_poll),
        CASE(test_wake_ends_every_poll),
        CASE(test_a_wake_before_the_poll_is_not_lost),
    };
    return run_contract(tests);
}
