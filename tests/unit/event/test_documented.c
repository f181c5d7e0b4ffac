// The examples in docs/messages.md: each is read, and written again as it stands there.
// Usage: test_event_documented MESSAGES.md
#include "decoded.h"

static const char *path;
static char page[1 << 16];

static int read_page(void **state)
{
    (void)state;
    FILE *file = fopen(path, "rb");
    if (!file)
        return -1;
    page[fread(page, 1, sizeof(page) - 1, file)] = '\0';
    return fclose(file);
}

// The example under the heading, its line breaks and indentation taken out.
static struct gm_str example(const char *topic, char out[4096])
{
    char heading[64];
    size_t len = 0;
    snprintf(heading, sizeof(heading), "\n## %s\n", topic);
    const char *at = strstr(page, heading);
    assert_non_null(at);
    at = strstr(at, "```json\n");
    assert_non_null(at);
    at += strlen("```json\n");
    for (const char *end = strstr(at, "\n```"); at < end; at++) {
        assert_true(len < 4096);
        if (*at != '\n') {
            out[len++] = *at;
            continue;
        }
        at++;
        assert_int_equal(*at, ' '); // lines behind the first are indented by one
    }
    return (struct gm_str){out, len};
}

#define CHECK(kind_, topic_)                                                                       \
    static void kind_(void **state)                                                                \
    {                                                                                              \
        (void)state;                                                                               \
        char text[4096];                                                                           \
        struct gm_arena arena;                                                                     \
        struct gm_buffer out;                                                                      \
        struct gm_##kind_ message;                                                                 \
        struct gm_error error = {0};                                                               \
        struct gm_str json = example(gm_topic_name(topic_), text);                                 \
        gm_arena_init(&arena, 4096, 1 << 20);                                                      \
        gm_buffer_init(&out, 1 << 20);                                                             \
        if (gm_##kind_##_decode(json, &arena, &message, &error))                                   \
            fail_msg("%.*s: %s", GM_STR_ARG(json), error.message);                                 \
        gm_##kind_##_encode(&message, &out);                                                       \
        gm_buffer_append_byte(&out, '\0');                                                         \
        assert_int_equal(out.len, json.len + 1);                                                   \
        assert_memory_equal(out.data, json.data, json.len);                                        \
        gm_buffer_finish(&out);                                                                    \
        gm_arena_finish(&arena);                                                                   \
    }
CHECK(tick, GM_TOPIC_LIVE_PRICES)
CHECK(post, GM_TOPIC_LIVE_SOCIAL)
CHECK(signal, GM_TOPIC_MARKET_SIGNALS)
CHECK(alert, GM_TOPIC_MARKET_ALERTS)
CHECK(dead_letter, GM_TOPIC_DEAD_LETTERS)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tick),  cmocka_unit_test(post),        cmocka_unit_test(signal),
        cmocka_unit_test(alert), cmocka_unit_test(dead_letter),
    };
    if (argc != 2) {
        fprintf(stderr, "usage: %s MESSAGES.md\n", argv[0]);
        return 2;
    }
    path = argv[1];
    return cmocka_run_group_tests(tests, read_page, NULL);
}
