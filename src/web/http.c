// Reads HTTP/1.1 request heads.
#include "web/http.h"

#include <assert.h>
#include <ctype.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

const char *gm_http_reason(int status)
{
    static const struct {
        int status;
        const char *reason;
    } reasons[] = {
        {200, "OK"},
        {207, "Multi-Status"},
        {304, "Not Modified"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {408, "Request Timeout"},
        {411, "Length Required"},
        {413, "Content Too Large"},
        {414, "URI Too Long"},
        {415, "Unsupported Media Type"},
        {417, "Expectation Failed"},
        {421, "Misdirected Request"},
        {422, "Unprocessable Content"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {503, "Service Unavailable"},
        {505, "HTTP Version Not Supported"},
    };
    for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
        if (reasons[i].status == status) {
            return reasons[i].reason;
        }
    }
    return "Unknown";
}

// RFC 9110, 5.6.2.
static bool is_token_char(unsigned char c)
{
    return isalnum(c) || (c && strchr("!#$%&'*+-.^_`|~", c));
}

static bool is_token(struct gm_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (!is_token_char((unsigned char)text.data[i])) {
            return false;
        }
    }
    return text.len > 0;
}

static bool equals_nocase(struct gm_str text, const char *c_string)
{
    return text.len == strlen(c_string) && strncasecmp(text.data, c_string, text.len) == 0;
}

static struct gm_str trim(struct gm_str text)
{
    while (text.len && (*text.data == ' ' || *text.data == '\t')) {
        text.data++;
        text.len--;
    }
    while (text.len && (text.data[text.len - 1] == ' ' || text.data[text.len - 1] == '\t')) {
        text.len--;
    }
    return text;
}

// Takes the part up to `separator` off *text; the whole of it where there is none.
static struct gm_str take_until(struct gm_str *text, char separator)
{
    const char *found = text->len ? memchr(text->data, separator, text->len) : NULL;
    size_t len = found ? (size_t)(found - text->data) : text->len;
    struct gm_str part = {text->data, len};
    size_t taken = found ? len + 1 : len;
    text->data = text->data ? text->data + taken : NULL;
    text->len -= taken;
    return part;
}

static int refuse(int status, const char *reason, const char **ret_reason)
{
    *ret_reason = reason;
    return status;
}

static int read_target(struct gm_str target, struct gm_http_request *request,
                       const char **ret_reason)
{
    if (target.len > GM_HTTP_TARGET_BYTES_MAX) {
        return refuse(414, "the request's target is over 4096 bytes", ret_reason);
    }
    if (!target.len || target.data[0] != '/') {
        return refuse(400, "the request's target must begin with '/'", ret_reason);
    }
    for (size_t i = 0; i < target.len; i++) {
        if (target.data[i] <= ' ' || target.data[i] > '~') {
            return refuse(400, "the request's target holds a byte that must be escaped",
                          ret_reason);
        }
    }
    request->query = target;
    request->path = take_until(&request->query, '?');
    return 200;
}

static int read_request_line(struct gm_str line, struct gm_http_request *request,
                             const char **ret_reason)
{
    struct gm_str method = take_until(&line, ' ');
    struct gm_str target = take_until(&line, ' ');
    if (!is_token(method) || method.len > 32) {
        return refuse(400, "the request does not begin with a method", ret_reason);
    }
    request->method = gm_str_equal(method, gm_str("GET"))    ? GM_HTTP_GET
                      : gm_str_equal(method, gm_str("HEAD")) ? GM_HTTP_HEAD
                      : gm_str_equal(method, gm_str("POST")) ? GM_HTTP_POST
                                                             : GM_HTTP_OTHER;
    int status = read_target(target, request, ret_reason);
    if (status != 200) {
        return status;
    }
    if (gm_str_equal(line, gm_str("HTTP/1.1"))) {
        request->is_http_1_1 = request->keep_alive = true;
    } else if (gm_str_equal(line, gm_str("HTTP/1.0"))) {
        request->keep_alive = false;
    } else if (line.len == 8 && memcmp(line.data, "HTTP/", 5) == 0) {
        return refuse(505, "this server speaks HTTP/1.1", ret_reason);
    } else {
        return refuse(400, "the request line is not METHOD TARGET HTTP/1.1", ret_reason);
    }
    return 200;
}

static void read_connection(struct gm_str list, struct gm_http_request *request)
{
    while (list.len) {
        struct gm_str option = trim(take_until(&list, ','));
        if (equals_nocase(option, "close")) {
            request->keep_alive = false;
        } else if (equals_nocase(option, "keep-alive")) {
            request->keep_alive = true;
        }
    }
}

// What says how the body is framed; a request that says it twice is refused, for who is right?
static int take_framing(bool *given, struct gm_str *ret, struct gm_str value,
                        const char **ret_reason)
{
    if (*given) {
        return refuse(400, "a field that frames the body stands there twice", ret_reason);
    }
    *given = true;
    *ret = value;
    return 200;
}

// The fields of which one or the last counts; NULL for all others.
static struct gm_str *place_of(struct gm_str name, struct gm_http_request *request)
{
    const struct {
        const char *name;
        struct gm_str *place;
    } places[] = {
        {"origin", &request->origin},
        {"sec-fetch-site", &request->fetch_site},
        {"last-event-id", &request->last_event_id},
        {"if-none-match", &request->if_none_match},
        {"accept-encoding", &request->accept_encoding},
        {"authorization", &request->authorization},
        {"idempotency-key", &request->idempotency_key},
        {"content-encoding", &request->content_encoding},
        {"expect", &request->expect},
    };
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        if (equals_nocase(name, places[i].name)) {
            return places[i].place;
        }
    }
    return NULL;
}

static int take_field(struct gm_str name, struct gm_str value, struct gm_http_request *request,
                      const char **ret_reason)
{
    assert(request);
    struct gm_str *place = place_of(name, request);
    if (place) {
        *place = value;
        request->last_event_id_given |= place == &request->last_event_id;
        request->idempotency_key_given |= place == &request->idempotency_key;
    } else if (equals_nocase(name, "host")) {
        if (request->host_given) {
            return refuse(400, "the field Host stands there twice", ret_reason);
        }
        request->host_given = true;
        request->host = value;
    } else if (equals_nocase(name, "connection")) {
        read_connection(value, request);
    } else if (equals_nocase(name, "transfer-encoding")) {
        request->has_body = true;
        return take_framing(&request->transfer_encoding_given, &request->transfer_encoding, value,
                            ret_reason);
    } else if (equals_nocase(name, "content-length")) {
        // "0" alone is no body; what is no number at all is one that cannot be measured.
        request->has_body |= !gm_str_equal(value, gm_str("0"));
        return take_framing(&request->content_length_given, &request->content_length, value,
                            ret_reason);
    }
    return 200;
}

static int read_field(struct gm_str line, struct gm_http_request *request, const char **ret_reason)
{
    if (line.data[0] == ' ' || line.data[0] == '\t') {
        return refuse(400, "a header field is folded over two lines", ret_reason);
    }
    const char *colon = memchr(line.data, ':', line.len);
    struct gm_str name = {line.data, colon ? (size_t)(colon - line.data) : line.len};
    if (!colon || !is_token(name)) {
        return refuse(400, "a header field is not NAME: VALUE", ret_reason);
    }
    struct gm_str value = trim((struct gm_str){colon + 1, line.len - name.len - 1});
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.data[i];
        if ((c < ' ' && c != '\t') || c == 0x7f) {
            return refuse(400, "a header field holds a control character", ret_reason);
        }
    }
    return take_field(name, value, request, ret_reason);
}

// `head` ends with the CRLF of its last field, without the empty line.
static int read_head(struct gm_str head, struct gm_http_request *request, const char **ret_reason)
{
    for (int fields = -1; head.len; fields++) {
        const char *end = memmem(head.data, head.len, "\r\n", 2);
        assert(end);
        struct gm_str line = {head.data, (size_t)(end - head.data)};
        head.data += line.len + 2;
        head.len -= line.len + 2;
        if (line.len && (memchr(line.data, '\n', line.len) || memchr(line.data, '\r', line.len))) {
            return refuse(400, "a line does not end with CR LF", ret_reason);
        }
        if (fields >= GM_HTTP_FIELDS_MAX) {
            return refuse(431, "the request has more than 64 header fields", ret_reason);
        }
        int status = fields < 0 ? read_request_line(line, request, ret_reason)
                                : read_field(line, request, ret_reason);
        if (status != 200) {
            return status;
        }
    }
    return 200;
}

int gm_http_read(const char *data, size_t len, size_t seen, struct gm_http_request *ret_request,
                 const char **ret_reason)
{
    assert(seen <= len);
    // One empty line before a request is allowed (RFC 9112, 2.2), and no more.
    size_t skipped = len >= 2 && data[0] == '\r' && data[1] == '\n' ? 2 : 0;
    size_t from = seen > skipped + 3 ? seen - 3 : skipped;
    const char *end = len > from ? memmem(data + from, len - from, "\r\n\r\n", 4) : NULL;
    size_t bytes = end ? (size_t)(end - data) + 4 : len;
    if (bytes > GM_HTTP_HEAD_BYTES_MAX) {
        const char *line_end = memmem(data, len, "\r\n", 2);
        if (!line_end || line_end - data > GM_HTTP_TARGET_BYTES_MAX) {
            return refuse(414, "the request line is too long", ret_reason);
        }
        return refuse(431, "the request's header is over 16384 bytes", ret_reason);
    }
    if (!end) {
        return 0;
    }

    struct gm_http_request request = {.bytes = bytes};
    int status =
        read_head((struct gm_str){data + skipped, bytes - skipped - 2}, &request, ret_reason);
    if (status == 200) {
        *ret_request = request;
    }
    return status;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    if (c >= 'A' && c <= 'F') {
        return c - 'A' + 10;
    }
    return -1;
}

// Decodes into *text, which moves past what was written. False: a broken escape, or NUL.
static bool decode(struct gm_str part, char **text, struct gm_str *ret)
{
    char *out = *text;
    for (size_t i = 0; i < part.len; i++) {
        char c = part.data[i];
        if (c == '+') {
            c = ' ';
        } else if (c == '%') {
            int high = i + 2 < part.len ? hex_digit(part.data[i + 1]) : -1;
            int low = i + 2 < part.len ? hex_digit(part.data[i + 2]) : -1;
            if (high < 0 || low < 0) {
                return false;
            }
            c = (char)(high * 16 + low);
            i += 2;
        }
        if (!c) {
            return false;
        }
        *out++ = c;
    }
    *ret = (struct gm_str){*text, (size_t)(out - *text)};
    *text = out;
    return true;
}

int gm_http_next_param(struct gm_str *query, char *text, struct gm_str *ret_name,
                       struct gm_str *ret_value)
{
    while (query->len) {
        struct gm_str value = take_until(query, '&');
        if (!value.len) {
            continue;
        }
        bool has_value = memchr(value.data, '=', value.len);
        struct gm_str name = take_until(&value, '=');
        if (!has_value || !decode(name, &text, ret_name) || !decode(value, &text, ret_value)) {
            return -1;
        }
        return 1;
    }
    return 0;
}

// "q=0", "q=0.", "q=0.000": not acceptable.
static bool is_zero_weight(struct gm_str parameters)
{
    while (parameters.len) {
        struct gm_str parameter = trim(take_until(&parameters, ';'));
        if (parameter.len < 3 || strncasecmp(parameter.data, "q=0", 3) != 0) {
            continue;
        }
        size_t i = 3;
        while (i < parameter.len && (parameter.data[i] == '.' || parameter.data[i] == '0')) {
            i++;
        }
        return i == parameter.len;
    }
    return false;
}

bool gm_http_accepts(struct gm_str list, const char *token)
{
    while (list.len) {
        struct gm_str parameters = take_until(&list, ',');
        struct gm_str coding = trim(take_until(&parameters, ';'));
        if (equals_nocase(coding, token)) {
            return !is_zero_weight(parameters);
        }
    }
    return false;
}

bool gm_http_etag_matches(struct gm_str list, const char *etag)
{
    while (list.len) {
        struct gm_str tag = trim(take_until(&list, ','));
        if (tag.len > 2 && memcmp(tag.data, "W/", 2) == 0) {
            tag = (struct gm_str){tag.data + 2, tag.len - 2};
        }
        if (gm_str_equal(tag, gm_str(etag)) || gm_str_equal(tag, gm_str("*"))) {
            return true;
        }
    }
    return false;
}
