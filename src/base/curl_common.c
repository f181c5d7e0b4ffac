// See curl_common.h.
#include "base/curl_common.h"

#include "base/http_client.h"

#include <stdbool.h>
#include <stdio.h>

void gm_curl_show_url(const char *url, char ret_shown[GM_CURL_SHOWN_BYTES])
{
    CURLU *parts = curl_url();
    char *text = NULL;
    bool shown = parts &&
                 curl_url_set(parts, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK &&
                 curl_url_set(parts, CURLUPART_USER, NULL, 0) == CURLUE_OK &&
                 curl_url_set(parts, CURLUPART_PASSWORD, NULL, 0) == CURLUE_OK &&
                 curl_url_set(parts, CURLUPART_QUERY, NULL, 0) == CURLUE_OK &&
                 curl_url_set(parts, CURLUPART_FRAGMENT, NULL, 0) == CURLUE_OK &&
                 curl_url_get(parts, CURLUPART_URL, &text, 0) == CURLUE_OK;
    snprintf(ret_shown, GM_CURL_SHOWN_BYTES, "%s", shown ? text : "the URL");
    curl_free(text);
    curl_url_cleanup(parts);
}

// What a failure of libcurl means here. Not listed: our own use of libcurl is wrong.
static const struct {
    CURLcode curl;
    enum gm_err code;
    bool retriable;
    const char *advice;
} meanings[] = {
    {CURLE_COULDNT_RESOLVE_HOST, GM_ERR_NETWORK, true, ": is the network up?"},
    {CURLE_COULDNT_RESOLVE_PROXY, GM_ERR_NETWORK, true, ": check the variable https_proxy"},
    {CURLE_PROXY, GM_ERR_NETWORK, true, ": check the variable https_proxy"},
    {CURLE_COULDNT_CONNECT, GM_ERR_NETWORK, true, ""},
    {CURLE_OPERATION_TIMEDOUT, GM_ERR_NETWORK, true, ""},
    {CURLE_SEND_ERROR, GM_ERR_NETWORK, true, ""},
    {CURLE_RECV_ERROR, GM_ERR_NETWORK, true, ""},
    {CURLE_GOT_NOTHING, GM_ERR_NETWORK, true, ""},
    {CURLE_PARTIAL_FILE, GM_ERR_NETWORK, true, ""},
    {CURLE_HTTP2, GM_ERR_NETWORK, true, ""},
    {CURLE_HTTP2_STREAM, GM_ERR_NETWORK, true, ""},
    {CURLE_WEIRD_SERVER_REPLY, GM_ERR_NETWORK, true, ""},
    {CURLE_BAD_CONTENT_ENCODING, GM_ERR_NETWORK, true, ""},
    {CURLE_SSL_CONNECT_ERROR, GM_ERR_NETWORK, true, ""},
    {CURLE_UNSUPPORTED_PROTOCOL, GM_ERR_NETWORK, false, ": this is no HTTP"},
    {CURLE_PEER_FAILED_VERIFICATION, GM_ERR_NETWORK, false,
     ": the server cannot prove who it is; where a proxy stands in between, give its certificate "
     "(SSL_CERT_FILE)"},
    {CURLE_SSL_CACERT_BADFILE, GM_ERR_INVALID, false, ": these certificates cannot be read"},
    {CURLE_URL_MALFORMAT, GM_ERR_INVALID, false, ""},
    {CURLE_OUT_OF_MEMORY, GM_ERR_NOMEM, false, ""},
};

static enum gm_err set_failure(enum gm_err code, bool retriable, const char *shown,
                               const char *text, const char *advice, struct gm_error *error)
{
    enum gm_err err = gm_error_set(error, code, "%s: %s%s", shown, text, advice);
    if (error)
        error->retriable = retriable;
    return err;
}

enum gm_err gm_curl_failure(CURL *easy, CURLcode result, const char *shown, const char *message,
                            struct gm_error *error)
{
    const char *text = message[0] ? message : curl_easy_strerror(result);
    long proxy_status = 0;
    curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &proxy_status);
    if (proxy_status >= 400)
        return set_failure(GM_ERR_NETWORK, gm_http_status_retriable((int)proxy_status), shown, text,
                           ": the proxy refuses: check the variable https_proxy", error);
    for (size_t i = 0; i < sizeof meanings / sizeof meanings[0]; i++)
        if (meanings[i].curl == result)
            return set_failure(meanings[i].code, meanings[i].retriable, shown, text,
                               meanings[i].advice, error);
    return set_failure(GM_ERR_INTERNAL, false, shown, text, "", error);
}

void gm_curl_set_common(CURL *easy, const char *ca_file, long connect_ms_max)
{
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    // Otherwise a name server that does not answer holds up the end of a call that was stopped.
    curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, connect_ms_max);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (ca_file) {
        curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file);
        curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
    }
}
