// The command line: what is accepted, what is refused and with which words, and the texts that the
// tables make.
#include "program.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { WORDS_MAX = 16 };

// Splits at spaces; "''" is an empty word.
static enum gm_err parse(const char *line, struct gm_invocation *invocation, struct gm_error *error)
{
    static char text[1024]; // argv outlives the call: the invocation lends from it
    char *argv[WORDS_MAX + 1] = {(char[]){"ghostmarket"}};
    int argc = 1;
    strcpy(text, line);
    for (char *word = strtok(text, " "); word; word = strtok(NULL, " ")) {
        assert_true(argc < WORDS_MAX);
        argv[argc++] = strcmp(word, "''") == 0 ? word + 2 : word;
    }
    return gm_options_parse(&program, argc, argv, invocation, error);
}

static const struct replay_args *parse_good(const char *line, struct gm_invocation *invocation)
{
    struct gm_error error = {0};
    if (parse(line, invocation, &error)) {
        fail_msg("%s: %s", line, error.message);
    }
    return (const struct replay_args *)invocation->args;
}

static void expect_error(const char *line, const char *message)
{
    struct gm_invocation invocation;
    struct gm_error error = {0};
    memset(&invocation, 0x5a, sizeof(invocation));
    struct gm_invocation before = invocation;
    if (parse(line, &invocation, &error) != GM_ERR_INVALID || strcmp(error.message, message) != 0) {
        fail_msg("%s\ngave %s\nnot  %s", line, error.message, message);
    }
    assert_memory_equal(&invocation, &before, sizeof(invocation));
}

static void reads_options(void **state)
{
    (void)state;
    struct gm_invocation in;
    const struct replay_args *args = parse_good("replay --prices p.gz", &in);
    assert_int_equal(in.action, GM_ACTION_RUN);
    assert_ptr_equal(in.command, &command_replay);
    assert_string_equal(args->prices, "p.gz");
    assert_true(args->speed == 1 && args->count == 3 && !args->force && !args->output);
    assert_int_equal(in.argument_count, 0);

    args =
        parse_good("replay --speed=2.5 -o out --count -5 --format csv -f --prices=a=b name", &in);
    assert_true(args->speed == 2.5 && args->count == -5 && args->format == FORMAT_CSV);
    assert_true(args->force);
    assert_string_equal(args->output, "out");
    assert_string_equal(args->prices, "a=b");
    assert_string_equal(in.arguments[0], "name");
    assert_null(in.arguments[1]);

    args = parse_good("replay --speed max -oout --prices x -- --force", &in);
    assert_true(args->speed == 0 && !args->force);
    assert_string_equal(args->output, "out");
    assert_string_equal(in.arguments[0], "--force");

    parse_good("replay --prices x -", &in); // a lone hyphen is a word
    assert_string_equal(in.arguments[0], "-");
}

static void reads_commands(void **state)
{
    (void)state;
    struct gm_invocation in;
    parse_good("model pull finbert", &in);
    assert_ptr_equal(in.command, &command_pull);
    assert_string_equal(in.arguments[0], "finbert");
    parse_good("--data-dir d model --config c info --log-level debug --log-format=json", &in);
    assert_ptr_equal(in.command, &command_info);
    assert_string_equal(in.config_path, "c");
    assert_int_equal(in.override_count, 3);
    assert_string_equal(in.overrides[0].name, "data_dir");
    assert_string_equal(in.overrides[0].value, "d");
    assert_string_equal(in.overrides[0].origin, "--data-dir");
    assert_string_equal(in.overrides[1].value, "debug");
    assert_string_equal(in.overrides[2].name, "log.format");
    parse_good("secret", &in);
    assert_ptr_equal(in.command, &command_secret);
}

static void asks_for_help(void **state)
{
    (void)state;
    struct gm_invocation in;
    parse_good("", &in);
    assert_int_equal(in.action, GM_ACTION_HELP);
    assert_null(in.command);
    parse_good("replay -h", &in); // what is needed may be missing then
    assert_int_equal(in.action, GM_ACTION_HELP);
    assert_ptr_equal(in.command, &command_replay);
    parse_good("model --help", &in);
    assert_int_equal(in.action, GM_ACTION_HELP);
    parse_good("--version", &in);
    assert_int_equal(in.action, GM_ACTION_VERSION);
}

static void refuses_wrong_usage(void **state)
{
    (void)state;
    expect_error("repaly", "unknown command \"repaly\": did you mean \"replay\"?; see: "
                           "ghostmarket --help");
    expect_error("xyzzy", "unknown command \"xyzzy\"; see: ghostmarket --help");
    expect_error("secre", "unknown command \"secre\"; see: ghostmarket --help");
    expect_error("model", "model needs one more word: pull, info; see: ghostmarket --help");
    expect_error("model pul", "unknown command \"model pul\": did you mean \"model pull\"?; see: "
                              "ghostmarket --help");
    expect_error("replay --spead 1", "unknown option --spead: did you mean --speed?; see: "
                                     "ghostmarket replay --help");
    expect_error("replay -x", "unknown option -x; see: ghostmarket replay --help");
    expect_error("--speed 1 replay", "unknown option --speed; see: ghostmarket --help");
    expect_error("replay --speed", "--speed needs a value: N|max; see: ghostmarket replay --help");
    expect_error("replay --prices ''",
                 "--prices needs a value: FILE; see: ghostmarket replay --help");
    expect_error("replay --force=1", "--force takes no value; see: ghostmarket replay --help");
    expect_error("replay --speed fast", "--speed: \"fast\" is not a number within 0.001 … 1e+09, "
                                        "or max; see: ghostmarket replay --help");
    expect_error("replay --speed 0", "--speed: \"0\" is not a number within 0.001 … 1e+09, or "
                                     "max; see: ghostmarket replay --help");
    expect_error("replay --count 11", "--count: \"11\" is not a whole number within -5 … 10; see: "
                                      "ghostmarket replay --help");
    expect_error("replay --count 1x", "--count: \"1x\" is not a whole number within -5 … 10; see: "
                                      "ghostmarket replay --help");
    expect_error("replay --format xml",
                 "--format: \"xml\" is not jsonl or csv; see: ghostmarket replay --help");
    expect_error("replay --log-level loud", "--log-level: \"loud\" is not error, warn, info or "
                                            "debug; see: ghostmarket replay --help");
    expect_error("replay", "replay needs --prices FILE; see: ghostmarket replay --help");
    expect_error("replay --prices p a b",
                 "\"b\" is one word too many; see: ghostmarket replay --help");
    expect_error("model pull", "model pull needs NAME; see: ghostmarket model pull --help");
}

static const char *text_of(struct gm_buffer *out)
{
    assert_int_equal(gm_buffer_ok(out, NULL), GM_OK);
    gm_buffer_append_byte(out, '\0');
    return out->data;
}

static void expect_text(const char *text, const char *part)
{
    if (!strstr(text, part)) {
        fail_msg("%s\nis missing in\n%s", part, text);
    }
}

static void writes_help(void **state)
{
    (void)state;
    struct gm_buffer out;
    gm_buffer_init(&out, 1 << 20);
    gm_options_write_help(&program, NULL, &out);
    const char *text = text_of(&out);
    expect_text(text, "Usage: ghostmarket COMMAND [OPTION]...\n\nWatch what people say.\n");
    expect_text(text, "  replay           feed a recording\n");
    expect_text(text, "  -h, --help                print this help\n");
    assert_null(strstr(text, "secret"));

    gm_buffer_reset(&out);
    gm_options_write_help(&program, &command_replay, &out);
    text = text_of(&out);
    expect_text(text, "Usage: ghostmarket replay [OPTION]... [NAME]\n\nFeed a recording.\n");
    expect_text(text, "      --prices FILE         recorded prices (needed)\n");
    expect_text(text, "  -o, --output FILE         where to\n");
    expect_text(text, "      --speed N|max         event seconds a second (default: 1)\n");
    expect_text(text, "Examples:\n  ghostmarket replay --prices p.jsonl --speed max\n");
    gm_buffer_finish(&out);
}

static void writes_the_manual_page(void **state)
{
    (void)state;
    struct gm_buffer out;
    gm_buffer_init(&out, 1 << 20);
    gm_options_write_man(&program, &out);
    const char *text = text_of(&out);
    expect_text(text, ".SH NAME\nghostmarket \\- watch what people say\n");
    expect_text(text, ".SS ghostmarket replay [NAME]\n");
    expect_text(text, "\\fB\\-o\\fR, \\fB\\-\\-output\\fR \\fIFILE\\fR\nwhere to\n");
    expect_text(text, "\n\\&.dots and 'quotes' \\e stay.\n"); // no request, no escape
    assert_null(strstr(text, "secret"));
    gm_buffer_finish(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_options), cmocka_unit_test(reads_commands),
        cmocka_unit_test(asks_for_help), cmocka_unit_test(refuses_wrong_usage),
        cmocka_unit_test(writes_help),   cmocka_unit_test(writes_the_manual_page),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
