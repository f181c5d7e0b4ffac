// A replay from start to summary: what `replay` and `demo` have in common.
#ifndef GM_APP_REPLAY_H
#define GM_APP_REPLAY_H

#include "app/config/config.h"
#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

struct gm_replay_order {
    const char *prices_path, *social_path; // at least one
    double speed;                          // 0: as fast as it goes
    bool serve;                            // the page as well, while it runs
    bool stay;                             // … and after the end, until a signal
    bool quiet;                            // nothing on stdout on the way
};

struct gm_replay_summary {
    int64_t prices, posts;   // put on the bus by this run
    int64_t bad;             // of the files: in dead-letters
    int64_t signals, alerts; // made by this process
    int64_t dead_letters;    // by all stages of this process
    int64_t rows_committed;  // by this process, all tables
    double seconds;          // until the last row was committed
    bool resumed;            // an earlier run had done a part of it
    bool stopped;            // a signal came before the end
    bool elsewhere;          // a running ghostmarket has processed and stored it
};

// Feeds the files through the pipeline and returns when every row is committed: by the stages of
// this process, or, where a ghostmarket runs on the data directory, by that one's. A signal stops
// it; run again, it goes on where it was.
enum gm_err gm_replay_run(const struct gm_config *config, const struct gm_replay_order *order,
                          struct gm_replay_summary *ret_summary, struct gm_error *error);

// Prints the summary on stdout.
void gm_replay_print(const struct gm_replay_summary *summary, bool json);

#endif
