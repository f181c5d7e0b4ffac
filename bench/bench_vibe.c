// What a mood costs: nanoseconds a text and megabytes a second, on one core, for each scorer.
//
//     bench_vibe [FILE [ROUNDS]]
//
// Without FILE (a text a line): texts of about 100 and about 430 bytes, made of the words of posts,
// the common ones more often, and of words that no lexicon has. All texts are scored in each round,
// and of every 100 texts the fastest time counts: in the others the processor had other work too.
//
// What limits the lexicon scorer: on 2,000 real posts callgrind counts 235 instructions a word, of
// which about 145 go to finding the word in the text and in the table, 35 to the bits that tell
// where words are and 55 to judging. About one branch a word is mispredicted, as it depends on what
// is said. Made texts are therefore harder than real ones, whose words do not follow each other at
// random: where these went through at 150 MB/s, the real posts did at 200. Memory is not the limit:
// in half the slots, words are found no faster.
#include "base/clock.h"
#include "vibe/scorer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXTS = 20000, ROUNDS = 20, PIECE = 100 };

struct texts {
    struct gm_str *slices;
    size_t count, bytes;
};

// Words by rank: a post takes the first ones most often. The end of the list stands for the many
// words that no lexicon has.
static const char *const words[] = {
    "the",
    "to",
    "and",
    "I",
    "a",
    "of",
    "is",
    "in",
    "it",
    "you",
    "this",
    "on",
    "for",
    "that",
    "we",
    "are",
    "with",
    "at",
    "my",
    "all",
    "have",
    "but",
    "be",
    "will",
    "shares",
    "not",
    "short",
    "if",
    "what",
    "as",
    "up",
    "can",
    "so",
    "buy",
    "or",
    "just",
    "stock",
    "from",
    "your",
    "out",
    "now",
    "more",
    "about",
    "squeeze",
    "do",
    "like",
    "market",
    "some",
    "get",
    "price",
    "going",
    "here",
    "when",
    "don't",
    "money",
    "today",
    "know",
    "go",
    "sell",
    "who",
    "would",
    "people",
    "hold",
    "because",
    "they",
    "no",
    "their",
    "even",
    "over",
    "after",
    "think",
    "see",
    "these",
    "day",
    "calls",
    "buying",
    "it's",
    "still",
    "other",
    "big",
    "back",
    "bought",
    "want",
    "right",
    "could",
    "company",
    "also",
    "good",
    "way",
    "options",
    "need",
    "first",
    "before",
    "selling",
    "had",
    "put",
    "gains",
    "most",
    "made",
    "trading",
    "moon",
    "tendies",
    "diamond",
    "hands",
    "to the moon",
    "buy the dip",
    "short squeeze",
    "bullish",
    "crash",
    "\xf0\x9f\x9a\x80\xf0\x9f\x9a\x80",
    "\xf0\x9f\x92\x8e\xf0\x9f\x99\x8c",
    "$GME",
    "$BTC",
    "GME",
    "BTC",
    "TSLA",
    "DD",
    "2021",
    "100",
    "+5%",
    "soooo",
    "https://example.com/a/b",
    "dump",
    "scared",
    "puts",
    "losses",
    "earnings",
    "analyst",
    "quarter",
    "revenue",
    "portfolio",
    "investors",
    "institutional",
    "because",
    "bank",
    "morning",
    "tomorrow",
    "Friday",
    "position",
    "account",
    "retail",
    "friends",
    "anything",
};
static const char *const ends[] = {"", "", "", "", "", "", "", "", ",", ".", "!", "?", ".\n"};
static const char syllables[][3] = {"ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu",
                                    "na", "pe", "ri", "so", "tu", "va", "we", "xi", "yo", "zu"};

static char *append_word(char *at, unsigned short state[3])
{
    const double rank = erand48(state);
    if (rank < 0.7) {
        const double known = sizeof words / sizeof *words;
        return stpcpy(at, words[(size_t)(rank / 0.7 * erand48(state) * known)]);
    }
    for (int i = 2 + (int)(erand48(state) * 3); i > 0; i--)
        at = stpcpy(at, syllables[(size_t)(erand48(state) * 20)]);
    return at;
}

static struct texts make_texts(size_t bytes_each)
{
    struct texts texts = {calloc(TEXTS, sizeof *texts.slices), TEXTS, 0};
    char *at = malloc(TEXTS * (bytes_each + 64));
    if (texts.slices == NULL || at == NULL)
        abort();
    unsigned short state[3] = {1, 2, 3};
    for (size_t i = 0; i < TEXTS; i++) {
        char *const text = at;
        while ((size_t)(at - text) < bytes_each) {
            at = append_word(at, state);
            at = stpcpy(at, ends[(size_t)(erand48(state) * (double)(sizeof ends / sizeof *ends))]);
            at = stpcpy(at, " ");
        }
        texts.slices[i] = (struct gm_str){text, (size_t)(at - text)};
        texts.bytes += texts.slices[i].len;
    }
    return texts;
}

static struct texts read_texts(const char *path)
{
    struct texts texts = {NULL, 0, 0};
    FILE *file = fopen(path, "r");
    char *line = NULL;
    size_t capacity = 0;
    ssize_t len;
    while (file != NULL && (len = getline(&line, &capacity, file)) > 0) {
        if (texts.count % 4096 == 0)
            texts.slices = realloc(texts.slices, (texts.count + 4096) * sizeof *texts.slices);
        const size_t bytes = (size_t)len - (line[len - 1] == '\n');
        char *text = malloc(bytes + 1);
        if (texts.slices == NULL || text == NULL)
            abort();
        memcpy(text, line, bytes);
        texts.slices[texts.count++] = (struct gm_str){text, bytes};
        texts.bytes += bytes;
    }
    free(line);
    if (file != NULL)
        fclose(file);
    return texts;
}

// Scores all texts once; lowers the time of each piece of them where this time was shorter.
static void run_round(struct gm_scorer *scorer, const struct texts *texts, struct gm_mood *moods,
                      double *best_us)
{
    for (size_t from = 0; from < texts->count; from += PIECE) {
        const size_t left = texts->count - from, count = left < PIECE ? left : PIECE;
        const int64_t start_us = gm_monotonic_us();
        if (gm_scorer_score(scorer, texts->slices + from, count, moods, NULL) != GM_OK)
            abort();
        const double us = (double)(gm_monotonic_us() - start_us);
        best_us[from / PIECE] = us < best_us[from / PIECE] ? us : best_us[from / PIECE];
    }
}

static int measure(const char *scorer_name, const struct texts *texts, int rounds)
{
    const struct gm_scorer_config config = {.threads = 1};
    const size_t pieces = (texts->count + PIECE - 1) / PIECE;
    struct gm_scorer *scorer;
    struct gm_error error;
    if (gm_scorer_open(scorer_name, &config, &scorer, &error) != GM_OK) {
        fprintf(stderr, "bench_vibe: %s\n", error.message);
        return 1;
    }
    struct gm_mood moods[PIECE];
    double *best_us = calloc(pieces, sizeof *best_us), total_us = 0;
    if (best_us == NULL)
        abort();
    for (size_t i = 0; i < pieces; i++)
        best_us[i] = 1e300;
    for (int round = 0; round < rounds; round++)
        run_round(scorer, texts, moods, best_us);
    for (size_t i = 0; i < pieces; i++)
        total_us += best_us[i];
    const double count = (double)texts->count, bytes = (double)texts->bytes;
    printf("%s: %.0f bytes a text: %.0f ns, %.2f million texts/s, %.0f MB/s on one core "
           "(%zu texts, best of %d)\n",
           scorer_name, bytes / count, total_us * 1e3 / count, count / total_us, bytes / total_us,
           texts->count, rounds);
    free(best_us);
    gm_scorer_close(scorer);
    return 0;
}

int main(int argc, char **argv)
{
    const int rounds = argc > 2 ? atoi(argv[2]) : ROUNDS;
    struct texts sets[2] = {{NULL, 0, 0}, {NULL, 0, 0}};
    size_t set_count = 1;
    if (argc > 1) {
        sets[0] = read_texts(argv[1]);
    } else {
        sets[0] = make_texts(100);
        sets[1] = make_texts(430);
        set_count = 2;
    }
    if (sets[0].count == 0 || rounds < 1) {
        fprintf(stderr, "usage: bench_vibe [FILE [ROUNDS]]\n");
        return 2;
    }
    int failed = 0;
    for (size_t i = 0; gm_scorers[i] != NULL; i++)
        for (size_t j = 0; j < set_count; j++)
            failed |= measure(gm_scorers[i]->name, &sets[j], rounds);
    return failed;
}
