// The subcommands, each in the file of its name (NAME.c).
//
// A command's run function gives the exit status: 0 done, 1 failed, 2 wrong usage or configuration.
#ifndef GM_APP_COMMANDS_H
#define GM_APP_COMMANDS_H

#include "app/config/config.h"
#include "app/options/options.h"
#include "base/error.h"

extern const struct gm_command gm_command_run, gm_command_process, gm_command_serve;
extern const struct gm_command gm_command_prices, gm_command_social;
extern const struct gm_command gm_command_replay, gm_command_demo;
extern const struct gm_command gm_command_export, gm_command_score;
extern const struct gm_command gm_command_topics_create, gm_command_topics_describe;
extern const struct gm_command gm_command_model_pull, gm_command_model_info;
extern const struct gm_command gm_command_model_tokenize, gm_command_model_bench;
extern const struct gm_command gm_command_doctor, gm_command_version;

enum { GM_EXIT_DONE = 0, GM_EXIT_FAILED = 1, GM_EXIT_USAGE = 2 };

// Prints "ghostmarket: MESSAGE" on stderr and gives the exit status that goes with the code: 2 for
// GM_ERR_INVALID met before anything was started, else 1.
int gm_fail(const struct gm_error *error);
int gm_fail_usage(const struct gm_error *error);

// Reads the configuration that the invocation asks for and sets the log up. On failure the message
// is printed and *ret_status is the exit status.
bool gm_load_config(const struct gm_invocation *invocation, struct gm_config *ret_config,
                    int *ret_status);

#endif
