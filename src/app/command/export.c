// export: a table of the database, whole, as a file or on stdout; also while the pipeline runs.
#include "app/command/commands.h"

#include "app/control.h"
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct args {
    int table, format;
    const char *output;
};

static const struct gm_option options[] = {
    {"table", "NAME", GM_OPTION_CHOICE, offsetof(struct args, table),
     .choices = {"market_signals", "posts", "alerts", "dead_letters"}, .standard = "market_signals",
     .help = "what to export"},
    {"format", "NAME", GM_OPTION_CHOICE, offsetof(struct args, format),
     .choices = {"jsonl", "csv", "parquet"}, .standard = "jsonl",
     .help = "JSON Lines, CSV with a header, or Parquet"},
    {"output", "FILE", GM_OPTION_TEXT, offsetof(struct args, output), .letter = 'o',
     .standard = "stdout", .help = "where to; - is stdout"},
    {NULL},
};

// ------------------------------------------------------------------------- getting the file

// Nobody has the database open, so a transaction that a crash cut off is mended on the way.
static enum gm_err open_store(const struct gm_store_config *config, struct gm_store **ret_store,
                              struct gm_error *error)
{
    enum gm_err err = gm_store_open(config, ret_store, error);
    if (err != GM_ERR_UNSUPPORTED)
        return err;
    struct gm_store_config mending = *config;
    mending.read_only = false;
    if ((err = gm_store_open(&mending, ret_store, error)))
        return err;
    gm_store_close(*ret_store);
    return gm_store_open(config, ret_store, error);
}

// A finished export as an open descriptor, from the running process or from the database itself.
static enum gm_err export_to_fd(const struct gm_config *config, const struct args *args,
                                int *ret_fd, struct gm_error *error)
{
    int64_t rows;
    enum gm_store_table table = (enum gm_store_table)args->table;
    enum gm_store_format format = (enum gm_store_format)args->format;
    enum gm_err err = gm_control_export(config->data_dir, table, format, ret_fd, &rows, error);
    if (err != GM_ERR_NOT_FOUND)
        return err;
    if (access(config->store.path, F_OK) != 0)
        return gm_error_set(error, GM_ERR_NOT_FOUND,
                            "%s: no database here yet: run the pipeline first, or name another "
                            "--data-dir",
                            config->store.path);
    const struct gm_store_config store_config = {
        .path = config->store.path,
        .memory_max_bytes = config->store.memory_max_bytes,
        .threads = config->store.threads,
        .read_only = true,
    };
    struct gm_store *store;
    err = open_store(&store_config, &store, error);
    if (err)
        return err;
    const char *base = getenv("TMPDIR");
    char path[PATH_MAX];
    int len =
        snprintf(path, sizeof path, "%s/ghostmarket-export-XXXXXX", base && *base ? base : "/tmp");
    int made = len < (int)sizeof path ? mkostemp(path, O_CLOEXEC) : -1;
    if (made < 0) {
        err = gm_error_errno(error, errno, "%s", path);
    } else {
        close(made);
        err = gm_store_export(store, table, format, path, &rows, error);
        if (!err && (*ret_fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
            err = gm_error_errno(error, errno, "%s", path);
        unlink(path);
    }
    gm_store_close(store);
    return err;
}

// ------------------------------------------------------------------------- handing it on

static enum gm_err copy(int from, int to, const char *name, struct gm_error *error)
{
    static char block[1 << 16];
    for (;;) {
        ssize_t got = read(from, block, sizeof block);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return gm_error_errno(error, errno, "reading the export");
        if (got == 0)
            return GM_OK;
        for (ssize_t at = 0; at < got;) {
            ssize_t put = write(to, block + at, (size_t)(got - at));
            if (put < 0 && errno != EINTR)
                return gm_error_errno(error, errno, "%s", name);
            at += put > 0 ? put : 0;
        }
    }
}

// The file is complete under its name or not there at all.
static enum gm_err write_output(int from, const char *path, struct gm_error *error)
{
    char temporary[PATH_MAX];
    if (snprintf(temporary, sizeof temporary, "%s.%d.tmp", path, (int)getpid()) >= PATH_MAX)
        return gm_error_set(error, GM_ERR_LIMIT, "--output: the path is too long");
    int to = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (to < 0)
        return gm_error_errno(error, errno, "%s", temporary);
    enum gm_err err = copy(from, to, temporary, error);
    if (!err && fsync(to) != 0)
        err = gm_error_errno(error, errno, "%s", temporary);
    if (close(to) != 0 && !err)
        err = gm_error_errno(error, errno, "%s", temporary);
    if (!err && rename(temporary, path) != 0)
        err = gm_error_errno(error, errno, "%s", path);
    if (err)
        unlink(temporary);
    return err;
}

static bool is_regular_or_new(const char *path)
{
    struct stat status;
    return stat(path, &status) != 0 || S_ISREG(status.st_mode);
}

static enum gm_err export_all(const struct gm_config *config, const struct args *args,
                              struct gm_error *error)
{
    int from;
    enum gm_err err = export_to_fd(config, args, &from, error);
    if (err)
        return err;
    if (!args->output || strcmp(args->output, "-") == 0) {
        err = copy(from, STDOUT_FILENO, "stdout", error);
    } else if (is_regular_or_new(args->output)) {
        err = write_output(from, args->output, error);
    } else { // a device or a pipe
        int to = open(args->output, O_WRONLY | O_CLOEXEC);
        err = to < 0 ? gm_error_errno(error, errno, "%s", args->output)
                     : copy(from, to, args->output, error);
        if (to >= 0)
            close(to);
    }
    close(from);
    return err;
}

static int export_command(const struct gm_invocation *invocation)
{
    const struct args *args = (const void *)invocation->args;
    int status;
    struct gm_config config;
    struct gm_error error;
    if (args->format == GM_STORE_PARQUET && !args->output && isatty(STDOUT_FILENO)) {
        gm_error_set(&error, GM_ERR_INVALID,
                     "export: Parquet is nothing for a terminal: name a file with --output");
        return gm_fail_usage(&error);
    }
    if (!gm_load_config(invocation, &config, &status))
        return status;
    enum gm_err err = export_all(&config, args, &error);
    gm_config_finish(&config);
    return err ? gm_fail(&error) : GM_EXIT_DONE;
}

const struct gm_command gm_command_export = {
    .name = "export",
    .summary = "write a table of the database, in the order in which its rows were processed",
    .description = "Works while the pipeline runs (that one then makes the export) and while it\n"
                   "does not.\n",
    .examples = "ghostmarket export | head\n"
                "ghostmarket export --table posts --format csv --output posts.csv\n"
                "ghostmarket export --format parquet -o signals.parquet\n",
    .options = options,
    .args_bytes = sizeof(struct args),
    .run = export_command,
};
