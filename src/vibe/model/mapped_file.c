// Files mapped for reading.
#include "vibe/model/mapped_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static enum gm_err map(int fd, const char *path, struct gm_mapped_file *ret_file,
                       struct gm_error *error)
{
    struct stat status;
    if (fstat(fd, &status) != 0)
        return gm_error_errno(error, errno, "%s", path);
    if (!S_ISREG(status.st_mode))
        return gm_error_set(error, GM_ERR_INVALID, "%s: not a regular file", path);
    struct gm_str bytes = {"", (size_t)status.st_size};
    if (bytes.len > 0) {
        void *data = mmap(NULL, bytes.len, PROT_READ, MAP_SHARED, fd, 0);
        if (data == MAP_FAILED)
            return gm_error_errno(error, errno, "%s", path);
        bytes.data = data;
    }
    *ret_file = (struct gm_mapped_file){bytes, status.st_mtim};
    return GM_OK;
}

enum gm_err gm_mapped_file_open(const char *path, struct gm_mapped_file *ret_file,
                                struct gm_error *error)
{
    // Without O_NONBLOCK, opening a pipe would wait for its writer.
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return gm_error_errno(error, errno, "%s", path);
    const enum gm_err err = map(fd, path, ret_file, error);
    close(fd);
    return err;
}

void gm_mapped_file_drop(const struct gm_mapped_file *file)
{
    // Of a shared map of a file this loses nothing; where it does not work, nothing is let go.
    if (file->bytes.len > 0)
        (void)madvise((void *)file->bytes.data, file->bytes.len, MADV_DONTNEED);
}

void gm_mapped_file_finish(struct gm_mapped_file *file)
{
    if (file->bytes.len > 0)
        munmap((void *)file->bytes.data, file->bytes.len);
    *file = (struct gm_mapped_file){0};
}
