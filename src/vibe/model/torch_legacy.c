// torch.save before PyTorch 1.6:
//
//   a pickle   0x1950a86a20f9469cfc6c
//   a pickle   1001
//   a pickle   a dict that says "little_endian": True
//   a pickle   the state dict; its storages have keys
//   a pickle   a list of the keys
//   for each key, in their order: i64 elements of the storage, and these
#include "vibe/model/torch_file.h"

#include <inttypes.h>
#include <stdlib.h>

enum { VERSION = 1001, ELEMENTS_BYTES = 8 };

static const unsigned char magic[] = {0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19};

// What the file stores under a key.
struct stored {
    struct gm_str key;
    size_t element_bytes;
    int64_t elements;
    struct gm_str data; // NULL: the list of keys has not named it yet
};

struct table {
    struct stored *stored; // by key
    size_t count;
};

static enum gm_err read_head(struct gm_str file, size_t *at, struct gm_arena *scratch,
                             struct gm_error *error)
{
    struct gm_pickle_value value;
    enum gm_err err = gm_unpickle(file, at, scratch, &value, error);
    if (err)
        return err;
    if (value.kind != GM_PICKLE_LONG || value.text.len != sizeof(magic) ||
        memcmp(value.text.data, magic, sizeof(magic)) != 0)
        return gm_error_set(error, GM_ERR_UNSUPPORTED,
                            "byte 0: a pickle that torch.save did not write");
    const size_t version_at = *at;
    err = gm_unpickle(file, at, scratch, &value, error);
    if (err)
        return err;
    if (value.kind != GM_PICKLE_INT || value.integer != VERSION)
        return gm_error_set(error, GM_ERR_UNSUPPORTED, "byte %zu: the version is not %d",
                            version_at, VERSION);
    const size_t system_at = *at;
    err = gm_unpickle(file, at, scratch, &value, error);
    if (err)
        return err;
    for (size_t i = 0; value.kind == GM_PICKLE_DICT && i + 1 < value.items->count; i += 2) {
        const struct gm_pickle_value *pair = &value.items->values[i];
        if (pair[0].kind == GM_PICKLE_STRING &&
            gm_str_equal(pair[0].text, gm_str("little_endian")) && pair[1].kind == GM_PICKLE_BOOL &&
            pair[1].integer == 1)
            return GM_OK;
    }
    return gm_error_set(error, GM_ERR_UNSUPPORTED,
                        "byte %zu: not from a little-endian machine; save it anew as "
                        "model.safetensors",
                        system_at);
}

static int compare_keys(const void *a, const void *b)
{
    const struct stored *one = a, *other = b;
    return gm_tensor_name_compare(one->key, other->key);
}

// The keys that the tensors name, each once.
static enum gm_err collect(const struct gm_torch_named *named, size_t count,
                           struct gm_arena *scratch, struct table *ret_table,
                           struct gm_error *error)
{
    struct stored *stored = gm_arena_alloc(scratch, count * sizeof(*stored));
    if (!stored)
        return gm_error_set(error, GM_ERR_NOMEM, "no memory for %zu storages", count);
    for (size_t i = 0; i < count; i++) {
        const struct gm_pickle_storage *storage = named[i].tensor->storage;
        stored[i] = (struct stored){.key = storage->key,
                                    .element_bytes = storage->dtype->bytes,
                                    .elements = storage->stored};
    }
    if (count > 0)
        qsort(stored, count, sizeof(*stored), compare_keys);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        if (kept == 0 || !gm_str_equal(stored[kept - 1].key, stored[i].key))
            stored[kept++] = stored[i];
        else if (stored[kept - 1].element_bytes != stored[i].element_bytes ||
                 stored[kept - 1].elements != stored[i].elements)
            return gm_error_set(error, GM_ERR_CORRUPT, "storage %.*s is of two kinds",
                                GM_STR_ARG(stored[i].key));
    }
    *ret_table = (struct table){stored, kept};
    return GM_OK;
}

static struct stored *find(const struct table *table, struct gm_str key)
{
    const struct stored wanted = {.key = key};
    return table->count > 0
               ? bsearch(&wanted, table->stored, table->count, sizeof(wanted), compare_keys)
               : NULL;
}

// Finds the data of the key whose storage begins at *at and moves behind it.
static enum gm_err read_stored(struct gm_str file, size_t *at, struct stored *stored,
                               struct gm_error *error)
{
    int64_t elements = 0;
    if (file.len - *at < ELEMENTS_BYTES)
        return gm_error_set(error, GM_ERR_CORRUPT,
                            "byte %zu: the file is cut off before storage %.*s", file.len,
                            GM_STR_ARG(stored->key));
    memcpy(&elements, file.data + *at, sizeof(elements));
    if (elements != stored->elements)
        return gm_error_set(error, GM_ERR_CORRUPT,
                            "byte %zu: storage %.*s has %" PRId64 " elements instead of %" PRId64,
                            *at, GM_STR_ARG(stored->key), elements, stored->elements);
    const size_t left = file.len - *at - ELEMENTS_BYTES;
    if ((uint64_t)elements > left / stored->element_bytes)
        return gm_error_set(error, GM_ERR_CORRUPT, "byte %zu: the file is cut off in storage %.*s",
                            file.len, GM_STR_ARG(stored->key));
    stored->data =
        (struct gm_str){file.data + *at + ELEMENTS_BYTES, (size_t)elements * stored->element_bytes};
    *at += ELEMENTS_BYTES + stored->data.len;
    return GM_OK;
}

static enum gm_err read_storages(struct gm_str file, size_t *at, struct gm_arena *scratch,
                                 const struct table *table, struct gm_error *error)
{
    const size_t keys_at = *at;
    struct gm_pickle_value keys;
    enum gm_err err = gm_unpickle(file, at, scratch, &keys, error);
    if (err)
        return err;
    if (keys.kind != GM_PICKLE_LIST)
        return gm_error_set(error, GM_ERR_CORRUPT, "byte %zu: the list of storages must stand here",
                            keys_at);
    for (size_t i = 0; i < keys.items->count && !err; i++) {
        const struct gm_pickle_value *key = &keys.items->values[i];
        struct stored *stored = key->kind == GM_PICKLE_STRING ? find(table, key->text) : NULL;
        if (!stored || stored->data.data)
            return gm_error_set(error, GM_ERR_CORRUPT,
                                "byte %zu: storage %zu of the list is no tensor's, or there twice",
                                keys_at, i);
        err = read_stored(file, at, stored, error);
    }
    if (!err && *at != file.len)
        err =
            gm_error_set(error, GM_ERR_CORRUPT, "byte %zu: behind the last storage lies more", *at);
    return err;
}

enum gm_err gm_torch_read_legacy(struct gm_str file, struct gm_arena *scratch,
                                 struct gm_tensor_list *list, struct gm_error *error)
{
    struct gm_pickle_value root;
    struct gm_torch_named *named = NULL;
    struct table table = {NULL, 0};
    size_t at = 0, count = 0;
    enum gm_err err = read_head(file, &at, scratch, error);
    if (!err)
        err = gm_unpickle(file, &at, scratch, &root, error);
    if (!err)
        err = gm_torch_state(&root, scratch, &named, &count, error);
    if (!err)
        err = collect(named, count, scratch, &table, error);
    if (!err)
        err = read_storages(file, &at, scratch, &table, error);
    for (size_t i = 0; i < count && !err; i++) {
        const struct stored *stored = find(&table, named[i].tensor->storage->key);
        err = stored->data.data ? gm_torch_add(&named[i], stored->data, list, error)
                                : gm_error_set(error, GM_ERR_CORRUPT,
                                               "tensor %.*s: the file has no storage %.*s for it",
                                               GM_STR_ARG(named[i].name), GM_STR_ARG(stored->key));
    }
    return err;
}
