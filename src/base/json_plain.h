// What may stand in a JSON string as it is: the search that reading and writing share. Internal to
// base.
#ifndef GM_BASE_JSON_PLAIN_H
#define GM_BASE_JSON_PLAIN_H

#include <stdbool.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

static inline bool gm_json_is_plain(unsigned char byte)
{
    return byte >= 0x20 && byte != '"' && byte != '\\';
}

// The first byte at or behind `at` that is a quote, a backslash or a control character, or `end`.
// Sets *non_ascii when a byte on the way is not ASCII.
static inline const char *gm_json_pass_plain(const char *at, const char *end, bool *non_ascii)
{
#ifdef __SSE2__
    const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\');
    const __m128i control = _mm_set1_epi8(0x1f);
    for (; end - at >= 16; at += 16) {
        __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
        __m128i quotes =
            _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash));
        __m128i controls = _mm_cmpeq_epi8(_mm_min_epu8(bytes, control), bytes);
        unsigned stops = (unsigned)_mm_movemask_epi8(_mm_or_si128(quotes, controls));
        unsigned high = (unsigned)_mm_movemask_epi8(bytes);
        if (stops) {
            unsigned run = (unsigned)__builtin_ctz(stops);
            *non_ascii |= (high & ((1u << run) - 1)) != 0;
            return at + run;
        }
        *non_ascii |= high != 0;
    }
#endif
    for (; at < end && gm_json_is_plain((unsigned char)*at); at++)
        *non_ascii |= (unsigned char)*at >= 0x80;
    return at;
}

#endif
