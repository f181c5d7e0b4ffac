// Any bytes as an HTTP request: refused with a reason, or a request whose slices lie in the input
// and that is the same whether its bytes came at once or in two parts; its parameters and lists are
// read as the server reads them. What follows the head is its body, the same at once and byte by
// byte.
#include "web/http.h"
#include "web/http_body.h"
#include "web/loopback.h"
#include "web/params.h"
#include "web/token.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void check_slice(struct gm_str slice, const char *data, size_t bytes)
{
    check(slice.len == 0 || (slice.data >= data && slice.data + slice.len <= data + bytes));
}

enum { BODY_BYTES_MAX = 4096 };

static void check_body(const struct gm_http_request *request, const char *data, size_t size)
{
    struct gm_http_body whole, parts;
    struct gm_buffer out, again;
    const char *reason = NULL;
    size_t taken = 0, part = 0, at = 0;
    const int begun = gm_http_body_begin(&whole, request, BODY_BYTES_MAX, &reason);
    check(begun == 200 || (reason && begun >= 400 && begun < 600));
    if (begun != 200)
        return;
    parts = whole;
    gm_buffer_init(&out, BODY_BYTES_MAX);
    gm_buffer_init(&again, BODY_BYTES_MAX);
    const int status = gm_http_body_take(&whole, data, size, &taken, &out, &reason);
    int byte_status = parts.state == GM_HTTP_BODY_WHOLE ? 200 : 0;
    for (; byte_status == 0 && at < size; at += part)
        byte_status = gm_http_body_take(&parts, data + at, 1, &part, &again, &reason);
    check(byte_status == status && at == taken && taken <= size);
    check(!gm_buffer_ok(&out, NULL) && gm_str_equal(gm_buffer_str(&out), gm_buffer_str(&again)));
    gm_buffer_finish(&out);
    gm_buffer_finish(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const char *data = (const char *)bytes, *reason = NULL;
    struct gm_http_request request, again;
    int status = gm_http_read(data, size, 0, &request, &reason);
    check(status == 0 || status == 200 || (reason && status >= 400 && status < 600));
    if (status != 200) {
        // What is too short to judge is within the limit.
        check(status != 0 || size <= GM_HTTP_HEAD_BYTES_MAX);
        return 0;
    }
    check(request.bytes <= size && request.bytes <= GM_HTTP_HEAD_BYTES_MAX);
    check(gm_http_read(data, request.bytes - 1, 0, &again, &reason) == 0);
    check(gm_http_read(data, request.bytes, request.bytes - 1, &again, &reason) == 200);
    check(again.bytes == request.bytes && again.method == request.method);

    const struct gm_str slices[] = {request.path,
                                    request.query,
                                    request.host,
                                    request.origin,
                                    request.fetch_site,
                                    request.last_event_id,
                                    request.if_none_match,
                                    request.accept_encoding,
                                    request.authorization,
                                    request.idempotency_key,
                                    request.content_encoding,
                                    request.expect,
                                    request.content_length,
                                    request.transfer_encoding};
    for (size_t i = 0; i < sizeof(slices) / sizeof(slices[0]); i++)
        check_slice(slices[i], data, request.bytes);

    struct gm_params params;
    struct gm_error error;
    if (gm_params_read(request.query, ~0u, &params, &error))
        check(error.message[0]);
    gm_loopback_is_host(request.host, 80);
    gm_loopback_is_origin(request.origin, request.host);
    gm_http_accepts(request.accept_encoding, "gzip");
    gm_http_etag_matches(request.if_none_match, "\"a\"");
    gm_token_equal(gm_token_bearer(request.authorization), "token");
    check_body(&request, data + request.bytes, size - request.bytes);
    return 0;
}
