// Looks for a model where it may lie.
#include "vibe/model/find.h"

#include "base/buffer.h"
#include "vibe/model/mapped_file.h"
#include "vibe/model/name.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { COMMIT_BYTES_MAX = 64 };

// False: the path is too long.
static bool join(char ret_path[GM_MODEL_PATH_BYTES_MAX], const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static bool join(char ret_path[GM_MODEL_PATH_BYTES_MAX], const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const int len = vsnprintf(ret_path, GM_MODEL_PATH_BYTES_MAX, format, args);
    va_end(args);
    return len >= 0 && len < GM_MODEL_PATH_BYTES_MAX;
}

// Whether a folder is there; one that may not be looked at counts, and whoever opens it is told.
static bool is_folder(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 ? S_ISDIR(status.st_mode) : errno != ENOENT && errno != ENOTDIR;
}

static bool has(const char *dir, const char *name)
{
    char path[GM_MODEL_PATH_BYTES_MAX];
    return join(path, "%s/%s", dir, name) && access(path, F_OK) == 0;
}

// What is missing from a folder for a model; NULL: nothing. Weights that are there and not read
// count: whoever opens them says what is wrong.
static const char *missing_part(const char *dir)
{
    char path[GM_MODEL_PATH_BYTES_MAX];
    if (!has(dir, "config.json"))
        return "config.json";
    if (gm_checkpoint_file(dir, path, NULL) == GM_ERR_NOT_FOUND)
        return "model.safetensors or pytorch_model.bin";
    if (!has(dir, "vocab.txt") && !has(dir, "tokenizer.json"))
        return "vocab.txt or tokenizer.json";
    return NULL;
}

// A folder that is there must be a whole model.
static enum gm_err check_whole(const char *dir, struct gm_error *error)
{
    if (faccessat(AT_FDCWD, dir, X_OK, AT_EACCESS) != 0)
        return gm_error_errno(error, errno, "%s", dir);
    const char *missing = missing_part(dir);
    return missing ? gm_error_set(error, GM_ERR_INVALID, "%s: %s is missing from the model", dir,
                                  missing)
                   : GM_OK;
}

// --------------------------------------------------------------------- the Hugging Face cache

// An empty variable counts as none.
static const char *variable(const char *name)
{
    const char *value = getenv(name);
    return value && *value ? value : NULL;
}

bool gm_model_cache_folder(char ret_path[GM_MODEL_PATH_BYTES_MAX])
{
    static const struct {
        const char *variable, *below;
    } places[] = {
        {"HF_HUB_CACHE", ""},
        {"HUGGINGFACE_HUB_CACHE", ""},
        {"HF_HOME", "/hub"},
        {"XDG_CACHE_HOME", "/huggingface/hub"},
        {"HOME", "/.cache/huggingface/hub"},
    };
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
        if (variable(places[i].variable))
            return join(ret_path, "%s%s", variable(places[i].variable), places[i].below);
    return false;
}

// "ORG/NAME" → "models--ORG--NAME" below the cache.
static bool cached_model(const char *name, char ret_path[GM_MODEL_PATH_BYTES_MAX])
{
    char cache[GM_MODEL_PATH_BYTES_MAX], folder[GM_MODEL_FOLDER_NAME_BYTES];
    gm_model_name_folder(name, folder);
    return gm_model_cache_folder(cache) && join(ret_path, "%s/models--%s", cache, folder);
}

// Reads which commit is main; it is about to become part of a path.
static bool read_commit(const char *model, char ret_commit[COMMIT_BYTES_MAX + 1])
{
    char path[GM_MODEL_PATH_BYTES_MAX];
    struct gm_mapped_file file;
    if (!join(path, "%s/refs/main", model) || gm_mapped_file_open(path, &file, NULL))
        return false;
    size_t len = file.bytes.len;
    while (len > 0 && strchr("\r\n ", file.bytes.data[len - 1]))
        len--;
    bool valid = len > 0 && len <= COMMIT_BYTES_MAX;
    for (size_t i = 0; valid && i < len; i++)
        valid = memchr("0123456789abcdefABCDEF", file.bytes.data[i], 22) != NULL;
    if (valid) {
        memcpy(ret_commit, file.bytes.data, len);
        ret_commit[len] = '\0';
    }
    gm_mapped_file_finish(&file);
    return valid;
}

// Whether the cache has the whole model.
static bool find_cached(const char *model, char ret_dir[GM_MODEL_PATH_BYTES_MAX])
{
    char commit[COMMIT_BYTES_MAX + 1], path[GM_MODEL_PATH_BYTES_MAX];
    if (!read_commit(model, commit) || !join(path, "%s/snapshots/%s", model, commit) ||
        missing_part(path))
        return false;
    memcpy(ret_dir, path, strlen(path) + 1);
    return true;
}

// ------------------------------------------------------------------------------- all places

static enum gm_err find_named(const char *data_dir, const char *name,
                              char ret_dir[GM_MODEL_PATH_BYTES_MAX], struct gm_error *error)
{
    char folder[GM_MODEL_FOLDER_NAME_BYTES], path[GM_MODEL_PATH_BYTES_MAX] = "";
    char cached[GM_MODEL_PATH_BYTES_MAX] = "";
    gm_model_name_folder(name, folder);
    if (data_dir && !join(path, "%s/models/%s", data_dir, folder))
        return gm_error_set(error, GM_ERR_LIMIT, "%s: a path over %d bytes", data_dir,
                            GM_MODEL_PATH_BYTES_MAX - 1);
    if (data_dir && is_folder(path)) {
        const enum gm_err err = check_whole(path, error);
        if (!err)
            memcpy(ret_dir, path, sizeof(path));
        return err;
    }
    if (!cached_model(name, cached))
        cached[0] = '\0';
    else if (find_cached(cached, ret_dir))
        return GM_OK;
    return gm_error_set(
        error, GM_ERR_NOT_FOUND,
        "the model %s is not installed; `ghostmarket model pull %s` does it; looked "
        "for %s%s%s",
        name, name, path, *path && *cached ? " and " : "", cached);
}

enum gm_err gm_model_find(const char *data_dir, const char *name, const char *dir,
                          char ret_dir[GM_MODEL_PATH_BYTES_MAX], struct gm_error *error)
{
    if (!dir && !gm_model_name_valid(name))
        return gm_error_set(error, GM_ERR_INVALID,
                            "%s: no name of a model; one is NAME or ORG/NAME", name);
    if (!dir)
        return find_named(data_dir, name, ret_dir, error);
    if (strlen(dir) >= GM_MODEL_PATH_BYTES_MAX)
        return gm_error_set(error, GM_ERR_LIMIT, "%s: a path over %d bytes", dir,
                            GM_MODEL_PATH_BYTES_MAX - 1);
    if (!is_folder(dir))
        return gm_error_set(error, GM_ERR_NOT_FOUND, "%s: there is no such folder", dir);
    const enum gm_err err = check_whole(dir, error);
    if (!err)
        memcpy(ret_dir, dir, strlen(dir) + 1);
    return err;
}
