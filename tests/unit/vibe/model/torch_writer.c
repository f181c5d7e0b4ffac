// Pickles, zips and files of torch for the tests.
#include "torch_writer.h"

#include <stdlib.h>

enum { OUT_BYTES_MAX = 16 << 20 };

static void put(struct gm_buffer *out, uint64_t number, size_t bytes)
{
    gm_buffer_append(out, &number, bytes);
}

// ------------------------------------------------------------------------------------ pickles

void pickle_text(struct gm_buffer *out, const char *text)
{
    gm_buffer_append_byte(out, 'X');
    put(out, strlen(text), 4);
    gm_buffer_append_c(out, text);
}

void pickle_int(struct gm_buffer *out, int64_t value)
{
    if (value >= 0 && value < 256) {
        gm_buffer_append_byte(out, 'K');
        put(out, (uint64_t)value, 1);
    } else if (value >= 0 && value < 65536) {
        gm_buffer_append_byte(out, 'M');
        put(out, (uint64_t)value, 2);
    } else if (value == (int32_t)value) {
        gm_buffer_append_byte(out, 'J');
        put(out, (uint64_t)value, 4);
    } else {
        gm_buffer_append(out, "\x8a\x08", 2);
        put(out, (uint64_t)value, 8);
    }
}

void pickle_ints(struct gm_buffer *out, const int64_t *values, int count)
{
    static const char tuples[] = {')', (char)0x85, (char)0x86, (char)0x87};
    if (count > 3)
        gm_buffer_append_byte(out, '(');
    for (int i = 0; i < count; i++)
        pickle_int(out, values[i]);
    gm_buffer_append_byte(out, count > 3 ? 't' : tuples[count]);
}

void pickle_global(struct gm_buffer *out, const char *module, const char *name)
{
    gm_buffer_printf(out, "c%s\n%s\n", module, name);
}

void pickle_view(struct gm_buffer *out, const struct view *view, bool legacy)
{
    pickle_text(out, view->name);
    pickle_global(out, "torch._utils", "_rebuild_tensor_v2");
    gm_buffer_append_c(out, "((");
    pickle_text(out, "storage");
    pickle_global(out, "torch", view->type);
    pickle_text(out, view->key);
    pickle_text(out, "cpu");
    pickle_int(out, view->stored);
    gm_buffer_append_c(out, legacy ? "NtQ" : "tQ");
    pickle_int(out, view->offset);
    pickle_ints(out, view->shape, view->rank);
    pickle_ints(out, view->stride, view->rank);
    gm_buffer_append_byte(out, (char)0x89); // False: no gradient is wanted
    pickle_global(out, "collections", "OrderedDict");
    gm_buffer_append_c(out, ")RtR");
}

void pickle_state(struct gm_buffer *out, const struct view *views, size_t count, bool legacy)
{
    gm_buffer_append_c(out, "\x80\x02");
    pickle_global(out, "collections", "OrderedDict");
    gm_buffer_append_c(out, ")R(");
    for (size_t i = 0; i < count; i++)
        pickle_view(out, &views[i], legacy);
    gm_buffer_append_c(out, "u}(");
    pickle_text(out, "_metadata");
    gm_buffer_append_c(out, "}ub.");
}

// --------------------------------------------------------------------------------------- zips

void zip_init(struct zip_writer *writer, bool zip64)
{
    writer->entries = 0;
    writer->zip64 = zip64;
    gm_buffer_init(&writer->data, OUT_BYTES_MAX);
    gm_buffer_init(&writer->directory, OUT_BYTES_MAX);
}

// As torch does it: the local header has no sizes, a record behind the data has them, and a field
// before the data puts it at a multiple of 64.
void zip_add(struct zip_writer *writer, const char *name, struct gm_str data)
{
    static const char zeros[64];
    struct gm_buffer *out = &writer->data, *directory = &writer->directory;
    const size_t begin = out->len, name_bytes = strlen(name);
    const size_t padding = 63 - (begin + 30 + name_bytes + 4 + 63) % 64;
    gm_buffer_append(out, "PK\3\4\0\0\10\10\0\0\0\0\0\0", 14);
    gm_buffer_append(out, zeros, 12); // checksum, sizes
    put(out, name_bytes, 2);
    put(out, 4 + padding, 2);
    gm_buffer_append_c(out, name);
    gm_buffer_append(out, "FB", 2);
    put(out, padding, 2);
    gm_buffer_append(out, zeros, padding);
    gm_buffer_append_str(out, data);
    gm_buffer_append(out, "PK\7\10", 4);
    put(out, 0, 4);
    put(out, data.len, 4);
    put(out, data.len, 4);

    const uint64_t small = writer->zip64 ? UINT32_MAX : data.len;
    gm_buffer_append(directory, "PK\1\2\0\0\0\0\10\10\0\0\0\0\0\0", 16);
    put(directory, 0, 4); // checksum
    put(directory, small, 4);
    put(directory, small, 4);
    put(directory, name_bytes, 2);
    put(directory, writer->zip64 ? 4 + 3 + 4 + 24 : 0, 2);
    gm_buffer_append(directory, zeros, 10); // comment, disk, attributes
    put(directory, writer->zip64 ? UINT32_MAX : begin, 4);
    gm_buffer_append_c(directory, name);
    if (writer->zip64) {
        gm_buffer_append(directory, "xx\3\0abc\1\0\30\0", 11); // a field that nobody knows, and 1
        put(directory, data.len, 8);
        put(directory, data.len, 8);
        put(directory, begin, 8);
    }
    writer->entries++;
}

struct gm_str zip_end(struct zip_writer *writer)
{
    struct gm_buffer *out = &writer->data;
    const size_t begin = out->len, bytes = writer->directory.len;
    const size_t end64 = begin + bytes;
    gm_buffer_append_str(out, gm_buffer_str(&writer->directory));
    if (writer->zip64) {
        gm_buffer_append(out, "PK\6\6\54\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 24);
        put(out, writer->entries, 8);
        put(out, writer->entries, 8);
        put(out, bytes, 8);
        put(out, begin, 8);
        gm_buffer_append(out, "PK\6\7\0\0\0\0", 8);
        put(out, end64, 8);
        put(out, 1, 4);
    }
    gm_buffer_append(out, "PK\5\6\0\0\0\0", 8);
    put(out, writer->zip64 ? UINT16_MAX : writer->entries, 2);
    put(out, writer->zip64 ? UINT16_MAX : writer->entries, 2);
    put(out, writer->zip64 ? UINT32_MAX : bytes, 4);
    put(out, writer->zip64 ? UINT32_MAX : begin, 4);
    put(out, 0, 2);
    assert_int_equal(gm_buffer_ok(out, NULL), GM_OK);
    gm_buffer_finish(&writer->directory);
    return gm_buffer_str(out);
}

// ---------------------------------------------------------------------------- files of torch

struct gm_str torch_zip(const struct view *views, size_t count, const struct storage *storages,
                        size_t storage_count)
{
    struct zip_writer writer;
    struct gm_buffer pickle;
    char name[64];
    zip_init(&writer, false);
    gm_buffer_init(&pickle, OUT_BYTES_MAX);
    pickle_state(&pickle, views, count, false);
    zip_add(&writer, "any/data.pkl", gm_buffer_str(&pickle));
    zip_add(&writer, "any/byteorder", gm_str("little"));
    for (size_t i = 0; i < storage_count; i++) {
        snprintf(name, sizeof name, "any/data/%s", storages[i].key);
        zip_add(&writer, name, storages[i].data);
    }
    zip_add(&writer, "any/version", gm_str("3\n"));
    gm_buffer_finish(&pickle);
    return zip_end(&writer);
}

struct gm_str torch_legacy(const struct view *views, size_t count, const struct storage *storages,
                           size_t storage_count)
{
    struct gm_buffer out;
    gm_buffer_init(&out, OUT_BYTES_MAX);
    gm_buffer_append_c(&out, "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.");
    gm_buffer_append_c(&out, "\x80\x02M\xe9\x03.");
    gm_buffer_append_c(&out, "\x80\x02}(");
    pickle_text(&out, "protocol_version");
    pickle_int(&out, 1001);
    pickle_text(&out, "little_endian");
    gm_buffer_append_c(&out, "\x88u.");
    pickle_state(&out, views, count, true);
    gm_buffer_append_c(&out, "\x80\x02](");
    for (size_t i = 0; i < storage_count; i++)
        pickle_text(&out, storages[i].key);
    gm_buffer_append_c(&out, "e.");
    for (size_t i = 0; i < storage_count; i++) {
        put(&out, (uint64_t)storages[i].elements, 8);
        gm_buffer_append_str(&out, storages[i].data);
    }
    assert_int_equal(gm_buffer_ok(&out, NULL), GM_OK);
    return gm_buffer_str(&out);
}
