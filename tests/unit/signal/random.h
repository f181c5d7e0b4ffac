// Random numbers that a seed reproduces, for the property tests.
//
// GM_TEST_SEED sets the seed; else it comes from the clock. A test prints it when it fails.
#ifndef GM_TESTS_SIGNAL_RANDOM_H
#define GM_TESTS_SIGNAL_RANDOM_H

#include <stdint.h>
#include <stdlib.h>
#include <time.h>

struct random {
    uint64_t state;
};

// splitmix64 (Steele, Lea, Flood 2014): every seed is a good one.
static inline uint64_t random_bits(struct random *random)
{
    uint64_t z = random->state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

// 0 … bound − 1.
static inline int64_t random_below(struct random *random, int64_t bound)
{
    return (int64_t)(random_bits(random) % (uint64_t)bound);
}

// [0, 1), 53 bits.
static inline double random_unit(struct random *random)
{
    return (double)(random_bits(random) >> 11) * 0x1p-53;
}

static inline uint64_t random_seed(void)
{
    const char *seed = getenv("GM_TEST_SEED");
    if (seed != NULL)
        return strtoull(seed, NULL, 0);
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

// How much a long test does: `variable` from the environment, or `by_default`.
static inline int64_t random_rounds(const char *variable, int64_t by_default)
{
    const char *rounds = getenv(variable);
    return rounds != NULL ? strtoll(rounds, NULL, 0) : by_default;
}

#endif
