// The generator's own random numbers, so that every machine makes the same session.
//
// splitmix64: a counter through a mixing function. Only integer arithmetic and the four operations
// on doubles are used, which IEEE 754 fixes to the last bit.
#ifndef TOOLS_SESSION_RANDOM_H
#define TOOLS_SESSION_RANDOM_H

#include <stddef.h>
#include <stdint.h>

struct random_state {
    uint64_t counter;
};

static inline uint64_t random_u64(struct random_state *state)
{
    uint64_t z = state->counter += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

// [0, 1)
static inline double random_unit(struct random_state *state)
{
    return (double)(random_u64(state) >> 11) / (double)(1ull << 53);
}

// [0, n), n ≥ 1. The bias of the remainder is below 2^-40 for the small n used here.
static inline size_t random_below(struct random_state *state, size_t n)
{
    return (size_t)(random_u64(state) % n);
}

// About normal, mean 0 and deviation 1: twelve uniform numbers have a variance of 1.
static inline double random_normal(struct random_state *state)
{
    double sum = -6;
    for (int i = 0; i < 12; i++)
        sum += random_unit(state);
    return sum;
}

#endif
