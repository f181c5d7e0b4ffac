// A secret that a client shows with its request, and the comparison that tells nothing about it.
#ifndef GM_WEB_TOKEN_H
#define GM_WEB_TOKEN_H

#include "base/str.h"

#include <stdbool.h>

// The token of an Authorization field, "Bearer TOKEN" (RFC 6750); len 0 where there is none.
struct gm_str gm_token_bearer(struct gm_str authorization);

// Whether `given` is `token`. How long it takes depends on given.len alone, so that nobody can
// guess the token byte by byte with a clock.
bool gm_token_equal(struct gm_str given, const char *token);

#endif
