// The pack of a model: where it lies, and what tells it from the pack of another.
//
// `kernels` says for what the model is packed, precision, instructions and version of their layout,
// such as "int8-avx2-1": 1 … 64 letters, digits and '-'. It is in the file's name and in the key.
#ifndef GM_VIBE_MODEL_MODEL_PACK_H
#define GM_VIBE_MODEL_MODEL_PACK_H

#include "base/error.h"
#include "vibe/model/checkpoint.h"
#include "vibe/model/pack.h"

enum { GM_MODEL_KEY_BYTES = 512, GM_MODEL_KERNELS_BYTES_MAX = 64 };

// Opens the pack of the model in `dir`, or has `fill` make it, as gm_pack_obtain does. It lies
// beside the model or, where nothing can be written there, in a place of the user's: the two
// functions below. *ret_path (may be NULL) is the one. GM_ERR_DENIED: neither can be written.
enum gm_err gm_model_pack_obtain(const char *dir, const char *data_dir, const char *kernels,
                                 gm_pack_fill_fn *fill, void *context, struct gm_pack **ret_pack,
                                 char ret_path[GM_MODEL_PATH_BYTES_MAX], struct gm_error *error);

// DIR/ghostmarket-KERNELS.pack. GM_ERR_LIMIT: too long a path.
enum gm_err gm_model_pack_beside(const char *dir, const char *kernels,
                                 char ret_path[GM_MODEL_PATH_BYTES_MAX], struct gm_error *error);

// DATA_DIR/packs/MODEL-KERNELS.pack, with data_dir NULL in $XDG_CACHE_HOME/ghostmarket or
// ~/.cache/ghostmarket; MODEL tells `dir` from all others. Makes nothing. GM_ERR_NOT_FOUND: the
// environment has no place, or `dir` is not there.
enum gm_err gm_model_pack_apart(const char *dir, const char *data_dir, const char *kernels,
                                char ret_path[GM_MODEL_PATH_BYTES_MAX], struct gm_error *error);

// The pack's key: `kernels` and what tells weights and configuration from others: the weights'
// name, bytes, time of change, and a hash of their first and last 64 KiB; a hash of config.json.
// Nothing else is read. Errors of gm_checkpoint_file, and of the files.
enum gm_err gm_model_key(const char *dir, const char *kernels, char ret_key[GM_MODEL_KEY_BYTES],
                         struct gm_error *error);

#endif
