// What people in the demo session say.
#ifndef TOOLS_SESSION_PHRASES_H
#define TOOLS_SESSION_PHRASES_H

#include "session_random.h"

#include <stddef.h>

enum session_ticker { SESSION_BITCOIN, SESSION_DOGECOIN, SESSION_GAMESTOP, SESSION_TICKERS };

enum session_mood {
    MOOD_POSITIVE,
    MOOD_EUPHORIC,
    MOOD_NEGATIVE,
    MOOD_NEUTRAL,
    MOOD_OFF_TOPIC,
    MOOD_COUNT,
};

enum { POST_TEXT_BYTES = 512 };

// Writes a post with a NUL. Never longer than POST_TEXT_BYTES.
void session_compose(struct random_state *random, enum session_ticker ticker,
                     enum session_mood mood, char ret_text[POST_TEXT_BYTES]);

// One of the few texts that spammers paste again and again.
const char *session_spam(size_t which);
enum { SESSION_SPAM_TEXTS = 5 };

// A made-up account name, such as "sleepy_walrus42", of at most AUTHOR_BYTES with its NUL.
enum { AUTHOR_BYTES = 48 };
void session_author(struct random_state *random, char ret_author[AUTHOR_BYTES]);

#endif
