// Any bytes are a pytorch_model.bin: refused, or each tensor can be read from its first element to
// its last, and takes no more memory than the file.
#include "fuzz.h"

#include "vibe/model/torch_file.h"

static void read_all(const struct gm_tensor *tensor, size_t file_bytes)
{
    float some[64];
    const int64_t elements = gm_tensor_elements(tensor);
    FUZZ_MUST(elements > 0 && (size_t)elements <= file_bytes);
    for (int64_t at = 0; at < elements; at += 64)
        gm_tensor_read(tensor, at, elements - at < 64 ? (size_t)(elements - at) : 64, some);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct gm_tensor_list list;
    struct gm_error error = {0};
    gm_tensor_list_init(&list, len);
    enum gm_err err = gm_torch_read((struct gm_str){(const char *)data, len}, &list, &error);
    if (!err)
        err = gm_tensor_list_sort(&list, &error);
    FUZZ_MUST(err == error.code && (err == GM_OK) == (error.message[0] == '\0'));
    FUZZ_MUST(err != GM_ERR_INTERNAL);
    for (size_t i = 0; !err && i < list.count; i++) {
        size_t index = 0;
        FUZZ_MUST(gm_tensor_list_find(&list, list.entries[i].tensor.name, &index) && index == i);
        if (!list.entries[i].unread)
            read_all(&list.entries[i].tensor, len);
    }
    gm_tensor_list_finish(&list);
    return 0;
}
