// A row as text: a JSON object, or a line of CSV.
//
// Times are RFC 3339 in UTC, numbers have their shortest exact form. A BLOB is two fields, NAME
// and NAME_base64, of which one is NULL: the first where the bytes are not UTF-8 or hold a NUL.
#ifndef GM_STORE_ROW_TEXT_H
#define GM_STORE_ROW_TEXT_H

#include "base/buffer.h"
#include "store/rows.h"

// The current row as an object without a newline; NULL is null.
void gm_row_write_json(const struct gm_rows *rows, struct gm_buffer *out);

// Its first `count` fields (1 …), and no closing brace: for an object that has more.
void gm_row_write_json_fields(const struct gm_rows *rows, int count, struct gm_buffer *out);
// The values alone, as an array.
void gm_row_write_json_values(const struct gm_rows *rows, struct gm_buffer *out);
void gm_row_write_json_value(const struct gm_rows *rows, int column, struct gm_buffer *out);

// The names, and the current row, as a line of CSV: RFC 4180, but ended by a line feed alone. NULL
// is an empty field, the empty text is "".
void gm_row_write_csv_header(const struct gm_rows *rows, struct gm_buffer *out);
void gm_row_write_csv(const struct gm_rows *rows, struct gm_buffer *out);

#endif
