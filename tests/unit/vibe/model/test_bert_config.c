// config.json: what is read, what is missing, and what cannot be computed.
#include "support.h"

#include "vibe/model/bert_config.h"

#include <stdlib.h>

static void fields_are_read(void **state)
{
    (void)state;
    struct gm_bert_config config;
    struct gm_error error = {0};
    assert_int_equal(gm_bert_config_read(golden_dir("odd"), &config, &error), GM_OK);
    assert_int_equal(config.hidden, 60);
    assert_int_equal(config.layers, 2);
    assert_int_equal(config.heads, 5);
    assert_int_equal(config.intermediate, 100);
    assert_int_equal(config.vocab_size, 121);
    assert_int_equal(config.positions, 33);
    assert_int_equal(config.types, 2);
    assert_true(config.layer_norm_eps == 1e-12F);
    assert_int_equal(config.activation, GM_BERT_GELU_TANH);
    assert_true(config.classifier);
    assert_int_equal(config.label_count, 3);
    assert_int_equal(config.labels[0], GM_LABEL_NEUTRAL);
    assert_int_equal(config.labels[1], GM_LABEL_POSITIVE);
    assert_int_equal(config.labels[2], GM_LABEL_NEGATIVE);
}

static struct gm_bert_config parsed(const char *text)
{
    struct gm_bert_config config = {.hidden = -1};
    struct gm_error error = {0};
    if (gm_bert_config_parse(gm_str(text), &config, &error) != GM_OK)
        fail_msg("%s: %s", text, error.message);
    return config;
}

static void what_is_missing_is_as_transformers_has_it(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{}",
        "{\"architectures\":[\"BertModel\"],\"hidden_size\":null,\"id2label\":{\"0\":\"LABEL_0\"}}",
        "{\"architectures\":[\"BertForMaskedLM\"],\"model_type\":\"bert\",\"pruned_heads\":{}}",
    };
    for (size_t i = 0; i < 3; i++) {
        const struct gm_bert_config config = parsed(texts[i]);
        assert_int_equal(config.hidden, 768);
        assert_int_equal(config.layers, 12);
        assert_int_equal(config.heads, 12);
        assert_int_equal(config.intermediate, 3072);
        assert_int_equal(config.vocab_size, 30522);
        assert_int_equal(config.positions, 512);
        assert_int_equal(config.types, 2);
        assert_true(config.layer_norm_eps == 1e-12F);
        assert_int_equal(config.activation, GM_BERT_GELU);
        assert_false(config.classifier);
        assert_int_equal(config.label_count, 0);
    }
}

static void labels_are_told_by_their_names(void **state)
{
    (void)state;
    struct gm_bert_config config =
        parsed("{\"id2label\":{\"1\":\"BULLISH\",\"2\":\"Neutral\",\"0\":\"bearish\"}}");
    assert_true(config.classifier);
    assert_int_equal(config.label_count, 3);
    assert_int_equal(config.labels[0], GM_LABEL_NEGATIVE);
    assert_int_equal(config.labels[1], GM_LABEL_POSITIVE);
    assert_int_equal(config.labels[2], GM_LABEL_NEUTRAL);
    config = parsed("{\"architectures\":[\"BertForSequenceClassification\"],"
                    "\"id2label\":{\"0\":\"neg\",\"1\":\"Pos\"}}");
    assert_int_equal(config.label_count, 2);
    assert_int_equal(config.labels[0], GM_LABEL_NEGATIVE);
    assert_int_equal(config.labels[1], GM_LABEL_POSITIVE);
}

static void activations_are_told_by_their_names(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum gm_bert_activation activation;
    } cases[] = {
        {"{\"hidden_act\":\"gelu\"}", GM_BERT_GELU},
        {"{\"hidden_act\":\"gelu_new\"}", GM_BERT_GELU_TANH},
        {"{\"hidden_act\":\"gelu_pytorch_tanh\"}", GM_BERT_GELU_TANH},
        {"{\"hidden_act\":\"gelu_fast\"}", GM_BERT_GELU_TANH},
        {"{\"hidden_act\":\"relu\"}", GM_BERT_RELU},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(parsed(cases[i].text).activation, cases[i].activation);
}

#define CLASSIFIER(labels_)                                                                        \
    "{\"architectures\":[\"BertForSequenceClassification\"],\"id2label\":" labels_ "}"

static const struct {
    const char *text;
    enum gm_err code;
    const char *message;
} refused[] = {
    {"", GM_ERR_INVALID, "line 1: '[' or '{' expected near end of file"},
    {"[]", GM_ERR_INVALID, "line 1: an object must stand here"},
    {"{\n\"a\":1\n\"b\"}", GM_ERR_INVALID, "line 3: '}' expected near '\"b\"'"},
    {"{\"a\":1,\"a\":2}", GM_ERR_INVALID, "line 1: duplicate object key near '\"a\"'"},
    {"{\"hidden_size\":0}", GM_ERR_INVALID, "hidden_size: 0 is not in 1 … 4096"},
    {"{\"hidden_size\":4097}", GM_ERR_INVALID, "hidden_size: 4097 is not in 1 … 4096"},
    {"{\"hidden_size\":64.0}", GM_ERR_INVALID, "hidden_size: must be a whole number"},
    {"{\"hidden_size\":64}", GM_ERR_INVALID,
     "hidden_size: 64 is no multiple of num_attention_heads, 12"},
    {"{\"num_hidden_layers\":-3}", GM_ERR_INVALID, "num_hidden_layers: -3 is not in 1 … 64"},
    {"{\"num_attention_heads\":\"12\"}", GM_ERR_INVALID,
     "num_attention_heads: must be a whole number"},
    {"{\"intermediate_size\":16385}", GM_ERR_INVALID,
     "intermediate_size: 16385 is not in 1 … 16384"},
    {"{\"vocab_size\":1000001}", GM_ERR_INVALID, "vocab_size: 1000001 is not in 1 … 1000000"},
    {"{\"max_position_embeddings\":9223372036854775807}", GM_ERR_INVALID,
     "max_position_embeddings: 9223372036854775807 is not in 1 … 8192"},
    {"{\"type_vocab_size\":65}", GM_ERR_INVALID, "type_vocab_size: 65 is not in 1 … 64"},
    {"{\"layer_norm_eps\":0}", GM_ERR_INVALID, "layer_norm_eps: must be a number in (0, 1]"},
    {"{\"layer_norm_eps\":1e-60}", GM_ERR_INVALID, "layer_norm_eps: must be a number in (0, 1]"},
    {"{\"layer_norm_eps\":1.5}", GM_ERR_INVALID, "layer_norm_eps: must be a number in (0, 1]"},
    {"{\"layer_norm_eps\":\"x\"}", GM_ERR_INVALID, "layer_norm_eps: must be a number in (0, 1]"},
    {"{\"hidden_act\":\"silu\"}", GM_ERR_UNSUPPORTED,
     "hidden_act: \"silu\" is not computed here; gelu, gelu_new, gelu_pytorch_tanh, gelu_fast and "
     "relu are"},
    {"{\"hidden_act\":1}", GM_ERR_INVALID, "hidden_act: must be a text"},
    {"{\"model_type\":\"roberta\"}", GM_ERR_UNSUPPORTED,
     "model_type: \"roberta\" is not computed here; \"bert\" is"},
    {"{\"position_embedding_type\":\"relative_key\"}", GM_ERR_UNSUPPORTED,
     "position_embedding_type: \"relative_key\" is not computed here; \"absolute\" is"},
    {"{\"problem_type\":\"regression\"}", GM_ERR_UNSUPPORTED,
     "problem_type: \"regression\" is not computed here; \"single_label_classification\" is"},
    {"{\"is_decoder\":true}", GM_ERR_UNSUPPORTED,
     "is_decoder: must be false; a decoder is not computed here"},
    {"{\"add_cross_attention\":1}", GM_ERR_UNSUPPORTED,
     "add_cross_attention: must be false; a decoder is not computed here"},
    {"{\"pruned_heads\":{\"0\":[1]}}", GM_ERR_UNSUPPORTED,
     "pruned_heads: layers with fewer heads are not computed here"},
    {"{\"architectures\":[\"RobertaModel\"]}", GM_ERR_UNSUPPORTED,
     "architectures: \"RobertaModel\" is not computed here; BertForSequenceClassification is"},
    {"{\"architectures\":[]}", GM_ERR_INVALID, "architectures: must be a list of names"},
    {"{\"architectures\":[7]}", GM_ERR_INVALID, "architectures: must be a list of names"},
    {"{\"architectures\":[\"BertForSequenceClassification\"]}", GM_ERR_INVALID,
     "id2label: is missing; write there which mood each logit stands for, such as {\"0\": "
     "\"positive\", \"1\": \"negative\", \"2\": \"neutral\"}"},
    {CLASSIFIER("[\"positive\",\"negative\"]"), GM_ERR_INVALID, "id2label: must name 2 … 8 labels"},
    {CLASSIFIER("{\"0\":\"positive\"}"), GM_ERR_INVALID, "id2label: must name 2 … 8 labels"},
    {CLASSIFIER("{\"0\":\"\",\"1\":\"\",\"2\":\"\",\"3\":\"\",\"4\":\"\",\"5\":\"\",\"6\":\"\","
                "\"7\":\"\",\"8\":\"\"}"),
     GM_ERR_INVALID, "id2label: must name 2 … 8 labels"},
    {CLASSIFIER("{\"0\":\"positive\",\"2\":\"negative\"}"), GM_ERR_INVALID,
     "id2label: \"1\" must have a name"},
    {CLASSIFIER("{\"0\":\"positive\",\"1\":1}"), GM_ERR_INVALID,
     "id2label: \"1\" must have a name"},
    {CLASSIFIER("{\"0\":\"LABEL_0\",\"1\":\"LABEL_1\"}"), GM_ERR_INVALID,
     "id2label: \"0\": \"LABEL_0\" does not say which mood it is; write positive, negative and "
     "neutral there, as the model was trained"},
    {CLASSIFIER("{\"0\":\"positive\",\"1\":\"joy\"}"), GM_ERR_UNSUPPORTED,
     "id2label: \"1\": \"joy\" is no mood; positive, negative and neutral are"},
    {CLASSIFIER("{\"0\":\"positive\",\"1\":\"pos\"}"), GM_ERR_INVALID,
     "id2label: two labels are positive"},
};

static void what_cannot_be_computed_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct gm_bert_config config = {.hidden = 7};
        struct gm_error error = {0};
        assert_failed(gm_bert_config_parse(gm_str(refused[i].text), &config, &error), &error,
                      refused[i].code, refused[i].message);
        assert_int_equal(gm_bert_config_parse(gm_str(refused[i].text), &config, NULL),
                         refused[i].code);
        assert_int_equal(config.hidden, 7);
    }
}

static void messages_name_the_file(void **state)
{
    (void)state;
    struct gm_bert_config config;
    struct gm_error error;
    const char *path = folder_path("config.json");
    assert_failed_at(gm_bert_config_read(folder(), &config, &error), &error, GM_ERR_NOT_FOUND, path,
                     "No such file or directory");
    folder_write("config.json", gm_str("{\"hidden_size\":0}"));
    assert_failed_at(gm_bert_config_read(folder(), &config, &error), &error, GM_ERR_INVALID, path,
                     "hidden_size: 0 is not in 1 … 4096");
    char *large = malloc((1 << 20) + 1);
    memset(large, ' ', (1 << 20) + 1);
    folder_write("config.json", (struct gm_str){large, (1 << 20) + 1});
    assert_failed_at(gm_bert_config_read(folder(), &config, &error), &error, GM_ERR_LIMIT, path,
                     "1048577 bytes; at most 1048576 are read");
    free(large);
    folder_write("x/config.json/y", gm_str(""));
    assert_failed_at(gm_bert_config_read(folder_path("x"), &config, &error), &error, GM_ERR_INVALID,
                     folder_path("x/config.json"), "not a regular file");
}

static void a_file_cut_off_anywhere_is_refused(void **state)
{
    (void)state;
    const struct gm_str text = read_file(path_of(golden_dir("plain"), "config.json"));
    size_t whole = text.len;
    while (text.data[whole - 1] != '}')
        whole--;
    for (size_t len = 0; len < whole; len++) {
        char *cut = malloc(len > 0 ? len : 1);
        struct gm_bert_config config;
        memcpy(cut, text.data, len);
        assert_int_equal(gm_bert_config_parse((struct gm_str){cut, len}, &config, NULL),
                         GM_ERR_INVALID);
        free(cut);
    }
    free((void *)text.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_are_read),
        cmocka_unit_test(what_is_missing_is_as_transformers_has_it),
        cmocka_unit_test(labels_are_told_by_their_names),
        cmocka_unit_test(activations_are_told_by_their_names),
        cmocka_unit_test(what_cannot_be_computed_is_refused),
        cmocka_unit_test_setup_teardown(messages_name_the_file, folder_setup, folder_teardown),
        cmocka_unit_test(a_file_cut_off_anywhere_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
