// Reading and packing a model, and its vocabulary, when memory cannot be had: every allocation
// fails in its turn, until all is well. Under a sanitizer this also finds what is not freed on the
// way back.
#include "support.h"

#include "vibe/model/bert_weights.h"
#include "vibe/model/model_pack.h"
#include "vibe/wordpiece/wordpiece.h"

#include <stdlib.h>

// How many allocations still succeed; negative: all.
static int left = -1;

void *__real_malloc(size_t bytes);
void *__real_calloc(size_t count, size_t bytes);
void *__real_realloc(void *memory, size_t bytes);
void *__real_aligned_alloc(size_t alignment, size_t bytes);
void *__wrap_malloc(size_t bytes);
void *__wrap_calloc(size_t count, size_t bytes);
void *__wrap_realloc(void *memory, size_t bytes);
void *__wrap_aligned_alloc(size_t alignment, size_t bytes);

static bool refused(void)
{
    if (left == 0)
        return true;
    left -= left > 0;
    return false;
}

void *__wrap_malloc(size_t bytes)
{
    return refused() ? NULL : __real_malloc(bytes);
}

void *__wrap_calloc(size_t count, size_t bytes)
{
    return refused() ? NULL : __real_calloc(count, bytes);
}

void *__wrap_realloc(void *memory, size_t bytes)
{
    return refused() ? NULL : __real_realloc(memory, bytes);
}

void *__wrap_aligned_alloc(size_t alignment, size_t bytes)
{
    return refused() ? NULL : __real_aligned_alloc(alignment, bytes);
}

static enum gm_err bind(const char *dir, struct gm_error *error)
{
    struct gm_bert_config config;
    struct gm_checkpoint *checkpoint = NULL;
    struct gm_bert_weights weights = {0};
    enum gm_err err = gm_bert_config_read(dir, &config, error);
    if (!err)
        err = gm_checkpoint_open(dir, &checkpoint, error);
    if (!err)
        err = gm_bert_weights_bind(checkpoint, &config, &weights, error);
    gm_bert_weights_finish(&weights);
    gm_checkpoint_close(checkpoint);
    return err;
}

static enum gm_err open_wordpiece(const char *dir, struct gm_error *error)
{
    struct gm_wordpiece *wordpiece = NULL;
    const enum gm_err err = gm_wordpiece_open(dir, &wordpiece, error);
    gm_wordpiece_close(wordpiece);
    return err;
}

static enum gm_err fill(void *context, struct gm_pack_writer *writer, struct gm_error *error)
{
    void *data = NULL;
    (void)context;
    const enum gm_err err = gm_pack_writer_add(writer, "one", 1000, &data, error);
    return err ? err : gm_pack_writer_add(writer, "two", 1000, &data, error);
}

static enum gm_err pack(const char *dir, struct gm_error *error)
{
    struct gm_pack *opened = NULL;
    const enum gm_err err =
        gm_model_pack_obtain(dir, NULL, "f32", fill, NULL, &opened, NULL, error);
    gm_pack_close(opened);
    return err;
}

static void until_all_is_well(enum gm_err (*work)(const char *, struct gm_error *), const char *dir,
                              int least)
{
    for (int allocations = 0;; allocations++) {
        struct gm_error error = {0};
        left = allocations;
        const enum gm_err err = work(dir, &error);
        left = -1;
        if (!err) {
            assert_true(allocations >= least);
            return;
        }
        assert_failed(err, &error, GM_ERR_NOMEM, error.message);
    }
}

static void models_are_read(void **state)
{
    (void)state;
    until_all_is_well(bind, golden_dir("plain"), 4);
    until_all_is_well(bind, golden_dir("zip"), 5);
    until_all_is_well(bind, golden_dir("legacy"), 5);
}

static void vocabularies_are_read(void **state)
{
    (void)state;
    until_all_is_well(open_wordpiece, golden_dir("plain"), 6);
    folder_write("m/tokenizer.json",
                 gm_str("{\"normalizer\":{\"type\":\"BertNormalizer\",\"clean_text\":true,"
                        "\"handle_chinese_chars\":true,\"lowercase\":true},"
                        "\"pre_tokenizer\":{\"type\":\"BertPreTokenizer\"},"
                        "\"post_processor\":{\"type\":\"BertProcessing\",\"cls\":[\"[CLS]\",1],"
                        "\"sep\":[\"[SEP]\",2]},\"model\":{\"unk_token\":\"[UNK]\","
                        "\"continuing_subword_prefix\":\"##\",\"max_input_chars_per_word\":100,"
                        "\"vocab\":{\"[UNK]\":0,\"[CLS]\":1,\"[SEP]\":2}}}"));
    until_all_is_well(open_wordpiece, folder_path("m"), 7);
}

static void a_pack_is_written_and_read(void **state)
{
    (void)state;
    folder_write("m/config.json", gm_str("{}"));
    folder_write("m/model.safetensors", gm_str("some weights"));
    until_all_is_well(pack, folder_path("m"), 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(models_are_read),
        cmocka_unit_test_setup_teardown(vocabularies_are_read, folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(a_pack_is_written_and_read, folder_setup, folder_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
