// Lines of a descriptor; see lines.h.
#include "app/lines.h"

#include "base/json.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    READ_BYTES = 256 * 1024,
    INPUT_BYTES = GM_LINE_BYTES_MAX + READ_BYTES,
};

enum gm_err gm_lines_open(struct gm_lines *lines, int fd, const char *name, bool json,
                          struct gm_error *error)
{
    char *input = malloc(INPUT_BYTES);
    if (!input)
        return gm_error_set(error, GM_ERR_NOMEM, "%s: out of memory", name);
    *lines = (struct gm_lines){.fd = fd, .name = name, .json = json, .input = input};
    gm_arena_init(&lines->arena, READ_BYTES, INPUT_BYTES * 2);
    return GM_OK;
}

void gm_lines_close(struct gm_lines *lines)
{
    gm_arena_finish(&lines->arena);
    free(lines->input);
    lines->input = NULL;
}

// Takes the next whole line out of the input; at the descriptor's end, what is left.
static bool take_line(struct gm_lines *lines, struct gm_str *ret_line)
{
    char *start = lines->input + lines->begin;
    const size_t left = lines->end - lines->begin;
    char *newline = left > 0 ? memchr(start, '\n', left) : NULL;
    if (!newline && (!lines->at_end || left == 0))
        return false;
    size_t len = newline ? (size_t)(newline - start) : left;
    lines->begin += len + (newline != NULL);
    if (len > 0 && start[len - 1] == '\r')
        len--;
    *ret_line = (struct gm_str){start, len};
    return true;
}

static enum gm_err decode(struct gm_lines *lines, struct gm_str *line, struct gm_error *error)
{
    enum gm_err err = GM_OK;
    if (line->len > GM_LINE_BYTES_MAX)
        err = gm_error_set(error, GM_ERR_LIMIT, "a line over %d bytes", GM_LINE_BYTES_MAX);
    if (!err && lines->json) {
        struct gm_json json;
        gm_json_init(&json, *line, &lines->arena);
        err = gm_json_string(&json, line, error);
        if (!err)
            err = gm_json_end(&json, error);
    }
    return err ? gm_error_prefix(error, "%s:%" PRId64, lines->name, lines->number) : GM_OK;
}

// Takes all whole lines that are there; returns how many.
static size_t take_lines(struct gm_lines *lines)
{
    size_t count = 0;
    gm_arena_reset(&lines->arena);
    while (count < GM_LINES_MAX && take_line(lines, &lines->texts[count])) {
        lines->number++;
        if (decode(lines, &lines->texts[count], &lines->failed))
            break;
        count++;
    }
    return count;
}

// Reads more into the input, which holds no whole line.
static enum gm_err read_more(struct gm_lines *lines, struct gm_error *error)
{
    memmove(lines->input, lines->input + lines->begin, lines->end - lines->begin);
    lines->end -= lines->begin;
    lines->begin = 0;
    if (lines->end > GM_LINE_BYTES_MAX + 1) // a "\r" may be its last byte
        return gm_error_set(error, GM_ERR_LIMIT, "%s:%" PRId64 ": a line over %d bytes",
                            lines->name, lines->number + 1, GM_LINE_BYTES_MAX);
    ssize_t got;
    do
        got = read(lines->fd, lines->input + lines->end, INPUT_BYTES - lines->end);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return gm_error_errno(error, errno, "%s", lines->name);
    lines->end += (size_t)got;
    lines->at_end = got == 0;
    return GM_OK;
}

enum gm_err gm_lines_next(struct gm_lines *lines, const struct gm_str **ret_texts,
                          size_t *ret_count, struct gm_error *error)
{
    size_t count = 0;
    for (;;) {
        if (!lines->failed.code)
            count = take_lines(lines);
        if (count == 0 && lines->failed.code) {
            if (error)
                *error = lines->failed;
            return lines->failed.code;
        }
        if (count > 0 || lines->at_end)
            break;
        enum gm_err err = read_more(lines, error);
        if (err)
            return err;
    }
    *ret_texts = lines->texts;
    *ret_count = count;
    return GM_OK;
}

enum gm_err gm_lines_answer(const struct gm_buffer *answers, struct gm_error *error)
{
    const enum gm_err err = gm_buffer_ok(answers, error);
    if (err)
        return err;
    if (fwrite(answers->data, 1, answers->len, stdout) != answers->len || fflush(stdout) != 0)
        return gm_error_errno(error, errno, "stdout");
    return GM_OK;
}
