// Seen by clang-tidy alone (tools/lint.sh), before every file. Its analyzer looks at one file at a
// time and so cannot know that what reports a failure never returns GM_OK; without that it walks
// paths that do not exist.
#include "base/error.h"

static inline enum gm_err gm_never_ok(enum gm_err err)
{
    if (err == GM_OK)
        __builtin_unreachable();
    return err;
}

#define gm_error_set(...)    gm_never_ok(gm_error_set(__VA_ARGS__))
#define gm_error_errno(...)  gm_never_ok(gm_error_errno(__VA_ARGS__))
#define gm_error_prefix(...) gm_never_ok(gm_error_prefix(__VA_ARGS__))
