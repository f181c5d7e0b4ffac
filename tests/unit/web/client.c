// A client for tests.
#include "../test.h"

#include "client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { DEADLINE_MS = 10 * 1000 };

void client_open(struct client *client, int port)
{
    *client = (struct client){.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    assert_true(client->fd >= 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    assert_int_equal(connect(client->fd, (struct sockaddr *)&address, sizeof(address)), 0);
}

void client_close(struct client *client)
{
    close(client->fd);
    free(client->data);
    *client = (struct client){.fd = -1};
}

bool client_try_send(struct client *client, const char *data, size_t len)
{
    while (len > 0) {
        struct pollfd wait = {.fd = client->fd, .events = POLLOUT};
        if (poll(&wait, 1, DEADLINE_MS) != 1)
            fail_msg("the server does not read");
        ssize_t n = send(client->fd, data, len, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EAGAIN)
            continue;
        if (n < 0)
            return false;
        data += n;
        len -= (size_t)n;
    }
    return true;
}

void client_send(struct client *client, const char *text)
{
    assert_true(client_try_send(client, text, strlen(text)));
}

void client_ask(struct client *client, int port, const char *method, const char *target,
                const char *fields)
{
    char text[8192];
    int len = snprintf(text, sizeof(text), "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n%s\r\n", method,
                       target, port, fields ? fields : "");
    assert_true(len > 0 && (size_t)len < sizeof(text));
    client_send(client, text);
}

// False at the end of the connection.
static bool receive(struct client *client)
{
    struct pollfd wait = {.fd = client->fd, .events = POLLIN};
    if (poll(&wait, 1, DEADLINE_MS) != 1)
        fail_msg("nothing comes; so far: \"%s\"", client->data ? client->data : "");
    if (client->capacity - client->len < 65536) {
        client->capacity = (client->capacity + 65536) * 2;
        client->data = realloc(client->data, client->capacity + 1);
        assert_non_null(client->data);
    }
    ssize_t n = recv(client->fd, client->data + client->len, client->capacity - client->len, 0);
    if (n > 0)
        client->len += (size_t)n;
    client->data[client->len] = '\0';
    return n > 0;
}

static char *take(struct client *client, size_t len)
{
    char *text = malloc(len + 1);
    assert_non_null(text);
    memcpy(text, client->data, len);
    text[len] = '\0';
    client->len -= len;
    memmove(client->data, client->data + len, client->len + 1);
    return text;
}

void client_expect(struct client *client, const char *text, char **ret)
{
    const char *found;
    while (!client->data || !(found = memmem(client->data, client->len, text, strlen(text))))
        if (!receive(client))
            fail_msg("the connection ends before \"%s\", after \"%s\"", text, client->data);
    char *taken = take(client, (size_t)(found - client->data) + strlen(text));
    if (ret)
        *ret = taken;
    else
        free(taken);
}

void client_expect_end(struct client *client)
{
    while (receive(client))
        ;
}

void client_reply(struct client *client, bool head_only, struct reply *ret_reply)
{
    char *head;
    client_expect(client, "\r\n\r\n", &head);
    struct reply reply = {0};
    snprintf(reply.head, sizeof(reply.head), "%s", head);
    free(head);
    assert_int_equal(sscanf(reply.head, "HTTP/1.1 %d ", &reply.status), 1);
    const char *length = strcasestr(reply.head, "\r\nContent-Length: ");
    if (length && !head_only)
        reply.body_len = strtoul(length + strlen("\r\nContent-Length: "), NULL, 10);
    while (client->len < reply.body_len)
        if (!receive(client))
            fail_msg("the connection ends inside a body");
    reply.body = take(client, reply.body_len);
    *ret_reply = reply;
}

void reply_finish(struct reply *reply)
{
    free(reply->body);
    reply->body = NULL;
}

int client_status(int port, const char *method, const char *target, const char *fields)
{
    struct client client;
    struct reply reply;
    client_open(&client, port);
    client_ask(&client, port, method, target, fields);
    client_reply(&client, strcmp(method, "HEAD") == 0, &reply);
    client_close(&client);
    reply_finish(&reply);
    return reply.status;
}
