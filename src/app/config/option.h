// The inside of the configuration: the table of options, and one value as text.
//
// Shared by the files config*.c alone.
#ifndef GM_APP_CONFIG_OPTION_H
#define GM_APP_CONFIG_OPTION_H

#include "app/config/config.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

// What a value looks like in the file, and what it becomes at its offset in the struct.
enum gm_config_type {
    GM_CONFIG_TEXT,     // any text, or one of `choices`     → char *
    GM_CONFIG_NAME,     // [A-Za-z0-9._-]{1,128}             → char *
    GM_CONFIG_TICKER,   // [a-z0-9._-]{1,64}                 → char *
    GM_CONFIG_CHOICE,   // one of `choices`                  → int, its place among them
    GM_CONFIG_BOOL,     // true, false                       → bool
    GM_CONFIG_INT,      // 42                                → int
    GM_CONFIG_COUNT,    // 42                                → size_t
    GM_CONFIG_NUMBER,   // 0.02                              → double
    GM_CONFIG_DURATION, // 0, 250ms, 5m, 7d                  → int64_t microseconds
    GM_CONFIG_SIZE,     // 1024, 96MiB, 8GiB                 → int64_t bytes
    GM_CONFIG_LIST,     // [a, b]                            → struct gm_config_list
    GM_CONFIG_SECRET,   // never in the file                 → char *, never printed
};

enum { GM_CONFIG_CHOICES_MAX = 4 };

struct gm_config_option {
    const char *name; // "bus.size_max"; an option of a ticker: "window"
    enum gm_config_type type;
    size_t offset;        // in struct gm_config; an option of a ticker: in struct gm_config_ticker
    const char *standard; // the default as a user would write it; NULL: not set
    const char *example;  // what the example file shows where there is no default
    double min, max;      // numbers, microseconds or bytes; every limit is exact in a double
    const char *choices[GM_CONFIG_CHOICES_MAX + 1]; // ended by NULL
    const char
        *inherits;     // an option of a ticker: the option that stands for it where it is not set
    const char *alias; // the name that the variable has by custom: "HF_TOKEN"; NULL: none. It is
                       // read beside GHOSTMARKET_…, which wins over it. Not for lists
    const char *help;  // one paragraph of Markdown
};

struct gm_config_section {
    const char *name; // "bus"; "": options without a section
    const char *help;
};

// Each ended by an entry whose name is NULL; sections and options in the order of the manual.
extern const struct gm_config_section gm_config_sections[];
extern const struct gm_config_option gm_config_options[];
extern const struct gm_config_option gm_config_ticker_options[];

enum {
    GM_CONFIG_OPTIONS_MAX = 128, // room for either table
    GM_CONFIG_VARIABLE_BYTES = 64,
};

// The tickers that stand where the file lists none, and what stands for one of that name where it
// says nothing of its own.
struct gm_config_preset {
    const char *name;
    const char *keywords[6]; // ended by NULL
    struct {
        const char *option, *value; // a ticker's option: what a price feed calls it
    } symbols[4];                   // ended by NULL
};
extern const struct gm_config_preset gm_config_presets[];

// The option of that name in a table, or NULL.
const struct gm_config_option *gm_config_option_find(const struct gm_config_option *table,
                                                     struct gm_str name);

// Writes "GHOSTMARKET_BUS_SIZE_MAX" for "bus.size_max". Lists have no variable.
void gm_config_variable(const struct gm_config_option *option, char ret[GM_CONFIG_VARIABLE_BYTES]);

// True where `option` belongs to the section: "bus.size_max" to "bus", "data_dir" to "".
bool gm_config_option_in(const struct gm_config_option *option, struct gm_str section);

// The name without its section: "size_max".
const char *gm_config_option_key(const struct gm_config_option *option);

// ------------------------------------------------------------------------- values

// Reads `text` as the option's value into `base` + offset, replacing (and freeing) what was there.
// Not for lists. The message tells what is allowed, without saying where, and shows no secret:
//     "99999 is not within 0 … 65535".
enum gm_err gm_config_value_read(const struct gm_config_option *option, struct gm_str text,
                                 void *base, struct gm_error *error);

// Appends the value at `base` + offset as YAML that reads back to the same. Not for secrets.
void gm_config_value_write(const struct gm_config_option *option, const void *base,
                           struct gm_buffer *out);

// Appends what is allowed, for people: "1 … 64", "true or false", "1ms … 1m".
void gm_config_allowed_write(const struct gm_config_option *option, struct gm_buffer *out);

// Appends text as a YAML scalar in double quotes.
void gm_config_quote(struct gm_str text, struct gm_buffer *out);

// Adds a copy of `text`; the list is as before where that fails.
enum gm_err gm_config_list_add(struct gm_config_list *list, struct gm_str text,
                               struct gm_error *error);
void gm_config_list_finish(struct gm_config_list *list);

// Frees what the options of `table` own in `base`.
void gm_config_values_finish(const struct gm_config_option *table, void *base);

// ------------------------------------------------------------------------- a file

// What a file or the command line has set so far.
struct gm_config_reader {
    const char *name; // of the file, for messages
    struct gm_config *config;
    size_t lines[GM_CONFIG_OPTIONS_MAX]; // by place in gm_config_options: where it was set; 0: not
    size_t *ticker_lines;                // by ticker
    unsigned *ticker_set;                // by ticker: bit 1u << place in gm_config_ticker_options
    size_t ticker_capacity;
};

// Reads a YAML text into reader->config. The text has at most GM_CONFIG_FILE_BYTES_MAX bytes.
enum gm_err gm_config_yaml_read(struct gm_config_reader *reader, struct gm_str yaml,
                                struct gm_error *error);

// A new ticker at the end of the list, set at `line`, all values empty.
enum gm_err gm_config_ticker_add(struct gm_config_reader *reader, size_t line,
                                 struct gm_error *error);

#endif
