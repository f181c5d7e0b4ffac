// Text from commands to people, through the two standard streams.
#include "app/options/print.h"

#include <errno.h>
#include <stdio.h>

int gm_print_error(const char *program, const struct gm_error *error, int status)
{
    fprintf(stderr, "%s: %s\n", program, error->message);
    return status;
}

int gm_print(const char *program, struct gm_buffer *out)
{
    struct gm_error error;
    enum gm_err err = gm_buffer_ok(out, &error);
    bool written = !err && (out->len == 0 || fwrite(out->data, 1, out->len, stdout) == out->len) &&
                   fflush(stdout) == 0;
    if (!err && !written) {
        err = gm_error_errno(&error, errno, "standard output");
    }
    gm_buffer_finish(out);
    return err ? gm_print_error(program, &error, 1) : 0;
}
