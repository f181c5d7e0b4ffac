// The kernels in plain C for any format, so that each format has its oracle.
#ifndef GM_VIBE_BERT_GEMM_INT8_PLAIN_H
#define GM_VIBE_BERT_GEMM_INT8_PLAIN_H

#include "vibe/bert/gemm_int8.h"

// As the functions of gm_int8_kernels, on rows and panels of `format`.
void gm_int8_plain_quantise(const struct gm_int8_format *format, const float *x, size_t x_stride,
                            size_t m, int k, void *ret_rows);
void gm_int8_plain_multiply(const struct gm_int8_format *format,
                            const struct gm_int8_product *product, float *y, size_t y_stride);
void gm_int8_plain_multiply_quantise(const struct gm_int8_format *format,
                                     const struct gm_int8_product *product, float *work,
                                     void *ret_rows);

#endif
