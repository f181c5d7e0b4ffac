// Any bytes as a .env: an error that names the file, or variables whose names and values keep the
// grammar's promises and read back from single quotes.
#include "app/config/env_file.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool stays_as_it_is(const char *value)
{
    return value[strcspn(value, "'\r\n")] == '\0';
}

static void read_back(const struct gm_env_file *file)
{
    struct gm_buffer text;
    struct gm_env_file again;
    gm_buffer_init(&text, (size_t)4 * GM_ENV_FILE_BYTES_MAX);
    for (size_t i = 0; i < file->count; i++) {
        const struct gm_env_variable *variable = &file->variables[i];
        if (!stays_as_it_is(variable->value)) {
            continue;
        }
        gm_buffer_reset(&text);
        gm_buffer_printf(&text, "%s='%s'", variable->name, variable->value);
        if (text.len > GM_ENV_FILE_BYTES_MAX) {
            continue;
        }
        if (gm_env_file_read(gm_buffer_str(&text), "again", &again, NULL) || again.count != 1 ||
            strcmp(again.variables[0].value, variable->value) != 0) {
            abort();
        }
        gm_env_file_finish(&again);
    }
    gm_buffer_finish(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct gm_env_file file;
    struct gm_error error = {0};
    struct gm_str text = {(const char *)data, size};
    if (gm_env_file_read(text, "fuzz.env", &file, &error)) {
        if (!strstr(error.message, "fuzz.env")) {
            abort();
        }
        return 0;
    }
    read_back(&file);
    gm_env_file_finish(&file);
    return 0;
}
