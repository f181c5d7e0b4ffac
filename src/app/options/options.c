// Reads a command line by the tables of its commands.
#include "app/options/options.h"

#include "app/config/suggest.h"
#include "app/options/inside.h"
#include "base/number.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// What the options that every command knows set.
struct globals {
    const char *config, *env_file, *data_dir, *log_level, *log_format;
    bool help, version;
};

const struct gm_option gm_options_global[] = {
    {"config", "FILE", GM_OPTION_TEXT, offsetof(struct globals, config),
     .standard = GM_CONFIG_FILE_DEFAULT ", if it is there", .help = "the configuration to read"},
    {"env-file", "FILE", GM_OPTION_TEXT, offsetof(struct globals, env_file),
     .standard = GM_CONFIG_ENV_DEFAULT ", if it is there",
     .help = "variables as in the environment, for keys and passwords"},
    {"data-dir", "DIR", GM_OPTION_TEXT, offsetof(struct globals, data_dir), .standard = "data",
     .help = "the folder that holds everything GhostMarket keeps"},
    {"log-level", "LEVEL", GM_OPTION_TEXT, offsetof(struct globals, log_level),
     .choices = {"error", "warn", "info", "debug"}, .standard = "info",
     .help = "how much to log: error, warn, info or debug"},
    {"log-format", "FORMAT", GM_OPTION_TEXT, offsetof(struct globals, log_format),
     .choices = {"text", "json"}, .standard = "text", .help = "how to log: text or json"},
    {"help", NULL, GM_OPTION_FLAG, offsetof(struct globals, help), .letter = 'h',
     .help = "print this help"},
    {"version", NULL, GM_OPTION_FLAG, offsetof(struct globals, version),
     .help = "print the version"},
    {NULL},
};

// One parse.
struct parse {
    const struct gm_program *program;
    char *const *argv;
    int argc, at;        // argv[at] is looked at
    struct gm_str group; // the first word of a command of two words, while the second is awaited
    struct globals globals;
    bool given[GM_COMMAND_OPTIONS_MAX]; // by place in the command's table
    struct gm_invocation result;
};

// Ends a message: "; see: ghostmarket replay --help".
static enum gm_err usage(const struct parse *parse, struct gm_error *error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static enum gm_err usage(const struct parse *parse, struct gm_error *error, const char *format, ...)
{
    const struct gm_command *command = parse->result.command;
    char text[GM_ERROR_MESSAGE_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    return gm_error_set(error, GM_ERR_INVALID, "%s; see: %s%s%s --help", text, parse->program->name,
                        command ? " " : "", command ? command->name : "");
}

// ------------------------------------------------------------------------- values

static bool read_int(const char *text, int *ret_value)
{
    char *end;
    errno = 0;
    long value = strtol(text, &end, 10);
    if (end == text || *end || errno || value < INT_MIN || value > INT_MAX) {
        return false;
    }
    *ret_value = (int)value;
    return true;
}

static enum gm_err fail_choice(const struct parse *parse, const struct gm_option *option,
                               const char *text, struct gm_error *error)
{
    char known[256] = "";
    for (size_t i = 0, len = 0; option->choices[i] && len < sizeof(known); i++) {
        const char *between = i == 0 ? "" : option->choices[i + 1] ? ", " : " or ";
        len +=
            (size_t)snprintf(known + len, sizeof(known) - len, "%s%s", between, option->choices[i]);
    }
    return usage(parse, error, "--%s: \"%s\" is not %s", option->name, text, known);
}

static enum gm_err read_number(const struct parse *parse, const struct gm_option *option,
                               const char *text, void *at, struct gm_error *error)
{
    double value;
    int whole;
    if (option->zero_word && strcmp(text, option->zero_word) == 0) {
        memset(at, 0, option->type == GM_OPTION_INT ? sizeof(int) : sizeof(double));
        return GM_OK;
    }
    if (option->type == GM_OPTION_INT) {
        bool good = read_int(text, &whole) && whole >= option->min && whole <= option->max;
        if (good) {
            memcpy(at, &whole, sizeof(whole));
            return GM_OK;
        }
    } else if (gm_number_read(text, strlen(text), &value) && value >= option->min &&
               value <= option->max) {
        memcpy(at, &value, sizeof(value));
        return GM_OK;
    }
    return usage(parse, error, "--%s: \"%s\" is not a %s within %g … %g%s%s", option->name, text,
                 option->type == GM_OPTION_INT ? "whole number" : "number", option->min,
                 option->max, option->zero_word ? ", or " : "",
                 option->zero_word ? option->zero_word : "");
}

static enum gm_err read_value(const struct parse *parse, const struct gm_option *option,
                              const char *text, void *base, struct gm_error *error)
{
    void *at = (char *)base + option->offset;
    if (option->type == GM_OPTION_FLAG) {
        *(bool *)at = true;
        return GM_OK;
    }
    if (!*text) {
        return usage(parse, error, "--%s needs a value: %s", option->name, option->argument);
    }
    if (option->type == GM_OPTION_INT || option->type == GM_OPTION_NUMBER) {
        return read_number(parse, option, text, at, error);
    }
    int choice = 0;
    while (option->choices[choice] && strcmp(option->choices[choice], text) != 0) {
        choice++;
    }
    if (option->choices[0] && !option->choices[choice]) {
        return fail_choice(parse, option, text, error);
    }
    if (option->type == GM_OPTION_CHOICE) {
        *(int *)at = choice;
    } else {
        *(const char **)at = text;
    }
    return GM_OK;
}

// ------------------------------------------------------------------------- options

static const struct gm_option *find_in(const struct gm_option *table, struct gm_str name,
                                       char letter)
{
    for (; table && table->name; table++) {
        if (letter ? table->letter == letter : gm_str_equal(gm_str(table->name), name)) {
            return table;
        }
    }
    return NULL;
}

static enum gm_err fail_unknown_option(const struct parse *parse, struct gm_str name,
                                       struct gm_error *error)
{
    struct gm_suggest suggest;
    char near[GM_SUGGEST_TEXT_BYTES] = "";
    gm_suggest_init(&suggest, name);
    const struct gm_option *tables[] = {
        parse->result.command ? parse->result.command->options : NULL, gm_options_global};
    for (size_t i = 0; i < 2; i++) {
        for (const struct gm_option *option = tables[i]; option && option->name; option++) {
            gm_suggest_offer(&suggest, option->name);
        }
    }
    if (suggest.best) {
        snprintf(near, sizeof(near), ": did you mean --%s?", suggest.best);
    }
    return usage(parse, error, "unknown option --%.*s%s", name.len < 80 ? (int)name.len : 80,
                 name.data, near);
}

// The option stands in argv[at]; its value, if it takes one, is `value` or else argv[at + 1].
static enum gm_err take_option(struct parse *parse, struct gm_str name, char letter,
                               const char *value, struct gm_error *error)
{
    const struct gm_command *command = parse->result.command;
    void *base = &parse->globals;
    const struct gm_option *option = find_in(gm_options_global, name, letter);
    if (!option && command) {
        option = find_in(command->options, name, letter);
        base = parse->result.args;
        if (option) {
            parse->given[option - command->options] = true;
        }
    }
    if (!option && letter) {
        return usage(parse, error, "unknown option -%c", letter);
    }
    if (!option) {
        return fail_unknown_option(parse, name, error);
    }
    if (option->type == GM_OPTION_FLAG && value) {
        return usage(parse, error, "--%s takes no value", option->name);
    }
    if (option->type != GM_OPTION_FLAG && !value) {
        if (parse->at + 1 >= parse->argc) {
            return usage(parse, error, "--%s needs a value: %s", option->name, option->argument);
        }
        value = parse->argv[++parse->at];
    }
    return read_value(parse, option, value, base, error);
}

static enum gm_err take_long(struct parse *parse, const char *word, struct gm_error *error)
{
    const char *equals = strchr(word, '=');
    struct gm_str name = {word, equals ? (size_t)(equals - word) : strlen(word)};
    return take_option(parse, name, 0, equals ? equals + 1 : NULL, error);
}

// "-o", "-oFILE"; letters are not run together.
static enum gm_err take_short(struct parse *parse, const char *word, struct gm_error *error)
{
    return take_option(parse, gm_str(""), word[0], word[1] ? word + 1 : NULL, error);
}

// ------------------------------------------------------------------------- commands

const struct gm_command *gm_command_find(const struct gm_program *program, const char *name)
{
    for (size_t i = 0; program->commands[i]; i++) {
        if (strcmp(program->commands[i]->name, name) == 0) {
            return program->commands[i];
        }
    }
    return NULL;
}

// True where `name` is the first word of a command of two.
static bool is_group(const struct gm_command *command, struct gm_str group)
{
    return strncmp(command->name, group.data, group.len) == 0 && command->name[group.len] == ' ';
}

static bool any_in_group(const struct gm_program *program, struct gm_str group)
{
    for (size_t i = 0; program->commands[i]; i++) {
        if (is_group(program->commands[i], group)) {
            return true;
        }
    }
    return false;
}

static enum gm_err fail_unknown_command(const struct parse *parse, const char *name,
                                        struct gm_error *error)
{
    struct gm_suggest suggest;
    char near[GM_SUGGEST_TEXT_BYTES];
    gm_suggest_init(&suggest, gm_str(name));
    for (size_t i = 0; parse->program->commands[i]; i++) {
        if (!parse->program->commands[i]->hidden) {
            gm_suggest_offer(&suggest, parse->program->commands[i]->name);
        }
    }
    return usage(parse, error, "unknown command \"%.80s\"%s", name,
                 gm_suggest_text(&suggest, near));
}

// "model" alone: tells what may follow.
static enum gm_err fail_group(const struct parse *parse, struct gm_error *error)
{
    char list[256] = "";
    size_t len = 0;
    for (size_t i = 0; parse->program->commands[i] && len < sizeof(list); i++) {
        const struct gm_command *command = parse->program->commands[i];
        if (is_group(command, parse->group)) {
            len += (size_t)snprintf(list + len, sizeof(list) - len, "%s%s", len > 0 ? ", " : "",
                                    command->name + parse->group.len + 1);
        }
    }
    return usage(parse, error, "%.*s needs one more word: %s", GM_STR_ARG(parse->group), list);
}

static enum gm_err take_command(struct parse *parse, const char *word, struct gm_error *error)
{
    char name[128];
    snprintf(name, sizeof(name), "%.*s%s%s", GM_STR_ARG(parse->group),
             parse->group.len > 0 ? " " : "", word);
    const struct gm_command *command = gm_command_find(parse->program, name);
    if (command) {
        assert(command->args_bytes <= GM_ARGS_BYTES_MAX);
        assert(command->arguments_max <= GM_ARGUMENTS_MAX);
        parse->result.command = command;
        if (command->args_default) {
            memcpy(parse->result.args, command->args_default, command->args_bytes);
        }
        return GM_OK;
    }
    if (parse->group.len == 0 && any_in_group(parse->program, gm_str(word))) {
        parse->group = gm_str(word);
        return GM_OK;
    }
    return fail_unknown_command(parse, name, error);
}

static enum gm_err take_argument(struct parse *parse, const char *word, struct gm_error *error)
{
    const struct gm_command *command = parse->result.command;
    if (!command) {
        return take_command(parse, word, error);
    }
    if (parse->result.argument_count == command->arguments_max) {
        return usage(parse, error, "\"%.80s\" is one word too many", word);
    }
    parse->result.arguments[parse->result.argument_count++] = word;
    return GM_OK;
}

// ------------------------------------------------------------------------- the whole

static enum gm_err take_all(struct parse *parse, struct gm_error *error)
{
    enum gm_err err = GM_OK;
    bool options = true;
    for (parse->at = 1; parse->at < parse->argc && !err; parse->at++) {
        const char *word = parse->argv[parse->at];
        if (options && strcmp(word, "--") == 0) {
            options = false;
        } else if (options && strncmp(word, "--", 2) == 0) {
            err = take_long(parse, word + 2, error);
        } else if (options && word[0] == '-' && word[1]) {
            err = take_short(parse, word + 1, error);
        } else {
            err = take_argument(parse, word, error);
        }
    }
    return err;
}

static enum gm_err check_needed(const struct parse *parse, struct gm_error *error)
{
    const struct gm_command *command = parse->result.command;
    if (!command && parse->group.len > 0) {
        return fail_group(parse, error);
    }
    for (size_t i = 0; command->options && command->options[i].name; i++) {
        if (command->options[i].needed && !parse->given[i]) {
            return usage(parse, error, "%s needs --%s %s", command->name, command->options[i].name,
                         command->options[i].argument);
        }
    }
    if (parse->result.argument_count < command->arguments_min) {
        return usage(parse, error, "%s needs %s", command->name, command->arguments);
    }
    return GM_OK;
}

static void add_override(struct gm_invocation *invocation, const char *name, const char *value,
                         const char *origin)
{
    if (value) {
        assert(invocation->override_count < GM_GLOBAL_OVERRIDES_MAX);
        invocation->overrides[invocation->override_count++] =
            (struct gm_config_override){name, value, origin};
    }
}

enum gm_err gm_options_parse(const struct gm_program *program, int argc, char *const *argv,
                             struct gm_invocation *ret_invocation, struct gm_error *error)
{
    struct parse parse = {.program = program, .argv = argv, .argc = argc};
    parse.result.program = program;

    enum gm_err err = take_all(&parse, error);
    if (err) {
        return err;
    }
    if (parse.globals.help || (!parse.result.command && parse.group.len == 0)) {
        parse.result.action = GM_ACTION_HELP;
    }
    if (parse.globals.version && !parse.globals.help) {
        parse.result.action = GM_ACTION_VERSION;
    }
    if (parse.result.action == GM_ACTION_RUN && (err = check_needed(&parse, error))) {
        return err;
    }
    parse.result.config_path = parse.globals.config;
    parse.result.env_path = parse.globals.env_file;
    add_override(&parse.result, "data_dir", parse.globals.data_dir, "--data-dir");
    add_override(&parse.result, "log.level", parse.globals.log_level, "--log-level");
    add_override(&parse.result, "log.format", parse.globals.log_format, "--log-format");
    *ret_invocation = parse.result;
    return GM_OK;
}
