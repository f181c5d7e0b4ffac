// The body of a request, taken as it arrives: by Content-Length or in chunks (RFC 9112, 6 and 7).
//
// Pure functions over bytes. What leaves doubt about where the body ends is refused, never
// repaired: another reading of the same bytes could take a part of it for a request of its own.
// Extensions of chunks and trailer fields are read past.
#ifndef GM_WEB_HTTP_BODY_H
#define GM_WEB_HTTP_BODY_H

#include "base/buffer.h"
#include "web/http.h"

#include <stddef.h>
#include <stdint.h>

enum {
    GM_HTTP_CHUNK_LINE_BYTES_MAX = 256, // a chunk's size with its extensions
    GM_HTTP_TRAILER_BYTES_MAX = 4096,
};

enum gm_http_body_state {
    GM_HTTP_BODY_LENGTH, // `left` bytes, and it is whole
    GM_HTTP_BODY_SIZE,   // a chunk's size in hexadecimal
    GM_HTTP_BODY_EXTENSION,
    GM_HTTP_BODY_SIZE_LF,
    GM_HTTP_BODY_CHUNK, // `left` bytes of a chunk
    GM_HTTP_BODY_CHUNK_CR,
    GM_HTTP_BODY_CHUNK_LF,
    GM_HTTP_BODY_TRAILER, // the begin of a line behind the last chunk
    GM_HTTP_BODY_TRAILER_LINE,
    GM_HTTP_BODY_TRAILER_LF,
    GM_HTTP_BODY_LAST_LF,
    GM_HTTP_BODY_WHOLE,
};

struct gm_http_body {
    enum gm_http_body_state state;
    uint64_t left;       // bytes of the body or of this chunk
    uint64_t room;       // bytes that may still come
    size_t line_bytes;   // of this chunk's line, or of all trailers
    size_t digits_count; // of this chunk's size
};

// Reads how the request's body is framed, for a body of at most `bytes_max`. Returns 200, or the
// status to refuse it with: 411 without a framing, 413 where it says already that it is longer, 501
// for another transfer coding, 400 for what is contradictory or no number.
int gm_http_body_begin(struct gm_http_body *body, const struct gm_http_request *request,
                       uint64_t bytes_max, const char **ret_reason);

// Takes what is the body's from data[0..len) and appends it to `out`; *ret_taken says how much. 0:
// it is not whole yet, and all was taken; 200: it is whole; else the status to refuse it with.
int gm_http_body_take(struct gm_http_body *body, const char *data, size_t len, size_t *ret_taken,
                      struct gm_buffer *out, const char **ret_reason);

#endif
