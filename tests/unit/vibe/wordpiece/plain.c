#include "plain.h"

#include "vibe/wordpiece/unicode.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PIECES_MAX = 40000, WORD_MAX = 100, PARTS_WORDS = 0x20, ALONE = 1 << 30 };

struct plain {
    char *text;
    const char *pieces[PIECES_MAX];
    size_t lens[PIECES_MAX], longest;
    size_t count;
};

// Characters of a text; ALONE marks those that are words by themselves.
struct list {
    uint32_t *at;
    size_t count;
};

static void require(bool holds, const char *what)
{
    if (!holds) {
        fprintf(stderr, "plain: %s\n", what);
        abort();
    }
}

struct plain *plain_open(const char *dir)
{
    char path[4096];
    struct plain *plain = calloc(1, sizeof *plain);
    require(plain != NULL, "out of memory");
    snprintf(path, sizeof path, "%s/vocab.txt", dir);
    FILE *file = fopen(path, "rb");
    require(file != NULL, path);
    size_t bytes = 0;
    plain->text = calloc(1, 1 << 20);
    require(plain->text != NULL, "out of memory");
    bytes = fread(plain->text, 1, (1 << 20) - 1, file);
    fclose(file);
    for (char *line = plain->text; line < plain->text + bytes;) {
        char *end = strchr(line, '\n');
        if (end)
            *end = '\0';
        require(plain->count < PIECES_MAX, "too many pieces");
        plain->lens[plain->count] = strlen(line);
        if (plain->lens[plain->count] > plain->longest)
            plain->longest = plain->lens[plain->count];
        plain->pieces[plain->count++] = line;
        line = end ? end + 1 : plain->text + bytes;
    }
    return plain;
}

void plain_close(struct plain *plain)
{
    free(plain->text);
    free(plain);
}

static uint32_t id_of(const struct plain *plain, const char *piece)
{
    const size_t len = strlen(piece);
    for (size_t i = 0; len <= plain->longest && i < plain->count; i++)
        if (plain->lens[i] == len && plain->pieces[i][len - 1] == piece[len - 1] &&
            memcmp(plain->pieces[i], piece, len) == 0)
            return (uint32_t)i;
    return UINT32_MAX;
}

static void add(struct list *list, uint32_t character)
{
    if ((list->count & (list->count - 1)) == 0) { // 0, or a power of 2 that is full
        list->at = realloc(list->at, (list->count == 0 ? 1 : 2 * list->count) * sizeof *list->at);
        require(list->at != NULL, "out of memory");
    }
    list->at[list->count++] = character;
}

// The characters of UTF-8, bytes that are none left out.
static struct list characters_of(struct gm_str text)
{
    struct list list = {0};
    for (size_t at = 0; at < text.len;) {
        bool whole = false;
        for (size_t bytes = 1; bytes <= 4 && at + bytes <= text.len && !whole; bytes++) {
            const struct gm_str one = {text.data + at, bytes};
            if (gm_utf8_valid(one, NULL)) {
                size_t within = 0;
                add(&list, gm_utf8_next(one, &within));
                at += bytes;
                whole = true;
            }
        }
        at += !whole;
    }
    return list;
}

static int rank_of(uint32_t character)
{
    if (gm_wordpiece_value(character & ~(uint32_t)ALONE) != GM_WORDPIECE_ORDERED)
        return 0;
    for (const struct gm_wordpiece_rank *rank = gm_wordpiece_ranks; rank->rank != 0; rank++)
        if (rank->code_point == character)
            return rank->rank;
    return 0;
}

// What stands for one character; BLOCKING ones stay, to be taken out after the sorting.
static void normalize_one(uint32_t character, struct list *out)
{
    const unsigned value = gm_wordpiece_value(character);
    if (value == GM_WORDPIECE_REMOVED)
        return;
    if (value == GM_WORDPIECE_SPACE) {
        add(out, PARTS_WORDS);
    } else if (value == GM_WORDPIECE_PUNCTUATION || value == GM_WORDPIECE_IDEOGRAPH) {
        add(out, character | ALONE);
    } else if (value == GM_WORDPIECE_HANGUL) {
        add(out, 0x1100 + (character - 0xac00) / 588);
        add(out, 0x1161 + (character - 0xac00) % 588 / 28);
        if ((character - 0xac00) % 28 != 0)
            add(out, 0x11a7 + (character - 0xac00) % 28);
    } else if (value < GM_WORDPIECE_TEXT) {
        add(out, character);
    } else {
        const unsigned char *text = gm_wordpiece_texts + (value - GM_WORDPIECE_TEXT);
        struct list list = characters_of((struct gm_str){(const char *)text + 1, text[0]});
        for (size_t i = 0; i < list.count; i++) {
            const bool alone = gm_wordpiece_value(list.at[i]) == GM_WORDPIECE_PUNCTUATION;
            add(out, list.at[i] | (alone ? ALONE : 0));
        }
        free(list.at);
    }
}

static struct list normalize(struct gm_str text)
{
    struct list in = characters_of(text), out = {0}, kept = {0};
    for (size_t i = 0; i < in.count; i++)
        normalize_one(in.at[i], &out);
    for (bool sorted = false; !sorted;) { // bubble sort of marks by rank
        sorted = true;
        for (size_t i = 0; i + 1 < out.count; i++) {
            const uint32_t first = out.at[i], second = out.at[i + 1];
            if (rank_of(second) == 0 || rank_of(first) <= rank_of(second))
                continue;
            out.at[i] = second;
            out.at[i + 1] = first;
            sorted = false;
        }
    }
    for (size_t i = 0; i < out.count; i++)
        if (out.at[i] & ALONE || gm_wordpiece_value(out.at[i]) != GM_WORDPIECE_BLOCKING)
            add(&kept, out.at[i]);
    free(in.at);
    free(out.at);
    return kept;
}

static void write_utf8(uint32_t c, char **to)
{
    if (c < 0x80) {
        *(*to)++ = (char)c;
    } else if (c < 0x800) {
        *(*to)++ = (char)(0xc0 | c >> 6);
        *(*to)++ = (char)(0x80 | (c & 0x3f));
    } else if (c < 0x10000) {
        *(*to)++ = (char)(0xe0 | c >> 12);
        *(*to)++ = (char)(0x80 | (c >> 6 & 0x3f));
        *(*to)++ = (char)(0x80 | (c & 0x3f));
    } else {
        *(*to)++ = (char)(0xf0 | c >> 18);
        *(*to)++ = (char)(0x80 | (c >> 12 & 0x3f));
        *(*to)++ = (char)(0x80 | (c >> 6 & 0x3f));
        *(*to)++ = (char)(0x80 | (c & 0x3f));
    }
}

// The id of the characters as one piece, after "##" where they go on.
static uint32_t piece_of(const struct plain *plain, const uint32_t *at, size_t count, bool next)
{
    char text[4 * WORD_MAX + 3] = "##";
    char *end = text + (next ? 2 : 0);
    for (size_t i = 0; i < count; i++)
        write_utf8(at[i] & ~(uint32_t)ALONE, &end);
    *end = '\0';
    return id_of(plain, text);
}

static void add_word(const struct plain *plain, const uint32_t *at, size_t count, struct list *ids)
{
    struct list pieces = {0};
    bool whole = count <= WORD_MAX;
    for (size_t begin = 0; whole && begin < count;) {
        size_t end = count;
        uint32_t id = UINT32_MAX;
        for (; end > begin && id == UINT32_MAX; end--)
            id = piece_of(plain, at + begin, end - begin, begin > 0);
        whole = id != UINT32_MAX;
        begin = end + 1;
        add(&pieces, id);
    }
    if (!whole)
        add(ids, id_of(plain, "[UNK]"));
    for (size_t i = 0; whole && i < pieces.count; i++)
        add(ids, pieces.at[i]);
    free(pieces.at);
}

static void add_words(const struct plain *plain, struct gm_str text, struct list *ids)
{
    struct list list = normalize(text);
    for (size_t begin = 0; begin < list.count;) {
        size_t end = begin + 1;
        if (list.at[begin] != PARTS_WORDS) {
            while (!(list.at[begin] & ALONE) && end < list.count && !(list.at[end] & ALONE) &&
                   list.at[end] != PARTS_WORDS)
                end++;
            add_word(plain, list.at + begin, end - begin, ids);
        }
        begin = end;
    }
    free(list.at);
}

size_t plain_encode(const struct plain *plain, struct gm_str text, uint32_t *ret_ids,
                    size_t ids_max)
{
    static const char *const specials[] = {"[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]"};
    struct list ids = {0};
    size_t begin = 0;
    for (size_t at = 0; at < text.len;) {
        size_t len = 0;
        for (size_t i = 0; i < 5 && len == 0; i++)
            if (text.len - at >= strlen(specials[i]) &&
                memcmp(text.data + at, specials[i], strlen(specials[i])) == 0 &&
                id_of(plain, specials[i]) != UINT32_MAX) {
                len = strlen(specials[i]);
                add_words(plain, (struct gm_str){text.data + begin, at - begin}, &ids);
                add(&ids, id_of(plain, specials[i]));
                begin = at + len;
            }
        at += len > 0 ? len : 1;
    }
    add_words(plain, (struct gm_str){text.data + begin, text.len - begin}, &ids);
    const size_t kept = ids.count < ids_max - 2 ? ids.count : ids_max - 2;
    ret_ids[0] = id_of(plain, "[CLS]");
    if (kept > 0)
        memcpy(ret_ids + 1, ids.at, kept * sizeof *ret_ids);
    ret_ids[kept + 1] = id_of(plain, "[SEP]");
    free(ids.at);
    return kept + 2;
}
