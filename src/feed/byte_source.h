// The bytes of a recorded file, plain or gzip: what lies between the disk and its lines.
//
// A gzip file (told by its first two bytes) may have several members, and zero bytes after them.
// Where its data ends too early or is damaged, the source gives what came out before and then
// stands at its end, with `fault` saying why: that is the recording's fault, not an error of the
// call. One thread at a time.
#ifndef GM_FEED_BYTE_SOURCE_H
#define GM_FEED_BYTE_SOURCE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zlib.h>

struct gm_byte_source {
    char *path;
    int fd;
    int64_t size_bytes;  // of the file as it lies on disk
    int64_t taken_bytes; // … and how much of that has been read
    bool gzip;
    bool ended;             // nothing more will come
    bool fault;             // … because the gzip data breaks off here:
    char fault_reason[128]; // "the gzip data ends before its end mark"

    // gzip alone
    z_stream inflate;
    bool in_member;       // between a member's first byte and its last
    unsigned char *input; // INPUT_BYTES
};

// GM_ERR_NOT_FOUND, GM_ERR_DENIED, GM_ERR_IO, GM_ERR_NOMEM; GM_ERR_INVALID when it is no regular
// file. On failure nothing needs to be finished.
enum gm_err gm_byte_source_init(struct gm_byte_source *source, const char *path,
                                struct gm_error *error);
void gm_byte_source_finish(struct gm_byte_source *source);

// Puts up to `room` (1 … 2^30) of the next bytes at `to`. 0 bytes: source->ended.
enum gm_err gm_byte_source_read(struct gm_byte_source *source, char *to, size_t room,
                                size_t *ret_bytes, struct gm_error *error);

// Passes over the first `offset` bytes of a source that has not been read yet. GM_ERR_INVALID when
// it has fewer.
enum gm_err gm_byte_source_skip(struct gm_byte_source *source, int64_t offset,
                                struct gm_error *error);

#endif
