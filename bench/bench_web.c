// From gm_web_publish to the client: 1,000 events/s to 1, 100 and 1,000 event streams over loopback
// sockets, all in this process. Every event of the first stream is timed.
#include "base/clock.h"
#include "web/web.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS = 3000, INTERVAL_US = 1000, JSON_BYTES = 560 };

static struct gm_web *web;
static int64_t next_id;

static enum gm_err no_query(void *context, const struct gm_web_query *query, struct gm_buffer *out,
                            struct gm_error *error)
{
    (void)context;
    (void)query;
    (void)out;
    return gm_error_set(error, GM_ERR_NOT_FOUND, "nothing is stored here");
}

static bool healthy(void *context)
{
    (void)context;
    return true;
}

static void *serve(void *unused)
{
    (void)unused;
    gm_web_run(web, NULL);
    return NULL;
}

// Events as large as a row of market-signals, at their times whatever happens.
static void *publish(void *unused)
{
    (void)unused;
    struct timespec due;
    clock_gettime(CLOCK_MONOTONIC, &due);
    for (int i = 0; i < EVENTS; i++) {
        char json[JSON_BYTES + 1];
        due.tv_nsec += INTERVAL_US * 1000L;
        if (due.tv_nsec >= 1000000000L) {
            due.tv_nsec -= 1000000000L;
            due.tv_sec++;
        }
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL);
        int len =
            snprintf(json, sizeof(json), "{\"at\":%lld,\"pad\":\"", (long long)gm_monotonic_us());
        memset(json + len, 'x', (size_t)(JSON_BYTES - len));
        memcpy(json + JSON_BYTES - 2, "\"}", 2);
        gm_web_publish(web, "signal", ++next_id, gm_str("bitcoin"),
                       (struct gm_str){json, JSON_BYTES});
    }
    return NULL;
}

static int open_stream(int port)
{
    char text[128];
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    int len = snprintf(text, sizeof(text), "GET /api/stream HTTP/1.1\r\nHost: localhost:%d\r\n\r\n",
                       port);
    if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
        send(fd, text, (size_t)len, 0) != len) {
        perror("a stream");
        exit(1);
    }
    return fd;
}

// Reads one stream; the events of the first are timed.
static int read_stream(int fd, bool timed, int64_t *took_us, int count)
{
    static char text[1 << 20];
    ssize_t n = recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT);
    if (n <= 0 || !timed) {
        return count;
    }
    text[n] = '\0';
    int64_t now_us = gm_monotonic_us();
    // A time that two reads share is left out.
    for (const char *at = text; (at = strstr(at, "{\"at\":")) && strchr(at, ',');) {
        at += strlen("{\"at\":");
        if (count < EVENTS) {
            took_us[count++] = now_us - strtoll(at, NULL, 10);
        }
    }
    return count;
}

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void measure(int port, int streams)
{
    static int64_t took_us[EVENTS];
    int *fds = calloc((size_t)streams, sizeof(*fds)), count = 0;
    int epoll = epoll_create1(0);
    for (int i = 0; fds && i < streams; i++) {
        fds[i] = open_stream(port);
        struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)i};
        epoll_ctl(epoll, EPOLL_CTL_ADD, fds[i], &event);
    }
    pthread_t thread;
    struct rusage before, after;
    getrusage(RUSAGE_SELF, &before);
    pthread_create(&thread, NULL, publish, NULL);
    struct epoll_event events[256];
    int ready;
    while ((ready = epoll_wait(epoll, events, 256, 500)) > 0) {
        for (int i = 0; i < ready; i++) {
            uint32_t stream = events[i].data.u32;
            count = read_stream(fds[stream], stream == 0, took_us, count);
        }
    }
    pthread_join(thread, NULL);
    getrusage(RUSAGE_SELF, &after);
    double cpu_s = (double)(after.ru_utime.tv_sec - before.ru_utime.tv_sec) +
                   (double)(after.ru_stime.tv_sec - before.ru_stime.tv_sec) +
                   (double)(after.ru_utime.tv_usec - before.ru_utime.tv_usec) / 1e6 +
                   (double)(after.ru_stime.tv_usec - before.ru_stime.tv_usec) / 1e6;
    qsort(took_us, (size_t)count, sizeof(took_us[0]), compare);
    printf("web: %4d streams, 1,000 events/s: p50 %.2f ms, p99 %.2f ms, max %.2f ms, "
           "%.0f %% of a core (readers included)\n",
           streams, (double)took_us[count / 2] / 1e3, (double)took_us[count * 99 / 100] / 1e3,
           (double)took_us[count - 1] / 1e3, cpu_s * 100 / (EVENTS * INTERVAL_US / 1e6));
    for (int i = 0; i < streams; i++) {
        close(fds[i]);
    }
    close(epoll);
    free(fds);
}

int main(void)
{
    struct gm_metrics metrics;
    struct gm_error error;
    struct gm_web_source source = {.query = no_query, .healthy = healthy};
    struct gm_web_config config = {
        .address = "127.0.0.1", .version = "bench", .source = &source, .metrics = &metrics};
    pthread_t thread;
    if (gm_metrics_init(&metrics, &error) || gm_web_create(&config, &web, &error)) {
        fprintf(stderr, "%s\n", error.message);
        return 1;
    }
    pthread_create(&thread, NULL, serve, NULL);
    const int streams[] = {1, 100, 1000};
    for (size_t i = 0; i < sizeof(streams) / sizeof(streams[0]); i++) {
        measure(gm_web_port(web), streams[i]);
    }
    gm_web_stop(web);
    pthread_join(thread, NULL);
    gm_web_destroy(web);
    gm_metrics_finish(&metrics);
    return 0;
}
