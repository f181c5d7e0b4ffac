// The program's version and what it is made of.
#ifndef GM_APP_VERSION_H
#define GM_APP_VERSION_H

#include "base/buffer.h"

#define GM_VERSION GM_VERSION_MESON // from meson.build

// Appends version, commit, compiler, libraries and the processor's instruction sets, as lines or
// as one JSON object.
void gm_version_write(bool json, struct gm_buffer *out);

#endif
