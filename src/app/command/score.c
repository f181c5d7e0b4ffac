// score: the mood of each line of stdin. Streams in constant memory.
#include "app/command/commands.h"

#include "base/buffer.h"
#include "base/json.h"
#include "vibe/scorer.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    BATCH_MAX = 1024,
    LINE_BYTES_MAX = 1024 * 1024,
    READ_BYTES = 256 * 1024,
    OUT_BYTES_MAX = 1024 * 1024,
};

struct args {
    const char *scorer, *model;
    bool json;
};

static const struct gm_option options[] = {
    {"scorer", "NAME", GM_OPTION_TEXT, offsetof(struct args, scorer),
     .standard = "vibe.scorer of the configuration", .help = "which scorer"},
    {"model", "DIR", GM_OPTION_TEXT, offsetof(struct args, model),
     .standard = "vibe.model_dir of the configuration", .help = "folder of the scorer's model"},
    {"json", NULL, GM_OPTION_FLAG, offsetof(struct args, json),
     .help = "each line is a JSON string"},
    {NULL},
};

struct score {
    struct gm_scorer *scorer;
    bool json;
    char *input; // LINE_BYTES_MAX + READ_BYTES; the unread part is [begin, end)
    size_t begin, end;
    int64_t line;
    struct gm_arena arena; // unescaped lines of one batch
    struct gm_buffer out;
    struct gm_str texts[BATCH_MAX];
    struct gm_mood moods[BATCH_MAX];
    size_t count;
};

static enum gm_err flush_batch(struct score *score, struct gm_error *error)
{
    enum gm_err err =
        gm_scorer_score(score->scorer, score->texts, score->count, score->moods, error);
    if (err)
        return err;
    gm_buffer_reset(&score->out);
    for (size_t i = 0; i < score->count; i++) {
        gm_buffer_append_c(&score->out, "{\"label\":\"");
        gm_buffer_append_c(&score->out, gm_label_name(score->moods[i].label));
        gm_buffer_append_c(&score->out, "\",\"score\":");
        gm_json_write_number(&score->out, score->moods[i].score);
        gm_buffer_append_c(&score->out, ",\"vibe\":");
        gm_json_write_number(&score->out, score->moods[i].vibe);
        gm_buffer_append_c(&score->out, "}\n");
    }
    score->count = 0;
    gm_arena_reset(&score->arena);
    if ((err = gm_buffer_ok(&score->out, error)))
        return err;
    if (fwrite(score->out.data, 1, score->out.len, stdout) != score->out.len || fflush(stdout) != 0)
        return gm_error_errno(error, errno, "stdout");
    return GM_OK;
}

static enum gm_err add_line(struct score *score, struct gm_str line, struct gm_error *error)
{
    score->line++;
    if (line.len > 0 && line.data[line.len - 1] == '\r')
        line.len--;
    if (score->json) {
        struct gm_json json;
        gm_json_init(&json, line, &score->arena);
        enum gm_err err = gm_json_string(&json, &line, error);
        if (!err)
            err = gm_json_end(&json, error);
        if (err)
            return gm_error_prefix(error, "stdin:%" PRId64, score->line);
    }
    score->texts[score->count++] = line;
    return score->count == BATCH_MAX ? flush_batch(score, error) : GM_OK;
}

// Takes all whole lines of the input; at its end, the last one without a newline as well.
static enum gm_err take_lines(struct score *score, bool at_end, struct gm_error *error)
{
    enum gm_err err = GM_OK;
    while (!err && score->begin < score->end) {
        char *start = score->input + score->begin;
        char *newline = memchr(start, '\n', score->end - score->begin);
        if (!newline && !at_end)
            break;
        size_t len = newline ? (size_t)(newline - start) : score->end - score->begin;
        score->begin += len + (newline != NULL);
        err = add_line(score, (struct gm_str){start, len}, error);
    }
    if (!err && score->count > 0)
        err = flush_batch(score, error); // lines lie in the buffer that is read into next
    return err;
}

static enum gm_err score_all(struct score *score, struct gm_error *error)
{
    for (;;) {
        memmove(score->input, score->input + score->begin, score->end - score->begin);
        score->end -= score->begin;
        score->begin = 0;
        if (score->end > LINE_BYTES_MAX)
            return gm_error_set(error, GM_ERR_LIMIT, "stdin:%" PRId64 ": a line over %d bytes",
                                score->line + 1, LINE_BYTES_MAX);
        ssize_t got = read(STDIN_FILENO, score->input + score->end, READ_BYTES);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return gm_error_errno(error, errno, "stdin");
        score->end += (size_t)got;
        enum gm_err err = take_lines(score, got == 0, error);
        if (err || got == 0)
            return err;
    }
}

static int run(const struct gm_invocation *invocation)
{
    const struct args *args = (const void *)invocation->args;
    int status;
    struct gm_config config;
    struct gm_error error;
    if (!gm_load_config(invocation, &config, &status))
        return status;
    const struct gm_scorer_config scorer = {
        .model_dir = args->model ? args->model : config.vibe.model_dir,
        .threads = config.vibe.threads,
    };
    struct score *score = calloc(1, sizeof *score);
    char *input = malloc(LINE_BYTES_MAX + READ_BYTES);
    enum gm_err err = GM_OK;
    if (!score || !input)
        err = gm_error_set(&error, GM_ERR_NOMEM, "out of memory");
    else
        err = gm_scorer_open(args->scorer ? args->scorer : config.vibe.scorer, &scorer,
                             &score->scorer, &error);
    bool usage = err == GM_ERR_INVALID;
    if (!err) {
        score->json = args->json;
        score->input = input;
        gm_arena_init(&score->arena, READ_BYTES, LINE_BYTES_MAX + READ_BYTES * 2);
        gm_buffer_init(&score->out, OUT_BYTES_MAX);
        err = score_all(score, &error);
        gm_buffer_finish(&score->out);
        gm_arena_finish(&score->arena);
        gm_scorer_close(score->scorer);
    }
    free(input);
    free(score);
    gm_config_finish(&config);
    if (usage)
        return gm_fail_usage(&error);
    return err ? gm_fail(&error) : GM_EXIT_DONE;
}

const struct gm_command gm_command_score = {
    .name = "score",
    .summary = "give the mood of each line of stdin",
    .description = "Reads a text a line (--json: a JSON string a line) and answers each with a\n"
                   "line {\"label\":…,\"score\":…,\"vibe\":…}.\n",
    .examples = "echo 'DOGE to the moon' | ghostmarket score\n"
                "jq .text posts.jsonl | ghostmarket score --json\n",
    .options = options,
    .args_bytes = sizeof(struct args),
    .run = run,
};
