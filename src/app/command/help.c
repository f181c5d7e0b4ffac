// `ghostmarket help [COMMAND]`: the help of all or of one. The build takes the manual page and the
// shell completion from here.
#include "app/options/options.h"
#include "app/options/print.h"

#include <stdio.h>

struct help_args {
    bool man, completion;
};

static const struct gm_option help_options[] = {
    {"man", NULL, GM_OPTION_FLAG, offsetof(struct help_args, man),
     .help = "print the manual page in man(7)"},
    {"completion", NULL, GM_OPTION_FLAG, offsetof(struct help_args, completion),
     .help = "print the completion for bash"},
    {NULL},
};

static int help(const struct gm_invocation *invocation)
{
    const struct gm_program *program = invocation->program;
    const struct help_args *args = (const struct help_args *)invocation->args;
    const struct gm_command *command = NULL;
    struct gm_error error;
    if (invocation->argument_count > 0) {
        char name[128];
        const char *second = invocation->arguments[1];
        snprintf(name, sizeof(name), "%s%s%s", invocation->arguments[0], second ? " " : "",
                 second ? second : "");
        command = gm_command_find(program, name);
        if (!command) {
            gm_error_set(&error, GM_ERR_INVALID, "unknown command \"%s\"; see: %s help", name,
                         program->name);
            return gm_print_error(program->name, &error, 2);
        }
    }
    struct gm_buffer out;
    gm_buffer_init(&out, (size_t)1024 * 1024);
    if (args->man) {
        gm_options_write_man(program, &out);
    } else if (args->completion) {
        gm_options_write_completion(program, &out);
    } else {
        gm_options_write_help(program, command, &out);
    }
    return gm_print(program->name, &out);
}

const struct gm_command gm_command_help = {
    .name = "help",
    .arguments = "[COMMAND]",
    .arguments_max = 2,
    .summary = "print the help of all commands or of one",
    .examples = "ghostmarket help\nghostmarket help replay",
    .options = help_options,
    .args_bytes = sizeof(struct help_args),
    .run = help,
};
