// Joins the four places that a configuration comes from, and fills in what depends on other values.
#include "app/config/config.h"

#include "app/config/option.h"
#include "feed/gate/gate.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static enum gm_err out_of_memory(struct gm_error *error)
{
    return gm_error_set(error, GM_ERR_NOMEM, "out of memory");
}

// ------------------------------------------------------------------------- tickers

enum gm_err gm_config_ticker_add(struct gm_config_reader *reader, size_t line,
                                 struct gm_error *error)
{
    struct gm_config *config = reader->config;
    if (config->ticker_count == GM_CONFIG_TICKERS_MAX) {
        return gm_error_set(error, GM_ERR_LIMIT, "%s:%zu: more than %d tickers", reader->name, line,
                            GM_CONFIG_TICKERS_MAX);
    }
    if (config->ticker_count == reader->ticker_capacity) {
        size_t capacity = reader->ticker_capacity ? 2 * reader->ticker_capacity : 8;
        struct gm_config_ticker *tickers =
            reallocarray(config->tickers, capacity, sizeof(*tickers));
        if (!tickers) {
            return out_of_memory(error);
        }
        config->tickers = tickers;
        size_t *lines = reallocarray(reader->ticker_lines, capacity, sizeof(*lines));
        if (!lines) {
            return out_of_memory(error);
        }
        reader->ticker_lines = lines;
        unsigned *set = reallocarray(reader->ticker_set, capacity, sizeof(*set));
        if (!set) {
            return out_of_memory(error);
        }
        reader->ticker_set = set;
        reader->ticker_capacity = capacity;
    }
    size_t ticker = config->ticker_count++;
    config->tickers[ticker] = (struct gm_config_ticker){0};
    reader->ticker_lines[ticker] = line;
    reader->ticker_set[ticker] = 0;
    return GM_OK;
}

static enum gm_err add_presets(struct gm_config_reader *reader, struct gm_error *error)
{
    struct gm_config *config = reader->config;
    enum gm_err err;
    for (const struct gm_config_preset *preset = gm_config_presets; preset->name; preset++) {
        if ((err = gm_config_ticker_add(reader, 0, error))) {
            return err;
        }
        struct gm_config_ticker *ticker = &config->tickers[config->ticker_count - 1];
        ticker->name = strdup(preset->name);
        if (!ticker->name) {
            return out_of_memory(error);
        }
    }
    return GM_OK;
}

static size_t number_bytes(enum gm_config_type type)
{
    switch (type) {
    case GM_CONFIG_COUNT:
        return sizeof(size_t);
    case GM_CONFIG_NUMBER:
        return sizeof(double);
    default:
        return sizeof(int64_t);
    }
}

static const struct gm_config_preset *preset_of(const char *name)
{
    for (const struct gm_config_preset *preset = gm_config_presets; preset->name; preset++) {
        if (strcmp(preset->name, name) == 0) {
            return preset;
        }
    }
    return NULL;
}

// What feeds look for, where the ticker does not say.
static enum gm_err fill_from_preset(struct gm_config_ticker *ticker, struct gm_error *error)
{
    const struct gm_config_preset *preset = preset_of(ticker->name);
    const char *const own[] = {ticker->name, NULL};
    const char *const *keywords = preset ? preset->keywords : own;
    enum gm_err err = GM_OK;
    for (bool none = ticker->keywords.count == 0; none && *keywords && !err; keywords++) {
        err = gm_config_list_add(&ticker->keywords, gm_str(*keywords), error);
    }
    if (!err && preset && preset->coinbase && !ticker->coinbase) {
        ticker->coinbase = strdup(preset->coinbase);
        err = ticker->coinbase ? GM_OK : out_of_memory(error);
    }
    return err;
}

static enum gm_err check_keywords(const struct gm_config_reader *reader, size_t index,
                                  struct gm_error *error)
{
    const struct gm_config_list *keywords = &reader->config->tickers[index].keywords;
    for (size_t i = 0; i < keywords->count; i++) {
        enum gm_err err = gm_gate_check_keyword(keywords->items[i], error);
        if (err) {
            gm_error_prefix(error, "%s:%zu: tickers", reader->name, reader->ticker_lines[index]);
            return err;
        }
    }
    return GM_OK;
}

// What a ticker does not set for itself.
static enum gm_err fill_ticker(const struct gm_config_reader *reader, size_t index,
                               struct gm_error *error)
{
    struct gm_config_ticker *ticker = &reader->config->tickers[index];
    const struct gm_config_option *option = gm_config_ticker_options;
    for (size_t i = 0; option[i].name; i++) {
        if (option[i].inherits && !(reader->ticker_set[index] & (1u << i))) {
            const struct gm_config_option *from =
                gm_config_option_find(gm_config_options, gm_str(option[i].inherits));
            memcpy((char *)ticker + option[i].offset, (const char *)reader->config + from->offset,
                   number_bytes(option[i].type));
        }
    }
    enum gm_err err = fill_from_preset(ticker, error);
    return err ? err : check_keywords(reader, index, error);
}

// ------------------------------------------------------------------------- the four places

static enum gm_err set_defaults(struct gm_config *config, struct gm_error *error)
{
    for (const struct gm_config_option *option = gm_config_options; option->name; option++) {
        if (!option->standard) {
            continue;
        }
        enum gm_err err = gm_config_value_read(option, gm_str(option->standard), config, error);
        if (err) {
            return gm_error_prefix(error, "built-in default of %s", option->name);
        }
    }
    return GM_OK;
}

static enum gm_err set_from_environment(struct gm_config *config, struct gm_error *error)
{
    for (const struct gm_config_option *option = gm_config_options; option->name; option++) {
        char variable[GM_CONFIG_VARIABLE_BYTES];
        gm_config_variable(option, variable);
        const char *value = option->type == GM_CONFIG_LIST ? NULL : getenv(variable);
        if (!value || !*value) {
            continue;
        }
        enum gm_err err = gm_config_value_read(option, gm_str(value), config, error);
        if (err) {
            return gm_error_prefix(error, "environment variable %s", variable);
        }
    }
    return GM_OK;
}

static enum gm_err set_overrides(struct gm_config *config,
                                 const struct gm_config_override *overrides, size_t count,
                                 struct gm_error *error)
{
    for (size_t i = 0; i < count; i++) {
        const struct gm_config_option *option =
            gm_config_option_find(gm_config_options, gm_str(overrides[i].name));
        if (!option) {
            return gm_error_set(error, GM_ERR_INTERNAL, "%s sets \"%s\", which is no option",
                                overrides[i].origin, overrides[i].name);
        }
        enum gm_err err = gm_config_value_read(option, gm_str(overrides[i].value), config, error);
        if (err) {
            return gm_error_prefix(error, "%s", overrides[i].origin);
        }
    }
    return GM_OK;
}

static enum gm_err fill_dependent(struct gm_config_reader *reader, struct gm_error *error)
{
    struct gm_config *config = reader->config;
    enum gm_err err;
    if (!config->store.path &&
        asprintf(&config->store.path, "%s/ghostmarket.duckdb", config->data_dir) < 0) {
        config->store.path = NULL;
        return out_of_memory(error);
    }
    if (config->ticker_count == 0 && (err = add_presets(reader, error))) {
        return err;
    }
    for (size_t i = 0; i < config->ticker_count; i++) {
        if ((err = fill_ticker(reader, i, error))) {
            return err;
        }
    }
    return GM_OK;
}

enum gm_err gm_config_parse(struct gm_str yaml, const char *name, bool with_environment,
                            const struct gm_config_override *overrides, size_t override_count,
                            struct gm_config *ret_config, struct gm_error *error)
{
    struct gm_config config = {0};
    struct gm_config_reader reader = {.name = name, .config = &config};
    enum gm_err err = GM_OK;

    if (yaml.len > GM_CONFIG_FILE_BYTES_MAX) {
        return gm_error_set(error, GM_ERR_LIMIT, "%s: over the limit of %d bytes", name,
                            GM_CONFIG_FILE_BYTES_MAX);
    }
    if ((err = set_defaults(&config, error)) || (err = gm_config_yaml_read(&reader, yaml, error)) ||
        (with_environment && (err = set_from_environment(&config, error))) ||
        (err = set_overrides(&config, overrides, override_count, error)) ||
        (err = fill_dependent(&reader, error))) {
        gm_config_finish(&config);
    } else {
        *ret_config = config;
    }
    free(reader.ticker_lines);
    free(reader.ticker_set);
    return err;
}

// ------------------------------------------------------------------------- the file

// Reads a whole file, at most one byte over the limit, so that gm_config_parse sees that it is.
static enum gm_err read_file(const char *path, struct gm_buffer *out, struct gm_error *error)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return gm_error_errno(error, errno, "configuration %s", path);
    }
    enum gm_err err = GM_OK;
    while (!err && out->len <= GM_CONFIG_FILE_BYTES_MAX) {
        size_t room = GM_CONFIG_FILE_BYTES_MAX + 1 - out->len;
        size_t bytes = room < 65536 ? room : 65536;
        char *to = gm_buffer_reserve(out, bytes);
        ssize_t got = to ? read(fd, to, bytes) : 0;
        if (!to) {
            err = gm_buffer_ok(out, error);
        } else if (got < 0 && errno != EINTR) {
            err = gm_error_errno(error, errno, "configuration %s", path);
        } else if (got == 0) {
            break;
        } else if (got > 0) {
            out->len += (size_t)got;
        }
    }
    close(fd);
    return err;
}

enum gm_err gm_config_load(const char *path, const struct gm_config_override *overrides,
                           size_t override_count, struct gm_config *ret_config,
                           struct gm_error *error)
{
    const char *name = path ? path : GM_CONFIG_FILE_DEFAULT;
    struct gm_config config = {0};
    struct gm_buffer text;
    gm_buffer_init(&text, GM_CONFIG_FILE_BYTES_MAX + 1);

    enum gm_err err = read_file(name, &text, error);
    bool found = !err;
    if (err == GM_ERR_NOT_FOUND && !path) {
        err = GM_OK;
    }
    if (!err) {
        err = gm_config_parse(gm_buffer_str(&text), name, true, overrides, override_count, &config,
                              error);
    }
    gm_buffer_finish(&text);
    if (err) {
        return err;
    }
    if (found && !(config.path = strdup(name))) {
        gm_config_finish(&config);
        return out_of_memory(error);
    }
    *ret_config = config;
    return GM_OK;
}

void gm_config_finish(struct gm_config *config)
{
    for (size_t i = 0; i < config->ticker_count; i++) {
        gm_config_values_finish(gm_config_ticker_options, &config->tickers[i]);
    }
    free(config->tickers);
    gm_config_values_finish(gm_config_options, config);
    free(config->path);
    *config = (struct gm_config){0};
}

const struct gm_config_ticker *gm_config_ticker_find(const struct gm_config *config,
                                                     struct gm_str name)
{
    for (size_t i = 0; i < config->ticker_count; i++) {
        if (gm_str_equal(gm_str(config->tickers[i].name), name)) {
            return &config->tickers[i];
        }
    }
    return NULL;
}
