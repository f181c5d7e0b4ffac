// A peer for tests of the HTTP client: answers on loopback with exactly the bytes it is told to
// send, rules or not.
#ifndef TESTS_BASE_HTTP_PEER_H
#define TESTS_BASE_HTTP_PEER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct peer;

// Answers one request; `head` is all of it as it came, body included. Runs on the peer's thread;
// the connection is closed when it returns.
typedef void peer_answer_fn(struct peer *peer, int fd, const char *head);

struct peer {
    int listener, port;
    peer_answer_fn *answer;
    void *context;
    atomic_int asked;     // requests so far
    atomic_bool finished; // peer_finish was called: whoever stalls gives up
    pthread_t thread;
};

void peer_start(struct peer *peer, peer_answer_fn *answer, void *context);
void peer_finish(struct peer *peer);

void peer_send(int fd, const char *text);
bool peer_send_bytes(int fd, const void *data, size_t len); // false: the client has hung up

// Waits until the other side hangs up or the peer is finished.
void peer_stall(struct peer *peer, int fd);

#endif
