// One file of a model from the hub into a folder: resumed, verified, complete or not there.
//
// While it arrives, the file is called NAME.CHECKSUM.part. What is there of it counts after a
// crash: its checksum is taken anew, and only the rest is asked for (Range). No If-Range goes with
// that, since the URL holds the commit and the checksum decides; the storage behind the hub has
// other ETags than the hub. Parts that turn out wrong are thrown away and fetched from the start.
#ifndef GM_VIBE_MODEL_DOWNLOAD_H
#define GM_VIBE_MODEL_DOWNLOAD_H

#include "vibe/model/hub.h"

struct gm_download {
    int folder; // descriptor of the folder
    const char *folder_path;
    const char *commit;
    enum gm_hub_file file;
    struct gm_hub_file_info info;
    // Told of bytes as they are there, resumed ones included; less than before where a part was
    // thrown away. May be NULL.
    void (*progress)(void *context, int64_t done_bytes);
    void *context;
};

// Bytes of the file that are in the folder already, complete or in part, unverified.
int64_t gm_download_present(const struct gm_download *download);

// Fetches what is missing, verifies, syncs, and gives the file its name. *ret_fetched_bytes counts
// what came over the network. Errors: the hub's; GM_ERR_CORRUPT: what it sends does not match the
// checksum it names; GM_ERR_FULL, GM_ERR_DENIED, GM_ERR_IO: the folder.
enum gm_err gm_download_run(struct gm_hub *hub, const struct gm_download *download,
                            int64_t *ret_fetched_bytes, struct gm_error *error);

#endif
