// Files for the feed's tests.
#include "files.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

enum { PATHS_MAX = 32 };

static char folder[64];
static char paths[PATHS_MAX][256];
static size_t path_count;

int files_setup(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "/tmp/gm-feed-XXXXXX");
    path_count = 0;
    return mkdtemp(folder) ? 0 : -1;
}

int files_teardown(void **state)
{
    (void)state;
    DIR *dir = opendir(folder);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        char path[sizeof folder + sizeof entry->d_name];
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        unlink(path);
    }
    if (dir)
        closedir(dir);
    return rmdir(folder);
}

const char *files_path(const char *name)
{
    assert_true(path_count < PATHS_MAX);
    char *path = paths[path_count++];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

const char *files_write(const char *name, const void *data, size_t len)
{
    const char *path = files_path(name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
    return path;
}

const char *files_write_text(const char *name, const char *text)
{
    return files_write(name, text, strlen(text));
}

unsigned char *files_gzip(const void *data, size_t len, size_t *ret_len)
{
    size_t room = compressBound(len) + 64;
    unsigned char *gzip = malloc(room);
    assert_non_null(gzip);
    z_stream z = {.next_in = (unsigned char *)data,
                  .avail_in = (uInt)len,
                  .next_out = gzip,
                  .avail_out = (uInt)room};
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    *ret_len = room - z.avail_out;
    deflateEnd(&z);
    return gzip;
}

const char *files_write_gzip(const char *name, const char *text, size_t members)
{
    const char *path = files_path(name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    size_t len = strlen(text);
    for (size_t i = 0; i < members; i++) {
        size_t from = len * i / members, to = len * (i + 1) / members, gzip_len;
        unsigned char *gzip = files_gzip(text + from, to - from, &gzip_len);
        assert_int_equal(fwrite(gzip, 1, gzip_len, file), gzip_len);
        free(gzip);
    }
    assert_int_equal(fclose(file), 0);
    return path;
}

char *files_read(const char *path, size_t *ret_len)
{
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    size_t len = (size_t)ftell(file);
    rewind(file);
    char *data = malloc(len + 1);
    assert_non_null(data);
    assert_int_equal(fread(data, 1, len, file), len);
    data[len] = '\0';
    fclose(file);
    *ret_len = len;
    return data;
}
