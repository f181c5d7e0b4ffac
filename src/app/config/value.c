// One value of the configuration: from text, to text, and what is allowed.
#include "app/config/option.h"
#include "base/number.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct unit {
    const char *name;
    int64_t factor;
};

// Largest first, so that a value is written in the largest unit that divides it.
static const struct unit duration_units[] = {
    {"d", 86400000000}, {"h", 3600000000}, {"m", 60000000}, {"s", 1000000},
    {"ms", 1000},       {"us", 1},         {NULL, 0},
};
static const struct unit size_units[] = {
    {"TiB", (int64_t)1 << 40},
    {"GiB", (int64_t)1 << 30},
    {"MiB", (int64_t)1 << 20},
    {"KiB", (int64_t)1 << 10},
    {"B", 1},
    {NULL, 0},
};

static void *place(const struct gm_config_option *option, void *base)
{
    return (char *)base + option->offset;
}

static const void *place_const(const struct gm_config_option *option, const void *base)
{
    return (const char *)base + option->offset;
}

// ------------------------------------------------------------------------- writing

static void write_units(int64_t value, const struct unit *units, struct gm_buffer *out)
{
    if (value == 0) {
        gm_buffer_append_byte(out, '0');
        return;
    }
    while (units->factor > 1 && value % units->factor != 0) {
        units++;
    }
    gm_buffer_printf(out, "%lld%s", (long long)(value / units->factor), units->name);
}

static void write_number(double value, struct gm_buffer *out)
{
    char text[GM_NUMBER_BYTES];
    gm_buffer_append(out, text, gm_number_write(value, text));
}

static void write_limit(const struct gm_config_option *option, double limit, struct gm_buffer *out)
{
    switch (option->type) {
    case GM_CONFIG_DURATION:
        write_units((int64_t)limit, duration_units, out);
        break;
    case GM_CONFIG_SIZE:
        write_units((int64_t)limit, size_units, out);
        break;
    default:
        gm_buffer_printf(out, "%.12g", limit);
    }
}

static void write_choices(const struct gm_config_option *option, struct gm_buffer *out)
{
    for (size_t i = 0; option->choices[i]; i++) {
        const char *between = i == 0 ? "" : option->choices[i + 1] ? ", " : " or ";
        gm_buffer_printf(out, "%s%s", between, option->choices[i]);
    }
}

void gm_config_allowed_write(const struct gm_config_option *option, struct gm_buffer *out)
{
    switch (option->type) {
    case GM_CONFIG_TEXT:
        if (option->choices[0]) {
            write_choices(option, out);
        } else {
            gm_buffer_append_c(out, "a text");
        }
        break;
    case GM_CONFIG_CHOICE:
        write_choices(option, out);
        break;
    case GM_CONFIG_NAME:
        gm_buffer_append_c(out, "1 … 128 of A-Z a-z 0-9 . _ -");
        break;
    case GM_CONFIG_TICKER:
        gm_buffer_append_c(out, "1 … 64 of a-z 0-9 . _ -");
        break;
    case GM_CONFIG_BOOL:
        gm_buffer_append_c(out, "true or false");
        break;
    case GM_CONFIG_LIST:
        gm_buffer_append_c(out, "a list of texts");
        break;
    case GM_CONFIG_SECRET:
        gm_buffer_append_c(out, "a secret");
        break;
    case GM_CONFIG_INT:
    case GM_CONFIG_COUNT:
    case GM_CONFIG_NUMBER:
    case GM_CONFIG_DURATION:
    case GM_CONFIG_SIZE:
        write_limit(option, option->min, out);
        gm_buffer_append_c(out, " … ");
        write_limit(option, option->max, out);
        break;
    }
}

// YAML takes some characters for line breaks and refuses others; these are escaped.
static bool needs_escape(uint32_t point)
{
    return point < 0x20 || point == '"' || point == '\\' || (point >= 0x7f && point < 0xa0) ||
           point == 0x2028 || point == 0x2029 || point == 0xfeff || point == 0xfffe ||
           point == 0xffff;
}

void gm_config_quote(struct gm_str text, struct gm_buffer *out)
{
    gm_buffer_append_byte(out, '"');
    for (size_t at = 0; at < text.len;) {
        size_t start = at;
        uint32_t point = gm_utf8_next(text, &at);
        if (needs_escape(point)) {
            gm_buffer_printf(out, "\\u%04x", (unsigned)point);
        } else {
            gm_buffer_append(out, text.data + start, at - start);
        }
    }
    gm_buffer_append_byte(out, '"');
}

static void write_list(const struct gm_config_list *list, struct gm_buffer *out)
{
    gm_buffer_append_byte(out, '[');
    for (size_t i = 0; i < list->count; i++) {
        gm_buffer_append_c(out, i > 0 ? ", " : "");
        gm_config_quote(gm_str(list->items[i]), out);
    }
    gm_buffer_append_byte(out, ']');
}

void gm_config_value_write(const struct gm_config_option *option, const void *base,
                           struct gm_buffer *out)
{
    const void *at = place_const(option, base);
    switch (option->type) {
    case GM_CONFIG_TEXT:
    case GM_CONFIG_NAME:
    case GM_CONFIG_TICKER:
        gm_config_quote(gm_str(*(char *const *)at), out);
        break;
    case GM_CONFIG_CHOICE:
        gm_buffer_append_c(out, option->choices[*(const int *)at]);
        break;
    case GM_CONFIG_BOOL:
        gm_buffer_append_c(out, *(const bool *)at ? "true" : "false");
        break;
    case GM_CONFIG_INT:
        gm_buffer_printf(out, "%d", *(const int *)at);
        break;
    case GM_CONFIG_COUNT:
        gm_buffer_printf(out, "%zu", *(const size_t *)at);
        break;
    case GM_CONFIG_NUMBER:
        write_number(*(const double *)at, out);
        break;
    case GM_CONFIG_DURATION:
        write_units(*(const int64_t *)at, duration_units, out);
        break;
    case GM_CONFIG_SIZE:
        write_units(*(const int64_t *)at, size_units, out);
        break;
    case GM_CONFIG_LIST:
        write_list(at, out);
        break;
    case GM_CONFIG_SECRET:
        break;
    }
}

// ------------------------------------------------------------------------- reading

// "X is not within 0 … 65535", "X: allowed is true or false".
static enum gm_err refuse(const struct gm_config_option *option, struct gm_str text,
                          const char *wrong, struct gm_error *error)
{
    struct gm_buffer allowed;
    gm_buffer_init(&allowed, 256);
    gm_config_allowed_write(option, &allowed);
    int shown = text.len < 60 ? (int)text.len : 60;
    gm_error_set(error, GM_ERR_INVALID, "\"%.*s\" %s%.*s", shown, text.data ? text.data : "", wrong,
                 GM_STR_ARG(gm_buffer_str(&allowed)));
    gm_buffer_finish(&allowed);
    return GM_ERR_INVALID;
}

// Digits only; false when there is none or it is over INT64_MAX.
static bool read_digits(struct gm_str text, int64_t *ret_value)
{
    int64_t value = 0;
    for (size_t i = 0; i < text.len; i++) {
        int digit = text.data[i] - '0';
        if (digit < 0 || digit > 9 || __builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, digit, &value)) {
            return false;
        }
    }
    *ret_value = value;
    return text.len > 0;
}

// A whole number and a unit. A bare number is in `bare_factor`, or, where that is 0, only 0 may
// stand without a unit.
static bool read_units(struct gm_str text, const struct unit *units, int64_t bare_factor,
                       int64_t *ret_value)
{
    size_t digits = 0;
    while (digits < text.len && text.data[digits] >= '0' && text.data[digits] <= '9') {
        digits++;
    }
    int64_t value;
    if (!read_digits((struct gm_str){text.data, digits}, &value)) {
        return false;
    }
    struct gm_str unit = {text.data + digits, text.len - digits};
    while (unit.len > 0 && unit.data[0] == ' ') {
        unit.data++;
        unit.len--;
    }
    int64_t factor = bare_factor;
    if (unit.len > 0) {
        while (units->name && !gm_str_equal(gm_str(units->name), unit)) {
            units++;
        }
        factor = units->factor;
    }
    if (factor == 0 && (value != 0 || unit.len > 0)) {
        return false;
    }
    return !__builtin_mul_overflow(value, factor, ret_value);
}

static bool within(const struct gm_config_option *option, double value)
{
    return value >= option->min && value <= option->max;
}

static enum gm_err read_whole(const struct gm_config_option *option, struct gm_str text, void *at,
                              struct gm_error *error)
{
    bool minus = text.len > 1 && text.data[0] == '-';
    int64_t value;
    if (!read_digits((struct gm_str){text.data + minus, text.len - minus}, &value)) {
        return refuse(option, text, "is not a whole number: allowed is ", error);
    }
    value = minus ? -value : value;
    if (!within(option, (double)value)) {
        return refuse(option, text, "is not within ", error);
    }
    if (option->type == GM_CONFIG_INT) {
        *(int *)at = (int)value;
    } else {
        *(size_t *)at = (size_t)value;
    }
    return GM_OK;
}

static enum gm_err read_number(const struct gm_config_option *option, struct gm_str text, void *at,
                               struct gm_error *error)
{
    double value;
    if (!gm_number_read(text.data, text.len, &value)) {
        return refuse(option, text, "is not a number: allowed is ", error);
    }
    if (!within(option, value)) {
        return refuse(option, text, "is not within ", error);
    }
    *(double *)at = value;
    return GM_OK;
}

static enum gm_err read_measure(const struct gm_config_option *option, struct gm_str text, void *at,
                                struct gm_error *error)
{
    bool duration = option->type == GM_CONFIG_DURATION;
    int64_t value;
    if (!read_units(text, duration ? duration_units : size_units, duration ? 0 : 1, &value)) {
        return refuse(option, text,
                      duration ? "is not a duration (250ms, 30s, 5m, 2h, 7d): allowed is "
                               : "is not a size (65536, 512KiB, 96MiB, 8GiB): allowed is ",
                      error);
    }
    if (!within(option, (double)value)) {
        return refuse(option, text, "is not within ", error);
    }
    *(int64_t *)at = value;
    return GM_OK;
}

// The place among the choices, or -1.
static int choice_of(const struct gm_config_option *option, struct gm_str text)
{
    for (int i = 0; option->choices[i]; i++) {
        if (gm_str_equal(gm_str(option->choices[i]), text)) {
            return i;
        }
    }
    return -1;
}

static enum gm_err read_choice(const struct gm_config_option *option, struct gm_str text, void *at,
                               struct gm_error *error)
{
    int choice = choice_of(option, text);
    if (choice < 0) {
        return refuse(option, text, "is not known: allowed is ", error);
    }
    *(int *)at = choice;
    return GM_OK;
}

static enum gm_err read_bool(const struct gm_config_option *option, struct gm_str text, void *at,
                             struct gm_error *error)
{
    bool yes = gm_str_equal(text, gm_str("true"));
    if (!yes && !gm_str_equal(text, gm_str("false"))) {
        return refuse(option, text, "is not known: allowed is ", error);
    }
    *(bool *)at = yes;
    return GM_OK;
}

static bool is_name(struct gm_str text, size_t len_max, bool capitals)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        bool letter = (c >= 'a' && c <= 'z') || (capitals && c >= 'A' && c <= 'Z');
        if (!letter && !(c >= '0' && c <= '9') && c != '.' && c != '_' && c != '-') {
            return false;
        }
    }
    return text.len > 0 && text.len <= len_max;
}

static enum gm_err read_text(const struct gm_config_option *option, struct gm_str text, void *at,
                             struct gm_error *error)
{
    bool name = option->type == GM_CONFIG_NAME, ticker = option->type == GM_CONFIG_TICKER;
    if ((name && !is_name(text, 128, true)) || (ticker && !is_name(text, 64, false))) {
        return refuse(option, text, "is no name: allowed is ", error);
    }
    if (option->choices[0] && choice_of(option, text) < 0) {
        return refuse(option, text, "is not known: allowed is ", error);
    }
    char *copy = strndup(text.data, text.len);
    if (!copy) {
        return gm_error_set(error, GM_ERR_NOMEM, "out of memory");
    }
    free(*(char **)at);
    *(char **)at = copy;
    return GM_OK;
}

static void free_secret(char **at)
{
    if (*at) {
        explicit_bzero(*at, strlen(*at));
    }
    free(*at);
    *at = NULL;
}

// A secret ends as a field of a request or a library's option: a line break in it would add
// another. It is never shown, not even where it is wrong.
static enum gm_err read_secret(struct gm_str text, char **at, struct gm_error *error)
{
    if (!gm_utf8_valid(text, NULL)) {
        return gm_error_set(error, GM_ERR_INVALID, "the secret is not UTF-8 text");
    }
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        if (c < 0x20 || c == 0x7f) {
            return gm_error_set(error, GM_ERR_INVALID, "a secret has no control character");
        }
    }
    if (text.data[0] == ' ' || text.data[text.len - 1] == ' ') {
        return gm_error_set(error, GM_ERR_INVALID, "a secret neither begins nor ends with a blank");
    }
    char *copy = strndup(text.data, text.len);
    if (!copy) {
        return gm_error_set(error, GM_ERR_NOMEM, "out of memory");
    }
    free_secret(at);
    *at = copy;
    return GM_OK;
}

enum gm_err gm_config_value_read(const struct gm_config_option *option, struct gm_str text,
                                 void *base, struct gm_error *error)
{
    void *at = place(option, base);
    if (text.len == 0) {
        return gm_error_set(error, GM_ERR_INVALID, "a value must stand here");
    }
    if (text.len > GM_CONFIG_TEXT_BYTES_MAX) {
        return gm_error_set(error, GM_ERR_LIMIT, "%zu bytes are over the limit of %d", text.len,
                            GM_CONFIG_TEXT_BYTES_MAX);
    }
    if (memchr(text.data, '\0', text.len)) {
        return gm_error_set(error, GM_ERR_INVALID, "a NUL cannot stand in a value");
    }
    switch (option->type) {
    case GM_CONFIG_TEXT:
    case GM_CONFIG_NAME:
    case GM_CONFIG_TICKER:
        return read_text(option, text, at, error);
    case GM_CONFIG_CHOICE:
        return read_choice(option, text, at, error);
    case GM_CONFIG_BOOL:
        return read_bool(option, text, at, error);
    case GM_CONFIG_INT:
    case GM_CONFIG_COUNT:
        return read_whole(option, text, at, error);
    case GM_CONFIG_NUMBER:
        return read_number(option, text, at, error);
    case GM_CONFIG_DURATION:
    case GM_CONFIG_SIZE:
        return read_measure(option, text, at, error);
    case GM_CONFIG_SECRET:
        return read_secret(text, at, error);
    case GM_CONFIG_LIST:
        break;
    }
    return gm_error_set(error, GM_ERR_INVALID, "a list must stand here: [first, second]");
}

// ------------------------------------------------------------------------- lists

enum gm_err gm_config_list_add(struct gm_config_list *list, struct gm_str text,
                               struct gm_error *error)
{
    if (text.len == 0 || memchr(text.data, '\0', text.len)) {
        return gm_error_set(error, GM_ERR_INVALID, "an empty text or a NUL cannot stand in a list");
    }
    if (text.len > GM_CONFIG_TEXT_BYTES_MAX || list->count == GM_CONFIG_LIST_MAX) {
        return gm_error_set(error, GM_ERR_LIMIT, "a list has at most %d texts of %d bytes",
                            GM_CONFIG_LIST_MAX, GM_CONFIG_TEXT_BYTES_MAX);
    }
    char **items = realloc(list->items, (list->count + 2) * sizeof(*items));
    if (!items) {
        return gm_error_set(error, GM_ERR_NOMEM, "out of memory");
    }
    list->items = items;
    items[list->count] = strndup(text.data, text.len);
    if (!items[list->count]) {
        return gm_error_set(error, GM_ERR_NOMEM, "out of memory");
    }
    items[++list->count] = NULL;
    return GM_OK;
}

void gm_config_list_finish(struct gm_config_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->items[i]);
    }
    free(list->items);
    *list = (struct gm_config_list){NULL, 0};
}

void gm_config_values_finish(const struct gm_config_option *table, void *base)
{
    for (; table->name; table++) {
        void *at = place(table, base);
        switch (table->type) {
        case GM_CONFIG_TEXT:
        case GM_CONFIG_NAME:
        case GM_CONFIG_TICKER:
            free(*(char **)at);
            *(char **)at = NULL;
            break;
        case GM_CONFIG_LIST:
            gm_config_list_finish(at);
            break;
        case GM_CONFIG_SECRET:
            free_secret(at);
            break;
        default:
            break;
        }
    }
}
