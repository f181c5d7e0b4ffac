// Fetching a model from the hub: what is missing, verified, checked as a model, and installed all
// at once. Cut off anywhere, the next run goes on where it was.
#ifndef GM_VIBE_MODEL_PULL_H
#define GM_VIBE_MODEL_PULL_H

#include "vibe/model/folder.h"
#include "vibe/model/manifest.h"

#define GM_PULL_MODEL_DEFAULT "ProsusAI/finbert"

enum {
    GM_PULL_TEXT_FILE_BYTES_MAX = 64 * 1024 * 1024, // configuration, vocabulary
};
#define GM_PULL_WEIGHTS_BYTES_MAX ((int64_t)16 * 1024 * 1024 * 1024)

struct gm_pull_order {
    const char *models_dir;
    const char *name;     // NULL: GM_PULL_MODEL_DEFAULT
    const char *revision; // branch, tag or commit; NULL: GM_HUB_REVISION_DEFAULT
    const char *endpoint; // NULL: GM_HUB_ENDPOINT_DEFAULT
    const char *token;    // NULL: none
    const char *ca_file;  // NULL: the system's certificates
    const char *user_agent;
    int attempts_max;    // failures in a row before giving up, ≥ 1
    int64_t idle_us_max; // a server that sends less than 1 KiB/s for that long has failed
    bool force;          // fetch and install although it is there
    struct gm_stop *stop;
    // Both may be NULL. Bytes there and bytes in all; a line about what goes wrong and goes on.
    void (*progress)(void *context, int64_t done_bytes, int64_t total_bytes);
    void (*notice)(void *context, const char *message);
    void *context;
};

struct gm_pull_summary {
    char path[GM_FOLDER_PATH_BYTES]; // of the model
    struct gm_manifest manifest;
    bool already;          // it was there; nothing was fetched
    int64_t fetched_bytes; // over the network
};

// GM_ERR_INVALID: a name, revision, endpoint or token that cannot be one. Asks nobody.
enum gm_err gm_pull_check(const struct gm_pull_order *order, struct gm_error *error);

// Carries out an order that gm_pull_check passes. Errors: those of the hub and of a download;
// GM_ERR_FULL: not enough room, found out before anything is fetched where that can be;
// GM_ERR_BUSY: another process fetches it, or it is there and was not installed by this function;
// GM_ERR_UNSUPPORTED and others of the readers: it is there, but no model that can be computed
// here.
enum gm_err gm_pull_run(const struct gm_pull_order *order, struct gm_pull_summary *ret_summary,
                        struct gm_error *error);

#endif
