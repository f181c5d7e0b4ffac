// Rows as JSON and CSV. Both walk over the same fields; a format is a way to write a text.
#include "store/row_text.h"

#include "base/json.h"
#include "base/number.h"
#include "event/base64.h"
#include "event/timestamp.h"

#include <math.h>
#include <string.h>

static const char BASE64_SUFFIX[] = "_base64";

// ------------------------------------------------------------------------- fields

static bool is_plain_text(struct gm_str bytes)
{
    return gm_utf8_valid(bytes, NULL) && (bytes.len == 0 || !memchr(bytes.data, '\0', bytes.len));
}

// A time as text, or len 0 where the table holds one that no calendar writes (infinity).
static size_t write_time(int64_t us, char out[GM_TIMESTAMP_BYTES])
{
    if (us < GM_TIMESTAMP_MIN_US || us > GM_TIMESTAMP_MAX_US)
        return 0;
    return gm_timestamp_write(us, out);
}

// ------------------------------------------------------------------------- JSON

static void write_json_blob(const struct gm_rows *rows, int column, struct gm_buffer *out)
{
    struct gm_str bytes = gm_rows_text(rows, column);
    bool null = gm_rows_is_null(rows, column);
    bool plain = is_plain_text(bytes);
    if (plain && !null)
        gm_json_write_string(out, bytes);
    else
        gm_buffer_append_c(out, "null");
    gm_buffer_append_c(out, ",\"");
    gm_buffer_append_str(out, rows->columns[column].name);
    gm_buffer_append_c(out, BASE64_SUFFIX);
    gm_buffer_append_c(out, "\":");
    if (plain) {
        gm_buffer_append_c(out, "null");
        return;
    }
    gm_buffer_append_byte(out, '"');
    gm_base64_write(out, bytes);
    gm_buffer_append_byte(out, '"');
}

static void write_json_time(int64_t us, struct gm_buffer *out)
{
    char text[GM_TIMESTAMP_BYTES];
    size_t len = write_time(us, text);
    if (len)
        gm_json_write_string(out, (struct gm_str){text, len});
    else
        gm_buffer_append_c(out, "null");
}

void gm_row_write_json_value(const struct gm_rows *rows, int column, struct gm_buffer *out)
{
    duckdb_type type = rows->columns[column].type;
    if (type == DUCKDB_TYPE_BLOB)
        write_json_blob(rows, column, out);
    else if (gm_rows_is_null(rows, column))
        gm_buffer_append_c(out, "null");
    else if (type == DUCKDB_TYPE_VARCHAR)
        gm_json_write_string(out, gm_rows_text(rows, column));
    else if (type == DUCKDB_TYPE_DOUBLE)
        gm_json_write_number(out, gm_rows_double(rows, column));
    else if (type == DUCKDB_TYPE_BOOLEAN)
        gm_buffer_append_c(out, gm_rows_bool(rows, column) ? "true" : "false");
    else if (type == DUCKDB_TYPE_TIMESTAMP_TZ)
        write_json_time(gm_rows_int(rows, column), out);
    else
        gm_json_write_integer(out, gm_rows_int(rows, column));
}

void gm_row_write_json_fields(const struct gm_rows *rows, int count, struct gm_buffer *out)
{
    for (int i = 0; i < count; i++) {
        gm_buffer_append_c(out, i == 0 ? "{\"" : ",\"");
        gm_buffer_append_str(out, rows->columns[i].name);
        gm_buffer_append_c(out, "\":");
        gm_row_write_json_value(rows, i, out);
    }
}

void gm_row_write_json(const struct gm_rows *rows, struct gm_buffer *out)
{
    gm_row_write_json_fields(rows, rows->columns_count, out);
    gm_buffer_append_byte(out, '}');
}

void gm_row_write_json_values(const struct gm_rows *rows, struct gm_buffer *out)
{
    for (int i = 0; i < rows->columns_count; i++) {
        gm_buffer_append_byte(out, i == 0 ? '[' : ',');
        gm_row_write_json_value(rows, i, out);
    }
    gm_buffer_append_byte(out, ']');
}

// ------------------------------------------------------------------------- CSV

static bool needs_quotes(struct gm_str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (memchr(",\"\r\n", text.data[i], 4))
            return true;
    return text.len == 0;
}

static void write_csv_text(struct gm_str text, struct gm_buffer *out)
{
    if (!needs_quotes(text)) {
        gm_buffer_append_str(out, text);
        return;
    }
    gm_buffer_append_byte(out, '"');
    while (text.len > 0) {
        const char *quote = memchr(text.data, '"', text.len);
        size_t len = quote ? (size_t)(quote - text.data) + 1 : text.len;
        gm_buffer_append(out, text.data, len);
        if (quote)
            gm_buffer_append_byte(out, '"');
        text.data += len;
        text.len -= len;
    }
    gm_buffer_append_byte(out, '"');
}

static void write_csv_blob(struct gm_str bytes, struct gm_buffer *out)
{
    bool plain = is_plain_text(bytes);
    if (plain)
        write_csv_text(bytes, out);
    gm_buffer_append_byte(out, ',');
    if (!plain)
        gm_base64_write(out, bytes);
}

static void write_csv_double(double value, struct gm_buffer *out)
{
    char *room = isfinite(value) ? gm_buffer_reserve(out, GM_NUMBER_BYTES) : NULL;
    if (room)
        out->len += gm_number_write(value, room);
}

static void write_csv_value(const struct gm_rows *rows, int column, struct gm_buffer *out)
{
    duckdb_type type = rows->columns[column].type;
    if (gm_rows_is_null(rows, column)) {
        if (type == DUCKDB_TYPE_BLOB)
            gm_buffer_append_byte(out, ',');
    } else if (type == DUCKDB_TYPE_BLOB) {
        write_csv_blob(gm_rows_text(rows, column), out);
    } else if (type == DUCKDB_TYPE_VARCHAR) {
        write_csv_text(gm_rows_text(rows, column), out);
    } else if (type == DUCKDB_TYPE_DOUBLE) {
        write_csv_double(gm_rows_double(rows, column), out);
    } else if (type == DUCKDB_TYPE_BOOLEAN) {
        gm_buffer_append_c(out, gm_rows_bool(rows, column) ? "true" : "false");
    } else if (type == DUCKDB_TYPE_TIMESTAMP_TZ) {
        char text[GM_TIMESTAMP_BYTES];
        gm_buffer_append(out, text, write_time(gm_rows_int(rows, column), text));
    } else {
        gm_json_write_integer(out, gm_rows_int(rows, column));
    }
}

void gm_row_write_csv_header(const struct gm_rows *rows, struct gm_buffer *out)
{
    for (int i = 0; i < rows->columns_count; i++) {
        struct gm_str name = rows->columns[i].name;
        if (i > 0)
            gm_buffer_append_byte(out, ',');
        gm_buffer_append_str(out, name);
        if (rows->columns[i].type == DUCKDB_TYPE_BLOB) {
            gm_buffer_append_byte(out, ',');
            gm_buffer_append_str(out, name);
            gm_buffer_append_c(out, BASE64_SUFFIX);
        }
    }
    gm_buffer_append_byte(out, '\n');
}

void gm_row_write_csv(const struct gm_rows *rows, struct gm_buffer *out)
{
    for (int i = 0; i < rows->columns_count; i++) {
        if (i > 0)
            gm_buffer_append_byte(out, ',');
        write_csv_value(rows, i, out);
    }
    gm_buffer_append_byte(out, '\n');
}
