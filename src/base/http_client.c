// The HTTP client. libcurl's multi interface carries one transfer at a time, because its poll lets
// us look at the stop request and at the clock ten times a second, which a blocking call does not
// (docs/decisions/http-client.md).
#include "base/http_client.h"

#include "base/buffer.h"
#include "base/clock.h"
#include "base/curl_common.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    POLL_MS = 100,
    CONNECT_MS_DEFAULT = 30 * 1000,
    IDLE_US_DEFAULT = 30 * GM_US_PER_S,
    READ_BYTES = 128 * 1024,
};

struct gm_http_client {
    CURLM *multi;
    CURL *easy;
    char *user_agent, *ca_file;
    long connect_ms_max;
    char curl_message[CURL_ERROR_SIZE];
    char shown[GM_CURL_SHOWN_BYTES]; // the URL under way, without what may be secret
    struct gm_buffer body;           // of the reply, where no sink takes it

    // The call under way.
    const struct gm_http_call *call;
    struct gm_error *error;
    enum gm_err failed; // in a callback
    bool begun;         // the sink has been told of the head
    bool enough;        // of an error's body
    int64_t taken_bytes;
    int64_t heard_bytes; // head and body, for the watch over silence
    int64_t end_us;      // monotonic; INT64_MAX: none
};

// ------------------------------------------------------------------------- URLs

// "https://host:443", or NULL; to be freed with curl_free.
static char *origin_of(const char *url)
{
    CURLU *parts = curl_url();
    char *origin = NULL;
    if (parts && curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK &&
        curl_url_set(parts, CURLUPART_USER, NULL, 0) == CURLUE_OK &&
        curl_url_set(parts, CURLUPART_PASSWORD, NULL, 0) == CURLUE_OK &&
        curl_url_set(parts, CURLUPART_PATH, "/", 0) == CURLUE_OK &&
        curl_url_set(parts, CURLUPART_QUERY, NULL, 0) == CURLUE_OK &&
        curl_url_set(parts, CURLUPART_FRAGMENT, NULL, 0) == CURLUE_OK)
        curl_url_get(parts, CURLUPART_URL, &origin, CURLU_DEFAULT_PORT);
    curl_url_cleanup(parts);
    return origin;
}

static bool same_origin(const char *a, const char *b)
{
    char *origin_a = origin_of(a), *origin_b = origin_of(b);
    bool same = origin_a && origin_b && curl_strequal(origin_a, origin_b);
    curl_free(origin_a);
    curl_free(origin_b);
    return same;
}

static bool is_https(const char *url)
{
    return curl_strnequal(url, "https://", 8);
}

static bool is_http(const char *url)
{
    return is_https(url) || curl_strnequal(url, "http://", 7);
}

// ------------------------------------------------------------------------- callbacks

static int status_of(struct gm_http_client *client)
{
    long status = 0;
    curl_easy_getinfo(client->easy, CURLINFO_RESPONSE_CODE, &status);
    return (int)status;
}

static bool is_success(int status)
{
    return status >= 200 && status < 300;
}

static enum gm_err over_limit(struct gm_http_client *client)
{
    return gm_error_set(client->error, GM_ERR_LIMIT, "%s: the answer is larger than %lld bytes",
                        client->shown, (long long)client->call->body_bytes_max);
}

// The head of a 2xx answer is there.
static enum gm_err begin_body(struct gm_http_client *client, int status)
{
    const struct gm_http_call *call = client->call;
    client->begun = true;
    curl_off_t announced = -1;
    curl_easy_getinfo(client->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced);
    if (call->verb != GM_HTTP_VERB_HEAD && announced > call->body_bytes_max)
        return over_limit(client);
    if (!call->sink || !call->sink->begin)
        return GM_OK;
    return call->sink->begin(call->sink->context, status, client->error);
}

static enum gm_err take_success(struct gm_http_client *client, int status, const char *data,
                                size_t len)
{
    const struct gm_http_call *call = client->call;
    enum gm_err err = client->begun ? GM_OK : begin_body(client, status);
    if (err)
        return err;
    if ((int64_t)len > call->body_bytes_max - client->taken_bytes)
        return over_limit(client);
    client->taken_bytes += (int64_t)len;
    if (call->sink)
        return call->sink->take(call->sink->context, data, len, client->error);
    gm_buffer_append(&client->body, data, len);
    return gm_buffer_ok(&client->body, client->error);
}

static enum gm_err take_failure(struct gm_http_client *client, const char *data, size_t len)
{
    size_t room = GM_HTTP_ERROR_BODY_BYTES_MAX - client->body.len;
    client->enough = len > room;
    gm_buffer_append(&client->body, data, len > room ? room : len);
    return gm_buffer_ok(&client->body, client->error);
}

static size_t on_body(char *data, size_t one, size_t len, void *context)
{
    (void)one; // always 1
    struct gm_http_client *client = context;
    client->heard_bytes += (int64_t)len;
    int status = status_of(client);
    client->failed = is_success(status) ? take_success(client, status, data, len)
                                        : take_failure(client, data, len);
    // Any other number than len ends the transfer.
    return client->failed || client->enough ? len + 1 : len;
}

static size_t on_head(char *data, size_t one, size_t len, void *context)
{
    (void)data, (void)one;
    struct gm_http_client *client = context;
    client->heard_bytes += (int64_t)len;
    return len;
}

// ------------------------------------------------------------------------- failures

static enum gm_err set_failure(struct gm_http_client *client, enum gm_err code, bool retriable,
                               const char *text, const char *advice)
{
    enum gm_err err = gm_error_set(client->error, code, "%s: %s%s", client->shown, text, advice);
    if (client->error)
        client->error->retriable = retriable;
    return err;
}

static enum gm_err fail_transfer(struct gm_http_client *client, CURLcode result)
{
    if (client->failed)
        return client->failed;
    return gm_curl_failure(client->easy, result, client->shown, client->curl_message,
                           client->error);
}

// ------------------------------------------------------------------------- one transfer

// Bytes that must come within a time, counted anew after each. The time to connect has a limit of
// its own and does not count.
struct silence {
    int64_t since_us, heard_bytes;
};

static enum gm_err watch(struct gm_http_client *client, struct silence *silence)
{
    const struct gm_http_call *call = client->call;
    if (call->stop && gm_stop_raised(call->stop))
        return gm_error_set(client->error, GM_ERR_STOPPED, "%s: stopped", client->shown);
    int64_t now_us = gm_monotonic_us();
    if (now_us >= client->end_us)
        return set_failure(client, GM_ERR_NETWORK, true, "took too long", "");
    curl_off_t connected_us = 0;
    curl_easy_getinfo(client->easy, CURLINFO_PRETRANSFER_TIME_T, &connected_us);
    int64_t idle_us_max = call->idle_us_max > 0 ? call->idle_us_max : IDLE_US_DEFAULT;
    int64_t bytes_min = call->idle_bytes_min > 0 ? call->idle_bytes_min : 1;
    if (connected_us == 0 || client->heard_bytes - silence->heard_bytes >= bytes_min) {
        *silence = (struct silence){now_us, client->heard_bytes};
    } else if (now_us - silence->since_us >= idle_us_max) {
        char text[96];
        snprintf(text, sizeof text, "no more than %lld bytes came in %.3g s",
                 (long long)(client->heard_bytes - silence->heard_bytes),
                 (double)idle_us_max / GM_US_PER_S);
        return set_failure(client, GM_ERR_NETWORK, true, text, "");
    }
    return GM_OK;
}

static enum gm_err wait_for_end(struct gm_http_client *client)
{
    struct silence silence = {gm_monotonic_us(), 0};
    for (;;) {
        int running, left;
        CURLMcode code = curl_multi_perform(client->multi, &running);
        if (code)
            return set_failure(client, GM_ERR_INTERNAL, false, curl_multi_strerror(code), "");
        CURLMsg *message = curl_multi_info_read(client->multi, &left);
        if (message && message->msg == CURLMSG_DONE) {
            CURLcode result = message->data.result;
            return result && !client->enough ? fail_transfer(client, result) : GM_OK;
        }
        enum gm_err err = watch(client, &silence);
        if (err)
            return err;
        curl_multi_poll(client->multi, NULL, 0, POLL_MS, NULL);
    }
}

static void set_options(struct gm_http_client *client, const char *url, struct curl_slist *fields)
{
    const struct gm_http_call *call = client->call;
    CURL *easy = client->easy;
    curl_easy_reset(easy);
    gm_curl_set_common(easy, client->ca_file, client->connect_ms_max);
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, fields);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, client->user_agent);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, client->curl_message);
    curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, (long)READ_BYTES);
    if (call->compressed)
        curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
    if (call->verb == GM_HTTP_VERB_HEAD)
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    if (call->verb == GM_HTTP_VERB_POST) {
        curl_easy_setopt(easy, CURLOPT_POST, 1L);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, call->body.data ? call->body.data : "");
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)call->body.len);
    }
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, client);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_head);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, client);
}

// From one request to its answer, which may be a redirect.
static enum gm_err transfer(struct gm_http_client *client, const char *url,
                            struct curl_slist *fields)
{
    set_options(client, url, fields);
    gm_buffer_reset(&client->body);
    client->curl_message[0] = '\0';
    client->failed = GM_OK;
    client->begun = client->enough = false;
    client->taken_bytes = client->heard_bytes = 0;
    CURLMcode code = curl_multi_add_handle(client->multi, client->easy);
    if (code)
        return set_failure(client, GM_ERR_INTERNAL, false, curl_multi_strerror(code), "");
    enum gm_err err = wait_for_end(client);
    curl_multi_remove_handle(client->multi, client->easy);
    int status = status_of(client);
    if (!err && is_success(status) && !client->begun)
        err = begin_body(client, status);
    return err;
}

// ------------------------------------------------------------------------- a call

static bool breaks_the_head(const struct gm_http_field *field)
{
    for (const char *at = field->name; *at; at++)
        if (*at <= ' ' || *at == ':' || *at == 0x7f)
            return true;
    for (const unsigned char *at = (const unsigned char *)field->value; *at; at++)
        if (*at < ' ' || *at == 0x7f)
            return true;
    return field->name[0] == '\0' || field->value[0] == '\0';
}

static enum gm_err add_field(struct curl_slist **list, const char *name, const char *value,
                             struct gm_error *error)
{
    struct gm_buffer text;
    gm_buffer_init(&text, SIZE_MAX / 2);
    gm_buffer_append_c(&text, name);
    gm_buffer_append_c(&text, ": ");
    gm_buffer_append_c(&text, value);
    gm_buffer_append_byte(&text, '\0');
    enum gm_err err = gm_buffer_ok(&text, error);
    if (!err) {
        struct curl_slist *longer = curl_slist_append(*list, text.data);
        if (longer)
            *list = longer;
        else
            err = gm_error_set(error, GM_ERR_NOMEM, "out of memory");
    }
    gm_buffer_finish(&text);
    return err;
}

static enum gm_err make_fields(const struct gm_http_call *call, bool with_secrets,
                               struct curl_slist **ret_list, struct gm_error *error)
{
    struct curl_slist *list = NULL;
    enum gm_err err = GM_OK;
    if (!call->compressed)
        err = add_field(&list, "Accept-Encoding", "identity", error);
    for (size_t i = 0; !err && i < call->field_count; i++) {
        const struct gm_http_field *field = &call->fields[i];
        if (breaks_the_head(field))
            err = gm_error_set(error, GM_ERR_INVALID,
                               "header field %s: empty, or with characters that cannot stand there",
                               field->name);
        else if (with_secrets || !field->secret)
            err = add_field(&list, field->name, field->value, error);
    }
    if (err) {
        curl_slist_free_all(list);
        return err;
    }
    *ret_list = list;
    return GM_OK;
}

// *ret_next is where the answer leads and the call wants to go, or NULL where it is the final one.
static enum gm_err next_hop(struct gm_http_client *client, const char *url, int hops,
                            char **ret_next)
{
    const struct gm_http_call *call = client->call;
    char *location = NULL;
    *ret_next = NULL;
    int status = status_of(client);
    if (status < 300 || status > 399 || call->verb == GM_HTTP_VERB_POST ||
        call->follow == GM_HTTP_FOLLOW_NONE)
        return GM_OK;
    curl_easy_getinfo(client->easy, CURLINFO_REDIRECT_URL, &location);
    if (!location || (call->follow == GM_HTTP_FOLLOW_ORIGIN && !same_origin(location, call->url)))
        return GM_OK;
    if (hops == GM_HTTP_REDIRECTS_MAX)
        return set_failure(client, GM_ERR_NETWORK, false, "sends us on without end", "");
    if (!is_http(location) || (is_https(url) && !is_https(location)))
        return set_failure(client, GM_ERR_NETWORK, false,
                           "sends us on to what is neither http nor as safe", "");
    *ret_next = strdup(location);
    return *ret_next ? GM_OK : gm_error_set(client->error, GM_ERR_NOMEM, "out of memory");
}

static enum gm_err call_url(struct gm_http_client *client, char *url)
{
    const struct gm_http_call *call = client->call;
    bool with_secrets = true;
    for (int hops = 0;; hops++) {
        struct curl_slist *fields;
        gm_curl_show_url(url, client->shown);
        // Once away from the first origin, secrets stay behind, even on the way back.
        with_secrets = with_secrets && same_origin(url, call->url);
        enum gm_err err = make_fields(call, with_secrets, &fields, client->error);
        if (!err) {
            err = transfer(client, url, fields);
            curl_easy_setopt(client->easy, CURLOPT_HTTPHEADER, NULL);
            curl_slist_free_all(fields);
        }
        char *next = NULL;
        if (!err)
            err = next_hop(client, url, hops, &next);
        free(url);
        if (err || !next)
            return err;
        url = next;
    }
}

enum gm_err gm_http_client_call(struct gm_http_client *client, const struct gm_http_call *call,
                                struct gm_http_reply *ret_reply, struct gm_error *error)
{
    assert(call->field_count <= GM_HTTP_CALL_FIELDS_MAX);
    gm_curl_show_url(call->url, client->shown);
    client->call = call;
    client->error = error;
    client->end_us = call->total_us_max > 0 ? gm_monotonic_us() + call->total_us_max : INT64_MAX;
    if (!is_http(call->url))
        return gm_error_set(error, GM_ERR_INVALID, "%s: begins with neither https:// nor http://",
                            client->shown);
    char *url = strdup(call->url);
    if (!url)
        return gm_error_set(error, GM_ERR_NOMEM, "out of memory");
    enum gm_err err = call_url(client, url);
    client->call = NULL;
    client->error = NULL;
    if (err)
        return err;
    *ret_reply = (struct gm_http_reply){status_of(client), gm_buffer_str(&client->body)};
    return GM_OK;
}

struct gm_str gm_http_client_field(struct gm_http_client *client, const char *name)
{
    struct curl_header *header;
    if (curl_easy_header(client->easy, name, 0, CURLH_HEADER, -1, &header) != CURLHE_OK)
        return (struct gm_str){NULL, 0};
    return gm_str(header->value);
}

const char *gm_http_client_url(const struct gm_http_client *client)
{
    return client->shown;
}

bool gm_http_status_retriable(int status)
{
    return status == 408 || status == 425 || status == 429 ||
           (status >= 500 && status <= 599 && status != 501 && status != 505);
}

const char *gm_http_library_version(void)
{
    return curl_version_info(CURLVERSION_NOW)->version;
}

// ------------------------------------------------------------------------- create, destroy

enum gm_err gm_http_client_create(const struct gm_http_client_config *config,
                                  struct gm_http_client **ret_client, struct gm_error *error)
{
    static const struct gm_http_client_config defaults;
    config = config ? config : &defaults;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return gm_error_set(error, GM_ERR_INTERNAL, "libcurl does not start");
    struct gm_http_client *client = calloc(1, sizeof *client);
    if (!client) {
        curl_global_cleanup();
        return gm_error_set(error, GM_ERR_NOMEM, "out of memory");
    }
    gm_buffer_init(&client->body, SIZE_MAX / 2); // each call has its limit
    client->connect_ms_max = config->connect_us_max > 0
                                 ? (long)((config->connect_us_max + 999) / GM_US_PER_MS)
                                 : CONNECT_MS_DEFAULT;
    client->user_agent = strdup(config->user_agent ? config->user_agent : "ghostmarket");
    client->ca_file = config->ca_file ? strdup(config->ca_file) : NULL;
    client->multi = curl_multi_init();
    client->easy = curl_easy_init();
    if (!client->user_agent || (config->ca_file && !client->ca_file) || !client->multi ||
        !client->easy) {
        gm_http_client_destroy(client);
        return gm_error_set(error, GM_ERR_NOMEM, "out of memory");
    }
    *ret_client = client;
    return GM_OK;
}

void gm_http_client_destroy(struct gm_http_client *client)
{
    if (!client)
        return;
    curl_easy_cleanup(client->easy);
    curl_multi_cleanup(client->multi);
    gm_buffer_finish(&client->body);
    free(client->user_agent);
    free(client->ca_file);
    free(client);
    curl_global_cleanup();
}
