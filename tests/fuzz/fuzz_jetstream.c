// Any bytes are an event of Jetstream: refused, or read into texts that can be passed on.
#include "feed/live/jetstream_message.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct gm_arena arena;
    struct gm_jetstream_message message;
    gm_arena_init(&arena, 4096, 1 << 24);
    if (!gm_jetstream_read((struct gm_str){(const char *)data, size}, &arena, &message, NULL)) {
        FUZZ_MUST(message.time_us > 0);
        FUZZ_MUST(!message.is_post || (message.did.len > 0 && message.rkey.len > 0));
        FUZZ_MUST(!message.is_post || gm_utf8_valid(message.text, NULL));
    }
    gm_arena_finish(&arena);
    return 0;
}
