// What somebody looks at, as a file: CSV or Parquet, in memory and of a limited size.
#ifndef GM_STORE_DOWNLOAD_H
#define GM_STORE_DOWNLOAD_H

#include "base/buffer.h"
#include "base/error.h"
#include "store/history.h"
#include "store/store.h"

enum { GM_STORE_DOWNLOAD_ROWS_MAX = 100000 };

enum gm_store_view { GM_VIEW_HISTORY, GM_VIEW_SIGNALS, GM_VIEW_POSTS, GM_VIEW_ALERTS };

struct gm_store_download {
    enum gm_store_view view;
    enum gm_store_format format;     // GM_STORE_CSV or GM_STORE_PARQUET
    struct gm_store_history history; // GM_VIEW_HISTORY
    const char *ticker;              // the others; NULL: all
    int64_t from_us, to_us;          // the others; GM_TIME_NONE: open
};

// Appends the file to `out`: the columns of the table, or those of a chart's bucket behind its
// `timestamp`; CSV as gm_store_export writes it. GM_ERR_LIMIT: more rows than the constant says, or
// more bytes than `out` takes; the message says what to do. On failure `out` is as it was.
enum gm_err gm_store_download(struct gm_store *store, const struct gm_store_download *download,
                              struct gm_buffer *out, struct gm_error *error);

#endif
