// The tables of short pieces.
#include "vibe/wordpiece/short_pieces.h"

#include <stdlib.h>

// Whether the piece can be part of a short word; *ret_word is what it is then.
static bool is_short(const struct gm_vocabulary *vocabulary, const struct gm_piece *piece,
                     struct gm_short_word *ret_word)
{
    char bytes[GM_SHORT_BYTES_MAX] = {0};
    if (piece->len == 0 || piece->len > sizeof bytes)
        return false;
    memcpy(bytes, vocabulary->bytes + piece->offset, piece->len);
    for (size_t i = 0; i < piece->len; i++)
        if (!(bytes[i] >= 'a' && bytes[i] <= 'z') && !(bytes[i] >= '0' && bytes[i] <= '9'))
            return false;
    *ret_word = gm_short_word_of(bytes, piece->len);
    return true;
}

static void note_length(struct gm_short_table *table, struct gm_short_word word, size_t len)
{
    const size_t first = word.low & 0x3f, second = word.low >> 8 & 0x3f;
    const uint16_t bit = (uint16_t)(1u << (len - 1));
    if (len > 1)
        table->lengths[first << 6 | second] |= bit;
    for (size_t any = 0; len == 1 && any < 64; any++) // whatever follows it
        table->lengths[first << 6 | any] |= bit;
}

static void insert(struct gm_short_pieces *pieces, enum gm_piece_place place,
                   struct gm_short_word word, size_t len, uint32_t id)
{
    struct gm_short_table *table = &pieces->tables[place];
    const uint64_t hash = gm_short_word_hash(word);
    uint64_t at = hash & table->mask;
    while (table->slots[at] != 0)
        at = (at + 1) & table->mask;
    table->slots[at] = gm_short_tag(hash) | (id + 1);
    pieces->words[id] = word;
    note_length(table, word, len);
}

static enum gm_err make_room(struct gm_short_pieces *pieces, size_t count, const size_t *counts,
                             struct gm_error *error)
{
    pieces->words = calloc(count, sizeof *pieces->words);
    bool whole = pieces->words != NULL;
    for (int place = 0; place < 2; place++) {
        size_t slots = 64;
        while (slots < 2 * counts[place])
            slots *= 2;
        pieces->tables[place].slots = calloc(slots, sizeof(uint32_t));
        pieces->tables[place].mask = slots - 1;
        whole = whole && pieces->tables[place].slots;
    }
    if (whole)
        return GM_OK;
    gm_short_pieces_finish(pieces);
    return gm_error_set(error, GM_ERR_NOMEM, "out of memory for %zu word pieces", count);
}

enum gm_err gm_short_pieces_init(struct gm_short_pieces *pieces,
                                 const struct gm_vocabulary *vocabulary, struct gm_error *error)
{
    struct gm_short_word word;
    size_t counts[2] = {0, 0};
    for (size_t i = 0; i < vocabulary->slot_count; i++)
        counts[vocabulary->slots[i].place] += is_short(vocabulary, &vocabulary->slots[i], &word);
    *pieces = (struct gm_short_pieces){0};
    const enum gm_err err = make_room(pieces, vocabulary->count, counts, error);
    if (err)
        return err;
    for (size_t i = 0; i < vocabulary->slot_count; i++) {
        const struct gm_piece *piece = &vocabulary->slots[i];
        if (is_short(vocabulary, piece, &word))
            insert(pieces, (enum gm_piece_place)piece->place, word, piece->len, piece->id);
    }
    return GM_OK;
}

void gm_short_pieces_finish(struct gm_short_pieces *pieces)
{
    free(pieces->tables[GM_PIECE_FIRST].slots);
    free(pieces->tables[GM_PIECE_NEXT].slots);
    free(pieces->words);
    *pieces = (struct gm_short_pieces){0};
}
