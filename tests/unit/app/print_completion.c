// Prints the completion of the tests' program, for test_completion.sh.
#include "app/options/print.h"
#include "program.h"

int main(void)
{
    struct gm_buffer out;
    gm_buffer_init(&out, 1 << 20);
    gm_options_write_completion(&program, &out);
    return gm_print("print_completion", &out);
}
