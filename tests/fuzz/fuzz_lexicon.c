// Any bytes are a text: the lexicon scorer gives a well-formed mood, the same one from a copy that
// ends where the text ends, and its tokeniser the same tokens in pieces of any size.
#include "vibe/lexicon/tokens.h"
#include "vibe/scorer.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void check_mood(struct gm_scorer *scorer, struct gm_str text)
{
    const struct gm_str twice[] = {text, text};
    struct gm_mood moods[2];
    require(gm_scorer_score(scorer, twice, 2, moods, NULL) == GM_OK);
    require(moods[0].score > 0.0 && moods[0].score <= 1.0);
    require(moods[0].score == moods[1].score && moods[0].vibe == moods[1].vibe);
    const double sign = moods[0].label == GM_LABEL_POSITIVE   ? 1.0
                        : moods[0].label == GM_LABEL_NEGATIVE ? -1.0
                                                              : 0.0;
    require(moods[0].vibe == sign * moods[0].score);
}

static void check_tokens(const struct gm_lexicon *lexicon, struct gm_str text)
{
    struct gm_lexicon_reader one_by_one, many;
    struct gm_lexicon_token single, tokens[64];
    size_t count;
    gm_lexicon_reader_init(&one_by_one, lexicon, text);
    gm_lexicon_reader_init(&many, lexicon, text);
    do {
        count = gm_lexicon_read(&many, tokens, 64);
        for (size_t i = 0; i < count; i++) {
            require(gm_lexicon_read(&one_by_one, &single, 1) == 1);
            require(single.word == tokens[i].word && single.capitals == tokens[i].capitals &&
                    single.drawn_out == tokens[i].drawn_out);
            require(single.word < lexicon->word_count);
        }
    } while (count == 64);
    require(gm_lexicon_read(&one_by_one, &single, 1) == 0);
    require(many.at == text.len && many.capital_words <= many.words && many.words <= text.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct gm_scorer *scorer;
    static struct gm_lexicon *lexicon;
    const struct gm_scorer_config config = {.model_dir = NULL};
    if (scorer == NULL) {
        require(gm_scorer_open("lexicon", &config, &scorer, NULL) == GM_OK);
        require(gm_lexicon_create(gm_lexicon_lists, &lexicon, NULL) == GM_OK);
    }
    char *copy = malloc(size > 0 ? size : 1); // so that the sanitizer sees a byte read too many
    if (copy == NULL)
        return 0;
    if (size > 0)
        memcpy(copy, data, size);
    const struct gm_str text = {copy, size};
    check_mood(scorer, text);
    check_tokens(lexicon, text);
    free(copy);
    return 0;
}
