// SipHash; see siphash.h. The state and the rounds are those of the paper, its section 2, with the
// wider output of the authors' later variant.
#include "base/siphash.h"

#include <endian.h>
#include <errno.h>
#include <string.h>
#include <sys/random.h>

enum { ROUNDS_OF_WORD = 2, ROUNDS_OF_END = 4 };

struct state {
    uint64_t a, b, c, d;
};

enum gm_err gm_siphash_key_draw(struct gm_siphash_key *ret_key, struct gm_error *error)
{
    struct gm_siphash_key key;
    ssize_t got;
    do
        got = getrandom(&key, sizeof key, 0); // up to 256 bytes are never cut short
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return gm_error_errno(error, errno, "random numbers");
    *ret_key = key;
    return GM_OK;
}

static inline uint64_t rotate(uint64_t word, int bits)
{
    return word << bits | word >> (64 - bits);
}

static inline void turn(struct state *s, int rounds)
{
    for (int i = 0; i < rounds; i++) {
        s->a += s->b;
        s->c += s->d;
        s->b = rotate(s->b, 13) ^ s->a;
        s->d = rotate(s->d, 16) ^ s->c;
        s->a = rotate(s->a, 32);
        s->c += s->b;
        s->a += s->d;
        s->b = rotate(s->b, 17) ^ s->c;
        s->d = rotate(s->d, 21) ^ s->a;
        s->c = rotate(s->c, 32);
    }
}

static inline void take(struct state *s, uint64_t word)
{
    s->d ^= word;
    turn(s, ROUNDS_OF_WORD);
    s->a ^= word;
}

struct gm_hash128 gm_siphash(const struct gm_siphash_key *key, const void *data, size_t bytes)
{
    const unsigned char *at = data;
    uint64_t word = 0;
    struct state s = {
        // "somepseudorandomlygeneratedbytes"
        key->words[0] ^ 0x736f6d6570736575,
        key->words[1] ^ 0x646f72616e646f6d ^ 0xee, // 128 bits are wanted
        key->words[0] ^ 0x6c7967656e657261,
        key->words[1] ^ 0x7465646279746573,
    };
    for (size_t left = bytes; left >= sizeof word; left -= sizeof word, at += sizeof word) {
        memcpy(&word, at, sizeof word);
        take(&s, le64toh(word));
    }
    word = 0;
    if (bytes % sizeof word > 0)
        memcpy(&word, at, bytes % sizeof word);
    take(&s, le64toh(word) | (uint64_t)bytes << 56);
    struct gm_hash128 hash;
    s.c ^= 0xee;
    turn(&s, ROUNDS_OF_END);
    hash.words[0] = s.a ^ s.b ^ s.c ^ s.d;
    s.b ^= 0xdd;
    turn(&s, ROUNDS_OF_END);
    hash.words[1] = s.a ^ s.b ^ s.c ^ s.d;
    return hash;
}
