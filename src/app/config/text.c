// The configuration as text: the example file, the manual, and the one in force.
//
// The first two are committed, so that people read them where they look: a test compares them with
// what is written here, and `make docs` writes them anew.
#include "app/config/config.h"

#include "app/config/option.h"

static void write_comment(const char *text, const char *indent, struct gm_buffer *out)
{
    enum { WIDTH = 96 };
    size_t column = 0;
    for (const char *word = text; *word;) {
        const char *end = strchrnul(word, ' ');
        size_t len = (size_t)(end - word);
        if (column == 0 || column + 1 + len > WIDTH) {
            gm_buffer_printf(out, "%s%s# ", column > 0 ? "\n" : "", indent);
            column = strlen(indent) + 2;
        } else {
            gm_buffer_append_byte(out, ' ');
            column++;
        }
        gm_buffer_append(out, word, len);
        column += len;
        word = *end ? end + 1 : end;
    }
    gm_buffer_append_byte(out, '\n');
}

// ------------------------------------------------------------------------- the example

static void write_example_secret(const struct gm_config_option *option, const char *indent,
                                 struct gm_buffer *out)
{
    char variable[GM_CONFIG_VARIABLE_BYTES];
    gm_config_variable(option, variable);
    gm_buffer_printf(out, "%s# A secret: set %s in the environment or in .env, not here.\n", indent,
                     option->alias ? option->alias : variable);
}

static void write_example_section(const struct gm_config_section *section, struct gm_buffer *out)
{
    const char *indent = *section->name ? "  " : "";
    write_comment(section->help, "", out);
    if (*section->name) {
        gm_buffer_printf(out, "%s:\n", section->name);
    }
    for (const struct gm_config_option *option = gm_config_options; option->name; option++) {
        if (!gm_config_option_in(option, gm_str(section->name))) {
            continue;
        }
        gm_buffer_append_byte(out, '\n');
        write_comment(option->help, indent, out);
        if (option->type == GM_CONFIG_SECRET) {
            write_example_secret(option, indent, out);
            continue;
        }
        gm_buffer_printf(out, "%s# Allowed: ", indent);
        gm_config_allowed_write(option, out);
        gm_buffer_append_c(out, ".\n");
        gm_buffer_printf(out, "%s#%s: %s\n", indent, gm_config_option_key(option),
                         option->standard ? option->standard : option->example);
    }
    gm_buffer_append_byte(out, '\n');
}

static void write_example_tickers(struct gm_buffer *out)
{
    write_comment("What is watched. A ticker sets for itself what should differ from `rule`: "
                  "window, cooldown, momentum_min, delta_price_max, entries_max.",
                  "", out);
    gm_buffer_append_c(out, "tickers:\n");
    for (const struct gm_config_preset *preset = gm_config_presets; preset->name; preset++) {
        gm_buffer_printf(out, "  - name: %s\n    keywords: [", preset->name);
        for (size_t i = 0; preset->keywords[i]; i++) {
            gm_buffer_printf(out, "%s%s", i > 0 ? ", " : "", preset->keywords[i]);
        }
        gm_buffer_append_c(out, "]\n");
        for (size_t i = 0; preset->symbols[i].option; i++) {
            gm_buffer_printf(out, "    %s: %s\n", preset->symbols[i].option,
                             preset->symbols[i].value);
        }
        if (preset == gm_config_presets) {
            gm_buffer_append_c(out, "    #window: 5m\n    #momentum_min: 100\n");
        }
    }
}

void gm_config_write_example(struct gm_buffer *out)
{
    gm_buffer_append_c(out, "# GhostMarket's configuration, every option at its default. Save it "
                            "as ghostmarket.yaml and\n# take the # from what you change.\n\n");
    for (const struct gm_config_section *section = gm_config_sections; section->name; section++) {
        write_example_section(section, out);
    }
    write_example_tickers(out);
}

// ------------------------------------------------------------------------- the manual

static void write_docs_secrets(struct gm_buffer *out)
{
    gm_buffer_append_c(
        out,
        "## Secrets\n\n"
        "Keys and passwords never stand in `ghostmarket.yaml` or on the command line, which other\n"
        "users of the machine can read. They come from the environment, or from the file `.env` "
        "in\n"
        "the working directory (or another, with `--env-file FILE`):\n\n"
        "```sh\n"
        "# .env\n"
        "HF_TOKEN=hf_…\n"
        "export GHOSTMARKET_LOG_LEVEL=debug        # any option may stand here\n"
        "OTHER='as written, with # and $'\n"
        "```\n\n"
        "The environment wins over `.env`, and `GHOSTMARKET_…` over the customary name. Nothing "
        "is\n"
        "expanded. A plain value ends at the line's end or at a ` #`; one in single quotes is "
        "taken "
        "as\n"
        "it is written; in double quotes `\\n`, `\\r` and `\\t` are control characters, and "
        "`\\\"`, `\\$` "
        "and\n"
        "`\\\\` the character itself. A value does not reach over a line's end, and a name stands "
        "once. Names\n"
        "that are no option are left alone; one that begins with `GHOSTMARKET_` is an error. What "
        "is "
        "in\n"
        "`.env` is not passed on to `notify.command`.\n\n"
        "Secrets are hidden in all that is printed and logged. A `.env` that others may read earns "
        "a\n"
        "warning: `chmod 600 .env`.\n\n");
}

static void write_docs_head(struct gm_buffer *out)
{
    gm_buffer_append_c(
        out,
        "# Configuration\n\n"
        "<!-- Written by `ghostmarket config --docs`; `make docs` renews it. -->\n\n"
        "GhostMarket runs without a configuration. What you want to be different stands in\n"
        "`ghostmarket.yaml` in the working directory, or in the file named by `--config FILE`:\n\n"
        "```yaml\n"
        "web:\n"
        "  port: 9000\n"
        "tickers:\n"
        "  - name: bitcoin\n"
        "    keywords: [bitcoin, btc]\n"
        "    window: 10m\n"
        "```\n\n"
        "An option comes from five places, of which the later wins: built-in default, file, "
        "`.env`,\n"
        "environment variable, command line. The variable of `web.port` is\n"
        "`GHOSTMARKET_WEB_PORT`, and so for all that are no lists. `ghostmarket config` prints "
        "the\n"
        "outcome, `ghostmarket config --example` a file with every option.\n\n"
        "A key that is not known, a value out of range and a key that stands twice are errors, "
        "which\n"
        "name file and line:\n\n"
        "```\n"
        "ghostmarket.yaml:1: unknown key \"tikers\": did you mean \"tickers\"?\n"
        "```\n\n"
        "Durations have a unit: `250ms`, `30s`, `5m`, `2h`, `7d`. Sizes are in bytes or have a\n"
        "unit: `65536`, `512KiB`, `96MiB`, `8GiB`. A file has at most 1 MiB, one document and no\n"
        "aliases.\n\n");
    write_docs_secrets(out);
}

static void write_option_docs(const struct gm_config_option *option, struct gm_buffer *out)
{
    gm_buffer_printf(out, "| `%s` | ", option->name);
    if (option->standard) {
        gm_buffer_printf(out, "`%s`", option->standard);
    } else if (option->inherits) {
        gm_buffer_printf(out, "`%s`", option->inherits);
    } else {
        gm_buffer_append_c(out, "not set");
    }
    gm_buffer_append_c(out, " | ");
    gm_config_allowed_write(option, out);
    gm_buffer_printf(out, " | %s", option->help);
    if (option->alias) {
        gm_buffer_printf(out, " Its variable may also be called `%s`.", option->alias);
    }
    gm_buffer_append_c(out, " |\n");
}

static const char table_head[] = "| option | default | allowed | meaning |\n|---|---|---|---|\n";

void gm_config_write_docs(struct gm_buffer *out)
{
    const struct gm_config_option *option;
    write_docs_head(out);
    for (const struct gm_config_section *section = gm_config_sections; section->name; section++) {
        gm_buffer_printf(out, "## %s\n\n%s\n\n%s", *section->name ? section->name : "General",
                         section->help, table_head);
        for (option = gm_config_options; option->name; option++) {
            if (gm_config_option_in(option, gm_str(section->name))) {
                write_option_docs(option, out);
            }
        }
        gm_buffer_append_byte(out, '\n');
    }
    gm_buffer_append_c(out, "## tickers\n\nA list of what is watched. Where the file has none, it "
                            "is ");
    for (const struct gm_config_preset *preset = gm_config_presets; preset->name; preset++) {
        const char *between = preset == gm_config_presets ? "" : preset[1].name ? ", " : " and ";
        gm_buffer_printf(out, "%s`%s`", between, preset->name);
    }
    gm_buffer_printf(out, ". At most %d.\n\n%s", GM_CONFIG_TICKERS_MAX, table_head);
    for (option = gm_config_ticker_options; option->name; option++) {
        write_option_docs(option, out);
    }
}

// ------------------------------------------------------------------------- the one in force

// True where the option has nothing that could be written.
static bool is_unset(const struct gm_config_option *option, const void *base)
{
    const void *at = (const char *)base + option->offset;
    switch (option->type) {
    case GM_CONFIG_TEXT:
    case GM_CONFIG_NAME:
    case GM_CONFIG_TICKER:
    case GM_CONFIG_SECRET:
        return *(char *const *)at == NULL;
    case GM_CONFIG_LIST:
        return ((const struct gm_config_list *)at)->count == 0;
    default:
        return false;
    }
}

static void write_values(const struct gm_config_option *option, const void *base,
                         const char *indent, struct gm_buffer *out)
{
    if (is_unset(option, base)) {
        return;
    }
    if (option->type == GM_CONFIG_SECRET) {
        gm_buffer_printf(out, "%s# %s is set, and hidden\n", indent, gm_config_option_key(option));
    } else {
        gm_buffer_printf(out, "%s%s: ", indent, gm_config_option_key(option));
        gm_config_value_write(option, base, out);
        gm_buffer_append_byte(out, '\n');
    }
}

void gm_config_write(const struct gm_config *config, struct gm_buffer *out)
{
    const struct gm_config_option *option;
    for (const struct gm_config_section *section = gm_config_sections; section->name; section++) {
        if (*section->name) {
            gm_buffer_printf(out, "%s:\n", section->name);
        }
        for (option = gm_config_options; option->name; option++) {
            if (gm_config_option_in(option, gm_str(section->name))) {
                write_values(option, config, *section->name ? "  " : "", out);
            }
        }
    }
    gm_buffer_append_c(out, "tickers:\n");
    for (size_t i = 0; i < config->ticker_count; i++) {
        for (option = gm_config_ticker_options; option->name; option++) {
            write_values(option, &config->tickers[i],
                         option == gm_config_ticker_options ? "  - " : "    ", out);
        }
    }
}
