// The state of the bus as JSON, for `topics describe --json` and /api/health.
#ifndef GM_APP_BUS_STATE_H
#define GM_APP_BUS_STATE_H

#include "base/error.h"
#include "bus/bus.h"

#include <jansson.h>

// Sets "topics" ({topic, partition, begin, end, bytes} each) and "groups" ({group, topic,
// partition, offset, lag, owned} each) in `object`.
enum gm_err gm_bus_state_json(struct gm_bus *bus, json_t *object, struct gm_error *error);

#endif
