// What lies in an installed model's folder, in a file of ours beside it: ghostmarket.json.
//
//   {"model":"ProsusAI/finbert","revision":"4556d130…","asked":"main","endpoint":"https://…",
//    "files":[{"name":"config.json","bytes":758,"git-sha1":"…"}, …]}
//
// It is written last, so a folder that has one was complete.
#ifndef GM_VIBE_MODEL_MANIFEST_H
#define GM_VIBE_MODEL_MANIFEST_H

#include "vibe/model/hub.h"

#define GM_MANIFEST_FILE "ghostmarket.json"

enum { GM_MANIFEST_BYTES_MAX = 64 * 1024, GM_MANIFEST_ENDPOINT_BYTES_MAX = 255 };

struct gm_manifest {
    char name[GM_MODEL_NAME_BYTES_MAX + 1];
    char commit[GM_HUB_COMMIT_BYTES + 1];
    char asked[GM_HUB_REVISION_BYTES_MAX + 1]; // the revision as it was asked for
    char endpoint[GM_MANIFEST_ENDPOINT_BYTES_MAX + 1];
    unsigned files; // 1 << enum gm_hub_file
    struct gm_hub_file_info infos[GM_HUB_FILE_COUNT];
};

// Reads a manifest's text; GM_ERR_CORRUPT where it is none. Pure.
enum gm_err gm_manifest_parse(struct gm_str text, struct gm_manifest *ret_manifest,
                              struct gm_error *error);

// Reads FOLDER/ghostmarket.json; GM_ERR_NOT_FOUND where there is none.
enum gm_err gm_manifest_read(const char *folder, struct gm_manifest *ret_manifest,
                             struct gm_error *error);

// Writes and syncs it into an open folder.
enum gm_err gm_manifest_write(int folder, const char *folder_path,
                              const struct gm_manifest *manifest, struct gm_error *error);

// True where every file that it names is in the folder with its size.
bool gm_manifest_holds(const struct gm_manifest *manifest, const char *folder);

int64_t gm_manifest_bytes(const struct gm_manifest *manifest); // of all files

#endif
