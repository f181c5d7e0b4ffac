// Any bytes as a configuration file: an error that names the file, or a configuration that reads
// back to itself.
#include "app/config/config.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_back(const struct gm_config *config)
{
    struct gm_config again;
    struct gm_buffer first, second;
    gm_buffer_init(&first, GM_CONFIG_FILE_BYTES_MAX);
    gm_buffer_init(&second, GM_CONFIG_FILE_BYTES_MAX);
    gm_config_write(config, &first);
    if (gm_buffer_ok(&first, NULL) == GM_OK) {
        if (gm_config_parse(gm_buffer_str(&first), "again", false, NULL, 0, &again, NULL)) {
            abort();
        }
        gm_config_write(&again, &second);
        if (!gm_str_equal(gm_buffer_str(&first), gm_buffer_str(&second))) {
            abort();
        }
        gm_config_finish(&again);
    }
    gm_buffer_finish(&first);
    gm_buffer_finish(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct gm_config config;
    struct gm_error error = {0};
    struct gm_str text = {(const char *)data, size};
    if (gm_config_parse(text, "fuzz.yaml", false, NULL, 0, &config, &error)) {
        if (!strstr(error.message, "fuzz.yaml")) {
            abort();
        }
    } else {
        read_back(&config);
        gm_config_finish(&config);
    }
    return 0;
}
