// A program for the tests of the command line, with every kind of option.
#ifndef GM_TESTS_APP_PROGRAM_H
#define GM_TESTS_APP_PROGRAM_H

#include "app/options/options.h"

enum format { FORMAT_JSONL, FORMAT_CSV };

struct replay_args {
    const char *prices, *output;
    double speed;
    int count, format;
    bool force;
};

static const struct gm_option replay_options[] = {
    {"prices", "FILE", GM_OPTION_TEXT, offsetof(struct replay_args, prices), .needed = true,
     .help = "recorded prices"},
    {"speed", "N|max", GM_OPTION_NUMBER, offsetof(struct replay_args, speed), .min = 0.001,
     .max = 1e9, .zero_word = "max", .standard = "1", .help = "event seconds a second"},
    {"count", "N", GM_OPTION_INT, offsetof(struct replay_args, count), .min = -5, .max = 10,
     .help = "how many"},
    {"format", "FORMAT", GM_OPTION_CHOICE, offsetof(struct replay_args, format),
     .choices = {"jsonl", "csv"}, .standard = "jsonl", .help = "jsonl or csv"},
    {"output", "FILE", GM_OPTION_TEXT, offsetof(struct replay_args, output), .letter = 'o',
     .help = "where to"},
    {"force", NULL, GM_OPTION_FLAG, offsetof(struct replay_args, force), .letter = 'f',
     .help = "do it"},
    {NULL},
};

static const struct replay_args replay_default = {.speed = 1, .count = 3};

static const struct gm_command command_replay = {
    .name = "replay",
    .arguments = "[NAME]",
    .arguments_max = 1,
    .summary = "feed a recording",
    .description = "Two files are merged by time.\n\n.dots and 'quotes' \\ stay.",
    .examples = "ghostmarket replay --prices p.jsonl --speed max\n",
    .options = replay_options,
    .args_bytes = sizeof(struct replay_args),
    .args_default = &replay_default,
};

static const struct gm_command command_pull = {.name = "model pull",
                                               .arguments = "NAME",
                                               .arguments_min = 1,
                                               .arguments_max = 1,
                                               .summary = "fetch a model"};
static const struct gm_command command_info = {.name = "model info",
                                               .summary = "describe the model"};
static const struct gm_command command_secret = {
    .name = "secret", .summary = "nobody knows", .hidden = true};

static const struct gm_command *const commands[] = {
    &command_replay,  &command_pull,      &command_info, &command_secret,
    &gm_command_help, &gm_command_config, NULL};

static const struct gm_program program = {"ghostmarket", "watch what people say", commands};

#endif
