// Letting go of pages that were read.
//
// What is read of the log stays mapped and counts as this process's memory, as much as the log is
// long. The pages are the page cache's: let go, they cost a minor fault when they are read again.
// LMDB does not tell where its map lies, but the kernel does.
#include "bus/embedded.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

// Reads a line of /proc/self/maps; false: it is not about the file.
static bool is_map_of(const char *line, const struct stat *file, uintptr_t *ret_begin,
                      uintptr_t *ret_end)
{
    unsigned major_number, minor_number;
    uint64_t inode;
    return sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %*s %*x %x:%x %" SCNu64, ret_begin, ret_end,
                  &major_number, &minor_number, &inode) == 5 &&
           inode == file->st_ino && major_number == major(file->st_dev) &&
           minor_number == minor(file->st_dev);
}

void gm_embedded_release_pages(const struct gm_embedded *log)
{
    char line[512];
    struct stat file;
    uintptr_t begin, end;
    FILE *maps = stat(log->data_path, &file) == 0 ? fopen("/proc/self/maps", "re") : NULL;
    if (!maps)
        return; // memory that is not let go is no failure
    while (fgets(line, sizeof line, maps))
        if (is_map_of(line, &file, &begin, &end))
            (void)madvise((void *)begin, end - begin, MADV_DONTNEED);
    fclose(maps);
}
