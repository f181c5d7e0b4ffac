// Base64 (RFC 4648, section 4): how bytes that are no text travel in JSON. Internal to this
// program.
#ifndef GM_EVENT_BASE64_H
#define GM_EVENT_BASE64_H

#include "base/arena.h"
#include "base/buffer.h"

void gm_base64_write(struct gm_buffer *out, struct gm_str bytes);

// Only the canonical form: padded, no white space, unused bits 0. The bytes live in `arena`.
enum gm_err gm_base64_read(struct gm_str text, struct gm_arena *arena, struct gm_str *ret_bytes,
                           struct gm_error *error);

#endif
