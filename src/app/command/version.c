// version: what this program is made of.
#include "app/command/commands.h"

#include "app/options/print.h"
#include "app/version.h"

struct args {
    bool json;
};

static const struct gm_option options[] = {
    {"json", NULL, GM_OPTION_FLAG, offsetof(struct args, json), .help = "one JSON object"},
    {NULL},
};

static int version(const struct gm_invocation *invocation)
{
    // --version comes here without this command's own arguments.
    bool json = invocation->command == &gm_command_version &&
                ((const struct args *)(const void *)invocation->args)->json;
    struct gm_buffer out;
    gm_buffer_init(&out, 64 * 1024);
    gm_version_write(json, &out);
    return gm_print(invocation->program->name, &out);
}

const struct gm_command gm_command_version = {
    .name = "version",
    .summary = "name the commit, the libraries and the instruction sets in use",
    .examples = "ghostmarket version\n",
    .options = options,
    .args_bytes = sizeof(struct args),
    .run = version,
};
