// Which instructions this build has kernels for and this processor runs.
#include "vibe/bert/kernels.h"

const char *gm_bert_precision_name(enum gm_bert_precision precision)
{
    return precision == GM_BERT_INT8 ? "int8" : "f32";
}

const char *gm_bert_isa_name(enum gm_bert_isa isa)
{
    switch (isa) {
    case GM_BERT_AVX2:
        return "avx2";
    case GM_BERT_AVX512:
        return "avx512-vnni";
    case GM_BERT_PLAIN:
        break;
    }
    return "plain";
}

#ifdef GM_BERT_X86

// The compiler's cpu model also asks the operating system (XGETBV) whether it keeps the registers.
bool gm_bert_isa_runs(enum gm_bert_isa isa)
{
    __builtin_cpu_init();
    switch (isa) {
    case GM_BERT_AVX2:
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case GM_BERT_AVX512:
#ifdef GM_BERT_SIMDE
        return true;
#endif
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
               __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
               __builtin_cpu_supports("avx512vnni");
    case GM_BERT_PLAIN:
        break;
    }
    return true;
}

const struct gm_bert_kernels *gm_bert_kernels(enum gm_bert_isa isa)
{
    switch (isa) {
    case GM_BERT_AVX2:
        return &gm_bert_kernels_avx2;
    case GM_BERT_AVX512:
        return &gm_bert_kernels_avx512;
    case GM_BERT_PLAIN:
        break;
    }
    return &gm_bert_kernels_plain;
}

#else

bool gm_bert_isa_runs(enum gm_bert_isa isa)
{
    return isa == GM_BERT_PLAIN;
}

const struct gm_bert_kernels *gm_bert_kernels(enum gm_bert_isa isa)
{
    return isa == GM_BERT_PLAIN ? &gm_bert_kernels_plain : NULL;
}

#endif

enum gm_bert_isa gm_bert_isa_best(void)
{
    if (gm_bert_isa_runs(GM_BERT_AVX512))
        return GM_BERT_AVX512;
    return gm_bert_isa_runs(GM_BERT_AVX2) ? GM_BERT_AVX2 : GM_BERT_PLAIN;
}
