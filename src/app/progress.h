// A progress bar on stderr: on a terminal only, and only for work that takes a while.
#ifndef GM_APP_PROGRESS_H
#define GM_APP_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct gm_progress {
    const char *what;
    bool terminal;
    bool shown;       // a bar stands on the line
    int64_t begin_us; // monotonic
    int64_t drawn_us;
};

void gm_progress_begin(struct gm_progress *progress, const char *what);

// Draws at most ten times a second, and nothing in the first second.
void gm_progress_show(struct gm_progress *progress, int64_t done, int64_t total);

// Clears the line.
void gm_progress_end(struct gm_progress *progress);

#endif
