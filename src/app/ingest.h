// The way from the web server's deliveries to the bus: read, appended, committed, and only then
// acknowledged.
#ifndef GM_APP_INGEST_H
#define GM_APP_INGEST_H

#include "app/pipeline.h"

enum { GM_INGEST_TOKEN_BYTES_MIN = 16 };

struct gm_deliveries;

// For a configuration with an ingest.token. GM_ERR_INVALID: the token is shorter than
// GM_INGEST_TOKEN_BYTES_MIN. Registers its metrics.
enum gm_err gm_deliveries_open(struct gm_pipeline *pipeline, struct gm_deliveries **ret_deliveries,
                               struct gm_error *error);
void gm_deliveries_close(struct gm_deliveries *deliveries); // NULL is fine

// See gm_web_source.deliver. What a full disk keeps from being committed is taken back and told as
// GM_ERR_FULL: the sender has it still.
enum gm_err gm_deliveries_take(struct gm_deliveries *deliveries,
                               const struct gm_web_delivery *delivery, int *ret_status,
                               struct gm_buffer *out, struct gm_error *error);

#endif
