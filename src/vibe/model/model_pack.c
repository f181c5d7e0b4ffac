// Packs of models.
#include "vibe/model/model_pack.h"

#include "vibe/model/mapped_file.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <xxhash.h>

enum { HASHED_BYTES = 64 * 1024 };

static enum gm_err join(struct gm_error *error, char ret_path[GM_MODEL_PATH_BYTES_MAX],
                        const char *format, ...) __attribute__((format(printf, 3, 4)));

static enum gm_err join(struct gm_error *error, char ret_path[GM_MODEL_PATH_BYTES_MAX],
                        const char *format, ...)
{
    char path[GM_MODEL_PATH_BYTES_MAX];
    va_list args;
    va_start(args, format);
    const int len = vsnprintf(path, sizeof(path), format, args);
    va_end(args);
    if (len < 0 || (size_t)len >= sizeof(path))
        return gm_error_set(error, GM_ERR_LIMIT, "%s…: a path over %d bytes", path,
                            GM_MODEL_PATH_BYTES_MAX - 1);
    memcpy(ret_path, path, (size_t)len + 1);
    return GM_OK;
}

// ---------------------------------------------------------------------------------- places

enum gm_err gm_model_pack_beside(const char *dir, const char *kernels,
                                 char ret_path[GM_MODEL_PATH_BYTES_MAX], struct gm_error *error)
{
    return join(error, ret_path, "%s/ghostmarket-%s.pack", dir, kernels);
}

static enum gm_err place_apart(const char *data_dir, char ret_path[GM_MODEL_PATH_BYTES_MAX],
                               struct gm_error *error)
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    if (data_dir)
        return join(error, ret_path, "%s/packs", data_dir);
    if (cache && *cache)
        return join(error, ret_path, "%s/ghostmarket", cache);
    if (home && *home)
        return join(error, ret_path, "%s/.cache/ghostmarket", home);
    return gm_error_set(error, GM_ERR_NOT_FOUND,
                        "neither XDG_CACHE_HOME nor HOME says where a cache may lie");
}

enum gm_err gm_model_pack_apart(const char *dir, const char *data_dir, const char *kernels,
                                char ret_path[GM_MODEL_PATH_BYTES_MAX], struct gm_error *error)
{
    char place[GM_MODEL_PATH_BYTES_MAX], resolved[PATH_MAX];
    const enum gm_err err = place_apart(data_dir, place, error);
    if (err)
        return err;
    if (!realpath(dir, resolved))
        return gm_error_errno(error, errno, "%s", dir);
    return join(error, ret_path, "%s/%016" PRIx64 "-%s.pack", place,
                (uint64_t)XXH3_64bits(resolved, strlen(resolved)), kernels);
}

// Makes the folders that `path` lies in.
static enum gm_err make_folders(const char *path, struct gm_error *error)
{
    char folder[GM_MODEL_PATH_BYTES_MAX];
    memcpy(folder, path, strlen(path) + 1);
    for (char *at = folder + 1; (at = strchr(at, '/')); at++) {
        *at = '\0';
        if (mkdir(folder, 0750) != 0 && errno != EEXIST)
            return gm_error_errno(error, errno, "%s", folder);
        *at = '/';
    }
    return GM_OK;
}

// ------------------------------------------------------------------------------------- key

// A hash of the beginning and the end of some bytes, which are all of them where they are few.
static XXH128_hash_t hash_ends(struct gm_str bytes)
{
    char ends[2 * HASHED_BYTES];
    if (bytes.len <= sizeof(ends))
        return XXH3_128bits(bytes.data, bytes.len);
    memcpy(ends, bytes.data, HASHED_BYTES);
    memcpy(ends + HASHED_BYTES, bytes.data + bytes.len - HASHED_BYTES, HASHED_BYTES);
    return XXH3_128bits(ends, sizeof(ends));
}

enum gm_err gm_model_key(const char *dir, const char *kernels, char ret_key[GM_MODEL_KEY_BYTES],
                         struct gm_error *error)
{
    char path[GM_MODEL_PATH_BYTES_MAX], config_path[GM_MODEL_PATH_BYTES_MAX];
    struct gm_mapped_file weights = {0}, config = {0};
    enum gm_err err = gm_checkpoint_file(dir, path, error);
    if (!err)
        err = join(error, config_path, "%s/config.json", dir);
    if (!err)
        err = gm_mapped_file_open(config_path, &config, error);
    if (!err)
        err = gm_mapped_file_open(path, &weights, error);
    if (!err) {
        const XXH128_hash_t hash = hash_ends(weights.bytes);
        snprintf(ret_key, GM_MODEL_KEY_BYTES,
                 "%s %zu %" PRId64 ".%09ld %016" PRIx64 "%016" PRIx64 " %016" PRIx64 " %s",
                 strrchr(path, '/') + 1, weights.bytes.len, (int64_t)weights.changed.tv_sec,
                 weights.changed.tv_nsec, (uint64_t)hash.high64, (uint64_t)hash.low64,
                 (uint64_t)XXH3_64bits(config.bytes.data, config.bytes.len), kernels);
    }
    gm_mapped_file_finish(&weights);
    gm_mapped_file_finish(&config);
    return err;
}

// --------------------------------------------------------------------------------- obtain

enum gm_err gm_model_pack_obtain(const char *dir, const char *data_dir, const char *kernels,
                                 gm_pack_fill_fn *fill, void *context, struct gm_pack **ret_pack,
                                 char ret_path[GM_MODEL_PATH_BYTES_MAX], struct gm_error *error)
{
    char key[GM_MODEL_KEY_BYTES], path[GM_MODEL_PATH_BYTES_MAX];
    enum gm_err err = gm_model_key(dir, kernels, key, error);
    if (!err)
        err = gm_model_pack_beside(dir, kernels, path, error);
    if (err)
        return err;
    err = gm_pack_obtain(path, gm_str(key), fill, context, ret_pack, error);
    if (err == GM_ERR_DENIED) {
        err = gm_model_pack_apart(dir, data_dir, kernels, path, error);
        if (!err)
            err = make_folders(path, error);
        if (!err)
            err = gm_pack_obtain(path, gm_str(key), fill, context, ret_pack, error);
    }
    if (!err && ret_path)
        memcpy(ret_path, path, strlen(path) + 1);
    return err;
}
