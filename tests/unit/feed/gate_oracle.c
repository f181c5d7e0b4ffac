#include "gate_oracle.h"

#include "feed/gate/letters.h"

#include <string.h>

// A character of the text, or a space before its beginning and after its end.
static uint32_t char_at(struct gm_str text, size_t at)
{
    uint32_t code_point = ' ';
    if (at < text.len)
        gm_letter_read(text.data, text.len, at, &code_point);
    return code_point;
}

static size_t after_char(struct gm_str text, size_t at)
{
    uint32_t code_point;
    return at + gm_letter_read(text.data, text.len, at, &code_point);
}

static size_t after_spaces(struct gm_str text, size_t at)
{
    while (at < text.len && gm_letter_is_space(char_at(text, at)))
        at = after_char(text, at);
    return at;
}

static bool same(uint32_t a, uint32_t b, bool exact)
{
    return exact ? a == b : gm_letter_fold(a) == gm_letter_fold(b);
}

// Whether `word` stands at text[at]; *ret_end is where it ends there.
static bool stands_at(struct gm_str text, size_t at, struct gm_str word, bool exact,
                      size_t *ret_end)
{
    size_t k = 0;
    while (k < word.len) {
        if (at >= text.len)
            return false;
        const uint32_t a = char_at(text, at), b = char_at(word, k);
        const bool spaces = gm_letter_is_space(a) && gm_letter_is_space(b);
        if (!spaces && !same(a, b, exact))
            return false;
        at = spaces ? after_spaces(text, at) : after_char(text, at);
        k = spaces ? after_spaces(word, k) : after_char(word, k);
    }
    *ret_end = at;
    return true;
}

static bool has(struct gm_str text, struct gm_str word, char sign)
{
    for (size_t at = 0; at < text.len; at = after_char(text, at)) {
        const uint32_t before = at > 0 ? gm_letter_before(text.data, at) : ' ';
        size_t end;
        if (!gm_letter_bound(before, char_at(text, at)) ||
            !stands_at(text, at, word, sign == '=', &end) ||
            !gm_letter_bound(gm_letter_before(text.data, end), char_at(text, end)))
            continue;
        if ((sign != '$' && sign != '#') || before == (uint32_t)sign)
            return true;
    }
    return false;
}

bool gate_oracle(const struct gm_gate_ticker *ticker, struct gm_str text)
{
    bool found = false;
    for (size_t i = 0; i < ticker->keyword_count; i++) {
        struct gm_str word = gm_str(ticker->keywords[i]);
        const char sign = strchr("$#=-", word.data[0]) ? word.data[0] : 0;
        if (sign)
            word = (struct gm_str){word.data + 1, word.len - 1};
        if (!has(text, word, sign))
            continue;
        if (sign == '-')
            return false;
        found = true;
    }
    return found;
}
