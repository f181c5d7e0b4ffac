// The state of the pipeline as JSON.
#include "app/status.h"

#include "app/feeds.h"
#include "app/source.h"
#include "app/stage/stages.h"
#include "base/clock.h"
#include "event/timestamp.h"

static json_t *time_json(int64_t us)
{
    char text[GM_TIMESTAMP_BYTES];
    if (us == GM_TIME_NONE)
        return json_null();
    gm_timestamp_write(us, text);
    return json_string(text);
}

enum gm_err gm_status_json(struct gm_pipeline *pipeline, json_t **ret, struct gm_error *error)
{
    int64_t lag;
    enum gm_err err = gm_pipeline_lag(pipeline->bus, pipeline->config->process.group,
                                      GM_PROCESS_TOPICS, &lag, error);
    if (err)
        return err;
    double rate = (double)atomic_load(&pipeline->rows_lately) / GM_STATUS_RATE_S;
    json_t *status =
        json_pack("{s:o,s:s,s:o,s:I,s:f,s:o}", "at", time_json(gm_clock_now_us(&gm_clock_real)),
                  "status", gm_source_healthy(pipeline) ? "ok" : "degraded", "feeds",
                  gm_feeds_json(pipeline), "lag_messages", (json_int_t)lag, "rows_per_second", rate,
                  "last_commit", time_json(gm_stage_store_last_commit_us()));
    if (!status)
        return gm_error_set(error, GM_ERR_NOMEM, "out of memory for the state of the pipeline");
    *ret = status;
    return GM_OK;
}
