// The configured scorer; see open_scorer.h.
#include "app/open_scorer.h"

#include "base/log.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

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

void gm_step_back(void)
{
    enum { STEPS = 5 };
    // From where the program itself stands. Refused by some sandboxes, and then as before.
    const int own = getpriority(PRIO_PROCESS, (id_t)getpid());
    (void)setpriority(PRIO_PROCESS, (id_t)gettid(), own + STEPS);
}

struct opening {
    const struct gm_config *config;
    struct gm_scorer *scorer;
    struct gm_error error;
    enum gm_err err;
};

static void *open_behind(void *context)
{
    struct opening *opening = context;
    gm_step_back();
    opening->err = gm_open_scorer(opening->config, NULL, NULL, &opening->scorer, &opening->error);
    return NULL;
}

// The scorer's threads have the priority of the thread that opens it, which cannot be raised again:
// so that is one of its own.
enum gm_err gm_open_scorer_behind(const struct gm_config *config, struct gm_scorer **ret_scorer,
                                  struct gm_error *error)
{
    struct opening opening = {.config = config};
    pthread_t thread;
    int failed = pthread_create(&thread, NULL, open_behind, &opening);
    if (failed)
        return gm_error_errno(error, failed, "starting a thread");
    pthread_join(thread, NULL);
    if (opening.err && error)
        *error = opening.error;
    if (!opening.err)
        *ret_scorer = opening.scorer;
    return opening.err;
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
