// BERT's uncased tokenizer: a text in, ids of word pieces out.
//
// The same ids as Hugging Face's `tokenizers` gives with BertNormalizer (clean text, CJK
// characters apart, accents stripped, lower case), BertPreTokenizer and WordPiece, between [CLS]
// and [SEP]:
// - control, format and private characters are taken out, as are bytes that are no UTF-8;
// - text is decomposed (NFD), accents are dropped, letters made small, one by one;
// - white space parts words; punctuation and ideographs are words by themselves;
// - a word is cut into the longest pieces that the vocabulary has, from its beginning on; where
//   that does not come out even, or the word has over 100 characters, it is [UNK];
// - [UNK], [CLS], [SEP], [PAD] and [MASK], written so in a text, are those very pieces: whoever
//   writes a post can write "[SEP]". The library does so, and models were taught with it. Of a
//   tokenizer.json these are the ones that it lists as added tokens, of a vocab.txt all it has.
#ifndef GM_VIBE_WORDPIECE_WORDPIECE_H
#define GM_VIBE_WORDPIECE_WORDPIECE_H

#include "base/error.h"
#include "base/str.h"

#include <stddef.h>
#include <stdint.h>

enum {
    GM_WORDPIECE_IDS_MAX = 512,
    GM_WORDPIECE_FILE_BYTES_MAX = 64 * 1024 * 1024,
};

struct gm_wordpiece; // a vocabulary, ready to match; immutable, so any number of threads may use it

// Reads DIR/vocab.txt, or DIR/tokenizer.json where there is none, each of at most
// GM_WORDPIECE_FILE_BYTES_MAX. Errors name the file and the line or field. GM_ERR_INVALID: [UNK],
// [CLS] or [SEP] is missing, a piece is there twice, empty or no UTF-8. GM_ERR_LIMIT: a piece or
// the file is too long, or there are too many pieces (vocabulary.h). GM_ERR_UNSUPPORTED: a
// tokenizer.json of another kind than BERT's, or a tokenizer_config.json that asks for what is not
// done here: letters kept as they are (a cased model), accents kept, ideographs not apart, further
// tokens, special pieces of other names, another tokenizer.
enum gm_err gm_wordpiece_open(const char *dir, struct gm_wordpiece **ret_wordpiece,
                              struct gm_error *error);
void gm_wordpiece_close(struct gm_wordpiece *wordpiece); // NULL is fine

// Entries of the vocabulary; every id is below it.
size_t gm_wordpiece_size(const struct gm_wordpiece *wordpiece);

// Writes [CLS], the text's pieces and [SEP] into ret_ids and returns how many: at least 2, at most
// `ids_max`, which is at least 2; pieces beyond that are cut off. Any bytes of any length are a
// text; reading ends once ids_max is reached. Allocates nothing.
size_t gm_wordpiece_encode(const struct gm_wordpiece *wordpiece, struct gm_str text,
                           uint32_t *ret_ids, size_t ids_max);

#endif
