// The notifier that runs a command.
//
// The alert is written to a file in memory before the program starts, and that is its standard
// input: a program that does not read it, or ends early, cannot block or signal this one. What is
// waited for afterwards is the program's end (a pidfd) and its output, together.
#include "notify/notifier.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    STOP_CHECK_MS = 50, // how often a wait looks whether it shall stop
    READS_MAX = 16,     // of output at a time
};

struct command {
    char *program; // with a slash
    char **argv;   // ended by NULL
    int64_t timeout_us;
};

// A program that runs.
struct run {
    pid_t pid;
    int pidfd;
    int output; // the end to read; −1: closed
    char kept[GM_NOTIFIER_OUTPUT_BYTES_MAX];
    size_t kept_len;
    int64_t deadline_us; // monotonic
};

// ------------------------------------------------------------------------- open and close

static void command_close(void *notifier)
{
    struct command *command = notifier;
    if (command == NULL)
        return;
    for (char **word = command->argv; word != NULL && *word != NULL; word++)
        free(*word);
    free(command->argv);
    free(command->program);
    free(command);
}

static enum gm_err check_config(const struct gm_notifier_config *config, struct gm_error *error)
{
    if (config->command_words == 0 || config->command[0][0] == '\0')
        return gm_error_set(error, GM_ERR_INVALID, "notify.command: names no program");
    if (config->command_words > GM_NOTIFIER_WORDS_MAX)
        return gm_error_set(error, GM_ERR_INVALID, "notify.command: has more than %d words",
                            GM_NOTIFIER_WORDS_MAX);
    for (size_t i = 0; i < config->command_words; i++)
        if (strlen(config->command[i]) > GM_NOTIFIER_WORD_BYTES_MAX)
            return gm_error_set(error, GM_ERR_INVALID,
                                "notify.command: word %zu is longer than %d bytes", i + 1,
                                GM_NOTIFIER_WORD_BYTES_MAX);
    if (config->timeout_us <= 0)
        return gm_error_set(error, GM_ERR_INVALID, "notify.timeout: must be more than 0");
    return GM_OK;
}

// The program's path, as execvp would find it; NULL: errno tells why not.
static char *find_program(const char *name)
{
    if (strchr(name, '/') != NULL)
        return access(name, X_OK) == 0 ? strdup(name) : NULL;
    const char *folders = getenv("PATH");
    for (const char *at = folders ? folders : "/usr/local/bin:/usr/bin:/bin"; at != NULL;) {
        const char *colon = strchr(at, ':');
        const int len = (int)(colon ? colon - at : (ptrdiff_t)strlen(at));
        char *path = NULL;
        if (asprintf(&path, "%.*s/%s", len ? len : 1, len ? at : ".", name) < 0)
            return NULL;
        if (access(path, X_OK) == 0)
            return path;
        free(path);
        at = colon ? colon + 1 : NULL;
    }
    errno = ENOENT;
    return NULL;
}

static enum gm_err command_open(const struct gm_notifier_config *config, void **ret_notifier,
                                struct gm_error *error)
{
    enum gm_err err = check_config(config, error);
    if (err)
        return err;
    struct command *command = calloc(1, sizeof *command);
    if (command == NULL)
        return gm_error_set(error, GM_ERR_NOMEM, "notify.command: out of memory");
    command->timeout_us = config->timeout_us;
    command->program = find_program(config->command[0]);
    if (command->program == NULL) {
        err = gm_error_errno(error, errno, "notify.command: %s", config->command[0]);
        goto fail;
    }
    command->argv = calloc(config->command_words + 1, sizeof *command->argv);
    for (size_t i = 0; command->argv != NULL && i < config->command_words; i++) {
        command->argv[i] = strdup(config->command[i]);
        if (command->argv[i] == NULL)
            break;
    }
    if (command->argv == NULL || command->argv[config->command_words - 1] == NULL) {
        err = gm_error_set(error, GM_ERR_NOMEM, "notify.command: out of memory");
        goto fail;
    }
    *ret_notifier = command;
    return GM_OK;

fail:
    command_close(command);
    return err;
}

// ------------------------------------------------------------------------- starting

// A file in memory that holds `text` and is read from its start; −1: errno.
static int make_input(struct gm_str text)
{
    const int input = memfd_create("alert", MFD_CLOEXEC);
    size_t written = 0;
    while (input >= 0 && written < text.len) {
        const ssize_t bytes =
            pwrite(input, text.data + written, text.len - written, (off_t)written);
        if (bytes < 0 && errno == EINTR)
            continue;
        if (bytes <= 0) {
            close(input);
            return -1;
        }
        written += (size_t)bytes;
    }
    return input;
}

// posix_spawn of a program with these descriptors as its standard ones and all others closed.
// Returns an errno value.
static int spawn(const struct command *command, int input, int output, pid_t *ret_pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);

    int err = posix_spawn_file_actions_init(&actions);
    if (err)
        return err;
    err = posix_spawnattr_init(&attributes);
    if (err) {
        posix_spawn_file_actions_destroy(&actions);
        return err;
    }
    err = posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    if (!err)
        err = posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    if (!err)
        err = posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
    if (!err)
        err = posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
    if (!err)
        err = posix_spawnattr_setsigmask(&attributes, &none);
    if (!err)
        err = posix_spawnattr_setsigdefault(&attributes, &all);
    if (!err)
        err = posix_spawnattr_setpgroup(&attributes, 0);
    if (!err)
        err = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                                        POSIX_SPAWN_SETPGROUP);
    if (!err)
        err = posix_spawn(ret_pid, command->program, &actions, &attributes, command->argv, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return err;
}

static void kill_run(struct run *run)
{
    kill(-run->pid, SIGKILL);
    while (waitpid(run->pid, NULL, 0) < 0 && errno == EINTR)
        ;
}

static void finish_run(struct run *run)
{
    if (run->output >= 0)
        close(run->output);
    if (run->pidfd >= 0)
        close(run->pidfd);
}

// On success *ret_run must be finished; on failure nothing runs.
static enum gm_err start_run(const struct command *command, struct gm_str json, struct run *ret_run,
                             struct gm_error *error)
{
    enum gm_err err = GM_OK;
    int output[2] = {-1, -1};
    const int input = make_input(json);
    if (input < 0 || pipe2(output, O_CLOEXEC) != 0) {
        err = gm_error_errno(error, errno, "%s: its input and output", command->program);
        goto done;
    }
    ret_run->kept_len = 0;
    ret_run->output = output[0];
    ret_run->deadline_us = gm_monotonic_us() + command->timeout_us;
    const int spawn_errno = spawn(command, input, output[1], &ret_run->pid);
    if (spawn_errno) {
        err = gm_error_errno(error, spawn_errno, "%s", command->program);
        goto done;
    }
    ret_run->pidfd = pidfd_open(ret_run->pid, 0);
    if (ret_run->pidfd < 0 || fcntl(output[0], F_SETFL, O_NONBLOCK) != 0) {
        err = gm_error_errno(error, errno, "%s: waiting for it", command->program);
        kill_run(ret_run);
        if (ret_run->pidfd >= 0)
            close(ret_run->pidfd);
        goto done;
    }
    output[0] = -1; // the run's now

done:
    if (output[0] >= 0)
        close(output[0]);
    if (output[1] >= 0)
        close(output[1]);
    if (input >= 0)
        close(input);
    return err;
}

// ------------------------------------------------------------------------- waiting

// Reads what there is, or a part of it when there is much; keeps the beginning.
static void read_output(struct run *run)
{
    char rest[4096];
    for (int reads = 0; reads < READS_MAX; reads++) {
        const size_t room = sizeof run->kept - run->kept_len;
        char *to = room > 0 ? run->kept + run->kept_len : rest;
        const ssize_t bytes = read(run->output, to, room > 0 ? room : sizeof rest);
        if (bytes < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (bytes <= 0) {
            close(run->output);
            run->output = -1;
            return;
        }
        if (room > 0)
            run->kept_len += (size_t)bytes;
    }
}

// Until the program has ended; its output may live on in what it has left behind.
static enum gm_err wait_for_end(struct run *run, struct gm_stop *stop)
{
    for (;;) {
        if (gm_stop_raised(stop))
            return GM_ERR_STOPPED;
        const int64_t left_us = run->deadline_us - gm_monotonic_us();
        if (left_us <= 0)
            return GM_ERR_LIMIT;
        struct pollfd polled[2] = {{run->pidfd, POLLIN, 0}, {run->output, POLLIN, 0}};
        const int64_t left_ms = left_us / GM_US_PER_MS + 1;
        poll(polled, 2, left_ms < STOP_CHECK_MS ? (int)left_ms : STOP_CHECK_MS);
        if (polled[1].revents != 0)
            read_output(run);
        if (polled[0].revents != 0)
            return GM_OK;
    }
}

// The output's first line for people to read: no control characters, only UTF-8.
static void kept_line(const struct run *run, char *ret_line, size_t bytes)
{
    size_t len = 0;
    const bool utf8 = gm_utf8_valid((struct gm_str){run->kept, run->kept_len}, NULL);
    while (len < run->kept_len && len + 1 < bytes && run->kept[len] != '\n') {
        const unsigned char byte = (unsigned char)run->kept[len];
        ret_line[len++] = byte < ' ' || byte == 0x7F || (byte >= 0x80 && !utf8) ? '?' : (char)byte;
    }
    while (len > 0 && !gm_utf8_valid((struct gm_str){ret_line, len}, NULL))
        len--; // cut inside a character
    ret_line[len] = '\0';
}

static enum gm_err end_of_run(const struct command *command, struct run *run,
                              struct gm_error *error)
{
    int status = 0;
    pid_t ended;
    while ((ended = waitpid(run->pid, &status, 0)) < 0 && errno == EINTR)
        ;
    if (ended < 0)
        return gm_error_errno(error, errno, "%s: how it ended", command->program);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return GM_OK;
    if (run->output >= 0)
        read_output(run);
    char line[256];
    kept_line(run, line, sizeof line);
    const char *colon = line[0] != '\0' ? ": " : "";
    if (WIFSIGNALED(status))
        return gm_error_set(error, GM_ERR_IO, "%s: ended by signal %d%s%s", command->program,
                            WTERMSIG(status), colon, line);
    return gm_error_set(error, GM_ERR_IO, "%s: exit status %d%s%s", command->program,
                        WEXITSTATUS(status), colon, line);
}

static enum gm_err command_notify(void *notifier, const struct gm_alert *alert, struct gm_str json,
                                  struct gm_stop *stop, struct gm_error *error)
{
    const struct command *command = notifier;
    (void)alert; // its JSON says it all
    if (gm_stop_raised(stop))
        return gm_error_set(error, GM_ERR_STOPPED, "%s: not started: stopping", command->program);
    struct run run;
    enum gm_err err = start_run(command, json, &run, error);
    if (err)
        return err;
    err = wait_for_end(&run, stop);
    if (err == GM_OK) {
        err = end_of_run(command, &run, error);
    } else {
        kill_run(&run);
        err = err == GM_ERR_STOPPED
                  ? gm_error_set(error, err, "%s: killed: stopping", command->program)
                  : gm_error_set(error, err, "%s: killed: took longer than notify.timeout, %lld ms",
                                 command->program, (long long)(command->timeout_us / GM_US_PER_MS));
    }
    finish_run(&run);
    return err;
}

const struct gm_notifier_ops gm_notifier_command = {
    .name = "command",
    .description = "runs a program with the alert's JSON on its standard input",
    .open = command_open,
    .notify = command_notify,
    .close = command_close,
};
