// The completion for bash, from the tables of commands.
#include "app/options/options.h"

#include "app/options/inside.h"

#include <stdio.h>
#include <string.h>

static void write_option_names(const struct gm_option *option, struct gm_buffer *out)
{
    for (; option && option->name; option++) {
        gm_buffer_printf(out, " --%s", option->name);
    }
}

// The words of `options` whose values come from a list, as cases of "COMMAND OPTION".
static void write_value_cases(const char *command, const struct gm_option *option,
                              struct gm_buffer *out)
{
    for (; option && option->name; option++) {
        if (option->type == GM_OPTION_FLAG) {
            continue;
        }
        gm_buffer_printf(out, "    %s--%s)\n        words='", command, option->name);
        if (option->zero_word) {
            gm_buffer_append_c(out, option->zero_word);
        }
        for (size_t i = 0; option->choices[i]; i++) {
            gm_buffer_printf(out, "%s%s", i > 0 ? " " : "", option->choices[i]);
        }
        gm_buffer_append_c(out, "'\n        ;;\n");
    }
}

// The length of the first of two words; 0 for a command of one.
static size_t group_len(const struct gm_command *command)
{
    const char *space = strchr(command->name, ' ');
    return space ? (size_t)(space - command->name) : 0;
}

// True for the first visible command of its group.
static bool opens_group(const struct gm_program *program, size_t place)
{
    size_t len = group_len(program->commands[place]);
    for (size_t i = 0; i < place && len > 0; i++) {
        if (!program->commands[i]->hidden && group_len(program->commands[i]) == len &&
            strncmp(program->commands[i]->name, program->commands[place]->name, len) == 0) {
            return false;
        }
    }
    return len > 0;
}

static void write_group_case(const struct gm_program *program, const struct gm_command *first,
                             struct gm_buffer *out)
{
    size_t len = group_len(first);
    gm_buffer_printf(out, "    %.*s)\n        words='", (int)len, first->name);
    for (size_t i = 0; program->commands[i]; i++) {
        const struct gm_command *command = program->commands[i];
        if (!command->hidden && group_len(command) == len &&
            strncmp(command->name, first->name, len) == 0) {
            gm_buffer_printf(out, "%s%s", command == first ? "" : " ", command->name + len + 1);
        }
    }
    gm_buffer_append_c(out, "'\n        ;;\n");
}

// `    'replay' | 'model' | 'model pull')`
static void write_known_commands(const struct gm_program *program, struct gm_buffer *out)
{
    const char *between = "        ";
    for (size_t i = 0; program->commands[i]; i++) {
        const struct gm_command *command = program->commands[i];
        if (command->hidden) {
            continue;
        }
        if (opens_group(program, i)) {
            gm_buffer_printf(out, "%s'%.*s'", between, (int)group_len(command), command->name);
            between = " | ";
        }
        gm_buffer_printf(out, "%s'%s'", between, command->name);
        between = " | ";
    }
    gm_buffer_append_c(out, ")\n");
}

static void write_word_cases(const struct gm_program *program, struct gm_buffer *out)
{
    gm_buffer_append_c(out, "    '')\n        words='");
    for (size_t i = 0; program->commands[i]; i++) {
        const struct gm_command *command = program->commands[i];
        if (!command->hidden && (group_len(command) == 0 || opens_group(program, i))) {
            int len = (int)(group_len(command) ? group_len(command) : strlen(command->name));
            gm_buffer_printf(out, "%.*s ", len, command->name);
        }
    }
    gm_buffer_append_c(out, "'\n        ;;\n");
    for (size_t i = 0; program->commands[i]; i++) {
        const struct gm_command *command = program->commands[i];
        if (command->hidden) {
            continue;
        }
        if (opens_group(program, i)) {
            write_group_case(program, command, out);
        }
        gm_buffer_printf(out, "    '%s')\n        words='", command->name);
        write_option_names(command->options, out);
        gm_buffer_append_c(out, "'\n        ;;\n");
    }
}

void gm_options_write_completion(const struct gm_program *program, struct gm_buffer *out)
{
    gm_buffer_printf(out,
                     "# bash completion for %s, written from its own tables. Where no word fits, "
                     "file names do.\n"
                     "_%s()\n{\n"
                     "    local current=${COMP_WORDS[COMP_CWORD]}\n"
                     "    local previous=${COMP_WORDS[COMP_CWORD - 1]}\n"
                     "    local command='' next words='' i\n"
                     "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
                     "        next=\"${command:+$command }${COMP_WORDS[i]}\"\n"
                     "        case $next in\n",
                     program->name, program->name);
    write_known_commands(program, out);
    gm_buffer_append_c(out, "            command=$next\n            ;;\n        esac\n    done\n"
                            "    case $command in\n");
    write_word_cases(program, out);
    gm_buffer_append_c(out, "    esac\n    words=\"$words");
    write_option_names(gm_options_global, out);
    gm_buffer_append_c(out, "\"\n    case \"$command $previous\" in\n");
    for (size_t i = 0; program->commands[i]; i++) {
        const struct gm_command *command = program->commands[i];
        if (!command->hidden) {
            char prefix[128];
            snprintf(prefix, sizeof(prefix), "'%s '", command->name);
            write_value_cases(prefix, command->options, out);
        }
    }
    write_value_cases("*' '", gm_options_global, out);
    gm_buffer_printf(out,
                     "    esac\n"
                     "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n"
                     "}\n"
                     "complete -o default -F _%s %s\n",
                     program->name, program->name);
}
