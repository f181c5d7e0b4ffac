// Recorded texts and the ids that Hugging Face's tokenizers gives them.
//
//     test_wordpiece_recorded FOLDER CASES     FOLDER: vocab.txt or tokenizer.json; CASES: JSON
//     Lines
//                                              with "text" and "ids"; exits 77, skipped, where they
//                                              are missing
#include "vibe/wordpiece/wordpiece.h"

#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SKIPPED = 77 };

static void print_ids(const char *name, const uint32_t *ids, size_t count)
{
    printf("  %s", name);
    for (size_t i = 0; i < count; i++)
        printf(" %u", ids[i]);
    printf("\n");
}

// Whether the line's text has the line's ids, whole and cut.
static bool check_line(const struct gm_wordpiece *wordpiece, json_t *line)
{
    const json_t *text = json_object_get(line, "text"), *pair = json_object_get(line, "text_pair");
    const json_t *wanted = json_object_get(line, "ids");
    char both[4096];
    struct gm_str slice = {json_string_value(text), json_string_length(text)};
    if (pair) { // a pair of texts has a [SEP] between them
        const int len = snprintf(both, sizeof both, "%s[SEP]%s", json_string_value(text),
                                 json_string_value(pair));
        slice = (struct gm_str){both, (size_t)len};
    }
    uint32_t ids[GM_WORDPIECE_IDS_MAX], recorded[GM_WORDPIECE_IDS_MAX];
    const size_t count = gm_wordpiece_encode(wordpiece, slice, ids, GM_WORDPIECE_IDS_MAX);
    const size_t recorded_count = json_array_size(wanted);
    for (size_t i = 0; i < recorded_count && i < GM_WORDPIECE_IDS_MAX; i++)
        recorded[i] = (uint32_t)json_integer_value(json_array_get(wanted, i));
    if (count != recorded_count || memcmp(ids, recorded, count * sizeof *ids) != 0) {
        printf("\"%s\"\n", slice.data);
        print_ids("ours", ids, count);
        print_ids("recorded", recorded, recorded_count);
        return false;
    }
    const size_t cut = count / 2 + 2;
    uint32_t shorter[GM_WORDPIECE_IDS_MAX];
    const size_t cut_count = gm_wordpiece_encode(wordpiece, slice, shorter, cut);
    return cut_count == (cut < count ? cut : count) &&
           memcmp(shorter, ids, (cut_count - 1) * sizeof *ids) == 0 &&
           shorter[cut_count - 1] == ids[count - 1];
}

// Opens the file by a folder that holds nothing else, under the name that it has in a model's.
static enum gm_err open_file(const char *path, struct gm_wordpiece **ret_wordpiece,
                             struct gm_error *error)
{
    char folder[] = "/tmp/gm-wordpiece-XXXXXX", link[64], whole[PATH_MAX];
    const bool json = strcmp(path + strlen(path) - strlen(".json"), ".json") == 0;
    if (!mkdtemp(folder) || !realpath(path, whole))
        return gm_error_errno(error, errno, "%s", path);
    snprintf(link, sizeof link, "%s/%s", folder, json ? "tokenizer.json" : "vocab.txt");
    enum gm_err err = symlink(whole, link) == 0 ? gm_wordpiece_open(folder, ret_wordpiece, error)
                                                : gm_error_errno(error, errno, "%s", link);
    unlink(link);
    rmdir(folder);
    return err;
}

int main(int argc, char **argv)
{
    struct gm_wordpiece *wordpiece;
    struct gm_error error;
    FILE *cases = argc == 3 ? fopen(argv[2], "r") : NULL;
    if (!cases || access(argv[1], F_OK) != 0) {
        printf("skipped: no %s\n", argc == 3 ? argv[2] : "cases");
        return SKIPPED;
    }
    if (open_file(argv[1], &wordpiece, &error)) {
        printf("%s\n", error.message);
        return 1;
    }
    char *text = NULL;
    size_t capacity = 0, lines = 0, failed = 0;
    for (ssize_t len; (len = getline(&text, &capacity, cases)) > 0; lines++) {
        json_t *line = json_loadb(text, (size_t)len, JSON_ALLOW_NUL, NULL);
        failed += !check_line(wordpiece, line);
        json_decref(line);
    }
    free(text);
    fclose(cases);
    gm_wordpiece_close(wordpiece);
    printf("%zu of %zu texts have other ids\n", failed, lines);
    return failed > 0 || lines == 0;
}
