// JSON on the hot way: a strict scanner over one text, and a writer into a buffer.
//
// The scanner is a pull parser: the caller asks for what its format says must come next, nothing
// is built in between, and a string without escapes is a slice of the input. It accepts exactly
// RFC 8259 in UTF-8, with a limit on depth and without NUL in strings. Everything that is not hot
// (API answers, configuration, foreign bodies) uses jansson, which is also this scanner's oracle
// in the tests.
#ifndef GM_BASE_JSON_H
#define GM_BASE_JSON_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

enum { GM_JSON_DEPTH_MAX = 32 };

enum gm_json_type {
    GM_JSON_END, // nothing but white space is left, or the text is broken here
    GM_JSON_OBJECT,
    GM_JSON_ARRAY,
    GM_JSON_STRING,
    GM_JSON_NUMBER,
    GM_JSON_TRUE,
    GM_JSON_FALSE,
    GM_JSON_NULL,
};

struct gm_json {
    const char *start, *at, *end;
    struct gm_arena *arena; // unescaped strings live here
    int depth;
    bool first; // between an object's or array's opening and its first member
};

// Lends `text` and `arena` for as long as the scanner and its results are used.
void gm_json_init(struct gm_json *json, struct gm_str text, struct gm_arena *arena);

// The type of the next value, by its first byte; does not move.
enum gm_json_type gm_json_peek(struct gm_json *json);

// An object: call gm_json_object_begin, then gm_json_object_next until *ret_more is false. After
// each `true`, *ret_name is the member's name and exactly one value must be read or skipped.
//     bool more;
//     if ((err = gm_json_object_begin(&j, error))) return err;
//     while (!(err = gm_json_object_next(&j, &more, &name, error)) && more) …
enum gm_err gm_json_object_begin(struct gm_json *json, struct gm_error *error);
enum gm_err gm_json_object_next(struct gm_json *json, bool *ret_more, struct gm_str *ret_name,
                                struct gm_error *error);

// An array: gm_json_array_begin, then gm_json_array_next until *ret_more is false. After each
// `true` exactly one value must be read or skipped.
enum gm_err gm_json_array_begin(struct gm_json *json, struct gm_error *error);
enum gm_err gm_json_array_next(struct gm_json *json, bool *ret_more, struct gm_error *error);

// A short cut: moves to the next member if its name is `name` and it is written as this program
// writes, without white space or escapes. On false nothing has moved and gm_json_object_next tells.
bool gm_json_object_next_is(struct gm_json *json, struct gm_str name);

// Read the next value; GM_ERR_INVALID names the byte ("byte 17: a string must stand here").
// A string is well-formed UTF-8 without NUL. An integer has no fraction or exponent and fits.
enum gm_err gm_json_string(struct gm_json *json, struct gm_str *ret_text, struct gm_error *error);
enum gm_err gm_json_number(struct gm_json *json, double *ret_value, struct gm_error *error);
enum gm_err gm_json_integer(struct gm_json *json, int64_t *ret_value, struct gm_error *error);
enum gm_err gm_json_bool(struct gm_json *json, bool *ret_value, struct gm_error *error);
enum gm_err gm_json_null(struct gm_json *json, struct gm_error *error);

// Checks one value of any type and passes over it. Deeper than GM_JSON_DEPTH_MAX: GM_ERR_LIMIT.
enum gm_err gm_json_skip(struct gm_json *json, struct gm_error *error);

// Nothing but white space may be left.
enum gm_err gm_json_end(struct gm_json *json, struct gm_error *error);

// The writer: appends to `out`, whose sticky error tells of failure. Text must be UTF-8; control
// characters, '"' and '\' are escaped, all else stands as it is. A number that is not finite
// becomes null.
void gm_json_write_string(struct gm_buffer *out, struct gm_str text);
void gm_json_write_number(struct gm_buffer *out, double value);
void gm_json_write_integer(struct gm_buffer *out, int64_t value);

#endif
