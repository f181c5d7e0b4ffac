// See fixture.h.
#include "fixture.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct gm_error error;

const char *const KEYS[3] = {"bitcoin", "solana", "ethereum"};

static bool is_child;

// In a child, cmocka's way to fail would jump back into a copy of the parent's tests.
static void fail_at(const char *file, int line)
{
    if (!is_child)
        _fail(file, line);
    print_error("%s:%d: failed in a child process\n", file, line);
    _exit(99);
}

void check_true(bool holds, const char *expression, const char *file, int line)
{
    if (!holds) {
        print_error("%s does not hold\n", expression);
        fail_at(file, line);
    }
}

void check_ok(enum gm_err err, const char *expression, const char *file, int line)
{
    if (err) {
        print_error("%s: %s: %s\n", expression, gm_err_name(err), error.message);
        fail_at(file, line);
    }
}

void check_fails(enum gm_err err, enum gm_err code, const char *text, const char *expression,
                 const char *file, int line)
{
    if (err != code || error.code != code || !strstr(error.message, text)) {
        print_error("%s: %s (%s), not %s with '%s'\n", expression, gm_err_name(err),
                    err ? error.message : "", gm_err_name(code), text);
        fail_at(file, line);
    }
}

char *make_folder(void)
{
    const char *base = getenv("TMPDIR");
    char *path;
    assert_true(asprintf(&path, "%s/gm-bus-XXXXXX", base && *base ? base : "/tmp") > 0);
    assert_non_null(mkdtemp(path));
    return path;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
    (void)status, (void)type, (void)ftw;
    return remove(path);
}

void remove_folder(char *path)
{
    assert_int_equal(nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
    free(path);
}

char *path_in(const char *folder, const char *name)
{
    char *path;
    CHECK(asprintf(&path, "%s/%s", folder, name) > 0);
    return path;
}

void write_file(const char *folder, const char *name, struct bytes bytes)
{
    char *path = path_in(folder, name);
    FILE *file = fopen(path, "wb");
    CHECK(file != NULL);
    CHECK(fwrite(bytes.data, 1, bytes.len, file) == bytes.len);
    CHECK(fclose(file) == 0);
    free(path);
}

struct bytes read_file(const char *folder, const char *name)
{
    char *path = path_in(folder, name);
    struct stat status;
    FILE *file = fopen(path, "rb");
    CHECK(file != NULL && fstat(fileno(file), &status) == 0);
    struct bytes bytes = {malloc((size_t)status.st_size), (size_t)status.st_size};
    CHECK(fread(bytes.data, 1, bytes.len, file) == bytes.len);
    fclose(file);
    free(path);
    return bytes;
}

struct gm_bus_config embedded_config(const char *path)
{
    return (struct gm_bus_config){
        .backend = "embedded",
        .path = path,
        .partitions = 3,
        .size_max_bytes = 64 * 1024 * 1024,
    };
}

void append(struct gm_bus_txn *txn, enum gm_topic topic, const char *key, const char *value)
{
    OK(gm_bus_txn_append(txn, topic, gm_str(key), gm_str(value), &error));
}

void publish(struct gm_bus *bus, enum gm_topic topic, const char *key, const char *value)
{
    struct gm_bus_txn *txn;
    OK(gm_bus_txn_create(bus, "publish", &txn, &error));
    append(txn, topic, key, value);
    OK(gm_bus_txn_commit(txn, &error));
    gm_bus_txn_destroy(txn);
}

char *read_values(struct gm_bus_consumer *consumer, size_t count)
{
    char *text = NULL;
    size_t bytes, seen = 0;
    FILE *out = open_memstream(&text, &bytes);
    assert_non_null(out);
    while (seen < count) {
        struct gm_batch batch;
        OK(gm_bus_poll(consumer, count - seen, DEADLINE_US, &batch, &error));
        if (batch.count == 0 && batch.generation > 0)
            break; // nothing for all that time, or woken: the comparison tells
        for (size_t i = 0; i < batch.count; i++, seen++)
            fprintf(out, "%s%.*s", seen ? " " : "", GM_STR_ARG(batch.messages[i].value));
    }
    gm_bus_release(consumer);
    fclose(out);
    return text;
}

void check_reads(struct gm_bus_consumer *consumer, const char *expected, const char *file, int line)
{
    size_t count = 1;
    for (const char *c = expected; *c; c++)
        count += *c == ' ';
    char *got = read_values(consumer, count);
    bool same = strcmp(got, expected) == 0;
    if (!same)
        print_error("'%s' was read, not '%s'\n", got, expected);
    free(got);
    if (!same)
        fail_at(file, line);
}

void check_nothing(struct gm_bus_consumer *consumer, const char *file, int line)
{
    struct gm_batch batch;
    check_ok(gm_bus_poll(consumer, 10, 0, &batch, &error), "gm_bus_poll", file, line);
    if (batch.count > 0) {
        print_error("'%.*s' was read\n", GM_STR_ARG(batch.messages[0].value));
        fail_at(file, line);
    }
}

pid_t start_child(int (*body)(void *), void *context)
{
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        is_child = true;
        _exit(body(context));
    }
    return child;
}

int end_child(pid_t child)
{
    int status;
    while (waitpid(child, &status, 0) < 0)
        assert_int_equal(errno, EINTR);
    return WIFSIGNALED(status) ? 1000 + WTERMSIG(status) : WEXITSTATUS(status);
}

int in_child(int (*body)(void *), void *context)
{
    return end_child(start_child(body, context));
}
