// What the keyword gate costs: megabytes a second on one core, with three tickers and with
// thousands of keywords, and what passes.
//
//     bench_gate [FILE [ROUNDS]]      FILE: JSON Lines with a "text", gzip or plain; without it,
//     made
//                                     texts
//
// Times are of the processor; the best round is reported.
//
// What limits it: per 64 bytes about 50 instructions find the words, and per word about 12 more
// look its first eight bytes up; a word is as long as it is, so where words end is a branch that is
// mispredicted now and then. The text is read once, so memory is not the limit.
#include "base/json.h"
#include "feed/gate/gate.h"
#include "feed/line_reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROUNDS = 20, TEXTS_MAX = 1 << 20, MADE_TEXTS = 20000, MADE_WORDS = 40, MANY = 20000 };

struct texts {
    struct gm_arena arena;
    struct gm_str *slices;
    size_t count, bytes;
};

static void die(const char *what)
{
    fprintf(stderr, "bench_gate: %s\n", what);
    exit(1);
}

static double cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static void add(struct texts *texts, struct gm_str text)
{
    if (texts->count == TEXTS_MAX)
        die("too many texts");
    texts->slices[texts->count++] = gm_arena_copy(&texts->arena, text);
    texts->bytes += text.len;
}

// A word of 1 to 9 letters; the same number gives the same word.
static size_t make_word(uint64_t number, char ret[16])
{
    uint64_t state = number * 2 + 1;
    const size_t len = 1 + next_random(&state) % 5 + next_random(&state) % 5;
    for (size_t i = 0; i < len; i++)
        ret[i] = (char)('a' + next_random(&state) % 26);
    ret[len] = '\0';
    return len;
}

static void make_texts(struct texts *texts)
{
    uint64_t state = 1;
    for (int t = 0; t < MADE_TEXTS; t++) {
        char text[MADE_WORDS * 16];
        size_t len = 0;
        for (int w = 0; w < MADE_WORDS; w++) {
            len += make_word(next_random(&state) % 50000, text + len);
            text[len++] = ' ';
        }
        add(texts, (struct gm_str){text, len});
    }
}

static bool read_text(struct gm_str line, struct gm_arena *arena, struct gm_str *ret_text)
{
    struct gm_json json;
    struct gm_str name;
    bool more;
    gm_json_init(&json, line, arena);
    if (gm_json_object_begin(&json, NULL))
        return false;
    while (!gm_json_object_next(&json, &more, &name, NULL) && more) {
        if (gm_str_equal(name, gm_str("text")))
            return !gm_json_string(&json, ret_text, NULL);
        if (gm_json_skip(&json, NULL))
            return false;
    }
    return false;
}

static void read_texts(const char *path, struct texts *texts)
{
    struct gm_line_reader *reader;
    struct gm_line line;
    struct gm_error error;
    struct gm_arena arena;
    if (gm_line_reader_open(path, &reader, &error))
        die(error.message);
    gm_arena_init(&arena, 1 << 20, 1 << 24);
    while (!gm_line_reader_next(reader, &line, &error) && line.kind == GM_LINE_WHOLE) {
        struct gm_str text;
        gm_arena_reset(&arena);
        if (read_text(line.text, &arena, &text))
            add(texts, text);
    }
    gm_arena_finish(&arena);
    gm_line_reader_close(reader);
}

static void measure(const char *name, const struct gm_gate_ticker *tickers, size_t count,
                    const struct texts *texts, int rounds)
{
    struct gm_gate *gate;
    struct gm_error error;
    if (gm_gate_create(tickers, count, &gate, &error))
        die(error.message);
    double best = 1e9;
    size_t passed = 0, messages = 0;
    for (int round = 0; round < rounds; round++) {
        passed = messages = 0;
        const double begin = cpu_seconds();
        for (size_t i = 0; i < texts->count; i++) {
            size_t found;
            gm_gate_match(gate, texts->slices[i], &found);
            passed += found > 0;
            messages += found;
        }
        const double seconds = cpu_seconds() - begin;
        best = seconds < best ? seconds : best;
    }
    gm_gate_destroy(gate);
    printf("%-24s %7.0f MB/s  %6.0f ns a text of %zu bytes  %zu of %zu pass (%.2f %%), %zu "
           "messages\n",
           name, (double)texts->bytes / best / 1e6, best / (double)texts->count * 1e9,
           texts->bytes / texts->count, passed, texts->count,
           100.0 * (double)passed / (double)texts->count, messages);
}

int main(int argc, char **argv)
{
    static const char *const bitcoin[] = {"bitcoin", "btc", "$btc", "sats"};
    static const char *const dogecoin[] = {"dogecoin", "doge", "$doge"};
    static const char *const gamestop[] = {"gamestop", "gme", "$gme"};
    static const struct gm_gate_ticker three[] = {{bitcoin, 4}, {dogecoin, 3}, {gamestop, 3}};
    static char storage[MANY][32];
    static const char *many[MANY];
    const int rounds = argc > 2 ? atoi(argv[2]) : ROUNDS;
    struct texts texts = {.slices = malloc(TEXTS_MAX * sizeof *texts.slices)};
    gm_arena_init(&texts.arena, 1 << 20, (size_t)1 << 32);
    if (argc > 1)
        read_texts(argv[1], &texts);
    else
        make_texts(&texts);
    if (texts.count == 0 || rounds < 1)
        die("no texts");
    for (size_t i = 0; i < MANY; i++) {
        make_word(100000 + i, storage[i] + make_word(200000 + i, storage[i]));
        many[i] = storage[i];
    }
    const struct gm_gate_ticker thousand = {many, 1000}, all = {many, MANY};
    measure("3 tickers, 10 keywords", three, 3, &texts, rounds);
    measure("1,000 keywords", &thousand, 1, &texts, rounds);
    measure("20,000 keywords", &all, 1, &texts, rounds);
    gm_arena_finish(&texts.arena);
    free(texts.slices);
    return 0;
}
