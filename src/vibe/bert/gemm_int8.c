// The kernels by instruction set, and packing, which all of them share.
#include "vibe/bert/gemm_int8_layout.h"

#include <math.h>
#include <string.h>

const struct gm_int8_kernels *gm_int8_kernels(enum gm_bert_isa isa)
{
    switch (isa) {
#ifdef GM_BERT_X86
    case GM_BERT_AVX2:
        return &gm_int8_kernels_avx2;
    case GM_BERT_AVX512:
        return &gm_int8_kernels_avx512;
#endif
    case GM_BERT_PLAIN:
        return &gm_int8_kernels_plain;
    default:
        return NULL;
    }
}

int gm_int8_blocks(const struct gm_int8_format *format, int k)
{
    return gm_int8_row_layout(format, k).blocks;
}

size_t gm_int8_row_bytes(const struct gm_int8_format *format, int k)
{
    return gm_int8_row_layout(format, k).bytes;
}

size_t gm_int8_panel_bytes(const struct gm_int8_format *format, int k)
{
    return gm_int8_panel_layout(format, k).bytes;
}

// ------------------------------------------------------------------------- packing

// The scale of a channel, NaN where a weight is not finite.
static float scale_of(const float *w, int k, int weight_max)
{
    float largest = 0;
    for (int i = 0; i < k; i++) {
        if (!isfinite(w[i]))
            return NAN;
        largest = fmaxf(largest, fabsf(w[i]));
    }
    return largest < 1e-30F ? 0 : largest / (float)weight_max;
}

static void pack_channel(const struct gm_int8_format *format, const float *w, int column, int k,
                         char *panel)
{
    const struct gm_int8_panel_layout layout = gm_int8_panel_layout(format, k);
    float *sums = (float *)(panel + layout.sums);
    int8_t *weights = (int8_t *)panel + layout.weights;
    const float scale = scale_of(w, k, format->weight_max);
    ((float *)(panel + layout.scales))[column] = scale;
    if (!(scale > 0))
        return;
    for (int i = 0; i < k; i++) {
        const int weight = (int)lrintf(w[i] / scale);
        weights[gm_int8_weight_at(format, column, i)] = (int8_t)weight;
        sums[i / format->block * format->columns + column] += (float)weight;
    }
}

// Whether the sums of a group may leave 16 bits, for values that are all 0 or `levels`. Kernels add
// the products of the first two of each four values, and of the last two, for each column apart.
static bool leaves_16_bits(const struct gm_int8_format *format, const int8_t *weights)
{
    const int most = INT16_MAX / format->levels;
    for (int pair = 0; pair < 2 * format->columns; pair++) {
        int positive = 0;
        int negative = 0;
        for (int i = 0; i < GM_INT8_GROUP / 4; i++) {
            const int8_t *at = weights + (size_t)(i * format->columns * 4 + pair * 2);
            for (int j = 0; j < 2; j++) {
                if (at[j] > 0)
                    positive += at[j];
                else
                    negative -= at[j];
            }
        }
        if (positive > most || negative > most)
            return true;
    }
    return false;
}

void gm_int8_pack(const struct gm_int8_format *format, const float *w, const float *bias, int count,
                  int k, void *ret_panel)
{
    const struct gm_int8_panel_layout layout = gm_int8_panel_layout(format, k);
    char *panel = ret_panel;
    memset(panel, 0, layout.bytes);
    memcpy(panel, bias, (size_t)count * sizeof *bias);
    for (int column = 0; column < count; column++)
        pack_channel(format, w + (size_t)column * (size_t)k, column, k, panel);
    for (int group = 0; format->marked && group < layout.groups; group++) {
        const size_t offset = (size_t)group * GM_INT8_GROUP * (size_t)format->columns;
        panel[layout.marks + (size_t)group] =
            leaves_16_bits(format, (const int8_t *)panel + layout.weights + offset);
    }
}
