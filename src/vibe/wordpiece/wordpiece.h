// BERT's uncased tokenizer: a text in, ids of word pieces out.
//
// The same ids as Hugging Face's `tokenizers` gives with BertNormalizer (clean text, CJK
// characters apart, accents stripped, lower case), BertPreTokenizer and WordPiece, between [CLS]
// and [SEP]. Bytes that are no UTF-8 count as U+FFFD, which cleaning removes.
#ifndef GM_VIBE_WORDPIECE_WORDPIECE_H
#define GM_VIBE_WORDPIECE_WORDPIECE_H

#include "base/error.h"
#include "base/str.h"

#include <stddef.h>
#include <stdint.h>

enum { GM_WORDPIECE_IDS_MAX = 512 };

struct gm_wordpiece; // a vocabulary, ready to match; immutable, so any number of threads may use it

// Reads DIR/vocab.txt, or DIR/tokenizer.json where there is none. Errors name the file and the
// line or field. GM_ERR_UNSUPPORTED: a tokenizer.json of another kind than BERT's.
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
