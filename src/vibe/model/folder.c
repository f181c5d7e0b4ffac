// The folder of models.
#include "vibe/model/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

static enum gm_err make_and_open(const char *path, int at, const char *name, int *ret_fd,
                                 struct gm_error *error)
{
    if (mkdirat(at, name, 0755) != 0 && errno != EEXIST)
        return gm_error_errno(error, errno, "%s", path);
    int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return gm_error_errno(error, errno, "%s", path);
    *ret_fd = fd;
    return GM_OK;
}

static enum gm_err take_lock(struct gm_folder *folder, const char *model, struct gm_error *error)
{
    char name[GM_MODEL_FOLDER_NAME_BYTES + 16];
    snprintf(name, sizeof name, ".%s.lock", folder->name);
    folder->lock = openat(folder->models, name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (folder->lock < 0)
        return gm_error_errno(error, errno, "%s/%s", folder->models_path, name);
    if (flock(folder->lock, LOCK_EX | LOCK_NB) != 0)
        return errno == EWOULDBLOCK
                   ? gm_error_set(error, GM_ERR_BUSY, "%s: another process is fetching it into %s",
                                  model, folder->models_path)
                   : gm_error_errno(error, errno, "%s/%s", folder->models_path, name);
    return GM_OK;
}

enum gm_err gm_folder_init(struct gm_folder *folder, const char *models_dir, const char *model,
                           struct gm_error *error)
{
    *folder = (struct gm_folder){.models = -1, .lock = -1, .partial = -1};
    gm_model_name_folder(model, folder->name);
    snprintf(folder->partial_name, sizeof folder->partial_name, ".%s.partial", folder->name);
    snprintf(folder->models_path, sizeof folder->models_path, "%s", models_dir);
    int longest = snprintf(folder->partial_path, sizeof folder->partial_path, "%s/%s", models_dir,
                           folder->partial_name);
    if (longest < 0 || (size_t)longest >= sizeof folder->partial_path)
        return gm_error_set(error, GM_ERR_LIMIT, "%s: the path is too long", models_dir);
    snprintf(folder->path, sizeof folder->path, "%.*s/%s", GM_FOLDER_PATH_BYTES / 2, models_dir,
             folder->name);
    enum gm_err err = make_and_open(models_dir, AT_FDCWD, models_dir, &folder->models, error);
    if (!err)
        err = take_lock(folder, model, error);
    if (err)
        gm_folder_finish(folder);
    return err;
}

static void close_if_open(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

void gm_folder_finish(struct gm_folder *folder)
{
    close_if_open(&folder->partial);
    close_if_open(&folder->models);
    close_if_open(&folder->lock); // and so gives it back
}

enum gm_err gm_folder_begin(struct gm_folder *folder, struct gm_error *error)
{
    return make_and_open(folder->partial_path, folder->models, folder->partial_name,
                         &folder->partial, error);
}

int64_t gm_folder_free_bytes(const struct gm_folder *folder)
{
    struct statvfs status;
    if (fstatvfs(folder->models, &status) != 0)
        return -1;
    return (int64_t)status.f_bavail * (int64_t)status.f_frsize;
}

// ------------------------------------------------------------------------- removing

enum { DEPTH_MAX = 8 }; // of folders in folders, all of them somebody else's

static int empty_folder(int at, const char *name, bool (*keep)(const char *name), int depth);

// Removes a file, or a folder with all that is in it. −1 and errno on failure.
static int remove_entry(int at, const char *name, int depth)
{
    if (unlinkat(at, name, 0) == 0 || errno == ENOENT)
        return 0;
    if (errno != EISDIR && errno != EPERM)
        return -1;
    return empty_folder(at, name, NULL, depth) == 0 ? unlinkat(at, name, AT_REMOVEDIR) : -1;
}

static int empty_folder(int at, const char *name, bool (*keep)(const char *name), int depth)
{
    int fd = depth > 0 ? openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW) : -1;
    DIR *list = fd < 0 ? NULL : fdopendir(fd);
    if (!list) {
        int failed = depth > 0 ? errno : ENOTEMPTY;
        if (fd >= 0)
            close(fd);
        errno = failed;
        return -1;
    }
    int result = 0;
    for (struct dirent *entry; result == 0 && (entry = readdir(list));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
            (keep && keep(entry->d_name)))
            continue;
        result = remove_entry(fd, entry->d_name, depth - 1);
    }
    int failed = errno;
    closedir(list);
    errno = failed;
    return result;
}

// ------------------------------------------------------------------------- installing

// Puts the partial folder where the model is to be. Where one is already, the two change places in
// one step, on file systems that can; on others there is a moment without either.
static int change_places(const struct gm_folder *folder)
{
    const char *partial = folder->partial_name;
    if (renameat2(folder->models, partial, folder->models, folder->name, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EEXIST && errno != EINVAL)
        return -1;
    if (renameat2(folder->models, partial, folder->models, folder->name, RENAME_EXCHANGE) == 0)
        return remove_entry(folder->models, partial, DEPTH_MAX);
    if (errno != EINVAL && errno != ENOENT)
        return -1;
    if (remove_entry(folder->models, folder->name, DEPTH_MAX) != 0)
        return -1;
    return renameat(folder->models, partial, folder->models, folder->name);
}

enum gm_err gm_folder_install(struct gm_folder *folder, bool (*keep)(const char *name),
                              struct gm_error *error)
{
    if (empty_folder(folder->models, folder->partial_name, keep, DEPTH_MAX) != 0 ||
        fsync(folder->partial) != 0)
        return gm_error_errno(error, errno, "%s", folder->partial_path);
    if (change_places(folder) != 0 || fsync(folder->models) != 0)
        return gm_error_errno(error, errno, "%s", folder->path);
    close_if_open(&folder->partial);
    return GM_OK;
}
