// What a replay remembers over restarts, and which recording it belongs to.
#ifndef GM_FEED_REPLAY_CURSOR_H
#define GM_FEED_REPLAY_CURSOR_H

#include "base/error.h"
#include "feed/line_reader.h"
#include "feed/replay.h"

#include <stdbool.h>
#include <stddef.h>

// How far one of the two files has been given.
struct gm_replay_place {
    struct gm_line_position position;
    bool cut; // gzip data that breaks off: its dead letter has been given, nothing more comes
};

struct gm_replay_cursor {
    char name[GM_REPLAY_NAME_BYTES]; // gm_replay_name of the files
    struct gm_replay_place prices, social;
};

// As text: "NAME 1 OFFSET LINE CUT OFFSET LINE CUT", prices first; 1 is the format's version.
void gm_replay_cursor_write(const struct gm_replay_cursor *cursor, char *ret_text,
                            size_t text_bytes);

// GM_ERR_INVALID when `text` is no cursor of the recording called `name`.
enum gm_err gm_replay_cursor_read(const char *text, const char *name,
                                  struct gm_replay_cursor *ret_cursor, struct gm_error *error);

#endif
