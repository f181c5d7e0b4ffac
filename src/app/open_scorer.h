// The scorer that the configuration asks for.
#ifndef GM_APP_OPEN_SCORER_H
#define GM_APP_OPEN_SCORER_H

#include "app/config/config.h"
#include "base/error.h"
#include "vibe/scorer.h"

enum { GM_SCORER_NOTE_BYTES = 128 };

// Opens it, or another where `name` or `model_dir` is not NULL. What takes long is logged.
enum gm_err gm_open_scorer(const struct gm_config *config, const char *name, const char *model_dir,
                           struct gm_scorer **ret_scorer, struct gm_error *error);

// As gm_open_scorer, for a process whose other threads must not wait for the model: its threads
// step back (below).
enum gm_err gm_open_scorer_behind(const struct gm_config *config, struct gm_scorer **ret_scorer,
                                  struct gm_error *error);

// Lowers the calling thread's priority for good, so that threads with little to do have it done at
// once while a model keeps every processor busy.
void gm_step_back(void);

// What people are told beside its name: how its model runs, or that there is none.
void gm_scorer_note(const struct gm_config *config, const struct gm_scorer *scorer,
                    char ret_note[GM_SCORER_NOTE_BYTES]);

#endif
