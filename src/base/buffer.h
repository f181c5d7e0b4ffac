// A growing byte buffer with a limit. One thread at a time.
//
// Errors are sticky: after a failed append every further append does nothing, so that a writer
// checks once at the end (gm_buffer_ok).
#ifndef GM_BASE_BUFFER_H
#define GM_BASE_BUFFER_H

#include "base/error.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

struct gm_buffer {
    char *data;                  // not NUL-terminated; NULL while capacity is 0
    size_t len, capacity, limit; // bytes
    enum gm_err failed;          // GM_OK, GM_ERR_NOMEM or GM_ERR_LIMIT
};

// `limit_bytes` is the most the buffer may hold. Allocates nothing yet.
void gm_buffer_init(struct gm_buffer *buffer, size_t limit_bytes);
void gm_buffer_finish(struct gm_buffer *buffer);

// Empties it and clears a sticky error; keeps the memory.
void gm_buffer_reset(struct gm_buffer *buffer);

// Room for `bytes` more at data + len, which the caller fills and adds to len; NULL on failure.
char *gm_buffer_reserve(struct gm_buffer *buffer, size_t bytes);

// Inline for what is known when compiling: a literal that fits costs a few moves.
void gm_buffer_append_slow(struct gm_buffer *buffer, const void *data, size_t len);
static inline void gm_buffer_append(struct gm_buffer *buffer, const void *data, size_t len)
{
    if (buffer->failed || len == 0 || len > buffer->capacity - buffer->len) {
        gm_buffer_append_slow(buffer, data, len);
        return;
    }
    memcpy(buffer->data + buffer->len, data, len);
    buffer->len += len;
}

void gm_buffer_append_str(struct gm_buffer *buffer, struct gm_str text);
void gm_buffer_append_c(struct gm_buffer *buffer, const char *c_string);
void gm_buffer_append_byte(struct gm_buffer *buffer, char byte);
void gm_buffer_printf(struct gm_buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

// GM_OK, or the sticky error with a message ("out of memory", "over the limit of N bytes").
enum gm_err gm_buffer_ok(const struct gm_buffer *buffer, struct gm_error *error);

// The contents as a slice, valid until the next append.
static inline struct gm_str gm_buffer_str(const struct gm_buffer *buffer)
{
    return (struct gm_str){buffer->data, buffer->len};
}

#endif
