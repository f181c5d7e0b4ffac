// The format of a pack, little-endian:
//
//   0     8  "gm pack\n"
//   8   u32  version of this format: 1
//  12   u32  sections: 0 … 4,096
//  16   u64  bytes of the file: at most 64 GiB
//  24   u64  where the directory begins; a multiple of 64
//  32    16  XXH3, 128 bits, of the key: its lower half, its upper half
//  48    16  XXH3, 128 bits, of all bytes from 128 to the end, likewise
//  64    56  zeros
// 120   u64  XXH3, 64 bits, of bytes 0 … 119
// 128        the sections, each beginning at a multiple of 64 and followed by 64 … 127 zeros
//            the directory, to the end of the file: for each section
//              0   64  its name, filled up with zeros
//             64  u64  where it begins
//             72  u64  its bytes
//
// The header is written last, and the file gets its name after all of it has reached the disk. The
// hashes find damage, not malice; so the directory is checked as a stranger's would be, and what
// the sections mean is for their reader to check.
#include "vibe/model/pack.h"

#include "vibe/model/mapped_file.h"
#include "vibe/model/pack_format.h"

#include <inttypes.h>
#include <stdlib.h>

struct gm_pack {
    struct gm_mapped_file file; // of zeros where the bytes are lent
    const char *data;
    const struct gm_pack_entry *directory;
    size_t sections;
};

static bool same_hash(struct gm_pack_hash a, struct gm_pack_hash b)
{
    return a.low == b.low && a.high == b.high;
}

static enum gm_err check_header(struct gm_str file, struct gm_str key, struct gm_error *error)
{
    struct gm_pack_header header;
    if (file.len < sizeof(header))
        return gm_error_set(error, GM_ERR_CORRUPT, "%zu bytes: too short for a pack", file.len);
    memcpy(&header, file.data, sizeof(header));
    if (memcmp(header.magic, GM_PACK_MAGIC, sizeof(header.magic)) != 0)
        return gm_error_set(error, GM_ERR_CORRUPT, "byte 0: this is no pack");
    if (header.version != GM_PACK_VERSION)
        return gm_error_set(error, GM_ERR_NOT_FOUND,
                            "a pack of version %" PRIu32 "; version %d is read", header.version,
                            GM_PACK_VERSION);
    if (header.header_hash != gm_pack_header_hash(&header))
        return gm_error_set(error, GM_ERR_CORRUPT, "bytes 0 to 127 are damaged");
    if (!same_hash(header.key_hash, gm_pack_hash_of(XXH3_128bits(key.data, key.len))))
        return gm_error_set(error, GM_ERR_NOT_FOUND,
                            "a pack of other weights or for other kernels");
    if (header.file_bytes != file.len)
        return gm_error_set(error, GM_ERR_CORRUPT,
                            "%zu bytes instead of %" PRIu64 ": it was cut off or added to",
                            file.len, header.file_bytes);
    const uint64_t directory_bytes = header.sections * sizeof(struct gm_pack_entry);
    if (header.sections > GM_PACK_SECTIONS_MAX || header.directory_at < sizeof(header) ||
        header.directory_at % GM_PACK_ALIGNMENT != 0 || header.directory_at > file.len ||
        directory_bytes != file.len - header.directory_at)
        return gm_error_set(error, GM_ERR_CORRUPT, "byte 24: the directory is not where it says");
    const struct gm_pack_hash body =
        gm_pack_hash_of(XXH3_128bits(file.data + sizeof(header), file.len - sizeof(header)));
    if (!same_hash(header.body_hash, body))
        return gm_error_set(error, GM_ERR_CORRUPT,
                            "bytes 128 to %zu are damaged: their checksum is another", file.len);
    return GM_OK;
}

static enum gm_err check_directory(const struct gm_pack *pack, uint64_t directory_at,
                                   struct gm_error *error)
{
    for (size_t i = 0; i < pack->sections; i++) {
        const struct gm_pack_entry *entry = &pack->directory[i];
        const uint64_t room = directory_at - GM_PACK_ALIGNMENT; // zeros follow the last, too
        if (entry->at < GM_PACK_HEADER_BYTES || entry->at % GM_PACK_ALIGNMENT != 0 ||
            entry->at > room || entry->bytes > room - entry->at)
            return gm_error_set(error, GM_ERR_CORRUPT,
                                "byte %" PRIu64 ": a section lies outside the file",
                                directory_at + i * sizeof(*entry));
    }
    return GM_OK;
}

enum gm_err gm_pack_open_bytes(struct gm_str bytes, struct gm_str key, struct gm_pack **ret_pack,
                               struct gm_error *error)
{
    enum gm_err err = check_header(bytes, key, error);
    if (err)
        return err;
    struct gm_pack *pack = calloc(1, sizeof(*pack));
    if (!pack)
        return gm_error_set(error, GM_ERR_NOMEM, "no memory for a pack");
    struct gm_pack_header header;
    memcpy(&header, bytes.data, sizeof(header));
    pack->data = bytes.data;
    pack->directory = (const void *)(bytes.data + header.directory_at);
    pack->sections = header.sections;
    err = check_directory(pack, header.directory_at, error);
    if (err)
        free(pack);
    else
        *ret_pack = pack;
    return err;
}

enum gm_err gm_pack_open(const char *path, struct gm_str key, struct gm_pack **ret_pack,
                         struct gm_error *error)
{
    struct gm_mapped_file file;
    enum gm_err err = gm_mapped_file_open(path, &file, error);
    if (err)
        return err;
    err = gm_pack_open_bytes(file.bytes, key, ret_pack, error);
    if (err) {
        gm_error_prefix(error, "%s", path);
        gm_mapped_file_finish(&file);
        return err;
    }
    (*ret_pack)->file = file;
    return GM_OK;
}

void gm_pack_close(struct gm_pack *pack)
{
    if (!pack)
        return;
    gm_mapped_file_finish(&pack->file);
    free(pack);
}

enum gm_err gm_pack_section(const struct gm_pack *pack, const char *name, size_t bytes,
                            const void **ret_data, struct gm_error *error)
{
    for (size_t i = 0; i < pack->sections; i++) {
        const struct gm_pack_entry *entry = &pack->directory[i];
        if (strncmp(entry->name, name, sizeof(entry->name)) != 0)
            continue;
        if (entry->bytes != bytes)
            return gm_error_set(error, GM_ERR_CORRUPT,
                                "section %s of the pack has %" PRIu64 " bytes instead of %zu", name,
                                entry->bytes, bytes);
        *ret_data = pack->data + entry->at;
        return GM_OK;
    }
    return gm_error_set(error, GM_ERR_CORRUPT, "the pack has no section %s", name);
}

static bool made_anew(enum gm_err err)
{
    return err == GM_ERR_NOT_FOUND || err == GM_ERR_CORRUPT;
}

enum gm_err gm_pack_obtain(const char *path, struct gm_str key, gm_pack_fill_fn *fill,
                           void *context, struct gm_pack **ret_pack, struct gm_error *error)
{
    struct gm_pack_writer *writer = NULL;
    enum gm_err err = gm_pack_open(path, key, ret_pack, error);
    if (!made_anew(err))
        return err;
    err = gm_pack_writer_open(path, key, &writer, error);
    if (err)
        return err;
    err = gm_pack_open(path, key, ret_pack, error); // made while this process waited?
    if (made_anew(err)) {
        err = fill(context, writer, error);
        if (!err)
            err = gm_pack_writer_commit(writer, error);
        if (!err)
            err = gm_pack_open(path, key, ret_pack, error);
    }
    gm_pack_writer_close(writer);
    return err;
}
