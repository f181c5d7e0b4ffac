// A packed model as the encoder sees it: sizes, and pointers into the pack's sections.
//
// Sections, in this order; H hidden, F intermediate, V vocab_size, P positions, L labels. Floats
// but for panels (vibe/bert/kernels.h, vibe/bert/gemm_int8.h) and, with int8, the words, which are
// bfloat16 then: half the memory, and an error far below that of the activations' 8 bits.
//
//     word                       (V, H)
//     position                   (P, H), to which the type that all tokens have is added
//     embedding_norm             gamma (H), beta (H), each padded to a multiple of 16
//     layer.N.qkv                panels: query / √(head size), key, value, each padded to whole
//                                panels, so that each can be computed alone
//     layer.N.output             panels (H, H)
//     layer.N.attention_norm     as embedding_norm
//     layer.N.up, layer.N.down   panels (F, H), (H, F)
//     layer.N.output_norm        as embedding_norm
//     pooler, classifier         f32 panels (H, H), (L, H); with a classifier
#ifndef GM_VIBE_BERT_MODEL_H
#define GM_VIBE_BERT_MODEL_H

#include "vibe/bert/gemm_int8.h"
#include "vibe/bert/kernels.h"

// How linear layers are packed and computed.
struct gm_bert_format {
    enum gm_bert_precision precision;
    const struct gm_bert_kernels *kernels;
    const struct gm_int8_kernels *int8; // for GM_BERT_INT8
};

// GM_ERR_UNSUPPORTED: this build has no kernels for them.
enum gm_err gm_bert_format_init(struct gm_bert_format *format, enum gm_bert_precision precision,
                                enum gm_bert_isa isa, struct gm_error *error);

// Output columns of one panel, panels of `outputs` columns, and bytes of all of them.
int gm_bert_panel_columns(const struct gm_bert_format *format);
int gm_bert_panel_count(const struct gm_bert_format *format, int outputs);
size_t gm_bert_panel_bytes(const struct gm_bert_format *format, int inputs);
size_t gm_bert_panels_bytes(const struct gm_bert_format *format, int inputs, int outputs);

// Columns that query, key and value take each in what the layer qkv gives.
int gm_bert_third(const struct gm_bert_format *format, int hidden);

// Floats of gamma or beta in its section.
int gm_bert_norm_floats(int hidden);

struct gm_bert_block {
    const void *qkv, *output, *up, *down; // panels
    struct gm_norm attention_norm, output_norm;
};

struct gm_bert_model {
    struct gm_bert_config config;
    struct gm_bert_format format;
    int head;                       // size of a head
    int third;                      // gm_bert_third
    enum gm_bert_function function; // the configuration's activation
    const void *word;               // (V, H), floats or bfloat16
    const float *position;          // (P, H)
    struct gm_norm embedding_norm;
    struct gm_bert_block *blocks;     // config.layers
    const float *pooler, *classifier; // f32 panels, or NULL
};

// Finds the sections in `pack`, which must outlive the model. GM_ERR_CORRUPT: it is not the pack of
// this configuration, precision and isa.
enum gm_err gm_bert_model_init(struct gm_bert_model *model, const struct gm_bert_config *config,
                               const struct gm_pack *pack, enum gm_bert_precision precision,
                               enum gm_bert_isa isa, struct gm_error *error);
void gm_bert_model_finish(struct gm_bert_model *model);

#endif
