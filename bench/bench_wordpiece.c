// What cutting a text into word pieces costs: megabytes a second on one core.
//
//     bench_wordpiece FOLDER [FILE [ROUNDS]]      FOLDER: with vocab.txt; FILE: a text a line
//
// Without FILE: English words, the common ones more often. Texts are of a size that is never cut.
// Times are of the processor; the best round is reported.
//
// What limits it: about 115 instructions a word. With made texts, whose few words stay in the first
// cache, that is all (12 ns a word). Real ones add two waits: their words lie all over 0.75 MiB of
// slots and keys, which is in the second and third cache, and one word in ten is not in the
// vocabulary as a whole, which cannot be predicted; such a word costs about four looks more (28 ns
// a word on 17,624 posts of r/wallstreetbets). Finding the words' ends is no limit since it is done
// for 64 bytes at a time; byte by byte, or word by word, it was half as fast.
#include "base/str.h"
#include "vibe/wordpiece/wordpiece.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 20, TEXTS_MAX = 200000, MADE = 20000, BYTES_MAX = 64 * 1024 * 1024 };

static char *bytes;
static struct gm_str texts[TEXTS_MAX];
static size_t text_count, byte_count;

static const char *const words[] = {
    "the",
    "of",
    "and",
    "to",
    "in",
    "a",
    "is",
    "that",
    "for",
    "it",
    "as",
    "was",
    "with",
    "be",
    "by",
    "on",
    "not",
    "he",
    "this",
    "are",
    "or",
    "his",
    "from",
    "at",
    "which",
    "but",
    "have",
    "an",
    "had",
    "they",
    "you",
    "were",
    "their",
    "one",
    "all",
    "we",
    "can",
    "her",
    "has",
    "there",
    "been",
    "if",
    "more",
    "when",
    "will",
    "would",
    "who",
    "so",
    "no",
    "market",
    "price",
    "shares",
    "company",
    "investors",
    "trading",
    "percent",
    "growth",
    "quarter",
    "profit",
    "analysts",
    "billion",
    "exchange",
    "earnings",
    "revenue",
    "stock",
    "report",
    "expected",
    "increase",
    "financial",
    "government",
    "international",
};

static void die(const char *what)
{
    fprintf(stderr, "bench_wordpiece: %s\n", what);
    exit(1);
}

static double cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void add_text(size_t begin)
{
    if (text_count < TEXTS_MAX && byte_count > begin)
        texts[text_count++] = (struct gm_str){bytes + begin, byte_count - begin};
}

static void make_texts(void)
{
    uint64_t state = 1;
    for (int t = 0; t < MADE; t++) {
        const size_t begin = byte_count;
        for (int w = 0; w < 30; w++) {
            state = state * UINT64_C(6364136223846793005) + 1442695040888963407;
            const size_t a = (state >> 33) % (sizeof words / sizeof words[0]);
            const size_t b = (state >> 48) % (sizeof words / sizeof words[0]);
            byte_count += (size_t)sprintf(bytes + byte_count, "%s%s", words[a < b ? a : b],
                                          w == 29 ? "." : " ");
        }
        add_text(begin);
    }
}

static void read_texts(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        die(path);
    const size_t len = fread(bytes, 1, BYTES_MAX, file);
    fclose(file);
    for (size_t begin = 0; begin < len; begin++) {
        const char *newline = memchr(bytes + begin, '\n', len - begin);
        byte_count = newline ? (size_t)(newline - bytes) : len;
        add_text(begin);
        begin = byte_count;
    }
}

int main(int argc, char **argv)
{
    struct gm_wordpiece *wordpiece;
    struct gm_error error;
    if (argc < 2 || access(argv[1], F_OK) != 0) {
        printf("skipped: no folder %s with a vocab.txt\n", argc > 1 ? argv[1] : "");
        return 0;
    }
    bytes = malloc(BYTES_MAX);
    if (!bytes)
        die("out of memory");
    if (argc > 2)
        read_texts(argv[2]);
    else
        make_texts();
    const int rounds = argc > 3 ? atoi(argv[3]) : ROUNDS;
    const double open_begin = cpu_seconds();
    if (gm_wordpiece_open(argv[1], &wordpiece, &error))
        die(error.message);
    printf("opening %zu pieces: %.1f ms\n", gm_wordpiece_size(wordpiece),
           (cpu_seconds() - open_begin) * 1e3);
    double best = 1e9;
    size_t ids_count = 0, total = 0;
    for (size_t i = 0; i < text_count; i++)
        total += texts[i].len;
    for (int round = 0; round < rounds; round++) {
        uint32_t ids[4096];
        const double begin = cpu_seconds();
        ids_count = 0;
        for (size_t i = 0; i < text_count; i++)
            ids_count += gm_wordpiece_encode(wordpiece, texts[i], ids, 4096);
        const double seconds = cpu_seconds() - begin;
        best = seconds < best ? seconds : best;
    }
    printf("%zu texts of %zu bytes: %.0f MB/s, %.0f ns a text, %.1f ns a piece\n", text_count,
           total / text_count, (double)total / best / 1e6, best / (double)text_count * 1e9,
           best / (double)ids_count * 1e9);
    gm_wordpiece_close(wordpiece);
    free(bytes);
    return 0;
}
