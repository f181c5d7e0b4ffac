// Makes the demo's recorded session: an hour of prices and posts, the same on every machine.
//
//     gm-make-session FILE.c             the two recordings, gzip, as a C array to build in
//     gm-make-session --jsonl FOLDER     prices.jsonl and social.jsonl, to read
//
// What happens in it, by the minute (tests/unit/feed/test_session.c holds it to this):
//     bitcoin    an hour like any other: few posts, off-topic talk, spammers pasting one text
//     gamestop   from 10 the price runs away, and only then everyone talks about it, in every mood:
//                a false wave, for who reads about it has missed it
//     dogecoin   grumbling until 30; then in minutes a crowd of delight while the price stands
//                still; from 37 the price follows by a fifth
#include "session_phrases.h"
#include "session_random.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zlib.h>

enum {
    SESSION_MINUTES = 60,
    SESSION_MS = SESSION_MINUTES * 60 * 1000,
    STEP_MS = 200, // at most one post of a ticker a step
    KNOTS_MAX = 16,
    OUTPUT_BYTES = 8 * 1024 * 1024, // far more than either recording
};

static const time_t session_start = 1762182000; // 2025-11-03T15:00:00Z

// ------------------------------------------------------------------------- the script

struct knot {
    double minute, value;
};

// A line through its knots, level before the first and behind the last.
struct curve {
    struct knot knots[KNOTS_MAX];
    size_t count;
};

struct script {
    const char *ticker;
    const char *subreddits[2];
    double price_usd;               // at the start
    int decimals;                   // that a price is written with
    double noise;                   // of the price, as a share of it
    struct curve move;              // of the price, in percent of its start
    struct curve posts;             // a minute
    struct curve moods[MOOD_COUNT]; // their weights
    double spam_share;              // how many of its posts begin a spammer's round
};

static const struct script scripts[SESSION_TICKERS] =
    {
        [SESSION_BITCOIN] =
            {
                .ticker = "bitcoin",
                .subreddits = {"bitcoin", "cryptocurrency"},
                .price_usd = 107240,
                .decimals = 2,
                .noise = 0.0004,
                .move = {{{0, 0}, {10, -0.15}, {22, 0.2}, {35, -0.1}, {50, 0.35}, {60, 0.25}}, 6},
                .posts = {{{0, 4}, {60, 4}}, 2},
                .moods =
                    {
                        [MOOD_POSITIVE] = {{{0, 3}}, 1},
                        [MOOD_EUPHORIC] = {{{0, 1}}, 1},
                        [MOOD_NEGATIVE] = {{{0, 3}}, 1},
                        [MOOD_NEUTRAL] = {{{0, 4}}, 1},
                        [MOOD_OFF_TOPIC] = {{{0, 4}}, 1},
                    },
                .spam_share = 0.04,
            },
        [SESSION_DOGECOIN] =
            {
                .ticker = "dogecoin",
                .subreddits = {"dogecoin", "cryptocurrency"},
                .price_usd = 0.17235,
                .decimals = 5,
                .noise = 0.0008,
                .move = {{{0, 0},
                          {12, -0.4},
                          {24, -0.6},
                          {30, -0.5},
                          {36, -0.3},
                          {38, 2},
                          {42, 9},
                          {46, 17},
                          {50, 21.5},
                          {54, 21},
                          {60, 20}},
                         11},
                .posts = {{{0, 5},
                           {29.5, 5},
                           {31, 40},
                           {32, 90},
                           {33, 130},
                           {34.5, 150},
                           {36, 160},
                           {38, 140},
                           {41, 80},
                           {43, 40},
                           {45, 12},
                           {46, 6},
                           {60, 5}},
                          13},
                .moods =
                    {
                        [MOOD_POSITIVE] = {{{0, 2}, {29.5, 2}, {32, 3}, {40, 4}, {46, 3}}, 5},
                        [MOOD_EUPHORIC] =
                            {{{0, 0.2}, {29.5, 0.2}, {32, 7}, {36, 10}, {42, 7}, {47, 1}}, 6},
                        [MOOD_NEGATIVE] = {{{0, 4}, {29.5, 5}, {31, 2}, {36, 1}, {47, 1}}, 5},
                        [MOOD_NEUTRAL] = {{{0, 3}}, 1},
                        [MOOD_OFF_TOPIC] = {{{0, 2}, {30, 2}, {33, 0.5}, {60, 1}}, 4},
                    },
            },
        [SESSION_GAMESTOP] =
            {
                .ticker = "gamestop",
                .subreddits = {"wallstreetbets", "gme"},
                .price_usd = 22.41,
                .decimals = 2,
                .noise = 0.0006,
                .move = {{{0, 0}, {10, 0.1}, {11, 3.5}, {25, 24}, {30, 23.5}, {45, 22}, {60, 22.5}},
                         7},
                .posts = {{{0, 4},
                           {11.5, 5},
                           {13, 70},
                           {14, 110},
                           {16, 110},
                           {18, 60},
                           {19, 22},
                           {20, 6},
                           {60, 4}},
                          9},
                .moods =
                    {
                        [MOOD_POSITIVE] = {{{0, 3}, {12, 3}, {14, 4}, {22, 2}}, 4},
                        [MOOD_EUPHORIC] = {{{0, 0.5}, {12, 0.5}, {14, 4}, {22, 1}}, 4},
                        [MOOD_NEGATIVE] = {{{0, 3}, {12, 3}, {14, 6}, {22, 4}}, 4},
                        [MOOD_NEUTRAL] = {{{0, 3}}, 1},
                        [MOOD_OFF_TOPIC] = {{{0, 2}, {12, 1}, {22, 2}}, 3},
                    },
            },
};

static double curve_at(const struct curve *curve, double minute)
{
    const struct knot *knots = curve->knots;
    if (minute <= knots[0].minute)
        return knots[0].value;
    for (size_t i = 1; i < curve->count; i++) {
        if (minute < knots[i].minute) {
            double share = (minute - knots[i - 1].minute) / (knots[i].minute - knots[i - 1].minute);
            return knots[i - 1].value + share * (knots[i].value - knots[i - 1].value);
        }
    }
    return knots[curve->count - 1].value;
}

// ------------------------------------------------------------------------- what comes out of it

// One line of a recording.
struct line {
    int ms;    // since the start
    int order; // of lines made, where the time is the same
    char *json;
};

struct recording {
    struct line *lines;
    size_t count, capacity;
};

static void *must(void *memory)
{
    if (!memory) {
        fprintf(stderr, "make-session: out of memory\n");
        exit(1);
    }
    return memory;
}

static void add_line(struct recording *recording, int ms, const char *json)
{
    if (recording->count == recording->capacity) {
        recording->capacity = recording->capacity ? 2 * recording->capacity : 1024;
        recording->lines =
            must(realloc(recording->lines, recording->capacity * sizeof *recording->lines));
    }
    recording->lines[recording->count] =
        (struct line){ms, (int)recording->count, must(strdup(json))};
    recording->count++;
}

static int compare_lines(const void *left, const void *right)
{
    const struct line *a = left, *b = right;
    return a->ms != b->ms ? (a->ms > b->ms) - (a->ms < b->ms)
                          : (a->order > b->order) - (a->order < b->order);
}

enum { TIME_BYTES = 32 };

static void write_time(int ms, char ret_time[TIME_BYTES])
{
    time_t seconds = session_start + ms / 1000;
    struct tm utc;
    gmtime_r(&seconds, &utc);
    size_t len = strftime(ret_time, TIME_BYTES, "%Y-%m-%dT%H:%M:%S", &utc);
    snprintf(ret_time + len, TIME_BYTES - len, ".%03dZ", ms % 1000);
}

// ------------------------------------------------------------------------- prices

static void add_prices(struct random_state *random, const struct script *script,
                       struct recording *prices)
{
    // Prices are counted in units of their last decimal, so that no rounding of printf's matters.
    int64_t units_per_usd = 1;
    for (int i = 0; i < script->decimals; i++)
        units_per_usd *= 10;
    double noise = 0;
    for (int ms = (int)random_below(random, 1000); ms < SESSION_MS;
         ms += 800 + (int)random_below(random, 1000)) {
        // Noise that comes back to nothing: its deviation is five times that of a step.
        noise = 0.98 * noise + script->noise / 5 * random_normal(random);
        double move = curve_at(&script->move, ms / 60000.0) / 100;
        double usd = script->price_usd * (1 + move) * (1 + noise);
        int64_t units = (int64_t)(usd * (double)units_per_usd + 0.5);
        char time[TIME_BYTES], json[256];
        write_time(ms, time);
        snprintf(json, sizeof json,
                 "{\"ticker\":\"%s\",\"price_usd\":%" PRId64 ".%0*" PRId64
                 ",\"timestamp\":\"%s\",\"source\":\"demo\"}",
                 script->ticker, units / units_per_usd, script->decimals, units % units_per_usd,
                 time);
        add_line(prices, ms, json);
    }
}

// ------------------------------------------------------------------------- posts

// Texts hold no control characters, so that quotes and backslashes are all there is to escape.
static void escape(const char *text, char *ret_json, size_t json_bytes)
{
    size_t used = 0;
    for (; *text && used + 3 < json_bytes; text++) {
        if (*text == '"' || *text == '\\')
            ret_json[used++] = '\\';
        ret_json[used++] = *text;
    }
    ret_json[used] = '\0';
}

static void add_post(struct random_state *random, const struct script *script, int ms,
                     const char *text, struct recording *posts)
{
    static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    char id[8] = "", time[TIME_BYTES], author[AUTHOR_BYTES], escaped[2 * POST_TEXT_BYTES];
    for (size_t i = 0; i + 1 < sizeof id; i++)
        id[i] = digits[random_below(random, sizeof digits - 1)];
    session_author(random, author);
    const char *subreddit = script->subreddits[random_unit(random) < 0.8 ? 0 : 1];
    write_time(ms, time);
    escape(text, escaped, sizeof escaped);
    char json[sizeof escaped + 512];
    snprintf(json, sizeof json,
             "{\"ticker\":\"%s\",\"text\":\"%s\",\"source\":\"demo\",\"subreddit\":\"%s\","
             "\"timestamp\":\"%s\",\"id\":\"t1_%s\",\"author\":\"%s\"}",
             script->ticker, escaped, subreddit, time, id, author);
    add_line(posts, ms, json);
}

static enum session_mood pick_mood(struct random_state *random, const struct script *script,
                                   double minute)
{
    double weights[MOOD_COUNT], total = 0;
    for (int mood = 0; mood < MOOD_COUNT; mood++)
        total += weights[mood] = curve_at(&script->moods[mood], minute);
    double left = random_unit(random) * total;
    for (int mood = 0; mood + 1 < MOOD_COUNT; mood++) {
        left -= weights[mood];
        if (left < 0)
            return (enum session_mood)mood;
    }
    return MOOD_COUNT - 1;
}

// One text, pasted under several names within half a minute.
static void add_spam(struct random_state *random, const struct script *script, int ms,
                     struct recording *posts)
{
    const char *text = session_spam(random_below(random, SESSION_SPAM_TEXTS));
    size_t copies = 4 + random_below(random, 5);
    for (size_t i = 0; i < copies && ms < SESSION_MS; i++) {
        add_post(random, script, ms, text, posts);
        ms += 500 + (int)random_below(random, 5000);
    }
}

static void add_posts(struct random_state *random, enum session_ticker ticker,
                      struct recording *posts)
{
    const struct script *script = &scripts[ticker];
    for (int step_ms = 0; step_ms < SESSION_MS; step_ms += STEP_MS) {
        double minute = step_ms / 60000.0;
        if (random_unit(random) >= curve_at(&script->posts, minute) * STEP_MS / 60000)
            continue;
        int ms = step_ms + (int)random_below(random, STEP_MS);
        if (random_unit(random) < script->spam_share) {
            add_spam(random, script, ms, posts);
            continue;
        }
        char text[POST_TEXT_BYTES];
        session_compose(random, ticker, pick_mood(random, script, minute), text);
        add_post(random, script, ms, text, posts);
    }
}

// ------------------------------------------------------------------------- output

static FILE *must_open(const char *path)
{
    FILE *file = fopen(path, "w");
    if (!file) {
        fprintf(stderr, "make-session: %s: %s\n", path, strerror(errno));
        exit(1);
    }
    return file;
}

static void must_close(FILE *file, const char *path)
{
    bool failed = ferror(file);
    if (fclose(file) != 0 || failed) {
        fprintf(stderr, "make-session: %s: cannot write\n", path);
        exit(1);
    }
}

static void write_jsonl(const char *folder, const char *name, const struct recording *recording)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = must_open(path);
    for (size_t i = 0; i < recording->count; i++)
        fprintf(file, "%s\n", recording->lines[i].json);
    must_close(file, path);
}

static size_t compress_lines(const struct recording *recording, unsigned char *ret_gzip)
{
    z_stream z = {.next_out = ret_gzip, .avail_out = OUTPUT_BYTES};
    int status = deflateInit2(&z, Z_BEST_COMPRESSION, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY);
    for (size_t i = 0; status == Z_OK && i < recording->count; i++) {
        char *json = recording->lines[i].json;
        size_t len = strlen(json);
        json[len] = '\n'; // in place of its NUL, which is not needed any more
        z.next_in = (unsigned char *)json;
        z.avail_in = (uInt)len + 1;
        status = deflate(&z, Z_NO_FLUSH);
        json[len] = '\0';
    }
    if (status == Z_OK)
        status = deflate(&z, Z_FINISH);
    deflateEnd(&z);
    if (status != Z_STREAM_END) {
        fprintf(stderr, "make-session: cannot compress\n");
        exit(1);
    }
    return OUTPUT_BYTES - z.avail_out;
}

static void write_array(FILE *file, const char *name, const struct recording *recording)
{
    unsigned char *gzip = must(malloc(OUTPUT_BYTES));
    size_t len = compress_lines(recording, gzip);
    fprintf(file, "static const unsigned char %s_gz[] = {", name);
    for (size_t i = 0; i < len; i++)
        fprintf(file, "%s%u,", i % 24 ? "" : "\n    ", gzip[i]);
    fprintf(file, "\n};\n\n");
    free(gzip);
}

static void write_c(const char *path, const struct recording *prices, const struct recording *posts)
{
    FILE *file = must_open(path);
    fprintf(file, "// Made by gm-make-session; do not edit.\n#include \"feed/session.h\"\n\n");
    write_array(file, "prices", prices);
    write_array(file, "social", posts);
    fprintf(file,
            "const struct gm_session gm_session_demo = {\n"
            "    .prices_gz = prices_gz,\n    .prices_gz_bytes = sizeof prices_gz,\n"
            "    .prices_count = %zu,\n"
            "    .social_gz = social_gz,\n    .social_gz_bytes = sizeof social_gz,\n"
            "    .social_count = %zu,\n};\n",
            prices->count, posts->count);
    must_close(file, path);
}

static void finish_recording(struct recording *recording)
{
    for (size_t i = 0; i < recording->count; i++)
        free(recording->lines[i].json);
    free(recording->lines);
}

int main(int argc, char **argv)
{
    bool jsonl = argc == 3 && strcmp(argv[1], "--jsonl") == 0;
    if (argc != 2 && !jsonl) {
        fprintf(stderr, "usage: gm-make-session FILE.c | --jsonl FOLDER\n");
        return 2;
    }
    struct recording prices = {0}, posts = {0};
    for (int ticker = 0; ticker < SESSION_TICKERS; ticker++) {
        // Streams of their own: what is changed for one ticker leaves the others as they are.
        struct random_state for_prices = {1000 + (uint64_t)ticker};
        struct random_state for_posts = {2000 + (uint64_t)ticker};
        add_prices(&for_prices, &scripts[ticker], &prices);
        add_posts(&for_posts, ticker, &posts);
    }
    qsort(prices.lines, prices.count, sizeof *prices.lines, compare_lines);
    qsort(posts.lines, posts.count, sizeof *posts.lines, compare_lines);
    if (jsonl) {
        write_jsonl(argv[2], "prices.jsonl", &prices);
        write_jsonl(argv[2], "social.jsonl", &posts);
    } else {
        write_c(argv[1], &prices, &posts);
    }
    finish_recording(&prices);
    finish_recording(&posts);
    return 0;
}
