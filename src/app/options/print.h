// What a command prints when it is done: a text on standard output, or why there is none.
#ifndef GM_APP_PRINT_H
#define GM_APP_PRINT_H

#include "base/buffer.h"
#include "base/error.h"

// Writes the buffer to standard output and frees it. Gives the exit status: 0, or 1 after saying on
// standard error what went wrong (memory, the buffer's limit, a closed or full output).
int gm_print(const char *program, struct gm_buffer *out);

// Writes "PROGRAM: MESSAGE" to standard error; gives `status`.
int gm_print_error(const char *program, const struct gm_error *error, int status);

#endif
