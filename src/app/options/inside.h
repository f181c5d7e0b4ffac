// What the files options*.c share.
#ifndef GM_APP_OPTIONS_INSIDE_H
#define GM_APP_OPTIONS_INSIDE_H

#include "app/options/options.h"

enum { GM_COMMAND_OPTIONS_MAX = 32 }; // of one command

// The options that every command knows.
extern const struct gm_option gm_options_global[];

// What stands behind the help of an option: " (needed)", " (default: 1)".
void gm_options_write_note(const struct gm_option *option, struct gm_buffer *out);

// "print this" → "Print this.\n"
void gm_options_write_sentence(const char *text, struct gm_buffer *out);

#endif
