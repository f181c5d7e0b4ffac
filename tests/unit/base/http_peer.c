// The scripted HTTP peer.
#include "../test.h"

#include "http_peer.h"

#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEAD_BYTES_MAX = 64 * 1024, POLL_MS = 10 };

bool peer_send_bytes(int fd, const void *data, size_t len)
{
    const char *bytes = data;
    while (len > 0) {
        ssize_t sent = send(fd, bytes, len, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        bytes += sent;
        len -= (size_t)sent;
    }
    return true;
}

void peer_send(int fd, const char *text)
{
    peer_send_bytes(fd, text, strlen(text));
}

void peer_stall(struct peer *peer, int fd)
{
    char byte;
    while (!atomic_load(&peer->finished)) {
        struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
        if (poll(&poll_fd, 1, POLL_MS) > 0 && recv(fd, &byte, 1, 0) <= 0)
            return;
    }
}

// All of a request: the head and what Content-Length tells of.
static bool read_request(int fd, char *text)
{
    size_t len = 0;
    for (;;) {
        ssize_t got = recv(fd, text + len, HEAD_BYTES_MAX - len - 1, 0);
        if (got <= 0)
            return false;
        len += (size_t)got;
        text[len] = '\0';
        const char *end = strstr(text, "\r\n\r\n");
        if (!end)
            continue;
        const char *length = strcasestr(text, "\r\ncontent-length:");
        size_t body = length ? strtoul(length + 17, NULL, 10) : 0;
        if (len >= (size_t)(end + 4 - text) + body)
            return true;
    }
}

static void *serve(void *arg)
{
    struct peer *peer = arg;
    char *text = malloc(HEAD_BYTES_MAX);
    for (;;) {
        int fd = accept(peer->listener, NULL, NULL);
        if (fd < 0 || atomic_load(&peer->finished)) {
            if (fd >= 0)
                close(fd);
            break;
        }
        if (read_request(fd, text)) {
            atomic_fetch_add(&peer->asked, 1);
            peer->answer(peer, fd, text);
        }
        shutdown(fd, SHUT_RDWR);
        close(fd);
    }
    free(text);
    return NULL;
}

void peer_start(struct peer *peer, peer_answer_fn *answer, void *context)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    *peer = (struct peer){.answer = answer, .context = context};
    peer->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(peer->listener >= 0);
    assert_int_equal(bind(peer->listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(peer->listener, 16), 0);
    assert_int_equal(getsockname(peer->listener, (struct sockaddr *)&address, &len), 0);
    peer->port = ntohs(address.sin_port);
    assert_int_equal(pthread_create(&peer->thread, NULL, serve, peer), 0);
}

void peer_finish(struct peer *peer)
{
    atomic_store(&peer->finished, true);
    shutdown(peer->listener, SHUT_RDWR); // wakes accept
    pthread_join(peer->thread, NULL);
    close(peer->listener);
}
