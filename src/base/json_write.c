// The JSON writer.
#include "base/json.h"
#include "base/number.h"

#include <math.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

// How many bytes from `text` on can stand in a string as they are.
static size_t plain_len(const char *text, size_t len)
{
    size_t at = 0;
#ifdef __SSE2__
    const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\');
    const __m128i control = _mm_set1_epi8(0x1f);
    for (; len - at >= 16; at += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(text + at));
        __m128i special = _mm_or_si128(
            _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash)),
            _mm_cmpeq_epi8(_mm_min_epu8(bytes, control), bytes));
        unsigned stops = (unsigned)_mm_movemask_epi8(special);
        if (stops)
            return at + (unsigned)__builtin_ctz(stops);
    }
#endif
    while (at < len && (unsigned char)text[at] >= 0x20 && text[at] != '"' && text[at] != '\\')
        at++;
    return at;
}

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
    gm_buffer_append_byte(out, '"');
    for (size_t at = 0; at < text.len;) {
        size_t run = plain_len(text.data + at, text.len - at);
        gm_buffer_append(out, text.data + at, run);
        at += run;
        if (at < text.len)
            write_escape(out, (unsigned char)text.data[at++]);
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
