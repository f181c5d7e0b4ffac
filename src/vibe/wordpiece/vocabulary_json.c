// tokenizer.json, as Hugging Face's tokenizers writes it, and tokenizer_config.json beside it. What
// is not BERT's own uncased way is refused by name, so that no text is silently read otherwise than
// the model was taught.
#include "vibe/wordpiece/vocabulary.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { CHARACTERS_OF_A_WORD = 100 };

static enum gm_err unsupported(const char *field, const char *wanted, struct gm_error *error)
{
    return gm_error_set(error, GM_ERR_UNSUPPORTED, "%s: only %s is read here", field, wanted);
}

static enum gm_err load(struct gm_str text, json_t **ret_root, struct gm_error *error)
{
    json_error_t fault;
    json_t *root = json_loadb(text.data ? text.data : "", text.len, JSON_REJECT_DUPLICATES, &fault);
    if (!root || !json_is_object(root)) {
        json_decref(root);
        return gm_error_set(error, GM_ERR_INVALID, "line %d: %s", root ? 1 : fault.line,
                            root ? "an object must stand here" : fault.text);
    }
    *ret_root = root;
    return GM_OK;
}

// True where the member is a text and that one.
static bool is_text(json_t *object, const char *name, const char *wanted)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text && strcmp(text, wanted) == 0;
}

static enum gm_err check_normalizer(json_t *normalizer, struct gm_error *error)
{
    if (!is_text(normalizer, "type", "BertNormalizer"))
        return unsupported("normalizer.type", "BertNormalizer", error);
    if (!json_is_true(json_object_get(normalizer, "clean_text")))
        return unsupported("normalizer.clean_text", "true", error);
    if (!json_is_true(json_object_get(normalizer, "handle_chinese_chars")))
        return unsupported("normalizer.handle_chinese_chars", "true", error);
    if (!json_is_true(json_object_get(normalizer, "lowercase")))
        return unsupported("normalizer.lowercase", "true", error);
    if (json_is_false(json_object_get(normalizer, "strip_accents")))
        return unsupported("normalizer.strip_accents", "null or true", error);
    return GM_OK;
}

static enum gm_err check_model(json_t *model, struct gm_error *error)
{
    if (!is_text(model, "type", "WordPiece") && json_object_get(model, "type"))
        return unsupported("model.type", "WordPiece", error);
    if (!is_text(model, "unk_token", "[UNK]"))
        return unsupported("model.unk_token", "[UNK]", error);
    if (!is_text(model, "continuing_subword_prefix", "##"))
        return unsupported("model.continuing_subword_prefix", "##", error);
    if (json_integer_value(json_object_get(model, "max_input_chars_per_word")) !=
        CHARACTERS_OF_A_WORD)
        return unsupported("model.max_input_chars_per_word", "100", error);
    return GM_OK;
}

// The place of the content among gm_vocabulary_specials; −1: it is none of them.
static int special_of(const char *content)
{
    for (int i = 0; content && i < GM_VOCABULARY_SPECIALS; i++)
        if (strcmp(content, gm_vocabulary_specials[i]) == 0)
            return i;
    return -1;
}

// An added token is one of the special ones, found in the text as it was written, whatever stands
// around it.
static enum gm_err check_token(const char *field, json_t *token, struct gm_error *error)
{
    static const char *const flags[] = {"normalized", "lstrip", "rstrip", "single_word"};
    if (special_of(json_string_value(json_object_get(token, "content"))) < 0)
        return unsupported(field, "[UNK], [CLS], [SEP], [PAD], [MASK]", error);
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
        if (json_is_true(json_object_get(token, flags[i])))
            return gm_error_set(error, GM_ERR_UNSUPPORTED, "%s: %s: only false is read here", field,
                                flags[i]);
    return GM_OK;
}

// *ret_listed: which of gm_vocabulary_specials the library would find in a text.
static enum gm_err check_added(json_t *tokens, json_t *vocab, bool *ret_listed,
                               struct gm_error *error)
{
    size_t i;
    json_t *token;
    json_array_foreach(tokens, i, token)
    {
        const enum gm_err err = check_token("added_tokens", token, error);
        if (err)
            return err;
        const char *content = json_string_value(json_object_get(token, "content"));
        const json_t *id = json_object_get(token, "id");
        if (!json_is_integer(id) || !json_equal(id, json_object_get(vocab, content)))
            return gm_error_set(error, GM_ERR_UNSUPPORTED,
                                "added_tokens: %s: only one with its id in model.vocab is read "
                                "here",
                                content);
        ret_listed[special_of(content)] = true;
    }
    return GM_OK;
}

// A part of a template: {"SpecialToken":{"id":"[CLS]"}}, {"Sequence":{"id":"A"}}.
static bool is_part(json_t *parts, size_t at, const char *kind, const char *id)
{
    return is_text(json_object_get(json_array_get(parts, at), kind), "id", id);
}

// [CLS] before the text and [SEP] behind it, as either of two types writes it.
static enum gm_err check_post_processor(json_t *processor, struct gm_error *error)
{
    json_t *parts = json_object_get(processor, "single");
    if (is_text(processor, "type", "TemplateProcessing") && json_array_size(parts) == 3 &&
        is_part(parts, 0, "SpecialToken", "[CLS]") && is_part(parts, 1, "Sequence", "A") &&
        is_part(parts, 2, "SpecialToken", "[SEP]"))
        return GM_OK;
    const char *before = json_string_value(json_array_get(json_object_get(processor, "cls"), 0));
    const char *behind = json_string_value(json_array_get(json_object_get(processor, "sep"), 0));
    if (is_text(processor, "type", "BertProcessing") && before && strcmp(before, "[CLS]") == 0 &&
        behind && strcmp(behind, "[SEP]") == 0)
        return GM_OK;
    return unsupported("post_processor", "[CLS] text [SEP]", error);
}

static enum gm_err add_pieces(json_t *vocab, struct gm_vocabulary *vocabulary,
                              struct gm_error *error)
{
    const size_t count = json_object_size(vocab);
    bool *seen = calloc(count + 1, sizeof *seen);
    enum gm_err err =
        seen ? GM_OK : gm_error_set(error, GM_ERR_NOMEM, "out of memory for the word pieces");
    const char *piece;
    json_t *id;
    json_object_foreach(vocab, piece, id)
    {
        if (err)
            break;
        const json_int_t value = json_is_integer(id) ? json_integer_value(id) : -1;
        if (value < 0 || (size_t)value >= count || seen[value]) {
            err = gm_error_set(error, GM_ERR_INVALID,
                               "model.vocab: \"%s\": ids must be 0 … %zu, each once", piece,
                               count - 1);
            break;
        }
        seen[value] = true;
        err = gm_vocabulary_add(vocabulary, gm_str(piece), (uint32_t)value, error);
        if (err)
            gm_error_prefix(error, "model.vocab");
    }
    free(seen);
    return err;
}

static enum gm_err read_vocab(json_t *vocab, struct gm_vocabulary *ret_vocabulary,
                              struct gm_error *error)
{
    const size_t count = json_object_size(vocab);
    if (count == 0)
        return gm_error_set(error, GM_ERR_INVALID, "model.vocab: it is missing or empty");
    if (count > GM_VOCABULARY_PIECES_MAX)
        return gm_error_set(error, GM_ERR_LIMIT, "model.vocab: %zu word pieces; the limit is %d",
                            count, GM_VOCABULARY_PIECES_MAX);
    struct gm_vocabulary vocabulary;
    enum gm_err err = gm_vocabulary_init(&vocabulary, count, error);
    if (err)
        return err;
    err = add_pieces(vocab, &vocabulary, error);
    if (!err)
        err = gm_vocabulary_complete(&vocabulary, error);
    if (err) {
        gm_vocabulary_finish(&vocabulary);
        return err;
    }
    *ret_vocabulary = vocabulary;
    return GM_OK;
}

enum gm_err gm_vocabulary_read_json(struct gm_str text, struct gm_vocabulary *ret_vocabulary,
                                    struct gm_error *error)
{
    json_t *root;
    enum gm_err err = load(text, &root, error);
    if (err)
        return err;
    bool listed[GM_VOCABULARY_SPECIALS] = {false};
    json_t *model = json_object_get(root, "model"), *vocab = json_object_get(model, "vocab");
    err = check_normalizer(json_object_get(root, "normalizer"), error);
    if (!err && !is_text(json_object_get(root, "pre_tokenizer"), "type", "BertPreTokenizer"))
        err = unsupported("pre_tokenizer.type", "BertPreTokenizer", error);
    if (!err)
        err = check_post_processor(json_object_get(root, "post_processor"), error);
    if (!err)
        err = check_model(model, error);
    if (!err)
        err = check_added(json_object_get(root, "added_tokens"), vocab, listed, error);
    if (!err)
        err = read_vocab(vocab, ret_vocabulary, error);
    for (size_t i = 0; !err && i < GM_VOCABULARY_SPECIALS; i++)
        if (!listed[i])
            ret_vocabulary->special[i] = (uint32_t)GM_VOCABULARY_NONE;
    json_decref(root);
    return err;
}

// ------------------------------------------------------------------------- tokenizer_config.json

// Classes of `transformers` that cut texts as BERT does. BertJapaneseTokenizer, to name one, has a
// vocab.txt as well and cuts otherwise.
static bool is_known_class(const char *name)
{
    static const char *const known[] = {
        "BertTokenizer",           "BertTokenizerFast", "DistilBertTokenizer",
        "DistilBertTokenizerFast", "ElectraTokenizer",  "ElectraTokenizerFast",
        "PreTrainedTokenizerFast", "TokenizersBackend",
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strcmp(name, known[i]) == 0)
            return true;
    return false;
}

// The special pieces may be named, as text or as an added token, and must have their usual names.
static enum gm_err check_names(json_t *root, struct gm_error *error)
{
    static const char *const fields[GM_VOCABULARY_SPECIALS] = {
        "unk_token", "cls_token", "sep_token", "pad_token", "mask_token"};
    for (size_t i = 0; i < GM_VOCABULARY_SPECIALS; i++) {
        json_t *name = json_object_get(root, fields[i]);
        if (json_is_object(name))
            name = json_object_get(name, "content");
        if (json_is_string(name) && strcmp(json_string_value(name), gm_vocabulary_specials[i]) != 0)
            return unsupported(fields[i], gm_vocabulary_specials[i], error);
    }
    return GM_OK;
}

static enum gm_err check_decoder(json_t *tokens, struct gm_error *error)
{
    const char *id;
    json_t *token;
    enum gm_err err = GM_OK;
    json_object_foreach(tokens, id, token)
    {
        if (!err)
            err = check_token("added_tokens_decoder", token, error);
    }
    return err;
}

enum gm_err gm_vocabulary_check_config(struct gm_str text, struct gm_error *error)
{
    json_t *root;
    enum gm_err err = load(text, &root, error);
    if (err)
        return err;
    const char *class = json_string_value(json_object_get(root, "tokenizer_class"));
    if (class && !is_known_class(class))
        err = unsupported("tokenizer_class", "BertTokenizer", error);
    else if (json_is_false(json_object_get(root, "do_lower_case")))
        err = unsupported("do_lower_case", "true", error);
    else if (json_is_false(json_object_get(root, "strip_accents")))
        err = unsupported("strip_accents", "null or true", error);
    else if (json_is_false(json_object_get(root, "tokenize_chinese_chars")))
        err = unsupported("tokenize_chinese_chars", "true", error);
    if (!err)
        err = check_names(root, error);
    if (!err)
        err = check_decoder(json_object_get(root, "added_tokens_decoder"), error);
    json_decref(root);
    return err;
}
