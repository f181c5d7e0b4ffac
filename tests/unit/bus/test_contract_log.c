// What bus.h promises of messages and transactions, held against every backend.
#include "contract.h"

#include "base/clock.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ------------------------------------------------------------------------- order

static void test_messages_come_back_as_they_went(void **state)
{
    struct fixture *f = *state;
    char big[5000];
    memset(big, 'x', sizeof big);
    int64_t before_us = gm_clock_now_us(&gm_clock_real);
    OK(gm_bus_txn_append(f->txn, GM_TOPIC_LIVE_PRICES, gm_str("bitcoin"),
                         (struct gm_str){"a\0b", 3}, &error));
    OK(gm_bus_txn_append(f->txn, GM_TOPIC_LIVE_PRICES, (struct gm_str){NULL, 0},
                         (struct gm_str){NULL, 0}, &error));
    OK(gm_bus_txn_append(f->txn, GM_TOPIC_LIVE_PRICES, gm_str("bitcoin"),
                         (struct gm_str){big, sizeof big}, &error));
    OK(gm_bus_txn_commit(f->txn, &error));

    struct gm_bus_consumer *c = consumer(f, NULL, PRICES, GM_BUS_EARLIEST);
    struct gm_batch batch = poll_for(c, 10, 3);
    const struct gm_message *m = batch.messages;
    assert_true(gm_str_equal(m[0].key, gm_str("bitcoin")));
    assert_int_equal(m[0].value.len, 3);
    assert_memory_equal(m[0].value.data, "a\0b", 3);
    assert_int_equal(m[1].key.len, 0);
    assert_int_equal(m[1].value.len, 0);
    assert_int_equal(m[2].value.len, sizeof big);
    assert_memory_equal(m[2].value.data, big, sizeof big);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(m[i].topic, GM_TOPIC_LIVE_PRICES);
        assert_true(m[i].time_us >= before_us);
        assert_true(m[i].time_us <= gm_clock_now_us(&gm_clock_real));
    }
    gm_bus_consumer_close(c);
}

static void test_offsets_count_each_partition_from_zero(void **state)
{
    struct fixture *f = *state;
    int64_t next[3] = {0};
    assert_int_equal(gm_bus_partitions(f->bus), 3);
    for (int i = 0; i < 60; i++) {
        append(f->txn, GM_TOPIC_LIVE_SOCIAL, KEYS[i * 7 % 3], "x");
        if (i % 11 == 0)
            OK(gm_bus_txn_commit(f->txn, &error));
    }
    OK(gm_bus_txn_commit(f->txn, &error));
    struct gm_bus_consumer *c = consumer(f, NULL, SOCIAL, GM_BUS_EARLIEST);
    struct gm_batch batch = poll_for(c, 100, 60);
    for (size_t i = 0; i < batch.count; i++) {
        const struct gm_message *m = &batch.messages[i];
        assert_int_equal(m->partition, gm_topic_partition(m->key, 3));
        assert_int_equal(m->offset, next[m->partition]++);
    }
    assert_int_equal(next[0], 20);
    assert_int_equal(next[1], 20);
    gm_bus_consumer_close(c);
}

static void test_topics_are_merged_in_the_order_of_appending(void **state)
{
    struct fixture *f = *state;
    unsigned all = (1u << GM_TOPIC_COUNT) - 1;
    char value[16];
    for (int i = 0; i < 500; i++) {
        snprintf(value, sizeof value, "%d", i);
        append(f->txn, (enum gm_topic)(i * 13 % GM_TOPIC_COUNT), KEYS[i * 7 % 3], value);
        if (i % 7 == 0)
            OK(gm_bus_txn_commit(f->txn, &error));
    }
    OK(gm_bus_txn_commit(f->txn, &error));
    struct gm_bus_consumer *c = consumer(f, NULL, all, GM_BUS_EARLIEST);
    int64_t expected = 0;
    while (expected < 500) {
        struct gm_batch batch;
        OK(gm_bus_poll(c, 33, DEADLINE_US, &batch, &error));
        assert_true(batch.count > 0);
        for (size_t i = 0; i < batch.count; i++, expected++) {
            const struct gm_message *m = &batch.messages[i];
            if (m->sequence < 0)
                continue; // a backend without a total order
            assert_int_equal(m->sequence, expected);
            snprintf(value, sizeof value, "%d", (int)expected);
            assert_true(gm_str_equal(m->value, gm_str(value)));
        }
    }
    gm_bus_consumer_close(c);
}

// ------------------------------------------------------------------------- transactions

static void test_nothing_is_read_before_the_commit(void **state)
{
    struct fixture *f = *state;
    struct gm_bus_consumer *c = consumer(f, NULL, PRICES | SOCIAL, GM_BUS_EARLIEST);
    append(f->txn, GM_TOPIC_LIVE_PRICES, "bitcoin", "a");
    append(f->txn, GM_TOPIC_LIVE_SOCIAL, "bitcoin", "b");
    assert_nothing(c);
    OK(gm_bus_txn_commit(f->txn, &error));
    assert_reads(c, "a b");
    gm_bus_consumer_close(c);
}

static void test_an_abort_leaves_nothing_and_the_transaction_usable(void **state)
{
    struct fixture *f = *state;
    char cursor[GM_BUS_CURSOR_BYTES_MAX + 1];
    publish(f->bus, GM_TOPIC_LIVE_PRICES, "bitcoin", "0");
    struct gm_bus_consumer *c = consumer(f, "g", PRICES, GM_BUS_EARLIEST);
    poll_for(c, 10, 1);
    append(f->txn, GM_TOPIC_LIVE_PRICES, "bitcoin", "aborted");
    OK(gm_bus_txn_set_cursor(f->txn, "feed", gm_str("aborted"), &error));
    OK(gm_bus_txn_advance(f->txn, c, 1, &error));
    gm_bus_txn_abort(f->txn);
    OK(gm_bus_txn_commit(f->txn, &error)); // empty: no error, nothing written
    append(f->txn, GM_TOPIC_LIVE_PRICES, "bitcoin", "kept");
    OK(gm_bus_txn_commit(f->txn, &error));
    gm_bus_consumer_close(c);

    c = consumer(f, "g", PRICES, GM_BUS_EARLIEST);
    assert_reads(c, "0 kept");
    assert_nothing(c);
    FAILS(gm_bus_get_cursor(f->bus, "feed", cursor, &error), GM_ERR_NOT_FOUND, "feed");
    gm_bus_consumer_close(c);
}

static void test_destroying_a_transaction_aborts_it(void **state)
{
    struct fixture *f = *state;
    struct gm_bus_txn *txn;
    OK(gm_bus_txn_create(f->bus, "other", &txn, &error));
    append(txn, GM_TOPIC_LIVE_PRICES, "bitcoin", "lost");
    gm_bus_txn_destroy(txn);
    gm_bus_txn_destroy(NULL);
    struct gm_bus_consumer *c = consumer(f, NULL, PRICES, GM_BUS_EARLIEST);
    assert_nothing(c);
    gm_bus_consumer_close(c);
}

static void test_outputs_and_position_move_together(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 4; i++)
        publish(f->bus, GM_TOPIC_LIVE_PRICES, KEYS[i % 3], (const char *[]){"a", "b", "c", "d"}[i]);
    struct gm_bus_consumer *c = consumer(f, "g", PRICES, GM_BUS_EARLIEST);
    poll_for(c, 3, 3);
    append(f->txn, GM_TOPIC_MARKET_SIGNALS, "bitcoin", "s");
    OK(gm_bus_txn_set_cursor(f->txn, "at", gm_str("3"), &error));
    advance(f, c, 3);
    gm_bus_consumer_close(c);
    reopen(f);

    char cursor[GM_BUS_CURSOR_BYTES_MAX + 1];
    OK(gm_bus_get_cursor(f->bus, "at", cursor, &error));
    assert_string_equal(cursor, "3");
    c = consumer(f, "g", PRICES, GM_BUS_LATEST);
    assert_reads(c, "d");
    gm_bus_consumer_close(c);
    c = consumer(f, NULL, 1u << GM_TOPIC_MARKET_SIGNALS, GM_BUS_EARLIEST);
    assert_reads(c, "s");
    gm_bus_consumer_close(c);
}

static void test_a_commit_of_part_of_a_batch_gives_the_rest_again(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 6; i++)
        append(f->txn, i % 2 ? GM_TOPIC_LIVE_PRICES : GM_TOPIC_LIVE_SOCIAL, KEYS[i % 3],
               (const char *[]){"a", "b", "c", "d", "e", "f"}[i]);
    OK(gm_bus_txn_commit(f->txn, &error));
    struct gm_bus_consumer *c = consumer(f, "g", PRICES | SOCIAL, GM_BUS_EARLIEST);
    poll_for(c, 10, 6);
    advance(f, c, 2);
    assert_reads(c, "c d e f");
    FAILS(gm_bus_txn_advance(f->txn, c, 7, &error), GM_ERR_INVALID, "g");
    gm_bus_consumer_close(c);
    c = consumer(f, "g", PRICES | SOCIAL, GM_BUS_EARLIEST);
    assert_reads(c, "c d e f");
    gm_bus_consumer_close(c);
}

static void test_a_released_batch_can_still_be_committed(void **state)
{
    struct fixture *f = *state;
    publish(f->bus, GM_TOPIC_LIVE_PRICES, "bitcoin", "a");
    struct gm_bus_consumer *c = consumer(f, "g", PRICES, GM_BUS_EARLIEST);
    poll_for(c, 10, 1);
    gm_bus_release(c);
    gm_bus_release(c);
    advance(f, c, 1);
    gm_bus_consumer_close(c);
    c = consumer(f, "g", PRICES, GM_BUS_EARLIEST);
    assert_nothing(c);
    gm_bus_consumer_close(c);
}

static void test_one_transaction_advances_several_groups(void **state)
{
    struct fixture *f = *state;
    publish(f->bus, GM_TOPIC_LIVE_PRICES, "bitcoin", "a");
    struct gm_bus_consumer *one = consumer(f, "one", PRICES, GM_BUS_EARLIEST);
    struct gm_bus_consumer *two = consumer(f, "two", PRICES, GM_BUS_EARLIEST);
    poll_for(one, 10, 1);
    poll_for(two, 10, 1);
    OK(gm_bus_txn_advance(f->txn, one, 1, &error));
    advance(f, two, 1);
    gm_bus_consumer_close(one);
    gm_bus_consumer_close(two);
    one = consumer(f, "one", PRICES, GM_BUS_EARLIEST);
    two = consumer(f, "two", PRICES, GM_BUS_EARLIEST);
    assert_nothing(one);
    assert_nothing(two);
    gm_bus_consumer_close(one);
    gm_bus_consumer_close(two);
}

static void test_a_closed_consumer_takes_its_transaction_with_it(void **state)
{
    struct fixture *f = *state;
    publish(f->bus, GM_TOPIC_LIVE_PRICES, "bitcoin", "a");
    struct gm_bus_consumer *c = consumer(f, "g", PRICES, GM_BUS_EARLIEST);
    poll_for(c, 10, 1);
    append(f->txn, GM_TOPIC_MARKET_SIGNALS, "bitcoin", "s");
    OK(gm_bus_txn_advance(f->txn, c, 1, &error));
    gm_bus_consumer_close(c);
    FAILS(gm_bus_txn_commit(f->txn, &error), GM_ERR_FENCED, "closed");
    gm_bus_txn_abort(f->txn);
    OK(gm_bus_txn_commit(f->txn, &error));
    c = consumer(f, NULL, 1u << GM_TOPIC_MARKET_SIGNALS, GM_BUS_EARLIEST);
    assert_nothing(c);
    gm_bus_consumer_close(c);
}

static void test_two_transactions_cannot_carry_one_consumer(void **state)
{
    struct fixture *f = *state;
    struct gm_bus_txn *other;
    publish(f->bus, GM_TOPIC_LIVE_PRICES, "bitcoin", "a");
    struct gm_bus_consumer *c = consumer(f, "g", PRICES, GM_BUS_EARLIEST);
    poll_for(c, 10, 1);
    OK(gm_bus_txn_create(f->bus, "other", &other, &error));
    OK(gm_bus_txn_advance(f->txn, c, 1, &error));
    FAILS(gm_bus_txn_advance(other, c, 1, &error), GM_ERR_INVALID, "another transaction");
    gm_bus_txn_abort(f->txn);
    OK(gm_bus_txn_advance(other, c, 1, &error));
    OK(gm_bus_txn_commit(other, &error));
    gm_bus_txn_destroy(other);
    gm_bus_consumer_close(c);
}

struct committer {
    struct gm_bus *bus;
    int id;
    enum gm_err err;
};

enum { COMMITTERS = 4, COMMITS = 50, MESSAGES = 3 };

static void *commit_many(void *context)
{
    struct committer *self = context;
    struct gm_bus_txn *txn = NULL;
    char name[16], value[32];
    snprintf(name, sizeof name, "writer-%d", self->id);
    self->err = gm_bus_txn_create(self->bus, name, &txn, NULL);
    for (int i = 0; !self->err && i < COMMITS; i++) {
        for (int m = 0; !self->err && m < MESSAGES; m++) {
            snprintf(value, sizeof value, "%d %d %d", self->id, i, m);
            self->err =
                gm_bus_txn_append(txn, GM_TOPIC_LIVE_PRICES, gm_str(KEYS[m]), gm_str(value), NULL);
        }
        if (!self->err)
            self->err = gm_bus_txn_commit(txn, NULL);
    }
    gm_bus_txn_destroy(txn);
    return NULL;
}

static void test_threads_commit_at_once(void **state)
{
    struct fixture *f = *state;
    pthread_t threads[COMMITTERS];
    struct committer committers[COMMITTERS];
    int next[COMMITTERS] = {0};
    for (int i = 0; i < COMMITTERS; i++) {
        committers[i] = (struct committer){.bus = f->bus, .id = i};
        assert_int_equal(pthread_create(&threads[i], NULL, commit_many, &committers[i]), 0);
    }
    for (int i = 0; i < COMMITTERS; i++) {
        pthread_join(threads[i], NULL);
        assert_int_equal(committers[i].err, GM_OK);
    }
    struct gm_bus_consumer *c = consumer(f, NULL, PRICES, GM_BUS_EARLIEST);
    struct gm_batch batch = poll_for(c, 10000, COMMITTERS * COMMITS * MESSAGES);
    for (size_t i = 0; i < batch.count; i++) {
        int id, commit, message;
        char value[32];
        snprintf(value, sizeof value, "%.*s", GM_STR_ARG(batch.messages[i].value));
        assert_int_equal(sscanf(value, "%d %d %d", &id, &commit, &message), 3);
        if (batch.messages[i].sequence < 0)
            continue;
        // A transaction's messages stand together, and a thread's transactions in its order.
        assert_int_equal(message, (int)(i % MESSAGES));
        assert_int_equal(commit, next[id] / MESSAGES);
        next[id]++;
    }
    gm_bus_consumer_close(c);
}

// ------------------------------------------------------------------------- retention

static void test_retention_removes_the_old_and_tells_the_late(void **state)
{
    struct fixture *f = *state;
    int64_t removed = -1, now_us = gm_clock_now_us(&gm_clock_real);
    OK(gm_bus_retain(f->bus, now_us + GM_US_PER_DAY, 100, &removed, &error));
    assert_int_equal(removed, 0); // no retention: never
    f->config.retention_us = GM_US_PER_HOUR;
    reopen(f);

    for (int i = 0; i < 9; i++)
        append(f->txn, GM_TOPIC_LIVE_PRICES, KEYS[i % 3],
               (const char *[]){"a", "b", "c", "d", "e", "f", "g", "h", "i"}[i]);
    OK(gm_bus_txn_commit(f->txn, &error));
    struct gm_bus_consumer *c = consumer(f, "g", PRICES, GM_BUS_EARLIEST);
    struct gm_bus_consumer *late = consumer(f, NULL, PRICES, GM_BUS_EARLIEST);
    poll_for(c, 1, 1);
    advance(f, c, 1);

    OK(gm_bus_retain(f->bus, now_us, 100, &removed, &error));
    assert_int_equal(removed, 0); // young enough
    OK(gm_bus_retain(f->bus, now_us + 2 * GM_US_PER_HOUR, 4, &removed, &error));
    assert_int_equal(removed, 4);
    OK(gm_bus_retain(f->bus, now_us + 2 * GM_US_PER_HOUR, 100, &removed, &error));
    assert_int_equal(removed, 5);

    struct gm_batch batch = poll_for(c, 10, 0);
    assert_int_equal(batch.lost, 8);
    batch = poll_for(c, 10, 0);
    assert_int_equal(batch.lost, 0);
    batch = poll_for(late, 10, 0);
    assert_int_equal(batch.lost, 9);
    gm_bus_consumer_close(c);
    gm_bus_consumer_close(late);

    reopen(f);
    publish(f->bus, GM_TOPIC_LIVE_PRICES, KEYS[0], "next");
    c = consumer(f, NULL, PRICES, GM_BUS_EARLIEST);
    batch = poll_for(c, 10, 1);
    assert_int_equal(batch.messages[0].offset, 3); // an empty partition goes on counting
    assert_int_equal(batch.lost, 0);
    OK(gm_bus_seek(c, GM_TOPIC_LIVE_PRICES, 0, 0, &error));
    batch = poll_for(c, 10, 1);
    assert_int_equal(batch.messages[0].offset, 3);
    assert_int_equal(batch.lost, 0); // asked for, and moved to the oldest kept
    gm_bus_consumer_close(c);
}

// ------------------------------------------------------------------------- reading back

struct collected {
    char text[256];
    size_t stop_after, seen;
};

static bool collect(void *context, const struct gm_message *message)
{
    struct collected *c = context;
    strncat(c->text, message->value.data, message->value.len);
    return ++c->seen < c->stop_after;
}

static void test_read_back_is_newest_first(void **state)
{
    struct fixture *f = *state;
    struct collected c = {.stop_after = 100};
    OK(gm_bus_read_back(f->bus, GM_TOPIC_LIVE_PRICES, collect, &c, &error));
    assert_int_equal(c.seen, 0);
    const char *keys = "001210202";
    for (int i = 0; i < 9; i++) {
        char value[2] = {(char)('a' + i), '\0'};
        publish(f->bus, GM_TOPIC_LIVE_PRICES, KEYS[keys[i] - '0'], value);
        publish(f->bus, GM_TOPIC_LIVE_SOCIAL, KEYS[keys[i] - '0'], "x");
    }
    OK(gm_bus_read_back(f->bus, GM_TOPIC_LIVE_PRICES, collect, &c, &error));
    assert_string_equal(c.text, "ihgfedcba");
    c = (struct collected){.stop_after = 3};
    OK(gm_bus_read_back(f->bus, GM_TOPIC_LIVE_PRICES, collect, &c, &error));
    assert_string_equal(c.text, "ihg");
}

// ------------------------------------------------------------------------- limits and names

static void test_a_message_has_a_limit(void **state)
{
    struct fixture *f = *state;
    char *big = calloc(1, GM_BUS_MESSAGE_BYTES_MAX + 1);
    struct gm_str key = gm_str("bitcoin");
    OK(gm_bus_txn_append(f->txn, GM_TOPIC_LIVE_PRICES, key,
                         (struct gm_str){big, GM_BUS_MESSAGE_BYTES_MAX - key.len}, &error));
    FAILS(gm_bus_txn_append(f->txn, GM_TOPIC_LIVE_PRICES, key,
                            (struct gm_str){big, GM_BUS_MESSAGE_BYTES_MAX - key.len + 1}, &error),
          GM_ERR_LIMIT, "1048577");
    FAILS(gm_bus_txn_append(f->txn, GM_TOPIC_COUNT, key, key, &error), GM_ERR_INVALID, "topic");
    OK(gm_bus_txn_commit(f->txn, &error));
    struct gm_bus_consumer *c = consumer(f, NULL, PRICES, GM_BUS_EARLIEST);
    struct gm_batch batch = poll_for(c, 10, 1);
    assert_int_equal(batch.messages[0].value.len, GM_BUS_MESSAGE_BYTES_MAX - key.len);
    gm_bus_consumer_close(c);
    free(big);
}

static void test_a_transaction_has_a_limit(void **state)
{
    struct fixture *f = *state;
    struct gm_error failed = {GM_OK};
    size_t bytes = 1000 * 1000, count = 0;
    char *big = calloc(1, bytes);
    while (!failed.code && count < 1000) {
        if (!gm_bus_txn_append(f->txn, GM_TOPIC_LIVE_PRICES, gm_str("k"),
                               (struct gm_str){big, bytes}, &failed))
            count++;
    }
    assert_int_equal(failed.code, GM_ERR_LIMIT);
    assert_int_equal(count, GM_BUS_TXN_BYTES_MAX / (bytes + 30));
    FAILS(gm_bus_txn_append(f->txn, GM_TOPIC_LIVE_PRICES, gm_str("k"), (struct gm_str){big, bytes},
                            &error),
          GM_ERR_LIMIT, "transaction");
    gm_bus_txn_abort(f->txn);
    append(f->txn, GM_TOPIC_LIVE_PRICES, "k", "small");
    OK(gm_bus_txn_commit(f->txn, &error));
    free(big);
}

static void test_a_batch_has_limits(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 10; i++)
        append(f->txn, GM_TOPIC_LIVE_PRICES, KEYS[i % 3], "x");
    OK(gm_bus_txn_commit(f->txn, &error));
    struct gm_batch batch;
    struct gm_bus_consumer *c = consumer(f, NULL, PRICES, GM_BUS_EARLIEST);
    poll_for(c, 4, 4);
    poll_for(c, SIZE_MAX, 6);
    FAILS(gm_bus_poll(c, 0, 0, &batch, &error), GM_ERR_INVALID, "one message");
    gm_bus_consumer_close(c);
}

static void test_cursors(void **state)
{
    struct fixture *f = *state;
    char text[GM_BUS_CURSOR_BYTES_MAX + 1], big[GM_BUS_CURSOR_BYTES_MAX + 1];
    memset(big, 'c', sizeof big);
    FAILS(gm_bus_get_cursor(f->bus, "feed", text, &error), GM_ERR_NOT_FOUND, "feed");
    OK(gm_bus_txn_set_cursor(f->txn, "feed", gm_str("one"), &error));
    OK(gm_bus_txn_set_cursor(f->txn, "feed", gm_str("two"), &error));
    OK(gm_bus_txn_set_cursor(f->txn, "feed.2", (struct gm_str){big, GM_BUS_CURSOR_BYTES_MAX},
                             &error));
    FAILS(gm_bus_txn_set_cursor(f->txn, "feed", (struct gm_str){big, sizeof big}, &error),
          GM_ERR_LIMIT, "4097");
    FAILS(gm_bus_txn_set_cursor(f->txn, "feed", (struct gm_str){"a\0b", 3}, &error), GM_ERR_INVALID,
          "NUL");
    FAILS(gm_bus_get_cursor(f->bus, "feed", text, &error), GM_ERR_NOT_FOUND, "feed");
    OK(gm_bus_txn_commit(f->txn, &error));
    OK(gm_bus_get_cursor(f->bus, "feed", text, &error));
    assert_string_equal(text, "two");
    reopen(f);
    OK(gm_bus_get_cursor(f->bus, "feed.2", text, &error));
    assert_int_equal(strlen(text), GM_BUS_CURSOR_BYTES_MAX);
    OK(gm_bus_txn_set_cursor(f->txn, "feed", (struct gm_str){NULL, 0}, &error));
    OK(gm_bus_txn_commit(f->txn, &error));
    OK(gm_bus_get_cursor(f->bus, "feed", text, &error));
    assert_string_equal(text, "");
}

static void test_names_have_rules(void **state)
{
    struct fixture *f = *state;
    struct gm_bus_consumer *c;
    struct gm_bus_txn *txn;
    char longest[GM_BUS_GROUP_BYTES_MAX + 2];
    memset(longest, 'g', sizeof longest);
    longest[GM_BUS_GROUP_BYTES_MAX + 1] = '\0';
    const char *bad[] = {"", "a b", "a/b", "../a", ".", "é", longest};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        FAILS(gm_bus_consumer_open(f->bus, bad[i], PRICES, GM_BUS_LATEST, &c, &error),
              GM_ERR_INVALID, "group");
        FAILS(gm_bus_txn_create(f->bus, bad[i], &txn, &error), GM_ERR_INVALID, "transaction");
        FAILS(gm_bus_txn_set_cursor(f->txn, bad[i], gm_str("x"), &error), GM_ERR_INVALID, "cursor");
    }
    longest[GM_BUS_GROUP_BYTES_MAX] = '\0';
    c = consumer(f, longest, PRICES, GM_BUS_LATEST);
    assert_nothing(c);
    gm_bus_consumer_close(c);
    FAILS(gm_bus_consumer_open(f->bus, "g", 0, GM_BUS_LATEST, &c, &error), GM_ERR_INVALID,
          "topics");
    FAILS(gm_bus_consumer_open(f->bus, "g", 1u << GM_TOPIC_COUNT, GM_BUS_LATEST, &c, &error),
          GM_ERR_INVALID, "topics");
    gm_bus_consumer_close(NULL);
}

static void test_a_reader_without_a_group_has_no_position(void **state)
{
    struct fixture *f = *state;
    publish(f->bus, GM_TOPIC_LIVE_PRICES, "bitcoin", "a");
    struct gm_bus_consumer *c = consumer(f, NULL, PRICES, GM_BUS_EARLIEST);
    struct gm_batch batch = poll_for(c, 1, 1);
    assert_int_equal(batch.generation, 1);
    FAILS(gm_bus_txn_advance(f->txn, c, 1, &error), GM_ERR_INVALID, "without a group");
    gm_bus_consumer_close(c);
}

// ------------------------------------------------------------------------- looking

struct described {
    struct gm_bus_partition_info partitions[64];
    struct gm_bus_group_info groups[64];
    size_t partitions_count, groups_count;
};

static void see_partition(void *context, const struct gm_bus_partition_info *info)
{
    struct described *d = context;
    assert_true(d->partitions_count < 64);
    d->partitions[d->partitions_count++] = *info;
}

static void see_group(void *context, const struct gm_bus_group_info *info)
{
    struct described *d = context;
    assert_true(d->groups_count < 64);
    d->groups[d->groups_count++] = *info;
}

static void test_describe_tells_ends_and_lags(void **state)
{
    struct fixture *f = *state;
    struct described *d = calloc(1, sizeof *d);
    for (int i = 0; i < 5; i++)
        publish(f->bus, GM_TOPIC_LIVE_PRICES, KEYS[i % 2], "x");
    struct gm_bus_consumer *owner = consumer(f, "owned", PRICES, GM_BUS_EARLIEST);
    struct gm_bus_consumer *gone = consumer(f, "free", SOCIAL, GM_BUS_EARLIEST);
    assert_nothing(gone);
    gm_bus_consumer_close(gone);
    poll_for(owner, 3, 3);
    advance(f, owner, 3);

    OK(gm_bus_describe(f->bus, see_partition, see_group, d, &error));
    assert_int_equal(d->partitions_count, GM_TOPIC_COUNT * 3);
    int64_t messages = 0, lag = 0;
    for (size_t i = 0; i < d->partitions_count; i++) {
        const struct gm_bus_partition_info *p = &d->partitions[i];
        assert_int_equal(p->begin, 0);
        assert_true((p->end > 0) == (p->bytes > 0));
        messages += p->end;
    }
    assert_int_equal(messages, 5);
    assert_int_equal(d->groups_count, 6);
    for (size_t i = 0; i < d->groups_count; i++) {
        const struct gm_bus_group_info *g = &d->groups[i];
        bool owned = strcmp(g->group, "owned") == 0;
        if (!owned)
            assert_string_equal(g->group, "free");
        assert_int_equal(g->topic, owned ? GM_TOPIC_LIVE_PRICES : GM_TOPIC_LIVE_SOCIAL);
        assert_int_equal(g->owned, owned);
        lag += g->lag;
    }
    assert_int_equal(lag, 2);
    gm_bus_consumer_close(owner);
    free(d);
}

// ------------------------------------------------------------------------- opening

static void test_a_log_keeps_its_identity(void **state)
{
    struct fixture *f = *state, *other;
    int64_t identity = gm_bus_identity(f->bus);
    assert_true(identity >= 0);
    assert_int_equal(contract_set_up((void **)&other), 0);
    assert_int_not_equal(gm_bus_identity(other->bus), identity);
    contract_tear_down((void **)&other);
    reopen(f);
    assert_int_equal(gm_bus_identity(f->bus), identity);
}

static void test_opening_checks_what_it_is_told(void **state)
{
    struct fixture *f = *state;
    struct gm_bus *bus;
    struct gm_bus_config config = f->config;
    FAILS(gm_bus_open(&config, &bus, &error), GM_ERR_BUSY, f->path);
    gm_bus_txn_destroy(f->txn);
    gm_bus_close(f->bus);
    config.partitions = 4;
    FAILS(gm_bus_open(&config, &bus, &error), GM_ERR_INVALID, "3 partitions");
    config.partitions = GM_BUS_PARTITIONS_MAX + 1;
    FAILS(gm_bus_open(&config, &bus, &error), GM_ERR_INVALID, "bus.partitions");
    config.partitions = 0;
    config.retention_us = -1;
    FAILS(gm_bus_open(&config, &bus, &error), GM_ERR_INVALID, "bus.retention");
    config.retention_us = 0;
    config.backend = "carrier-pigeon";
    FAILS(gm_bus_open(&config, &bus, &error), GM_ERR_UNSUPPORTED, "carrier-pigeon");
    config.backend = f->config.backend;
    OK(gm_bus_open(&config, &f->bus, &error)); // 0: as it is
    assert_int_equal(gm_bus_partitions(f->bus), 3);
    OK(gm_bus_txn_create(f->bus, "test", &f->txn, &error));
    gm_bus_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_messages_come_back_as_they_went),
        CASE(test_offsets_count_each_partition_from_zero),
        CASE(test_topics_are_merged_in_the_order_of_appending),
        CASE(test_nothing_is_read_before_the_commit),
        CASE(test_an_abort_leaves_nothing_and_the_transaction_usable),
        CASE(test_destroying_a_transaction_aborts_it),
        CASE(test_outputs_and_position_move_together),
        CASE(test_a_commit_of_part_of_a_batch_gives_the_rest_again),
        CASE(test_a_released_batch_can_still_be_committed),
        CASE(test_one_transaction_advances_several_groups),
        CASE(test_a_closed_consumer_takes_its_transaction_with_it),
        CASE(test_two_transactions_cannot_carry_one_consumer),
        CASE(test_threads_commit_at_once),
        CASE(test_retention_removes_the_old_and_tells_the_late),
        CASE(test_read_back_is_newest_first),
        CASE(test_a_message_has_a_limit),
        CASE(test_a_transaction_has_a_limit),
        CASE(test_a_batch_has_limits),
        CASE(test_cursors),
        CASE(test_names_have_rules),
        CASE(test_a_reader_without_a_group_has_no_position),
        CASE(test_describe_tells_ends_and_lags),
        CASE(test_a_log_keeps_its_identity),
        CASE(test_opening_checks_what_it_is_told),
    };
    return run_contract(tests);
}
