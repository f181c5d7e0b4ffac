// The lines of a recorded file, with a bound on what is held in memory.
//
// Lines end with LF or CRLF; the last one need not. A UTF-8 byte order mark before the first is
// passed over. One thread at a time.
#ifndef GM_FEED_LINE_READER_H
#define GM_FEED_LINE_READER_H

#include "base/error.h"
#include "base/str.h"
#include "event/event.h"

#include <stdbool.h>
#include <stdint.h>

enum { GM_LINE_BYTES_MAX = GM_MESSAGE_BYTES_MAX }; // without what ends it

// A place between two lines.
struct gm_line_position {
    int64_t offset_bytes; // decompressed
    int64_t line;         // lines before it
};

enum gm_line_kind {
    GM_LINE_WHOLE,
    GM_LINE_TOO_LONG, // `text` is its first GM_LINE_BYTES_MAX bytes; the rest was never held
    GM_LINE_CUT,      // the gzip data breaks off here; `text` is what came out of the line
    GM_LINE_END,
};

struct gm_line {
    enum gm_line_kind kind;
    struct gm_str text;            // without what ends it; valid until the next call
    int64_t bytes;                 // its length in the file; > text.len where it is too long
    bool terminated;               // something ends it
    int64_t number;                // from 1
    struct gm_line_position after; // where the next line begins
};

struct gm_line_reader;

// Errors as gm_byte_source_init.
enum gm_err gm_line_reader_open(const char *path, struct gm_line_reader **ret_reader,
                                struct gm_error *error);
void gm_line_reader_close(struct gm_line_reader *reader); // NULL is fine

// Makes `position`, an earlier line's `after`, the place where a fresh reader begins. A gzip file
// is decompressed up to there. GM_ERR_INVALID when the file ends before it.
enum gm_err gm_line_reader_seek(struct gm_line_reader *reader,
                                const struct gm_line_position *position, struct gm_error *error);

// Gives the next line. GM_LINE_CUT comes once with the rest of a line where there is one, then
// without; like GM_LINE_END it is given again and again. GM_ERR_IO: call again to go on.
enum gm_err gm_line_reader_next(struct gm_line_reader *reader, struct gm_line *ret_line,
                                struct gm_error *error);

// The file's name without its folders.
const char *gm_line_reader_name(const struct gm_line_reader *reader);

// Why the gzip data breaks off; for a GM_LINE_CUT.
const char *gm_line_reader_fault(const struct gm_line_reader *reader);

// Bytes of the file on disk that have been used up, and all of them.
void gm_line_reader_progress(const struct gm_line_reader *reader, int64_t *ret_read_bytes,
                             int64_t *ret_total_bytes);

#endif
