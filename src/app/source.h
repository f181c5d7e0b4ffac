// What the web server asks of the pipeline: rows from the store, rules from the configuration,
// the state of the stages.
#ifndef GM_APP_SOURCE_H
#define GM_APP_SOURCE_H

#include "app/pipeline.h"
#include "web/web.h"

// Lends the pipeline.
struct gm_web_source gm_source_of(struct gm_pipeline *pipeline);

// True while every stage runs.
bool gm_source_healthy(const struct gm_pipeline *pipeline);

#endif
