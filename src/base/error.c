// Error messages: formatted, made printable, cut to size at a character.
#include "base/error.h"
#include "base/str.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

static const char ELLIPSIS[] = "…";

// Longer than a message, so that what is cut is known to be cut and where its characters end.
enum { DRAFT_BYTES = 2 * GM_ERROR_MESSAGE_BYTES };

// Control characters become spaces and broken UTF-8 becomes '?', in place.
static void make_printable(char *text, size_t len)
{
    for (size_t at = 0; at < len; at++)
        if ((unsigned char)text[at] < 0x20 || text[at] == 0x7f)
            text[at] = ' ';
    size_t bad;
    for (size_t at = 0; !gm_utf8_valid((struct gm_str){text + at, len - at}, &bad); at += bad + 1)
        text[at + bad] = '?';
}

static bool continues_character(char byte)
{
    return ((unsigned char)byte & 0xc0) == 0x80;
}

static void set_message(struct gm_error *error, char draft[DRAFT_BYTES])
{
    size_t len = strlen(draft);
    const size_t room = sizeof(error->message) - 1;
    bool cut = len > room;
    if (cut) {
        len = room - (sizeof(ELLIPSIS) - 1);
        while (len > 0 && continues_character(draft[len]))
            len--;
    }
    make_printable(draft, len);
    memcpy(error->message, draft, len);
    memcpy(error->message + len, cut ? ELLIPSIS : "", cut ? sizeof(ELLIPSIS) : 1);
}

static void set_code(struct gm_error *error, enum gm_err code)
{
    error->code = code;
    error->retriable = code == GM_ERR_BUSY || code == GM_ERR_FULL || code == GM_ERR_NETWORK;
}

// Formats into `draft`, which may stand in no relation to the arguments: these may well point
// into the message that is about to be replaced.
__attribute__((format(printf, 2, 0))) static void write_draft(char draft[DRAFT_BYTES],
                                                              const char *format, va_list args)
{
    if (vsnprintf(draft, DRAFT_BYTES, format, args) < 0)
        draft[0] = '\0';
}

enum gm_err gm_error_set(struct gm_error *error, enum gm_err code, const char *format, ...)
{
    if (!error)
        return code;
    char draft[DRAFT_BYTES];
    va_list args;
    va_start(args, format);
    write_draft(draft, format, args);
    va_end(args);
    set_message(error, draft);
    set_code(error, code);
    return code;
}

static enum gm_err code_of_errno(int errno_value)
{
    switch (errno_value) {
    case ENOMEM:
        return GM_ERR_NOMEM;
    case ENOSPC:
    case EDQUOT:
        return GM_ERR_FULL;
    case EACCES:
    case EPERM:
    case EROFS:
        return GM_ERR_DENIED;
    case ENOENT:
        return GM_ERR_NOT_FOUND;
    default:
        return GM_ERR_IO;
    }
}

enum gm_err gm_error_errno(struct gm_error *error, int errno_value, const char *format, ...)
{
    enum gm_err code = code_of_errno(errno_value);
    if (!error)
        return code;
    char draft[DRAFT_BYTES];
    va_list args;
    va_start(args, format);
    write_draft(draft, format, args);
    va_end(args);
    size_t len = strlen(draft);
    char text[128];
    snprintf(draft + len, sizeof(draft) - len, ": %s", strerror_r(errno_value, text, sizeof(text)));
    set_message(error, draft);
    set_code(error, code);
    return code;
}

enum gm_err gm_error_prefix(struct gm_error *error, const char *format, ...)
{
    if (!error)
        return GM_ERR_INTERNAL;
    char draft[DRAFT_BYTES];
    va_list args;
    va_start(args, format);
    write_draft(draft, format, args);
    va_end(args);
    size_t len = strlen(draft);
    snprintf(draft + len, sizeof(draft) - len, ": %s", error->message);
    set_message(error, draft);
    return error->code;
}

const char *gm_err_name(enum gm_err code)
{
    static const char *const names[] = {
        [GM_OK] = "ok",
        [GM_ERR_NOMEM] = "nomem",
        [GM_ERR_IO] = "io",
        [GM_ERR_INVALID] = "invalid",
        [GM_ERR_LIMIT] = "limit",
        [GM_ERR_FULL] = "full",
        [GM_ERR_BUSY] = "busy",
        [GM_ERR_CORRUPT] = "corrupt",
        [GM_ERR_NOT_FOUND] = "not_found",
        [GM_ERR_DENIED] = "denied",
        [GM_ERR_STOPPED] = "stopped",
        [GM_ERR_FENCED] = "fenced",
        [GM_ERR_NETWORK] = "network",
        [GM_ERR_UNSUPPORTED] = "unsupported",
        [GM_ERR_INTERNAL] = "internal",
    };
    return (size_t)code < sizeof(names) / sizeof(names[0]) ? names[code] : "unknown";
}
