// The keyword gate told the slow way: every keyword is tried at every character of the text.
#ifndef GM_TESTS_FEED_GATE_ORACLE_H
#define GM_TESTS_FEED_GATE_ORACLE_H

#include "base/str.h"
#include "feed/gate/gate.h"

#include <stdbool.h>

// Whether the text is about the ticker.
bool gate_oracle(const struct gm_gate_ticker *ticker, struct gm_str text);

#endif
