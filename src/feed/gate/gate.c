// The gate: where a keyword may begin, by two sets of bits; which one stands there, by the trie.
//
// A keyword that begins with an ASCII letter can only begin where an ASCII word does, and the first
// eight bytes of its first word, folded, tell it from nearly all other words: they are looked up in
// a set of bits that fits the first cache, then in a table that gives the trie's node behind them.
// One that begins with another character is looked for at each such character, by a hash of that
// character. What passes is walked through the trie.
#include "feed/gate/gate.h"

#include "feed/gate/letters.h"
#include "feed/gate/trie.h"
#include "feed/gate/words.h"

#include <stdlib.h>
#include <string.h>

enum {
    STARTS_BITS_MIN = 15, // 4 KiB, and 16 bits a keyword
    STARTS_BITS_MAX = 20,
    WIDE_BITS = 13,
    KEY_BYTES = 8,
    WIDE_CODE_POINTS = 0x20000, // what lies beyond has no case
};

// The beginning of keywords' first word and where it leads.
struct start {
    uint64_t key; // folded, zeros behind a short word; 0: free
    uint32_t node;
};

struct gm_gate {
    uint64_t *starts; // hashes of ASCII first words: 1 << starts_bits bits
    int starts_bits;
    struct start *start_table; // start_slots, a power of 2, half full at most
    size_t start_slots;
    uint64_t wide[1 << (WIDE_BITS - 6)]; // hashes of other first characters, in every case
    bool any_wide;
    struct gm_trie trie;
    struct gm_keyword *keywords;
    size_t keyword_count;
    char *texts; // of the keywords
    size_t ticker_count;
    uint64_t text_number;       // counts calls of gm_gate_match
    uint64_t *found, *excluded; // by ticker: the text in which it was
    uint32_t *matches;          // ticker_count
    size_t match_count;         // found so far, excluded ones too
};

// ------------------------------------------------------------------------- sets of bits

static uint64_t load_key(const char *text, size_t len)
{
    uint64_t key = 0;
    if (len >= KEY_BYTES)
        memcpy(&key, text, KEY_BYTES); // one load
    else
        memcpy(&key, text, len);
    return key;
}

// The bytes are letters, digits and _: 0x20 folds the letters and keeps the others apart.
static uint64_t fold_key(uint64_t key, size_t len)
{
    static const uint64_t masks[KEY_BYTES + 1] = {
        0,
        0xff,
        0xffff,
        0xffffff,
        0xffffffff,
        0xffffffffff,
        0xffffffffffff,
        0xffffffffffffff,
        0xffffffffffffffff,
    };
    return (key | UINT64_C(0x2020202020202020)) & masks[len < KEY_BYTES ? len : KEY_BYTES];
}

static uint64_t hash_key(uint64_t key)
{
    return key * UINT64_C(0x9e3779b97f4a7c15);
}

static size_t start_bit(const struct gm_gate *gate, uint64_t key)
{
    return (size_t)(hash_key(key) >> (64 - gate->starts_bits));
}

static struct start *find_start(const struct gm_gate *gate, uint64_t key)
{
    size_t slot = (size_t)(hash_key(key) >> 24) & (gate->start_slots - 1);
    while (gate->start_table[slot].key != 0 && gate->start_table[slot].key != key)
        slot = (slot + 1) & (gate->start_slots - 1);
    return &gate->start_table[slot];
}

static size_t wide_bit(uint32_t code_point)
{
    return (code_point * 0x9e3779b1u) >> (32 - WIDE_BITS);
}

static void set_bit(uint64_t *bits, size_t bit)
{
    bits[bit / 64] |= UINT64_C(1) << (bit % 64);
}

static bool has_bit(const uint64_t *bits, size_t bit)
{
    return bits[bit / 64] >> (bit % 64) & 1;
}

// ------------------------------------------------------------------------- making

static enum gm_err bad_keyword(struct gm_str text, const char *why, struct gm_error *error)
{
    return gm_error_set(error, GM_ERR_INVALID, "keyword \"%.*s\": %s", GM_STR_ARG(text), why);
}

static size_t ascii_word_len(struct gm_str text)
{
    size_t len = 0;
    while (len < text.len && (unsigned char)text.data[len] < 0x80 &&
           gm_letter_of((unsigned char)text.data[len]) == GM_LETTER_JOINED)
        len++;
    return len;
}

// Takes the sign off and checks the rest.
static enum gm_err parse_keyword(struct gm_str text, struct gm_keyword *ret_keyword,
                                 struct gm_error *error)
{
    static const char signs[] = "$#=-";
    static const enum gm_keyword_kind kinds[] = {GM_KEYWORD_CASHTAG, GM_KEYWORD_HASHTAG,
                                                 GM_KEYWORD_EXACT, GM_KEYWORD_EXCLUDE};
    if (text.len > GM_GATE_KEYWORD_BYTES_MAX)
        return gm_error_set(error, GM_ERR_INVALID, "keyword \"%.*s\": over %d bytes",
                            GM_STR_ARG(text), GM_GATE_KEYWORD_BYTES_MAX);
    if (!gm_utf8_valid(text, NULL))
        return bad_keyword(text, "it is no UTF-8", error);
    struct gm_keyword keyword = {.kind = GM_KEYWORD_WORD, .text = text};
    const char *sign = text.len > 0 ? memchr(signs, text.data[0], sizeof signs - 1) : NULL;
    if (sign) {
        keyword.kind = kinds[sign - signs];
        keyword.text = (struct gm_str){text.data + 1, text.len - 1};
    }
    if (keyword.text.len == 0)
        return bad_keyword(text, "it is empty", error);
    uint32_t first;
    gm_letter_read(keyword.text.data, keyword.text.len, 0, &first);
    const uint32_t last = gm_letter_before(keyword.text.data, keyword.text.len);
    if (first < 0x80 && gm_letter_of(first) == GM_LETTER_NONE)
        return bad_keyword(text, "it must begin with a letter or a digit, after $, #, = or -",
                           error);
    if (gm_letter_is_space(first) || gm_letter_is_space(last))
        return bad_keyword(text, "it begins or ends with a space", error);
    *ret_keyword = keyword;
    return GM_OK;
}

enum gm_err gm_gate_check_keyword(const char *keyword, struct gm_error *error)
{
    struct gm_keyword parsed;
    return parse_keyword(gm_str(keyword), &parsed, error);
}

// Reads one step of a walk at text[*at]: a character folded, or a run of white space as one space.
static size_t read_step(struct gm_str text, size_t *at, char ret[4])
{
    uint32_t code_point;
    *at += gm_letter_read(text.data, text.len, *at, &code_point);
    if (!gm_letter_is_space(code_point))
        return gm_letter_write(gm_letter_fold(code_point), ret);
    while (*at < text.len) {
        const size_t bytes = gm_letter_read(text.data, text.len, *at, &code_point);
        if (!gm_letter_is_space(code_point))
            break;
        *at += bytes;
    }
    ret[0] = ' ';
    return 1;
}

// `key` 0: the keyword does not begin with an ASCII word.
static void add_start(struct gm_gate *gate, uint64_t key, uint32_t node)
{
    struct start *start = find_start(gate, key);
    if (key == 0 || start->key == key)
        return;
    *start = (struct start){key, node};
    set_bit(gate->starts, start_bit(gate, key));
}

// Puts keyword `index` into the trie and its beginning into the sets.
static enum gm_err add_keyword(struct gm_gate *gate, uint32_t index, struct gm_error *error)
{
    struct gm_keyword *keyword = &gate->keywords[index];
    const size_t word = ascii_word_len(keyword->text);
    const uint64_t key = fold_key(load_key(keyword->text.data, word), word);
    uint32_t node = 0;
    for (size_t at = 0; at < keyword->text.len;) {
        char step[4];
        const size_t bytes = read_step(keyword->text, &at, step);
        for (size_t i = 0; i < bytes; i++) {
            const enum gm_err err =
                gm_trie_grow(&gate->trie, node, (unsigned char)step[i], &node, error);
            if (err)
                return err;
        }
        if (at == word || at == KEY_BYTES) // of the two the first counts
            add_start(gate, key, node);
    }
    keyword->next = gate->trie.keywords[node];
    gate->trie.keywords[node] = index + 1;
    gate->any_wide |= word == 0;
    return GM_OK;
}

// A first character is looked for as it stands in the text, so each of its cases gets a bit.
static void add_wide_starts(struct gm_gate *gate)
{
    if (!gate->any_wide)
        return;
    uint64_t folded[1 << (WIDE_BITS - 6)] = {0};
    for (size_t i = 0; i < gate->keyword_count; i++) {
        uint32_t first;
        gm_letter_read(gate->keywords[i].text.data, gate->keywords[i].text.len, 0, &first);
        if (first >= 0x80) {
            set_bit(folded, wide_bit(gm_letter_fold(first)));
            set_bit(gate->wide, wide_bit(first));
        }
    }
    for (uint32_t c = 0x80; c < WIDE_CODE_POINTS; c++)
        if (has_bit(folded, wide_bit(gm_letter_fold(c))))
            set_bit(gate->wide, wide_bit(c));
}

static enum gm_err count_keywords(const struct gm_gate_ticker *tickers, size_t count,
                                  size_t *ret_keywords, size_t *ret_bytes, struct gm_error *error)
{
    if (count > GM_GATE_TICKERS_MAX)
        return gm_error_set(error, GM_ERR_LIMIT, "over %d tickers", GM_GATE_TICKERS_MAX);
    size_t keywords = 0, bytes = 0;
    for (size_t i = 0; i < count; i++) {
        keywords += tickers[i].keyword_count;
        if (keywords > GM_GATE_KEYWORDS_MAX)
            return gm_error_set(error, GM_ERR_LIMIT, "over %d keywords", GM_GATE_KEYWORDS_MAX);
        for (size_t k = 0; k < tickers[i].keyword_count; k++)
            bytes += strlen(tickers[i].keywords[k]);
    }
    *ret_keywords = keywords;
    *ret_bytes = bytes;
    return GM_OK;
}

static enum gm_err allocate(struct gm_gate *gate, size_t keywords, size_t bytes,
                            struct gm_error *error)
{
    gate->start_slots = 16;
    while (gate->start_slots < 2 * keywords)
        gate->start_slots *= 2;
    gate->starts_bits = STARTS_BITS_MIN;
    while (gate->starts_bits < STARTS_BITS_MAX && keywords >> (gate->starts_bits - 4) != 0)
        gate->starts_bits++;
    gate->starts = calloc((size_t)1 << (gate->starts_bits - 6), sizeof *gate->starts);
    gate->start_table = calloc(gate->start_slots, sizeof *gate->start_table);
    gate->keywords = calloc(keywords + 1, sizeof *gate->keywords);
    gate->texts = malloc(bytes + 1);
    gate->found = calloc(gate->ticker_count + 1, sizeof *gate->found);
    gate->excluded = calloc(gate->ticker_count + 1, sizeof *gate->excluded);
    gate->matches = calloc(gate->ticker_count + 1, sizeof *gate->matches);
    if (!gate->starts || !gate->start_table || !gate->keywords || !gate->texts || !gate->found ||
        !gate->excluded || !gate->matches)
        return gm_error_set(error, GM_ERR_NOMEM, "out of memory for the keywords");
    return gm_trie_init(&gate->trie, error);
}

static enum gm_err add_ticker(struct gm_gate *gate, uint32_t index,
                              const struct gm_gate_ticker *ticker, char **text,
                              struct gm_error *error)
{
    for (size_t k = 0; k < ticker->keyword_count; k++) {
        struct gm_keyword *keyword = &gate->keywords[gate->keyword_count];
        enum gm_err err = parse_keyword(gm_str(ticker->keywords[k]), keyword, error);
        if (err)
            return err;
        keyword->ticker = index;
        memcpy(*text, keyword->text.data, keyword->text.len);
        keyword->text.data = *text;
        *text += keyword->text.len;
        if ((err = add_keyword(gate, (uint32_t)gate->keyword_count, error)))
            return err;
        gate->keyword_count++;
    }
    return GM_OK;
}

enum gm_err gm_gate_create(const struct gm_gate_ticker *tickers, size_t count,
                           struct gm_gate **ret_gate, struct gm_error *error)
{
    size_t keywords = 0, bytes = 0;
    enum gm_err err = count_keywords(tickers, count, &keywords, &bytes, error);
    if (err)
        return err;
    struct gm_gate *gate = calloc(1, sizeof *gate);
    if (!gate)
        return gm_error_set(error, GM_ERR_NOMEM, "out of memory for the keywords");
    gate->ticker_count = count;
    err = allocate(gate, keywords, bytes, error);
    char *text = gate->texts;
    for (size_t i = 0; !err && i < count; i++)
        err = add_ticker(gate, (uint32_t)i, &tickers[i], &text, error);
    if (err) {
        gm_gate_destroy(gate);
        return err;
    }
    add_wide_starts(gate);
    *ret_gate = gate;
    return GM_OK;
}

void gm_gate_destroy(struct gm_gate *gate)
{
    if (!gate)
        return;
    gm_trie_finish(&gate->trie);
    free(gate->starts);
    free(gate->start_table);
    free(gate->keywords);
    free(gate->texts);
    free(gate->found);
    free(gate->excluded);
    free(gate->matches);
    free(gate);
}

// ------------------------------------------------------------------------- matching

// Whether the text from its first byte on is the keyword as it is written, a run of white space
// being one space.
static bool is_exact(struct gm_str text, struct gm_str keyword)
{
    size_t t = 0, k = 0;
    while (k < keyword.len && t < text.len) {
        uint32_t a, b;
        t += gm_letter_read(text.data, text.len, t, &a);
        k += gm_letter_read(keyword.data, keyword.len, k, &b);
        if (!gm_letter_is_space(a) || !gm_letter_is_space(b)) {
            if (a != b)
                return false;
            continue;
        }
        char step[4];
        for (size_t next = t; next < text.len; t = next)
            if (read_step(text, &next, step), step[0] != ' ')
                break;
        for (size_t next = k; next < keyword.len; k = next)
            if (read_step(keyword, &next, step), step[0] != ' ')
                break;
    }
    return k == keyword.len;
}

// The keywords that end at `node`, in a text that has them at `start`.
static void take(struct gm_gate *gate, uint32_t node, struct gm_str text, size_t start)
{
    const char before = start > 0 ? text.data[start - 1] : ' ';
    for (uint32_t at = gate->trie.keywords[node]; at != 0; at = gate->keywords[at - 1].next) {
        const struct gm_keyword *keyword = &gate->keywords[at - 1];
        const struct gm_str rest = {text.data + start, text.len - start};
        if ((keyword->kind == GM_KEYWORD_CASHTAG && before != '$') ||
            (keyword->kind == GM_KEYWORD_HASHTAG && before != '#') ||
            (keyword->kind == GM_KEYWORD_EXACT && !is_exact(rest, keyword->text)))
            continue;
        uint64_t *mark = keyword->kind == GM_KEYWORD_EXCLUDE ? gate->excluded : gate->found;
        if (mark == gate->found && mark[keyword->ticker] != gate->text_number)
            gate->matches[gate->match_count++] = keyword->ticker;
        mark[keyword->ticker] = gate->text_number;
    }
}

// Reports what ends at `node`, when the text may end a word there.
static void end_at(struct gm_gate *gate, uint32_t node, struct gm_str text, size_t start,
                   size_t end)
{
    if (gate->trie.keywords[node] == 0)
        return;
    uint32_t after = ' ';
    if (end < text.len)
        gm_letter_read(text.data, text.len, end, &after);
    if (gm_letter_bound(gm_letter_before(text.data, end), after))
        take(gate, node, text, start);
}

// Walks on from `node`, which stands for the text from `start` to `at`.
static void walk(struct gm_gate *gate, uint32_t node, struct gm_str text, size_t start, size_t at)
{
    end_at(gate, node, text, start, at);
    while (at < text.len) {
        char step[4];
        const size_t bytes = read_step(text, &at, step);
        for (size_t i = 0; i < bytes; i++)
            if ((node = gm_trie_child(&gate->trie, node, (unsigned char)step[i])) == 0)
                return;
        end_at(gate, node, text, start, at);
    }
}

// An ASCII word begins at `start`.
static void try_word(struct gm_gate *gate, struct gm_str text, size_t start, size_t word)
{
    const size_t left = text.len - start;
    const uint64_t key = fold_key(load_key(text.data + start, left), word);
    if (!has_bit(gate->starts, start_bit(gate, key)))
        return;
    const struct start *found = find_start(gate, key);
    if (found->key == 0)
        return;
    if (start > 0 && (unsigned char)text.data[start - 1] >= 0x80 &&
        gm_letter_of(gm_letter_before(text.data, start)) == GM_LETTER_JOINED)
        return;
    walk(gate, found->node, text, start, start + (word < KEY_BYTES ? word : KEY_BYTES));
}

// A character beyond ASCII begins at `start`.
static void try_wide(struct gm_gate *gate, struct gm_str text, size_t start)
{
    uint32_t code_point;
    gm_letter_read(text.data, text.len, start, &code_point);
    if (!has_bit(gate->wide, wide_bit(code_point)))
        return;
    if (start > 0 && !gm_letter_bound(gm_letter_before(text.data, start), code_point))
        return;
    walk(gate, 0, text, start, start);
}

// How far the word at text[start] reaches, KEY_BYTES at most; `word_bits` from there on.
static size_t word_len(struct gm_str text, size_t start, uint64_t word_bits, size_t known)
{
    const size_t len = ~word_bits == 0 ? 64 : (size_t)__builtin_ctzll(~word_bits);
    if (len < known)
        return len;
    const struct gm_str rest = {text.data + start,
                                text.len - start < KEY_BYTES ? text.len - start : KEY_BYTES};
    return known >= KEY_BYTES ? KEY_BYTES : ascii_word_len(rest);
}

// A block of text that begins at `base`. `in_word`: the byte before it belongs to a word. Returns
// whether its last byte does.
static bool match_block(struct gm_gate *gate, struct gm_str text, size_t base, size_t bytes,
                        struct gm_word_bits bits, bool in_word)
{
    for (uint64_t starts = bits.word & ~(bits.word << 1 | in_word); starts != 0;
         starts &= starts - 1) {
        const size_t at = (size_t)__builtin_ctzll(starts);
        try_word(gate, text, base + at, word_len(text, base + at, bits.word >> at, bytes - at));
    }
    for (uint64_t wide = gate->any_wide ? bits.wide : 0; wide != 0; wide &= wide - 1)
        try_wide(gate, text, base + (size_t)__builtin_ctzll(wide));
    return bits.word >> (GM_WORD_BLOCK - 1);
}

// What is left of the text behind its whole blocks: read from its end where that can be done
// without copying.
static struct gm_word_bits rest_bits(struct gm_str text, size_t base)
{
    if (text.len < GM_WORD_BLOCK) {
        char copy[GM_WORD_BLOCK] = {0};
        memcpy(copy, text.data, text.len);
        return gm_word_bits(copy);
    }
    struct gm_word_bits bits = gm_word_bits(text.data + text.len - GM_WORD_BLOCK);
    const size_t seen = GM_WORD_BLOCK - (text.len - base);
    bits.word >>= seen;
    bits.wide >>= seen;
    return bits;
}

static int by_index(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

const uint32_t *gm_gate_match(struct gm_gate *gate, struct gm_str text, size_t *ret_count)
{
    gate->text_number++;
    gate->match_count = 0;
    bool in_word = false;
    size_t base = 0;
    for (; text.len - base >= GM_WORD_BLOCK; base += GM_WORD_BLOCK)
        in_word =
            match_block(gate, text, base, GM_WORD_BLOCK, gm_word_bits(text.data + base), in_word);
    if (base < text.len)
        match_block(gate, text, base, text.len - base, rest_bits(text, base), in_word);
    size_t count = 0;
    for (size_t i = 0; i < gate->match_count; i++)
        if (gate->excluded[gate->matches[i]] != gate->text_number)
            gate->matches[count++] = gate->matches[i];
    if (count > 1)
        qsort(gate->matches, count, sizeof *gate->matches, by_index);
    *ret_count = count;
    return gate->matches;
}
