// Which names and addresses mean this machine, as a client sees it.
//
// The server has no access control, so it answers this machine alone. Binding to a loopback address
// keeps other machines out; the checks of Host and Origin keep out web pages of other sites that
// the user's own browser has open (DNS rebinding, cross-site requests).
#ifndef GM_WEB_LOOPBACK_H
#define GM_WEB_LOOPBACK_H

#include "base/error.h"
#include "base/str.h"

#include <stdbool.h>
#include <sys/socket.h>

// "localhost", an IPv4 address of 127.0.0.0/8, or "::1" (brackets allowed) into a socket address.
enum gm_err gm_loopback_resolve(const char *address, int port, struct sockaddr_storage *ret_address,
                                socklen_t *ret_len, struct gm_error *error);

// Whether a Host field names a loopback address and `port`; "localhost" alone means port 80.
bool gm_loopback_is_host(struct gm_str host, int port);

// Whether an Origin field is that of a page which this server served under `host`.
bool gm_loopback_is_origin(struct gm_str origin, struct gm_str host);

#endif
