// The control socket: how a command on the same machine asks the process that has the database.
//
// DuckDB lets one process at a time open a database for writing, and nobody beside it. So `export`
// asks that process, over a Unix socket in the data directory that only its owner may open. The
// answer to an export is an open descriptor of a finished, already unlinked file: a slow reader
// holds up nobody, and nothing is left behind when it dies.
#ifndef GM_APP_CONTROL_H
#define GM_APP_CONTROL_H

#include "base/error.h"
#include "base/stop.h"
#include "store/store.h"

#include <stdbool.h>

struct gm_control;

// Listens on DATA_DIR/control.sock; takes a stale one over. Lends `store`.
enum gm_err gm_control_open(const char *data_dir, struct gm_store *store,
                            struct gm_control **ret_control, struct gm_error *error);
void gm_control_close(struct gm_control *control); // NULL is fine

// Answers requests, one after the other, until `stop` is raised.
enum gm_err gm_control_serve(struct gm_control *control, struct gm_stop *stop,
                             struct gm_error *error);

// True when a process answers on DATA_DIR's socket; *ret_pid (may be NULL) is its id.
bool gm_control_alive(const char *data_dir, int *ret_pid);

// Asks the process that has DATA_DIR's database for an export. *ret_fd reads the finished file from
// its start; the caller closes it. GM_ERR_NOT_FOUND: nobody answers there.
enum gm_err gm_control_export(const char *data_dir, enum gm_store_table table,
                              enum gm_store_format format, int *ret_fd, int64_t *ret_rows,
                              struct gm_error *error);

#endif
