// Any bytes are a safetensors file: refused, or each tensor lies inside it and is found by its
// name.
#include "fuzz.h"

#include "vibe/model/safetensors.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct gm_tensor_list list;
    struct gm_error error = {0};
    const char *file = (const char *)data;
    gm_tensor_list_init(&list, 0);
    enum gm_err err = gm_safetensors_read((struct gm_str){file, len}, &list, &error);
    if (!err)
        err = gm_tensor_list_sort(&list, &error);
    FUZZ_MUST(err == error.code && (err == GM_OK) == (error.message[0] == '\0'));
    for (size_t i = 0; !err && i < list.count; i++) {
        const struct gm_tensor_entry *entry = &list.entries[i];
        const struct gm_tensor *tensor = &entry->tensor;
        const char *begin = tensor->data;
        size_t index = 0;
        FUZZ_MUST(gm_tensor_list_find(&list, tensor->name, &index) && index == i);
        FUZZ_MUST(begin >= file && begin <= file + len);
        FUZZ_MUST(entry->bytes <= (size_t)(file + len - begin));
        if (entry->unread)
            continue;
        const int64_t elements = gm_tensor_elements(tensor);
        float first, last;
        FUZZ_MUST(elements > 0);
        FUZZ_MUST((size_t)elements * gm_dtype_bytes(tensor->dtype) == entry->bytes);
        gm_tensor_read(tensor, 0, 1, &first);
        gm_tensor_read(tensor, elements - 1, 1, &last);
    }
    gm_tensor_list_finish(&list);
    return 0;
}
