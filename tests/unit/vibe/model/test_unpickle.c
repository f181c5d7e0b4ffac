// The unpickler: what it builds, and that it refuses all else where it stands.
#include "support.h"

#include "vibe/model/unpickle.h"

#include <stdlib.h>

#define STORAGE "(X\7\0\0\0storagectorch\nFloatStorage\nX\1\0\0\0kX\3\0\0\0cpuK\6tQ"
#define HOOKS                                                                                      \
    "\x89"                                                                                         \
    "ccollections\nOrderedDict\n)R"
#define TENSOR "ctorch._utils\n_rebuild_tensor_v2\n(" STORAGE "K\1K\2K\1\x86K\1K\2\x86" HOOKS "tR"

static struct gm_arena arena;

static int setup(void **state)
{
    (void)state;
    gm_arena_init(&arena, 4096, 64 << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    gm_arena_finish(&arena);
    return 0;
}

static enum gm_err run_bytes(struct gm_str pickle, struct gm_pickle_value *ret_value,
                             struct gm_error *error)
{
    size_t at = 0;
    gm_arena_reset(&arena);
    const enum gm_err err = gm_unpickle(pickle, &at, &arena, ret_value, error);
    assert_int_equal(at, err ? 0 : pickle.len);
    return err;
}

// Runs a literal without its last NUL, behind the two bytes that begin a pickle.
#define RUN(literal_) run_ok((struct gm_str){"\x80\2" literal_, sizeof("\x80\2" literal_) - 1})

static struct gm_pickle_value run_ok(struct gm_str pickle)
{
    struct gm_pickle_value value = {0};
    struct gm_error error = {0};
    if (run_bytes(pickle, &value, &error))
        fail_msg("%s", error.message);
    return value;
}

static void plain_values_are_built(void **state)
{
    (void)state;
    static const struct {
        struct gm_str pickle;
        int64_t integer;
    } integers[] = {
        {{"\x80\2K\xff.", 5}, 255},
        {{"\x80\2M\xff\xff.", 6}, 65535},
        {{"\x80\2J\xff\xff\xff\xff.", 8}, -1},
        {{"\x80\2J\0\0\0\x80.", 8}, INT32_MIN},
        {{"\x80\2\x8a\0.", 5}, 0},
        {{"\x80\2\x8a\1\x80.", 6}, -128},
        {{"\x80\2\x8a\2\xff\0.", 7}, 255},
        {{"\x80\2\x8a\x8\xff\xff\xff\xff\xff\xff\xff\x7f.", 13}, INT64_MAX},
        {{"\x80\2\x8a\x8\0\0\0\0\0\0\0\x80.", 13}, INT64_MIN},
    };
    for (size_t i = 0; i < sizeof integers / sizeof *integers; i++) {
        const struct gm_pickle_value value = run_ok(integers[i].pickle);
        assert_int_equal(value.kind, GM_PICKLE_INT);
        assert_true(value.integer == integers[i].integer);
    }
    assert_int_equal(RUN("N.").kind, GM_PICKLE_NONE);
    assert_int_equal(RUN("\x88.").integer, 1);
    assert_int_equal(RUN("\x89.").integer, 0);
    assert_int_equal(RUN("\x89.").kind, GM_PICKLE_BOOL);
    assert_true(gm_str_equal(RUN("X\2\0\0\0ab.").text, gm_str("ab")));
    assert_true(gm_str_equal(RUN("U\2ab.").text, gm_str("ab")));
    assert_true(gm_str_equal(RUN("T\2\0\0\0ab.").text, gm_str("ab")));
    const struct gm_pickle_value number = RUN("\x8a\x9"
                                              "123456789.");
    assert_int_equal(number.kind, GM_PICKLE_LONG);
    assert_true(gm_str_equal(number.text, gm_str("123456789")));
}

static void containers_are_built(void **state)
{
    (void)state;
    struct gm_pickle_value value = RUN("(K\1(K\2)t](K\3K\4eNa}(K\5K\6uK\7K\10st.");
    assert_int_equal(value.kind, GM_PICKLE_TUPLE);
    assert_int_equal(value.items->count, 4);
    const struct gm_pickle_value *values = value.items->values;
    assert_int_equal(values[0].integer, 1);
    assert_int_equal(values[1].kind, GM_PICKLE_TUPLE);
    assert_int_equal(values[1].items->count, 2);
    assert_int_equal(values[1].items->values[1].items->count, 0);
    assert_int_equal(values[2].kind, GM_PICKLE_LIST);
    assert_int_equal(values[2].items->count, 3);
    assert_int_equal(values[3].kind, GM_PICKLE_DICT);
    assert_int_equal(values[3].items->count, 4);
    assert_int_equal(values[3].items->values[3].integer, 8);
    value = RUN("K\1q\0h\0r\5\0\0\0j\5\0\0\0\x87q\1.");
    assert_int_equal(value.items->count, 3);
    assert_int_equal(value.items->values[2].integer, 1);
    value = RUN("]q\0h\0a."); // contains itself
    assert_ptr_equal(value.items->values[0].items, value.items);
    value = RUN("ccollections\nOrderedDict\n)R}K\1K\2sb.");
    assert_int_equal(value.kind, GM_PICKLE_DICT);
    assert_int_equal(value.items->count, 0);
}

static void tensors_are_built(void **state)
{
    (void)state;
    struct gm_pickle_value value = RUN(TENSOR ".");
    for (int i = 0; i < 2; i++) {
        assert_int_equal(value.kind, GM_PICKLE_TENSOR);
        const struct gm_pickle_tensor *tensor = value.tensor;
        assert_int_equal(tensor->offset, 1);
        assert_int_equal(tensor->rank, 2);
        assert_int_equal(tensor->shape[0], 2);
        assert_int_equal(tensor->shape[1], 1);
        assert_int_equal(tensor->stride[0], 1);
        assert_int_equal(tensor->stride[1], 2);
        assert_string_equal(tensor->storage->dtype->name, "F32");
        assert_true(gm_str_equal(tensor->storage->key, gm_str("k")));
        assert_int_equal(tensor->storage->first, 0);
        assert_int_equal(tensor->storage->elements, 6);
        assert_int_equal(tensor->storage->stored, 6);
        value = RUN("ctorch._utils\n_rebuild_parameter\n" TENSOR HOOKS "\x87R.");
    }
    // A storage that is part of another.
    value = RUN("(U\7storagectorch\nHalfStorage\nU\1kU\3cpuK\6(U\1vK\2K\4ttQ.");
    assert_int_equal(value.kind, GM_PICKLE_STORAGE);
    assert_int_equal(value.storage->first, 2);
    assert_int_equal(value.storage->elements, 4);
    assert_int_equal(value.storage->stored, 6);
}

#define CASE(literal_, code_, message_)                                                            \
    {                                                                                              \
        {literal_, sizeof(literal_) - 1}, GM_ERR_##code_, message_                                 \
    }

static const struct {
    struct gm_str pickle;
    enum gm_err code;
    const char *message;
} refused[] = {
    CASE("", CORRUPT, "byte 0: the pickle is cut off"),
    CASE("N.", CORRUPT, "byte 0: no pickle of protocol 2 begins here"),
    CASE("\x80\4N.", UNSUPPORTED, "byte 0: another protocol of pickles than torch's own, 2"),
    CASE("\x80\2", CORRUPT, "byte 2: the pickle is cut off"),
    CASE("\x80\2.", CORRUPT, "byte 2: the pickle ends with more or less than one value"),
    CASE("\x80\2NN.", CORRUPT, "byte 4: the pickle ends with more or less than one value"),
    CASE("\x80\2N(.", CORRUPT, "byte 4: the pickle ends with more or less than one value"),
    CASE("\x80\2J\1\2\3", CORRUPT, "byte 6: the pickle is cut off"),
    CASE("\x80\2X\5\0\0\0abcd", CORRUPT, "byte 11: the pickle is cut off"),
    CASE("\x80\2X\xff\xff\xff\xff"
         "abcd",
         CORRUPT, "byte 11: the pickle is cut off"),
    CASE("\x80\2t.", CORRUPT, "byte 2: no mark is on the stack"),
    CASE("\x80\2u.", CORRUPT, "byte 2: no mark is on the stack"),
    CASE("\x80\2\x85.", CORRUPT, "byte 2: too little is on the stack"),
    CASE("\x80\2N(\x85.", CORRUPT, "byte 4: too little is on the stack"), // not below a mark
    CASE("\x80\2NN\x87.", CORRUPT, "byte 4: too little is on the stack"),
    CASE("\x80\2(q\0.", CORRUPT, "byte 3: too little is on the stack"),
    CASE("\x80\2(e.", CORRUPT, "byte 3: too little is on the stack"),
    CASE("\x80\2NNa.", CORRUPT, "byte 4: a list must lie there"),
    CASE("\x80\2](NNu.", CORRUPT, "byte 6: a dict must lie there"),
    CASE("\x80\2}(Nu.", CORRUPT, "byte 5: a key without a value"),
    CASE("\x80\2h\0.", CORRUPT, "byte 2: nothing was put under that number"),
    CASE("\x80\2Nq\2h\1.", CORRUPT, "byte 5: nothing was put under that number"),
    CASE("\x80\2Nr\xff\xff\xf\0.", CORRUPT, NULL), // the last number there may be: goes on
    CASE("\x80\2Nr\0\0\x10\0.", LIMIT, "byte 3: more than 1048576 values"),
    CASE("\x80\2Nr\xff\xff\xff\xff.", LIMIT, "byte 3: more than 1048576 values"),
    CASE("\x80\2((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((", LIMIT,
         "byte 66: nested deeper than 64 levels"),
    CASE("\x80\2cos\nsystem\n", UNSUPPORTED,
         "byte 2: the pickle wants os.system; only tensors are read"),
    CASE("\x80\2Ncbuiltins\neval\n", UNSUPPORTED,
         "byte 3: the pickle wants builtins.eval; only tensors are read"),
    CASE("\x80\2ctorch._utils\n_rebuild_tensor_v3\n", UNSUPPORTED,
         "byte 2: the pickle wants torch._utils._rebuild_tensor_v3; only tensors are read"),
    CASE("\x80\2ctorch\nFloatStorage2\n", UNSUPPORTED,
         "byte 2: the pickle wants torch.FloatStorage2; only tensors are read"),
    CASE("\x80\2ctorch.FloatStorage\n\n", UNSUPPORTED,
         "byte 2: the pickle wants torch.FloatStorage.; only tensors are read"),
    CASE("\x80\2cos", CORRUPT, "byte 2: a name that does not end"),
    CASE("\x80\2cos\nsystem", CORRUPT, "byte 2: a name that does not end"),
    CASE(
        "\x80\2\x93.", UNSUPPORTED,
        "byte 2: the pickle has the instruction 0x93, which torch.save does not write for tensors"),
    CASE(
        "\x80\2ios\nsystem\n.", UNSUPPORTED,
        "byte 2: the pickle has the instruction 0x69, which torch.save does not write for tensors"),
    CASE(
        "\x80\2N\x81.", UNSUPPORTED,
        "byte 3: the pickle has the instruction 0x81, which torch.save does not write for tensors"),
    CASE("\x80\2N)R.", UNSUPPORTED, "byte 4: a call of what is no function that is known"),
    CASE("\x80\2ctorch\nFloatStorage\n)R.", UNSUPPORTED,
         "byte 23: a call of what is no function that is known"),
    CASE("\x80\2ccollections\nOrderedDict\nNR.", UNSUPPORTED,
         "byte 28: a call of what is no function that is known"),
    CASE("\x80\2ccollections\nOrderedDict\nN\x85R.", UNSUPPORTED,
         "byte 29: an OrderedDict made of something"),
    CASE("\x80\2ccollections\nOrderedDict\n}b.", UNSUPPORTED,
         "byte 28: attributes of what is no dict"),
    CASE("\x80\2ctorch._utils\n_rebuild_parameter\nNNN\x87R.", CORRUPT,
         "byte 39: a parameter must have a tensor"),
    CASE("\x80\2ctorch._utils\n_rebuild_tensor_v2\nNNN\x87R.", CORRUPT,
         "byte 39: a tensor must have a storage, an offset, a shape and strides"),
    CASE("\x80\2NQ.", CORRUPT, "byte 3: a persistent id that is no storage"),
    CASE("\x80\2(U\6modulectorch\nFloatStorage\nU\1kU\3cpuK\6tQ.", CORRUPT,
         "byte 42: a persistent id that is no storage"),
    CASE("\x80\2(U\7storagectorch\nFloatStorage\nU\1kU\3cpuJ\xff\xff\xff\xfftQ.", CORRUPT,
         "byte 46: a persistent id that is no storage"),
    CASE("\x80\2(U\7storagectorch\nFloatStorage\nU\1kU\3cpuK\6(U\1vK\3K\4ttQ.", CORRUPT,
         "byte 52: a storage that is a part outside the whole"),
    CASE("\x80\2(U\7storagectorch\nFloatStorage\nU\1kU\3cpuK\6(U\1vK\3ttQ.", CORRUPT,
         "byte 50: a storage that is a part outside the whole"),
};

static void all_else_is_refused_where_it_stands(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct gm_pickle_value value = {.kind = GM_PICKLE_LONG};
        struct gm_error error = {0};
        const enum gm_err err = run_bytes(refused[i].pickle, &value, &error);
        if (!refused[i].message) {
            assert_int_equal(err, GM_OK);
            continue;
        }
        assert_failed(err, &error, refused[i].code, refused[i].message);
        assert_int_equal(value.kind, GM_PICKLE_LONG);
        assert_int_equal(run_bytes(refused[i].pickle, &value, NULL), refused[i].code);
    }
}

// One thing at a time is not what a tensor's parts must be.
static void tensors_are_checked(void **state)
{
    (void)state;
    static const char *const tensors[][5] = {
        {"N", "K\1", "K\2\x85", "K\1\x85", ""},
        {STORAGE, "N", "K\2\x85", "K\1\x85", ""},
        {STORAGE, "J\xff\xff\xff\xff", "K\2\x85", "K\1\x85", ""},
        {STORAGE, "K\1", "N", "K\1\x85", ""},
        {STORAGE, "K\1", "J\xff\xff\xff\xff\x85", "K\1\x85", ""},
        {STORAGE, "K\1", "K\2\x85", "N\x85", ""},
        {STORAGE, "K\1", "K\2\x85", "K\1K\1\x86", ""},
        {STORAGE, "K\1", "K\2\x85", "K\1\x85", "NN"},
    };
    for (size_t i = 0; i < sizeof tensors / sizeof *tensors; i++) {
        struct gm_buffer pickle;
        struct gm_pickle_value value;
        struct gm_error error;
        gm_buffer_init(&pickle, 4096);
        gm_buffer_append(&pickle, "\x80\2ctorch._utils\n_rebuild_tensor_v2\n(", 36);
        if (i == 0)
            gm_buffer_append_c(&pickle, "N");
        else
            gm_buffer_append(&pickle, STORAGE, sizeof(STORAGE) - 1);
        for (size_t part = 1; part < 4; part++)
            gm_buffer_append_c(&pickle, tensors[i][part]);
        gm_buffer_append(&pickle, HOOKS, sizeof(HOOKS) - 1);
        gm_buffer_append_c(&pickle, tensors[i][4]);
        gm_buffer_append_c(&pickle, "tR.");
        const enum gm_err err = run_bytes(gm_buffer_str(&pickle), &value, &error);
        char message[128];
        snprintf(message, sizeof message,
                 "byte %zu: a tensor must have a storage, an offset, a shape and strides",
                 pickle.len - 2);
        assert_failed(err, &error, GM_ERR_CORRUPT, message);
        gm_buffer_finish(&pickle);
    }
}

static void memory_has_a_limit(void **state)
{
    (void)state;
    const size_t values = 2 << 20;
    char *bytes = malloc(values + 2);
    struct gm_pickle_value value;
    struct gm_error error;
    memcpy(bytes, "\x80\2", 2);
    memset(bytes + 2, 'N', values);
    assert_failed(run_bytes((struct gm_str){bytes, values + 2}, &value, &error), &error,
                  GM_ERR_LIMIT, "byte 1048578: more than 1048576 values");
    // Empty tuples, each of which takes memory.
    memset(bytes + 2, ')', values);
    gm_arena_finish(&arena);
    gm_arena_init(&arena, 4096, 1 << 20);
    assert_failed(run_bytes((struct gm_str){bytes, values + 2}, &value, &error), &error,
                  GM_ERR_NOMEM, error.message);
    gm_arena_finish(&arena);
    gm_arena_init(&arena, 4096, 64 << 20);
    free(bytes);
}

static void a_pickle_has_a_limit(void **state)
{
    (void)state;
    const size_t len = (size_t)GM_PICKLE_BYTES_MAX + 100;
    char *bytes = malloc(len);
    struct gm_pickle_value value;
    struct gm_error error;
    memcpy(bytes, "\x80\2", 2);
    for (size_t i = 2; i < len; i += 2) // does nothing, for ever
        memcpy(bytes + i, "\x80\2", 2);
    assert_failed(run_bytes((struct gm_str){bytes, len}, &value, &error), &error, GM_ERR_LIMIT,
                  "byte 67108864: a pickle of more than 64 MiB");
    free(bytes);
}

// Cut off anywhere it is refused; with any bit changed it does no harm.
static void pickles_broken_in_every_place(void **state)
{
    (void)state;
    static const char pickle[] = "\x80\2}(U\1aq\1" TENSOR "U\1b" TENSOR "u.";
    const size_t len = sizeof(pickle) - 1;
    struct gm_pickle_value value;
    for (size_t cut = 0; cut < len; cut++) {
        char *bytes = malloc(cut > 0 ? cut : 1);
        memcpy(bytes, pickle, cut);
        assert_int_equal(run_bytes((struct gm_str){bytes, cut}, &value, NULL), GM_ERR_CORRUPT);
        free(bytes);
    }
    for (size_t bit = 0; bit < len * 8; bit++) {
        char *bytes = malloc(len);
        size_t at = 0;
        memcpy(bytes, pickle, len);
        bytes[bit / 8] = (char)(bytes[bit / 8] ^ 1 << bit % 8);
        gm_arena_reset(&arena);
        (void)gm_unpickle((struct gm_str){bytes, len}, &at, &arena, &value, NULL);
        assert_true(at <= len);
        free(bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_values_are_built),
        cmocka_unit_test(containers_are_built),
        cmocka_unit_test(tensors_are_built),
        cmocka_unit_test(all_else_is_refused_where_it_stands),
        cmocka_unit_test(tensors_are_checked),
        cmocka_unit_test(memory_has_a_limit),
        cmocka_unit_test(a_pickle_has_a_limit),
        cmocka_unit_test(pickles_broken_in_every_place),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
