// Fetching one file.
#include "vibe/model/download.h"

#include "base/http_fields.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    PART_NAME_BYTES = 128,
    READ_BYTES = 1024 * 1024,
    PROGRESS_BYTES_MIN = 1024 * 1024, // a try that brought this much was no failure
};

struct part {
    struct gm_hub *hub;
    const struct gm_download *download;
    char name[PART_NAME_BYTES];
    int fd;
    int64_t have_bytes, fetched_bytes;
    struct gm_digest *digest; // over the first have_bytes
    bool wrong;               // what is there cannot be completed: begin anew
};

static void part_name(const struct gm_download *download, char out[PART_NAME_BYTES])
{
    snprintf(out, PART_NAME_BYTES, "%s.%s.part", gm_hub_file_name(download->file),
             download->info.hex);
}

static enum gm_err folder_error(const struct gm_download *download, const char *name, int failed,
                                struct gm_error *error)
{
    return gm_error_errno(error, failed, "%s/%s", download->folder_path, name);
}

static void report(const struct part *part)
{
    if (part->download->progress)
        part->download->progress(part->download->context, part->have_bytes);
}

int64_t gm_download_present(const struct gm_download *download)
{
    char name[PART_NAME_BYTES];
    struct stat status;
    part_name(download, name);
    if ((fstatat(download->folder, gm_hub_file_name(download->file), &status, 0) != 0 &&
         fstatat(download->folder, name, &status, 0) != 0) ||
        status.st_size > download->info.size_bytes)
        return 0;
    return status.st_size;
}

// ------------------------------------------------------------------------- what is on disk

static enum gm_err begin_digest(struct part *part, struct gm_error *error)
{
    const struct gm_hub_file_info *info = &part->download->info;
    gm_digest_destroy(part->digest);
    part->digest = NULL;
    part->have_bytes = 0;
    return gm_digest_create(info->kind, info->size_bytes, &part->digest, error);
}

// Takes the checksum of what an open file has.
static enum gm_err digest_file(struct part *part, int fd, const char *name, struct gm_error *error)
{
    enum gm_err err = begin_digest(part, error);
    if (err)
        return err;
    char *block = malloc(READ_BYTES);
    if (!block)
        return gm_error_set(error, GM_ERR_NOMEM, "out of memory");
    for (;;) {
        ssize_t got = pread(fd, block, READ_BYTES, part->have_bytes);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            err = folder_error(part->download, name, errno, error);
        if (got <= 0)
            break;
        gm_digest_add(part->digest, block, (size_t)got);
        part->have_bytes += got;
        report(part);
    }
    free(block);
    return err;
}

static enum gm_err start_anew(struct part *part, struct gm_error *error)
{
    part->wrong = false;
    if (ftruncate(part->fd, 0) != 0)
        return folder_error(part->download, part->name, errno, error);
    enum gm_err err = begin_digest(part, error);
    report(part);
    return err;
}

static enum gm_err open_part(struct part *part, struct gm_error *error)
{
    const struct gm_download *download = part->download;
    part->fd =
        openat(download->folder, part->name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (part->fd < 0)
        return folder_error(download, part->name, errno, error);
    struct stat status;
    if (fstat(part->fd, &status) != 0)
        return folder_error(download, part->name, errno, error);
    if (status.st_size > download->info.size_bytes)
        return start_anew(part, error);
    return digest_file(part, part->fd, part->name, error);
}

static bool matches(struct part *part)
{
    char hex[GM_DIGEST_HEX_BYTES];
    if (part->have_bytes != part->download->info.size_bytes)
        return false;
    gm_digest_end(part->digest, hex);
    return strcmp(hex, part->download->info.hex) == 0;
}

// Whether the complete file is there from an earlier run.
static enum gm_err is_done(struct part *part, bool *ret_done, struct gm_error *error)
{
    const struct gm_download *download = part->download;
    const char *name = gm_hub_file_name(download->file);
    int fd = openat(download->folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) {
        *ret_done = false;
        return errno == ENOENT ? GM_OK : folder_error(download, name, errno, error);
    }
    enum gm_err err = digest_file(part, fd, name, error);
    close(fd);
    if (err)
        return err;
    *ret_done = matches(part);
    if (!*ret_done && unlinkat(download->folder, name, 0) != 0)
        return folder_error(download, name, errno, error);
    return GM_OK;
}

// ------------------------------------------------------------------------- what arrives

// Decides by the head whether the bytes that follow are those that are missing.
static enum gm_err begin(void *context, int status, struct gm_error *error)
{
    struct part *part = context;
    int64_t size = part->download->info.size_bytes, first, last, total;
    const char *name = gm_hub_file_name(part->download->file);
    if (status == 200)
        return part->have_bytes > 0 ? start_anew(part, error) : GM_OK;
    if (status != 206)
        return gm_error_set(error, GM_ERR_NETWORK, "%s: the server answers %d", name, status);
    if (gm_http_content_range_read(gm_hub_field(part->hub, "Content-Range"), &first, &last,
                                   &total) &&
        first == part->have_bytes && (total < 0 || total == size))
        return GM_OK;
    part->wrong = true;
    return gm_error_set(error, GM_ERR_NETWORK, "%s: the server sends another range than was asked",
                        name);
}

static enum gm_err take(void *context, const void *data, size_t len, struct gm_error *error)
{
    struct part *part = context;
    const struct gm_download *download = part->download;
    if ((int64_t)len > download->info.size_bytes - part->have_bytes) {
        part->wrong = true;
        return gm_error_set(error, GM_ERR_NETWORK, "%s: the server sends more than its %lld bytes",
                            gm_hub_file_name(download->file), (long long)download->info.size_bytes);
    }
    const char *bytes = data;
    while (len > 0) {
        ssize_t written = pwrite(part->fd, bytes, len, part->have_bytes);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return folder_error(download, part->name, errno, error);
        gm_digest_add(part->digest, bytes, (size_t)written);
        bytes += written;
        len -= (size_t)written;
        part->have_bytes += written;
        part->fetched_bytes += written;
    }
    report(part);
    return GM_OK;
}

// One try at what is missing.
static enum gm_err fetch_rest(struct part *part, struct gm_error *error)
{
    const struct gm_download *download = part->download;
    const struct gm_http_sink sink = {begin, take, part};
    int status = 0;
    // take() counts; the client's limit stands behind it, and may be as wide as the whole file.
    enum gm_err err = gm_hub_fetch(part->hub, download->commit, download->file, part->have_bytes,
                                   download->info.size_bytes, &sink, &status, error);
    if (status == 416) {
        part->wrong = true;
        err = gm_error_set(error, GM_ERR_NETWORK, "%s: the server has no such range",
                           gm_hub_file_name(download->file));
    }
    if (err == GM_ERR_LIMIT)
        err = gm_error_set(error, GM_ERR_NETWORK, "%s", error->message);
    if (err)
        return err;
    if (part->have_bytes < download->info.size_bytes)
        return gm_error_set(error, GM_ERR_NETWORK, "%s: it ends after %lld of %lld bytes",
                            gm_hub_file_name(download->file), (long long)part->have_bytes,
                            (long long)download->info.size_bytes);
    return GM_OK;
}

// Fetches until all bytes are there and are the right ones.
static enum gm_err complete(struct part *part, struct gm_error *error)
{
    const struct gm_download *download = part->download;
    bool mismatched = false;
    for (int failures = 0;;) {
        int64_t before = part->have_bytes;
        enum gm_err err = GM_OK;
        if (part->have_bytes < download->info.size_bytes)
            err = fetch_rest(part, error);
        if (!err && matches(part))
            return GM_OK;
        if (!err && (mismatched || before == 0))
            return gm_error_set(error, GM_ERR_CORRUPT,
                                "%s: what the server sends does not have the %s that it names: "
                                "something on the way changes it, or it is damaged there",
                                gm_hub_file_name(download->file),
                                gm_digest_kind_name(download->info.kind));
        if (!err) {
            mismatched = true; // the resumed part may have been the wrong one: once more, all of it
            if ((err = start_anew(part, error)))
                return err;
            continue;
        }
        failures = part->have_bytes - before >= PROGRESS_BYTES_MIN ? 1 : failures + 1;
        err = gm_hub_retry(part->hub, failures, error);
        if (!err && part->wrong)
            err = start_anew(part, error);
        if (err)
            return err;
    }
}

static enum gm_err give_name(struct part *part, struct gm_error *error)
{
    const struct gm_download *download = part->download;
    if (fsync(part->fd) != 0 || renameat(download->folder, part->name, download->folder,
                                         gm_hub_file_name(download->file)) != 0)
        return folder_error(download, part->name, errno, error);
    return GM_OK;
}

enum gm_err gm_download_run(struct gm_hub *hub, const struct gm_download *download,
                            int64_t *ret_fetched_bytes, struct gm_error *error)
{
    struct part part = {.hub = hub, .download = download, .fd = -1};
    bool done = false;
    part_name(download, part.name);
    enum gm_err err = is_done(&part, &done, error);
    if (!err && !done) {
        err = open_part(&part, error);
        if (!err)
            err = complete(&part, error);
        if (!err)
            err = give_name(&part, error);
    }
    // A wrong part would only be found wrong again.
    if (err && (err == GM_ERR_CORRUPT || part.wrong))
        unlinkat(download->folder, part.name, 0);
    if (part.fd >= 0)
        close(part.fd);
    gm_digest_destroy(part.digest);
    if (err)
        return err;
    *ret_fetched_bytes = part.fetched_bytes;
    return GM_OK;
}
