// HTTP/1.1 as this server speaks it: the head of a request (http_body.h has its body), nothing
// obsolete.
//
// Pure functions over bytes. A request is read strictly (RFC 9112): CRLF line ends, no folded
// lines, no white space before a colon, one Host; what breaks a rule is refused, never repaired.
#ifndef GM_WEB_HTTP_H
#define GM_WEB_HTTP_H

#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    GM_HTTP_HEAD_BYTES_MAX = 16 * 1024, // request line and header fields
    GM_HTTP_TARGET_BYTES_MAX = 4096,
    GM_HTTP_FIELDS_MAX = 64,
};

enum gm_http_method { GM_HTTP_GET, GM_HTTP_HEAD, GM_HTTP_POST, GM_HTTP_OTHER };

// All slices are of the bytes that were read. A field that is absent has len 0.
struct gm_http_request {
    enum gm_http_method method;
    struct gm_str path;  // as sent, percent signs and all
    struct gm_str query; // behind the '?', as sent
    struct gm_str host, origin, fetch_site, last_event_id, if_none_match, accept_encoding;
    struct gm_str authorization, idempotency_key, content_encoding, expect;
    struct gm_str content_length, transfer_encoding; // as sent: gm_http_body_begin judges them
    bool host_given;
    bool last_event_id_given;
    bool keep_alive;
    bool has_body;
    bool is_http_1_1;
    bool content_length_given, transfer_encoding_given;
    bool idempotency_key_given;
    size_t bytes; // the head with its empty line
};

// Reads one request head from the start of data[0..len). Returns 0 when more bytes are needed, 200
// when *ret_request is filled, else the status to refuse the connection with; *ret_reason is then a
// static sentence for the client. `seen` is the len of the call before on the same bytes, or 0.
int gm_http_read(const char *data, size_t len, size_t seen, struct gm_http_request *ret_request,
                 const char **ret_reason);

// Takes the first NAME=VALUE off *query and decodes it into `text`, which must have room for
// query->len bytes. Returns 1 when there was one, 0 at the end, -1 when it is not well-formed: a
// broken or NUL escape, or no '='.
int gm_http_next_param(struct gm_str *query, char *text, struct gm_str *ret_name,
                       struct gm_str *ret_value);

// Whether a list-valued field ("gzip, br;q=0.5") has `token` with a weight other than 0.
bool gm_http_accepts(struct gm_str list, const char *token);

// Whether If-None-Match names the entity tag (with its quotes), or is "*".
bool gm_http_etag_matches(struct gm_str list, const char *etag);

// "Not Found". Never NULL.
const char *gm_http_reason(int status);

#endif
