// The functions of function.h in plain C.
#ifndef GM_VIBE_BERT_PLAIN_FUNCTION_H
#define GM_VIBE_BERT_PLAIN_FUNCTION_H

#include "vibe/bert/function.h"

#include <math.h>

static inline float plain_function(enum gm_bert_function function, float x)
{
    switch (function) {
    case GM_FUNCTION_GELU:
        return 0.5F * x * (1.0F + erff(x * 0.707106781F));
    case GM_FUNCTION_GELU_TANH:
        return 0.5F * x * (1.0F + tanhf(0.797884561F * (x + 0.044715F * x * x * x)));
    case GM_FUNCTION_RELU:
        return fmaxf(x, 0.0F);
    case GM_FUNCTION_TANH:
        return tanhf(x);
    case GM_FUNCTION_NONE:
        break;
    }
    return x;
}

#endif
