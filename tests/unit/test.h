// What every unit test includes: cmocka, and a random number generator with a seed.
#ifndef GM_TESTS_UNIT_TEST_H
#define GM_TESTS_UNIT_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

// splitmix64: the same numbers on every machine and in every run.
struct test_random {
    uint64_t state;
};

static inline uint64_t test_random(struct test_random *random)
{
    uint64_t z = random->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

// 0 … limit - 1
static inline size_t test_random_below(struct test_random *random, size_t limit)
{
    return (size_t)(test_random(random) % limit);
}

#endif
