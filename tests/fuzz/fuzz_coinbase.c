// Any bytes are a message of Coinbase: refused, or read into values within their range.
#include "event/event.h"
#include "feed/live/coinbase_message.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct gm_arena arena;
    struct gm_coinbase_message message;
    gm_arena_init(&arena, 4096, 1 << 24);
    if (!gm_coinbase_read((struct gm_str){(const char *)data, size}, &arena, &message, NULL)) {
        FUZZ_MUST(message.kind != GM_COINBASE_TICKER ||
                  (message.price_usd >= GM_PRICE_MIN && message.price_usd <= GM_PRICE_MAX));
        FUZZ_MUST(gm_utf8_valid(message.product, NULL) && gm_utf8_valid(message.reason, NULL));
    }
    gm_arena_finish(&arena);
    return 0;
}
