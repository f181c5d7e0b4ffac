// Opening FinBERT: the folder's parts joined, and the pack made where there is none; see finbert.h.
#include "vibe/finbert/finbert.h"

#include "base/clock.h"
#include "vibe/model/bert_weights.h"
#include "vibe/model/find.h"
#include "vibe/model/model_pack.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { NOTICE_BYTES = 512 };

static void notice(const struct gm_scorer_config *config, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void notice(const struct gm_scorer_config *config, const char *format, ...)
{
    char message[NOTICE_BYTES];
    va_list list;
    if (!config->notice)
        return;
    va_start(list, format);
    vsnprintf(message, sizeof message, format, list);
    va_end(list);
    config->notice(config->notice_context, message);
}

// ------------------------------------------------------------------------- what was asked for

static enum gm_err read_precision(const char *text, enum gm_bert_precision *ret_precision,
                                  struct gm_error *error)
{
    static const enum gm_bert_precision all[] = {GM_BERT_INT8, GM_BERT_F32};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (!text || strcmp(text, gm_bert_precision_name(all[i])) == 0) {
            *ret_precision = all[i];
            return GM_OK;
        }
    return gm_error_set(error, GM_ERR_INVALID, "precision: \"%s\": there are int8 and f32", text);
}

static enum gm_err find_dir(struct gm_finbert *finbert, const struct gm_scorer_config *config,
                            struct gm_error *error)
{
    const char *model = config->model ? config->model : GM_FINBERT_MODEL_DEFAULT;
    enum gm_err err =
        gm_model_find(config->data_dir, model, config->model_dir, finbert->dir, error);
    // Whoever asks for a model wants that one, not whatever else can run.
    if (err != GM_ERR_NOT_FOUND || (!config->model && !config->model_dir))
        return err;
    if (error)
        error->code = GM_ERR_INVALID;
    return GM_ERR_INVALID;
}

// Cuts the last component off `path` and returns it.
static const char *cut_last(char *path)
{
    char *slash = strrchr(path, '/');
    if (!slash)
        return path;
    *slash = '\0';
    return slash + 1;
}

// The name that people know the folder by: of ".../ORG--NAME", and of the Hugging Face cache's
// ".../models--ORG--NAME/snapshots/COMMIT", it is NAME.
static void write_name(struct gm_finbert *finbert)
{
    char path[PATH_MAX], snapshot[PATH_MAX];
    if (!realpath(finbert->dir, path))
        snprintf(path, sizeof path, "%s", finbert->dir);
    snprintf(snapshot, sizeof snapshot, "%s", path);
    const char *name = cut_last(path);
    (void)cut_last(snapshot);
    if (strcmp(cut_last(snapshot), "snapshots") == 0)
        name = cut_last(snapshot);
    for (const char *dashes; (dashes = strstr(name, "--"));)
        name = dashes + 2;
    snprintf(finbert->name, sizeof finbert->name, "%.40s-%s", *name ? name : "finbert",
             gm_bert_precision_name(finbert->precision));
    for (char *c = finbert->name; *c; c++)
        if (!isalnum((unsigned char)*c) && *c != '.' && *c != '_')
            *c = '-';
}

// ------------------------------------------------------------------------- the pack

static enum gm_err fill_pack(const struct gm_finbert *finbert, struct gm_pack_writer *writer,
                             struct gm_error *error)
{
    struct gm_checkpoint *checkpoint = NULL;
    struct gm_bert_weights weights = {0};
    enum gm_err err = gm_checkpoint_open(finbert->dir, &checkpoint, error);
    if (!err)
        err = gm_bert_weights_bind(checkpoint, &finbert->config, &weights, error);
    if (!err)
        err = gm_bert_pack(&finbert->config, &weights, finbert->precision, finbert->isa, writer,
                           error);
    gm_bert_weights_finish(&weights);
    gm_checkpoint_close(checkpoint);
    return err;
}

struct filling {
    const struct gm_finbert *finbert;
    const struct gm_scorer_config *config;
};

static enum gm_err fill(void *context, struct gm_pack_writer *writer, struct gm_error *error)
{
    const struct filling *filling = context;
    const struct gm_finbert *finbert = filling->finbert;
    const int64_t begin_us = gm_monotonic_us();
    notice(filling->config, "%s: packing the weights for %s on this processor, once", finbert->dir,
           gm_bert_precision_name(finbert->precision));
    enum gm_err err = fill_pack(finbert, writer, error);
    if (!err)
        notice(filling->config, "%s: packed in %.1f s", finbert->dir,
               (double)(gm_monotonic_us() - begin_us) / GM_US_PER_S);
    return err;
}

static enum gm_err obtain_pack(struct gm_finbert *finbert, const struct gm_scorer_config *config,
                               struct gm_error *error)
{
    struct filling filling = {finbert, config};
    struct stat status;
    char kernels[GM_MODEL_KERNELS_BYTES_MAX + 1];
    snprintf(kernels, sizeof kernels, "%s-%s-%d", gm_bert_precision_name(finbert->precision),
             gm_bert_isa_name(finbert->isa), GM_BERT_PACK_VERSION);
    enum gm_err err = gm_model_pack_obtain(finbert->dir, config->data_dir, kernels, fill, &filling,
                                           &finbert->pack, finbert->pack_path, error);
    if (err)
        return err;
    if (stat(finbert->pack_path, &status) != 0)
        return gm_error_errno(error, errno, "%s", finbert->pack_path);
    finbert->pack_bytes = status.st_size;
    return GM_OK;
}

// ------------------------------------------------------------------------- open and close

static enum gm_err open_tokenizer(struct gm_finbert *finbert, struct gm_error *error)
{
    const struct gm_bert_config *config = &finbert->config;
    enum gm_err err = gm_wordpiece_open(finbert->dir, &finbert->wordpiece, error);
    if (err)
        return err;
    const size_t words = gm_wordpiece_size(finbert->wordpiece);
    if (words > (size_t)config->vocab_size)
        return gm_error_set(error, GM_ERR_INVALID,
                            "%s: the vocabulary has %zu word pieces, and config.json says "
                            "vocab_size %d: they are of two models",
                            finbert->dir, words, config->vocab_size);
    finbert->ids_max =
        config->positions < GM_WORDPIECE_IDS_MAX ? (size_t)config->positions : GM_WORDPIECE_IDS_MAX;
    return GM_OK;
}

static enum gm_err open_model(struct gm_finbert *finbert, const struct gm_scorer_config *config,
                              struct gm_error *error)
{
    enum gm_err err = read_precision(config->precision, &finbert->precision, error);
    if (!err)
        err = find_dir(finbert, config, error);
    if (!err)
        err = gm_bert_config_read(finbert->dir, &finbert->config, error);
    if (err)
        return err;
    if (!finbert->config.classifier)
        return gm_error_set(error, GM_ERR_UNSUPPORTED,
                            "%s: config.json: the model tells no moods: architectures must name "
                            "BertForSequenceClassification",
                            finbert->dir);
    finbert->isa = gm_bert_isa_best();
    write_name(finbert);
    err = open_tokenizer(finbert, error);
    if (!err)
        err = obtain_pack(finbert, config, error);
    if (!err)
        err = gm_bert_open(&finbert->config, finbert->pack, finbert->precision, finbert->isa,
                           config->threads, &finbert->bert, error);
    return err;
}

enum gm_err gm_finbert_open(struct gm_finbert *ret_finbert, const struct gm_scorer_config *config,
                            struct gm_error *error)
{
    struct gm_finbert finbert = {0};
    enum gm_err err = open_model(&finbert, config, error);
    if (err) {
        gm_finbert_close(&finbert);
        return err;
    }
    *ret_finbert = finbert;
    return GM_OK;
}

void gm_finbert_close(struct gm_finbert *finbert)
{
    gm_bert_close(finbert->bert);
    gm_pack_close(finbert->pack);
    gm_wordpiece_close(finbert->wordpiece);
    *finbert = (struct gm_finbert){0};
}
