// For the tests of one message: a table of inputs and what the decoder says to each.
#ifndef GM_TESTS_UNIT_EVENT_DECODED_H
#define GM_TESTS_UNIT_EVENT_DECODED_H

#include "../test.h"

#include "event/event.h"

#include <stdio.h>
#include <string.h>

struct refusal {
    const char *json;
    enum gm_err err;
    const char *message; // how it begins
};

// `decode` must leave what it fills alone; the caller's wrapper checks that.
static inline void assert_refused(enum gm_err (*decode)(struct gm_str json, struct gm_error *error),
                                  const struct refusal *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct gm_error error = {0};
        enum gm_err err = decode(gm_str(cases[i].json), &error);
        if (err != cases[i].err ||
            strncmp(error.message, cases[i].message, strlen(cases[i].message)) != 0)
            fail_msg("%s\n  expected %s: %s\n  got      %s: %s", cases[i].json,
                     gm_err_name(cases[i].err), cases[i].message, gm_err_name(err), error.message);
        assert_int_equal(error.code, err);
    }
}

static inline void assert_text(struct gm_str text, const char *expected)
{
    assert_int_equal(text.len, strlen(expected));
    if (text.len)
        assert_memory_equal(text.data, expected, text.len);
}

#endif
