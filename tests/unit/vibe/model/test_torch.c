// pytorch_model.bin in both its forms: views, shared storages, and files that are broken.
#include "torch_writer.h"

#include "vibe/model/torch_file.h"

#include <stdlib.h>

static struct gm_tensor_list list;

static int teardown(void **state)
{
    (void)state;
    gm_tensor_list_finish(&list);
    return 0;
}

static enum gm_err read_bytes(struct gm_str file, struct gm_error *error)
{
    gm_tensor_list_finish(&list);
    gm_tensor_list_init(&list, file.len);
    enum gm_err err = gm_torch_read(file, &list, error);
    return err ? err : gm_tensor_list_sort(&list, error);
}

static void assert_values(const char *name, int rank, const int64_t *shape, const float *values)
{
    size_t index = 0;
    float read[16];
    assert_true(gm_tensor_list_find(&list, gm_str(name), &index));
    const struct gm_tensor *tensor = &list.entries[index].tensor;
    assert_null(list.entries[index].unread);
    assert_int_equal(tensor->rank, rank);
    for (int i = 0; i < rank; i++)
        assert_int_equal(tensor->shape[i], shape[i]);
    const size_t count = (size_t)gm_tensor_elements(tensor);
    gm_tensor_read(tensor, 0, count, read);
    for (size_t i = 0; i < count; i++)
        if (read[i] != values[i])
            fail_msg("%s[%zu] is %f instead of %f", name, i, (double)read[i], (double)values[i]);
}

static const float numbers[] = {0, 1, 2, 3, 4, 5};
static const uint16_t halves[] = {0x3c00, 0x4000}; // 1, 2
static const uint16_t brains[] = {0x3f80, 0x4000}; // 1, 2
static const int64_t longs[] = {0, 1, 2};

static const struct storage storages[] = {
    {"10", {(const char *)numbers, sizeof numbers}, 6},
    {"2", {(const char *)halves, sizeof halves}, 2},
    {"3", {(const char *)brains, sizeof brains}, 2},
    {"4", {(const char *)longs, sizeof longs}, 3},
};
enum { STORAGES = 4 };

static const struct view views[] = {
    {"whole", "FloatStorage", "10", 6, 0, 2, {2, 3}, {3, 1}},
    {"turned", "FloatStorage", "10", 6, 0, 2, {3, 2}, {1, 3}},
    {"part", "FloatStorage", "10", 6, 2, 1, {3}, {1}},
    {"every second", "FloatStorage", "10", 6, 1, 1, {3}, {2}},
    {"one", "FloatStorage", "10", 6, 5, 0, {0}, {0}},
    {"row of one", "FloatStorage", "10", 6, 3, 2, {1, 3}, {77, 1}}, // that stride steps nowhere
    {"deep", "FloatStorage", "10", 6, 0, 4, {1, 3, 1, 2}, {6, 1, 6, 3}},
    {"half", "HalfStorage", "2", 2, 0, 1, {2}, {1}},
    {"half turned", "HalfStorage", "2", 2, 0, 2, {2, 1}, {1, 2}},
    {"brain", "BFloat16Storage", "3", 2, 0, 1, {2}, {1}},
    {"ids", "LongStorage", "4", 3, 0, 2, {1, 3}, {3, 1}},
    {"none", "FloatStorage", "10", 6, 6, 2, {0, 3}, {3, 1}},
    {"five", "FloatStorage", "10", 6, 0, 5, {1, 1, 1, 1, 6}, {6, 6, 6, 6, 1}},
};
enum { VIEWS = sizeof views / sizeof *views };

static void assert_unread(const char *name, const char *why)
{
    size_t index = 0;
    assert_true(gm_tensor_list_find(&list, gm_str(name), &index));
    assert_string_equal(list.entries[index].unread, why);
}

static void both_forms_are_read(void **state)
{
    (void)state;
    for (int form = 0; form < 2; form++) {
        const struct gm_str file = form == 0 ? torch_zip(views, VIEWS, storages, STORAGES)
                                             : torch_legacy(views, VIEWS, storages, STORAGES);
        struct gm_error error = {0};
        if (read_bytes(file, &error))
            fail_msg("%s", error.message);
        assert_int_equal(list.count, VIEWS);
        assert_values("whole", 2, (int64_t[]){2, 3}, numbers);
        assert_values("turned", 2, (int64_t[]){3, 2}, (float[]){0, 3, 1, 4, 2, 5});
        assert_values("part", 1, (int64_t[]){3}, (float[]){2, 3, 4});
        assert_values("every second", 1, (int64_t[]){3}, (float[]){1, 3, 5});
        assert_values("one", 0, NULL, (float[]){5});
        assert_values("row of one", 2, (int64_t[]){1, 3}, (float[]){3, 4, 5});
        assert_values("deep", 4, (int64_t[]){1, 3, 1, 2}, (float[]){0, 3, 1, 4, 2, 5});
        assert_values("half", 1, (int64_t[]){2}, (float[]){1, 2});
        assert_values("half turned", 2, (int64_t[]){2, 1}, (float[]){1, 2});
        assert_values("brain", 1, (int64_t[]){2}, (float[]){1, 2});
        assert_unread("ids", "has the dtype I64; f32, f16 and bf16 are read");
        assert_unread("none", "has no elements");
        assert_unread("five", "has more than 4 dimensions");
        // What lies in a row is not copied.
        for (size_t i = 0; i < list.count; i++) {
            const char *data = list.entries[i].tensor.data;
            const bool inside = data >= file.data && data <= file.data + file.len;
            const char name = list.entries[i].tensor.name.data[0];
            assert_int_equal(inside, name != 't' && name != 'e' && name != 'd');
        }
        free((void *)file.data);
    }
}

static void a_zip_may_have_numbers_of_64_bits(void **state)
{
    (void)state;
    struct zip_writer writer;
    struct gm_buffer pickle;
    struct gm_error error = {0};
    zip_init(&writer, true);
    gm_buffer_init(&pickle, 1 << 16);
    pickle_state(&pickle, views, 1, false);
    zip_add(&writer, "pytorch_model/data.pkl", gm_buffer_str(&pickle));
    zip_add(&writer, "pytorch_model/data/10", storages[0].data);
    const struct gm_str file = zip_end(&writer);
    if (read_bytes(file, &error))
        fail_msg("%s", error.message);
    assert_values("whole", 2, (int64_t[]){2, 3}, numbers);
    gm_buffer_finish(&pickle);
    free((void *)file.data);
}

// ---------------------------------------------------------------------------- broken tensors

static void tensors_outside_their_storage_are_refused(void **state)
{
    (void)state;
    static const struct {
        struct view view;
        enum gm_err code;
        const char *message;
    } cases[] = {
        {{"a", "FloatStorage", "10", 6, 1, 2, {2, 3}, {3, 1}},
         GM_ERR_CORRUPT,
         "tensor a: it reaches beyond its storage"},
        {{"a", "FloatStorage", "10", 6, 0, 1, {7}, {1}},
         GM_ERR_CORRUPT,
         "tensor a: it reaches beyond its storage"},
        {{"a", "FloatStorage", "10", 6, 6, 0, {0}, {0}},
         GM_ERR_CORRUPT,
         "tensor a: it reaches beyond its storage"},
        {{"a", "FloatStorage", "10", 6, INT64_MAX, 1, {1}, {1}},
         GM_ERR_CORRUPT,
         "tensor a: it reaches beyond its storage"},
        {{"a", "FloatStorage", "10", 6, INT64_MAX - 1, 1, {3}, {1}},
         GM_ERR_CORRUPT,
         "tensor a: it reaches beyond its storage"},
        {{"a", "FloatStorage", "10", 6, 0, 2, {INT64_MAX, 3}, {0, 1}},
         GM_ERR_CORRUPT,
         "tensor a: it reaches beyond its storage"},
        {{"a", "FloatStorage", "10", 6, 0, 2, {3, 3}, {INT64_MAX / 2 + 1, 1}},
         GM_ERR_CORRUPT,
         "tensor a: it reaches beyond its storage"},
        {{"a", "LongStorage", "4", 3, 1, 1, {3}, {1}},
         GM_ERR_CORRUPT,
         "tensor a: it reaches beyond its storage"},
        {{"a", "FloatStorage", "10", 6, 0, 2, {7, 1}, {0, 1}},
         GM_ERR_UNSUPPORTED,
         "tensor a shows elements of its storage more than once"},
        {{"a", "FloatStorage", "10", 5, 0, 1, {2}, {1}}, GM_ERR_CORRUPT, NULL},
        {{"a", "DoubleStorage", "10", 6, 0, 1, {2}, {1}}, GM_ERR_CORRUPT, NULL},
        {{"a", "FloatStorage", "10", INT64_MAX, 0, 1, {2}, {1}}, GM_ERR_CORRUPT, NULL},
        {{"a", "FloatStorage", "none", 6, 0, 1, {2}, {1}}, GM_ERR_CORRUPT, NULL},
        {{"", "FloatStorage", "10", 6, 0, 1, {2}, {1}},
         GM_ERR_CORRUPT,
         "tensor 0: its name is empty, longer than 256 bytes or not text"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (int form = 0; form < 2; form++) {
            const struct storage *stored = &storages[cases[i].view.key[0] == '4' ? 3 : 0];
            const struct gm_str file = form == 0 ? torch_zip(&cases[i].view, 1, stored, 1)
                                                 : torch_legacy(&cases[i].view, 1, stored, 1);
            struct gm_error error = {0};
            const enum gm_err err = read_bytes(file, &error);
            assert_failed(err, &error, cases[i].code,
                          cases[i].message ? cases[i].message : error.message);
            free((void *)file.data);
        }
    }
}

static void storages_must_be_what_the_pickle_says(void **state)
{
    (void)state;
    struct gm_error error = {0};
    struct view pair[2] = {views[0], views[2]};
    pair[1].stored = 5;
    struct gm_str file = torch_zip(pair, 2, storages, 1);
    assert_failed(read_bytes(file, &error), &error, GM_ERR_CORRUPT,
                  "tensor part: storage 10 has 24 bytes instead of 5 elements of 4");
    free((void *)file.data);
    file = torch_legacy(pair, 2, storages, 1);
    assert_failed(read_bytes(file, &error), &error, GM_ERR_CORRUPT, "storage 10 is of two kinds");
    free((void *)file.data);
    file = torch_zip(views, 1, storages + 1, 1);
    assert_failed(read_bytes(file, &error), &error, GM_ERR_CORRUPT,
                  "tensor whole: the zip has no entry data/10 for it");
    free((void *)file.data);
    file = torch_legacy(views, 1, storages, 0);
    assert_failed(read_bytes(file, &error), &error, GM_ERR_CORRUPT,
                  "tensor whole: the file has no storage 10 for it");
    free((void *)file.data);
    file = torch_legacy(views, 1, storages, 2);
    assert_int_equal(read_bytes(file, &error), GM_ERR_CORRUPT);
    assert_non_null(strstr(error.message, "storage 1 of the list is no tensor's, or there twice"));
    free((void *)file.data);
    const struct storage shorter = {storages[0].key, storages[0].data, 5};
    file = torch_legacy(views, 1, &shorter, 1);
    assert_int_equal(read_bytes(file, &error), GM_ERR_CORRUPT);
    assert_non_null(strstr(error.message, ": storage 10 has 5 elements instead of 6"));
    free((void *)file.data);
    const struct storage twice[] = {storages[0], storages[0]};
    file = torch_legacy(views, 1, twice, 2);
    assert_int_equal(read_bytes(file, &error), GM_ERR_CORRUPT);
    assert_non_null(strstr(error.message, "storage 1 of the list is no tensor's, or there twice"));
    free((void *)file.data);
    const struct view same[] = {views[0], views[0]};
    file = torch_zip(same, 2, storages, 1);
    assert_failed(read_bytes(file, &error), &error, GM_ERR_CORRUPT,
                  "tensor whole stands there twice");
    free((void *)file.data);
}

// ----------------------------------------------------------------------------- broken files

static void read_raw(const void *data, size_t len, enum gm_err code, const char *message)
{
    struct gm_error error = {0};
    assert_failed(read_bytes((struct gm_str){data, len}, &error), &error, code, message);
}

static void what_is_no_file_of_torch_is_refused(void **state)
{
    (void)state;
    char tar[600] = "version";
    memcpy(tar + 257, "ustar", 5);
    read_raw("", 0, GM_ERR_CORRUPT, "byte 0: neither a zip nor a pickle of torch.save begins here");
    read_raw("PK\5\6", 4, GM_ERR_CORRUPT,
             "byte 0: neither a zip nor a pickle of torch.save begins here");
    read_raw(tar, sizeof tar, GM_ERR_UNSUPPORTED,
             "a file of PyTorch before 0.1.10; save it anew as model.safetensors");
    read_raw("\x80\2K\1.", 5, GM_ERR_UNSUPPORTED, "byte 0: a pickle that torch.save did not write");
    read_raw("\x80\2\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\2K\1.", 20,
             GM_ERR_UNSUPPORTED, "byte 15: the version is not 1001");
    read_raw("\x80\2\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.\x80\2M\xe9\3.\x80\2}.", 25,
             GM_ERR_UNSUPPORTED,
             "byte 21: not from a little-endian machine; save it anew as model.safetensors");
}

static void replace(struct gm_str file, const char *from, const char *into, size_t bytes)
{
    char *at = memmem(file.data, file.len, from, bytes);
    assert_non_null(at);
    memcpy(at, into, bytes);
}

static void hostile_zips_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *from, *into;
        size_t bytes;
        enum gm_err code;
        const char *message;
    } cases[] = {
        {"any/data.pkl", "any/data.pkk", 12, GM_ERR_CORRUPT,
         "byte 0: an entry has another name than in the zip's directory"},
        {"PK\1\2\0\0\0\0\10\10\0\0", "PK\1\2\0\0\0\0\10\10\10\0", 12, GM_ERR_UNSUPPORTED,
         "entry any/data.pkl is compressed or encrypted; torch.save does neither"},
        {"PK\1\2\0\0\0\0\10\10\0\0", "PK\1\2\0\0\0\0\11\10\0\0", 12, GM_ERR_UNSUPPORTED,
         "entry any/data.pkl is compressed or encrypted; torch.save does neither"},
        {"little", "bigbig", 6, GM_ERR_UNSUPPORTED,
         "entry any/byteorder: not little; save it anew as model.safetensors"},
        {"_rebuild_tensor_v2", "_rebuild_tensor_v9", 18, GM_ERR_UNSUPPORTED,
         "any/data.pkl: byte 40: the pickle wants torch._utils._rebuild_tensor_v9; only tensors "
         "are "
         "read"},
        {"PK\5\6", "PK\5\7", 4, GM_ERR_CORRUPT, NULL},
        {"PK\5\6\0\0", "PK\5\6\1\0", 6, GM_ERR_CORRUPT, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct gm_str file = torch_zip(views, 1, storages, 1);
        struct gm_error error = {0};
        replace(file, cases[i].from, cases[i].into, cases[i].bytes);
        const enum gm_err err = read_bytes(file, &error);
        assert_failed(err, &error, cases[i].code,
                      cases[i].message ? cases[i].message : error.message);
        free((void *)file.data);
    }
}

static struct gm_str zip_of(const char *const *names, size_t count)
{
    struct zip_writer writer;
    zip_init(&writer, false);
    for (size_t i = 0; i < count; i++)
        zip_add(&writer, names[i], gm_str("\x80\2}."));
    return zip_end(&writer);
}

static void zips_of_others_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *names[2];
        enum gm_err code;
        const char *message;
    } cases[] = {
        {{"a/data.pkl", "b/data.pkl"}, GM_ERR_CORRUPT, "the zip has more than one data.pkl"},
        {{"a/b/data.pkl", "data.pkl"},
         GM_ERR_UNSUPPORTED,
         "the zip has no data.pkl: torch.save did not write it"},
        {{"a/data.pkl", "a/data.pkl"}, GM_ERR_CORRUPT, "entry a/data.pkl stands there twice"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct gm_str file = zip_of(cases[i].names, 2);
        struct gm_error error;
        assert_failed(read_bytes(file, &error), &error, cases[i].code, cases[i].message);
        free((void *)file.data);
    }
    static const char *const good[] = {"a/data.pkl", "b"};
    const struct gm_str file = zip_of(good, 2);
    assert_int_equal(read_bytes(file, NULL), GM_OK);
    assert_int_equal(list.count, 0);
    free((void *)file.data);
}

// Two entries of the directory that lead to the same place.
static void entries_must_not_overlap(void **state)
{
    (void)state;
    static const char *const names[] = {"a/data.pkl", "a/data.pkl"};
    const struct gm_str file = zip_of(names, 2);
    char *directory = memmem(file.data, file.len, "PK\1\2", 4);
    char *second =
        memmem(directory + 4, file.len - (size_t)(directory + 4 - file.data), "PK\1\2", 4);
    struct gm_error error;
    memset(second + 42, 0, 4);
    assert_failed(read_bytes(file, &error), &error, GM_ERR_CORRUPT,
                  "entry a/data.pkl overlaps another");
    // One that reaches over all others, too.
    memset(second + 42, 0, 4);
    memset(second + 20, 0x7f, 8);
    assert_failed(read_bytes(file, &error), &error, GM_ERR_CORRUPT,
                  "entry a/data.pkl reaches beyond the zip's data");
    memset(second + 42, 0x7f, 4);
    assert_int_equal(read_bytes(file, &error), GM_ERR_CORRUPT);
    assert_string_equal(error.message, "byte 2139062143: an entry of the zip must begin here");
    free((void *)file.data);
}

static void what_is_no_state_dict_is_refused(void **state)
{
    (void)state;
    static const struct {
        struct gm_str pickle;
        const char *message;
    } cases[] = {
        {{"\x80\2].", 4}, "a/data.pkl: what was saved is no state dict of names and tensors"},
        {{"\x80\2}K\1K\2s.", 9}, "a/data.pkl: entry 0 of the state dict has no name"},
        {{"\x80\2}U\5epochK\2s.", 14},
         "a/data.pkl: epoch is no tensor: a state dict of names and tensors is read"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct zip_writer writer;
        struct gm_error error;
        zip_init(&writer, false);
        zip_add(&writer, "a/data.pkl", cases[i].pickle);
        const struct gm_str file = zip_end(&writer);
        assert_failed(read_bytes(file, &error), &error, GM_ERR_UNSUPPORTED, cases[i].message);
        free((void *)file.data);
    }
    struct zip_writer writer;
    struct gm_error error;
    zip_init(&writer, false);
    zip_add(&writer, "a/data.pkl", gm_str("\x80\2}.N"));
    const struct gm_str file = zip_end(&writer);
    assert_failed(read_bytes(file, &error), &error, GM_ERR_CORRUPT,
                  "a/data.pkl: byte 4: behind the pickle's end lies more");
    free((void *)file.data);
}

// Cut off anywhere they are refused; with any bit changed they are refused, or what is in them lies
// inside the file or the list.
static void files_broken_in_every_place(void **state)
{
    (void)state;
    for (int form = 0; form < 2; form++) {
        const struct gm_str file =
            form == 0 ? torch_zip(views, 2, storages, 1) : torch_legacy(views, 2, storages, 1);
        for (size_t len = 0; len < file.len; len++) {
            char *cut = malloc(len > 0 ? len : 1);
            memcpy(cut, file.data, len);
            assert_int_equal(read_bytes((struct gm_str){cut, len}, NULL), GM_ERR_CORRUPT);
            free(cut);
        }
        for (size_t bit = 0; bit < file.len * 8; bit++) {
            char *changed = malloc(file.len);
            memcpy(changed, file.data, file.len);
            changed[bit / 8] = (char)(changed[bit / 8] ^ 1 << bit % 8);
            if (read_bytes((struct gm_str){changed, file.len}, NULL) == GM_OK)
                for (size_t i = 0; i < list.count; i++)
                    if (!list.entries[i].unread) {
                        float values[16];
                        const struct gm_tensor *tensor = &list.entries[i].tensor;
                        assert_true(gm_tensor_elements(tensor) <= 16);
                        gm_tensor_read(tensor, 0, (size_t)gm_tensor_elements(tensor), values);
                    }
            free(changed);
        }
        char *longer = malloc(file.len + 1);
        memcpy(longer, file.data, file.len);
        longer[file.len] = 0;
        assert_int_equal(read_bytes((struct gm_str){longer, file.len + 1}, NULL), GM_ERR_CORRUPT);
        free(longer);
        free((void *)file.data);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_forms_are_read),
        cmocka_unit_test(a_zip_may_have_numbers_of_64_bits),
        cmocka_unit_test(tensors_outside_their_storage_are_refused),
        cmocka_unit_test(storages_must_be_what_the_pickle_says),
        cmocka_unit_test(what_is_no_file_of_torch_is_refused),
        cmocka_unit_test(hostile_zips_are_refused),
        cmocka_unit_test(zips_of_others_are_refused),
        cmocka_unit_test(entries_must_not_overlap),
        cmocka_unit_test(what_is_no_state_dict_is_refused),
        cmocka_unit_test(files_broken_in_every_place),
    };
    return cmocka_run_group_tests(tests, NULL, teardown);
}
