// The weights of a folder: which file is taken, and that what is read is what was written.
#include "support.h"

#include "vibe/model/checkpoint.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static enum gm_err open_folder(struct gm_error *error)
{
    struct gm_checkpoint *checkpoint = NULL;
    const enum gm_err err = gm_checkpoint_open(folder(), &checkpoint, error);
    gm_checkpoint_close(checkpoint);
    return err;
}

static void the_file_is_looked_for(void **state)
{
    (void)state;
    struct gm_error error;
    char path[GM_MODEL_PATH_BYTES_MAX] = "untouched";
    assert_failed_at(open_folder(&error), &error, GM_ERR_NOT_FOUND, folder(),
                     "neither model.safetensors nor pytorch_model.bin is there");
    folder_write("model.safetensors.index.json", gm_str("{}"));
    assert_failed_at(open_folder(&error), &error, GM_ERR_UNSUPPORTED,
                     folder_path("model.safetensors.index.json"),
                     "weights in several files are not read; save them as one model.safetensors");
    assert_int_equal(gm_checkpoint_file(folder(), path, &error), GM_ERR_UNSUPPORTED);
    assert_string_equal(path, "untouched");
    folder_write("model.safetensors", gm_str("{\"a\":1}"));
    assert_failed_at(open_folder(&error), &error, GM_ERR_CORRUPT, folder_path("model.safetensors"),
                     "7 bytes: too short for a safetensors file");
    assert_int_equal(gm_checkpoint_file(folder(), path, &error), GM_OK);
    assert_string_equal(path, folder_path("model.safetensors"));
}

static void a_folder_in_the_way_is_no_file(void **state)
{
    (void)state;
    struct gm_error error;
    assert_int_equal(mkdir(folder_path("model.safetensors"), 0755), 0);
    assert_failed_at(open_folder(&error), &error, GM_ERR_INVALID, folder_path("model.safetensors"),
                     "not a regular file");
    assert_int_equal(rmdir(folder_path("model.safetensors")), 0);
    assert_int_equal(mkfifo(folder_path("model.safetensors"), 0644), 0);
    assert_failed_at(open_folder(&error), &error, GM_ERR_INVALID, folder_path("model.safetensors"),
                     "not a regular file");
}

static void a_path_too_long_is_refused(void **state)
{
    (void)state;
    char dir[GM_MODEL_PATH_BYTES_MAX + 1];
    struct gm_checkpoint *checkpoint = NULL;
    memset(dir, 'x', sizeof dir);
    dir[sizeof dir - 1] = '\0';
    assert_int_equal(gm_checkpoint_open(dir, &checkpoint, NULL), GM_ERR_LIMIT);
}

static void tensors_are_found_by_name(void **state)
{
    (void)state;
    struct safetensors_writer writer;
    struct gm_checkpoint *checkpoint = NULL;
    struct gm_error error;
    struct gm_tensor tensor = {.rank = 77};
    size_t index = 77;
    safetensors_init(&writer);
    safetensors_add(&writer, gm_str("b"), "F32", (int64_t[]){2}, 1, (float[]){1.5F, -2}, 8);
    safetensors_add(&writer, gm_str("a"), "U8", (int64_t[]){3}, 1, "abc", 3);
    safetensors_add(&writer, gm_str("ab"), "F16", (int64_t[]){1, 1}, 2, "\0\74", 2);
    const struct gm_str file = safetensors_end(&writer);
    folder_write("model.safetensors", file);
    free((void *)file.data);
    assert_int_equal(gm_checkpoint_open(folder(), &checkpoint, &error), GM_OK);
    assert_string_equal(gm_checkpoint_path(checkpoint), folder_path("model.safetensors"));
    assert_int_equal(gm_checkpoint_count(checkpoint), 3);
    assert_true(gm_str_equal(gm_checkpoint_name(checkpoint, 1), gm_str("ab")));
    assert_false(gm_checkpoint_find(checkpoint, gm_str("c"), &index));
    assert_int_equal(index, 77);
    assert_true(gm_checkpoint_find(checkpoint, gm_str("a"), &index));
    assert_failed_at(gm_checkpoint_tensor(checkpoint, index, &tensor, &error), &error,
                     GM_ERR_UNSUPPORTED, folder_path("model.safetensors"),
                     "tensor a has the dtype U8; f32, f16 and bf16 are read");
    assert_int_equal(tensor.rank, 77);
    assert_true(gm_checkpoint_find(checkpoint, gm_str("b"), &index));
    assert_int_equal(gm_checkpoint_tensor(checkpoint, index, &tensor, &error), GM_OK);
    float values[2];
    gm_tensor_read(&tensor, 0, 2, values);
    assert_true(values[0] == 1.5F && values[1] == -2.0F);
    assert_true(gm_checkpoint_find(checkpoint, gm_str("ab"), &index));
    assert_int_equal(gm_checkpoint_tensor(checkpoint, index, &tensor, &error), GM_OK);
    gm_tensor_read(&tensor, 0, 1, values);
    assert_true(values[0] == 1.0F);
    gm_checkpoint_close(checkpoint);
    gm_checkpoint_close(NULL);
}

// Pages of this process that are of files; on a tmpfs they count as shared memory.
static long file_kilobytes(void)
{
    char line[256];
    long sum = 0, kilobytes;
    FILE *status = fopen("/proc/self/status", "r");
    assert_non_null(status);
    while (fgets(line, sizeof line, status))
        if (sscanf(line, "RssFile: %ld", &kilobytes) == 1 ||
            sscanf(line, "RssShmem: %ld", &kilobytes) == 1)
            sum += kilobytes;
    fclose(status);
    return sum;
}

static void what_was_read_can_be_let_go_of(void **state)
{
    (void)state;
    enum { COUNT = 8 << 20 };
    struct safetensors_writer writer;
    struct gm_checkpoint *checkpoint = NULL;
    struct gm_tensor tensor;
    float *values = malloc(COUNT * sizeof *values), last = 0;
    for (int i = 0; i < COUNT; i++)
        values[i] = (float)i;
    safetensors_init(&writer);
    safetensors_add(&writer, gm_str("a"), "F32", (int64_t[]){COUNT}, 1, values, COUNT * 4);
    const struct gm_str file = safetensors_end(&writer);
    folder_write("model.safetensors", file);
    free((void *)file.data);
    assert_int_equal(gm_checkpoint_open(folder(), &checkpoint, NULL), GM_OK);
    assert_int_equal(gm_checkpoint_tensor(checkpoint, 0, &tensor, NULL), GM_OK);
    const long before = file_kilobytes();
    gm_tensor_read(&tensor, 0, COUNT, values);
    assert_true(file_kilobytes() > before + 30000);
    gm_checkpoint_drop(checkpoint);
    assert_true(file_kilobytes() < before + 2000);
    gm_tensor_read(&tensor, COUNT - 1, 1, &last);
    assert_true(last == (float)(COUNT - 1));
    gm_checkpoint_close(checkpoint);
    free(values);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_file_is_looked_for, folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(a_folder_in_the_way_is_no_file, folder_setup,
                                        folder_teardown),
        cmocka_unit_test(a_path_too_long_is_refused),
        cmocka_unit_test_setup_teardown(tensors_are_found_by_name, folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(what_was_read_can_be_let_go_of, folder_setup,
                                        folder_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
