// Any bytes are a text: the tokenizer gives the ids that the plain way gives, whole and cut.
#include "fuzz.h"
#include "plain.h"
#include "vibe/wordpiece/wordpiece.h"

#include <string.h>

enum { BYTES_MAX = 2048, CUT = 7 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct gm_wordpiece *wordpiece;
    static struct plain *plain;
    if (!wordpiece) {
        FUZZ_MUST(gm_wordpiece_open(WORDPIECE_DATA, &wordpiece, NULL) == GM_OK);
        plain = plain_open(WORDPIECE_DATA);
    }
    if (size > BYTES_MAX)
        return 0;
    char *copy = malloc(size > 0 ? size : 1); // so that the sanitizer sees a byte read too many
    if (!copy)
        return 0;
    if (size > 0)
        memcpy(copy, data, size);
    const struct gm_str text = {copy, size};
    uint32_t ids[GM_WORDPIECE_IDS_MAX], wanted[GM_WORDPIECE_IDS_MAX];
    static const size_t limits[] = {GM_WORDPIECE_IDS_MAX, CUT};
    for (size_t i = 0; i < 2; i++) {
        const size_t count = gm_wordpiece_encode(wordpiece, text, ids, limits[i]);
        FUZZ_MUST(count == plain_encode(plain, text, wanted, limits[i]));
        FUZZ_MUST(memcmp(ids, wanted, count * sizeof *ids) == 0);
    }
    free(copy);
    return 0;
}
