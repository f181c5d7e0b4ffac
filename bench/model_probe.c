// A model run on request, for scripts that compare it with others: bench/vibe.mjs its speed,
// tools/evaluate_precision.py its figures.
//
//     model_probe DIR int8|f32 plain|avx2|avx512-vnni|best THREADS
//
// Opens the model in DIR as the program does, packing it first if need be, and then obeys lines on
// stdin. Each is answered by a line of JSON on stdout, the first of them after opening.
//
//     texts FILE    takes the texts of FILE, one a line; a run then starts from the text
//     ids FILE      takes sequences of token ids, one a line, parted by spaces; a run starts there
//     run           to the logits, all in one batch: {"wall", "cpu"} in seconds
//     logits FILE   writes what the last run came to, as f32: (sequences, labels)
//     hidden FILE   computes and writes the last layer's output, as f32: (tokens, hidden)
//     peak          {"peak"}: operations a second of all threads, registers alone
//     memory        {"peak_kib", "own_kib"}: this process's largest, and what no file backs now
#include "peak.h"
#include "vibe/bert/bert.h"
#include "vibe/model/bert_weights.h"
#include "vibe/model/model_pack.h"
#include "vibe/wordpiece/wordpiece.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { THREADS_MAX = 64 };

struct probe {
    const char *dir;
    enum gm_bert_precision precision;
    enum gm_bert_isa isa;
    int threads;
    struct gm_bert_config config;
    struct gm_pack *pack;
    struct gm_bert *bert;
    struct gm_wordpiece *wordpiece; // NULL until texts were asked for

    struct gm_str *texts; // (count); NULL: only ids were given
    uint32_t *ids, *lengths;
    size_t count, tokens;
    float *logits; // (count, labels)
};

static double seconds(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void require(enum gm_err err, const struct gm_error *error)
{
    if (err == GM_OK)
        return;
    fprintf(stderr, "model_probe: %s\n", error->message);
    exit(1);
}

static void *must(void *memory)
{
    if (memory == NULL)
        abort();
    return memory;
}

static FILE *must_open(const char *path, const char *mode)
{
    FILE *file = fopen(path, mode);
    if (file != NULL)
        return file;
    perror(path);
    exit(1);
}

// ---------------------------------------------------------------------------- the model

static enum gm_err fill(void *context, struct gm_pack_writer *writer, struct gm_error *error)
{
    const struct probe *probe = context;
    struct gm_checkpoint *checkpoint = NULL;
    struct gm_bert_weights weights = {0};
    enum gm_err err = gm_checkpoint_open(probe->dir, &checkpoint, error);
    if (!err)
        err = gm_bert_weights_bind(checkpoint, &probe->config, &weights, error);
    if (!err)
        err = gm_bert_pack(&probe->config, &weights, probe->precision, probe->isa, writer, error);
    gm_bert_weights_finish(&weights);
    gm_checkpoint_close(checkpoint);
    return err;
}

static void open_model(struct probe *probe)
{
    struct gm_error error;
    char kernels[GM_MODEL_KERNELS_BYTES_MAX + 1];
    const double start = seconds(CLOCK_MONOTONIC);
    snprintf(kernels, sizeof kernels, "%s-%s-%d", gm_bert_precision_name(probe->precision),
             gm_bert_isa_name(probe->isa), GM_BERT_PACK_VERSION);
    require(gm_bert_config_read(probe->dir, &probe->config, &error), &error);
    require(
        gm_model_pack_obtain(probe->dir, NULL, kernels, fill, probe, &probe->pack, NULL, &error),
        &error);
    require(gm_bert_open(&probe->config, probe->pack, probe->precision, probe->isa, probe->threads,
                         &probe->bert, &error),
            &error);
    printf("{\"open\":%.6f,\"isa\":\"%s\",\"labels\":%d,\"hidden\":%d}\n",
           seconds(CLOCK_MONOTONIC) - start, gm_bert_isa_name(probe->isa),
           probe->config.label_count, probe->config.hidden);
}

// ---------------------------------------------------------------------------- the input

static void forget_input(struct probe *probe)
{
    for (size_t i = 0; probe->texts != NULL && i < probe->count; i++)
        free((char *)probe->texts[i].data);
    free(probe->texts);
    free(probe->ids);
    free(probe->lengths);
    free(probe->logits);
    probe->texts = NULL;
    probe->ids = probe->lengths = NULL;
    probe->logits = NULL;
    probe->count = probe->tokens = 0;
}

static size_t lines_of(FILE *file)
{
    size_t lines = 0;
    for (int c = getc(file); c != EOF; c = getc(file))
        lines += c == '\n';
    rewind(file);
    return lines;
}

static size_t positions(const struct probe *probe)
{
    const size_t positions = (size_t)probe->config.positions;
    return positions < GM_WORDPIECE_IDS_MAX ? positions : GM_WORDPIECE_IDS_MAX;
}

// Room for as many sequences as FILE has lines, each as long as they get.
static FILE *open_input(struct probe *probe, const char *path)
{
    forget_input(probe);
    FILE *file = must_open(path, "r");
    const size_t lines = lines_of(file);
    probe->ids = must(calloc(lines * positions(probe) + 1, sizeof *probe->ids));
    probe->lengths = must(calloc(lines + 1, sizeof *probe->lengths));
    probe->logits = must(calloc(lines * GM_BERT_LABELS_MAX + 1, sizeof *probe->logits));
    return file;
}

static void take_ids(struct probe *probe, const char *path)
{
    FILE *file = open_input(probe, path);
    char *line = NULL;
    size_t room = 0;
    while (getline(&line, &room, file) > 0) {
        char *end;
        uint32_t length = 0;
        for (const char *at = line; length < positions(probe); at = end) {
            const unsigned long id = strtoul(at, &end, 10);
            if (end == at)
                break;
            if (id >= (unsigned long)probe->config.vocab_size) {
                fprintf(stderr, "model_probe: %s: id %lu is beyond the vocabulary\n", path, id);
                exit(1);
            }
            probe->ids[probe->tokens + length++] = (uint32_t)id;
        }
        if (length == 0)
            continue;
        probe->lengths[probe->count++] = length;
        probe->tokens += length;
    }
    free(line);
    fclose(file);
}

static void encode(struct probe *probe)
{
    probe->tokens = 0;
    for (size_t i = 0; i < probe->count; i++) {
        const size_t length = gm_wordpiece_encode(probe->wordpiece, probe->texts[i],
                                                  probe->ids + probe->tokens, positions(probe));
        probe->lengths[i] = (uint32_t)length;
        probe->tokens += length;
    }
}

static void take_texts(struct probe *probe, const char *path)
{
    struct gm_error error;
    if (probe->wordpiece == NULL)
        require(gm_wordpiece_open(probe->dir, &probe->wordpiece, &error), &error);
    FILE *file = open_input(probe, path);
    probe->texts = must(calloc(lines_of(file) + 1, sizeof *probe->texts));
    char *line = NULL;
    size_t room = 0;
    ssize_t bytes;
    while ((bytes = getline(&line, &room, file)) > 0) {
        const size_t len = (size_t)bytes - (line[bytes - 1] == '\n');
        probe->texts[probe->count++] = (struct gm_str){must(strndup(line, len)), len};
    }
    free(line);
    fclose(file);
    encode(probe);
}

// ----------------------------------------------------------------------------- the work

static void run(struct probe *probe)
{
    const double wall = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
    if (probe->texts != NULL)
        encode(probe);
    gm_bert_logits(probe->bert, probe->ids, probe->lengths, probe->count, probe->logits);
    printf("{\"wall\":%.6f,\"cpu\":%.6f}\n", seconds(CLOCK_MONOTONIC) - wall,
           seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu);
}

static void write_floats(const char *path, const float *values, size_t count)
{
    FILE *file = must_open(path, "w");
    if (fwrite(values, sizeof *values, count, file) != count || fclose(file) != 0) {
        perror(path);
        exit(1);
    }
    printf("{\"floats\":%zu}\n", count);
}

static void write_hidden(const struct probe *probe, const char *path)
{
    const size_t count = probe->tokens * (size_t)probe->config.hidden;
    float *hidden = must(calloc(count + 1, sizeof *hidden));
    gm_bert_hidden(probe->bert, probe->ids, probe->lengths, probe->count, hidden);
    write_floats(path, hidden, count);
    free(hidden);
}

struct peak {
    const struct probe *probe;
    double rate;
};

static void *run_peak(void *argument)
{
    struct peak *peak = argument;
    const double start = seconds(CLOCK_MONOTONIC);
    const double operations = peak_run(peak->probe->precision, peak->probe->isa);
    peak->rate = operations / (seconds(CLOCK_MONOTONIC) - start);
    return NULL;
}

static void measure_peak(const struct probe *probe)
{
    struct peak peaks[THREADS_MAX];
    pthread_t others[THREADS_MAX];
    double sum = 0;
    for (int i = 0; i < probe->threads; i++) {
        peaks[i] = (struct peak){probe, 0};
        if (i > 0 && pthread_create(&others[i], NULL, run_peak, &peaks[i]) != 0)
            abort();
    }
    run_peak(&peaks[0]);
    for (int i = 0; i < probe->threads; i++) {
        if (i > 0)
            pthread_join(others[i], NULL);
        sum += peaks[i].rate;
    }
    printf("{\"peak\":%.0f}\n", sum);
}

static long status_kib(const char *field)
{
    FILE *file = must_open("/proc/self/status", "r");
    char line[256];
    long kib = 0;
    while (fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, field, strlen(field)) == 0)
            kib = strtol(line + strlen(field), NULL, 10);
    fclose(file);
    return kib;
}

static bool obey(struct probe *probe, const char *command, const char *path)
{
    if (strcmp(command, "texts") == 0 || strcmp(command, "ids") == 0) {
        (*command == 't' ? take_texts : take_ids)(probe, path);
        printf("{\"sequences\":%zu,\"tokens\":%zu}\n", probe->count, probe->tokens);
    } else if (strcmp(command, "run") == 0) {
        run(probe);
    } else if (strcmp(command, "logits") == 0) {
        write_floats(path, probe->logits, probe->count * (size_t)probe->config.label_count);
    } else if (strcmp(command, "hidden") == 0) {
        write_hidden(probe, path);
    } else if (strcmp(command, "peak") == 0) {
        measure_peak(probe);
    } else if (strcmp(command, "memory") == 0) {
        printf("{\"peak_kib\":%ld,\"own_kib\":%ld}\n", status_kib("VmHWM:"),
               status_kib("RssAnon:"));
    } else {
        return false;
    }
    return true;
}

static bool read_arguments(struct probe *probe, int argc, char **argv)
{
    if (argc != 5)
        return false;
    probe->dir = argv[1];
    probe->precision = strcmp(argv[2], "f32") == 0 ? GM_BERT_F32 : GM_BERT_INT8;
    probe->isa = gm_bert_isa_best();
    for (int isa = GM_BERT_PLAIN; isa <= GM_BERT_AVX512; isa++)
        if (strcmp(argv[3], gm_bert_isa_name((enum gm_bert_isa)isa)) == 0)
            probe->isa = (enum gm_bert_isa)isa;
    probe->threads = atoi(argv[4]);
    return probe->threads >= 1 && probe->threads <= THREADS_MAX;
}

int main(int argc, char **argv)
{
    static struct probe probe;
    char line[GM_MODEL_PATH_BYTES_MAX + 16], command[16], path[GM_MODEL_PATH_BYTES_MAX] = "";
    if (!read_arguments(&probe, argc, argv)) {
        fprintf(stderr, "usage: model_probe DIR int8|f32 plain|avx2|avx512-vnni|best THREADS\n");
        return 2;
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    open_model(&probe);
    while (fgets(line, sizeof line, stdin) != NULL) {
        if (sscanf(line, "%15s %4095[^\n]", command, path) < 1 || !obey(&probe, command, path)) {
            fprintf(stderr, "model_probe: what is %s", line);
            return 2;
        }
    }
    forget_input(&probe);
    gm_wordpiece_close(probe.wordpiece);
    gm_bert_close(probe.bert);
    gm_pack_close(probe.pack);
    return 0;
}
