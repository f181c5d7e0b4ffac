// Lines out of a sliding window over the file's bytes.
#include "feed/line_reader.h"

#include "feed/byte_source.h"

#include <assert.h>
#include <stdlib.h>

enum {
    // What is kept of a line at most: what it may have, a byte order mark, and a CR whose LF is
    // still
    // to come.
    KEPT_BYTES = GM_LINE_BYTES_MAX + 4,
    // Read at once; small enough to stay in the core's own cache until it has been decoded.
    CHUNK_BYTES = 256 * 1024,
    WINDOW_BYTES = KEPT_BYTES + CHUNK_BYTES,
};

struct gm_line_reader {
    struct gm_byte_source source;
    const char *name;               // inside source.path
    struct gm_line_position before; // where window[begin] stands
    size_t begin, end;              // what of the window is filled and not yet given
    size_t scanned;                 // no LF in window[begin..scanned)
    int64_t dropped_bytes;          // of the line at `begin`, past what is kept
    char window[WINDOW_BYTES];
};

enum gm_err gm_line_reader_open(const char *path, struct gm_line_reader **ret_reader,
                                struct gm_error *error)
{
    struct gm_line_reader *reader = malloc(sizeof *reader);
    if (!reader)
        return gm_error_set(error, GM_ERR_NOMEM, "%s: out of memory", path);
    enum gm_err err = gm_byte_source_init(&reader->source, path, error);
    if (err) {
        free(reader);
        return err;
    }
    const char *slash = strrchr(reader->source.path, '/');
    reader->name = slash ? slash + 1 : reader->source.path;
    reader->before = (struct gm_line_position){0};
    reader->begin = reader->end = reader->scanned = 0;
    reader->dropped_bytes = 0;
    *ret_reader = reader;
    return GM_OK;
}

void gm_line_reader_close(struct gm_line_reader *reader)
{
    if (reader) {
        gm_byte_source_finish(&reader->source);
        free(reader);
    }
}

enum gm_err gm_line_reader_seek(struct gm_line_reader *reader,
                                const struct gm_line_position *position, struct gm_error *error)
{
    assert(reader->end == 0 && reader->before.offset_bytes == 0);
    enum gm_err err = gm_byte_source_skip(&reader->source, position->offset_bytes, error);
    if (!err)
        reader->before = *position;
    return err;
}

// Reads on behind the beginning of a line, of which only KEPT_BYTES stay.
static enum gm_err read_on(struct gm_line_reader *reader, struct gm_error *error)
{
    size_t held = reader->end - reader->begin;
    if (held > KEPT_BYTES) {
        reader->dropped_bytes += (int64_t)(held - KEPT_BYTES);
        held = KEPT_BYTES;
    }
    memmove(reader->window, reader->window + reader->begin, held);
    reader->begin = 0;
    reader->end = reader->scanned = held;
    size_t got = 0;
    enum gm_err err =
        gm_byte_source_read(&reader->source, reader->window + held, CHUNK_BYTES, &got, error);
    if (!err)
        reader->end += got;
    return err;
}

static void pass_over_mark(struct gm_line *line)
{
    static const char mark[] = {'\xef', '\xbb', '\xbf'};
    if (line->number == 1 && line->text.len >= sizeof mark &&
        memcmp(line->text.data, mark, sizeof mark) == 0) {
        line->text.data += sizeof mark;
        line->text.len -= sizeof mark;
        line->bytes -= (int64_t)sizeof mark;
    }
}

// Takes `held` bytes from the window as one line; an LF stands behind them if it is `terminated`.
static struct gm_line take(struct gm_line_reader *reader, size_t held, bool terminated)
{
    struct gm_line line = {.terminated = terminated, .number = reader->before.line + 1};
    int64_t consumed = (int64_t)held + reader->dropped_bytes + terminated;
    line.text = (struct gm_str){reader->window + reader->begin, held};
    if (terminated && held > 0 && line.text.data[held - 1] == '\r')
        line.text.len--;
    line.bytes = (int64_t)line.text.len + reader->dropped_bytes;
    pass_over_mark(&line);
    if (line.bytes > GM_LINE_BYTES_MAX) {
        line.kind = GM_LINE_TOO_LONG;
        line.text.len = GM_LINE_BYTES_MAX;
    }
    line.after = (struct gm_line_position){reader->before.offset_bytes + consumed, line.number};
    reader->before = line.after;
    reader->begin += held + terminated;
    reader->scanned = reader->begin;
    reader->dropped_bytes = 0;
    return line;
}

// What the last bytes make: a line without an end, one that is cut, or nothing.
static struct gm_line take_last(struct gm_line_reader *reader)
{
    struct gm_line line;
    if (reader->end > reader->begin) {
        line = take(reader, reader->end - reader->begin, false);
        if (reader->source.fault)
            line.kind = GM_LINE_CUT;
        return line;
    }
    return (struct gm_line){
        .kind = reader->source.fault ? GM_LINE_CUT : GM_LINE_END,
        .number = reader->before.line + 1,
        .after = reader->before,
    };
}

enum gm_err gm_line_reader_next(struct gm_line_reader *reader, struct gm_line *ret_line,
                                struct gm_error *error)
{
    for (;;) {
        const char *start = reader->window + reader->begin;
        const char *lf =
            memchr(reader->window + reader->scanned, '\n', reader->end - reader->scanned);
        if (lf) {
            *ret_line = take(reader, (size_t)(lf - start), true);
            return GM_OK;
        }
        if (reader->source.ended) {
            *ret_line = take_last(reader);
            return GM_OK;
        }
        reader->scanned = reader->end;
        enum gm_err err = read_on(reader, error);
        if (err)
            return err;
    }
}

const char *gm_line_reader_name(const struct gm_line_reader *reader)
{
    return reader->name;
}

const char *gm_line_reader_fault(const struct gm_line_reader *reader)
{
    return reader->source.fault_reason;
}

void gm_line_reader_progress(const struct gm_line_reader *reader, int64_t *ret_read_bytes,
                             int64_t *ret_total_bytes)
{
    // What of a plain file waits in the window is not used up yet; of gzip data it cannot be told.
    *ret_read_bytes = reader->source.gzip
                          ? reader->source.taken_bytes - reader->source.inflate.avail_in
                          : reader->before.offset_bytes;
    *ret_total_bytes = reader->source.size_bytes;
}
