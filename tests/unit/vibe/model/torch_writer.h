// Writes what torch.save writes, and what it would never write: pickles, zips, files of before 1.6.
#ifndef GM_TESTS_UNIT_VIBE_MODEL_TORCH_WRITER_H
#define GM_TESTS_UNIT_VIBE_MODEL_TORCH_WRITER_H

#include "support.h"

// ------------------------------------------------------------------------------------ pickles

void pickle_text(struct gm_buffer *out, const char *text);
void pickle_int(struct gm_buffer *out, int64_t value);
void pickle_ints(struct gm_buffer *out, const int64_t *values, int count); // a tuple
void pickle_global(struct gm_buffer *out, const char *module, const char *name);

struct view {
    const char *name; // of the tensor
    const char *type; // of its storage: "FloatStorage"
    const char *key;
    int64_t stored; // elements of the storage
    int64_t offset;
    int rank;
    int64_t shape[8], stride[8];
};

// The name and the tensor, as a member of a state dict. `legacy`: the persistent id ends with None.
void pickle_view(struct gm_buffer *out, const struct view *view, bool legacy);

// The whole pickle of a state dict.
void pickle_state(struct gm_buffer *out, const struct view *views, size_t count, bool legacy);

// --------------------------------------------------------------------------------------- zips

struct zip_writer {
    struct gm_buffer data, directory;
    size_t entries;
    bool zip64; // numbers are all ones, and stand in the records of zip64
};

void zip_init(struct zip_writer *writer, bool zip64);
void zip_add(struct zip_writer *writer, const char *name, struct gm_str data);
struct gm_str zip_end(struct zip_writer *writer); // the caller frees it

// ---------------------------------------------------------------------------- files of torch

struct storage {
    const char *key;
    struct gm_str data;
    int64_t elements;
};

// pytorch_model.bin of either form; the caller frees it.
struct gm_str torch_zip(const struct view *views, size_t count, const struct storage *storages,
                        size_t storage_count);
struct gm_str torch_legacy(const struct view *views, size_t count, const struct storage *storages,
                           size_t storage_count);

#endif
