// A running sum of doubles that forgets nothing: fixed point, 256 bits.
//
// The sum is kept as a two's complement integer in units of 2^-128. A value is rounded once to that
// unit when it goes in, and by the same rule when it comes out, so adding and removing are exact
// inverses and the sum depends only on which values are in it, never on the order or on how many
// came and went. That is what lets a window rebuilt after a crash equal the one that was lost, to
// the last bit, and what keeps averages from drifting. docs/decisions/exact-sums.md weighs it.
//
// Nothing is lost on the way in from a value that is 0 or at least 2^-76 (1.3e-23) in magnitude,
// and so from no price that is accepted; from a smaller one, at most 2^-129.
#ifndef GM_SIGNAL_EXACT_SUM_H
#define GM_SIGNAL_EXACT_SUM_H

#include <stdint.h>

// All zero: the empty sum.
struct gm_exact_sum {
    uint64_t limb[4]; // least significant first
};

// |value| < 2^64, and fewer than 2^62 values at a time.
void gm_exact_sum_add(struct gm_exact_sum *sum, double value);
// Takes out a value that was added before.
void gm_exact_sum_subtract(struct gm_exact_sum *sum, double value);

// The double nearest to the sum; of two equally near, the even one.
double gm_exact_sum_value(const struct gm_exact_sum *sum);

// The double nearest to sum / count, rounded once: the average of equal values is that value, and
// no average lies outside of what it is taken over. 1 ≤ count < 2^62.
double gm_exact_sum_average(const struct gm_exact_sum *sum, uint64_t count);

#endif
