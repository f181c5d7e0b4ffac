// The progress bar.
#include "app/progress.h"

#include "base/clock.h"

#include <stdio.h>
#include <unistd.h>

enum { WIDTH = 40, DRAW_INTERVAL_US = 100 * GM_US_PER_MS };

void gm_progress_begin(struct gm_progress *progress, const char *what)
{
    *progress = (struct gm_progress){
        .what = what,
        .terminal = isatty(STDERR_FILENO),
        .begin_us = gm_monotonic_us(),
    };
}

void gm_progress_show(struct gm_progress *progress, int64_t done, int64_t total)
{
    int64_t now_us = gm_monotonic_us();
    if (!progress->terminal || total <= 0 || now_us - progress->begin_us < GM_US_PER_S ||
        now_us - progress->drawn_us < DRAW_INTERVAL_US)
        return;
    double share = done >= total ? 1 : (double)done / (double)total;
    double left_s =
        share > 0 ? (double)(now_us - progress->begin_us) / GM_US_PER_S / share * (1 - share) : 0;
    char bar[WIDTH + 1] = {0};
    for (int i = 0; i < WIDTH; i++)
        bar[i] = i < (int)(share * WIDTH) ? '#' : '.';
    fprintf(stderr, "\r%s [%s] %3d %%  %.0f s left \033[K", progress->what, bar, (int)(100 * share),
            left_s);
    fflush(stderr);
    progress->drawn_us = now_us;
    progress->shown = true;
}

void gm_progress_end(struct gm_progress *progress)
{
    if (progress->shown)
        fprintf(stderr, "\r\033[K");
    progress->shown = false;
}
