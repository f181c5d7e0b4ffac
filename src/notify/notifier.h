// Notifiers: who is told of an alert.
//
// The notify stage (in app) reads market-alerts, hands each alert to the notifiers that are
// configured and commits its offset when they have it. An alert may therefore be told twice after a
// crash, and is never lost to one. Adding a notifier: its own file in this folder, a
// `const struct gm_notifier_ops`, and a line in the table of notifiers.
#ifndef GM_NOTIFY_NOTIFIER_H
#define GM_NOTIFY_NOTIFIER_H

#include "base/error.h"
#include "base/stop.h"
#include "base/str.h"
#include "event/event.h"

#include <stddef.h>
#include <stdint.h>

enum {
    GM_NOTIFIER_WORDS_MAX = 256,         // of a command
    GM_NOTIFIER_WORD_BYTES_MAX = 4096,   // of one of them
    GM_NOTIFIER_OUTPUT_BYTES_MAX = 4096, // of a command's output, kept for the error
};

// What the notifiers take from the configuration; each reads what is its own.
struct gm_notifier_config {
    const char *const *command; // the program, then its arguments
    size_t command_words;
    int64_t timeout_us; // > 0: how long telling one alert may take
};

struct gm_notifier_ops {
    const char *name;        // "command": the configuration's word for it
    const char *description; // one line for help and doctor

    // Checks what can be checked without telling anybody, and copies what it needs. GM_ERR_INVALID:
    // the configuration breaks a rule. GM_ERR_NOT_FOUND, GM_ERR_DENIED: what it names is not there
    // or not allowed. Any thread.
    enum gm_err (*open)(const struct gm_notifier_config *config, void **ret_notifier,
                        struct gm_error *error);

    // Tells one alert; `json` is its message. Blocks, at most for the time-out. A failure is about
    // this alert alone and the next one may be tried. GM_ERR_LIMIT: the time-out has passed.
    // GM_ERR_STOPPED: `stop` was raised before it was done; it may have been told in part. One
    // thread at a time.
    enum gm_err (*notify)(void *notifier, const struct gm_alert *alert, struct gm_str json,
                          struct gm_stop *stop, struct gm_error *error);

    void (*close)(void *notifier); // NULL is fine
};

// Runs a program for each alert, with the alert's JSON on its standard input. There is no shell:
// the words are its argv as they stand. The program is looked for in PATH when its name has no
// slash. It runs in a process group of its own, with this program's environment and working
// directory and no descriptors but the three standard ones. Its output is read and dropped but for
// the beginning, which goes into the error when it fails: an exit status that is not 0 or a signal
// is GM_ERR_IO. When the time-out passes or `stop` is raised, its whole group is killed.
extern const struct gm_notifier_ops gm_notifier_command;

// All notifiers, ended by NULL.
extern const struct gm_notifier_ops *const gm_notifiers[];

#endif
