// The ring of events: order, filters, what is kept and what a reader that comes back is told.
#include "../test.h"

#include "web/ring.h"

#include <stdio.h>
#include <stdlib.h>

static void push(struct gm_ring *ring, int64_t id, const char *ticker)
{
    char json[64];
    snprintf(json, sizeof(json), "{\"n\":%lld}", (long long)id);
    assert_true(gm_ring_push(ring, "signal", id, gm_str(ticker), gm_str(json)));
}

static char out[64 * 1024];

static const char *read_all(struct gm_ring *ring, uint64_t *cursor, const char *ticker)
{
    struct gm_ring_slice slice = gm_ring_read(ring, cursor, gm_str(ticker), out, sizeof(out) - 1);
    assert_true(slice.kept && !slice.more);
    out[slice.bytes] = '\0';
    return out;
}

static void frames_and_filters(void **state)
{
    (void)state;
    struct gm_ring ring;
    int64_t latest;
    assert_int_equal(gm_ring_init(&ring, 8, 4096, NULL), GM_OK);
    uint64_t cursor = gm_ring_tail(&ring, 5, &latest);
    assert_int_equal(latest, -1);
    assert_true(gm_ring_push(&ring, "alert", 3, gm_str("gme"), gm_str("{\"a\":\n1}")));
    push(&ring, 9, "btc");
    uint64_t again = cursor;
    assert_string_equal(read_all(&ring, &cursor, ""), "id: 3\nevent: alert\ndata: {\"a\": 1}\n\n"
                                                      "id: 9\nevent: signal\ndata: {\"n\":9}\n\n");
    assert_string_equal(read_all(&ring, &cursor, ""), "");
    assert_string_equal(read_all(&ring, &again, "btc"),
                        "id: 9\nevent: signal\ndata: {\"n\":9}\n\n");
    again = gm_ring_tail(&ring, 1, &latest);
    assert_int_equal(latest, 9);
    assert_string_equal(read_all(&ring, &again, ""), "id: 9\nevent: signal\ndata: {\"n\":9}\n\n");
    // "bt" is not "btc".
    again = gm_ring_tail(&ring, 2, &latest);
    assert_string_equal(read_all(&ring, &again, "bt"), "");
    gm_ring_finish(&ring);
}

static void refuses_what_breaks_the_order(void **state)
{
    (void)state;
    struct gm_ring ring;
    char big[512];
    memset(big, 'x', sizeof(big));
    assert_int_equal(gm_ring_init(&ring, 8, 256, NULL), GM_OK);
    push(&ring, 5, "a");
    assert_false(gm_ring_push(&ring, "signal", 5, gm_str("a"), gm_str("{}")));
    assert_false(gm_ring_push(&ring, "signal", 4, gm_str("a"), gm_str("{}")));
    assert_false(gm_ring_push(&ring, "signal", 6, gm_str("a"), (struct gm_str){big, sizeof(big)}));
    push(&ring, 6, "a");
    gm_ring_finish(&ring);
}

static void resumes_only_where_nothing_is_missing(void **state)
{
    (void)state;
    struct gm_ring ring;
    uint64_t cursor;
    assert_int_equal(gm_ring_init(&ring, 4, 4096, NULL), GM_OK);
    assert_false(gm_ring_resume(&ring, 0, &cursor)); // nothing published: nothing is known
    for (int64_t id = 10; id <= 50; id += 10)
        push(&ring, id, "a"); // 10 is gone
    assert_false(gm_ring_resume(&ring, 9, &cursor));
    assert_int_equal(cursor, 5);
    assert_true(gm_ring_resume(&ring, 10, &cursor));
    assert_int_equal(cursor, 1);
    assert_true(gm_ring_resume(&ring, 35, &cursor));
    assert_int_equal(cursor, 3);
    assert_true(gm_ring_resume(&ring, 50, &cursor));
    assert_int_equal(cursor, 5);
    assert_false(gm_ring_resume(&ring, 51, &cursor)); // of another life
    assert_false(gm_ring_resume(&ring, -1, &cursor));
    gm_ring_finish(&ring);

    // The first event of a life: who has what came right before it misses nothing.
    assert_int_equal(gm_ring_init(&ring, 4, 4096, NULL), GM_OK);
    push(&ring, 7, "a");
    assert_false(gm_ring_resume(&ring, 5, &cursor));
    assert_true(gm_ring_resume(&ring, 6, &cursor));
    assert_int_equal(cursor, 0);
    gm_ring_finish(&ring);
}

static void tells_a_reader_that_fell_out(void **state)
{
    (void)state;
    struct gm_ring ring;
    int64_t latest;
    assert_int_equal(gm_ring_init(&ring, 4, 4096, NULL), GM_OK);
    uint64_t cursor = gm_ring_tail(&ring, 0, &latest);
    for (int64_t id = 0; id < 5; id++)
        push(&ring, id, "a");
    struct gm_ring_slice slice = gm_ring_read(&ring, &cursor, gm_str(""), out, sizeof(out));
    assert_false(slice.kept);
    assert_int_equal(slice.bytes, 0);
    gm_ring_finish(&ring);
}

// Random sizes and tickers through a small ring: what is kept reads back as it was pushed, and at
// least as much is kept as fits for sure.
static void equals_the_naive_list(void **state)
{
    (void)state;
    enum { EVENTS = 20000, BYTES = 2000, KEPT_MAX = 16, JSON_MAX = 180 };
    static char frames[EVENTS][256];
    struct gm_ring ring;
    unsigned seed = 7;
    assert_int_equal(gm_ring_init(&ring, KEPT_MAX, BYTES, NULL), GM_OK);
    for (int i = 0; i < EVENTS; i++) {
        char json[JSON_MAX + 1];
        size_t len = (size_t)rand_r(&seed) % JSON_MAX;
        memset(json, 'a' + i % 26, len);
        json[len] = '\0';
        snprintf(frames[i], sizeof(frames[i]), "id: %d\nevent: signal\ndata: %s\n\n", i, json);
        assert_true(gm_ring_push(&ring, "signal", i, gm_str(i % 3 ? "aa" : "b"), gm_str(json)));

        uint64_t first = ring.first, cursor = first;
        assert_true(ring.next - first <= KEPT_MAX);
        assert_true(i < 3 || ring.next - first >= 3); // 3 × 256 bytes and an unused end fit
        static char expected[KEPT_MAX * 256];
        expected[0] = '\0';
        for (uint64_t k = first; k <= (uint64_t)i; k++)
            if (k % 3 == 0)
                strcat(expected, frames[k]);
        assert_string_equal(read_all(&ring, &cursor, "b"), expected);
    }
    gm_ring_finish(&ring);
}

static void fills_no_more_than_the_capacity(void **state)
{
    (void)state;
    struct gm_ring ring;
    int64_t latest;
    assert_int_equal(gm_ring_init(&ring, 64, 8192, NULL), GM_OK);
    for (int64_t id = 10; id < 40; id++)
        push(&ring, id, "a");
    size_t frame = strlen("id: 10\nevent: signal\ndata: {\"n\":10}\n\n");
    uint64_t cursor = gm_ring_tail(&ring, 30, &latest);
    for (int round = 0; round < 10; round++) {
        struct gm_ring_slice slice =
            gm_ring_read(&ring, &cursor, gm_str(""), out, 3 * frame + frame / 2);
        assert_int_equal(slice.bytes, 3 * frame);
        assert_int_equal(slice.events, 3);
        assert_int_equal(slice.more, round < 9);
    }
    gm_ring_finish(&ring);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_and_filters),
        cmocka_unit_test(refuses_what_breaks_the_order),
        cmocka_unit_test(resumes_only_where_nothing_is_missing),
        cmocka_unit_test(tells_a_reader_that_fell_out),
        cmocka_unit_test(equals_the_naive_list),
        cmocka_unit_test(fills_no_more_than_the_capacity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
