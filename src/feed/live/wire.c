#include "feed/live/wire.h"

#include "base/http_client.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATIENCE_US_MAX GM_US_PER_DAY // a server that asks for more is asked after a day

// The seconds of a wait as people read them.
static double seconds(int64_t us)
{
    return (double)us / GM_US_PER_S;
}

enum gm_err gm_wire_init(struct gm_wire *wire, const struct gm_wire_config *config,
                         const struct gm_clock *clock, struct gm_feed_monitor *monitor,
                         struct gm_error *error)
{
    *wire = (struct gm_wire){
        .config = *config,
        .clock = clock,
        .monitor = monitor,
        .backoff = {.us_min = config->retry_us_min,
                    .us_max = config->retry_us_max,
                    .random = (uint64_t)gm_monotonic_us()},
    };
    bool copied = true;
    for (size_t i = 0; i < config->url_count; i++) {
        wire->urls[i] = strdup(config->urls[i]);
        copied = copied && wire->urls[i];
    }
    if (config->ca_file) {
        wire->ca_file = strdup(config->ca_file);
        copied = copied && wire->ca_file;
    }
    if (copied)
        return GM_OK;
    gm_wire_finish(wire);
    return gm_error_set(error, GM_ERR_NOMEM, "out of memory");
}

void gm_wire_finish(struct gm_wire *wire)
{
    gm_websocket_close(wire->socket);
    for (size_t i = 0; i < GM_WIRE_URLS_MAX; i++)
        free(wire->urls[i]);
    free(wire->ca_file);
    *wire = (struct gm_wire){0};
}

// The next host, in turn, that may be asked after `wait_us`; where there is none, the one that may
// be asked first. Gives how long to wait for it.
static int64_t turn_to_next(struct gm_wire *wire, int64_t wait_us)
{
    const int64_t now_us = gm_monotonic_us();
    const size_t count = wire->config.url_count, last = wire->url_index;
    size_t best = last;
    for (size_t i = 1; i <= count; i++) {
        const size_t at = (last + i) % count;
        if (wire->not_before_us[at] <= now_us + wait_us) {
            best = at;
            break;
        }
        if (wire->not_before_us[at] < wire->not_before_us[best])
            best = at;
    }
    wire->url_index = best;
    const int64_t hold_us = wire->not_before_us[best] - now_us;
    return hold_us > wait_us ? hold_us : wait_us;
}

// Notes the failure and when it is tried again.
static void fail(struct gm_wire *wire, const char *why, int64_t retry_after_us)
{
    gm_websocket_close(wire->socket);
    wire->socket = NULL;
    if (wire->proven)
        gm_backoff_reset(&wire->backoff);
    wire->proven = false;
    wire->not_before_us[wire->url_index] =
        gm_monotonic_us() + (retry_after_us < PATIENCE_US_MAX ? retry_after_us : PATIENCE_US_MAX);
    const int64_t wait_us = turn_to_next(wire, gm_backoff_next_us(&wire->backoff, 0));
    wire->retry_at_us = gm_monotonic_us() + wait_us;
    gm_feed_monitor_failure(wire->monitor, gm_clock_now_us(wire->clock));
    gm_feed_monitor_notice(wire->monitor, true, "%s; next try in %.1f s", why, seconds(wait_us));
}

void gm_wire_break(struct gm_wire *wire, const char *why)
{
    fail(wire, why, 0);
}

static enum gm_err greet(struct gm_wire *wire, struct gm_stop *stop, struct gm_error *error)
{
    if (!wire->config.greet)
        return GM_OK;
    struct gm_buffer message;
    gm_buffer_init(&message, 1024 * 1024);
    wire->config.greet(wire->config.context, &message);
    enum gm_err err = gm_buffer_ok(&message, error);
    if (!err)
        err = gm_websocket_send(wire->socket, gm_buffer_str(&message), stop, error);
    gm_buffer_finish(&message);
    return err;
}

static enum gm_err open_wire(struct gm_wire *wire, struct gm_stop *stop,
                             int64_t *ret_retry_after_us, struct gm_error *error)
{
    struct gm_buffer url;
    gm_buffer_init(&url, GM_WIRE_URL_BYTES_MAX);
    gm_buffer_append_c(&url, wire->urls[wire->url_index]);
    if (wire->config.complete)
        wire->config.complete(wire->config.context, wire->url_index, &url);
    gm_buffer_append_byte(&url, '\0');
    enum gm_err err = gm_buffer_ok(&url, error);
    const struct gm_websocket_config config = {
        .url = url.data,
        .ca_file = wire->ca_file,
        .idle_us_max = wire->config.idle_us_max,
        .ret_retry_after_us = ret_retry_after_us,
    };
    gm_feed_monitor_call(wire->monitor);
    if (!err)
        err = gm_websocket_open(&config, stop, &wire->socket, error);
    gm_buffer_finish(&url);
    return err ? err : greet(wire, stop, error);
}

// Opens the wire when it is time; else waits for that.
static enum gm_err reopen(struct gm_wire *wire, struct gm_stop *stop, int64_t wait_us,
                          bool *ret_opened, struct gm_error *error)
{
    const int64_t left_us = wire->retry_at_us - gm_monotonic_us();
    if (left_us > 0) {
        gm_stop_wait(stop, left_us < wait_us ? left_us : wait_us);
        return GM_OK;
    }
    struct gm_error fault;
    int64_t retry_after_us = 0;
    const enum gm_err err = open_wire(wire, stop, &retry_after_us, &fault);
    if (err == GM_ERR_STOPPED)
        return GM_OK;
    if (err == GM_ERR_NOMEM) {
        *error = fault;
        return err;
    }
    if (err) {
        fail(wire, fault.message, retry_after_us);
        return GM_OK;
    }
    wire->heard_us = gm_monotonic_us();
    *ret_opened = true;
    return GM_OK;
}

static void watch_news(struct gm_wire *wire)
{
    char why[GM_WIRE_URL_BYTES_MAX + 64];
    if (wire->config.news_us_max == 0 ||
        gm_monotonic_us() - wire->heard_us < wire->config.news_us_max)
        return;
    snprintf(why, sizeof why, "%s: the peer answers, but sends nothing for %.0f s",
             gm_websocket_url(wire->socket), seconds(wire->config.news_us_max));
    fail(wire, why, 0);
}

enum gm_err gm_wire_next(struct gm_wire *wire, struct gm_stop *stop, int64_t wait_us,
                         bool *ret_opened, bool *ret_got, struct gm_str *ret_message,
                         struct gm_error *error)
{
    *ret_opened = *ret_got = false;
    if (!wire->socket)
        return reopen(wire, stop, wait_us, ret_opened, error);
    struct gm_error fault;
    const enum gm_err err =
        gm_websocket_receive(wire->socket, stop, wait_us, ret_got, ret_message, &fault);
    if (err == GM_ERR_NOMEM) {
        *error = fault;
        return err;
    }
    if (err && err != GM_ERR_STOPPED)
        fail(wire, fault.message, 0);
    if (!err && !*ret_got)
        watch_news(wire);
    if (err || !*ret_got)
        return GM_OK;
    wire->heard_us = gm_monotonic_us();
    if (!wire->proven) {
        wire->proven = true;
        gm_feed_monitor_notice(wire->monitor, false, "%s: connected",
                               gm_websocket_url(wire->socket));
    }
    gm_feed_monitor_success(wire->monitor, gm_clock_now_us(wire->clock));
    return GM_OK;
}
