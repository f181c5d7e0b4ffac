// Files for the feed's tests: a folder of their own, plain and gzip, whole and broken.
#ifndef TESTS_UNIT_FEED_FILES_H
#define TESTS_UNIT_FEED_FILES_H

#include <stddef.h>

// A test's folder; cmocka's setup and teardown. The teardown removes it and what is in it.
int files_setup(void **state);
int files_teardown(void **state);

// The path of a file in the folder; valid until the teardown. At most 32 paths a test.
const char *files_path(const char *name);

// Writes a file and returns its path.
const char *files_write(const char *name, const void *data, size_t len);
const char *files_write_text(const char *name, const char *text);

// Compresses into memory that the caller frees: one gzip member.
unsigned char *files_gzip(const void *data, size_t len, size_t *ret_len);

// Writes `text` as gzip in `members` parts of about the same size.
const char *files_write_gzip(const char *name, const char *text, size_t members);

// The whole of a file, with a NUL behind it, which the caller frees.
char *files_read(const char *path, size_t *ret_len);

#endif
