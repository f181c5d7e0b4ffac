// doctor: looks at everything that the pipeline needs and says what to do.
#include "app/command/commands.h"

#include "app/control.h"
#include "app/open_scorer.h"
#include "app/pipeline.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/timex.h>
#include <unistd.h>

enum verdict { FINE, NOTE, BAD };

struct args {
    bool json;
};

static const struct gm_option options[] = {
    {"json", NULL, GM_OPTION_FLAG, offsetof(struct args, json),
     .help = "an array of {check, verdict, message}"},
    {NULL},
};

struct doctor {
    struct gm_config config;
    bool json, colour;
    json_t *findings;
    int bad;
    int running_pid; // of the ghostmarket on this data directory; 0: none
};

static void find(struct doctor *doctor, enum verdict verdict, const char *check, const char *format,
                 ...) __attribute__((format(printf, 4, 5)));

static void find(struct doctor *doctor, enum verdict verdict, const char *check, const char *format,
                 ...)
{
    static const char *const words[] = {"ok", "note", "problem"};
    static const char *const tints[] = {"\033[32m", "\033[33m", "\033[31m"};
    char message[GM_ERROR_MESSAGE_BYTES * 2];
    va_list list;
    va_start(list, format);
    vsnprintf(message, sizeof message, format, list);
    va_end(list);
    doctor->bad += verdict == BAD;
    if (doctor->json)
        json_array_append_new(doctor->findings,
                              json_pack("{s:s,s:s,s:s}", "check", check, "verdict", words[verdict],
                                        "message", message));
    else
        printf("%s%-8s%s %-14s %s\n", doctor->colour ? tints[verdict] : "", words[verdict],
               doctor->colour ? "\033[0m" : "", check, message);
}

// ------------------------------------------------------------------------- checks

static void check_configuration(struct doctor *doctor)
{
    const struct gm_config *config = &doctor->config;
    find(doctor, FINE, "configuration", "%s, %zu tickers followed",
         config->path ? config->path : "built-in defaults (no ghostmarket.yaml here)",
         config->ticker_count);
    if (config->env_shown)
        find(doctor, NOTE, "secrets", "%s can be read or changed by other users: chmod 600 %s",
             config->env_path, config->env_path);
    else if (config->env_path)
        find(doctor, FINE, "secrets", "%s is read by its owner alone", config->env_path);
    if (config->bus.retention_us > 0 &&
        config->bus.retention_us < config->rule.window_us + config->rule.cooldown_us)
        find(doctor, BAD, "configuration",
             "bus.retention is shorter than the window and the cooldown: after a restart the "
             "windows could not be rebuilt; raise it");
}

static void check_data_dir(struct doctor *doctor)
{
    const struct gm_config *config = &doctor->config;
    struct statvfs fs;
    char path[PATH_MAX];
    if (mkdir(config->data_dir, 0750) != 0 && errno != EEXIST) {
        find(doctor, BAD, "data directory", "%s: %s: make it, or name another with --data-dir",
             config->data_dir, strerror(errno));
        return;
    }
    snprintf(path, sizeof path, "%s/doctor.%d.tmp", config->data_dir, (int)getpid());
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        find(doctor, BAD, "data directory",
             "%s: %s: give this user the right to write there, or name another with --data-dir",
             config->data_dir, strerror(errno));
        return;
    }
    close(fd);
    unlink(path);
    find(doctor, FINE, "data directory", "%s can be written", config->data_dir);
    if (statvfs(config->data_dir, &fs) != 0)
        return;
    int64_t free_bytes = (int64_t)fs.f_bavail * (int64_t)fs.f_frsize;
    double free_gib = (double)free_bytes / (1 << 30);
    if (free_bytes < (int64_t)512 * 1024 * 1024)
        find(doctor, BAD, "disk", "%.2f GiB free: make room, or shorten bus.retention", free_gib);
    else if (free_bytes < config->bus.size_max_bytes)
        find(doctor, NOTE, "disk", "%.1f GiB free, less than bus.size_max may grow to (%.1f GiB)",
             free_gib, (double)config->bus.size_max_bytes / (1 << 30));
    else
        find(doctor, FINE, "disk", "%.1f GiB free", free_gib);
}

static void check_clock(struct doctor *doctor)
{
    struct timex timex = {0};
    int state = adjtimex(&timex);
    if (gm_clock_now_us(&gm_clock_real) < GM_TIME_MIN_US)
        find(doctor, BAD, "clock", "the clock stands before the year 2000: set it");
    else if (state == TIME_ERROR || timex.status & STA_UNSYNC)
        find(doctor, NOTE, "clock",
             "not known to be synchronised: posts and prices carry their sources' times, so run "
             "an NTP client (systemd-timesyncd, chrony)");
    else
        find(doctor, FINE, "clock", "synchronised");
}

static void check_log(struct doctor *doctor)
{
    struct gm_bus *bus;
    struct gm_error error;
    if (gm_pipeline_open_bus(&doctor->config, &bus, &error)) {
        find(doctor, BAD, "log", "%s", error.message);
        return;
    }
    find(doctor, FINE, "log", "%s, %d partition%s", doctor->config.bus.backend,
         gm_bus_partitions(bus), gm_bus_partitions(bus) == 1 ? "" : "s");
    gm_bus_close(bus);
}

static void check_database(struct doctor *doctor)
{
    const struct gm_config *config = &doctor->config;
    struct gm_store *store;
    struct gm_error error;
    int64_t rows;
    if (doctor->running_pid > 0) {
        find(doctor, FINE, "database", "%s, in use by process %d, which runs here",
             config->store.path, doctor->running_pid);
        return;
    }
    if (access(config->store.path, F_OK) != 0) {
        find(doctor, FINE, "database", "%s is made at the first start (DuckDB %s)",
             config->store.path, gm_store_library_version());
        return;
    }
    const struct gm_store_config store_config = {
        .path = config->store.path,
        .memory_max_bytes = config->store.memory_max_bytes,
        .threads = config->store.threads,
        .read_only = true,
    };
    enum gm_err err = gm_store_open(&store_config, &store, &error);
    if (err) {
        find(doctor, BAD, "database", "%s", error.message);
        return;
    }
    if (gm_store_count(store, GM_STORE_MARKET_SIGNALS, &rows, &error))
        find(doctor, BAD, "database", "%s", error.message);
    else
        find(doctor, FINE, "database", "%s, %" PRId64 " rows in market_signals (DuckDB %s)",
             config->store.path, rows, gm_store_library_version());
    gm_store_close(store);
}

// Bytes of memory that the system can still give; a limit of this service's own is not looked at.
// −1: not known.
static int64_t free_memory(void)
{
    FILE *file = fopen("/proc/meminfo", "re");
    char line[256];
    long long kib = -1;
    while (file && kib < 0 && fgets(line, sizeof line, file))
        if (sscanf(line, "MemAvailable: %lld kB", &kib) != 1)
            kib = -1;
    if (file)
        fclose(file);
    return kib < 0 ? -1 : (int64_t)kib * 1024;
}

static void check_scorer(struct doctor *doctor, const struct gm_scorer *scorer)
{
    const struct gm_scorer_about *about = gm_scorer_about(scorer);
    char note[GM_SCORER_NOTE_BYTES];
    gm_scorer_note(&doctor->config, scorer, note);
    if (!about->model_dir) {
        find(doctor, NOTE, "model", "scorer %s: %s; `ghostmarket model pull` installs one",
             about->name, note);
        return;
    }
    find(doctor, FINE, "model", "scorer %s: %s, from %s", about->name, note, about->model_dir);
    const int64_t free_bytes = free_memory();
    const double mib = 1024 * 1024;
    if (free_bytes >= 0 && free_bytes < about->model_bytes)
        find(doctor, BAD, "memory",
             "the model takes %.0f MiB and %.0f MiB are free: free some%s", // it would be swapped
             (double)about->model_bytes / mib, (double)free_bytes / mib,
             strcmp(about->precision, "f32") == 0 ? ", or set vibe.precision to int8" : "");
    else if (free_bytes >= 0)
        find(doctor, FINE, "memory", "the model takes %.0f MiB of %.0f MiB that are free",
             (double)about->model_bytes / mib, (double)free_bytes / mib);
}

static void check_model(struct doctor *doctor)
{
    struct gm_scorer *scorer;
    struct gm_error error;
    if (gm_open_scorer(&doctor->config, NULL, NULL, &scorer, &error)) {
        find(doctor, BAD, "model", "vibe.scorer: %s", error.message);
        return;
    }
    check_scorer(doctor, scorer);
    gm_scorer_close(scorer);
}

// True when something can listen there.
static void check_network(struct doctor *doctor)
{
    const struct gm_config *config = &doctor->config;
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)config->web.port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    find(doctor, FINE, "network", "nothing that is configured asks for the outside world");
    if (!config->web.enabled || doctor->running_pid > 0)
        return;
    int one = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0)
        find(doctor, BAD, "page", "port %d: %s: set web.port to another one", config->web.port,
             strerror(errno));
    else
        find(doctor, FINE, "page", "port %d is free", config->web.port);
    close(fd);
}

// ------------------------------------------------------------------------- the command

static int doctor_command(const struct gm_invocation *invocation)
{
    const struct args *args = (const void *)invocation->args;
    int status;
    struct doctor doctor = {.json = args->json,
                            .colour = isatty(STDOUT_FILENO) && !getenv("NO_COLOR")};
    if (!gm_load_config(invocation, &doctor.config, &status))
        return status;
    doctor.findings = json_array();
    if (gm_control_alive(doctor.config.data_dir, &doctor.running_pid))
        find(&doctor, FINE, "running", "process %d runs on %s", doctor.running_pid,
             doctor.config.data_dir);
    check_configuration(&doctor);
    check_data_dir(&doctor);
    check_clock(&doctor);
    check_log(&doctor);
    check_database(&doctor);
    check_model(&doctor);
    check_network(&doctor);
    if (doctor.json) {
        json_dumpf(doctor.findings, stdout, JSON_INDENT(2));
        printf("\n");
    }
    json_decref(doctor.findings);
    gm_config_finish(&doctor.config);
    return doctor.bad > 0 ? GM_EXIT_FAILED : GM_EXIT_DONE;
}

const struct gm_command gm_command_doctor = {
    .name = "doctor",
    .summary = "check configuration, disk, clock, database, model and network, and say what to do",
    .description = "Exit status 1 when there is a problem.\n",
    .examples = "ghostmarket doctor\nghostmarket doctor --json\n",
    .options = options,
    .args_bytes = sizeof(struct args),
    .run = doctor_command,
};
