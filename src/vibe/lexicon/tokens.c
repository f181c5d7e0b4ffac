// The tokeniser of the lexicon scorer.
//
// Nearly all of a post is words of ASCII letters with a space between them. Which of 56 bytes are
// letters and which are spaces is found by arithmetic on eight bytes at a time and kept as bits, so
// that going from word to word needs no look at the bytes, and the processor can look up several
// words at once. Any word that is different in some way (digits, apostrophes, other letters, more
// than 16 bytes, letters drawn out) is read byte by byte by read_odd_word; anything else by
// read_other.
#include "vibe/lexicon/tokens.h"

#include <endian.h>
#include <string.h>

enum byte_class {
    BYTE_OTHER, // separates words
    BYTE_LETTER,
    BYTE_DIGIT,
    BYTE_BEYOND, // beyond ASCII
    BYTE_COMMA,
    BYTE_STOP,
    BYTE_LINE,
    BYTE_EXCLAIM,
    BYTE_ASK,
    BYTE_SIGN,
    BYTE_NAME,
    BYTE_COLON,
    BYTE_SLASH,
};

static const uint8_t byte_classes[256] = {
    ['a' ... 'z'] = BYTE_LETTER, ['A' ... 'Z'] = BYTE_LETTER,
    ['0' ... '9'] = BYTE_DIGIT,  [0x80 ... 0xFF] = BYTE_BEYOND,
    [','] = BYTE_COMMA,          [';'] = BYTE_COMMA,
    ['.'] = BYTE_STOP,           ['\n'] = BYTE_LINE,
    ['!'] = BYTE_EXCLAIM,        ['?'] = BYTE_ASK,
    ['+'] = BYTE_SIGN,           ['-'] = BYTE_SIGN,
    ['$'] = BYTE_NAME,           ['@'] = BYTE_NAME,
    [':'] = BYTE_COLON,          ['/'] = BYTE_SLASH,
};

// What the byte behind a word of letters may make of it.
enum after_word {
    AFTER_NOTHING,
    AFTER_MORE, // the word goes on: read_odd_word reads it
    AFTER_URL,  // a URL may have begun
};

static const uint8_t after_word[256] = {
    ['0' ... '9'] = AFTER_MORE, ['\''] = AFTER_MORE, [0x80 ... 0xFF] = AFTER_MORE,
    [':'] = AFTER_URL,          ['.'] = AFTER_URL,
};

static inline unsigned char byte_at(struct gm_str text, size_t at)
{
    return at < text.len ? (unsigned char)text.data[at] : ' ';
}

static inline enum byte_class class_at(struct gm_str text, size_t at)
{
    return byte_classes[byte_at(text, at)];
}

// ------------------------------------------------------------------------- beyond ASCII

enum point_class {
    POINT_SEPARATOR,
    POINT_LETTER,
    POINT_APOSTROPHE,
    POINT_INVISIBLE, // skin tones, variation selectors and marks of direction
    POINT_JOINER,    // makes one emoji of two
    POINT_SYMBOL,
};

// The code point at `at`, and how many bytes it has; 0xFFFD and 1 where there is no UTF-8.
static uint32_t decode(struct gm_str text, size_t at, size_t *ret_bytes)
{
    const unsigned char lead = byte_at(text, at);
    const size_t bytes = lead < 0x80   ? 1
                         : lead < 0xC2 ? 0
                         : lead < 0xE0 ? 2
                         : lead < 0xF0 ? 3
                         : lead < 0xF5 ? 4
                                       : 0;
    uint32_t point = bytes == 1 ? lead : lead & (0x7Fu >> bytes);
    *ret_bytes = 1;
    if (bytes == 0 || bytes > text.len - at)
        return 0xFFFD;
    for (size_t i = 1; i < bytes; i++) {
        const unsigned char byte = (unsigned char)text.data[at + i];
        if ((byte & 0xC0) != 0x80)
            return 0xFFFD;
        point = point << 6 | (byte & 0x3F);
    }
    *ret_bytes = bytes;
    return point;
}

static enum point_class classify(uint32_t point)
{
    if (point == 0x2019 || point == 0x2018 || point == 0x2BC)
        return POINT_APOSTROPHE;
    if (point == 0x200D)
        return POINT_JOINER;
    if ((point >= 0x1F3FB && point <= 0x1F3FF) || (point >= 0xFE00 && point <= 0xFE0F) ||
        (point >= 0x200B && point <= 0x200F) || point == 0x2060 || point == 0xFEFF)
        return POINT_INVISIBLE;
    if ((point >= 0x2190 && point <= 0x2BFF) || (point >= 0x1F000 && point <= 0x1FAFF))
        return POINT_SYMBOL;
    if (point < 0xC0 || point == 0xD7 || point == 0xF7 || (point >= 0x2000 && point <= 0x218F) ||
        (point >= 0x3000 && point <= 0x303F) || (point >= 0xFF00 && point <= 0xFF0F) ||
        point == 0xFFFD)
        return POINT_SEPARATOR;
    return POINT_LETTER;
}

// ------------------------------------------------------------------------- odd words

// A word's bytes as they come, and without its letters drawn out: runs of three and more cut to
// two, and to one ("coooool" is "cool", "mooooon" is "moon", "sooooo" is "so").
struct odd_word {
    char plain[GM_LEXICON_WORD_BYTES_MAX], two[GM_LEXICON_WORD_BYTES_MAX],
        one[GM_LEXICON_WORD_BYTES_MAX];
    size_t plain_len, two_len, one_len; // may pass what there is room for
    char last;
    size_t run;
    bool drawn_out;
    bool foreign;       // has a letter beyond ASCII in it, as no word of the lexicon has
    bool separated;     // has a point or a comma between its digits
    bool lower, letter; // has letters in lower case; has letters
    bool number;        // begins with a digit, and has no letter but a k, m or b behind it
};

static void append(char *bytes, size_t *len, char byte)
{
    if (*len < GM_LEXICON_WORD_BYTES_MAX)
        bytes[*len] = byte;
    ++*len;
}

static void odd_word_add(struct odd_word *word, char byte)
{
    const char lower = byte >= 'A' && byte <= 'Z' ? (char)(byte + ('a' - 'A')) : byte;
    const bool letter = lower >= 'a' && lower <= 'z';
    if (word->plain_len == 0)
        word->number = !letter;
    else
        word->number &= !word->letter && (!letter || lower == 'k' || lower == 'm' || lower == 'b');
    word->lower |= byte >= 'a' && byte <= 'z';
    word->letter |= letter;
    word->run = lower == word->last ? word->run + 1 : 1;
    word->last = lower;
    append(word->plain, &word->plain_len, lower);
    if (word->run <= 2) {
        append(word->two, &word->two_len, lower);
        append(word->one, &word->one_len, lower);
    } else if (word->run == 3 && word->letter) {
        word->drawn_out = true;
        word->one_len--;
    }
}

static uint16_t find_bytes(const struct gm_lexicon *lexicon, const char *bytes, size_t len)
{
    return len > GM_LEXICON_WORD_BYTES_MAX ? GM_LEXICON_UNKNOWN
                                           : gm_lexicon_find(lexicon, gm_lexicon_spell(bytes, len));
}

static struct gm_lexicon_token odd_word_find(const struct odd_word *word,
                                             const struct gm_lexicon *lexicon)
{
    struct gm_lexicon_token token = {.capitals = word->letter && !word->lower};
    if (word->foreign || (word->separated && !word->number))
        return token;
    size_t len = word->plain_len;
    if (!word->separated)
        token.word = find_bytes(lexicon, word->plain, len);
    if (word->number && token.word == GM_LEXICON_UNKNOWN)
        token.word = GM_LEXICON_NUMBER;
    if (token.word == GM_LEXICON_UNKNOWN && len > 2 && len <= GM_LEXICON_WORD_BYTES_MAX &&
        word->plain[len - 2] == '\'' && word->plain[len - 1] == 's')
        token.word = find_bytes(lexicon, word->plain, len - 2);
    if (token.word == GM_LEXICON_UNKNOWN && word->drawn_out) {
        token.word = find_bytes(lexicon, word->two, word->two_len);
        if (token.word == GM_LEXICON_UNKNOWN)
            token.word = find_bytes(lexicon, word->one, word->one_len);
        token.drawn_out = token.word != GM_LEXICON_UNKNOWN;
    }
    return token;
}

// Whether the word goes on with the byte or code point at `at`; if so, takes it.
static bool odd_word_take(struct odd_word *word, struct gm_str text, size_t at, size_t *ret_bytes)
{
    const enum byte_class class = class_at(text, at);
    const unsigned char byte = byte_at(text, at);
    *ret_bytes = 1;
    if (class == BYTE_LETTER || class == BYTE_DIGIT) {
        odd_word_add(word, (char)byte);
        return true;
    }
    if (class == BYTE_BEYOND) {
        const enum point_class point = classify(decode(text, at, ret_bytes));
        if (point == POINT_APOSTROPHE && class_at(text, at + *ret_bytes) == BYTE_LETTER)
            odd_word_add(word, '\'');
        word->foreign |= point == POINT_LETTER;
        return point == POINT_LETTER || point == POINT_INVISIBLE ||
               (point == POINT_APOSTROPHE && word->last == '\'');
    }
    if (byte == '\'' && class_at(text, at + 1) == BYTE_LETTER) {
        odd_word_add(word, '\'');
        return true;
    }
    // A decimal point or a comma between the digits of a number.
    const bool number = (byte == '.' || byte == ',') && word->last >= '0' && word->last <= '9' &&
                        class_at(text, at + 1) == BYTE_DIGIT;
    word->separated |= number;
    return number;
}

static struct gm_lexicon_token read_odd_word(struct gm_lexicon_reader *reader)
{
    struct odd_word word = {.last = '\0'};
    size_t bytes;
    while (reader->at < reader->text.len && odd_word_take(&word, reader->text, reader->at, &bytes))
        reader->at += bytes;
    const struct gm_lexicon_token token = odd_word_find(&word, reader->lexicon);
    reader->words += word.letter;
    reader->capital_words += token.capitals;
    return token;
}

// ------------------------------------------------------------------------- words

#define EVERY_BYTE 0x0101010101010101u
#define HIGH_BITS  (0x80 * EVERY_BYTE)
#define CASE_BITS  (0x20 * EVERY_BYTE)

enum { WINDOW_BYTES = 56 }; // under 64, so that no run of bits fills its integer

// Eight bytes of the text, the first one lowest; zeros past its end.
static inline uint64_t load_eight(struct gm_str text, size_t at)
{
    uint64_t bytes = 0;
    if (at + sizeof bytes <= text.len) {
        memcpy(&bytes, text.data + at, sizeof bytes);
        return le64toh(bytes);
    }
    if (at >= text.len)
        return 0;
    if (text.len >= sizeof bytes) {
        memcpy(&bytes, text.data + text.len - sizeof bytes, sizeof bytes);
        return le64toh(bytes) >> (8 * (at + sizeof bytes - text.len));
    }
    for (size_t i = 0; at + i < text.len; i++)
        bytes |= (uint64_t)(unsigned char)text.data[at + i] << (8 * i);
    return bytes;
}

// The high bit of each byte that is an ASCII letter. No sum carries over into the next byte: each
// is at most 0x7F + 0x1F.
static inline uint64_t find_letters(uint64_t bytes)
{
    const uint64_t lower = (bytes | CASE_BITS) & ~HIGH_BITS;
    const uint64_t from_a = lower + (0x80 - 'a') * EVERY_BYTE;
    const uint64_t past_z = lower + (0x80 - 'z' - 1) * EVERY_BYTE;
    return from_a & ~past_z & ~bytes & HIGH_BITS;
}

// The high bit of each byte that is a space.
static inline uint64_t find_spaces(uint64_t bytes)
{
    const uint64_t differs = bytes ^ (' ' * EVERY_BYTE);
    return ~(((differs & ~HIGH_BITS) + ~HIGH_BITS) | differs) & HIGH_BITS;
}

// The high bits of eight bytes as eight bits: the product brings that of byte i to bit 56 + i, and
// no two of its terms meet.
static inline uint64_t gather(uint64_t high_bits)
{
    return ((high_bits >> 7) * 0x0102040810204080u) >> 56;
}

static inline struct gm_lexicon_spelling load_sixteen(struct gm_str text, size_t at)
{
    struct gm_lexicon_spelling bytes;
    if (at + sizeof bytes > text.len)
        return (struct gm_lexicon_spelling){load_eight(text, at), load_eight(text, at + 8)};
    memcpy(&bytes.low, text.data + at, sizeof bytes.low);
    memcpy(&bytes.high, text.data + at + 8, sizeof bytes.high);
    return (struct gm_lexicon_spelling){le64toh(bytes.low), le64toh(bytes.high)};
}

// Moves the window to `at`.
static void move_window(struct gm_lexicon_reader *reader, size_t at)
{
    const struct gm_str text = reader->text;
    uint64_t letters = 0, spaces = 0;
    for (size_t i = 0; i < WINDOW_BYTES && at + i < text.len; i += 8) {
        const uint64_t bytes = load_eight(text, at + i);
        letters |= gather(find_letters(bytes)) << i;
        spaces |= gather(find_spaces(bytes)) << i;
    }
    const size_t left = text.len - at;
    spaces |= ~(uint64_t)0 << (left < WINDOW_BYTES ? left : WINDOW_BYTES);
    reader->window = at;
    reader->letters = letters;
    reader->spaces = spaces;
}

// Not 0 where three of the letters `own` in a row are the same; may be not 0 where none are.
static inline uint64_t find_drawn_out(uint64_t bytes, uint64_t own)
{
    const uint64_t differs = (bytes ^ bytes >> 8) | (bytes ^ bytes >> 16) | ~own;
    return (differs - EVERY_BYTE) & ~differs & HIGH_BITS;
}

// Skips to the next white space.
static size_t skip_dark(struct gm_str text, size_t at)
{
    while (at < text.len && (unsigned char)text.data[at] > ' ')
        at++;
    return at;
}

// True when a URL begins with this word, which ends at `end`.
static bool begins_url(struct gm_str text, size_t at, size_t end)
{
    if (byte_at(text, end) == ':')
        return byte_at(text, end + 1) == '/' && byte_at(text, end + 2) == '/';
    return byte_at(text, end) == '.' && end - at == 3 && (text.data[at] | 0x20) == 'w' &&
           (text.data[at + 1] | 0x20) == 'w' && (text.data[at + 2] | 0x20) == 'w';
}

// For a word of n bytes, which bytes of its two integers are its own.
#define LOW(n) ((n) >= 8 ? ~(uint64_t)0 : ((uint64_t)1 << (8 * (n)&63)) - 1)
#define OWN(n)                                                                                     \
    {                                                                                              \
        LOW(n), (n) < 8 ? 0 : LOW((n)-8)                                                           \
    }
static const struct gm_lexicon_spelling own_bytes[GM_LEXICON_WORD_BYTES_MAX + 1] = {
    OWN(0), OWN(1),  OWN(2),  OWN(3),  OWN(4),  OWN(5),  OWN(6),  OWN(7),  OWN(8),
    OWN(9), OWN(10), OWN(11), OWN(12), OWN(13), OWN(14), OWN(15), OWN(16),
};

static struct gm_lexicon_token read_url(struct gm_lexicon_reader *reader, size_t end)
{
    reader->at = skip_dark(reader->text, end);
    return (struct gm_lexicon_token){.word = GM_LEXICON_UNKNOWN};
}

// Reads the word of `len` ASCII letters at reader->at, which is `at`; returns where to go on.
static inline size_t read_word(struct gm_lexicon_reader *reader, size_t at, size_t len,
                               struct gm_lexicon_token *ret_token)
{
    const struct gm_str text = reader->text;
    const size_t end = at + len;
    const enum after_word after = after_word[byte_at(text, end)];
    const bool url = after == AFTER_URL && begins_url(text, at, end);
    if (url || after == AFTER_MORE || len > GM_LEXICON_WORD_BYTES_MAX) {
        *ret_token = url ? read_url(reader, end) : read_odd_word(reader);
        return reader->at;
    }
    const struct gm_lexicon_spelling own = own_bytes[len];
    struct gm_lexicon_spelling word = load_sixteen(text, at);
    word.low &= own.low;
    word.high &= own.high;
    const bool capitals = ((word.low | word.high) & CASE_BITS) == 0;
    word.low |= CASE_BITS & own.low;
    word.high |= CASE_BITS & own.high;
    const uint16_t number = gm_lexicon_find(reader->lexicon, word);
    uint64_t drawn_out = find_drawn_out(word.low, own.low);
    if (len > 8) // also over the border between the two
        drawn_out |=
            find_drawn_out(word.low >> 48 | word.high << 16, own.low >> 48 | own.high << 16) |
            find_drawn_out(word.high, own.high);
    if ((drawn_out != 0) & (number == GM_LEXICON_UNKNOWN)) {
        *ret_token = read_odd_word(reader);
        return reader->at;
    }
    reader->words++;
    reader->capital_words += capitals;
    *ret_token = (struct gm_lexicon_token){.word = number, .capitals = capitals};
    return end;
}

// ------------------------------------------------------------------------- everything else

// "2021", "3.50", "10k": a number, unless the lexicon lists it. With other letters, as "10x", a
// word like any other.
static struct gm_lexicon_token read_number(struct gm_lexicon_reader *reader)
{
    const size_t at = reader->at;
    size_t end = at + 1;
    while (class_at(reader->text, end) == BYTE_DIGIT)
        end++;
    if (byte_at(reader->text, end) != ' ')
        return read_odd_word(reader);
    reader->at = end;
    const uint16_t word = find_bytes(reader->lexicon, reader->text.data + at, end - at);
    return (struct gm_lexicon_token){.word = word ? word : GM_LEXICON_NUMBER};
}

// Looks up a mark that the lexicon lists by a name of two bytes.
static uint16_t find_mark(const struct gm_lexicon *lexicon, const char *name)
{
    return gm_lexicon_find(lexicon, gm_lexicon_spell(name, 2));
}

// "+4.2%", "-12%": a change. Any other sign is a separator.
static bool read_sign(struct gm_lexicon_reader *reader, struct gm_lexicon_token *ret_token)
{
    const struct gm_str text = reader->text;
    const size_t at = reader->at++;
    const enum byte_class before = at > 0 ? class_at(text, at - 1) : BYTE_OTHER;
    if (class_at(text, at + 1) != BYTE_DIGIT || before == BYTE_LETTER || before == BYTE_DIGIT)
        return false;
    *ret_token = read_odd_word(reader);
    if (byte_at(text, reader->at) == '%')
        ret_token->word = find_mark(reader->lexicon, text.data[at] == '+' ? "+%" : "-%");
    return true;
}

// "$GME", "@name": an unknown word.
static bool read_name(struct gm_lexicon_reader *reader, struct gm_lexicon_token *ret_token)
{
    if (class_at(reader->text, ++reader->at) != BYTE_LETTER)
        return false;
    while (class_at(reader->text, reader->at) == BYTE_LETTER ||
           class_at(reader->text, reader->at) == BYTE_DIGIT ||
           byte_at(reader->text, reader->at) == '_')
        reader->at++;
    *ret_token = (struct gm_lexicon_token){.word = GM_LEXICON_UNKNOWN};
    return true;
}

// ":)" and ":-)" and what else is listed so. A letter is a mouth where no word goes on behind it.
static bool read_colon(struct gm_lexicon_reader *reader, struct gm_lexicon_token *ret_token)
{
    const size_t nose = byte_at(reader->text, reader->at + 1) == '-';
    const size_t mouth = reader->at + 1 + nose;
    const char name[2] = {':', (char)byte_at(reader->text, mouth)};
    const bool word_begins = class_at(reader->text, mouth) == BYTE_LETTER &&
                             class_at(reader->text, mouth + 1) == BYTE_LETTER;
    const uint16_t word = word_begins ? GM_LEXICON_UNKNOWN : find_mark(reader->lexicon, name);
    reader->at += word == GM_LEXICON_UNKNOWN ? 1 : 2 + nose;
    *ret_token = (struct gm_lexicon_token){.word = word};
    return word != GM_LEXICON_UNKNOWN;
}

static bool read_beyond(struct gm_lexicon_reader *reader, struct gm_lexicon_token *ret_token)
{
    size_t bytes;
    const uint32_t point = decode(reader->text, reader->at, &bytes);
    const enum point_class class = classify(point);
    if (class == POINT_LETTER) {
        *ret_token = read_odd_word(reader);
        return true;
    }
    reader->at += bytes;
    if (class == POINT_JOINER) { // what is joined to an emoji belongs to it
        if (classify(decode(reader->text, reader->at, &bytes)) == POINT_SYMBOL)
            reader->at += bytes;
        return false;
    }
    const struct gm_lexicon_spelling symbol = {point, GM_LEXICON_SYMBOL};
    const uint16_t word = gm_lexicon_find(reader->lexicon, symbol);
    *ret_token = (struct gm_lexicon_token){.word = word};
    return word != GM_LEXICON_UNKNOWN;
}

// "." ends a clause where no word goes on behind it, as in "3.5" and "reddit.com".
static bool read_stop(struct gm_lexicon_reader *reader, struct gm_lexicon_token *ret_token)
{
    const enum byte_class next = class_at(reader->text, ++reader->at);
    *ret_token = (struct gm_lexicon_token){.word = GM_LEXICON_STOP};
    return next != BYTE_LETTER && next != BYTE_DIGIT;
}

static bool read_mark(struct gm_lexicon_reader *reader, uint16_t mark,
                      struct gm_lexicon_token *ret_token)
{
    reader->at++;
    *ret_token = (struct gm_lexicon_token){.word = mark};
    return true;
}

// "/s", which says that the writer means the opposite.
static bool read_slash(struct gm_lexicon_reader *reader, struct gm_lexicon_token *ret_token)
{
    const struct gm_str text = reader->text;
    const size_t at = reader->at++;
    const bool apart = at == 0 || (unsigned char)text.data[at - 1] <= ' ';
    if (!apart || byte_at(text, at + 1) != 's' || byte_at(text, at + 2) > ' ')
        return false;
    reader->at++;
    *ret_token = (struct gm_lexicon_token){.word = GM_LEXICON_SARCASM};
    return true;
}

// Reads what begins with a byte that is neither letter nor space. False: nothing that counts.
static bool read_other(struct gm_lexicon_reader *reader, struct gm_lexicon_token *ret_token)
{
    switch (class_at(reader->text, reader->at)) {
    case BYTE_DIGIT:
        *ret_token = read_number(reader);
        return true;
    case BYTE_BEYOND:
        return read_beyond(reader, ret_token);
    case BYTE_COMMA:
        return read_mark(reader, GM_LEXICON_COMMA, ret_token);
    case BYTE_STOP:
        return read_stop(reader, ret_token);
    case BYTE_LINE:
        return read_mark(reader, GM_LEXICON_STOP, ret_token);
    case BYTE_EXCLAIM:
        return read_mark(reader, GM_LEXICON_EXCLAIM, ret_token);
    case BYTE_ASK:
        return read_mark(reader, GM_LEXICON_ASK, ret_token);
    case BYTE_SIGN:
        return read_sign(reader, ret_token);
    case BYTE_NAME:
        return read_name(reader, ret_token);
    case BYTE_COLON:
        return read_colon(reader, ret_token);
    case BYTE_SLASH:
        return read_slash(reader, ret_token);
    case BYTE_LETTER:
    case BYTE_OTHER:
        break;
    }
    reader->at++;
    return false;
}

void gm_lexicon_reader_init(struct gm_lexicon_reader *reader, const struct gm_lexicon *lexicon,
                            struct gm_str text)
{
    *reader = (struct gm_lexicon_reader){.lexicon = lexicon, .text = text};
    move_window(reader, 0);
}

size_t gm_lexicon_read(struct gm_lexicon_reader *reader, struct gm_lexicon_token *ret_tokens,
                       size_t max)
{
    size_t count = 0;
    size_t at = reader->at;
    while (count < max && at < reader->text.len) {
        if (at - reader->window >= WINDOW_BYTES)
            move_window(reader, at);
        const uint64_t dark = ~reader->spaces >> (at - reader->window);
        if (dark == 0) {
            at = reader->window + WINDOW_BYTES;
            continue;
        }
        at += (size_t)__builtin_ctzll(dark);
        const uint64_t letters = reader->letters >> (at - reader->window);
        reader->at = at;
        if ((letters & 1) == 0) {
            count += read_other(reader, &ret_tokens[count]);
            at = reader->at;
            continue;
        }
        const size_t len = (size_t)__builtin_ctzll(~letters);
        if (at + len == reader->window + WINDOW_BYTES && at > reader->window)
            move_window(reader, at); // to see where the word ends
        else
            at = read_word(reader, at, len, &ret_tokens[count++]);
    }
    reader->at = at < reader->text.len ? at : reader->text.len; // a window may end past the text
    return count;
}
