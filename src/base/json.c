// The JSON scanner.
//
// Strings are where the time goes: sixteen bytes at a time (SSE2, else a byte at a time) are
// searched for what ends a run of plain text, and UTF-8 is checked only where a byte is not ASCII.
#include "base/json.h"

#include "base/json_plain.h"
#include "base/number.h"

#include <assert.h>

void gm_json_init(struct gm_json *json, struct gm_str text, struct gm_arena *arena)
{
    const char *data = text.data ? text.data : "";
    *json = (struct gm_json){.start = data, .at = data, .end = data + text.len, .arena = arena};
}

static enum gm_err expected(const struct gm_json *json, const char *what, struct gm_error *error)
{
    return gm_error_set(error, GM_ERR_INVALID, "byte %zu: %s must stand here",
                        (size_t)(json->at - json->start), what);
}

static enum gm_err wrong_at(const struct gm_json *json, const char *at, const char *what,
                            struct gm_error *error)
{
    return gm_error_set(error, GM_ERR_INVALID, "byte %zu: %s", (size_t)(at - json->start), what);
}

static void pass_space(struct gm_json *json)
{
    while (json->at < json->end &&
           (*json->at == ' ' || *json->at == '\n' || *json->at == '\r' || *json->at == '\t'))
        json->at++;
}

// Passes over `byte` if it is next, after white space.
static bool take(struct gm_json *json, char byte)
{
    pass_space(json);
    if (json->at == json->end || *json->at != byte)
        return false;
    json->at++;
    return true;
}

enum gm_json_type gm_json_peek(struct gm_json *json)
{
    pass_space(json);
    if (json->at == json->end)
        return GM_JSON_END;
    switch (*json->at) {
    case '{':
        return GM_JSON_OBJECT;
    case '[':
        return GM_JSON_ARRAY;
    case '"':
        return GM_JSON_STRING;
    case 't':
        return GM_JSON_TRUE;
    case 'f':
        return GM_JSON_FALSE;
    case 'n':
        return GM_JSON_NULL;
    default:
        return *json->at == '-' || (*json->at >= '0' && *json->at <= '9') ? GM_JSON_NUMBER
                                                                          : GM_JSON_END;
    }
}

// ---------------------------------------------------------------------------------- strings

// A string as it stands in the text, checked, without its quotes.
struct raw {
    struct gm_str text;
    bool escaped; // has a backslash in it
};

static int hex_value(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    char lower = (char)(digit | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// The four digits behind "\u" at `at`, or -1.
static int32_t read_hex4(const char *at, const char *end)
{
    if (end - at < 4)
        return -1;
    int32_t value = 0;
    for (int i = 0; i < 4; i++) {
        int digit = hex_value(at[i]);
        if (digit < 0)
            return -1;
        value = value << 4 | digit;
    }
    return value;
}

// Reads the escape whose backslash is at `at`: its code point in *ret_code_point, its end as
// result. NULL: it is none, or stands for NUL or half a surrogate pair; *ret_wrong says which.
static const char *read_escape(const char *at, const char *end, uint32_t *ret_code_point,
                               const char **ret_wrong)
{
    static const char letters[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    *ret_wrong = "no such escape";
    if (end - at < 2)
        return NULL;
    if (at[1] != 'u') {
        const char *letter = memchr(letters, at[1], sizeof(letters) - 1);
        if (!letter)
            return NULL;
        *ret_code_point = (unsigned char)values[letter - letters];
        return at + 2;
    }
    int32_t unit = read_hex4(at + 2, end);
    if (unit < 0)
        return NULL;
    at += 6;
    if (unit == 0) {
        *ret_wrong = "NUL in a string";
        return NULL;
    }
    if (unit < 0xd800 || unit > 0xdfff) {
        *ret_code_point = (uint32_t)unit;
        return at;
    }
    *ret_wrong = "half a surrogate pair";
    int32_t low = end - at >= 6 && at[0] == '\\' && at[1] == 'u' ? read_hex4(at + 2, end) : -1;
    if (unit > 0xdbff || low < 0xdc00 || low > 0xdfff)
        return NULL;
    *ret_code_point = 0x10000 + ((uint32_t)(unit - 0xd800) << 10) + (uint32_t)(low - 0xdc00);
    return at + 6;
}

// Checks the string that is next and passes over it.
static enum gm_err read_raw(struct gm_json *json, struct raw *ret_raw, struct gm_error *error)
{
    if (!take(json, '"'))
        return expected(json, "a string", error);
    const char *start = json->at, *at = start;
    bool non_ascii = false, escaped = false;
    for (;;) {
        at = gm_json_pass_plain(at, json->end, &non_ascii);
        if (at == json->end)
            return wrong_at(json, start - 1, "a string that does not end", error);
        if (*at == '"')
            break;
        if (*at != '\\')
            return wrong_at(json, at, "a control character in a string", error);
        uint32_t code_point;
        const char *wrong;
        const char *after = read_escape(at, json->end, &code_point, &wrong);
        if (!after)
            return wrong_at(json, at, wrong, error);
        at = after;
        escaped = true;
    }
    struct raw raw = {{start, (size_t)(at - start)}, escaped};
    size_t bad;
    if (non_ascii && !gm_utf8_valid(raw.text, &bad))
        return wrong_at(json, start + bad, "not UTF-8", error);
    json->at = at + 1;
    *ret_raw = raw;
    return GM_OK;
}

static char *write_utf8(char *out, uint32_t code_point)
{
    if (code_point < 0x80) {
        *out++ = (char)code_point;
        return out;
    }
    if (code_point < 0x800) {
        *out++ = (char)(0xc0 | code_point >> 6);
    } else {
        if (code_point < 0x10000) {
            *out++ = (char)(0xe0 | code_point >> 12);
        } else {
            *out++ = (char)(0xf0 | code_point >> 18);
            *out++ = (char)(0x80 | (code_point >> 12 & 0x3f));
        }
        *out++ = (char)(0x80 | (code_point >> 6 & 0x3f));
    }
    *out++ = (char)(0x80 | (code_point & 0x3f));
    return out;
}

// What a checked string says. An escape is never shorter than what it stands for.
static enum gm_err unescape(struct gm_json *json, struct raw raw, struct gm_str *ret_text,
                            struct gm_error *error)
{
    if (!raw.escaped) {
        *ret_text = raw.text;
        return GM_OK;
    }
    char *text = gm_arena_alloc(json->arena, raw.text.len);
    if (!text)
        return gm_error_set(error, GM_ERR_NOMEM, "byte %zu: no memory for a string of %zu bytes",
                            (size_t)(raw.text.data - json->start), raw.text.len);
    char *out = text;
    const char *at = raw.text.data, *const end = at + raw.text.len;
    while (at < end) {
        const char *backslash = memchr(at, '\\', (size_t)(end - at));
        size_t run = (size_t)((backslash ? backslash : end) - at);
        memcpy(out, at, run);
        out += run;
        at += run;
        if (backslash) {
            uint32_t code_point = 0;
            const char *wrong;
            at = read_escape(at, end, &code_point, &wrong);
            assert(at);
            out = write_utf8(out, code_point);
        }
    }
    *ret_text = (struct gm_str){text, (size_t)(out - text)};
    return GM_OK;
}

enum gm_err gm_json_string(struct gm_json *json, struct gm_str *ret_text, struct gm_error *error)
{
    struct raw raw = {{NULL, 0}, false};
    enum gm_err err = read_raw(json, &raw, error);
    return err ? err : unescape(json, raw, ret_text, error);
}

// ---------------------------------------------------------------------------------- scalars

// Passes over a number and returns its text, which is empty where there is none.
static struct gm_str take_number(struct gm_json *json)
{
    pass_space(json);
    struct gm_str text = {json->at, gm_number_scan(json->at, (size_t)(json->end - json->at))};
    json->at += text.len;
    return text;
}

enum gm_err gm_json_number(struct gm_json *json, double *ret_value, struct gm_error *error)
{
    struct gm_str text = take_number(json);
    if (text.len == 0)
        return expected(json, "a number", error);
    if (gm_number_read(text.data, text.len, ret_value))
        return GM_OK;
    json->at = text.data;
    return wrong_at(json, text.data, "a number beyond what a double holds", error);
}

enum gm_err gm_json_integer(struct gm_json *json, int64_t *ret_value, struct gm_error *error)
{
    struct gm_str text = take_number(json);
    if (text.len == 0)
        return expected(json, "a number", error);
    json->at = text.data; // where it stays when the number is refused
    bool negative = text.data[0] == '-';
    uint64_t limit = negative ? (uint64_t)INT64_MAX + 1 : (uint64_t)INT64_MAX, value = 0;
    for (size_t i = negative; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return wrong_at(json, text.data, "a whole number must stand here", error);
        uint64_t digit = (uint64_t)(text.data[i] - '0');
        if (value > (limit - digit) / 10)
            return wrong_at(json, text.data, "a whole number beyond 64 bits", error);
        value = value * 10 + digit;
    }
    json->at += text.len;
    *ret_value = (int64_t)(negative ? -value : value);
    return GM_OK;
}

static bool take_word(struct gm_json *json, const char *word, size_t len)
{
    pass_space(json);
    if ((size_t)(json->end - json->at) < len || memcmp(json->at, word, len) != 0)
        return false;
    json->at += len;
    return true;
}

enum gm_err gm_json_bool(struct gm_json *json, bool *ret_value, struct gm_error *error)
{
    if (take_word(json, "true", 4))
        *ret_value = true;
    else if (take_word(json, "false", 5))
        *ret_value = false;
    else
        return expected(json, "true or false", error);
    return GM_OK;
}

enum gm_err gm_json_null(struct gm_json *json, struct gm_error *error)
{
    return take_word(json, "null", 4) ? GM_OK : expected(json, "null", error);
}

// ------------------------------------------------------------------------ objects and arrays

static enum gm_err enter(struct gm_json *json, struct gm_error *error)
{
    if (json->depth == GM_JSON_DEPTH_MAX)
        return gm_error_set(error, GM_ERR_LIMIT, "byte %zu: nested deeper than %d levels",
                            (size_t)(json->at - json->start), GM_JSON_DEPTH_MAX);
    json->depth++;
    json->first = true;
    return GM_OK;
}

static void leave(struct gm_json *json)
{
    json->depth--;
    json->first = false;
}

enum gm_err gm_json_object_begin(struct gm_json *json, struct gm_error *error)
{
    return take(json, '{') ? enter(json, error) : expected(json, "an object", error);
}

// Moves to the next member and reads its name, or leaves the object.
static enum gm_err next_member(struct gm_json *json, bool *ret_more, struct raw *ret_name,
                               struct gm_error *error)
{
    if (take(json, '}')) {
        leave(json);
        *ret_more = false;
        return GM_OK;
    }
    if (!json->first && !take(json, ','))
        return expected(json, "',' or '}'", error);
    pass_space(json);
    if (json->at == json->end || *json->at != '"')
        return expected(json, json->first ? "a member's name or '}'" : "a member's name", error);
    enum gm_err err = read_raw(json, ret_name, error);
    if (err)
        return err;
    if (!take(json, ':'))
        return expected(json, "':'", error);
    json->first = false;
    *ret_more = true;
    return GM_OK;
}

enum gm_err gm_json_object_next(struct gm_json *json, bool *ret_more, struct gm_str *ret_name,
                                struct gm_error *error)
{
    bool more;
    struct raw name = {{NULL, 0}, false};
    enum gm_err err = next_member(json, &more, &name, error);
    if (!err && more)
        err = unescape(json, name, ret_name, error);
    if (!err)
        *ret_more = more;
    return err;
}

bool gm_json_object_next_is(struct gm_json *json, struct gm_str name)
{
    const char *at = json->at;
    const size_t comma = json->first ? 0 : 1;
    if ((size_t)(json->end - at) < comma + name.len + 3 || (comma && *at != ','))
        return false;
    at += comma;
    if (at[0] != '"' || at[name.len + 1] != '"' || at[name.len + 2] != ':' ||
        memcmp(at + 1, name.data, name.len) != 0)
        return false;
    json->at = at + name.len + 3;
    json->first = false;
    return true;
}

static enum gm_err skip_object(struct gm_json *json, struct gm_error *error)
{
    bool more = true;
    struct raw name = {{NULL, 0}, false};
    enum gm_err err = gm_json_object_begin(json, error);
    while (!err && !(err = next_member(json, &more, &name, error)) && more)
        err = gm_json_skip(json, error);
    return err;
}

enum gm_err gm_json_array_begin(struct gm_json *json, struct gm_error *error)
{
    return take(json, '[') ? enter(json, error) : expected(json, "an array", error);
}

enum gm_err gm_json_array_next(struct gm_json *json, bool *ret_more, struct gm_error *error)
{
    const bool more = !take(json, ']');
    if (!more)
        leave(json);
    else if (!json->first && !take(json, ','))
        return expected(json, "',' or ']'", error);
    json->first = false;
    *ret_more = more;
    return GM_OK;
}

static enum gm_err skip_array(struct gm_json *json, struct gm_error *error)
{
    bool more = true;
    enum gm_err err = gm_json_array_begin(json, error);
    while (!err && !(err = gm_json_array_next(json, &more, error)) && more)
        err = gm_json_skip(json, error);
    return err;
}

enum gm_err gm_json_skip(struct gm_json *json, struct gm_error *error)
{
    bool truth;
    struct raw raw = {{NULL, 0}, false};
    switch (gm_json_peek(json)) {
    case GM_JSON_OBJECT:
        return skip_object(json, error);
    case GM_JSON_ARRAY:
        return skip_array(json, error);
    case GM_JSON_STRING:
        return read_raw(json, &raw, error);
    case GM_JSON_NUMBER:
        return take_number(json).len ? GM_OK : expected(json, "a number", error);
    case GM_JSON_TRUE:
    case GM_JSON_FALSE:
        return gm_json_bool(json, &truth, error);
    case GM_JSON_NULL:
        return gm_json_null(json, error);
    case GM_JSON_END:
        break;
    }
    return expected(json, "a value", error);
}

enum gm_err gm_json_end(struct gm_json *json, struct gm_error *error)
{
    pass_space(json);
    return json->at == json->end ? GM_OK : wrong_at(json, json->at, "text behind the value", error);
}
