#include "vibe/wordpiece/vocabulary.h"

#include <stdlib.h>
#include <string.h>

const char *const gm_vocabulary_specials[GM_VOCABULARY_SPECIALS] = {"[UNK]", "[CLS]", "[SEP]",
                                                                    "[PAD]", "[MASK]"};

// Folds the hash, whose upper bits are the better mixed ones, and tells the places apart.
static uint64_t key_of(uint64_t hash, enum gm_piece_place place)
{
    hash += place == GM_PIECE_NEXT ? UINT64_C(0xd6e8feb86659fd93) : 0;
    return hash ^ hash >> 32;
}

static uint64_t hash_of(const char *bytes, size_t len)
{
    uint64_t hash = 0;
    for (size_t i = 0; i < len; i++)
        hash = gm_piece_hash_add(hash, (unsigned char)bytes[i]);
    return hash;
}

enum gm_err gm_vocabulary_init(struct gm_vocabulary *vocabulary, size_t count_max,
                               struct gm_error *error)
{
    *vocabulary = (struct gm_vocabulary){.slot_count = 64};
    while (vocabulary->slot_count < 2 * count_max)
        vocabulary->slot_count *= 2;
    vocabulary->slots = calloc(vocabulary->slot_count, sizeof *vocabulary->slots);
    if (!vocabulary->slots)
        return gm_error_set(error, GM_ERR_NOMEM, "out of memory for %zu word pieces", count_max);
    return GM_OK;
}

void gm_vocabulary_finish(struct gm_vocabulary *vocabulary)
{
    free(vocabulary->slots);
    free(vocabulary->bytes);
    *vocabulary = (struct gm_vocabulary){0};
}

// The slot of the piece, or the free one where it belongs.
static struct gm_piece *slot_of(const struct gm_vocabulary *vocabulary, uint64_t key,
                                const char *bytes, size_t len)
{
    for (size_t at = key & (vocabulary->slot_count - 1);;
         at = (at + 1) & (vocabulary->slot_count - 1)) {
        struct gm_piece *piece = &vocabulary->slots[at];
        if (piece->len == 0 || (piece->hash == key && piece->len == len &&
                                memcmp(vocabulary->bytes + piece->offset, bytes, len) == 0))
            return piece;
    }
}

int64_t gm_vocabulary_find(const struct gm_vocabulary *vocabulary, enum gm_piece_place place,
                           const char *bytes, size_t len, uint64_t hash)
{
    const struct gm_piece *piece = slot_of(vocabulary, key_of(hash, place), bytes, len);
    return piece->len > 0 ? (int64_t)piece->id : GM_VOCABULARY_NONE;
}

static enum gm_err keep_bytes(struct gm_vocabulary *vocabulary, struct gm_str bytes,
                              struct gm_error *error)
{
    if (vocabulary->byte_capacity - vocabulary->byte_count < bytes.len) {
        const size_t capacity = 2 * vocabulary->byte_capacity + 64 * 1024;
        char *larger = realloc(vocabulary->bytes, capacity);
        if (!larger)
            return gm_error_set(error, GM_ERR_NOMEM, "out of memory for the word pieces");
        vocabulary->bytes = larger;
        vocabulary->byte_capacity = capacity;
    }
    memcpy(vocabulary->bytes + vocabulary->byte_count, bytes.data, bytes.len);
    vocabulary->byte_count += bytes.len;
    return GM_OK;
}

enum gm_err gm_vocabulary_add(struct gm_vocabulary *vocabulary, struct gm_str piece, uint32_t id,
                              struct gm_error *error)
{
    const bool next = piece.len > 2 && memcmp(piece.data, "##", 2) == 0;
    const struct gm_str bytes = next ? (struct gm_str){piece.data + 2, piece.len - 2} : piece;
    if (bytes.len == 0)
        return gm_error_set(error, GM_ERR_INVALID, "an empty piece");
    if (bytes.len > GM_VOCABULARY_PIECE_BYTES_MAX)
        return gm_error_set(error, GM_ERR_LIMIT, "a piece of %zu bytes; the limit is %d", bytes.len,
                            GM_VOCABULARY_PIECE_BYTES_MAX);
    if (!gm_utf8_valid(bytes, NULL))
        return gm_error_set(error, GM_ERR_INVALID, "a piece that is no UTF-8");
    const enum gm_piece_place place = next ? GM_PIECE_NEXT : GM_PIECE_FIRST;
    const uint64_t key = key_of(hash_of(bytes.data, bytes.len), place);
    struct gm_piece *slot = slot_of(vocabulary, key, bytes.data, bytes.len);
    if (slot->len > 0)
        return gm_error_set(error, GM_ERR_INVALID, "\"%.*s\" is there already, with id %u",
                            GM_STR_ARG(piece), slot->id);
    const uint32_t offset = (uint32_t)vocabulary->byte_count;
    const enum gm_err err = keep_bytes(vocabulary, bytes, error);
    if (err)
        return err;
    *slot = (struct gm_piece){.hash = key,
                              .offset = offset,
                              .id = id,
                              .len = (uint16_t)bytes.len,
                              .place = (uint16_t)place};
    vocabulary->count++;
    if (bytes.len > vocabulary->piece_len_max)
        vocabulary->piece_len_max = bytes.len;
    return GM_OK;
}

enum gm_err gm_vocabulary_complete(struct gm_vocabulary *vocabulary, struct gm_error *error)
{
    enum { NEEDED = 3 };
    for (int i = 0; i < GM_VOCABULARY_SPECIALS; i++) {
        const char *name = gm_vocabulary_specials[i];
        const size_t len = strlen(name);
        const int64_t id =
            gm_vocabulary_find(vocabulary, GM_PIECE_FIRST, name, len, hash_of(name, len));
        if (id == GM_VOCABULARY_NONE && i < NEEDED)
            return gm_error_set(error, GM_ERR_INVALID,
                                "%s is missing: this is no vocabulary of BERT", name);
        vocabulary->special[i] = (uint32_t)id;
    }
    vocabulary->unknown = vocabulary->special[0];
    vocabulary->begin = vocabulary->special[1];
    vocabulary->end = vocabulary->special[2];
    return GM_OK;
}
