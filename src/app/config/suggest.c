// Nearness is the number of letters to insert, remove, replace or swap with their neighbour
// (optimal string alignment); a word is near when that is at most a third of its length, or one.
#include "app/config/suggest.h"

#include <stdio.h>

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t edit_distance(struct gm_str a, struct gm_str b)
{
    size_t rows[3][GM_SUGGEST_BYTES_MAX + 1]; // distances of a[0..i-2], a[0..i-1], a[0..i] to b
    size_t *before = rows[0], *above = rows[1], *row = rows[2];

    for (size_t j = 0; j <= b.len; j++) {
        above[j] = j;
    }
    for (size_t i = 1; i <= a.len; i++) {
        row[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            size_t changed = above[j - 1] + (a.data[i - 1] != b.data[j - 1]);
            row[j] = least(changed, least(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a.data[i - 1] == b.data[j - 2] &&
                a.data[i - 2] == b.data[j - 1]) {
                row[j] = least(row[j], before[j - 2] + 1);
            }
        }
        size_t *spare = before;
        before = above;
        above = row;
        row = spare;
    }
    return above[b.len];
}

void gm_suggest_init(struct gm_suggest *suggest, struct gm_str word)
{
    size_t near = word.len / 3 > 1 ? word.len / 3 : 1;
    *suggest = (struct gm_suggest){.word = word, .best = NULL, .distance = near + 1};
}

void gm_suggest_offer(struct gm_suggest *suggest, const char *candidate)
{
    struct gm_str text = gm_str(candidate);
    if (suggest->word.len > GM_SUGGEST_BYTES_MAX || text.len > GM_SUGGEST_BYTES_MAX) {
        return;
    }
    size_t distance = edit_distance(suggest->word, text);
    if (distance < suggest->distance && distance < text.len) {
        suggest->best = candidate;
        suggest->distance = distance;
    }
}

const char *gm_suggest_text(const struct gm_suggest *suggest, char ret[GM_SUGGEST_TEXT_BYTES])
{
    ret[0] = '\0';
    if (suggest->best) {
        snprintf(ret, GM_SUGGEST_TEXT_BYTES, ": did you mean \"%s\"?", suggest->best);
    }
    return ret;
}
