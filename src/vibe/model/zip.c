// A zip's table of contents, read from its end. The parts of the format that matter here, all
// little-endian:
//
//   local header     0 "PK\3\4"   26 u16 bytes of the name   28 u16 of the extra field
//                    30 the name, the extra field, the data
//   central header   0 "PK\1\2"    8 u16 flags (1: encrypted)   10 u16 method (0: stored)
//                    20 u32 bytes in the file   24 u32 bytes of the data   28 u16 of the name
//                    30 u16 of the extra field   32 u16 of the comment   34 u16 disk
//                    42 u32 where the local header begins
//                    46 the name, the extra field, the comment
//   zip64 end        0 "PK\6\6"   16 u32 disk   20 u32 disk   24 u64 entries here
//                    32 u64 entries   40 u64 bytes of the central headers   48 u64 their begin
//   zip64 locator    0 "PK\6\7"    4 u32 disk    8 u64 begin of the zip64 end   16 u32 disks
//   end              0 "PK\5\6"    4 u16 disk    6 u16 disk   8 u16 entries here
//                    10 u16 entries   12 u32 bytes of the central headers   16 u32 their begin
//                    20 u16 bytes of the comment
//
// A number that does not fit is all ones, and stands in the zip64 end or, for an entry, in its
// extra field 1. Local headers are only asked where the data begins: torch writes no sizes there.
// Checksums are not looked at, since torch can be told to write none.
#include "vibe/model/torch_file.h"

#include <inttypes.h>
#include <stdlib.h>

enum {
    LOCAL_BYTES = 30,
    CENTRAL_BYTES = 46,
    END64_BYTES = 56,
    LOCATOR_BYTES = 20,
    END_BYTES = 22,
};

// Where the central headers lie.
struct directory {
    uint64_t begin, bytes, entries;
};

static uint16_t u16_at(const char *data)
{
    uint16_t number;
    memcpy(&number, data, sizeof(number));
    return number;
}

static uint32_t u32_at(const char *data)
{
    uint32_t number;
    memcpy(&number, data, sizeof(number));
    return number;
}

static uint64_t u64_at(const char *data)
{
    uint64_t number;
    memcpy(&number, data, sizeof(number));
    return number;
}

static enum gm_err broken(uint64_t at, const char *what, struct gm_error *error)
{
    return gm_error_set(error, GM_ERR_CORRUPT, "byte %" PRIu64 ": %s", at, what);
}

// Finds the end record: the last one whose comment reaches to the end of the file.
static bool find_end(struct gm_str file, uint64_t *ret_at)
{
    for (uint64_t comment = 0; comment <= UINT16_MAX && END_BYTES + comment <= file.len;
         comment++) {
        const char *at = file.data + file.len - END_BYTES - comment;
        if (memcmp(at, "PK\5\6", 4) == 0 && u16_at(at + 20) == comment) {
            *ret_at = file.len - END_BYTES - comment;
            return true;
        }
    }
    return false;
}

static enum gm_err read_end64(struct gm_str file, uint64_t locator_at, struct directory *ret,
                              uint64_t *ret_at, struct gm_error *error)
{
    const char *locator = file.data + locator_at;
    const uint64_t at = u64_at(locator + 8);
    if (at > locator_at || locator_at - at < END64_BYTES ||
        memcmp(file.data + at, "PK\6\6", 4) != 0)
        return broken(locator_at, "the zip64 end is not where this says", error);
    const char *end = file.data + at;
    if (u32_at(locator + 4) != 0 || u32_at(locator + 16) > 1 || u32_at(end + 16) != 0 ||
        u32_at(end + 20) != 0 || u64_at(end + 24) != u64_at(end + 32))
        return broken(at, "a zip of several disks", error);
    *ret = (struct directory){u64_at(end + 48), u64_at(end + 40), u64_at(end + 32)};
    *ret_at = at;
    return GM_OK;
}

static enum gm_err read_end(struct gm_str file, struct directory *ret, struct gm_error *error)
{
    uint64_t at = 0;
    enum gm_err err = GM_OK;
    if (!find_end(file, &at))
        return broken(file.len, "the zip's end is missing: the file is cut off", error);
    const char *end = file.data + at;
    *ret = (struct directory){u32_at(end + 16), u32_at(end + 12), u16_at(end + 10)};
    if (at >= LOCATOR_BYTES && memcmp(end - LOCATOR_BYTES, "PK\6\7", 4) == 0)
        err = read_end64(file, at - LOCATOR_BYTES, ret, &at, error);
    else if (u16_at(end + 4) != 0 || u16_at(end + 6) != 0 || u16_at(end + 8) != u16_at(end + 10))
        err = broken(at, "a zip of several disks", error);
    if (err)
        return err;
    if (ret->begin > at || ret->bytes != at - ret->begin)
        return broken(at, "the zip's directory does not lie before its end", error);
    if (ret->entries > GM_ZIP_ENTRIES_MAX)
        return gm_error_set(error, GM_ERR_LIMIT, "byte %" PRIu64 ": more than %d entries", at,
                            GM_ZIP_ENTRIES_MAX);
    return GM_OK;
}

// Replaces the numbers that are all ones by those of the extra field 1, which has them in order.
static bool read_extra(struct gm_str extra, uint64_t *const numbers[], size_t count)
{
    while (extra.len >= 4) {
        const size_t bytes = u16_at(extra.data + 2);
        if (bytes > extra.len - 4)
            return false;
        size_t at = 4;
        if (u16_at(extra.data) == 1)
            for (size_t i = 0; i < count; i++) {
                if (*numbers[i] != UINT32_MAX)
                    continue;
                if (at + 8 > 4 + bytes)
                    return false;
                *numbers[i] = u64_at(extra.data + at);
                at += 8;
            }
        extra = (struct gm_str){extra.data + 4 + bytes, extra.len - 4 - bytes};
    }
    return true;
}

// Finds the data of an entry behind its local header.
static enum gm_err find_data(struct gm_str file, uint64_t limit, uint64_t bytes,
                             struct gm_zip_entry *entry, struct gm_error *error)
{
    const char *local = file.data + entry->begin;
    if (entry->begin > limit || limit - entry->begin < LOCAL_BYTES ||
        memcmp(local, "PK\3\4", 4) != 0)
        return broken(entry->begin, "an entry of the zip must begin here", error);
    const uint64_t name_bytes = u16_at(local + 26);
    const uint64_t head = LOCAL_BYTES + name_bytes + u16_at(local + 28);
    if (head > limit - entry->begin || name_bytes != entry->name.len ||
        memcmp(local + LOCAL_BYTES, entry->name.data, name_bytes) != 0)
        return broken(entry->begin, "an entry has another name than in the zip's directory", error);
    if (bytes > limit - entry->begin - head)
        return gm_error_set(error, GM_ERR_CORRUPT, "entry %.*s reaches beyond the zip's data",
                            GM_STR_ARG(entry->name));
    entry->data = (struct gm_str){local + head, (size_t)bytes};
    return GM_OK;
}

// Reads the central header at *at and moves behind it.
static enum gm_err read_entry(struct gm_str file, const struct directory *directory, uint64_t *at,
                              struct gm_zip_entry *ret_entry, struct gm_error *error)
{
    const uint64_t left = directory->begin + directory->bytes - *at;
    const char *central = file.data + *at;
    if (left < CENTRAL_BYTES || memcmp(central, "PK\1\2", 4) != 0)
        return broken(*at, "the zip's directory goes on with no entry", error);
    const size_t name_bytes = u16_at(central + 28), extra_bytes = u16_at(central + 30);
    const uint64_t whole = CENTRAL_BYTES + name_bytes + extra_bytes + u16_at(central + 32);
    uint64_t stored = u32_at(central + 20), bytes = u32_at(central + 24);
    uint64_t begin = u32_at(central + 42);
    uint64_t *const numbers[] = {&bytes, &stored, &begin};
    if (whole > left ||
        !read_extra((struct gm_str){central + CENTRAL_BYTES + name_bytes, extra_bytes}, numbers, 3))
        return broken(*at, "an entry of the zip's directory is too long", error);
    struct gm_zip_entry entry = {.name = {central + CENTRAL_BYTES, name_bytes}, .begin = begin};
    if (u16_at(central + 10) != 0 || (u16_at(central + 8) & 1) != 0 || stored != bytes)
        return gm_error_set(error, GM_ERR_UNSUPPORTED,
                            "entry %.*s is compressed or encrypted; torch.save does neither",
                            GM_STR_ARG(entry.name));
    const enum gm_err err = find_data(file, directory->begin, bytes, &entry, error);
    if (err)
        return err;
    *at += whole;
    *ret_entry = entry;
    return GM_OK;
}

static int compare_places(const void *a, const void *b)
{
    const struct gm_zip_entry *one = a, *other = b;
    return (one->begin > other->begin) - (one->begin < other->begin);
}

static int compare_names(const void *a, const void *b)
{
    const struct gm_zip_entry *one = a, *other = b;
    return gm_tensor_name_compare(one->name, other->name);
}

// Sorts the entries by name. None may overlap another, none have the name of another.
static enum gm_err check_entries(struct gm_str file, struct gm_zip_entry *entries, size_t count,
                                 struct gm_error *error)
{
    if (count == 0)
        return GM_OK;
    qsort(entries, count, sizeof(*entries), compare_places);
    for (size_t i = 1; i < count; i++)
        if (file.data + entries[i].begin < entries[i - 1].data.data + entries[i - 1].data.len)
            return gm_error_set(error, GM_ERR_CORRUPT, "entry %.*s overlaps another",
                                GM_STR_ARG(entries[i].name));
    qsort(entries, count, sizeof(*entries), compare_names);
    for (size_t i = 1; i < count; i++)
        if (gm_str_equal(entries[i].name, entries[i - 1].name))
            return gm_error_set(error, GM_ERR_CORRUPT, "entry %.*s stands there twice",
                                GM_STR_ARG(entries[i].name));
    return GM_OK;
}

enum gm_err gm_zip_read(struct gm_str file, struct gm_arena *arena,
                        struct gm_zip_entry **ret_entries, size_t *ret_count,
                        struct gm_error *error)
{
    struct directory directory = {0};
    enum gm_err err = read_end(file, &directory, error);
    if (err)
        return err;
    const size_t count = (size_t)directory.entries;
    struct gm_zip_entry *entries = gm_arena_alloc(arena, count * sizeof(*entries));
    if (!entries)
        return gm_error_set(error, GM_ERR_NOMEM, "no memory for %zu entries", count);
    uint64_t at = directory.begin;
    for (size_t i = 0; i < count && !err; i++)
        err = read_entry(file, &directory, &at, &entries[i], error);
    if (!err && at != directory.begin + directory.bytes)
        err = broken(at, "the zip's directory has more than its entries", error);
    if (!err)
        err = check_entries(file, entries, count, error);
    if (err)
        return err;
    *ret_entries = entries;
    *ret_count = count;
    return GM_OK;
}
