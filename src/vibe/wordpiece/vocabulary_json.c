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

static enum gm_err check_added(json_t *tokens, struct gm_error *error)
{
    size_t i;
    json_t *token;
    json_array_foreach(tokens, i, token)
    {
        bool known = false;
        for (size_t k = 0; k < GM_VOCABULARY_SPECIALS; k++)
            known = known || is_text(token, "content", gm_vocabulary_specials[k]);
        if (!known)
            return unsupported("added_tokens", "[UNK], [CLS], [SEP], [PAD], [MASK]", error);
    }
    return GM_OK;
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
    json_t *model = json_object_get(root, "model");
    err = check_normalizer(json_object_get(root, "normalizer"), error);
    if (!err && !is_text(json_object_get(root, "pre_tokenizer"), "type", "BertPreTokenizer"))
        err = unsupported("pre_tokenizer.type", "BertPreTokenizer", error);
    if (!err)
        err = check_model(model, error);
    if (!err)
        err = check_added(json_object_get(root, "added_tokens"), error);
    if (!err)
        err = read_vocab(json_object_get(model, "vocab"), ret_vocabulary, error);
    json_decref(root);
    return err;
}

enum gm_err gm_vocabulary_check_config(struct gm_str text, struct gm_error *error)
{
    json_t *root;
    enum gm_err err = load(text, &root, error);
    if (err)
        return err;
    if (json_is_false(json_object_get(root, "do_lower_case")))
        err = unsupported("do_lower_case", "true", error);
    else if (json_is_false(json_object_get(root, "strip_accents")))
        err = unsupported("strip_accents", "null or true", error);
    else if (json_is_false(json_object_get(root, "tokenize_chinese_chars")))
        err = unsupported("tokenize_chinese_chars", "true", error);
    json_decref(root);
    return err;
}
