// A vocabulary of word pieces: which id has this piece?
//
// Pieces are kept in one hash table under a polynomial hash of their bytes, so that with the hashes
// of a word's beginnings the hash of any part of it costs two operations (gm_piece_hash_part).
#ifndef GM_VIBE_WORDPIECE_VOCABULARY_H
#define GM_VIBE_WORDPIECE_VOCABULARY_H

#include "base/error.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    GM_VOCABULARY_PIECES_MAX = 1000000,
    GM_VOCABULARY_PIECE_BYTES_MAX = 512, // without its "##"
    GM_VOCABULARY_NONE = -1,
    GM_VOCABULARY_SPECIALS = 5,
};

// A piece that begins a word, or one that goes on ("##…").
enum gm_piece_place { GM_PIECE_FIRST, GM_PIECE_NEXT };

struct gm_vocabulary {
    struct gm_piece {
        uint64_t hash; // of the piece's bytes and place
        uint32_t offset, id;
        uint16_t len;   // bytes; 0: the slot is free
        uint16_t place; // enum gm_piece_place
    } * slots;          // slot_count, a power of 2, half full at most
    size_t slot_count;
    char *bytes; // of all pieces
    size_t byte_count, byte_capacity;
    size_t count;                 // pieces, special ones included; ids are 0 … count − 1
    size_t piece_len_max;         // of any piece, in bytes
    uint32_t unknown, begin, end; // the ids of [UNK], [CLS], [SEP]
    uint32_t special[GM_VOCABULARY_SPECIALS]; // ids of gm_vocabulary_specials; those without one
                                              // are NONE
};

// "[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]": written in a text they are themselves.
extern const char *const gm_vocabulary_specials[GM_VOCABULARY_SPECIALS];

// An empty vocabulary for at most `count_max` pieces.
enum gm_err gm_vocabulary_init(struct gm_vocabulary *vocabulary, size_t count_max,
                               struct gm_error *error);
void gm_vocabulary_finish(struct gm_vocabulary *vocabulary); // a zeroed one is fine

// Adds the piece with that id. GM_ERR_INVALID: it is there already, or it is no UTF-8;
// GM_ERR_LIMIT: it is too long.
enum gm_err gm_vocabulary_add(struct gm_vocabulary *vocabulary, struct gm_str piece, uint32_t id,
                              struct gm_error *error);

// After the last piece: finds the special ones. GM_ERR_INVALID: [UNK], [CLS] or [SEP] is missing.
enum gm_err gm_vocabulary_complete(struct gm_vocabulary *vocabulary, struct gm_error *error);

#define GM_PIECE_HASH_MULTIPLIER UINT64_C(0x9e3779b97f4a7c15)

// The hash of bytes[0..n) from that of bytes[0..n-1): begin with 0.
static inline uint64_t gm_piece_hash_add(uint64_t hash, unsigned char byte)
{
    return hash * GM_PIECE_HASH_MULTIPLIER + byte + 1;
}

// The hash of the part that lies between two beginnings of a word with these hashes, `power` being
// the multiplier to the power of its length.
static inline uint64_t gm_piece_hash_part(uint64_t hash_before, uint64_t hash_to, uint64_t power)
{
    return hash_to - hash_before * power;
}

// The id of the piece with these bytes, of which `hash` is the hash; GM_VOCABULARY_NONE: none.
int64_t gm_vocabulary_find(const struct gm_vocabulary *vocabulary, enum gm_piece_place place,
                           const char *bytes, size_t len, uint64_t hash);

// ------------------------------------------------------------------------- files

// Read a vocabulary of `text`: vocab.txt, a piece a line, or tokenizer.json. Errors name the line
// or the field.
enum gm_err gm_vocabulary_read_txt(struct gm_str text, struct gm_vocabulary *ret_vocabulary,
                                   struct gm_error *error);
enum gm_err gm_vocabulary_read_json(struct gm_str text, struct gm_vocabulary *ret_vocabulary,
                                    struct gm_error *error);

// Checks tokenizer_config.json for what this tokenizer does not do: GM_ERR_UNSUPPORTED.
enum gm_err gm_vocabulary_check_config(struct gm_str text, struct gm_error *error);

#endif
