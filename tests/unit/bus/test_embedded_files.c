// The embedded log and its files: damage, limits, permissions, a full disk, what is left open.
#include "fixture.h"

#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MIB = 1024 * 1024 };

struct bytes {
    char *data;
    size_t len;
};

static char *path_in(const char *folder, const char *name)
{
    char *path;
    CHECK(asprintf(&path, "%s/%s", folder, name) > 0);
    return path;
}

static void write_file(const char *folder, const char *name, struct bytes bytes)
{
    char *path = path_in(folder, name);
    FILE *file = fopen(path, "wb");
    CHECK(file != NULL);
    CHECK(fwrite(bytes.data, 1, bytes.len, file) == bytes.len);
    CHECK(fclose(file) == 0);
    free(path);
}

static struct bytes read_file(const char *folder, const char *name)
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

// Opens the log in `path` and reads all of it.
enum outcome { WHOLE, OTHER, CORRUPT, FAILED };

static int open_and_read(void *path)
{
    struct gm_bus_config config = embedded_config(path);
    struct gm_bus *bus;
    struct gm_bus_consumer *c;
    struct gm_batch batch;
    struct gm_error failed = {GM_OK};
    int64_t count = 0;
    if (gm_bus_open(&config, &bus, &failed))
        goto fail;
    if (gm_bus_consumer_open(bus, NULL, PRICES | SOCIAL, GM_BUS_EARLIEST, &c, &failed))
        goto fail;
    do {
        if (gm_bus_poll(c, 1000, 0, &batch, &failed))
            goto fail;
        for (size_t i = 0; i < batch.count; i++, count++) {
            if (batch.messages[i].sequence != count || batch.messages[i].value.len < 100)
                return OTHER;
        }
    } while (batch.count > 0);
    gm_bus_consumer_close(c);
    gm_bus_close(bus);
    return count == 400 ? WHOLE : OTHER;
fail:
    if (failed.code == GM_ERR_CORRUPT && strstr(failed.message, "data.mdb") &&
        strstr(failed.message, "Move the folder"))
        return CORRUPT;
    print_error("%s: %s\n", gm_err_name(failed.code), failed.message);
    return FAILED;
}

// A log with 400 messages, one of them over several pages, and with pages that are free again.
static struct bytes make_log(const char *path)
{
    struct gm_bus_config config = embedded_config(path);
    struct gm_bus *bus;
    struct gm_bus_txn *txn;
    char value[9000];
    memset(value, 'v', sizeof value);
    OK(gm_bus_open(&config, &bus, &error));
    OK(gm_bus_txn_create(bus, "t", &txn, &error));
    for (int i = 0; i < 400; i++) {
        struct gm_str text = {value, i == 200 ? sizeof value : 100 + (size_t)i};
        OK(gm_bus_txn_append(txn, i % 2 ? GM_TOPIC_LIVE_PRICES : GM_TOPIC_LIVE_SOCIAL,
                             gm_str(KEYS[i % 3]), text, &error));
        if (i % 10 == 9)
            OK(gm_bus_txn_commit(txn, &error));
    }
    gm_bus_txn_destroy(txn);
    gm_bus_close(bus);
    return read_file(path, "data.mdb");
}

static void test_a_damaged_header_is_noticed(void **state)
{
    (void)state;
    char *path = make_folder();
    struct bytes log = make_log(path);
    int corrupt = 0;
    assert_int_equal(in_child(open_and_read, path), WHOLE);
    for (size_t page = 0; page < 2; page++) {
        for (size_t at = 0; at < 152; at++) {
            char *byte = log.data + page * 4096 + at;
            char before = *byte;
            *byte = (char)(before ^ 1 << at % 8);
            write_file(path, "data.mdb", log);
            *byte = before;
            int outcome = in_child(open_and_read, path);
            if (outcome != WHOLE && outcome != CORRUPT)
                fail_msg("byte %zu of page %zu: outcome %d", at, page, outcome);
            corrupt += outcome == CORRUPT;
        }
    }
    assert_true(corrupt > 100); // free space, counters and the older page's trees do no harm
    free(log.data);
    remove_folder(path);
}

static void test_a_file_cut_short_is_noticed(void **state)
{
    (void)state;
    char *path = make_folder();
    struct bytes log = make_log(path);
    size_t cuts[] = {1,
                     100,
                     151,
                     4095,
                     4096,
                     4247,
                     8191,
                     8192,
                     12288,
                     log.len / 8192 * 4096,
                     log.len - 4096,
                     log.len - 1};
    for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
        struct bytes cut = {log.data, cuts[i]};
        write_file(path, "data.mdb", cut);
        assert_int_equal(in_child(open_and_read, path), CORRUPT);
        struct bytes after = read_file(path, "data.mdb");
        assert_int_equal(after.len, cut.len); // the evidence is left as it was
        free(after.data);
    }
    free(log.data);
    remove_folder(path);
}

// LMDB need not write pages at the end that are free again: their lack is no damage.
static void test_a_free_end_may_be_missing(void **state)
{
    (void)state;
    enum { ROUNDS = 30, PAGE = 4096 };
    char *path = make_folder(), *value = calloc(1, 100000), text[GM_BUS_CURSOR_BYTES_MAX + 1];
    struct gm_bus_config config = embedded_config(path);
    struct gm_bus *bus;
    struct gm_bus_txn *txn;
    int64_t removed;
    int whole = 0, corrupt = 0;
    config.retention_us = 1;
    OK(gm_bus_open(&config, &bus, &error));
    OK(gm_bus_txn_create(bus, "t", &txn, &error));
    OK(gm_bus_txn_append(txn, GM_TOPIC_LIVE_PRICES, gm_str("bitcoin"),
                         (struct gm_str){value, 100000}, &error));
    OK(gm_bus_txn_commit(txn, &error));
    OK(gm_bus_retain(bus, INT64_MAX / 2, 1, &removed, &error));
    assert_int_equal(removed, 1);
    gm_bus_txn_destroy(txn);
    gm_bus_close(bus);
    // With each commit, the living pages move: from the end to the free pages before it, and back.
    for (int i = 0; i < ROUNDS; i++) {
        char number[16];
        snprintf(number, sizeof number, "%d", i);
        OK(gm_bus_open(&config, &bus, &error));
        OK(gm_bus_txn_create(bus, "t", &txn, &error));
        OK(gm_bus_txn_set_cursor(txn, "c", gm_str(number), &error));
        OK(gm_bus_txn_commit(txn, &error));
        gm_bus_txn_destroy(txn);
        gm_bus_close(bus);
        struct bytes log = read_file(path, "data.mdb");
        write_file(path, "data.mdb", (struct bytes){log.data, log.len - PAGE});
        if (gm_bus_open(&config, &bus, &error) == GM_OK) {
            OK(gm_bus_get_cursor(bus, "c", text, &error));
            assert_string_equal(text, number);
            gm_bus_close(bus);
            whole++;
        } else {
            assert_int_equal(error.code, GM_ERR_CORRUPT);
            corrupt++;
        }
        write_file(path, "data.mdb", log);
        free(log.data);
    }
    assert_true(whole > 0);
    assert_true(corrupt > 0);
    free(value);
    remove_folder(path);
}

static void test_what_is_not_a_log_is_noticed(void **state)
{
    (void)state;
    char *path = make_folder(), *data = path_in(path, "data.mdb");
    struct bytes noise = {malloc(100000), 100000};
    uint32_t random = 1;
    for (size_t i = 0; i < noise.len; i++)
        noise.data[i] = (char)((random = random * 1664525 + 1013904223) >> 24);
    write_file(path, "data.mdb", noise);
    assert_int_equal(in_child(open_and_read, path), CORRUPT);
    memset(noise.data, 0, noise.len);
    write_file(path, "data.mdb", noise);
    assert_int_equal(in_child(open_and_read, path), CORRUPT);
    write_file(path, "data.mdb", (struct bytes){(char *)"text\n", 5});
    assert_int_equal(in_child(open_and_read, path), CORRUPT);

    assert_int_equal(unlink(data), 0);
    assert_int_equal(mkdir(data, 0755), 0);
    assert_int_equal(in_child(open_and_read, path), CORRUPT);
    assert_int_equal(rmdir(data), 0);

    // An empty file is what a crash during the very first start leaves.
    write_file(path, "data.mdb", (struct bytes){noise.data, 0});
    assert_int_equal(in_child(open_and_read, path), OTHER);
    free(noise.data);
    free(data);
    remove_folder(path);
}

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
        struct bytes log = make_log(path);
        assert_int_equal(in_child(open_as_nobody, path), 0); // a log of root's
        free(log.data);
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

static void test_a_full_disk(void **state)
{
    (void)state;
    char *path = make_folder(), *inside = path_in(path, "log");
    struct gm_bus_config config = embedded_config(inside);
    struct gm_bus *bus;
    struct gm_bus_txn *txn;
    struct gm_error full;
    if (mount("none", path, "tmpfs", 0, "size=2m") != 0) {
        free(inside);
        remove_folder(path);
        skip(); // only root may mount
    }
    config.sync = true;
    OK(gm_bus_open(&config, &bus, &error));
    char *ballast = path_in(path, "ballast"), block[4096] = {0};
    int fd = open(ballast, O_WRONLY | O_CREAT, 0644);
    assert_true(fd >= 0);
    assert_int_equal(posix_fallocate(fd, 0, MIB / 2), 0);
    int64_t count = fill(bus, 50000, &full);
    assert_int_equal(full.code, GM_ERR_FULL);
    assert_non_null(strstr(full.message, "disk"));
    assert_non_null(strstr(full.message, path));
    assert_int_equal(count_all(bus), count);

    // To the last block; then opening anew must fail with a message, not with a signal.
    assert_true(lseek(fd, 0, SEEK_END) > 0);
    while (write(fd, block, sizeof block) > 0)
        continue;
    assert_int_equal(errno, ENOSPC);
    OK(gm_bus_txn_create(bus, "t", &txn, &error));
    for (int i = 0; i < 1000; i++)
        append(txn, GM_TOPIC_LIVE_PRICES, KEYS[i % 3], "a value of some length");
    FAILS(gm_bus_txn_commit(txn, &error), GM_ERR_FULL, "disk");

    char *other = path_in(path, "other");
    struct gm_bus_config new_config = embedded_config(other);
    struct gm_bus *new_bus;
    FAILS(gm_bus_open(&new_config, &new_bus, &error), GM_ERR_FULL, other);

    // With room again, the same transaction goes through.
    assert_int_equal(ftruncate(fd, 0), 0);
    OK(gm_bus_txn_commit(txn, &error));
    assert_int_equal(count_all(bus), count + 1000);
    gm_bus_txn_destroy(txn);
    gm_bus_close(bus);
    OK(gm_bus_open(&config, &bus, &error));
    assert_int_equal(count_all(bus), count + 1000);
    gm_bus_close(bus);

    close(fd);
    assert_int_equal(umount(path), 0);
    free(ballast);
    free(other);
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
        cmocka_unit_test(test_a_damaged_header_is_noticed),
        cmocka_unit_test(test_a_file_cut_short_is_noticed),
        cmocka_unit_test(test_a_free_end_may_be_missing),
        cmocka_unit_test(test_what_is_not_a_log_is_noticed),
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
    return cmocka_run_group_tests(tests, NULL, NULL);
}
