// A client for tests that does exactly what it is told, rules or not. Every wait has a deadline of
// ten seconds and fails the test.
#ifndef TESTS_WEB_CLIENT_H
#define TESTS_WEB_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

struct client {
    int fd;
    char *data; // what was received and not yet taken, NUL-terminated
    size_t len, capacity;
};

struct reply {
    int status;
    char head[4096];
    char *body; // NUL-terminated; freed by reply_finish
    size_t body_len;
};

void client_open(struct client *client, int port);
void client_close(struct client *client);
void client_send(struct client *client, const char *text);
// False: the server has hung up.
bool client_try_send(struct client *client, const char *data, size_t len);

// Sends "METHOD TARGET", a Host field and `fields`.
void client_ask(struct client *client, int port, const char *method, const char *target,
                const char *fields);
// Reads one answer; a body where Content-Length tells of one and `method` is not HEAD.
void client_reply(struct client *client, bool head_only, struct reply *ret_reply);
void reply_finish(struct reply *reply);

// Reads until `text` has come and takes everything up to its end; `ret` (may be NULL) gets what was
// taken, to be freed.
void client_expect(struct client *client, const char *text, char **ret);
// Reads until the server closes; the test fails where it does not.
void client_expect_end(struct client *client);

// Opens, asks, reads, closes.
int client_status(int port, const char *method, const char *target, const char *fields);

#endif
