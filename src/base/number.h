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

// Writes `value`, which must be finite, with the fewest characters that read back as the same
// double (0.1, 1e-07, 1.5e+20); whole numbers below 1e15 in full (62450, 100000). It is valid JSON,
// without a NUL. Returns its length.
size_t gm_number_write(double value, char out[GM_NUMBER_BYTES]);

// Writes a whole number, no NUL; returns its length.
size_t gm_number_write_int(int64_t value, char out[GM_NUMBER_BYTES]);

// The length of the JSON number (RFC 8259) that stands at the start of text[0..len); 0: none does.
// What follows it is the caller's to judge: "01" gives 1.
size_t gm_number_scan(const char *text, size_t len);

// Reads all of text[0..len) as a JSON number (RFC 8259: no leading +, no leading zeros, no hex, no
// inf). False when it is not one or is beyond double's range, at either end: 1e400, 1e-400; then
// *ret_value is untouched.
bool gm_number_read(const char *text, size_t len, double *ret_value);

#ifdef __cplusplus
}
#endif

#endif
