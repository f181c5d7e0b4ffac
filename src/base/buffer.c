// The growing byte buffer.
#include "base/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { CAPACITY_MIN = 256 };

void gm_buffer_init(struct gm_buffer *buffer, size_t limit_bytes)
{
    *buffer = (struct gm_buffer){.limit = limit_bytes};
}

void gm_buffer_finish(struct gm_buffer *buffer)
{
    free(buffer->data);
    *buffer = (struct gm_buffer){.limit = buffer->limit};
}

void gm_buffer_reset(struct gm_buffer *buffer)
{
    buffer->len = 0;
    buffer->failed = GM_OK;
}

static char *grow(struct gm_buffer *buffer, size_t bytes)
{
    if (bytes > buffer->limit - buffer->len) {
        buffer->failed = GM_ERR_LIMIT;
        return NULL;
    }
    size_t wanted = buffer->len + bytes;
    size_t capacity = buffer->capacity > SIZE_MAX / 2 ? SIZE_MAX : buffer->capacity * 2;
    if (capacity < CAPACITY_MIN)
        capacity = CAPACITY_MIN;
    if (capacity < wanted)
        capacity = wanted;
    if (capacity > buffer->limit)
        capacity = buffer->limit;
    char *data = realloc(buffer->data, capacity ? capacity : 1);
    if (!data) {
        buffer->failed = GM_ERR_NOMEM;
        return NULL;
    }
    buffer->data = data;
    buffer->capacity = capacity;
    return data + buffer->len;
}

char *gm_buffer_reserve(struct gm_buffer *buffer, size_t bytes)
{
    if (buffer->failed)
        return NULL;
    if (buffer->data && bytes <= buffer->capacity - buffer->len)
        return buffer->data + buffer->len;
    return grow(buffer, bytes);
}

void gm_buffer_append_slow(struct gm_buffer *buffer, const void *data, size_t len)
{
    if (len == 0)
        return;
    char *to = gm_buffer_reserve(buffer, len);
    if (!to)
        return;
    memcpy(to, data, len);
    buffer->len += len;
}

void gm_buffer_append_str(struct gm_buffer *buffer, struct gm_str text)
{
    gm_buffer_append(buffer, text.data, text.len);
}

void gm_buffer_append_c(struct gm_buffer *buffer, const char *c_string)
{
    gm_buffer_append(buffer, c_string, strlen(c_string));
}

void gm_buffer_append_byte(struct gm_buffer *buffer, char byte)
{
    char *to = gm_buffer_reserve(buffer, 1);
    if (!to)
        return;
    *to = byte;
    buffer->len++;
}

void gm_buffer_printf(struct gm_buffer *buffer, const char *format, ...)
{
    if (buffer->failed)
        return;
    va_list args;
    va_start(args, format);
    int len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (len < 0) {
        buffer->failed = GM_ERR_NOMEM;
        return;
    }
    // vsnprintf ends with a NUL that is not part of the contents; where the limit leaves no room
    // for it, the text goes through memory of its own.
    char *own = NULL;
    char *to = NULL;
    if ((size_t)len < buffer->limit - buffer->len) {
        to = gm_buffer_reserve(buffer, (size_t)len + 1);
    } else if (gm_buffer_reserve(buffer, (size_t)len)) {
        to = own = malloc((size_t)len + 1);
        if (!own)
            buffer->failed = GM_ERR_NOMEM;
    }
    if (!to)
        return;
    va_start(args, format);
    vsnprintf(to, (size_t)len + 1, format, args);
    va_end(args);
    if (own)
        gm_buffer_append(buffer, own, (size_t)len);
    else
        buffer->len += (size_t)len;
    free(own);
}

enum gm_err gm_buffer_ok(const struct gm_buffer *buffer, struct gm_error *error)
{
    switch (buffer->failed) {
    case GM_OK:
        return GM_OK;
    case GM_ERR_LIMIT:
        return gm_error_set(error, GM_ERR_LIMIT, "over the limit of %zu bytes", buffer->limit);
    default:
        return gm_error_set(error, buffer->failed, "out of memory");
    }
}
