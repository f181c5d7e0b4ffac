// What one event costs on its way out of a recording: reading, decoding, merging.
//
//     bench_feed [PRICES SOCIAL [ROUNDS]]      without files: the demo's session
//
// The recording is measured as it is and, where it is gzip, unpacked as well. Times are of the
// processor, so that what else runs on the machine counts less; the best round is reported.
//
// What limits it: of a plain recording of posts (340 bytes an event), perf gives half of the cycles
// to the decoders, which look at every byte of a text; a sixth to looking for a null before
// observed_at is put in; a tenth each to the fingerprint and to the kernel's copying; the rest to
// finding the line's end, copying it into the batch's arena and merging. Of a gzip recording,
// inflate takes more than half.
#include "feed/replay.h"
#include "feed/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

enum { BATCH = 1000, PATH_BYTES = 128 };

static char folder[] = "/tmp/gm-bench-feed-XXXXXX";

static void die(const char *what)
{
    fprintf(stderr, "bench_feed: %s\n", what);
    exit(1);
}

static int64_t cpu_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

// Replays everything once; returns the number of events.
static size_t replay(const char *prices, const char *social)
{
    struct gm_replay_config config = {
        .prices_path = prices, .social_path = social, .clock = &gm_clock_real};
    struct gm_arena arena;
    struct gm_error error;
    void *feed;
    if (gm_replay_open(&config, &feed, &error))
        die(error.message);
    gm_arena_init(&arena, 1 << 20, 1 << 28);
    size_t count = 0;
    for (;; count++) {
        enum gm_feed_state state;
        struct gm_feed_item item;
        if (gm_feed_replay.next(feed, &arena, NULL, 0, &state, &item, &error))
            die(error.message);
        if (state == GM_FEED_DONE)
            break;
        if (count % BATCH == BATCH - 1)
            gm_arena_reset(&arena);
    }
    gm_arena_finish(&arena);
    gm_feed_replay.close(feed);
    return count;
}

static void measure(const char *what, const char *prices, const char *social, int rounds)
{
    struct stat prices_status, social_status;
    if (stat(prices, &prices_status) || stat(social, &social_status))
        die("a file is missing");
    int64_t best_ns = INT64_MAX;
    size_t count = 0;
    for (int round = 0; round < rounds; round++) {
        int64_t start_ns = cpu_ns();
        count = replay(prices, social);
        int64_t ns = cpu_ns() - start_ns;
        best_ns = ns < best_ns ? ns : best_ns;
    }
    double bytes = (double)(prices_status.st_size + social_status.st_size);
    printf("replay %-6s %7.0f ns/event, %.2f million events/s, %.0f MB/s of the files (%zu events, "
           "%.0f bytes each)\n",
           what, (double)best_ns / (double)count, (double)count * 1e3 / (double)best_ns,
           bytes * 1e3 / (double)best_ns, count, bytes / (double)count);
}

static void write_file(const char *name, const void *data, size_t len, char ret_path[PATH_BYTES])
{
    snprintf(ret_path, PATH_BYTES, "%s/%s", folder, name);
    FILE *file = fopen(ret_path, "w");
    if (!file || fwrite(data, 1, len, file) != len || fclose(file))
        die("cannot write into the temporary folder");
}

// zlib's gz functions read plain files as they are.
static bool unpack(const char *from, const char *name, char ret_path[PATH_BYTES])
{
    snprintf(ret_path, PATH_BYTES, "%s/%s", folder, name);
    gzFile in = gzopen(from, "r");
    FILE *out = fopen(ret_path, "w");
    if (!in || !out)
        die("a file cannot be opened");
    char block[64 * 1024];
    int got;
    while ((got = gzread(in, block, sizeof block)) > 0)
        if (fwrite(block, 1, (size_t)got, out) != (size_t)got)
            die("cannot write into the temporary folder");
    bool packed = !gzdirect(in);
    gzclose(in);
    if (fclose(out))
        die("cannot write into the temporary folder");
    return packed;
}

int main(int argc, char **argv)
{
    int rounds = argc > 3 ? atoi(argv[3]) : 20;
    if (argc == 2 || argc > 4 || rounds < 1) {
        fprintf(stderr, "usage: bench_feed [PRICES SOCIAL [ROUNDS]]\n");
        return 2;
    }
    if (!mkdtemp(folder))
        die("no temporary folder");
    char prices_gz[PATH_BYTES], social_gz[PATH_BYTES];
    write_file("p.gz", gm_session_demo.prices_gz, gm_session_demo.prices_gz_bytes, prices_gz);
    write_file("s.gz", gm_session_demo.social_gz, gm_session_demo.social_gz_bytes, social_gz);
    const char *prices = argc > 2 ? argv[1] : prices_gz, *social = argc > 2 ? argv[2] : social_gz;
    char prices_plain[PATH_BYTES], social_plain[PATH_BYTES];
    bool packed = unpack(prices, "p", prices_plain);
    packed |= unpack(social, "s", social_plain);
    measure("plain", prices_plain, social_plain, rounds);
    if (packed)
        measure("gzip", prices, social, rounds);
    const char *const paths[] = {prices_gz, social_gz, prices_plain, social_plain};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        unlink(paths[i]);
    rmdir(folder);
    return 0;
}
