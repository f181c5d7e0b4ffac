// The nearest word, and that far ones are not offered.
#include "app/config/suggest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const char *nearest(const char *word)
{
    static const char *const words[] = {"tickers", "store", "serve", "web", "data_dir", NULL};
    struct gm_suggest suggest;
    gm_suggest_init(&suggest, gm_str(word));
    for (size_t i = 0; words[i]; i++) {
        gm_suggest_offer(&suggest, words[i]);
    }
    return suggest.best ? suggest.best : "";
}

static void finds_the_nearest(void **state)
{
    (void)state;
    assert_string_equal(nearest("tikers"), "tickers");   // a letter missing
    assert_string_equal(nearest("tickerss"), "tickers"); // one too many
    assert_string_equal(nearest("stroe"), "store");      // two swapped
    assert_string_equal(nearest("data-dir"), "data_dir");
    assert_string_equal(nearest("wbe"), "web");
}

static void offers_nothing_far(void **state)
{
    (void)state;
    assert_string_equal(nearest("kafka"), "");
    assert_string_equal(nearest(""), "");
    assert_string_equal(nearest("x"), "");
    char longest[4096];
    memset(longest, 't', sizeof(longest));
    longest[sizeof(longest) - 1] = '\0';
    assert_string_equal(nearest(longest), "");
}

static void ends_a_message(void **state)
{
    (void)state;
    char text[GM_SUGGEST_TEXT_BYTES];
    struct gm_suggest suggest;
    gm_suggest_init(&suggest, gm_str("tikers"));
    assert_string_equal(gm_suggest_text(&suggest, text), "");
    gm_suggest_offer(&suggest, "tickers");
    assert_string_equal(gm_suggest_text(&suggest, text), ": did you mean \"tickers\"?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_nearest),
        cmocka_unit_test(offers_nothing_far),
        cmocka_unit_test(ends_a_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
