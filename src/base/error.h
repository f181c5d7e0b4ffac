// Errors: a code to act on, and a message for the person who has to mend it.
//
// A function that can fail returns `enum gm_err` and fills the `struct gm_error` that its caller
// owns. Outputs stay untouched on failure. Nothing in the libraries logs or exits: the message
// travels up and `app` prints it, once. A NULL `struct gm_error *` is allowed everywhere; the
// code is then all that the caller gets.
#ifndef GM_BASE_ERROR_H
#define GM_BASE_ERROR_H

#include <stdbool.h>
#include <stddef.h>

enum gm_err {
    GM_OK = 0,
    GM_ERR_NOMEM,       // memory could not be had
    GM_ERR_IO,          // a system call failed; the message has errno's text
    GM_ERR_INVALID,     // input or configuration breaks a rule
    GM_ERR_LIMIT,       // input is well-formed but over a stated limit
    GM_ERR_FULL,        // disk, map or queue is full
    GM_ERR_BUSY,        // somebody else holds it: a lock, a database, a group
    GM_ERR_CORRUPT,     // what is on disk is not what was written
    GM_ERR_NOT_FOUND,   // no such file, group, table, topic
    GM_ERR_DENIED,      // permission, read-only file system
    GM_ERR_STOPPED,     // the caller asked to stop while waiting
    GM_ERR_FENCED,      // another process took over; this one's work was refused
    GM_ERR_NETWORK,     // a peer cannot be reached or broke off
    GM_ERR_UNSUPPORTED, // this build, machine or backend cannot do it
    GM_ERR_INTERNAL,    // a library answered what its contract rules out
};

enum { GM_ERROR_MESSAGE_BYTES = 512 };

struct gm_error {
    enum gm_err code;
    bool retriable; // the same call may succeed later with nothing changed by the caller
    char message[GM_ERROR_MESSAGE_BYTES]; // UTF-8, no control character, cut with "…" where it is
                                          // too long
};

// Fills `error` and returns `code`, so that a failure is one statement:
//     return gm_error_set(error, GM_ERR_INVALID, "%s: line %zu: no ticker", path, line);
// GM_ERR_BUSY, GM_ERR_FULL and GM_ERR_NETWORK are marked retriable, all others not.
enum gm_err gm_error_set(struct gm_error *error, enum gm_err code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// As gm_error_set, for a failed system call: appends ": " and the text of `errno_value`, and picks
// the code from it (ENOMEM → NOMEM, ENOSPC and EDQUOT → FULL, EACCES, EPERM and EROFS → DENIED,
// ENOENT → NOT_FOUND, any other → IO).
enum gm_err gm_error_errno(struct gm_error *error, int errno_value, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// Puts "PREFIX: " before the message that is already in `error`; returns its code. Without an
// `error` there is none to return and it gives GM_ERR_INTERNAL: where NULL may come in, return the
// code that you hold.
enum gm_err gm_error_prefix(struct gm_error *error, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

// The code's name for logs and metrics: "nomem", "io", "invalid", … Never NULL.
const char *gm_err_name(enum gm_err code);

#endif
