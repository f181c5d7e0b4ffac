// A pack: a file of named sections that is written once and mapped ever after.
//
// Encoders keep their weights in the order in which their kernels read them. Making that order out
// of a checkpoint takes seconds; mapping it takes none, and processes that map the same pack share
// its memory. A pack is complete or not there (written aside, synced, renamed), has a version and a
// checksum over every byte, and a key that tells what it was made from and for: a pack with
// another key is another file's, and is made anew. The format stands in pack.c.
#ifndef GM_VIBE_MODEL_PACK_H
#define GM_VIBE_MODEL_PACK_H

#include "base/error.h"
#include "base/str.h"

#include <stddef.h>

enum {
    GM_PACK_ALIGNMENT = 64,
    GM_PACK_NAME_BYTES_MAX = 64,
    GM_PACK_SECTIONS_MAX = 4096,
};

// ------------------------------------------------------------------------- reading

struct gm_pack; // an open pack; immutable, so any number of threads may read it

// Maps the pack at `path` and checks version, key and checksum. GM_ERR_NOT_FOUND: no such file, or
// one with another version or key. GM_ERR_CORRUPT: damaged; the message says where. A pack that was
// put there by a stranger cannot harm: nothing outside the file is ever read.
enum gm_err gm_pack_open(const char *path, struct gm_str key, struct gm_pack **ret_pack,
                         struct gm_error *error);
void gm_pack_close(struct gm_pack *pack); // NULL is fine

// The section of that name, GM_PACK_ALIGNMENT-aligned; GM_ERR_CORRUPT when it is not there or does
// not have `bytes` bytes. Lives as long as the pack. At least GM_PACK_ALIGNMENT readable bytes
// follow every section, so that a kernel may load a whole vector at its end.
enum gm_err gm_pack_section(const struct gm_pack *pack, const char *name, size_t bytes,
                            const void **ret_data, struct gm_error *error);

// ------------------------------------------------------------------------- writing

struct gm_pack_writer;

// Begins a pack that will lie at `path`. The writer holds a lock, so that of several processes one
// makes the pack and the others wait here for it; who has waited should look first whether the pack
// is there by now (gm_pack_obtain does). GM_ERR_DENIED: the folder cannot be written to.
// GM_ERR_NOT_FOUND: there is no such folder.
enum gm_err gm_pack_writer_open(const char *path, struct gm_str key,
                                struct gm_pack_writer **ret_writer, struct gm_error *error);

// A new section of `bytes` zeroed bytes, GM_PACK_ALIGNMENT-aligned, for the caller to fill; valid
// until the next call, which writes it. Takes as much memory as the section has bytes. `name` is
// new, and 1 … GM_PACK_NAME_BYTES_MAX bytes long. GM_ERR_FULL: the disk is. After a failure the
// writer can only be closed.
enum gm_err gm_pack_writer_add(struct gm_pack_writer *writer, const char *name, size_t bytes,
                               void **ret_data, struct gm_error *error);

// Completes the pack, syncs it and puts it in its place, where it replaces any that was there;
// processes that have that one open keep it.
enum gm_err gm_pack_writer_commit(struct gm_pack_writer *writer, struct gm_error *error);

// Without a commit, what was written goes away. NULL is fine.
void gm_pack_writer_close(struct gm_pack_writer *writer);

// ------------------------------------------------------------------------------ both

// Fills a pack by gm_pack_writer_add.
typedef enum gm_err gm_pack_fill_fn(void *context, struct gm_pack_writer *writer,
                                    struct gm_error *error);

// Opens the pack at `path`. Where there is none, or one with another key, or a damaged one, has
// `fill` make it first; of several processes that do this at once, one makes it and all open it.
enum gm_err gm_pack_obtain(const char *path, struct gm_str key, gm_pack_fill_fn *fill,
                           void *context, struct gm_pack **ret_pack, struct gm_error *error);

#endif
