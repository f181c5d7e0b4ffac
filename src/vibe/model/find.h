// Where a model lies on this machine.
#ifndef GM_VIBE_MODEL_FIND_H
#define GM_VIBE_MODEL_FIND_H

#include "base/error.h"
#include "vibe/model/checkpoint.h"

#include <stdbool.h>

// Finds the folder of a model: `dir`, when it is not NULL, and nowhere else; else DATA_DIR/models,
// under the name of `name` there, where `ghostmarket model pull` puts it (data_dir NULL: not looked
// at); else the Hugging Face cache: HF_HUB_CACHE, HUGGINGFACE_HUB_CACHE, HF_HOME/hub,
// XDG_CACHE_HOME/huggingface/hub or ~/.cache/huggingface/hub, the first that the environment has,
// with the commit that refs/main names there.
//
// A folder is a model when config.json, weights and a vocabulary are in it. GM_ERR_NOT_FOUND: it is
// installed nowhere, or `dir` is not there; the message lists where it was looked for.
// GM_ERR_INVALID: `name` is no name, or something is missing from `dir` or from the folder under
// `data_dir`, which the message names. GM_ERR_DENIED: it may not be looked into. The cache holds
// half of a model as a matter of course, which counts as none.
enum gm_err gm_model_find(const char *data_dir, const char *name, const char *dir,
                          char ret_dir[GM_MODEL_PATH_BYTES_MAX], struct gm_error *error);

// The root of the Hugging Face cache, whether it is there or not; false where the environment does
// not say.
bool gm_model_cache_folder(char ret_path[GM_MODEL_PATH_BYTES_MAX]);

#endif
