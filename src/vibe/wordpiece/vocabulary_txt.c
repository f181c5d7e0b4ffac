// vocab.txt: a piece a line, its id the number of the line from 0. Lines end with LF or CRLF.
#include "vibe/wordpiece/vocabulary.h"

#include <string.h>

static size_t count_lines(struct gm_str text)
{
    size_t count = 0;
    for (const char *at = text.data, *end = text.data + text.len; at < end; count++) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        at = newline ? newline + 1 : end;
    }
    return count;
}

static enum gm_err add_lines(struct gm_str text, struct gm_vocabulary *vocabulary,
                             struct gm_error *error)
{
    uint32_t id = 0;
    for (const char *at = text.data, *end = text.data + text.len; at < end; id++) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        const char *stop = newline ? newline : end;
        struct gm_str line = {at, (size_t)(stop - at)};
        if (line.len > 0 && line.data[line.len - 1] == '\r')
            line.len--;
        const enum gm_err err = gm_vocabulary_add(vocabulary, line, id, error);
        if (err) {
            gm_error_prefix(error, "line %u", id + 1);
            return err;
        }
        at = newline ? newline + 1 : end;
    }
    return GM_OK;
}

enum gm_err gm_vocabulary_read_txt(struct gm_str text, struct gm_vocabulary *ret_vocabulary,
                                   struct gm_error *error)
{
    const size_t lines = count_lines(text);
    if (lines > GM_VOCABULARY_PIECES_MAX)
        return gm_error_set(error, GM_ERR_LIMIT, "%zu word pieces; the limit is %d", lines,
                            GM_VOCABULARY_PIECES_MAX);
    struct gm_vocabulary vocabulary;
    enum gm_err err = gm_vocabulary_init(&vocabulary, lines, error);
    if (err)
        return err;
    err = add_lines(text, &vocabulary, error);
    if (!err)
        err = gm_vocabulary_complete(&vocabulary, error);
    if (err) {
        gm_vocabulary_finish(&vocabulary);
        return err;
    }
    *ret_vocabulary = vocabulary;
    return GM_OK;
}
