// What one thread multiplies and adds a second at most: independent chains of one instruction, all
// in registers.
#ifndef GM_BENCH_PEAK_H
#define GM_BENCH_PEAK_H

#include "vibe/bert/bert.h"

// Runs for some 20 ms and returns the operations (a multiplication and an addition are two) of
// f32:   vfmadd231ps
// int8:  vpdpbusd with AVX-512 VNNI; vpmaddubsw and vpaddw, sums of 16 bits, with AVX2
// For GM_BERT_PLAIN: those of the best instructions that this processor has.
double peak_run(enum gm_bert_precision precision, enum gm_bert_isa isa);

#endif
