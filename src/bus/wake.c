// The shared bell: see wake.h. The file holds one little word; its other bytes are zero.
#include "bus/wake.h"

#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { WAKE_FILE_BYTES = 4096 };

_Static_assert(ATOMIC_INT_LOCK_FREE == 2, "a futex word must be a plain machine word");

enum gm_err gm_wake_open(struct gm_wake *wake, const char *path, struct gm_error *error)
{
    enum gm_err err = GM_OK;
    struct stat status;
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0)
        return gm_error_errno(error, errno, "%s: cannot be opened", path);
    // Only ever grown, since other processes have it mapped; and with its block allocated, since a
    // write to a mapped hole would end in SIGBUS on a full disk.
    int failed = fstat(fd, &status) != 0 ? errno : 0;
    if (!failed && status.st_size < WAKE_FILE_BYTES)
        failed = posix_fallocate(fd, 0, WAKE_FILE_BYTES);
    if (failed) {
        err = gm_error_errno(error, failed, "%s: cannot be made", path);
        goto done;
    }
    void *map = mmap(NULL, WAKE_FILE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED) {
        err = gm_error_errno(error, errno, "%s: cannot be mapped", path);
        goto done;
    }
    wake->counter = map;
done:
    close(fd);
    return err;
}

void gm_wake_close(struct gm_wake *wake)
{
    if (wake->counter)
        munmap(wake->counter, WAKE_FILE_BYTES);
    wake->counter = NULL;
}

void gm_wake_ring(struct gm_wake *wake)
{
    atomic_fetch_add_explicit(wake->counter, 1, memory_order_release);
    syscall(SYS_futex, wake->counter, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

void gm_wake_wait(struct gm_wake *wake, uint32_t seen, int64_t timeout_us)
{
    struct timespec timeout = {
        .tv_sec = timeout_us / GM_US_PER_S,
        .tv_nsec = timeout_us % GM_US_PER_S * 1000,
    };
    syscall(SYS_futex, wake->counter, FUTEX_WAIT, seen, &timeout, NULL, 0);
}
