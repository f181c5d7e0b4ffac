// Any bytes are a vocab.txt, a tokenizer.json or a tokenizer_config.json: refused, or read into a
// vocabulary in which each piece is found under its own id.
#include "fuzz.h"
#include "vibe/wordpiece/vocabulary.h"

static void check(struct gm_vocabulary *vocabulary)
{
    size_t seen = 0;
    for (size_t i = 0; i < vocabulary->slot_count; i++) {
        const struct gm_piece *piece = &vocabulary->slots[i];
        if (piece->len == 0)
            continue;
        seen++;
        FUZZ_MUST(piece->id < vocabulary->count && piece->len <= vocabulary->piece_len_max);
        const char *bytes = vocabulary->bytes + piece->offset;
        uint64_t hash = 0;
        for (size_t k = 0; k < piece->len; k++)
            hash = gm_piece_hash_add(hash, (unsigned char)bytes[k]);
        const int64_t first =
            gm_vocabulary_find(vocabulary, GM_PIECE_FIRST, bytes, piece->len, hash);
        const int64_t next = gm_vocabulary_find(vocabulary, GM_PIECE_NEXT, bytes, piece->len, hash);
        FUZZ_MUST(first == piece->id || next == piece->id);
    }
    FUZZ_MUST(seen == vocabulary->count);
    gm_vocabulary_finish(vocabulary);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct gm_str text = {(const char *)data, size};
    struct gm_vocabulary vocabulary;
    if (!gm_vocabulary_read_txt(text, &vocabulary, NULL))
        check(&vocabulary);
    if (!gm_vocabulary_read_json(text, &vocabulary, NULL))
        check(&vocabulary);
    gm_vocabulary_check_config(text, NULL);
    return 0;
}
