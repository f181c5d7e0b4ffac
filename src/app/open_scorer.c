// The configured scorer; see open_scorer.h.
#include "app/open_scorer.h"

#include "base/log.h"

#include <stdio.h>
#include <string.h>

static void log_notice(void *context, const char *message)
{
    (void)context;
    gm_log(GM_LOG_INFO, "scorer", "%s", message);
}

enum gm_err gm_open_scorer(const struct gm_config *config, const char *name, const char *model_dir,
                           struct gm_scorer **ret_scorer, struct gm_error *error)
{
    const struct gm_scorer_config scorer = {
        .data_dir = config->data_dir,
        .model = config->vibe.model,
        .model_dir = model_dir ? model_dir : config->vibe.model_dir,
        .precision = config->vibe.precision,
        .threads = config->vibe.threads,
        .cache_entries = config->vibe.cache_entries,
        .notice = log_notice,
    };
    return gm_scorer_open(name ? name : config->vibe.scorer, &scorer, ret_scorer, error);
}

void gm_scorer_note(const struct gm_config *config, const struct gm_scorer *scorer,
                    char ret_note[GM_SCORER_NOTE_BYTES])
{
    const struct gm_scorer_about *about = gm_scorer_about(scorer);
    if (about->model_dir)
        snprintf(ret_note, GM_SCORER_NOTE_BYTES, "%s, %s, %d thread%s", about->precision,
                 about->kernel, about->threads, about->threads == 1 ? "" : "s");
    else
        snprintf(ret_note, GM_SCORER_NOTE_BYTES, "%s",
                 strcmp(config->vibe.scorer, "auto") == 0 ? "no model installed" : "a word list");
}
