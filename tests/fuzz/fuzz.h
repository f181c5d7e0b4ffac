// What every fuzz target includes.
#ifndef GM_TESTS_FUZZ_FUZZ_H
#define GM_TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

// Called by libFuzzer or by replay.c.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

// What must hold for any input.
#define FUZZ_MUST(condition_)                                                                      \
    do {                                                                                           \
        if (!(condition_)) {                                                                       \
            fprintf(stderr, "%s:%d: must hold: %s\n", __FILE__, __LINE__, #condition_);            \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

#endif
