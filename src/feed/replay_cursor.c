// The cursor's text, and the fingerprint of the files it belongs to.
#include "feed/replay_cursor.h"

#include "feed/byte_source.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    WHOLE_BYTES_MAX = 16 * 1024 * 1024, // up to here a file's whole content counts
    BLOCK_BYTES = 1024 * 1024,          // beyond, only its first and last block
};

// ------------------------------------------------------------------------- the name

static uint64_t mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 32;
}

// Eight bytes at a time: at a gigabyte a second and more, opening a recording costs next to
// nothing.
static uint64_t mix_bytes(uint64_t hash, const char *data, size_t len)
{
    uint64_t word = 0;
    for (; len >= sizeof word; data += sizeof word, len -= sizeof word) {
        memcpy(&word, data, sizeof word);
        hash = mix(hash, word);
    }
    word = 0;
    memcpy(&word, data, len);
    return mix(hash, word);
}

// Adds the block at `offset` to *hash.
static enum gm_err hash_block(const struct gm_byte_source *file, int64_t offset, char *block,
                              uint64_t *hash, struct gm_error *error)
{
    size_t filled = 0;
    while (filled < BLOCK_BYTES) {
        ssize_t got = pread(file->fd, block + filled, BLOCK_BYTES - filled, offset + (off_t)filled);
        if (got < 0 && errno != EINTR)
            return gm_error_errno(error, errno, "%s: cannot read", file->path);
        if (got == 0)
            break;
        filled += got > 0 ? (size_t)got : 0;
    }
    *hash = mix_bytes(*hash, block, filled);
    return GM_OK;
}

static enum gm_err hash_file(const char *path, char *block, uint64_t *hash, struct gm_error *error)
{
    struct gm_byte_source file;
    enum gm_err err = gm_byte_source_init(&file, path, error);
    if (err)
        return err;
    uint64_t own = mix(*hash, (uint64_t)file.size_bytes);
    if (file.size_bytes <= WHOLE_BYTES_MAX) {
        for (int64_t at = 0; !err && at < file.size_bytes; at += BLOCK_BYTES)
            err = hash_block(&file, at, block, &own, error);
    } else {
        err = hash_block(&file, 0, block, &own, error);
        if (!err)
            err = hash_block(&file, file.size_bytes - BLOCK_BYTES, block, &own, error);
    }
    gm_byte_source_finish(&file);
    if (!err)
        *hash = own;
    return err;
}

enum gm_err gm_replay_name(const char *prices_path, const char *social_path,
                           char ret_name[GM_REPLAY_NAME_BYTES], struct gm_error *error)
{
    char *block = malloc(BLOCK_BYTES);
    if (!block)
        return gm_error_set(error, GM_ERR_NOMEM, "out of memory");
    const char *paths[] = {prices_path, social_path};
    uint64_t hash = 0;
    enum gm_err err = GM_OK;
    for (size_t i = 0; !err && i < 2; i++) {
        hash = mix(hash, paths[i] != NULL);
        if (paths[i])
            err = hash_file(paths[i], block, &hash, error);
    }
    free(block);
    if (!err)
        snprintf(ret_name, GM_REPLAY_NAME_BYTES, "replay-%016" PRIx64, hash);
    return err;
}

// ------------------------------------------------------------------------- the text

void gm_replay_cursor_write(const struct gm_replay_cursor *cursor, char *ret_text,
                            size_t text_bytes)
{
    const struct gm_replay_place *p = &cursor->prices, *s = &cursor->social;
    snprintf(ret_text, text_bytes, "%s 1 %" PRId64 " %" PRId64 " %d %" PRId64 " %" PRId64 " %d",
             cursor->name, p->position.offset_bytes, p->position.line, p->cut,
             s->position.offset_bytes, s->position.line, s->cut);
}

// Reads " DIGITS" at *at and moves past it.
static bool read_number(const char **at, int64_t max, int64_t *ret_value)
{
    const char *digit = *at;
    if (*digit++ != ' ' || *digit < '0' || *digit > '9')
        return false;
    int64_t value = 0;
    for (; *digit >= '0' && *digit <= '9'; digit++) {
        int64_t next = *digit - '0';
        if (value > (max - next) / 10)
            return false;
        value = value * 10 + next;
    }
    *at = digit;
    *ret_value = value;
    return true;
}

static bool read_place(const char **at, struct gm_replay_place *ret_place)
{
    int64_t cut;
    if (!read_number(at, INT64_MAX, &ret_place->position.offset_bytes) ||
        !read_number(at, INT64_MAX, &ret_place->position.line) || !read_number(at, 1, &cut))
        return false;
    ret_place->cut = cut != 0;
    return true;
}

enum gm_err gm_replay_cursor_read(const char *text, const char *name,
                                  struct gm_replay_cursor *ret_cursor, struct gm_error *error)
{
    size_t name_len = strlen(name);
    if (strncmp(text, name, name_len) != 0) {
        return gm_error_set(error, GM_ERR_INVALID,
                            "the cursor \"%.60s\" belongs to other files than these (%s); start "
                            "this replay without it",
                            text, name);
    }
    struct gm_replay_cursor cursor;
    const char *at = text + name_len;
    int64_t version;
    if (!read_number(&at, 1, &version) || version != 1 || !read_place(&at, &cursor.prices) ||
        !read_place(&at, &cursor.social) || *at) {
        return gm_error_set(error, GM_ERR_INVALID,
                            "the cursor \"%.120s\" cannot be read; start this replay without it",
                            text);
    }
    snprintf(cursor.name, sizeof cursor.name, "%s", name);
    *ret_cursor = cursor;
    return GM_OK;
}
