// How the pipeline is: what /api/health says, and what the page is told every few seconds, so that
// a page on which nothing happens is not mistaken for a calm market.
#ifndef GM_APP_STATUS_H
#define GM_APP_STATUS_H

#include "app/pipeline.h"

#include <jansson.h>

// The stretch over which rows_per_second is taken.
enum { GM_STATUS_RATE_S = 10 };

// {"at","status","feeds","lag_messages","rows_per_second","last_commit"}; *ret is for the caller.
enum gm_err gm_status_json(struct gm_pipeline *pipeline, json_t **ret, struct gm_error *error);

#endif
