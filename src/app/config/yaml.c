// The file: a walk over libyaml's events, guided by the table of options.
//
// The shape is fixed: a mapping of sections, each a mapping of options, and `tickers`, a list of
// mappings. So nothing is built in memory, nesting cannot run away, and every message has the line
// of the very word that is wrong. Aliases are refused: they are how small files become large ones.
#include "app/config/option.h"
#include "app/config/suggest.h"

#include <stdlib.h>
#include <yaml.h>

// One walk. The event at hand is freed when the next is taken.
struct walk {
    struct gm_config_reader *reader;
    yaml_parser_t parser;
    yaml_event_t event;
};

static size_t line_of(const struct walk *walk)
{
    return walk->event.start_mark.line + 1;
}

static struct gm_str scalar_of(const struct walk *walk)
{
    return (struct gm_str){(const char *)walk->event.data.scalar.value,
                           walk->event.data.scalar.length};
}

static enum gm_err fail_yaml(struct walk *walk, struct gm_error *error)
{
    const yaml_parser_t *parser = &walk->parser;
    if (parser->error == YAML_MEMORY_ERROR) {
        return gm_error_set(error, GM_ERR_NOMEM, "out of memory");
    }
    if (parser->error == YAML_READER_ERROR) {
        return gm_error_set(error, GM_ERR_INVALID, "%s: not UTF-8 text, at byte %zu: %s",
                            walk->reader->name, parser->problem_offset, parser->problem);
    }
    return gm_error_set(error, GM_ERR_INVALID, "%s:%zu: not YAML: %s", walk->reader->name,
                        parser->problem_mark.line + 1, parser->problem);
}

static enum gm_err next(struct walk *walk, struct gm_error *error)
{
    yaml_event_delete(&walk->event);
    if (!yaml_parser_parse(&walk->parser, &walk->event)) {
        return fail_yaml(walk, error);
    }
    if (walk->event.type == YAML_ALIAS_EVENT) {
        return gm_error_set(
            error, GM_ERR_INVALID, "%s:%zu: an alias (*%s) cannot stand here: write the value out",
            walk->reader->name, line_of(walk), (const char *)walk->event.data.alias.anchor);
    }
    return GM_OK;
}

static enum gm_err fail_shape(const struct walk *walk, const char *what, struct gm_error *error)
{
    return gm_error_set(error, GM_ERR_INVALID, "%s:%zu: %s", walk->reader->name, line_of(walk),
                        what);
}

static enum gm_err fail_twice(const struct walk *walk, const char *what, struct gm_str name,
                              size_t line, struct gm_error *error)
{
    return gm_error_set(error, GM_ERR_INVALID,
                        "%s:%zu: %s \"%.*s\" stands twice, first in line %zu", walk->reader->name,
                        line_of(walk), what, GM_STR_ARG(name), line);
}

static enum gm_err fail_unknown(const struct walk *walk, const struct gm_suggest *suggest,
                                struct gm_error *error)
{
    char text[GM_SUGGEST_TEXT_BYTES];
    struct gm_str key = suggest->word;
    return gm_error_set(error, GM_ERR_INVALID, "%s:%zu: unknown key \"%.*s\"%s", walk->reader->name,
                        line_of(walk), key.len < 80 ? (int)key.len : 80, key.data,
                        gm_suggest_text(suggest, text));
}

// True at an empty value: nothing, ~ or null.
static bool is_null(const struct walk *walk)
{
    if (walk->event.type != YAML_SCALAR_EVENT ||
        walk->event.data.scalar.style != YAML_PLAIN_SCALAR_STYLE) {
        return false;
    }
    struct gm_str text = scalar_of(walk);
    return text.len == 0 || gm_str_equal(text, gm_str("~")) || gm_str_equal(text, gm_str("null"));
}

// ------------------------------------------------------------------------- values

static enum gm_err fail_value(const struct walk *walk, const struct gm_config_option *option,
                              const struct gm_error *inner, struct gm_error *error)
{
    return gm_error_set(error, inner->code, "%s:%zu: %s: %s", walk->reader->name, line_of(walk),
                        option->name, inner->message);
}

static enum gm_err read_list(struct walk *walk, const struct gm_config_option *option,
                             struct gm_config_list *list, struct gm_error *error)
{
    struct gm_error inner;
    enum gm_err err;
    if (walk->event.type != YAML_SEQUENCE_START_EVENT) {
        gm_error_set(&inner, GM_ERR_INVALID, "a list must stand here: [first, second]");
        return fail_value(walk, option, &inner, error);
    }
    while (!(err = next(walk, error)) && walk->event.type != YAML_SEQUENCE_END_EVENT) {
        if (walk->event.type != YAML_SCALAR_EVENT) {
            gm_error_set(&inner, GM_ERR_INVALID, "only texts can stand in this list");
            return fail_value(walk, option, &inner, error);
        }
        if (gm_config_list_add(list, scalar_of(walk), &inner)) {
            return fail_value(walk, option, &inner, error);
        }
    }
    return err;
}

static enum gm_err fail_secret(const struct walk *walk, const struct gm_config_option *option,
                               struct gm_error *error)
{
    char variable[GM_CONFIG_VARIABLE_BYTES];
    struct gm_error inner;
    gm_config_variable(option, variable);
    gm_error_set(&inner, GM_ERR_INVALID,
                 "a secret cannot stand in this file: set %s in the environment or in .env",
                 option->alias ? option->alias : variable);
    return fail_value(walk, option, &inner, error);
}

// The event at hand is the value of `option` in `base`.
static enum gm_err read_value(struct walk *walk, const struct gm_config_option *option, void *base,
                              struct gm_error *error)
{
    struct gm_error inner;
    if (option->type == GM_CONFIG_SECRET) {
        return fail_secret(walk, option, error);
    }
    if (option->type == GM_CONFIG_LIST) {
        void *list = (char *)base + option->offset;
        return read_list(walk, option, list, error);
    }
    if (walk->event.type != YAML_SCALAR_EVENT || is_null(walk)) {
        gm_error_set(&inner, GM_ERR_INVALID, "a value must stand here");
        return fail_value(walk, option, &inner, error);
    }
    if (gm_config_value_read(option, scalar_of(walk), base, &inner)) {
        return fail_value(walk, option, &inner, error);
    }
    return GM_OK;
}

// ------------------------------------------------------------------------- tickers

static enum gm_err read_ticker_option(struct walk *walk, size_t ticker, size_t *lines,
                                      struct gm_error *error)
{
    struct gm_config_reader *reader = walk->reader;
    struct gm_str key = scalar_of(walk);
    const struct gm_config_option *option = gm_config_option_find(gm_config_ticker_options, key);
    if (!option) {
        struct gm_suggest suggest;
        gm_suggest_init(&suggest, key);
        for (option = gm_config_ticker_options; option->name; option++) {
            gm_suggest_offer(&suggest, option->name);
        }
        return fail_unknown(walk, &suggest, error);
    }
    size_t at = (size_t)(option - gm_config_ticker_options);
    if (lines[at] != 0) {
        return fail_twice(walk, "key", key, lines[at], error);
    }
    lines[at] = line_of(walk);
    reader->ticker_set[ticker] |= 1u << at;
    enum gm_err err = next(walk, error);
    return err ? err : read_value(walk, option, &reader->config->tickers[ticker], error);
}

static enum gm_err check_ticker(struct walk *walk, size_t ticker, struct gm_error *error)
{
    const struct gm_config_reader *reader = walk->reader;
    const char *name = reader->config->tickers[ticker].name;
    if (!name) {
        return gm_error_set(error, GM_ERR_INVALID, "%s:%zu: this ticker has no name", reader->name,
                            reader->ticker_lines[ticker]);
    }
    for (size_t i = 0; i < ticker; i++) {
        if (strcmp(reader->config->tickers[i].name, name) == 0) {
            return gm_error_set(
                error, GM_ERR_INVALID, "%s:%zu: ticker \"%s\" stands twice, first in line %zu",
                reader->name, reader->ticker_lines[ticker], name, reader->ticker_lines[i]);
        }
    }
    return GM_OK;
}

static enum gm_err read_ticker(struct walk *walk, struct gm_error *error)
{
    size_t lines[GM_CONFIG_OPTIONS_MAX] = {0};
    size_t ticker = walk->reader->config->ticker_count;
    enum gm_err err;

    if (walk->event.type != YAML_MAPPING_START_EVENT) {
        return fail_shape(walk, "a ticker must stand here: - name: bitcoin", error);
    }
    if ((err = gm_config_ticker_add(walk->reader, line_of(walk), error))) {
        return err;
    }
    while (!(err = next(walk, error)) && walk->event.type != YAML_MAPPING_END_EVENT) {
        if (walk->event.type != YAML_SCALAR_EVENT) {
            return fail_shape(walk, "a key must stand here", error);
        }
        if ((err = read_ticker_option(walk, ticker, lines, error))) {
            return err;
        }
    }
    return err ? err : check_ticker(walk, ticker, error);
}

static enum gm_err read_tickers(struct walk *walk, struct gm_error *error)
{
    enum gm_err err;
    if (walk->event.type != YAML_SEQUENCE_START_EVENT) {
        return fail_shape(walk, "tickers: a list must stand here: - name: bitcoin", error);
    }
    while (!(err = next(walk, error)) && walk->event.type != YAML_SEQUENCE_END_EVENT) {
        if ((err = read_ticker(walk, error))) {
            return err;
        }
    }
    if (!err && walk->reader->config->ticker_count == 0) {
        return fail_shape(walk, "tickers: the list is empty: name one ticker or leave it out",
                          error);
    }
    return err;
}

// ------------------------------------------------------------------------- sections

static const struct gm_config_option *find_option(struct gm_str section, struct gm_str key)
{
    const struct gm_config_option *option = gm_config_options;
    for (; option->name; option++) {
        if (gm_config_option_in(option, section) &&
            gm_str_equal(gm_str(gm_config_option_key(option)), key)) {
            return option;
        }
    }
    return NULL;
}

static enum gm_err read_option(struct walk *walk, const struct gm_config_option *option,
                               struct gm_error *error)
{
    size_t *line = &walk->reader->lines[option - gm_config_options];
    if (*line != 0) {
        return fail_twice(walk, "key", gm_str(gm_config_option_key(option)), *line, error);
    }
    *line = line_of(walk);
    enum gm_err err = next(walk, error);
    return err ? err : read_value(walk, option, walk->reader->config, error);
}

static enum gm_err read_section(struct walk *walk, struct gm_str section, struct gm_error *error)
{
    enum gm_err err = next(walk, error);
    if (err || is_null(walk)) {
        return err;
    }
    if (walk->event.type != YAML_MAPPING_START_EVENT) {
        return gm_error_set(error, GM_ERR_INVALID,
                            "%s:%zu: \"%.*s\" is a section: its options stand below it, indented",
                            walk->reader->name, line_of(walk), GM_STR_ARG(section));
    }
    while (!(err = next(walk, error)) && walk->event.type != YAML_MAPPING_END_EVENT) {
        if (walk->event.type != YAML_SCALAR_EVENT) {
            return fail_shape(walk, "a key must stand here", error);
        }
        const struct gm_config_option *option = find_option(section, scalar_of(walk));
        if (!option) {
            struct gm_suggest suggest;
            gm_suggest_init(&suggest, scalar_of(walk));
            for (option = gm_config_options; option->name; option++) {
                if (gm_config_option_in(option, section)) {
                    gm_suggest_offer(&suggest, gm_config_option_key(option));
                }
            }
            return fail_unknown(walk, &suggest, error);
        }
        if ((err = read_option(walk, option, error))) {
            return err;
        }
    }
    return err;
}

static enum gm_err fail_unknown_top(const struct walk *walk, struct gm_error *error)
{
    struct gm_suggest suggest;
    gm_suggest_init(&suggest, scalar_of(walk));
    gm_suggest_offer(&suggest, "tickers");
    for (const struct gm_config_section *section = gm_config_sections; section->name; section++) {
        gm_suggest_offer(&suggest, section->name);
    }
    for (const struct gm_config_option *option = gm_config_options; option->name; option++) {
        if (gm_config_option_in(option, gm_str(""))) {
            gm_suggest_offer(&suggest, option->name);
        }
    }
    return fail_unknown(walk, &suggest, error);
}

struct seen {
    size_t sections[GM_CONFIG_OPTIONS_MAX]; // line by place in gm_config_sections; 0: not yet
    size_t tickers;
};

static enum gm_err read_top_key(struct walk *walk, struct seen *seen, struct gm_error *error)
{
    struct gm_str key = scalar_of(walk);
    const struct gm_config_option *option = find_option(gm_str(""), key);
    if (option) {
        return read_option(walk, option, error);
    }
    if (gm_str_equal(key, gm_str("tickers"))) {
        if (seen->tickers != 0) {
            return fail_twice(walk, "key", key, seen->tickers, error);
        }
        seen->tickers = line_of(walk);
        enum gm_err err = next(walk, error);
        return err ? err : read_tickers(walk, error);
    }
    for (size_t i = 0; gm_config_sections[i].name; i++) {
        struct gm_str section = gm_str(gm_config_sections[i].name);
        if (section.len > 0 && gm_str_equal(section, key)) {
            if (seen->sections[i] != 0) {
                return fail_twice(walk, "key", key, seen->sections[i], error);
            }
            seen->sections[i] = line_of(walk);
            return read_section(walk, section, error);
        }
    }
    return fail_unknown_top(walk, error);
}

static enum gm_err read_document(struct walk *walk, struct gm_error *error)
{
    struct seen seen = {{0}, 0};
    enum gm_err err = next(walk, error);
    if (err || is_null(walk)) {
        return err;
    }
    if (walk->event.type != YAML_MAPPING_START_EVENT) {
        return fail_shape(walk, "sections must stand here, as \"web:\"", error);
    }
    while (!(err = next(walk, error)) && walk->event.type != YAML_MAPPING_END_EVENT) {
        if (walk->event.type != YAML_SCALAR_EVENT) {
            return fail_shape(walk, "a key must stand here", error);
        }
        if ((err = read_top_key(walk, &seen, error))) {
            return err;
        }
    }
    return err;
}

static enum gm_err read_stream(struct walk *walk, struct gm_error *error)
{
    enum gm_err err;
    bool document = false;
    while (!(err = next(walk, error)) && walk->event.type != YAML_STREAM_END_EVENT) {
        if (walk->event.type != YAML_DOCUMENT_START_EVENT) {
            continue;
        }
        if (document) {
            return fail_shape(walk, "a second document (---) cannot stand in this file", error);
        }
        document = true;
        if ((err = read_document(walk, error))) {
            return err;
        }
    }
    return err;
}

enum gm_err gm_config_yaml_read(struct gm_config_reader *reader, struct gm_str yaml,
                                struct gm_error *error)
{
    struct walk walk = {.reader = reader};
    if (!yaml_parser_initialize(&walk.parser)) {
        return gm_error_set(error, GM_ERR_NOMEM, "out of memory");
    }
    const char *text = yaml.data ? yaml.data : "";
    yaml_parser_set_input_string(&walk.parser, (const unsigned char *)text, yaml.len);
    enum gm_err err = read_stream(&walk, error);
    yaml_event_delete(&walk.event);
    yaml_parser_delete(&walk.parser);
    return err;
}
