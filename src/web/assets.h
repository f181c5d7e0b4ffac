// The page's files, inside the binary. The table is generated from ui/ when the program is built.
#ifndef GM_WEB_ASSETS_H
#define GM_WEB_ASSETS_H

#include "base/str.h"

#include <stddef.h>

struct gm_web_asset {
    const char *path; // "/app.js"
    const char *content_type;
    const char *etag; // with its quotes; a hash of the plain bytes
    struct gm_str plain, gzip;
};

extern const struct gm_web_asset gm_web_assets[];
extern const size_t gm_web_assets_count;

#endif
