// Joins the five places that a configuration comes from, and fills in what depends on other values.
#include "app/config/config.h"

#include "app/config/env_file.h"
#include "app/config/option.h"
#include "app/config/suggest.h"
#include "feed/gate/gate.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
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
    for (size_t i = 0; preset && preset->symbols[i].option && !err; i++) {
        const struct gm_config_option *option =
            gm_config_option_find(gm_config_ticker_options, gm_str(preset->symbols[i].option));
        if (!*(char **)((char *)ticker + option->offset)) {
            err = gm_config_value_read(option, gm_str(preset->symbols[i].value), ticker, error);
        }
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

// ------------------------------------------------------------------------- the five places

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

// The value of a variable in one place, and for messages where that stands.
struct found {
    const char *value; // NULL: not there
    size_t line;       // of the .env; 0: in the environment
};

// `env` NULL: looks in the environment. An empty value is as good as none.
static struct found find_variable(const struct gm_env_file *env, const char *name)
{
    const struct gm_env_variable *variable = env ? gm_env_file_find(env, name) : NULL;
    struct found found = {variable ? variable->value : NULL, variable ? variable->line : 0};
    if (!env) {
        found.value = getenv(name);
    }
    if (found.value && !*found.value) {
        found.value = NULL;
    }
    return found;
}

static enum gm_err set_variable(const struct gm_config_option *option, const char *name,
                                const struct gm_env_file *env, struct gm_config *config,
                                struct gm_error *error)
{
    struct found found = find_variable(env, name);
    if (!found.value) {
        return GM_OK;
    }
    enum gm_err err = gm_config_value_read(option, gm_str(found.value), config, error);
    if (err && env) {
        return gm_error_prefix(error, "%s:%zu: %s", env->path, found.line, name);
    }
    return err ? gm_error_prefix(error, "environment variable %s", name) : GM_OK;
}

static enum gm_err set_variables(const struct gm_env_file *env, struct gm_config *config,
                                 struct gm_error *error)
{
    enum gm_err err = GM_OK;
    for (const struct gm_config_option *option = gm_config_options; option->name && !err;
         option++) {
        char variable[GM_CONFIG_VARIABLE_BYTES];
        gm_config_variable(option, variable);
        if (option->type == GM_CONFIG_LIST) {
            continue;
        }
        if (option->alias) {
            err = set_variable(option, option->alias, env, config, error);
        }
        if (!err) {
            err = set_variable(option, variable, env, config, error);
        }
    }
    return err;
}

// A .env is also other programs': what is not ours is left alone, but not what looks like ours.
static enum gm_err check_names(const struct gm_env_file *env, struct gm_error *error)
{
    static const char ours[] = "GHOSTMARKET_";
    for (size_t i = 0; i < env->count; i++) {
        const struct gm_env_variable *variable = &env->variables[i];
        bool known = strncmp(variable->name, ours, sizeof ours - 1) != 0;
        char names[GM_CONFIG_OPTIONS_MAX][GM_CONFIG_VARIABLE_BYTES], text[GM_SUGGEST_TEXT_BYTES];
        struct gm_suggest suggest;
        gm_suggest_init(&suggest, gm_str(variable->name));
        for (size_t j = 0; gm_config_options[j].name && !known; j++) {
            if (gm_config_options[j].type != GM_CONFIG_LIST) {
                gm_config_variable(&gm_config_options[j], names[j]);
                gm_suggest_offer(&suggest, names[j]);
                known = strcmp(names[j], variable->name) == 0;
            }
        }
        if (!known) {
            return gm_error_set(error, GM_ERR_INVALID, "%s:%zu: no option has the variable %.80s%s",
                                env->path, variable->line, variable->name,
                                gm_suggest_text(&suggest, text));
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

// The places between the built-in defaults and the command line. `env` NULL: there is no .env.
struct places {
    struct gm_str yaml;
    const char *yaml_name;
    const struct gm_env_file *env;
    bool environment;
};

static enum gm_err set_places(struct gm_config_reader *reader, const struct places *places,
                              struct gm_error *error)
{
    enum gm_err err = gm_config_yaml_read(reader, places->yaml, error);
    if (!err && places->env) {
        err = check_names(places->env, error);
    }
    if (!err && places->env) {
        err = set_variables(places->env, reader->config, error);
    }
    if (!err && places->environment) {
        err = set_variables(NULL, reader->config, error);
    }
    return err;
}

static enum gm_err join(const struct places *places, const struct gm_config_override *overrides,
                        size_t override_count, struct gm_config *ret_config, struct gm_error *error)
{
    struct gm_config config = {0};
    struct gm_config_reader reader = {.name = places->yaml_name, .config = &config};
    enum gm_err err = GM_OK;

    if (places->yaml.len > GM_CONFIG_FILE_BYTES_MAX) {
        return gm_error_set(error, GM_ERR_LIMIT, "%s: over the limit of %d bytes",
                            places->yaml_name, GM_CONFIG_FILE_BYTES_MAX);
    }
    if ((err = set_defaults(&config, error)) || (err = set_places(&reader, places, error)) ||
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

enum gm_err gm_config_parse(struct gm_str yaml, const char *name, bool with_environment,
                            const struct gm_config_override *overrides, size_t override_count,
                            struct gm_config *ret_config, struct gm_error *error)
{
    const struct places places = {yaml, name, NULL, with_environment};
    return join(&places, overrides, override_count, ret_config, error);
}

// ------------------------------------------------------------------------- the files

// A file that was read: its text, and who may read or change it.
struct text_file {
    const char *path;
    struct gm_buffer text;
    mode_t mode; // 0: not a regular file
    bool found;
};

// Reads a whole file, at most one byte over the buffer's use, so that its reader sees that it is
// too large. A file that is not there is no error where nobody named it.
static enum gm_err read_file(struct text_file *file, const char *named, const char *standard,
                             const char *what, struct gm_error *error)
{
    file->path = named ? named : standard;
    // A pipe that nobody named must not stop the start.
    int fd = open(file->path, O_RDONLY | O_CLOEXEC | (named ? 0 : O_NONBLOCK));
    if (fd < 0 && errno == ENOENT && !named) {
        return GM_OK;
    }
    if (fd < 0) {
        return gm_error_errno(error, errno, "%s %s", what, file->path);
    }
    struct stat stat;
    enum gm_err err = GM_OK;
    if (fstat(fd, &stat) == 0 && S_ISREG(stat.st_mode)) {
        file->mode = stat.st_mode;
    }
    while (!err && file->text.len < file->text.limit) {
        size_t room = file->text.limit - file->text.len;
        size_t bytes = room < 65536 ? room : 65536;
        char *to = gm_buffer_reserve(&file->text, bytes);
        ssize_t got = to ? read(fd, to, bytes) : 0;
        if (!to) {
            err = gm_buffer_ok(&file->text, error);
        } else if (got < 0 && errno != EINTR) {
            err = gm_error_errno(error, errno, "%s %s", what, file->path);
        } else if (got == 0) {
            break;
        } else if (got > 0) {
            file->text.len += (size_t)got;
        }
    }
    close(fd);
    file->found = !err;
    return err;
}

static void finish_file(struct text_file *file)
{
    if (file->text.data) {
        explicit_bzero(file->text.data, file->text.capacity);
    }
    gm_buffer_finish(&file->text);
}

static enum gm_err name_files(struct gm_config *config, const struct text_file *yaml,
                              const struct text_file *env, struct gm_error *error)
{
    config->env_shown = (env->mode & (S_IRWXO | S_IWGRP)) != 0;
    if (yaml->found && !(config->path = strdup(yaml->path))) {
        return out_of_memory(error);
    }
    if (env->found && !(config->env_path = strdup(env->path))) {
        return out_of_memory(error);
    }
    return GM_OK;
}

enum gm_err gm_config_load(const char *path, const char *env_path,
                           const struct gm_config_override *overrides, size_t override_count,
                           struct gm_config *ret_config, struct gm_error *error)
{
    struct text_file yaml = {.found = false}, env = {.found = false};
    struct gm_env_file variables = {.path = NULL};
    struct gm_config config = {0};
    gm_buffer_init(&yaml.text, GM_CONFIG_FILE_BYTES_MAX + 1);
    gm_buffer_init(&env.text, GM_ENV_FILE_BYTES_MAX + 1);

    enum gm_err err = read_file(&yaml, path, GM_CONFIG_FILE_DEFAULT, "configuration", error);
    if (!err) {
        err = read_file(&env, env_path, GM_CONFIG_ENV_DEFAULT, "environment file", error);
    }
    if (!err) {
        err = gm_env_file_read(gm_buffer_str(&env.text), env.path, &variables, error);
    }
    if (!err) {
        const struct places places = {gm_buffer_str(&yaml.text), yaml.path, &variables, true};
        err = join(&places, overrides, override_count, &config, error);
    }
    if (!err && (err = name_files(&config, &yaml, &env, error))) {
        gm_config_finish(&config);
    }
    gm_env_file_finish(&variables);
    finish_file(&env);
    finish_file(&yaml);
    if (!err) {
        *ret_config = config;
    }
    return err;
}

void gm_config_finish(struct gm_config *config)
{
    for (size_t i = 0; i < config->ticker_count; i++) {
        gm_config_values_finish(gm_config_ticker_options, &config->tickers[i]);
    }
    free(config->tickers);
    gm_config_values_finish(gm_config_options, config);
    free(config->path);
    free(config->env_path);
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
