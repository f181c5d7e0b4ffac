// How a batch is cut: every sequence once, none cut, no micro-batch over its limit, and the
// threads' shares nearly equal or the work shared.
#include "../../test.h"

#include "vibe/bert/plan.h"

#include <string.h>

static struct gm_plan plan;
static uint32_t ids[GM_PLAN_SEQUENCES_MAX * 64];
static struct test_random numbers = {3};

static int max_tokens(void)
{
    int most = 0;
    for (int i = 0; i < plan.count; i++) {
        if (plan.micro_batches[i].tokens > most)
            most = plan.micro_batches[i].tokens;
    }
    return most;
}

static void check(const uint32_t *lengths, size_t count, int threads, int rows_max)
{
    bool seen[GM_PLAN_SEQUENCES_MAX] = {false};
    size_t total = 0;
    size_t starts[GM_PLAN_SEQUENCES_MAX] = {0};
    for (size_t i = 0; i < count; i++) {
        starts[i] = total;
        total += lengths[i];
    }
    gm_plan_make(&plan, ids, lengths, count, threads, rows_max);
    size_t tokens = 0;
    for (int i = 0; i < plan.count; i++) {
        const struct gm_micro_batch *batch = &plan.micro_batches[i];
        int sum = 0;
        for (int j = 0; j < batch->count; j++) {
            const struct gm_sequence *sequence = &batch->sequences[j];
            assert_false(seen[sequence->index]);
            seen[sequence->index] = true;
            assert_int_equal(sequence->length, lengths[sequence->index]);
            assert_ptr_equal(sequence->ids, ids + starts[sequence->index]);
            sum += (int)sequence->length;
        }
        assert_true(batch->count > 0);
        assert_int_equal(batch->tokens, sum);
        assert_true(sum <= rows_max);
        assert_true(i == 0 || sum <= plan.micro_batches[i - 1].tokens);
        tokens += (size_t)sum;
    }
    assert_int_equal(tokens, total);
}

static void every_sequence_once(void **state)
{
    (void)state;
    uint32_t lengths[GM_PLAN_SEQUENCES_MAX];
    for (int round = 0; round < 300; round++) {
        const size_t count = test_random_below(&numbers, round % 10 == 0 ? 1025 : 40);
        const size_t longest = 1 + test_random_below(&numbers, 64);
        for (size_t i = 0; i < count; i++)
            lengths[i] = 1 + (uint32_t)test_random_below(&numbers, longest);
        check(lengths, count, 1 + round % 9, round % 2 == 0 ? 64 : 512);
    }
}

static void nothing(void **state)
{
    (void)state;
    check(NULL, 0, 4, 512);
    assert_int_equal(plan.count, 0);
}

static void many_texts_go_apart_in_equal_shares(void **state)
{
    (void)state;
    uint32_t lengths[500];
    size_t total = 0;
    for (size_t i = 0; i < 500; i++) {
        lengths[i] = 5 + (uint32_t)test_random_below(&numbers, 60);
        total += lengths[i];
    }
    check(lengths, 500, 4, 512);
    assert_false(plan.together);
    assert_int_equal(plan.count % 4, 0);
    assert_true(max_tokens() <= GM_MICRO_BATCH_TOKENS * 105 / 100);
    assert_true((size_t)(max_tokens() * plan.count) <= total * 105 / 100);
}

static void few_tokens_are_shared(void **state)
{
    (void)state;
    const uint32_t one[] = {32};
    check(one, 1, 2, 512);
    assert_true(plan.together);
    const uint32_t uneven[] = {64, 64, 64, 64, 64, 64, 64, 60};
    check(uneven, 8, 3, 64); // 3, 3 and 2 of them
    assert_false(plan.together);
    const uint32_t giant[] = {60, 5, 5, 5, 64};
    check(giant, 5, 2, 64);
    assert_false(plan.together);
    check(giant, 5, 1, 64);
    assert_false(plan.together);
}

static void a_giant_is_shared(void **state)
{
    (void)state;
    uint32_t lengths[] = {64, 64, 8, 8};
    check(lengths, 4, 3, 64);
    assert_true(plan.together);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_sequence_once),
        cmocka_unit_test(nothing),
        cmocka_unit_test(many_texts_go_apart_in_equal_shares),
        cmocka_unit_test(few_tokens_are_shared),
        cmocka_unit_test(a_giant_is_shared),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
