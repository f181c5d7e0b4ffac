// Which names and addresses mean this machine.
#include "web/loopback.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>

static bool is_loopback_v4(const char *text, struct in_addr *ret)
{
    struct in_addr address;
    if (inet_pton(AF_INET, text, &address) != 1 || (ntohl(address.s_addr) >> 24) != 127) {
        return false;
    }
    *ret = address;
    return true;
}

static bool is_loopback_v6(const char *text, struct in6_addr *ret)
{
    struct in6_addr address;
    if (inet_pton(AF_INET6, text, &address) != 1 || !IN6_IS_ADDR_LOOPBACK(&address)) {
        return false;
    }
    *ret = address;
    return true;
}

enum gm_err gm_loopback_resolve(const char *address, int port, struct sockaddr_storage *ret_address,
                                socklen_t *ret_len, struct gm_error *error)
{
    if (port < 0 || port > 65535) {
        return gm_error_set(error, GM_ERR_INVALID,
                            "port %d: must be a number from 0 (any free one) to 65535", port);
    }

    char bare[INET6_ADDRSTRLEN] = "";
    size_t len = strlen(address);
    size_t bracketed = len > 2 && address[0] == '[' && address[len - 1] == ']';
    if (len - 2 * bracketed < sizeof(bare)) {
        memcpy(bare, address + bracketed, len - 2 * bracketed);
    }
    if (strcasecmp(address, "localhost") == 0) {
        memcpy(bare, "127.0.0.1", sizeof("127.0.0.1"));
    }

    struct sockaddr_storage storage = {0};
    struct sockaddr_in *v4 = (struct sockaddr_in *)&storage;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&storage;
    if (!bracketed && is_loopback_v4(bare, &v4->sin_addr)) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons((uint16_t)port);
        *ret_len = sizeof(*v4);
    } else if (is_loopback_v6(bare, &v6->sin6_addr)) {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons((uint16_t)port);
        *ret_len = sizeof(*v6);
    } else {
        return gm_error_set(error, GM_ERR_INVALID,
                            "address %s: must be 127.0.0.1, ::1 or localhost, because the web "
                            "server has no access control",
                            address);
    }
    *ret_address = storage;
    return GM_OK;
}

// The port behind `text` (":8080"; "" is 80); -1 when it is not one.
static int read_port(struct gm_str text)
{
    if (text.len == 0) {
        return 80;
    }
    if (text.data[0] != ':' || text.len < 2 || text.len > 6) {
        return -1;
    }
    int port = 0;
    for (size_t i = 1; i < text.len; i++) {
        if (text.data[i] < '0' || text.data[i] > '9') {
            return -1;
        }
        port = port * 10 + (text.data[i] - '0');
    }
    return port;
}

bool gm_loopback_is_host(struct gm_str host, int port)
{
    if (!host.len) {
        return false;
    }
    char name[INET6_ADDRSTRLEN] = "";
    size_t bracketed = host.data[0] == '[';
    const char *end = memchr(host.data, bracketed ? ']' : ':', host.len);
    if (bracketed && !end) {
        return false;
    }
    size_t name_len = (end ? (size_t)(end - host.data) : host.len) - bracketed;
    if (name_len >= sizeof(name)) {
        return false;
    }
    memcpy(name, host.data + bracketed, name_len);
    if (strlen(name) != name_len) {
        return false;
    }

    size_t rest = name_len + 2 * bracketed;
    if (read_port((struct gm_str){host.data + rest, host.len - rest}) != port) {
        return false;
    }
    struct in_addr v4;
    struct in6_addr v6;
    if (bracketed) {
        return is_loopback_v6(name, &v6);
    }
    return strcasecmp(name, "localhost") == 0 || is_loopback_v4(name, &v4);
}

bool gm_loopback_is_origin(struct gm_str origin, struct gm_str host)
{
    static const char scheme[] = "http://";
    const size_t scheme_len = sizeof(scheme) - 1;
    return origin.len == scheme_len + host.len && memcmp(origin.data, scheme, scheme_len) == 0 &&
           strncasecmp(origin.data + scheme_len, host.data, host.len) == 0;
}
