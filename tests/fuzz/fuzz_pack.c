// Any bytes are a pack: refused, or each section lies inside it, with what must be readable behind
// it. Since hardly any bytes have the right checksums, they are tried with these put right, too.
#include "fuzz.h"

#include "vibe/model/pack.h"
#include "vibe/model/pack_format.h"

#include <string.h>

static const char KEY[] = "key";

static void look_at_section(const struct gm_pack *pack, const struct gm_pack_entry *entry,
                            const char *bytes, size_t len)
{
    char name[GM_PACK_NAME_BYTES_MAX + 1] = "";
    const void *data = NULL;
    memcpy(name, entry->name, GM_PACK_NAME_BYTES_MAX);
    // Of several with one name, the first is found.
    if (gm_pack_section(pack, name, (size_t)entry->bytes, &data, NULL))
        return;
    const char *begin = data;
    FUZZ_MUST((uintptr_t)begin % GM_PACK_ALIGNMENT == 0 && begin >= bytes && begin <= bytes + len);
    FUZZ_MUST(entry->bytes + GM_PACK_ALIGNMENT <= (size_t)(bytes + len - begin));
}

static void open_bytes(const char *bytes, size_t len)
{
    struct gm_pack *pack = NULL;
    struct gm_pack_header header;
    struct gm_error error = {0};
    const enum gm_err err =
        gm_pack_open_bytes((struct gm_str){bytes, len}, gm_str(KEY), &pack, &error);
    FUZZ_MUST(err == error.code && (err == GM_OK) == (pack != NULL));
    if (err)
        return;
    memcpy(&header, bytes, sizeof header);
    for (uint32_t i = 0; i < header.sections; i++) {
        struct gm_pack_entry entry;
        memcpy(&entry, bytes + header.directory_at + i * sizeof entry, sizeof entry);
        look_at_section(pack, &entry, bytes, len);
    }
    gm_pack_close(pack);
}

static void put_right(char *bytes, size_t len)
{
    struct gm_pack_header header;
    memcpy(&header, bytes, sizeof header);
    memcpy(header.magic, GM_PACK_MAGIC, sizeof header.magic);
    header.version = GM_PACK_VERSION;
    header.file_bytes = len;
    header.key_hash = gm_pack_hash_of(XXH3_128bits(KEY, strlen(KEY)));
    header.body_hash = gm_pack_hash_of(XXH3_128bits(bytes + sizeof header, len - sizeof header));
    header.header_hash = gm_pack_header_hash(&header);
    memcpy(bytes, &header, sizeof header);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    const size_t room = (len + GM_PACK_ALIGNMENT) & ~(size_t)(GM_PACK_ALIGNMENT - 1);
    char *bytes = aligned_alloc(GM_PACK_ALIGNMENT, room);
    if (!bytes)
        return 0;
    if (len > 0)
        memcpy(bytes, data, len);
    open_bytes(bytes, len);
    if (len >= GM_PACK_HEADER_BYTES) {
        put_right(bytes, len);
        open_bytes(bytes, len);
    }
    free(bytes);
    return 0;
}
