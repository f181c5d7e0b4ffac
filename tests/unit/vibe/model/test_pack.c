// Packs: what is written is mapped, whoever asks first makes it, and damage anywhere is seen.
#include "support.h"

#include "vibe/model/pack.h"
#include "vibe/model/pack_format.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

static const char KEY[] = "plain f32 1";

static enum gm_err fill(void *context, struct gm_pack_writer *writer, struct gm_error *error)
{
    void *data = NULL;
    if (context)
        ++*(int *)context;
    enum gm_err err = gm_pack_writer_add(writer, "one", 100, &data, error);
    if (err)
        return err;
    assert_int_equal((uintptr_t)data % GM_PACK_ALIGNMENT, 0);
    memset(data, 1, 100);
    err = gm_pack_writer_add(writer, "empty", 0, &data, error);
    if (err)
        return err;
    err = gm_pack_writer_add(writer, "zeros", 64, &data, error);
    if (err)
        return err;
    return gm_pack_writer_add(writer,
                              "a name of sixty-four bytes, which is as long as a name may be ..", 1,
                              &data, error);
}

static enum gm_err obtain(const char *path, const char *key, int *fills, struct gm_error *error)
{
    struct gm_pack *pack = NULL;
    const enum gm_err err = gm_pack_obtain(path, gm_str(key), fill, fills, &pack, error);
    gm_pack_close(pack);
    return err;
}

static void sections_are_mapped(void **state)
{
    (void)state;
    static const char zeros[64];
    struct gm_pack *pack = NULL;
    struct gm_error error;
    const char *path = folder_path("test.pack");
    const void *data = NULL;
    assert_int_equal(gm_pack_obtain(path, gm_str(KEY), fill, NULL, &pack, &error), GM_OK);
    assert_int_equal(gm_pack_section(pack, "one", 100, &data, &error), GM_OK);
    assert_int_equal((uintptr_t)data % GM_PACK_ALIGNMENT, 0);
    for (int i = 0; i < 100 + GM_PACK_ALIGNMENT; i++)
        assert_int_equal(((const char *)data)[i], i < 100);
    assert_int_equal(gm_pack_section(pack, "empty", 0, &data, &error), GM_OK);
    assert_memory_equal(data, zeros, 64);
    assert_int_equal(gm_pack_section(pack, "zeros", 64, &data, &error), GM_OK);
    assert_memory_equal(data, zeros, 64);
    assert_memory_equal((const char *)data + 64, zeros, 64);
    assert_int_equal(
        gm_pack_section(pack, "a name of sixty-four bytes, which is as long as a name may be ..", 1,
                        &data, &error),
        GM_OK);
    assert_failed(gm_pack_section(pack, "one", 99, &data, &error), &error, GM_ERR_CORRUPT,
                  "section one of the pack has 100 bytes instead of 99");
    assert_failed(gm_pack_section(pack, "two", 1, &data, &error), &error, GM_ERR_CORRUPT,
                  "the pack has no section two");
    assert_int_not_equal(access(folder_path("test.pack.new"), F_OK), 0);
    gm_pack_close(pack);
    gm_pack_close(NULL);
}

static void a_pack_without_sections_is_one(void **state)
{
    (void)state;
    struct gm_pack_writer *writer = NULL;
    struct gm_pack *pack = NULL;
    const char *path = folder_path("test.pack");
    assert_int_equal(gm_pack_writer_open(path, gm_str(""), &writer, NULL), GM_OK);
    assert_int_equal(gm_pack_writer_commit(writer, NULL), GM_OK);
    gm_pack_writer_close(writer);
    assert_int_equal(gm_pack_open(path, gm_str(""), &pack, NULL), GM_OK);
    gm_pack_close(pack);
}

static void sections_have_a_limit(void **state)
{
    (void)state;
    struct gm_pack_writer *writer = NULL;
    struct gm_error error;
    char name[16];
    void *data = NULL;
    assert_int_equal(gm_pack_writer_open(folder_path("test.pack"), gm_str(""), &writer, NULL),
                     GM_OK);
    assert_failed_at(gm_pack_writer_add(writer, "x", SIZE_MAX, &data, &error), &error, GM_ERR_LIMIT,
                     folder_path("test.pack"),
                     "section x is over a pack's limit of 4096 sections or 64 GiB");
    assert_failed_at(gm_pack_writer_add(writer, "x", (size_t)1 << 36, &data, &error), &error,
                     GM_ERR_LIMIT, folder_path("test.pack"),
                     "section x is over a pack's limit of 4096 sections or 64 GiB");
    for (int i = 0; i < GM_PACK_SECTIONS_MAX; i++) {
        snprintf(name, sizeof name, "%d", i);
        assert_int_equal(gm_pack_writer_add(writer, name, 1, &data, NULL), GM_OK);
    }
    assert_failed_at(gm_pack_writer_add(writer, "x", 1, &data, &error), &error, GM_ERR_LIMIT,
                     folder_path("test.pack"),
                     "section x is over a pack's limit of 4096 sections or 64 GiB");
    gm_pack_writer_close(writer);
}

static void another_key_is_another_pack(void **state)
{
    (void)state;
    const char *path = folder_path("test.pack");
    struct gm_pack *old = NULL, *pack = NULL;
    struct gm_error error;
    const void *data = NULL;
    int fills = 0;
    assert_failed_at(gm_pack_open(path, gm_str(KEY), &pack, &error), &error, GM_ERR_NOT_FOUND, path,
                     "No such file or directory");
    assert_int_equal(obtain(path, KEY, &fills, &error), GM_OK);
    assert_int_equal(obtain(path, KEY, &fills, &error), GM_OK);
    assert_int_equal(fills, 1);
    assert_failed_at(gm_pack_open(path, gm_str("other"), &pack, &error), &error, GM_ERR_NOT_FOUND,
                     path, "a pack of other weights or for other kernels");
    assert_int_equal(gm_pack_open(path, gm_str(KEY), &old, &error), GM_OK);
    assert_int_equal(obtain(path, "other", &fills, &error), GM_OK);
    assert_int_equal(fills, 2);
    // Who has the old one open keeps it.
    assert_int_equal(gm_pack_section(old, "one", 100, &data, &error), GM_OK);
    assert_int_equal(((const char *)data)[99], 1);
    gm_pack_close(old);
}

static void without_a_commit_nothing_is_there(void **state)
{
    (void)state;
    const char *path = folder_path("test.pack");
    struct gm_pack_writer *writer = NULL;
    void *data = NULL;
    assert_int_equal(gm_pack_writer_open(path, gm_str(KEY), &writer, NULL), GM_OK);
    assert_int_equal(gm_pack_writer_add(writer, "one", 1 << 20, &data, NULL), GM_OK);
    assert_int_equal(gm_pack_writer_add(writer, "two", 1 << 20, &data, NULL), GM_OK);
    assert_int_equal(access(folder_path("test.pack.new"), F_OK), 0);
    gm_pack_writer_close(writer);
    gm_pack_writer_close(NULL);
    assert_int_not_equal(access(folder_path("test.pack.new"), F_OK), 0);
    assert_int_not_equal(access(path, F_OK), 0);
}

// As after a power cut: what was written aside is written over.
static void what_a_killed_writer_left_is_no_hindrance(void **state)
{
    (void)state;
    const char *path = folder_path("test.pack");
    struct gm_pack *pack = NULL;
    char *left = malloc(1 << 20);
    memset(left, 7, 1 << 20);
    folder_write("test.pack.new", (struct gm_str){left, 1 << 20});
    free(left);
    assert_int_equal(gm_pack_obtain(path, gm_str(KEY), fill, NULL, &pack, NULL), GM_OK);
    gm_pack_close(pack);
}

static const struct gm_str *file_bytes(void)
{
    static struct gm_str bytes;
    assert_int_equal(obtain(folder_path("good.pack"), KEY, NULL, NULL), GM_OK);
    bytes = read_file(folder_path("good.pack"));
    return &bytes;
}

// Opens a copy that ends where the bytes end.
static enum gm_err open_copy(struct gm_str bytes, struct gm_error *error)
{
    struct gm_pack *pack = NULL;
    char *copy = aligned_alloc(64, (bytes.len + 64) & ~(size_t)63);
    memcpy(copy, bytes.data, bytes.len);
    const enum gm_err err =
        gm_pack_open_bytes((struct gm_str){copy, bytes.len}, gm_str(KEY), &pack, error);
    gm_pack_close(pack);
    free(copy);
    return err;
}

static void every_flipped_bit_and_every_cut_is_seen(void **state)
{
    (void)state;
    const struct gm_str good = *file_bytes();
    char *bytes = malloc(good.len + 1);
    memcpy(bytes, good.data, good.len);
    bytes[good.len] = 0;
    for (size_t bit = 0; bit < good.len * 8; bit++) {
        bytes[bit / 8] = (char)(bytes[bit / 8] ^ 1 << bit % 8);
        const enum gm_err err = open_copy((struct gm_str){bytes, good.len}, NULL);
        // Bytes 8 to 11 are the version.
        assert_int_equal(err, bit / 8 >= 8 && bit / 8 < 12 ? GM_ERR_NOT_FOUND : GM_ERR_CORRUPT);
        bytes[bit / 8] = (char)(bytes[bit / 8] ^ 1 << bit % 8);
    }
    for (size_t len = 0; len < good.len; len++)
        assert_int_equal(open_copy((struct gm_str){bytes, len}, NULL), GM_ERR_CORRUPT);
    assert_int_equal(open_copy((struct gm_str){bytes, good.len + 1}, NULL), GM_ERR_CORRUPT);
    assert_int_equal(open_copy((struct gm_str){bytes, good.len}, NULL), GM_OK);
    free(bytes);
    free((void *)good.data);
}

static void damage_says_where(void **state)
{
    (void)state;
    static const struct {
        size_t at;
        enum gm_err code;
        const char *message;
    } cases[] = {
        {0, GM_ERR_CORRUPT, "byte 0: this is no pack"},
        {8, GM_ERR_NOT_FOUND, "a pack of version 254; version 1 is read"},
        {12, GM_ERR_CORRUPT, "bytes 0 to 127 are damaged"},
        {119, GM_ERR_CORRUPT, "bytes 0 to 127 are damaged"},
        {128, GM_ERR_CORRUPT, "bytes 128 to 960 are damaged: their checksum is another"},
    };
    const struct gm_str good = *file_bytes();
    struct gm_error error;
    assert_int_equal(good.len, 960);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *bytes = (char *)good.data;
        bytes[cases[i].at] = (char)~bytes[cases[i].at];
        folder_write("bad.pack", good);
        struct gm_pack *pack = NULL;
        const char *path = folder_path("bad.pack");
        assert_failed_at(gm_pack_open(path, gm_str(KEY), &pack, &error), &error, cases[i].code,
                         path, cases[i].message);
        int fills = 0;
        assert_int_equal(obtain(path, KEY, &fills, &error), GM_OK); // is made anew
        assert_int_equal(fills, 1);
        bytes[cases[i].at] = (char)~bytes[cases[i].at];
    }
    assert_failed(open_copy((struct gm_str){good.data, 900}, &error), &error, GM_ERR_CORRUPT,
                  "900 bytes instead of 960: it was cut off or added to");
    assert_failed(open_copy((struct gm_str){good.data, 127}, &error), &error, GM_ERR_CORRUPT,
                  "127 bytes: too short for a pack");
    free((void *)good.data);
}

// Opens the pack after a stranger has changed the entry of its first section and its header's count
// of sections, and has computed the checksums anew.
static enum gm_err open_forged(struct gm_str good, uint64_t at, uint64_t bytes, uint32_t sections,
                               struct gm_error *error)
{
    struct gm_pack_header header;
    char *forged = malloc(good.len);
    memcpy(forged, good.data, good.len);
    memcpy(&header, forged, sizeof header);
    memcpy(forged + header.directory_at + 64, &at, sizeof at);
    memcpy(forged + header.directory_at + 72, &bytes, sizeof bytes);
    header.sections = sections;
    header.body_hash =
        gm_pack_hash_of(XXH3_128bits(forged + sizeof header, good.len - sizeof header));
    header.header_hash = gm_pack_header_hash(&header);
    memcpy(forged, &header, sizeof header);
    const enum gm_err err = open_copy((struct gm_str){forged, good.len}, error);
    free(forged);
    return err;
}

static void a_hostile_pack_cannot_point_outside(void **state)
{
    (void)state;
    static const struct {
        uint64_t at, bytes;
    } outside[] = {
        {64, 1},  {0, 1},   {129, 1},   {128, UINT64_MAX},    {UINT64_MAX - 63, 64},
        {640, 0}, {576, 1}, {128, 449}, {UINT64_MAX - 63, 0},
    };
    const struct gm_str good = *file_bytes();
    struct gm_error error = {0};
    for (size_t i = 0; i < sizeof outside / sizeof *outside; i++)
        assert_failed(open_forged(good, outside[i].at, outside[i].bytes, 4, &error), &error,
                      GM_ERR_CORRUPT, "byte 640: a section lies outside the file");
    assert_int_equal(open_forged(good, 128, 448, 4, &error), GM_OK);
    assert_int_equal(open_forged(good, 576, 0, 4, &error), GM_OK);
    static const uint32_t counts[] = {0, 3, 5, GM_PACK_SECTIONS_MAX + 1, UINT32_MAX};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        assert_failed(open_forged(good, 128, 1, counts[i], &error), &error, GM_ERR_CORRUPT,
                      "byte 24: the directory is not where it says");
    free((void *)good.data);
}

struct obtainer {
    pthread_t thread;
    const char *path;
    int fills;
    enum gm_err err;
};

static void *obtain_in_thread(void *context)
{
    struct obtainer *obtainer = context;
    obtainer->err = obtain(obtainer->path, KEY, &obtainer->fills, NULL);
    return NULL;
}

// Whoever waits finds the pack that another has made. (flock tells threads of one process apart,
// since each has its own open file.)
static void one_makes_it_and_all_open_it(void **state)
{
    (void)state;
    enum { THREADS = 8, ROUNDS = 50 };
    const char *path = folder_path("test.pack");
    for (int round = 0; round < ROUNDS; round++) {
        struct obtainer obtainers[THREADS];
        int fills = 0;
        unlink(path);
        for (int i = 0; i < THREADS; i++) {
            obtainers[i] = (struct obtainer){.path = path};
            assert_int_equal(
                pthread_create(&obtainers[i].thread, NULL, obtain_in_thread, &obtainers[i]), 0);
        }
        for (int i = 0; i < THREADS; i++) {
            pthread_join(obtainers[i].thread, NULL);
            assert_int_equal(obtainers[i].err, GM_OK);
            fills += obtainers[i].fills;
        }
        assert_int_equal(fills, 1);
    }
}

static enum gm_err fail_to_fill(void *context, struct gm_pack_writer *writer,
                                struct gm_error *error)
{
    (void)context, (void)writer;
    return gm_error_set(error, GM_ERR_INVALID, "tensor x is missing");
}

static void a_failed_fill_leaves_nothing(void **state)
{
    (void)state;
    struct gm_pack *pack = NULL;
    struct gm_error error;
    const char *path = folder_path("test.pack");
    assert_failed(gm_pack_obtain(path, gm_str(KEY), fail_to_fill, NULL, &pack, &error), &error,
                  GM_ERR_INVALID, "tensor x is missing");
    assert_int_not_equal(access(path, F_OK), 0);
    assert_int_not_equal(access(folder_path("test.pack.new"), F_OK), 0);
}

static void places_that_cannot_be_written_to(void **state)
{
    (void)state;
    struct gm_pack_writer *writer = NULL;
    struct gm_error error;
    const char *path = folder_path("none/test.pack");
    assert_failed_at(gm_pack_writer_open(path, gm_str(KEY), &writer, &error), &error,
                     GM_ERR_NOT_FOUND, folder_path("none/test.pack.new"),
                     "No such file or directory");
    assert_int_equal(obtain("/proc/test.pack", KEY, NULL, &error), GM_ERR_NOT_FOUND);
    char name[5000];
    memset(name, 'x', sizeof name);
    name[sizeof name - 1] = '\0';
    assert_int_equal(gm_pack_writer_open(name, gm_str(KEY), &writer, &error), GM_ERR_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name_) cmocka_unit_test_setup_teardown(name_, folder_setup, folder_teardown)
        TEST(sections_are_mapped),
        TEST(a_pack_without_sections_is_one),
        TEST(sections_have_a_limit),
        TEST(another_key_is_another_pack),
        TEST(without_a_commit_nothing_is_there),
        TEST(what_a_killed_writer_left_is_no_hindrance),
        TEST(every_flipped_bit_and_every_cut_is_seen),
        TEST(damage_says_where),
        TEST(a_hostile_pack_cannot_point_outside),
        TEST(one_makes_it_and_all_open_it),
        TEST(a_failed_fill_leaves_nothing),
        TEST(places_that_cannot_be_written_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
