// What a model hub answers, read or refused with a reason.
#include "../../test.h"

#include "vibe/model/hub.h"

#include <string.h>

#define COMMIT "4556d13015211d73dccd3fdd39d39232506f3e43"
#define SHA256 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void names(void **state)
{
    (void)state;
    const char *const good[] = {
        "ProsusAI/finbert", "bert-base-uncased", "a/b", "A_1/b.c-d", "_x/y", "0/0"};
    const char *const bad[] = {"",     "/",     "a/",   "/b",    "a/b/c",      "..",   "a/..",
                               ".a/b", "a./b",  "-a/b", "a/b-",  "a--b",       "a..b", "a b",
                               "a\\b", "a%2fb", "a:b",  "a?b/c", "\xc3\xa9/b", "a/b\n"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_true(gm_model_name_valid(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(gm_model_name_valid(bad[i]));
    char longest[GM_MODEL_NAME_BYTES_MAX + 2] = "";
    memset(longest, 'a', GM_MODEL_NAME_BYTES_MAX);
    assert_true(gm_model_name_valid(longest));
    longest[GM_MODEL_NAME_BYTES_MAX] = 'a';
    assert_false(gm_model_name_valid(longest));
}

static void a_model_is_read(void **state)
{
    (void)state;
    struct gm_hub_model model;
    struct gm_error error;
    const char *text =
        "{\"id\":\"x\",\"siblings\":[{\"rfilename\":\"config.json\",\"size\":5},"
        "{\"blobId\":null,\"rfilename\":\"vocab.txt\"},{},{\"rfilename\":\"a/vocab.txt\"},"
        "{\"rfilename\":\"flax_model.msgpack\"}],\"sha\":\"" COMMIT "\"}";
    assert_int_equal(gm_hub_model_read(gm_str(text), &model, &error), GM_OK);
    assert_string_equal(model.commit, COMMIT);
    assert_int_equal(model.files, 1u << GM_HUB_CONFIG | 1u << GM_HUB_VOCAB);
    assert_true(model.foreign_weights);
    assert_false(model.sharded);
    const struct {
        const char *text, *word;
    } bad[] = {
        {"", "byte 0"},
        {"<html>", "byte 0"},
        {"[]", "byte 0"},
        {"{\"siblings\":[]}", "no \"sha\""},
        {"{\"sha\":\"" COMMIT "\"}", "no \"siblings\""},
        {"{\"sha\":\"main\",\"siblings\":[]}", "not the name of a commit"},
        {"{\"sha\":\"4556D13015211D73DCCD3FDD39D39232506F3E43\",\"siblings\":[]}", "not the name"},
        {"{\"sha\":\"" COMMIT "\",\"siblings\":[]} x", "byte"},
        {"{\"sha\":\"" COMMIT "\",\"siblings\":[{\"rfilename\":5}]}", "byte"},
        {"{\"sha\":\"" COMMIT "\",\"siblings\":{}}", "byte"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_int_equal(gm_hub_model_read(gm_str(bad[i].text), &model, &error), GM_ERR_INVALID);
        if (!strstr(error.message, bad[i].word))
            fail_msg("\"%s\" is not in: %s", bad[i].word, error.message);
    }
}

static void files_are_chosen(void **state)
{
    (void)state;
    const unsigned config = 1u << GM_HUB_CONFIG, vocab = 1u << GM_HUB_VOCAB,
                   tokenizer = 1u << GM_HUB_TOKENIZER, safe = 1u << GM_HUB_SAFETENSORS,
                   torch = 1u << GM_HUB_PYTORCH, special = 1u << GM_HUB_SPECIAL_TOKENS;
    const struct {
        unsigned has, chosen; // chosen 0: refused
    } cases[] = {
        {config | vocab | tokenizer | safe | torch | special, config | vocab | safe | special},
        {config | tokenizer | torch, config | tokenizer | torch},
        {config | vocab, 0},
        {config | safe, 0},
        {vocab | safe, 0},
        {0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct gm_hub_model model = {.files = cases[i].has};
        unsigned chosen = 0;
        struct gm_error error;
        enum gm_err err = gm_hub_model_choose(&model, &chosen, &error);
        assert_int_equal(err, cases[i].chosen ? GM_OK : GM_ERR_UNSUPPORTED);
        assert_int_equal(chosen, cases[i].chosen);
    }
}

static void file_infos(void **state)
{
    (void)state;
    const struct gm_str none = {NULL, 0};
    struct gm_hub_file_info info;
    assert_int_equal(gm_hub_file_info_read(gm_str("\"" SHA256 "\""), gm_str("\"x\""),
                                           gm_str("437992753"), gm_str("300"), &info, NULL),
                     GM_OK);
    assert_int_equal(info.kind, GM_DIGEST_SHA256);
    assert_int_equal(info.size_bytes, 437992753);
    assert_string_equal(info.hex, SHA256);
    assert_int_equal(
        gm_hub_file_info_read(none, gm_str("W/\"" COMMIT "\""), none, gm_str("758"), &info, NULL),
        GM_OK);
    assert_int_equal(info.kind, GM_DIGEST_GIT_BLOB);
    assert_int_equal(info.size_bytes, 758);
    assert_string_equal(info.hex, COMMIT);
    assert_int_equal(gm_hub_file_info_read(none, none, none, gm_str("758"), &info, NULL),
                     GM_ERR_UNSUPPORTED);
    assert_int_equal(gm_hub_file_info_read(gm_str("\"short\""), gm_str("\"" COMMIT "\""), none,
                                           gm_str("758"), &info, NULL),
                     GM_ERR_UNSUPPORTED);
    assert_int_equal(gm_hub_file_info_read(none, gm_str("\"" COMMIT "\""), none, none, &info, NULL),
                     GM_ERR_UNSUPPORTED);
}

static void tokens_and_endpoints(void **state)
{
    (void)state;
    const struct {
        const char *endpoint, *token;
        bool good;
    } cases[] = {
        {"https://huggingface.co", "hf_x", true},
        {"http://mirror.example", NULL, true},
        {"http://127.0.0.1:8080", "hf_x", true},
        {"http://localhost", "hf_x", true},
        {"http://[::1]:80/hub", "hf_x", true},
        {"http://mirror.example", "hf_x", false},
        {"http://localhost.evil.example", "x", false},
        {"ftp://hub.example", NULL, false},
        {"", NULL, false},
        {"https://user:word@hub.example", NULL, false},
        {"https://hub.example/?a", NULL, false},
        {"https://hub.example", "hf x", false},
        {"https://hub.example", "hf\nx", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct gm_hub_config config = {.endpoint = cases[i].endpoint,
                                             .token = cases[i].token};
        assert_int_equal(gm_hub_check(&config, NULL), cases[i].good ? GM_OK : GM_ERR_INVALID);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names),
        cmocka_unit_test(a_model_is_read),
        cmocka_unit_test(files_are_chosen),
        cmocka_unit_test(file_infos),
        cmocka_unit_test(tokens_and_endpoints),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
