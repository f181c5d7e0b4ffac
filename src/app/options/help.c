// Help, from the tables of commands.
#include "app/options/options.h"

#include "app/options/inside.h"

#include <ctype.h>
#include <string.h>

// "  -o, --output FILE"
static size_t write_option_head(const struct gm_option *option, struct gm_buffer *out)
{
    size_t start = out->len;
    if (option->letter) {
        gm_buffer_printf(out, "  -%c, --%s", option->letter, option->name);
    } else {
        gm_buffer_printf(out, "      --%s", option->name);
    }
    if (option->argument) {
        gm_buffer_printf(out, " %s", option->argument);
    }
    return out->len - start;
}

void gm_options_write_note(const struct gm_option *option, struct gm_buffer *out)
{
    if (option->needed) {
        gm_buffer_append_c(out, " (needed)");
    } else if (option->standard) {
        gm_buffer_printf(out, " (default: %s)", option->standard);
    }
}

static void write_options(const char *title, const struct gm_option *option, struct gm_buffer *out)
{
    enum { COLUMN = 28 };
    gm_buffer_printf(out, "\n%s:\n", title);
    for (; option->name; option++) {
        size_t width = write_option_head(option, out);
        if (width + 2 > COLUMN) {
            gm_buffer_append_byte(out, '\n');
            width = 0;
        }
        gm_buffer_printf(out, "%*s%s", (int)(COLUMN - width), "", option->help);
        gm_options_write_note(option, out);
        gm_buffer_append_byte(out, '\n');
    }
}

void gm_options_write_sentence(const char *text, struct gm_buffer *out)
{
    gm_buffer_append_byte(out, (char)toupper((unsigned char)text[0]));
    gm_buffer_printf(out, "%s.\n", text + 1);
}

// Each line of `text` behind `indent`.
static void write_lines(const char *text, const char *indent, struct gm_buffer *out)
{
    while (*text) {
        const char *end = strchrnul(text, '\n');
        gm_buffer_append_c(out, *text == '\n' ? "" : indent);
        gm_buffer_append(out, text, (size_t)(end - text));
        gm_buffer_append_byte(out, '\n');
        text = *end ? end + 1 : end;
    }
}

static void write_program_help(const struct gm_program *program, struct gm_buffer *out)
{
    gm_buffer_printf(out, "Usage: %s COMMAND [OPTION]...\n\n", program->name);
    gm_options_write_sentence(program->summary, out);
    gm_buffer_append_c(out, "\nCommands:\n");
    for (size_t i = 0; program->commands[i]; i++) {
        const struct gm_command *command = program->commands[i];
        if (!command->hidden) {
            gm_buffer_printf(out, "  %-16s %s\n", command->name, command->summary);
        }
    }
    write_options("Options of every command", gm_options_global, out);
    gm_buffer_printf(out,
                     "\n%s COMMAND --help tells more of a command. Exit status: 0 done, 1 failed,\n"
                     "2 wrong usage or configuration.\n",
                     program->name);
}

void gm_options_write_help(const struct gm_program *program, const struct gm_command *command,
                           struct gm_buffer *out)
{
    if (!command) {
        write_program_help(program, out);
        return;
    }
    gm_buffer_printf(out, "Usage: %s %s [OPTION]...%s%s\n\n", program->name, command->name,
                     command->arguments ? " " : "", command->arguments ? command->arguments : "");
    gm_options_write_sentence(command->summary, out);
    if (command->description) {
        gm_buffer_append_byte(out, '\n');
        write_lines(command->description, "", out);
    }
    if (command->options && command->options->name) {
        write_options("Options", command->options, out);
    }
    write_options("Options of every command", gm_options_global, out);
    if (command->examples) {
        gm_buffer_append_c(out, "\nExamples:\n");
        write_lines(command->examples, "  ", out);
    }
}
