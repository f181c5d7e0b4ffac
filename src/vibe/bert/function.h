// What is applied to every element of a linear layer's result, in the kernel that computes it.
#ifndef GM_VIBE_BERT_FUNCTION_H
#define GM_VIBE_BERT_FUNCTION_H

enum gm_bert_function {
    GM_FUNCTION_NONE,
    GM_FUNCTION_GELU,      // x · Φ(x)
    GM_FUNCTION_GELU_TANH, // x/2 · (1 + tanh(√(2/π) · (x + 0.044715 x³)))
    GM_FUNCTION_RELU,      // max(x, 0)
    GM_FUNCTION_TANH,      // the pooler's
};

#endif
