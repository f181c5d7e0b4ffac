// The demo's recorded session, built in: an hour of three tickers, made by tools/make_session.c.
//
// Both recordings are gzip'd JSON Lines in the wire format, in order of time, for the replay feed.
#ifndef GM_FEED_SESSION_H
#define GM_FEED_SESSION_H

#include <stddef.h>

struct gm_session {
    const unsigned char *prices_gz, *social_gz;
    size_t prices_gz_bytes, social_gz_bytes;
    size_t prices_count, social_count; // lines
};

extern const struct gm_session gm_session_demo;

#endif
