// Where models are looked for, and where their packs lie.
#include "support.h"

#include "vibe/model/find.h"
#include "vibe/model/model_pack.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char NAME[] = "ProsusAI/finbert";

static const char *const variables[] = {"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME",
                                        "XDG_CACHE_HOME", "HOME"};

static int setup(void **state)
{
    for (size_t i = 0; i < 5; i++)
        unsetenv(variables[i]);
    return folder_setup(state);
}

// A test may have failed as another user, and left a folder that cannot be removed.
static int teardown(void **state)
{
    if (getuid() == 0)
        assert_int_equal(seteuid(0), 0);
    chmod(folder_path("m"), 0755);
    return folder_teardown(state);
}

static void write_model(const char *dir, const char *weights)
{
    folder_write(path_of(dir, "config.json"), gm_str("{}"));
    folder_write(path_of(dir, "vocab.txt"), gm_str("[PAD]\n"));
    folder_write(path_of(dir, weights), gm_str("some weights"));
}

static void assert_found(const char *data_dir, const char *dir, const char *expected)
{
    char found[GM_MODEL_PATH_BYTES_MAX];
    struct gm_error error = {0};
    if (gm_model_find(data_dir, NAME, dir, found, &error))
        fail_msg("%s", error.message);
    assert_string_equal(found, expected);
}

static void assert_not_found(const char *data_dir, const char *dir, enum gm_err code,
                             const char *message)
{
    char found[GM_MODEL_PATH_BYTES_MAX] = "untouched";
    struct gm_error error = {0};
    assert_failed(gm_model_find(data_dir, NAME, dir, found, &error), &error, code, message);
    assert_string_equal(found, "untouched");
}

static void a_folder_that_is_named_is_the_model(void **state)
{
    (void)state;
    char message[512];
    const char *dir = folder_path("mine");
    write_model("data/models/ProsusAI--finbert", "model.safetensors");
    snprintf(message, sizeof message, "%s: there is no such folder", dir);
    assert_not_found(folder_path("data"), dir, GM_ERR_NOT_FOUND, message);
    static const char *const parts[][2] = {
        {"mine/README", "config.json"},
        {"mine/config.json", "model.safetensors or pytorch_model.bin"},
        {"mine/pytorch_model.bin", "vocab.txt or tokenizer.json"},
    };
    for (size_t i = 0; i < 3; i++) {
        folder_write(parts[i][0], gm_str("x"));
        snprintf(message, sizeof message, "%s: %s is missing from the model", dir, parts[i][1]);
        assert_not_found(folder_path("data"), dir, GM_ERR_INVALID, message);
    }
    folder_write("mine/tokenizer.json", gm_str("x"));
    assert_found(folder_path("data"), dir, dir);
}

static void an_installed_model_is_found(void **state)
{
    (void)state;
    const char *data = folder_path("data"), *model = folder_path("data/models/ProsusAI--finbert");
    char message[512];
    snprintf(message, sizeof message,
             "the model ProsusAI/finbert is not installed; `ghostmarket model pull "
             "ProsusAI/finbert` does it; looked for %s",
             model);
    assert_not_found(data, NULL, GM_ERR_NOT_FOUND, message);
    folder_write("data/models/ProsusAI--finbert/config.json", gm_str("{}"));
    snprintf(message, sizeof message,
             "%s: model.safetensors or pytorch_model.bin is missing from the model", model);
    assert_not_found(data, NULL, GM_ERR_INVALID, message);
    write_model("data/models/ProsusAI--finbert", "model.safetensors.index.json");
    assert_found(data, NULL, model); // who opens it says that shards are not read
    write_model("data/models/ProsusAI--finbert", "pytorch_model.bin");
    assert_found(data, NULL, model);
}

// As huggingface_hub lays it out: files are links to blobs.
static void write_cached(const char *cache, const char *commit, const char *refs)
{
    char path[256], target[256];
    static const char *const files[] = {"config.json", "model.safetensors", "vocab.txt"};
    snprintf(path, sizeof path, "%s/models--ProsusAI--finbert/refs/main", cache);
    folder_write(path, gm_str(refs));
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/models--ProsusAI--finbert/blobs/%zu", cache, i);
        folder_write(path, gm_str("{}"));
        snprintf(path, sizeof path, "%s/models--ProsusAI--finbert/snapshots/%s/.made", cache,
                 commit);
        folder_write(path, gm_str(""));
        snprintf(path, sizeof path, "%s/models--ProsusAI--finbert/snapshots/%s/%s", cache, commit,
                 files[i]);
        snprintf(target, sizeof target, "../../blobs/%zu", i);
        assert_int_equal(symlink(target, folder_path(path)), 0);
    }
}

static void the_cache_is_where_the_environment_says(void **state)
{
    (void)state;
    static const char *const caches[] = {"a", "b", "c/hub", "d/huggingface/hub",
                                         "e/.cache/huggingface/hub"};
    static const char *const values[] = {"a", "b", "c", "d", "e"};
    char expected[4096], message[512];
    assert_not_found(NULL, NULL, GM_ERR_NOT_FOUND,
                     "the model ProsusAI/finbert is not installed; `ghostmarket model pull "
                     "ProsusAI/finbert` does it; looked for ");
    for (size_t i = 5; i-- > 0;) {
        assert_int_equal(setenv(variables[i], folder_path(values[i]), 1), 0);
        snprintf(message, sizeof message,
                 "the model ProsusAI/finbert is not installed; `ghostmarket model pull "
                 "ProsusAI/finbert` does it; looked for %s/models/ProsusAI--finbert and "
                 "%s/models--ProsusAI--finbert",
                 folder_path("data"), folder_path(caches[i]));
        assert_not_found(folder_path("data"), NULL, GM_ERR_NOT_FOUND, message);
        write_cached(caches[i], "4556d13015211d73dccd3fdd39d39232506f3e43",
                     "4556d13015211d73dccd3fdd39d39232506f3e43");
        snprintf(expected, sizeof expected, "%s/models--ProsusAI--finbert/snapshots/%s",
                 folder_path(caches[i]), "4556d13015211d73dccd3fdd39d39232506f3e43");
        assert_found(folder_path("data"), NULL, expected);
    }
    assert_int_equal(setenv("HF_HUB_CACHE", "", 1), 0); // as if it were not set
    snprintf(expected, sizeof expected, "%s/models--ProsusAI--finbert/snapshots/%s",
             folder_path("b"), "4556d13015211d73dccd3fdd39d39232506f3e43");
    assert_found(NULL, NULL, expected);
    write_model("data/models/ProsusAI--finbert", "model.safetensors");
    assert_found(folder_path("data"), NULL, folder_path("data/models/ProsusAI--finbert"));
}

static void half_of_a_model_in_the_cache_is_none(void **state)
{
    (void)state;
    static const char *const refs[] = {"",
                                       "../../../evil",
                                       "abc/def",
                                       "abcdef0",
                                       "xyz",
                                       "abc"
                                       "0000000000000000000000000000000000000000000000000000000000"
                                       "00000"};
    char found[GM_MODEL_PATH_BYTES_MAX];
    struct gm_error error;
    assert_int_equal(setenv("HF_HOME", folder_path("hf"), 1), 0);
    write_cached("hf/hub", "abcdef", "abcdef\n");
    assert_int_equal(gm_model_find(NULL, NAME, NULL, found, &error), GM_OK);
    for (size_t i = 0; i < sizeof refs / sizeof *refs; i++) {
        folder_write("hf/hub/models--ProsusAI--finbert/refs/main", gm_str(refs[i]));
        assert_int_equal(gm_model_find(NULL, NAME, NULL, found, &error), GM_ERR_NOT_FOUND);
    }
    folder_write("hf/hub/models--ProsusAI--finbert/refs/main", gm_str("abcdef"));
    assert_int_equal(unlink(folder_path("hf/hub/models--ProsusAI--finbert/blobs/1")), 0);
    assert_int_equal(gm_model_find(NULL, NAME, NULL, found, &error), GM_ERR_NOT_FOUND);
}

static void a_name_cannot_lead_elsewhere(void **state)
{
    (void)state;
    static const char *const names[] = {"", "..", "a/../b", "/etc", "a/b/c", "a--b", "a b", ".a"};
    char found[GM_MODEL_PATH_BYTES_MAX], message[128];
    struct gm_error error;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        snprintf(message, sizeof message, "%s: no name of a model; one is NAME or ORG/NAME",
                 names[i]);
        assert_failed(gm_model_find(folder(), names[i], NULL, found, &error), &error,
                      GM_ERR_INVALID, message);
    }
}

// ------------------------------------------------------------------------------------ packs

static enum gm_err fill(void *context, struct gm_pack_writer *writer, struct gm_error *error)
{
    void *data = NULL;
    ++*(int *)context;
    return gm_pack_writer_add(writer, "x", 1, &data, error);
}

static int fills_of(const char *dir, const char *data_dir, const char *kernels, char *ret_path)
{
    int fills = 0;
    struct gm_pack *pack = NULL;
    struct gm_error error = {0};
    if (gm_model_pack_obtain(dir, data_dir, kernels, fill, &fills, &pack, ret_path, &error))
        fail_msg("%s", error.message);
    gm_pack_close(pack);
    return fills;
}

static void a_pack_is_made_once_for_weights_and_kernels(void **state)
{
    (void)state;
    const char *dir = folder_path("m");
    char path[GM_MODEL_PATH_BYTES_MAX];
    write_model("m", "model.safetensors");
    assert_int_equal(fills_of(dir, NULL, "int8-avx2-1", path), 1);
    assert_string_equal(path, folder_path("m/ghostmarket-int8-avx2-1.pack"));
    assert_int_equal(fills_of(dir, NULL, "int8-avx2-1", NULL), 0);
    assert_int_equal(fills_of(dir, NULL, "f32-avx2-1", NULL), 1);
    assert_int_equal(fills_of(dir, NULL, "int8-avx2-1", NULL), 0);
    // Other weights, of another time alone, and another configuration.
    folder_write("m/model.safetensors", gm_str("same length!"));
    assert_int_equal(fills_of(dir, NULL, "int8-avx2-1", NULL), 1);
    for (long ns = 0; ns < 2; ns++) {
        const struct timespec times[2] = {{1, 0}, {1, ns}};
        assert_int_equal(utimensat(AT_FDCWD, folder_path("m/model.safetensors"), times, 0), 0);
        assert_int_equal(fills_of(dir, NULL, "int8-avx2-1", NULL), 1);
    }
    folder_write("m/config.json", gm_str("{ }"));
    assert_int_equal(fills_of(dir, NULL, "int8-avx2-1", NULL), 1);
    assert_int_equal(fills_of(dir, NULL, "int8-avx2-1", NULL), 0);
}

static void the_key_sees_both_ends(void **state)
{
    (void)state;
    const char *dir = folder_path("m");
    char first[GM_MODEL_KEY_BYTES], second[GM_MODEL_KEY_BYTES];
    const size_t len = 300000, places[] = {0, 65535, len - 65536, len - 1};
    char *weights = calloc(1, len);
    const struct timespec times[2] = {{1, 0}, {1, 0}};
    write_model("m", "model.safetensors");
    folder_write("m/model.safetensors", (struct gm_str){weights, len});
    utimensat(AT_FDCWD, folder_path("m/model.safetensors"), times, 0);
    assert_int_equal(gm_model_key(dir, "f32", first, NULL), GM_OK);
    for (size_t i = 0; i < 4; i++) {
        weights[places[i]] ^= 1;
        folder_write("m/model.safetensors", (struct gm_str){weights, len});
        utimensat(AT_FDCWD, folder_path("m/model.safetensors"), times, 0);
        assert_int_equal(gm_model_key(dir, "f32", second, NULL), GM_OK);
        assert_string_not_equal(first, second);
        weights[places[i]] ^= 1;
    }
    folder_write("m/model.safetensors", (struct gm_str){weights, len});
    utimensat(AT_FDCWD, folder_path("m/model.safetensors"), times, 0);
    assert_int_equal(gm_model_key(dir, "f32", second, NULL), GM_OK);
    assert_string_equal(first, second);
    assert_non_null(strstr(first, "model.safetensors 300000 1.000000000 "));
    free(weights);
}

// A user who may read the model and not write beside it.
static void a_model_of_another_user_is_packed_apart(void **state)
{
    (void)state;
    const char *dir = folder_path("m"), *data = folder_path("data");
    char path[GM_MODEL_PATH_BYTES_MAX], expected[GM_MODEL_PATH_BYTES_MAX];
    struct gm_pack *pack = NULL;
    struct gm_error error = {0};
    int fills = 0;
    const uid_t user = geteuid();
    write_model("m", "model.safetensors");
    assert_int_equal(mkdir(data, 0777), 0);
    assert_int_equal(chmod(data, 0777), 0);
    assert_int_equal(chmod(folder(), 0755), 0);
    assert_int_equal(chmod(dir, 0555), 0);
    if (user == 0) // to whom no mode matters
        assert_int_equal(seteuid(65534), 0);
    const int first = fills_of(dir, data, "f32-plain-1", path);
    const int second = fills_of(dir, data, "f32-plain-1", NULL);
    enum gm_err err_path = gm_model_pack_apart(dir, data, "f32-plain-1", expected, NULL);
    const enum gm_err err =
        gm_model_pack_obtain(dir, dir, "f32-plain-1", fill, &fills, &pack, NULL, &error);
    assert_int_equal(setenv("XDG_CACHE_HOME", folder_path("data/cache"), 1), 0);
    const int cached = fills_of(dir, NULL, "f32-plain-1", NULL);
    assert_int_equal(first, 1);
    assert_int_equal(second, 0);
    assert_int_equal(cached, 1);
    assert_int_equal(err_path, GM_OK);
    assert_string_equal(path, expected);
    assert_memory_equal(path, folder_path("data/packs/"), strlen(folder_path("data/packs/")));
    assert_failed_at(err, &error, GM_ERR_DENIED, folder_path("m/packs"), "Permission denied");
}

static void a_folder_of_another_user_may_be_closed(void **state)
{
    (void)state;
    char found[GM_MODEL_PATH_BYTES_MAX], path[GM_MODEL_PATH_BYTES_MAX];
    struct gm_error error = {0};
    const char *dir = folder_path("m");
    write_model("m", "model.safetensors");
    assert_int_equal(chmod(folder(), 0755), 0);
    assert_int_equal(chmod(dir, 0), 0);
    if (geteuid() == 0)
        assert_int_equal(seteuid(65534), 0);
    assert_failed_at(gm_model_find(NULL, NULL, dir, found, &error), &error, GM_ERR_DENIED, dir,
                     "Permission denied");
    assert_failed_at(gm_checkpoint_file(dir, path, &error), &error, GM_ERR_DENIED,
                     folder_path("m/model.safetensors"), "Permission denied");
    assert_failed_at(gm_model_find(NULL, NULL, folder_path("m/inner"), found, &error), &error,
                     GM_ERR_DENIED, folder_path("m/inner"), "Permission denied");
}

static void places_need_an_environment(void **state)
{
    (void)state;
    char path[GM_MODEL_PATH_BYTES_MAX];
    struct gm_error error;
    assert_failed(gm_model_pack_apart(folder(), NULL, "f32", path, &error), &error,
                  GM_ERR_NOT_FOUND, "neither XDG_CACHE_HOME nor HOME says where a cache may lie");
    setenv("HOME", "/home/x", 1);
    assert_int_equal(gm_model_pack_apart(folder(), NULL, "f32", path, &error), GM_OK);
    assert_memory_equal(path, "/home/x/.cache/ghostmarket/", 27);
    assert_string_equal(path + 27 + 16, "-f32.pack");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name_) cmocka_unit_test_setup_teardown(name_, setup, teardown)
        TEST(a_folder_that_is_named_is_the_model),
        TEST(an_installed_model_is_found),
        TEST(the_cache_is_where_the_environment_says),
        TEST(half_of_a_model_in_the_cache_is_none),
        TEST(a_name_cannot_lead_elsewhere),
        TEST(a_pack_is_made_once_for_weights_and_kernels),
        TEST(the_key_sees_both_ends),
        TEST(a_model_of_another_user_is_packed_apart),
        TEST(a_folder_of_another_user_may_be_closed),
        TEST(places_need_an_environment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
