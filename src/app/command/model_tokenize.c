// model tokenize: the ids of each line of stdin. Streams in constant memory.
#include "app/command/commands.h"

#include "app/lines.h"
#include "base/buffer.h"
#include "base/json.h"
#include "vibe/wordpiece/wordpiece.h"

#include <unistd.h>

enum { OUT_BYTES_MAX = GM_LINES_MAX * GM_WORDPIECE_IDS_MAX * 8 };

struct args {
    const char *model;
    bool json;
};

static const struct gm_option options[] = {
    {"model", "DIR", GM_OPTION_TEXT, offsetof(struct args, model), .needed = true,
     .help = "folder with vocab.txt or tokenizer.json"},
    {"json", NULL, GM_OPTION_FLAG, offsetof(struct args, json),
     .help = "each line is a JSON string"},
    {NULL},
};

static void write_ids(const struct gm_wordpiece *wordpiece, struct gm_str text,
                      struct gm_buffer *out)
{
    uint32_t ids[GM_WORDPIECE_IDS_MAX];
    const size_t count = gm_wordpiece_encode(wordpiece, text, ids, GM_WORDPIECE_IDS_MAX);
    for (size_t i = 0; i < count; i++) {
        gm_buffer_append_byte(out, i == 0 ? '[' : ',');
        gm_json_write_integer(out, ids[i]);
    }
    gm_buffer_append_c(out, "]\n");
}

static enum gm_err tokenize(const struct gm_wordpiece *wordpiece, struct gm_lines *lines,
                            struct gm_buffer *out, struct gm_error *error)
{
    for (;;) {
        const struct gm_str *texts;
        size_t count;
        enum gm_err err = gm_lines_next(lines, &texts, &count, error);
        if (err || count == 0)
            return err;
        gm_buffer_reset(out);
        for (size_t i = 0; i < count; i++)
            write_ids(wordpiece, texts[i], out);
        if ((err = gm_lines_answer(out, error)))
            return err;
    }
}

static enum gm_err tokenize_stdin(const struct args *args, struct gm_error *error)
{
    struct gm_wordpiece *wordpiece;
    struct gm_lines lines;
    struct gm_buffer out;
    enum gm_err err = gm_wordpiece_open(args->model, &wordpiece, error);
    if (err)
        return err;
    err = gm_lines_open(&lines, STDIN_FILENO, "stdin", args->json, error);
    if (!err) {
        gm_buffer_init(&out, OUT_BYTES_MAX);
        err = tokenize(wordpiece, &lines, &out, error);
        gm_buffer_finish(&out);
        gm_lines_close(&lines);
    }
    gm_wordpiece_close(wordpiece);
    return err;
}

static int run(const struct gm_invocation *invocation)
{
    const struct args *args = (const void *)invocation->args;
    struct gm_error error;
    return tokenize_stdin(args, &error) ? gm_fail(&error) : GM_EXIT_DONE;
}

const struct gm_command gm_command_model_tokenize = {
    .name = "model tokenize",
    .summary = "give the ids of word pieces of each line of stdin",
    .description =
        "Reads a text a line (--json: a JSON string a line) and answers each with a\n"
        "JSON array of ids, [CLS] and [SEP] included, cut at 512: what the model sees.\n",
    .examples = "echo 'DOGE to the moon' | ghostmarket model tokenize --model "
                "data/models/ProsusAI--finbert\n"
                "jq .text posts.jsonl | ghostmarket model tokenize --model DIR --json\n",
    .options = options,
    .args_bytes = sizeof(struct args),
    .run = run,
};
