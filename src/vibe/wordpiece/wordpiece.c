// The tokenizer. One pass over the text. A word of a few ASCII letters and digits, as nearly all
// are, is found whole by short_reader.h and looked up as two integers. Any other word is gathered
// small and normalized, with the hash of each of its beginnings, and looked up when something ends
// it: ASCII takes a table of classes, other characters the tables of unicode.h.
#include "vibe/wordpiece/wordpiece.h"

#include "vibe/model/mapped_file.h"
#include "vibe/wordpiece/short_pieces.h"
#include "vibe/wordpiece/short_reader.h"
#include "vibe/wordpiece/unicode.h"
#include "vibe/wordpiece/vocabulary.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    WORD_CHARACTERS_MAX = 100, // more: [UNK]
    WORD_BYTES = 4 * WORD_CHARACTERS_MAX,
    REPLACEMENT = 0xfffd,
};

enum ascii_class { WORD, SPACE, PUNCTUATION, REMOVED, WIDE };

struct gm_wordpiece {
    struct gm_vocabulary vocabulary;
    struct gm_short_pieces short_pieces;
    uint64_t powers[WORD_BYTES + 1]; // of the hash's multiplier
    uint32_t punctuation[128];       // ids of ASCII characters that are words by themselves
    unsigned char classes[256];      // enum ascii_class by byte
    unsigned char small[128];        // the small letter
};

// ------------------------------------------------------------------------- open

static enum gm_err read_file(const char *dir, const char *name,
                             enum gm_err (*read)(struct gm_str, struct gm_vocabulary *,
                                                 struct gm_error *),
                             struct gm_vocabulary *ret_vocabulary, struct gm_error *error)
{
    char path[PATH_MAX];
    if ((size_t)snprintf(path, sizeof path, "%s/%s", dir, name) >= sizeof path)
        return gm_error_set(error, GM_ERR_LIMIT, "%s: the path is too long", dir);
    struct gm_mapped_file file;
    enum gm_err err = gm_mapped_file_open(path, &file, error);
    if (err)
        return err;
    if (file.bytes.len > GM_WORDPIECE_FILE_BYTES_MAX)
        err = gm_error_set(error, GM_ERR_LIMIT, "%zu bytes; the limit is %d", file.bytes.len,
                           GM_WORDPIECE_FILE_BYTES_MAX);
    else
        err = read(file.bytes, ret_vocabulary, error);
    if (err)
        gm_error_prefix(error, "%s", path);
    gm_mapped_file_finish(&file);
    return err;
}

static enum gm_err check_config(struct gm_str text, struct gm_vocabulary *vocabulary,
                                struct gm_error *error)
{
    (void)vocabulary;
    return gm_vocabulary_check_config(text, error);
}

static enum gm_err read_folder(const char *dir, struct gm_vocabulary *ret_vocabulary,
                               struct gm_error *error)
{
    enum gm_err err = read_file(dir, "tokenizer_config.json", check_config, NULL, error);
    if (err && err != GM_ERR_NOT_FOUND)
        return err;
    err = read_file(dir, "vocab.txt", gm_vocabulary_read_txt, ret_vocabulary, error);
    if (err != GM_ERR_NOT_FOUND)
        return err;
    err = read_file(dir, "tokenizer.json", gm_vocabulary_read_json, ret_vocabulary, error);
    if (err == GM_ERR_NOT_FOUND)
        return gm_error_set(error, GM_ERR_NOT_FOUND, "%s: neither vocab.txt nor tokenizer.json",
                            dir);
    return err;
}

static enum ascii_class class_of(unsigned byte)
{
    if (byte >= 0x80)
        return WIDE;
    switch (gm_wordpiece_value(byte)) {
    case GM_WORDPIECE_SPACE:
        return SPACE;
    case GM_WORDPIECE_PUNCTUATION:
        return PUNCTUATION;
    case GM_WORDPIECE_REMOVED:
    case GM_WORDPIECE_BLOCKING:
        return REMOVED;
    default:
        return WORD;
    }
}

static void fill_tables(struct gm_wordpiece *wordpiece)
{
    for (unsigned byte = 0; byte < 256; byte++)
        wordpiece->classes[byte] = (unsigned char)class_of(byte);
    for (unsigned byte = 0; byte < 128; byte++) {
        const char one = (char)byte;
        const int64_t id = gm_vocabulary_find(&wordpiece->vocabulary, GM_PIECE_FIRST, &one, 1,
                                              gm_piece_hash_add(0, (unsigned char)byte));
        wordpiece->punctuation[byte] =
            id == GM_VOCABULARY_NONE ? wordpiece->vocabulary.unknown : (uint32_t)id;
        wordpiece->small[byte] = (unsigned char)(byte - 'A' < 26 ? byte | 0x20 : byte);
    }
    wordpiece->powers[0] = 1;
    for (size_t i = 1; i <= WORD_BYTES; i++)
        wordpiece->powers[i] = wordpiece->powers[i - 1] * GM_PIECE_HASH_MULTIPLIER;
}

enum gm_err gm_wordpiece_open(const char *dir, struct gm_wordpiece **ret_wordpiece,
                              struct gm_error *error)
{
    struct gm_wordpiece *wordpiece = calloc(1, sizeof *wordpiece);
    if (!wordpiece)
        return gm_error_set(error, GM_ERR_NOMEM, "out of memory for a tokenizer");
    enum gm_err err = read_folder(dir, &wordpiece->vocabulary, error);
    if (!err)
        err = gm_short_pieces_init(&wordpiece->short_pieces, &wordpiece->vocabulary, error);
    if (err) {
        gm_wordpiece_close(wordpiece);
        return err;
    }
    fill_tables(wordpiece);
    *ret_wordpiece = wordpiece;
    return GM_OK;
}

void gm_wordpiece_close(struct gm_wordpiece *wordpiece)
{
    if (!wordpiece)
        return;
    gm_short_pieces_finish(&wordpiece->short_pieces);
    gm_vocabulary_finish(&wordpiece->vocabulary);
    free(wordpiece);
}

size_t gm_wordpiece_size(const struct gm_wordpiece *wordpiece)
{
    return wordpiece->vocabulary.count;
}

// ------------------------------------------------------------------------- one word

// A mark that is kept, where marks in a row are sorted.
struct mark {
    size_t begin; // in the word
    int rank;
};

struct encoder {
    const struct gm_wordpiece *wordpiece;
    uint32_t *ids;
    size_t count, count_max;
    struct gm_short_reader reader;

    // The word that is being gathered.
    size_t len, characters; // bytes; characters may be over WORD_CHARACTERS_MAX, bytes are not kept
    char word[WORD_BYTES];
    uint64_t hashes[WORD_BYTES + 1]; // of its beginnings, by length
    struct mark marks[WORD_CHARACTERS_MAX];
    size_t mark_count; // at its end, in the order in which they stand
};

static void put(struct encoder *encoder, uint32_t id)
{
    if (encoder->count < encoder->count_max)
        encoder->ids[encoder->count++] = id;
}

static bool is_boundary(const struct encoder *encoder, size_t at)
{
    return at == encoder->len || ((unsigned char)encoder->word[at] & 0xc0) != 0x80;
}

// The longest piece from `begin` on; *ret_end is where it ends.
static int64_t longest_piece(const struct encoder *encoder, size_t begin, size_t *ret_end)
{
    const struct gm_vocabulary *vocabulary = &encoder->wordpiece->vocabulary;
    const enum gm_piece_place place = begin == 0 ? GM_PIECE_FIRST : GM_PIECE_NEXT;
    size_t end = encoder->len;
    if (end - begin > vocabulary->piece_len_max)
        end = begin + vocabulary->piece_len_max;
    for (; end > begin; end--) {
        if (!is_boundary(encoder, end))
            continue;
        const uint64_t hash = gm_piece_hash_part(encoder->hashes[begin], encoder->hashes[end],
                                                 encoder->wordpiece->powers[end - begin]);
        const int64_t id =
            gm_vocabulary_find(vocabulary, place, encoder->word + begin, end - begin, hash);
        if (id != GM_VOCABULARY_NONE) {
            *ret_end = end;
            return id;
        }
    }
    return GM_VOCABULARY_NONE;
}

static void put_pieces(struct encoder *encoder)
{
    uint32_t pieces[WORD_CHARACTERS_MAX];
    size_t count = 0;
    for (size_t begin = 0; begin < encoder->len;) {
        const int64_t id = longest_piece(encoder, begin, &begin);
        if (id == GM_VOCABULARY_NONE) {
            put(encoder, encoder->wordpiece->vocabulary.unknown);
            return;
        }
        pieces[count++] = (uint32_t)id;
    }
    for (size_t i = 0; i < count; i++)
        put(encoder, pieces[i]);
}

// Ends the word, if there is one.
static void end_word(struct encoder *encoder)
{
    if (encoder->characters == 0)
        return;
    if (encoder->characters > WORD_CHARACTERS_MAX)
        put(encoder, encoder->wordpiece->vocabulary.unknown);
    else
        put_pieces(encoder);
    encoder->len = encoder->characters = encoder->mark_count = 0;
}

static void hash_from(struct encoder *encoder, size_t begin)
{
    for (size_t i = begin; i < encoder->len; i++)
        encoder->hashes[i + 1] =
            gm_piece_hash_add(encoder->hashes[i], (unsigned char)encoder->word[i]);
}

static void append(struct encoder *encoder, const char *bytes, size_t len)
{
    encoder->mark_count = 0;
    if (encoder->characters++ >= WORD_CHARACTERS_MAX)
        return;
    memcpy(encoder->word + encoder->len, bytes, len);
    encoder->len += len;
    hash_from(encoder, encoder->len - len);
}

static int rank_of(uint32_t code_point)
{
    for (const struct gm_wordpiece_rank *at = gm_wordpiece_ranks; at->rank != 0; at++)
        if (at->code_point == code_point)
            return at->rank;
    return 0;
}

// Puts a mark before those at the word's end that have a higher rank.
static void append_mark(struct encoder *encoder, uint32_t code_point, const char *bytes, size_t len)
{
    if (encoder->characters++ >= WORD_CHARACTERS_MAX)
        return;
    const int rank = rank_of(code_point);
    size_t place = encoder->mark_count;
    while (place > 0 && encoder->marks[place - 1].rank > rank)
        place--;
    const size_t begin = place < encoder->mark_count ? encoder->marks[place].begin : encoder->len;
    memmove(encoder->word + begin + len, encoder->word + begin, encoder->len - begin);
    memcpy(encoder->word + begin, bytes, len);
    memmove(encoder->marks + place + 1, encoder->marks + place,
            (encoder->mark_count - place) * sizeof *encoder->marks);
    encoder->marks[place] = (struct mark){begin, rank};
    encoder->mark_count++;
    for (size_t i = place + 1; i < encoder->mark_count; i++)
        encoder->marks[i].begin += len;
    encoder->len += len;
    hash_from(encoder, begin);
}

static void put_alone(struct encoder *encoder, const char *bytes, size_t len)
{
    end_word(encoder);
    append(encoder, bytes, len);
    end_word(encoder);
}

// ------------------------------------------------------------------------- characters

// Reads a character and returns its bytes; what is no UTF-8 is one byte and U+FFFD.
static size_t read_character(const unsigned char *text, size_t len, uint32_t *ret)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    const size_t bytes = text[0] < 0x80   ? 1
                         : text[0] < 0xc2 ? 0
                         : text[0] < 0xe0 ? 2
                         : text[0] < 0xf0 ? 3
                         : text[0] < 0xf5 ? 4
                                          : 0;
    *ret = REPLACEMENT;
    if (bytes == 0 || bytes > len)
        return 1;
    uint32_t character = bytes == 1 ? text[0] : text[0] & (0x7fu >> bytes);
    for (size_t i = 1; i < bytes; i++) {
        if ((text[i] & 0xc0) != 0x80)
            return 1;
        character = character << 6 | (text[i] & 0x3f);
    }
    if (character < least[bytes] || character > 0x10ffff ||
        (character >= 0xd800 && character <= 0xdfff))
        return 1;
    *ret = character;
    return bytes;
}

// A syllable as the letters that it is made of (The Unicode Standard, 3.12).
static void append_hangul(struct encoder *encoder, uint32_t character)
{
    enum { VOWELS = 21, TRAILS = 28 };
    const uint32_t index = character - 0xac00;
    const uint32_t letters[] = {0x1100 + index / (VOWELS * TRAILS),
                                0x1161 + index % (VOWELS * TRAILS) / TRAILS,
                                0x11a7 + index % TRAILS};
    for (int i = 0; i < (index % TRAILS == 0 ? 2 : 3); i++) {
        const char bytes[] = {(char)(0xe0 | letters[i] >> 12),
                              (char)(0x80 | (letters[i] >> 6 & 0x3f)),
                              (char)(0x80 | (letters[i] & 0x3f))};
        append(encoder, bytes, sizeof bytes);
    }
}

// The text that stands for a character; what it holds is normalized.
static void take_text(struct encoder *encoder, const unsigned char *text)
{
    const size_t len = *text++;
    for (size_t at = 0; at < len;) {
        uint32_t character;
        const char *bytes = (const char *)text + at;
        const size_t taken = read_character(text + at, len - at, &character);
        at += taken;
        if (character == ' ')
            end_word(encoder);
        else if (gm_wordpiece_value(character) == GM_WORDPIECE_PUNCTUATION)
            put_alone(encoder, bytes, taken);
        else if (gm_wordpiece_value(character) == GM_WORDPIECE_ORDERED)
            append_mark(encoder, character, bytes, taken);
        else
            append(encoder, bytes, taken);
    }
}

// Takes the character beyond ASCII that begins at text[0] and returns its bytes.
static size_t take_wide(struct encoder *encoder, const char *text, size_t len)
{
    uint32_t character;
    const size_t taken = read_character((const unsigned char *)text, len, &character);
    const unsigned value = gm_wordpiece_value(character);
    switch (value) {
    case GM_WORDPIECE_SELF:
        append(encoder, text, taken);
        break;
    case GM_WORDPIECE_REMOVED:
        break;
    case GM_WORDPIECE_SPACE:
        end_word(encoder);
        break;
    case GM_WORDPIECE_PUNCTUATION:
    case GM_WORDPIECE_IDEOGRAPH:
        put_alone(encoder, text, taken);
        break;
    case GM_WORDPIECE_HANGUL:
        append_hangul(encoder, character);
        break;
    case GM_WORDPIECE_ORDERED:
        append_mark(encoder, character, text, taken);
        break;
    case GM_WORDPIECE_BLOCKING:
        encoder->mark_count = 0;
        break;
    default:
        take_text(encoder, gm_wordpiece_texts + (value - GM_WORDPIECE_TEXT));
    }
    return taken;
}

// ------------------------------------------------------------------------- a text

// The length of the special piece that is written at text[0], a '['; 0: none.
static size_t take_special(struct encoder *encoder, const char *text, size_t len)
{
    for (size_t i = 0; i < GM_VOCABULARY_SPECIALS; i++) {
        const char *name = gm_vocabulary_specials[i];
        const size_t name_len = strlen(name);
        const uint32_t id = encoder->wordpiece->vocabulary.special[i];
        if (id == (uint32_t)GM_VOCABULARY_NONE || name_len > len ||
            memcmp(text, name, name_len) != 0)
            continue;
        put(encoder, id);
        return name_len;
    }
    return 0;
}

// Takes the ASCII letters and digits from text[0] on and returns how many.
static size_t take_ascii(struct encoder *encoder, const char *text, size_t len)
{
    const struct gm_wordpiece *wordpiece = encoder->wordpiece;
    size_t at = 0;
    encoder->mark_count = 0;
    if (encoder->characters == 0)
        encoder->hashes[0] = 0;
    uint64_t hash = encoder->hashes[encoder->len];
    const size_t room =
        encoder->characters < WORD_CHARACTERS_MAX ? WORD_CHARACTERS_MAX - encoder->characters : 0;
    const size_t kept = len < room ? len : room;
    char *word = encoder->word + encoder->len;
    uint64_t *hashes = encoder->hashes + encoder->len + 1;
    for (; at < kept; at++) {
        const unsigned char byte = (unsigned char)text[at];
        if (wordpiece->classes[byte] != WORD)
            break;
        const unsigned char small = wordpiece->small[byte];
        word[at] = (char)small;
        hashes[at] = hash = gm_piece_hash_add(hash, small);
    }
    encoder->len += at;
    for (; at == kept && at < len; at++) // the word is too long: its length alone counts
        if (wordpiece->classes[(unsigned char)text[at]] != WORD)
            break;
    encoder->characters += at;
    return at;
}

// Whether a word of ASCII ends before text[at], whatever follows.
static bool ends_word(const struct encoder *encoder, const char *text, size_t len, size_t at)
{
    if (at == len)
        return true;
    const enum ascii_class class = encoder->wordpiece->classes[(unsigned char)text[at]];
    if (class != WIDE)
        return class == SPACE || class == PUNCTUATION;
    uint32_t character;
    read_character((const unsigned char *)text + at, len - at, &character);
    const unsigned value = gm_wordpiece_value(character);
    return value == GM_WORDPIECE_SPACE || value == GM_WORDPIECE_PUNCTUATION ||
           value == GM_WORDPIECE_IDEOGRAPH;
}

// Cuts a short word that is no piece as a whole.
static void put_short_pieces(struct encoder *encoder, struct gm_short_word word, size_t len)
{
    const struct gm_wordpiece *wordpiece = encoder->wordpiece;
    uint32_t ids[GM_SHORT_BYTES_MAX];
    size_t count = 0;
    enum gm_piece_place place = GM_PIECE_FIRST;
    for (;;) {
        size_t taken = 0;
        const int64_t id =
            gm_short_find_longest(&wordpiece->short_pieces, place, word, len, &taken);
        if (id == GM_VOCABULARY_NONE) {
            put(encoder, wordpiece->vocabulary.unknown);
            return;
        }
        ids[count++] = (uint32_t)id;
        if (taken == len)
            break;
        word = gm_short_word_rest(word, taken);
        len -= taken;
        place = GM_PIECE_NEXT;
    }
    for (size_t i = 0; i < count; i++)
        put(encoder, ids[i]);
}

// Takes a whole word of few ASCII letters and digits from the text's byte `at` on, and a space
// behind it. Returns how many bytes that was; 0: there is another kind of word.
static inline size_t take_short(struct encoder *encoder, size_t at)
{
    const struct gm_str text = encoder->reader.text;
    struct gm_short_word word;
    const size_t len = gm_short_reader_word(&encoder->reader, at, &word);
    const size_t end = at + len;
    const bool space = end < text.len && text.data[end] == ' ';
    if (!space && !ends_word(encoder, text.data, text.len, end))
        return 0;
    const int64_t id = gm_short_find(&encoder->wordpiece->short_pieces, GM_PIECE_FIRST, word);
    if (id == GM_VOCABULARY_NONE)
        put_short_pieces(encoder, word, len);
    else
        put(encoder, (uint32_t)id);
    return len + space;
}

// Takes what begins at the text's byte `at` and returns how many bytes that was.
static size_t take(struct encoder *encoder, size_t at)
{
    const char *text = encoder->reader.text.data + at;
    const size_t len = encoder->reader.text.len - at;
    const unsigned char byte = (unsigned char)text[0];
    switch ((enum ascii_class)encoder->wordpiece->classes[byte]) {
    case WORD: {
        const size_t taken = encoder->characters == 0 ? take_short(encoder, at) : 0;
        return taken > 0 ? taken : take_ascii(encoder, text, len);
    }
    case SPACE:
        end_word(encoder);
        return 1;
    case PUNCTUATION: {
        end_word(encoder);
        const size_t special = byte == '[' ? take_special(encoder, text, len) : 0;
        if (special > 0)
            return special;
        put(encoder, encoder->wordpiece->punctuation[byte]);
        return 1;
    }
    case REMOVED:
        return 1;
    case WIDE:
        break;
    }
    return take_wide(encoder, text, len);
}

size_t gm_wordpiece_encode(const struct gm_wordpiece *wordpiece, struct gm_str text,
                           uint32_t *ret_ids, size_t ids_max)
{
    struct encoder encoder;
    encoder.wordpiece = wordpiece;
    encoder.ids = ret_ids;
    encoder.count = 0;
    encoder.count_max = ids_max - 1; // the last place is [SEP]'s
    encoder.len = encoder.characters = encoder.mark_count = 0;
    encoder.hashes[0] = 0;
    gm_short_reader_init(&encoder.reader, text);
    put(&encoder, wordpiece->vocabulary.begin);
    for (size_t at = 0; at < text.len && encoder.count < encoder.count_max;)
        at += take(&encoder, at);
    end_word(&encoder);
    ret_ids[encoder.count] = wordpiece->vocabulary.end;
    return encoder.count + 1;
}
