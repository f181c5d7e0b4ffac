// The format, as Hugging Face describes it:
//
//   0      u64, little-endian: N, the bytes of the header
//   8      N bytes of JSON, '{' first, filled up with spaces behind: an object with a member for
//          each tensor, {"dtype": "F32", "shape": [2, 3], "data_offsets": [begin, end]}, and maybe
//          "__metadata__", an object of strings
//   8 + N  the data, little-endian, row by row; offsets count from here. Each byte belongs to one
//          tensor.
#include "vibe/model/safetensors.h"

#include "base/json.h"

#include <inttypes.h>
#include <stdlib.h>

enum { LENGTH_BYTES = 8, RANK_MAX = 64 };

static const struct dtype {
    const char *name;
    unsigned bits;
} dtypes[] = {
    {"F32", 32},    {"F16", 16},    {"BF16", 16},   {"F64", 64},    {"I64", 64},
    {"I32", 32},    {"I16", 16},    {"I8", 8},      {"U64", 64},    {"U32", 32},
    {"U16", 16},    {"U8", 8},      {"BOOL", 8},    {"F8_E4M3", 8}, {"F8_E5M2", 8},
    {"F8_E8M0", 8}, {"F6_E2M3", 6}, {"F6_E3M2", 6}, {"F4", 4},      {"C64", 64},
};

// What the header says of one tensor.
struct described {
    struct gm_str dtype;
    int rank;                // -1: not said
    int64_t shape[RANK_MAX]; // as far as the rank goes
    int64_t begin, end;      // in the data; end -1: not said
};

static enum gm_err damaged(struct gm_str name, const char *what, struct gm_error *error)
{
    return gm_error_set(error, GM_ERR_CORRUPT, "tensor %.*s: %s", GM_STR_ARG(name), what);
}

// Reads an array of at most `max` whole numbers, none of them negative.
static enum gm_err read_integers(struct gm_json *json, int max, int64_t *ret_values, int *ret_count,
                                 struct gm_error *error)
{
    bool more = true;
    int count = 0;
    enum gm_err err = gm_json_array_begin(json, error);
    while (!err && !(err = gm_json_array_next(json, &more, error)) && more) {
        if (count == max)
            return gm_error_set(error, GM_ERR_LIMIT, "byte %zu: more than %d numbers",
                                (size_t)(json->at - json->start), max);
        err = gm_json_integer(json, &ret_values[count], error);
        if (!err && ret_values[count] < 0)
            return gm_error_set(error, GM_ERR_INVALID, "byte %zu: a number below 0",
                                (size_t)(json->at - json->start));
        count++;
    }
    if (!err)
        *ret_count = count;
    return err;
}

static enum gm_err read_offsets(struct gm_json *json, struct described *described,
                                struct gm_error *error)
{
    int64_t offsets[2];
    int count = 0;
    enum gm_err err = read_integers(json, 2, offsets, &count, error);
    if (err)
        return err;
    if (count != 2 || offsets[0] > offsets[1])
        return gm_error_set(error, GM_ERR_INVALID,
                            "byte %zu: data_offsets must be where a tensor begins and ends",
                            (size_t)(json->at - json->start));
    described->begin = offsets[0];
    described->end = offsets[1];
    return GM_OK;
}

static enum gm_err read_described(struct gm_json *json, struct described *ret_described,
                                  struct gm_error *error)
{
    struct described described = {.rank = -1, .end = -1};
    struct gm_str field = {NULL, 0};
    bool more = true;
    enum gm_err err = gm_json_object_begin(json, error);
    while (!err && !(err = gm_json_object_next(json, &more, &field, error)) && more) {
        if (gm_str_equal(field, gm_str("dtype")))
            err = gm_json_string(json, &described.dtype, error);
        else if (gm_str_equal(field, gm_str("shape")))
            err = read_integers(json, RANK_MAX, described.shape, &described.rank, error);
        else if (gm_str_equal(field, gm_str("data_offsets")))
            err = read_offsets(json, &described, error);
        else
            err = gm_json_skip(json, error);
    }
    if (!err)
        *ret_described = described;
    return err;
}

// Whether `bytes` are what a tensor of that dtype and shape takes.
static bool fills(const struct described *described, const struct dtype *dtype, uint64_t bytes)
{
    uint64_t bits = dtype->bits;
    for (int i = 0; i < described->rank; i++)
        if (described->shape[i] == 0)
            return bytes == 0;
    for (int i = 0; i < described->rank; i++)
        if (__builtin_mul_overflow(bits, (uint64_t)described->shape[i], &bits))
            return false;
    return bits % 8 == 0 && bits / 8 == bytes;
}

// Fills dtype and shape of the entry, or says why it cannot be read.
static enum gm_err set_kind(struct gm_tensor_list *list, const struct described *described,
                            struct gm_tensor_entry *entry, struct gm_error *error)
{
    static const enum gm_dtype read_as[] = {GM_DTYPE_F32, GM_DTYPE_F16, GM_DTYPE_BF16};
    const size_t readable = sizeof(read_as) / sizeof(read_as[0]);
    const size_t known = sizeof(dtypes) / sizeof(dtypes[0]);
    size_t kind = 0;
    while (kind < known && !gm_str_equal(described->dtype, gm_str(dtypes[kind].name)))
        kind++;
    if (kind < known && !fills(described, &dtypes[kind], entry->bytes))
        return damaged(entry->tensor.name, "its bytes are not what its dtype and shape take",
                       error);
    if (kind >= readable)
        return gm_tensor_entry_unread_dtype(list, described->dtype, entry, error);
    entry->tensor.dtype = read_as[kind];
    gm_tensor_entry_shape(entry, described->shape, described->rank);
    return GM_OK;
}

static enum gm_err add_tensor(struct gm_json *json, struct gm_str name, struct gm_str data,
                              struct gm_tensor_list *list, struct gm_error *error)
{
    struct described described;
    enum gm_err err = read_described(json, &described, error);
    if (err)
        return err;
    if (!described.dtype.data || described.rank < 0 || described.end < 0)
        return damaged(name, "its dtype, shape or data_offsets is missing", error);
    if ((uint64_t)described.end > data.len)
        return gm_error_set(error, GM_ERR_CORRUPT,
                            "tensor %.*s ends at byte %" PRId64 " of the data, of which there are "
                            "%zu: the file is cut off",
                            GM_STR_ARG(name), described.end, data.len);
    struct gm_tensor_entry entry = {.tensor = {.name = name, .data = data.data + described.begin},
                                    .bytes = (size_t)(described.end - described.begin)};
    err = set_kind(list, &described, &entry, error);
    return err ? err : gm_tensor_list_add(list, &entry, error);
}

static enum gm_err read_header(struct gm_json *json, struct gm_str data,
                               struct gm_tensor_list *list, struct gm_error *error)
{
    bool more = true;
    struct gm_str name = {NULL, 0};
    enum gm_err err = gm_json_object_begin(json, error);
    while (!err && !(err = gm_json_object_next(json, &more, &name, error)) && more)
        err = gm_str_equal(name, gm_str("__metadata__"))
                  ? gm_json_skip(json, error)
                  : add_tensor(json, name, data, list, error);
    return err ? err : gm_json_end(json, error);
}

static int compare_places(const void *a, const void *b)
{
    const struct gm_tensor_entry *one = a, *other = b;
    const uintptr_t at = (uintptr_t)one->tensor.data, other_at = (uintptr_t)other->tensor.data;
    if (at != other_at)
        return at < other_at ? -1 : 1;
    return (one->bytes > other->bytes) - (one->bytes < other->bytes);
}

// Each byte of the data must belong to one tensor.
static enum gm_err check_places(struct gm_tensor_list *list, struct gm_str data,
                                struct gm_error *error)
{
    const char *at = data.data;
    if (list->count > 0)
        qsort(list->entries, list->count, sizeof(*list->entries), compare_places);
    for (size_t i = 0; i < list->count; i++) {
        const struct gm_tensor_entry *entry = &list->entries[i];
        if ((const char *)entry->tensor.data < at)
            return damaged(entry->tensor.name, "it overlaps another tensor", error);
        if ((const char *)entry->tensor.data > at)
            return damaged(entry->tensor.name, "before it lie bytes of no tensor", error);
        at += entry->bytes;
    }
    if (at != data.data + data.len)
        return gm_error_set(error, GM_ERR_CORRUPT, "%zu bytes behind the last tensor",
                            (size_t)(data.data + data.len - at));
    return GM_OK;
}

enum gm_err gm_safetensors_read(struct gm_str file, struct gm_tensor_list *list,
                                struct gm_error *error)
{
    uint64_t header_bytes;
    if (file.len < LENGTH_BYTES)
        return gm_error_set(error, GM_ERR_CORRUPT, "%zu bytes: too short for a safetensors file",
                            file.len);
    memcpy(&header_bytes, file.data, LENGTH_BYTES);
    if (header_bytes > GM_SAFETENSORS_HEADER_BYTES_MAX)
        return gm_error_set(error, GM_ERR_LIMIT,
                            "byte 0: a header of %" PRIu64 " bytes; at most %d are read",
                            header_bytes, GM_SAFETENSORS_HEADER_BYTES_MAX);
    if (header_bytes > file.len - LENGTH_BYTES)
        return gm_error_set(error, GM_ERR_CORRUPT,
                            "the header ends at byte %" PRIu64 ", the file at byte %zu: cut off",
                            LENGTH_BYTES + header_bytes, file.len);
    const struct gm_str data = {file.data + LENGTH_BYTES + header_bytes,
                                file.len - LENGTH_BYTES - header_bytes};
    struct gm_json json;
    // The scanner begins behind the length, so that its errors count bytes of the file.
    gm_json_init(&json, (struct gm_str){file.data, LENGTH_BYTES + header_bytes}, &list->arena);
    json.at += LENGTH_BYTES;
    if (header_bytes == 0 || *json.at != '{')
        return gm_error_set(error, GM_ERR_CORRUPT, "byte 8: the header must begin with '{'");
    enum gm_err err = read_header(&json, data, list, error);
    if (err == GM_ERR_INVALID) { // as the scanner calls what is no JSON
        if (error)
            error->code = GM_ERR_CORRUPT;
        return GM_ERR_CORRUPT;
    }
    return err ? err : check_places(list, data, error);
}
