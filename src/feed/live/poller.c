#include "feed/live/poller.h"

#include "base/http_fields.h"
#include "base/siphash.h"
#include "feed/live/backoff.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    RETRY_US_MIN = GM_US_PER_S,
    CONNECT_US_MAX = 10 * GM_US_PER_S,
    TIMEOUT_US = 30 * GM_US_PER_S,
    IDLE_US_MAX = 15 * GM_US_PER_S,
    SAID_BYTES_MAX = 160, // of the server's own words
    SECRET_BYTES_MIN = 4, // shorter ones would be found in any text
};
#define RETRY_US_MAX ((int64_t)5 * GM_US_PER_MIN)
#define EPOCH_S_MIN  1000000000 // X-Ratelimit-Reset: from here on a date, below it a wait

struct gm_poller {
    const struct gm_clock *clock;
    struct gm_feed_monitor *monitor;
    struct gm_http_client *client;
    char *name, *key_option; // key_option may be NULL
    int64_t gap_us_min, timeout_us, idle_us_max, body_bytes_max;
    struct gm_backoff backoff;
    int64_t begun_us; // monotonic; of the last call
    int64_t due_us;   // monotonic; of the next one
    bool seeing;      // the last outcome was good
    bool skewed;      // told so
    // What makes the next call to `url_hash` conditional: of the last accepted answer, "" where it
    // had none; and of the answer that is under way.
    char etag[GM_POLL_TAG_BYTES_MAX], modified[GM_POLL_TAG_BYTES_MAX];
    uint64_t url_hash, asked_hash;
    bool conditional; // the call under way is one that may be remembered
};

// ------------------------------------------------------------------------- create, destroy

static int64_t or_default(int64_t value, int64_t standard)
{
    return value > 0 ? value : standard;
}

enum gm_err gm_poller_create(const struct gm_poller_config *config, const struct gm_clock *clock,
                             struct gm_feed_monitor *monitor, struct gm_poller **ret_poller,
                             struct gm_error *error)
{
    struct gm_poller *poller = calloc(1, sizeof *poller);
    if (!poller)
        return gm_error_set(error, GM_ERR_NOMEM, "out of memory");
    poller->clock = clock;
    poller->monitor = monitor;
    poller->gap_us_min = config->gap_us_min;
    poller->timeout_us = or_default(config->timeout_us, TIMEOUT_US);
    poller->idle_us_max = or_default(config->idle_us_max, IDLE_US_MAX);
    poller->body_bytes_max = config->body_bytes_max;
    poller->backoff = (struct gm_backoff){
        .us_min = or_default(config->retry_us_min, RETRY_US_MIN),
        .us_max = or_default(config->retry_us_max, RETRY_US_MAX),
        .random = (uint64_t)gm_monotonic_us(),
    };
    poller->name = strdup(config->name);
    poller->key_option = config->key_option ? strdup(config->key_option) : NULL;
    const bool copied = poller->name && (!config->key_option || poller->key_option);
    const struct gm_http_client_config client = {.user_agent = config->user_agent,
                                                 .ca_file = config->ca_file,
                                                 .connect_us_max = CONNECT_US_MAX};
    const enum gm_err err = copied ? gm_http_client_create(&client, &poller->client, error)
                                   : gm_error_set(error, GM_ERR_NOMEM, "out of memory");
    if (err) {
        gm_poller_destroy(poller);
        return err;
    }
    *ret_poller = poller;
    return GM_OK;
}

void gm_poller_destroy(struct gm_poller *poller)
{
    if (!poller)
        return;
    gm_http_client_destroy(poller->client);
    free(poller->name);
    free(poller->key_option);
    free(poller);
}

// ------------------------------------------------------------------------- the schedule

static void put_off(struct gm_poller *poller, int64_t due_us)
{
    const int64_t allowed_us = poller->begun_us + poller->gap_us_min;
    poller->due_us = due_us > allowed_us ? due_us : allowed_us;
}

// Notes a failure, and when it is tried again.
static void fail(struct gm_poller *poller, const char *why, bool passes, int64_t asked_us)
{
    struct gm_backoff patient = poller->backoff;
    patient.us_min = patient.us_max;
    const int64_t wait_us = gm_backoff_next_us(passes ? &poller->backoff : &patient, asked_us);
    const int64_t now_us = gm_monotonic_us();
    put_off(poller, now_us + wait_us);
    poller->seeing = false;
    gm_feed_monitor_failure(poller->monitor, gm_clock_now_us(poller->clock));
    gm_feed_monitor_notice(poller->monitor, true, "%s: %s; next try in %.1f s", poller->name, why,
                           (double)(poller->due_us - now_us) / GM_US_PER_S);
}

int64_t gm_poller_due_us(const struct gm_poller *poller)
{
    return poller->due_us;
}

void gm_poller_hold(struct gm_poller *poller, int64_t hold_us)
{
    const int64_t until_us = gm_monotonic_us() + hold_us;
    if (until_us > poller->due_us)
        poller->due_us = until_us;
}

// ------------------------------------------------------------------------- what a refusal says

static bool read_seconds(struct gm_str text, int64_t *ret_s)
{
    const char *dot = text.len > 0 ? memchr(text.data, '.', text.len) : NULL;
    return gm_http_size_read((struct gm_str){text.data, dot ? (size_t)(dot - text.data) : text.len},
                             ret_s);
}

// How long the source wants to be left alone; 0: it does not say.
static int64_t asked_us(struct gm_poller *poller, int status)
{
    const int64_t now_us = gm_clock_now_us(poller->clock);
    int64_t left, wait_us = 0, reset_s;
    struct gm_http_client *client = poller->client;
    if (gm_http_retry_after_read(gm_http_client_field(client, "Retry-After"), now_us, &wait_us))
        return wait_us < GM_POLL_PATIENCE_MAX ? wait_us : GM_POLL_PATIENCE_MAX;
    if (status != 429)
        return 0;
    if (!gm_http_rate_limit_read(gm_http_client_field(client, "RateLimit"), &left, &wait_us) &&
        read_seconds(gm_http_client_field(client, "X-Ratelimit-Reset"), &reset_s)) {
        if (reset_s >= EPOCH_S_MIN)
            reset_s -= now_us / GM_US_PER_S - 1;
        wait_us = reset_s < 0                                    ? 0
                  : reset_s > GM_POLL_PATIENCE_MAX / GM_US_PER_S ? GM_POLL_PATIENCE_MAX
                                                                 : reset_s * GM_US_PER_S;
    }
    return wait_us < GM_POLL_PATIENCE_MAX ? wait_us : GM_POLL_PATIENCE_MAX;
}

static bool repeats_secret(const struct gm_poll_request *request, struct gm_str body)
{
    for (size_t i = 0; i < request->field_count; i++) {
        const char *value = request->fields[i].value;
        const char *space = strrchr(value, ' '); // "Bearer …"
        const char *secret = space ? space + 1 : value;
        const size_t len = strlen(secret);
        if (request->fields[i].secret && len >= SECRET_BYTES_MIN && body.len >= len &&
            memmem(body.data, body.len, secret, len))
            return true;
    }
    return false;
}

static bool begins_with(struct gm_str text, const char *start)
{
    const size_t len = strlen(start);
    return text.len >= len && strncasecmp(text.data, start, len) == 0;
}

static bool is_html(struct gm_poller *poller, struct gm_str body)
{
    if (begins_with(gm_http_client_field(poller->client, "Content-Type"), "text/html"))
        return true;
    while (body.len > 0 && strchr(" \t\r\n", body.data[0]))
        body = (struct gm_str){body.data + 1, body.len - 1};
    return begins_with(body, "<!doctype html") || begins_with(body, "<html");
}

// The server's own words where they are for people: not a page, not what repeats a secret.
static struct gm_str words_of(struct gm_poller *poller, const struct gm_poll_request *request,
                              struct gm_str body)
{
    if (request->form.len > 0 || is_html(poller, body) || repeats_secret(request, body))
        return (struct gm_str){NULL, 0};
    body.len = body.len < SAID_BYTES_MAX ? body.len : SAID_BYTES_MAX;
    return body;
}

static const char *meaning_of(const struct gm_poller *poller, int status)
{
    const bool key = poller->key_option != NULL;
    switch (status) {
    case 401:
        return key ? "it does not accept the key, " : "it wants a key, which this feed has none of";
    case 403:
        return key ? "it refuses access: the plan of the key may not have this, or this address is "
                     "barred; "
                   : "it refuses access: this address may be barred";
    case 404:
        return "there is nothing at this address";
    case 429:
        return "too many calls from here";
    default:
        return status >= 500                    ? "the server is in trouble"
               : status >= 300 && status <= 399 ? "it sends us on to where we do not go"
                                                : "it does not take the call";
    }
}

static void fail_status(struct gm_poller *poller, const struct gm_poll_request *request,
                        const struct gm_http_reply *reply)
{
    const bool key = poller->key_option && (reply->status == 401 || reply->status == 403);
    const struct gm_str said = words_of(poller, request, reply->body);
    struct gm_error why;
    gm_error_set(&why, GM_ERR_NETWORK, "%s answers %d: %s%s%s%s%.*s%s",
                 gm_http_client_url(poller->client), reply->status,
                 meaning_of(poller, reply->status), key ? "check " : "",
                 key ? poller->key_option : "", said.len > 0 ? " (it says: " : "", (int)said.len,
                 said.data ? said.data : "", said.len > 0 ? ")" : "");
    fail(poller, why.message, gm_http_status_retriable(reply->status),
         asked_us(poller, reply->status));
}

// ------------------------------------------------------------------------- a call

// The answer's Date against the middle of the call, within which the server wrote it.
static void note_skew(struct gm_poller *poller, int64_t wall_begun_us)
{
    int64_t date_us, age_s;
    if (!gm_http_date_read(gm_http_client_field(poller->client, "Date"), &date_us))
        return;
    if (gm_http_size_read(gm_http_client_field(poller->client, "Age"), &age_s) &&
        age_s <= GM_US_PER_DAY / GM_US_PER_S)
        date_us += age_s * GM_US_PER_S;
    const int64_t now_us = gm_clock_now_us(poller->clock);
    const int64_t middle_us = wall_begun_us + (now_us - wall_begun_us) / 2;
    gm_feed_monitor_skew(poller->monitor, date_us + GM_US_PER_S / 2 - middle_us);
}

static size_t add_conditions(struct gm_poller *poller, const struct gm_poll_request *request,
                             struct gm_http_field *fields, size_t count)
{
    poller->asked_hash = gm_hash64(request->url, strlen(request->url));
    poller->conditional = request->conditional && request->form.len == 0;
    if (!poller->conditional || poller->asked_hash != poller->url_hash)
        return count;
    if (poller->etag[0])
        fields[count++] = (struct gm_http_field){"If-None-Match", poller->etag, false};
    if (poller->modified[0])
        fields[count++] = (struct gm_http_field){"If-Modified-Since", poller->modified, false};
    return count;
}

static enum gm_err make_call(struct gm_poller *poller, const struct gm_poll_request *request,
                             struct gm_stop *stop, struct gm_http_reply *ret_reply,
                             struct gm_error *fault)
{
    struct gm_http_field fields[GM_HTTP_CALL_FIELDS_MAX];
    size_t count = request->field_count;
    if (count > GM_HTTP_CALL_FIELDS_MAX - 2)
        return gm_error_set(fault, GM_ERR_INTERNAL, "%zu header fields are too many", count);
    if (count > 0)
        memcpy(fields, request->fields, count * sizeof *fields);
    count = add_conditions(poller, request, fields, count);
    const struct gm_http_call call = {
        .verb = request->form.len > 0 ? GM_HTTP_VERB_POST : GM_HTTP_VERB_GET,
        .url = request->url,
        .fields = fields,
        .field_count = count,
        .body = request->form,
        .compressed = true,
        .follow = GM_HTTP_FOLLOW_ANY,
        .body_bytes_max = poller->body_bytes_max,
        .total_us_max = poller->timeout_us,
        .idle_us_max = poller->idle_us_max,
        .stop = stop,
    };
    const int64_t wall_us = gm_clock_now_us(poller->clock);
    poller->begun_us = gm_monotonic_us();
    gm_feed_monitor_call(poller->monitor);
    const enum gm_err err = gm_http_client_call(poller->client, &call, ret_reply, fault);
    if (!err)
        note_skew(poller, wall_us);
    return err;
}

static enum gm_poll_outcome judge(struct gm_poller *poller, const struct gm_poll_request *request,
                                  const struct gm_http_reply *reply)
{
    if (reply->status == 304 && poller->conditional) {
        poller->conditional = false; // what is remembered still holds
        return GM_POLL_UNCHANGED;
    }
    if (reply->status == request->status_wanted && reply->status != 0)
        return GM_POLL_ANSWER;
    if (reply->status < 200 || reply->status > 299) {
        fail_status(poller, request, reply);
        return GM_POLL_FAILED;
    }
    if (!is_html(poller, reply->body))
        return GM_POLL_ANSWER;
    gm_poller_refuse(poller, "this is a page for people (HTML), not what was asked for: does a "
                             "proxy or a login page stand in between?");
    return GM_POLL_FAILED;
}

enum gm_err gm_poller_ask(struct gm_poller *poller, const struct gm_poll_request *request,
                          struct gm_stop *stop, int64_t wait_us, enum gm_poll_outcome *ret_outcome,
                          struct gm_http_reply *ret_reply, struct gm_error *error)
{
    *ret_outcome = GM_POLL_NOT_YET;
    *ret_reply = (struct gm_http_reply){0};
    if (wait_us <= 0)
        return GM_OK;
    const int64_t left_us = poller->due_us - gm_monotonic_us();
    if (left_us > 0)
        gm_stop_wait(stop, left_us < wait_us ? left_us : wait_us);
    if (left_us > wait_us || gm_stop_raised(stop))
        return GM_OK;
    struct gm_error fault;
    const enum gm_err err = make_call(poller, request, stop, ret_reply, &fault);
    if (err == GM_ERR_STOPPED)
        return GM_OK;
    if (err == GM_ERR_NOMEM) {
        *error = fault;
        return err;
    }
    if (err) {
        fail(poller, fault.message, fault.retriable, 0);
        *ret_outcome = GM_POLL_FAILED;
        return GM_OK;
    }
    *ret_outcome = judge(poller, request, ret_reply);
    return GM_OK;
}

// ------------------------------------------------------------------------- what the feed says

static void keep_tag(struct gm_poller *poller, const char *name, char *kept)
{
    const struct gm_str value = gm_http_client_field(poller->client, name);
    const bool fits = value.len > 0 && value.len < GM_POLL_TAG_BYTES_MAX;
    snprintf(kept, GM_POLL_TAG_BYTES_MAX, "%.*s", fits ? (int)value.len : 0,
             fits ? value.data : "");
}

// Tells of a clock that is wrong, once, and of one that was set right.
static void tell_skew(struct gm_poller *poller)
{
    struct gm_feed_health health;
    gm_feed_monitor_read(poller->monitor, &health);
    if (health.skew_us == GM_TIME_NONE)
        return;
    const bool skewed =
        health.skew_us > GM_POLL_SKEW_US_MAX || health.skew_us < -GM_POLL_SKEW_US_MAX;
    if (skewed && !poller->skewed)
        gm_feed_monitor_notice(poller->monitor, true,
                               "%s: this machine's clock is %.0f s %s the server's: what comes in "
                               "bears the source's own time; set the clock right",
                               poller->name,
                               (double)(health.skew_us > 0 ? health.skew_us : -health.skew_us) /
                                   GM_US_PER_S,
                               health.skew_us > 0 ? "behind" : "before");
    else if (!skewed && poller->skewed)
        gm_feed_monitor_notice(poller->monitor, false,
                               "%s: this machine's clock agrees with the server's", poller->name);
    poller->skewed = skewed;
}

void gm_poller_accept(struct gm_poller *poller, int64_t interval_us)
{
    if (poller->conditional) {
        keep_tag(poller, "ETag", poller->etag);
        keep_tag(poller, "Last-Modified", poller->modified);
        poller->url_hash = poller->asked_hash;
    }
    gm_backoff_reset(&poller->backoff);
    put_off(poller, poller->begun_us + interval_us);
    gm_feed_monitor_success(poller->monitor, gm_clock_now_us(poller->clock));
    if (poller->seeing) {
        tell_skew(poller);
        return;
    }
    poller->seeing = true;
    gm_feed_monitor_notice(poller->monitor, false, "%s: %s answers", poller->name,
                           gm_http_client_url(poller->client));
}

void gm_poller_refuse(struct gm_poller *poller, const char *why)
{
    struct gm_error full;
    gm_error_set(&full, GM_ERR_NETWORK, "%s: %s", gm_http_client_url(poller->client), why);
    fail(poller, full.message, true, 0);
}

struct gm_str gm_poller_field(struct gm_poller *poller, const char *name)
{
    return gm_http_client_field(poller->client, name);
}
