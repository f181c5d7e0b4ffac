// The model hub: what it has of a model, in the protocol of the Hugging Face hub and its mirrors.
//
//   GET  ENDPOINT/api/models/NAME/revision/REVISION   commit ("sha") and files ("siblings")
//   HEAD ENDPOINT/NAME/resolve/COMMIT/FILE            size and checksum: X-Linked-Size and
//                                                     X-Linked-ETag, or Content-Length and ETag
//   GET  the same                                     the file, after redirects to a storage
//
// Everything is asked of one commit, so the files belong together whatever happens to a branch
// meanwhile. The files are those of a fixed list; no name that the hub sends is ever used as one.
// The token goes to the endpoint alone and into no message.
#ifndef GM_VIBE_MODEL_HUB_H
#define GM_VIBE_MODEL_HUB_H

#include "base/error.h"
#include "base/http_client.h"
#include "vibe/model/digest.h"
#include "vibe/model/name.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GM_HUB_ENDPOINT_DEFAULT "https://huggingface.co"
#define GM_HUB_REVISION_DEFAULT "main"

enum {
    GM_HUB_REVISION_BYTES_MAX = 255,
    GM_HUB_COMMIT_BYTES = 40,
    GM_HUB_ANSWER_BYTES_MAX = 8 * 1024 * 1024,
    GM_HUB_WAIT_S_MAX = 600, // longer than that nobody waits on a server's request
};

// The files of a model that are of use here.
enum gm_hub_file {
    GM_HUB_CONFIG,
    GM_HUB_VOCAB,
    GM_HUB_TOKENIZER,
    GM_HUB_TOKENIZER_CONFIG,
    GM_HUB_SPECIAL_TOKENS,
    GM_HUB_SAFETENSORS,
    GM_HUB_PYTORCH,
};
enum { GM_HUB_FILE_COUNT = GM_HUB_PYTORCH + 1 };

// "config.json", "vocab.txt", …
const char *gm_hub_file_name(enum gm_hub_file file);

struct gm_hub_model {
    char commit[GM_HUB_COMMIT_BYTES + 1];
    unsigned files;       // 1 << enum gm_hub_file
    bool sharded;         // weights in several files
    bool foreign_weights; // weights of TensorFlow, Flax, ONNX and so on
};

// Reads the hub's answer about a model. GM_ERR_INVALID: no such answer; the message says what is
// missing or at which byte. Pure.
enum gm_err gm_hub_model_read(struct gm_str json, struct gm_hub_model *ret_model,
                              struct gm_error *error);

// Chooses what to fetch: weights, vocabulary, configuration, and what goes with them; a set as in
// gm_hub_model.files. GM_ERR_UNSUPPORTED where something needed is not there; the message says
// what is there instead. Pure.
enum gm_err gm_hub_model_choose(const struct gm_hub_model *model, unsigned *ret_files,
                                struct gm_error *error);

struct gm_hub_file_info {
    int64_t size_bytes;
    enum gm_digest_kind kind;
    char hex[GM_DIGEST_HEX_BYTES];
};

// From the header fields of a HEAD's answer; data is NULL where one is not there. Pure.
enum gm_err gm_hub_file_info_read(struct gm_str linked_etag, struct gm_str etag,
                                  struct gm_str linked_size, struct gm_str content_length,
                                  struct gm_hub_file_info *ret_info, struct gm_error *error);

// ------------------------------------------------------------------------- asking

struct gm_hub_config {
    const char *endpoint; // without a '/' at its end
    const char *token;    // NULL: none
    const char *name;     // valid
    const char *revision; // branch, tag or commit
    const char *ca_file;  // NULL: the system's certificates
    const char *user_agent;
    int attempts_max;    // failures in a row before giving up, ≥ 1
    int64_t idle_us_max; // a server that sends less than 1 KiB/s for that long has failed
    struct gm_stop *stop;
    // Told before a failure is waited for and tried again; may be NULL.
    void (*notice)(void *context, const char *message);
    void *context;
};

struct gm_hub; // one thread at a time

// GM_ERR_INVALID: an endpoint or a token that cannot be used, also a token that would travel
// unencrypted to another machine.
enum gm_err gm_hub_check(const struct gm_hub_config *config, struct gm_error *error);

// Opens a hub for a config that gm_hub_check passes; its texts are lent until gm_hub_close. Asks
// nothing yet.
enum gm_err gm_hub_open(const struct gm_hub_config *config, struct gm_hub **ret_hub,
                        struct gm_error *error);
void gm_hub_close(struct gm_hub *hub); // NULL is fine

// Ask, and ask again after failures that may pass: after 1, 2, 4 … 30 s with jitter, or what
// Retry-After or RateLimit say. Errors name the model or the URL and what to do.
enum gm_err gm_hub_ask_model(struct gm_hub *hub, struct gm_hub_model *ret_model,
                             struct gm_error *error);
enum gm_err gm_hub_ask_file(struct gm_hub *hub, const char *commit, enum gm_hub_file file,
                            struct gm_hub_file_info *ret_info, struct gm_error *error);

// Fetches FILE from byte `first` on into the sink, once; `ret_status` may be 206 or 200. Any other
// status is an error, with *ret_status set. What gm_hub_retry needs to know stays in `hub`.
enum gm_err gm_hub_fetch(struct gm_hub *hub, const char *commit, enum gm_hub_file file,
                         int64_t first, int64_t bytes_max, const struct gm_http_sink *sink,
                         int *ret_status, struct gm_error *error);

// A header field of the last answer.
struct gm_str gm_hub_field(struct gm_hub *hub, const char *name);

// After failure number `failures` in a row (from 1): waits and returns GM_OK where it is worth
// another try, else returns the code of `error`, which stays what it is, or GM_ERR_STOPPED.
enum gm_err gm_hub_retry(struct gm_hub *hub, int failures, struct gm_error *error);

#endif
