// The threads: each rank works once a piece, meetings order what they do, and a pool can be made
// and destroyed at any time.
#include "../../test.h"

#include "vibe/bert/pool.h"

enum { RANKS_MAX = 7, MEETINGS = 2000, PIECES = 500 };

struct relay {
    struct gm_pool *pool;
    int calls[RANKS_MAX];
    int turn; // only the rank whose turn it is writes, so meetings are all that orders it
    int wrong;
};

static void count_calls(void *context, int rank)
{
    struct relay *relay = context;
    relay->calls[rank]++;
}

static void take_turns(void *context, int rank)
{
    struct relay *relay = context;
    const int ranks = gm_pool_threads(relay->pool);
    for (int i = 0; i < MEETINGS; i++) {
        if (i % ranks == rank) {
            relay->wrong += relay->turn != i;
            relay->turn = i + 1;
        }
        gm_pool_meet(relay->pool);
    }
}

static struct gm_pool *create(int threads)
{
    struct gm_error error;
    struct gm_pool *pool = NULL;
    if (gm_pool_create(threads, &pool, &error) != GM_OK)
        fail_msg("%s", error.message);
    return pool;
}

static void each_rank_works_once(void **state)
{
    (void)state;
    for (int threads = 1; threads <= RANKS_MAX; threads++) {
        struct relay relay = {.pool = create(threads)};
        assert_int_equal(gm_pool_threads(relay.pool), threads);
        for (int i = 0; i < PIECES; i++)
            gm_pool_run(relay.pool, count_calls, &relay);
        for (int i = 0; i < RANKS_MAX; i++)
            assert_int_equal(relay.calls[i], i < threads ? PIECES : 0);
        gm_pool_destroy(relay.pool);
    }
}

static void meetings_order_the_work(void **state)
{
    (void)state;
    for (int threads = 1; threads <= RANKS_MAX; threads += 2) {
        struct relay relay = {.pool = create(threads)};
        for (int i = 0; i < 3; i++) {
            relay.turn = 0;
            gm_pool_run(relay.pool, take_turns, &relay);
            assert_int_equal(relay.turn, MEETINGS);
            assert_int_equal(relay.wrong, 0);
        }
        gm_pool_destroy(relay.pool);
    }
}

static void numbers_of_threads(void **state)
{
    (void)state;
    struct gm_pool *pool = create(0);
    assert_in_range(gm_pool_threads(pool), 1, GM_POOL_THREADS_MAX);
    gm_pool_destroy(pool);
    pool = create(GM_POOL_THREADS_MAX + 1);
    assert_int_equal(gm_pool_threads(pool), GM_POOL_THREADS_MAX);
    gm_pool_destroy(pool);
    gm_pool_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_rank_works_once),
        cmocka_unit_test(meetings_order_the_work),
        cmocka_unit_test(numbers_of_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
