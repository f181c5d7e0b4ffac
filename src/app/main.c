// The command line's entry: picks the subcommand and turns failures into an exit status.
#include "app/command/commands.h"

#include "app/options/print.h"
#include "base/log.h"

#include <unistd.h>

static const struct gm_command *const commands[] = {
    &gm_command_run,
    &gm_command_prices,
    &gm_command_social,
    &gm_command_process,
    &gm_command_serve,
    &gm_command_demo,
    &gm_command_replay,
    &gm_command_export,
    &gm_command_score,
    &gm_command_model_pull,
    &gm_command_model_info,
    &gm_command_model_tokenize,
    &gm_command_model_bench,
    &gm_command_topics_create,
    &gm_command_topics_describe,
    &gm_command_doctor,
    &gm_command_config,
    &gm_command_version,
    &gm_command_help,
    NULL,
};

static const struct gm_program program = {
    .name = "ghostmarket",
    .summary = "tells when the talk about an asset heats up and its price has not moved yet",
    .commands = commands,
};

int gm_fail(const struct gm_error *error)
{
    return gm_print_error(program.name, error, GM_EXIT_FAILED);
}

int gm_fail_usage(const struct gm_error *error)
{
    return gm_print_error(program.name, error, GM_EXIT_USAGE);
}

bool gm_load_config(const struct gm_invocation *invocation, struct gm_config *ret_config,
                    int *ret_status)
{
    struct gm_error error;
    if (gm_config_load(invocation->config_path, invocation->env_path, invocation->overrides,
                       invocation->override_count, ret_config, &error)) {
        *ret_status = gm_fail_usage(&error);
        return false;
    }
    gm_log_init((enum gm_log_level)ret_config->log.level,
                (enum gm_log_format)ret_config->log.format, STDERR_FILENO, isatty(STDERR_FILENO));
    if (ret_config->env_shown)
        gm_log(GM_LOG_WARN, "config", "%s can be read or changed by other users: chmod 600 %s",
               ret_config->env_path, ret_config->env_path);
    return true;
}

static int print_help(const struct gm_command *command)
{
    struct gm_buffer out;
    gm_buffer_init(&out, 1024 * 1024);
    gm_options_write_help(&program, command, &out);
    return gm_print(program.name, &out);
}

int main(int argc, char **argv)
{
    struct gm_error error;
    struct gm_invocation invocation;
    if (gm_options_parse(&program, argc, argv, &invocation, &error))
        return gm_fail_usage(&error);
    switch (invocation.action) {
    case GM_ACTION_HELP:
        return print_help(invocation.command);
    case GM_ACTION_VERSION:
        return gm_command_version.run(&invocation);
    case GM_ACTION_RUN:
        break;
    }
    return invocation.command->run(&invocation);
}
