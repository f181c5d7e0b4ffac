// Writes a pack: one section at a time out of memory, aside, and into its place when it is whole.
//
// Sections are filled in memory and written by pwrite. A map of the file would spare the copy, but
// a disk that fills up is an error here and a signal there.
#include "vibe/model/pack.h"
#include "vibe/model/pack_format.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES = 4096 };

struct gm_pack_writer {
    char path[PATH_BYTES];
    char path_new[PATH_BYTES + 8]; // where it is written; also what the lock is on
    int fd;                        // of path_new, locked
    bool in_place;                 // path_new has become path
    XXH3_state_t *hash;            // of the bytes from GM_PACK_HEADER_BYTES to `at`
    uint64_t at;                   // where the next section begins
    char *section;                 // being filled by the caller; NULL: none
    size_t section_bytes;          // with the zeros behind it
    struct gm_pack_header header;
    struct gm_pack_entry entries[GM_PACK_SECTIONS_MAX];
};

// What a section of so many bytes takes in the file.
static uint64_t room_of(uint64_t bytes)
{
    const uint64_t mask = GM_PACK_ALIGNMENT - 1;
    return ((bytes + mask) & ~mask) + GM_PACK_ALIGNMENT;
}

// Whether the locked file still is the one at the path: who held the lock before has moved it into
// place or away.
static bool still_there(int fd, const char *path)
{
    struct stat opened, named;
    return fstat(fd, &opened) == 0 && stat(path, &named) == 0 && opened.st_ino == named.st_ino &&
           opened.st_dev == named.st_dev;
}

static int lock(int fd)
{
    int result;
    do
        result = flock(fd, LOCK_EX);
    while (result != 0 && errno == EINTR);
    return result;
}

static enum gm_err open_locked(struct gm_pack_writer *writer, struct gm_error *error)
{
    const char *path = writer->path_new;
    for (;;) {
        const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
        if (fd < 0)
            return gm_error_errno(error, errno, "%s", path);
        if (lock(fd) != 0) {
            const enum gm_err err = gm_error_errno(error, errno, "%s", path);
            close(fd);
            return err;
        }
        if (still_there(fd, path)) {
            writer->fd = fd;
            break;
        }
        close(fd);
    }
    // What a killed writer has left is written over.
    return ftruncate(writer->fd, 0) == 0 ? GM_OK : gm_error_errno(error, errno, "%s", path);
}

enum gm_err gm_pack_writer_open(const char *path, struct gm_str key,
                                struct gm_pack_writer **ret_writer, struct gm_error *error)
{
    if (strlen(path) >= PATH_BYTES)
        return gm_error_set(error, GM_ERR_LIMIT, "%s: a path over %d bytes", path, PATH_BYTES - 1);
    struct gm_pack_writer *writer = calloc(1, sizeof(*writer));
    if (!writer)
        return gm_error_set(error, GM_ERR_NOMEM, "%s: no memory to write it", path);
    writer->fd = -1;
    snprintf(writer->path, sizeof(writer->path), "%s", path);
    snprintf(writer->path_new, sizeof(writer->path_new), "%s.new", path);
    memcpy(writer->header.magic, GM_PACK_MAGIC, sizeof(writer->header.magic));
    writer->header.version = GM_PACK_VERSION;
    writer->header.key_hash = gm_pack_hash_of(XXH3_128bits(key.data, key.len));
    writer->at = GM_PACK_HEADER_BYTES;
    writer->hash = XXH3_createState();
    enum gm_err err = writer->hash
                          ? open_locked(writer, error)
                          : gm_error_set(error, GM_ERR_NOMEM, "%s: no memory to write it", path);
    if (err) {
        gm_pack_writer_close(writer);
        return err;
    }
    XXH3_128bits_reset(writer->hash);
    *ret_writer = writer;
    return GM_OK;
}

static enum gm_err write_at(struct gm_pack_writer *writer, const void *data, size_t bytes,
                            uint64_t at, struct gm_error *error)
{
    for (size_t done = 0; done < bytes;) {
        const ssize_t more =
            pwrite(writer->fd, (const char *)data + done, bytes - done, (off_t)(at + done));
        if (more < 0 && errno != EINTR)
            return gm_error_errno(error, errno, "%s", writer->path_new);
        done += more > 0 ? (size_t)more : 0;
    }
    return GM_OK;
}

static void drop_section(struct gm_pack_writer *writer)
{
    free(writer->section);
    writer->section = NULL;
}

// Writes what the caller has filled.
static enum gm_err write_section(struct gm_pack_writer *writer, struct gm_error *error)
{
    if (!writer->section)
        return GM_OK;
    XXH3_128bits_update(writer->hash, writer->section, writer->section_bytes);
    const enum gm_err err =
        write_at(writer, writer->section, writer->section_bytes, writer->at, error);
    writer->at += writer->section_bytes;
    drop_section(writer);
    return err;
}

enum gm_err gm_pack_writer_add(struct gm_pack_writer *writer, const char *name, size_t bytes,
                               void **ret_data, struct gm_error *error)
{
    const size_t name_len = strlen(name);
    assert(name_len > 0 && name_len <= GM_PACK_NAME_BYTES_MAX);
    const enum gm_err err = write_section(writer, error);
    if (err)
        return err;
    if (writer->header.sections == GM_PACK_SECTIONS_MAX || bytes > GM_PACK_FILE_BYTES_MAX ||
        writer->at + room_of(bytes) > GM_PACK_FILE_BYTES_MAX)
        return gm_error_set(error, GM_ERR_LIMIT,
                            "%s: section %s is over a pack's limit of %d "
                            "sections or 64 GiB",
                            writer->path, name, GM_PACK_SECTIONS_MAX);
    writer->section_bytes = (size_t)room_of(bytes);
    writer->section = aligned_alloc(GM_PACK_ALIGNMENT, writer->section_bytes);
    if (!writer->section)
        return gm_error_set(error, GM_ERR_NOMEM, "%s: no memory for section %s, %zu bytes",
                            writer->path, name, writer->section_bytes);
    memset(writer->section, 0, writer->section_bytes);
    struct gm_pack_entry *entry = &writer->entries[writer->header.sections++];
    memcpy(entry->name, name, name_len);
    entry->at = writer->at;
    entry->bytes = bytes;
    *ret_data = writer->section;
    return GM_OK;
}

// Makes the new name outlive a power cut.
static enum gm_err sync_folder(const struct gm_pack_writer *writer, struct gm_error *error)
{
    char path[PATH_BYTES];
    memcpy(path, writer->path, sizeof(path));
    const char *folder = dirname(path);
    const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return gm_error_errno(error, errno, "%s", folder);
    // Some file systems cannot sync a folder, and say so by EINVAL.
    const enum gm_err err =
        fsync(fd) != 0 && errno != EINVAL ? gm_error_errno(error, errno, "%s", folder) : GM_OK;
    close(fd);
    return err;
}

static enum gm_err write_ends(struct gm_pack_writer *writer, struct gm_error *error)
{
    struct gm_pack_header *header = &writer->header;
    const size_t directory_bytes = header->sections * sizeof(writer->entries[0]);
    XXH3_128bits_update(writer->hash, writer->entries, directory_bytes);
    header->directory_at = writer->at;
    header->file_bytes = writer->at + directory_bytes;
    header->body_hash = gm_pack_hash_of(XXH3_128bits_digest(writer->hash));
    header->header_hash = gm_pack_header_hash(header);
    const enum gm_err err = write_at(writer, writer->entries, directory_bytes, writer->at, error);
    return err ? err : write_at(writer, header, sizeof(*header), 0, error);
}

enum gm_err gm_pack_writer_commit(struct gm_pack_writer *writer, struct gm_error *error)
{
    enum gm_err err = write_section(writer, error);
    if (!err)
        err = write_ends(writer, error);
    if (err)
        return err;
    if (fsync(writer->fd) != 0)
        return gm_error_errno(error, errno, "%s", writer->path_new);
    if (rename(writer->path_new, writer->path) != 0)
        return gm_error_errno(error, errno, "%s", writer->path);
    writer->in_place = true;
    return sync_folder(writer, error);
}

void gm_pack_writer_close(struct gm_pack_writer *writer)
{
    if (!writer)
        return;
    drop_section(writer);
    XXH3_freeState(writer->hash);
    if (writer->fd >= 0) {
        if (!writer->in_place)
            unlink(writer->path_new); // before the lock goes
        close(writer->fd);
    }
    free(writer);
}
