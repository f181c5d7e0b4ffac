// The models of this machine: what is installed, whole, in part, or broken.
#ifndef GM_VIBE_MODEL_INSTALLED_H
#define GM_VIBE_MODEL_INSTALLED_H

#include "vibe/model/bert_config.h"
#include "vibe/model/checkpoint.h"
#include "vibe/model/manifest.h"
#include "vibe/model/name.h"

enum { GM_INSTALLED_PACKS_MAX = 16, GM_INSTALLED_KERNELS_BYTES = 64 + 1 };

enum gm_installed_place {
    GM_INSTALLED_DATA,    // DATA_DIR/models
    GM_INSTALLED_PARTIAL, // a fetch that did not end
    GM_INSTALLED_CACHE,   // the Hugging Face cache
};

struct gm_installed {
    char name[GM_MODEL_NAME_BYTES_MAX + 1];
    enum gm_installed_place place;
    char dir[GM_MODEL_PATH_BYTES_MAX];
    char revision[GM_HUB_COMMIT_BYTES + 1]; // "": not known
    int64_t bytes;                          // on disk: files, packs
    bool usable;                            // then config is valid, else problem tells why not
    struct gm_bert_config config;
    struct gm_error problem;
    size_t pack_count; // beside the model; for these kernels
    struct {
        char kernels[GM_INSTALLED_KERNELS_BYTES]; // "int8-avx2-1"
        int64_t bytes;
    } packs[GM_INSTALLED_PACKS_MAX];
};

// Looks at the model in `dir`. Weights are not read; whether they are there is.
void gm_installed_look(const char *name, enum gm_installed_place place, const char *dir,
                       struct gm_installed *ret_installed);

typedef void gm_installed_fn(void *context, const struct gm_installed *installed);

// Shows every model below `data_dir`, usable or not, and of the Hugging Face cache those that can
// be used here, in the order of their names. GM_ERR_NOMEM, and GM_ERR_DENIED where a folder cannot
// be read; folders that are not there are empty.
enum gm_err gm_installed_each(const char *data_dir, gm_installed_fn *show, void *context,
                              struct gm_error *error);

#endif
