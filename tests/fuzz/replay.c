// Gives every file of the folders named to a fuzz target, so that the corpus is a test of every
// build. The target aborts where it finds a fault.
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_BYTES_MAX = 16 * 1024 * 1024 };

static int replay_file(const char *folder, const char *name)
{
    char path[4096];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        return 1;
    }
    uint8_t *data = malloc(INPUT_BYTES_MAX);
    size_t size = data ? fread(data, 1, INPUT_BYTES_MAX, file) : 0;
    fclose(file);
    // A block of the exact size, so that a sanitizer sees a read past its end.
    uint8_t *input = data ? realloc(data, size > 0 ? size : 1) : NULL;
    if (!input) {
        free(data);
        return 1;
    }
    printf("%s: %zu bytes\n", name, size);
    fflush(stdout);
    LLVMFuzzerTestOneInput(input, size);
    free(input);
    return 0;
}

int main(int argc, char **argv)
{
    int failed = 0, files = 0;
    for (int i = 1; i < argc; i++) {
        DIR *folder = opendir(argv[i]);
        if (!folder) {
            perror(argv[i]);
            return 1;
        }
        for (struct dirent *entry; (entry = readdir(folder));) {
            if (entry->d_name[0] != '.') {
                failed |= replay_file(argv[i], entry->d_name);
                files++;
            }
        }
        closedir(folder);
    }
    printf("%d inputs\n", files);
    return failed || files == 0;
}
