// The JSON writer.
#include "base/json.h"

#include "base/json_plain.h"
#include "base/number.h"

#include <math.h>

static void write_escape(struct gm_buffer *out, unsigned char byte)
{
    static const char letters[] = "btn_fr"; // for 8 … 13; VT has none
    static const char hex[] = "0123456789abcdef";
    if (byte >= 8 && byte <= 13 && byte != 11)
        gm_buffer_append(out, (char[]){'\\', letters[byte - 8]}, 2);
    else if (byte < 0x20)
        gm_buffer_append(out, (char[]){'\\', 'u', '0', '0', hex[byte >> 4], hex[byte & 15]}, 6);
    else
        gm_buffer_append(out, (char[]){'\\', (char)byte}, 2);
}

void gm_json_write_string(struct gm_buffer *out, struct gm_str text)
{
    bool non_ascii = false; // is written as it stands
    gm_buffer_append_byte(out, '"');
    for (const char *at = text.data, *end = text.len ? at + text.len : at; at < end;) {
        const char *stop = gm_json_pass_plain(at, end, &non_ascii);
        gm_buffer_append(out, at, (size_t)(stop - at));
        at = stop;
        if (at < end)
            write_escape(out, (unsigned char)*at++);
    }
    gm_buffer_append_byte(out, '"');
}

void gm_json_write_number(struct gm_buffer *out, double value)
{
    if (!isfinite(value)) {
        gm_buffer_append(out, "null", 4);
        return;
    }
    char *to = gm_buffer_reserve(out, GM_NUMBER_BYTES);
    if (to)
        out->len += gm_number_write(value, to);
}

void gm_json_write_integer(struct gm_buffer *out, int64_t value)
{
    char *to = gm_buffer_reserve(out, GM_NUMBER_BYTES);
    if (to)
        out->len += gm_number_write_int(value, to);
}
