// The control socket. One request a connection, both ways one fixed-size struct: the two ends are
// the same program on the same machine, and a version of its own tells when they are not.
//
//   request   { magic, table, format }
//   response  { code, rows, message } and a descriptor of the finished file (SCM_RIGHTS)
#include "app/control.h"

#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum { MAGIC = 0x474d4332, BACKLOG = 16, ACCEPT_WAIT_MS = 200, CLIENT_TIMEOUT_S = 5 };

struct request {
    uint32_t magic, table, format;
};

struct response {
    uint32_t code; // enum gm_err
    int64_t rows;
    char message[GM_ERROR_MESSAGE_BYTES];
};

struct gm_control {
    struct gm_store *store;
    int dir_fd, fd;
    char *data_dir;
};

// sun_path holds 107 bytes; a data directory may be deeper. Through /proc/self/fd it never is.
static void address_of(int dir_fd, struct sockaddr_un *ret_address)
{
    *ret_address = (struct sockaddr_un){.sun_family = AF_UNIX};
    snprintf(ret_address->sun_path, sizeof ret_address->sun_path, "/proc/self/fd/%d/control.sock",
             dir_fd);
}

static int open_dir(const char *data_dir)
{
    return open(data_dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

enum gm_err gm_control_open(const char *data_dir, struct gm_store *store,
                            struct gm_control **ret_control, struct gm_error *error)
{
    enum gm_err err;
    struct sockaddr_un address;
    struct gm_control *control = calloc(1, sizeof *control);
    if (!control || !(control->data_dir = strdup(data_dir))) {
        free(control);
        return gm_error_set(error, GM_ERR_NOMEM, "out of memory for the control socket");
    }
    control->store = store;
    control->fd = -1;
    control->dir_fd = open_dir(data_dir);
    if (control->dir_fd < 0) {
        err = gm_error_errno(error, errno, "%s", data_dir);
        goto fail;
    }
    control->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (control->fd < 0) {
        err = gm_error_errno(error, errno, "control socket");
        goto fail;
    }
    // Whoever holds the database is alone here, so a socket that lies there is a dead one's.
    unlinkat(control->dir_fd, "control.sock", 0);
    address_of(control->dir_fd, &address);
    mode_t mask = umask(0177);
    int bound = bind(control->fd, (struct sockaddr *)&address, sizeof address);
    umask(mask);
    if (bound < 0 || listen(control->fd, BACKLOG) < 0) {
        err = gm_error_errno(error, errno, "%s/control.sock", data_dir);
        goto fail;
    }
    *ret_control = control;
    return GM_OK;

fail:
    gm_control_close(control);
    return err;
}

void gm_control_close(struct gm_control *control)
{
    if (!control)
        return;
    if (control->fd >= 0) {
        unlinkat(control->dir_fd, "control.sock", 0);
        close(control->fd);
    }
    if (control->dir_fd >= 0)
        close(control->dir_fd);
    free(control->data_dir);
    free(control);
}

// ------------------------------------------------------------------------- both ends

static void set_timeout(int fd)
{
    struct timeval timeout = {.tv_sec = CLIENT_TIMEOUT_S};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
}

static bool receive_all(int fd, void *data, size_t bytes)
{
    return recv(fd, data, bytes, MSG_WAITALL) == (ssize_t)bytes;
}

// Sends the response, with `file` where it is ≥ 0.
static void respond(int fd, const struct response *response, int file)
{
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int))];
    } ancillary = {0};
    struct iovec part = {(void *)(uintptr_t)response, sizeof *response};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (file >= 0) {
        message.msg_control = ancillary.bytes;
        message.msg_controllen = sizeof ancillary.bytes;
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof file);
        memcpy(CMSG_DATA(header), &file, sizeof file);
    }
    // A client that has gone away gets no answer, and nobody else minds.
    (void)!sendmsg(fd, &message, MSG_NOSIGNAL);
}

static bool receive_response(int fd, struct response *ret_response, int *ret_file)
{
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int))];
    } ancillary = {0};
    struct iovec part = {ret_response, sizeof *ret_response};
    struct msghdr message = {
        .msg_iov = &part,
        .msg_iovlen = 1,
        .msg_control = ancillary.bytes,
        .msg_controllen = sizeof ancillary.bytes,
    };
    *ret_file = -1;
    if (recvmsg(fd, &message, MSG_WAITALL | MSG_CMSG_CLOEXEC) != (ssize_t)sizeof *ret_response)
        return false;
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS &&
        header->cmsg_len == CMSG_LEN(sizeof *ret_file))
        memcpy(ret_file, CMSG_DATA(header), sizeof *ret_file);
    ret_response->message[sizeof ret_response->message - 1] = '\0';
    return true;
}

// ------------------------------------------------------------------------- the server's side

// Exports into a file that has no name any more when this returns.
static enum gm_err export_unlinked(struct gm_control *control, const struct request *request,
                                   int *ret_file, int64_t *ret_rows, struct gm_error *error)
{
    char path[4096];
    int len = snprintf(path, sizeof path, "%s/export.%d.tmp", control->data_dir, (int)getpid());
    if (len < 0 || (size_t)len >= sizeof path)
        return gm_error_set(error, GM_ERR_LIMIT, "%s: the path is too long", control->data_dir);
    enum gm_err err = gm_store_export(control->store, (enum gm_store_table)request->table,
                                      (enum gm_store_format)request->format, path, ret_rows, error);
    if (err)
        return err;
    *ret_file = open(path, O_RDONLY | O_CLOEXEC);
    if (*ret_file < 0)
        err = gm_error_errno(error, errno, "%s", path);
    unlink(path);
    return err;
}

static void answer(struct gm_control *control, int fd)
{
    struct request request;
    struct response response = {0};
    int file = -1;
    set_timeout(fd);
    if (!receive_all(fd, &request, sizeof request))
        return;
    struct gm_error error = {0};
    if (request.magic != MAGIC)
        gm_error_set(&error, GM_ERR_UNSUPPORTED,
                     "the running ghostmarket is of another version: use that one, or stop it");
    else if (request.table >= GM_STORE_TABLE_COUNT || request.format > GM_STORE_PARQUET)
        gm_error_set(&error, GM_ERR_INVALID, "no such table or format");
    else
        (void)!export_unlinked(control, &request, &file, &response.rows, &error);
    response.code = (uint32_t)error.code;
    memcpy(response.message, error.message, sizeof response.message);
    respond(fd, &response, file);
    if (file >= 0)
        close(file);
}

enum gm_err gm_control_serve(struct gm_control *control, struct gm_stop *stop,
                             struct gm_error *error)
{
    while (!gm_stop_raised(stop)) {
        struct pollfd waiting = {.fd = control->fd, .events = POLLIN};
        if (poll(&waiting, 1, ACCEPT_WAIT_MS) < 0 && errno != EINTR)
            return gm_error_errno(error, errno, "control socket");
        if (!(waiting.revents & POLLIN))
            continue;
        int fd = accept4(control->fd, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0)
            continue; // the client has gone again
        answer(control, fd);
        close(fd);
    }
    return GM_OK;
}

// ------------------------------------------------------------------------- the client's side

// A connection to the running process, or -1.
static int connect_to(const char *data_dir)
{
    int dir_fd = open_dir(data_dir);
    if (dir_fd < 0)
        return -1;
    struct sockaddr_un address;
    address_of(dir_fd, &address);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) < 0) {
        close(fd);
        fd = -1;
    }
    close(dir_fd);
    return fd;
}

static bool ask(int fd, const struct request *request, struct response *ret_response, int *ret_file)
{
    return send(fd, request, sizeof *request, MSG_NOSIGNAL) == (ssize_t)sizeof *request &&
           receive_response(fd, ret_response, ret_file);
}

bool gm_control_alive(const char *data_dir, int *ret_pid)
{
    int fd = connect_to(data_dir);
    if (fd < 0)
        return false;
    struct ucred peer = {0};
    socklen_t bytes = sizeof peer;
    getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &bytes);
    close(fd);
    if (ret_pid)
        *ret_pid = (int)peer.pid;
    return true;
}

enum gm_err gm_control_export(const char *data_dir, enum gm_store_table table,
                              enum gm_store_format format, int *ret_fd, int64_t *ret_rows,
                              struct gm_error *error)
{
    int fd = connect_to(data_dir);
    if (fd < 0)
        return gm_error_set(error, GM_ERR_NOT_FOUND,
                            "%s/control.sock: nobody answers: no ghostmarket runs here", data_dir);
    struct request request = {MAGIC, (uint32_t)table, (uint32_t)format};
    struct response response;
    int file;
    bool answered = ask(fd, &request, &response, &file);
    close(fd);
    if (!answered)
        return gm_error_set(error, GM_ERR_NETWORK,
                            "%s/control.sock: the running ghostmarket broke off", data_dir);
    if (response.code != GM_OK)
        return gm_error_set(error, (enum gm_err)response.code, "%s", response.message);
    if (file < 0)
        return gm_error_set(error, GM_ERR_INTERNAL, "%s/control.sock: an answer without a file",
                            data_dir);
    *ret_rows = response.rows;
    *ret_fd = file;
    return GM_OK;
}
