// Any bytes are what a server sends: its answer to the handshake, and frames. What is read lies in
// the input, never goes past it, and does not depend on how much of what follows has come.
#include "base/websocket_frame.h"

#include "fuzz.h"

#include <string.h>

enum { PAYLOAD_BYTES_MAX = 4096 };

static void check_frames(struct gm_str bytes)
{
    for (;;) {
        struct gm_websocket_frame frame, again;
        size_t taken, taken_again;
        if (gm_websocket_read_frame(bytes, PAYLOAD_BYTES_MAX, &frame, &taken, NULL) || taken == 0)
            return;
        FUZZ_MUST(taken <= bytes.len && frame.payload.len <= PAYLOAD_BYTES_MAX);
        FUZZ_MUST(frame.payload.data >= bytes.data &&
                  frame.payload.data + frame.payload.len == bytes.data + taken);
        FUZZ_MUST(gm_websocket_read_frame((struct gm_str){bytes.data, taken}, PAYLOAD_BYTES_MAX,
                                          &again, &taken_again, NULL) == GM_OK);
        FUZZ_MUST(taken_again == taken && again.final == frame.final);
        FUZZ_MUST(gm_websocket_read_frame((struct gm_str){bytes.data, taken - 1}, PAYLOAD_BYTES_MAX,
                                          &again, &taken_again, NULL) == GM_OK);
        FUZZ_MUST(taken_again == 0);
        bytes = (struct gm_str){bytes.data + taken, bytes.len - taken};
    }
}

static void check_answer(struct gm_str bytes)
{
    int status = 0;
    size_t taken;
    if (gm_websocket_read_answer(bytes, "dGhlIHNhbXBsZSBub25jZQ==", &status, &taken, NULL) ||
        taken == 0)
        return;
    FUZZ_MUST(taken <= bytes.len && status >= 100 && status <= 599);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *copy = malloc(size > 0 ? size : 1); // so that the sanitizer sees a byte read too many
    if (!copy)
        return 0;
    if (size > 0)
        memcpy(copy, data, size);
    check_frames((struct gm_str){copy, size});
    check_answer((struct gm_str){copy, size});
    free(copy);
    return 0;
}
