// A pack is whole or not there, whichever system call fails on the way to it, and with what.
#include "support.h"

#include "vibe/model/pack.h"

#include <errno.h>
#include <sys/file.h>
#include <unistd.h>

// How many calls still succeed, with what the next one fails; negative: all succeed.
static int left = -1;
static int failure;

// How many bytes a write takes at most, of which each other is first interrupted.
static size_t write_bytes_max = SIZE_MAX;

static bool fails(void)
{
    if (left < 0 || left-- > 0)
        return false;
    left = -1; // the disk goes on to be well, so that what was written can be taken away
    errno = failure;
    return true;
}

int __real_open64(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, int mode);
ssize_t __real_pwrite64(int fd, const void *data, size_t bytes, off_t at);
ssize_t __wrap_pwrite64(int fd, const void *data, size_t bytes, off_t at);
int __real_ftruncate64(int fd, off_t bytes);
int __wrap_ftruncate64(int fd, off_t bytes);
int __real_flock(int fd, int operation);
int __wrap_flock(int fd, int operation);
int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __real_rename(const char *from, const char *into);
int __wrap_rename(const char *from, const char *into);

int __wrap_open64(const char *path, int flags, int mode)
{
    return fails() ? -1 : __real_open64(path, flags, mode);
}

ssize_t __wrap_pwrite64(int fd, const void *data, size_t bytes, off_t at)
{
    static bool interrupted;
    if (fails())
        return -1;
    if (write_bytes_max < SIZE_MAX && (interrupted = !interrupted)) {
        errno = EINTR;
        return -1;
    }
    return __real_pwrite64(fd, data, bytes < write_bytes_max ? bytes : write_bytes_max, at);
}

int __wrap_ftruncate64(int fd, off_t bytes)
{
    return fails() ? -1 : __real_ftruncate64(fd, bytes);
}

int __wrap_flock(int fd, int operation)
{
    return fails() ? -1 : __real_flock(fd, operation);
}

int __wrap_fsync(int fd)
{
    return fails() ? -1 : __real_fsync(fd);
}

int __wrap_rename(const char *from, const char *into)
{
    return fails() ? -1 : __real_rename(from, into);
}

static enum gm_err write_pack(const char *path, struct gm_error *error)
{
    struct gm_pack_writer *writer = NULL;
    void *data = NULL;
    enum gm_err err = gm_pack_writer_open(path, gm_str("key"), &writer, error);
    for (int i = 0; !err && i < 3; i++) {
        const char name[] = {(char)('a' + i), '\0'};
        err = gm_pack_writer_add(writer, name, 1000, &data, error);
        if (!err)
            memset(data, i, 1000);
    }
    if (!err)
        err = gm_pack_writer_commit(writer, error);
    gm_pack_writer_close(writer);
    return err;
}

static void assert_whole(const char *path)
{
    struct gm_pack *pack = NULL;
    const void *data = NULL;
    assert_int_equal(gm_pack_open(path, gm_str("key"), &pack, NULL), GM_OK);
    assert_int_equal(gm_pack_section(pack, "c", 1000, &data, NULL), GM_OK);
    assert_int_equal(((const char *)data)[999], 2);
    gm_pack_close(pack);
}

static void every_call_fails_in_its_turn(void **state)
{
    (void)state;
    static const struct {
        int failure;
        enum gm_err code;
    } kinds[] = {
        {ENOSPC, GM_ERR_FULL},  {EDQUOT, GM_ERR_FULL},   {EIO, GM_ERR_IO},
        {EROFS, GM_ERR_DENIED}, {EACCES, GM_ERR_DENIED}, {ENOMEM, GM_ERR_NOMEM},
    };
    const char *path = folder_path("test.pack");
    for (size_t kind = 0; kind < sizeof kinds / sizeof *kinds; kind++) {
        for (int calls = 0;; calls++) {
            struct gm_error error = {0};
            unlink(path);
            failure = kinds[kind].failure;
            left = calls;
            const enum gm_err err = write_pack(path, &error);
            left = -1;
            // What could not be locked may be another's, and stays.
            assert_true(calls == 1 || access(folder_path("test.pack.new"), F_OK) != 0);
            if (access(path, F_OK) == 0)
                assert_whole(path);
            if (!err) {
                assert_true(calls >= 10); // open, lock, truncate, 5 writes, sync, rename, …
                assert_whole(path);
                break;
            }
            assert_failed(err, &error, kinds[kind].code, error.message);
            assert_non_null(strstr(error.message, folder()));
        }
    }
}

// Some file systems cannot sync a folder, and say EINVAL.
static void a_folder_that_cannot_be_synced_is_fine(void **state)
{
    (void)state;
    const char *path = folder_path("test.pack");
    int calls = 0;
    failure = EIO;
    for (enum gm_err err = GM_ERR_IO; err; calls++) {
        left = calls;
        err = write_pack(path, NULL);
        left = -1;
    }
    failure = EINVAL;
    left = calls - 2; // the last call
    assert_int_equal(write_pack(path, NULL), GM_OK);
    left = -1;
}

static void short_and_interrupted_writes_go_on(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 7, 64, 1000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        write_bytes_max = sizes[i];
        assert_int_equal(write_pack(folder_path("test.pack"), NULL), GM_OK);
        write_bytes_max = SIZE_MAX;
        assert_whole(folder_path("test.pack"));
    }
}

static void an_interrupted_lock_is_waited_for_again(void **state)
{
    (void)state;
    failure = EINTR;
    left = 1; // behind the opening
    assert_int_equal(write_pack(folder_path("test.pack"), NULL), GM_OK);
    left = -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name_) cmocka_unit_test_setup_teardown(name_, folder_setup, folder_teardown)
        TEST(every_call_fails_in_its_turn),
        TEST(a_folder_that_cannot_be_synced_is_fine),
        TEST(short_and_interrupted_writes_go_on),
        TEST(an_interrupted_lock_is_waited_for_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
