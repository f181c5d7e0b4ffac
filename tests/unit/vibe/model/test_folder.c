// The folder of models: locked, complete or not there, and the list of what is in it.
#include "../../test.h"

#include "vibe/model/folder.h"
#include "vibe/model/manifest.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COMMIT "4556d13015211d73dccd3fdd39d39232506f3e43"

static char models[64], command[128];

static int make_scratch(void **state)
{
    (void)state;
    snprintf(models, sizeof models, "/tmp/ghostmarket-folder-XXXXXX");
    return mkdtemp(models) ? 0 : -1;
}

static int remove_scratch(void **state)
{
    (void)state;
    snprintf(command, sizeof command, "rm -rf %s", models);
    return system(command);
}

static void write_file(const char *folder, const char *name, const char *text)
{
    char path[GM_FOLDER_PATH_BYTES + 64];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static bool exists(const char *folder, const char *name)
{
    char path[GM_FOLDER_PATH_BYTES + 64];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return access(path, F_OK) == 0;
}

static bool keep(const char *name)
{
    return strcmp(name, "keep") == 0;
}

static void one_at_a_time(void **state)
{
    (void)state;
    struct gm_folder first, second;
    struct gm_error error;
    assert_int_equal(gm_folder_init(&first, models, "a/b", &error), GM_OK);
    assert_int_equal(gm_folder_init(&second, models, "a/b", &error), GM_ERR_BUSY);
    assert_int_equal(gm_folder_init(&second, models, "a/c", &error), GM_OK);
    gm_folder_finish(&second);
    gm_folder_finish(&first);
    assert_int_equal(gm_folder_init(&second, models, "a/b", &error), GM_OK);
    gm_folder_finish(&second);
    assert_int_equal(gm_folder_init(&second, "/proc/nowhere", "a/b", &error), GM_ERR_NOT_FOUND);
}

static void installed_at_once_and_replaced(void **state)
{
    (void)state;
    struct gm_folder folder;
    struct gm_error error;
    for (int round = 0; round < 2; round++) {
        assert_int_equal(gm_folder_init(&folder, models, "org/name", &error), GM_OK);
        assert_string_equal(folder.name, "org--name");
        assert_int_equal(gm_folder_begin(&folder, &error), GM_OK);
        write_file(folder.partial_path, "keep", round ? "new" : "old");
        write_file(folder.partial_path, "stray", "x");
        assert_int_equal(mkdirat(folder.partial, "strays", 0700), 0);
        write_file(folder.partial_path, "strays/stray", "x");
        assert_true(gm_folder_free_bytes(&folder) > 0);
        assert_int_equal(gm_folder_install(&folder, keep, &error), GM_OK);
        assert_true(exists(folder.path, "keep"));
        assert_false(exists(folder.path, "stray"));
        assert_false(exists(folder.path, "strays"));
        assert_false(exists(models, folder.partial_name));
        gm_folder_finish(&folder);
        // What is made beside the model goes with it.
        if (round == 0)
            write_file(folder.path, "a.pack", "x");
        else
            assert_false(exists(folder.path, "a.pack"));
    }
}

static struct gm_manifest example(void)
{
    struct gm_manifest manifest = {
        .name = "org/name",
        .commit = COMMIT,
        .asked = "a \"branch\"",
        .endpoint = "https://hub.example",
        .files = 1u << GM_HUB_CONFIG | 1u << GM_HUB_SAFETENSORS,
    };
    manifest.infos[GM_HUB_CONFIG] =
        (struct gm_hub_file_info){.size_bytes = 3, .kind = GM_DIGEST_GIT_BLOB, .hex = COMMIT};
    manifest.infos[GM_HUB_SAFETENSORS] =
        (struct gm_hub_file_info){.size_bytes = 4, .kind = GM_DIGEST_SHA256, .hex = "abcd"};
    return manifest;
}

static void a_manifest_comes_back(void **state)
{
    (void)state;
    struct gm_error error;
    const struct gm_manifest manifest = example();
    struct gm_manifest read = {.name = ""};
    int fd = open(models, O_RDONLY | O_DIRECTORY);
    assert_int_equal(gm_manifest_read(models, &read, &error), GM_ERR_NOT_FOUND);
    assert_int_equal(gm_manifest_write(fd, models, &manifest, &error), GM_OK);
    assert_int_equal(gm_manifest_read(models, &read, &error), GM_OK);
    assert_string_equal(read.name, manifest.name);
    assert_string_equal(read.commit, manifest.commit);
    assert_string_equal(read.asked, manifest.asked);
    assert_string_equal(read.endpoint, manifest.endpoint);
    assert_int_equal(read.files, manifest.files);
    for (int file = 0; file < GM_HUB_FILE_COUNT; file++) {
        assert_int_equal(read.infos[file].size_bytes, manifest.infos[file].size_bytes);
        assert_int_equal(read.infos[file].kind, manifest.infos[file].kind);
        assert_string_equal(read.infos[file].hex, manifest.infos[file].hex);
    }
    assert_int_equal(gm_manifest_bytes(&read), 7);
    assert_false(gm_manifest_holds(&read, models));
    write_file(models, "config.json", "123");
    write_file(models, "model.safetensors", "1234");
    assert_true(gm_manifest_holds(&read, models));
    write_file(models, "model.safetensors", "123");
    assert_false(gm_manifest_holds(&read, models));
    write_file(models, GM_MANIFEST_FILE, "{\"model\":\"../x\"}");
    assert_int_equal(gm_manifest_read(models, &read, &error), GM_ERR_CORRUPT);
    assert_non_null(strstr(error.message, GM_MANIFEST_FILE));
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(one_at_a_time, make_scratch, remove_scratch),
        cmocka_unit_test_setup_teardown(installed_at_once_and_replaced, make_scratch,
                                        remove_scratch),
        cmocka_unit_test_setup_teardown(a_manifest_comes_back, make_scratch, remove_scratch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
