// The command line: one table a subcommand, which parses, checks, and writes help, manual page and
// shell completion.
//
//     struct replay_args { const char *prices, *social; double speed; };
//
//     static const struct gm_option replay_options[] = {
//         {"prices", "FILE", GM_OPTION_TEXT, offsetof(struct replay_args, prices),
//          .help = "recorded prices, JSON Lines, plain or gzip"},
//         {"speed", "N|max", GM_OPTION_NUMBER, offsetof(struct replay_args, speed),
//          .min = 0.001, .max = 1e9, .zero_word = "max", .help = "event seconds a second"},
//         {NULL},
//     };
//
//     const struct gm_command gm_command_replay = {
//         .name = "replay", .summary = "feed a recording through the pipeline",
//         .examples = "ghostmarket replay --prices p.jsonl.gz --speed max\n",
//         .options = replay_options, .args_bytes = sizeof(struct replay_args), .run = replay,
//     };
//
// Words: `--speed=5`, `--speed 5` and, where an option has a letter, `-s 5`, `-s5`. Options may
// stand before, between and after the other arguments; `--` ends them. Global options (--config,
// --env-file, --data-dir, --log-level, --log-format, --help, --version) are known to every command.
#ifndef GM_APP_OPTIONS_H
#define GM_APP_OPTIONS_H

#include "app/config/config.h"
#include "base/buffer.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

enum gm_option_type {
    GM_OPTION_FLAG,   // takes no value                 → bool
    GM_OPTION_TEXT,   // not empty                      → const char *, lent from argv
    GM_OPTION_INT,    // a whole number, min … max      → int
    GM_OPTION_NUMBER, // a number, min … max            → double
    GM_OPTION_CHOICE, // one of `choices`               → int, its place among them
};

enum { GM_OPTION_CHOICES_MAX = 7 };

// In a table, ended by an entry without a name.
struct gm_option {
    const char *name;     // "prices" for --prices
    const char *argument; // "FILE", as help shows it; NULL for a flag
    enum gm_option_type type;
    size_t offset; // of the member that takes the value
    double min, max;
    const char *zero_word;                          // this word stands for 0: "max"; may be NULL
    const char *choices[GM_OPTION_CHOICES_MAX + 1]; // ended by NULL
    const char *standard; // the default as help tells it; may be NULL. The value itself comes from
                          // gm_command.args_default
    char letter;          // 'o' for -o; 0: none
    bool needed;          // leaving it out is wrong usage
    const char *help;     // a line without a full stop
};

struct gm_invocation;

struct gm_command {
    const char *name;      // "replay"; two words for a command of a command: "model pull"
    const char *arguments; // "[NAME]", as help shows it; NULL: none
    int arguments_min, arguments_max; // at most GM_ARGUMENTS_MAX
    const char *summary;              // a line without a full stop
    const char *description;          // paragraphs with newlines; may be NULL
    const char *examples;             // lines, each a command; may be NULL
    const struct gm_option *options;  // may be NULL
    size_t args_bytes;                // of the struct that takes the values, ≤ GM_ARGS_BYTES_MAX
    const void *args_default;         // what it holds before; NULL: zeroes
    bool hidden;                      // works, but help does not list it
    int (*run)(const struct gm_invocation *invocation); // gives the exit status
};

struct gm_program {
    const char *name;                         // "ghostmarket"
    const char *summary;                      // a line without a full stop
    const struct gm_command *const *commands; // in the order of the manual, ended by NULL
};

enum {
    GM_ARGS_BYTES_MAX = 512,
    GM_ARGUMENTS_MAX = 8,
    GM_GLOBAL_OVERRIDES_MAX = 4,
};

enum gm_action {
    GM_ACTION_RUN,     // invocation->command->run(invocation)
    GM_ACTION_HELP,    // gm_options_write_help(program, invocation->command, …), then exit 0
    GM_ACTION_VERSION, // as the version command
};

// A parsed command line. Owns nothing; texts are argv's.
struct gm_invocation {
    const struct gm_program *program;
    enum gm_action action;
    const struct gm_command *command; // GM_ACTION_HELP: whose help; NULL: the program's

    // For gm_config_load.
    const char *config_path; // NULL: not given
    const char *env_path;    // NULL: not given
    struct gm_config_override overrides[GM_GLOBAL_OVERRIDES_MAX];
    size_t override_count;

    const char *arguments[GM_ARGUMENTS_MAX + 1]; // ended by NULL
    int argument_count;
    _Alignas(max_align_t) unsigned char args[GM_ARGS_BYTES_MAX]; // the command's own struct
};

// Reads argv[1..argc). GM_ERR_INVALID is wrong usage (exit status 2); the message tells what is
// wrong, what was perhaps meant, and whose --help to ask. No arguments at all ask for help.
enum gm_err gm_options_parse(const struct gm_program *program, int argc, char *const *argv,
                             struct gm_invocation *ret_invocation, struct gm_error *error);

// The command of that name, or NULL.
const struct gm_command *gm_command_find(const struct gm_program *program, const char *name);

// Append what `--help` prints; `command` NULL: of the whole program.
void gm_options_write_help(const struct gm_program *program, const struct gm_command *command,
                           struct gm_buffer *out);
// The manual page in man(7), and the completion for bash.
void gm_options_write_man(const struct gm_program *program, struct gm_buffer *out);
void gm_options_write_completion(const struct gm_program *program, struct gm_buffer *out);

// Two commands that come with the tables: `help [COMMAND]`, which also makes the manual page and
// the completion at build time, and `config`, which prints the configuration in force, the example
// file or the manual of all options.
extern const struct gm_command gm_command_help;
extern const struct gm_command gm_command_config;

#endif
