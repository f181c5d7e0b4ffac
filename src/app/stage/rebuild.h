// The windows out of the log: what a new owner of tickers does before it handles their messages.
#ifndef GM_APP_REBUILD_H
#define GM_APP_REBUILD_H

#include "app/stage/tickers.h"
#include "base/error.h"
#include "bus/bus.h"

#include <stdint.h>

// Forgets every window and reads market-signals backwards until no earlier row can matter to any
// ticker. The windows are then, to the last bit, those of the process that wrote the rows.
// *ret_rows: rows that were read.
enum gm_err gm_rebuild_tickers(struct gm_tickers *tickers, struct gm_bus *bus, int64_t *ret_rows,
                               struct gm_error *error);

#endif
