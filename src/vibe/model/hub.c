// Asking the model hub.
#include "vibe/model/hub.h"

#include "base/buffer.h"
#include "base/clock.h"
#include "base/http_fields.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    SERVER_MESSAGE_BYTES_MAX = 200,
    IDLE_BYTES_PER_S = 1024,
    ASK_US_MAX = 120 * GM_US_PER_S, // for a question, not for a file
    BACKOFF_FIRST_US = GM_US_PER_S,
    BACKOFF_MAX_US = 30 * GM_US_PER_S,
};

struct gm_hub {
    struct gm_hub_config config;
    struct gm_http_client *client;
    struct gm_buffer authorization, url, range;
    struct gm_http_field fields[2]; // Authorization, Range
    int64_t wait_us;                // that the last answer asks for; 0: it does not
};

// ------------------------------------------------------------------------- open, close

static bool is_loopback(const char *endpoint)
{
    static const char *const loopbacks[] = {"http://127.0.0.1", "http://localhost", "http://[::1]"};
    for (size_t i = 0; i < sizeof loopbacks / sizeof loopbacks[0]; i++) {
        size_t len = strlen(loopbacks[i]);
        if (strncmp(endpoint, loopbacks[i], len) == 0 && strchr(":/", endpoint[len]))
            return true; // strchr finds the NUL as well
    }
    return false;
}

enum gm_err gm_hub_check(const struct gm_hub_config *config, struct gm_error *error)
{
    bool https = strncmp(config->endpoint, "https://", 8) == 0;
    if (!https && strncmp(config->endpoint, "http://", 7) != 0)
        return gm_error_set(error, GM_ERR_INVALID,
                            "HF_ENDPOINT: it begins with neither https:// nor http://");
    if (strpbrk(config->endpoint, "?#@ "))
        return gm_error_set(error, GM_ERR_INVALID,
                            "HF_ENDPOINT: only scheme, host, port and path may stand there");
    if (config->token && !https && !is_loopback(config->endpoint))
        return gm_error_set(error, GM_ERR_INVALID,
                            "HF_ENDPOINT is plain http: HF_TOKEN would travel for all to read; "
                            "use https, or unset HF_TOKEN");
    for (const char *at = config->token ? config->token : ""; *at; at++)
        if (*at <= ' ' || *at == 0x7f)
            return gm_error_set(error, GM_ERR_INVALID,
                                "HF_TOKEN holds a space or a character that no token has");
    return GM_OK;
}

enum gm_err gm_hub_open(const struct gm_hub_config *config, struct gm_hub **ret_hub,
                        struct gm_error *error)
{
    enum { TEXT_BYTES_MAX = 16 * 1024 };
    enum gm_err err = GM_OK;
    struct gm_hub *hub = calloc(1, sizeof *hub);
    if (!hub)
        return gm_error_set(error, GM_ERR_NOMEM, "out of memory");
    hub->config = *config;
    gm_buffer_init(&hub->authorization, TEXT_BYTES_MAX);
    gm_buffer_init(&hub->url, TEXT_BYTES_MAX);
    gm_buffer_init(&hub->range, TEXT_BYTES_MAX);
    if (config->token) {
        gm_buffer_printf(&hub->authorization, "Bearer %s", config->token);
        gm_buffer_append_byte(&hub->authorization, '\0');
        err = gm_buffer_ok(&hub->authorization, error);
    }
    const struct gm_http_client_config client = {.user_agent = config->user_agent,
                                                 .ca_file = config->ca_file};
    if (!err)
        err = gm_http_client_create(&client, &hub->client, error);
    if (err) {
        gm_hub_close(hub);
        return err;
    }
    *ret_hub = hub;
    return GM_OK;
}

void gm_hub_close(struct gm_hub *hub)
{
    if (!hub)
        return;
    gm_http_client_destroy(hub->client);
    gm_buffer_finish(&hub->authorization);
    gm_buffer_finish(&hub->url);
    gm_buffer_finish(&hub->range);
    free(hub);
}

// ------------------------------------------------------------------------- refusals

static bool field_is(struct gm_hub *hub, const char *name, const char *value)
{
    return gm_str_equal(gm_http_client_field(hub->client, name), gm_str(value));
}

// What the server itself says, for the end of a message: "" or ": TEXT". A server that repeats the
// token is not repeated.
static void server_message(struct gm_hub *hub, char out[SERVER_MESSAGE_BYTES_MAX + 8])
{
    struct gm_str text = gm_http_client_field(hub->client, "X-Error-Message");
    const char *token = hub->config.token;
    out[0] = '\0';
    if (text.len == 0 || (token && strstr(text.data, token)))
        return;
    snprintf(out, SERVER_MESSAGE_BYTES_MAX + 8, " (it says: %.*s)",
             text.len > SERVER_MESSAGE_BYTES_MAX - 8 ? SERVER_MESSAGE_BYTES_MAX - 8 : (int)text.len,
             text.data);
}

static void note_wait(struct gm_hub *hub)
{
    int64_t left;
    struct gm_str after = gm_http_client_field(hub->client, "Retry-After");
    struct gm_str limit = gm_http_client_field(hub->client, "RateLimit");
    int64_t now_us = gm_clock_now_us(&gm_clock_real);
    if (gm_http_retry_after_read(after, now_us, &hub->wait_us))
        return;
    if (!gm_http_rate_limit_read(limit, &left, &hub->wait_us) || left > 0)
        hub->wait_us = 0;
}

// 401, 403: the name may be wrong as well, since the hub does not tell strangers what it has.
static enum gm_err refuse_access(struct gm_hub *hub, int status, const char *said,
                                 struct gm_error *error)
{
    const struct gm_hub_config *config = &hub->config;
    if (field_is(hub, "X-Error-Code", "GatedRepo"))
        return gm_error_set(error, GM_ERR_DENIED,
                            "%s is gated: accept its terms on %s/%s, then set HF_TOKEN to a token "
                            "of that account%s",
                            config->name, config->endpoint, config->name, said);
    if (!config->token)
        return gm_error_set(error, status == 401 ? GM_ERR_NOT_FOUND : GM_ERR_DENIED,
                            "%s is not there, or not open to all: check the name; a private or "
                            "gated model needs HF_TOKEN%s",
                            config->name, said);
    return gm_error_set(error, GM_ERR_DENIED,
                        "%s: the hub does not let HF_TOKEN read it (%d): check the name and the "
                        "token%s",
                        config->name, status, said);
}

// Turns a status that is no success into an error.
static enum gm_err refuse(struct gm_hub *hub, int status, struct gm_error *error)
{
    const struct gm_hub_config *config = &hub->config;
    const char *url = gm_http_client_url(hub->client);
    char said[SERVER_MESSAGE_BYTES_MAX + 8];
    server_message(hub, said);
    if (status == 401 || status == 403)
        return refuse_access(hub, status, said, error);
    if (status == 404 && field_is(hub, "X-Error-Code", "RevisionNotFound"))
        return gm_error_set(error, GM_ERR_NOT_FOUND, "%s has no revision \"%s\"%s", config->name,
                            config->revision, said);
    if (status == 404 && field_is(hub, "X-Error-Code", "EntryNotFound"))
        return gm_error_set(error, GM_ERR_NOT_FOUND, "%s: not there any more%s", url, said);
    if (status == 404)
        return gm_error_set(error, GM_ERR_NOT_FOUND, "%s: no such model at %s: check the name%s",
                            config->name, url, said);
    note_wait(hub);
    gm_error_set(error, GM_ERR_NETWORK, "%s: the server answers %d%s%s", url, status,
                 status == 429 ? ": too many questions from here" : "", said);
    error->retriable = gm_http_status_retriable(status);
    return GM_ERR_NETWORK;
}

// ------------------------------------------------------------------------- trying again

// Half of it fixed, half by chance, so that many who failed together do not come back together.
static int64_t backoff_us(int failures)
{
    int64_t wait_us = BACKOFF_FIRST_US;
    for (int i = 1; i < failures && wait_us < BACKOFF_MAX_US; i++)
        wait_us *= 2;
    wait_us = wait_us > BACKOFF_MAX_US ? BACKOFF_MAX_US : wait_us;
    int64_t now_us = gm_monotonic_us();
    uint64_t chance = gm_hash64(&now_us, sizeof now_us);
    return wait_us / 2 + (int64_t)(chance % (uint64_t)(wait_us / 2 + 1));
}

enum gm_err gm_hub_retry(struct gm_hub *hub, int failures, struct gm_error *error)
{
    const struct gm_hub_config *config = &hub->config;
    int64_t wait_us = backoff_us(failures);
    int64_t asked_us = hub->wait_us;
    hub->wait_us = 0;
    if (error->code != GM_ERR_NETWORK || !error->retriable || failures >= config->attempts_max)
        return error->code;
    if (asked_us > (int64_t)GM_HUB_WAIT_S_MAX * GM_US_PER_S) {
        enum gm_err code = error->code;
        gm_error_set(error, code, "%s; it asks for %lld s of patience: try again then",
                     error->message, (long long)(asked_us / GM_US_PER_S));
        return code;
    }
    wait_us = asked_us > wait_us ? asked_us : wait_us;
    if (config->notice) {
        char text[GM_ERROR_MESSAGE_BYTES + 64];
        snprintf(text, sizeof text, "%s; trying again in %.1f s", error->message,
                 (double)wait_us / GM_US_PER_S);
        config->notice(config->context, text);
    }
    if (gm_stop_wait(config->stop, wait_us))
        return gm_error_set(error, GM_ERR_STOPPED, "%s: stopped", config->name);
    return GM_OK;
}

// ------------------------------------------------------------------------- asking

static enum gm_err end_url(struct gm_hub *hub, struct gm_error *error)
{
    gm_buffer_append_byte(&hub->url, '\0');
    return gm_buffer_ok(&hub->url, error);
}

// ENDPOINT/api/models/NAME/revision/REVISION. A revision may hold a '/', as refs/pr/1.
static enum gm_err model_url(struct gm_hub *hub, struct gm_error *error)
{
    const struct gm_hub_config *config = &hub->config;
    gm_buffer_reset(&hub->url);
    gm_buffer_printf(&hub->url, "%s/api/models/%s/revision/", config->endpoint, config->name);
    for (const unsigned char *at = (const unsigned char *)config->revision; *at; at++) {
        if ((*at >= '0' && *at <= '9') || (*at >= 'A' && *at <= 'Z') ||
            (*at >= 'a' && *at <= 'z') || strchr("-_.", *at))
            gm_buffer_append_byte(&hub->url, (char)*at);
        else
            gm_buffer_printf(&hub->url, "%%%02X", *at);
    }
    return end_url(hub, error);
}

static enum gm_err file_url(struct gm_hub *hub, const char *commit, enum gm_hub_file file,
                            struct gm_error *error)
{
    gm_buffer_reset(&hub->url);
    gm_buffer_printf(&hub->url, "%s/%s/resolve/%s/%s", hub->config.endpoint, hub->config.name,
                     commit, gm_hub_file_name(file));
    return end_url(hub, error);
}

static struct gm_http_call make_call(struct gm_hub *hub, enum gm_http_verb verb)
{
    const struct gm_hub_config *config = &hub->config;
    size_t fields = 0;
    if (config->token)
        hub->fields[fields++] =
            (struct gm_http_field){"Authorization", hub->authorization.data, true};
    return (struct gm_http_call){
        .verb = verb,
        .url = hub->url.data,
        .fields = hub->fields,
        .field_count = fields,
        .follow = GM_HTTP_FOLLOW_ANY,
        .idle_us_max = config->idle_us_max,
        .idle_bytes_min = config->idle_us_max / GM_US_PER_S * IDLE_BYTES_PER_S,
        .stop = config->stop,
    };
}

// Asks until there is an answer that is no failure: 2xx, or 3xx where redirects are not followed.
static enum gm_err ask(struct gm_hub *hub, const struct gm_http_call *call,
                       struct gm_http_reply *ret_reply, struct gm_error *error)
{
    for (int failures = 1;; failures++) {
        enum gm_err err = gm_http_client_call(hub->client, call, ret_reply, error);
        if (!err && ret_reply->status < 400)
            return GM_OK;
        if (!err)
            refuse(hub, ret_reply->status, error);
        err = gm_hub_retry(hub, failures, error);
        if (err)
            return err;
    }
}

// What answered, with 200, is no hub.
static enum gm_err refuse_answer(struct gm_hub *hub, struct gm_error *error)
{
    struct gm_str type = gm_http_client_field(hub->client, "Content-Type");
    gm_error_set(
        error, GM_ERR_NETWORK,
        "%s: this is no answer of a model hub, but \"%.*s\" (%s): check HF_ENDPOINT; does a "
        "proxy or a login page stand in between?",
        gm_http_client_url(hub->client), type.len > 60 ? 60 : (int)type.len,
        type.data ? type.data : "", error->message);
    error->retriable = false;
    return GM_ERR_NETWORK;
}

enum gm_err gm_hub_ask_model(struct gm_hub *hub, struct gm_hub_model *ret_model,
                             struct gm_error *error)
{
    struct gm_http_reply reply;
    enum gm_err err = model_url(hub, error);
    if (err)
        return err;
    struct gm_http_call call = make_call(hub, GM_HTTP_VERB_GET);
    call.compressed = true;
    call.body_bytes_max = GM_HUB_ANSWER_BYTES_MAX;
    call.total_us_max = ASK_US_MAX;
    call.idle_bytes_min = 0;
    err = ask(hub, &call, &reply, error);
    if (err)
        return err;
    err = gm_hub_model_read(reply.body, ret_model, error);
    return err == GM_ERR_INVALID || err == GM_ERR_LIMIT ? refuse_answer(hub, error) : err;
}

enum gm_err gm_hub_ask_file(struct gm_hub *hub, const char *commit, enum gm_hub_file file,
                            struct gm_hub_file_info *ret_info, struct gm_error *error)
{
    struct gm_http_reply reply;
    enum gm_err err = file_url(hub, commit, file, error);
    if (err)
        return err;
    struct gm_http_call call = make_call(hub, GM_HTTP_VERB_HEAD);
    // The hub's own answer: the storage that it leads to knows neither commit nor checksum.
    call.follow = GM_HTTP_FOLLOW_ORIGIN;
    call.total_us_max = ASK_US_MAX;
    call.idle_bytes_min = 0;
    err = ask(hub, &call, &reply, error);
    if (err)
        return err;
    struct gm_str seen = gm_http_client_field(hub->client, "X-Repo-Commit");
    if (seen.data && !gm_str_equal(seen, gm_str(commit)))
        return gm_error_set(error, GM_ERR_CORRUPT, "%s: the hub answers for another commit, %.*s",
                            gm_http_client_url(hub->client), seen.len > 40 ? 40 : (int)seen.len,
                            seen.data);
    // One field at a time: each is valid until the next question.
    char linked_etag[128], etag[128], linked_size[32], length[32];
    const struct {
        const char *name;
        char *copy;
        size_t bytes;
    } wanted[] = {{"X-Linked-ETag", linked_etag, sizeof linked_etag},
                  {"ETag", etag, sizeof etag},
                  {"X-Linked-Size", linked_size, sizeof linked_size},
                  {"Content-Length", length, sizeof length}};
    struct gm_str texts[4];
    for (size_t i = 0; i < 4; i++) {
        struct gm_str text = gm_http_client_field(hub->client, wanted[i].name);
        snprintf(wanted[i].copy, wanted[i].bytes, "%.*s", GM_STR_ARG(text));
        texts[i] = gm_str(text.data ? wanted[i].copy : NULL);
    }
    err = gm_hub_file_info_read(texts[0], texts[1], texts[2], texts[3], ret_info, error);
    return err ? gm_error_prefix(error, "%s", gm_http_client_url(hub->client)) : GM_OK;
}

enum gm_err gm_hub_fetch(struct gm_hub *hub, const char *commit, enum gm_hub_file file,
                         int64_t first, int64_t bytes_max, const struct gm_http_sink *sink,
                         int *ret_status, struct gm_error *error)
{
    enum gm_err err = file_url(hub, commit, file, error);
    if (err)
        return err;
    struct gm_http_call call = make_call(hub, GM_HTTP_VERB_GET);
    call.sink = sink;
    call.body_bytes_max = bytes_max;
    if (first > 0) {
        gm_buffer_reset(&hub->range);
        gm_buffer_printf(&hub->range, "bytes=%lld-", (long long)first);
        gm_buffer_append_byte(&hub->range, '\0');
        if ((err = gm_buffer_ok(&hub->range, error)))
            return err;
        hub->fields[call.field_count++] = (struct gm_http_field){"Range", hub->range.data, false};
    }
    struct gm_http_reply reply;
    err = gm_http_client_call(hub->client, &call, &reply, error);
    if (err)
        return err;
    *ret_status = reply.status;
    return reply.status == 200 || reply.status == 206 ? GM_OK : refuse(hub, reply.status, error);
}

struct gm_str gm_hub_field(struct gm_hub *hub, const char *name)
{
    return gm_http_client_field(hub->client, name);
}
