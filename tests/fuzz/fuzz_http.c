// Any bytes as an HTTP request: refused with a reason, or a request whose slices lie in the input
// and that is the same whether its bytes came at once or in two parts; its parameters and lists are
// read as the server reads them.
#include "web/http.h"
#include "web/loopback.h"
#include "web/params.h"

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

    const struct gm_str slices[] = {
        request.path,       request.query,         request.host,          request.origin,
        request.fetch_site, request.last_event_id, request.if_none_match, request.accept_encoding};
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
    return 0;
}
