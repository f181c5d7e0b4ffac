// The table of scorers, and the front that opens one of them by its name.
#include "vibe/scorer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct gm_scorer_ops *const gm_scorers[] = {
    &gm_scorer_finbert,
    &gm_scorer_lexicon,
    NULL,
};

struct gm_scorer {
    const struct gm_scorer_ops *ops;
    void *scorer;
    struct gm_scorer_about about;
    int64_t texts; // scored so far
};

const char *gm_label_name(enum gm_label label)
{
    static const char *const names[] = {"positive", "negative", "neutral"};
    return names[label];
}

struct gm_mood gm_mood_of(enum gm_label label, float score)
{
    double vibe = 0.0;
    if (label == GM_LABEL_POSITIVE)
        vibe = score;
    else if (label == GM_LABEL_NEGATIVE)
        vibe = -score;
    return (struct gm_mood){label, score, vibe};
}

static const struct gm_scorer_ops *find_ops(const char *name)
{
    for (size_t i = 0; gm_scorers[i] != NULL; i++)
        if (strcmp(gm_scorers[i]->name, name) == 0)
            return gm_scorers[i];
    return NULL;
}

static enum gm_err unknown_name(const char *name, struct gm_error *error)
{
    char names[256] = "auto";
    for (size_t i = 0; gm_scorers[i] != NULL; i++) {
        const size_t len = strlen(names);
        snprintf(names + len, sizeof names - len, ", %s", gm_scorers[i]->name);
    }
    return gm_error_set(error, GM_ERR_INVALID, "no scorer is called \"%s\"; there are: %s", name,
                        names);
}

static enum gm_err open_best(const struct gm_scorer_config *config, struct gm_scorer **ret_scorer,
                             struct gm_error *error)
{
    enum gm_err err = GM_ERR_NOT_FOUND;
    for (size_t i = 0; err == GM_ERR_NOT_FOUND && gm_scorers[i] != NULL; i++)
        err = gm_scorer_open_ops(gm_scorers[i], config, ret_scorer, error);
    return err;
}

enum gm_err gm_scorer_open_ops(const struct gm_scorer_ops *ops,
                               const struct gm_scorer_config *config, struct gm_scorer **ret_scorer,
                               struct gm_error *error)
{
    struct gm_scorer *scorer = calloc(1, sizeof *scorer);
    if (scorer == NULL)
        return gm_error_set(error, GM_ERR_NOMEM, "scorer: out of memory");
    scorer->ops = ops;
    const enum gm_err err = ops->open(config, &scorer->scorer, error);
    if (err) {
        free(scorer);
        return err;
    }
    scorer->about = ops->about ? ops->about(scorer->scorer) : (struct gm_scorer_about){ops->name};
    *ret_scorer = scorer;
    return GM_OK;
}

enum gm_err gm_scorer_open(const char *name, const struct gm_scorer_config *config,
                           struct gm_scorer **ret_scorer, struct gm_error *error)
{
    if (name == NULL || strcmp(name, "auto") == 0)
        return open_best(config, ret_scorer, error);
    const struct gm_scorer_ops *ops = find_ops(name);
    if (ops == NULL)
        return unknown_name(name, error);
    return gm_scorer_open_ops(ops, config, ret_scorer, error);
}

void gm_scorer_close(struct gm_scorer *scorer)
{
    if (scorer == NULL)
        return;
    scorer->ops->close(scorer->scorer);
    free(scorer);
}

const char *gm_scorer_name(const struct gm_scorer *scorer)
{
    return scorer->about.name;
}

const struct gm_scorer_about *gm_scorer_about(const struct gm_scorer *scorer)
{
    return &scorer->about;
}

struct gm_scorer_stats gm_scorer_stats(const struct gm_scorer *scorer)
{
    if (scorer->ops->stats)
        return scorer->ops->stats(scorer->scorer);
    return (struct gm_scorer_stats){.texts = scorer->texts};
}

enum gm_err gm_scorer_score_within(struct gm_scorer *scorer, const struct gm_str *texts,
                                   size_t count, int64_t budget_us, struct gm_mood *ret_moods,
                                   size_t *ret_scored, struct gm_error *error)
{
    size_t scored = 0;
    enum gm_err err = GM_OK;
    if (count > 0)
        err =
            scorer->ops->score(scorer->scorer, texts, count, budget_us, ret_moods, &scored, error);
    if (err)
        return err;
    scorer->texts += (int64_t)scored;
    *ret_scored = scored;
    return GM_OK;
}

enum gm_err gm_scorer_score(struct gm_scorer *scorer, const struct gm_str *texts, size_t count,
                            struct gm_mood *ret_moods, struct gm_error *error)
{
    enum gm_err err = GM_OK;
    size_t scored = 0;
    for (size_t done = 0; !err && done < count; done += scored)
        err = gm_scorer_score_within(scorer, texts + done, count - done, INT64_MAX,
                                     ret_moods + done, &scored, error);
    return err;
}
