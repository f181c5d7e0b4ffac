// torch.save since PyTorch 1.6: a zip with one folder of any name, in which data.pkl is the pickle,
// data/KEY the storages, and byteorder, in newer files, says "little".
#include "vibe/model/torch_file.h"

#include <stdio.h>
#include <stdlib.h>

struct archive {
    const struct gm_zip_entry *entries;
    size_t count;
    struct gm_str folder; // with its slash
};

// Finds FOLDER/NAME REST.
static const struct gm_zip_entry *find(const struct archive *archive, const char *name,
                                       struct gm_str rest)
{
    size_t low = 0, high = archive->count;
    char whole[1024];
    const int len = snprintf(whole, sizeof(whole), "%.*s%s%.*s", GM_STR_ARG(archive->folder), name,
                             GM_STR_ARG(rest));
    if (len < 0 || (size_t)len >= sizeof(whole))
        return NULL;
    const struct gm_str wanted = {whole, (size_t)len};
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int order = gm_tensor_name_compare(archive->entries[middle].name, wanted);
        if (order == 0)
            return &archive->entries[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

// The folder is that of the one FOLDER/data.pkl.
static enum gm_err find_folder(struct archive *archive, struct gm_error *error)
{
    static const char name[] = "/data.pkl";
    const size_t name_len = sizeof(name) - 1;
    for (size_t i = 0; i < archive->count; i++) {
        const struct gm_str entry = archive->entries[i].name;
        const char *slash = memchr(entry.data, '/', entry.len);
        if (!slash || entry.len - (size_t)(slash - entry.data) != name_len ||
            memcmp(slash, name, name_len) != 0)
            continue;
        if (archive->folder.data)
            return gm_error_set(error, GM_ERR_CORRUPT, "the zip has more than one data.pkl");
        archive->folder = (struct gm_str){entry.data, (size_t)(slash - entry.data) + 1};
    }
    if (!archive->folder.data)
        return gm_error_set(error, GM_ERR_UNSUPPORTED,
                            "the zip has no data.pkl: torch.save did not write it");
    return GM_OK;
}

static enum gm_err check_byte_order(const struct archive *archive, struct gm_error *error)
{
    const struct gm_zip_entry *order = find(archive, "byteorder", gm_str(""));
    if (order && !gm_str_equal(order->data, gm_str("little")))
        return gm_error_set(error, GM_ERR_UNSUPPORTED,
                            "entry %.*s: not little; save it anew as model.safetensors",
                            GM_STR_ARG(order->name));
    return GM_OK;
}

static enum gm_err read_state(const struct archive *archive, struct gm_arena *scratch,
                              struct gm_torch_named **ret_named, size_t *ret_count,
                              struct gm_error *error)
{
    const struct gm_str pickle = find(archive, "data.pkl", gm_str(""))->data;
    struct gm_pickle_value root;
    size_t at = 0;
    enum gm_err err = gm_unpickle(pickle, &at, scratch, &root, error);
    if (!err && at != pickle.len)
        err =
            gm_error_set(error, GM_ERR_CORRUPT, "byte %zu: behind the pickle's end lies more", at);
    if (!err)
        err = gm_torch_state(&root, scratch, ret_named, ret_count, error);
    if (err)
        gm_error_prefix(error, "%.*sdata.pkl", GM_STR_ARG(archive->folder));
    return err;
}

enum gm_err gm_torch_read_zip(struct gm_str file, struct gm_arena *scratch,
                              struct gm_tensor_list *list, struct gm_error *error)
{
    struct gm_zip_entry *entries = NULL;
    struct archive archive = {0};
    struct gm_torch_named *named = NULL;
    size_t count = 0;
    enum gm_err err = gm_zip_read(file, scratch, &entries, &archive.count, error);
    archive.entries = entries;
    if (!err)
        err = find_folder(&archive, error);
    if (!err)
        err = check_byte_order(&archive, error);
    if (!err)
        err = read_state(&archive, scratch, &named, &count, error);
    for (size_t i = 0; i < count && !err; i++) {
        const struct gm_str key = named[i].tensor->storage->key;
        const struct gm_zip_entry *stored = find(&archive, "data/", key);
        err = stored ? gm_torch_add(&named[i], stored->data, list, error)
                     : gm_error_set(error, GM_ERR_CORRUPT,
                                    "tensor %.*s: the zip has no entry data/%.*s for it",
                                    GM_STR_ARG(named[i].name), GM_STR_ARG(key));
    }
    return err;
}
