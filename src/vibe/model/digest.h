// Checksums of files as the model hub names them: SHA-256 for large ones, and for small ones the
// SHA-1 of a git blob, which is that of "blob SIZE\0" and the contents.
#ifndef GM_VIBE_MODEL_DIGEST_H
#define GM_VIBE_MODEL_DIGEST_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

enum gm_digest_kind { GM_DIGEST_SHA256, GM_DIGEST_GIT_BLOB };

enum { GM_DIGEST_HEX_BYTES = 64 + 1 }; // of the longest, with its NUL

struct gm_digest; // one thread at a time

// A new checksum. `size_bytes` is the file's, needed for a git blob. GM_ERR_NOMEM, or
// GM_ERR_UNSUPPORTED where this machine's policy forbids the algorithm.
enum gm_err gm_digest_create(enum gm_digest_kind kind, int64_t size_bytes,
                             struct gm_digest **ret_digest, struct gm_error *error);
void gm_digest_destroy(struct gm_digest *digest); // NULL is fine

void gm_digest_add(struct gm_digest *digest, const void *data, size_t len);

// Ends it; writes lower-case hexadecimal digits.
void gm_digest_end(struct gm_digest *digest, char ret_hex[GM_DIGEST_HEX_BYTES]);

// "sha256" or "git-sha1".
const char *gm_digest_kind_name(enum gm_digest_kind kind);

#endif
