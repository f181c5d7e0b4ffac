// Group commit: those who commit at the same time share one write transaction, and so one wait for
// the disk. The first of them leads: it writes for all who queue by then, while later ones queue up
// behind it for the next round.
#include "bus/embedded.h"

#include <assert.h>

// A round takes no more than this, so that nobody waits long for others' work and LMDB's dirty
// pages stay few; a bigger transaction has a round to itself.
enum { ROUND_BYTES_MAX = 16 * 1024 * 1024 };

// Writes for `first` and those after it, in one transaction. False: none was written, all share
// the failure, which stands with `first`. Otherwise each has its own result.
static bool write_round(struct gm_embedded *log, struct gm_commit *first)
{
    assert(first);
    struct gm_writer *writer = &log->writer;
    struct gm_error error = {GM_OK};
    enum gm_err err = gm_writer_begin(writer, log, &error);
    if (err)
        goto fail;
    err = gm_writer_state(writer, &error);
    for (struct gm_commit *c = first; !err && c; c = c->next) {
        c->error = (struct gm_error){GM_OK};
        c->error.code = c->apply(writer, c->context, &c->error);
        if (writer->torn) {
            error = c->error;
            err = error.code;
        }
    }
    if (err)
        gm_writer_abort(writer);
    else
        err = gm_writer_commit(writer, &error);
    if (err)
        goto fail;
    if (writer->changed)
        gm_wake_ring(&log->wake);
    return true;
fail:
    first->error = error;
    return false;
}

// One transaction that does not fit must not take the others with it: they are tried singly.
static void write_all(struct gm_embedded *log, struct gm_commit *first)
{
    if (write_round(log, first))
        return;
    // Pages may have been kept for readers that died meanwhile.
    mdb_reader_check(log->env, NULL);
    for (struct gm_commit *c = first, *next; c; c = next) {
        next = c->next;
        c->next = NULL;
        write_round(log, c);
        c->next = next;
    }
}

// Takes the round's commits off the queue.
static struct gm_commit *take_round(struct gm_embedded *log)
{
    struct gm_commit *first = log->first, *last = first;
    size_t bytes = first->bytes;
    while (last->next && bytes + last->next->bytes <= ROUND_BYTES_MAX) {
        last = last->next;
        bytes += last->bytes;
    }
    log->first = last->next;
    if (!log->first)
        log->last = NULL;
    last->next = NULL;
    return first;
}

enum gm_err gm_embedded_commit(struct gm_embedded *log, struct gm_commit *commit,
                               struct gm_error *error)
{
    commit->done = false;
    commit->next = NULL;
    pthread_mutex_lock(&log->mutex);
    if (log->last)
        log->last->next = commit;
    else
        log->first = commit;
    log->last = commit;

    while (!commit->done) {
        if (log->leading) {
            pthread_cond_wait(&log->turn, &log->mutex);
            continue;
        }
        log->leading = true;
        struct gm_commit *round = take_round(log);
        pthread_mutex_unlock(&log->mutex);
        write_all(log, round);
        pthread_mutex_lock(&log->mutex);
        for (struct gm_commit *c = round, *next; c; c = next) {
            next = c->next;
            c->done = true;
        }
        log->leading = false;
        pthread_cond_broadcast(&log->turn);
    }
    pthread_mutex_unlock(&log->mutex);
    if (commit->error.code && error)
        *error = commit->error;
    return commit->error.code;
}
