// A few threads that do one piece of work together and sleep in between.
#ifndef GM_VIBE_BERT_POOL_H
#define GM_VIBE_BERT_POOL_H

#include "base/error.h"

enum { GM_POOL_THREADS_MAX = 256 };

struct gm_pool;

// `threads` counts the caller's own, which works along: threads − 1 are started. 0: one a processor
// that this process may use. More than GM_POOL_THREADS_MAX are cut to that.
enum gm_err gm_pool_create(int threads, struct gm_pool **ret_pool, struct gm_error *error);
void gm_pool_destroy(struct gm_pool *pool); // NULL is fine

int gm_pool_threads(const struct gm_pool *pool);

// Calls work(context, rank) once for each rank in [0, threads), each on a thread of its own, and
// returns when all have. One caller at a time.
void gm_pool_run(struct gm_pool *pool, void (*work)(void *context, int rank), void *context);

// Called by every rank of a running piece of work: returns when all have called it. What was
// written before is seen after. Waits awake for some microseconds, then sleeps.
void gm_pool_meet(struct gm_pool *pool);

#endif
