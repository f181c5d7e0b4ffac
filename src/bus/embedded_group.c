// Who owns a group. The owner holds a lock on the group's file, which the kernel drops when the
// owner dies, however it dies. The lock belongs to the open file, so two consumers of one process
// exclude each other as those of two processes do.
//
// Each owner also raises the group's epoch, in the log. A commit checks it, so that whoever lost
// the lock without noticing (its file was deleted by hand) cannot move the group.
#include "bus/embedded.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

static enum gm_err open_lock_file(const struct gm_embedded *log, const char *group, int *ret_fd,
                                  struct gm_error *error)
{
    char path[PATH_MAX];
    int len = snprintf(path, sizeof path, "%s/groups/%s.lock", log->path, group);
    if (len >= (int)sizeof path)
        return gm_error_set(error, GM_ERR_LIMIT, "%s: the path is too long", log->path);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0)
        return gm_error_errno(error, errno, "%s: cannot be opened", path);
    *ret_fd = fd;
    return GM_OK;
}

static int lock(int fd, int command, short type, short *ret_type)
{
    struct flock region = {.l_type = type, .l_whence = SEEK_SET};
    int rc = fcntl(fd, command, &region);
    if (ret_type)
        *ret_type = region.l_type;
    return rc;
}

// For whoever looks into the folder; nothing reads it back.
static void write_pid(int fd)
{
    char text[32];
    int len = snprintf(text, sizeof text, "%ld\n", (long)getpid());
    if (ftruncate(fd, 0) != 0 || pwrite(fd, text, (size_t)len, 0) != len)
        return; // a full disk does not hinder ownership
}

enum gm_err gm_group_open(struct gm_embedded_consumer *consumer, struct gm_error *error)
{
    return open_lock_file(consumer->log, consumer->group, &consumer->lock_fd, error);
}

void gm_group_close(struct gm_embedded_consumer *consumer)
{
    if (consumer->lock_fd < 0)
        return;
    close(consumer->lock_fd); // and with it goes the lock
    consumer->lock_fd = -1;
    if (consumer->owned)
        gm_wake_ring(&consumer->log->wake);
}

static enum gm_err start_position(struct gm_embedded_consumer *consumer, struct gm_writer *writer,
                                  struct gm_source *source, struct gm_error *error)
{
    if (!consumer->txn)
        source->pending = -1; // a seek from before the takeover
    enum gm_err err =
        gm_embedded_group_get(consumer->log, writer->txn, consumer->group, source->topic,
                              source->partition, &source->position, error);
    if (err || source->position >= 0)
        return err;
    err = gm_writer_bounds(writer, source->topic, error);
    if (err)
        return err;
    struct gm_bounds bounds = writer->bounds[source->topic][source->partition];
    source->position = consumer->start == GM_BUS_EARLIEST ? bounds.begin : bounds.end;
    return gm_writer_group_put(writer, consumer->group, source->topic, source->partition,
                               source->position, error);
}

static enum gm_err apply_claim(struct gm_writer *writer, void *context, struct gm_error *error)
{
    struct gm_embedded_consumer *consumer = context;
    int64_t epoch;
    enum gm_err err = gm_embedded_group_get(consumer->log, writer->txn, consumer->group,
                                            GM_TOPIC_COUNT, 0, &epoch, error);
    if (err)
        return err;
    consumer->epoch = epoch < 0 ? 1 : epoch + 1;
    err = gm_writer_group_put(writer, consumer->group, GM_TOPIC_COUNT, 0, consumer->epoch, error);
    for (size_t i = 0; !err && i < consumer->sources_count; i++)
        err = start_position(consumer, writer, &consumer->sources[i], error);
    if (err)
        writer->torn = true; // the epoch was written: take it back
    return err;
}

enum gm_err gm_group_claim(struct gm_embedded_consumer *consumer, struct gm_error *error)
{
    if (lock(consumer->lock_fd, F_OFD_SETLK, F_WRLCK, NULL) != 0) {
        if (errno == EAGAIN || errno == EACCES)
            return GM_OK;
        return gm_error_errno(error, errno, "%s: group %s cannot be locked", consumer->log->path,
                              consumer->group);
    }
    struct gm_commit commit = {.apply = apply_claim, .context = consumer};
    enum gm_err err = gm_embedded_commit(consumer->log, &commit, error);
    if (err) {
        lock(consumer->lock_fd, F_OFD_SETLK, F_UNLCK, NULL);
        return err;
    }
    write_pid(consumer->lock_fd);
    consumer->owned = true;
    consumer->generation++;
    return GM_OK;
}

void gm_group_lost(struct gm_embedded_consumer *consumer)
{
    lock(consumer->lock_fd, F_OFD_SETLK, F_UNLCK, NULL);
    consumer->owned = false;
    consumer->generation++;
}

enum gm_err gm_group_check(struct gm_embedded_consumer *consumer, MDB_txn *txn,
                           struct gm_error *error)
{
    int64_t epoch;
    enum gm_err err = gm_embedded_group_get(consumer->log, txn, consumer->group, GM_TOPIC_COUNT, 0,
                                            &epoch, error);
    if (!err && (!consumer->owned || epoch != consumer->epoch))
        err = gm_error_set(error, GM_ERR_FENCED, "group %s: another consumer has taken it over",
                           consumer->group);
    return err;
}

bool gm_group_is_owned(struct gm_embedded *log, const char *group)
{
    short type = F_UNLCK;
    int fd;
    if (open_lock_file(log, group, &fd, NULL) != GM_OK)
        return false;
    bool asked = lock(fd, F_OFD_GETLK, F_WRLCK, &type) == 0;
    close(fd);
    return asked && type != F_UNLCK;
}
