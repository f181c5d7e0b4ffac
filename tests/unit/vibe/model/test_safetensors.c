// Safetensors: what is read, what is refused and why, and files broken in every place.
#include "support.h"

#include "vibe/model/safetensors.h"

#include <stdlib.h>

static struct gm_tensor_list list;

static enum gm_err read_bytes(struct gm_str file, struct gm_error *error)
{
    gm_tensor_list_finish(&list);
    gm_tensor_list_init(&list, 0);
    enum gm_err err = gm_safetensors_read(file, &list, error);
    return err ? err : gm_tensor_list_sort(&list, error);
}

static int teardown(void **state)
{
    (void)state;
    gm_tensor_list_finish(&list);
    return 0;
}

static const struct gm_tensor_entry *entry_of(const char *name)
{
    size_t index = 0;
    assert_true(gm_tensor_list_find(&list, gm_str(name), &index));
    return &list.entries[index];
}

static void tensors_are_read(void **state)
{
    (void)state;
    struct gm_str file =
        safetensors_of("{\"__metadata__\":{\"format\":\"pt\"},"
                       "\"b\":{\"dtype\":\"F16\",\"shape\":[2,1],\"data_offsets\":[12,16]},"
                       "\"a\":{\"data_offsets\":[0,12],\"shape\":[3],\"dtype\":\"F32\",\"x\":[1]},"
                       "\"\\u0063\":{\"dtype\":\"BF16\",\"shape\":[],\"data_offsets\":[16,18]}}  ",
                       18);
    struct gm_error error;
    assert_int_equal(read_bytes(file, &error), GM_OK);
    assert_int_equal(list.count, 3);
    const struct gm_tensor *a = &entry_of("a")->tensor, *b = &entry_of("b")->tensor;
    const struct gm_tensor *c = &entry_of("c")->tensor;
    const char *data = file.data + file.len - 18;
    assert_int_equal(a->dtype, GM_DTYPE_F32);
    assert_int_equal(a->rank, 1);
    assert_int_equal(a->shape[0], 3);
    assert_ptr_equal(a->data, data);
    assert_int_equal(b->dtype, GM_DTYPE_F16);
    assert_int_equal(b->rank, 2);
    assert_int_equal(b->shape[0], 2);
    assert_int_equal(b->shape[1], 1);
    assert_ptr_equal(b->data, data + 12);
    assert_int_equal(c->dtype, GM_DTYPE_BF16);
    assert_int_equal(c->rank, 0);
    assert_ptr_equal(c->data, data + 16);
    assert_int_equal(gm_tensor_elements(c), 1);
    size_t index;
    assert_false(gm_tensor_list_find(&list, gm_str("aa"), &index));
    assert_false(gm_tensor_list_find(&list, gm_str(""), &index));
    assert_false(gm_tensor_list_find(&list, gm_str("d"), &index));
    free((void *)file.data);
}

static void no_tensors_are_fine(void **state)
{
    (void)state;
    struct gm_str file = safetensors_of("{}", 0);
    assert_int_equal(read_bytes(file, NULL), GM_OK);
    assert_int_equal(list.count, 0);
    free((void *)file.data);
}

// What nobody may need is no reason to refuse the file.
static void what_cannot_be_read_says_why(void **state)
{
    (void)state;
    struct gm_str file = safetensors_of(
        "{\"ids\":{\"dtype\":\"I64\",\"shape\":[1,2],\"data_offsets\":[0,16]},"
        "\"none\":{\"dtype\":\"F32\",\"shape\":[2,0],\"data_offsets\":[0,0]},"
        "\"deep\":{\"dtype\":\"F32\",\"shape\":[1,1,1,1,1],\"data_offsets\":[16,20]},"
        "\"four\":{\"dtype\":\"F4\",\"shape\":[2],\"data_offsets\":[21,22]},"
        "\"new\":{\"dtype\":\"F1\",\"shape\":[7],\"data_offsets\":[20,21]}}",
        22);
    struct gm_error error = {0};
    assert_int_equal(read_bytes(file, &error), GM_OK);
    assert_int_equal(list.count, 5);
    assert_string_equal(entry_of("ids")->unread, "has the dtype I64; f32, f16 and bf16 are read");
    assert_string_equal(entry_of("none")->unread, "has no elements");
    assert_string_equal(entry_of("deep")->unread, "has more than 4 dimensions");
    assert_string_equal(entry_of("four")->unread, "has the dtype F4; f32, f16 and bf16 are read");
    assert_string_equal(entry_of("new")->unread, "has the dtype F1; f32, f16 and bf16 are read");
    free((void *)file.data);
}

#define A(dtype_, shape_, offsets_)                                                                \
    "{\"a\":{\"dtype\":\"" dtype_ "\",\"shape\":[" shape_ "],\"data_offsets\":[" offsets_ "]}}"
#define AB(offsets_a_, offsets_b_)                                                                 \
    "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[" offsets_a_ "]},"                  \
    "\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[" offsets_b_ "]}}"

static void what_breaks_the_format_is_refused(void **state)
{
    (void)state;
    static const char twice[] = "{\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]},"
                                "\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}";
    static const struct {
        const char *header;
        size_t data_bytes;
        enum gm_err code;
        const char *message;
    } cases[] = {
        {"", 0, GM_ERR_CORRUPT, "byte 8: the header must begin with '{'"},
        {" {}", 0, GM_ERR_CORRUPT, "byte 8: the header must begin with '{'"},
        {"{", 0, GM_ERR_CORRUPT, "byte 9: a member's name or '}' must stand here"},
        {"{}x", 0, GM_ERR_CORRUPT, "byte 10: text behind the value"},
        {"{\"a\":1}", 0, GM_ERR_CORRUPT, "byte 13: an object must stand here"},
        {"{\"a\":{\"dtype\":5}}", 0, GM_ERR_CORRUPT, "byte 22: a string must stand here"},
        {"{}", 1, GM_ERR_CORRUPT, "1 bytes behind the last tensor"},
        {"{\"a\":{\"shape\":[],\"data_offsets\":[0,4]}}", 4, GM_ERR_CORRUPT,
         "tensor a: its dtype, shape or data_offsets is missing"},
        {"{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,4]}}", 4, GM_ERR_CORRUPT,
         "tensor a: its dtype, shape or data_offsets is missing"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[]}}", 4, GM_ERR_CORRUPT,
         "tensor a: its dtype, shape or data_offsets is missing"},
        {A("F32", "2", "0,4"), 4, GM_ERR_CORRUPT,
         "tensor a: its bytes are not what its dtype and shape take"},
        {A("I64", "2", "0,4"), 4, GM_ERR_CORRUPT,
         "tensor a: its bytes are not what its dtype and shape take"},
        {A("F32", "0", "0,4"), 4, GM_ERR_CORRUPT,
         "tensor a: its bytes are not what its dtype and shape take"},
        {A("F6_E2M3", "1", "0,1"), 1, GM_ERR_CORRUPT,
         "tensor a: its bytes are not what its dtype and shape take"},
        {A("F32", "4611686018427387904,4", "0,0"), 0, GM_ERR_CORRUPT,
         "tensor a: its bytes are not what its dtype and shape take"},
        {A("F32", "9223372036854775807,2", "0,4"), 4, GM_ERR_CORRUPT,
         "tensor a: its bytes are not what its dtype and shape take"},
        {A("F32", "9223372036854775808", "0,4"), 4, GM_ERR_CORRUPT,
         "byte 37: a whole number beyond 64 bits"},
        {A("F32", "-1", "0,4"), 4, GM_ERR_CORRUPT, "byte 39: a number below 0"},
        {A("F32", "1", "0,4,8"), 8, GM_ERR_LIMIT, "byte 60: more than 2 numbers"},
        {A("F32", "1", "4,0"), 4, GM_ERR_CORRUPT,
         "byte 60: data_offsets must be where a tensor begins and ends"},
        {A("F32", "1", "4"), 4, GM_ERR_CORRUPT,
         "byte 58: data_offsets must be where a tensor begins and ends"},
        {A("F32", "1", "0,4"), 3, GM_ERR_CORRUPT,
         "tensor a ends at byte 4 of the data, of which there are 3: the file is cut off"},
        {A("F32", "1", "0,4"), 5, GM_ERR_CORRUPT, "1 bytes behind the last tensor"},
        {A("F32", "1", "1,5"), 5, GM_ERR_CORRUPT, "tensor a: before it lie bytes of no tensor"},
        {AB("0,8", "4,12"), 12, GM_ERR_CORRUPT, "tensor b: it overlaps another tensor"},
        {AB("0,8", "0,8"), 8, GM_ERR_CORRUPT, NULL}, // either may be named
        {AB("9,17", "0,8"), 17, GM_ERR_CORRUPT, "tensor a: before it lie bytes of no tensor"},
        {twice, 4, GM_ERR_CORRUPT, "tensor a stands there twice"},
        {"{\"\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}}", 4, GM_ERR_CORRUPT,
         "tensor 0: its name is empty, longer than 256 bytes or not text"},
        {"{\"a\\nb\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}}", 4, GM_ERR_CORRUPT,
         "tensor 0: its name is empty, longer than 256 bytes or not text"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct gm_str file = safetensors_of(cases[i].header, cases[i].data_bytes);
        struct gm_error error = {0};
        const enum gm_err err = read_bytes(file, &error);
        assert_failed(err, &error, cases[i].code,
                      cases[i].message ? cases[i].message : error.message);
        assert_int_equal(read_bytes(file, NULL), cases[i].code);
        free((void *)file.data);
    }
}

static void lengths_are_checked(void **state)
{
    (void)state;
    struct gm_error error;
    assert_failed(read_bytes((struct gm_str){NULL, 0}, &error), &error, GM_ERR_CORRUPT,
                  "0 bytes: too short for a safetensors file");
    assert_failed(read_bytes((struct gm_str){"1234567", 7}, &error), &error, GM_ERR_CORRUPT,
                  "7 bytes: too short for a safetensors file");
    assert_failed(read_bytes((struct gm_str){"\3\0\0\0\0\0\0\0{}", 10}, &error), &error,
                  GM_ERR_CORRUPT, "the header ends at byte 11, the file at byte 10: cut off");
    assert_failed(read_bytes((struct gm_str){"\1\341\365\5\0\0\0\0{}", 10}, &error), &error,
                  GM_ERR_LIMIT, "byte 0: a header of 100000001 bytes; at most 100000000 are read");
    assert_failed(read_bytes((struct gm_str){"\377\377\377\377\377\377\377\377{}", 10}, &error),
                  &error, GM_ERR_LIMIT,
                  "byte 0: a header of 18446744073709551615 bytes; at most 100000000 are read");
}

static void too_many_tensors_are_refused(void **state)
{
    (void)state;
    struct safetensors_writer writer;
    char name[16];
    safetensors_init(&writer);
    for (int i = 0; i <= GM_TENSORS_MAX; i++) {
        snprintf(name, sizeof name, "%d", i);
        safetensors_add(&writer, gm_str(name), "F32", (int64_t[]){0}, 1, "", 0);
    }
    struct gm_str file = safetensors_end(&writer);
    struct gm_error error;
    assert_failed(read_bytes(file, &error), &error, GM_ERR_LIMIT, "more than 65536 tensors");
    free((void *)file.data);
}

// Cut off anywhere, a file is refused; changed in any byte, it is refused or what is in it lies
// inside it. Each is read from a block of its own, so that a sanitizer sees a byte read too many.
static void files_broken_in_every_place(void **state)
{
    (void)state;
    struct gm_str file = safetensors_of(AB("0,8", "8,16"), 16);
    for (size_t len = 0; len < file.len; len++) {
        char *cut = malloc(len > 0 ? len : 1);
        memcpy(cut, file.data, len);
        assert_int_equal(read_bytes((struct gm_str){cut, len}, NULL), GM_ERR_CORRUPT);
        free(cut);
    }
    for (size_t at = 0; at < file.len * 8; at++) {
        char *changed = malloc(file.len);
        memcpy(changed, file.data, file.len);
        changed[at / 8] = (char)(changed[at / 8] ^ 1 << at % 8);
        if (read_bytes((struct gm_str){changed, file.len}, NULL) == GM_OK)
            for (size_t i = 0; i < list.count; i++)
                assert_true((const char *)list.entries[i].tensor.data >= changed &&
                            (const char *)list.entries[i].tensor.data + list.entries[i].bytes <=
                                changed + file.len);
        free(changed);
    }
    free((void *)file.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tensors_are_read),
        cmocka_unit_test(no_tensors_are_fine),
        cmocka_unit_test(what_cannot_be_read_says_why),
        cmocka_unit_test(what_breaks_the_format_is_refused),
        cmocka_unit_test(lengths_are_checked),
        cmocka_unit_test(too_many_tensors_are_refused),
        cmocka_unit_test(files_broken_in_every_place),
    };
    return cmocka_run_group_tests(tests, NULL, teardown);
}
