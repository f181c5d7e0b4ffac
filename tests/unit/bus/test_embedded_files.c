// The embedded log and its files: folders, permissions, limits, a full disk, what is left open.
#include "fixture.h"

#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MIB = 1024 * 1024, BLOCK = 4096 };

static void test_a_file_in_the_place_of_the_folder(void **state)
{
    (void)state;
    char *path = make_folder(), *inside = path_in(path, "log");
    struct gm_bus_config config = embedded_config(inside);
    struct gm_bus *bus;
    write_file(path, "log", (struct bytes){(char *)"x", 1});
    FAILS(gm_bus_open(&config, &bus, &error), GM_ERR_IO, inside);
    free(inside);
    remove_folder(path);
}

static void test_the_folder_is_made_with_its_parents(void **state)
{
    (void)state;
    char *path = make_folder(), *inside = path_in(path, "a/b//c");
    struct gm_bus_config config = embedded_config(inside);
    struct gm_bus *bus;
    OK(gm_bus_open(&config, &bus, &error));
    gm_bus_close(bus);
    config.path = "";
    FAILS(gm_bus_open(&config, &bus, &error), GM_ERR_INVALID, "folder");
    free(inside);
    remove_folder(path);
}

static int open_as_nobody(void *path)
{
    struct gm_bus_config config = embedded_config(path);
    struct gm_bus *bus;
    struct gm_error failed;
    if (setgid(65534) != 0 || setuid(65534) != 0)
        return 2;
    return gm_bus_open(&config, &bus, &failed) == GM_ERR_DENIED && strstr(failed.message, path) ? 0
                                                                                                : 1;
}

static void test_a_read_only_folder(void **state)
{
    (void)state;
    char *path = make_folder();
    if (getuid() == 0) {
        assert_int_equal(chmod(path, 0755), 0);
        assert_int_equal(in_child(open_as_nobody, path), 0); // an empty folder of root's
        struct gm_bus_config config = embedded_config(path);
        struct gm_bus *bus;
        OK(gm_bus_open(&config, &bus, &error));
        gm_bus_close(bus);
        assert_int_equal(in_child(open_as_nobody, path), 0); // a log of root's
    } else {
        struct gm_bus_config config = embedded_config(path);
        struct gm_bus *bus;
        assert_int_equal(chmod(path, 0555), 0);
        FAILS(gm_bus_open(&config, &bus, &error), GM_ERR_DENIED, path);
        assert_int_equal(chmod(path, 0755), 0);
    }
    remove_folder(path);
}

// ------------------------------------------------------------------------- full

// Commits `bytes` until the log refuses; returns how many went in.
static int64_t fill(struct gm_bus *bus, size_t bytes, struct gm_error *ret_error)
{
    struct gm_bus_txn *txn;
    char *value = calloc(1, bytes);
    int64_t count = 0;
    enum gm_err err = GM_OK;
    OK(gm_bus_txn_create(bus, "fill", &txn, &error));
    while (!err) {
        OK(gm_bus_txn_append(txn, GM_TOPIC_LIVE_PRICES, gm_str("bitcoin"),
                             (struct gm_str){value, bytes}, &error));
        err = gm_bus_txn_commit(txn, ret_error);
        count += !err;
    }
    gm_bus_txn_destroy(txn);
    free(value);
    return count;
}

static int64_t count_all(struct gm_bus *bus)
{
    struct gm_bus_consumer *c;
    struct gm_batch batch;
    int64_t count = 0;
    OK(gm_bus_consumer_open(bus, NULL, PRICES, GM_BUS_EARLIEST, &c, &error));
    do {
        OK(gm_bus_poll(c, 1000, 0, &batch, &error));
        for (size_t i = 0; i < batch.count; i++, count++)
            assert_int_equal(batch.messages[i].sequence, batch.messages[0].sequence + (int64_t)i);
    } while (batch.count > 0);
    gm_bus_consumer_close(c);
    return count;
}

static void test_the_size_limit(void **state)
{
    (void)state;
    char *path = make_folder();
    struct gm_bus_config config = embedded_config(path);
    struct gm_bus *bus;
    struct gm_bus_txn *txn;
    struct gm_error full;
    int64_t removed;
    config.size_max_bytes = 2 * MIB;
    config.retention_us = GM_US_PER_HOUR;
    OK(gm_bus_open(&config, &bus, &error));
    int64_t count = fill(bus, 3000, &full);
    assert_int_equal(full.code, GM_ERR_FULL);
    assert_true(full.retriable);
    assert_non_null(strstr(full.message, "bus.size_max is 2097152 bytes"));
    assert_true(count > 300);
    assert_int_equal(count_all(bus), count);

    // A smaller one still fits, and a group can still move.
    publish(bus, GM_TOPIC_LIVE_PRICES, "bitcoin", "small");
    struct gm_bus_consumer *c;
    struct gm_batch batch;
    OK(gm_bus_consumer_open(bus, "g", PRICES, GM_BUS_EARLIEST, &c, &error));
    OK(gm_bus_txn_create(bus, "t", &txn, &error));
    for (int i = 0; i < 50; i++) {
        OK(gm_bus_poll(c, 1, 0, &batch, &error));
        OK(gm_bus_txn_advance(txn, c, 1, &error));
        OK(gm_bus_txn_commit(txn, &error));
    }
    gm_bus_consumer_close(c);

    // What was refused is still there to be tried again once retention has made room.
    char *value = calloc(1, 100000);
    OK(gm_bus_txn_append(txn, GM_TOPIC_LIVE_PRICES, gm_str("bitcoin"),
                         (struct gm_str){value, 100000}, &error));
    FAILS(gm_bus_txn_commit(txn, &error), GM_ERR_FULL, "bus.size_max");
    OK(gm_bus_retain(bus, gm_clock_now_us(&gm_clock_real) + 2 * GM_US_PER_HOUR, 200, &removed,
                     &error));
    assert_int_equal(removed, 200);
    OK(gm_bus_txn_commit(txn, &error));
    assert_int_equal(count_all(bus), count + 1 - 200 + 1);
    gm_bus_txn_destroy(txn);
    gm_bus_close(bus);

    config.size_max_bytes = MIB;
    FAILS(gm_bus_open(&config, &bus, &error), GM_ERR_INVALID, "bus.size_max");
    config.size_max_bytes = MIB - 1;
    FAILS(gm_bus_open(&config, &bus, &error), GM_ERR_INVALID, "bus.size_max");
    config.size_max_bytes = 4 * MIB;
    OK(gm_bus_open(&config, &bus, &error));
    assert_int_equal(count_all(bus), count + 1 - 200 + 1);
    assert_true(fill(bus, 3000, &full) > 300);
    gm_bus_close(bus);
    free(value);
    remove_folder(path);
}

static void test_a_log_that_is_full_and_trimmed_does_not_grow(void **state)
{
    (void)state;
    char *path = make_folder();
    struct gm_bus_config config = embedded_config(path);
    struct gm_bus *bus;
    struct gm_bus_txn *txn;
    char *value = calloc(1, 20000);
    config.size_max_bytes = 2 * MIB;
    config.retention_us = 1;
    OK(gm_bus_open(&config, &bus, &error));
    OK(gm_bus_txn_create(bus, "t", &txn, &error));
    int64_t removed_all = 0;
    for (int i = 0; i < 3000; i++) {
        // Now and then one that has pages of its own, so that free ones come in all shapes.
        size_t bytes = i % 50 == 0 ? 20000 : (size_t)(i * 7919 % 3000);
        OK(gm_bus_txn_append(txn, (enum gm_topic)(i % 3), gm_str(KEYS[i % 3]),
                             (struct gm_str){value, bytes}, &error));
        OK(gm_bus_txn_set_cursor(txn, "c", (struct gm_str){memset(value, 'c', 3000), 3000},
                                 &error));
        OK(gm_bus_txn_commit(txn, &error));
        if (i % 100 == 99) {
            int64_t removed;
            OK(gm_bus_retain(bus, INT64_MAX / 2, 99, &removed, &error));
            removed_all += removed;
        }
        if (i % 500 == 499) { // the file is found whole, however LMDB left its end
            gm_bus_txn_destroy(txn);
            gm_bus_close(bus);
            OK(gm_bus_open(&config, &bus, &error));
            OK(gm_bus_txn_create(bus, "t", &txn, &error));
        }
    }
    assert_int_equal(removed_all, 30 * 99);
    gm_bus_txn_destroy(txn);
    gm_bus_close(bus);
    free(value);
    remove_folder(path);
}

// Mounts are this process's own, and gone with it, however it ends.
static bool own_mounts;

// Appends to a file until the disk has no block left; returns its descriptor.
static int fill_disk(const char *path)
{
    char block[BLOCK] = {0};
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    CHECK(fd >= 0);
    while (write(fd, block, sizeof block) > 0)
        continue;
    CHECK(errno == ENOSPC);
    return fd;
}

static int open_on_full_disk(void *path)
{
    char *other = path_in(path, "other");
    struct gm_bus_config config = embedded_config(other);
    struct gm_bus *bus;
    enum gm_err err = gm_bus_open(&config, &bus, &error);
    if (err) {
        FAILS(err, GM_ERR_FULL, path);
    } else {
        char *rest = path_in(path, "rest");
        close(fill_disk(rest));
        gm_bus_wake(bus);
        gm_bus_close(bus);
        CHECK(unlink(rest) == 0);
        free(rest);
    }
    if (access(other, F_OK) == 0)
        remove_folder(other);
    return 0;
}

struct small_commits {
    struct gm_bus *bus;
    int failed;
};

static void *commit_small(void *context)
{
    struct small_commits *self = context;
    struct gm_bus_txn *txn;
    if (gm_bus_txn_create(self->bus, "small", &txn, NULL))
        return NULL;
    for (int i = 0; i < 200; i++) {
        if (gm_bus_txn_set_cursor(txn, "c", gm_str("small"), NULL) || gm_bus_txn_commit(txn, NULL))
            self->failed++;
        gm_bus_txn_abort(txn);
    }
    gm_bus_txn_destroy(txn);
    return NULL;
}

// A commit that finds no room must not take down those that share its round.
static void check_big_beside_small(struct gm_bus *bus)
{
    struct small_commits small = {.bus = bus};
    struct gm_bus_txn *big;
    char *value = calloc(1, MIB / 2);
    pthread_t thread;
    OK(gm_bus_txn_create(bus, "big", &big, &error));
    for (int i = 0; i < 4; i++)
        OK(gm_bus_txn_append(big, GM_TOPIC_LIVE_SOCIAL, gm_str("bitcoin"),
                             (struct gm_str){value, MIB / 2}, &error));
    FAILS(gm_bus_txn_commit(big, &error), GM_ERR_FULL, "disk");
    assert_int_equal(pthread_create(&thread, NULL, commit_small, &small), 0);
    for (int i = 0; i < 50; i++)
        FAILS(gm_bus_txn_commit(big, &error), GM_ERR_FULL, "disk");
    pthread_join(thread, NULL);
    assert_int_equal(small.failed, 0);
    gm_bus_txn_destroy(big);
    free(value);
}

static void test_a_full_disk(void **state)
{
    (void)state;
    char *path = make_folder(), *inside = path_in(path, "log");
    struct gm_bus_config config = embedded_config(inside);
    struct gm_bus *bus;
    struct gm_bus_txn *txn;
    struct gm_error full;
    if (!own_mounts || mount("none", path, "tmpfs", 0, "size=2m") != 0) {
        free(inside);
        remove_folder(path);
        skip(); // only root may mount
    }
    config.sync = true;
    OK(gm_bus_open(&config, &bus, &error));
    char *ballast = path_in(path, "ballast");
    int fd = open(ballast, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(posix_fallocate(fd, 0, MIB / 2), 0);
    int64_t count = fill(bus, 50000, &full);
    assert_int_equal(full.code, GM_ERR_FULL);
    assert_non_null(strstr(full.message, "disk"));
    assert_non_null(strstr(full.message, path));
    assert_int_equal(count_all(bus), count);

    // To the last block; then opening anew must fail with a message, not with a signal.
    close(fd);
    fd = fill_disk(ballast);
    OK(gm_bus_txn_create(bus, "t", &txn, &error));
    for (int i = 0; i < 1000; i++)
        append(txn, GM_TOPIC_LIVE_PRICES, KEYS[i % 3], "a value of some length");
    FAILS(gm_bus_txn_commit(txn, &error), GM_ERR_FULL, "disk");

    // A new log has the more of its files, the more room there is; none may end in a signal.
    for (off_t size = lseek(fd, 0, SEEK_END), i = 0; i < 60; i++) {
        assert_int_equal(ftruncate(fd, size - i * BLOCK), 0);
        assert_int_equal(in_child(open_on_full_disk, path), 0);
    }

    // With room again, the same transaction goes through.
    assert_int_equal(ftruncate(fd, 0), 0);
    OK(gm_bus_txn_commit(txn, &error));
    assert_int_equal(count_all(bus), count + 1000);
    gm_bus_txn_destroy(txn);
    check_big_beside_small(bus);
    gm_bus_close(bus);
    OK(gm_bus_open(&config, &bus, &error));
    assert_int_equal(count_all(bus), count + 1000);
    gm_bus_close(bus);

    close(fd);
    assert_int_equal(umount(path), 0);
    free(ballast);
    free(inside);
    remove_folder(path);
}

// ------------------------------------------------------------------------- the rest

static void test_a_big_transaction(void **state)
{
    (void)state;
    char *path = make_folder();
    struct gm_bus_config config = embedded_config(path);
    struct gm_bus *bus;
    struct gm_bus_txn *txn;
    char value[2100] = {0};
    int count = 0;
    config.size_max_bytes = (int64_t)1024 * MIB;
    OK(gm_bus_open(&config, &bus, &error));
    OK(gm_bus_txn_create(bus, "t", &txn, &error));
    // Each record has a page of its own: as many dirty pages as a transaction can make.
    while (gm_bus_txn_append(txn, GM_TOPIC_LIVE_PRICES, gm_str(KEYS[count % 3]),
                             (struct gm_str){value, sizeof value}, &error) == GM_OK)
        count++;
    assert_true(count > 120000);
    OK(gm_bus_txn_commit(txn, &error));
    assert_int_equal(count_all(bus), count);
    gm_bus_txn_destroy(txn);
    gm_bus_close(bus);
    remove_folder(path);
}

enum { DESCRIPTORS = 64 };

// The descriptors that are open, as a set; those of `except` must all be close-on-exec.
static uint64_t descriptors(uint64_t except)
{
    uint64_t set = 0;
    for (int fd = 0; fd < DESCRIPTORS; fd++) {
        int flags = fcntl(fd, F_GETFD);
        if (flags < 0)
            continue;
        set |= (uint64_t)1 << fd;
        assert_true((except >> fd & 1) || (flags & FD_CLOEXEC));
    }
    return set;
}

static void test_no_descriptor_leaks_or_is_inherited(void **state)
{
    (void)state;
    char *path = make_folder();
    struct gm_bus_config config = embedded_config(path);
    struct gm_bus *bus;
    struct gm_bus_consumer *c;
    uint64_t before = descriptors(UINT64_MAX);
    for (int i = 0; i < 3; i++) {
        OK(gm_bus_open(&config, &bus, &error));
        OK(gm_bus_consumer_open(bus, "g", PRICES, GM_BUS_EARLIEST, &c, &error));
        assert_nothing(c);
        assert_true(descriptors(before) != before);
        gm_bus_consumer_close(c);
        gm_bus_close(bus);
        assert_int_equal(descriptors(before), before);
    }
    remove_folder(path);
}

static void test_too_many_readers(void **state)
{
    (void)state;
    enum { MANY = 1000 };
    char *path = make_folder();
    struct gm_bus_config config = embedded_config(path);
    struct gm_bus *bus;
    struct gm_bus_consumer *c[MANY];
    enum gm_err err = GM_OK;
    int count = 0;
    OK(gm_bus_open(&config, &bus, &error));
    while (!err && count < MANY) {
        err = gm_bus_consumer_open(bus, NULL, PRICES, GM_BUS_EARLIEST, &c[count], &error);
        count += !err;
    }
    assert_true(count >= 256);
    FAILS(err, GM_ERR_BUSY, "too many consumers");
    gm_bus_consumer_close(c[--count]);
    OK(gm_bus_consumer_open(bus, NULL, PRICES, GM_BUS_EARLIEST, &c[count++], &error));
    while (count > 0)
        gm_bus_consumer_close(c[--count]);
    gm_bus_close(bus);
    remove_folder(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_file_in_the_place_of_the_folder),
        cmocka_unit_test(test_the_folder_is_made_with_its_parents),
        cmocka_unit_test(test_a_read_only_folder),
        cmocka_unit_test(test_the_size_limit),
        cmocka_unit_test(test_a_log_that_is_full_and_trimmed_does_not_grow),
        cmocka_unit_test(test_a_full_disk),
        cmocka_unit_test(test_a_big_transaction),
        cmocka_unit_test(test_no_descriptor_leaks_or_is_inherited),
        cmocka_unit_test(test_too_many_readers),
    };
    own_mounts =
        unshare(CLONE_NEWNS) == 0 && mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
