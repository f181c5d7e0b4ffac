// Folders, files and safetensors for the tests of src/vibe/model.
#include "support.h"

#include <errno.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder_name[64];

int folder_setup(void **state)
{
    (void)state;
    snprintf(folder_name, sizeof folder_name, "/tmp/gm-model-XXXXXX");
    return mkdtemp(folder_name) ? 0 : -1;
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status, (void)kind, (void)place;
    return remove(path);
}

int folder_teardown(void **state)
{
    (void)state;
    return nftw(folder_name, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

const char *folder(void)
{
    return folder_name;
}

const char *path_of(const char *dir, const char *name)
{
    static char paths[128][512];
    static unsigned next;
    char *path = paths[next++ % 128];
    const int len = snprintf(path, sizeof paths[0], "%s/%s", dir, name);
    assert_true(len > 0 && (size_t)len < sizeof paths[0]);
    return path;
}

const char *folder_path(const char *name)
{
    return path_of(folder_name, name);
}

static void make_folders(const char *path)
{
    char partial[4096];
    snprintf(partial, sizeof partial, "%s", path);
    for (char *at = partial + strlen(folder_name) + 1; (at = strchr(at, '/')); at++) {
        *at = '\0';
        assert_true(mkdir(partial, 0755) == 0 || errno == EEXIST);
        *at = '/';
    }
}

void folder_write(const char *name, struct gm_str bytes)
{
    const char *path = folder_path(name);
    make_folders(path);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes.data, 1, bytes.len, file), bytes.len);
    assert_int_equal(fclose(file), 0);
}

struct gm_str read_file(const char *path)
{
    struct stat status;
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_int_equal(fstat(fileno(file), &status), 0);
    char *data = malloc((size_t)status.st_size + 1);
    assert_non_null(data);
    assert_int_equal(fread(data, 1, (size_t)status.st_size, file), status.st_size);
    fclose(file);
    return (struct gm_str){data, (size_t)status.st_size};
}

const char *golden_dir(const char *name)
{
    return path_of(GOLDEN_MODELS, name);
}

void assert_failed(enum gm_err err, const struct gm_error *error, enum gm_err code,
                   const char *message)
{
    if (err != code)
        fail_msg("%s instead of %s: %s", gm_err_name(err), gm_err_name(code),
                 err ? error->message : "");
    assert_int_equal(error->code, code);
    assert_string_equal(error->message, message);
}

void assert_failed_at(enum gm_err err, const struct gm_error *error, enum gm_err code,
                      const char *path, const char *message)
{
    char whole[GM_ERROR_MESSAGE_BYTES];
    snprintf(whole, sizeof whole, "%s: %s", path, message);
    assert_failed(err, error, code, whole);
}

enum { FILE_BYTES_MAX = 64 << 20 };

void safetensors_init(struct safetensors_writer *writer)
{
    gm_buffer_init(&writer->header, FILE_BYTES_MAX);
    gm_buffer_init(&writer->data, FILE_BYTES_MAX);
}

void safetensors_add(struct safetensors_writer *writer, struct gm_str name, const char *dtype,
                     const int64_t *shape, int rank, const void *data, size_t bytes)
{
    struct gm_buffer *header = &writer->header;
    gm_buffer_printf(header, "%s\"%.*s\":{\"dtype\":\"%s\",\"shape\":[",
                     header->len > 0 ? "," : "{", GM_STR_ARG(name), dtype);
    for (int i = 0; i < rank; i++)
        gm_buffer_printf(header, "%s%" PRId64, i > 0 ? "," : "", shape[i]);
    gm_buffer_printf(header, "],\"data_offsets\":[%zu,%zu]}", writer->data.len,
                     writer->data.len + bytes);
    gm_buffer_append(&writer->data, data, bytes);
}

static struct gm_str join(struct gm_str header, struct gm_str data)
{
    const uint64_t header_bytes = header.len;
    char *file = malloc(sizeof header_bytes + header.len + data.len);
    assert_non_null(file);
    memcpy(file, &header_bytes, sizeof header_bytes);
    memcpy(file + sizeof header_bytes, header.data, header.len);
    if (data.len > 0)
        memcpy(file + sizeof header_bytes + header.len, data.data, data.len);
    return (struct gm_str){file, sizeof header_bytes + header.len + data.len};
}

struct gm_str safetensors_end(struct safetensors_writer *writer)
{
    gm_buffer_append_c(&writer->header, writer->header.len > 0 ? "}" : "{}");
    assert_int_equal(gm_buffer_ok(&writer->header, NULL), GM_OK);
    assert_int_equal(gm_buffer_ok(&writer->data, NULL), GM_OK);
    const struct gm_str file = join(gm_buffer_str(&writer->header), gm_buffer_str(&writer->data));
    gm_buffer_finish(&writer->header);
    gm_buffer_finish(&writer->data);
    return file;
}

struct gm_str safetensors_of(const char *header, size_t data_bytes)
{
    char data[256];
    assert_true(data_bytes <= sizeof data);
    for (size_t i = 0; i < data_bytes; i++)
        data[i] = (char)i;
    return join(gm_str(header), (struct gm_str){data, data_bytes});
}

const char *golden_copy(const char *model, const char *name)
{
    static const char *const files[] = {"config.json", "vocab.txt", "model.safetensors",
                                        "pytorch_model.bin"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        const char *from = path_of(golden_dir(model), files[i]);
        char to[512];
        if (access(from, F_OK) != 0)
            continue;
        const struct gm_str bytes = read_file(from);
        snprintf(to, sizeof to, "%s/%s", name, files[i]);
        folder_write(to, bytes);
        free((char *)bytes.data);
    }
    return folder_path(name);
}
