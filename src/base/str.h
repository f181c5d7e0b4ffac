// A slice of text that somebody else owns. Not NUL-terminated; `data` may be NULL when `len` is 0.
#ifndef GM_BASE_STR_H
#define GM_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct gm_str {
    const char *data;
    size_t len; // bytes
};

// For printf("%.*s", GM_STR_ARG(s)).
#define GM_STR_ARG(s) (int)(s).len, (s).data ? (s).data : ""

static inline struct gm_str gm_str(const char *c_string)
{
    return (struct gm_str){c_string, c_string ? strlen(c_string) : 0};
}

static inline bool gm_str_equal(struct gm_str a, struct gm_str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

// True when the bytes are well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates, at most
// U+10FFFF). NUL bytes are well-formed. On false, *ret_at (may be NULL) is the first bad byte.
bool gm_utf8_valid(struct gm_str text, size_t *ret_at);

// Reads one code point of well-formed UTF-8 at data[*at] and moves *at past it. `*at < len`.
uint32_t gm_utf8_next(struct gm_str text, size_t *at);

// FNV-1a, 64 bits: for hash tables over trusted, short keys and for fingerprints; not for security.
uint64_t gm_hash64(const void *data, size_t len);

#endif
