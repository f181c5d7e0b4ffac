// Any bytes are keywords and a text: the first line's words, parted by commas, are the keywords of
// two tickers in turn, the rest is the text. The gate must say what the slow way says.
#include "feed/gate/gate.h"

#include "fuzz.h"
#include "gate_oracle.h"

#include <string.h>

enum { KEYWORDS_MAX = 16 };

static void check(const struct gm_gate_ticker tickers[2], const char *bytes, size_t size)
{
    struct gm_gate *gate;
    FUZZ_MUST(gm_gate_create(tickers, 2, &gate, NULL) == GM_OK);
    char *copy = malloc(size > 0 ? size : 1); // so that the sanitizer sees a byte read too many
    if (copy) {
        if (size > 0)
            memcpy(copy, bytes, size);
        const struct gm_str text = {copy, size};
        size_t count, next = 0;
        const uint32_t *found = gm_gate_match(gate, text, &count);
        for (uint32_t t = 0; t < 2; t++) {
            const bool is_found = next < count && found[next] == t;
            next += is_found;
            FUZZ_MUST(is_found == gate_oracle(&tickers[t], text));
        }
        FUZZ_MUST(next == count);
        free(copy);
    }
    gm_gate_destroy(gate);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *newline = size > 0 ? memchr(data, '\n', size) : NULL;
    if (!newline || size > 4096)
        return 0;
    char line[4096 + 1];
    const size_t line_len = (size_t)(newline - data);
    memcpy(line, data, line_len);
    line[line_len] = '\0';
    const char *keywords[2][KEYWORDS_MAX];
    struct gm_gate_ticker tickers[2] = {{keywords[0], 0}, {keywords[1], 0}};
    size_t turn = 0;
    char *rest = NULL;
    for (char *word = strtok_r(line, ",", &rest); word; word = strtok_r(NULL, ",", &rest)) {
        struct gm_gate_ticker *ticker = &tickers[turn++ % 2];
        if (gm_gate_check_keyword(word, NULL) == GM_OK && ticker->keyword_count < KEYWORDS_MAX)
            keywords[ticker - tickers][ticker->keyword_count++] = word;
    }
    check(tickers, (const char *)newline + 1, size - line_len - 1);
    return 0;
}
