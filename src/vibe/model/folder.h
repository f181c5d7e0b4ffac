// The folder of models, DATA_DIR/models: a model is complete under its name, or not there.
//
//   models/ORG--NAME            an installed model
//   models/.ORG--NAME.partial   one that is being fetched, or was when the power went
//   models/.ORG--NAME.lock      held by whoever fetches it
//
// All may read it: a model is no secret, and a service runs what an administrator has fetched.
#ifndef GM_VIBE_MODEL_FOLDER_H
#define GM_VIBE_MODEL_FOLDER_H

#include "base/error.h"
#include "vibe/model/hub.h"

enum { GM_FOLDER_PATH_BYTES = 4096 };

// A folder under work. Init locks it, so of several processes one works on a model.
struct gm_folder {
    char models_path[GM_FOLDER_PATH_BYTES], path[GM_FOLDER_PATH_BYTES];
    char name[GM_MODEL_FOLDER_NAME_BYTES];              // "ORG--NAME"
    char partial_name[GM_MODEL_FOLDER_NAME_BYTES + 16]; // ".ORG--NAME.partial"
    char partial_path[GM_FOLDER_PATH_BYTES];
    int models, lock; // descriptors
    int partial;      // −1 until gm_folder_begin
};

// Makes and opens `models_dir` and takes the model's lock. GM_ERR_BUSY: another process has it.
enum gm_err gm_folder_init(struct gm_folder *folder, const char *models_dir, const char *model,
                           struct gm_error *error);
void gm_folder_finish(struct gm_folder *folder); // what is partial stays, to be gone on with

// Makes and opens the partial folder, with what is in it.
enum gm_err gm_folder_begin(struct gm_folder *folder, struct gm_error *error);

// Removes everything from the partial folder but the names for which `keep` is true, syncs it, and
// puts it in the place of the model, of which an earlier one is removed.
enum gm_err gm_folder_install(struct gm_folder *folder, bool (*keep)(const char *name),
                              struct gm_error *error);

// Bytes that may still be written where the models are; −1 where nobody knows.
int64_t gm_folder_free_bytes(const struct gm_folder *folder);

#endif
