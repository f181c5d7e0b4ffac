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

// What people are told beside its name: how its model runs, or that there is none.
void gm_scorer_note(const struct gm_config *config, const struct gm_scorer *scorer,
                    char ret_note[GM_SCORER_NOTE_BYTES]);

#endif
