// The file .env: variables as the environment would hold them, for secrets that should stand in no
// configuration and on no command line.
//
// It is read strictly, and nothing in it is ever run or expanded:
//
//   line     = blank | comment | ["export "] NAME "=" value [comment]
//   NAME     = a letter or _, then letters, digits and _
//   value    = plain | 'as written, to the next quote' | "with \\ \" \$ \n \r \t"
//   plain    = as written, to a comment or the line's end; blanks around it do not count
//   comment  = "#", at the line's begin or after a blank, to the line's end
//
// Lines end with LF or CRLF; a value does not reach over a line's end; the text is UTF-8 without
// control characters (a tab is a blank); a name stands once. An empty value is as good as none.
// Messages name file, line and variable, and never show a value:
//   .env:3: HF_TOKEN: the quote (") is not closed in this line
#ifndef GM_APP_ENV_FILE_H
#define GM_APP_ENV_FILE_H

#include "base/buffer.h"
#include "base/error.h"
#include "base/str.h"

#include <stddef.h>

enum {
    GM_ENV_FILE_BYTES_MAX = 64 * 1024,
    GM_ENV_FILE_VARIABLES_MAX = 1024,
};

// Texts end with NUL. `name` and `value` are owned by the struct they are in.
struct gm_env_variable {
    char *name, *value;
    size_t line;
};

struct gm_env_file {
    const char *path; // for messages; lent
    struct gm_env_variable *variables;
    size_t count;
};

// Reads `text`. GM_ERR_INVALID: it breaks the grammar; GM_ERR_LIMIT: it passes a limit.
enum gm_err gm_env_file_read(struct gm_str text, const char *path, struct gm_env_file *ret_file,
                             struct gm_error *error);

// Overwrites the values and frees. A zeroed struct is fine.
void gm_env_file_finish(struct gm_env_file *file);

// The variable of that name, or NULL.
const struct gm_env_variable *gm_env_file_find(const struct gm_env_file *file, const char *name);

#endif
