// A running sum of doubles that forgets nothing: fixed point, 256 bits.
//
// The sum is kept as a two's complement integer in units of 2^-128. A value is rounded once to that
// unit when it goes in, and by the same rule when it comes out, so adding and removing are exact
// inverses and the sum depends only on which values are in it, never on the order or on how many
// came and went. That is what lets a window rebuilt after a crash equal the one that was lost, to
// the last bit, and what keeps averages from drifting.
#ifndef GM_SIGNAL_EXACT_SUM_H
#define GM_SIGNAL_EXACT_SUM_H

#include <stdint.h>

// |value| < 2^64 (GM_PRICE_MAX is below 2^50); fewer than 2^62 values at a time. What is below
// 2^-129 in a value is lost: nothing at all for vibes that came from a float, less than one part in
// 10^23 for the smallest price that is accepted.
struct gm_exact_sum {
    uint64_t limb[4]; // least significant first
};

void gm_exact_sum_add(struct gm_exact_sum *sum, double value);
void gm_exact_sum_subtract(struct gm_exact_sum *sum, double value);

// The double nearest to the sum; of two equally near, the even one.
double gm_exact_sum_value(const struct gm_exact_sum *sum);

#endif
