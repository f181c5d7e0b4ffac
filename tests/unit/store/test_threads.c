// One writer, readers beside it: each reader sees whole transactions, growing.
#include "fixture.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { READERS = 3, TRANSACTIONS = 60, ROWS = 700, ANSWER_BYTES_MAX = 64 << 20 };

struct shared {
    struct gm_store *store;
    atomic_bool done;
    atomic_int reads;
};

// The thread's answer: NULL or what was wrong.
static void *read_along(void *argument)
{
    struct shared *shared = argument;
    int64_t before = 0;
    do {
        int64_t rows;
        struct gm_buffer out;
        struct gm_store_query query = {.ticker = "bitcoin",
                                       .from_us = GM_TIME_NONE,
                                       .to_us = GM_TIME_NONE,
                                       .limit = 50,
                                       .points_max = 20};
        gm_buffer_init(&out, ANSWER_BYTES_MAX);
        bool ok = !gm_store_count(shared->store, GM_STORE_POSTS, &rows, NULL) &&
                  !gm_store_query_signals(shared->store, &query, &out, NULL) &&
                  !gm_store_query_posts(shared->store, &query, &out, NULL) &&
                  !gm_store_query_tickers(shared->store, &out, NULL);
        gm_buffer_finish(&out);
        if (!ok)
            return (void *)"a query failed";
        if (rows < before || rows % ROWS)
            return (void *)"a count is not of whole transactions";
        before = rows;
        atomic_fetch_add(&shared->reads, 1);
    } while (!atomic_load(&shared->done));
    return NULL;
}

static void *export_along(void *argument)
{
    struct shared *shared = argument;
    int fd = open("/dev/null", O_WRONLY);
    const char *problem = NULL;
    do {
        int64_t rows;
        if (gm_store_export_fd(shared->store, GM_STORE_MARKET_SIGNALS, GM_STORE_CSV, fd, &rows,
                               NULL))
            problem = "an export failed";
        else if (rows % ROWS)
            problem = "an export is not of whole transactions";
        atomic_fetch_add(&shared->reads, 1);
    } while (!problem && !atomic_load(&shared->done));
    close(fd);
    return (void *)problem;
}

static void readers_see_whole_transactions(void **state)
{
    struct fixture *fixture = *state;
    struct shared shared = {.store = fixture_open(fixture->path)};
    pthread_t threads[READERS + 1];
    for (int i = 0; i <= READERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, i ? read_along : export_along, &shared),
                         0);
    struct gm_error error;
    for (int64_t i = 0; i < TRANSACTIONS; i++) {
        must(add_rows(shared.store, i * ROWS, ROWS, &error), &error);
        if (i % 20 == 10) // fold the log in, and open anew, while they read
            must(gm_db_run(shared.store->db.connection, "CHECKPOINT gm", &error), &error);
        if (i % 20 == 15)
            shared.store->broken = true;
    }
    atomic_store(&shared.done, true);
    for (int i = 0; i <= READERS; i++) {
        void *problem;
        assert_int_equal(pthread_join(threads[i], &problem), 0);
        if (problem)
            fail_msg("%s", (const char *)problem);
    }
    assert_true(atomic_load(&shared.reads) > READERS);
    assert_int_equal(count_rows(shared.store, GM_STORE_POSTS), TRANSACTIONS * ROWS);
    gm_store_close(shared.store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(readers_see_whole_transactions, fixture_setup,
                                        fixture_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
