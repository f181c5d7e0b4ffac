// Sixteen bytes at a time where the machine has SSE2, which every x86-64 has.
#include "feed/gate/words.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

struct gm_word_bits gm_word_bits_plain(const char *text)
{
    struct gm_word_bits bits = {0};
    for (int i = 0; i < GM_WORD_BLOCK; i++) {
        const unsigned char c = (unsigned char)text[i];
        const uint64_t bit = (uint64_t)1 << i;
        if ((c | 0x20u) - 'a' < 26 || c - (unsigned)'0' < 10 || c == '_')
            bits.word |= bit;
        if (c >= 0xc0)
            bits.wide |= bit;
    }
    return bits;
}

#ifdef __SSE2__

static __m128i in_range(__m128i bytes, char first, char last)
{
    return _mm_and_si128(_mm_cmpgt_epi8(bytes, _mm_set1_epi8((char)(first - 1))),
                         _mm_cmplt_epi8(bytes, _mm_set1_epi8((char)(last + 1))));
}

struct gm_word_bits gm_word_bits(const char *text)
{
    struct gm_word_bits bits = {0};
    for (int i = 0; i < GM_WORD_BLOCK; i += 16) {
        const __m128i bytes = _mm_loadu_si128((const __m128i *)(text + i));
        const __m128i small = _mm_or_si128(bytes, _mm_set1_epi8(0x20));
        const __m128i word =
            _mm_or_si128(_mm_or_si128(in_range(small, 'a', 'z'), in_range(bytes, '0', '9')),
                         _mm_cmpeq_epi8(bytes, _mm_set1_epi8('_')));
        // ≥ 0xc0 is, as a signed byte, from -64 to -1.
        const __m128i wide = in_range(bytes, -64, -1);
        bits.word |= (uint64_t)(unsigned)_mm_movemask_epi8(word) << i;
        bits.wide |= (uint64_t)(unsigned)_mm_movemask_epi8(wide) << i;
    }
    return bits;
}

#else

struct gm_word_bits gm_word_bits(const char *text)
{
    return gm_word_bits_plain(text);
}

#endif
