// How well the lexicon scorer tells good from bad on texts that people have labelled.
//
//     test_lexicon_labelled FILE     a CSV with the columns text and label: 0 negative, 1 positive,
//                                    2 neutral; exits 77, skipped, where it is missing
//
// The AUC is the share of pairs of a positive and a negative text that the vibe puts in order, a
// tie being half of one. The bounds are a little under what the list reaches, so that a change
// which makes it worse is noticed.
#include "../test.h"

#include "vibe/scorer.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { TEXTS_MAX = 100000, TEXT_BYTES_MAX = 65536, LONG_BYTES = 300 };

struct judged {
    double vibe;
    bool positive;
};

struct counts {
    size_t negative, positive, neutral, neutral_right;
};

static const char *path;

// Reads one field, quoted or not, to its comma or the end of its line; returns what ended it.
static int read_field(FILE *file, char field[TEXT_BYTES_MAX], size_t *ret_len)
{
    size_t len = 0;
    int byte = getc(file);
    const bool quoted = byte == '"';
    if (quoted)
        byte = getc(file);
    while (byte != EOF && (quoted || (byte != ',' && byte != '\r' && byte != '\n'))) {
        if (quoted && byte == '"') {
            byte = getc(file);
            if (byte != '"')
                break;
        }
        assert_true(len < TEXT_BYTES_MAX);
        field[len++] = (char)byte;
        byte = getc(file);
    }
    while (byte == '\r')
        byte = getc(file);
    *ret_len = len;
    return byte;
}

static int by_vibe(const void *a, const void *b)
{
    const double first = ((const struct judged *)a)->vibe,
                 second = ((const struct judged *)b)->vibe;
    return (first > second) - (first < second);
}

static double auc(struct judged *all, size_t count)
{
    qsort(all, count, sizeof *all, by_vibe);
    double ordered = 0, below = 0, positives = 0;
    for (size_t at = 0, end; at < count; at = end) {
        double here_positive = 0, here_negative = 0;
        for (end = at; end < count && all[end].vibe == all[at].vibe; end++)
            *(all[end].positive ? &here_positive : &here_negative) += 1;
        ordered += here_positive * (below + here_negative / 2);
        below += here_negative;
        positives += here_positive;
    }
    return ordered / (positives * below);
}

static void test_tells_good_from_bad(void **state)
{
    (void)state;
    static char text[TEXT_BYTES_MAX], label[TEXT_BYTES_MAX];
    static struct judged all[TEXTS_MAX], brief[TEXTS_MAX];
    size_t text_len, label_len, all_count = 0, brief_count = 0;
    struct counts counts = {0};
    struct gm_scorer *scorer;
    const struct gm_scorer_config config = {.model_dir = NULL};
    assert_int_equal(gm_scorer_open("lexicon", &config, &scorer, NULL), GM_OK);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    read_field(file, text, &text_len);
    read_field(file, label, &label_len);
    while (all_count < TEXTS_MAX && read_field(file, text, &text_len) == ',') {
        const struct gm_str slice = {text, text_len};
        struct gm_mood mood;
        read_field(file, label, &label_len);
        assert_true(label_len == 1 && label[0] >= '0' && label[0] <= '2');
        assert_int_equal(gm_scorer_score(scorer, &slice, 1, &mood, NULL), GM_OK);
        if (label[0] == '2') {
            counts.neutral++;
            counts.neutral_right += mood.label == GM_LABEL_NEUTRAL;
            continue;
        }
        const struct judged judged = {mood.vibe, label[0] == '1'};
        *(judged.positive ? &counts.positive : &counts.negative) += 1;
        all[all_count++] = judged;
        if (text_len < LONG_BYTES)
            brief[brief_count++] = judged;
    }
    fclose(file);
    gm_scorer_close(scorer);
    assert_true(counts.positive > 1000 && counts.negative > 1000 && counts.neutral > 1000);
    const double of_all = auc(all, all_count), of_brief = auc(brief, brief_count);
    const double neutral = (double)counts.neutral_right / (double)counts.neutral;
    printf("AUC %.4f of %zu texts, %.4f of %zu under %d bytes; %.3f of the neutral ones are\n",
           of_all, all_count, of_brief, brief_count, LONG_BYTES, neutral);
    assert_true(of_all >= 0.88);
    assert_true(of_brief >= 0.935);
    assert_true(neutral >= 0.53);
}

int main(int argc, char **argv)
{
    path = argc == 2 ? argv[1] : "";
    if (access(path, R_OK) != 0)
        return 77;
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_tells_good_from_bad)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
