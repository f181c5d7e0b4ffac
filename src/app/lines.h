// Texts from a descriptor, one a line, for commands that answer each line: those that are there at
// once, in constant memory.
#ifndef GM_APP_LINES_H
#define GM_APP_LINES_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    GM_LINES_MAX = 1024,             // of one call
    GM_LINE_BYTES_MAX = 1024 * 1024, // of one line, without its end
};

struct gm_lines {
    int fd;
    const char *name;
    bool json;
    int64_t number; // of the last line given, from 1
    char *input;    // the unread part is [begin, end)
    size_t begin, end;
    bool at_end; // of the descriptor
    struct gm_arena arena;
    struct gm_str texts[GM_LINES_MAX];
    struct gm_error failed; // found behind lines that were good
};

// `fd` is lent, and `name` stands in messages: "stdin". `json`: each line is a JSON string, which
// is taken out of its escapes. Lines end with "\n" or "\r\n"; the last one may lack it.
enum gm_err gm_lines_open(struct gm_lines *lines, int fd, const char *name, bool json,
                          struct gm_error *error);
void gm_lines_close(struct gm_lines *lines);

// Waits for a whole line and gives it with those that came with it, at most GM_LINES_MAX; none at
// the end. They are valid until the next call. GM_ERR_INVALID: a line is no JSON string.
// GM_ERR_LIMIT: one is over the limit. Either names the line, and the lines before it were given.
enum gm_err gm_lines_next(struct gm_lines *lines, const struct gm_str **ret_texts,
                          size_t *ret_count, struct gm_error *error);

// Writes answers to stdout, where they are seen at once.
enum gm_err gm_lines_answer(const struct gm_buffer *answers, struct gm_error *error);

#endif
