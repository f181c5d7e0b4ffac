// Which file of a folder holds the weights, and who reads it.
#include "vibe/model/checkpoint.h"

#include "vibe/model/mapped_file.h"
#include "vibe/model/safetensors.h"
#include "vibe/model/tensor_list.h"
#include "vibe/model/torch_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

struct gm_checkpoint {
    char path[GM_MODEL_PATH_BYTES_MAX];
    struct gm_mapped_file file;
    struct gm_tensor_list list;
};

// In the order in which they are looked for.
static const struct candidate {
    const char *name;
    bool sharded; // a list of files that hold the weights together
} candidates[] = {
    {"model.safetensors", false},
    {"model.safetensors.index.json", true},
    {"pytorch_model.bin", false},
    {"pytorch_model.bin.index.json", true},
};

enum gm_err gm_checkpoint_file(const char *dir, char ret_path[GM_MODEL_PATH_BYTES_MAX],
                               struct gm_error *error)
{
    char path[GM_MODEL_PATH_BYTES_MAX];
    struct stat status;
    for (size_t i = 0; i < sizeof(candidates) / sizeof(candidates[0]); i++) {
        const int len = snprintf(path, sizeof(path), "%s/%s", dir, candidates[i].name);
        if (len < 0 || (size_t)len >= sizeof(path))
            return gm_error_set(error, GM_ERR_LIMIT, "%s: a path over %d bytes", dir,
                                GM_MODEL_PATH_BYTES_MAX - 1);
        if (stat(path, &status) != 0) {
            if (errno == ENOENT || errno == ENOTDIR)
                continue;
            return gm_error_errno(error, errno, "%s", path);
        }
        if (candidates[i].sharded)
            return gm_error_set(error, GM_ERR_UNSUPPORTED,
                                "%s: weights in several files are not read; save them as one "
                                "model.safetensors",
                                path);
        memcpy(ret_path, path, (size_t)len + 1);
        return GM_OK;
    }
    return gm_error_set(error, GM_ERR_NOT_FOUND,
                        "%s: neither model.safetensors nor pytorch_model.bin is there", dir);
}

static enum gm_err read_file(struct gm_checkpoint *checkpoint, struct gm_error *error)
{
    enum gm_err err = gm_mapped_file_open(checkpoint->path, &checkpoint->file, error);
    if (err)
        return err;
    const struct gm_str bytes = checkpoint->file.bytes;
    gm_tensor_list_init(&checkpoint->list, bytes.len);
    const char *name = strrchr(checkpoint->path, '/') + 1;
    err = strcmp(name, "model.safetensors") == 0
              ? gm_safetensors_read(bytes, &checkpoint->list, error)
              : gm_torch_read(bytes, &checkpoint->list, error);
    if (!err)
        err = gm_tensor_list_sort(&checkpoint->list, error);
    if (err)
        gm_error_prefix(error, "%s", checkpoint->path);
    return err;
}

enum gm_err gm_checkpoint_open(const char *dir, struct gm_checkpoint **ret_checkpoint,
                               struct gm_error *error)
{
    struct gm_checkpoint *checkpoint = calloc(1, sizeof(*checkpoint));
    if (!checkpoint)
        return gm_error_set(error, GM_ERR_NOMEM, "%s: no memory for a checkpoint", dir);
    enum gm_err err = gm_checkpoint_file(dir, checkpoint->path, error);
    if (!err)
        err = read_file(checkpoint, error);
    if (err) {
        gm_checkpoint_close(checkpoint);
        return err;
    }
    *ret_checkpoint = checkpoint;
    return GM_OK;
}

void gm_checkpoint_close(struct gm_checkpoint *checkpoint)
{
    if (!checkpoint)
        return;
    gm_tensor_list_finish(&checkpoint->list);
    gm_mapped_file_finish(&checkpoint->file);
    free(checkpoint);
}

const char *gm_checkpoint_path(const struct gm_checkpoint *checkpoint)
{
    return checkpoint->path;
}

size_t gm_checkpoint_count(const struct gm_checkpoint *checkpoint)
{
    return checkpoint->list.count;
}

struct gm_str gm_checkpoint_name(const struct gm_checkpoint *checkpoint, size_t index)
{
    return checkpoint->list.entries[index].tensor.name;
}

bool gm_checkpoint_find(const struct gm_checkpoint *checkpoint, struct gm_str name,
                        size_t *ret_index)
{
    return gm_tensor_list_find(&checkpoint->list, name, ret_index);
}

enum gm_err gm_checkpoint_tensor(const struct gm_checkpoint *checkpoint, size_t index,
                                 struct gm_tensor *ret_tensor, struct gm_error *error)
{
    const struct gm_tensor_entry *entry = &checkpoint->list.entries[index];
    if (entry->unread)
        return gm_error_set(error, GM_ERR_UNSUPPORTED, "%s: tensor %.*s %s", checkpoint->path,
                            GM_STR_ARG(entry->tensor.name), entry->unread);
    *ret_tensor = entry->tensor;
    return GM_OK;
}

void gm_checkpoint_drop(const struct gm_checkpoint *checkpoint)
{
    gm_mapped_file_drop(&checkpoint->file);
}
