// What the two clients over libcurl, HTTP and WebSocket, have in common. For those two alone.
#ifndef GM_BASE_CURL_COMMON_H
#define GM_BASE_CURL_COMMON_H

#include "base/error.h"

#include <curl/curl.h>

enum { GM_CURL_SHOWN_BYTES = 256 };

// Writes scheme, host, port and path: a user's password or a signature in the query stays out.
void gm_curl_show_url(const char *url, char ret_shown[GM_CURL_SHOWN_BYTES]);

// Fills `error` for a transfer that ended with `result`: "SHOWN: what libcurl says: advice", and
// whether the same call may succeed later. `message` is its CURLOPT_ERRORBUFFER, may be empty.
enum gm_err gm_curl_failure(CURL *easy, CURLcode result, const char *shown, const char *message,
                            struct gm_error *error);

// Sets what holds for every connection: certificates are verified, TLS 1.2 at least, no signals,
// nothing that outlives its transfer. `ca_file` NULL: the system's certificates.
void gm_curl_set_common(CURL *easy, const char *ca_file, long connect_ms_max);

#endif
