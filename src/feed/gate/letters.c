// Characters by utf8proc, which follows Unicode; ASCII by tables of our own, since it is nearly
// all.
#include "feed/gate/letters.h"

#include <utf8proc.h>

enum { REPLACEMENT = 0xfffd };

static const uint32_t free_ranges[][2] = {
    {0x0e00, 0x0eff},   // Thai, Lao
    {0x1000, 0x109f},   // Myanmar
    {0x1100, 0x11ff},   // Hangul Jamo
    {0x1780, 0x17ff},   // Khmer
    {0x3005, 0x3007},   // ideographic iteration mark, closing mark, zero
    {0x3021, 0x3029},   // Hangzhou numerals
    {0x3031, 0x3035},   // vertical kana repeat marks
    {0x3041, 0x30ff},   // Hiragana, Katakana
    {0x3105, 0x318f},   // Bopomofo, Hangul compatibility Jamo
    {0x31a0, 0x31ff},   // Bopomofo extended, Katakana extensions
    {0x3400, 0x4dbf},   // Han, extension A
    {0x4e00, 0x9fff},   // Han
    {0xa960, 0xa97f},   // Hangul Jamo extended A
    {0xac00, 0xd7ff},   // Hangul syllables, Jamo extended B
    {0xf900, 0xfaff},   // Han compatibility
    {0xff66, 0xffdc},   // half-width Katakana and Hangul
    {0x1aff0, 0x1b16f}, // kana supplement and extensions
    {0x20000, 0x3ffff}, // Han, extensions B and after
};

static bool is_free(uint32_t code_point)
{
    for (size_t i = 0; i < sizeof free_ranges / sizeof free_ranges[0]; i++)
        if (code_point >= free_ranges[i][0] && code_point <= free_ranges[i][1])
            return true;
    return false;
}

static bool is_ascii_word(uint32_t c)
{
    return (c | 0x20) - 'a' < 26 || c - '0' < 10 || c == '_';
}

enum gm_letter gm_letter_of(uint32_t code_point)
{
    if (code_point < 0x80)
        return is_ascii_word(code_point) ? GM_LETTER_JOINED : GM_LETTER_NONE;
    if (is_free(code_point))
        return GM_LETTER_FREE;
    switch (utf8proc_category((utf8proc_int32_t)code_point)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
        return GM_LETTER_JOINED;
    default:
        return GM_LETTER_NONE;
    }
}

uint32_t gm_letter_fold(uint32_t code_point)
{
    if (code_point < 0x80)
        return code_point - 'A' < 26 ? code_point | 0x20 : code_point;
    // By way of the capital, so that the two small sigmas are one letter.
    utf8proc_int32_t folded = utf8proc_tolower(utf8proc_toupper((utf8proc_int32_t)code_point));
    return folded < 0x80 ? code_point : (uint32_t)folded;
}

size_t gm_letter_read(const char *text, size_t len, size_t at, uint32_t *ret_code_point)
{
    if ((unsigned char)text[at] < 0x80) {
        *ret_code_point = (unsigned char)text[at];
        return 1;
    }
    utf8proc_int32_t code_point;
    size_t left = len - at < 4 ? len - at : 4;
    utf8proc_ssize_t bytes =
        utf8proc_iterate((const utf8proc_uint8_t *)text + at, (utf8proc_ssize_t)left, &code_point);
    if (bytes <= 0) {
        *ret_code_point = REPLACEMENT;
        return 1;
    }
    *ret_code_point = (uint32_t)code_point;
    return (size_t)bytes;
}

uint32_t gm_letter_before(const char *text, size_t at)
{
    size_t start = at - 1;
    while (start > 0 && at - start < 4 && ((unsigned char)text[start] & 0xc0) == 0x80)
        start--;
    uint32_t code_point;
    return start + gm_letter_read(text, at, start, &code_point) == at ? code_point : REPLACEMENT;
}

size_t gm_letter_write(uint32_t code_point, char ret[4])
{
    return (size_t)utf8proc_encode_char((utf8proc_int32_t)code_point, (utf8proc_uint8_t *)ret);
}

bool gm_letter_is_space(uint32_t code_point)
{
    if (code_point < 0x80)
        return code_point == ' ' || code_point - '\t' < 5;
    return code_point == 0x85 || code_point == 0xa0 || code_point == 0x1680 ||
           (code_point >= 0x2000 && code_point <= 0x200a) || code_point == 0x2028 ||
           code_point == 0x2029 || code_point == 0x202f || code_point == 0x205f ||
           code_point == 0x3000;
}
