// Base64.
#include "event/base64.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void gm_base64_write(struct gm_buffer *out, struct gm_str bytes)
{
    char *to = gm_buffer_reserve(out, (bytes.len + 2) / 3 * 4);
    if (!to)
        return;
    const unsigned char *from = (const unsigned char *)bytes.data;
    for (size_t left = bytes.len; left > 0; from += 3, to += 4) {
        size_t count = left < 3 ? left : 3;
        uint32_t group = (uint32_t)from[0] << 16;
        if (count > 1)
            group |= (uint32_t)from[1] << 8;
        if (count > 2)
            group |= from[2];
        to[0] = digits[group >> 18];
        to[1] = digits[group >> 12 & 63];
        to[2] = count > 1 ? digits[group >> 6 & 63] : '=';
        to[3] = count > 2 ? digits[group & 63] : '=';
        left -= count;
    }
    out->len += (bytes.len + 2) / 3 * 4;
}

static int32_t digit_value(char digit)
{
    if (digit >= 'A' && digit <= 'Z')
        return digit - 'A';
    if (digit >= 'a' && digit <= 'z')
        return digit - 'a' + 26;
    if (digit >= '0' && digit <= '9')
        return digit - '0' + 52;
    return digit == '+' ? 62 : digit == '/' ? 63 : -1;
}

// Reads one group of four into `to`; false when it is not one that stands for `count` bytes.
static bool read_group(const char *from, size_t count, char *to)
{
    int32_t group = 0;
    for (size_t i = 0; i < 4; i++) {
        bool padding = i > count;
        int32_t value = padding ? (from[i] == '=' ? 0 : -1) : digit_value(from[i]);
        if (value < 0)
            return false;
        group = group << 6 | value;
    }
    if ((group & ((1 << (8 * (3 - count))) - 1)) != 0)
        return false;
    for (size_t i = 0; i < count; i++)
        to[i] = (char)(group >> (16 - 8 * i));
    return true;
}

enum gm_err gm_base64_read(struct gm_str text, struct gm_arena *arena, struct gm_str *ret_bytes,
                           struct gm_error *error)
{
    if (text.len % 4 != 0)
        return gm_error_set(error, GM_ERR_INVALID, "base64 of %zu digits, which are no fours",
                            text.len);
    size_t padding = 0;
    while (padding < 2 && padding < text.len && text.data[text.len - 1 - padding] == '=')
        padding++;
    size_t len = text.len / 4 * 3 - padding;
    char *bytes = gm_arena_alloc(arena, len);
    if (!bytes)
        return gm_error_set(error, GM_ERR_NOMEM, "no memory for %zu bytes", len);
    for (size_t at = 0; at < text.len; at += 4) {
        size_t done = at / 4 * 3;
        size_t count = len - done < 3 ? len - done : 3;
        if (!read_group(text.data + at, count, bytes + done))
            return gm_error_set(error, GM_ERR_INVALID, "no base64 from digit %zu on", at);
    }
    *ret_bytes = (struct gm_str){bytes, len};
    return GM_OK;
}
