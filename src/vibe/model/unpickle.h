// Pickles of tensors, and of nothing else. Internal to src/vibe/model.
//
// A pickle is a program for a stack machine that may call anything that Python has. This machine
// knows the instructions that torch.save writes (protocol 2) and calls nothing: of all names it
// takes collections.OrderedDict, torch._utils._rebuild_tensor_v2, torch._utils._rebuild_parameter
// and torch's types of storage, and what would be the result of their calls is noted as data. Any
// other name or instruction is refused where it stands.
#ifndef GM_VIBE_MODEL_UNPICKLE_H
#define GM_VIBE_MODEL_UNPICKLE_H

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "vibe/model/tensor.h"

#include <stdbool.h>

enum {
    GM_PICKLE_BYTES_MAX = 64 << 20,
    GM_PICKLE_VALUES_MAX = 1 << 20, // on the stack, and in the memo
    GM_PICKLE_MARKS_MAX = 64,       // how deep containers nest
    GM_PICKLE_RANK_MAX = 64,
};

// A type of torch's storages.
struct gm_pickle_dtype {
    const char *storage; // "FloatStorage"
    const char *name;    // "F32", as safetensors calls it
    unsigned bytes;      // of an element
    bool readable;       // as `dtype`
    enum gm_dtype dtype;
};

// A persistent id: elements [first, first + elements) of what the file stores under `key`.
struct gm_pickle_storage {
    const struct gm_pickle_dtype *dtype;
    struct gm_str key;
    int64_t first, elements;
    int64_t stored; // elements under that key
};

struct gm_pickle_tensor {
    const struct gm_pickle_storage *storage;
    int64_t offset; // of its first element in the storage
    int rank;
    const int64_t *shape, *stride; // in elements; not checked against the storage
};

enum gm_pickle_kind {
    GM_PICKLE_UNSET,
    GM_PICKLE_NONE,
    GM_PICKLE_BOOL,    // integer: 0, 1
    GM_PICKLE_INT,     // integer
    GM_PICKLE_LONG,    // text: two's complement, little-endian; what does not fit 64 bits
    GM_PICKLE_STRING,  // text
    GM_PICKLE_TUPLE,   // items
    GM_PICKLE_LIST,    // items
    GM_PICKLE_DICT,    // items: a key, its value, a key, …; as they were set
    GM_PICKLE_NAME,    // integer: a function that is known
    GM_PICKLE_DTYPE,   // dtype
    GM_PICKLE_STORAGE, // storage
    GM_PICKLE_TENSOR,  // tensor
};

struct gm_pickle_items;

struct gm_pickle_value {
    enum gm_pickle_kind kind;
    union {
        int64_t integer;
        struct gm_str text;
        struct gm_pickle_items *items;
        const struct gm_pickle_dtype *dtype;
        const struct gm_pickle_storage *storage;
        const struct gm_pickle_tensor *tensor;
    };
};

struct gm_pickle_items {
    struct gm_pickle_value *values;
    size_t count, capacity;
};

// Runs the pickle that begins at file[*at] and moves *at behind it. What it builds lives in `arena`
// and points into `file`; it may contain itself, so follow it only as deep as is known. Any bytes
// may be given. GM_ERR_CORRUPT: no pickle, or cut off. GM_ERR_UNSUPPORTED: it wants to call
// something else, or has an instruction that torch.save does not write. GM_ERR_LIMIT, GM_ERR_NOMEM.
// The message names the byte of the file.
enum gm_err gm_unpickle(struct gm_str file, size_t *at, struct gm_arena *arena,
                        struct gm_pickle_value *ret_value, struct gm_error *error);

#endif
