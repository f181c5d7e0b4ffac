// The tokenizer told the plain way, step by step over whole lists: what the fast one is held to.
#ifndef GM_TESTS_VIBE_WORDPIECE_PLAIN_H
#define GM_TESTS_VIBE_WORDPIECE_PLAIN_H

#include "base/str.h"

#include <stddef.h>
#include <stdint.h>

struct plain; // a vocabulary as a list of lines

struct plain *plain_open(const char *dir); // DIR/vocab.txt; fails the test where it is not there
void plain_close(struct plain *plain);

// As gm_wordpiece_encode.
size_t plain_encode(const struct plain *plain, struct gm_str text, uint32_t *ret_ids,
                    size_t ids_max);

#endif
