// The server's life and its event loop.
#include "web/server.h"

#include "base/clock.h"
#include "event/timestamp.h"
#include "web/loopback.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <unistd.h>

struct gm_metric gm_web_metric_clients =
    GM_METRIC(GM_METRIC_GAUGE, "ghostmarket_web_clients", "", "Connections to the web server.");
struct gm_metric gm_web_metric_streams =
    GM_METRIC(GM_METRIC_GAUGE, "ghostmarket_web_streams", "", "Open event streams.");
struct gm_metric gm_web_metric_requests =
    GM_METRIC(GM_METRIC_COUNTER, "ghostmarket_web_requests_total", "", "HTTP requests.");
struct gm_metric gm_web_metric_errors = GM_METRIC(GM_METRIC_COUNTER, "ghostmarket_web_errors_total",
                                                  "", "Answers with a status of 400 or more.");
struct gm_metric gm_web_metric_events = GM_METRIC(
    GM_METRIC_COUNTER, "ghostmarket_web_stream_events_total", "", "Events sent, over all streams.");
struct gm_metric gm_web_metric_events_refused =
    GM_METRIC(GM_METRIC_COUNTER, "ghostmarket_web_events_refused_total", "",
              "Published events that were too large or whose id did not grow.");
struct gm_metric gm_web_metric_stream_bytes =
    GM_METRIC(GM_METRIC_COUNTER, "ghostmarket_web_stream_bytes_total", "",
              "Bytes of events sent, over all streams.");
struct gm_metric gm_web_metric_dropped =
    GM_METRIC(GM_METRIC_COUNTER, "ghostmarket_web_streams_dropped_total", "",
              "Streams disconnected because their reader was too slow.");
struct gm_metric gm_web_metric_refused =
    GM_METRIC(GM_METRIC_COUNTER, "ghostmarket_web_clients_refused_total", "",
              "Connections over the limit, answered 503.");
struct gm_metric gm_web_metric_query_seconds =
    GM_METRIC(GM_METRIC_HISTOGRAM, "ghostmarket_web_query_seconds", "",
              "Time that the source took to answer an API request.");
struct gm_metric gm_web_metric_delivery_seconds =
    GM_METRIC(GM_METRIC_HISTOGRAM, "ghostmarket_web_delivery_seconds", "",
              "Time until a delivery was on the bus or refused.");
struct gm_metric gm_web_metric_deliveries =
    GM_METRIC(GM_METRIC_GAUGE, "ghostmarket_web_deliveries", "",
              "Deliveries that are being received or wait for their turn.");
struct gm_metric gm_web_metric_deliveries_refused =
    GM_METRIC(GM_METRIC_COUNTER, "ghostmarket_web_deliveries_refused_total", "",
              "Deliveries answered 503: too many at once, or no room for them.");
struct gm_metric gm_web_metric_unauthorized =
    GM_METRIC(GM_METRIC_COUNTER, "ghostmarket_web_unauthorized_total", "",
              "Requests without the token that they need.");

static struct gm_metric *const own_metrics[] = {
    &gm_web_metric_clients,
    &gm_web_metric_streams,
    &gm_web_metric_requests,
    &gm_web_metric_errors,
    &gm_web_metric_events,
    &gm_web_metric_events_refused,
    &gm_web_metric_stream_bytes,
    &gm_web_metric_dropped,
    &gm_web_metric_refused,
    &gm_web_metric_query_seconds,
    &gm_web_metric_delivery_seconds,
    &gm_web_metric_deliveries,
    &gm_web_metric_deliveries_refused,
    &gm_web_metric_unauthorized,
};

enum {
    EVENTS_A_ROUND = 256,
    LISTEN_BACKLOG = 512,
    // Events are gathered for this long before they are sent, so that many streams cost few calls.
    FLUSH_US = 1000,
    FLUSH_US_A_STREAM = 20,
};

// ------------------------------------------------------------------------- life

static enum gm_err open_listener(struct gm_web *web, struct gm_error *error)
{
    const struct gm_web_config *config = &web->config;
    struct sockaddr_storage address;
    socklen_t len;
    enum gm_err err = gm_loopback_resolve(config->address, config->port, &address, &len, error);
    if (err) {
        return err;
    }
    web->listen_fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (web->listen_fd < 0) {
        return gm_error_errno(error, errno, "cannot open a socket");
    }
    int on = 1;
    setsockopt(web->listen_fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (bind(web->listen_fd, (struct sockaddr *)&address, len) < 0 ||
        listen(web->listen_fd, LISTEN_BACKLOG) < 0) {
        if (errno == EADDRINUSE) {
            return gm_error_set(error, GM_ERR_BUSY,
                                "%s port %d is taken by another program; choose another port",
                                config->address, config->port);
        }
        return gm_error_errno(error, errno, "cannot listen on %s port %d", config->address,
                              config->port);
    }
    if (getsockname(web->listen_fd, (struct sockaddr *)&address, &len) < 0) {
        return gm_error_errno(error, errno, "cannot tell the port");
    }
    web->port = ntohs(address.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&address)->sin6_port
                                                    : ((struct sockaddr_in *)&address)->sin_port);
    return GM_OK;
}

static enum gm_err watch(struct gm_web *web, const int *fd, struct gm_error *error)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = (void *)fd};
    if (epoll_ctl(web->epoll_fd, EPOLL_CTL_ADD, *fd, &event) < 0) {
        return gm_error_errno(error, errno, "cannot watch a descriptor");
    }
    return GM_OK;
}

static enum gm_err open_descriptors(struct gm_web *web, struct gm_error *error)
{
    web->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    web->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    web->reserve_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (web->epoll_fd < 0 || web->wake_fd < 0 || web->reserve_fd < 0) {
        return gm_error_errno(error, errno, "cannot make the web server's descriptors");
    }
    enum gm_err err = open_listener(web, error);
    if (!err) {
        err = watch(web, &web->listen_fd, error);
    }
    if (!err) {
        err = watch(web, &web->wake_fd, error);
    }
    return err;
}

static void close_fd(int fd)
{
    if (fd >= 0) {
        close(fd);
    }
}

static int or_default(int value, int otherwise)
{
    return value ? value : otherwise;
}

static void fill_defaults(struct gm_web *web, const struct gm_web_config *config)
{
    web->config = *config;
    web->config.clients_max = or_default(config->clients_max, GM_WEB_CLIENTS_MAX);
    web->config.heartbeat_ms = or_default(config->heartbeat_ms, GM_WEB_HEARTBEAT_MS);
    web->config.request_ms = or_default(config->request_ms, GM_WEB_REQUEST_MS);
    web->config.body_ms = or_default(config->body_ms, GM_WEB_BODY_MS);
    web->config.ring_events = or_default(config->ring_events, GM_WEB_RING_EVENTS);
    int shortest_ms = web->config.heartbeat_ms < web->config.request_ms ? web->config.heartbeat_ms
                                                                        : web->config.request_ms;
    shortest_ms = web->config.body_ms < shortest_ms ? web->config.body_ms : shortest_ms;
    web->tick_us = (int64_t)shortest_ms * GM_US_PER_MS / 8;
    web->started_us = gm_clock_now_us(&gm_clock_real);
    uint64_t random = 0;
    if (getrandom(&random, sizeof(random), 0) != sizeof(random)) {
        random = (uint64_t)web->started_us;
    }
    snprintf(web->instance, sizeof(web->instance), "%016llx", (unsigned long long)random);
}

enum gm_err gm_web_create(const struct gm_web_config *config, struct gm_web **ret_web,
                          struct gm_error *error)
{
    struct gm_web *web = calloc(1, sizeof(*web));
    if (!web) {
        return gm_error_set(error, GM_ERR_NOMEM, "no memory for the web server");
    }
    web->listen_fd = web->epoll_fd = web->wake_fd = web->reserve_fd = -1;
    fill_defaults(web, config);
    pthread_mutex_init(&web->told_mutex, NULL);
    gm_buffer_init(&web->told, GM_STATUS_BYTES_MAX);
    gm_buffer_init(&web->status, GM_STATUS_BYTES_MAX);
    enum gm_err err = open_descriptors(web, error);
    gm_queries_init(&web->queries, "web-query", config->source, &gm_web_metric_query_seconds,
                    web->wake_fd);
    gm_queries_init(&web->deliveries, "web-deliver", config->source,
                    &gm_web_metric_delivery_seconds, web->wake_fd);
    if (!err) {
        err = gm_ring_init(&web->ring, (size_t)web->config.ring_events, GM_WEB_RING_BYTES, error);
    }
    if (err) {
        gm_web_destroy(web);
        return err;
    }
    for (size_t i = 0; i < sizeof(own_metrics) / sizeof(own_metrics[0]); i++) {
        gm_metrics_register(config->metrics, own_metrics[i]);
    }
    *ret_web = web;
    return GM_OK;
}

void gm_web_destroy(struct gm_web *web)
{
    if (!web) {
        return;
    }
    gm_queries_finish(&web->queries);
    gm_queries_finish(&web->deliveries);
    gm_ring_finish(&web->ring);
    gm_buffer_finish(&web->told);
    gm_buffer_finish(&web->status);
    pthread_mutex_destroy(&web->told_mutex);
    close_fd(web->listen_fd);
    close_fd(web->epoll_fd);
    close_fd(web->wake_fd);
    close_fd(web->reserve_fd);
    free(web);
}

int gm_web_port(const struct gm_web *web)
{
    return web->port;
}

// ------------------------------------------------------------------------- any thread

void gm_web_stop(struct gm_web *web)
{
    atomic_store(&web->stopping, true);
    eventfd_write(web->wake_fd, 1);
}

void gm_web_publish(struct gm_web *web, const char *event, int64_t id, struct gm_str ticker,
                    struct gm_str json)
{
    bool taken = json.len <= GM_WEB_EVENT_BYTES_MAX && ticker.len <= GM_TICKER_BYTES_MAX &&
                 gm_ring_push(&web->ring, event, id, ticker, json);
    if (!taken) {
        gm_metric_add(&gm_web_metric_events_refused, 1);
    } else if (!atomic_exchange(&web->woken, true)) {
        eventfd_write(web->wake_fd, 1);
    }
}

void gm_web_tell_status(struct gm_web *web, struct gm_str json)
{
    if (json.len > GM_WEB_EVENT_BYTES_MAX) {
        gm_metric_add(&gm_web_metric_events_refused, 1);
        return;
    }
    pthread_mutex_lock(&web->told_mutex);
    gm_buffer_reset(&web->told);
    gm_buffer_append_c(&web->told, "event: status\ndata: ");
    gm_buffer_append_str(&web->told, json);
    gm_buffer_append_c(&web->told, "\n\n");
    pthread_mutex_unlock(&web->told_mutex);
    if (!atomic_exchange(&web->woken, true))
        eventfd_write(web->wake_fd, 1);
}

// ------------------------------------------------------------------------- the loop

// Out of descriptors, a connection would stay in the backlog and the loop would turn without rest:
// the reserve makes room to take it and hang up.
static void turn_away(struct gm_web *web)
{
    close_fd(web->reserve_fd);
    close_fd(accept4(web->listen_fd, NULL, NULL, SOCK_CLOEXEC));
    web->reserve_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    gm_metric_add(&gm_web_metric_refused, 1);
}

static void accept_connections(struct gm_web *web)
{
    for (int i = 0; i < EVENTS_A_ROUND; i++) {
        int fd = accept4(web->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd < 0) {
            if (errno == EMFILE || errno == ENFILE) {
                turn_away(web);
            }
            return;
        }
        int on = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
        bool refused = web->conns_count - web->refused_count >= web->config.clients_max;
        if (refused && web->refused_count >= GM_REFUSED_MAX) {
            close(fd);
            gm_metric_add(&gm_web_metric_refused, 1);
            continue;
        }
        gm_conn_open(web, fd, refused);
    }
}

static void collect_answers(struct gm_queries *queries)
{
    struct gm_web_job *job;
    while ((job = gm_queries_collect(queries))) {
        struct gm_conn *conn = job->asker;
        if (!conn) {
            gm_web_job_destroy(job);
            continue;
        }
        gm_route_answered(conn);
        gm_conn_advance(conn);
    }
}

static void on_wake(struct gm_web *web)
{
    eventfd_t value;
    eventfd_read(web->wake_fd, &value);
    // Before anything is looked at: what is published from now on wakes the loop again.
    atomic_store(&web->woken, false);
    gm_stream_take_status(web);
    web->flush_due = true;
    collect_answers(&web->queries);
    collect_answers(&web->deliveries);
}

static void flush_streams(struct gm_web *web)
{
    web->flush_due = false;
    web->next_flush_us = web->now_us + FLUSH_US + (int64_t)FLUSH_US_A_STREAM * web->streams_count;
    for (struct gm_conn *conn = web->conns, *next; conn; conn = next) {
        next = conn->next;
        // One whose socket is full goes on when epoll says so.
        if (conn->state == GM_CONN_STREAM && conn->out.len == 0) {
            gm_conn_advance(conn);
        }
    }
}

static void tick(struct gm_web *web)
{
    web->next_tick_us = web->now_us + web->tick_us;
    int64_t heartbeat_us = (int64_t)web->config.heartbeat_ms * GM_US_PER_MS;
    for (struct gm_conn *conn = web->conns, *next; conn; conn = next) {
        next = conn->next;
        if (conn->deadline_us <= web->now_us) {
            gm_conn_on_deadline(conn);
        } else if (conn->state == GM_CONN_STREAM && conn->sent_us + heartbeat_us <= web->now_us) {
            gm_stream_heartbeat(conn);
        }
    }
}

static void free_closed(struct gm_web *web)
{
    while (web->closed) {
        struct gm_conn *conn = web->closed;
        web->closed = conn->next;
        free(conn);
    }
}

// Milliseconds until the loop has to do something by itself; -1: never.
static int wait_ms(const struct gm_web *web)
{
    int64_t until_us = web->conns ? web->next_tick_us : INT64_MAX;
    if (web->flush_due && web->streams_count && web->next_flush_us < until_us) {
        until_us = web->next_flush_us;
    }
    if (until_us == INT64_MAX) {
        return -1;
    }
    int64_t us = until_us - gm_monotonic_us();
    return us <= 0 ? 0 : (int)((us + GM_US_PER_MS - 1) / GM_US_PER_MS);
}

static void handle(struct gm_web *web, const struct epoll_event *event)
{
    if (event->data.ptr == &web->listen_fd) {
        accept_connections(web);
    } else if (event->data.ptr == &web->wake_fd) {
        on_wake(web);
    } else {
        gm_conn_on_events(event->data.ptr, event->events);
    }
}

enum gm_err gm_web_run(struct gm_web *web, struct gm_error *error)
{
    struct epoll_event events[EVENTS_A_ROUND];
    enum gm_err err = gm_queries_start(&web->queries, error);
    if (!err && web->config.ingest_token) {
        err = gm_queries_start(&web->deliveries, error);
    }
    while (!err && !atomic_load(&web->stopping)) {
        int count = epoll_wait(web->epoll_fd, events, EVENTS_A_ROUND, wait_ms(web));
        if (count < 0 && errno != EINTR) {
            err = gm_error_errno(error, errno, "the web server cannot wait for events");
        }
        web->now_us = gm_monotonic_us();
        for (int i = 0; i < count; i++) {
            handle(web, &events[i]);
        }
        if (web->flush_due && web->now_us >= web->next_flush_us) {
            flush_streams(web);
        }
        if (web->now_us >= web->next_tick_us) {
            tick(web);
        }
        free_closed(web);
    }
    while (web->conns) {
        gm_conn_close(web->conns);
    }
    free_closed(web);
    gm_queries_stop(&web->queries);
    gm_queries_stop(&web->deliveries);
    return err;
}
