// Random rules and random events of one ticker, as awkward as the definition allows.
//
// Windows of a few time units and a few entries; steps of 0 as often as not, so that times meet
// each other and the window's edge; events out of order, late ones, and exact duplicates. Half of
// the streams take their values from a coarse grid, where averages meet values and the rule's
// thresholds exactly.
#ifndef GM_TESTS_SIGNAL_STREAM_H
#define GM_TESTS_SIGNAL_STREAM_H

#include "naive.h"
#include "random.h"

struct stream {
    struct random random;
    struct gm_rule rule;
    bool grid;
    int64_t step_max;
    double price_base;
    struct naive_event last;
};

// Everything follows from `seed`.
void stream_init(struct stream *stream, uint64_t seed);

struct naive_event stream_next(struct stream *stream);

#endif
