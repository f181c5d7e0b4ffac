// Checksums by OpenSSL's libcrypto, which libcurl brings along.
#include "vibe/model/digest.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

struct gm_digest {
    EVP_MD_CTX *context;
};

enum gm_err gm_digest_create(enum gm_digest_kind kind, int64_t size_bytes,
                             struct gm_digest **ret_digest, struct gm_error *error)
{
    struct gm_digest *digest = calloc(1, sizeof *digest);
    if (digest)
        digest->context = EVP_MD_CTX_new();
    if (!digest || !digest->context) {
        gm_digest_destroy(digest);
        return gm_error_set(error, GM_ERR_NOMEM, "out of memory");
    }
    const EVP_MD *algorithm = kind == GM_DIGEST_SHA256 ? EVP_sha256() : EVP_sha1();
    if (EVP_DigestInit_ex(digest->context, algorithm, NULL) != 1) {
        gm_digest_destroy(digest);
        return gm_error_set(error, GM_ERR_UNSUPPORTED, "this machine's OpenSSL refuses %s",
                            kind == GM_DIGEST_SHA256 ? "SHA-256" : "SHA-1");
    }
    if (kind == GM_DIGEST_GIT_BLOB) {
        char head[32];
        int len = snprintf(head, sizeof head, "blob %lld", (long long)size_bytes);
        gm_digest_add(digest, head, (size_t)len + 1);
    }
    *ret_digest = digest;
    return GM_OK;
}

void gm_digest_destroy(struct gm_digest *digest)
{
    if (!digest)
        return;
    EVP_MD_CTX_free(digest->context);
    free(digest);
}

void gm_digest_add(struct gm_digest *digest, const void *data, size_t len)
{
    EVP_DigestUpdate(digest->context, data, len);
}

void gm_digest_end(struct gm_digest *digest, char ret_hex[GM_DIGEST_HEX_BYTES])
{
    unsigned char bytes[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    EVP_DigestFinal_ex(digest->context, bytes, &len);
    for (unsigned i = 0; i < len; i++)
        snprintf(ret_hex + 2 * i, 3, "%02x", bytes[i]);
}

const char *gm_digest_kind_name(enum gm_digest_kind kind)
{
    return kind == GM_DIGEST_SHA256 ? "sha256" : "git-sha1";
}
