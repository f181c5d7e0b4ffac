// Reads the parameters of API requests.
#include "web/params.h"

#include "event/timestamp.h"
#include "web/http.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

bool gm_params_number(struct gm_str text, int64_t *ret_value)
{
    if (text.len == 0 || text.len > 19) {
        return false;
    }
    int64_t value = 0;
    for (size_t i = 0; i < text.len; i++) {
        int digit = text.data[i] - '0';
        if (digit < 0 || digit > 9 || __builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, digit, &value)) {
            return false;
        }
    }
    *ret_value = value;
    return true;
}

static enum gm_err read_ticker(struct gm_str text, struct gm_params *params, struct gm_error *error)
{
    bool ok = text.len > 0 && text.len <= GM_TICKER_BYTES_MAX;
    for (size_t i = 0; ok && i < text.len; i++) {
        char c = text.data[i];
        ok = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
    }
    if (!ok) {
        return gm_error_set(error, GM_ERR_INVALID,
                            "ticker: must be 1 to %d characters of a-z, 0-9, '.', '_' and '-'",
                            GM_TICKER_BYTES_MAX);
    }
    memcpy(params->ticker, text.data, text.len);
    params->ticker[text.len] = '\0';
    return GM_OK;
}

static enum gm_err read_time(struct gm_str text, const char *name, int64_t *ret_us,
                             struct gm_error *error)
{
    // A '+' that was sent bare, as people type it into curl, arrives as a space.
    char copy[64];
    if (text.len > 6 && text.len <= sizeof(copy) && text.data[text.len - 6] == ' ') {
        memcpy(copy, text.data, text.len);
        copy[text.len - 6] = '+';
        text.data = copy;
    }
    enum gm_err err = gm_timestamp_parse(text, ret_us, error);
    return err ? gm_error_prefix(error, "%s", name) : GM_OK;
}

static enum gm_err read_number(struct gm_str text, const char *name, int64_t min, int64_t max,
                               int64_t *ret_value, struct gm_error *error)
{
    int64_t value;
    if (!gm_params_number(text, &value) || value < min || value > max) {
        return gm_error_set(error, GM_ERR_INVALID, "%s: must be a whole number from %lld to %lld",
                            name, (long long)min, (long long)max);
    }
    *ret_value = value;
    return GM_OK;
}

// One of the words that a parameter may be.
static enum gm_err read_word(struct gm_str text, const char *name, const char *const *words,
                             const char **ret_word, struct gm_error *error)
{
    char list[128] = "";
    for (size_t i = 0, len = 0; words[i]; i++) {
        if (gm_str_equal(text, gm_str(words[i]))) {
            *ret_word = words[i];
            return GM_OK;
        }
        len += (size_t)snprintf(list + len, sizeof(list) - len, "%s%s", i ? ", " : "", words[i]);
    }
    return gm_error_set(error, GM_ERR_INVALID, "%s: must be one of %s", name, list);
}

static const char *const orders[] = {"newest", "telling", NULL};
static const char *const tables[] = {"history", "signals", "posts", "alerts", NULL};
static const char *const formats[] = {"csv", "parquet", NULL};

static const char *const names[] = {"ticker",  "from", "to",    "limit", "points", "last_event_id",
                                    "backlog", "span", "order", "table", "format"};

static unsigned param_of(struct gm_str name)
{
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (gm_str_equal(name, gm_str(names[i]))) {
            return 1u << i;
        }
    }
    return 0;
}

// A name from the network is repeated only where it is plain.
static enum gm_err refuse_name(struct gm_str name, const char *what, struct gm_error *error)
{
    bool plain = name.len > 0 && name.len <= 32;
    for (size_t i = 0; plain && i < name.len; i++) {
        plain = (name.data[i] >= 'a' && name.data[i] <= 'z') || name.data[i] == '_';
    }
    if (!plain) {
        return gm_error_set(error, GM_ERR_INVALID, "a parameter's name is %s", what);
    }
    return gm_error_set(error, GM_ERR_INVALID, "%.*s: %s", GM_STR_ARG(name), what);
}

static enum gm_err read_one(unsigned param, struct gm_str value, struct gm_params *params,
                            struct gm_error *error)
{
    switch (param) {
    case GM_PARAM_TICKER:
        return read_ticker(value, params, error);
    case GM_PARAM_FROM:
        return read_time(value, "from", &params->from_us, error);
    case GM_PARAM_TO:
        return read_time(value, "to", &params->to_us, error);
    case GM_PARAM_LIMIT:
        return read_number(value, "limit", 1, GM_PARAM_LIMIT_MAX, &params->limit, error);
    case GM_PARAM_POINTS:
        return read_number(value, "points", 1, GM_PARAM_POINTS_MAX, &params->points, error);
    case GM_PARAM_LAST_EVENT_ID:
        return read_number(value, "last_event_id", 0, INT64_MAX, &params->last_event_id, error);
    case GM_PARAM_SPAN:
        return read_number(value, "span", GM_PARAM_SPAN_MIN, GM_PARAM_SPAN_MAX, &params->span,
                           error);
    case GM_PARAM_ORDER:
        return read_word(value, "order", orders, &params->order, error);
    case GM_PARAM_TABLE:
        return read_word(value, "table", tables, &params->table, error);
    case GM_PARAM_FORMAT:
        return read_word(value, "format", formats, &params->format, error);
    default:
        assert(param == GM_PARAM_BACKLOG);
        return read_number(value, "backlog", 0, GM_PARAM_BACKLOG_MAX, &params->backlog, error);
    }
}

enum gm_err gm_params_read(struct gm_str query, unsigned allowed, struct gm_params *ret_params,
                           struct gm_error *error)
{
    char text[GM_HTTP_TARGET_BYTES_MAX];
    assert(query.len <= sizeof(text));
    struct gm_params params = {.from_us = GM_TIME_NONE, .to_us = GM_TIME_NONE};
    struct gm_str name, value;
    int more;
    while ((more = gm_http_next_param(&query, text, &name, &value)) > 0) {
        unsigned param = param_of(name);
        if (!(param & allowed)) {
            return refuse_name(name, "not known to this path", error);
        }
        if (params.given & param) {
            return refuse_name(name, "stands there twice", error);
        }
        enum gm_err err = read_one(param, value, &params, error);
        if (err) {
            return err;
        }
        params.given |= param;
    }
    if (more < 0) {
        return gm_error_set(error, GM_ERR_INVALID,
                            "the part behind '?' is not NAME=VALUE&… with %%XX escapes");
    }
    if (params.from_us != GM_TIME_NONE && params.to_us != GM_TIME_NONE &&
        params.from_us >= params.to_us) {
        return gm_error_set(error, GM_ERR_INVALID, "from: must be before to");
    }
    *ret_params = params;
    return GM_OK;
}
