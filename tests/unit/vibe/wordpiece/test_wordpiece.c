// The tokenizer against the plain one, its limits, and vocabularies that are none.
#include "../../test.h"

#include "plain.h"
#include "vibe/wordpiece/vocabulary.h"
#include "vibe/wordpiece/wordpiece.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *folder; // with our own vocabulary
static char scratch[] = "/tmp/gm-wordpiece-XXXXXX";
static struct gm_wordpiece *wordpiece;
static struct plain *plain;

static int start(void **state)
{
    (void)state;
    assert_non_null(mkdtemp(scratch));
    plain = plain_open(folder);
    return gm_wordpiece_open(folder, &wordpiece, NULL);
}

static int finish(void **state)
{
    (void)state;
    gm_wordpiece_close(wordpiece);
    gm_wordpiece_close(NULL);
    plain_close(plain);
    char command[64];
    snprintf(command, sizeof command, "rm -r %s", scratch);
    return system(command);
}

static void write_file(const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", scratch, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void remove_file(const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", scratch, name);
    unlink(path);
}

// ------------------------------------------------------------------------- texts

static const char *const pieces[] = {
    "a",
    "the",
    "bitcoin",
    "GME",
    " ",
    "\n",
    "!",
    "[SEP]",
    "[",
    "##",
    "\x07",
    "é",
    "e\xcc\x81",
    "İ",
    "ß",
    "Σ",
    "각",
    "中",
    "あ",
    "🚀",
    "ﬁ",
    "\xff",
    "\xe2\x80",
    "\xc2\xa0",
    "\xe3\x80\xae",
    "\xe3\x80\xaf",
    "\xf0\x9d\x85\xa5",
    "\xf0\x9d\x85\xad",
    "\xf0\x9d\x85\x9e",
    "\xe1\xad\x84",
    "\xe0\xa4\x80",
    "\xe2\x80\x8b",
    "\xef\xbf\xbd",
    "unaffable",
    "x",
    "\xed\xa0\x80",
    "\xf4\x90\x80\x80",
    "\xc0\x80",
    "…",
    "0",
};

static void texts_of_any_bytes_are_read_as_the_plain_way_reads_them(void **state)
{
    (void)state;
    struct test_random random = {3};
    for (int round = 0; round < 6000; round++) {
        char text[4096] = "";
        const size_t count = test_random_below(&random, 40);
        for (size_t i = 0; i < count; i++)
            strcat(text, pieces[test_random_below(&random, sizeof pieces / sizeof pieces[0])]);
        const size_t ids_max = 2 + test_random_below(&random, 60);
        uint32_t ids[64], wanted[64];
        const size_t ids_count = gm_wordpiece_encode(wordpiece, gm_str(text), ids, ids_max);
        const size_t wanted_count = plain_encode(plain, gm_str(text), wanted, ids_max);
        if (ids_count != wanted_count || memcmp(ids, wanted, ids_count * sizeof *ids) != 0)
            fail_msg("round %d: \"%s\"", round, text);
    }
}

// Words of every length around 16, at every place of the 64 bytes that are looked at together, up
// to the text's last byte, in all that a word can be made of or end with.
static void short_words_are_read_as_the_plain_way_reads_them(void **state)
{
    (void)state;
    static const char bytes[] = "aaaabcdefMOON019zZ@[`{/:";
    static const char *const ends[] = {" ", " ", ".",  "-",  "\n",  "\x01",
                                       "’", "é", "。", "中", "\xff"};
    struct test_random random = {4};
    for (int round = 0; round < 6000; round++) {
        char text[256];
        size_t len = 0;
        const size_t words = 1 + test_random_below(&random, 10);
        for (size_t word = 0; word < words; word++) {
            const size_t word_len = test_random_below(&random, 19);
            const size_t kinds = sizeof bytes - 1 - (word % 2) * 7;
            for (size_t i = 0; i < word_len; i++)
                text[len++] = bytes[test_random_below(&random, kinds)];
            const char *end = ends[test_random_below(&random, sizeof ends / sizeof ends[0])];
            memcpy(text + len, end, strlen(end));
            len += strlen(end);
        }
        len -= test_random_below(&random, 3) == 0 && len > 0;
        char *copy = malloc(len > 0 ? len : 1); // so that a sanitizer sees a byte read too many
        assert_non_null(copy);
        memcpy(copy, text, len);
        uint32_t ids[300], wanted[300];
        const struct gm_str slice = {copy, len};
        const size_t count = gm_wordpiece_encode(wordpiece, slice, ids, 300);
        assert_int_equal(count, plain_encode(plain, slice, wanted, 300));
        if (memcmp(ids, wanted, count * sizeof *ids) != 0)
            fail_msg("round %d: \"%.*s\"", round, GM_STR_ARG(slice));
        free(copy);
    }
}

static void a_text_is_cut_where_the_ids_end(void **state)
{
    (void)state;
    uint32_t ids[GM_WORDPIECE_IDS_MAX + 1];
    ids[GM_WORDPIECE_IDS_MAX] = 4711;
    char *text = malloc(1 << 20);
    assert_non_null(text);
    for (size_t i = 0; i < 1 << 20; i++)
        text[i] = i % 2 == 0 ? 'a' : ' ';
    const struct gm_str long_text = {text, 1 << 20};
    assert_int_equal(gm_wordpiece_encode(wordpiece, long_text, ids, GM_WORDPIECE_IDS_MAX),
                     GM_WORDPIECE_IDS_MAX);
    assert_int_equal(ids[GM_WORDPIECE_IDS_MAX], 4711);
    assert_int_equal(ids[0], 2);
    assert_int_equal(ids[GM_WORDPIECE_IDS_MAX - 1], 3);
    assert_int_equal(gm_wordpiece_encode(wordpiece, long_text, ids, 2), 2);
    assert_int_equal(gm_wordpiece_encode(wordpiece, (struct gm_str){NULL, 0}, ids, 2), 2);
    // A word without end is read to its end, once.
    memset(text, 'a', 1 << 20);
    assert_int_equal(gm_wordpiece_encode(wordpiece, long_text, ids, GM_WORDPIECE_IDS_MAX), 3);
    assert_int_equal(ids[1], 1);
    free(text);
}

// ------------------------------------------------------------------------- vocabularies

#define SPECIALS "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\n"

static void a_vocabulary_may_have_crlf_and_no_last_newline(void **state)
{
    (void)state;
    struct gm_wordpiece *other;
    uint32_t ids[8];
    write_file("vocab.txt", "[PAD]\r\n[UNK]\r\n[CLS]\r\n[SEP]\r\nmoon\r\n##s");
    assert_int_equal(gm_wordpiece_open(scratch, &other, NULL), GM_OK);
    assert_int_equal(gm_wordpiece_size(other), 6);
    assert_int_equal(gm_wordpiece_encode(other, gm_str("Moons [MASK]"), ids, 8), 7);
    static const uint32_t wanted[] = {2, 4, 5, 1, 1, 1, 3}; // no [MASK] here: three words
    assert_memory_equal(ids, wanted, sizeof wanted);
    gm_wordpiece_close(other);
}

static void expect_failure(enum gm_err err, const char *message)
{
    struct gm_wordpiece *other = NULL;
    struct gm_error error = {0};
    const enum gm_err got = gm_wordpiece_open(scratch, &other, &error);
    if (got != err || !strstr(error.message, message) || !strstr(error.message, scratch))
        fail_msg("%d: %s", got, error.message);
    assert_null(other);
}

static void a_broken_vocabulary_names_its_line(void **state)
{
    (void)state;
    char long_line[GM_VOCABULARY_PIECE_BYTES_MAX + 2];
    memset(long_line, 'x', sizeof long_line);
    long_line[sizeof long_line - 1] = '\0';
    remove_file("vocab.txt");
    expect_failure(GM_ERR_NOT_FOUND, "neither vocab.txt nor tokenizer.json");
    write_file("vocab.txt", SPECIALS "moon\nmoon\n");
    expect_failure(GM_ERR_INVALID, "vocab.txt: line 7: \"moon\" is there already, with id 5");
    write_file("vocab.txt", SPECIALS "\nmoon\n");
    expect_failure(GM_ERR_INVALID, "line 6: an empty piece");
    write_file("vocab.txt", SPECIALS "\xff\n");
    expect_failure(GM_ERR_INVALID, "line 6: a piece that is no UTF-8");
    write_file("vocab.txt", "");
    expect_failure(GM_ERR_INVALID, "[UNK] is missing");
    write_file("vocab.txt", "[UNK]\n[CLS]\nmoon\n");
    expect_failure(GM_ERR_INVALID, "[SEP] is missing");
    write_file("vocab.txt", long_line);
    expect_failure(GM_ERR_LIMIT, "line 1: a piece of 513 bytes");
    remove_file("vocab.txt");
}

#define NORMALIZER                                                                                 \
    "\"normalizer\":{\"type\":\"BertNormalizer\",\"clean_text\":true,"                             \
    "\"handle_chinese_chars\":true,\"strip_accents\":null,\"lowercase\":true}"
#define PROCESSOR                                                                                  \
    "\"post_processor\":{\"type\":\"TemplateProcessing\",\"single\":[{\"SpecialToken\":{"          \
    "\"id\":\"[CLS]\"}},{\"Sequence\":{\"id\":\"A\"}},{\"SpecialToken\":{\"id\":\"[SEP]\"}}]}"
#define ADDED(content, id, flag)                                                                   \
    "\"added_tokens\":[{\"id\":" id ",\"content\":\"" content "\",\"normalized\":" flag "}]"
#define PRE_TOKENIZER "\"pre_tokenizer\":{\"type\":\"BertPreTokenizer\"}"
#define MODEL(vocab)                                                                               \
    "\"model\":{\"type\":\"WordPiece\",\"unk_token\":\"[UNK]\",\"continuing_subword_prefix\":"     \
    "\"##\",\"max_input_chars_per_word\":100,\"vocab\":" vocab "}"
#define WHOLE(added) "{" added "," NORMALIZER "," PRE_TOKENIZER "," PROCESSOR "," MODEL(VOCAB) "}"
#define VOCAB        "{\"[UNK]\":0,\"[CLS]\":1,\"[SEP]\":2,\"moon\":3}"

static void tokenizer_json_must_be_berts(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum gm_err err;
        const char *message;
    } cases[] = {
        {"{", GM_ERR_INVALID, "tokenizer.json: line 1"},
        {"[]", GM_ERR_INVALID, "an object must stand here"},
        {"{}", GM_ERR_UNSUPPORTED, "normalizer.type"},
        {"{\"normalizer\":{\"type\":\"NFC\"}}", GM_ERR_UNSUPPORTED, "normalizer.type"},
        {"{" NORMALIZER "}", GM_ERR_UNSUPPORTED, "pre_tokenizer.type"},
        {"{" NORMALIZER "," PRE_TOKENIZER "," PROCESSOR ",\"model\":{\"type\":\"BPE\"}}",
         GM_ERR_UNSUPPORTED, "model.type"},
        {"{" NORMALIZER "," PRE_TOKENIZER "," PROCESSOR "," MODEL("{}") "}", GM_ERR_INVALID,
         "model.vocab"},
        {"{" NORMALIZER "," PRE_TOKENIZER "," PROCESSOR "," MODEL("{\"a\":1}") "}", GM_ERR_INVALID,
         "\"a\": ids must be 0 … 0, each once"},
        {"{" NORMALIZER "," PRE_TOKENIZER "," PROCESSOR "," MODEL("{\"a\":0,\"b\":0}") "}",
         GM_ERR_INVALID, "\"b\": ids must be"},
        {"{" NORMALIZER "," PRE_TOKENIZER "," PROCESSOR "," MODEL("{\"a\":0}") "}", GM_ERR_INVALID,
         "[UNK] is missing"},
        {"{" NORMALIZER "," PRE_TOKENIZER "}", GM_ERR_UNSUPPORTED, "post_processor"},
        {"{" NORMALIZER "," PRE_TOKENIZER ",\"post_processor\":{\"type\":\"BertProcessing\","
         "\"cls\":[\"<s>\",1],\"sep\":[\"[SEP]\",2]}}",
         GM_ERR_UNSUPPORTED, "post_processor"},
        {WHOLE(ADDED("<s>", "4", "false")), GM_ERR_UNSUPPORTED, "added_tokens: only [UNK]"},
        {WHOLE(ADDED("[SEP]", "2", "true")), GM_ERR_UNSUPPORTED, "added_tokens: normalized"},
        {WHOLE(ADDED("[SEP]", "3", "false")), GM_ERR_UNSUPPORTED, "added_tokens: [SEP]"},
        {WHOLE(ADDED("[MASK]", "4", "false")), GM_ERR_UNSUPPORTED, "added_tokens: [MASK]"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        write_file("tokenizer.json", cases[i].text);
        expect_failure(cases[i].err, cases[i].message);
    }
    // Only what is listed there is found in a text.
    write_file("tokenizer.json", WHOLE(ADDED("[SEP]", "2", "false")));
    struct gm_wordpiece *other;
    uint32_t ids[8];
    assert_int_equal(gm_wordpiece_open(scratch, &other, NULL), GM_OK);
    assert_int_equal(gm_wordpiece_encode(other, gm_str("MOON[SEP][CLS]"), ids, 8), 7);
    static const uint32_t wanted[] = {1, 3, 2, 0, 0, 0, 2};
    assert_memory_equal(ids, wanted, sizeof wanted);
    gm_wordpiece_close(other);
}

static void a_configuration_that_asks_for_something_else_is_refused(void **state)
{
    (void)state;
    write_file("vocab.txt", SPECIALS "moon\n");
    write_file("tokenizer_config.json", "{\"do_lower_case\":false}");
    expect_failure(GM_ERR_UNSUPPORTED, "tokenizer_config.json: do_lower_case");
    write_file("tokenizer_config.json", "{\"strip_accents\":false}");
    expect_failure(GM_ERR_UNSUPPORTED, "strip_accents");
    write_file("tokenizer_config.json", "{\"tokenize_chinese_chars\":false}");
    expect_failure(GM_ERR_UNSUPPORTED, "tokenize_chinese_chars");
    write_file("tokenizer_config.json", "{\"tokenizer_class\":\"BertJapaneseTokenizer\"}");
    expect_failure(GM_ERR_UNSUPPORTED, "tokenizer_class");
    write_file("tokenizer_config.json", "{\"unk_token\":{\"content\":\"<unk>\"}}");
    expect_failure(GM_ERR_UNSUPPORTED, "unk_token: only [UNK]");
    write_file("tokenizer_config.json",
               "{\"added_tokens_decoder\":{\"5\":{\"content\":\"covid\"}}}");
    expect_failure(GM_ERR_UNSUPPORTED, "added_tokens_decoder");
    write_file("tokenizer_config.json", "{\"tokenizer_class\":\"BertTokenizer\",\"sep_token\":"
                                        "\"[SEP]\",\"do_lower_case\":true,\"strip_accents\":null}");
    struct gm_wordpiece *other;
    assert_int_equal(gm_wordpiece_open(scratch, &other, NULL), GM_OK);
    gm_wordpiece_close(other);
    remove_file("tokenizer_config.json");
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_of_any_bytes_are_read_as_the_plain_way_reads_them),
        cmocka_unit_test(short_words_are_read_as_the_plain_way_reads_them),
        cmocka_unit_test(a_text_is_cut_where_the_ids_end),
        cmocka_unit_test(a_vocabulary_may_have_crlf_and_no_last_newline),
        cmocka_unit_test(a_broken_vocabulary_names_its_line),
        cmocka_unit_test(tokenizer_json_must_be_berts),
        cmocka_unit_test(a_configuration_that_asks_for_something_else_is_refused),
    };
    if (argc != 2)
        return 1;
    folder = argv[1];
    return cmocka_run_group_tests(tests, start, finish);
}
