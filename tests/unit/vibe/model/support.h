// What the tests of src/vibe/model share: a folder of their own, files in it, and a small writer of
// safetensors.
#ifndef GM_TESTS_UNIT_VIBE_MODEL_SUPPORT_H
#define GM_TESTS_UNIT_VIBE_MODEL_SUPPORT_H

#include "../../test.h"

#include "base/buffer.h"
#include "base/error.h"

#include <stdio.h>
#include <string.h>

// cmocka's setup and teardown of a test that has a folder; the latter removes all that is in it.
int folder_setup(void **state);
int folder_teardown(void **state);
const char *folder(void);

// DIR/NAME in one of 128 buffers, which are used in turn. folder_path: in the test's folder.
const char *path_of(const char *dir, const char *name);
const char *folder_path(const char *name);

// Writes a file of the test's folder, in folders that are made where they are missing.
void folder_write(const char *name, struct gm_str bytes);

// A copy of a file, which the caller frees.
struct gm_str read_file(const char *path);

// tests/data/models/NAME
const char *golden_dir(const char *name);

// A copy of the golden model at NAME of the test's folder, where its pack may be written; its path.
const char *golden_copy(const char *model, const char *name);

// Fails unless a call gave that code and filled in that message.
void assert_failed(enum gm_err err, const struct gm_error *error, enum gm_err code,
                   const char *message);

// Likewise, for messages that begin with a path.
void assert_failed_at(enum gm_err err, const struct gm_error *error, enum gm_err code,
                      const char *path, const char *message);

struct safetensors_writer {
    struct gm_buffer header, data;
};

void safetensors_init(struct safetensors_writer *writer);
void safetensors_add(struct safetensors_writer *writer, struct gm_str name, const char *dtype,
                     const int64_t *shape, int rank, const void *data, size_t bytes);
// The whole file, which the caller frees; finishes the writer.
struct gm_str safetensors_end(struct safetensors_writer *writer);

// A file with any header and `data_bytes` bytes of data, 0, 1, 2, …; the caller frees it.
struct gm_str safetensors_of(const char *header, size_t data_bytes);

#endif
