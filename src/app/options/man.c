// The manual page, from the tables of commands.
#include "app/options/options.h"

#include "app/options/inside.h"

// Text as roff takes it literally: no escapes, no requests at a line's start, hyphens that can be
// copied.
static void write_roff(const char *text, struct gm_buffer *out)
{
    bool line_start = true;
    for (; *text; text++) {
        if (line_start && (*text == '.' || *text == '\'')) {
            gm_buffer_append_c(out, "\\&");
        }
        if (*text == '\\') {
            gm_buffer_append_c(out, "\\e");
        } else if (*text == '-') {
            gm_buffer_append_c(out, "\\-");
        } else {
            gm_buffer_append_byte(out, *text);
        }
        line_start = *text == '\n';
    }
}

static void write_man_options(const struct gm_option *option, struct gm_buffer *out)
{
    for (; option->name; option++) {
        gm_buffer_append_c(out, ".TP\n");
        if (option->letter) {
            gm_buffer_printf(out, "\\fB\\-%c\\fR, ", option->letter);
        }
        gm_buffer_append_c(out, "\\fB\\-\\-");
        write_roff(option->name, out);
        gm_buffer_append_c(out, "\\fR");
        if (option->argument) {
            gm_buffer_append_c(out, " \\fI");
            write_roff(option->argument, out);
            gm_buffer_append_c(out, "\\fR");
        }
        gm_buffer_append_byte(out, '\n');
        write_roff(option->help, out);
        struct gm_buffer note;
        gm_buffer_init(&note, 1024);
        gm_options_write_note(option, &note);
        gm_buffer_append_byte(&note, '\0');
        write_roff(note.data ? note.data : "", out);
        gm_buffer_finish(&note);
        gm_buffer_append_byte(out, '\n');
    }
}

static void write_man_command(const struct gm_program *program, const struct gm_command *command,
                              struct gm_buffer *out)
{
    gm_buffer_printf(out, ".SS %s %s", program->name, command->name);
    if (command->arguments) {
        gm_buffer_append_byte(out, ' ');
        write_roff(command->arguments, out);
    }
    gm_buffer_append_byte(out, '\n');
    struct gm_buffer sentence;
    gm_buffer_init(&sentence, 1024);
    gm_options_write_sentence(command->summary, &sentence);
    gm_buffer_append_byte(&sentence, '\0');
    write_roff(sentence.data ? sentence.data : "", out);
    gm_buffer_finish(&sentence);
    if (command->description) {
        gm_buffer_append_c(out, ".PP\n");
        write_roff(command->description, out);
        gm_buffer_append_byte(out, '\n');
    }
    if (command->options) {
        write_man_options(command->options, out);
    }
    if (command->examples) {
        gm_buffer_append_c(out, ".PP\n.nf\n");
        write_roff(command->examples, out);
        gm_buffer_append_c(out, "\n.fi\n");
    }
}

void gm_options_write_man(const struct gm_program *program, struct gm_buffer *out)
{
    gm_buffer_append_c(out, ".TH GHOSTMARKET 1\n.SH NAME\n");
    gm_buffer_printf(out, "%s \\- ", program->name);
    write_roff(program->summary, out);
    gm_buffer_printf(out, "\n.SH SYNOPSIS\n.B %s\n.I COMMAND\n[\\fIOPTION\\fR]...\n",
                     program->name);
    gm_buffer_append_c(out, ".SH COMMANDS\n");
    for (size_t i = 0; program->commands[i]; i++) {
        if (!program->commands[i]->hidden) {
            write_man_command(program, program->commands[i], out);
        }
    }
    gm_buffer_append_c(out, ".SH OPTIONS OF EVERY COMMAND\n");
    write_man_options(gm_options_global, out);
    gm_buffer_append_c(
        out,
        ".SH ENVIRONMENT\n"
        "Every option of the configuration that is no list can be set by a variable: \\fBweb.port"
        "\\fR by \\fBGHOSTMARKET_WEB_PORT\\fR.\n"
        ".SH FILES\n.TP\n.I ghostmarket.yaml\n"
        "The configuration, in the working directory. \\fBghostmarket config "
        "\\-\\-example\\fR prints one with every option.\n"
        ".TP\n.I data\nThe data folder.\n"
        ".SH EXIT STATUS\n.TP\n.B 0\nDone, or stopped by SIGINT or SIGTERM.\n"
        ".TP\n.B 1\nFailed.\n.TP\n.B 2\nWrong usage or configuration.\n");
}
