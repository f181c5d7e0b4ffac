// Reads .env, a line at a time; the grammar stands in the header.
#include "app/config/env_file.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

// The line at hand, and what of it is still to be read.
struct line {
    const char *path;
    size_t number; // from 1
    struct gm_str left;
    struct gm_str name; // of its variable; empty until it is known
};

static enum gm_err fail(const struct line *line, const char *what, struct gm_error *error)
{
    int shown = line->name.len < 80 ? (int)line->name.len : 80;
    return gm_error_set(error, GM_ERR_INVALID, "%s:%zu: %.*s%s%s", line->path, line->number, shown,
                        line->name.data ? line->name.data : "", shown > 0 ? ": " : "", what);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static void skip(struct gm_str *text, size_t bytes)
{
    text->data += bytes;
    text->len -= bytes;
}

static void skip_blanks(struct gm_str *text)
{
    while (text->len > 0 && is_blank(text->data[0])) {
        skip(text, 1);
    }
}

// ------------------------------------------------------------------------- values

static enum gm_err read_single_quoted(struct line *line, struct gm_buffer *value,
                                      struct gm_error *error)
{
    const char *end = memchr(line->left.data, '\'', line->left.len);
    if (!end) {
        return fail(line, "the quote (') is not closed in this line", error);
    }
    size_t len = (size_t)(end - line->left.data);
    gm_buffer_append(value, line->left.data, len);
    skip(&line->left, len + 1);
    return GM_OK;
}

// What stands behind a backslash, or 0.
static char unescape(char c)
{
    switch (c) {
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    case '\\':
    case '"':
    case '$':
        return c;
    default:
        return 0;
    }
}

static enum gm_err read_double_quoted(struct line *line, struct gm_buffer *value,
                                      struct gm_error *error)
{
    while (line->left.len > 0) {
        char c = line->left.data[0];
        skip(&line->left, 1);
        if (c == '"') {
            return GM_OK;
        }
        if (c == '\\') {
            c = line->left.len > 0 ? unescape(line->left.data[0]) : 0;
            if (c == 0) {
                return fail(line,
                            "after \\ only one of \\ \" $ n r t can stand; single quotes "
                            "take all as written",
                            error);
            }
            skip(&line->left, 1);
        }
        gm_buffer_append_byte(value, c);
    }
    return fail(line, "the quote (\") is not closed in this line", error);
}

static void read_plain(struct line *line, struct gm_buffer *value)
{
    size_t len = 0, end = 0;
    while (len < line->left.len) {
        bool blank = is_blank(line->left.data[len]);
        if (line->left.data[len] == '#' && (len == 0 || is_blank(line->left.data[len - 1]))) {
            break;
        }
        len++;
        end = blank ? end : len;
    }
    gm_buffer_append(value, line->left.data, end);
    skip(&line->left, len);
}

static enum gm_err read_value(struct line *line, struct gm_buffer *value, struct gm_error *error)
{
    bool blank = line->left.len > 0 && is_blank(line->left.data[0]);
    skip_blanks(&line->left);
    char quote = line->left.len > 0 ? line->left.data[0] : 0;
    if (quote != '\'' && quote != '"') {
        if (quote == '#' && !blank) {
            return fail(line, "a value that begins with # stands in quotes", error);
        }
        read_plain(line, value);
        return GM_OK;
    }
    skip(&line->left, 1);
    enum gm_err err = quote == '\'' ? read_single_quoted(line, value, error)
                                    : read_double_quoted(line, value, error);
    if (err) {
        return err;
    }
    size_t before = line->left.len;
    skip_blanks(&line->left);
    if (line->left.len > 0 && (line->left.data[0] != '#' || line->left.len == before)) {
        return fail(line, "only a comment can stand behind the closing quote", error);
    }
    return GM_OK;
}

// ------------------------------------------------------------------------- lines

static enum gm_err read_name(struct line *line, struct gm_error *error)
{
    static const char word[] = "export";
    const size_t word_len = sizeof word - 1;
    if (line->left.len > word_len && memcmp(line->left.data, word, word_len) == 0 &&
        is_blank(line->left.data[word_len])) {
        skip(&line->left, word_len);
        skip_blanks(&line->left);
    }
    size_t len = 0;
    while (len < line->left.len &&
           (is_letter(line->left.data[len]) ||
            (len > 0 && line->left.data[len] >= '0' && line->left.data[len] <= '9'))) {
        len++;
    }
    if (len == 0 || len == line->left.len || line->left.data[len] != '=') {
        return fail(line, "NAME=value must stand here, without a blank before the =", error);
    }
    line->name = (struct gm_str){line->left.data, len};
    skip(&line->left, len + 1);
    return GM_OK;
}

// Copies name and value; an empty value stays, so that its name is known to stand.
static enum gm_err add(struct gm_env_file *file, const struct line *line, struct gm_str value,
                       struct gm_error *error)
{
    struct gm_env_variable *to = &file->variables[file->count];
    assert(line->name.data);
    to->name = strndup(line->name.data, line->name.len);
    to->value = strndup(value.data ? value.data : "", value.len);
    to->line = line->number;
    file->count++;
    if (!to->name || !to->value) {
        return gm_error_set(error, GM_ERR_NOMEM, "out of memory");
    }
    return GM_OK;
}

static enum gm_err check_new(const struct gm_env_file *file, const struct line *line,
                             struct gm_error *error)
{
    for (size_t i = 0; i < file->count; i++) {
        if (gm_str_equal(gm_str(file->variables[i].name), line->name)) {
            return gm_error_set(error, GM_ERR_INVALID, "%s:%zu: %s stands twice, first in line %zu",
                                line->path, line->number, file->variables[i].name,
                                file->variables[i].line);
        }
    }
    if (file->count == GM_ENV_FILE_VARIABLES_MAX) {
        return gm_error_set(error, GM_ERR_LIMIT, "%s:%zu: more than %d variables", line->path,
                            line->number, GM_ENV_FILE_VARIABLES_MAX);
    }
    return GM_OK;
}

static enum gm_err read_line(struct gm_env_file *file, struct line *line, struct gm_error *error)
{
    for (size_t i = 0; i < line->left.len; i++) {
        unsigned char c = (unsigned char)line->left.data[i];
        if ((c < 0x20 && c != '\t') || c == 0x7f) {
            return fail(line, "a control character cannot stand here", error);
        }
    }
    skip_blanks(&line->left);
    if (line->left.len == 0 || line->left.data[0] == '#') {
        return GM_OK;
    }
    enum gm_err err = read_name(line, error);
    if (err || (err = check_new(file, line, error))) {
        return err;
    }
    struct gm_buffer value;
    gm_buffer_init(&value, GM_ENV_FILE_BYTES_MAX);
    err = read_value(line, &value, error);
    if (!err) {
        err = gm_buffer_ok(&value, error);
    }
    if (!err) {
        err = add(file, line, gm_buffer_str(&value), error);
    }
    if (value.data) {
        explicit_bzero(value.data, value.capacity);
    }
    gm_buffer_finish(&value);
    return err;
}

static enum gm_err read_lines(struct gm_env_file *file, struct gm_str text, struct gm_error *error)
{
    struct line line = {.path = file->path};
    enum gm_err err = GM_OK;
    while (text.len > 0 && !err) {
        const char *end = memchr(text.data, '\n', text.len);
        size_t len = end ? (size_t)(end - text.data) : text.len;
        size_t taken = end ? len + 1 : len;
        bool carriage = end && len > 0 && text.data[len - 1] == '\r';
        line.number++;
        line.left = (struct gm_str){text.data, carriage ? len - 1 : len};
        line.name = (struct gm_str){NULL, 0};
        err = read_line(file, &line, error);
        skip(&text, taken);
    }
    return err;
}

enum gm_err gm_env_file_read(struct gm_str text, const char *path, struct gm_env_file *ret_file,
                             struct gm_error *error)
{
    struct gm_env_file file = {.path = path};
    size_t at;
    if (text.len > GM_ENV_FILE_BYTES_MAX) {
        return gm_error_set(error, GM_ERR_LIMIT, "%s: over the limit of %d bytes", path,
                            GM_ENV_FILE_BYTES_MAX);
    }
    if (!gm_utf8_valid(text, &at)) {
        return gm_error_set(error, GM_ERR_INVALID, "%s: not UTF-8 text, at byte %zu", path, at);
    }
    file.variables = calloc(GM_ENV_FILE_VARIABLES_MAX, sizeof *file.variables);
    if (!file.variables) {
        return gm_error_set(error, GM_ERR_NOMEM, "out of memory");
    }
    enum gm_err err = read_lines(&file, text, error);
    if (err) {
        gm_env_file_finish(&file);
        return err;
    }
    *ret_file = file;
    return GM_OK;
}

void gm_env_file_finish(struct gm_env_file *file)
{
    for (size_t i = 0; i < file->count; i++) {
        struct gm_env_variable *variable = &file->variables[i];
        if (variable->value) {
            explicit_bzero(variable->value, strlen(variable->value));
        }
        free(variable->value);
        free(variable->name);
    }
    free(file->variables);
    *file = (struct gm_env_file){0};
}

const struct gm_env_variable *gm_env_file_find(const struct gm_env_file *file, const char *name)
{
    for (size_t i = 0; i < file->count; i++) {
        if (strcmp(file->variables[i].name, name) == 0) {
            return &file->variables[i];
        }
    }
    return NULL;
}
