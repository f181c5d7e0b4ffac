// What is installed.
#include "vibe/model/installed.h"

#include "vibe/model/find.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define CACHE_PREFIX   "models--"
#define PARTIAL_SUFFIX ".partial"
#define PACK_PREFIX    "ghostmarket-"
#define PACK_SUFFIX    ".pack"

// The middle of `text` between `prefix` and `suffix`; false where it has not both around something.
static bool between(const char *text, const char *prefix, const char *suffix, char *ret,
                    size_t bytes)
{
    size_t len = strlen(text), before = strlen(prefix), after = strlen(suffix);
    if (len <= before + after || strncmp(text, prefix, before) != 0 ||
        strcmp(text + len - after, suffix) != 0 || len - before - after >= bytes)
        return false;
    snprintf(ret, bytes, "%.*s", (int)(len - before - after), text + before);
    return true;
}

// "ORG--NAME" → "ORG/NAME"; false where that is no name.
static bool name_of_folder(const char *folder, char ret_name[GM_MODEL_NAME_BYTES_MAX + 1])
{
    char name[GM_MODEL_NAME_BYTES_MAX + 1];
    const char *dashes = strstr(folder, "--");
    int len =
        dashes ? snprintf(name, sizeof name, "%.*s/%s", (int)(dashes - folder), folder, dashes + 2)
               : snprintf(name, sizeof name, "%s", folder);
    if (len < 0 || (size_t)len >= sizeof name || !gm_model_name_valid(name))
        return false;
    memcpy(ret_name, name, sizeof name);
    return true;
}

// ------------------------------------------------------------------------- one model

static void add_file(struct gm_installed *installed, const char *name, int64_t bytes)
{
    installed->bytes += bytes;
    if (installed->pack_count < GM_INSTALLED_PACKS_MAX &&
        between(name, PACK_PREFIX, PACK_SUFFIX, installed->packs[installed->pack_count].kernels,
                GM_INSTALLED_KERNELS_BYTES))
        installed->packs[installed->pack_count++].bytes = bytes;
}

static void add_files(struct gm_installed *installed)
{
    DIR *list = opendir(installed->dir);
    if (!list)
        return; // gm_model_find tells why
    for (struct dirent *entry; (entry = readdir(list));) {
        struct stat status;
        // The cache has links to what counts.
        if (fstatat(dirfd(list), entry->d_name, &status, 0) == 0 && S_ISREG(status.st_mode))
            add_file(installed, entry->d_name, status.st_size);
    }
    closedir(list);
}

static enum gm_err check(struct gm_installed *installed)
{
    char found[GM_MODEL_PATH_BYTES_MAX];
    struct gm_error *problem = &installed->problem;
    enum gm_err err = gm_model_find(NULL, installed->name, installed->dir, found, problem);
    if (!err)
        err = gm_bert_config_read(installed->dir, &installed->config, problem);
    if (!err && !installed->config.classifier)
        err = gm_error_set(problem, GM_ERR_UNSUPPORTED, "%s: it has no classifier, so no moods",
                           installed->dir);
    return err;
}

void gm_installed_look(const char *name, enum gm_installed_place place, const char *dir,
                       struct gm_installed *ret_installed)
{
    struct gm_manifest manifest;
    *ret_installed = (struct gm_installed){.place = place};
    snprintf(ret_installed->name, sizeof ret_installed->name, "%s", name);
    snprintf(ret_installed->dir, sizeof ret_installed->dir, "%s", dir);
    add_files(ret_installed);
    if (place == GM_INSTALLED_PARTIAL) {
        gm_error_set(&ret_installed->problem, GM_ERR_NOT_FOUND,
                     "fetched in part; `ghostmarket model pull %s` goes on", name);
        return;
    }
    ret_installed->usable = check(ret_installed) == GM_OK;
    if (place == GM_INSTALLED_CACHE) // …/snapshots/COMMIT
        snprintf(ret_installed->revision, sizeof ret_installed->revision, "%s",
                 strrchr(dir, '/') ? strrchr(dir, '/') + 1 : "");
    else if (gm_manifest_read(dir, &manifest, NULL) == GM_OK)
        snprintf(ret_installed->revision, sizeof ret_installed->revision, "%s", manifest.commit);
}

// ------------------------------------------------------------------------- all models

static void show_data(const char *models, const char *entry, gm_installed_fn *show, void *context)
{
    char folder[NAME_MAX + 1], name[GM_MODEL_NAME_BYTES_MAX + 1], dir[GM_MODEL_PATH_BYTES_MAX];
    struct stat status;
    enum gm_installed_place place = GM_INSTALLED_DATA;
    snprintf(folder, sizeof folder, "%s", entry);
    if (entry[0] == '.') {
        place = GM_INSTALLED_PARTIAL;
        if (!between(entry, ".", PARTIAL_SUFFIX, folder, sizeof folder))
            return;
    }
    int len = snprintf(dir, sizeof dir, "%s/%s", models, entry);
    if (!name_of_folder(folder, name) || len < 0 || (size_t)len >= sizeof dir ||
        stat(dir, &status) != 0 || !S_ISDIR(status.st_mode))
        return;
    struct gm_installed installed;
    gm_installed_look(name, place, dir, &installed);
    show(context, &installed);
}

static void show_cached(const char *cache, const char *entry, gm_installed_fn *show, void *context)
{
    (void)cache; // gm_model_find looks there
    char folder[NAME_MAX + 1], name[GM_MODEL_NAME_BYTES_MAX + 1], dir[GM_MODEL_PATH_BYTES_MAX];
    if (!between(entry, CACHE_PREFIX, "", folder, sizeof folder) || !name_of_folder(folder, name) ||
        gm_model_find(NULL, name, NULL, dir, NULL))
        return;
    struct gm_installed installed;
    gm_installed_look(name, GM_INSTALLED_CACHE, dir, &installed);
    if (installed.usable)
        show(context, &installed);
}

static enum gm_err each_entry(const char *folder,
                              void (*look)(const char *folder, const char *entry,
                                           gm_installed_fn *show, void *context),
                              gm_installed_fn *show, void *context, struct gm_error *error)
{
    struct dirent **entries;
    int count = scandir(folder, &entries, NULL, alphasort);
    if (count < 0)
        return errno == ENOENT || errno == ENOTDIR ? GM_OK
                                                   : gm_error_errno(error, errno, "%s", folder);
    for (int i = 0; i < count; i++) {
        look(folder, entries[i]->d_name, show, context);
        free(entries[i]);
    }
    free(entries);
    return GM_OK;
}

enum gm_err gm_installed_each(const char *data_dir, gm_installed_fn *show, void *context,
                              struct gm_error *error)
{
    char models[GM_MODEL_PATH_BYTES_MAX], cache[GM_MODEL_PATH_BYTES_MAX];
    int len = snprintf(models, sizeof models, "%s/models", data_dir);
    if (len < 0 || (size_t)len >= sizeof models)
        return gm_error_set(error, GM_ERR_LIMIT, "data_dir: the path is too long");
    enum gm_err err = each_entry(models, show_data, show, context, error);
    if (!err && gm_model_cache_folder(cache))
        err = each_entry(cache, show_cached, show, context, error);
    return err;
}
