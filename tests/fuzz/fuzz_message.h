// The fuzz target of one message: what is taken can be written, and what is written is taken again
// and says the same.
#ifndef GM_TESTS_FUZZ_FUZZ_MESSAGE_H
#define GM_TESTS_FUZZ_FUZZ_MESSAGE_H

#include "fuzz.h"

#include "event/event.h"

#include <string.h>

#define FUZZ_MESSAGE(kind_)                                                                        \
    int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)                                    \
    {                                                                                              \
        struct gm_arena arena;                                                                     \
        struct gm_buffer first, second;                                                            \
        struct gm_##kind_ message;                                                                 \
        struct gm_error error = {0};                                                               \
        gm_arena_init(&arena, 4096, 4 << 20);                                                      \
        gm_buffer_init(&first, 4 << 20);                                                           \
        gm_buffer_init(&second, 4 << 20);                                                          \
        struct gm_str json = {(const char *)data, len};                                            \
        enum gm_err err = gm_##kind_##_decode(json, &arena, &message, &error);                     \
        FUZZ_MUST(err == error.code);                                                              \
        FUZZ_MUST(!err == !error.message[0]);                                                      \
        FUZZ_MUST(gm_utf8_valid(gm_str(error.message), NULL));                                     \
        if (!err) {                                                                                \
            gm_##kind_##_encode(&message, &first);                                                 \
            FUZZ_MUST(gm_buffer_ok(&first, NULL) == GM_OK);                                        \
            FUZZ_MUST(!gm_##kind_##_decode(gm_buffer_str(&first), &arena, &message, NULL));        \
            gm_##kind_##_encode(&message, &second);                                                \
            FUZZ_MUST(gm_str_equal(gm_buffer_str(&first), gm_buffer_str(&second)));                \
        }                                                                                          \
        gm_buffer_finish(&first);                                                                  \
        gm_buffer_finish(&second);                                                                 \
        gm_arena_finish(&arena);                                                                   \
        return 0;                                                                                  \
    }

#endif
