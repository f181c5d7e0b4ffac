// Texts for `model bench`: made up, of the kinds and lengths that people post.
#ifndef GM_APP_BENCH_TEXTS_H
#define GM_APP_BENCH_TEXTS_H

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

enum { GM_BENCH_TEXTS = 48 };

// Makes the texts, no two alike, in the arena. Lengths are log-normal at large: half of the texts
// are a sentence of 10 to 20 words, the longest have over a hundred.
enum gm_err gm_bench_texts_make(struct gm_arena *arena, struct gm_str ret_texts[GM_BENCH_TEXTS],
                                struct gm_error *error);

#endif
