// What the commands that run a pipeline until a signal have in common.
#ifndef GM_APP_COMMAND_RUN_H
#define GM_APP_COMMAND_RUN_H

#include "app/options/options.h"

// Runs the pipeline of these parts (a set of enum gm_part) until SIGINT, SIGTERM or a failure;
// gives the exit status.
int gm_run_parts(const struct gm_invocation *invocation, unsigned parts);

#endif
