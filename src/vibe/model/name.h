// Names of models, as the hub has them: NAME or ORG/NAME.
#ifndef GM_VIBE_MODEL_NAME_H
#define GM_VIBE_MODEL_NAME_H

#include <stdbool.h>

enum {
    GM_MODEL_NAME_BYTES_MAX = 96,
    GM_MODEL_FOLDER_NAME_BYTES = GM_MODEL_NAME_BYTES_MAX + 16,
};

// True for the name of a model: NAME or ORG/NAME of letters, digits, '-', '_' and '.', without ".."
// and "--", and with no '-' or '.' at either end of a part.
bool gm_model_name_valid(const char *name);

// "ORG/NAME" → "ORG--NAME". The other way there is one answer, since no name holds "--".
void gm_model_name_folder(const char *name, char ret_folder[GM_MODEL_FOLDER_NAME_BYTES]);

#endif
