// The configuration: what a user may set, from which of five places it came, and its checked value.
//
// Every option stands once, in the table of table.c. The table reads the YAML file, the
// environment and the command line, checks ranges, and writes the example file and
// docs/configuration.md; a test holds the committed ones to it. Of the five places, the later
// wins:
//
//   built-in default  <  file  <  .env  <  environment (GHOSTMARKET_BUS_SIZE_MAX)  <  command line
//
// Some variables also have the name that is customary for them (HF_TOKEN). Secrets come from .env
// and the environment alone and are shown nowhere.
//
// Messages name the place and what is allowed there:
//   ghostmarket.yaml:7: unknown key "tikers": did you mean "tickers"?
//   ghostmarket.yaml:9: web.port: 99999 is not within 0 … 65535
#ifndef GM_APP_CONFIG_H
#define GM_APP_CONFIG_H

#include "base/buffer.h"
#include "base/error.h"
#include "base/log.h"
#include "base/str.h"
#include "feed/live/live.h"
#include "signal/tracker.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GM_CONFIG_FILE_DEFAULT "ghostmarket.yaml"
#define GM_CONFIG_ENV_DEFAULT  ".env"

enum {
    GM_CONFIG_FILE_BYTES_MAX = 1024 * 1024,
    GM_CONFIG_TEXT_BYTES_MAX = 4096, // any one value
    GM_CONFIG_TICKERS_MAX = 4096,
    GM_CONFIG_LIST_MAX = 64, // keywords of a ticker, words of notify.command
};

// A list of texts that also serves as an argv: items[count] is NULL. `items` is NULL when empty.
struct gm_config_list {
    char **items;
    size_t count;
};

struct gm_config_ticker {
    char *name;                     // [a-z0-9._-]{1,64}, unique
    struct gm_config_list keywords; // never empty: the name itself where none is given
    char *coinbase;                 // what a price feed calls it; may be NULL
    struct gm_rule rule;            // the ticker's own values over those of `rule`
};

// All texts are owned by the struct. "May be NULL" is said where it may.
struct gm_config {
    char *path;     // the file that was read; NULL: none, built-in defaults
    char *env_path; // the .env that was read; NULL: none
    bool env_shown; // others than its owner may read or change it: deserves a warning
    char *data_dir; // made by whoever writes into it first

    struct {
        int level;  // enum gm_log_level
        int format; // enum gm_log_format
    } log;

    struct {
        char *backend;
        int partitions;
        int64_t size_max_bytes;
        int64_t retention_us; // 0: for ever
        bool sync;
    } bus;

    struct {
        char *ca_file; // may be NULL: the system's certificates
        int64_t timeout_us;
    } feed;

    // The live feeds, each named as its gm_live_ops.
    struct gm_coinbase_options coinbase;
    struct gm_live_options bluesky;

    struct {
        char *token; // a secret; may be NULL: nobody may deliver
    } ingest;

    struct {
        char *group;
        int batch_max; // messages
        int64_t score_budget_us;
    } process;

    struct {
        char *scorer;    // "auto" or a scorer's name
        char *model;     // may be NULL: the standard one, if it is installed
        char *model_dir; // may be NULL: where `model` is installed
        char *hub_token; // a secret; may be NULL
        char *precision;
        int threads; // 0: one a processor
        size_t cache_entries;
    } vibe;

    struct {
        char *group;
        char *path; // never NULL: DATA_DIR/ghostmarket.duckdb where it is not set
        int64_t memory_max_bytes;
        int threads;
        int batch_max; // rows
        int64_t commit_interval_us;
        int64_t retention_us; // 0: for ever
    } store;

    struct {
        bool enabled;
        char *address;
        int port; // 0: any free one
    } web;

    struct {
        struct gm_config_list command; // an argv; empty: nobody is told
        int64_t timeout_us;
    } notify;

    struct gm_rule rule; // for tickers that do not set their own
    struct gm_config_ticker *tickers;
    size_t ticker_count; // ≥ 1
};

// A value from the command line: option "data_dir", value "/srv/gm", origin "--data-dir".
struct gm_config_override {
    const char *name, *value, *origin;
};

// Reads the configuration. `path` NULL: GM_CONFIG_FILE_DEFAULT, and where that does not exist the
// built-in defaults. `env_path` NULL: GM_CONFIG_ENV_DEFAULT, if it is there. A path that is given
// and does not exist is GM_ERR_NOT_FOUND. What breaks a rule is GM_ERR_INVALID, what passes a limit
// GM_ERR_LIMIT; nothing is opened or made but the two files.
enum gm_err gm_config_load(const char *path, const char *env_path,
                           const struct gm_config_override *overrides, size_t override_count,
                           struct gm_config *ret_config, struct gm_error *error);

// As gm_config_load, from a text instead of a file, and without a .env; `name` stands in messages.
// The environment is left out where `with_environment` is false.
enum gm_err gm_config_parse(struct gm_str yaml, const char *name, bool with_environment,
                            const struct gm_config_override *overrides, size_t override_count,
                            struct gm_config *ret_config, struct gm_error *error);

// Frees what gm_config_load gave. A zeroed struct is fine.
void gm_config_finish(struct gm_config *config);

// The ticker of that name, or NULL.
const struct gm_config_ticker *gm_config_ticker_find(const struct gm_config *config,
                                                     struct gm_str name);

// Append the example file (every option with its default, commented out), docs/configuration.md,
// and the configuration in force as a file that gm_config_load would read back to the same.
void gm_config_write_example(struct gm_buffer *out);
void gm_config_write_docs(struct gm_buffer *out);
void gm_config_write(const struct gm_config *config, struct gm_buffer *out);

#endif
