// score: the mood of each line of stdin. Streams in constant memory.
#include "app/command/commands.h"

#include "app/lines.h"
#include "app/open_scorer.h"
#include "base/buffer.h"
#include "base/clock.h"
#include "base/json.h"

#include <stdlib.h>
#include <unistd.h>

enum {
    OUT_BYTES_MAX = 1024 * 1024,
    STEP_US = 500 * GM_US_PER_MS, // of scoring, after which answers are written
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
    struct gm_lines lines;
    struct gm_mood moods[GM_LINES_MAX];
    struct gm_buffer out;
};

static enum gm_err answer(struct score *score, size_t count, struct gm_error *error)
{
    gm_buffer_reset(&score->out);
    for (size_t i = 0; i < count; i++) {
        gm_buffer_append_c(&score->out, "{\"label\":\"");
        gm_buffer_append_c(&score->out, gm_label_name(score->moods[i].label));
        gm_buffer_append_c(&score->out, "\",\"score\":");
        gm_json_write_number(&score->out, score->moods[i].score);
        gm_buffer_append_c(&score->out, ",\"vibe\":");
        gm_json_write_number(&score->out, score->moods[i].vibe);
        gm_buffer_append_c(&score->out, "}\n");
    }
    return gm_lines_answer(&score->out, error);
}

static enum gm_err score_all(struct score *score, struct gm_error *error)
{
    for (;;) {
        const struct gm_str *texts;
        size_t count, scored;
        enum gm_err err = gm_lines_next(&score->lines, &texts, &count, error);
        if (err || count == 0)
            return err;
        for (size_t done = 0; done < count; done += scored) {
            err = gm_scorer_score_within(score->scorer, texts + done, count - done, STEP_US,
                                         score->moods, &scored, error);
            if (!err)
                err = answer(score, scored, error);
            if (err)
                return err;
        }
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
    struct score *score = calloc(1, sizeof *score);
    enum gm_err err;
    if (!score)
        err = gm_error_set(&error, GM_ERR_NOMEM, "out of memory");
    else
        err = gm_open_scorer(&config, args->scorer, args->model, &score->scorer, &error);
    bool usage = err == GM_ERR_INVALID;
    if (!err) {
        err = gm_lines_open(&score->lines, STDIN_FILENO, "stdin", args->json, &error);
        if (!err) {
            gm_buffer_init(&score->out, OUT_BYTES_MAX);
            err = score_all(score, &error);
            gm_buffer_finish(&score->out);
            gm_lines_close(&score->lines);
        }
        gm_scorer_close(score->scorer);
    }
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
