// `ghostmarket config`: the configuration in force, the example file, or the manual of all options.
#include "app/config/config.h"
#include "app/options/options.h"
#include "app/options/print.h"

struct config_args {
    bool example, docs;
};

static const struct gm_option config_options[] = {
    {"example", NULL, GM_OPTION_FLAG, offsetof(struct config_args, example),
     .help = "print a file with every option at its default"},
    {"docs", NULL, GM_OPTION_FLAG, offsetof(struct config_args, docs),
     .help = "print the manual of all options in Markdown"},
    {NULL},
};

static int print_config(const struct gm_invocation *invocation)
{
    const char *program = invocation->program->name;
    const struct config_args *args = (const struct config_args *)invocation->args;
    struct gm_buffer out;
    gm_buffer_init(&out, (size_t)64 * 1024 * 1024);
    if (args->example) {
        gm_config_write_example(&out);
    } else if (args->docs) {
        gm_config_write_docs(&out);
    } else {
        struct gm_config config;
        struct gm_error error;
        if (gm_config_load(invocation->config_path, invocation->env_path, invocation->overrides,
                           invocation->override_count, &config, &error)) {
            return gm_print_error(program, &error, 2);
        }
        gm_config_write(&config, &out);
        gm_config_finish(&config);
    }
    return gm_print(program, &out);
}

const struct gm_command gm_command_config = {
    .name = "config",
    .summary = "print the configuration in force, as a file that can be read back",
    .examples = "ghostmarket config --example > ghostmarket.yaml\n"
                "GHOSTMARKET_WEB_PORT=9000 ghostmarket config",
    .options = config_options,
    .args_bytes = sizeof(struct config_args),
    .run = print_config,
};
