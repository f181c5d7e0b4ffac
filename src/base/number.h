// Numbers as text, exactly: the shortest decimal that reads back as the same double, and the
// double nearest to a decimal. Independent of the locale.
#ifndef GM_BASE_NUMBER_H
#define GM_BASE_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { GM_NUMBER_BYTES = 32 }; // room for any number written here

// Writes the shortest form that round-trips (0.1, 62450, 1e-07), no NUL; returns its length.
// `value` must be finite.
size_t gm_number_write(double value, char out[GM_NUMBER_BYTES]);

// Writes a whole number, no NUL; returns its length.
size_t gm_number_write_int(int64_t value, char out[GM_NUMBER_BYTES]);

// Reads all of text[0..len) as a JSON number (RFC 8259: no leading +, no leading zeros, no hex, no
// inf). False when it is not one or is beyond double's range; then *ret_value is untouched.
bool gm_number_read(const char *text, size_t len, double *ret_value);

#ifdef __cplusplus
}
#endif

#endif
