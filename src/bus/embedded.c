// The embedded backend: open and close, describe, retention, and its table of functions.
#include "bus/embedded.h"

#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    SIZE_BYTES_MIN = 1024 * 1024,
    READERS_MAX = 256,
    LOCK_FILE_BYTES = 32 * 1024, // room for those readers, 64 bytes each, and LMDB's header
    // `meta`, `groups`, `cursors` and the partitions.
    DATABASES_MAX = 3 + GM_TOPIC_COUNT * GM_BUS_PARTITIONS_MAX,
};

// LMDB must not open a folder twice in one process: closing one would drop the locks of the other.
static pthread_mutex_t open_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct gm_embedded *open_first;

static enum gm_err register_open(struct gm_embedded *log, struct gm_error *error)
{
    struct stat status;
    if (stat(log->path, &status) != 0)
        return gm_error_errno(error, errno, "%s: cannot be looked at", log->path);
    log->device = status.st_dev;
    log->inode = status.st_ino;
    pthread_mutex_lock(&open_mutex);
    struct gm_embedded *other = open_first;
    while (other && (other->device != log->device || other->inode != log->inode))
        other = other->next_open;
    if (!other) {
        log->next_open = open_first;
        open_first = log;
    }
    pthread_mutex_unlock(&open_mutex);
    if (other)
        return gm_error_set(error, GM_ERR_BUSY, "%s: this process has the log open already",
                            log->path);
    return GM_OK;
}

static void unregister_open(struct gm_embedded *log)
{
    pthread_mutex_lock(&open_mutex);
    for (struct gm_embedded **link = &open_first; *link; link = &(*link)->next_open) {
        if (*link == log) {
            *link = log->next_open;
            break;
        }
    }
    pthread_mutex_unlock(&open_mutex);
}

// ------------------------------------------------------------------------- the folder

static enum gm_err make_folders(const char *path, struct gm_error *error)
{
    char part[PATH_MAX];
    size_t len = strlen(path);
    if (len >= sizeof part)
        return gm_error_set(error, GM_ERR_LIMIT, "%.64s…: the path is too long", path);
    for (size_t i = 1; i <= len; i++) {
        if (i < len && path[i] != '/')
            continue;
        memcpy(part, path, i);
        part[i] = '\0';
        if (mkdir(part, 0755) != 0 && errno != EEXIST)
            return gm_error_errno(error, errno, "%s: the folder cannot be made", part);
    }
    return GM_OK;
}

// So that a new file's name survives a crash of the machine.
static enum gm_err sync_folder(const char *path, struct gm_error *error)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return gm_error_errno(error, errno, "%s: cannot be opened", path);
    int failed = fsync(fd) != 0 ? errno : 0;
    close(fd);
    return failed ? gm_error_errno(error, failed, "%s: cannot be synced", path) : GM_OK;
}

// LMDB writes to its lock file through a map, which on a full disk would end in SIGBUS: so a new
// file gets its blocks first. Before LMDB has it open, since closing it would drop LMDB's locks.
static enum gm_err make_lock_file(const struct gm_embedded *log, struct gm_error *error)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/lock.mdb", log->path);
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (fd < 0 && errno == EEXIST)
        return GM_OK;
    if (fd < 0)
        return gm_error_errno(error, errno, "%s: cannot be made", path);
    int failed = posix_fallocate(fd, 0, LOCK_FILE_BYTES);
    close(fd);
    if (!failed)
        return GM_OK;
    unlink(path);
    return gm_error_errno(error, failed, "%s: cannot be made", path);
}

static enum gm_err prepare_folder(struct gm_embedded *log, struct gm_error *error)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/groups", log->path);
    enum gm_err err = make_folders(path, error);
    if (!err)
        err = register_open(log, error);
    if (!err)
        err = make_lock_file(log, error);
    return err;
}

// ------------------------------------------------------------------------- open and close

static enum gm_err open_env(struct gm_embedded *log, const struct gm_bus_config *config,
                            struct gm_error *error)
{
    MDB_stat stat;
    unsigned flags = MDB_NOTLS | (config->sync ? 0 : MDB_NOSYNC);
    int rc = mdb_env_create(&log->env);
    if (!rc)
        rc = mdb_env_set_maxdbs(log->env, DATABASES_MAX);
    if (!rc)
        rc = mdb_env_set_maxreaders(log->env, READERS_MAX);
    if (!rc)
        rc = mdb_env_set_mapsize(log->env, (size_t)log->size_max_bytes);
    if (!rc)
        rc = mdb_env_open(log->env, log->path, flags, 0644);
    if (!rc)
        rc = mdb_reader_check(log->env, NULL);
    if (!rc)
        rc = mdb_env_stat(log->env, &stat);
    if (rc)
        return gm_embedded_fail(log, rc, "opening the log", error);
    log->page_bytes = stat.ms_psize;
    // LMDB opens its other files close-on-exec, but not this one.
    mdb_filehandle_t fd;
    if (mdb_env_get_fd(log->env, &fd) == 0)
        fcntl(fd, F_SETFD, FD_CLOEXEC);
    return GM_OK;
}

static enum gm_err open_log(struct gm_embedded *log, const struct gm_bus_config *config,
                            struct gm_error *error)
{
    char wake_path[PATH_MAX];
    bool is_new;
    enum gm_err err = gm_embedded_check_header(log->data_path, log->size_max_bytes, &is_new, error);
    if (err)
        return err;
    snprintf(wake_path, sizeof wake_path, "%s/wake", log->path);
    err = gm_wake_open(&log->wake, wake_path, error);
    if (!err)
        err = open_env(log, config, error);
    if (!err)
        err = gm_embedded_load(log, config->partitions, error);
    if (!err && is_new && config->sync)
        err = sync_folder(log->path, error);
    return err;
}

static void embedded_close(void *backend)
{
    struct gm_embedded *log = backend;
    unregister_open(log);
    if (log->env)
        mdb_env_close(log->env);
    gm_wake_close(&log->wake);
    pthread_cond_destroy(&log->turn);
    pthread_mutex_destroy(&log->mutex);
    free(log->data_path);
    free(log->path);
    free(log);
}

static enum gm_err embedded_open(const struct gm_bus_config *config, void **ret_backend,
                                 struct gm_error *error)
{
    if (!config->path || !*config->path || strlen(config->path) > PATH_MAX - 200)
        return gm_error_set(error, GM_ERR_INVALID,
                            "the log's folder has no name, or too long a one");
    if (config->size_max_bytes < SIZE_BYTES_MIN)
        return gm_error_set(error, GM_ERR_INVALID, "bus.size_max: %lld bytes; at least %d",
                            (long long)config->size_max_bytes, SIZE_BYTES_MIN);
    struct gm_embedded *log = calloc(1, sizeof *log);
    if (!log)
        return gm_error_set(error, GM_ERR_NOMEM, "out of memory");
    pthread_mutex_init(&log->mutex, NULL);
    pthread_cond_init(&log->turn, NULL);
    long page = sysconf(_SC_PAGESIZE);
    log->size_max_bytes = config->size_max_bytes / page * page;
    log->retention_us = config->retention_us;
    log->path = strdup(config->path);
    if (!log->path || asprintf(&log->data_path, "%s/data.mdb", log->path) < 0) {
        log->data_path = NULL;
        embedded_close(log);
        return gm_error_set(error, GM_ERR_NOMEM, "out of memory");
    }
    enum gm_err err = prepare_folder(log, error);
    if (!err)
        err = open_log(log, config, error);
    if (err) {
        embedded_close(log);
        return err;
    }
    *ret_backend = log;
    return GM_OK;
}

static int embedded_partitions(void *backend)
{
    return ((struct gm_embedded *)backend)->partitions;
}

static int64_t embedded_identity(void *backend)
{
    return ((struct gm_embedded *)backend)->identity;
}

static void embedded_wake(void *backend)
{
    struct gm_embedded *log = backend;
    atomic_fetch_add_explicit(&log->wakes, 1, memory_order_release);
    gm_wake_ring(&log->wake);
}

// ------------------------------------------------------------------------- looking

static enum gm_err embedded_get_cursor(void *backend, const char *name, char *ret_text,
                                       struct gm_error *error)
{
    struct gm_embedded *log = backend;
    MDB_val key = {strlen(name), (void *)(uintptr_t)name}, data;
    MDB_txn *txn;
    enum gm_err err = GM_OK;
    int rc = mdb_txn_begin(log->env, NULL, MDB_RDONLY, &txn);
    if (rc)
        return gm_embedded_fail(log, rc, "beginning to read", error);
    rc = mdb_get(txn, log->cursors, &key, &data);
    if (rc == MDB_NOTFOUND) {
        err = gm_error_set(error, GM_ERR_NOT_FOUND, "cursor %s was never set", name);
    } else if (rc) {
        err = gm_embedded_fail(log, rc, "reading a cursor", error);
    } else if (data.mv_size > GM_BUS_CURSOR_BYTES_MAX) {
        err = gm_embedded_corrupt(log->data_path, "a cursor is too long", error);
    } else {
        memcpy(ret_text, data.mv_data, data.mv_size);
        ret_text[data.mv_size] = '\0';
    }
    mdb_txn_abort(txn);
    return err;
}

struct description {
    struct gm_embedded *log;
    MDB_txn *txn;
    struct gm_bounds bounds[GM_TOPIC_COUNT][GM_BUS_PARTITIONS_MAX];
    void (*visit_partition)(void *, const struct gm_bus_partition_info *);
    void (*visit_group)(void *, const struct gm_bus_group_info *);
    void *context;
};

static enum gm_err describe_topic(struct description *d, enum gm_topic topic,
                                  struct gm_error *error)
{
    struct gm_embedded *log = d->log;
    MDB_stat stat;
    enum gm_err err = gm_embedded_bounds(log, d->txn, topic, d->bounds[topic], error);
    for (int p = 0; !err && p < log->partitions; p++) {
        int rc = mdb_stat(d->txn, log->messages[topic][p], &stat);
        if (rc)
            return gm_embedded_fail(log, rc, "describing", error);
        size_t pages = stat.ms_branch_pages + stat.ms_leaf_pages + stat.ms_overflow_pages;
        struct gm_bus_partition_info info = {
            .topic = topic,
            .partition = p,
            .begin = d->bounds[topic][p].begin,
            .end = d->bounds[topic][p].end,
            .bytes = (int64_t)pages * log->page_bytes,
        };
        if (d->visit_partition)
            d->visit_partition(d->context, &info);
    }
    return err;
}

// Takes a key of `groups` apart; false for an epoch's, and for a topic this program does not know.
static bool parse_group_key(const struct gm_embedded *log, MDB_val key,
                            struct gm_bus_group_info *info)
{
    const char *text = key.mv_data, *nul = memchr(text, '\0', key.mv_size);
    const char *end = text + key.mv_size;
    if (!nul || nul == end - 1 || nul - text > GM_BUS_GROUP_BYTES_MAX)
        return false;
    const char *dot = memrchr(nul, '.', (size_t)(end - nul));
    if (!dot)
        return false;
    memcpy(info->group, text, (size_t)(nul - text) + 1);
    info->topic = gm_topic_of((struct gm_str){nul + 1, (size_t)(dot - nul - 1)});
    info->partition = 0;
    for (const char *c = dot + 1; c < end && info->partition < GM_BUS_PARTITIONS_MAX; c++)
        info->partition = info->partition * 10 + (*c - '0');
    return info->topic < GM_TOPIC_COUNT && info->partition >= 0 &&
           info->partition < log->partitions;
}

static enum gm_err describe_groups(struct description *d, struct gm_error *error)
{
    struct gm_bus_group_info info = {.group = ""};
    char asked[sizeof info.group] = "";
    MDB_cursor *cursor;
    MDB_val key, data;
    int rc = mdb_cursor_open(d->txn, d->log->groups, &cursor);
    if (rc)
        return gm_embedded_fail(d->log, rc, "describing", error);
    while ((rc = mdb_cursor_get(cursor, &key, &data, MDB_NEXT)) == 0) {
        if (data.mv_size != sizeof info.offset || !parse_group_key(d->log, key, &info))
            continue;
        if (strcmp(asked, info.group) != 0) {
            strcpy(asked, info.group);
            info.owned = gm_group_is_owned(d->log, info.group);
        }
        memcpy(&info.offset, data.mv_data, sizeof info.offset);
        info.lag = d->bounds[info.topic][info.partition].end - info.offset;
        d->visit_group(d->context, &info);
    }
    mdb_cursor_close(cursor);
    return rc == MDB_NOTFOUND ? GM_OK : gm_embedded_fail(d->log, rc, "describing", error);
}

static enum gm_err embedded_describe(void *backend,
                                     void (*visit_partition)(void *,
                                                             const struct gm_bus_partition_info *),
                                     void (*visit_group)(void *, const struct gm_bus_group_info *),
                                     void *context, struct gm_error *error)
{
    struct description d = {
        .log = backend,
        .visit_partition = visit_partition,
        .visit_group = visit_group,
        .context = context,
    };
    enum gm_err err = GM_OK;
    int rc = mdb_txn_begin(d.log->env, NULL, MDB_RDONLY, &d.txn);
    if (rc)
        return gm_embedded_fail(d.log, rc, "beginning to read", error);
    for (int topic = 0; !err && topic < GM_TOPIC_COUNT; topic++)
        err = describe_topic(&d, (enum gm_topic)topic, error);
    if (!err && visit_group)
        err = describe_groups(&d, error);
    mdb_txn_abort(d.txn);
    return err;
}

// ------------------------------------------------------------------------- retention

struct retention {
    int64_t before_us, max_messages, removed;
};

static enum gm_err apply_retention(struct gm_writer *writer, void *context, struct gm_error *error)
{
    struct retention *retention = context;
    enum gm_err err = GM_OK;
    retention->removed = 0;
    for (int topic = 0; topic < GM_TOPIC_COUNT; topic++) {
        for (int p = 0; !err && p < writer->log->partitions; p++)
            err = gm_writer_trim(writer, (enum gm_topic)topic, p, retention->before_us,
                                 retention->max_messages - retention->removed, &retention->removed,
                                 error);
    }
    if (err)
        writer->torn = true;
    return err;
}

static enum gm_err embedded_retain(void *backend, int64_t now_us, size_t max_messages,
                                   int64_t *ret_removed, struct gm_error *error)
{
    struct gm_embedded *log = backend;
    gm_embedded_release_pages(log);
    if (log->retention_us == 0) {
        *ret_removed = 0;
        return GM_OK;
    }
    struct retention retention = {
        .before_us = now_us - log->retention_us,
        .max_messages = max_messages < INT64_MAX ? (int64_t)max_messages : INT64_MAX,
    };
    struct gm_commit commit = {.apply = apply_retention, .context = &retention};
    enum gm_err err = gm_embedded_commit(log, &commit, error);
    if (err)
        return err;
    *ret_removed = retention.removed;
    return GM_OK;
}

const char *gm_bus_library_version(void)
{
    return mdb_version(NULL, NULL, NULL);
}

const struct gm_bus_ops gm_bus_embedded = {
    .name = "embedded",
    .open = embedded_open,
    .close = embedded_close,
    .partitions = embedded_partitions,
    .identity = embedded_identity,
    .wake = embedded_wake,
    .consumer_open = gm_embedded_consumer_open,
    .consumer_close = gm_embedded_consumer_close,
    .poll = gm_embedded_poll,
    .release = gm_embedded_release,
    .seek = gm_embedded_seek,
    .read_back = gm_embedded_read_back,
    .txn_create = gm_embedded_txn_create,
    .txn_destroy = gm_embedded_txn_destroy,
    .txn_append = gm_embedded_txn_append,
    .txn_advance = gm_embedded_txn_advance,
    .txn_set_cursor = gm_embedded_txn_set_cursor,
    .txn_commit = gm_embedded_txn_commit,
    .txn_abort = gm_embedded_txn_abort,
    .get_cursor = embedded_get_cursor,
    .describe = embedded_describe,
    .retain = embedded_retain,
};
