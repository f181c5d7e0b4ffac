// The finbert scorer on the small models: what transformers computes, whatever the batch, the cache
// and the budget; which model is taken; the pack; and what is wrong with a broken model.
#include "model/support.h"

#include "vibe/scorer.h"

#include <fcntl.h>
#include <glob.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int notices;
static char last_notice[512];

static void take_notice(void *context, const char *message)
{
    (void)context;
    notices++;
    snprintf(last_notice, sizeof last_notice, "%s", message);
}

static struct gm_scorer_config config_of(const char *model_dir)
{
    return (struct gm_scorer_config){
        .model_dir = model_dir,
        .precision = "f32",
        .threads = 2,
        .cache_entries = 100,
        .notice = take_notice,
    };
}

static struct gm_scorer *opened(const char *name, const struct gm_scorer_config *config)
{
    struct gm_scorer *scorer;
    struct gm_error error;
    notices = 0;
    if (gm_scorer_open(name, config, &scorer, &error))
        fail_msg("%s", error.message);
    return scorer;
}

// The scorer over a copy of a golden model.
static struct gm_scorer *opened_golden(const char *model)
{
    const struct gm_scorer_config config = config_of(golden_copy(model, model));
    return opened("finbert", &config);
}

static void fails(const char *name, const struct gm_scorer_config *config, enum gm_err code,
                  const char *message)
{
    struct gm_scorer *scorer = NULL;
    struct gm_error error = {0};
    assert_int_equal(gm_scorer_open(name, config, &scorer, &error), code);
    assert_null(scorer);
    assert_int_equal(error.code, code);
    if (!strstr(error.message, message))
        fail_msg("\"%s\" does not say \"%s\"", error.message, message);
}

static void score(struct gm_scorer *scorer, const struct gm_str *texts, size_t count,
                  struct gm_mood *moods)
{
    assert_int_equal(gm_scorer_score(scorer, texts, count, moods, NULL), GM_OK);
}

static struct gm_mood mood_of(struct gm_scorer *scorer, const char *text)
{
    const struct gm_str slice = gm_str(text);
    struct gm_mood mood;
    score(scorer, &slice, 1, &mood);
    return mood;
}

static void assert_same(const struct gm_mood *a, const struct gm_mood *b)
{
    assert_int_equal(a->label, b->label);
    assert_memory_equal(&a->score, &b->score, sizeof a->score);
    assert_memory_equal(&a->vibe, &b->vibe, sizeof a->vibe);
}

// ------------------------------------------------------------------------- moods

static void assert_golden(const struct gm_mood *mood, const json_t *labels, const json_t *logits)
{
    size_t best = 0;
    double sum = 0;
    for (size_t i = 1; i < json_array_size(logits); i++)
        if (json_number_value(json_array_get(logits, i)) >
            json_number_value(json_array_get(logits, best)))
            best = i;
    for (size_t i = 0; i < json_array_size(logits); i++)
        sum += exp(json_number_value(json_array_get(logits, i)) -
                   json_number_value(json_array_get(logits, best)));
    assert_string_equal(gm_label_name(mood->label),
                        json_string_value(json_array_get(labels, best)));
    assert_float_equal(mood->score, 1 / sum, 1e-4);
    assert_float_equal(fabs(mood->vibe), mood->label == GM_LABEL_NEUTRAL ? 0 : 1 / sum, 1e-4);
}

static void gives_the_moods_of_the_golden_logits(void **state)
{
    (void)state;
    static const char *const models[] = {"plain", "odd",    "half",     "brain",
                                         "zip",   "legacy", "old-names"};
    for (size_t m = 0; m < sizeof models / sizeof *models; m++) {
        json_error_t error;
        json_t *golden = json_load_file(path_of(golden_dir(models[m]), "golden.json"), 0, &error);
        const json_t *texts = json_object_get(golden, "texts");
        struct gm_scorer *scorer = opened_golden(models[m]);
        assert_true(json_array_size(texts) > 0);
        for (size_t i = 0; i < json_array_size(texts); i++) {
            const json_t *entry = json_array_get(texts, i);
            const char *text = json_string_value(json_object_get(entry, "text"));
            const struct gm_mood mood = mood_of(scorer, text);
            if (*text)
                assert_golden(&mood, json_object_get(golden, "labels"),
                              json_object_get(entry, "logits"));
            else // says nothing, whatever the model makes of it
                assert_true(mood.label == GM_LABEL_NEUTRAL && mood.score == 1);
        }
        gm_scorer_close(scorer);
        json_decref(golden);
    }
}

static void a_long_text_is_cut_at_the_limit(void **state)
{
    (void)state;
    enum { WORDS = 3000, LIMIT = 40 - 2 }; // the model has 40 positions
    struct gm_scorer *scorer = opened_golden("plain");
    char text[WORDS * 4 + 1] = "";
    for (size_t i = 0; i < WORDS; i++)
        memcpy(text + i * 4, i < LIMIT ? "buy " : "not ", 5);
    const struct gm_mood whole = mood_of(scorer, text);
    assert_int_equal(gm_scorer_stats(scorer).cut, 1);
    text[LIMIT * 4] = '\0';
    const struct gm_mood cut = mood_of(scorer, text);
    assert_same(&whole, &cut);
    text[(LIMIT - 1) * 4] = '\0';
    const struct gm_mood shorter = mood_of(scorer, text);
    assert_true(shorter.score != cut.score);
    assert_int_equal(gm_scorer_stats(scorer).cut, 2);
    gm_scorer_close(scorer);
}

// ------------------------------------------------------------------------- the cache

static void a_text_is_scored_once_and_gives_the_same_bits(void **state)
{
    (void)state;
    const struct gm_str texts[] = {gm_str("buy now"), gm_str("sell"), gm_str("buy now"),
                                   gm_str(""),        gm_str("sell"), gm_str("BUY  now ")};
    enum { TEXTS = sizeof texts / sizeof *texts };
    struct gm_mood cold[TEXTS], warm[TEXTS], without[TEXTS];
    const char *dir = golden_copy("plain", "plain");
    struct gm_scorer_config config = config_of(dir);
    struct gm_scorer *scorer = opened("finbert", &config);
    score(scorer, texts, TEXTS, cold);
    struct gm_scorer_stats stats = gm_scorer_stats(scorer);
    assert_int_equal(stats.texts, TEXTS);
    assert_int_equal(stats.cache_misses, 2);
    assert_int_equal(stats.cache_hits, 3); // "" needs neither
    assert_int_equal(stats.cache_entries, 2);
    const int64_t tokens = stats.tokens;
    score(scorer, texts, TEXTS, warm);
    stats = gm_scorer_stats(scorer);
    assert_int_equal(stats.cache_misses, 2);
    assert_int_equal(stats.cache_hits, 8);
    assert_int_equal(stats.tokens, tokens);
    gm_scorer_close(scorer);

    config.cache_entries = 0;
    scorer = opened("finbert", &config);
    for (size_t i = 0; i < TEXTS; i++)
        score(scorer, &texts[i], 1, &without[i]);
    assert_int_equal(gm_scorer_stats(scorer).cache_hits, 0);
    assert_int_equal(gm_scorer_stats(scorer).cache_misses, 5);
    gm_scorer_close(scorer);
    for (size_t i = 0; i < TEXTS; i++) {
        assert_same(&cold[i], &warm[i]);
        assert_same(&cold[i], &without[i]);
    }
    assert_same(&cold[0], &cold[5]); // case and spaces are no difference to the model
}

// More texts than a chunk holds, with copies near and far and no cache that could hold them all.
static void many_texts_are_scored_as_one_by_one(void **state)
{
    (void)state;
    enum { TEXTS = 3000 };
    static const char *const words[] = {"buy", "sell", "moon", "not", "good", "stock"};
    static char bytes[TEXTS][32];
    static struct gm_str texts[TEXTS];
    static struct gm_mood moods[TEXTS];
    struct test_random random = {11};
    struct gm_scorer *scorer = opened_golden("plain");
    for (size_t i = 0; i < TEXTS; i++) {
        bytes[i][0] = '\0';
        for (uint64_t left = test_random(&random) % 5; left > 0; left--) {
            strcat(bytes[i], words[test_random(&random) % 6]);
            strcat(bytes[i], " ");
        }
        texts[i] = gm_str(bytes[i]);
    }
    score(scorer, texts, TEXTS, moods);
    for (size_t i = 0; i < TEXTS; i += 7) {
        const struct gm_mood alone = mood_of(scorer, bytes[i]);
        assert_same(&alone, &moods[i]);
    }
    const struct gm_scorer_stats stats = gm_scorer_stats(scorer);
    assert_true(stats.cache_hits > 0 && stats.cache_entries == 100);
    gm_scorer_close(scorer);
}

// ------------------------------------------------------------------------- which model

static void is_named_after_its_model(void **state)
{
    (void)state;
    static const char *const names[][2] = {
        {"plain", "plain-f32"},
        {"ProsusAI--finbert", "finbert-f32"},
        {"hub/models--ProsusAI--finbert/snapshots/4556d13015211d73", "finbert-f32"},
        {"my model; v2", "my-model--v2-f32"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct gm_scorer_config config = config_of(golden_copy("plain", names[i][0]));
        struct gm_scorer *scorer = opened("finbert", &config);
        assert_string_equal(gm_scorer_name(scorer), names[i][1]);
        const struct gm_scorer_about *about = gm_scorer_about(scorer);
        assert_string_equal(about->model_dir, config.model_dir);
        assert_string_equal(about->precision, "f32");
        assert_int_equal(about->threads, 2);
        assert_true(about->model_bytes > 100000 && about->model_bytes < 1000000);
        gm_scorer_close(scorer);
    }
}

static void auto_takes_the_model_that_is_installed(void **state)
{
    (void)state;
    struct gm_scorer_config config = config_of(NULL);
    config.data_dir = folder();
    setenv("HF_HUB_CACHE", folder_path("cache"), 1);
    struct gm_scorer *scorer = opened("auto", &config);
    assert_string_equal(gm_scorer_name(scorer), "lexicon");
    gm_scorer_close(scorer);
    fails("finbert", &config, GM_ERR_NOT_FOUND, "model pull ProsusAI/finbert");
    // Whoever names a model wants that one.
    config.model = "some/model";
    fails("auto", &config, GM_ERR_INVALID, "some/model");
    config.model = NULL;
    config.model_dir = folder_path("nowhere");
    fails("auto", &config, GM_ERR_INVALID, "nowhere");
    config.model_dir = NULL;

    golden_copy("plain", "models/ProsusAI--finbert");
    scorer = opened("auto", &config);
    assert_string_equal(gm_scorer_name(scorer), "finbert-f32");
    gm_scorer_close(scorer);
}

static void a_broken_model_is_an_error_and_no_lexicon(void **state)
{
    (void)state;
    static const char name[] = "models/ProsusAI--finbert";
    struct gm_scorer_config config = config_of(NULL);
    config.data_dir = folder();
    const char *dir = golden_copy("plain", name);
    const char *weights = path_of(dir, "model.safetensors");
    assert_int_equal(truncate(weights, 10000), 0);
    fails("auto", &config, GM_ERR_CORRUPT, "model.safetensors");

    golden_copy("plain", name);
    folder_write("models/ProsusAI--finbert/config.json", gm_str("{"));
    fails("auto", &config, GM_ERR_INVALID, "config.json");

    golden_copy("plain", name);
    const struct gm_str words = read_file(path_of(dir, "vocab.txt"));
    struct gm_buffer more;
    gm_buffer_init(&more, 100000);
    gm_buffer_append_str(&more, words);
    gm_buffer_append_c(&more, "moreover\n");
    folder_write("models/ProsusAI--finbert/vocab.txt", gm_buffer_str(&more));
    free((char *)words.data);
    gm_buffer_finish(&more);
    fails("auto", &config, GM_ERR_INVALID, "122 word pieces");

    config.precision = "f16";
    fails("auto", &config, GM_ERR_INVALID, "\"f16\"");
}

// ------------------------------------------------------------------------- the pack

static void the_pack_is_made_once_and_again_for_other_weights(void **state)
{
    (void)state;
    const char *dir = golden_copy("plain", "plain");
    const struct gm_scorer_config config = config_of(dir);
    struct gm_scorer *scorer = opened("finbert", &config);
    assert_int_equal(notices, 2); // that it begins, and how long it took
    assert_non_null(strstr(last_notice, "packed in"));
    const struct gm_mood before = mood_of(scorer, "buy");
    gm_scorer_close(scorer);

    scorer = opened("finbert", &config);
    assert_int_equal(notices, 0);
    const struct gm_mood again = mood_of(scorer, "buy");
    assert_same(&before, &again);
    gm_scorer_close(scorer);

    const struct timespec times[2] = {{.tv_sec = 1}, {.tv_sec = 1}};
    assert_int_equal(utimensat(AT_FDCWD, path_of(dir, "model.safetensors"), times, 0), 0);
    scorer = opened("finbert", &config);
    assert_int_equal(notices, 2);
    gm_scorer_close(scorer);
}

static void a_damaged_pack_is_made_anew(void **state)
{
    (void)state;
    const char *dir = golden_copy("plain", "plain");
    const struct gm_scorer_config config = config_of(dir);
    struct gm_scorer *scorer = opened("finbert", &config);
    const struct gm_mood before = mood_of(scorer, "buy");
    char pattern[512];
    glob_t packs;
    snprintf(pattern, sizeof pattern, "%s/*.pack", dir);
    gm_scorer_close(scorer);
    assert_int_equal(glob(pattern, 0, NULL, &packs), 0);
    assert_int_equal(packs.gl_pathc, 1);
    assert_int_equal(truncate(packs.gl_pathv[0], 1000), 0);
    globfree(&packs);
    scorer = opened("finbert", &config);
    assert_int_equal(notices, 2);
    const struct gm_mood after = mood_of(scorer, "buy");
    assert_same(&before, &after);
    gm_scorer_close(scorer);
}

static void a_pack_goes_into_the_data_folder_where_the_model_is_not_ours(void **state)
{
    (void)state;
    if (geteuid() == 0)
        skip(); // may write anywhere
    const char *dir = golden_copy("plain", "plain");
    struct gm_scorer_config config = config_of(dir);
    setenv("XDG_CACHE_HOME", folder_path("cache"), 1);
    assert_int_equal(chmod(dir, 0555), 0);
    const char *const data_dirs[] = {folder_path("data"), NULL};
    for (int i = 0; i < 4; i++) {
        config.data_dir = data_dirs[i / 2];
        struct gm_scorer *scorer = opened("finbert", &config);
        assert_int_equal(notices, i % 2 ? 0 : 2); // made once
        gm_scorer_close(scorer);
    }
    assert_int_equal(access(folder_path("data/packs"), F_OK), 0);
    assert_int_equal(access(folder_path("cache/ghostmarket"), F_OK), 0);
    assert_int_equal(chmod(dir, 0755), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(gives_the_moods_of_the_golden_logits),
        TEST(a_long_text_is_cut_at_the_limit),
        TEST(a_text_is_scored_once_and_gives_the_same_bits),
        TEST(many_texts_are_scored_as_one_by_one),
        TEST(is_named_after_its_model),
        TEST(auto_takes_the_model_that_is_installed),
        TEST(a_broken_model_is_an_error_and_no_lexicon),
        TEST(the_pack_is_made_once_and_again_for_other_weights),
        TEST(a_damaged_pack_is_made_anew),
        TEST(a_pack_goes_into_the_data_folder_where_the_model_is_not_ours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
