// Damaged logs: none may crash who opens it, and none may look whole.
#include "fixture.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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
        for (size_t bit = 0; bit < 152 * 8; bit++) {
            // One bit of each byte, and of the transaction's number, which decides, every one.
            size_t at = bit / 8;
            if (at < 144 && bit % 8 != at % 8)
                continue;
            char *byte = log.data + page * 4096 + at;
            char before = *byte;
            *byte = (char)(before ^ 1 << bit % 8);
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

// The last commit is lost from sight when the newest meta page names the tree of the one before,
// which is still whole.
static void test_a_stale_tree_is_noticed(void **state)
{
    (void)state;
    enum { PAGE = 4096, NAMES = 88, NAMES_END = 136, TXN = 144 };
    char *path = make_folder();
    struct bytes log = make_log(path);
    uint64_t numbers[2];
    for (size_t i = 0; i < 2; i++)
        memcpy(&numbers[i], log.data + i * PAGE + TXN, sizeof numbers[i]);
    size_t newer = numbers[1] > numbers[0];
    memcpy(log.data + newer * PAGE + NAMES, log.data + !newer * PAGE + NAMES, NAMES_END - NAMES);
    write_file(path, "data.mdb", log);
    assert_int_equal(in_child(open_and_read, path), CORRUPT);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_damaged_header_is_noticed),
        cmocka_unit_test(test_a_stale_tree_is_noticed),
        cmocka_unit_test(test_a_file_cut_short_is_noticed),
        cmocka_unit_test(test_a_free_end_may_be_missing),
        cmocka_unit_test(test_what_is_not_a_log_is_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
