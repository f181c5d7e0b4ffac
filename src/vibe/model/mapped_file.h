// A whole file in memory, mapped for reading: it costs no copy, and processes share its pages.
//
// A file that somebody else cuts short while it is mapped ends in SIGBUS where the missing part is
// read. Files of models are put in place by a rename and never written again.
#ifndef GM_VIBE_MODEL_MAPPED_FILE_H
#define GM_VIBE_MODEL_MAPPED_FILE_H

#include "base/error.h"
#include "base/str.h"

#include <time.h>

struct gm_mapped_file {
    struct gm_str bytes;     // page-aligned; "" when the file is empty
    struct timespec changed; // when it was last written to
};

// Any file that can be mapped, of any size. GM_ERR_NOT_FOUND, GM_ERR_DENIED, GM_ERR_INVALID: not a
// regular file; the message begins with the path.
enum gm_err gm_mapped_file_open(const char *path, struct gm_mapped_file *ret_file,
                                struct gm_error *error);

// Lets go of the file's pages; they are read again when they are touched again.
void gm_mapped_file_drop(const struct gm_mapped_file *file);

// A file of all zeros has nothing to give back: finishing it, or finishing twice, is fine.
void gm_mapped_file_finish(struct gm_mapped_file *file);

#endif
