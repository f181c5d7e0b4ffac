// The web server alone, for browser tests: what it answers and publishes comes from stdin.
//
//   web_test_server [PORT]            prints "port N"
// Lines:
//   answer PATH JSON                  what PATH answers from now on; PATH may end in ?TICKER
//   publish EVENT ID TICKER JSON
//   healthy 0|1
// End of input stops it.
#include "base/clock.h"
#include "web/web.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ANSWERS_MAX = 64 };

static struct {
    char *path, *json;
} answers[ANSWERS_MAX];
static size_t answers_count;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER; // over the answers
static atomic_bool is_healthy = true;

static size_t find_answer(const char *path)
{
    size_t i = 0;
    while (i < answers_count && strcmp(answers[i].path, path) != 0)
        i++;
    return i;
}

static void set_answer(const char *path, const char *json)
{
    pthread_mutex_lock(&mutex);
    size_t i = find_answer(path);
    if (i == answers_count && i < ANSWERS_MAX)
        answers[answers_count++].path = strdup(path);
    if (i < answers_count) {
        free(answers[i].json);
        answers[i].json = strdup(json);
    }
    pthread_mutex_unlock(&mutex);
}

static enum gm_err answer(void *context, const struct gm_web_query *query, struct gm_buffer *out,
                          struct gm_error *error)
{
    (void)context;
    char path[256];
    snprintf(path, sizeof(path), "%.*s%s%s", GM_STR_ARG(query->path), query->ticker ? "?" : "",
             query->ticker ? query->ticker : "");
    pthread_mutex_lock(&mutex);
    size_t i = find_answer(path);
    if (i == answers_count) {
        path[query->path.len] = '\0';
        i = find_answer(path);
    }
    if (i < answers_count)
        gm_buffer_append_c(out, answers[i].json);
    bool found = i < answers_count;
    pthread_mutex_unlock(&mutex);
    return found ? GM_OK : gm_error_set(error, GM_ERR_NOT_FOUND, "no answer is set for %s", path);
}

static bool healthy(void *context)
{
    (void)context;
    return atomic_load(&is_healthy);
}

static void *run(void *web)
{
    gm_web_run(web, NULL);
    return NULL;
}

// The word before the next space; the rest is in *line.
static char *word(char **line)
{
    char *text = strsep(line, " ");
    return text && *line ? text : NULL;
}

static void obey(struct gm_web *web, char *line)
{
    char *verb = word(&line), *path, *event, *id, *ticker;
    if (!verb)
        return;
    if (strcmp(verb, "answer") == 0 && (path = word(&line)))
        set_answer(path, line);
    else if (strcmp(verb, "healthy") == 0)
        atomic_store(&is_healthy, strcmp(line, "1") == 0);
    else if (strcmp(verb, "publish") == 0 && (event = word(&line)) && (id = word(&line)) &&
             (ticker = word(&line)))
        gm_web_publish(web, event, strtoll(id, NULL, 10), gm_str(ticker), gm_str(line));
    else
        fprintf(stderr, "not understood: %s\n", verb);
}

int main(int argc, char **argv)
{
    struct gm_metrics metrics;
    struct gm_web_source source = {.query = answer, .healthy = healthy};
    struct gm_web_config config = {
        .address = "127.0.0.1",
        .port = argc > 1 ? atoi(argv[1]) : 0,
        .version = "0.0.0-test",
        .source = &source,
        .metrics = &metrics,
    };
    struct gm_web *web;
    struct gm_error error;
    pthread_t thread;
    if (gm_metrics_init(&metrics, &error) || gm_web_create(&config, &web, &error)) {
        fprintf(stderr, "%s\n", error.message);
        return 1;
    }
    pthread_create(&thread, NULL, run, web);
    printf("port %d\n", gm_web_port(web));
    fflush(stdout);

    char *line = NULL;
    size_t capacity = 0;
    ssize_t len;
    while ((len = getline(&line, &capacity, stdin)) > 0) {
        line[len - 1] = '\0';
        obey(web, line);
    }
    free(line);
    gm_web_stop(web);
    pthread_join(thread, NULL);
    gm_web_destroy(web);
    gm_metrics_finish(&metrics);
    for (size_t i = 0; i < answers_count; i++) {
        free(answers[i].path);
        free(answers[i].json);
    }
    return 0;
}
