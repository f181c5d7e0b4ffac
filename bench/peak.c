// See peak.h. The instructions stand in assembly, as compilers would compute the chains ahead.
#include "peak.h"

#include <immintrin.h>

enum { CHAINS = 12, STEPS = 400000 };

#define EACH_CHAIN(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11)

// A function that takes all chains a step further, again and again. The sums are variables, not an
// array, so that they stay in registers.
#define SUM(i) sum##i = factor,
#define USE(i) __asm__ volatile("" : : "x"(sum##i));
#define PEAK(name, target_name, type, zero, step)                                                  \
    __attribute__((target(target_name))) static double name(void)                                  \
    {                                                                                              \
        const type factor = zero;                                                                  \
        type EACH_CHAIN(SUM) product = factor;                                                     \
        for (int i = 0; i < STEPS; i++) {                                                          \
            EACH_CHAIN(step)                                                                       \
        }                                                                                          \
        EACH_CHAIN(USE)                                                                            \
        __asm__ volatile("" : : "x"(product));                                                     \
        return 2.0 * CHAINS * STEPS;                                                               \
    }

#define FMA(i) __asm__ volatile("vfmadd231ps %1, %1, %0" : "+v"(sum##i) : "v"(factor));
#define DOT(i) __asm__ volatile("vpdpbusd %1, %1, %0" : "+v"(sum##i) : "v"(factor));
#define MADD(i)                                                                                    \
    __asm__ volatile("vpmaddubsw %2, %2, %1\n\tvpaddw %1, %0, %0"                                  \
                     : "+x"(sum##i), "=&x"(product)                                                \
                     : "x"(factor));

PEAK(fma_256, "avx2,fma", __m256, _mm256_setzero_ps(), FMA)
PEAK(madd_256, "avx2", __m256i, _mm256_setzero_si256(), MADD)
PEAK(fma_512, "avx512f", __m512, _mm512_setzero_ps(), FMA)
PEAK(dot_512, "avx512f,avx512vnni", __m512i, _mm512_setzero_si512(), DOT)

double peak_run(enum gm_bert_precision precision, enum gm_bert_isa isa)
{
    if (isa == GM_BERT_PLAIN)
        isa = gm_bert_isa_best();
    double operations = 0; // of one lane
    for (int i = 0; i < 8; i++) {
        if (isa == GM_BERT_AVX512)
            operations += precision == GM_BERT_F32 ? 16 * fma_512() : 64 * dot_512();
        else if (isa == GM_BERT_AVX2)
            operations += precision == GM_BERT_F32 ? 8 * fma_256() : 32 * madd_256();
    }
    return operations;
}
