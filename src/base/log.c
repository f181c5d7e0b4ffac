// The log: a line is put together on the stack and leaves in one write.
#include "base/log.h"

#include "base/clock.h"
#include "base/str.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static struct {
    enum gm_log_level level;
    enum gm_log_format format;
    int fd;
    bool colour;
} settings = {GM_LOG_INFO, GM_LOG_TEXT, STDERR_FILENO, false};

static const struct {
    const char *name, *colour;
} levels[] = {
    [GM_LOG_ERROR] = {"error", "\033[31m"},
    [GM_LOG_WARN] = {"warn", "\033[33m"},
    [GM_LOG_INFO] = {"info", "\033[32m"},
    [GM_LOG_DEBUG] = {"debug", "\033[2m"},
};

void gm_log_init(enum gm_log_level level, enum gm_log_format format, int fd, bool colour)
{
    settings.level = level;
    settings.format = format;
    settings.fd = fd;
    settings.colour = colour;
}

bool gm_log_enabled(enum gm_log_level level)
{
    return level <= settings.level;
}

static const char CUT[] = "… (cut)";

// A line in the making. What must still fit behind the text is kept free by `room`.
struct line {
    char data[GM_LOG_LINE_BYTES];
    size_t len, room;
};

// False when it does not fit; then nothing was added.
static bool line_add(struct line *line, const char *data, size_t len)
{
    if (len > line->room - line->len)
        return false;
    memcpy(line->data + line->len, data, len);
    line->len += len;
    return true;
}

static void line_add_c(struct line *line, const char *text)
{
    line_add(line, text, strlen(text));
}

// One character as the format wants it; `len` 0: a byte that is no character. Returns what to add.
static size_t escape(const char *data, size_t len, uint32_t code_point, char out[8])
{
    const bool json = settings.format == GM_LOG_JSON;
    const char *printf_format = json ? "\\u%04x" : "\\x%02x";
    if (len == 0 && json)
        return (size_t)sprintf(out, "\uFFFD");
    if (len == 0)
        return (size_t)sprintf(out, "\\x%02x", (unsigned char)*data);
    if (code_point == '\n' || code_point == '\t' || code_point == '\r') {
        out[0] = '\\';
        out[1] = code_point == '\n' ? 'n' : code_point == '\t' ? 't' : 'r';
        return 2;
    }
    // C0, DEL and C1: all that a terminal may take for a command.
    if (code_point < 0x20 || (code_point >= 0x7f && code_point < 0xa0))
        return (size_t)snprintf(out, 8, printf_format, code_point);
    size_t at = 0;
    if (json && (code_point == '"' || code_point == '\\'))
        out[at++] = '\\';
    memcpy(out + at, data, len);
    return at + len;
}

// Adds the text escaped, or as much of it as fits and CUT.
static void line_add_text(struct line *line, struct gm_str text)
{
    const size_t whole_room = line->room;
    size_t cut_at = line->len; // the last place from which CUT still fits
    size_t bad = text.len;
    bool valid = gm_utf8_valid(text, &bad);
    for (size_t at = 0; at < text.len;) {
        uint32_t code_point = 0;
        const char *character = text.data + at;
        size_t len = 0;
        if (!valid && at == bad) {
            at++;
            struct gm_str rest = {text.data + at, text.len - at};
            valid = gm_utf8_valid(rest, &bad);
            bad += at;
        } else {
            code_point = gm_utf8_next(text, &at);
            len = (size_t)(text.data + at - character);
        }
        if (line->len + sizeof(CUT) - 1 <= whole_room)
            cut_at = line->len;
        char escaped[8];
        if (!line_add(line, escaped, escape(character, len, code_point, escaped))) {
            line->len = cut_at;
            line_add(line, CUT, sizeof(CUT) - 1);
            return;
        }
    }
}

static void line_add_time(struct line *line)
{
    struct timespec now;
    struct tm utc;
    char text[64];
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    size_t len = strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &utc);
    len += (size_t)snprintf(text + len, sizeof(text) - len, ".%03dZ", (int)(now.tv_nsec / 1000000));
    line_add(line, text, len);
}

static void begin_text(struct line *line, enum gm_log_level level, const char *part)
{
    char head[64];
    line_add_time(line);
    snprintf(head, sizeof(head), " %s%-5s%s ", settings.colour ? levels[level].colour : "",
             levels[level].name, settings.colour ? "\033[0m" : "");
    line_add_c(line, head);
    snprintf(head, sizeof(head), "%-8s ", part);
    line_add_c(line, head);
}

static void begin_json(struct line *line, enum gm_log_level level, const char *part)
{
    line_add_c(line, "{\"time\":\"");
    line_add_time(line);
    line_add_c(line, "\",\"level\":\"");
    line_add_c(line, levels[level].name);
    line_add_c(line, "\",\"part\":\"");
    line_add_text(line, gm_str(part));
    line_add_c(line, "\",\"message\":\"");
}

void gm_log(enum gm_log_level level, const char *part, const char *format, ...)
{
    if (!gm_log_enabled(level))
        return;
    char message[GM_LOG_LINE_BYTES];
    va_list args;
    va_start(args, format);
    int message_len = vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    if (message_len < 0)
        return;

    const char *end = settings.format == GM_LOG_JSON ? "\"}\n" : "\n";
    struct line line = {.room = sizeof(line.data) - strlen(end)};
    if (settings.format == GM_LOG_JSON)
        begin_json(&line, level, part);
    else
        begin_text(&line, level, part);
    // A message as long as the line cannot fit behind the head, so one that vsnprintf cut is
    // always cut here as well, and marked.
    line_add_text(&line, gm_str(message));
    line.room = sizeof(line.data);
    line_add_c(&line, end);
    while (write(settings.fd, line.data, line.len) < 0 && errno == EINTR)
        ;
}
