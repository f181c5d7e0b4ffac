// Names of models.
#include "vibe/model/name.h"

#include "base/str.h"

#include <stdio.h>

static bool is_alphanumeric(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool part_valid(struct gm_str part)
{
    char before = '.';
    for (size_t i = 0; i < part.len; i++) {
        char c = part.data[i];
        if (!is_alphanumeric(c) && c != '_' && c != '-' && c != '.')
            return false;
        if ((c == '.' || c == '-') && (before == c || i == 0))
            return false;
        before = c;
    }
    return part.len > 0 && before != '.' && before != '-';
}

bool gm_model_name_valid(const char *name)
{
    size_t len = strlen(name);
    const char *slash = strchr(name, '/');
    if (len > GM_MODEL_NAME_BYTES_MAX)
        return false;
    if (!slash)
        return part_valid(gm_str(name));
    return part_valid((struct gm_str){name, (size_t)(slash - name)}) &&
           part_valid(gm_str(slash + 1));
}

void gm_model_name_folder(const char *model, char ret_name[GM_MODEL_FOLDER_NAME_BYTES])
{
    const char *slash = strchr(model, '/');
    if (slash)
        snprintf(ret_name, GM_MODEL_FOLDER_NAME_BYTES, "%.*s--%s", (int)(slash - model), model,
                 slash + 1);
    else
        snprintf(ret_name, GM_MODEL_FOLDER_NAME_BYTES, "%s", model);
}
