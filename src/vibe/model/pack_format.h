// The structs of a pack, as they lie in the file (pack.c). Internal to src/vibe/model.
#ifndef GM_VIBE_MODEL_PACK_FORMAT_H
#define GM_VIBE_MODEL_PACK_FORMAT_H

#include "base/error.h"
#include "base/str.h"
#include "vibe/model/pack.h"

#include <stdint.h>
#include <xxhash.h>

#define GM_PACK_MAGIC "gm pack\n"

enum { GM_PACK_VERSION = 1, GM_PACK_HEADER_BYTES = 128 };

#define GM_PACK_FILE_BYTES_MAX (UINT64_C(1) << 36)

struct gm_pack_hash {
    uint64_t low, high;
};

struct gm_pack_header {
    char magic[8];
    uint32_t version, sections;
    uint64_t file_bytes, directory_at;
    struct gm_pack_hash key_hash, body_hash;
    uint8_t zeros[56];
    uint64_t header_hash;
};

struct gm_pack_entry {
    char name[GM_PACK_NAME_BYTES_MAX];
    uint64_t at, bytes;
};

_Static_assert(sizeof(struct gm_pack_header) == GM_PACK_HEADER_BYTES, "as in the file");
_Static_assert(sizeof(struct gm_pack_entry) == GM_PACK_NAME_BYTES_MAX + 16, "as in the file");

static inline struct gm_pack_hash gm_pack_hash_of(XXH128_hash_t hash)
{
    return (struct gm_pack_hash){hash.low64, hash.high64};
}

// Of a header's bytes before header_hash.
static inline uint64_t gm_pack_header_hash(const struct gm_pack_header *header)
{
    return XXH3_64bits(header, offsetof(struct gm_pack_header, header_hash));
}

// As gm_pack_open, from the bytes of a file, GM_PACK_ALIGNMENT-aligned and lent until the pack is
// closed; the messages do not name it.
enum gm_err gm_pack_open_bytes(struct gm_str bytes, struct gm_str key, struct gm_pack **ret_pack,
                               struct gm_error *error);

#endif
