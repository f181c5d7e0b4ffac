// Takes request bodies.
#include "web/http_body.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

enum { SIZE_DIGITS_MAX = 8, LENGTH_DIGITS_MAX = 18 };

static int refuse(int status, const char *reason, const char **ret_reason)
{
    *ret_reason = reason;
    return status;
}

static int too_long(const char **ret_reason)
{
    return refuse(413, "the body is too long; send it in parts", ret_reason);
}

static int begin_chunked(struct gm_http_body *body, const struct gm_http_request *request,
                         const char **ret_reason)
{
    const struct gm_str coding = request->transfer_encoding;
    if (request->content_length_given) {
        return refuse(400, "Content-Length and Transfer-Encoding exclude one another", ret_reason);
    }
    if (!request->is_http_1_1) {
        return refuse(400, "HTTP/1.0 knows no Transfer-Encoding", ret_reason);
    }
    if (coding.len != strlen("chunked") || strncasecmp(coding.data, "chunked", coding.len) != 0) {
        return refuse(501, "the one Transfer-Encoding that is understood is chunked", ret_reason);
    }
    body->state = GM_HTTP_BODY_SIZE;
    return 200;
}

static int begin_length(struct gm_http_body *body, struct gm_str length, const char **ret_reason)
{
    uint64_t value = 0;
    bool good = length.len > 0;
    for (size_t i = 0; good && i < length.len; i++) {
        good = length.data[i] >= '0' && length.data[i] <= '9';
    }
    if (!good) {
        return refuse(400, "Content-Length is no number", ret_reason);
    }
    if (length.len > LENGTH_DIGITS_MAX) {
        return too_long(ret_reason);
    }
    for (size_t i = 0; i < length.len; i++) {
        value = value * 10 + (uint64_t)(length.data[i] - '0');
    }
    if (value > body->room) {
        return too_long(ret_reason);
    }
    body->left = value;
    body->state = value > 0 ? GM_HTTP_BODY_LENGTH : GM_HTTP_BODY_WHOLE;
    return 200;
}

int gm_http_body_begin(struct gm_http_body *body, const struct gm_http_request *request,
                       uint64_t bytes_max, const char **ret_reason)
{
    *body = (struct gm_http_body){.room = bytes_max};
    if (request->transfer_encoding_given) {
        return begin_chunked(body, request, ret_reason);
    }
    if (request->content_length_given) {
        return begin_length(body, request->content_length, ret_reason);
    }
    return refuse(411, "a body with its Content-Length must come with this request", ret_reason);
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    const char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// One byte of the line that begins a chunk.
static int take_size(struct gm_http_body *body, char c, const char **ret_reason)
{
    const int digit = body->state == GM_HTTP_BODY_SIZE ? hex_value(c) : -1;
    if (++body->line_bytes > GM_HTTP_CHUNK_LINE_BYTES_MAX) {
        return refuse(400, "a chunk's size is over 256 bytes", ret_reason);
    }
    if (digit >= 0) {
        if (++body->digits_count > SIZE_DIGITS_MAX) {
            return too_long(ret_reason);
        }
        body->left = body->left * 16 + (uint64_t)digit;
    } else if (body->digits_count == 0) {
        return refuse(400, "a chunk does not begin with its size", ret_reason);
    } else if (c == '\r') {
        body->state = GM_HTTP_BODY_SIZE_LF;
    } else if (c == '\n' || (body->state == GM_HTTP_BODY_SIZE && c != ';' && c != ' ')) {
        return refuse(400, "a chunk's size does not end with CR LF", ret_reason);
    } else {
        body->state = GM_HTTP_BODY_EXTENSION;
    }
    return body->left > body->room ? too_long(ret_reason) : 0;
}

// One byte of what follows the last chunk.
static int take_trailer(struct gm_http_body *body, char c, const char **ret_reason)
{
    if (++body->line_bytes > GM_HTTP_TRAILER_BYTES_MAX) {
        return refuse(431, "the fields behind the body are over 4096 bytes", ret_reason);
    }
    if (c == '\n') {
        return refuse(400, "a line behind the body does not end with CR LF", ret_reason);
    }
    if (c == '\r') {
        body->state =
            body->state == GM_HTTP_BODY_TRAILER ? GM_HTTP_BODY_LAST_LF : GM_HTTP_BODY_TRAILER_LF;
    } else {
        body->state = GM_HTTP_BODY_TRAILER_LINE;
    }
    return 0;
}

static int expect(struct gm_http_body *body, char c, char due, enum gm_http_body_state then,
                  const char **ret_reason)
{
    if (c != due) {
        return refuse(400, "a chunk does not end where its size says", ret_reason);
    }
    body->state = then;
    return 0;
}

// One byte of the framing.
static int take_byte(struct gm_http_body *body, char c, const char **ret_reason)
{
    switch (body->state) {
    case GM_HTTP_BODY_SIZE:
    case GM_HTTP_BODY_EXTENSION:
        return take_size(body, c, ret_reason);
    case GM_HTTP_BODY_SIZE_LF:
        body->line_bytes = body->digits_count = 0;
        return expect(body, c, '\n', body->left > 0 ? GM_HTTP_BODY_CHUNK : GM_HTTP_BODY_TRAILER,
                      ret_reason);
    case GM_HTTP_BODY_CHUNK_CR:
        return expect(body, c, '\r', GM_HTTP_BODY_CHUNK_LF, ret_reason);
    case GM_HTTP_BODY_CHUNK_LF:
        return expect(body, c, '\n', GM_HTTP_BODY_SIZE, ret_reason);
    case GM_HTTP_BODY_TRAILER:
    case GM_HTTP_BODY_TRAILER_LINE:
        return take_trailer(body, c, ret_reason);
    case GM_HTTP_BODY_TRAILER_LF:
        return expect(body, c, '\n', GM_HTTP_BODY_TRAILER, ret_reason);
    default:
        assert(body->state == GM_HTTP_BODY_LAST_LF);
        return expect(body, c, '\n', GM_HTTP_BODY_WHOLE, ret_reason);
    }
}

int gm_http_body_take(struct gm_http_body *body, const char *data, size_t len, size_t *ret_taken,
                      struct gm_buffer *out, const char **ret_reason)
{
    size_t at = 0;
    int status = 0;
    while (status == 0 && at < len && body->state != GM_HTTP_BODY_WHOLE) {
        const bool chunked = body->state == GM_HTTP_BODY_CHUNK;
        if (!chunked && body->state != GM_HTTP_BODY_LENGTH) {
            status = take_byte(body, data[at++], ret_reason);
            continue;
        }
        const size_t part = body->left < len - at ? (size_t)body->left : len - at;
        gm_buffer_append(out, data + at, part);
        at += part;
        body->left -= part;
        body->room -= part;
        if (body->left == 0) {
            body->state = chunked ? GM_HTTP_BODY_CHUNK_CR : GM_HTTP_BODY_WHOLE;
        }
    }
    *ret_taken = at;
    return status == 0 && body->state == GM_HTTP_BODY_WHOLE ? 200 : status;
}
