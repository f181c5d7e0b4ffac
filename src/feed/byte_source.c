// Plain and gzip files behind one read call.
#include "feed/byte_source.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    INPUT_BYTES = 64 * 1024,
    GZIP_MAGIC_1 = 0x1f,
    GZIP_MAGIC_2 = 0x8b,
    GZIP_WINDOW_BITS = 15 + 16, // the largest window; +16: a gzip header and trailer
};

static enum gm_err read_fd(struct gm_byte_source *source, void *to, size_t room, size_t *ret_bytes,
                           struct gm_error *error)
{
    ssize_t got;
    do {
        got = read(source->fd, to, room);
    } while (got < 0 && errno == EINTR);
    if (got < 0)
        return gm_error_errno(error, errno, "%s: cannot read", source->path);
    source->taken_bytes += got;
    *ret_bytes = (size_t)got;
    return GM_OK;
}

static enum gm_err open_regular(struct gm_byte_source *source, struct gm_error *error)
{
    // O_NONBLOCK keeps a pipe without a writer from hanging the open; regular files ignore it.
    source->fd = open(source->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (source->fd < 0)
        return gm_error_errno(error, errno, "%s: cannot open", source->path);
    struct stat status;
    if (fstat(source->fd, &status) != 0)
        return gm_error_errno(error, errno, "%s: cannot stat", source->path);
    if (!S_ISREG(status.st_mode)) {
        return gm_error_set(error, GM_ERR_INVALID,
                            "%s: not a regular file; a replay must be able to read it again",
                            source->path);
    }
    source->size_bytes = status.st_size;
    return GM_OK;
}

static enum gm_err detect_gzip(struct gm_byte_source *source, struct gm_error *error)
{
    unsigned char magic[2] = {0};
    ssize_t got;
    do {
        got = pread(source->fd, magic, sizeof magic, 0);
    } while (got < 0 && errno == EINTR);
    if (got < 0)
        return gm_error_errno(error, errno, "%s: cannot read", source->path);
    if (magic[0] != GZIP_MAGIC_1 || magic[1] != GZIP_MAGIC_2)
        return GM_OK;
    source->input = malloc(INPUT_BYTES);
    if (!source->input || inflateInit2(&source->inflate, GZIP_WINDOW_BITS) != Z_OK)
        return gm_error_set(error, GM_ERR_NOMEM, "%s: out of memory", source->path);
    source->gzip = true;
    return GM_OK;
}

enum gm_err gm_byte_source_init(struct gm_byte_source *source, const char *path,
                                struct gm_error *error)
{
    memset(source, 0, sizeof *source);
    source->fd = -1;
    source->path = strdup(path);
    enum gm_err err = GM_OK;
    if (!source->path)
        err = gm_error_set(error, GM_ERR_NOMEM, "%s: out of memory", path);
    if (!err)
        err = open_regular(source, error);
    if (!err)
        err = detect_gzip(source, error);
    if (err)
        gm_byte_source_finish(source);
    return err;
}

void gm_byte_source_finish(struct gm_byte_source *source)
{
    if (source->gzip)
        inflateEnd(&source->inflate);
    free(source->input);
    if (source->fd >= 0)
        close(source->fd);
    free(source->path);
    memset(source, 0, sizeof *source);
    source->fd = -1;
}

static void break_off(struct gm_byte_source *source, const char *what, const char *detail)
{
    snprintf(source->fault_reason, sizeof source->fault_reason, "%s%s%s%s", what,
             detail ? " (" : "", detail ? detail : "", detail ? ")" : "");
    source->fault = true;
    source->ended = true;
}

// Stands before a member's first byte: starts it, or finds that there is none.
static void begin_member(struct gm_byte_source *source)
{
    z_stream *z = &source->inflate;
    while (z->avail_in > 0 && *z->next_in == 0) { // padding, as tapes and block devices add
        z->next_in++;
        z->avail_in--;
    }
    if (z->avail_in == 0)
        return;
    if (*z->next_in != GZIP_MAGIC_1) {
        break_off(source, "what follows is no gzip data", NULL);
        return;
    }
    inflateReset(z);
    source->in_member = true;
}

// Takes in more of the file; at its end, the source has ended.
static enum gm_err refill_input(struct gm_byte_source *source, struct gm_error *error)
{
    size_t got = 0;
    enum gm_err err = read_fd(source, source->input, INPUT_BYTES, &got, error);
    if (err)
        return err;
    source->inflate.next_in = source->input;
    source->inflate.avail_in = (uInt)got;
    if (got == 0 && source->in_member)
        break_off(source, "the gzip data ends before its end mark", NULL);
    source->ended |= got == 0;
    return GM_OK;
}

// Inflates what there is. Even without input there may be output that had no room before, so that
// more input is asked for only when nothing comes out any more.
static enum gm_err inflate_member(struct gm_byte_source *source, struct gm_error *error)
{
    z_stream *z = &source->inflate;
    uInt room = z->avail_out;
    switch (inflate(z, Z_NO_FLUSH)) {
    case Z_STREAM_END:
        source->in_member = false;
        return GM_OK;
    case Z_OK:
    case Z_BUF_ERROR:
        if (z->avail_in == 0 && z->avail_out == room)
            return refill_input(source, error);
        return GM_OK;
    case Z_MEM_ERROR:
        return gm_error_set(error, GM_ERR_NOMEM, "%s: out of memory", source->path);
    default:
        break_off(source, "the gzip data is damaged", z->msg);
        return GM_OK;
    }
}

static enum gm_err read_gzip(struct gm_byte_source *source, char *to, size_t room,
                             size_t *ret_bytes, struct gm_error *error)
{
    z_stream *z = &source->inflate;
    z->next_out = (unsigned char *)to;
    z->avail_out = (uInt)room;
    enum gm_err err = GM_OK;
    while (!err && !source->ended && z->avail_out == room)
        if (source->in_member)
            err = inflate_member(source, error);
        else if (z->avail_in > 0)
            begin_member(source);
        else
            err = refill_input(source, error);
    if (!err)
        *ret_bytes = room - z->avail_out;
    return err;
}

enum gm_err gm_byte_source_read(struct gm_byte_source *source, char *to, size_t room,
                                size_t *ret_bytes, struct gm_error *error)
{
    assert(room > 0 && room <= 1 << 30);
    if (source->ended) {
        *ret_bytes = 0;
        return GM_OK;
    }
    if (source->gzip)
        return read_gzip(source, to, room, ret_bytes, error);
    size_t got = 0;
    enum gm_err err = read_fd(source, to, room, &got, error);
    if (err)
        return err;
    source->ended = got == 0;
    *ret_bytes = got;
    return GM_OK;
}

static enum gm_err too_short(const struct gm_byte_source *source, int64_t offset,
                             struct gm_error *error)
{
    return gm_error_set(error, GM_ERR_INVALID, "%s: ends before byte %lld, where the cursor stands",
                        source->path, (long long)offset);
}

enum gm_err gm_byte_source_skip(struct gm_byte_source *source, int64_t offset,
                                struct gm_error *error)
{
    assert(offset >= 0 && source->taken_bytes == 0);
    if (!source->gzip) {
        if (offset > source->size_bytes)
            return too_short(source, offset, error);
        if (lseek(source->fd, offset, SEEK_SET) < 0)
            return gm_error_errno(error, errno, "%s: cannot seek", source->path);
        source->taken_bytes = offset;
        return GM_OK;
    }
    // A gzip stream has no way in but from its start.
    char passed[16 * 1024];
    for (int64_t left = offset; left > 0;) {
        size_t want = left < (int64_t)sizeof passed ? (size_t)left : sizeof passed;
        size_t got = 0;
        enum gm_err err = gm_byte_source_read(source, passed, want, &got, error);
        if (err)
            return err;
        if (got == 0)
            return too_short(source, offset, error);
        left -= (int64_t)got;
    }
    return GM_OK;
}
