// Which path is answered by what: the one table of routes.
#include "base/clock.h"
#include "event/timestamp.h"
#include "web/loopback.h"
#include "web/server.h"

#include <stdio.h>
#include <string.h>

typedef void answer_fn(struct gm_conn *conn, const struct gm_http_request *request,
                       const struct gm_params *params);

struct gm_route {
    const char *path;
    answer_fn *answer;
    unsigned params; // set of GM_PARAM_…
    unsigned needed; // those that must be given
    int32_t limit;   // where none is given
    int32_t points, span;
};

static answer_fn answer_query, answer_metrics, answer_healthz;

enum {
    STRETCH = GM_PARAM_TICKER | GM_PARAM_FROM | GM_PARAM_TO,
    RANGE = STRETCH | GM_PARAM_LIMIT,
    CHART = GM_PARAM_SPAN | GM_PARAM_POINTS,
    FILE_KIND = GM_PARAM_TABLE | GM_PARAM_FORMAT,
};

static const struct gm_route routes[] = {
    {"/api/tickers", answer_query, .params = 0},
    {"/api/signals", answer_query, .params = RANGE | GM_PARAM_POINTS, .limit = 1000},
    {"/api/history", answer_query, .params = CHART | GM_PARAM_TICKER | GM_PARAM_TO,
     .needed = GM_PARAM_TICKER, .points = 1000, .span = 3600},
    {"/api/sparklines", answer_query, .params = CHART, .points = 60, .span = 3600},
    {"/api/posts", answer_query, .params = RANGE | GM_PARAM_ORDER, .limit = 100},
    {"/api/alerts", answer_query, .params = RANGE, .limit = 100},
    {"/api/outcomes", answer_query, .params = GM_PARAM_TICKER},
    {"/api/export", answer_query, .params = STRETCH | CHART | FILE_KIND, .needed = FILE_KIND,
     .points = 1000, .span = 3600},
    {"/api/health", answer_query, .params = 0},
    {"/api/stream", gm_stream_begin,
     .params = GM_PARAM_TICKER | GM_PARAM_LAST_EVENT_ID | GM_PARAM_BACKLOG},
    {"/metrics", answer_metrics, .params = 0},
    {"/healthz", answer_healthz, .params = 0},
};

static const struct gm_route *find_route(struct gm_str path)
{
    for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
        if (gm_str_equal(path, gm_str(routes[i].path))) {
            return &routes[i];
        }
    }
    return NULL;
}

static const struct gm_web_asset *find_asset(struct gm_str path)
{
    for (size_t i = 0; i < gm_web_assets_count; i++) {
        if (gm_str_equal(path, gm_str(gm_web_assets[i].path))) {
            return &gm_web_assets[i];
        }
    }
    return NULL;
}

static void answer_asset(struct gm_conn *conn, const struct gm_http_request *request,
                         const struct gm_web_asset *asset)
{
    bool same = gm_http_etag_matches(request->if_none_match, asset->etag);
    bool gzip = gm_http_accepts(request->accept_encoding, "gzip");
    char fields[192];
    snprintf(fields, sizeof(fields),
             "ETag: %s\r\nCache-Control: no-cache\r\nVary: Accept-Encoding\r\n%s", asset->etag,
             gzip && !same ? "Content-Encoding: gzip\r\n" : "");
    struct gm_answer answer = {
        .status = same ? 304 : 200,
        .content_type = same ? NULL : asset->content_type,
        .fields = fields,
        .body = same   ? (struct gm_str){0}
                : gzip ? asset->gzip
                       : asset->plain,
    };
    gm_conn_answer(conn, &answer);
}

static void answer_query(struct gm_conn *conn, const struct gm_http_request *request,
                         const struct gm_params *params)
{
    static const char retry[] = "Retry-After: 1\r\n";
    struct gm_web *web = conn->web;
    struct gm_error error;
    const char *path = find_route(request->path)->path;
    if (web->answers_bytes > GM_ANSWERS_BYTES_MAX) {
        gm_conn_answer_error(conn, 503, retry, false,
                             "too many answers are being read slowly; try again shortly");
        return;
    }
    struct gm_web_job *job = gm_web_job_create(path, params, conn);
    if (!job) {
        gm_conn_answer_error(conn, 503, retry, false, "out of memory; try again shortly");
        return;
    }
    if (gm_queries_submit(&web->queries, job, &error)) {
        gm_web_job_destroy(job);
        gm_conn_answer_error(conn, 503, retry, false, error.message);
        return;
    }
    conn->job = job;
    conn->state = GM_CONN_QUERY;
    conn->deadline_us = INT64_MAX;
}

static const char *file_type(const struct gm_params *params)
{
    return strcmp(params->format, "csv") == 0 ? "text/csv; charset=utf-8; header=present"
                                              : "application/vnd.apache.parquet";
}

// "-20260221T100500Z" where a time is given.
static void append_time(char *name, size_t size, int64_t us)
{
    char text[GM_TIMESTAMP_BYTES];
    size_t len = strlen(name);
    if (us == GM_TIME_NONE || len + sizeof(text) + 1 > size)
        return;
    gm_timestamp_write(us - us % GM_US_PER_S, text);
    name[len++] = '-';
    for (const char *c = text; *c; c++)
        if (*c != '-' && *c != ':')
            name[len++] = *c;
    name[len] = '\0';
}

// Of characters that stand in a file's name everywhere: a ticker's are checked when it is read.
static void write_file_name(const struct gm_params *params, char name[160])
{
    char times[80] = "";
    append_time(times, sizeof(times), params->from_us);
    append_time(times, sizeof(times), params->to_us);
    snprintf(name, 160, "ghostmarket-%s%s%s%s.%s", params->ticker, params->ticker[0] ? "-" : "",
             params->table, times, params->format);
}

void gm_route_answered(struct gm_conn *conn)
{
    struct gm_web_job *job = conn->job;
    conn->state = GM_CONN_SEND;
    conn->web->answers_bytes += job->answer.len;
    if (job->delivery) {
        gm_deliver_answered(conn);
        return;
    }
    if (job->err) {
        int status = job->err == GM_ERR_NOT_FOUND                             ? 404
                     : job->err == GM_ERR_INVALID || job->err == GM_ERR_LIMIT ? 400
                     : job->err == GM_ERR_BUSY                                ? 503
                                                                              : 500;
        gm_conn_answer_error(conn, status, status == 503 ? "Retry-After: 1\r\n" : NULL, false,
                             job->error.message);
        return;
    }
    bool file = job->params.format != NULL;
    char fields[256] = "Cache-Control: no-store\r\n";
    if (file) {
        char name[160];
        write_file_name(&job->params, name);
        snprintf(fields, sizeof(fields),
                 "Cache-Control: no-store\r\nContent-Disposition: attachment; "
                 "filename=\"%s\"\r\n",
                 name);
    }
    struct gm_answer answer = {
        .status = 200,
        .content_type = file ? file_type(&job->params) : "application/json",
        .fields = fields,
        .body = gm_buffer_str(&job->answer),
    };
    gm_conn_answer(conn, &answer);
}

static void answer_metrics(struct gm_conn *conn, const struct gm_http_request *request,
                           const struct gm_params *params)
{
    (void)request;
    (void)params;
    struct gm_buffer text;
    gm_buffer_init(&text, (size_t)512 * 1024);
    gm_metric_set(&gm_web_metric_deliveries, conn->web->deliveries_count);
    gm_metrics_write(conn->web->config.metrics, &text);
    struct gm_error error;
    if (gm_buffer_ok(&text, &error)) {
        gm_conn_answer_error(conn, 500, NULL, false, error.message);
    } else {
        struct gm_answer answer = {
            .status = 200,
            .content_type = "text/plain; version=0.0.4; charset=utf-8",
            .fields = "Cache-Control: no-store\r\n",
            .body = gm_buffer_str(&text),
            .copy_body = true,
        };
        gm_conn_answer(conn, &answer);
    }
    gm_buffer_finish(&text);
}

static void answer_healthz(struct gm_conn *conn, const struct gm_http_request *request,
                           const struct gm_params *params)
{
    (void)request;
    (void)params;
    const struct gm_web_source *source = conn->web->config.source;
    bool healthy = source->healthy(source->context);
    struct gm_answer answer = {
        .status = healthy ? 200 : 503,
        .content_type = "text/plain; charset=utf-8",
        .fields = "Cache-Control: no-store\r\n",
        .body = gm_str(healthy ? "ok\n" : "a stage is not running; see /api/health\n"),
    };
    gm_conn_answer(conn, &answer);
}

// Refuses what a page of another site could make the user's browser send. True: it was refused.
static bool refuse_stranger(struct gm_conn *conn, const struct gm_http_request *request,
                            bool is_page)
{
    if (!gm_loopback_is_host(request->host, conn->web->port)) {
        gm_conn_answer_error(conn, 421, NULL, true,
                             "the field Host must name this machine and port, for instance "
                             "127.0.0.1:PORT");
        return true;
    }
    if (request->origin.len && !gm_loopback_is_origin(request->origin, request->host)) {
        gm_conn_answer_error(conn, 403, NULL, true, "pages of other origins have no access");
        return true;
    }
    // A link from elsewhere may open the page; nothing else may be asked for from elsewhere.
    if (!is_page && (gm_str_equal(request->fetch_site, gm_str("cross-site")) ||
                     gm_str_equal(request->fetch_site, gm_str("same-site")))) {
        gm_conn_answer_error(conn, 403, NULL, true, "pages of other sites have no access");
        return true;
    }
    return false;
}

void gm_route_request(struct gm_conn *conn, const struct gm_http_request *request)
{
    const struct gm_route *route = find_route(request->path);
    const struct gm_web_asset *asset = route ? NULL : find_asset(request->path);
    struct gm_params params;
    struct gm_error error;
    if (refuse_stranger(conn, request, gm_str_equal(request->path, gm_str("/")))) {
        return;
    }
    if (gm_deliver_path(request->path)) {
        gm_deliver_begin(conn, request);
        return;
    }
    if (request->has_body) {
        gm_conn_answer_error(conn, 413, NULL, true, "this path takes no request body");
        return;
    }
    if (!route && !asset) {
        gm_conn_answer_error(conn, 404, NULL, false, "no such path; see docs/http-api.md");
        return;
    }
    if (request->method != GM_HTTP_GET && request->method != GM_HTTP_HEAD) {
        gm_conn_answer_error(conn, 405, "Allow: GET, HEAD\r\n", false,
                             "this path answers GET and HEAD");
        return;
    }
    if (asset) {
        answer_asset(conn, request, asset);
        return;
    }
    if (gm_params_read(request->query, route->params, &params, &error)) {
        gm_conn_answer_error(conn, 400, NULL, false, error.message);
        return;
    }
    if ((params.given & route->needed) != route->needed) {
        gm_conn_answer_error(conn, 400, NULL, false,
                             route->needed & GM_PARAM_TICKER
                                 ? "ticker: is needed here"
                                 : "table and format: both are needed here");
        return;
    }
    if (!params.span)
        params.span = route->span;
    if (!params.points)
        params.points = route->points;
    // Thinned to a number of points, the answer is short enough to span the whole time asked for.
    if (!(params.given & GM_PARAM_LIMIT)) {
        params.limit = params.given & GM_PARAM_POINTS ? GM_PARAM_LIMIT_MAX : route->limit;
    }
    route->answer(conn, request, &params);
}
